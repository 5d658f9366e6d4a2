"""Send the plan's charge schedule to the car when it has to change, and check whether it arrived.

An additional window is sent before it begins, and the main window put back after its end. Each weekday of the plan
always has a window in the car, so that it still charges if Home Assistant never comes back. Edits refuse more different
times than the car holds; a plan from another car may have more, and then some weekdays have only windows that are due.
A plan that is switched off or empty leaves the main windows in the car and sends nothing more.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from operator import itemgetter

from ..cloud.models import ChargeWindow, Part, Weekday
from ..cloud.schedule import DAY
from ..vehicle.results import CommandReason, CommandResult
from ..vehicle.state import VehicleState
from .model import PAST_KEPT, Plan, SentSchedule
from .situation import INSTANT, MAY_ARRIVE_LATE, REPORTED_FOR, SCHEDULE_COMMANDS, Situation
from .steps import SendSchedule, StepReason, WindowMessage
from .timetable import Occurrence, clock_shift, fitting, main_schedule, slot_of

# A window that has begun is still sent if a quarter of an hour is left once the car may have it.
WORTH_SENDING = timedelta(minutes=20)
# The car is reached by SMS: a charge schedule sent sooner than this after another might overtake it.
LEAST_GAP = timedelta(minutes=10)
# The gap doubles while the car does not confirm a charge schedule, as each message may cost an SMS.
LONGEST_GAP = timedelta(hours=1)
# Reaches the longest gap, and keeps it from growing to more than a timedelta can hold.
_MOST_DOUBLINGS = 3
# A window of a day, in the night that has an hour more.
_LONGEST_WINDOW = DAY + timedelta(hours=1)
_CHECK_AGAIN = timedelta(minutes=1)
_NOT_SENT = {CommandReason.CLOUD_REFUSED, CommandReason.UNSENT, CommandReason.THROTTLED}


def with_observed_schedule(situation: Situation) -> Plan:
    """Return the plan with what the car's charge schedule shows: the claim is met, and which windows were there."""
    plan = _without_past(_with_last_command(situation.plan, situation.state), situation.now)
    situation = situation.with_plan(plan)
    if situation.held is None:
        return plan
    if plan.claimed and _is_met(situation):
        plan = replace(plan, claimed=False)
        situation = situation.with_plan(plan)
    begun = situation.begun_windows
    if not situation.keeps_schedule or situation.is_changed_elsewhere:
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
    if situation.held is None or situation.is_changed_elsewhere:
        return
    if situation.keeps_schedule:
        yield from _absence(situation)
    wanted = _wanted(situation)
    if wanted is not None and not _has(situation, wanted):
        repeated = is_repeated(situation.plan, wanted, situation.now)
        reason = StepReason.NOT_CONFIRMED if repeated else _reason(situation, wanted, situation.now)
        yield SendSchedule(at=not_before(situation, wanted), reason=reason, windows=wanted)
    elif situation.keeps_schedule:
        yield from _next(situation)


def with_sent(plan: Plan, windows: tuple[ChargeWindow, ...], now: datetime) -> Plan:
    """Return the plan once a charge schedule is sent."""
    tries = plan.last_sent.tries + 1 if plan.last_sent is not None and is_repeated(plan, windows, now) else 1
    return replace(plan, last_sent=SentSchedule(at=now, windows=windows, tries=tries))


def with_reported(plan: Plan, message: WindowMessage) -> Plan:
    """Return the plan once a window was reported as absent; one that is late may also be missed."""
    begin = message.begins_at
    judged_until = begin if plan.judged_until is None else max(plan.judged_until, begin)
    return replace(plan, judged_until=judged_until, late=begin if message.reason is StepReason.WINDOW_LATE else None)


def desired_schedule(
    situation: Situation, at: datetime, coming: list[Occurrence] | None = None
) -> tuple[ChargeWindow, ...]:
    """Return the charge schedule that the car should hold at an instant, given what it holds now.

    `coming` are the windows until then, if they are known.
    """
    settings, room = situation.settings, situation.settings.windows_a_day
    if coming is None:
        coming = situation.planned_windows(at, at + settings.send_ahead + INSTANT)
    due = _due(situation, at, coming)
    week, usual = situation.usual_schedule(at)
    added = {day: window for day, window in due.items() if window not in week.get(day, ())}
    if not added and settings.max_window_times is None:
        return usual
    others = {day: week.get(day, []) if room is None else week.get(day, [])[: room - 1] for day in added}
    return fitting({**week, **{day: [*others[day], added[day]] for day in added}}, due.values(), settings)


def is_repeated(plan: Plan, windows: tuple[ChargeWindow, ...], now: datetime) -> bool:
    """Return whether a charge schedule is the one that was sent last."""
    last = plan.last_sent
    return last is not None and last.windows == windows and timedelta() <= now - last.at < 2 * LONGEST_GAP


def is_unread(situation: Situation, step: SendSchedule) -> bool:
    """Return whether a step would repeat a charge schedule before the car's was read again."""
    last, read_at = situation.plan.last_sent, situation.state.read_at.get(Part.CHARGE_SCHEDULE)
    if last is None or last.windows != step.windows or last.at > situation.now:
        return False
    return read_at is None or read_at <= last.at


def not_before(situation: Situation, windows: tuple[ChargeWindow, ...]) -> datetime:
    """Return when a charge schedule may be sent: after a gap, and not while a command for it has no result."""
    now, last = situation.now, situation.plan.last_sent
    at = now
    if last is not None and last.at <= now:
        doublings = min(last.tries - 1, _MOST_DOUBLINGS) if is_repeated(situation.plan, windows, now) else 0
        at = max(now, last.at + min(LEAST_GAP * 2**doublings, LONGEST_GAP))
    return max(at, now + _CHECK_AGAIN) if situation.is_sending else at


