"""The plan of a vehicle: departures, the user's charge schedule, and what was done about them.

The car holds a copy of the charge schedule; the plan is what Home Assistant keeps and stores (`as_json`, `from_json`).
Beside the user's input it has `records` of what was sent and reported.
It is changed by the user (`edits`, `window_edits`), by what is read from the car, and by each step (`planner`).
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from functools import cached_property
import hashlib
import json
from typing import Any

from ..cloud import codec
from ..cloud.codec import stored_as
from ..cloud.models import ChargeWindow, Weekday
from .records import Attempt, DepartureRecord, LimitRecord, SentSchedule, Timer
from .savings import Savings

# Past departures and windows for one date stay visible in a calendar for this long.
PAST_KEPT = timedelta(days=60)
# The lowest level (percent) at which charging may end.
LEAST_LIMIT = 50
type Days = Mapping[Weekday, tuple[PlannedWindow, ...]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Departure:
    """A departure by the vehicle's wall clock, every week on `weekdays` or once `on` a date.

    `uses_timer` is whether the car's timer is set instead of a command sent just before the departure. `override`
    preconditions below the battery threshold, too. `since` is the last edit: earlier times cannot be missed. One that
    was `moved_from` a time of a weekly departure (`time_id`) takes its place; that time is skipped. Charging ends
    at the `target_level` (percent) before it, None for the charge limit.
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
    moved_from: str | None = None
    target_level: int | None = None

    def is_on(self, day: date) -> bool:
        """Return whether it is on a date, skipped or not."""
        return day == self.on if self.on is not None else day.weekday() in self.weekdays

    def time_id(self, day: date) -> str:
        """Return what identifies the time of a weekly departure on a date."""
        return f"{self.id} {day.isoformat()}"


@dataclass(frozen=True, order=True, slots=True)
class PlannedWindow:
    """A charge window every week, or once `on` a date; `is_main` marks the main window of its day.

    A weekly window does not occur on the dates that are `skipped`.
    """

    window: ChargeWindow
    on: date | None = None
    is_main: bool = field(default=False, metadata=stored_as("base"))
    skipped: frozenset[date] = frozenset()


@dataclass(frozen=True, kw_only=True, slots=True)
class ChosenWindows:
    """Windows that apply instead of the user's ones that begin from `begin` until before `end`.

    Each is from an instant to another. `for_price` is whether they were chosen for their price.
    """

    begin: datetime
    end: datetime
    windows: tuple[tuple[datetime, datetime], ...]
    for_price: bool

    def __post_init__(self) -> None:
        """Refuse stored windows that do not end after they begin."""
        if any(end <= begin for begin, end in self.windows):
            raise ValueError("A window ends after it begins")


@dataclass(frozen=True, kw_only=True, slots=True)
class Pause:
    """A span of dates, both included, in which departures do not count."""

    first: date
    last: date


@dataclass(frozen=True, kw_only=True)
class Plan:
    """The plan of a vehicle as it is stored.

    `charge_enabled` is None until the charge schedule was adopted from the car. Until the user edits it (`edited_at`),
    it follows every change in the car. While it is `claimed`, any charge schedule in the car is replaced, until the car
    holds the one the plan wants; while `undecided`, the user has to choose between both. `former` are the windows
    before the last edit, `disabled_at` is when the car was last told to charge at any time. Windows that began up to
    `judged_until` were seen in the car or reported as absent; the one that began at `late` was reported as late and has
    not been seen since. What is `chosen` applies in its spans instead of `windows`; `temporary` are the windows that
    were sent for that, each with the date on which it was sent last. While charging is scheduled for the
    `cheapest_hours`, windows are chosen for their price. Charging ends at the `charge_limit` (percent), None for a full
    battery. The `charging_speed` (percent an hour) is that observed last.
    """

    departures: tuple[Departure, ...] = ()
    windows: tuple[PlannedWindow, ...] = ()
    departures_enabled: bool = True
    charge_enabled: bool | None = None
    paused: Pause | None = None
    former: tuple[PlannedWindow, ...] = ()
    edited_at: datetime | None = None
    claimed: bool = False
    undecided: bool = False
    disabled_at: datetime | None = None
    judged_until: datetime | None = None
    late: datetime | None = None
    last_sent: SentSchedule | None = field(default=None, metadata=stored_as("load"))
    timer: Timer | None = None
    car_departures: DepartureRecord | None = None
    attempts: tuple[Attempt, ...] = ()
    chosen: tuple[ChosenWindows, ...] = ()
    temporary: tuple[PlannedWindow, ...] = ()
    cheapest_hours: bool = False
    savings: Savings | None = None
    charge_limit: int | None = None
    limit: LimitRecord = field(default_factory=LimitRecord)
    charging_speed: float | None = None

    @property
    def is_adopted(self) -> bool:
        """Return whether the user's charge schedule is known."""
        return self.charge_enabled is not None

    @property
    def is_owned(self) -> bool:
        """Return whether the user has edited the charge schedule, so that it no longer follows the car."""
        return self.edited_at is not None

    @property
    def controls_charging(self) -> bool:
        """Return whether the plan decides which charge schedule the car holds, and by that when it charges."""
        return bool(self.charge_enabled) and self.is_owned

    @property
    def charges_in_cheapest_hours(self) -> bool:
        """Return whether windows are chosen for their price."""
        return self.cheapest_hours and self.controls_charging

    @cached_property
    def revision(self) -> str:
        """Return a short text that changes with each edit by the user, and not with what is sent or observed."""
        entered = Plan(
            departures=tuple(replace(each, since=None) for each in self.departures),
            windows=self.windows,
            departures_enabled=self.departures_enabled,
            charge_enabled=self.charge_enabled,
            paused=self.paused,
            cheapest_hours=self.cheapest_hours,
        )
        return hashlib.sha256(json.dumps(as_json(entered), sort_keys=True).encode()).hexdigest()[:16]

    @property
    def dates(self) -> list[date]:
        """Return the dates of single departures, of skipped ones, and the last one of a pause."""
        days = [day for each in self.departures for day in (each.on, *each.skipped) if day is not None]
        return days if self.paused is None else [*days, self.paused.last]

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
    """Return a plan as plain JSON; what is not adopted yet is left out, as earlier versions cannot read it."""
    return {name: value for name, value in codec.dump(plan).items() if name != "charge_enabled" or value is not None}


def from_json(stored: Any) -> Plan:
    """Return a stored plan; unknown fields are ignored, missing ones take their defaults."""
    return with_readable_parts(stored)[0]


def with_readable_parts(stored: Any) -> tuple[Plan, tuple[str, ...]]:
    """Return the readable part of a stored plan, and the names of the fields that are not fully readable.

    Without all its windows, the charge schedule is not sent before the user decides; without its mode, it is adopted
    from the car again.
    """
    if not isinstance(stored, dict):
        return Plan(), ("plan",)
    plan, lost = codec.load_parts(Plan, stored)
    if "windows" in lost:
        plan = replace(plan, claimed=False, undecided=True)
    if "charge_enabled" in lost or (plan.charge_enabled and all(each.on is not None for each in plan.windows)):
        plan = replace(plan, charge_enabled=None, edited_at=None, claimed=False, undecided=False)
    return plan, lost
