"""Decode single values of responses; an invalid value is None.

mashumaro is not used because a strict decoder rejects the whole object for one invalid field.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
import re
from typing import Any

from ..charging import ChargingPoint
from ..models import Capability, ChargeEvent, ChargeEventKind, PreconditioningSource, Result, Weekday
from ..notifications import NotificationChannel
from ..response import number

# Times are in milliseconds since 1970; a lower number is in seconds, as milliseconds would mean 1973.
_MILLISECONDS = 100_000_000_000
_EARLIEST = datetime(2000, 1, 1, tzinfo=UTC).timestamp()
_LATEST = datetime(2100, 1, 1, tzinfo=UTC).timestamp()
_FULL = 100
_LONGEST_NAME = 200
_LONGEST_RANGE = 10_000
_LONGEST_CHARGE = timedelta(days=7)
_DAY = timedelta(days=1)
_HOURS_MINUTES = re.compile(r"([0-9]{2})([0-5][0-9])")
SCOPES = {
    "BATTERY_CHARGE_STATUS": frozenset({Capability.BATTERY, Capability.CHARGING_POINT, Capability.REQUEST_UPDATE}),
    "BATTERY_CHARGE_HISTORY": frozenset({Capability.CHARGE_HISTORY}),
    "BATTERY_CHARGE_REMOTE_ACTIVATION": frozenset({Capability.START_CHARGE}),
    "BATTERY_CHARGE_SCHEDULING": frozenset({Capability.CHARGE_SCHEDULE}),
    "AC_REMOTE_CONTROL": frozenset(
        {
            Capability.PRECONDITIONING,
            Capability.PRECONDITIONING_HISTORY,
            Capability.PRECONDITIONING_TIMER,
            Capability.PRECONDITIONING_TIMER_STATE,
            Capability.CANCEL_PRECONDITIONING,
        }
    ),
    # Inferred: the only scope about messages.
    "BATTERY_CHARGE_LOWALERT": frozenset({Capability.NOTIFICATIONS}),
}
EVERYTHING = frozenset(capability for allowed in SCOPES.values() for capability in allowed)
CHARGING_POINTS = {
    "INVALID": ChargingPoint.NONE,
    "SLOW": ChargingPoint.SLOW,
    "ACCELERATED": ChargingPoint.ACCELERATED,
    "FAST": ChargingPoint.FAST,
}
SOURCES = {
    "USER_REQUEST": PreconditioningSource.USER_REQUEST,
    "CAR_NOTIFICATION": PreconditioningSource.CAR,
}
RESULTS = {
    "SUCCESS": Result.SUCCESS,
    "ERROR": Result.ERROR,
}
CHARGE_EVENT_KINDS = {
    "START_NOTIFICATION": ChargeEventKind.STARTED,
    "END_NOTIFICATION": ChargeEventKind.ENDED,
    "START_REQUEST": ChargeEventKind.START_REQUESTED,
}
CHANNELS = {
    "NONE": NotificationChannel.NONE,
    "EMAIL": NotificationChannel.EMAIL,
    "SMS": NotificationChannel.SMS,
}
# The server and `NotificationSettings` use the same names.
NOTIFICATIONS = (
    "battery_status",
    "charge_start",
    "charge_end",
    "charge_problem",
    "low_battery",
    "low_battery_reminder",
)
WEEKDAYS = {
    "mon": Weekday.MONDAY,
    "tue": Weekday.TUESDAY,
    "wed": Weekday.WEDNESDAY,
    "thu": Weekday.THURSDAY,
    "fri": Weekday.FRIDAY,
    "sat": Weekday.SATURDAY,
    "sun": Weekday.SUNDAY,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class AdjacentCharges:
    """The previous charge and the time of the next one."""

    previous: ChargeEvent | None = None
    next_at: datetime | None = None


def text(value: Any) -> str | None:
    """Return a text that is not blank and not too long for a name."""
    if not isinstance(value, str) or len(value) > _LONGEST_NAME:
        return None
    return value.strip() or None if value.isprintable() else None


def percentage(value: Any) -> int | None:
    """Return whole percent."""
    found = number(value)
    return int(found) if found is not None and int(found) == found and 0 <= found <= _FULL else None


def kilometers(value: Any) -> float | None:
    """Return a distance in kilometers."""
    found = number(value)
    return float(found) if found is not None and 0 <= found <= _LONGEST_RANGE else None


def minutes(value: Any) -> timedelta | None:
    """Return a charging time given in minutes, as in battery reports."""
    return _charging_time(value, timedelta(minutes=1))


def milliseconds(value: Any) -> timedelta | None:
    """Return a charging time given in milliseconds, as in the charge history."""
    return _charging_time(value, timedelta(milliseconds=1))


def instant(value: Any) -> datetime | None:
    """Return a time given in milliseconds or seconds since 1970."""
    found = seconds(value)
    return None if found is None else datetime.fromtimestamp(found, UTC)


def seconds(value: Any) -> float | None:
    """Return a time in seconds since 1970, which are faster to compare."""
    if (sent := number(value)) is None:
        return None
    found = sent / 1000 if _MILLISECONDS <= sent < _LATEST * 1000 else sent
    return found if _EARLIEST <= found < _LATEST else None


def clock(value: Any) -> time | None:
    """Return a wall-clock time given as `HHMM`."""
    found = _hours_minutes(value)
    return time(found.seconds // 3600, found.seconds // 60 % 60) if found is not None and found < _DAY else None


def length(value: Any) -> timedelta | None:
    """Return a duration given as `HHMM`: "0115" is an hour and a quarter."""
    found = _hours_minutes(value)
    return found if found is not None and timedelta() < found <= _DAY else None


def _hours_minutes(value: Any) -> timedelta | None:
    """Return the time since midnight of `HHMM`, given as a text or as a number without leading zeros."""
    if type(value) is int:
        value = f"{value:04}"
    found = _HOURS_MINUTES.fullmatch(value) if isinstance(value, str) else None
    return timedelta(hours=int(found[1]), minutes=int(found[2])) if found else None


def _charging_time(value: Any, unit: timedelta) -> timedelta | None:
    """Return a plausible charging time."""
    found = number(value)
    return found * unit if found is not None and 0 <= found <= _LONGEST_CHARGE / unit else None
