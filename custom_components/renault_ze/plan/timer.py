"""Departures that use the car's timer: it is set in advance, confirmed, and deleted if the departure is canceled.

The car has one timer. One that was set elsewhere is neither replaced nor deleted.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, time, tzinfo

from ..cloud.models import CommandKind, Part
from ..cloud.schedule import next_at
from ..vehicle.state import VehicleState
from .model import Plan
from .records import Outcome, Timer
from .settings import GIVEN_UP_AFTER, MOST_SENT, RETRY_AFTER, TIMER_DELAY, Settings
from .situation import Situation
from .steps import CancelTimer, DepartureMessage, DepartureTime, SetTimer, Start, StepReason


def can_use_timer(situation: Situation, each: DepartureTime) -> bool:
    """Return whether a departure uses the timer, which needs a start time that its night does not show twice.

    It is not known at which of the two times a car starts, or whether at both.
    """
    if not each.departure.uses_timer or (attempt := situation.attempt(each)).without_timer or attempt.sent:
        return False
    zone = situation.zone
    start = each.start_at.astimezone(zone)
    if start.replace(fold=0).utcoffset() != start.replace(fold=1).utcoffset():
        return False
    return next_at(wall_clock(each.start_at, zone), zone, set_at(each.ready_at, situation.settings)) == each.start_at


def set_at(ready_at: datetime, settings: Settings) -> datetime:
    """Return when the timer is set for a departure."""
    return min(ready_at - settings.timer_ahead, ready_at - settings.start_before - TIMER_DELAY)


def silent_at(situation: Situation, each: DepartureTime) -> datetime:
    """Return when a car that has not started by itself is sent a command; by its timer it starts earlier."""
    settings = situation.settings
    starts_at = each.ready_at - settings.run_length if settings.keeps_departures else each.start_at
    return starts_at + TIMER_DELAY


def wall_clock(at: datetime, zone: tzinfo) -> time:
    """Return the local time as the timer holds it, the same for both hours of a night that has one twice."""
    return at.astimezone(zone).time().replace(fold=0)


def setting(situation: Situation, each: DepartureTime) -> Iterator[SetTimer | Start | DepartureMessage]:
    """Yield what makes the car start by its timer, or the message that a command follows instead."""
    due_at, last = set_at(each.ready_at, situation.settings), each.start_at - TIMER_DELAY
    if situation.now < due_at:
        yield _set(situation, each, due_at, StepReason.DEPARTURE)
    elif situation.has_timer(each):
        yield from _check(situation, each)
    elif situation.now >= last or not _is_known(situation.state) or _is_in_use(situation):
        yield DepartureMessage(at=last, reason=StepReason.TIMER_FAILED, departure=each)
    elif _is_set_elsewhere(situation):
        yield DepartureMessage(at=situation.now, reason=StepReason.TIMER_SET_ELSEWHERE, departure=each)
    else:
        yield _set(situation, each, situation.now, StepReason.DEPARTURE)


def deletion(situation: Situation) -> Iterator[CancelTimer]:
    """Yield the deletion of the plan's timer if no departure needs it."""
    timer, now, state = situation.plan.timer, situation.now, situation.state
    if timer is None or not _is_known(state) or _is_needed(situation, timer):
        return
    if state.preconditioning_timer is None or _is_set_elsewhere(situation) or not _is_recent(situation, timer):
        return
    at = now if timer.cancelled_at is None else timer.cancelled_at + RETRY_AFTER
    yield CancelTimer(at=at, reason=StepReason.CANCELED if now < timer.start_at else StepReason.TIMER_LEFT_OVER)


def without_departures(plan: Plan) -> Plan:
    """Return the plan with departures switched off, so that its timer is deleted."""
    return replace(plan, departures_enabled=False)


def with_observed_timer(situation: Situation) -> Plan:
    """Return the plan with what is known of its timer: sent, deleted by the user, or not needed and gone."""
    plan, state = _with_response(situation.plan, situation.state), situation.state
    timer, deleted = plan.timer, state.commands.get(CommandKind.CANCEL_PRECONDITION)
    if timer is None:
        return plan
    by_user = deleted is not None and deleted.is_done and deleted.sent_at > timer.sent_at
    if by_user and timer.cancelled_at is None and situation.now < timer.start_at:
        attempt = plan.attempt(timer.departure, timer.ready_at)
        return replace(plan, timer=None).with_attempt(replace(attempt, outcome=Outcome.CANCELED))
    situation = situation.with_plan(plan)
    if _is_needed(situation, timer) or not _is_gone(situation, timer):
        return plan
    return replace(plan, timer=None)


