"""Edits of the plan by the user: each takes a plan and returns a changed one, or raises `ScheduleError`.

The error has a message `key`, the affected weekdays, and a `value` for the message. An edit of the windows claims the
car, so that any charge schedule in it is replaced. What began before an edit, made at `now`, cannot be missed.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta, tzinfo
from itertools import pairwise

from ..cloud.models import Capability, ChargeSchedule, ChargeWindow, CommandKind, Vehicle
from ..cloud.schedule import DAY, GRID, WEEK, ScheduleError, check_date, instant, on_date, window
from .model import Departure, Pause, Plan, PlannedWindow
from .settings import AHEAD, Settings
from .situation import MAY_ARRIVE_LATE
from .timetable import departure_times, next_to_skip

_WEEK = 7 * DAY
_TIMER = frozenset(
    {
        Capability.PRECONDITIONING_TIMER,
        Capability.PRECONDITIONING_TIMER_STATE,
        Capability.CANCEL_PRECONDITIONING,
    }
)
_TIMER_COMMANDS = frozenset({CommandKind.PRECONDITION_AT, CommandKind.CANCEL_PRECONDITION})


def with_departure(plan: Plan, departure: Departure, now: datetime) -> Plan:
    """Add a departure, or replace the one with its id."""
    if (departure.on is None) == (not departure.weekdays):
        raise ScheduleError("departure_weekdays_or_date", (), departure.name)
    if departure.on is not None:
        check_date(departure.on, now)
    departure = replace(departure, at=departure.at.replace(second=0, microsecond=0, fold=0), since=now)
    others = tuple(each for each in plan.departures if each.id != departure.id)
    return replace(plan, departures=tuple(sorted((*others, departure), key=lambda each: (each.at, each.id))))


def has_timer(vehicle: Vehicle) -> bool:
    """Return whether the car's timer can be set, read, and deleted."""
    return vehicle.capabilities >= _TIMER and vehicle.unconfirmable.isdisjoint(_TIMER_COMMANDS)


def check_timer(departure: Departure, vehicle: Vehicle) -> None:
    """Refuse to use a timer that cannot be read or deleted: a canceled departure would still start the car."""
    if departure.uses_timer and not has_timer(vehicle):
        raise ScheduleError("departure_timer_unseen", (), departure.name)


def without_departure(plan: Plan, departure_id: str) -> Plan:
    """Remove a departure."""
    _departure(plan, departure_id)
    return replace(plan, departures=tuple(each for each in plan.departures if each.id != departure_id))


def skip_next(plan: Plan, now: datetime, settings: Settings, departure_id: str | None = None) -> Plan:
    """Skip the next time of a departure, by default of the first one, that can still be skipped."""
    if departure_id is not None:
        _departure(plan, departure_id)
    for each in departure_times(plan, settings, now, now + AHEAD):
        if each.can_skip_until > now and departure_id in {None, each.departure.id}:
            return skip(plan, each.departure.id, each.day)
    raise ScheduleError("departure_none_to_skip", ())


def switch_skip(plan: Plan, now: datetime, settings: Settings, *, on: bool) -> Plan:
    """Skip the first departure that is skipped or can be, or restore it."""
    each = next_to_skip(departure_times(plan, settings, now, now + AHEAD), plan, settings, now)
    if each is None:
        raise ScheduleError("departure_none_to_skip", ())
    skipped = each.departure.skipped | {each.day} if on else each.departure.skipped - {each.day}
    return _with_skipped(plan, {each.departure.id: skipped})


def skip(plan: Plan, departure_id: str, day: date) -> Plan:
    """Skip a departure on one date."""
    _departure(plan, departure_id)
    return skip_all(plan, {departure_id}, day)


def skip_all(plan: Plan, departure_ids: Collection[str], day: date) -> Plan:
    """Skip several departures on one date."""
    return _with_skipped(plan, {each.id: each.skipped | {day} for each in plan.departures if each.id in departure_ids})


