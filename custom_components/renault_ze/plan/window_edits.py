"""Edits of the charge schedule by the user: each takes a plan and returns a changed one, or raises `ScheduleError`.

The error has a message `key`, the affected weekdays, and a `value` for the message. An edit of a schedule that is
enabled claims the car, so that any charge schedule in it is replaced. What began before an edit cannot be missed.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta, tzinfo
from itertools import pairwise
from operator import itemgetter

from ..cloud.models import ChargeSchedule, ChargeWindow, Vehicle, Weekday
from ..cloud.schedule import DAY, GRID, WEEK, ScheduleError, check_date, errors_of, on_date, raise_first, window
from .chosen import followed
from .model import ChosenWindows, Plan, PlannedWindow
from .settings import Settings
from .situation import MAY_ARRIVE_LATE
from .timetable import main_schedule, occurrences

_WEEK = 7 * DAY
_QUARTERS = DAY // GRID


def with_windows(plan: Plan, windows: Iterable[PlannedWindow], now: datetime) -> Plan:
    """Replace all windows, without changing the charge mode.

    Weekly windows that overlap, and windows of a day that are adjacent, become one; those for a date that a weekly one
    covers are dropped.
    """
    given = joined(windows)
    raise_first(window_errors(given, plan.windows, now))
    if plan.charge_enabled:
        raise_first(weekly_errors(given))
    changed = _edited(plan, now)
    return replace(
        changed,
        windows=given,
        charge_enabled=bool(plan.charge_enabled),
        claimed=plan.claimed or bool(plan.charge_enabled),
    )


def select_mode(plan: Plan, now: datetime, vehicle: Vehicle, *, by_schedule: bool) -> Plan:
    """Select whether the car charges by the schedule or at any time, and keep the windows."""
    if by_schedule:
        raise_first(weekly_errors(plan.windows))
    changed = replace(_edited(plan, now), charge_enabled=by_schedule, claimed=True, cheapest_hours=False)
    if by_schedule:
        check_fit(changed, vehicle)
    return changed


def select_cheapest_hours(plan: Plan, now: datetime, vehicle: Vehicle) -> Plan:
    """Let the car charge in the cheapest hours, and by the schedule where prices are missing."""
    changed = select_mode(plan, now, vehicle, by_schedule=True)
    return replace(changed, cheapest_hours=True)


def is_to_send(before: Plan, after: Plan) -> bool:
    """Return whether an edit changes what the car has to hold: the windows it charges by, or the charge mode."""
    changed = (before.windows, before.edited_at, before.claimed) != (after.windows, after.edited_at, after.claimed)
    return before.charge_enabled != after.charge_enabled or (bool(after.charge_enabled) and changed)


def check_fit(plan: Plan, vehicle: Vehicle) -> None:
    """Refuse windows that the car cannot hold."""
    raise_first(fit_errors(plan, vehicle))


def fit_errors(plan: Plan, vehicle: Vehicle) -> Iterator[ScheduleError]:
    """Yield why the car cannot hold the windows: too many different times, or by schedule a day without a window.

    A car with a single time is sent one after the other.
    """
    kinds = {(each.window.start, each.window.duration) for each in plan.windows}
    if len(kinds) > (vehicle.max_window_times or 0) > 1:
        yield ScheduleError("schedule_kinds_full", (), str(vehicle.max_window_times))
    if not (plan.charge_enabled and vehicle.every_day):
        return
    weekly = [each for each in plan.windows if each.on is None]
    if missing := WEEK - {each.window.weekday for each in weekly}:
        yield ScheduleError("windows_days_missing", missing)
    once = {each.on for each in plan.windows}
    skipped = {day for each in weekly for day in each.skipped} - once
    for day in (each for each in sorted(skipped) if each.weekday() not in missing):
        if all(day in each.skipped for each in weekly if each.window.weekday == day.weekday()):
            yield ScheduleError("window_day_needed", [Weekday(day.weekday())])


def to_come(windows: Iterable[PlannedWindow], now: datetime, zone: tzinfo) -> tuple[PlannedWindow, ...]:
    """Return the windows without those for past dates, which the plan still keeps, as the car may hold one."""
    return tuple(each for each in windows if each.on is None or on_date(each.on, each.window, zone).end > now)


def without_past(windows: Iterable[PlannedWindow], now: datetime, zone: tzinfo) -> tuple[PlannedWindow, ...]:
    """Return the windows without skipped dates and windows for a date that are over.

    A window that was moved ahead stays until the time it was moved from is over, or its day might have no window.
    """
    left = [
        replace(each, skipped=frozenset(day for day in each.skipped if on_date(day, each.window, zone).end > now))
        for each in windows
    ]
    skipped = {day for each in left for day in each.skipped}
    once = {*to_come(left, now, zone), *(each for each in left if each.on in skipped)}
    return tuple(each for each in left if each in once)


def with_chosen(plan: Plan, chosen: tuple[ChosenWindows, ...], now: datetime, settings: Settings) -> Plan:
    """Replace the windows that were chosen; what began before cannot be missed if that changes it."""
    changed = replace(plan, chosen=chosen)
    begun = [
        [each.begin for each in occurrences(followed(one, settings).windows, settings.zone, now - DAY, now)]
        for one in (plan, changed)
    ]
    return changed if begun[0] == begun[1] else replace(changed, judged_until=now)


def claim(plan: Plan, now: datetime) -> Plan:
    """Let the user's charge schedule replace the one that was set elsewhere."""
    return replace(plan, claimed=True, undecided=False, edited_at=now, last_sent=None)


