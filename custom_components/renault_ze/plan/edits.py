"""What an owner does to the plan: each edit takes a plan and returns another, or raises `ScheduleError`.

The error names the reason in its `key`, the weekdays at fault, and a `value` for the message. An edit of the windows
claims the car: whatever it holds then is replaced. An edit takes the instant it is made at, `now`, for what began
before was not asked for yet and cannot be missed.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta, tzinfo
from itertools import pairwise

from ..cloud.models import Capability, ChargeSchedule, ChargeWindow, CommandKind, Vehicle
from ..cloud.schedule import DAY, GRID, WEEK, ScheduleError, check_date, instant, on_date, window
from .departures import live
from .model import Departure, Pause, Plan, PlannedWindow
from .settings import Settings
from .windows import MAY_COME_LATE

type _Quarter = tuple[str, int]
_WEEK = 7 * DAY
_TIMER = frozenset(
    {
        Capability.PRECONDITIONING_TIMER,
        Capability.PRECONDITIONING_TIMER_STATE,
        Capability.CANCEL_PRECONDITIONING,
    }
)
_TIMER_ORDERS = frozenset({CommandKind.PRECONDITION_AT, CommandKind.CANCEL_PRECONDITION})


def with_departure(plan: Plan, departure: Departure, now: datetime) -> Plan:
    """Add a departure, or put it in the place of the one with its id."""
    if (departure.on is None) == (not departure.weekdays):
        raise ScheduleError("departure_weekdays_or_date", (), departure.name)
    if departure.on is not None:
        check_date(departure.on, now)
    departure = replace(departure, at=departure.at.replace(second=0, microsecond=0, fold=0), since=now)
    others = tuple(each for each in plan.departures if each.id != departure.id)
    return replace(plan, departures=tuple(sorted((*others, departure), key=lambda each: (each.at, each.id))))


def can_time(vehicle: Vehicle) -> bool:
    """Tell whether the car's own timer can be set, seen and deleted again."""
    return vehicle.capabilities >= _TIMER and vehicle.unconfirmed.isdisjoint(_TIMER_ORDERS)


def check_robust(departure: Departure, vehicle: Vehicle) -> None:
    """Refuse a robust departure where that cannot be: one that is called off would still start the car."""
    if departure.robust and not can_time(vehicle):
        raise ScheduleError("departure_timer_unseen", (), departure.name)


def without_departure(plan: Plan, departure_id: str) -> Plan:
    """Remove a departure."""
    _departure(plan, departure_id)
    return replace(plan, departures=tuple(each for each in plan.departures if each.id != departure_id))


def skip_next(plan: Plan, now: datetime, settings: Settings, departure_id: str | None = None) -> Plan:
    """Leave out the next time of a departure, of the one that comes first unless named, that can still be stopped."""
    if departure_id is not None:
        _departure(plan, departure_id)
    for each in live(plan, settings, now, now + _WEEK + DAY):
        if each.last_call > now and departure_id in {None, each.departure.id}:
            return skip(plan, each.departure.id, each.day)
    raise ScheduleError("departure_none_to_skip", ())


def skip(plan: Plan, departure_id: str, day: date) -> Plan:
    """Leave out a departure on one date."""
    return _with_skipped(plan, departure_id, _departure(plan, departure_id).skipped | {day})


def unskip(
    plan: Plan, now: datetime, settings: Settings, departure_id: str | None = None, day: date | None = None
) -> Plan:
    """Take back what was left out on a date, else what would come next of it, of all departures or of one."""
    if departure_id is not None:
        _departure(plan, departure_id)
    taken_back = [
        (departure, on)
        for ready_at, departure, on in _skipped(plan, settings.zone)
        if ready_at > now and departure_id in {None, departure} and day in {None, on}
    ]
    if not taken_back:
        raise ScheduleError("departure_none_skipped", ())
    for departure, on in taken_back[: 1 if day is None else None]:
        plan = _with_skipped(plan, departure, _departure(plan, departure).skipped - {on})
    return plan


