"""Whether the car charged in every window that could be reached, in no other, and also without Home Assistant."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import pairwise

from custom_components.renault_ze.cloud.models import ChargeWindow, CommandKind, Weekday
from custom_components.renault_ze.plan.model import PlannedWindow
from simulator.world.vehicle import Vehicle
from simulator.world.week import Schedule
from tests.plan.simulated.car import held
from tests.plan.simulated.fate import MINUTES
from tests.plan.simulated.house import MINUTE, Sent
from tests.plan.simulated.truth import AFTER_CAR, QUARTER, Tally, Truth


def check_charging(truth: Truth, tally: Tally) -> None:
    """Assert that the car charged in every window that could be reached, and in none but those."""
    plan_events, life = truth.plan_events, truth.plan_events.life
    changed = MINUTES if plan_events.windows_changed_at is None else truth.minute(plan_events.windows_changed_at)
    before, after = truth.planned(life.windows), truth.planned(life.other_windows)
    first, again = obeyed(truth, life.windows, 0), obeyed(truth, life.other_windows, changed)
    for minute in range(first, MINUTES):
        allowed = (before[minute] and minute < again) or (after[minute] and minute >= changed)
        assert allowed or not truth.charging[minute], f"charging outside every window at {plan_events.at(minute)}"
    required = _required(truth, before, life.windows, 0, changed)
    required |= _required(truth, after, life.other_windows, changed, MINUTES)
    for minute in sorted(each for each in required if truth.hungry[each]):
        assert truth.charging[minute], f"not charging in a window that could be reached at {plan_events.at(minute)}"
    tally.minutes_charging = sum(truth.charging[:MINUTES])
    tally.minutes_that_had_to_charge = sum(truth.hungry[each] for each in required)


def obeyed(truth: Truth, windows: tuple[PlannedWindow, ...], since: int) -> int:
    """Return the first minute from which the car was seen to hold windows of a plan alone."""
    own = {each.window for each in windows}
    for each, following in [*pairwise(truth.house.trace), (truth.house.trace[-1], None)]:
        over = following is not None and truth.minute(following.at) <= since
        if not over and each.schedule.enabled and set(held(each.schedule).windows) <= own:
            return max(since, truth.minute(each.at))
    return MINUTES


def _required(truth: Truth, planned: list[int], windows: tuple[PlannedWindow, ...], begin: int, end: int) -> set[int]:
    """Return the minutes of windows that could be reached, to the quarter hour, in pieces worth it."""
    days = [None, *(each.window.weekday for each in windows)]
    last = _Last(begin)
    pieces: list[list[int]] = [[]]
    for minute in range(begin, end):
        last.note(truth, minute)
        number = planned[minute]
        # In the hour that comes twice the windows of a day come in turns: 1, 2, 1, 2.
        crowded = minute in truth.twice and days.count(days[number]) > 1
        if number and last.reached(minute, days, number) and not crowded:
            pieces[-1].append(minute)
        elif pieces[-1]:
            pieces.append([])
        last.window[number] = minute
    return {minute for piece in pieces if len(piece) >= QUARTER for minute in piece}


@dataclass
class _Last:
    """When things were last as they should not be, and when a window was last open."""

    house: int
    car: int = -AFTER_CAR
    window: dict[int, int] = field(default_factory=dict)

    def note(self, truth: Truth, minute: int) -> None:
        """Take a minute in."""
        self.house = minute if truth.house_fails[minute] else self.house
        self.car = minute if truth.car_fails[minute] else self.car

    def reached(self, minute: int, days: list[Weekday | None], number: int) -> bool:
        """Return whether a window can be in the car: all was well, and no other of its day open, for long enough."""
        if minute - self.house <= QUARTER or minute - self.car <= AFTER_CAR:
            return False
        rivals = (each for each in self.window if each != number and days[each] is days[number])
        return all(minute - self.window[each] > QUARTER for each in rivals)


def check_loads(truth: Truth, tally: Tally) -> None:
    """Assert that weeks were sent rarely enough, and none that the car had or was about to have."""
    loads = [each for each in truth.house.sent if each.kind is CommandKind.SET_CHARGE_SCHEDULE]
    tally.weeks_sent = len(loads)
    _check_gaps(loads)
    for each in loads:
        have = held(each.before.car.schedule)
        assert not have.enabled or have.windows != each.windows, f"sent what the car holds at {each.at}"
        for delivery in each.before.in_flight:
            if isinstance(delivery.schedule, Schedule) and held(delivery.schedule).windows == each.windows:
                assert each.at - delivery.sent_at >= timedelta(minutes=10), f"sent what is under way at {each.at}"


def check_left_behind(truth: Truth, tally: Tally) -> None:
    """Assert that a car left alone from the minute of an outage would charge on every day that has a window."""
    plan_events = truth.plan_events
    for at, vehicle in plan_events.left_behind:
        since = plan_events.windows_changed_at
        changed = since is not None and since <= at
        windows = plan_events.life.other_windows if changed else plan_events.life.windows
        first = obeyed(truth, windows, truth.minute(since) if since is not None and changed else 0)
        if first <= truth.minute(at):
            tally.cars_left_alone += 1
            _check_alone(vehicle, at, {each.window.weekday for each in windows if each.on is None})


def check_left_for_good(truth: Truth, tally: Tally) -> None:
    """Assert that a car whose account was removed soon holds its main windows, and was not sent too many schedules."""
    plan_events = truth.plan_events
    for at, left in plan_events.left_for_good:
        changed = plan_events.windows_changed_at is not None and plan_events.windows_changed_at <= at
        windows = plan_events.life.other_windows if changed else plan_events.life.windows
        since = (
            truth.minute(plan_events.windows_changed_at)
            if changed and plan_events.windows_changed_at is not None
            else 0
        )
        if obeyed(truth, windows, since) > truth.minute(at):
            continue
        tally.cars_left_for_good += 1
        have = held(left.vehicle.car.schedule)
        assert have.enabled
        assert have.windows == bases(windows), f"left at {at} with {have.windows}"
        _check_gaps([each for each in left.sent if each.kind is CommandKind.SET_CHARGE_SCHEDULE])


def _check_gaps(loads: list[Sent]) -> None:
    """Assert that no week follows another within ten minutes, and the same week later each time, up to an hour."""
    tries = 0
    for earlier, later in pairwise(loads):
        gap, again = later.at - earlier.at, later.windows == earlier.windows
        tries = tries + 1 if again and gap < AFTER_CAR * MINUTE else 0
        least = min(10 * 2 ** max(0, tries - 1), 60) * MINUTE
        assert gap >= least, f"two weeks sent within {least} at {later.at}"


def bases(windows: tuple[PlannedWindow, ...]) -> tuple[ChargeWindow, ...]:
    """Return the window of each day that is to be there always: the one that is marked, or the longest."""
    bases: list[ChargeWindow] = []
    for day in Weekday:
        spans: list[tuple[bool, timedelta, timedelta]] = []
        for each in sorted(each for each in windows if each.on is None and each.window.weekday is day):
            begin = timedelta(hours=each.window.start.hour, minutes=each.window.start.minute)
            marked, length = each.is_main, each.window.duration
            # What touches is one window.
            if spans and begin == spans[-1][1] - spans[-1][2]:
                before, length_before, minus_begin = spans.pop()
                marked, length, begin = marked or before, length + length_before, -minus_begin
            spans.append((marked, length, -begin))
        if spans:
            _, length, minus_begin = max(spans)
            bases.append(ChargeWindow(day, (datetime.combine(date.min, time.min) - minus_begin).time(), length))
    return tuple(bases)


def _check_alone(vehicle: Vehicle, at: datetime, days: set[Weekday]) -> None:
    """Assert that a car without Home Assistant charges in the middle of the window of each day."""
    vehicle.car.battery.capacity_kwh = 1e6
    vehicle.car.fill(10)
    if not vehicle.car.plugged:
        vehicle.car.plug()
    vehicle.link.in_reach = vehicle.link.obeys_schedule = True
    vehicle.advance(at + timedelta(hours=1))
    for middle in sorted(_middles(vehicle, at, days)):
        vehicle.advance(middle)
        assert vehicle.car.charging, f"left alone at {at}, not charging at {middle}"


def _middles(vehicle: Vehicle, at: datetime, days: set[Weekday]) -> set[datetime]:
    """Return the middles of the windows in the car on all such days of a week, those that a night skips left out."""
    middles = set[datetime]()
    today = vehicle.car.at.astimezone(vehicle.zone).date()
    for day in (today + timedelta(days=ahead) for ahead in range(1, 9)):
        if day.weekday() not in days:
            continue
        window = vehicle.car.schedule.week.days[day.weekday()]
        assert window is not None, f"no window left on {day:%A}s at {at}"
        middle = (datetime.combine(day, window.start) + window.duration / 2).replace(tzinfo=vehicle.zone)
        there = middle.astimezone(at.tzinfo).astimezone(vehicle.zone)
        middles |= {middle.astimezone(at.tzinfo)} if there.time() == middle.time() else set()
    return middles
