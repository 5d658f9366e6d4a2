"""Convert frozen dataclasses to JSON and back, using their type annotations."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import fields, is_dataclass
from datetime import MAXYEAR, MINYEAR, date, datetime, time, timedelta
from enum import Enum
from functools import cache
import math
from types import NoneType, UnionType
from typing import Any, get_args, get_origin, get_type_hints

# Raised for JSON that `dump` did not write, or that another version wrote.
UNREADABLE = (ValueError, KeyError, TypeError, AttributeError, ArithmeticError)
_hints = cache(get_type_hints)


def stored_as(key: str) -> Mapping[str, str]:
    """Return the metadata of a field that has another name in JSON."""
    return {"stored_as": key}


@cache
def _keys(kind: Any) -> Mapping[str, str]:
    """Return the names of a dataclass's fields with their names in JSON."""
    return {each.name: each.metadata.get("stored_as", each.name) for each in fields(kind)}


def dump(value: Any) -> Any:
    """Return a value as JSON: ISO 8601 for times, seconds for durations, sorted lists for sets."""
    if is_dataclass(value):
        return {key: dump(getattr(value, name)) for name, key in _keys(value.__class__).items()}
    if isinstance(value, dict):
        return {key: dump(each) for key, each in value.items()}
    if isinstance(value, tuple | frozenset):
        return [dump(each) for each in (sorted(value) if isinstance(value, frozenset) else value)]
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, Enum):
        return value.value
    return value.isoformat() if isinstance(value, date | time) else value


def load(kind: Any, value: Any) -> Any:
    """Return a value of a type, or any JSON, from its JSON; raise one of `UNREADABLE` for anything else."""
    if kind is Any:
        return value
    if isinstance(kind, UnionType):
        (kind,) = (each for each in get_args(kind) if each is not NoneType)
        return None if value is None else load(kind, value)
    if (container := get_origin(kind)) is not None:
        return container(load(get_args(kind)[0], each) for each in _typed(list, value))
    return _load_fields(kind, value) if is_dataclass(kind) else _load_plain(kind, value)


def load_or_none[T](kind: type[T], value: Any) -> T | None:
    """Return a value of a type from its JSON, None for anything else."""
    try:
        found: T = load(kind, value)
    except UNREADABLE:
        return None
    return found


def load_parts(kind: Any, value: dict[str, Any]) -> tuple[Any, tuple[str, ...]]:
    """Return a dataclass from the valid fields and items of fields, and the names of the invalid fields."""
    found: dict[str, Any] = {}
    lost: list[str] = []
    for name, hint in _hints(kind).items():
        if (key := _keys(kind)[name]) not in value:
            continue
        try:
            found[name] = load(hint, value[key])
        except UNREADABLE:
            lost.append(key)
            if get_origin(hint) is tuple and isinstance(value[key], list):
                found[name] = tuple(_readable(get_args(hint)[0], value[key]))
    return kind(**found), tuple(lost)


def _readable(kind: Any, values: list[Any]) -> Iterator[Any]:
    """Yield the valid items."""
    for each in values:
        with suppress(*UNREADABLE):
            yield load(kind, each)


def _load_fields(kind: Any, value: Any) -> Any:
    """Return a dataclass from the fields that exist."""
    found = _typed(dict, value)
    hints, keys = _hints(kind), _keys(kind)
    return kind(**{name: load(hints[name], found[key]) for name, key in keys.items() if key in found})


def _load_plain(kind: Any, value: Any) -> Any:
    """Return a value without fields or items."""
    if kind is timedelta:
        return _span(timedelta(seconds=_number(value)))
    if issubclass(kind, date | time):
        return _moment(kind.fromisoformat(value))
    if issubclass(kind, Enum):
        return kind(_typed(str if issubclass(kind, str) else int, value))
    return _number(value) if kind is float else _typed(kind, value)


def _moment(found: date | time) -> date | time:
    """Return a time; raise ValueError for a datetime without time zone, a time of day with one, and extreme years."""
    if isinstance(found, datetime) is (getattr(found, "tzinfo", None) is None):
        raise ValueError("A datetime needs a time zone, a time of day must have none")
    if isinstance(found, datetime) and not MINYEAR < found.year < MAXYEAR:
        raise ValueError("The year cannot be converted to other time zones")
    return found


def _span(found: timedelta) -> timedelta:
    """Return a duration; raise ValueError unless it is that of a charge window, the only one that is stored."""
    if not timedelta() < found <= timedelta(days=1):
        raise ValueError("A charge window lasts at most a day")
    return found


def _number(value: Any) -> float:
    """Return a number; raise TypeError or ValueError for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError("Not a number")
    if not math.isfinite(value):
        raise ValueError("Not a finite number")
    return float(value)


def _typed(kind: type, value: Any) -> Any:
    """Return a value of exactly a type; raise TypeError for any other."""
    if type(value) is not kind:
        raise TypeError(f"Not a {kind.__name__}")
    return value
