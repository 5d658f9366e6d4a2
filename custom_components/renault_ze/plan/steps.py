"""What is to be done next about a plan.

`next_step` is pure and owns no clock. Whoever executes it does so in this order, at each change of the state and at the
instant of the step: `noted` what was seen; ask for the `next_step`; if it is due, read afresh the part of the state it
would change, note it and ask again, for the answer may be old; keep the plan as `taken` has it **before** anything is
sent, so that a restart does not send it again; send. Every step changes the plan when taken, so that none is due twice
for one reason. The fate of an order is learnt from `state.commands`, after a restart from what the car shows.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from ..cloud.models import RESPONSE_TIME
from ..vehicle.state import CommandStatus, VehicleState, command_since, read_since, refused_since
from . import corrections, departures, loading, preconditioning, timer
from .departures import AHEAD, TIMER_TRAVEL, Leaving
from .model import Plan, Step, StepKind, StepReason
from .settings import Settings

_PRESSING = {kind: rank for rank, kind in enumerate(StepKind)}
_ABOUT_WINDOWS = {StepReason.WINDOW_LATE, StepReason.WINDOW_MISSED}


def next_step(
    plan: Plan, state: VehicleState, now: datetime, settings: Settings, waits: Mapping[StepKind, datetime] | None = None
) -> Step | None:
    """Return the step that is due first, the most pressing of those already due; each kind not before it may be."""
    found = [*_departing(plan, state, now, settings), *loading.steps(plan, state, now, settings)]
    steps = [_not_before(each, waits) for each in found] if waits else found
    return min(steps, key=lambda each: (max(each.at, now), _PRESSING[each.kind], each.at), default=None)


def noted(plan: Plan, state: VehicleState, now: datetime, settings: Settings) -> Plan:
    """Return the plan with what is seen in the car; the same plan where that is nothing new."""
    plan = preconditioning.noted(corrections.without_future_times(plan, now, settings), state, now)
    plan = timer.noted(plan, state, now, settings)
    return loading.noted(plan, state, now, settings)


def taken(plan: Plan, step: Step, now: datetime) -> Plan:
    """Return the plan once a step is taken."""
    if step.kind is StepKind.LOAD or step.reason in _ABOUT_WINDOWS:
        return loading.taken(plan, step, now)
    if step.kind in {StepKind.SET_TIMER, StepKind.CANCEL_TIMER}:
        return timer.taken(plan, step, now)
    return preconditioning.taken(plan, step, now)


def is_unread(plan: Plan, state: VehicleState, step: Step, settings: Settings) -> bool:
    """Tell whether a step would repeat a command before the car was read after it had the time to respond."""
    if not settings.shows_runs or step.departure is None or step.ready_at is None or step.start_at is None:
        return False
    if step.reason is StepReason.TIMER_SILENT:
        return not read_since(state, step.start_at + TIMER_TRAVEL)
    attempt = plan.attempt(step.departure.id, step.ready_at)
    if step.reason is not StepReason.RETRY or attempt.sent_at is None:
        return False
    followed = command_since(state, attempt.sent_at)
    if followed is not None and followed.status is CommandStatus.FAILED:
        return False
    sent_at = attempt.sent_at if followed is None else followed.sent_at
    patience = TIMER_TRAVEL if attempt.unanswered else RESPONSE_TIME
    return not (refused_since(state, attempt.sent_at) or read_since(state, sent_at + patience))


def _not_before(step: Step, waits: Mapping[StepKind, datetime]) -> Step:
    """Return a step that waits as long as its kind has to."""
    return replace(step, at=max(step.at, waits[step.kind])) if step.kind in waits else step


def _departing(plan: Plan, state: VehicleState, now: datetime, settings: Settings) -> Iterator[Step]:
    """Yield what is to be done about departures."""
    yield from timer.clearing(plan, state, now, settings)
    near = departures.open_leavings(plan, settings, now)
    for each in near:
        yield from _leaving(plan, state, now, settings, each)
    if not any(now < each.start_at for each in near):
        yield from _far(plan, state, now, settings)


def _far(plan: Plan, state: VehicleState, now: datetime, settings: Settings) -> Iterator[Step]:
    """Yield the first step of the departure that comes next, days ahead."""
    for each in departures.live(plan, settings, now, now + AHEAD):
        if each.departure.precondition and departures.is_open(plan, each) and now < each.start_at:
            yield from _leaving(plan, state, now, settings, each)
            return


def _leaving(plan: Plan, state: VehicleState, now: datetime, settings: Settings, each: Leaving) -> Iterator[Step]:
    """Yield what is to be done about one departure."""
    if now < each.start_at:
        yield from preconditioning.warning(plan, state, now, settings, each)
        if timer.by_timer(plan, each, settings):
            yield from timer.setting(plan, state, now, settings, each)
            return
    yield from preconditioning.order(plan, state, now, settings, each)
