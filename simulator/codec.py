"""Convert dataclasses to JSON and back by their type hints, for the saved state and the control API."""

from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import datetime, time, timedelta
from enum import Enum
from types import UnionType
from typing import Any, get_args, get_origin, get_type_hints
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

TRANSIENT = {"transient": True}
_DUMP: tuple[tuple[type, Callable[[Any], Any]], ...] = (
    (Enum, lambda value: value.value),
    (datetime, datetime.isoformat),
    (time, time.isoformat),
    (timedelta, timedelta.total_seconds),
    (ZoneInfo, str),
    (bytes, bytes.hex),
    (Mapping, lambda value: {str(key): dump(each) for key, each in value.items()}),
    ((list, tuple, set, frozenset), lambda value: [dump(each) for each in value]),  # type: ignore[assignment]
)


class InputError(ValueError):
    """A value does not fit its type hint; the message says why."""


def dump(value: Any) -> Any:
    """Return a value as JSON, without the fields marked as transient."""
    if is_dataclass(value):
        kept = (each.name for each in fields(value) if not each.metadata.get("transient"))
        return {name: dump(getattr(value, name)) for name in kept}
    return next((encode(value) for kind, encode in _DUMP if isinstance(value, kind)), value)


def load[T](kind: type[T], data: Any, **transient: Any) -> T:
    """Return the dataclass that `dump` converted, without unknown fields; transient fields are passed as keywords."""
    types = get_type_hints(kind)
    return kind(**{name: _parse(name, types[name], data[name]) for name in _names(kind) & data.keys()}, **transient)


def build[T](kind: type[T], data: Any) -> T:
    """Return a dataclass built from a JSON object; raise InputError for unknown, missing, or wrongly typed fields."""
    given = _parse_known(kind, data)
    required = {each.name for each in fields(kind) if each.default is MISSING and each.default_factory is MISSING}  # type: ignore[arg-type]
    if missing := required - given.keys():
        raise InputError(f"missing: {', '.join(sorted(missing))}")
    try:
        return kind(**given)
    except ValueError as problem:
        raise InputError(str(problem)) from problem


def update(target: Any, data: Any) -> None:
    """Set the given fields of a dataclass; raise InputError, without any change, if one is invalid."""
    for name, value in _parse_known(type(target), data).items():
        setattr(target, name, value)


def as_object(data: Any) -> Mapping[str, Any]:
    """Return the input if it is a JSON object."""
    if not isinstance(data, dict):
        raise InputError("a JSON object is expected")
    return data


def _names(kind: Any) -> set[str]:
    """Return the names of a dataclass's fields."""
    return {each.name for each in fields(kind)}


def _parse_known(kind: Any, data: Any) -> dict[str, Any]:
    """Return the fields of a JSON object; raise InputError if one is unknown."""
    given, names, types = as_object(data), _names(kind), get_type_hints(kind)
    if unknown := given.keys() - names:
        raise InputError(f"unknown: {', '.join(sorted(unknown))}; known: {', '.join(sorted(names))}")
    return {name: _parse(name, types[name], value) for name, value in given.items()}


def _parse(name: str, hint: Any, data: Any) -> Any:
    """Return the value for a type hint; the name is for error messages."""
    if hint is Any:
        return data
    if is_dataclass(hint):
        return load(hint, data)  # type: ignore[arg-type]
    if get_origin(hint) is UnionType:
        return None if data is None else _parse(name, get_args(hint)[0], data)
    if get_origin(hint) is not None:
        return _parse_collection(name, get_origin(hint), get_args(hint), data)
    if issubclass(hint, Enum):
        return _convert(name, hint, data, f"one of {', '.join(each.value for each in hint)}")
    return _PARSERS[hint](name, data)


def _parse_collection(name: str, origin: Any, arguments: tuple[Any, ...], data: Any) -> Any:
    """Return a mapping or another collection."""
    if issubclass(origin, Mapping):
        key, each = arguments
        return {_parse(name, key, text): _parse(name, each, value) for text, value in _expect(name, dict, data).items()}
    return origin(_parse(name, arguments[0], each) for each in _expect(name, list, data))


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
    instant = _convert(name, datetime.fromisoformat, value, "an ISO 8601 instant")
    if instant.tzinfo is None:
        raise InputError(f"{name}: an instant with its offset expected, not {value!r}")
    return instant


def _convert[T](name: str, convert: Callable[[Any], T], value: Any, wanted: str) -> T:
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
    bytes: lambda name, value: _convert(name, bytes.fromhex, value, "hexadecimal digits"),
    datetime: _instant,
    time: lambda name, value: _convert(name, time.fromisoformat, value, "an ISO 8601 time"),
    timedelta: lambda name, value: timedelta(seconds=_number(name, value)),
    ZoneInfo: lambda name, value: _convert(name, ZoneInfo, value, "an IANA time zone"),
}