def pause(plan: Plan, first: date, last: date, now: datetime) -> Plan:
    """Let no departure count from one date to another, both included."""
    if last < first:
        raise ScheduleError("pause_reversed", (), last)
    check_date(last, now)
    return replace(plan, paused=Pause(first=first, last=last))


def resume(plan: Plan) -> Plan:
    """Let the departures count again."""
    return replace(plan, paused=None)


def switch_departures(plan: Plan, now: datetime, *, on: bool) -> Plan:
    """Let the departures count or not."""
    if on == plan.departures_enabled:
        return plan
    return replace(plan, departures_enabled=on, departures=tuple(replace(each, since=now) for each in plan.departures))


def with_windows(plan: Plan, windows: Iterable[PlannedWindow], now: datetime) -> Plan:
    """Put other windows in the place of all; those of a day that touch become one."""
    given = _merged(windows)
    _check(given)
    for each in set(given).difference(plan.windows):
        if each.on is not None:
            check_date(each.on, now)
    lately = plan.edited_at is not None and now - plan.edited_at < MAY_COME_LATE
    # Each once, however often the plan was edited: all that the car may still be given is looked up here.
    former = tuple(dict.fromkeys((*plan.windows, *(plan.former if lately else ()))))
    return replace(plan, windows=given, former=former, edited_at=now, claimed=True, judged_until=now)


def check_fit(plan: Plan, vehicle: Vehicle) -> None:
    """Refuse windows that never make a week a car takes: too many times of their own, or a day without any."""
    kinds = {(each.window.start, each.window.duration) for each in plan.windows}
    if vehicle.windows_alike is not None and len(kinds) > vehicle.windows_alike:
        raise ScheduleError("schedule_kinds_full", (), str(vehicle.windows_alike))
    missing = WEEK - {each.window.weekday for each in plan.windows if each.on is None}
    if plan.windows and vehicle.every_day and missing:
        raise ScheduleError("windows_days_missing", missing)


def to_come(windows: Iterable[PlannedWindow], now: datetime, zone: tzinfo) -> tuple[PlannedWindow, ...]:
    """Return the windows without those for a date that are over; the plan still keeps them, as the car may hold one."""
    return tuple(each for each in windows if each.on is None or on_date(each.on, each.window, zone).end > now)


def switch_charging(plan: Plan, now: datetime, *, on: bool) -> Plan:
    """Let the windows be kept in the car, or leave the base week there and ask for nothing more."""
    return plan if on == plan.charge_enabled else replace(plan, charge_enabled=on, claimed=True, judged_until=now)


def given_up(plan: Plan) -> Plan:
    """Let nobody keep the windows any more, once the base week is left in a car that has been kept."""
    kept = plan.charge_enabled and bool(plan.windows)
    return replace(plan, charge_enabled=False, claimed=plan.claimed or kept)


def claim(plan: Plan) -> Plan:
    """Let the plan win over a week that was changed elsewhere."""
    return replace(plan, claimed=True, load=None if plan.load is None else replace(plan.load, windows=()))


def adopt(plan: Plan, held: ChargeSchedule, now: datetime) -> Plan:
    """Let a week that was changed elsewhere win: its windows become the plan, or the plan is switched off with it."""
    if not held.enabled:
        return replace(plan, charge_enabled=False, claimed=False, judged_until=now)
    windows = tuple(PlannedWindow(each) for each in sorted(held.windows))
    return replace(plan, windows=windows, former=(), claimed=False, judged_until=now)


def _departure(plan: Plan, departure_id: str) -> Departure:
    """Return a departure that is there."""
    if (found := plan.departure(departure_id)) is None:
        raise ScheduleError("departure_unknown", (), departure_id)
    return found


def _with_skipped(plan: Plan, departure_id: str, skipped: frozenset[date]) -> Plan:
    """Return the plan with other dates on which a departure is left out."""
    departures = (replace(each, skipped=skipped) if each.id == departure_id else each for each in plan.departures)
    return replace(plan, departures=tuple(departures))


