"""The robust way to leave: the car's own timer, set ahead, seen in the car, and deleted when it is called off in time.

The car has one timer. One that somebody else set is neither overwritten nor deleted.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, time

from ..cloud.models import CommandKind, Part
from ..cloud.schedule import next_at
from ..vehicle.state import VehicleState
from .departures import (
    GIVEN_UP_AFTER,
    MOST_SENT,
    RETRY_AFTER,
    TIMER_TRAVEL,
    Leaving,
    attempt_at,
    has_timer,
    open_leavings,
    recorded,
    say,
    step,
)
from .model import Outcome, Plan, Step, StepKind, StepReason, Timer
from .settings import Settings


def by_timer(plan: Plan, each: Leaving, settings: Settings) -> bool:
    """Tell whether a departure is to go by the timer: not on the night whose clock shows its start twice.

    Nobody knows at which of the two a car starts, or whether at both.
    """
    attempt = attempt_at(plan, each)
    if not each.departure.robust or attempt.without_timer or attempt.sent:
        return False
    start = each.start_at.astimezone(settings.zone)
    if start.replace(fold=0).utcoffset() != start.replace(fold=1).utcoffset():
        return False
    return next_at(_wall_clock(each.start_at, settings), settings.zone, _set_at(each, settings)) == each.start_at


def setting(plan: Plan, state: VehicleState, now: datetime, settings: Settings, each: Leaving) -> Iterator[Step]:
    """Yield what makes the car start by itself, or the step back to a late departure."""
    set_at, last = _set_at(each, settings), each.start_at - TIMER_TRAVEL
    if now < set_at:
        yield _set(each, settings, set_at, StepReason.DEPARTURE)
    elif has_timer(plan, each):
        yield from _watch(plan, state, now, settings, each)
    elif now >= last or not _readable(state) or _needed_elsewhere(plan, now):
        yield say(each, last, StepReason.TIMER_FAILED)
    elif _is_foreign(plan, state, settings):
        yield say(each, now, StepReason.TIMER_TAKEN)
    else:
        yield _set(each, settings, now, StepReason.DEPARTURE)


def clearing(plan: Plan, state: VehicleState, now: datetime, settings: Settings) -> Iterator[Step]:
    """Yield the deletion of our timer once no departure wants it."""
    timer = plan.timer
    if timer is None or not _readable(state) or _is_wanted(timer, plan, settings, now):
        return
    if _is_foreign(plan, state, settings) or state.preconditioning_timer is None or not _is_news(state, timer, now):
        return
    at = now if timer.cancelled_at is None else timer.cancelled_at + RETRY_AFTER
    reason = StepReason.CALLED_OFF if now < timer.start_at else StepReason.TIMER_LEFT_OVER
    yield Step(kind=StepKind.CANCEL_TIMER, at=at, reason=reason, ready_at=timer.ready_at, start_at=timer.start_at)


def at_rest(plan: Plan) -> Plan:
    """Return the plan as one whose departures are over, so that first our timer is deleted (`farewell`)."""
    return replace(plan, departures_enabled=False)


def noted(plan: Plan, state: VehicleState, now: datetime, settings: Settings) -> Plan:
    """Return the plan with what is seen of our timer: the owner deleted it, or nobody wants it and it is gone."""
    plan = _answered(plan, state)
    timer, deleted = plan.timer, state.commands.get(CommandKind.CANCEL_PRECONDITION)
    if timer is None:
        return plan
    by_owner = deleted is not None and deleted.is_done and deleted.sent_at > timer.sent_at
    if by_owner and timer.cancelled_at is None and now < timer.start_at:
        attempt = plan.attempt(timer.departure, timer.ready_at)
        return recorded(replace(plan, timer=None), replace(attempt, outcome=Outcome.CALLED_OFF))
    if _is_wanted(timer, plan, settings, now) or not _is_gone(plan, state, timer, settings, now):
        return plan
    return replace(plan, timer=None)


def taken(plan: Plan, done: Step, now: datetime) -> Plan:
    """Return the plan once the timer is set or deleted."""
    timer = plan.timer
    if done.kind is StepKind.CANCEL_TIMER:
        return plan if timer is None else replace(plan, timer=replace(timer, cancelled_at=now))
    assert done.departure is not None  # noqa: S101 - a timer is set for a departure
    assert done.ready_at is not None  # noqa: S101
    assert done.start_at is not None  # noqa: S101
    departure, ready_at = done.departure.id, done.ready_at
    fresh = Timer(departure=departure, ready_at=ready_at, start_at=done.start_at, sent_at=now, unanswered=True)
    return replace(plan, timer=replace(fresh, sent=MOST_SENT) if done.reason is StepReason.NOT_CONFIRMED else fresh)


def _watch(plan: Plan, state: VehicleState, now: datetime, settings: Settings, each: Leaving) -> Iterator[Step]:
    """Yield the order in case the timer stays silent, or what follows once it is known not to be in the car."""
    timer, shown = plan.timer, state.preconditioning_timer
    again = timer is not None and timer.sent < MOST_SENT and shown is None and now < each.start_at - TIMER_TRAVEL
    if timer is not None and timer.unanswered and again:
        # It may never have been sent; it is looked for in the car once more before.
        yield _set(each, settings, max(now, timer.sent_at + TIMER_TRAVEL), StepReason.NOT_CONFIRMED)
    elif timer is None or shown == _wall_clock(each.start_at, settings) or not _lost(state, timer):
        yield step(StepKind.START, each, each.start_at + TIMER_TRAVEL, StepReason.TIMER_SILENT)
    elif again:
        yield _set(each, settings, now, StepReason.NOT_CONFIRMED)
    else:
        yield say(each, now, StepReason.TIMER_FAILED)


def _set(each: Leaving, settings: Settings, at: datetime, reason: StepReason) -> Step:
    """Return the step that sets the timer."""
    return replace(step(StepKind.SET_TIMER, each, at, reason), start=_wall_clock(each.start_at, settings))


def _set_at(each: Leaving, settings: Settings) -> datetime:
    """Return when the timer is set."""
    return min(each.ready_at - settings.robust_lead, each.start_at - TIMER_TRAVEL)


def _wall_clock(at: datetime, settings: Settings) -> time:
    """Return what the vehicle's clock shows; it does not tell the two hours of the same name apart."""
    return at.astimezone(settings.zone).time().replace(fold=0)


