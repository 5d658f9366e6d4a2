"""Faults that change the body of a response after the request was processed."""

from collections.abc import Iterator
from dataclasses import dataclass, field
import json
import re
from typing import Any, override

from aiohttp import web
from aiohttp.typedefs import Handler

from ..world.clock import Clock
from .fault_kinds import Fault

UNKNOWN_VALUE = "BRAND_NEW_VALUE"
ENUM_VALUE = re.compile(r"[A-Z][A-Z_]+")


class BodyFault(Fault):
    """Process the request, then change the response body; an empty body stays empty."""

    @override
    async def respond(self, request: web.Request, *, handler: Handler, clock: Clock) -> web.StreamResponse:
        response = await handler(request)
        if isinstance(response, web.Response) and isinstance(response.body, bytes) and response.body:
            response.body = self.change_body(response.body)
        return response

    def change_body(self, body: bytes) -> bytes:
        """Return the changed body."""
        return json.dumps(self.change_content(json.loads(body))).encode()

    def change_content(self, content: Any) -> Any:
        """Return the changed JSON content."""
        return content


@dataclass
class TruncatedBody(BodyFault):
    """Cut the body in half, with a matching Content-Length."""

    @override
    def change_body(self, body: bytes) -> bytes:
        return body[: len(body) // 2]


@dataclass
class WrappedInList(BodyFault):
    """Wrap the content in a list."""

    @override
    def change_content(self, content: Any) -> Any:
        return [content]


@dataclass
class MissingFields(BodyFault):
    """Remove the fields at dotted paths, or all fields."""

    fields: list[str] = field(default_factory=list)

    @override
    def change_content(self, content: Any) -> Any:
        for parent, name in _targets(content, self.fields):
            parent.pop(name, None)
        return content


@dataclass
class PartialContent(BodyFault):
    """Drop fields from an object, or keep only some: the attributes of `data`, or the object itself."""

    drop: list[str] = field(default_factory=list)
    keep: list[str] | None = None

    @override
    def change_content(self, content: Any) -> Any:
        target = content
        for name in ("data", "attributes"):
            target = target[name] if isinstance(target, dict) and isinstance(target.get(name), dict) else target
        for name in list(target) if isinstance(target, dict) else ():
            if name in self.drop or (self.keep is not None and name not in self.keep):
                del target[name]
        return content


@dataclass
class ChangedFields(BodyFault):
    """Set the fields at dotted paths to values, including null."""

    fields: dict[str, Any]

    @override
    def change_content(self, content: Any) -> Any:
        for path, value in self.fields.items():
            for parent, name in _targets(content, [path]):
                parent[name] = value
        return content


@dataclass
class UnknownValues(BodyFault):
    """Set fields at dotted paths, or all enum values, to a value that is not documented."""

    fields: list[str] = field(default_factory=list)
    value: str = UNKNOWN_VALUE

    @override
    def change_content(self, content: Any) -> Any:
        if self.fields:
            return ChangedFields(dict.fromkeys(self.fields, self.value)).change_content(content)
        return self._replace_values(content)

    def _replace_values(self, content: Any) -> Any:
        """Return the content with each enum value replaced."""
        if isinstance(content, dict):
            return {key: self._replace_values(each) for key, each in content.items()}
        if isinstance(content, list):
            return [self._replace_values(each) for each in content]
        return self.value if isinstance(content, str) and ENUM_VALUE.fullmatch(content) else content


@dataclass
class WrongTypes(BodyFault):
    """Give the fields at dotted paths, or all fields, a value of another type."""

    fields: list[str] = field(default_factory=list)

    @override
    def change_content(self, content: Any) -> Any:
        for parent, name in _targets(content, self.fields):
            parent[name] = _value_of_other_type(parent.get(name))
        return content


@dataclass
class ExtraFields(BodyFault):
    """Add an undocumented field to every object."""

    name: str = "brand_new_field"

    @override
    def change_content(self, content: Any) -> Any:
        if isinstance(content, list):
            return [self.change_content(each) for each in content]
        if isinstance(content, dict):
            return {**{key: self.change_content(each) for key, each in content.items()}, self.name: {"deep": [1, None]}}
        return content


def _targets(content: Any, paths: list[str]) -> Iterator[tuple[dict[str, Any], str]]:
    """Yield the parent object and name of each path, or of all fields, in an object or in each object of a list."""
    for each in content if isinstance(content, list) else [content]:
        if isinstance(each, dict):
            yield from [_resolve(each, path) for path in paths or each]


def _resolve(content: dict[str, Any], path: str) -> tuple[dict[str, Any], str]:
    """Return the parent object and the name of a dotted path."""
    *parents, name = path.split(".")
    for parent in parents:
        child = content.get(parent)
        if not isinstance(child, dict):
            return {}, name
        content = child
    return content, name


def _value_of_other_type(value: Any) -> Any:
    """Return a value of another type."""
    match value:
        case bool():
            return "perhaps"
        case int() | float():
            return "many"
        case str():
            return 12345
        case list():
            return {"not": "a list"}
        case _:
            return ["not an object"]
