"""Correct the times in a plan after the clock or the time zone was corrected."""

from dataclasses import replace
from datetime import datetime, timedelta, tzinfo

from ..cloud.schedule import DAY, instant, is_ahead, next_at
from ..vehicle.state import CLOCK_TOLERANCE
from .model import Plan
from .records import Attempt, DepartureRecord, Outcome, SentSchedule, Timer
from .sending import LEAST_GAP
from .settings import RETRY_AFTER, Settings
from .timer import set_at, wall_clock
from .timetable import departure_times

# Outcomes that are only possible once a departure has begun.
_OVER = frozenset(Outcome) - {Outcome.CANCELED}
_SENT = {Outcome.READY, Outcome.SENT, Outcome.FAILED}


def plan_without_future_times(plan: Plan, now: datetime, settings: Settings) -> Plan:
    """Return the plan without instants in the future that were noted while the clock was ahead."""
    if not _has_future_times(plan, now, settings):
        return plan
    return replace(
        plan,
        departures=tuple(replace(each, since=_not_after(each.since, now)) for each in plan.departures),
        edited_at=_not_after(plan.edited_at, now),
        disabled_at=_not_after(plan.disabled_at, now),
        judged_until=_not_after(plan.judged_until, now),
        late=None if _is_ahead(plan.late, now) else plan.late,
        last_sent=_sent(plan.last_sent, now),
        timer=_timer(plan.timer, now, settings.zone),
        car_departures=_record(plan.car_departures, now),
        limit=replace(plan.limit, stopped_at=_not_after(plan.limit.stopped_at, now)),
        attempts=tuple(each for each in plan.attempts if not _is_too_early(each, now, settings)),
    )


def _has_future_times(plan: Plan, now: datetime, settings: Settings) -> bool:
    """Return whether a plan contains instants that cannot have been yet."""
    instants = [plan.limit.stopped_at, plan.edited_at, plan.disabled_at, plan.judged_until, plan.late]
    instants += [each.since for each in plan.departures]
    if plan.last_sent is not None:
        instants.append(plan.last_sent.at)
    if plan.timer is not None:
        instants += (plan.timer.sent_at, plan.timer.cancelled_at)
    if plan.car_departures is not None:
        instants += (plan.car_departures.sent_at, plan.car_departures.changed_at)
    return any(_is_ahead(at, now) for at in instants) or any(
        _is_too_early(each, now, settings) for each in plan.attempts
    )


def _is_ahead(at: datetime | None, now: datetime, span: timedelta = CLOCK_TOLERANCE) -> bool:
    """Return whether an instant was noted while the clock was ahead."""
    return at is not None and is_ahead(at, now, span)


def _not_after(at: datetime | None, now: datetime) -> datetime | None:
    """Return an instant, now if it was noted while the clock was ahead."""
    return now if _is_ahead(at, now) else at


def _sent(sent: SentSchedule | None, now: datetime) -> SentSchedule | None:
    """Return the charge schedule sent last: another may follow at once, the same one only after the usual gap."""
    if sent is None or not _is_ahead(sent.at, now):
        return sent
    return replace(sent, at=now - LEAST_GAP, tries=sent.tries + 1)


def _timer(timer: Timer | None, now: datetime, zone: tzinfo) -> Timer | None:
    """Return the timer as the car has it: it starts when the clock next shows its time.

    It counts as sent just before the command that set it.
    """
    if timer is None:
        return None
    timer = replace(timer, cancelled_at=_not_after(timer.cancelled_at, now))
    if not _is_ahead(timer.sent_at, now):
        return timer
    start_at = next_at(wall_clock(timer.start_at, zone), zone, now)
    ready_at = start_at + (timer.ready_at - timer.start_at)
    return replace(timer, sent_at=now - CLOCK_TOLERANCE, start_at=start_at, ready_at=ready_at)


def _record(record: DepartureRecord | None, now: datetime) -> DepartureRecord | None:
    """Return the record of departures in the car without instants in the future."""
    if record is None:
        return None
    return replace(record, sent_at=_not_after(record.sent_at, now), changed_at=_not_after(record.changed_at, now))


def _is_too_early(attempt: Attempt, now: datetime, settings: Settings) -> bool:
    """Return whether an attempt contains something that can only happen later."""
    start_at = attempt.ready_at - settings.start_before
    return (
        _is_ahead(attempt.sent_at, now, RETRY_AFTER)
        or _is_ahead(attempt.warned_at, now)
        or (attempt.outcome in _OVER and now < start_at - CLOCK_TOLERANCE)
        or (attempt.without_timer and now < set_at(attempt.ready_at, settings) - CLOCK_TOLERANCE)
    )


def in_other_zone(plan: Plan, old: tzinfo, settings: Settings, now: datetime) -> Plan:
    """Return the plan with its local times moved from the `old` time zone to that of the settings."""
    zone, timer = settings.zone, plan.timer
    if timer is not None:
        ready_at, start_at = _same_time(timer.ready_at, old, zone), _same_time(timer.start_at, old, zone)
        timer = replace(timer, ready_at=ready_at, start_at=start_at)
    attempts = tuple(_moved(each, old, zone, now) for each in plan.attempts)
    # A charge schedule that the car keeps in a zone of its own has other local times now.
    shifted = settings.schedule_zone is not None and plan.controls_charging
    plan = replace(plan, timer=timer, attempts=attempts, late=None, claimed=plan.claimed or shifted)
    if plan.judged_until is not None:
        plan = replace(plan, judged_until=max(plan.judged_until, now))
    return _without_jumped(plan, old, settings, now)


def _same_time(at: datetime, old: tzinfo, new: tzinfo) -> datetime:
    """Return when a clock in the new zone shows the same local time."""
    local = at.astimezone(old)
    return instant(local.date(), local.time(), new)


def _moved(attempt: Attempt, old: tzinfo, new: tzinfo, now: datetime) -> Attempt:
    """Return an attempt with the same local time; one that was sent is over, one that was missed may come again."""
    attempt = replace(attempt, ready_at=_same_time(attempt.ready_at, old, new))
    comes_again = attempt.ready_at > now
    if (attempt.sent and attempt.outcome is None) or (comes_again and attempt.outcome in _SENT):
        return replace(attempt, outcome=Outcome.CANCELED)
    return replace(attempt, outcome=None) if comes_again and attempt.outcome is Outcome.MISSED else attempt


def _without_jumped(plan: Plan, old: tzinfo, settings: Settings, now: datetime) -> Plan:
    """Return the plan with the departures canceled that the clock has jumped over: they are not missed."""
    for each in departure_times(plan, settings, now - DAY, now):
        was_to_come = instant(each.day, each.departure.at, old) > now
        attempt = plan.attempt(each.departure.id, each.ready_at)
        if was_to_come and attempt.outcome is None:
            plan = plan.with_attempt(replace(attempt, outcome=Outcome.CANCELED))
    return plan
