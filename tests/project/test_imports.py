"""Imports go in one direction: cloud, vehicle, plan, views, coordinator, repairs, then platforms, services, cards."""

import ast
from collections.abc import Iterator, Mapping
from graphlib import TopologicalSorter
from pathlib import Path
import subprocess
import sys

import pytest

ROOT = Path(__file__).parents[2]
INTEGRATION = ROOT / "custom_components/renault_ze"

# What each package may import of the integration; a file at its root may import any package.
LAYERS: Mapping[str, set[str]] = {
    "cloud": set(),
    "vehicle": {"cloud"},
    "plan": {"cloud", "vehicle"},
    "views": {"cloud", "vehicle", "plan"},
    "energy": {"cloud", "vehicle", "views", "const", "coordinator", "devices", "messages"},
    "prices": {"vehicle", "plan", "const"},
    "sensors": {"cloud", "vehicle", "plan", "views", "coordinator", "entity", "messages"},
    "storage": {"cloud", "vehicle", "plan", "const"},
    "lifecycle": {
        *("cloud", "vehicle", "plan", "views"),
        *("storage", "connect", "const", "devices", "messages", "repairs"),
    },
    "repairs": {"cloud", "plan", "const", "coordinator", "devices", "formats", "messages", "schedule_sender"},
    "frontend": {"cloud", "views", "const", "coordinator", "devices", "messages", "plan_input"},
    "llm": {*("cloud", "vehicle", "plan", "views"), *("const", "coordinator", "devices", "messages", "services")},
    "services": {
        *("cloud", "vehicle", "plan", "views"),
        *("const", "coordinator", "devices", "messages", "plan_input", "repairs", "schedule_sender"),
    },
}
WITHOUT_HOME_ASSISTANT = ("cloud", "vehicle", "plan", "views")
# Which packages and root modules may import a library.
LIBRARIES: Mapping[str, set[str]] = {
    "aiohttp": {"cloud", "connect"},
    "attr": {"devices"},
    "babel": {"formats"},
    "jwt": {"cloud"},
    "orjson": {"cloud"},
    "renault_api": {"cloud"},
    "sqlalchemy": {"energy"},
    "voluptuous": {
        *("config_flow", "flow_schemas", "options_flow"),
        *("plan_input", "services", "frontend", "prices", "llm"),
    },
}
# `connect` creates the clouds, a form shows the address of one, and the flow and `lifecycle` add the car of another.
USE_A_CLOUD = {"config_flow", "connect", "flow_schemas", "lifecycle.demo"}


def modules(package: Path) -> dict[str, Path]:
    """Return the file of each module of a package by its dotted name; the package's own name is empty."""
    files = {file.relative_to(package).with_suffix(""): file for file in sorted(package.rglob("*.py"))}
    return {".".join(path.parts).removesuffix("__init__").removesuffix("."): file for path, file in files.items()}