def unskip(
    plan: Plan, now: datetime, settings: Settings, departure_id: str | None = None, day: date | None = None
) -> Plan:
    """Restore the skipped times of a date, or the next skipped time, of all departures or of one."""
    if departure_id is not None:
        _departure(plan, departure_id)
    restored = [
        (departure, on)
        for ready_at, departure, on in _skipped(plan, settings.zone)
        if ready_at > now and departure_id in {None, departure} and day in {None, on}
    ]
    if not restored:
        raise ScheduleError("departure_none_skipped", ())
    dates: dict[str, set[date]] = {}
    for departure, on in restored[: 1 if day is None else None]:
        dates.setdefault(departure, set()).add(on)
    skipped = {each.id: each.skipped - dates[each.id] for each in plan.departures if each.id in dates}
    return _with_skipped(plan, skipped)


def pause(plan: Plan, first: date, last: date, now: datetime) -> Plan:
    """Pause departures from one date to another, both included."""
    if last < first:
        raise ScheduleError("pause_reversed", (), last)
    check_date(last, now)
    return replace(plan, paused=Pause(first=first, last=last))


def resume(plan: Plan) -> Plan:
    """End a pause of the departures."""
    return replace(plan, paused=None)


def switch_departures(plan: Plan, now: datetime, *, on: bool) -> Plan:
    """Switch departures on or off."""
    if on == plan.departures_enabled:
        return plan
    return replace(plan, departures_enabled=on, departures=tuple(replace(each, since=now) for each in plan.departures))


def with_windows(plan: Plan, windows: Iterable[PlannedWindow], now: datetime) -> Plan:
    """Replace all windows; adjacent ones of a day are joined."""
    given = _merged(windows)
    _check(given)
    for each in set(given).difference(plan.windows):
        if each.on is not None:
            check_date(each.on, now)
    lately = plan.edited_at is not None and now - plan.edited_at < MAY_ARRIVE_LATE
    # Everything that may still arrive in the car, each window once.
    former = tuple(dict.fromkeys((*plan.windows, *(plan.former if lately else ()))))
    return replace(plan, windows=given, former=former, edited_at=now, claimed=True, judged_until=now)


def check_fit(plan: Plan, vehicle: Vehicle) -> None:
    """Refuse windows that the car cannot hold: too many different times, or a day without a window."""
    kinds = {(each.window.start, each.window.duration) for each in plan.windows}
    if vehicle.max_window_times is not None and len(kinds) > vehicle.max_window_times:
        raise ScheduleError("schedule_kinds_full", (), str(vehicle.max_window_times))
    missing = WEEK - {each.window.weekday for each in plan.windows if each.on is None}
    if plan.windows and vehicle.every_day and missing:
        raise ScheduleError("windows_days_missing", missing)


def to_come(windows: Iterable[PlannedWindow], now: datetime, zone: tzinfo) -> tuple[PlannedWindow, ...]:
    """Return the windows without those for past dates, which the plan still keeps, as the car may hold one."""
    return tuple(each for each in windows if each.on is None or on_date(each.on, each.window, zone).end > now)


def switch_charging(plan: Plan, now: datetime, *, on: bool) -> Plan:
    """Switch the charge schedule on, or off, which leaves the main windows in the car."""
    return plan if on == plan.charge_enabled else replace(plan, charge_enabled=on, claimed=True, judged_until=now)


def abandoned(plan: Plan) -> Plan:
    """Switch the charge schedule off for good; the main windows are left in the car."""
    return replace(plan, charge_enabled=False, claimed=plan.claimed or plan.keeps_schedule)


def claim(plan: Plan) -> Plan:
    """Replace a charge schedule that was changed elsewhere by the plan's."""
    last = plan.last_sent
    return replace(plan, claimed=True, last_sent=None if last is None else replace(last, windows=()))


def adopt(plan: Plan, held: ChargeSchedule, now: datetime) -> Plan:
    """Adopt a charge schedule that was changed elsewhere, or switch the plan off if it is disabled."""
    if not held.enabled:
        return replace(plan, charge_enabled=False, claimed=False, judged_until=now)
    windows = tuple(PlannedWindow(each) for each in sorted(held.windows))
    return replace(plan, windows=windows, former=(), claimed=False, judged_until=now)


def _departure(plan: Plan, departure_id: str) -> Departure:
    """Return a departure, or raise `ScheduleError`."""
    if (found := plan.departure(departure_id)) is None:
        raise ScheduleError("departure_unknown", (), departure_id)
    return found


def _with_skipped(plan: Plan, skipped: Mapping[str, frozenset[date]]) -> Plan:
    """Return the plan with other skipped dates of some departures, by id."""
    departures = (replace(each, skipped=skipped[each.id]) if each.id in skipped else each for each in plan.departures)
    return replace(plan, departures=tuple(departures))


