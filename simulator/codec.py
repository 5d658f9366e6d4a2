"""Convert the simulator's dataclasses to JSON and back, based on their type hints."""

from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime, time, timedelta
from enum import Enum
from types import UnionType
from typing import Any, get_args, get_origin, get_type_hints
from zoneinfo import ZoneInfo

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
_LOAD: dict[Any, Callable[[Any], Any]] = {
    datetime: datetime.fromisoformat,
    time: time.fromisoformat,
    timedelta: lambda seconds: timedelta(seconds=seconds),
    ZoneInfo: ZoneInfo,
    bytes: bytes.fromhex,
}


def dump(value: Any) -> Any:
    """Return a value as JSON, without the fields marked as transient."""
    if is_dataclass(value):
        kept = (each.name for each in fields(value) if not each.metadata.get("transient"))
        return {name: dump(getattr(value, name)) for name in kept}
    return next((encode(value) for kind, encode in _DUMP if isinstance(value, kind)), value)


def load[T](kind: type[T], data: Any, **transient: Any) -> T:
    """Return the value that `dump` converted; the transient fields of a dataclass are passed as keywords."""
    value = _load(kind, data, transient)
    if not isinstance(value, kind):
        raise TypeError(f"{kind.__name__} expected, not {data!r}")
    return value


def _load(hint: Any, data: Any, transient: Mapping[str, Any]) -> Any:
    """Return the value for a type hint."""
    if is_dataclass(hint):
        return _load_fields(hint, data, transient)
    if get_origin(hint) is UnionType:
        return None if data is None else _load(get_args(hint)[0], data, transient)
    if get_origin(hint) is not None:
        return _load_many(get_origin(hint), get_args(hint), data)
    return _LOAD.get(hint, hint)(data)


def _load_fields(hint: Any, data: Mapping[str, Any], transient: Mapping[str, Any]) -> Any:
    """Return a dataclass; missing fields get their defaults."""
    hints = get_type_hints(hint)
    kept = {each.name: hints[each.name] for each in fields(hint) if each.name in data}
    passed = {each.name: transient[each.name] for each in fields(hint) if each.name in transient}
    return hint(**{name: _load(kind, data[name], {}) for name, kind in kept.items()}, **passed)


def _load_many(origin: Any, arguments: tuple[Any, ...], data: Any) -> Any:
    """Return a mapping or another collection."""
    if issubclass(origin, Mapping):
        key, each = arguments
        return {_load(key, name, {}): _load(each, value, {}) for name, value in data.items()}
    return origin(_load(arguments[0], each, {}) for each in data)