def _skipped(plan: Plan, zone: tzinfo) -> list[tuple[datetime, str, date]]:
    """Return, in order, each time that is left out: when it would be, the departure and the date."""
    return sorted(
        (instant(day, each.at, zone), each.id, day)
        for each in plan.departures
        for day in each.skipped
        if day == each.on or day.weekday() in each.weekdays
    )


def _merged(windows: Iterable[PlannedWindow]) -> tuple[PlannedWindow, ...]:
    """Return the windows in order, those of a day that touch as one."""
    merged: list[PlannedWindow] = []
    for each in sorted(set(windows), key=lambda each: (each.on or date.min, each.window)):
        if merged and _touch(merged[-1], each):
            each = _joined(merged.pop(), each)  # noqa: PLW2901 - the two go on as one
        merged.append(each)
    return tuple(sorted(merged, key=lambda each: (each.window, each.on or date.min)))


def _touch(earlier: PlannedWindow, later: PlannedWindow) -> bool:
    """Tell whether a window begins on the same day, exactly where another ends."""
    same_day = (earlier.on, earlier.window.weekday) == (later.on, later.window.weekday)
    return same_day and _begin(earlier.window) + earlier.window.duration == _begin(later.window)


def _joined(earlier: PlannedWindow, later: PlannedWindow) -> PlannedWindow:
    """Return two windows that touch as one."""
    whole = replace(earlier.window, duration=earlier.window.duration + later.window.duration)
    return PlannedWindow(whole, earlier.on, earlier.base or later.base)


def _check(windows: tuple[PlannedWindow, ...]) -> None:
    """Refuse windows off the grid, on the wrong date, over one another, or with nothing for the car to go back to."""
    for each in windows:
        window(each.window.weekday, each.window.start, duration=each.window.duration)
        if each.on is not None and each.on.weekday() != each.window.weekday:
            raise ScheduleError("window_date_differs", [each.window.weekday], each.on)
    _check_overlaps(windows)
    if windows and all(each.on is not None for each in windows):
        raise ScheduleError("windows_need_a_week", [each.window.weekday for each in windows])
    _check_bases(windows)


def _check_bases(windows: tuple[PlannedWindow, ...]) -> None:
    """Refuse two bases on a day, and one that comes only once."""
    marked = sorted(each.window.weekday for each in windows if each.base)
    if twice := [day for day, following in pairwise(marked) if day is following]:
        raise ScheduleError("windows_base_twice", twice)
    if once := [each.window.weekday for each in windows if each.base and each.on is not None]:
        raise ScheduleError("windows_base_once", once)


def _check_overlaps(windows: tuple[PlannedWindow, ...]) -> None:
    """Refuse windows that share a quarter of an hour of some week, naming the first two in their order."""
    first: tuple[PlannedWindow, PlannedWindow] | None = None
    taken: dict[_Quarter, int] = {}
    for number in reversed(range(len(windows))):
        claimed, forbidden = _quarters(windows[number])
        if others := [taken[quarter] for quarter in forbidden if quarter in taken]:
            first = windows[number], windows[min(others)]
        taken |= dict.fromkeys(claimed, number)
    if first is not None:
        one, other = (each.window for each in first)
        raise ScheduleError("windows_overlap", [one.weekday, other.weekday], other.start)


def _quarters(each: PlannedWindow) -> tuple[list[_Quarter], list[_Quarter]]:
    """Return the quarters of an hour a window takes, and those another must not take: of every week, or of one."""
    begin = _begin(each.window) // GRID
    taken = range(begin, begin + each.window.duration // GRID)
    weekly, once = ([(kind, quarter % (_WEEK // GRID)) for quarter in taken] for kind in ("weekly", "once"))
    if each.on is None:
        return weekly, weekly + once
    monday = (each.on.toordinal() - each.window.weekday) * DAY // GRID
    dated = [("dated", monday + quarter) for quarter in taken]
    return once + dated, weekly + dated


def _begin(each: ChargeWindow) -> timedelta:
    """Return how far into its week a window begins."""
    return timedelta(days=each.weekday, hours=each.start.hour, minutes=each.start.minute)
