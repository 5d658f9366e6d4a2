"""What a plan has noted while the clock was ahead, put right once the clock is.

What was done is done, by now at the latest. What was noted of a departure that is still to come counts for nothing: it
is done at its time.
"""

from dataclasses import replace
from datetime import datetime, timedelta, tzinfo

from .cloud.wall_clock import is_ahead, next_at
from .departures import RETRY_AFTER, TIMER_TRAVEL
from .deploys import DEPLOY_GAP
from .plan import Attempt, Load, Outcome, Plan, Settings, Timer
from .runs import TOLERANCE

# What comes of a departure once it has begun; it can be called off before.
_OVER = frozenset(Outcome) - {Outcome.CALLED_OFF}


def put_right(plan: Plan, now: datetime, settings: Settings) -> Plan:
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


def _is_ahead(at: datetime | None, now: datetime, span: timedelta = TOLERANCE) -> bool:
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
    return replace(timer, sent_at=now - TOLERANCE, start_at=start_at, ready_at=ready_at)


def _is_too_early(attempt: Attempt, now: datetime, settings: Settings) -> bool:
    """Tell whether something was done about a departure, or noted of it, that is only to be done later."""
    start_at = attempt.ready_at - settings.run_length - settings.lead
    set_at = min(attempt.ready_at - settings.robust_lead, start_at - TIMER_TRAVEL)
    return (
        _is_ahead(attempt.sent_at, now, RETRY_AFTER)
        or _is_ahead(attempt.warned_at, now)
        or (attempt.outcome in _OVER and now < start_at - TOLERANCE)
        or (attempt.without_timer and now < set_at - TOLERANCE)
    )
