"""Decode the charge mode and the programs of a car."""

from collections.abc import Iterator
from datetime import time, timedelta
import re
from typing import Any

from ..charging import ChargeMode
from ..models import ChargeWindow
from ..redaction import log_once
from ..response import as_object, flag, word
from .decode import number
from .programs import DAYS, Programs, Windows, encoded

_MODES = {
    "schedule_mode": ChargeMode.SCHEDULED,
    "always_charging": ChargeMode.ALWAYS,
    **{mode.value: mode for mode in ChargeMode},
}
# Cars hold five; each may have seven windows, which are compared with all others.
_MOST_PROGRAMS = 50
_LONGEST_ID = 20
_DAY_MINUTES = 24 * 60
# `T23:30Z` in programs, `2330` in the calendar of the first generation.
_CLOCK = re.compile(r"T?([01][0-9]|2[0-3]):?([0-5][0-9])(?::?[0-5][0-9])?Z?")


def charge_mode(found: dict[str, Any]) -> ChargeMode | None:
    """Decode the charge mode of either generation."""
    key = "chargeMode" if "chargeMode" in found else "mode"
    return word(found.get(key), _MODES, key)


def calendar(found: dict[str, Any]) -> Windows:
    """Decode the active days in the calendar of the first generation, all if none is active: it is then disabled."""
    days = as_object(found.get("calendar"))
    has_active = any(_is_active(row) for name in DAYS.values() for row in _list(days.get(name)))
    windows = (
        _window(weekday, row)
        for weekday, name in zip(DAYS, DAYS.values(), strict=True)
        for row in _list(days.get(name))
        if _is_active(row) or not has_active
    )
    return _sorted(windows)


def calendar_programs(found: dict[str, Any]) -> Programs | None:
    """Return a calendar as the program in which it can be sent back, None unless it has inactive days beside others."""
    rows = {name: _list(as_object(found.get("calendar")).get(name)) for name in DAYS.values()}
    days = {name: _day(each[0]) if len(each) == 1 else None for name, each in rows.items()}
    states = {_is_active(day) for day in days.values() if day is not None}
    return [{"id": 1, "activated": True, **days}] if states == {True, False} else None


def reported_programs(found: Any) -> Programs | None:
    """Return the programs in a car as they can be sent back, None if there are none or they are not understood."""
    rows = [as_object(row) for row in _list(found)]
    programs = [{"id": row.get("id"), **_days(row)} for row in rows]
    is_understood = all(type(each["id"]) in (int, str) and len(str(each["id"])) <= _LONGEST_ID for each in programs)
    return programs if programs and is_understood else None


def reported_rows(found: Any) -> Programs | None:
    """Return the rows of a list as they are, None for anything else than a list of objects."""
    is_list = isinstance(found, list) and len(found) <= _MOST_PROGRAMS and all(isinstance(each, dict) for each in found)
    return found if is_list else None


def program_windows(found: Any, *, inactive_days: bool = False) -> Windows:
    """Decode the windows of the enabled programs, with or without those of inactive days."""
    active = (as_object(row) for row in _list(found) if flag(as_object(row).get("activated")))
    return _sorted(
        _window(weekday, program[name])
        for program in active
        for weekday, name in DAYS.items()
        if program.get(name) is not None and (inactive_days or _is_active(program[name]))
    )


def _window(weekday: Any, row: Any) -> ChargeWindow | None:
    """Decode a window, None if it is invalid."""
    start, span = clock(as_object(row).get("startTime")), duration(as_object(row).get("duration"))
    if start is None or span is None or span < timedelta(minutes=1):
        log_once("The server sent an invalid charge window; it is ignored")
        return None
    return ChargeWindow(weekday, start, span)


def _days(program: dict[str, Any]) -> dict[str, Any]:
    """Return the days of a program as the server has sent them, and whether it is active."""
    days = {name: as_object(program[name]) or None for name in DAYS.values() if name in program}
    valid = {
        name: None if day is None else {key: day.get(key) for key in ("startTime", "duration")}
        for name, day in days.items()
        if day is None or _window(0, day) is not None
    }
    return {"activated": bool(flag(program.get("activated"))), **valid}


def _day(row: Any) -> dict[str, Any] | None:
    """Return a day of a calendar as a day of a program, which is active unless it says otherwise."""
    window = _window(0, row)
    if window is None:
        return None
    return encoded(window) if _is_active(row) else {**encoded(window), "activationState": False}


def _is_active(row: Any) -> bool:
    """Return whether the window of a calendar is active."""
    return flag(as_object(row).get("activationState")) is not False


def _sorted(windows: Iterator[ChargeWindow | None]) -> Windows:
    """Return the valid windows, sorted and without duplicates."""
    return tuple(sorted({window for window in windows if window is not None}))


def _list(content: Any) -> list[Any]:
    """Return the first items of a list, an empty one for anything else."""
    return content[:_MOST_PROGRAMS] if isinstance(content, list) else []


def clock(value: Any) -> time | None:
    """Return a time of day."""
    found = _CLOCK.fullmatch(value) if isinstance(value, str) and value.isascii() else None
    return time(int(found[1]), int(found[2])) if found else None


def duration(value: Any) -> timedelta | None:
    """Return the duration of a window, given in minutes."""
    found = number(value, 1, _DAY_MINUTES)
    return None if found is None else timedelta(minutes=found)