def _readable(state: VehicleState) -> bool:
    """Tell whether it is known what timer the car has."""
    return Part.PRECONDITIONING_TIMER in state.known


def _is_foreign(plan: Plan, state: VehicleState, settings: Settings) -> bool:
    """Tell whether the car has a timer that is not ours."""
    timer, shown = plan.timer, state.preconditioning_timer
    return shown is not None and (timer is None or shown != _wall_clock(timer.start_at, settings))


def _needed_elsewhere(plan: Plan, now: datetime) -> bool:
    """Tell whether another departure still has the timer."""
    return plan.timer is not None and plan.timer.cancelled_at is None and now < plan.timer.start_at + TIMER_TRAVEL


def _is_wanted(timer: Timer, plan: Plan, settings: Settings, now: datetime) -> bool:
    """Tell whether a departure relies on the timer; one deleted before is wanted by none."""
    return timer.cancelled_at is None and any(has_timer(plan, each) for each in open_leavings(plan, settings, now))


def _is_news(state: VehicleState, timer: Timer, now: datetime) -> bool:
    """Tell whether what was read of the timer still holds: its run may have cleared it since."""
    read_at = state.read_at.get(Part.PRECONDITIONING_TIMER)
    return now < timer.start_at or (read_at is not None and read_at >= timer.start_at + TIMER_TRAVEL)


def _is_gone(plan: Plan, state: VehicleState, timer: Timer, settings: Settings, now: datetime) -> bool:
    """Tell whether the timer is not in the car and will not come there any more."""
    read_at = state.read_at.get(Part.PRECONDITIONING_TIMER)
    if not _readable(state) or read_at is None or read_at < (timer.cancelled_at or timer.sent_at) + TIMER_TRAVEL:
        return False
    return _is_news(state, timer, now) and state.preconditioning_timer != _wall_clock(timer.start_at, settings)


def _answered(plan: Plan, state: VehicleState) -> Plan:
    """Return the plan with a timer that is known to have left marked so."""
    timer, sent = plan.timer, state.commands.get(CommandKind.PRECONDITION_AT)
    if timer is None or not timer.unanswered or sent is None or sent.sent_at < timer.sent_at:
        return plan
    return replace(plan, timer=replace(timer, unanswered=False))


def _lost(state: VehicleState, timer: Timer) -> bool:
    """Tell whether a timer that was sent would be in the car by now if it had come there."""
    sent = state.commands.get(CommandKind.PRECONDITION_AT)
    if sent is not None and sent.sent_at >= timer.sent_at:
        return sent.is_settled and not sent.is_done
    read_at = state.read_at.get(Part.PRECONDITIONING_TIMER)
    return read_at is not None and read_at >= timer.sent_at + GIVEN_UP_AFTER
