"""Whether the car charged in every window that could be reached, in no other, and also without Home Assistant."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import pairwise

from custom_components.renault_ze.cloud.models import ChargeSchedule, ChargeWindow, CommandKind, Weekday
from custom_components.renault_ze.plan.model import PlannedWindow
from simulator.world.vehicle import Vehicle
from simulator.world.week import Schedule
from tests.plan.simulated.car import held, held_by
from tests.plan.simulated.environment import MINUTE, SentCommand
from tests.plan.simulated.scenario import MINUTES
from tests.plan.simulated.timeline import CAR_RECOVERY_MINUTES, QUARTER, Tally, Timeline


def check_charging(timeline: Timeline, tally: Tally) -> None:
    """Assert that the car charged in every window that could be reached, and in none but those."""
    result, scenario = timeline.result, timeline.result.scenario
    changed = MINUTES if result.windows_changed_at is None else timeline.minute(result.windows_changed_at)
    before, after = timeline.planned(scenario.windows), timeline.planned(scenario.other_windows)
    first, again = (
        followed_since(timeline, scenario.windows, 0),
        followed_since(timeline, scenario.other_windows, changed),
    )
    for minute in range(first, MINUTES):
        allowed = (before[minute] and minute < again) or (after[minute] and minute >= changed)
        allowed = allowed or timeline.is_foreign[minute]
        assert allowed or not timeline.charging[minute], f"charging outside every window at {result.at(minute)}"
    required = _required(timeline, before, scenario.windows, 0, changed)
    required |= _required(timeline, after, scenario.other_windows, changed, MINUTES)
    for minute in sorted(each for each in required if timeline.needs_charge[each]):
        assert timeline.charging[minute], f"not charging in a window that could be reached at {result.at(minute)}"
    tally.minutes_charging = sum(timeline.charging[:MINUTES])
    tally.minutes_charge_required = sum(timeline.needs_charge[each] for each in required)


def followed_since(timeline: Timeline, windows: tuple[PlannedWindow, ...], since: int) -> int:
    """Return the first minute from which the car was seen to hold windows of a plan alone."""
    own = {each.window for each in windows}
    for each, following in [*pairwise(timeline.environment.trace), (timeline.environment.trace[-1], None)]:
        over = following is not None and timeline.minute(following.at) <= since
        if not over and each.schedule.enabled and set(held(each.schedule).windows) <= own:
            return max(since, timeline.minute(each.at))
    return MINUTES


def _required(
    timeline: Timeline, planned: list[int], windows: tuple[PlannedWindow, ...], begin: int, end: int
) -> set[int]:
    """Return the minutes of windows that could be reached, to the quarter hour, in pieces worth it."""
    days = timeline.slots(windows)
    last = _Last(begin)
    pieces: list[list[int]] = [[]]
    for minute in range(begin, end):
        last.process(timeline, minute)
        number = planned[minute]
        # In the hour that comes twice the windows of a day come in turns: 1, 2, 1, 2.
        crowded = minute in timeline.repeated_minutes and days.count(days[number]) > 1
        if number and last.reached(minute, days, number) and not crowded:
            pieces[-1].append(minute)
        elif pieces[-1]:
            pieces.append([])
        last.window[number] = minute
    return {minute for piece in pieces if len(piece) >= QUARTER for minute in piece}


@dataclass
class _Last:
    """The last minute of each problem, and of each open window."""

    environment: int
    car: int = -CAR_RECOVERY_MINUTES
    window: dict[int, int] = field(default_factory=dict)

    def process(self, timeline: Timeline, minute: int) -> None:
        """Process a minute."""
        self.environment = minute if timeline.environment_fails[minute] else self.environment
        self.car = minute if timeline.car_fails[minute] else self.car

    def reached(self, minute: int, days: list[object], number: int) -> bool:
        """Return whether a window can be in the car: no problem, and no other window in its place, for long enough."""
        if minute - self.environment <= QUARTER or minute - self.car <= CAR_RECOVERY_MINUTES:
            return False
        rivals = (each for each in self.window if each != number and days[each] is days[number])
        return all(minute - self.window[each] > QUARTER for each in rivals)


def check_schedules_sent(timeline: Timeline, tally: Tally) -> None:
    """Assert that schedules were sent rarely enough, and none that the car held or was about to."""
    sent_schedules = [each for each in timeline.environment.sent if each.kind is CommandKind.SET_CHARGE_SCHEDULE]
    tally.schedules_sent = len(sent_schedules)
    _check_gaps(sent_schedules)
    for each in sent_schedules:
        have = held(each.before.car.schedule)
        assert not have.enabled or have.windows != each.windows, f"sent the schedule the car holds at {each.at}"
        for delivery in each.before.in_flight:
            # Another route of a command does not count: the plan may send its schedule again after a reload.
            by_plan = any(abs(delivery.sent_at - command.at) < timedelta(minutes=1) for command in sent_schedules)
            if (
                by_plan
                and isinstance(delivery.schedule, Schedule | ChargeSchedule)
                and held(delivery.schedule).windows == each.windows
            ):
                assert each.at - delivery.sent_at >= timedelta(minutes=10), f"sent a pending schedule at {each.at}"


def check_without_home_assistant(timeline: Timeline, tally: Tally) -> None:
    """Assert that a car without Home Assistant from an outage on would charge on every day with a window."""
    result = timeline.result
    for at, vehicle in result.copies_at_outage:
        since = result.windows_changed_at
        changed = since is not None and since <= at
        windows = result.scenario.other_windows if changed else result.scenario.windows
        first = followed_since(timeline, windows, timeline.minute(since) if since is not None and changed else 0)
        if first <= timeline.minute(at):
            tally.cars_during_outage += 1
            _check_alone(vehicle, at, {each.window.weekday for each in windows if each.on is None})


def check_after_removal(timeline: Timeline, tally: Tally) -> None:
    """Assert that a car whose account was removed soon holds its main windows, and was not sent too many schedules."""
    result = timeline.result
    for at, left in result.removed_accounts:
        changed = result.windows_changed_at is not None and result.windows_changed_at <= at
        windows = result.scenario.other_windows if changed else result.scenario.windows
        since = timeline.minute(result.windows_changed_at) if changed and result.windows_changed_at is not None else 0
        if followed_since(timeline, windows, since) > timeline.minute(at):
            continue
        tally.cars_after_removal += 1
        have = held(left.vehicle.car.schedule)
        assert have.enabled
        assert have.windows == main_windows(windows), f"removed at {at} with {have.windows}"
        _check_gaps([each for each in left.sent if each.kind is CommandKind.SET_CHARGE_SCHEDULE])


def _check_gaps(sent_schedules: list[SentCommand]) -> None:
    """Assert ten minutes between schedules, and longer before each repetition, up to an hour."""
    tries = 0
    for earlier, later in pairwise(sent_schedules):
        gap, again = later.at - earlier.at, later.windows == earlier.windows
        tries = tries + 1 if again and gap < CAR_RECOVERY_MINUTES * MINUTE else 0
        least = min(10 * 2 ** max(0, tries - 1), 60) * MINUTE
        assert gap >= least, f"two schedules sent within {least} at {later.at}"


def main_windows(windows: tuple[PlannedWindow, ...]) -> tuple[ChargeWindow, ...]:
    """Return the main window of each day: the marked one, or the longest."""
    found: list[ChargeWindow] = []
    for day in Weekday:
        spans: list[tuple[bool, timedelta, timedelta]] = []
        for each in sorted(each for each in windows if each.on is None and each.window.weekday is day):
            begin = timedelta(hours=each.window.start.hour, minutes=each.window.start.minute)
            marked, length = each.is_main, each.window.duration
            # Adjacent windows are one.
            if spans and begin == spans[-1][1] - spans[-1][2]:
                before, length_before, minus_begin = spans.pop()
                marked, length, begin = marked or before, length + length_before, -minus_begin
            spans.append((marked, length, -begin))
        if spans:
            _, length, minus_begin = max(spans)
            found.append(ChargeWindow(day, (datetime.combine(date.min, time.min) - minus_begin).time(), length))
    return tuple(found)


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
        assert vehicle.car.charging, f"without Home Assistant since {at}, not charging at {middle}"


def _middles(vehicle: Vehicle, at: datetime, days: set[Weekday]) -> set[datetime]:
    """Return the middles of the windows in the car on all such days of a week, those that a night skips left out."""
    middles = set[datetime]()
    today = vehicle.car.at.astimezone(vehicle.zone).date()
    for day in (today + timedelta(days=ahead) for ahead in range(1, 9)):
        if day.weekday() not in days:
            continue
        window = next((each for each in held_by(vehicle).windows if each.weekday == day.weekday()), None)
        assert window is not None, f"no window left on {day:%A}s at {at}"
        middle = (datetime.combine(day, window.start) + window.duration / 2).replace(tzinfo=vehicle.zone)
        there = middle.astimezone(at.tzinfo).astimezone(vehicle.zone)
        middles |= {middle.astimezone(at.tzinfo)} if there.time() == middle.time() else set()
    return middles
