"""The words of the plan: what we hold for a vehicle, in contrast to the schedule, which the car holds.

A `Plan` is frozen and survives a restart whole (`as_json`, `from_json`): beside what the owner asked for, it holds what
was done about it, so that a restart neither repeats nor forgets an order. It is changed in three ways only: by the
owner (`edits`), by what is seen in the car (`steps.noted`) and by a step that is taken (`steps.taken`).
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from functools import cached_property
from typing import Any, NamedTuple

from ..cloud import codec
from ..cloud.models import ChargeWindow, Weekday

# What was meant for one date is kept as long as somebody may look it up in a calendar.
PAST_KEPT = timedelta(days=60)


class StepKind(StrEnum):
    """What a step does, the most pressing first; `SAY` sends nothing to the car and only tells the owner."""

    START = "start"
    CANCEL_TIMER = "cancel_timer"
    SET_TIMER = "set_timer"
    LOAD = "load"
    SAY = "say"


class StepReason(StrEnum):
    """Why a step is taken."""

    PLAN_CHANGED = "plan_changed"
    FURTHER_WINDOW = "further_window"
    BASE_BACK = "base_back"
    NOT_CONFIRMED = "not_confirmed"
    SWITCHED_OFF = "switched_off"
    WINDOW_LATE = "window_late"
    WINDOW_MISSED = "window_missed"
    WEEK_REFUSED = "week_refused"
    DEPARTURE = "departure"
    RETRY = "retry"
    TIMER_SILENT = "timer_silent"
    CALLED_OFF = "called_off"
    TIMER_LEFT_OVER = "timer_left_over"
    TIMER_TAKEN = "timer_taken"
    TIMER_FAILED = "timer_failed"
    FORESEEN = "foreseen"
    TOO_LOW = "too_low"
    READY = "ready"
    ORDERED = "ordered"
    FAILED = "failed"
    MISSED = "missed"


# Everything a step can say.
SAID = (
    StepReason.FORESEEN,
    StepReason.TOO_LOW,
    StepReason.RETRY,
    StepReason.TIMER_SILENT,
    StepReason.READY,
    StepReason.ORDERED,
    StepReason.FAILED,
    StepReason.MISSED,
    StepReason.TIMER_TAKEN,
    StepReason.TIMER_FAILED,
    StepReason.WINDOW_LATE,
    StepReason.WINDOW_MISSED,
    StepReason.WEEK_REFUSED,
)


class Outcome(StrEnum):
    """What became of a departure; of a car whose cloud never shows it, no more than that it was ordered."""

    READY = "ready"
    ORDERED = "ordered"
    FAILED = "failed"
    MISSED = "missed"
    TOO_LOW = "too_low"
    CALLED_OFF = "called_off"


class Shortage(StrEnum):
    """Why the battery will be too low, and thereby what would help."""

    NOT_PLUGGED_IN = "not_plugged_in"
    PLUG_UNKNOWN = "plug_unknown"
    NO_WINDOW_BEFORE = "no_window_before"
    WINDOW_TOO_SHORT = "window_too_short"
    BATTERY_LOW = "battery_low"


@dataclass(frozen=True, kw_only=True, slots=True)
class Departure:
    """When the owner leaves, by the vehicle's wall clock, every week on `weekdays` or once `on` a date.

    `robust` sets the car's own timer ahead, otherwise the order is sent at the last moment. `override` goes ahead below
    the threshold. Only what was asked for before, by `since`, can be missed.
    """

    id: str
    name: str
    at: time
    weekdays: frozenset[Weekday] = frozenset()
    on: date | None = None
    precondition: bool = True
    enabled: bool = True
    robust: bool = False
    override: bool = False
    skipped: frozenset[date] = frozenset()
    since: datetime | None = None


@dataclass(frozen=True, order=True, slots=True)
class PlannedWindow:
    """A charge window every week, or once `on` a date; the `base` of a day is the one that must survive an outage."""

    window: ChargeWindow
    on: date | None = None
    base: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Pause:
    """A span of dates, both included, on which no departure counts."""

    first: date
    last: date


@dataclass(frozen=True, kw_only=True, slots=True)
class Attempt:
    """What was done about one departure on one day.

    An order is `unanswered` until it is known to have left: found so after a restart, it may never have been sent.
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
    """The car's own preconditioning timer, as far as it is ours; `unanswered` as an attempt is."""

    departure: str
    ready_at: datetime
    start_at: datetime
    sent_at: datetime
    sent: int = 1
    unanswered: bool = False
    cancelled_at: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Load:
    """The week sent to the car last, whoever asked for it, and how often in a row."""

    at: datetime
    windows: tuple[ChargeWindow, ...]
    tries: int = 1


