"""The charge windows and departures of a plan as instants, and the charge schedules that a car can hold.

A car has room for few windows a day. For each weekday it holds the main window, unless an additional window is due.
"""

from collections import Counter
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta, tzinfo
from operator import itemgetter
from typing import NamedTuple

from ..cloud.models import ChargeSchedule, ChargeWindow, Weekday
from ..cloud.schedule import DAY, instant, on_date
from .chosen import Skips, followed
from .model import Days, Plan, PlannedWindow, by_weekday
from .records import Attempt
from .settings import AHEAD, Settings
from .steps import DepartureTime

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
    found = (each for each in days.get(Weekday(day.weekday()), ()) if each.on == day or _is_weekly_on(each, day))
    return tuple(Occurrence(*on_date(day, each.window, zone), each) for each in found)


def _is_weekly_on(each: PlannedWindow, day: date) -> bool:
    """Return whether a window is a weekly one that is not skipped on a date of its weekday."""
    return each.on is None and day not in each.skipped


def next_skips(windows: Iterable[PlannedWindow], zone: tzinfo, at: datetime) -> Skips:
    """Return the weekly windows whose current or next time is skipped.

    What takes their place on that date must not occur a week earlier, so until that is over, none is skipped.
    """
    yesterday, windows = at.astimezone(zone).date() - DAY, tuple(windows)
    found: set[tuple[PlannedWindow, date]] = set()
    for each in (each for each in windows if each.skipped):
        first = yesterday + (each.window.weekday - yesterday.weekday()) % 7 * DAY
        day = first if on_date(first, each.window, zone).end > at else first + 7 * DAY
        moved = (once.window for once in windows if once.on == day != first)
        if day in each.skipped and all(on_date(first, window, zone).end <= at for window in moved):
            found.add((each, day))
    return frozenset(found)


def placeholder(skips: Skips, zone: tzinfo, at: datetime) -> tuple[ChargeWindow, ...]:
    """Return a window that does not occur while all windows are skipped; a car without any may charge at any time.

    This is the window that is skipped last, or the same one two days earlier once that is over for this week.
    """
    if not skips:
        return ()
    window, day = max(((each.window, day) for each, day in skips), key=lambda found: (found[1], found[0]))
    earlier = two_days_earlier(window)
    return (earlier if on_date(day - 2 * DAY, earlier, zone).end <= at else window,)


def two_days_earlier(window: ChargeWindow) -> ChargeWindow:
    """Return a window two days earlier in the week."""
    return replace(window, weekday=Weekday((window.weekday - 2) % 7))


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
    week = without_additional(by_slot(windows, clock_shift(at, settings)), room)
    found = fitting(week, (), settings)
    return with_one_time(found, week.keys()) if settings.max_window_times == 1 else found


def weekly_schedule(plan: Plan) -> ChargeSchedule:
    """Return the user's charge schedule, with all windows that repeat every week."""
    weekly = (each.window for each in plan.windows if each.on is None)
    return ChargeSchedule(enabled=plan.charge_enabled, windows=tuple(sorted(weekly)))


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


def without_additional(windows: Days, room: int | None, skips: Skips = frozenset()) -> Slots:
    """Return what each day holds while no additional window is due: all weekly windows if there is room, else one."""
    weekly = {day: _usual(found, skips) for day, found in windows.items()}
    return {day: found if room is None or len(found) <= room else found[:1] for day, found in weekly.items()}


def _usual(windows: tuple[PlannedWindow, ...], skips: Skips) -> list[ChargeWindow]:
    """Return the weekly windows of a day; if all are skipped next, those that were moved within that date.

    Without any, return those that are skipped a week later than others, as they do not occur before that.
    """
    skipped = dict(skips)
    weekly = [each.window for each in windows if each.on is None and each not in skipped]
    dates = {skipped[each] for each in windows if each in skipped}
    moved = [each.window for each in windows if each.on in dates]
    # Windows of one day by the car's clock may be on neighboring dates.
    later = {day for day in dates if day - min(dates) > DAY}
    return weekly or moved or [each.window for each in windows if skipped.get(each) in later]


