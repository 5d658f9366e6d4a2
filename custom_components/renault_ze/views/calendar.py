"""What a calendar shows of the plan, and what a person enters there: the words of both, and how the latter is read."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
import re
from typing import Any, NamedTuple, Protocol

from ..cloud.models import Vehicle, Weekday
from ..cloud.schedule import WEEK, ScheduleError
from ..plan.model import Plan
from ..plan.settings import Settings

_DAYS = {"MO": 0, "TU": 1, "WE": 2, "TH": 3, "FR": 4, "SA": 5, "SU": 6}
_NAMES = {Weekday(number): name for name, number in _DAYS.items()}
_ENDS = {"COUNT", "UNTIL"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """One time of something in a calendar; what comes back weekly has a `rule`, and the date it is known by, `day`.

    What is `tentative` stands in the plan but will not happen while things are as they are.
    """

    uid: str
    begin: datetime
    end: datetime
    summary: str
    description: str | None = None
    day: date | None = None
    rule: str | None = None
    tentative: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Wish:
    """What a person entered, by the vehicle's clock; without `weekdays` it is for one date.

    `options` are the words of the description, None where there was none.
    """

    name: str
    begin: datetime
    end: datetime
    weekdays: frozenset[Weekday]
    options: frozenset[str] | None


class Picked(NamedTuple):
    """What a person pointed at: all of it, or with a `day` that one time of it and perhaps all that `follow`."""

    uid: str
    day: date | None = None
    follow: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """What an agenda is looked at with: the plan of a vehicle, the instant, and the zone (`home`) of who looks."""

    plan: Plan
    vehicle: Vehicle
    settings: Settings
    now: datetime
    home: tzinfo


class Agenda(Protocol):
    """A part of the plan as a calendar; each change returns another plan or raises `ScheduleError`."""

    def entries(self, begin: datetime, end: datetime) -> list[Entry]:
        """Return, in order, what touches a span."""

    def coming(self) -> Entry | None:
        """Return what goes on now, else what comes next."""

    def added(self, wish: Wish) -> Plan:
        """Return the plan with what was entered."""

    def changed(self, picked: Picked, wish: Wish) -> Plan:
        """Return the plan with what was entered in the place of what was picked."""

    def dropped(self, picked: Picked) -> Plan:
        """Return the plan without what was picked."""


def read(event: Mapping[str, Any], zone: tzinfo, options: Collection[str]) -> Wish:
    """Return what was entered: `dtstart` and `dtend` by the clock of who entered it, `rrule`, `summary`, `description`.

    Raise `ScheduleError` for a whole day, a rule that is not weekly, a description of other words than `options`, and a
    place, which nobody would find again.
    """
    begin, end = event["dtstart"], event["dtend"]
    if not isinstance(begin, datetime):
        raise ScheduleError("event_all_day", ())
    if (event.get("location") or "").strip():
        raise ScheduleError("event_located", ())
    rule, there = event.get("rrule"), begin.astimezone(zone)
    days = rule_weekdays(rule, Weekday(begin.weekday())) if rule else ()
    return Wish(
        name=event["summary"].strip(),
        begin=there,
        end=end.astimezone(zone),
        weekdays=frozenset(_shifted(day, there.date() - begin.date()) for day in days),
        options=_options(event.get("description"), options),
    )


def rule(weekdays: Collection[Weekday], begin: datetime, day: date, home: tzinfo) -> str:
    """Return the rule of what begins on weekdays of the vehicle, in the days of who looks; `begin` is its `day`'s."""
    apart = begin.astimezone(home).date() - day
    return weekly_rule(_shifted(each, apart) for each in weekdays)


def check_first(first: Entry | None, day: date) -> None:
    """Refuse a change of all that follow a day, if something of it comes before: what is weekly has no beginning."""
    if first is not None and first.day is not None and day > first.day:
        raise ScheduleError("event_from_next", (), first.begin)


def _shifted(day: Weekday, apart: timedelta) -> Weekday:
    """Return the weekday some days later."""
    return Weekday((day + apart.days) % 7)


def _options(description: str | None, known: Collection[str]) -> frozenset[str] | None:
    """Return the words of a description."""
    if description is None:
        return None
    words = [" ".join(each.casefold().split()) for each in re.split(r"[,;\n]", description)]
    for word in filter(None, words):
        if word not in known:
            raise ScheduleError("event_option_unknown", (), word, choices=known)
    return frozenset(filter(None, words))


def rule_weekdays(rule: str, first: Weekday) -> frozenset[Weekday]:
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


def weekly_rule(days: Iterable[Weekday]) -> str:
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