def with_timer(plan: Plan, step: SetTimer, now: datetime) -> Plan:
    """Return the plan once the timer is set."""
    ready_at, start_at, _, departure = step.departure
    sent = MOST_SENT if step.reason is StepReason.NOT_CONFIRMED else 1
    timer = Timer(departure=departure.id, ready_at=ready_at, start_at=start_at, sent_at=now, sent=sent, unanswered=True)
    return replace(plan, timer=timer)


def with_deletion(plan: Plan, now: datetime) -> Plan:
    """Return the plan once the deletion of its timer is sent."""
    return plan if plan.timer is None else replace(plan, timer=replace(plan.timer, cancelled_at=now))


def _check(situation: Situation, each: DepartureTime) -> Iterator[SetTimer | Start | DepartureMessage]:
    """Yield the command in case the timer does not start the car, or what follows if it is not in the car."""
    timer, shown, now = situation.plan.timer, situation.state.preconditioning_timer, situation.now
    again = timer is not None and timer.sent < MOST_SENT and shown is None and now < each.start_at - TIMER_DELAY
    if timer is not None and timer.unanswered and again:
        # It may never have been sent; the car is read once more before it is sent again.
        yield _set(situation, each, max(now, timer.sent_at + TIMER_DELAY), StepReason.NOT_CONFIRMED)
    elif timer is None or shown == wall_clock(each.start_at, situation.zone) or not _is_lost(situation.state, timer):
        yield Start(at=each.start_at + TIMER_DELAY, reason=StepReason.TIMER_SILENT, departure=each)
    elif again:
        yield _set(situation, each, now, StepReason.NOT_CONFIRMED)
    else:
        yield DepartureMessage(at=now, reason=StepReason.TIMER_FAILED, departure=each)


def _set(situation: Situation, each: DepartureTime, at: datetime, reason: StepReason) -> SetTimer:
    """Return the step that sets the timer."""
    return SetTimer(at=at, reason=reason, departure=each, start=wall_clock(each.start_at, situation.zone))


def _is_known(state: VehicleState) -> bool:
    """Return whether the timer in the car is known."""
    return Part.PRECONDITIONING_TIMER in state.known


def _is_set_elsewhere(situation: Situation) -> bool:
    """Return whether the timer in the car is not the plan's."""
    timer, shown = situation.plan.timer, situation.state.preconditioning_timer
    return shown is not None and (timer is None or shown != wall_clock(timer.start_at, situation.zone))


def _is_in_use(situation: Situation) -> bool:
    """Return whether another departure still uses the timer."""
    timer = situation.plan.timer
    return timer is not None and timer.cancelled_at is None and situation.now < timer.start_at + TIMER_DELAY


def _is_needed(situation: Situation, timer: Timer) -> bool:
    """Return whether a departure relies on the timer; none does once its deletion is sent."""
    return timer.cancelled_at is None and any(map(situation.has_timer, situation.open_departures))


def _is_recent(situation: Situation, timer: Timer) -> bool:
    """Return whether the timer was not read before a run that may have cleared it."""
    read_at = situation.state.read_at.get(Part.PRECONDITIONING_TIMER)
    return situation.now < timer.start_at or (read_at is not None and read_at >= timer.start_at + TIMER_DELAY)


def _is_gone(situation: Situation, timer: Timer) -> bool:
    """Return whether the timer is not in the car and cannot arrive there any more."""
    state = situation.state
    read_at = state.read_at.get(Part.PRECONDITIONING_TIMER)
    if not _is_known(state) or read_at is None or read_at < (timer.cancelled_at or timer.sent_at) + TIMER_DELAY:
        return False
    return _is_recent(situation, timer) and state.preconditioning_timer != wall_clock(timer.start_at, situation.zone)


def _with_response(plan: Plan, state: VehicleState) -> Plan:
    """Return the plan with its timer marked as sent if that is known."""
    timer, sent = plan.timer, state.commands.get(CommandKind.PRECONDITION_AT)
    if timer is None or not timer.unanswered or sent is None or sent.sent_at < timer.sent_at:
        return plan
    return replace(plan, timer=replace(timer, unanswered=False))


def _is_lost(state: VehicleState, timer: Timer) -> bool:
    """Return whether a timer that was sent has not reached the car in time."""
    sent = state.commands.get(CommandKind.PRECONDITION_AT)
    if sent is not None and sent.sent_at >= timer.sent_at:
        return sent.is_settled and not sent.is_done
    read_at = state.read_at.get(Part.PRECONDITIONING_TIMER)
    return read_at is not None and read_at >= timer.sent_at + GIVEN_UP_AFTER
