"""The charge windows of the plan, rolled through the few the car has room for.

For each weekday the car holds the base of that day, unless a further window is due: that one is loaded ahead of its
beginning, and the base is put back after its end. Whatever the car holds at any minute, each weekday of the plan has a
window there, so that the car would still charge if Home Assistant never came back. A plan that is switched off or empty
leaves the base week in the car and asks for nothing more.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, time, timedelta, tzinfo
from operator import itemgetter
from typing import NamedTuple

from ..cloud.models import ChargeSchedule, ChargeWindow, CommandKind, Part, Weekday
from ..cloud.schedule import DAY, on_date
from ..vehicle.state import VehicleState
from .model import Plan, PlannedWindow, by_weekday
from .settings import Settings

# A window that has begun is still worth loading if a quarter of an hour is left once the car may have it.
WORTH_LOADING = timedelta(minutes=20)
_INSTANT = timedelta.resolution
type Days = Mapping[Weekday, tuple[PlannedWindow, ...]]
type Slots = dict[Weekday, list[ChargeWindow]]
# A car that was out of reach may be given a week after one that was sent later.
MAY_COME_LATE = timedelta(days=2)
_KINDS = (CommandKind.SET_CHARGE_SCHEDULE, CommandKind.DISABLE_CHARGE_SCHEDULE)


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
    if held is None or not _asks(plan) or plan.claimed or is_open(state):
        return False
    return not (held.enabled and _is_own(plan, held, now))


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


def slot_of(each: ChargeWindow, now: datetime, settings: Settings) -> Weekday:
    """Return the day, of those the car counts, among whose windows one is; it goes by the clocks as they are now."""
    if settings.schedule_zone is None:
        return each.weekday
    ahead = _offset(settings.zone, now) - _offset(settings.schedule_zone, now)
    start = timedelta(hours=each.start.hour, minutes=each.start.minute) - ahead
    return Weekday((each.weekday + start // DAY) % 7)


def by_slot(windows: Iterable[PlannedWindow], now: datetime, settings: Settings) -> Days:
    """Return the windows that share a day of the car's clock, first the base."""
    return by_weekday(windows, lambda each: slot_of(each, now, settings))


def slots(plan: Plan, now: datetime, settings: Settings) -> Days:
    """Return the windows of a plan as `by_slot` does."""
    return plan.by_weekday if settings.schedule_zone is None else by_slot(plan.windows, now, settings)


def at_rest(windows: Days, room: int | None) -> Slots:
    """Return what each day holds while nothing else is due, the base first: all if there is room, else the base."""
    weekly = {day: [each.window for each in found if each.on is None] for day, found in windows.items()}
    return {day: rest if room is None or len(rest) <= room else rest[:1] for day, rest in weekly.items()}


def together(week: Slots, due: Collection[ChargeWindow], settings: Settings) -> tuple[ChargeWindow, ...]:
    """Return as much of a week as the car can hold at once, first of all what is due, then the bases of most days."""
    whole = sorted(window for found in week.values() for window in found)
    kinds = Counter(map(_kind, whole))
    if settings.windows_alike is None or len(kinds) <= settings.windows_alike:
        return tuple(whole)
    first, bases = set(map(_kind, due)), Counter(_kind(found[0]) for found in week.values() if found)
    ranked = sorted(kinds, key=lambda kind: (kind not in first, -bases[kind], -kinds[kind], kind))
    kept = set(ranked[: settings.windows_alike])
    return tuple(each for each in whole if _kind(each) in kept)


def _kind(each: ChargeWindow) -> tuple[time, timedelta]:
    """Return what alike windows share."""
    return each.start, each.duration


def _offset(zone: tzinfo, at: datetime) -> timedelta:
    """Return how far a clock is ahead of UTC."""
    return at.astimezone(zone).utcoffset() or timedelta()


def is_open(state: VehicleState) -> bool:
    """Tell whether an order about the schedule still waits for its fate."""
    return any(kind in state.commands and not state.commands[kind].status.is_settled for kind in _KINDS)


def schedule_differs(plan: Plan, state: VehicleState, now: datetime) -> bool:
    """Tell whether the car holds a week that nobody here asked for: neither the plan, if it keeps one, nor a person."""
    if plan.charge_enabled and plan.windows:
        return differs(plan, state, now)
    return state.schedule_differs and not is_open(state)
