"""Who may import whom: the table of the design, read from the source with `ast`."""

import ast
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path
import subprocess
import sys

import pytest

ROOT = Path(__file__).parent.parent
INTEGRATION = ROOT / "custom_components/renault_ze"

HA = {"homeassistant", "voluptuous"}
VOCABULARY = {".cloud.exceptions", ".cloud.models", ".cloud.orders", ".cloud.protocol"}
# What the two clouds have in common beside the words.
CLOUDS = VOCABULARY | {".cloud.remarks", ".cloud.wall_clock"}
# The plan and all that is known of it without a clock and without Home Assistant.
PLAN = {
    f".{name}"
    for name in (
        "departures",
        "deploys",
        "edits",
        "foresight",
        "outlook",
        "plan",
        "reasons",
        "recurrence",
        "schedule",
        "slots",
        "steps",
        "windows",
    )
}
FACE = {
    *(
        ".cloud.models",
        ".cloud.orders",
        ".commands",
        ".const",
        ".coordinator",
        ".edits",
        ".entity",
        ".errors",
        ".outlook",
        ".plan",
    ),
    *(".reasons", ".responses", ".schedule", ".texts"),
    *HA,
}
# What a calendar shows of the plan, and how it is edited there.
AGENDA = {".agenda", ".departure_agenda", ".window_agenda"}
PLATFORMS = ("binary_sensor", "button", "calendar", "device_tracker", "event", "select", "sensor", "switch", "time")

