"""Single values of the wire: each one is decoded, or None.

Read from the raw answer, not through the library's classes: those reject a whole object for one field of another type.
"""

from datetime import UTC, datetime, time, timedelta
from math import isfinite
import re
from typing import Any

_EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
_LATEST = datetime(2100, 1, 1, tzinfo=UTC)
_FULL = 100
_LONGEST_CHARGE_MINUTES = 7 * 24 * 60
_DAY_MINUTES = 24 * 60
# `T23:30Z` in programs, `2330` in the calendar of the first generation.
_CLOCK = re.compile(r"T?([01][0-9]|2[0-3]):?([0-5][0-9])(?::?[0-5][0-9])?Z?")


def number(value: Any, least: float, most: float) -> float | None:
    """Return a number within bounds."""
    if type(value) not in (int, float) or not isfinite(value):
        return None
    return float(value) if least <= value <= most else None


def percentage(value: Any) -> int | None:
    """Return whole percents; the server gives halves now and then."""
    found = number(value, 0, _FULL)
    return None if found is None else int(found)


def minutes(value: Any) -> timedelta | None:
    """Return a charging time given in minutes."""
    found = number(value, 0, _LONGEST_CHARGE_MINUTES)
    return None if found is None else timedelta(minutes=found)


def instant(value: Any) -> datetime | None:
    """Return an instant of ISO 8601, in UTC where it does not say."""
    if not isinstance(value, str):
        return None
    try:
        found = datetime.fromisoformat(value)
        found = found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except ValueError, OverflowError:
        return None
    return found if _EARLIEST <= found < _LATEST else None


def clock(value: Any) -> time | None:
    """Return a time of day, whichever clock it is of."""
    found = _CLOCK.fullmatch(value) if isinstance(value, str) and value.isascii() else None
    return time(int(found[1]), int(found[2])) if found else None


def length(value: Any) -> timedelta | None:
    """Return how long a window is open, given in minutes."""
    found = number(value, 1, _DAY_MINUTES)
    return None if found is None else timedelta(minutes=found)
