"""The document for developers names files, symbols and imports that exist."""

from importlib import import_module
from itertools import chain
import re
from textwrap import dedent
from types import SimpleNamespace
from typing import Any

import pytest

from custom_components.renault_ze.const import PLATFORMS
from tests.project.test_imports import INTEGRATION, ROOT, by_package, graph, modules

DOCUMENT = (ROOT / "docs/development.md").read_text(encoding="utf-8")
PROSE = re.sub(r"^ *```.*?^ *```", "", DOCUMENT, flags=re.DOTALL | re.MULTILINE)
SPANS = re.findall(r"`([^`]+)`", PROSE)
PATHS = {each for each in SPANS if re.fullmatch(r"[\w./]+(/|\.(json|md|py|yaml))", each)}
PATHS |= set(re.findall(r"[\w/]+\.py", DOCUMENT))
MOST_FILES = 8


def package() -> dict[str, Any]:
    """Return every name of every module of the integration."""
    found = (import_module(f"custom_components.renault_ze.{name}".rstrip(".")) for name in modules(INTEGRATION))
    return {name: value for module in found for name, value in vars(module).items()}


def code(heading: str) -> list[str]:
    """Return the Python of a section."""
    text = DOCUMENT.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    return [dedent(each) for each in re.findall(r"^ *```python\n(.*?)^ *```", text, re.DOTALL | re.MULTILINE)]


@pytest.mark.parametrize("path", sorted(PATHS))
def test_paths_exist(path: str) -> None:
    """Find each file in the integration or the repository."""
    assert (INTEGRATION / path).exists() or (ROOT / path).exists()


@pytest.mark.parametrize("name", sorted({each for each in SPANS if re.fullmatch(r"[A-Za-z_.]+", each)} - PATHS))
def test_symbols_exist(name: str) -> None:
    """Find each name in a module of the integration, or as a field of a description."""
    known = package()
    first, *others = name.split(".")
    value = known.get(first)
    for each in others:
        value = getattr(value, each, None)
    fields = {*known["RenaultZeSensorDescription"].__dataclass_fields__, "entity", "services"}
    assert value is not None or name in fields


def test_diagram_shows_imports() -> None:
    """Draw every package, and only arrows that are imports."""
    units = by_package(graph(INTEGRATION))
    units["platforms"] = set().union(*(units[each] for each in PLATFORMS))
    arrows = re.findall(r"^ +(\w+) --> (\w+)$", DOCUMENT, re.MULTILINE)
    assert [(upper, lower) for upper, lower in arrows if lower not in units[upper]] == []
    packages = {file.parent.name for file in INTEGRATION.glob("*/__init__.py")}
    assert set(chain.from_iterable(arrows)) == packages | {"platforms", "coordinator"}


def test_call_paths_are_short() -> None:
    """Name at most eight files in a path, none twice; a cloud counts as one."""
    text = DOCUMENT.partition("\n## Call paths\n")[2].partition("\n## ")[0]
    paths = [re.findall(r"^\d\. `([^`]+)`", each, re.MULTILINE) for each in re.split(r":\n\n", text)[1:]]
    assert len(paths) == 3
    for path in paths:
        assert len(set(path)) == len(path) <= MOST_FILES
        assert "cloud/" in path


@pytest.mark.parametrize("heading", ["Add a sensor", "Add an action", "Add an endpoint"])
def test_examples_run(heading: str) -> None:
    """Run the Python of each worked example with the names of the modules it belongs to."""
    names = package()
    assert code(heading)
    for example in code(heading):
        exec(compile(example, heading, "exec"), names)  # noqa: S102
        names["vehicle"] = SimpleNamespace(**names)
