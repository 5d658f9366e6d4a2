"""A plan and its vehicle at one instant, with the questions that planner and entities share, each answered once."""

from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta, tzinfo
from functools import cached_property
from operator import itemgetter

from ..cloud.models import ChargeSchedule, ChargeWindow, CommandKind, Part
from ..cloud.schedule import DAY, YEARS, instant, years_from
from ..vehicle.state import VehicleState
from .model import Attempt, Days, Departure, Outcome, Plan, PlannedWindow, by_weekday
from .settings import AHEAD, Settings
from .steps import DepartureTime, Forecast
from .windows import (
    Occurrence,
    Slots,
    by_slot,
    clock_shift,
    dates,
    fitting,
    occurrences_on,
    touching,
    without_additional,
)

INSTANT = timedelta.resolution
# A car that was unreachable may receive a charge schedule after one that was sent later.
MAY_ARRIVE_LATE = timedelta(days=2)
SCHEDULE_COMMANDS = (CommandKind.SET_CHARGE_SCHEDULE, CommandKind.DISABLE_CHARGE_SCHEDULE)
# Windows that began longer ago, while Home Assistant was off, are not reported.
REPORTED_FOR = timedelta(hours=24)
# How long a departure that is over may still need a step.
_BACK = timedelta(hours=12)


def departure_times(plan: Plan, settings: Settings, begin: datetime, end: datetime) -> list[DepartureTime]:
    """Return, in order, the departures that count between two instants, both included."""
    first, last = begin.astimezone(settings.zone).date(), end.astimezone(settings.zone).date()
    return _between((_departures_on(plan, settings, day) for day in dates(first, last)), begin, end)


class Memo[K: Hashable, V](dict[K, V]):
    """The results of a function, each computed once."""

    def __init__(self, function: Callable[[K], V]) -> None:
        """Start without results."""
        super().__init__()
        self._function = function

    def __missing__(self, key: K) -> V:
        """Compute a result."""
        found = self[key] = self._function(key)
        return found

    def of(self, keys: Iterable[K]) -> Iterator[V]:
        """Return the results for some arguments."""
        return map(self.__getitem__, keys)