def may_arrive(plan: Plan, absent: Occurrence, now: datetime) -> bool:
    """Return whether a window was sent so recently that the car may already have it."""
    last = plan.last_sent
    return last is not None and absent.planned.window in last.windows and now - last.at < LEAST_GAP


def is_last(plan: Plan, windows: tuple[ChargeWindow, ...], now: datetime) -> bool:
    """Return whether no other charge schedule can still reach the car."""
    last = plan.last_sent
    return last is None or last.windows == windows or not timedelta() <= now - last.at < MAY_ARRIVE_LATE


def _with_last_command(plan: Plan, state: VehicleState) -> Plan:
    """Return the plan with the charge schedule sent last, by the plan or anyone here."""
    last, command = plan.last_sent, _last_command(state) if plan.windows or plan.former else None
    if command is None or command.reason in _NOT_SENT or (last is not None and command.sent_at <= last.at):
        return plan
    wanted = state.wanted_schedule
    windows = wanted.windows if wanted is not None and wanted.enabled else ()
    if last is not None and last.windows == windows:
        return replace(plan, last_sent=replace(last, at=command.sent_at))
    return replace(plan, last_sent=SentSchedule(at=command.sent_at, windows=windows))


def _last_command(state: VehicleState) -> CommandResult | None:
    """Return the last command for the charge schedule."""
    given = [state.commands[kind] for kind in SCHEDULE_COMMANDS if kind in state.commands]
    return max(given, key=lambda each: each.sent_at, default=None)


def _without_past(plan: Plan, now: datetime) -> Plan:
    """Return the plan without windows for dates long past."""
    past = now.date() - PAST_KEPT
    if not any(each.on is not None and each.on <= past for each in plan.windows):
        return plan
    return replace(plan, windows=tuple(each for each in plan.windows if each.on is None or each.on > past))


def _wanted(situation: Situation) -> tuple[ChargeWindow, ...] | None:
    """Return the charge schedule that the car has to hold now, None for any."""
    if situation.keeps_schedule:
        return desired_schedule(situation, situation.now)
    plan, settings = situation.plan, situation.settings
    if not plan.claimed or situation.held is None or not situation.held.enabled or not situation.holds_only_own:
        return None
    return main_schedule(plan.windows or plan.former, situation.now, settings, settings.windows_a_day) or None


def _is_met(situation: Situation) -> bool:
    """Return whether the car holds what the plan wants."""
    wanted = _wanted(situation)
    return wanted is None or _has(situation, wanted)


def _has(situation: Situation, wanted: tuple[ChargeWindow, ...]) -> bool:
    """Return whether the car holds a charge schedule; one that is to stay for good must also be the last sent."""
    if not _holds(situation, wanted):
        return False
    return situation.keeps_schedule or is_last(situation.plan, wanted, situation.now)


def _holds(situation: Situation, wanted: tuple[ChargeWindow, ...]) -> bool:
    """Return whether the car charges by a charge schedule."""
    held = situation.held
    return held is not None and bool(held.enabled) and tuple(sorted(held.windows)) == wanted


def _is_in_car(each: Occurrence, situation: Situation) -> bool:
    """Return whether the car charges in a window."""
    return each.planned.window in situation.held_windows


def _due(situation: Situation, at: datetime, coming: list[Occurrence]) -> dict[Weekday, ChargeWindow]:
    """Return for each day the first window that is not over, and has begun or is about to begin."""
    held = () if situation.held is None else situation.held.windows
    first = bisect_left(coming, at - _LONGEST_WINDOW, key=itemgetter(0))
    last = bisect_right(coming, at + situation.settings.send_ahead, key=itemgetter(0))
    shift, due = clock_shift(at, situation.settings), dict[Weekday, ChargeWindow]()
    for begin, end, planned in coming[first:last]:
        window = planned.window
        if at < end and (begin > at or window in held or end - at >= WORTH_SENDING):
            due.setdefault(slot_of(window, shift), window)
    return due


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


def _reason(situation: Situation, wanted: tuple[ChargeWindow, ...], at: datetime) -> StepReason:
    """Return why a charge schedule is sent at an instant."""
    if not situation.keeps_schedule:
        return StepReason.SWITCHED_OFF
    if situation.plan.claimed:
        return StepReason.PLAN_CHANGED
    is_main = wanted == situation.usual_schedule(at)[1]
    return StepReason.MAIN_WINDOW if is_main else StepReason.ADDITIONAL_WINDOW


def _next(situation: Situation) -> Iterator[SendSchedule]:
    """Yield the next charge schedule to send, looking ahead until each window of a week had its turn."""
    if not (rotating := situation.rotating_windows):
        return
    for ahead in (DAY, 8 * DAY):
        coming = situation.planned_windows(situation.now, situation.now + ahead + situation.settings.send_ahead)
        for at in _turns(situation, situation.now + ahead, [each for each in coming if each.planned in rotating]):
            wanted = desired_schedule(situation, at, coming)
            if not _holds(situation, wanted):
                yield SendSchedule(at=at, reason=_reason(situation, wanted, at), windows=wanted)
                return


def _turns(situation: Situation, until: datetime, coming: Iterable[Occurrence]) -> list[datetime]:
    """Return, in order, the instants until another at which the car's charge schedule may have to change."""
    now, ahead = situation.now, situation.settings.send_ahead
    turns = {turn for each in coming for turn in (each.begin - ahead, each.end)}
    return sorted(turn for turn in turns if now < turn <= until)
