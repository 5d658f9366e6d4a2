"""Encode the content of requests."""

from datetime import date, time, timedelta
from typing import Any

from ..exceptions import RejectedError, UnsupportedError
from ..models import ChargeWindow
from ..notifications import DoNotDisturb, NotificationSettings
from ..schedule import check_supported
from . import fields

_DAYS = {weekday: key for key, weekday in fields.WEEKDAYS.items()}
_CHANNELS = {channel: word for word, channel in fields.CHANNELS.items()}
# The format has two digits for a year.
_CENTURY = 20
_HOUR, _MINUTE = timedelta(hours=1), timedelta(minutes=1)


def months(begin: date, end: date) -> str:
    """Return the query for whole months in the format `MMYY`; raise RejectedError for another century."""
    if {begin.year // 100, end.year // 100} != {_CENTURY}:
        raise RejectedError(f"The server only supports the years 2000 to 2099, not {begin} to {end}")
    return f"?begin={begin:%m%y}&end={end:%m%y}"


def clock(at: time) -> str:
    """Return a wall-clock time as `HHMM`."""
    return f"{at:%H%M}"


def schedule(windows: tuple[ChargeWindow, ...]) -> dict[str, Any]:
    """Return a charge schedule as a draft; raise UnsupportedError if the car cannot hold it."""
    body: dict[str, Any] = {"optimized_charge": False}
    for window in sorted(windows):
        key = _DAYS[window.weekday]
        if key in body:
            day = window.weekday.name.lower()
            raise UnsupportedError(f"The car holds one charge window a day, and {day} has more", key="week_not_held")
        check_supported(window)
        hours, rest = divmod(window.duration, _HOUR)
        body[key] = {"start": clock(window.start), "duration": f"{hours:02}{rest // _MINUTE:02}"}
    return body


def notifications(settings: NotificationSettings) -> dict[str, Any]:
    """Return all settings; raise RejectedError if one is unknown, because writing would lose it."""
    channels = {name: getattr(settings, name) for name in fields.NOTIFICATIONS}
    if unknown := [name for name, channel in channels.items() if channel is None]:
        text = f"Unknown notification settings would be overwritten: {', '.join(unknown)}"
        raise RejectedError(text, key="channel_unknown")
    if settings.do_not_disturb == "unknown":
        text = "An unknown do not disturb time would be overwritten"
        raise RejectedError(text, key="do_not_disturb_unknown")
    return {
        **{name: _CHANNELS[channel] for name, channel in channels.items()},
        "do_not_disturb": _do_not_disturb(settings.do_not_disturb),
    }


def _do_not_disturb(silence: DoNotDisturb | None) -> dict[str, str] | None:
    """Return do not disturb, null if it is off."""
    return None if silence is None else {"start": clock(silence.start), "end": clock(silence.end)}
