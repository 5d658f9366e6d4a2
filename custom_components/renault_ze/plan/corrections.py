"""Correct the times in a plan after the clock or the time zone was corrected."""

from dataclasses import replace
from datetime import datetime, timedelta, tzinfo

from ..cloud.schedule import DAY, instant, is_ahead, next_at
from ..vehicle.state import CLOCK_TOLERANCE
from .departures import RETRY_AFTER, TIMER_TRAVEL, attempt_at, live, recorded
from .loading import DEPLOY_GAP
from .model import Attempt, Load, Outcome, Plan, Timer
from .settings import Settings

# What comes of a departure once it has begun; it can be called off before.
_OVER = frozenset(Outcome) - {Outcome.CALLED_OFF}
_SENT = {Outcome.READY, Outcome.ORDERED, Outcome.FAILED}


def without_future_times(plan: Plan, now: datetime, settings: Settings) -> Plan:
    """Return a plan without instants that cannot have been yet; the same plan where there are none."""
    right = replace(
        plan,
        departures=tuple(replace(each, since=_by_now(each.since, now)) for each in plan.departures),
        edited_at=_by_now(plan.edited_at, now),
        judged_until=_by_now(plan.judged_until, now),
        late=None if _is_ahead(plan.late, now) else plan.late,
        load=_load(plan.load, now),
        timer=_timer(plan.timer, now, settings.zone),
        attempts=tuple(each for each in plan.attempts if not _is_too_early(each, now, settings)),
    )
    return plan if right == plan else right


def _is_ahead(at: datetime | None, now: datetime, span: timedelta = CLOCK_TOLERANCE) -> bool:
    """Tell whether something was noted while the clock was ahead."""
    return at is not None and is_ahead(at, now, span)


def _by_now(at: datetime | None, now: datetime) -> datetime | None:
    """Return when something was noted, now if that was while the clock was ahead."""
    return now if _is_ahead(at, now) else at


def _load(load: Load | None, now: datetime) -> Load | None:
    """Return the week sent last: another may follow at once, the same only when the car has had the time to show it."""
    if load is None or not _is_ahead(load.at, now):
        return load
    return replace(load, at=now - DEPLOY_GAP, tries=load.tries + 1)


def _timer(timer: Timer | None, now: datetime, zone: tzinfo) -> Timer | None:
    """Return our timer as the car has it: it starts when the clock next shows the time, not on the day we took it for.

    It counts as sent just before the order that set it.
    """
    if timer is None:
        return None
    timer = replace(timer, cancelled_at=_by_now(timer.cancelled_at, now))
    if not _is_ahead(timer.sent_at, now):
        return timer
    start_at = next_at(timer.start_at.astimezone(zone).time().replace(fold=0), zone, now)
    ready_at = start_at + (timer.ready_at - timer.start_at)
    return replace(timer, sent_at=now - CLOCK_TOLERANCE, start_at=start_at, ready_at=ready_at)


def _is_too_early(attempt: Attempt, now: datetime, settings: Settings) -> bool:
    """Tell whether something was done about a departure, or noted of it, that is only to be done later."""
    start_at = attempt.ready_at - settings.run_length - settings.lead
    set_at = min(attempt.ready_at - settings.robust_lead, start_at - TIMER_TRAVEL)
    return (
        _is_ahead(attempt.sent_at, now, RETRY_AFTER)
        or _is_ahead(attempt.warned_at, now)
        or (attempt.outcome in _OVER and now < start_at - CLOCK_TOLERANCE)
        or (attempt.without_timer and now < set_at - CLOCK_TOLERANCE)
    )


def in_other_zone(plan: Plan, old: tzinfo, settings: Settings, now: datetime) -> Plan:
    """Return a plan kept so far in the `old` time zone as it is kept in that of the settings."""
    zone, timer = settings.zone, plan.timer
    if timer is not None:
        ready_at, start_at = _same_time(timer.ready_at, old, zone), _same_time(timer.start_at, old, zone)
        timer = replace(timer, ready_at=ready_at, start_at=start_at)
    attempts = tuple(_moved(each, old, zone, now) for each in plan.attempts)
    # A week that the car counts in a zone of its own is another one on its wall clock now.
    shifted = settings.schedule_zone is not None and plan.charge_enabled and bool(plan.windows)
    plan = replace(plan, timer=timer, attempts=attempts, late=None, claimed=plan.claimed or shifted)
    if plan.judged_until is not None:
        plan = replace(plan, judged_until=max(plan.judged_until, now))
    return _without_jumped(plan, old, settings, now)


def _same_time(at: datetime, old: tzinfo, new: tzinfo) -> datetime:
    """Return when a clock in the new zone shows what one in the old zone shows at an instant."""
    local = at.astimezone(old)
    return instant(local.date(), local.time(), new)


def _moved(attempt: Attempt, old: tzinfo, new: tzinfo, now: datetime) -> Attempt:
    """Return an attempt on the same date; what was sent for it is over, what was missed may come again."""
    attempt = replace(attempt, ready_at=_same_time(attempt.ready_at, old, new))
    comes_again = attempt.ready_at > now
    if (attempt.sent and attempt.outcome is None) or (comes_again and attempt.outcome in _SENT):
        return replace(attempt, outcome=Outcome.CALLED_OFF)
    return replace(attempt, outcome=None) if comes_again and attempt.outcome is Outcome.MISSED else attempt


def _without_jumped(plan: Plan, old: tzinfo, settings: Settings, now: datetime) -> Plan:
    """Return the plan without the departures that the clock has jumped over: they are not missed."""
    for each in live(plan, settings, now - DAY, now):
        was_to_come = instant(each.day, each.departure.at, old) > now
        if was_to_come and (attempt := attempt_at(plan, each)).outcome is None:
            plan = recorded(plan, replace(attempt, outcome=Outcome.CALLED_OFF))
    return plan
