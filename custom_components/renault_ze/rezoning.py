"""A plan under another time zone: everything keeps its time of day, and nothing that was sent is sent again."""

from dataclasses import replace
from datetime import datetime, tzinfo

from .departures import attempt_at, live, recorded
from .plan import Attempt, Outcome, Plan, Settings
from .schedule import DAY, instant

_SENT = {Outcome.READY, Outcome.ORDERED, Outcome.FAILED}


def rezoned(plan: Plan, old: tzinfo, settings: Settings, now: datetime) -> Plan:
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
