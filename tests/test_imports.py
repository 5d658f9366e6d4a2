"""Every module imports only what the table of the design lets it, read from the source with `ast`."""

import ast
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path
import subprocess
import sys

import pytest

from .import_table import HA, PLAN, PLATFORMS, TABLE

ROOT = Path(__file__).parent.parent
INTEGRATION = ROOT / "custom_components/renault_ze"


def modules(package: Path) -> dict[str, Path]:
    """Return the file of each module of a package by its dotted name; the package's own name is a dot."""
    files = {file.relative_to(package).with_suffix(""): file for file in sorted(package.rglob("*.py"))}
    return {"." + ".".join(path.parts).removesuffix("__init__").removesuffix("."): file for path, file in files.items()}


def imports(name: str, file: Path, known: dict[str, Path]) -> Iterator[str]:
    """Read what a module imports: names with a leading dot from its own package, whole names from elsewhere."""
    parts = name.strip(".").split(".") if name != "." else []
    package = parts if file.name == "__init__.py" else parts[:-1]
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield node.module or ""
        elif isinstance(node, ast.ImportFrom):
            base = [*package[: len(package) + 1 - node.level], *filter(None, [node.module])]
            yield from (own(base, alias.name, known) for alias in node.names)


def own(base: list[str], imported: str, known: dict[str, Path]) -> str:
    """Return the module that `from base import imported` reads."""
    whole = "." + ".".join([*base, imported])
    return whole if whole in known else "." + ".".join(base)


def row(name: str) -> set[str] | None:
    """Return what the table lets a module import; None if it does not know the module."""
    return next((allowed for pattern, allowed in TABLE.items() if fnmatchcase(name, pattern)), None)


def permitted(target: str, allowed: set[str]) -> bool:
    """Say whether the target is in the standard library or in the row."""
    if target.startswith("."):
        return any(fnmatchcase(target, pattern) for pattern in allowed)
    top = target.partition(".")[0]
    return top in sys.stdlib_module_names or top in allowed


def offences(name: str, file: Path, known: dict[str, Path]) -> list[str]:
    """Return what a module imports without being allowed to."""
    allowed = row(name)
    assert allowed is not None, f"{file} has no row in the table: say there what it may import"
    return [target for target in imports(name, file, known) if not permitted(target, allowed)]


INTEGRATION_MODULES = modules(INTEGRATION)


@pytest.mark.parametrize("name", INTEGRATION_MODULES)
def test_integration_imports_only_what_the_table_allows(name: str) -> None:
    """Hold the table, module by module."""
    assert offences(name, INTEGRATION_MODULES[name], INTEGRATION_MODULES) == []


def test_table_keeps_the_promises_of_the_design() -> None:
    """Let nobody widen a row beyond what no row may allow."""
    free_of_home_assistant = [row for name, row in TABLE.items() if name.startswith(".cloud") or name in PLAN]
    faces = [TABLE[f".{name}"] for name in (*PLATFORMS, "services", "entity", "coordinator", "planner")]
    assert not any(allowed & HA for allowed in free_of_home_assistant)
    assert not any(permitted(f".cloud.{cloud}", allowed) for allowed in faces for cloud in ("zeservices", "myrenault"))
    assert not permitted(".cloud.myrenault", TABLE[".cloud.zeservices*"])
    assert not permitted(".cloud.zeservices", TABLE[".cloud.myrenault*"])
    assert not any(permitted(".", allowed) for allowed in TABLE.values())


@pytest.mark.parametrize("file", sorted((ROOT / "simulator").rglob("*.py")), ids=lambda file: file.stem)
def test_simulator_imports_aiohttp_and_itself_alone(file: Path) -> None:
    """Keep the simulator independent of what it imitates a cloud for: a shared line would hide a shared mistake."""
    known = modules(ROOT / "simulator")
    name = next(name for name, module in known.items() if module == file)
    foreign = [
        found for found in imports(name, file, known) if not permitted(found, {".*", "aiohttp", "jwt", "simulator"})
    ]
    assert foreign == []


@pytest.mark.parametrize("folder", ["custom_components", "simulator", "scripts", "tests"])
def test_annotations_need_no_import_from_the_future(folder: str) -> None:
    """Python 3.14 evaluates annotations lazily by itself."""
    futures = [
        file.name
        for file in (ROOT / folder).rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.ImportFrom) and node.module == "__future__"
    ]
    assert futures == []


def loaded_with(folder: Path, *names: str) -> set[str]:
    """Return the top names of all that a new interpreter loads with modules of a package whose __init__ it skips."""
    code = """
import importlib, sys, types
package = types.ModuleType("package")
package.__path__ = [sys.argv[1]]
sys.modules["package"] = package
for name in sys.argv[2:]:
    importlib.import_module("package" + name)
print(*sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", code, folder, *names], capture_output=True, text=True, check=False)
    assert not done.returncode, done.stderr
    return {name.partition(".")[0] for name in done.stdout.split()}


def test_cloud_and_plan_work_without_home_assistant() -> None:
    """Import them as any other program would."""
    free = [name for name in INTEGRATION_MODULES if name.startswith(".cloud") or name in PLAN]
    loaded = loaded_with(INTEGRATION, *free)
    assert {".cloud.models", ".cloud.zeservices"} | PLAN <= set(free)
    assert "aiohttp" in loaded
    assert not loaded & HA


def test_physics_of_the_car_work_without_http() -> None:
    """Import the simulated car alone."""
    loaded = loaded_with(ROOT / "simulator", ".car")
    assert "aiohttp" not in loaded