def imports(name: str, file: Path, known: Mapping[str, Path]) -> Iterator[tuple[bool, str]]:
    """Yield what a module imports, within functions too: whether it is of the same package, and its dotted name."""
    parts = name.split(".") if name else []
    package = parts if file.name == "__init__.py" else parts[:-1]
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            yield from ((False, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield False, node.module or ""
        elif isinstance(node, ast.ImportFrom):
            base = ".".join([*package[: len(package) + 1 - node.level], *filter(None, [node.module])])
            for alias in node.names:
                whole = f"{base}.{alias.name}".strip(".")
                yield True, whole if whole in known else base


def graph(package: Path) -> dict[str, set[str]]:
    """Return which modules of its own package each module imports."""
    known = modules(package)
    return {name: {found for own, found in imports(name, file, known) if own} - {name} for name, file in known.items()}


def by_package(files: Mapping[str, set[str]]) -> dict[str, set[str]]:
    """Return which packages and root modules each of them imports."""
    units: dict[str, set[str]] = {}
    for name, found in files.items():
        unit = name.partition(".")[0]
        units.setdefault(unit, set()).update({each.partition(".")[0] for each in found} - {unit})
    return units


def libraries(package: Path) -> Iterator[tuple[str, str]]:
    """Yield each package or root module with each library that it imports."""
    known = modules(package)
    for name, file in known.items():
        for own, found in imports(name, file, known):
            if not own and (top := found.partition(".")[0]) not in sys.stdlib_module_names:
                yield name.partition(".")[0], top


@pytest.mark.parametrize("package", sorted(file.parent.name for file in INTEGRATION.glob("*/__init__.py")))
def test_package_imports_only_lower_packages(package: str) -> None:
    """Check every import of every module in the package."""
    assert by_package(graph(INTEGRATION))[package] <= LAYERS[package]


@pytest.mark.parametrize("folder", [INTEGRATION, ROOT / "simulator"], ids=lambda folder: folder.name)
def test_no_cycles(folder: Path) -> None:
    """Sort files and packages by their imports, which fails if there is a cycle."""
    files = graph(folder)
    for imported in (files, by_package(files)):
        TopologicalSorter(imported).prepare()


@pytest.mark.parametrize("cloud", ["cloud.demo", "cloud.myrenault", "cloud.zeservices"])
def test_a_cloud_is_imported_only_where_it_is_created(cloud: str) -> None:
    """Keep the other cloud and everything above independent of it."""
    users = {name for name, found in graph(INTEGRATION).items() if any(each.startswith(cloud) for each in found)}
    assert {name for name in users if not name.startswith(cloud)} <= USE_A_CLOUD


def test_libraries_of_each_package() -> None:
    """Allow Home Assistant in the upper packages, and each other library where it is needed."""
    for unit, library in libraries(INTEGRATION):
        if library == "homeassistant":
            assert unit not in WITHOUT_HOME_ASSISTANT, unit
        else:
            assert unit in LIBRARIES.get(library, ()), (unit, library)
    assert {library for _, library in libraries(ROOT / "simulator")} == {"aiohttp", "jwt"}


def depth(units: Mapping[str, set[str]], unit: str) -> int:
    """Return the length of the longest chain of imports from a unit down."""
    return 1 + max((depth(units, each) for each in units[unit]), default=0)


def test_size_of_the_structure() -> None:
    """Limit the number of modules, of files at the root, and the depth of imports."""
    known, units = modules(INTEGRATION), by_package(graph(INTEGRATION))
    assert len(known) <= 170
    assert sum(file.parent == INTEGRATION for file in known.values()) <= 28
    assert max(depth(units, unit) for unit in units) <= 9


def loaded_with(folder: Path, *names: str) -> set[str]:
    """Return the top names a new interpreter loads with some modules of a package, whose own __init__ it skips."""
    code = """
import importlib, sys, types
package = types.ModuleType("package")
package.__path__ = [sys.argv[1]]
sys.modules["package"] = package
for name in sys.argv[2:]:
    importlib.import_module("package." + name)
print(*sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", code, folder, *names], capture_output=True, text=True, check=False)
    assert not done.returncode, done.stderr
    return {name.partition(".")[0] for name in done.stdout.split()}


def test_lower_packages_work_without_home_assistant() -> None:
    """Import all their modules in a new interpreter."""
    free = [name for name in modules(INTEGRATION) if name.partition(".")[0] in WITHOUT_HOME_ASSISTANT]
    loaded = loaded_with(INTEGRATION, *free)
    assert "aiohttp" in loaded
    assert not loaded & {"homeassistant", "voluptuous"}


def test_simulated_world_works_without_http() -> None:
    """Import its modules in a new interpreter."""
    world = [name for name in modules(ROOT / "simulator") if name.partition(".")[0] == "world"]
    assert world
    assert "aiohttp" not in loaded_with(ROOT / "simulator", *world)
