"""Departures that the car keeps itself: sent as weekly times when they have to change, and read back.

The car then preconditions without Home Assistant. It holds the next time of each weekday, so a date that is skipped is
left out once it is next, and a departure on a single date is deleted after it. What was set, changed, or deleted in the
car or an app stays as it is. A departure that is not seen in the car in time is started by a command instead.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from operator import itemgetter

from ..cloud.models import Part
from ..cloud.schedule import DAY, CarDeparture, CarDepartures, instant
from .model import Plan
from .records import DepartureRecord
from .settings import Settings
from .situation import INSTANT, Situation
from .steps import DepartureMessage, DepartureTime, SetCarDepartures, Start, StepReason
from .timer import set_at, silent_at
from .timetable import dates

# A departure that is not seen in the car this long before preconditioning starts is started by a command.
CONFIRMED_BEFORE = timedelta(minutes=30)
# Commands sent sooner than this after each other might overtake each other.
_LEAST_GAP = timedelta(minutes=10)
# The gap doubles while the car does not show what was sent.
_LONGEST_GAP = timedelta(hours=6)
_MOST_DOUBLINGS = 6
_WEEK = 7 * DAY


def confirmed_by(each: DepartureTime, settings: Settings) -> datetime:
    """Return by when a departure has to be seen in the car."""
    return max(each.start_at - CONFIRMED_BEFORE, set_at(each.ready_at, settings))


def can_keep(situation: Situation, each: DepartureTime) -> bool:
    """Return whether a departure is for the car to keep, and no command was sent or is to be sent for it."""
    attempt, uses_timer = situation.attempt(each), each.departure.uses_timer
    return uses_timer and not (attempt.without_timer or attempt.sent) and each.is_shown_once(situation.zone)


def setting(situation: Situation, each: DepartureTime) -> Iterator[Start | DepartureMessage]:
    """Yield the command in case the car does not start by itself, or the message that a command follows instead."""
    if situation.has_timer(each):
        if (at := silent_at(situation, each)) < each.ready_at:
            yield Start(at=at, reason=StepReason.TIMER_SILENT, departure=each)
        return
    reason = StepReason.TIMER_SET_ELSEWHERE if _is_changed(situation.plan) else StepReason.TIMER_FAILED
    yield DepartureMessage(at=confirmed_by(each, situation.settings), reason=reason, departure=each)


def sending(situation: Situation) -> Iterator[SetCarDepartures]:
    """Yield the departures to send if the car does not hold those of the plan."""
    found, record = situation.car_departures, situation.plan.car_departures
    if found is None or found.suspended or _is_changed(situation.plan):
        return
    wanted, sent = wanted_departures(situation, found), () if record is None else record.sent
    if wanted != found.ours or wanted != sent:
        is_first = record is None or record.tries == 0
        reason = StepReason.PLAN_CHANGED if is_first else StepReason.NOT_CONFIRMED
        yield SetCarDepartures(at=_not_before(record, situation.now), reason=reason, departures=wanted)


def wanted_departures(situation: Situation, found: CarDepartures) -> tuple[CarDeparture, ...]:
    """Return what the car should hold for us: what its own programs lack, at the first times for which it has room."""
    coming = [each for each in _coming(situation) if can_keep(situation, each) and not _is_late(situation, each)]
    missing = [each.in_car for each in coming if each.in_car not in found.others]
    times = list(dict.fromkeys(each.at for each in missing))[: found.room]
    return tuple(sorted({each for each in missing if each.at in times}))


def with_observed_departures(situation: Situation) -> Plan:
    """Return the plan with what was seen in the car: all departures, whether ours arrived, and whether they changed."""
    plan, found = situation.plan, situation.car_departures
    record = plan.car_departures
    if found is None:
        return plan
    wanted = wanted_departures(situation, found)
    if record is None and not any(each.uses_timer for each in plan.departures):
        return plan
    seen = _observed(record or DepartureRecord(), found, situation)
    is_over = not (wanted or seen.sent or found.ours or any(each.uses_timer for each in plan.departures))
    changed = None if is_over else seen
    return plan if changed == record else replace(plan, car_departures=changed)


def with_sent_departures(plan: Plan, step: SetCarDepartures, now: datetime) -> Plan:
    """Return the plan once departures are sent."""
    before = plan.car_departures or DepartureRecord()
    sent = replace(before, sent=step.departures, sent_at=now, tries=before.tries + 1, confirmed=False, changed_at=None)
    return replace(plan, car_departures=sent)


def is_unread(situation: Situation) -> bool:
    """Return whether departures would be sent again before the car was read again."""
    record = situation.plan.car_departures
    if record is None or record.sent_at is None or record.tries == 0:
        return False
    return not situation.state.was_read_since(record.sent_at + INSTANT, Part.CAR_DEPARTURES)


def is_needed(plan: Plan) -> bool:
    """Return whether the departures in the car have to be known."""
    return plan.car_departures is not None or any(each.uses_timer for each in plan.departures)


def is_due(situation: Situation) -> bool:
    """Return whether the car has to be read again, because it is time to know whether it holds a departure."""
    read_at, now = situation.state.read_at.get(Part.CAR_DEPARTURES), situation.now
    near = [each for each in situation.open_departures if can_keep(situation, each)]
    checks = [at for each in near if (at := confirmed_by(each, situation.settings)) <= now < each.start_at]
    return any(read_at is None or read_at < at for at in checks)


def _coming(situation: Situation) -> Iterator[DepartureTime]:
    """Yield, in order, the next time of each weekday at which each departure would be, unless that is skipped."""
    for day in dates(situation.today, situation.today + _WEEK):
        for each in sorted(situation.timetable.departures_on[day], key=itemgetter(0)):
            if each.departure.precondition and each.ready_at > situation.now and _is_next(situation, each):
                yield each


def _is_next(situation: Situation, each: DepartureTime) -> bool:
    """Return whether the same time a week earlier is over, also if the clock skips it then, or shows it twice."""
    at, day = each.departure.at, each.day - _WEEK
    return all(instant(day, at.replace(fold=fold), situation.zone) <= situation.now for fold in (0, 1))


def _is_late(situation: Situation, each: DepartureTime) -> bool:
    """Return whether a departure is too soon to be sent to a car that does not hold it."""
    return not situation.has_timer(each) and situation.now >= confirmed_by(each, situation.settings)


def _is_changed(plan: Plan) -> bool:
    """Return whether our departures were changed elsewhere, and the user has not edited one since."""
    changed_at = None if plan.car_departures is None else plan.car_departures.changed_at
    if changed_at is None:
        return False
    edits = (each.since for each in plan.departures if each.uses_timer)
    return not any(since is not None and since > changed_at for since in edits)


def _observed(record: DepartureRecord, found: CarDepartures, situation: Situation) -> DepartureRecord:
    """Return a record with what the car shows, which is nothing while its programs are suspended."""
    record = replace(record, held=tuple(sorted({*found.ours, *found.others})))
    is_read = record.sent_at is not None and situation.state.was_read_since(record.sent_at, Part.CAR_DEPARTURES)
    if found.suspended or not is_read:
        return record
    if found.ours == record.sent:
        return replace(record, confirmed=True, tries=0, changed_at=None)
    is_changed = record.confirmed and record.changed_at is None
    return replace(record, changed_at=situation.now) if is_changed else record


def _not_before(record: DepartureRecord | None, now: datetime) -> datetime:
    """Return when departures may be sent: after a gap, longer each time."""
    if record is None or record.sent_at is None or record.sent_at > now:
        return now
    doublings = min(max(record.tries - 1, 0), _MOST_DOUBLINGS)
    return max(now, record.sent_at + min(_LEAST_GAP * (1 << doublings), _LONGEST_GAP))