def adopt(plan: Plan, held: ChargeSchedule, now: datetime) -> Plan:
    """Adopt a charge schedule that was changed elsewhere, and follow the car from then on."""
    enabled = plan.charge_enabled if held.enabled is None else held.enabled
    changed = replace(plan, windows=windows_of(held, plan), charge_enabled=enabled, former=(), edited_at=None)
    return replace(changed, claimed=False, undecided=False, judged_until=now, chosen=())


def windows_of(held: ChargeSchedule, plan: Plan) -> tuple[PlannedWindow, ...]:
    """Return the windows of a car as those of a plan; a car that charges at any time may show none, or only some."""
    before = {each.window: each for each in plan.windows if each.on is None}
    if not held.enabled and before.keys() >= set(held.windows):
        return plan.windows
    return tuple(before.get(each, PlannedWindow(each)) for each in sorted(held.windows))


def at_end(plan: Plan) -> Plan:
    """Return the plan for a car whose entry ends: its schedule is sent once more if the car charges by it."""
    return replace(plan, claimed=plan.controls_charging and not plan.undecided)


def without_additional(plan: Plan, settings: Settings, now: datetime) -> Plan:
    """Return the plan with only the windows that the car can hold all the time."""
    main = main_schedule(plan.windows, now, settings, settings.windows_a_day)
    return replace(plan, windows=tuple(map(PlannedWindow, main)), former=_may_arrive(plan, now), chosen=())


def joined(windows: Iterable[PlannedWindow]) -> tuple[PlannedWindow, ...]:
    """Return the windows with overlapping and adjacent ones joined, without single ones that a weekly one contains."""
    return _without_covered(_merged(_joined(windows)))


def _joined(windows: Iterable[PlannedWindow]) -> tuple[PlannedWindow, ...]:
    """Return the windows with weekly ones that overlap joined."""
    ordered = sorted(windows, key=lambda each: (_begin(each.window), each.window.duration))
    weekly: list[PlannedWindow] = []
    for each in (each for each in ordered if each.on is None):
        if weekly and _begin(each.window) < _end(weekly[-1].window):
            weekly.append(_union(weekly.pop(), each, timedelta()))
        else:
            weekly.append(each)
    # The last one may reach into the next week.
    while len(weekly) > 1 and _begin(weekly[0].window) + _WEEK < _end(weekly[-1].window):
        weekly.append(_union(weekly.pop(), weekly.pop(0), _WEEK))
    return (*weekly, *(each for each in ordered if each.on is not None))


def _without_covered(windows: tuple[PlannedWindow, ...]) -> tuple[PlannedWindow, ...]:
    """Return windows without those for a date that a weekly one covers."""
    return tuple(each for each in windows if each.on is None or not is_covered(each, windows))


