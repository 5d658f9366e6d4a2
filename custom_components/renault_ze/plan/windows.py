"""The charge windows of a plan as instants, and the charge schedules that a car can hold.

A car has room for few windows a day. For each weekday it holds the main window, unless an additional window is due.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from datetime import date, datetime, time, timedelta, tzinfo
from operator import itemgetter
from typing import NamedTuple

from ..cloud.models import ChargeSchedule, ChargeWindow, Weekday
from ..cloud.schedule import DAY, on_date
from .model import Days, Plan, PlannedWindow, by_weekday
from .settings import Settings

type Slots = dict[Weekday, list[ChargeWindow]]


class Occurrence(NamedTuple):
    """A planned window on one date, as instants."""

    begin: datetime
    end: datetime
    planned: PlannedWindow


def occurrences(windows: Iterable[PlannedWindow], zone: tzinfo, begin: datetime, end: datetime) -> list[Occurrence]:
    """Return, in order, the windows that touch the span from `begin` to `end`.

    A window follows the wall clock from its start to its end (inferred): it lasts an hour less or more in the nights
    the clocks change, and does not occur if it lies in the skipped hour.
    """
    days = by_weekday(windows)
    first, last = begin.astimezone(zone).date(), end.astimezone(zone).date()
    return touching((occurrences_on(days, day, zone) for day in dates(first - DAY, last)), begin, end)


def occurrences_on(days: Days, day: date, zone: tzinfo) -> tuple[Occurrence, ...]:
    """Return the windows that begin on a date."""
    found = (each for each in days.get(Weekday(day.weekday()), ()) if each.on is None or each.on == day)
    return tuple(Occurrence(*on_date(day, each.window, zone), each) for each in found)


def touching(days: Iterable[Iterable[Occurrence]], begin: datetime, end: datetime) -> list[Occurrence]:
    """Return, in order, the occurrences of some days that touch a span."""
    found = [each for day in days for each in day if each.end > begin and each.begin < end and each.begin < each.end]
    found.sort(key=itemgetter(0))
    return found


def dates(first: date, last: date) -> Iterator[date]:
    """Yield the dates from one to another, both included."""
    return (first + ahead * DAY for ahead in range((last - first).days + 1))


def main_schedule(
    windows: Iterable[PlannedWindow], at: datetime, settings: Settings, room: int | None = 1
) -> tuple[ChargeWindow, ...]:
    """Return what must survive an outage: all weekly windows of a day if there is room, else its main window."""
    return fitting(without_additional(by_slot(windows, clock_shift(at, settings)), room), (), settings)


def weekly_schedule(plan: Plan) -> ChargeSchedule:
    """Return all windows that repeat every week."""
    weekly = (each.window for each in plan.windows if each.on is None)
    return ChargeSchedule(enabled=True, windows=tuple(sorted(weekly)))


def clock_shift(at: datetime, settings: Settings) -> timedelta:
    """Return by how much the vehicle's clock is ahead of the one by which the car keeps its charge schedule."""
    return (
        timedelta()
        if settings.schedule_zone is None
        else _offset(settings.zone, at) - _offset(settings.schedule_zone, at)
    )


def slot_of(each: ChargeWindow, shift: timedelta) -> Weekday:
    """Return the weekday of a window by the car's clock."""
    return Weekday((each.weekday + (timedelta(hours=each.start.hour, minutes=each.start.minute) - shift) // DAY) % 7)


def by_slot(windows: Iterable[PlannedWindow], shift: timedelta) -> Days:
    """Return the windows of each weekday by the car's clock, main window first."""
    return by_weekday(windows, lambda each: slot_of(each, shift))


def without_additional(windows: Days, room: int | None) -> Slots:
    """Return what each day holds while no additional window is due: all weekly windows if there is room, else one."""
    weekly = {day: [each.window for each in found if each.on is None] for day, found in windows.items()}
    return {day: found if room is None or len(found) <= room else found[:1] for day, found in weekly.items()}


def fitting(week: Slots, due: Collection[ChargeWindow], settings: Settings) -> tuple[ChargeWindow, ...]:
    """Return as many windows as the car can hold at once, first those that are due, then the most frequent main ones.

    Only the number of different times matters here (`max_window_times`).
    """
    windows = sorted(window for found in week.values() for window in found)
    if settings.max_window_times is None:
        return tuple(windows)
    counted = Counter(map(_times, windows))
    if len(counted) <= settings.max_window_times:
        return tuple(windows)
    first, main = set(map(_times, due)), Counter(_times(found[0]) for found in week.values() if found)
    ranked = sorted(counted, key=lambda times: (times not in first, -main[times], -counted[times], times))
    kept = set(ranked[: settings.max_window_times])
    return tuple(each for each in windows if _times(each) in kept)


def _times(each: ChargeWindow) -> tuple[time, timedelta]:
    """Return what windows at the same time of day share."""
    return each.start, each.duration


def _offset(zone: tzinfo, at: datetime) -> timedelta:
    """Return the offset of a zone from UTC."""
    return at.astimezone(zone).utcoffset() or timedelta()