def fitting(week: Slots, due: Collection[ChargeWindow], settings: Settings) -> tuple[ChargeWindow, ...]:
    """Return as many windows as the car can hold at once, first those that are due, then the most frequent main ones.

    Only the number of different times matters here (`max_window_times`), which a plan from another car may exceed.
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


def with_one_time(windows: tuple[ChargeWindow, ...], days: Collection[Weekday]) -> tuple[ChargeWindow, ...]:
    """Return windows that all have one time, with windows at this time on days that have none."""
    times = {(each.start, each.duration) for each in windows}
    left = set(days) - {each.weekday for each in windows}
    return tuple(sorted((*windows, *(ChargeWindow(day, *each) for day in left for each in times))))


def _rotating(days: Iterable[tuple[PlannedWindow, ...]], settings: Settings) -> frozenset[PlannedWindow]:
    """Return the windows of the days that have more of them than the car has room for, or some for or without a date.

    With more different times than the car holds, these are all windows.
    """
    days, most = tuple(days), settings.max_window_times
    if most is None or len({_times(each.window) for found in days for each in found}) <= most:
        days = tuple(found for found in days if _rotates(found, settings.windows_a_day))
    return frozenset(each for found in days for each in found)


def _rotates(windows: tuple[PlannedWindow, ...], room: int | None) -> bool:
    """Return whether the windows of a day are not all in the car each week."""
    is_full = room is not None and len(windows) > room
    return is_full or any(each.on is not None or each.skipped for each in windows)


def _times(each: ChargeWindow) -> tuple[time, timedelta]:
    """Return what windows at the same time of day share."""
    return each.start, each.duration


def _offset(zone: tzinfo, at: datetime) -> timedelta:
    """Return the offset of a zone from UTC."""
    return at.astimezone(zone).utcoffset() or timedelta()


def departure_times(plan: Plan, settings: Settings, begin: datetime, end: datetime) -> list[DepartureTime]:
    """Return, in order, the active departures between two instants, both included."""
    first, last = begin.astimezone(settings.zone).date(), end.astimezone(settings.zone).date()
    return between((departures_on(plan, settings, day) for day in dates(first, last)), begin, end)


def skipped_times(plan: Plan, settings: Settings, begin: datetime, end: datetime) -> list[DepartureTime]:
    """Return, in order, the departures between two instants, both included, that are skipped."""
    days = sorted({day for each in plan.departures for day in each.skipped})
    return between((departures_on(plan, settings, day, skipped=True) for day in days), begin, end)


def next_to_skip(
    coming: Iterable[DepartureTime], plan: Plan, settings: Settings, now: datetime
) -> DepartureTime | None:
    """Return the first departure that is skipped, or can be: `coming` are the active ones, in order.

    One that was moved is not skipped.
    """
    found = [each for each in coming if each.can_skip_until > now][:1]
    moved = {each.moved_from for each in plan.departures}
    skipped = skipped_times(plan, settings, now, now + AHEAD)
    found += [each for each in skipped if each.departure.time_id(each.day) not in moved][:1]
    return min(found, key=itemgetter(0), default=None)


def departures_on(plan: Plan, settings: Settings, day: date, *, skipped: bool = False) -> Iterator[DepartureTime]:
    """Yield the active departures of a date, or the skipped ones."""
    if not plan.departures_enabled or (plan.paused is not None and plan.paused.first <= day <= plan.paused.last):
        return
    for each in plan.departures:
        if each.enabled and each.is_on(day) and (day in each.skipped) is skipped:
            ready_at = instant(day, each.at, settings.zone)
            yield DepartureTime(ready_at, ready_at - settings.start_before, day, each)


def between(days: Iterable[Iterable[DepartureTime]], begin: datetime, end: datetime) -> list[DepartureTime]:
    """Return, in order, the departures of some days between two instants."""
    found = [each for day in days for each in day if begin <= each.ready_at <= end]
    found.sort(key=itemgetter(0))
    return found


class Memo[K: Hashable, V](dict[K, V]):
    """The results of a function, each computed once."""

    def __init__(self, function: Callable[[K], V]) -> None:
        """Start without results."""
        super().__init__()
        self._function = function

    def __missing__(self, key: K) -> V:
        """Compute a result."""
        found = self[key] = self._function(key)
        return found

    def of(self, keys: Iterable[K]) -> Iterator[V]:
        """Return the results for some arguments."""
        return map(self.__getitem__, keys)


class Timetable:
    """What a plan has on each date, which does not depend on the time or on the vehicle's state."""

    def __init__(self, plan: Plan, settings: Settings) -> None:
        """Start without results."""
        self.followed = followed(plan, settings)
        windows = self.followed.windows
        days = by_weekday(windows)
        self.windows_on = Memo[date, tuple[Occurrence, ...]](lambda day: occurrences_on(days, day, settings.zone))
        self.departures_on = Memo[date, tuple[DepartureTime, ...]](
            lambda day: tuple(departures_on(plan, settings, day))
        )
        self.slots = Memo[timedelta, Days](lambda shift: by_slot(windows, shift) if shift else days)
        self.usual_slots = Memo[tuple[timedelta, Skips], Slots](
            lambda key: without_additional(self.slots[key[0]], settings.windows_a_day, key[1])
        )
        self.usual_schedule = Memo[tuple[timedelta, Skips], tuple[ChargeWindow, ...]](
            lambda key: fitting(self.usual_slots[key], (), settings)
        )
        self.main_windows = Memo[tuple[timedelta, Skips], tuple[ChargeWindow, ...]](
            lambda key: fitting(without_additional(self.slots[key[0]], 1, key[1]), (), settings)
        )
        self.rotating_windows = Memo[timedelta, frozenset[PlannedWindow]](
            lambda shift: _rotating(self.slots[shift].values(), settings)
        )
        self.attempt = Memo[tuple[str, datetime], Attempt](lambda key: plan.attempt(*key))