def is_covered(each: PlannedWindow, others: Iterable[PlannedWindow]) -> bool:
    """Return whether a weekly window contains another one, and is not skipped on its date."""
    begin, end = _begin(each.window), _end(each.window)
    for other in others:
        for shift in (-_WEEK, timedelta(), _WEEK) if other.on is None else ():
            first = _begin(other.window) + shift
            if first <= begin and end <= first + other.window.duration:
                day = None if each.on is None else each.on.toordinal() - (begin // DAY - first // DAY)
                if all(day != skipped.toordinal() for skipped in other.skipped):
                    return True
    return False


def _edited(plan: Plan, now: datetime) -> Plan:
    """Return a plan that the user edits now."""
    return replace(plan, former=_may_arrive(plan, now), edited_at=now, undecided=False, judged_until=now)


def _may_arrive(plan: Plan, now: datetime) -> tuple[PlannedWindow, ...]:
    """Return the windows that may still arrive in the car, each once, or the last ones if all were deleted."""
    is_recent = plan.edited_at is not None and now - plan.edited_at < MAY_ARRIVE_LATE
    return tuple(dict.fromkeys((*plan.windows, *(plan.former if is_recent or not plan.windows else ()))))


def _merged(windows: Iterable[PlannedWindow]) -> tuple[PlannedWindow, ...]:
    """Return the windows in order, adjacent ones of a day joined."""
    merged: list[PlannedWindow] = []
    for each in sorted(set(windows), key=lambda each: (each.on or date.min, each.window)):
        if merged and _are_adjacent(merged[-1], each):
            merged.append(_union(merged.pop(), each, timedelta()))
        else:
            merged.append(each)
    return tuple(sorted(merged, key=lambda each: (each.window, each.on or date.min)))


def _are_adjacent(earlier: PlannedWindow, later: PlannedWindow) -> bool:
    """Return whether a window begins on the same day exactly when another ends."""
    same_day = (earlier.on, earlier.window.weekday) == (later.on, later.window.weekday)
    return same_day and _end(earlier.window) == _begin(later.window)


def _union(earlier: PlannedWindow, later: PlannedWindow, shift: timedelta) -> PlannedWindow:
    """Return two windows as one, which does not occur on the dates that both skip; the later one is shifted."""
    begin, end = _begin(earlier.window), max(_end(earlier.window), _end(later.window) + shift)
    whole, is_main = replace(earlier.window, duration=end - begin), earlier.is_main or later.is_main
    # The later one may begin on the next date.
    ahead = later.window.weekday - earlier.window.weekday + shift // DAY
    numbers = {day.toordinal() - ahead for day in later.skipped}
    skipped = frozenset(day for day in earlier.skipped if day.toordinal() in numbers)
    return PlannedWindow(whole, earlier.on, is_main, skipped)


def window_errors(
    windows: tuple[PlannedWindow, ...], known: Collection[PlannedWindow], now: datetime
) -> Iterator[ScheduleError]:
    """Yield the errors of joined windows: off the grid, a wrong date, an overlap, or two main windows."""
    for each in windows:
        yield from errors_of(window, each.window.weekday, each.window.start, duration=each.window.duration)
        if each.on is not None and each.on.weekday() != each.window.weekday:
            yield ScheduleError("window_date_differs", [each.window.weekday], each.on)
    yield from _overlaps(windows, known)
    yield from _main_window_errors(windows)
    new = set(windows).difference(known)
    for day in sorted({day for each in new for day in (each.on, *each.skipped) if day is not None}):
        yield from errors_of(check_date, day, now)


def weekly_errors(windows: tuple[PlannedWindow, ...]) -> Iterator[ScheduleError]:
    """Yield why a schedule cannot be enabled without weekly windows."""
    once = [each.window.weekday for each in windows if each.on is not None]
    if len(once) == len(windows):
        yield ScheduleError("windows_need_a_week" if once else "schedule_empty", once)


def _main_window_errors(windows: tuple[PlannedWindow, ...]) -> Iterator[ScheduleError]:
    """Yield the days with two main windows, or with one for a date."""
    marked = sorted(each.window.weekday for each in windows if each.is_main)
    if twice := [day for day, following in pairwise(marked) if day is following]:
        yield ScheduleError("windows_base_twice", twice)
    if once := [each.window.weekday for each in windows if each.is_main and each.on is not None]:
        yield ScheduleError("windows_base_once", once)


def check_dates(windows: Iterable[PlannedWindow], known: Collection[PlannedWindow]) -> None:
    """Refuse windows for a date that overlap another one; the error names the one that was `known` before."""
    raise_first(_overlaps(windows, known))


def _overlaps(windows: Iterable[PlannedWindow], known: Collection[PlannedWindow]) -> Iterator[ScheduleError]:
    """Yield the windows for a date that overlap another one; the error names the one that was `known` before."""
    windows = tuple(windows)
    once = [each for each in windows if each.on is not None]
    # A window lasts a day at most.
    days = {each.on.toordinal() + ahead for each in once if each.on is not None for ahead in (-1, 0, 1)}
    spans = [(_quarter(each.window, each.on.toordinal()), each) for each in once if each.on is not None]
    spans += _on_days((each for each in windows if each.on is None), days)
    for (begin, one), (following, other) in pairwise(sorted(spans, key=itemgetter(0))):
        if following < begin + one.window.duration // GRID:
            new, old = (one, other) if other in known else (other, one)
            yield ScheduleError("window_overlaps_once", [new.window.weekday], old.window.start)


def _on_days(weekly: Iterable[PlannedWindow], days: Iterable[int]) -> Iterator[tuple[int, PlannedWindow]]:
    """Yield the weekly windows of some days, by number, with when each begins."""
    by_day: dict[int, list[PlannedWindow]] = {}
    for each in weekly:
        by_day.setdefault(each.window.weekday, []).append(each)
    for day in days:
        # The first day of the calendar is a Monday.
        for each in by_day.get((day - 1) % 7, ()):
            if day not in map(date.toordinal, each.skipped):
                yield _quarter(each.window, day), each


def _quarter(each: ChargeWindow, day: int) -> int:
    """Return the quarter of an hour in which a window begins on a day, since the start of the calendar."""
    return day * _QUARTERS + (_begin(each) % DAY) // GRID


def _begin(each: ChargeWindow) -> timedelta:
    """Return how far into its week a window begins."""
    return timedelta(days=each.weekday, hours=each.start.hour, minutes=each.start.minute)


def _end(each: ChargeWindow) -> timedelta:
    """Return how far after the start of its week a window ends."""
    return _begin(each) + each.duration
