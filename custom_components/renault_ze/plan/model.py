"""The plan of a vehicle: departures, charge windows, and what was done about them.

The charge schedule is what the car holds; the plan is what Home Assistant keeps and stores (`as_json`, `from_json`).
Beside the user's input it records what was sent and reported, so that a restart neither repeats nor forgets a command.
It is changed by the user (`edits`), by what is read from the car, and by each step that is taken (`planner`).
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from functools import cached_property
from typing import Any

from ..cloud import codec
from ..cloud.codec import stored_as
from ..cloud.models import ChargeWindow, Weekday

# Past departures and windows for one date stay visible in a calendar for this long.
PAST_KEPT = timedelta(days=60)
type Days = Mapping[Weekday, tuple[PlannedWindow, ...]]


class Outcome(StrEnum):
    """The result of a departure; `SENT` is all that can be known where a cloud never shows preconditioning runs."""

    READY = "ready"
    SENT = "ordered"
    FAILED = "failed"
    MISSED = "missed"
    TOO_LOW = "too_low"
    CANCELED = "called_off"


@dataclass(frozen=True, kw_only=True, slots=True)
class Departure:
    """A departure by the vehicle's wall clock, every week on `weekdays` or once `on` a date.

    `uses_timer` is whether the car's timer is set instead of a command sent just before the departure. `override`
    preconditions below the battery threshold, too. `since` is the last edit: earlier times cannot be missed.
    """

    id: str
    name: str
    at: time
    weekdays: frozenset[Weekday] = frozenset()
    on: date | None = None
    precondition: bool = True
    enabled: bool = True
    uses_timer: bool = field(default=False, metadata=stored_as("robust"))
    override: bool = False
    skipped: frozenset[date] = frozenset()
    since: datetime | None = None


@dataclass(frozen=True, order=True, slots=True)
class PlannedWindow:
    """A charge window every week, or once `on` a date; `is_main` marks the main window of its day."""

    window: ChargeWindow
    on: date | None = None
    is_main: bool = field(default=False, metadata=stored_as("base"))


@dataclass(frozen=True, kw_only=True, slots=True)
class Pause:
    """A span of dates, both included, in which departures do not count."""

    first: date
    last: date


@dataclass(frozen=True, kw_only=True, slots=True)
class Attempt:
    """What was done about a departure on one day.

    A command is `unanswered` until it is known to have been sent; after a restart it may never have been.
    """

    departure: str
    ready_at: datetime
    sent: int = 0
    sent_at: datetime | None = None
    unanswered: bool = False
    warned_at: datetime | None = None
    without_timer: bool = False
    outcome: Outcome | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Timer:
    """The car's preconditioning timer as set by the plan; `unanswered` as in `Attempt`."""

    departure: str
    ready_at: datetime
    start_at: datetime
    sent_at: datetime
    sent: int = 1
    unanswered: bool = False
    cancelled_at: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class SentSchedule:
    """The charge schedule last sent to the car, by the plan or anyone here, and how often in a row."""

    at: datetime
    windows: tuple[ChargeWindow, ...]
    tries: int = 1


@dataclass(frozen=True, kw_only=True)
class Plan:
    """The plan of a vehicle as it is stored.

    While it is `claimed`, any charge schedule in the car is replaced, until the car holds the one the plan wants.
    `former` are the windows before the edit at `edited_at`. Windows that began up to `judged_until` were seen in the
    car or reported as absent; the one that began at `late` was reported as late and has not been seen since.
    """

    departures: tuple[Departure, ...] = ()
    windows: tuple[PlannedWindow, ...] = ()
    departures_enabled: bool = True
    charge_enabled: bool = False
    paused: Pause | None = None
    former: tuple[PlannedWindow, ...] = ()
    edited_at: datetime | None = None
    claimed: bool = False
    judged_until: datetime | None = None
    late: datetime | None = None
    last_sent: SentSchedule | None = field(default=None, metadata=stored_as("load"))
    timer: Timer | None = None
    attempts: tuple[Attempt, ...] = ()

    @property
    def keeps_schedule(self) -> bool:
        """Return whether the plan decides which charge schedule the car holds."""
        return self.charge_enabled and bool(self.windows)

    @cached_property
    def by_weekday(self) -> Days:
        """Return the windows of each weekday, main window first."""
        return by_weekday(self.windows)

    def departure(self, departure_id: str) -> Departure | None:
        """Return a departure by its id."""
        return self._departures.get(departure_id)

    def attempt(self, departure_id: str, ready_at: datetime) -> Attempt:
        """Return what was done about a departure on a day, an empty attempt by default."""
        return self._attempts.get((departure_id, ready_at)) or Attempt(departure=departure_id, ready_at=ready_at)

    def with_attempt(self, attempt: Attempt) -> Plan:
        """Return the plan with an attempt, which replaces that of the same departure and day."""
        key = (attempt.departure, attempt.ready_at)
        others = (each for each in self.attempts if (each.departure, each.ready_at) != key)
        return replace(self, attempts=(*others, attempt))

    @cached_property
    def _departures(self) -> Mapping[str, Departure]:
        """Return the departures by id, the first of each."""
        return {each.id: each for each in reversed(self.departures)}

    @cached_property
    def _attempts(self) -> Mapping[tuple[str, datetime], Attempt]:
        """Return the attempts by departure and day, the first of each."""
        return {(each.departure, each.ready_at): each for each in reversed(self.attempts)}


def by_weekday(
    windows: Iterable[PlannedWindow], day_of: Callable[[ChargeWindow], Weekday] = lambda each: each.weekday
) -> dict[Weekday, tuple[PlannedWindow, ...]]:
    """Return the windows of each weekday, main window first: the one marked, else the longest, else the earliest.

    Windows for one date come last, as they cannot be a main window.
    """
    days: dict[Weekday, list[PlannedWindow]] = {}
    for each in sorted(windows, key=_rank):
        days.setdefault(day_of(each.window), []).append(each)
    return {day: tuple(days[day]) for day in sorted(days)}


def _rank(each: PlannedWindow) -> tuple[bool, bool, timedelta, time]:
    """Return the sort key that puts a main window first."""
    return each.on is not None, not each.is_main, -each.window.duration, each.window.start


def as_json(plan: Plan) -> dict[str, Any]:
    """Return a plan as plain JSON."""
    return dict(codec.dump(plan))


def from_json(stored: Any) -> Plan:
    """Return a stored plan; unknown fields are ignored, missing ones take their defaults."""
    return with_readable_parts(stored)[0]


def with_readable_parts(stored: Any) -> tuple[Plan, tuple[str, ...]]:
    """Return the readable part of a stored plan, and the names of the fields that are not fully readable."""
    return codec.load_parts(Plan, stored) if isinstance(stored, dict) else (Plan(), ("plan",))
