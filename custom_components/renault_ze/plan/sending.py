"""Send the user's charge schedule to the car when its copy has to change, and check whether it arrived.

An additional window is sent before it begins, and the main window is restored after its end. Each weekday of the plan
always has a window in the car, so that it still charges if Home Assistant stays down. Edits refuse more different
times than the car holds; a plan from another car may have more, and then some weekdays have only windows that are due.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from ..cloud.models import ChargeSchedule, Part
from ..cloud.schedule import DAY, on_date
from .desired import WORTH_SENDING, desired_schedule
from .model import PAST_KEPT, Plan, PlannedWindow
from .records import SentSchedule
from .situation import INSTANT, MAY_ARRIVE_LATE, REPORTED_FOR, Situation
from .steps import SendSchedule, StepReason, WindowMessage
from .timetable import Occurrence, two_days_earlier, weekly_schedule
from .window_edits import windows_of

# The car is reached by SMS: a charge schedule sent sooner than this after another might overtake it.
LEAST_GAP = timedelta(minutes=10)
# The gap doubles while the car does not confirm a charge schedule, as each message may cost an SMS.
LONGEST_GAP = timedelta(hours=1)
# Reaches the longest gap, and keeps it from growing to more than a timedelta can hold.
_MOST_DOUBLINGS = 3
_CHECK_AGAIN = timedelta(minutes=1)


def with_observed_schedule(situation: Situation) -> Plan:
    """Return the plan with what the car's charge schedule shows: its changes, that a claim is met, and which windows.

    A plan that the user has not edited adopts the schedule in the car.
    """
    plan = _without_past_choices(_without_long_past(situation.plan, situation.now), situation)
    if situation.held is None:
        return plan
    plan = _adopted(situation.with_plan(plan), situation.held)
    if plan.undecided and _holds(situation.held, weekly_schedule(plan)):
        plan = replace(plan, undecided=False)
    situation = situation.with_plan(plan)
    if plan.claimed and _was_read_since_edit(situation) and unsent(situation) is None:
        plan = replace(plan, claimed=False)
        situation = situation.with_plan(plan)
    begun = situation.begun_windows
    if not plan.controls_charging or situation.is_changed_elsewhere or _charges_at_once(situation):
        return _with_checked_windows(
            replace(plan, late=None) if plan.late is not None else plan, [each.begin for each in begun]
        )
    if plan.late is not None and ((late := _late(situation)) is None or _is_in_car(late, situation)):
        plan = replace(plan, late=None)
    seen: list[datetime] = []
    for each in begun:
        if not _is_in_car(each, situation):
            break
        seen.append(each.begin)
    return _with_checked_windows(plan, seen)


def steps(situation: Situation) -> Iterator[SendSchedule | WindowMessage]:
    """Yield the next charge schedule to send, and the message about an absent window."""
    if situation.held is None or situation.is_changed_elsewhere or not situation.plan.is_owned:
        return
    if _charges_at_once(situation):
        # A charge schedule would end the charge that the user started.
        return
    if situation.plan.charge_enabled:
        yield from _absence(situation)
    wanted = unsent(situation)
    if wanted is not None:
        repeated = is_repeated(situation.plan, wanted, situation.now)
        reason = StepReason.NOT_CONFIRMED if repeated else _reason(situation, wanted, situation.now)
        yield SendSchedule(at=not_before(situation, wanted), reason=reason, schedule=wanted)
    elif situation.plan.charge_enabled:
        yield from _next(situation)


def unsent(situation: Situation) -> ChargeSchedule | None:
    """Return the charge schedule that the car has to hold now, None if it does, or if another one was set elsewhere.

    One that is claimed, or that lets the car charge at any time, must also be the last one sent.
    """
    plan, held = situation.plan, situation.held
    if held is None or not plan.is_owned or situation.is_changed_elsewhere:
        return None
    wanted = wanted_schedule(situation)
    is_stable = bool(plan.charge_enabled) and not plan.claimed
    return None if _holds(held, wanted) and (is_stable or is_last(plan, wanted, situation.now)) else wanted


def wanted_schedule(situation: Situation) -> ChargeSchedule:
    """Return the charge schedule that the user wants the car to hold now."""
    if not situation.plan.charge_enabled:
        return ChargeSchedule(enabled=False)
    return ChargeSchedule(enabled=True, windows=desired_schedule(situation, situation.now))


def with_sent(plan: Plan, schedule: ChargeSchedule, now: datetime) -> Plan:
    """Return the plan once a charge schedule is sent."""
    tries = plan.last_sent.tries + 1 if plan.last_sent is not None and is_repeated(plan, schedule, now) else 1
    sent = SentSchedule(at=now, windows=schedule.windows, enabled=bool(schedule.enabled), tries=tries)
    return replace(
        plan,
        last_sent=sent,
        disabled_at=plan.disabled_at if schedule.enabled else now,
        temporary=_with_temporary(plan, schedule, now),
    )


def with_reported(plan: Plan, message: WindowMessage) -> Plan:
    """Return the plan once a window was reported as absent; one that is late may also be missed."""
    begin = message.begins_at
    judged_until = begin if plan.judged_until is None else max(plan.judged_until, begin)
    return replace(plan, judged_until=judged_until, late=begin if message.reason is StepReason.WINDOW_LATE else None)


def is_repeated(plan: Plan, schedule: ChargeSchedule, now: datetime) -> bool:
    """Return whether a charge schedule is the one that was sent last."""
    last = plan.last_sent
    return last is not None and last.is_of(schedule) and timedelta() <= now - last.at < 2 * LONGEST_GAP


def is_unread(situation: Situation, step: SendSchedule) -> bool:
    """Return whether a step would repeat a charge schedule before the car's was read again."""
    last = situation.plan.last_sent
    if last is None or not last.is_of(step.schedule) or last.at > situation.now:
        return False
    return not situation.state.was_read_since(last.at + INSTANT, Part.CHARGE_SCHEDULE)


