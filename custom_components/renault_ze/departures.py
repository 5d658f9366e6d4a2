"""The departures of the plan: when each begins to warm the car, by which way, and what became of it.

A late departure is an order at its start: until then it can be changed or skipped. A robust one goes by the car's own
timer (`timers`); where that cannot be, it is a late one, and the order also follows a timer that stays silent. A run
that fails is tried once more while there is time.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from . import runs
from .cloud.models import Part, Result
from .cloud.orders import CommandKind, CommandReason, CommandStatus
from .cloud.state import VehicleState
from .foresight import project
from .plan import PAST_KEPT, Attempt, Departure, Outcome, Plan, Settings, Step, StepKind, StepReason
from .runs import TOLERANCE
from .schedule import DAY, YEARS, instant, years_from

# Too soon after another an order is refused (observed; that the wait is 5 minutes is inferred).
RETRY_AFTER = timedelta(minutes=5)
# The word of a run comes within five minutes (owners' word); an order of which there is none is repeated while there is
# time, and may still be obeyed in the end.
UNCONFIRMED_AFTER = timedelta(minutes=6)
# As long as an order is followed; one that a restart made nobody follow may arrive as late as that, too.
GIVEN_UP_AFTER = timedelta(minutes=10)
# A timer needs a while to reach the car, and the news of its run a while to come back.
TIMER_TRAVEL = timedelta(minutes=3)
MOST_SENT = 2
AHEAD = 8 * DAY
_BACK = timedelta(hours=12)
# What an order ends with that no server has heeded.
_UNHEEDED = {CommandReason.CLOUD_REFUSED, CommandReason.UNSENT}
_ATTEMPTS_KEPT = 2 * DAY


class Leaving(NamedTuple):
    """A departure on one day: the instant to be ready by, the start derived from it."""

    ready_at: datetime
    start_at: datetime
    day: date
    departure: Departure

    @property
    def last_call(self) -> datetime:
        """Return until when it can be called off: a car that is being warmed up cannot be stopped any more."""
        return self.start_at if self.departure.precondition else self.ready_at


def live(plan: Plan, settings: Settings, begin: datetime, end: datetime) -> list[Leaving]:
    """Return, in order, the departures that count between two instants, both included."""
    if not plan.departures or not plan.departures_enabled:
        return []
    first, last = begin.astimezone(settings.zone).date(), end.astimezone(settings.zone).date()
    found = [
        _leaving(each, day, settings)
        for each in plan.departures
        if each.enabled
        for day in _days(each, first, last)
        if day not in each.skipped and not _paused(plan, day)
    ]
    return sorted((each for each in found if begin <= each.ready_at <= end), key=lambda each: each.ready_at)


def coming(plan: Plan, settings: Settings, now: datetime) -> Leaving | None:
    """Return the departure that comes next within two years: one for a date, or after a pause or dates left out."""
    days = [day for each in plan.departures for day in (each.on, *each.skipped) if day is not None]
    days += [] if plan.paused is None else [plan.paused.last]
    latest = years_from(now, YEARS)
    far = max((instant(min(day, latest), time.min, settings.zone) for day in days), default=now)
    for until in (now + AHEAD, far + AHEAD):
        if found := live(plan, settings, now + timedelta.resolution, until):
            return found[0]
    return None


def following(plan: Plan, settings: Settings, now: datetime) -> Leaving | None:
    """Return the departure that comes next; it can be called off until its start."""
    return next(iter(live(plan, settings, now, now + AHEAD)), None)


def open_leavings(plan: Plan, settings: Settings, now: datetime) -> list[Leaving]:
    """Return, in order, the departures near in time about which something may have to be done."""
    near = live(plan, settings, now - _BACK, now + settings.robust_lead + 2 * DAY)
    return [each for each in near if each.departure.precondition and is_open(plan, each)]


def is_open(plan: Plan, each: Leaving) -> bool:
    """Tell whether it is not settled yet what becomes of a departure."""
    return attempt_at(plan, each).outcome in {None, Outcome.TOO_LOW}


def attempt_at(plan: Plan, each: Leaving) -> Attempt:
    """Return what was done about a departure on its day."""
    return plan.attempt(each.departure.id, each.ready_at)


def has_timer(plan: Plan, each: Leaving) -> bool:
    """Tell whether the timer we set is that of a departure and is relied on."""
    timer = plan.timer
    if timer is None or timer.cancelled_at is not None or attempt_at(plan, each).without_timer:
        return False
    return (timer.departure, timer.ready_at, timer.start_at) == (each.departure.id, each.ready_at, each.start_at)


def too_low(state: VehicleState, settings: Settings) -> bool:
    """Tell whether the battery is known to be below the level at which the car refuses."""
    level = None if state.battery is None or Part.BATTERY not in state.known else state.battery.level
    return level is not None and level < settings.threshold


def noted(plan: Plan, state: VehicleState, now: datetime) -> Plan:
    """Return the plan with the orders that are known to have left, and without what is long over."""
    attempts = tuple(_answered(each, state) for each in plan.attempts if now - each.ready_at < _ATTEMPTS_KEPT)
    past = now.date() - PAST_KEPT
    departures = tuple(each for each in plan.departures if each.on is None or each.on > past)
    if (attempts, departures) == (plan.attempts, plan.departures):
        return plan
    return replace(plan, attempts=attempts, departures=departures)


def checks(each: Leaving, settings: Settings) -> tuple[datetime, datetime]:
    """Return when the battery is projected: in the evening before, and again an hour before."""
    return instant(each.day - DAY, settings.evening, settings.zone), each.ready_at - timedelta(hours=1)


def warning(plan: Plan, state: VehicleState, now: datetime, settings: Settings, each: Leaving) -> Iterator[Step]:
    """Yield a warning of a battery that will be too low, from the evening before on and again an hour before."""
    evening, again = checks(each, settings)
    warned_at = attempt_at(plan, each).warned_at
    if each.departure.override or now < evening or (warned_at is not None and not warned_at < again <= now):
        return
    foreseen = project(plan, state, settings, now, each.start_at)
    if foreseen.shortage is not None:
        yield replace(say(each, again if now >= again else evening, StepReason.FORESEEN), projection=foreseen)


def order(plan: Plan, state: VehicleState, now: datetime, settings: Settings, each: Leaving) -> Iterator[Step]:
    """Yield the order that starts the car, or what is to be said instead of it or after it."""
    attempt = attempt_at(plan, each)
    if now >= each.start_at and (seen := _warmed(state, each)) is not None:
        yield say(each, now, StepReason.READY if seen else StepReason.ORDERED)
    elif now >= each.ready_at:
        yield from _verdict(plan, state, now, each)
    elif (due := _due(plan, state, each)) is None or due[0] >= each.ready_at:
        return
    elif now >= due[0] and too_low(state, settings) and not each.departure.override:
        if attempt.outcome is None:
            yield say(each, now, StepReason.TOO_LOW)
    else:
        at = due[0] if due[1] is StepReason.RETRY else _unhindered(state, due[0], now, settings)
        yield step(StepKind.START, each, at, due[1])


def taken(plan: Plan, done: Step, now: datetime) -> Plan:
    """Return the plan once an order to start was sent, or something was said, about a departure."""
    assert done.departure is not None  # noqa: S101 - such a step names its departure
    assert done.ready_at is not None  # noqa: S101
    attempt = plan.attempt(done.departure.id, done.ready_at)
    if done.kind is StepKind.START:
        sent = replace(attempt, sent=attempt.sent + 1, sent_at=now, unanswered=True, outcome=None)
        return recorded(plan, sent)
    if done.reason is StepReason.FORESEEN:
        return recorded(plan, replace(attempt, warned_at=now))
    if done.reason in _OUTCOMES:
        return recorded(plan, replace(attempt, outcome=_OUTCOMES[done.reason]))
    return recorded(plan, replace(attempt, without_timer=True))


def recorded(plan: Plan, attempt: Attempt) -> Plan:
    """Return the plan with an attempt in its place."""
    key = (attempt.departure, attempt.ready_at)
    others = (each for each in plan.attempts if (each.departure, each.ready_at) != key)
    return replace(plan, attempts=(*others, attempt))


def step(kind: StepKind, each: Leaving, at: datetime, reason: StepReason) -> Step:
    """Return a step about a departure."""
    return Step(
        kind=kind, at=at, reason=reason, departure=each.departure, ready_at=each.ready_at, start_at=each.start_at
    )


def say(each: Leaving, at: datetime, reason: StepReason) -> Step:
    """Return a step that tells the owner something about a departure."""
    return step(StepKind.SAY, each, at, reason)


_OUTCOMES = {
    StepReason.READY: Outcome.READY,
    StepReason.ORDERED: Outcome.ORDERED,
    StepReason.FAILED: Outcome.FAILED,
    StepReason.MISSED: Outcome.MISSED,
    StepReason.TOO_LOW: Outcome.TOO_LOW,
}


def _leaving(departure: Departure, day: date, settings: Settings) -> Leaving:
    """Return a departure on a date."""
    ready_at = instant(day, departure.at, settings.zone)
    return Leaving(ready_at, ready_at - settings.run_length - settings.lead, day, departure)


def _days(each: Departure, first: date, last: date) -> Iterator[date]:
    """Yield the dates of a departure in a span."""
    if each.on is not None:
        yield from [each.on] if first <= each.on <= last else []
        return
    for ahead in range((last - first).days + 1):
        day = first + ahead * DAY
        if day.weekday() in each.weekdays:
            yield day


def _paused(plan: Plan, day: date) -> bool:
    """Tell whether no departure counts on a date."""
    return plan.paused is not None and plan.paused.first <= day <= plan.paused.last


def _due(plan: Plan, state: VehicleState, each: Leaving) -> tuple[datetime, StepReason] | None:
    """Return when and why the car is to be ordered to start; None once it has been often enough."""
    attempt = attempt_at(plan, each)
    if attempt.sent_at is None:
        if has_timer(plan, each):
            return each.start_at + TIMER_TRAVEL, StepReason.TIMER_SILENT
        return each.start_at, StepReason.DEPARTURE
    if attempt.sent >= MOST_SENT:
        return None
    if attempt.unanswered:
        # It may never have been sent; if it was, the car has had the time to show it, and refuses a second one.
        return attempt.sent_at + TIMER_TRAVEL, StepReason.RETRY
    followed = runs.command_since(state, attempt.sent_at)
    sent_at = attempt.sent_at if followed is None else followed.sent_at
    if followed is not None and followed.reason is CommandReason.UNSENT:
        return sent_at + TOLERANCE, StepReason.RETRY
    failed = (followed is not None and followed.settled) or runs.refused_since(state, attempt.sent_at)
    return sent_at + (RETRY_AFTER if failed else UNCONFIRMED_AFTER), StepReason.RETRY


def _verdict(plan: Plan, state: VehicleState, now: datetime, each: Leaving) -> Iterator[Step]:
    """Yield what is to be said of a departure that is over without a run that was seen."""
    attempt = attempt_at(plan, each)
    if attempt.outcome is Outcome.TOO_LOW:
        return
    if attempt.sent_at is None and not has_timer(plan, each):
        if each.departure.since is None or each.departure.since < each.start_at:
            yield say(each, now, StepReason.MISSED)
        return
    followed = None if attempt.sent_at is None else runs.command_since(state, attempt.sent_at)
    settled = followed is not None and followed.settled
    yield say(each, now if settled else each.ready_at + GIVEN_UP_AFTER, StepReason.FAILED)


def _unhindered(state: VehicleState, at: datetime, now: datetime, settings: Settings) -> datetime:
    """Return when an order can be sent: not while another waits for its fate or runs, nor too soon after one."""
    since = runs.running_since(state, now, settings.run_length)
    at = at if since is None else max(at, since + settings.run_length)
    other = state.last_of(CommandKind.PRECONDITION)
    if other is None or other.sent_at > now or other.reason in _UNHEEDED:
        return at
    return max(at, other.sent_at + RETRY_AFTER, at if other.settled else now + TOLERANCE)


def _answered(attempt: Attempt, state: VehicleState) -> Attempt:
    """Return an attempt, marked as answered once its order is followed or was refused."""
    if not attempt.unanswered or attempt.sent_at is None or runs.command_since(state, attempt.sent_at) is None:
        return attempt
    return replace(attempt, unanswered=False)


def _warmed(state: VehicleState, each: Leaving) -> bool | None:
    """Tell whether the car was seen to warm up for a departure, or just ordered to if its cloud never shows more."""
    span = (each.start_at - TOLERANCE, each.ready_at + GIVEN_UP_AFTER)
    if any(run.result is Result.SUCCESS and span[0] <= run.at <= span[1] for run in runs.told(state)):
        return True
    if runs.seen_on(state, *span):
        return True
    followed = runs.command_since(state, span[0])
    if followed is None or not followed.believed or followed.sent_at > each.ready_at:
        return None
    return followed.status is CommandStatus.CONFIRMED