def _skipped(plan: Plan, zone: tzinfo) -> list[tuple[datetime, str, date]]:
    """Return, in order, the skipped times: when each would be, the departure id, and the date."""
    return sorted(
        (instant(day, each.at, zone), each.id, day)
        for each in plan.departures
        for day in each.skipped
        if day == each.on or day.weekday() in each.weekdays
    )


def _merged(windows: Iterable[PlannedWindow]) -> tuple[PlannedWindow, ...]:
    """Return the windows in order, adjacent ones of a day joined."""
    merged: list[PlannedWindow] = []
    for each in sorted(set(windows), key=lambda each: (each.on or date.min, each.window)):
        if merged and _are_adjacent(merged[-1], each):
            each = _joined(merged.pop(), each)  # noqa: PLW2901 - the two go on as one
        merged.append(each)
    return tuple(sorted(merged, key=lambda each: (each.window, each.on or date.min)))


def _are_adjacent(earlier: PlannedWindow, later: PlannedWindow) -> bool:
    """Return whether a window begins on the same day exactly when another ends."""
    same_day = (earlier.on, earlier.window.weekday) == (later.on, later.window.weekday)
    return same_day and _begin(earlier.window) + earlier.window.duration == _begin(later.window)


def _joined(earlier: PlannedWindow, later: PlannedWindow) -> PlannedWindow:
    """Return two adjacent windows as one."""
    whole = replace(earlier.window, duration=earlier.window.duration + later.window.duration)
    return PlannedWindow(whole, earlier.on, earlier.is_main or later.is_main)


def _check(windows: tuple[PlannedWindow, ...]) -> None:
    """Refuse windows off the grid, on the wrong date, that overlap, or without any weekly one."""
    for each in windows:
        window(each.window.weekday, each.window.start, duration=each.window.duration)
        if each.on is not None and each.on.weekday() != each.window.weekday:
            raise ScheduleError("window_date_differs", [each.window.weekday], each.on)
    _check_overlaps(windows)
    if windows and all(each.on is not None for each in windows):
        raise ScheduleError("windows_need_a_week", [each.window.weekday for each in windows])
    _check_main_windows(windows)


def _check_main_windows(windows: tuple[PlannedWindow, ...]) -> None:
    """Refuse two main windows on a day, and one for a date."""
    marked = sorted(each.window.weekday for each in windows if each.is_main)
    if twice := [day for day, following in pairwise(marked) if day is following]:
        raise ScheduleError("windows_base_twice", twice)
    if once := [each.window.weekday for each in windows if each.is_main and each.on is not None]:
        raise ScheduleError("windows_base_once", once)


def _check_overlaps(windows: tuple[PlannedWindow, ...]) -> None:
    """Refuse windows that share a quarter of an hour of some week, naming the first two."""
    overlap: tuple[ChargeWindow, ChargeWindow] | None = None
    occupied: dict[tuple[str, int], int] = {}
    for number in reversed(range(len(windows))):
        own, excluded = _quarters(windows[number])
        if others := [occupied[quarter] for quarter in excluded if quarter in occupied]:
            overlap = windows[number].window, windows[min(others)].window
        occupied |= dict.fromkeys(own, number)
    if overlap is not None:
        one, other = overlap
        raise ScheduleError("windows_overlap", [one.weekday, other.weekday], other.start)


def _quarters(each: PlannedWindow) -> tuple[list[tuple[str, int]], list[tuple[str, int]]]:
    """Return the quarters of an hour a window occupies, of every week or of one, and those it excludes for others."""
    begin = _begin(each.window) // GRID
    quarters = range(begin, begin + each.window.duration // GRID)
    weekly, once = ([(kind, quarter % (_WEEK // GRID)) for quarter in quarters] for kind in ("weekly", "once"))
    if each.on is None:
        return weekly, weekly + once
    monday = (each.on.toordinal() - each.window.weekday) * DAY // GRID
    dated = [("dated", monday + quarter) for quarter in quarters]
    return once + dated, weekly + dated


def _begin(each: ChargeWindow) -> timedelta:
    """Return how far into its week a window begins."""
    return timedelta(days=each.weekday, hours=each.start.hour, minutes=each.start.minute)