def not_before(situation: Situation, schedule: ChargeSchedule) -> datetime:
    """Return when a charge schedule may be sent: after a gap, and not while a command for it has no result."""
    now, last = situation.now, situation.plan.last_sent
    at = now
    if last is not None and last.at <= now:
        doublings = min(last.tries - 1, _MOST_DOUBLINGS) if is_repeated(situation.plan, schedule, now) else 0
        at = max(now, last.at + min(LEAST_GAP * 2**doublings, LONGEST_GAP))
    return max(at, now + _CHECK_AGAIN) if situation.state.is_sending_schedule else at


def may_arrive(plan: Plan, absent: Occurrence, now: datetime) -> bool:
    """Return whether a window was sent so recently that the car may already have it."""
    last = plan.last_sent
    return last is not None and absent.planned.window in last.windows and now - last.at < LEAST_GAP


def is_last(plan: Plan, schedule: ChargeSchedule, now: datetime) -> bool:
    """Return whether no other charge schedule can still reach the car."""
    last = plan.last_sent
    return last is None or last.is_of(schedule) or not timedelta() <= now - last.at < MAY_ARRIVE_LATE


def _charges_at_once(situation: Situation) -> bool:
    """Return whether a charge that the user started goes on, which a schedule would end."""
    plan, held = situation.plan, situation.held
    is_started = plan.controls_charging and plan.limit.is_overridden and not plan.claimed
    return is_started and (plan.cheapest_hours or (held is not None and held.unsettled))


def _was_read_since_edit(situation: Situation) -> bool:
    """Return whether the car's charge schedule was read since the user's edit; before, it may have been another."""
    edited_at = situation.plan.edited_at
    return edited_at is None or situation.state.was_read_since(edited_at, Part.CHARGE_SCHEDULE)


def _adopted(situation: Situation, held: ChargeSchedule) -> Plan:
    """Return the plan with the charge schedule in the car, unless the user has edited it.

    If the user has only disabled the schedule, the windows are adopted without the mode.
    """
    plan = situation.plan
    is_blank = not (plan.charge_enabled or plan.windows or plan.former)
    if held.unsettled or situation.state.is_sending_schedule or (plan.is_owned and (plan.undecided or not is_blank)):
        return plan
    enabled, windows = plan.charge_enabled if plan.is_owned else held.enabled, windows_of(held, plan)
    if (windows, enabled) == (plan.windows, plan.charge_enabled):
        return plan
    return replace(plan, windows=windows, charge_enabled=enabled, judged_until=situation.now)


def _without_long_past(plan: Plan, now: datetime) -> Plan:
    """Return the plan without windows for dates long past."""
    past = now.date() - PAST_KEPT
    if not any(day is not None and day <= past for each in plan.windows for day in (each.on, *each.skipped)):
        return plan
    left = (each for each in plan.windows if each.on is None or each.on > past)
    return replace(
        plan,
        windows=tuple(replace(each, skipped=frozenset(day for day in each.skipped if day > past)) for each in left),
    )


