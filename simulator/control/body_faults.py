"""Ways to handle the body of an answer after the request was heeded."""

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
    """Do what was asked, then handle the body of the answer; an answer without a body stays as it is."""

    @override
    async def respond(self, request: web.Request, *, handler: Handler, clock: Clock) -> web.StreamResponse:
        response = await handler(request)
        if isinstance(response, web.Response) and isinstance(response.body, bytes) and response.body:
            response.body = self.change_body(response.body)
        return response

    def change_body(self, body: bytes) -> bytes:
        """Return the spoiled body."""
        return json.dumps(self.change_content(json.loads(body))).encode()

    def change_content(self, content: Any) -> Any:
        """Return the spoiled content of a body of JSON."""
        return content


@dataclass
class TruncatedBody(BodyFault):
    """Cut the body in half; the length told is that of the half."""

    @override
    def change_body(self, body: bytes) -> bytes:
        return body[: len(body) // 2]


@dataclass
class WrappedInList(BodyFault):
    """Put the answer into a list."""

    @override
    def change_content(self, content: Any) -> Any:
        return [content]


@dataclass
class MissingFields(BodyFault):
    """Leave fields out: those at dotted paths, or all."""

    fields: list[str] = field(default_factory=list)

    @override
    def change_content(self, content: Any) -> Any:
        for holder, name in _targets(content, self.fields):
            holder.pop(name, None)
        return content


@dataclass
class ChangedFields(BodyFault):
    """ChangedFields fields at dotted paths to values, null too."""

    fields: dict[str, Any]

    @override
    def change_content(self, content: Any) -> Any:
        for path, value in self.fields.items():
            for holder, name in _targets(content, [path]):
                holder[name] = value
        return content


@dataclass
class UnknownValues(BodyFault):
    """Put a value nobody has seen into fields at dotted paths, or wherever there is a word in capitals."""

    fields: list[str] = field(default_factory=list)
    value: str = UNKNOWN_VALUE

    @override
    def change_content(self, content: Any) -> Any:
        if self.fields:
            return ChangedFields(dict.fromkeys(self.fields, self.value)).change_content(content)
        return self._replace_values(content)

    def _replace_values(self, content: Any) -> Any:
        """Return content with another word for each word in capitals."""
        if isinstance(content, dict):
            return {key: self._replace_values(each) for key, each in content.items()}
        if isinstance(content, list):
            return [self._replace_values(each) for each in content]
        return self.value if isinstance(content, str) and ENUM_VALUE.fullmatch(content) else content


@dataclass
class WrongTypes(BodyFault):
    """Give fields at dotted paths, or all, a value of another type."""

    fields: list[str] = field(default_factory=list)

    @override
    def change_content(self, content: Any) -> Any:
        for holder, name in _targets(content, self.fields):
            holder[name] = _value_of_other_type(holder.get(name))
        return content


@dataclass
class ExtraFields(BodyFault):
    """Put a field nobody has seen into every object."""

    name: str = "brand_new_field"

    @override
    def change_content(self, content: Any) -> Any:
        if isinstance(content, list):
            return [self.change_content(each) for each in content]
        if isinstance(content, dict):
            return {**{key: self.change_content(each) for key, each in content.items()}, self.name: {"deep": [1, None]}}
        return content


def _targets(content: Any, paths: list[str]) -> Iterator[tuple[dict[str, Any], str]]:
    """Give where the paths, or else all fields, are held in the object, or in each of a list of them."""
    for each in content if isinstance(content, list) else [content]:
        if isinstance(each, dict):
            yield from [_resolve(each, path) for path in paths or each]


def _resolve(content: dict[str, Any], path: str) -> tuple[dict[str, Any], str]:
    """Return the object that a dotted path ends in, and the last name of the path."""
    *way, name = path.split(".")
    for step in way:
        deeper = content.get(step)
        if not isinstance(deeper, dict):
            return {}, name
        content = deeper
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
