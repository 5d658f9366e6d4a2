"""Warn about, start, and judge the preconditioning of a departure."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from statistics import median

from ..cloud.models import Battery, CommandKind, Part, Result
from ..cloud.schedule import DAY, occurrences
from ..vehicle import commands
from ..vehicle.state import (
    CLOCK_TOLERANCE,
    CommandReason,
    CommandStatus,
    VehicleState,
    command_since,
    known_runs,
    refused_since,
    running_since,
    seen_preconditioning,
)
from ..vehicle.update import sessions
from .departures import (
    GIVEN_UP_AFTER,
    MOST_SENT,
    RETRY_AFTER,
    TIMER_TRAVEL,
    Leaving,
    attempt_at,
    checks,
    has_timer,
    recorded,
    say,
    step,
)
from .model import PAST_KEPT, Attempt, Outcome, Plan, Projection, Shortage, Step, StepKind, StepReason
from .settings import Settings
from .windows import differs, held_schedule, occurrences as planned

# A household socket into the smallest battery, 1.85 kW into 22 kWh: a careful guess, used until a speed was measured.
DEFAULT_SPEED = 8.0
FULL = 100
_HOUR = timedelta(hours=1)
# Whole percents make a short charge look faster or slower than it was.
_LEAST_GAIN = 5
_LEAST_DURATION = timedelta(minutes=15)
# The word of a run comes within five minutes (owners' word); an order of which there is none is repeated while there is
# time, and may still be obeyed in the end.
UNCONFIRMED_AFTER = timedelta(minutes=6)
# What an order ends with that no server has heeded.
_UNHEEDED = {CommandReason.CLOUD_REFUSED, CommandReason.UNSENT}
_ATTEMPTS_KEPT = 2 * DAY
_OUTCOMES = {
    StepReason.READY: Outcome.READY,
    StepReason.ORDERED: Outcome.ORDERED,
    StepReason.FAILED: Outcome.FAILED,
    StepReason.MISSED: Outcome.MISSED,
    StepReason.TOO_LOW: Outcome.TOO_LOW,
}


def charging_speed(state: VehicleState) -> float:
    """Return how many percent an hour of charging brings: the median of the sessions in the history, else a default."""
    told = [
        each.level_gained / (each.duration / _HOUR)
        for each in sessions(state.charge_history)
        if each.level_gained is not None and each.level_gained >= _LEAST_GAIN and each.duration >= _LEAST_DURATION
    ]
    return median(told) if told else DEFAULT_SPEED


def project(plan: Plan, state: VehicleState, settings: Settings, now: datetime, at: datetime) -> Projection:
    """Return the level foreseen for an instant; unknown where the battery is."""
    battery = state.battery
    if battery is None or battery.level is None or Part.BATTERY not in state.known:
        return Projection(at=at, level=None)
    speed = charging_speed(state)
    can_charge = battery.plugged_in or battery.charging
    span = charging_time(plan, state, settings, now, at) if can_charge else timedelta()
    level = min(FULL, battery.level + int(speed * (span / _HOUR)))
    if level >= settings.threshold:
        return Projection(at=at, level=level)
    needed = timedelta(minutes=-(-60 * (settings.threshold - battery.level) // speed))
    return Projection(at=at, level=level, shortage=_shortage(battery, span, at - now), charge_needed=needed)


def charging_time(plan: Plan, state: VehicleState, settings: Settings, now: datetime, at: datetime) -> timedelta:
    """Return how long a car that stays plugged in will charge until an instant."""
    spans = _windows(plan, state, settings, now, at)
    if state.battery is not None and state.battery.charging and not any(begin <= now for begin, _ in spans):
        # Somebody has started a charge, which goes on until the battery is full.
        return at - now
    return sum((min(end, at) - max(begin, now) for begin, end in spans), timedelta())


def _windows(
    plan: Plan, state: VehicleState, settings: Settings, now: datetime, at: datetime
) -> list[tuple[datetime, datetime]]:
    """Return when a car may charge until an instant: by the plan, unless the car keeps to another week."""
    held = held_schedule(state)
    if plan.charge_enabled and plan.windows and not differs(plan, state, now):
        return [(each.begin, each.end) for each in planned(plan, settings.zone, now, at)]
    if held is None:
        return []
    return [*occurrences(held.windows, settings.zone, now, at)] if held.enabled else [(now, at)]


def _shortage(battery: Battery, span: timedelta, whole: timedelta) -> Shortage:
    """Return why the level will be too low."""
    if battery.plugged_in is None and not battery.charging:
        return Shortage.PLUG_UNKNOWN
    if not battery.plugged_in and not battery.charging:
        return Shortage.NOT_PLUGGED_IN
    if not span:
        return Shortage.NO_WINDOW_BEFORE
    return Shortage.WINDOW_TOO_SHORT if span < whole else Shortage.BATTERY_LOW


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
    followed = command_since(state, attempt.sent_at)
    sent_at = attempt.sent_at if followed is None else followed.sent_at
    if followed is not None and followed.reason is CommandReason.UNSENT:
        return sent_at + CLOCK_TOLERANCE, StepReason.RETRY
    failed = (followed is not None and followed.is_settled) or refused_since(state, attempt.sent_at)
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
    followed = None if attempt.sent_at is None else command_since(state, attempt.sent_at)
    settled = followed is not None and followed.is_settled
    yield say(each, now if settled else each.ready_at + GIVEN_UP_AFTER, StepReason.FAILED)


def _unhindered(state: VehicleState, at: datetime, now: datetime, settings: Settings) -> datetime:
    """Return when an order can be sent: not while another waits for its fate or runs, nor too soon after one."""
    since = running_since(state, now, settings.run_length)
    at = at if since is None else max(at, since + settings.run_length)
    other = state.last_of(CommandKind.PRECONDITION)
    if other is None or other.sent_at > now or other.reason in _UNHEEDED:
        return at
    return max(at, other.sent_at + RETRY_AFTER, at if other.is_settled else now + CLOCK_TOLERANCE)


def _answered(attempt: Attempt, state: VehicleState) -> Attempt:
    """Return an attempt, marked as answered once its order is followed or was refused."""
    if not attempt.unanswered or attempt.sent_at is None or command_since(state, attempt.sent_at) is None:
        return attempt
    return replace(attempt, unanswered=False)


def _warmed(state: VehicleState, each: Leaving) -> bool | None:
    """Tell whether the car was seen to warm up for a departure, or just ordered to if its cloud never shows more."""
    span = (each.start_at - CLOCK_TOLERANCE, each.ready_at + GIVEN_UP_AFTER)
    if any(run.result is Result.SUCCESS and span[0] <= run.at <= span[1] for run in known_runs(state)):
        return True
    if seen_preconditioning(state, *span):
        return True
    followed = command_since(state, span[0])
    if followed is None or not followed.is_done or followed.sent_at > each.ready_at:
        return None
    return followed.status is CommandStatus.CONFIRMED


def command(settings: Settings, *, temperature: float | None = None, again: bool = False) -> commands.Command:
    """Return the command to precondition now, by what is known of the car and its runs."""
    length, threshold = settings.run_length, settings.threshold
    return commands.Precondition(threshold=threshold, run_length=length, temperature=temperature, again=again)
