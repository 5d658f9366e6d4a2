"""The integration's own source, and how to find in it what is asked for."""

import ast
from collections.abc import Iterator
from inspect import Parameter, signature
from pathlib import Path

from custom_components.renault_ze.cloud.exceptions import CloudError

INTEGRATION = Path(__file__).parents[2] / "custom_components/renault_ze"
# Every module of every package by its dotted name within the integration.
SOURCES = {
    ".".join(file.relative_to(INTEGRATION).with_suffix("").parts): ast.parse(file.read_text(encoding="utf-8"))
    for file in sorted(INTEGRATION.rglob("*.py"))
}


def calls(source: str) -> Iterator[ast.Call]:
    """Yield every call of a module."""
    return (node for node in ast.walk(SOURCES[source]) if isinstance(node, ast.Call))


def strings(node: ast.AST) -> Iterator[str]:
    """Yield every string in an expression."""
    for each in ast.walk(node):
        if isinstance(each, ast.Constant) and isinstance(each.value, str):
            yield each.value


def argument(call: ast.Call, name: str) -> ast.expr | None:
    """Return a call's argument by its keyword."""
    return next((each.value for each in call.keywords if each.arg == name), None)


def cloud_errors(family: type[CloudError] = CloudError) -> Iterator[CloudError]:
    """Yield one of everything a cloud can raise."""
    needed = [each for each in signature(family.__init__).parameters.values() if each.kind is Parameter.KEYWORD_ONLY]
    obliged = [each.name for each in needed if each.default is Parameter.empty]
    for choice in (True, False) if obliged else (True,):
        yield family("why", **dict.fromkeys(obliged, choice))
    for each in family.__subclasses__():
        yield from cloud_errors(each)
