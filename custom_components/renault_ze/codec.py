"""Frozen dataclasses to plain JSON and back, led by their annotations."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import fields, is_dataclass
from datetime import date, time, timedelta
from functools import cache
from types import NoneType, UnionType
from typing import Any, get_args, get_origin, get_type_hints

# What is raised for what was never dumped, or by another version.
UNREADABLE = (ValueError, KeyError, TypeError, AttributeError, ArithmeticError)

_hints = cache(get_type_hints)


@cache
def _names(kind: Any) -> tuple[str, ...]:
    """Return the names of a dataclass's fields."""
    return tuple(each.name for each in fields(kind))


def dump(value: Any) -> Any:
    """Return a value as JSON has it: ISO 8601 for times, seconds for spans, lists for sets in their order."""
    if is_dataclass(value):
        return {name: dump(getattr(value, name)) for name in _names(value.__class__)}
    if isinstance(value, tuple | frozenset):
        return [dump(each) for each in (sorted(value) if isinstance(value, frozenset) else value)]
    if isinstance(value, timedelta):
        return value.total_seconds()
    return value.isoformat() if isinstance(value, date | time) else value


def load(kind: Any, value: Any) -> Any:
    """Return the value of a kind that was dumped; raise one of what is `UNREADABLE` for what never was."""
    if isinstance(kind, UnionType):
        (kind,) = (each for each in get_args(kind) if each is not NoneType)
        return None if value is None else load(kind, value)
    if (container := get_origin(kind)) is not None:
        return container(load(get_args(kind)[0], each) for each in value)
    return _load_fields(kind, value) if is_dataclass(kind) else _load_plain(kind, value)


def load_parts(kind: Any, value: dict[str, Any]) -> tuple[Any, list[str]]:
    """Return a dataclass from the fields, and items of them, that can be read, and the names of the other fields."""
    found: dict[str, Any] = {}
    lost: list[str] = []
    for name, hint in _hints(kind).items():
        if name not in value:
            continue
        try:
            found[name] = load(hint, value[name])
        except UNREADABLE:
            lost.append(name)
            if get_origin(hint) is tuple and isinstance(value[name], list):
                found[name] = tuple(_readable(get_args(hint)[0], value[name]))
    return kind(**found), lost


def _readable(kind: Any, values: list[Any]) -> Iterator[Any]:
    """Yield the items that can be read."""
    for each in values:
        with suppress(*UNREADABLE):
            yield load(kind, each)


def _load_fields(kind: Any, value: Any) -> Any:
    """Return a dataclass from the fields that are there."""
    hints = _hints(kind)
    return kind(**{name: load(hint, value[name]) for name, hint in hints.items() if name in value})


def _load_plain(kind: Any, value: Any) -> Any:
    """Return what JSON has a word for."""
    if kind is timedelta:
        return timedelta(seconds=value)
    return kind.fromisoformat(value) if issubclass(kind, date | time) else kind(value)