@dataclass(frozen=True, kw_only=True)
class Plan:
    """All we hold for a vehicle.

    While it is `claimed`, until the car was seen to hold what the plan wants, any week in the car is replaced. `former`
    are the windows from before the edit at `edited_at`. The windows that began up to `judged_until` were seen in the
    car, or their absence was said; the one that began at `late` was said to be late, and not seen in the car since.
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
    load: Load | None = None
    timer: Timer | None = None
    attempts: tuple[Attempt, ...] = ()

    @cached_property
    def by_weekday(self) -> Mapping[Weekday, tuple[PlannedWindow, ...]]:
        """Return the windows as `by_weekday` does."""
        return by_weekday(self.windows)

    def departure(self, departure_id: str) -> Departure | None:
        """Return a departure by its id."""
        return self._departures.get(departure_id)

    def attempt(self, departure_id: str, ready_at: datetime) -> Attempt:
        """Return what was done about a departure on a day."""
        return self._attempts.get((departure_id, ready_at)) or Attempt(departure=departure_id, ready_at=ready_at)

    @cached_property
    def _departures(self) -> Mapping[str, Departure]:
        """Return the departures by their id, the first of each."""
        return {each.id: each for each in reversed(self.departures)}

    @cached_property
    def _attempts(self) -> Mapping[tuple[str, datetime], Attempt]:
        """Return the attempts by departure and day, the first of each."""
        return {(each.departure, each.ready_at): each for each in reversed(self.attempts)}


@dataclass(frozen=True, kw_only=True, slots=True)
class Projection:
    """The level (percent) foreseen for an instant; with a shortage, how long it would have to charge for enough."""

    at: datetime
    level: int | None
    shortage: Shortage | None = None
    charge_needed: timedelta | None = None


class Refusal(NamedTuple):
    """Why a cloud refuses a week: the key of the message, and what is filled in."""

    key: str
    particulars: Mapping[str, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """What is to be done at an instant, now if it is past.

    A `LOAD` has the week to write, `windows`; a `SET_TIMER` the wall clock to start at, `start`. What concerns a
    departure names it with its `ready_at`, a `SAY` about a window has the instant it begins in `begins_at`, one about a
    week that was refused the `refusal`.
    """

    kind: StepKind
    at: datetime
    reason: StepReason
    windows: tuple[ChargeWindow, ...] = ()
    begins_at: datetime | None = None
    departure: Departure | None = None
    ready_at: datetime | None = None
    start: time | None = None
    start_at: datetime | None = None
    projection: Projection | None = None
    refusal: Refusal | None = None


def by_weekday(
    windows: Iterable[PlannedWindow], day_of: Callable[[ChargeWindow], Weekday] = lambda each: each.weekday
) -> dict[Weekday, tuple[PlannedWindow, ...]]:
    """Return the windows of each weekday, first the base: the one marked, else the longest, the earliest.

    Those that come only once are last, for no day can rest on them.
    """
    days: dict[Weekday, list[PlannedWindow]] = {}
    for each in sorted(windows, key=_rank):
        days.setdefault(day_of(each.window), []).append(each)
    return {day: tuple(days[day]) for day in sorted(days)}


def _rank(each: PlannedWindow) -> tuple[bool, bool, timedelta, time]:
    """Return how little a window must survive an outage."""
    return each.on is not None, not each.base, -each.window.duration, each.window.start


def as_json(plan: Plan) -> dict[str, Any]:
    """Return a plan as plain JSON."""
    return dict(codec.dump(plan))


def from_json(stored: Any) -> Plan:
    """Return the plan that was stored; what a later version added is ignored, what is missing takes its default."""
    return salvaged(stored)[0]


def salvaged(stored: Any) -> tuple[Plan, tuple[str, ...]]:
    """Return what can be read of a plan that was stored, and what of it cannot, or not all of it."""
    return codec.load_parts(Plan, stored) if isinstance(stored, dict) else (Plan(), ("plan",))
