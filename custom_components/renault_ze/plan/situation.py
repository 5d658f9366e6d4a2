"""A plan and its vehicle at one instant, with the questions that planner and entities share, each answered once."""

from collections.abc import Callable
from dataclasses import InitVar, dataclass, replace
from datetime import date, datetime, time, timedelta, tzinfo
from functools import cached_property

from ..cloud.models import ChargeSchedule, ChargeWindow, Part
from ..cloud.schedule import DAY, YEARS, CarDepartures, instant, years_from
from ..vehicle.state import VehicleState
from .charge_model import ChargeModel, charge_model
from .cheapest import PlannedCharge
from .chosen import Skips
from .model import Plan, PlannedWindow, by_weekday
from .records import Attempt, Outcome
from .settings import AHEAD, Settings
from .steps import DepartureTime, Forecast
from .timetable import (
    Memo,
    Occurrence,
    Slots,
    Timetable,
    between,
    clock_shift,
    dates,
    next_skips,
    next_to_skip,
    occurrences_on,
    placeholder,
    touching,
    two_days_earlier,
)

INSTANT = timedelta.resolution
# A car that was unreachable may receive a charge schedule after one that was sent later.
MAY_ARRIVE_LATE = timedelta(days=2)
# Windows that began longer ago, while Home Assistant was off, are not reported.
REPORTED_FOR = timedelta(hours=24)
# How long a departure that is over may still need a step.
_BACK = timedelta(hours=12)


