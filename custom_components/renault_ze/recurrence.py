"""The weekly subset of RFC 5545 in which a calendar writes what comes back on weekdays."""

from collections.abc import Iterable

from .cloud.models import Weekday
from .schedule import WEEK, ScheduleError

_DAYS = {"MO": 0, "TU": 1, "WE": 2, "TH": 3, "FR": 4, "SA": 5, "SU": 6}
_NAMES = {Weekday(number): name for name, number in _DAYS.items()}
_ENDS = {"COUNT", "UNTIL"}


def weekdays(rule: str, first: Weekday) -> frozenset[Weekday]:
    """Return the days a rule names, `first` where it names none.

    Raise `ScheduleError` for all that is more than days of every week: with an end ("recurrence_ends"), not in every
    week ("recurrence_interval"), or of another kind ("recurrence_unsupported"), the part at fault being its value.
    """
    parts = dict(_part(each) for each in rule.upper().removeprefix("RRULE:").split(";") if each)
    if ends := _ENDS & parts.keys():
        raise ScheduleError("recurrence_ends", (), min(ends))
    if parts.get("INTERVAL", "1") != "1":
        raise ScheduleError("recurrence_interval", (), parts["INTERVAL"])
    for unknown in parts.keys() - {"FREQ", "INTERVAL", "BYDAY", "WKST"}:
        raise ScheduleError("recurrence_unsupported", (), unknown)
    return _days(parts.get("FREQ", ""), parts.get("BYDAY"), first)


def rule(days: Iterable[Weekday]) -> str:
    """Return the rule of weekdays."""
    return f"FREQ=WEEKLY;BYDAY={','.join(_NAMES[day] for day in sorted(days))}"


def _part(text: str) -> tuple[str, str]:
    """Return the name and the value of a part."""
    name, _, value = text.partition("=")
    return name.strip(), value.strip()


def _days(frequency: str, by_day: str | None, first: Weekday) -> frozenset[Weekday]:
    """Return the days of a frequency; every day is every weekday."""
    if frequency not in {"DAILY", "WEEKLY"}:
        raise ScheduleError("recurrence_unsupported", (), frequency)
    if by_day is None:
        return WEEK if frequency == "DAILY" else frozenset([first])
    named = [each.strip() for each in by_day.split(",")]
    if strange := [each for each in named if each not in _DAYS]:
        raise ScheduleError("recurrence_unsupported", (), strange[0])
    return frozenset(Weekday(_DAYS[each]) for each in named)
