"""Warn about, start, and check the preconditioning of a departure.

The command is sent when preconditioning has to start: until then the departure can be changed or skipped. It also
follows a timer that does not start the car. A run that fails is retried once while there is time.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from ..cloud.models import RESPONSE_TIME, CommandKind, Part, Result
from ..cloud.schedule import DAY
from ..vehicle import commands
from ..vehicle.command import Command
from ..vehicle.results import CommandReason, CommandStatus
from ..vehicle.state import (
    CLOCK_TOLERANCE,
    VehicleState,
    command_since,
    known_runs,
    read_since,
    refused_since,
    running_since,
    seen_preconditioning,
)
from .forecast import forecast
from .model import PAST_KEPT, Plan
from .records import Attempt, Outcome
from .settings import GIVEN_UP_AFTER, MOST_SENT, RETRY_AFTER, TIMER_DELAY, Settings
from .situation import Situation
from .steps import DepartureMessage, DepartureTime, Start, Step, StepReason
from .timer import silent_at

# A run is reported within five minutes (by owners); a command without a report is sent again while there is time.
UNCONFIRMED_AFTER = timedelta(minutes=6)
# Results of commands that no server has processed.
_NOT_PROCESSED = {CommandReason.CLOUD_REFUSED, CommandReason.UNSENT}
_ATTEMPTS_KEPT = 2 * DAY
_OUTCOMES = {
    StepReason.READY: Outcome.READY,
    StepReason.SENT: Outcome.SENT,
    StepReason.FAILED: Outcome.FAILED,
    StepReason.MISSED: Outcome.MISSED,
    StepReason.TOO_LOW: Outcome.TOO_LOW,
}


def is_too_low(situation: Situation) -> bool:
    """Return whether the battery level is known to be below the threshold."""
    battery = situation.state.battery
    level = None if battery is None or Part.BATTERY not in situation.state.known else battery.level
    return level is not None and level < situation.settings.threshold


def with_responses(plan: Plan, state: VehicleState, now: datetime) -> Plan:
    """Return the plan with the commands marked that are known to have been sent, and without old entries."""
    attempts = tuple(_with_response(each, state) for each in plan.attempts if now - each.ready_at < _ATTEMPTS_KEPT)
    past = now.date() - PAST_KEPT
    departures = tuple(each for each in plan.departures if each.on is None or each.on > past)
    if (attempts, departures) == (plan.attempts, plan.departures):
        return plan
    return replace(plan, attempts=attempts, departures=departures)


def warning(situation: Situation, each: DepartureTime) -> Iterator[DepartureMessage]:
    """Yield a warning of a battery that will be too low, from the evening before and again an hour before."""
    (evening, again), now = each.checks(situation.settings), situation.now
    warned_at = situation.attempt(each).warned_at
    if each.departure.override or now < evening or (warned_at is not None and not warned_at < again <= now):
        return
    expected = forecast(situation, each.start_at)
    if expected.shortage is not None:
        at = again if now >= again else evening
        yield DepartureMessage(at=at, reason=StepReason.LOW_FORECAST, departure=each, forecast=expected)


def starting(situation: Situation, each: DepartureTime) -> Iterator[Start | DepartureMessage]:
    """Yield the command that starts preconditioning, or the message that replaces or follows it."""
    attempt, now = situation.attempt(each), situation.now
    if now >= each.start_at and (seen := _is_done(situation.state, each)) is not None:
        reason = StepReason.READY if seen else StepReason.SENT
        yield DepartureMessage(at=now, reason=reason, departure=each)
    elif now >= each.ready_at:
        yield from _final_message(situation, each)
    elif (due := _due(situation, each)) is None or due[0] >= each.ready_at:
        return
    elif now >= due[0] and is_too_low(situation) and not each.departure.override:
        if attempt.outcome is None:
            yield DepartureMessage(at=now, reason=StepReason.TOO_LOW, departure=each)
    else:
        at, reason = due
        yield Start(at=at if reason is StepReason.RETRY else _free_at(situation, at), reason=reason, departure=each)


def planned_start(situation: Situation, each: DepartureTime) -> datetime | None:
    """Return when preconditioning starts for a departure, after a run in progress; None if that run is enough."""
    if situation.attempt(each).sent or situation.has_timer(each):
        return each.start_at
    at = _free_at(situation, each.start_at)
    return None if at >= each.ready_at or _is_done(situation.state, each) is not None else at


def is_unread(situation: Situation, step: Step) -> bool:
    """Return whether a step would repeat a command before the car was read after it had time to respond."""
    if not situation.settings.shows_runs or not isinstance(step, Start):
        return False
    state, attempt = situation.state, situation.attempt(step.departure)
    if step.reason is StepReason.TIMER_SILENT:
        return not read_since(state, silent_at(situation, step.departure))
    if step.reason is not StepReason.RETRY or attempt.sent_at is None:
        return False
    tracked = command_since(state, attempt.sent_at)
    if tracked is not None and tracked.status is CommandStatus.FAILED:
        return False
    sent_at = attempt.sent_at if tracked is None else tracked.sent_at
    response_time = TIMER_DELAY if attempt.unanswered else RESPONSE_TIME
    return not (refused_since(state, attempt.sent_at) or read_since(state, sent_at + response_time))


def with_start(plan: Plan, step: Start, now: datetime) -> Plan:
    """Return the plan once a command to start is sent."""
    attempt = plan.attempt(step.departure.departure.id, step.departure.ready_at)
    sent = replace(attempt, sent=attempt.sent + 1, sent_at=now, unanswered=True, outcome=None)
    return plan.with_attempt(sent)


def with_message(plan: Plan, step: DepartureMessage, now: datetime) -> Plan:
    """Return the plan once the user was told something about a departure."""
    attempt = plan.attempt(step.departure.departure.id, step.departure.ready_at)
    if step.reason is StepReason.LOW_FORECAST:
        return plan.with_attempt(replace(attempt, warned_at=now))
    if step.reason is StepReason.LEVEL_UNREACHABLE:
        return plan.with_attempt(replace(attempt, level_warned_at=now))
    if step.reason in _OUTCOMES:
        return plan.with_attempt(replace(attempt, outcome=_OUTCOMES[step.reason]))
    return plan.with_attempt(replace(attempt, without_timer=True))


def command(settings: Settings, *, temperature: float | None = None, again: bool = False) -> Command:
    """Return the command to precondition now, to the temperature of the settings unless another is given."""
    length, threshold = settings.run_length, settings.threshold
    wanted = settings.temperature if temperature is None else temperature
    return commands.Precondition(threshold=threshold, run_length=length, temperature=wanted, again=again)


def _due(situation: Situation, each: DepartureTime) -> tuple[datetime, StepReason] | None:
    """Return when and why the command to start is to be sent, None if it was sent often enough."""
    attempt, state = situation.attempt(each), situation.state
    if attempt.sent_at is None:
        if situation.has_timer(each):
            return silent_at(situation, each), StepReason.TIMER_SILENT
        return each.start_at, StepReason.DEPARTURE
    if attempt.sent >= MOST_SENT:
        return None
    if attempt.unanswered:
        # It may never have been sent; if it was, the car shows it by then, and refuses a second one.
        return attempt.sent_at + TIMER_DELAY, StepReason.RETRY
    tracked = command_since(state, attempt.sent_at)
    sent_at = attempt.sent_at if tracked is None else tracked.sent_at
    if tracked is not None and tracked.reason is CommandReason.UNSENT:
        return sent_at + CLOCK_TOLERANCE, StepReason.RETRY
    failed = (tracked is not None and tracked.is_settled) or refused_since(state, attempt.sent_at)
    return sent_at + (RETRY_AFTER if failed else UNCONFIRMED_AFTER), StepReason.RETRY


def _final_message(situation: Situation, each: DepartureTime) -> Iterator[DepartureMessage]:
    """Yield the message about a departure that is over and for which no run was seen."""
    attempt, now = situation.attempt(each), situation.now
    if attempt.outcome is Outcome.TOO_LOW:
        return
    if attempt.sent_at is None and not situation.has_timer(each):
        if each.departure.since is None or each.departure.since < each.start_at:
            yield DepartureMessage(at=now, reason=StepReason.MISSED, departure=each)
        return
    if attempt.sent_at is None and situation.settings.keeps_departures:
        # Home Assistant was away, or too late to see what the car did by itself.
        yield DepartureMessage(at=now, reason=StepReason.SENT, departure=each)
        return
    tracked = None if attempt.sent_at is None else command_since(situation.state, attempt.sent_at)
    settled = tracked is not None and tracked.is_settled
    at = now if settled else each.ready_at + GIVEN_UP_AFTER
    yield DepartureMessage(at=at, reason=StepReason.FAILED, departure=each)


def _free_at(situation: Situation, at: datetime) -> datetime:
    """Return when a command can be sent: not while another is tracked or runs, nor too soon after one."""
    state, now, length = situation.state, situation.now, situation.settings.run_length
    since = running_since(state, now, length)
    at = at if since is None else max(at, since + length)
    other = state.last_commands.get(CommandKind.PRECONDITION)
    if other is None or other.sent_at > now or other.reason in _NOT_PROCESSED:
        return at
    return max(at, other.sent_at + RETRY_AFTER, at if other.is_settled else now + CLOCK_TOLERANCE)


def _with_response(attempt: Attempt, state: VehicleState) -> Attempt:
    """Return an attempt, with the response noted once its command is tracked or was refused."""
    if not attempt.unanswered or attempt.sent_at is None or command_since(state, attempt.sent_at) is None:
        return attempt
    return replace(attempt, unanswered=False)


def _is_done(state: VehicleState, each: DepartureTime) -> bool | None:
    """Return whether a run was seen for a departure, False if only its command is known, None if neither."""
    begin, end = each.start_at - CLOCK_TOLERANCE, each.ready_at + GIVEN_UP_AFTER
    if any(run.result is Result.SUCCESS and begin <= run.at <= end for run in known_runs(state)):
        return True
    if seen_preconditioning(state, begin, end):
        return True
    tracked = command_since(state, begin)
    if tracked is None or not tracked.is_done or tracked.sent_at > each.ready_at:
        return None
    return tracked.status is CommandStatus.CONFIRMED