@dataclass(frozen=True, kw_only=True, eq=False)
class Situation:
    """A plan, the state of its vehicle, and its settings at one instant."""

    plan: Plan
    state: VehicleState
    now: datetime
    settings: Settings

    def with_plan(self, plan: Plan) -> Situation:
        """Return the situation with a changed plan, this one if it is the same."""
        return self if plan is self.plan else replace(self, plan=plan)

    @property
    def zone(self) -> tzinfo:
        """Return the vehicle's time zone."""
        return self.settings.zone

    @cached_property
    def today(self) -> date:
        """Return the date by the vehicle's clock."""
        return self._date[self.now]

    @property
    def keeps_schedule(self) -> bool:
        """Return whether the plan decides which charge schedule the car holds."""
        return self.plan.keeps_schedule

    @cached_property
    def held(self) -> ChargeSchedule | None:
        """Return the charge schedule in the car, None if unknown."""
        held = self.state.charge_schedule
        if held is None or held.enabled is None or Part.CHARGE_SCHEDULE not in self.state.known:
            return None
        return held

    @property
    def held_windows(self) -> tuple[ChargeWindow, ...]:
        """Return the windows the car charges by, none if its charge schedule is disabled or unknown."""
        return self.held.windows if self.held is not None and self.held.enabled else ()

    @cached_property
    def is_sending(self) -> bool:
        """Return whether a command for the charge schedule has no result yet."""
        commands = self.state.commands
        return any(kind in commands and not commands[kind].status.is_settled for kind in SCHEDULE_COMMANDS)

    @cached_property
    def is_changed_elsewhere(self) -> bool:
        """Return whether the car's charge schedule was changed elsewhere, so that the user has to choose one."""
        if self.held is None or not self.keeps_schedule or self.plan.claimed or self.is_sending:
            return False
        return not (self.held.enabled and self.holds_only_own)

    @cached_property
    def holds_only_own(self) -> bool:
        """Return whether the plan can be the source of all windows in the car."""
        plan = self.plan
        lately = plan.edited_at is not None and self.now - plan.edited_at < MAY_ARRIVE_LATE
        own = {each.window for each in (*plan.windows, *(plan.former if lately else ()))}
        return self.held is not None and own.issuperset(self.held.windows)

    @property
    def schedule_differs(self) -> bool:
        """Return whether neither the plan nor, without one, the user asked for the charge schedule in the car."""
        if self.keeps_schedule:
            return self.is_changed_elsewhere
        return self.state.schedule_differs and not self.is_sending

    def planned_windows(self, begin: datetime, end: datetime) -> list[Occurrence]:
        """Return, in order, the windows of the plan that touch a span."""
        if not self.plan.windows:
            return []
        return touching(self._planned_on.of(dates(self._date[begin] - DAY, self._date[end])), begin, end)

    def car_windows(self, begin: datetime, end: datetime) -> list[Occurrence]:
        """Return, in order, the windows in the car that touch a span."""
        if not self.held_windows:
            return []
        return touching(self._held_on.of(dates(self._date[begin] - DAY, self._date[end])), begin, end)

    @cached_property
    def next_windows(self) -> list[Occurrence]:
        """Return, in order, the current and next windows of the plan."""
        return self._next(self.planned_windows)

    @cached_property
    def next_car_windows(self) -> list[Occurrence]:
        """Return, in order, the current and next windows in the car."""
        return self._next(self.car_windows)

    def _next(self, windows: Callable[[datetime, datetime], list[Occurrence]]) -> list[Occurrence]:
        """Return the windows of the next day, of the next week if none of them is still to begin."""
        found = windows(self.now, self.now + DAY)
        return found if found and found[-1].begin > self.now else windows(self.now, self.now + AHEAD)

    @cached_property
    def begun_windows(self) -> list[Occurrence]:
        """Return the windows of the plan that began since the last check."""
        since = self.plan.judged_until
        if since is None or since > self.now:
            return []
        found = self.planned_windows(max(since, self.now - REPORTED_FOR), self.now + INSTANT)
        return [each for each in found if since < each.begin and self.now - each.begin < REPORTED_FOR]

    def slots(self, at: datetime) -> Days:
        """Return the windows of each weekday by the car's clock, as it is at an instant."""
        return self._slots(clock_shift(at, self.settings))

    def usual_schedule(self, at: datetime) -> tuple[Slots, tuple[ChargeWindow, ...]]:
        """Return the charge schedule while no additional window is due, by weekday and as the car can hold it."""
        return self._usual_schedule[clock_shift(at, self.settings)]

    @cached_property
    def main_windows(self) -> tuple[ChargeWindow, ...]:
        """Return the main window of each day."""
        return fitting(without_additional(self.slots(self.now), 1), (), self.settings)

    def departures(self, begin: datetime, end: datetime) -> list[DepartureTime]:
        """Return, in order, the departures that count between two instants, both included."""
        if not self.plan.departures or not self.plan.departures_enabled:
            return []
        return _between(self._departures_on.of(dates(self._date[begin], self._date[end])), begin, end)

    @cached_property
    def coming_departures(self) -> list[DepartureTime]:
        """Return, in order, the departures after now within a week and a day."""
        return self.departures(self.now + INSTANT, self.now + AHEAD)

    @cached_property
    def open_departures(self) -> list[DepartureTime]:
        """Return, in order, the departures about now for which a step may be due."""
        near = self.departures(self.now - _BACK, self.now + self.settings.timer_ahead + 2 * DAY)
        return [each for each in near if each.departure.precondition and self.is_open(each)]

    def next_departure(self, after: datetime | None = None) -> DepartureTime | None:
        """Return the first departure after now, or an instant before, within two years.

        It can be far ahead if it is for a date, or if there is a pause or skipped dates before.
        """
        before = [] if after is None else self.departures(after + INSTANT, self.now)
        if found := before or self.coming_departures:
            return found[0]
        days = [day for each in self.plan.departures for day in (each.on, *each.skipped) if day is not None]
        days += [] if self.plan.paused is None else [self.plan.paused.last]
        latest = years_from(self.now, YEARS)
        far = max((instant(min(day, latest), time.min, self.zone) for day in days), default=self.now)
        return next(iter(self.departures(self.now + INSTANT, far + AHEAD)), None)

    def attempt(self, each: DepartureTime) -> Attempt:
        """Return what was done about a departure on its day."""
        return self._attempt[each.departure.id, each.ready_at]

    def is_open(self, each: DepartureTime) -> bool:
        """Return whether the outcome of a departure can still change."""
        return self.attempt(each).outcome in {None, Outcome.TOO_LOW}

    def has_timer(self, each: DepartureTime) -> bool:
        """Return whether the car's timer was set for a departure and can be relied on."""
        timer = self.plan.timer
        if timer is None or timer.cancelled_at is not None or self.attempt(each).without_timer:
            return False
        return (timer.departure, timer.ready_at, timer.start_at) == (each.departure.id, each.ready_at, each.start_at)

    def checks(self, each: DepartureTime) -> tuple[datetime, datetime]:
        """Return when the battery is checked: the evening before a departure, and an hour before."""
        return instant(each.day - DAY, self.settings.evening, self.zone), each.ready_at - timedelta(hours=1)

    @cached_property
    def forecasts(self) -> dict[datetime, Forecast]:
        """Return the forecasts made so far."""
        return {}

    @cached_property
    def _date(self) -> Memo[datetime, date]:
        """Return the date of an instant by the vehicle's clock."""
        return Memo(lambda at: at.astimezone(self.zone).date())

    @cached_property
    def _planned_on(self) -> Memo[date, tuple[Occurrence, ...]]:
        """Return the windows of the plan that begin on a date."""
        return Memo(lambda day: occurrences_on(self.plan.by_weekday, day, self.zone))

    @cached_property
    def _held_on(self) -> Memo[date, tuple[Occurrence, ...]]:
        """Return the windows in the car that begin on a date."""
        return Memo(lambda day: occurrences_on(self._held_by_weekday, day, self.zone))

    @cached_property
    def _departures_on(self) -> Memo[date, tuple[DepartureTime, ...]]:
        """Return the departures that count on a date."""
        return Memo(lambda day: tuple(_departures_on(self.plan, self.settings, day)))

    @cached_property
    def _usual_schedule(self) -> Memo[timedelta, tuple[Slots, tuple[ChargeWindow, ...]]]:
        """Return the usual charge schedule for a shift of the clocks."""

        def usual(shift: timedelta) -> tuple[Slots, tuple[ChargeWindow, ...]]:
            slots = without_additional(self._slots(shift), self.settings.windows_a_day)
            return slots, fitting(slots, (), self.settings)

        return Memo(usual)

    def _slots(self, shift: timedelta) -> Days:
        """Return the windows of each weekday for a shift of the clocks."""
        return by_slot(self.plan.windows, shift) if shift else self.plan.by_weekday

    @cached_property
    def _attempt(self) -> Memo[tuple[str, datetime], Attempt]:
        """Return what was done about a departure on a day."""
        return Memo(lambda key: self.plan.attempt(*key))

    @cached_property
    def _held_by_weekday(self) -> Days:
        """Return the windows in the car by weekday."""
        return by_weekday(map(PlannedWindow, self.held_windows))


def _departures_on(plan: Plan, settings: Settings, day: date) -> Iterator[DepartureTime]:
    """Yield the departures that count on a date."""
    if not plan.departures_enabled or (plan.paused is not None and plan.paused.first <= day <= plan.paused.last):
        return
    for each in plan.departures:
        if each.enabled and _is_on(each, day) and day not in each.skipped:
            ready_at = instant(day, each.at, settings.zone)
            yield DepartureTime(ready_at, ready_at - settings.start_before, day, each)


def _is_on(each: Departure, day: date) -> bool:
    """Return whether a departure is on a date, skipped or not."""
    return day == each.on if each.on is not None else day.weekday() in each.weekdays


def _between(days: Iterable[Iterable[DepartureTime]], begin: datetime, end: datetime) -> list[DepartureTime]:
    """Return, in order, the departures of some days between two instants."""
    found = [each for day in days for each in day if begin <= each.ready_at <= end]
    found.sort(key=itemgetter(0))
    return found
