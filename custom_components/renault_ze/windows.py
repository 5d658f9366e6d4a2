"""The charge windows of the plan, rolled through the few the car has room for.

For each weekday the car holds the base of that day, unless a further window is due: that one is loaded ahead of its
beginning, and the base is put back after its end. Whatever the car holds at any minute, each weekday of the plan has a
window there, so that the car would still charge if Home Assistant never came back. A plan that is switched off or empty
leaves the base week in the car and asks for nothing more.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta, tzinfo
from operator import itemgetter
from typing import NamedTuple

from . import deploys
from .cloud.models import ChargeSchedule, ChargeWindow, Part, Weekday
from .cloud.state import VehicleState
from .deploys import MAY_COME_LATE
from .plan import PAST_KEPT, Plan, PlannedWindow, Settings, Step, StepKind, StepReason, by_weekday
from .schedule import DAY, on_date
from .slots import Days, at_rest, by_slot, slot_of, slots, together

# A window that has begun is still worth loading if a quarter of an hour is left once the car may have it.
WORTH_LOADING = timedelta(minutes=20)
# What began longer ago while nobody looked is no news any more.
NEWS = timedelta(hours=24)
_INSTANT = timedelta.resolution


class Occurrence(NamedTuple):
    """A planned window on one date, as instants."""

    begin: datetime
    end: datetime
    planned: PlannedWindow


def occurrences(plan: Plan, zone: tzinfo, begin: datetime, end: datetime) -> list[Occurrence]:
    """Return, in order, the planned windows that touch the span from `begin` to `end`."""
    return _touching(plan.by_weekday, zone, begin, end)


def base_week(
    windows: Iterable[PlannedWindow], now: datetime, settings: Settings, room: int | None = 1
) -> tuple[ChargeWindow, ...]:
    """Return what must survive an outage: for each day all windows if the car has room for them, else the base."""
    return together(at_rest(by_slot(windows, now, settings), room), (), settings)


def planned_week(plan: Plan) -> ChargeSchedule:
    """Return all windows that come every week."""
    weekly = (each.window for each in plan.windows if each.on is None)
    return ChargeSchedule(enabled=True, windows=tuple(sorted(weekly)))


def desired_week(
    plan: Plan, held: Collection[ChargeWindow], now: datetime, settings: Settings
) -> tuple[ChargeWindow, ...]:
    """Return the week the car should hold at an instant, given what it holds."""
    room = settings.windows_a_day
    week = at_rest(slots(plan, now, settings), room)
    due = _due(plan, held, now, settings)
    for day, window in due.items():
        rest = week.get(day, [])
        if window not in rest:
            week[day] = [*(rest if room is None else rest[: room - 1]), window]
    return together(week, due.values(), settings)


def held_schedule(state: VehicleState) -> ChargeSchedule | None:
    """Return what the car holds, None while that is not known."""
    held = state.charge_schedule
    return held if held is not None and held.enabled is not None and Part.CHARGE_SCHEDULE in state.known else None


def differs(plan: Plan, state: VehicleState, now: datetime) -> bool:
    """Tell whether the car's week was changed elsewhere, so that the owner has to choose: claim it back or adopt it."""
    held = held_schedule(state)
    if held is None or not _asks(plan) or plan.claimed or deploys.is_open(state):
        return False
    return not (held.enabled and _is_own(plan, held, now))


def noted(plan: Plan, state: VehicleState, now: datetime, settings: Settings) -> Plan:
    """Return the plan with what is seen in the car: the claim is met, the windows that began were there."""
    plan = _without_past(deploys.noted(plan, state), now)
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
    return deploys.taken(plan, step.windows, now)


def _due(plan: Plan, held: Collection[ChargeWindow], now: datetime, settings: Settings) -> dict[Weekday, ChargeWindow]:
    """Return for each day the window whose turn it is: the first not over that has begun or is about to."""
    due: dict[Weekday, ChargeWindow] = {}
    for begin, end, planned in _touching(plan.by_weekday, settings.zone, now, now + settings.load_lead + _INSTANT):
        window = planned.window
        if begin > now or window in held or end - now >= WORTH_LOADING:
            due.setdefault(slot_of(window, now, settings), window)
    return due


def _touching(windows: Days, zone: tzinfo, begin: datetime, end: datetime) -> list[Occurrence]:
    """Return, in order, the windows that touch a span."""
    if not windows:
        return []
    first, last = begin.astimezone(zone).date() - DAY, end.astimezone(zone).date()
    found = [
        Occurrence(*on_date(day, each.window, zone), each)
        for day in (first + ahead * DAY for ahead in range((last - first).days + 1))
        for each in windows.get(Weekday(day.weekday()), ())
        if each.on is None or each.on == day
    ]
    touching = [each for each in found if each.end > begin and each.begin < end and each.begin < each.end]
    return sorted(touching, key=itemgetter(0))


def _asks(plan: Plan) -> bool:
    """Tell whether the plan asks for anything."""
    return plan.charge_enabled and bool(plan.windows)


def _is_own(plan: Plan, held: ChargeSchedule, now: datetime) -> bool:
    """Tell whether all that the car holds may be in it because of us."""
    lately = plan.edited_at is not None and now - plan.edited_at < MAY_COME_LATE
    own = {each.window for each in (*plan.windows, *(plan.former if lately else ()))}
    return own.issuperset(held.windows)


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
    return _asks(plan) or deploys.is_last(plan, wanted, now)


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
    return deploys.may_arrive(plan, absent.planned.window, now)


def _load(plan: Plan, state: VehicleState, wanted: tuple[ChargeWindow, ...], now: datetime, settings: Settings) -> Step:
    """Return the step that brings a week into the car."""
    reason = _why(plan, wanted, now, settings, repeated=deploys.is_repeated(plan, wanted, now))
    at = deploys.not_before(plan, state, wanted, now)
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