@dataclass(frozen=True, kw_only=True, eq=False)
class Situation:
    """A plan, the state of its vehicle, and its settings at one instant.

    `planned` is the charge in the cheapest hours. What does not depend on time or state is taken over from an `earlier`
    situation of the same plan.
    """

    plan: Plan
    state: VehicleState
    now: datetime
    settings: Settings
    planned: PlannedCharge | None = None
    earlier: InitVar[Situation | None] = None

    def __post_init__(self, earlier: Situation | None) -> None:
        """Take over the results of an earlier situation."""
        if earlier is None or earlier.settings is not self.settings:
            return
        is_same = earlier.state is self.state and earlier.plan.charging_speed == self.plan.charging_speed
        if is_same and "charge_model" in earlier.__dict__:
            self.__dict__["charge_model"] = earlier.charge_model
        if earlier.plan is self.plan:
            self._take_over(earlier, "timetable", "next_windows")
        if earlier.held_windows is self.held_windows:
            self._take_over(earlier, "held_on", "next_car_windows")
        if earlier.plan is self.plan and earlier.held is self.held:
            self.__dict__["desired"] = {at: each for at, each in earlier.desired.items() if at >= self.now}

    def _take_over(self, earlier: Situation, source: str, coming: str) -> None:
        """Take over the windows by date, and the next ones until the first of them ends or the last one begins."""
        self.__dict__[source] = getattr(earlier, source)
        found: list[Occurrence] = earlier.__dict__.get(coming, [])
        if found and earlier.now <= self.now < min(found[-1].begin, *(each.end for each in found)):
            self.__dict__[coming] = found

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
    def charge_model(self) -> ChargeModel:
        """Return how the car charges."""
        return charge_model(self.state, self.settings, self.plan.charging_speed)

    @cached_property
    def is_changed_elsewhere(self) -> bool:
        """Return whether the car's charge schedule was changed elsewhere, so the user has to choose one."""
        plan, held = self.plan, self.held
        if held is None or not plan.is_owned or plan.claimed or self.state.is_sending_schedule:
            return False
        if plan.undecided:
            return True
        if not held.enabled:
            return bool(plan.charge_enabled) and not self._is_recent(plan.disabled_at)
        if plan.charge_enabled:
            return not self._holds_only_own
        # One that arrives late was sent before the car was told to charge at any time.
        is_late = self._is_recent(plan.disabled_at) and self._is_recent(plan.edited_at)
        return not (is_late and self._holds_only_own)

    @property
    def _holds_only_own(self) -> bool:
        """Return whether the plan can be the source of all windows in the car."""
        former = self.plan.former if self._is_recent(self.plan.edited_at) else ()
        planned = (*self.followed_windows, *former, *self.plan.temporary)
        own = {each.window for each in planned} | {two_days_earlier(each.window) for each in planned if each.skipped}
        return own.issuperset(self.held_windows)

    def _is_recent(self, at: datetime | None) -> bool:
        """Return whether what was sent at an instant may still arrive in the car."""
        return at is not None and self.now - at < MAY_ARRIVE_LATE

    @property
    def is_overridden(self) -> bool:
        """Return whether the car follows no charge schedule, because its mode lets something else decide."""
        schedule = self.state.charge_schedule
        return schedule is not None and schedule.override is not None and Part.CHARGE_SCHEDULE in self.state.known

    @cached_property
    def follows_plan(self) -> bool:
        """Return whether the car charges by the user's schedule: neither its mode nor another schedule decides."""
        return bool(self.plan.charge_enabled) and not self.is_overridden and not self.is_changed_elsewhere

    @property
    def followed_windows(self) -> tuple[PlannedWindow, ...]:
        """Return the windows of the plan that the car should follow: the user's, except where others were chosen."""
        return self.timetable.followed.windows

    def planned_windows(self, begin: datetime, end: datetime) -> list[Occurrence]:
        """Return, in order, the windows to follow that touch a span."""
        if not self.followed_windows:
            return []
        return touching(self.timetable.windows_on.of(dates(self._date[begin] - DAY, self._date[end])), begin, end)

    def car_windows(self, begin: datetime, end: datetime) -> list[Occurrence]:
        """Return, in order, the windows in the car that touch a span."""
        if not self.held_windows:
            return []
        return touching(self.held_on.of(dates(self._date[begin] - DAY, self._date[end])), begin, end)

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

    def usual_schedule(self, at: datetime) -> tuple[Slots, tuple[ChargeWindow, ...]]:
        """Return the charge schedule while no additional window is due, by weekday and as the car can hold it."""
        key = self._week(at)
        usual = self.timetable.usual_schedule[key] or placeholder(key[1], self.zone, at)
        return self.timetable.usual_slots[key], usual

    @property
    def rotating_windows(self) -> frozenset[PlannedWindow]:
        """Return the windows that have to take turns in the car."""
        return self.timetable.rotating_windows[clock_shift(self.now, self.settings)]

    @property
    def main_windows(self) -> tuple[ChargeWindow, ...]:
        """Return the main window of each day."""
        return self.timetable.main_windows[self._week(self.now)]

    def _week(self, at: datetime) -> tuple[timedelta, Skips]:
        """Return what the windows of each weekday in the car depend on: its clock, and which are skipped next."""
        skips = next_skips(self.followed_windows, self.zone, at)
        return clock_shift(at, self.settings), self.timetable.followed.in_effect(skips, at)

    def departures(self, begin: datetime, end: datetime) -> list[DepartureTime]:
        """Return, in order, the active departures between two instants, both included."""
        if not self.plan.departures or not self.plan.departures_enabled:
            return []
        return between(self.timetable.departures_on.of(dates(self._date[begin], self._date[end])), begin, end)

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
        latest = years_from(self.now, YEARS)
        far = max((instant(min(day, latest), time.min, self.zone) for day in self.plan.dates), default=self.now)
        return next(iter(self.departures(self.now + INSTANT, far + AHEAD)), None)

    @cached_property
    def next_to_skip(self) -> DepartureTime | None:
        """Return the first departure that is skipped, or can be."""
        return next_to_skip(self.coming_departures, self.plan, self.settings, self.now)

    def attempt(self, each: DepartureTime) -> Attempt:
        """Return what was done about a departure on its day."""
        return self.timetable.attempt[each.departure.id, each.ready_at]

    def is_open(self, each: DepartureTime) -> bool:
        """Return whether the outcome of a departure can still change."""
        return self.attempt(each).outcome in {None, Outcome.TOO_LOW}

    def has_timer(self, each: DepartureTime) -> bool:
        """Return whether the car's timer was set for a departure and can be relied on, or the car keeps it itself."""
        timer, kept = self.plan.timer, self.plan.car_departures
        if self.settings.keeps_departures:
            is_held = kept is not None and each.departure.uses_timer and each.in_car in kept.held
            return is_held and each.is_shown_once(self.zone) and not self.attempt(each).without_timer
        if timer is None or timer.cancelled_at is not None or self.attempt(each).without_timer:
            return False
        return (timer.departure, timer.ready_at, timer.start_at) == (each.departure.id, each.ready_at, each.start_at)

    @property
    def car_departures(self) -> CarDepartures | None:
        """Return the departures in a car that keeps them itself, None if unknown."""
        is_known = self.settings.keeps_departures and Part.CAR_DEPARTURES in self.state.known
        return self.state.car_departures if is_known else None

    @cached_property
    def desired(self) -> dict[datetime, tuple[ChargeWindow, ...]]:
        """Return the charge schedules that the car should hold, by the instants for which they were computed."""
        return {}

    @cached_property
    def forecasts(self) -> dict[datetime, Forecast]:
        """Return the forecasts made so far."""
        return {}

    @cached_property
    def _date(self) -> Memo[datetime, date]:
        """Return the date of an instant by the vehicle's clock."""
        return Memo(lambda at: at.astimezone(self.zone).date())

    @cached_property
    def timetable(self) -> Timetable:
        """Return what the plan has on each date."""
        return Timetable(self.plan, self.settings)

    @cached_property
    def held_on(self) -> Memo[date, tuple[Occurrence, ...]]:
        """Return the windows in the car that begin on a date."""
        days = by_weekday(map(PlannedWindow, self.held_windows))
        return Memo(lambda day: occurrences_on(days, day, self.zone))