# What each module may import beside the standard library. A dot leads to the integration's own modules, where the dot
# alone would be its __init__, which nobody may import; a star takes in the modules below.
TABLE: dict[str, set[str]] = {
    ".cloud.exceptions": set(),
    ".cloud.models": {".cloud.orders"},
    ".cloud.orders": set(),
    ".cloud.state": {".cloud.models", ".cloud.orders"},
    ".cloud.protocol": {".cloud.models"},
    ".cloud.remarks": set(),
    ".cloud.wall_clock": set(),
    ".cloud.zeservices*": CLOUDS | {".cloud.zeservices*", "aiohttp", "jwt", "orjson"},
    ".cloud.myrenault*": CLOUDS | {".cloud.myrenault*", "aiohttp", "renault_api"},
    ".cloud": VOCABULARY,
    ".schedule": {".cloud.models", ".cloud.wall_clock"},
    ".codec": set(),
    ".plan": {".cloud.models", ".codec"},
    ".journeys": {".cloud.models"},
    ".chronicle": {".cloud.models", ".journeys", ".store"} | HA,
    ".journey_sensor": FACE | {".journeys"},
    ".recurrence": {".cloud.models", ".schedule"},
    ".deploys": {".cloud.models", ".cloud.orders", ".plan"},
    ".slots": {".cloud.models", ".plan", ".schedule"},
    ".windows": {".cloud.models", ".deploys", ".plan", ".schedule", ".slots"},
    ".foresight": {".cloud.models", ".plan", ".schedule", ".windows"},
    ".departures": {".cloud.models", ".cloud.orders", ".foresight", ".plan", ".schedule"},
    ".timers": {".cloud.models", ".cloud.orders", ".cloud.wall_clock", ".departures", ".plan"},
    ".edits": {".cloud.models", ".cloud.orders", ".departures", ".deploys", ".plan", ".schedule"},
    ".steps": {".cloud.models", ".departures", ".plan", ".timers", ".windows"},
    ".reasons": {".cloud.models", ".cloud.orders", ".departures", ".foresight", ".plan", ".schedule", ".windows"},
    ".outlook": {
        ".cloud.models",
        ".cloud.orders",
        ".departures",
        ".deploys",
        ".foresight",
        ".plan",
        ".reasons",
        ".schedule",
        ".windows",
    },
    ".texts": {".cloud.models", ".const", ".outlook", ".responses", ".schedule"} | HA,
    ".notices": {".const", ".coordinator", ".naming", ".outlook", ".plan", ".texts"} | HA,
    ".agenda": {".cloud.models", ".plan", ".recurrence", ".schedule"},
    ".departure_agenda": {".agenda", ".departures", ".edits", ".plan", ".schedule"},
    ".window_agenda": {".agenda", ".cloud.models", ".edits", ".plan", ".schedule", ".windows"},
    ".const": {".cloud.models"} | HA,
    ".commands": VOCABULARY | {".const"},
    ".errors": VOCABULARY | {".const", ".responses", ".schedule"} | HA,
    ".ledger": {".cloud.models", ".cloud.orders", ".commands", ".const"},
    ".complaints": VOCABULARY | {".const"},
    ".freshness": {".cloud.models", ".const"},
    ".pause": VOCABULARY | {".errors"} | HA,
    ".charges": {".cloud.exceptions", ".cloud.models", ".const", ".schedule"},
    ".answers": {".cloud.exceptions", ".cloud.models", ".charges", ".const", ".freshness", ".parts"}
    | {".cloud.wall_clock"},
    ".parts": VOCABULARY | {".const"} | HA,
    ".store": VOCABULARY | {".codec", ".const", ".journeys"} | HA,
    ".host": HA,
    ".patience": {".cloud.exceptions", ".const", ".plan"},
    ".settings": {".cloud.models", ".const", ".plan"},
    ".planner": VOCABULARY | PLAN | {".commands", ".const", ".patience"} | HA,
    ".farewell": VOCABULARY | PLAN | {".connect", ".const", ".deploys", ".settings", ".store", ".timers"} | HA,
    ".connect": VOCABULARY | {".const", ".store", ".cloud.zeservices", ".cloud.myrenault", "aiohttp"} | HA,
    ".coordinator": VOCABULARY
    | {
        ".answers",
        ".chronicle",
        ".commands",
        ".complaints",
        ".const",
        ".errors",
        ".freshness",
        ".host",
        ".ledger",
        ".outlook",
        ".parts",
        ".pause",
        ".planner",
        ".settings",
        ".store",
    }
    | HA,
    ".naming": {".const", ".coordinator"} | HA,
    ".entity": {".coordinator", ".cloud.models", ".const", ".naming"} | HA,
    ".responses": {".cloud.models", ".cloud.orders", ".schedule"},
    ".actions": FACE | {".cloud.wall_clock", ".errors"},
    ".plan_responses": {".cloud.models", ".departures", ".edits", ".foresight", ".outlook", ".plan", ".responses"}
    | {".schedule"},
    ".plan_actions": FACE | {".departures", ".plan_responses"},
    ".services": FACE | {".actions", ".plan_actions"},
    # The one form that asks for the address of a server asks that server's client what an address looks like.
    ".config_flow": VOCABULARY
    | {".cloud.zeservices", ".const", ".connect", ".coordinator", ".errors", ".flow_schemas", ".options_flow", ".store"}
    | HA,
    ".flow_schemas": {".cloud.zeservices", ".const"} | HA,
    ".options_flow": VOCABULARY | {".const", ".connect", ".flow_schemas", ".naming", ".texts"} | HA,
    ".diagnostics": {".cloud.models", ".const", ".coordinator", ".plan", ".planner"} | HA,
    ".repairs": VOCABULARY | {".commands", ".const", ".coordinator", ".edits", ".naming", ".texts", ".windows"} | HA,
    ".frontend*": {".const"} | HA,
    ".plan_sensor": FACE,
    **{f".{platform}": FACE for platform in PLATFORMS},
    ".event": FACE | {".charges"},
    ".sensor": FACE | {".journey_sensor", ".plan_sensor"},
    ".calendar": FACE | AGENDA | {".errors", ".plan", ".windows"},
    ".": {".?*"} | HA,
}
# Who may know what a vehicle is made of may know all of it at a time, but for the clouds, which only tell of parts.
for name, allowed in TABLE.items():
    if ".cloud.models" in allowed and not name.startswith(".cloud"):
        TABLE[name] = allowed | {".cloud.state"}


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


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("from . import const", [".const"]),
        ("from . import async_setup_entry", ["."]),
        ("from .cloud.models import Battery", [".cloud.models"]),
        ("from .cloud import models, zeservices", [".cloud.models", ".cloud.zeservices"]),
        ("def late():\n    from homeassistant.core import HomeAssistant", ["homeassistant.core"]),
        ("import aiohttp.web, json", ["aiohttp.web", "json"]),
        ("import custom_components.renault_ze", ["custom_components.renault_ze"]),
    ],
)
def test_every_kind_of_import_is_seen(source: str, expected: list[str], tmp_path: Path) -> None:
    """Read imports of all shapes, also those inside a function."""
    known = dict.fromkeys((".", ".const", ".cloud", ".cloud.models", ".cloud.zeservices", ".probe"), tmp_path)
    probe = tmp_path / "probe.py"
    probe.write_text(source)
    assert list(imports(".probe", probe, known)) == expected


def test_imports_of_a_deeper_package_are_resolved(tmp_path: Path) -> None:
    """Climb from a module two packages down."""
    probe = tmp_path / "client.py"
    probe.write_text("from ..models import Battery\nfrom ... import const\nfrom . import decode")
    known = dict.fromkeys((".const", ".cloud.models", ".cloud.zeservices.decode"), tmp_path)
    found = list(imports(".cloud.zeservices.client", probe, known))
    assert found == [".cloud.models", ".const", ".cloud.zeservices.decode"]


@pytest.mark.parametrize("target", ["homeassistant.core", ".", ".planner", "requests", "custom_components.renault_ze"])
def test_forbidden_import_is_an_offence(target: str) -> None:
    """Refuse what the row of the schedule does not name."""
    assert not permitted(target, TABLE[".schedule"])


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
