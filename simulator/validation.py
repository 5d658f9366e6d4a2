"""Validate the input of the control API against the type hints of dataclasses."""

from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields
from datetime import datetime
from enum import Enum
from types import UnionType
from typing import Any, get_args, get_origin, get_type_hints
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError


class InputError(ValueError):
    """The input of the control API is invalid; the message says why."""


def build[T](kind: type[T], data: Any) -> T:
    """Return a dataclass built from a JSON object; raise InputError for unknown, missing, or wrongly typed fields."""
    given = as_object(data)
    hints = _field_types(kind, given)
    required = {each.name for each in fields(kind) if each.default is MISSING and each.default_factory is MISSING}  # type: ignore[arg-type]
    if missing := required - given.keys():
        raise InputError(f"missing: {', '.join(sorted(missing))}")
    try:
        return kind(**{name: _validated(name, hints[name], value) for name, value in given.items()})
    except ValueError as problem:
        raise InputError(str(problem)) from problem


def update(target: Any, data: Any) -> None:
    """Set the given fields of a dataclass; raise InputError, without any change, if one is invalid."""
    given = as_object(data)
    hints = _field_types(type(target), given)
    for name, value in {name: _validated(name, hints[name], value) for name, value in given.items()}.items():
        setattr(target, name, value)


def as_object(data: Any) -> Mapping[str, Any]:
    """Return the input if it is a JSON object."""
    if not isinstance(data, dict):
        raise InputError("a JSON object is expected")
    return data


def _field_types(kind: Any, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the types of all fields; raise InputError if a given field is unknown."""
    names = {each.name for each in fields(kind)}
    if unknown := given.keys() - names:
        raise InputError(f"unknown: {', '.join(sorted(unknown))}; known: {', '.join(sorted(names))}")
    return get_type_hints(kind)


def _validated(name: str, hint: Any, value: Any) -> Any:
    """Return a value converted to its type."""
    if hint is Any:
        return value
    if get_origin(hint) is UnionType:
        return None if value is None else _validated(name, get_args(hint)[0], value)
    if get_origin(hint) is list:
        return [_validated(name, get_args(hint)[0], each) for each in _expect(name, list, value)]
    if get_origin(hint) is dict:
        return _expect(name, dict, value)
    if issubclass(hint, Enum):
        return _converted(name, hint, value, f"one of {', '.join(each.value for each in hint)}")
    return _PARSERS[hint](name, value)


def _expect[T](name: str, kind: type[T], value: Any) -> T:
    """Return the value if it has the JSON type; bool is not a number."""
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        raise InputError(f"{name}: {kind.__name__} expected, not {value!r}")
    return value


def _number(name: str, value: Any) -> float:
    """Return an int or float as float."""
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else _expect(name, float, value)


def _instant(name: str, value: Any) -> datetime:
    """Return a datetime with a UTC offset."""
    instant = _converted(name, datetime.fromisoformat, value, "an ISO 8601 instant")
    if instant.tzinfo is None:
        raise InputError(f"{name}: an instant with its offset expected, not {value!r}")
    return instant


def _zone(name: str, value: Any) -> ZoneInfo:
    """Return a time zone."""
    return _converted(name, ZoneInfo, value, "an IANA time zone")


def _converted[T](name: str, convert: Callable[[Any], T], value: Any, wanted: str) -> T:
    """Return a converted text; raise InputError if the conversion fails."""
    try:
        return convert(_expect(name, str, value))
    except ValueError, ZoneInfoNotFoundError, OSError:
        raise InputError(f"{name}: {wanted} expected, not {value!r}") from None


_PARSERS: dict[type, Callable[[str, Any], Any]] = {
    bool: lambda name, value: _expect(name, bool, value),
    int: lambda name, value: _expect(name, int, value),
    str: lambda name, value: _expect(name, str, value),
    float: _number,
    datetime: _instant,
    ZoneInfo: _zone,
}
