"""Decide the next step of a plan, from the plan and the state of its vehicle alone."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from . import car_departures, limits, preconditioning, sending, steps, timer
from .corrections import plan_without_future_times
from .model import Plan
from .situation import Situation
from .steps import Step, StepKind
from .timetable import weekly_schedule

_URGENCY = {kind: rank for rank, kind in enumerate(StepKind)}


def next_step(situation: Situation, waits: Mapping[StepKind, datetime] | None = None) -> Step | None:
    """Return the step that is due first, the most urgent of those already due; each kind not before it may be."""
    found: list[Step] = [*limits.stopping(situation), *_departure_steps(situation), *sending.steps(situation)]
    found += limits.level_warning(situation)
    if waits:
        found = [replace(each, at=max(each.at, waits.get(each.kind, each.at))) for each in found]
    now = situation.now
    return min(found, key=lambda each: (max(each.at, now), _URGENCY[each.kind], each.at), default=None)


def observed(situation: Situation) -> Plan:
    """Return the plan with what was observed in the car, the same plan if that is nothing new."""
    plan = plan_without_future_times(situation.plan, situation.now, situation.settings)
    situation = situation.with_plan(preconditioning.with_responses(plan, situation.state, situation.now))
    situation = situation.with_plan(timer.with_observed_timer(situation))
    situation = situation.with_plan(car_departures.with_observed_departures(situation))
    situation = situation.with_plan(limits.with_observed_charge(situation))
    situation = situation.with_plan(sending.with_observed_schedule(situation))
    return limits.with_shortened_windows(situation)


def recorded(plan: Plan, step: Step, now: datetime) -> Plan:  # noqa: C901, PLR0911 - one for each kind
    """Return the plan once a step is taken."""
    match step:
        case steps.Start():
            return preconditioning.with_start(plan, step, now)
        case steps.SetTimer():
            return timer.with_timer(plan, step, now)
        case steps.SetCarDepartures():
            return car_departures.with_sent_departures(plan, step, now)
        case steps.StopCharge():
            return limits.with_stopped(plan, now)
        case steps.CancelTimer():
            return timer.with_deletion(plan, now)
        case steps.SendSchedule():
            return sending.with_sent(plan, step.schedule, now)
        case steps.WindowMessage():
            return sending.with_reported(plan, step)
        case steps.DepartureMessage():
            return preconditioning.with_message(plan, step, now)


def is_unread(situation: Situation, step: Step) -> bool:
    """Return whether a step would repeat a command before the car was read again."""
    if isinstance(step, steps.SendSchedule):
        return sending.is_unread(situation, step)
    if isinstance(step, steps.StopCharge):
        return limits.is_unread(situation)
    if isinstance(step, steps.SetCarDepartures):
        return car_departures.is_unread(situation)
    return preconditioning.is_unread(situation, step)


def is_idle(situation: Situation) -> bool:
    """Return whether nothing is planned and the car holds the charge schedule, so that there is nothing to update."""
    plan, held = situation.plan, situation.held
    if plan.departures or plan.timer or plan.attempts or plan.claimed or plan.undecided or plan.late:
        return False
    if plan.car_departures is not None or plan.charge_limit is not None or plan.cheapest_hours:
        return False
    if plan.chosen or plan.temporary:
        return False
    if held is None:
        return True
    if weekly_schedule(plan) != held or situation.rotating_windows:
        return False
    # A window that is seen in the car must not be reported once another schedule arrives.
    return not (plan.controls_charging and situation.begun_windows)


def _departure_steps(situation: Situation) -> Iterator[Step]:
    """Yield the steps for departures."""
    yield from timer.deletion(situation)
    yield from car_departures.sending(situation)
    now, near = situation.now, situation.open_departures
    for each in near:
        yield from _steps_for(situation, each)
    if not any(now < each.start_at for each in near):
        # The next departure is days ahead.
        wanted = (each for each in situation.coming_departures if each.departure.precondition and now < each.start_at)
        far = next(filter(situation.is_open, wanted), None)
        yield from () if far is None else _steps_for(situation, far)


def _steps_for(situation: Situation, each: steps.DepartureTime) -> Iterator[Step]:
    """Yield the steps for one departure."""
    if situation.now < each.start_at:
        yield from preconditioning.warning(situation, each)
        if situation.settings.keeps_departures:
            if car_departures.can_keep(situation, each):
                yield from car_departures.setting(situation, each)
                return
        elif timer.can_use_timer(situation, each):
            yield from timer.setting(situation, each)
            return
    yield from preconditioning.starting(situation, each)
