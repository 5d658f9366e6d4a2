"""What calendars have in common: their entries, what a user enters or selects there, and weekly rules."""

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
import re
from typing import Any, NamedTuple

from ..cloud.models import Vehicle, Weekday
from ..cloud.schedule import WEEK, ScheduleError
from ..plan.charge_model import FULL
from ..plan.model import LEAST_LIMIT, Plan
from ..plan.situation import Situation
from ..vehicle.sessions import ChargeSession
from .sentences import Sentence

# Stands for each level that a description may have.
LEVEL_EXAMPLE = "90 %"
_DAYS = {"MO": 0, "TU": 1, "WE": 2, "TH": 3, "FR": 4, "SA": 5, "SU": 6}
_NAMES = {Weekday(number): name for name, number in _DAYS.items()}
_ENDS = {"COUNT", "UNTIL"}


@dataclass(frozen=True, kw_only=True, slots=True)
class CalendarEntry:
    """One time of an event; a weekly event has a `rule`, and a `day`, the date that identifies this time.

    A `tentative` entry is in the plan but switched off, skipped, paused, or not followed by the car.
    """

    uid: str
    begin: datetime
    end: datetime
    summary: str
    description: str | Sentence | None = None
    day: date | None = None
    rule: str | None = None
    tentative: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class EventInput:
    """An event as it was entered, by the vehicle's clock; without `weekdays` it is for one date.

    `options` are the words of the description, None without one.
    """

    name: str
    begin: datetime
    end: datetime
    weekdays: frozenset[Weekday]
    options: frozenset[str] | None


class Selection(NamedTuple):
    """A selected event: all of it, or with a `day` one time of it, perhaps with those that `follow`."""

    uid: str
    day: date | None = None
    follow: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class CalendarContext:
    """What a calendar shows: the situation of a vehicle, its charges, in the time zone of Home Assistant (`home`)."""

    situation: Situation
    vehicle: Vehicle
    home: tzinfo
    charges: tuple[ChargeSession, ...] = ()


@dataclass(frozen=True, slots=True)
class PlanCalendar(ABC):
    """A part of the plan as a calendar; each change returns another plan or raises `ScheduleError`."""

    context: CalendarContext

    @property
    def plan(self) -> Plan:
        """Return the plan."""
        return self.context.situation.plan

    @property
    def now(self) -> datetime:
        """Return the instant of the situation."""
        return self.context.situation.now

    @abstractmethod
    def entries(self, begin: datetime, end: datetime) -> list[CalendarEntry]:
        """Return, in order, the entries that touch a span."""

    @abstractmethod
    def next_time(self) -> tuple[Any, ...] | None:
        """Return the current time of an event, else the next one."""

    @abstractmethod
    def next_entry(self) -> CalendarEntry | None:
        """Return the entry of `next_time`, which only changes with it and with the plan."""

    @abstractmethod
    def create(self, entered: EventInput) -> Plan:
        """Return the plan with another event."""

    @abstractmethod
    def update(self, selection: Selection, entered: EventInput) -> Plan:
        """Return the plan with an event, or some of its times, changed."""

    @abstractmethod
    def delete(self, selection: Selection) -> Plan:
        """Return the plan without an event, or some of its times."""


def read(event: Mapping[str, Any], zone: tzinfo, options: Collection[str]) -> EventInput:
    """Return an event from its calendar fields; `dtstart` and `dtend` are in the zone of whoever entered it.

    Raise `ScheduleError` for a whole day, a rule that is not weekly, a description with other words than `options`, and
    a location, which is not supported.
    """
    begin, end = event["dtstart"], event["dtend"]
    if not isinstance(begin, datetime):
        raise ScheduleError("event_all_day", ())
    if (event.get("location") or "").strip():
        raise ScheduleError("event_located", ())
    rule, there = event.get("rrule"), begin.astimezone(zone)
    days = rule_weekdays(rule, Weekday(begin.weekday())) if rule else ()
    return EventInput(
        name=event["summary"].strip(),
        begin=there,
        end=end.astimezone(zone),
        weekdays=frozenset(_shifted(day, there.date() - begin.date()) for day in days),
        options=_options(event.get("description"), options),
    )


def rule(weekdays: Collection[Weekday], begin: datetime, day: date, home: tzinfo) -> str:
    """Return the rule of a weekly event in Home Assistant's weekdays; `begin` is its time on `day` at the vehicle."""
    shift = begin.astimezone(home).date() - day
    return weekly_rule(_shifted(each, shift) for each in weekdays)


def check_first(first: CalendarEntry | None, day: date) -> None:
    """Refuse a change from a day on if the event occurs before: a weekly event has no first date."""
    if first is not None and first.day is not None and day > first.day:
        raise ScheduleError("event_from_next", (), first.begin)


def _shifted(day: Weekday, shift: timedelta) -> Weekday:
    """Return the weekday some days later."""
    return Weekday((day + shift.days) % 7)


def _options(description: str | None, known: Collection[str]) -> frozenset[str] | None:
    """Return the words of a description, None without one."""
    if description is None:
        return None
    words = [" ".join(each.casefold().split()) for each in re.split(r"[,;\n]", description)]
    for word in filter(None, words):
        if word not in known and not (LEVEL_EXAMPLE in known and level_of(word)):
            raise ScheduleError("event_option_unknown", (), word, choices=known)
    return frozenset(filter(None, words))


def level_of(word: str) -> int | None:
    """Return the battery level (percent) that a word of a description is, None for another word."""
    found = re.fullmatch(r"(\d{2,3}) ?%", word)
    return int(found[1]) if found and LEAST_LIMIT <= int(found[1]) <= FULL else None


def rule_weekdays(rule: str, first: Weekday) -> frozenset[Weekday]:
    """Return the weekdays of a rule, `first` if it names none.

    Raise `ScheduleError` for a rule with an end ("recurrence_ends"), not every week ("recurrence_interval"), or of
    another kind ("recurrence_unsupported"), with the unsupported part as its value.
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
    """Return the rule of an event on weekdays."""
    return f"FREQ=WEEKLY;BYDAY={','.join(_NAMES[day] for day in sorted(days))}"


def _part(text: str) -> tuple[str, str]:
    """Return the name and the value of a part of a rule."""
    name, _, value = text.partition("=")
    return name.strip(), value.strip()


def _days(frequency: str, by_day: str | None, first: Weekday) -> frozenset[Weekday]:
    """Return the weekdays of a frequency; daily means every weekday."""
    if frequency not in {"DAILY", "WEEKLY"}:
        raise ScheduleError("recurrence_unsupported", (), frequency)
    if by_day is None:
        return WEEK if frequency == "DAILY" else frozenset([first])
    named = [each.strip() for each in by_day.split(",")]
    if strange := [each for each in named if each not in _DAYS]:
        raise ScheduleError("recurrence_unsupported", (), strange[0])
    return frozenset(Weekday(_DAYS[each]) for each in named)
