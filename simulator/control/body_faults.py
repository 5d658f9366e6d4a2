"""Ways to spoil the body of an answer after the request was heeded."""

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


class Spoiled(Fault):
    """Do what was asked, then spoil the body of the answer; an answer without a body stays as it is."""

    @override
    async def answer(self, request: web.Request, *, handler: Handler, clock: Clock) -> web.StreamResponse:
        response = await handler(request)
        if isinstance(response, web.Response) and isinstance(response.body, bytes) and response.body:
            response.body = self.spoiled(response.body)
        return response

    def spoiled(self, body: bytes) -> bytes:
        """Return the spoiled body."""
        return json.dumps(self.changed(json.loads(body))).encode()

    def changed(self, content: Any) -> Any:
        """Return the spoiled content of a body of JSON."""
        return content


@dataclass
class Truncate(Spoiled):
    """Cut the body in half; the length told is that of the half."""

    @override
    def spoiled(self, body: bytes) -> bytes:
        return body[: len(body) // 2]


@dataclass
class Listed(Spoiled):
    """Put the answer into a list."""

    @override
    def changed(self, content: Any) -> Any:
        return [content]


@dataclass
class Missing(Spoiled):
    """Leave fields out: those at dotted paths, or all."""

    fields: list[str] = field(default_factory=list)

    @override
    def changed(self, content: Any) -> Any:
        for holder, name in _places(content, self.fields):
            holder.pop(name, None)
        return content


@dataclass
class Set(Spoiled):
    """Set fields at dotted paths to values, null too."""

    fields: dict[str, Any]

    @override
    def changed(self, content: Any) -> Any:
        for path, value in self.fields.items():
            for holder, name in _places(content, [path]):
                holder[name] = value
        return content


@dataclass
class UnknownValue(Spoiled):
    """Put a value nobody has seen into fields at dotted paths, or wherever there is a word in capitals."""

    fields: list[str] = field(default_factory=list)
    value: str = UNKNOWN_VALUE

    @override
    def changed(self, content: Any) -> Any:
        if self.fields:
            return Set(dict.fromkeys(self.fields, self.value)).changed(content)
        return self._replaced(content)

    def _replaced(self, content: Any) -> Any:
        """Return content with another word for each word in capitals."""
        if isinstance(content, dict):
            return {key: self._replaced(each) for key, each in content.items()}
        if isinstance(content, list):
            return [self._replaced(each) for each in content]
        return self.value if isinstance(content, str) and ENUM_VALUE.fullmatch(content) else content


@dataclass
class WrongType(Spoiled):
    """Give fields at dotted paths, or all, a value of another type."""

    fields: list[str] = field(default_factory=list)

    @override
    def changed(self, content: Any) -> Any:
        for holder, name in _places(content, self.fields):
            holder[name] = _twisted(holder.get(name))
        return content


@dataclass
class Extra(Spoiled):
    """Put a field nobody has seen into every object."""

    name: str = "brand_new_field"

    @override
    def changed(self, content: Any) -> Any:
        if isinstance(content, list):
            return [self.changed(each) for each in content]
        if isinstance(content, dict):
            return {**{key: self.changed(each) for key, each in content.items()}, self.name: {"deep": [1, None]}}
        return content


def _places(content: Any, paths: list[str]) -> Iterator[tuple[dict[str, Any], str]]:
    """Give where the paths, or else all fields, are held in the object, or in each of a list of them."""
    for each in content if isinstance(content, list) else [content]:
        if isinstance(each, dict):
            yield from [_holder(each, path) for path in paths or each]


def _holder(content: dict[str, Any], path: str) -> tuple[dict[str, Any], str]:
    """Return the object that a dotted path ends in, and the last name of the path."""
    *way, name = path.split(".")
    for step in way:
        deeper = content.get(step)
        if not isinstance(deeper, dict):
            return {}, name
        content = deeper
    return content, name


def _twisted(value: Any) -> Any:
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
