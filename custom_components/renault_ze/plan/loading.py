"""Send the charge schedule to the car when it is needed, and judge what became of it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta, tzinfo

from ..cloud.models import ChargeSchedule, ChargeWindow
from ..cloud.schedule import DAY
from ..vehicle.state import CommandReason, CommandResult, VehicleState
from .model import PAST_KEPT, Load, Plan, PlannedWindow, Refusal, Step, StepKind, StepReason, by_weekday
from .settings import Settings
from .windows import (
    _INSTANT,
    _KINDS,
    MAY_COME_LATE,
    WORTH_LOADING,
    Occurrence,
    _asks,
    _is_own,
    _touching,
    base_week,
    desired_week,
    differs,
    held_schedule,
    is_open,
    occurrences,
    slots,
)

# The car is reached by SMS: a week sent sooner than this after another might overtake it.
DEPLOY_GAP = timedelta(minutes=10)
# A car that does not take a week is asked less and less often, for each time may cost an SMS.
LONGEST_GAP = timedelta(hours=1)
# More of them exceed the longest gap, and after a day of trying once an hour what a timedelta can hold.
_MOST_DOUBLINGS = 3
_LOOK_AGAIN = timedelta(minutes=1)
_NEVER_LEFT = {CommandReason.CLOUD_REFUSED, CommandReason.UNSENT, CommandReason.THROTTLED}
# What began longer ago while nobody looked is no news any more.
NEWS = timedelta(hours=24)


def _with_last_deploy(plan: Plan, state: VehicleState) -> Plan:
    """Return the plan with the week sent last, whoever asked for it."""
    last, lately = plan.load, _last_order(state) if plan.windows or plan.former else None
    if lately is None or lately.reason in _NEVER_LEFT or (last is not None and lately.sent_at <= last.at):
        return plan
    wanted = state.wanted_schedule
    windows = wanted.windows if wanted is not None and wanted.enabled else ()
    if last is not None and last.windows == windows:
        return replace(plan, load=replace(last, at=lately.sent_at))
    return replace(plan, load=Load(at=lately.sent_at, windows=windows))


def _deployed(plan: Plan, windows: tuple[ChargeWindow, ...], now: datetime) -> Plan:
    """Return the plan once a week is sent."""
    tries = plan.load.tries + 1 if plan.load is not None and is_repeated(plan, windows, now) else 1
    return replace(plan, load=Load(at=now, windows=windows, tries=tries))


def refused(step: Step, refusal: Refusal) -> Step:
    """Return what is to be said of a week that the cloud refuses."""
    reason = StepReason.WEEK_REFUSED
    return replace(step, kind=StepKind.SAY, reason=reason, refusal=refusal)


def is_repeated(plan: Plan, windows: tuple[ChargeWindow, ...], now: datetime) -> bool:
    """Tell whether a week is the one that was sent last."""
    last = plan.load
    return last is not None and last.windows == windows and timedelta() <= now - last.at < 2 * LONGEST_GAP


def not_before(plan: Plan, state: VehicleState, windows: tuple[ChargeWindow, ...], now: datetime) -> datetime:
    """Return when a week may be sent: not too soon after the last, and while no order about the schedule is open."""
    at, last = now, plan.load
    if last is not None and last.at <= now:
        gap = DEPLOY_GAP * 2 ** min(last.tries - 1, _MOST_DOUBLINGS) if is_repeated(plan, windows, now) else DEPLOY_GAP
        at = max(now, last.at + min(gap, LONGEST_GAP))
    return max(at, now + _LOOK_AGAIN) if is_open(state) else at


def _may_arrive(plan: Plan, window: ChargeWindow, now: datetime) -> bool:
    """Tell whether a window was sent so lately that the car may have it already."""
    return plan.load is not None and window in plan.load.windows and now - plan.load.at < DEPLOY_GAP


def is_last(plan: Plan, windows: tuple[ChargeWindow, ...], now: datetime) -> bool:
    """Tell whether no other week than this may still come to the car."""
    last = plan.load
    return last is None or last.windows == windows or not timedelta() <= now - last.at < MAY_COME_LATE


def _last_order(state: VehicleState) -> CommandResult | None:
    """Return the order about the schedule that was given last."""
    given = [state.commands[kind] for kind in _KINDS if kind in state.commands]
    return max(given, key=lambda each: each.sent_at, default=None)


def noted(plan: Plan, state: VehicleState, now: datetime, settings: Settings) -> Plan:
    """Return the plan with what is seen in the car: the claim is met, the windows that began were there."""
    plan = _without_past(_with_last_deploy(plan, state), now)
    if (held := held_schedule(state)) is None:
        return plan
    if plan.claimed and _met(plan, held, now, settings):
        plan = replace(plan, claimed=False)
    if not _asks(plan) or differs(plan, state, now):
        return _judged(replace(plan, late=None), [each.begin for each in _begun(plan, now, settings.zone)])
    if plan.late is not None and ((late := _late(plan, now, settings)) is None or _on_board(late, held)):
        plan = replace(plan, late=None)
    seen: list[datetime] = []
    for each in _begun(plan, now, settings.zone):
        if not _on_board(each, held):
            break
        seen.append(each.begin)
    return _judged(plan, seen)


def steps(plan: Plan, state: VehicleState, now: datetime, settings: Settings) -> Iterator[Step]:
    """Yield what is to be done about the windows: the next week to load, and a window whose absence is to be said."""
    held = held_schedule(state)
    if held is None or differs(plan, state, now):
        return
    if _asks(plan):
        yield from _absence(plan, held, now, settings)
    if (wanted := _wanted(plan, held, now, settings)) is not None and not _has(plan, held, wanted, now):
        yield _load(plan, state, wanted, now, settings)
    elif _asks(plan):
        yield from _next_load(plan, held, now, settings)


def taken(plan: Plan, step: Step, now: datetime) -> Plan:
    """Return the plan once a step about the windows is taken."""
    if step.kind is StepKind.SAY:
        return _said(plan, step)
    return _deployed(plan, step.windows, now)


def _wanted(plan: Plan, held: ChargeSchedule, now: datetime, settings: Settings) -> tuple[ChargeWindow, ...] | None:
    """Return the week the car is to hold; None where it may hold what it likes."""
    if _asks(plan):
        return desired_week(plan, held.windows, now, settings)
    left_behind = plan.claimed and held.enabled and _is_own(plan, held, now)
    return (
        (base_week(plan.windows or plan.former, now, settings, settings.windows_a_day) or None) if left_behind else None
    )


def _holds(held: ChargeSchedule, wanted: tuple[ChargeWindow, ...]) -> bool:
    """Tell whether the car heeds a week."""
    return bool(held.enabled) and tuple(sorted(held.windows)) == wanted


def _met(plan: Plan, held: ChargeSchedule, now: datetime, settings: Settings) -> bool:
    """Tell whether the car holds what the plan wants."""
    wanted = _wanted(plan, held, now, settings)
    return wanted is None or _has(plan, held, wanted, now)


def _has(plan: Plan, held: ChargeSchedule, wanted: tuple[ChargeWindow, ...], now: datetime) -> bool:
    """Tell whether the car heeds a week; one that is to stay for good also must be what it was sent last."""
    if not _holds(held, wanted):
        return False
    return _asks(plan) or is_last(plan, wanted, now)


def _without_past(plan: Plan, now: datetime) -> Plan:
    """Return the plan without the windows of dates long past."""
    kept = tuple(each for each in plan.windows if each.on is None or each.on > now.date() - PAST_KEPT)
    return plan if kept == plan.windows else replace(plan, windows=kept)


def _begun(plan: Plan, now: datetime, zone: tzinfo) -> list[Occurrence]:
    """Return the windows that began since the last judgement."""
    since = plan.judged_until
    if since is None or since > now:
        return []
    found = occurrences(plan, zone, max(since, now - NEWS), now + _INSTANT)
    return [each for each in found if since < each.begin and now - each.begin < NEWS]


def _late(plan: Plan, now: datetime, settings: Settings) -> Occurrence | None:
    """Return the window of which it was said that it is late."""
    if plan.late is None or not timedelta() <= now - plan.late < NEWS:
        return None
    found = occurrences(plan, settings.zone, plan.late, plan.late + _INSTANT)
    return next((each for each in found if each.begin == plan.late), None)


def _said(plan: Plan, step: Step) -> Plan:
    """Return the plan once the absence of a window was said: of one that is late, more may have to be said."""
    begin = step.begins_at
    late = begin if step.reason is StepReason.WINDOW_LATE else None
    later = plan.judged_until is not None and begin is not None and plan.judged_until > begin
    return replace(plan, judged_until=plan.judged_until if later else begin, late=late)


def _judged(plan: Plan, begins: list[datetime]) -> Plan:
    """Return the plan with the windows judged that began up to the last of some instants."""
    return replace(plan, judged_until=max(begins)) if begins else plan


def _on_board(each: Occurrence, held: ChargeSchedule) -> bool:
    """Tell whether the car holds a window."""
    return bool(held.enabled) and each.planned.window in held.windows


def _absence(plan: Plan, held: ChargeSchedule, now: datetime, settings: Settings) -> Iterator[Step]:
    """Yield what is to be said of a window that began without being in the car: late, and missed if it stays so."""
    late = _late(plan, now, settings)
    begun = [*([] if late is None else [late]), *_begun(plan, now, settings.zone)]
    absent = next((each for each in begun if not _on_board(each, held)), None)
    if absent is None or may_arrive(plan, absent, now):
        return
    at, reason = absent.end - WORTH_LOADING + _INSTANT, StepReason.WINDOW_MISSED
    if at > now and absent != late:
        at, reason = absent.begin, StepReason.WINDOW_LATE
    window = (absent.planned.window,)
    yield Step(kind=StepKind.SAY, at=at, reason=reason, windows=window, begins_at=absent.begin)


def may_arrive(plan: Plan, absent: Occurrence, now: datetime) -> bool:
    """Tell whether a window was sent so lately that the car may have it already."""
    return _may_arrive(plan, absent.planned.window, now)


def _load(plan: Plan, state: VehicleState, wanted: tuple[ChargeWindow, ...], now: datetime, settings: Settings) -> Step:
    """Return the step that brings a week into the car."""
    reason = _why(plan, wanted, now, settings, repeated=is_repeated(plan, wanted, now))
    at = not_before(plan, state, wanted, now)
    return Step(kind=StepKind.LOAD, at=at, reason=reason, windows=wanted)


def _why(
    plan: Plan, wanted: tuple[ChargeWindow, ...], now: datetime, settings: Settings, *, repeated: bool = False
) -> StepReason:
    """Return why a week is loaded."""
    if repeated:
        return StepReason.NOT_CONFIRMED
    if not _asks(plan):
        return StepReason.SWITCHED_OFF
    if plan.claimed:
        return StepReason.PLAN_CHANGED
    back = wanted == base_week(plan.windows, now, settings, settings.windows_a_day)
    return StepReason.BASE_BACK if back else StepReason.FURTHER_WINDOW


def _next_load(plan: Plan, held: ChargeSchedule, now: datetime, settings: Settings) -> Iterator[Step]:
    """Yield the next week that will have to be loaded; a week ahead all has had its turn."""
    for ahead in (DAY, 8 * DAY):
        for at in _turns(plan, now, now + ahead, settings):
            wanted = desired_week(plan, held.windows, at, settings)
            if not _holds(held, wanted):
                yield Step(kind=StepKind.LOAD, at=at, reason=_why(plan, wanted, at, settings), windows=wanted)
                return


def _turns(plan: Plan, now: datetime, until: datetime, settings: Settings) -> list[datetime]:
    """Return, in order, the instants of a span at which the week in the car may have to change."""
    room = settings.windows_a_day
    rolled = [each for found in slots(plan, now, settings).values() if _rolls(found, room) for each in found]
    coming = _touching(by_weekday(rolled), settings.zone, now, until + settings.load_lead)
    turns = {turn for each in coming for turn in (each.begin - settings.load_lead, each.end)}
    return sorted(turn for turn in turns if now < turn <= until)


def _rolls(windows: tuple[PlannedWindow, ...], room: int | None) -> bool:
    """Tell whether the windows of a day have to take turns."""
    return windows[-1].on is not None or (room is not None and len(windows) > room)
