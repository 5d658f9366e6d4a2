"""Charge programs: several weekly schedules at once, in the car's time zone or in UTC."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
import re
from typing import Any, override
from zoneinfo import ZoneInfo

from ..world.week import Schedule, Week, Window
from .errors import invalid
from .models import Model, ScheduleKind

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
DAY_MINUTES = 24 * 60
_START = re.compile(r"T([01]\d|2[0-3]):([0-5]\d)Z")


class ChargeMode(StrEnum):
    """When a plugged-in car charges: at once, by its programs, from a time on, or as a service decides."""

    ALWAYS = "always"
    SCHEDULED = "scheduled"
    DELAYED = "delayed"
    DELEGATED = "delegated"


@dataclass(frozen=True)
class Program:
    """A program: its number from 1, whether it is enabled, and a window or None for each day from Monday.

    The first generation keeps the windows of `inactive` days without following them.
    """

    number: int
    activated: bool
    days: tuple[Window | None, ...]
    inactive: frozenset[str] = frozenset()

    @property
    def followed(self) -> tuple[Window | None, ...]:
        """Return the window of each day that is followed."""
        named = zip(WEEKDAYS, self.days, strict=True)
        return tuple(None if name in self.inactive else window for name, window in named)

    @property
    def windows(self) -> set[Window]:
        """Return the distinct windows."""
        return {window for window in self.days if window}


@dataclass(frozen=True)
class ProgramWeek(Week):
    """The programs in the car, and the delayed start that it follows instead.

    `clock` is the time zone of the programs, by default the car's own.
    """

    days: tuple[Window | None, ...] = ()
    programs: tuple[Program, ...] = ()
    clock: ZoneInfo | None = None
    starts_at: datetime | None = None

    @override
    def is_open(self, instant: datetime, zone: ZoneInfo) -> bool:
        if self.starts_at:
            return instant >= self.starts_at
        return super().is_open(instant, self.clock or zone)

    @override
    def next_change(self, instant: datetime, zone: ZoneInfo) -> datetime:
        if self.starts_at and instant < self.starts_at:
            return self.starts_at
        return super().next_change(instant, self.clock or zone)

    @override
    def _spans(self) -> Iterator[tuple[int, int]]:
        for program in self.programs:
            if program.activated:
                yield from Week(program.followed)._spans()  # noqa: SLF001 - of the class this one extends


@dataclass(frozen=True)
class MyRenaultSchedule(Schedule):
    """The programs in a car, and whether it follows them."""

    week: ProgramWeek
    delegated: bool = False

    @property
    def mode(self) -> ChargeMode:
        """Return the charge mode."""
        if not self.enabled:
            return ChargeMode.DELEGATED if self.delegated else ChargeMode.ALWAYS
        return ChargeMode.DELAYED if self.week.starts_at else ChargeMode.SCHEDULED


def nightly(clock: ZoneInfo | None = None) -> MyRenaultSchedule:
    """Return the schedule of a new car: every night, disabled."""
    days = (Window(time(23, 30), timedelta(hours=7)),) * len(WEEKDAYS)
    return MyRenaultSchedule(
        enabled=False, week=ProgramWeek(programs=(Program(1, activated=True, days=days),), clock=clock)
    )


def parse_programs(attributes: Mapping[str, Any], model: Model) -> tuple[Program, ...]:
    """Return the programs of a command; raise KamereonError if the model does not accept them."""
    given = attributes.get("schedules")
    if not isinstance(given, list) or not all(isinstance(each, dict) for each in given):
        raise invalid("must be a list of schedules", "/data/attributes/schedules")
    programs = tuple(_program(each, model) for each in given)
    numbers = [program.number for program in programs]
    if len(set(numbers)) < len(numbers):
        raise invalid("ids must be unique", "/data/attributes/schedules")
    return programs


def as_settings(programs: tuple[Program, ...]) -> list[dict[str, Any]]:
    """Return programs as in `charging-settings`."""
    return [
        {
            "id": program.number,
            "activated": program.activated,
            **{day: _day(window) for day, window in zip(WEEKDAYS, program.days, strict=True) if window},
        }
        for program in programs
    ]


def as_calendar(schedule: MyRenaultSchedule) -> dict[str, Any]:
    """Return the only program of the first generation as a calendar."""
    programs = schedule.week.programs or (Program(1, activated=True, days=(None,) * len(WEEKDAYS)),)
    days, inactive = programs[0].days, programs[0].inactive
    return {
        day: [
            {
                "startTime": f"{window.start:%H%M}",
                "duration": _minutes(window),
                "activationState": schedule.enabled and day not in inactive,
            }
        ]
        if window
        else []
        for day, window in zip(WEEKDAYS, days, strict=True)
    }


def _program(given: Mapping[str, Any], model: Model) -> Program:
    """Return a program."""
    number, activated = _number(given.get("id")), given.get("activated")
    if type(number) is not int or not 1 <= number <= model.max_programs:
        raise invalid(f"must be between 1 and {model.max_programs}", "/data/attributes/schedules/id")
    if not isinstance(activated, bool):
        raise invalid("must be a boolean", "/data/attributes/schedules/activated")
    days = tuple(_window(given.get(day)) for day in WEEKDAYS)
    has_states = model.schedule is ScheduleKind.CALENDAR
    inactive = (day for day in WEEKDAYS if has_states and given.get(day) and given[day].get("activationState") is False)
    program = Program(number, activated, days, frozenset(inactive))
    if model.one_window and len(program.windows) > 1:
        raise invalid("A schedule must have the same startTime/duration on each day")
    return program


def _number(given: Any) -> Any:
    """Return the number of a program, which the app sends as text."""
    return int(given) if isinstance(given, str) and given.isdecimal() else given


def _window(given: Any) -> Window | None:
    """Return the window of a day."""
    if given is None:
        return None
    start = _START.fullmatch(str(given.get("startTime"))) if isinstance(given, dict) else None
    minutes = given.get("duration") if isinstance(given, dict) else None
    if not start or type(minutes) is not int or not 0 < minutes <= DAY_MINUTES:
        raise invalid("must be a startTime such as T23:30Z and a duration in minutes")
    return Window(time(int(start[1]), int(start[2])), timedelta(minutes=minutes))


def _day(window: Window) -> dict[str, Any]:
    """Return the payload of a day's window."""
    return {"startTime": f"T{window.start:%H:%M}Z", "duration": _minutes(window)}


def _minutes(window: Window) -> int:
    """Return the length of a window in minutes."""
    return int(window.duration.total_seconds()) // 60
