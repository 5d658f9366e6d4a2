"""Whether the car was preconditioned when possible, and never without need."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import NamedTuple

from custom_components.renault_ze.cloud.models import CommandKind
from custom_components.renault_ze.plan.model import Departure
from tests.plan.simulated.fate import MINUTES, Trouble
from tests.plan.simulated.house import MINUTE, Sent
from tests.plan.simulated.truth import AFTER_CAR, DAY_MINUTES, Tally, Truth

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


def check_departures(truth: Truth, tally: Tally) -> None:
    """Assert that the car was preconditioned whenever possible, and never without need or twice."""
    runs = [each.at for before, each in pairwise(truth.house.trace) if each.running and not before.running]
    every = list(_every(truth))
    for due in every:
        tally.departures += 1
        warm = any(due.start_at - MINUTE <= run < due.ready_at for run in runs)
        tally.departures_warm += warm
        if _possible(truth, due, every, runs):
            tally.departures_that_had_to_be_warm += 1
            assert warm, f"not preconditioned at {due.ready_at}: {due.departure}"
    for run in runs:
        reasons = (
            due for due in every if due.start_at - MINUTE <= run <= due.ready_at + RUN and _wanted(truth, due, run)
        )
        assert any(reasons), f"warmed up for nothing at {run}"
    _check_orders(truth, every)


def _every(truth: Truth) -> Iterator[Due]:
    """Give every departure that was ever planned, called off or not."""
    life = truth.plan_events.life
    first = life.start.astimezone(life.zone).date()
    for each in life.departures:
        for ahead in range(MINUTES // DAY_MINUTES + 2):
            day = first + timedelta(days=ahead)
            ready_at = datetime.combine(day, each.at, life.zone).astimezone(life.start.tzinfo)
            planned = day == each.on or day.weekday() in each.weekdays
            if planned and life.start < ready_at < truth.plan_events.at(MINUTES) + START:
                yield Due(each, day, ready_at)


def _called_off(truth: Truth, due: Due, until: datetime) -> list[datetime]:
    """Return when a departure was called off, each time, up to an instant at which it still is."""
    plan_events = truth.plan_events
    since = [at for key, at in plan_events.skipped.items() if key == (due.departure.id, due.day)]
    since += [at for at, first, last in plan_events.stopped if first <= due.day <= last]
    since += [begin for begin, end in plan_events.switched_off if begin <= until < end]
    return [at for at in since if at <= until]


def _wanted(truth: Truth, due: Due, run: datetime) -> bool:
    """Return whether a run is right: not called off, or so late or amid such trouble that it could not be stopped."""
    called_off = _called_off(truth, due, run)
    if not called_off or min(called_off) > due.start_at - timedelta(minutes=3):
        return True
    return due.departure.uses_timer and not truth.quiet(
        truth.minute(min(called_off)) - AFTER_CAR, truth.minute(due.start_at)
    )


def _possible(truth: Truth, due: Due, every: list[Due], runs: list[datetime]) -> bool:
    """Return whether the car had to be preconditioned: a command was possible in time, and the car could accept it."""
    if due.start_at < truth.plan_events.life.start + 4 * MINUTE or due.ready_at > truth.plan_events.at(MINUTES):
        return False
    if _called_off(truth, due, due.ready_at):
        return False
    switches = (at for span in truth.plan_events.switched_off for at in span)
    rivals = (each for each in every if each is not due and abs(each.ready_at - due.ready_at) < timedelta(minutes=20))
    refusable = (run for run in runs if timedelta() < due.start_at - run < timedelta(minutes=6))
    if any(due.start_at <= at <= due.ready_at for at in switches) or any(rivals) or any(refusable):
        return False
    if not _willing(truth, due):
        return False
    start = truth.minute(due.start_at)
    in_time = truth.quiet(start - 1, start + 4) or _back_in_time(truth, start, truth.minute(due.ready_at))
    return in_time or (due.departure.uses_timer and _timer_possible(truth, due, every))


def _back_in_time(truth: Truth, start: int, ready: int) -> bool:
    """Return whether Home Assistant, off when it was time to start, was back while there was still time."""
    others = (spell for spell in truth.plan_events.life.spells if spell.trouble is not Trouble.OFF)
    if any(start - 180 <= each.begin + each.minutes and each.begin <= ready for each in others):
        return False
    darks = [(truth.minute(begin), truth.minute(end)) for begin, end in truth.house.dark if end is not None]
    # An outage that began only then may have lost a command that was sent, which is not repeated in time.
    unsent = {truth.minute(at) for at in truth.house.never_sent}
    if any(start <= begin <= ready for begin, _ in darks if begin not in unsent):
        return False
    return any(begin <= start < end < ready - 3 for begin, end in darks)


def _timer_possible(truth: Truth, due: Due, every: list[Due]) -> bool:
    """Return whether the car's timer could be set in time."""
    set_at = truth.minute(due.ready_at) - 120
    rivals = (each for each in every if each is not due and each.departure.uses_timer)
    alone = not any(abs(each.ready_at - due.ready_at) < timedelta(hours=5) for each in rivals)
    clear = not truth.twice & set(range(set_at - 120, truth.minute(due.ready_at) + 120))
    changes = [*truth.plan_events.skipped.values(), *(at for at, *_ in truth.plan_events.stopped)]
    changes += [at for span in truth.plan_events.switched_off for at in span]
    untouched = not any(due.ready_at - timedelta(hours=3) <= at <= due.ready_at for at in changes)
    return set_at > 0 and alone and clear and untouched and truth.quiet(set_at - AFTER_CAR, set_at + 12)


def _willing(truth: Truth, due: Due) -> bool:
    """Return whether the battery was, and was known to be, clearly high enough all the while."""
    trips = truth.plan_events.life.trips
    start = truth.minute(due.start_at)
    level = next((trip.level for trip in reversed(trips) if trip.begin + trip.minutes < start - 30), 70)
    recent = any(start - 30 <= trip.begin + trip.minutes <= start + 20 for trip in trips)
    return level >= THRESHOLD + 5 and not recent


def _check_orders(truth: Truth, every: list[Due]) -> None:
    """Assert that no command to precondition was repeated without need."""
    starts = [each for each in truth.house.sent if each.kind is CommandKind.PRECONDITION]
    for due in every:
        mine = [each for each in starts if _is_for(each, due)]
        assert len(mine) <= 2, f"sent too often: {due}"
        for each in mine[1:]:
            successes = (entry for entry in each.before.records.preconditionings if entry.success)
            assert not any(entry.at >= mine[0].at for entry in successes), f"sent again after a successful run: {due}"
    for each in truth.house.sent:
        if each.kind is CommandKind.PRECONDITION_AT:
            assert each.before.timer != each.start, f"set a timer that was set at {each.at}"


def _is_for(sent: Sent, due: Due) -> bool:
    """Return whether a command was for a departure."""
    kept = sent.attempt
    return kept is not None and (kept.departure, kept.ready_at) == (due.departure.id, due.ready_at)
