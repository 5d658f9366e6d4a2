"""Whether the car was preconditioned when possible, and never without need."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import NamedTuple, Protocol

from custom_components.renault_ze.cloud.models import CommandKind
from custom_components.renault_ze.plan.model import Departure
from tests.plan.simulated.environment import MINUTE, SentCommand
from tests.plan.simulated.scenario import MINUTES, Problem
from tests.plan.simulated.timeline import CAR_RECOVERY_MINUTES, DAY_MINUTES, Tally, Timeline

RUN = timedelta(minutes=5)
START = timedelta(minutes=10)
THRESHOLD = 45


class Due(NamedTuple):
    """A departure on a date."""

    departure: Departure
    day: date
    ready_at: datetime

    @property
    def start_at(self) -> datetime:
        """Return when the car has to begin."""
        return self.ready_at - START


class Judgment(Protocol):
    """What a car can do about departures without Home Assistant."""

    def could_be_set(self, timeline: Timeline, due: Due, every: list[Due]) -> bool:
        """Return whether the car could be told in time to start by itself for a departure that uses its timer."""

    def is_wanted(self, timeline: Timeline, due: Due, run: datetime) -> bool:
        """Return whether a run for a departure is right."""

    def is_by_owner(self, run: datetime) -> bool:
        """Return whether the owner has set a run in the car."""


class SingleTimer:
    """The car has one timer, which is set two hours before a departure."""

    def could_be_set(self, timeline: Timeline, due: Due, every: list[Due]) -> bool:
        """Return whether the timer could be set in time."""
        return _timer_possible(timeline, due, every)

    def is_wanted(self, timeline: Timeline, due: Due, run: datetime) -> bool:
        """Return whether a run is right: not canceled, or too late or during a problem."""
        return _wanted(timeline, due, run)

    def is_by_owner(self, run: datetime) -> bool:
        """Return False: the owner does not use the timer."""
        return False


def check_departures(timeline: Timeline, tally: Tally, judgment: Judgment | None = None) -> None:
    """Assert that the car was preconditioned whenever possible, and never unnecessarily or twice."""
    judgment = judgment or SingleTimer()
    runs = [each.at for before, each in pairwise(timeline.environment.trace) if each.running and not before.running]
    every = list(all_departures(timeline))
    for due in every:
        tally.departures += 1
        is_preconditioned = any(due.start_at - MINUTE <= run < due.ready_at for run in runs)
        tally.departures_preconditioned += is_preconditioned
        if _possible(timeline, due, every, runs, judgment):
            tally.departures_required += 1
            assert is_preconditioned, f"not preconditioned at {due.ready_at}: {due.departure}"
    for run in runs:
        near = (due for due in every if due.start_at - MINUTE <= run <= due.ready_at + RUN)
        is_wanted = any(judgment.is_wanted(timeline, due, run) for due in near)
        assert is_wanted or judgment.is_by_owner(run), f"preconditioned unnecessarily at {run}"
    _check_commands(timeline, every)


def all_departures(timeline: Timeline) -> Iterator[Due]:
    """Yield every planned departure, canceled or not."""
    scenario = timeline.result.scenario
    first = scenario.start.astimezone(scenario.zone).date()
    for each in scenario.departures:
        for ahead in range(MINUTES // DAY_MINUTES + 2):
            day = first + timedelta(days=ahead)
            ready_at = datetime.combine(day, each.at, scenario.zone).astimezone(scenario.start.tzinfo)
            planned = day == each.on or day.weekday() in each.weekdays
            if planned and scenario.start < ready_at < timeline.result.at(MINUTES) + START:
                yield Due(each, day, ready_at)


def cancellations(timeline: Timeline, due: Due, until: datetime) -> list[datetime]:
    """Return the times when a departure was canceled, until an instant at which it still is."""
    result = timeline.result
    since = [at for key, at in result.skipped.items() if key == (due.departure.id, due.day)]
    since += [at for at, first, last in result.paused_spans if first <= due.day <= last]
    since += [begin for begin, end in result.switched_off if begin <= until < end]
    return [at for at in since if at <= until]


def _wanted(timeline: Timeline, due: Due, run: datetime) -> bool:
    """Return whether a run is right: not canceled, or too late or during a problem."""
    canceled = cancellations(timeline, due, run)
    if not canceled or min(canceled) > due.start_at - timedelta(minutes=3):
        return True
    return due.departure.uses_timer and not timeline.has_no_problems(
        timeline.minute(min(canceled)) - CAR_RECOVERY_MINUTES, timeline.minute(due.start_at)
    )


def _possible(timeline: Timeline, due: Due, every: list[Due], runs: list[datetime], judgment: Judgment) -> bool:
    """Return whether the car had to be preconditioned: a command was possible in time, and the car could accept it."""
    if due.start_at < timeline.result.scenario.start + 4 * MINUTE or due.ready_at > timeline.result.at(MINUTES):
        return False
    if cancellations(timeline, due, due.ready_at):
        return False
    switches = (at for span in timeline.result.switched_off for at in span)
    rivals = (each for each in every if each is not due and abs(each.ready_at - due.ready_at) < timedelta(minutes=20))
    refusable = (run for run in runs if timedelta() < due.start_at - run < timedelta(minutes=6))
    if any(due.start_at <= at <= due.ready_at for at in switches) or any(rivals) or any(refusable):
        return False
    if not battery_suffices(timeline, due):
        return False
    start = timeline.minute(due.start_at)
    in_time = timeline.has_no_problems(start - 1, start + 4) or _back_in_time(
        timeline, start, timeline.minute(due.ready_at)
    )
    return in_time or (due.departure.uses_timer and judgment.could_be_set(timeline, due, every))


def _back_in_time(timeline: Timeline, start: int, ready: int) -> bool:
    """Return whether Home Assistant, off when it was time to start, was back while there was still time."""
    others = (each for each in timeline.result.scenario.problem_spans if each.problem is not Problem.OFF)
    if any(start - 180 <= each.begin + each.minutes and each.begin <= ready for each in others):
        return False
    outages = [
        (timeline.minute(begin), timeline.minute(end)) for begin, end in timeline.environment.outages if end is not None
    ]
    # An outage that began only then may have lost a command that was sent, which is not repeated in time.
    unsent = {timeline.minute(at) for at in timeline.environment.crashed_before_sending}
    if any(start <= begin <= ready for begin, _ in outages if begin not in unsent):
        return False
    return any(begin <= start < end < ready - 3 for begin, end in outages)


def _timer_possible(timeline: Timeline, due: Due, every: list[Due]) -> bool:
    """Return whether the car's timer could be set in time."""
    set_at = timeline.minute(due.ready_at) - 120
    rivals = (each for each in every if each is not due and each.departure.uses_timer)
    alone = not any(abs(each.ready_at - due.ready_at) < timedelta(hours=5) for each in rivals)
    clear = not timeline.repeated_minutes & set(range(set_at - 120, timeline.minute(due.ready_at) + 120))
    changes = [*timeline.result.skipped.values(), *(at for at, *_ in timeline.result.paused_spans)]
    changes += [at for span in timeline.result.switched_off for at in span]
    untouched = not any(due.ready_at - timedelta(hours=3) <= at <= due.ready_at for at in changes)
    return (
        set_at > 0
        and alone
        and clear
        and untouched
        and timeline.has_no_problems(set_at - CAR_RECOVERY_MINUTES, set_at + 12)
    )