def _without_past_choices(plan: Plan, situation: Situation) -> Plan:
    """Return the plan without choices, and windows sent for them, that can no longer be in the car."""
    past, held = situation.now - MAY_ARRIVE_LATE, situation.held_windows
    kept = tuple(each for each in plan.chosen if each.end > past)
    sent = tuple(each for each in plan.temporary if each.window in held or (each.on and each.on >= past.date()))
    if (kept, sent) == (plan.chosen, plan.temporary):
        return plan
    return replace(plan, chosen=kept, temporary=sent)


def _with_temporary(plan: Plan, schedule: ChargeSchedule, now: datetime) -> tuple[PlannedWindow, ...]:
    """Return the windows that were sent for choices, with those of a schedule that is sent."""
    if not plan.chosen:
        return plan.temporary
    own = {each.window for each in plan.windows}
    sent = {each.window: each for each in plan.temporary}
    sent |= {each: PlannedWindow(each, now.date()) for each in schedule.windows if each not in own}
    return tuple(sent.values())


def _holds(held: ChargeSchedule, wanted: ChargeSchedule) -> bool:
    """Return whether a car charges by a charge schedule, or at any time if that is disabled."""
    if not wanted.enabled:
        return not held.enabled
    return bool(held.enabled) and tuple(sorted(held.windows)) == wanted.windows


def _is_in_car(each: Occurrence, situation: Situation) -> bool:
    """Return whether the car charges in a window."""
    return each.planned.window in situation.held_windows


def _late(situation: Situation) -> Occurrence | None:
    """Return the window that was reported as late."""
    late = situation.plan.late
    if late is None or not timedelta() <= situation.now - late < REPORTED_FOR:
        return None
    return next((each for each in situation.planned_windows(late, late + INSTANT) if each.begin == late), None)


def _with_checked_windows(plan: Plan, begins: list[datetime]) -> Plan:
    """Return the plan with the windows checked that began up to the last of some instants."""
    return replace(plan, judged_until=max(begins)) if begins else plan


def _absence(situation: Situation) -> Iterator[WindowMessage]:
    """Yield the message about a window that began without being in the car: late, and missed if it stays absent."""
    now, late = situation.now, _late(situation)
    begun = [*([] if late is None else [late]), *situation.begun_windows]
    absent = next((each for each in begun if not _is_in_car(each, situation)), None)
    if absent is None or may_arrive(situation.plan, absent, now):
        return
    at, reason = absent.end - WORTH_SENDING + INSTANT, StepReason.WINDOW_MISSED
    if at > now and absent != late:
        at, reason = absent.begin, StepReason.WINDOW_LATE
    yield WindowMessage(at=at, reason=reason, window=absent.planned.window, begins_at=absent.begin)


def _reason(situation: Situation, wanted: ChargeSchedule, at: datetime) -> StepReason:
    """Return why a charge schedule is sent at an instant."""
    if not wanted.enabled:
        return StepReason.SWITCHED_OFF
    if situation.plan.claimed:
        return StepReason.PLAN_CHANGED
    is_main = wanted.windows == situation.usual_schedule(at)[1]
    return StepReason.MAIN_WINDOW if is_main else StepReason.ADDITIONAL_WINDOW


def _next(situation: Situation) -> Iterator[SendSchedule]:
    """Yield the next charge schedule to send, looking ahead until each window of a week had its turn."""
    if not (rotating := situation.rotating_windows):
        return
    for ahead in (DAY, 8 * DAY):
        coming = situation.planned_windows(situation.now, situation.now + ahead + situation.settings.send_ahead)
        for at in _turns(situation, situation.now + ahead, [each for each in coming if each.planned in rotating]):
            wanted = ChargeSchedule(enabled=True, windows=desired_schedule(situation, at, coming))
            if situation.held is not None and not _holds(situation.held, wanted):
                yield SendSchedule(at=at, reason=_reason(situation, wanted, at), schedule=wanted)
                return


def _turns(situation: Situation, until: datetime, coming: Iterable[Occurrence]) -> list[datetime]:
    """Return, in order, the instants until another at which the car's charge schedule may have to change."""
    now, ahead, zone = situation.now, situation.settings.send_ahead, situation.zone
    turns = {turn for each in coming for turn in (each.begin - ahead, each.end)}
    turns.update(situation.timetable.followed.turns())
    windows = situation.followed_windows
    skips = [(day, each.window) for each in windows for day in each.skipped]
    days = {day for day, _ in skips}
    skips += [(day - 2 * DAY, two_days_earlier(window)) for day, window in skips]
    # What was moved takes the place of a skipped window once it cannot occur a week too early.
    skips += [(each.on - 7 * DAY, each.window) for each in windows if each.on is not None and each.on in days]
    turns |= {on_date(day, window, zone).end for day, window in skips}
    return sorted(turn for turn in turns if now < turn <= until)