def battery_suffices(timeline: Timeline, due: Due) -> bool:
    """Return whether the battery level was, and was known to be, clearly high enough."""
    trips = timeline.result.scenario.trips
    start = timeline.minute(due.start_at)
    level = next((trip.level for trip in reversed(trips) if trip.begin + trip.minutes < start - 30), 70)
    recent = any(start - 30 <= trip.begin + trip.minutes <= start + 20 for trip in trips)
    return level >= THRESHOLD + 5 and not recent


def _check_commands(timeline: Timeline, every: list[Due]) -> None:
    """Assert that no command to precondition was repeated without need."""
    starts = [each for each in timeline.environment.sent if each.kind is CommandKind.PRECONDITION]
    for due in every:
        mine = [each for each in starts if is_for(each, due)]
        assert len(mine) <= 2, f"sent too often: {due}"
        for each in mine[1:]:
            successes = (entry for entry in each.before.records.preconditionings if entry.success)
            assert not any(entry.at >= mine[0].at for entry in successes), f"sent again after a successful run: {due}"
    for each in timeline.environment.sent:
        if each.kind is CommandKind.PRECONDITION_AT:
            assert each.before.timer != each.start, f"set a timer that was set at {each.at}"


def is_for(sent: SentCommand, due: Due) -> bool:
    """Return whether a command was for a departure."""
    kept = sent.attempt
    return kept is not None and (kept.departure, kept.ready_at) == (due.departure.id, due.ready_at)
