"""Arithmetic of weeks, windows and wall clocks; owns no clock and knows no Home Assistant."""

from bisect import bisect_left
from calendar import monthrange
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache
from typing import NamedTuple

from .models import ChargeWindow, Vehicle, Weekday

# The car's own grid: starts on a quarter of an hour, durations in quarters, one window a day (documented).
GRID = timedelta(minutes=15)
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
WEEK = frozenset(Weekday)
# Who plans or looks up anything further away than this has mistyped the year.
YEARS = 2
# Python's calendar ends with these years, and the days around an instant must lie in it as well.
_FIRST, _LAST = date(2, 1, 1), date(9998, 12, 31)
# The clocks of car, cloud and home are never quite the same; one that is further off than this is wrong.
A_FEW_MINUTES = timedelta(minutes=10)
# A clock that is set right by less was not wrong.
_A_LITTLE = timedelta(minutes=1)
_DAY = timedelta(days=1)


class ScheduleError(ValueError):
    """A week the car cannot hold; `key` names the reason, `weekdays` and `value` where it is, `choices` what can be."""

    def __init__(self, key: str, weekdays: Iterable[Weekday], value: str = "", *, choices: Iterable[str] = ()) -> None:
        """Keep what a message to the owner needs."""
        super().__init__(key)
        self.key = key
        self.weekdays = tuple(sorted(set(weekdays)))
        self.value = value
        self.choices = tuple(choices)


class Occurrence(NamedTuple):
    """A window on one date, as instants."""

    begin: datetime
    end: datetime


def check_date(day: date, now: datetime) -> None:
    """Raise `ScheduleError` for a date more than two years ahead, or before all that can be reckoned with."""
    if day < _FIRST:
        raise ScheduleError("event_past", (), day.isoformat())
    if day > years_from(now, YEARS):
        raise ScheduleError("date_too_far", ())


def years_from(now: datetime, years: int) -> date:
    """Return the same date some years later, or earlier; the end of February where that year has no 29th."""
    year = min(max(now.year + years, _FIRST.year), _LAST.year)
    return date(year, now.month, min(now.day, monthrange(year, now.month)[1]))


def clipped(begin: datetime, end: datetime, now: datetime) -> tuple[datetime, datetime]:
    """Return as much of a span as is not further away than two years and a day."""
    first, last = years_from(now, -YEARS) - DAY, years_from(now, YEARS) + 2 * DAY
    earliest, latest = (datetime.combine(day, time.min, UTC) for day in (first, last))
    return min(max(begin, earliest), latest), max(min(end, latest), earliest)


def window(
    weekday: Weekday, start: time, *, end: time | None = None, duration: timedelta | None = None
) -> ChargeWindow:
    """Return the window a person wrote with an end or a duration; an end before the start is the next day's."""
    if (end is None) == (duration is None):
        raise ScheduleError("schedule_end_or_duration", [weekday])
    if start == end:
        # Typed twice by mistake, it would mean a whole day, or nothing.
        raise ScheduleError("schedule_start_is_end", [weekday], start.isoformat("minutes"))
    if end is not None:
        duration = (_since_midnight(end) - _since_midnight(start)) % DAY
    assert duration is not None  # noqa: S101 - one of the two is set
    _check_grid(weekday, start, duration)
    return ChargeWindow(weekday, start, duration)


def end_of(each: ChargeWindow) -> time:
    """Return the wall-clock time a window ends at."""
    return (datetime.combine(date.min, each.start) + each.duration).time()


def whole_week(
    windows: Iterable[ChargeWindow], kept: Iterable[ChargeWindow] = (), vehicle: Vehicle | None = None
) -> tuple[ChargeWindow, ...]:
    """Return a week a vehicle can hold, the days not named from `kept`; raise `ScheduleError` naming what is at fault.

    Without a vehicle, it is one window for every day.
    """
    ordered = tuple(windows)
    given = {each.weekday for each in ordered}
    week = sorted([*ordered, *(each for each in kept if each.weekday not in given)])
    _check_room(week, 1 if vehicle is None else vehicle.windows_a_day)
    missing = WEEK - {each.weekday for each in week}
    if missing and (vehicle is None or vehicle.every_day):
        raise ScheduleError("schedule_days_missing", missing)
    alike = None if vehicle is None else vehicle.windows_alike
    if alike is not None and len({(each.start, each.duration) for each in week}) > alike:
        raise ScheduleError("schedule_kinds_full", (), str(alike))
    return tuple(week)


# A plan asks for the same few days at each change of the state.
@lru_cache(maxsize=1024)
def on_date(day: date, each: ChargeWindow, zone: tzinfo) -> Occurrence:
    """Return a window on a date, from the first instant of its start to the last one of its end."""
    start = datetime.combine(_computable(day), each.start)
    end = start + each.duration
    # An end at the very start of the hour that comes twice is over before it comes again.
    ends = (_reached(end.replace(fold=1), zone), _reached((end - MINUTE).replace(fold=1), zone) + MINUTE)
    return Occurrence(_reached(start, zone), min(ends))


def instant(day: date, wall_clock: time, zone: tzinfo) -> datetime:
    """Return a wall-clock moment in UTC; one that the spring night skips is moved on by the hour that was skipped."""
    return datetime.combine(_computable(day), wall_clock, zone).astimezone(UTC)


def _computable(day: date) -> date:
    """Return a date, or the nearest one that can be reckoned with."""
    return min(max(day, _FIRST), _LAST)


def _reached(wall_clock: datetime, zone: tzinfo) -> datetime:
    """Return the instant the wall clock shows a time, its `fold` told apart, or that at which a night skips it."""
    at = wall_clock.replace(tzinfo=zone).astimezone(UTC)
    if shown(at, zone) == wall_clock:
        return at
    before = at - timedelta(hours=2)
    passed = bisect_left(range(240), wall_clock, key=lambda minutes: shown(before + minutes * MINUTE, zone))
    return before + passed * MINUTE


def _check_grid(weekday: Weekday, start: time, duration: timedelta) -> None:
    """Refuse what the car's quarter-hour grid cannot hold."""
    if _since_midnight(start) % GRID:
        raise ScheduleError("schedule_start_off_grid", [weekday], start.isoformat("minutes"))
    if duration < GRID or duration > DAY:
        raise ScheduleError("schedule_duration_out_of_range", [weekday], f"{duration // timedelta(minutes=1)} min")
    if duration % GRID:
        raise ScheduleError("schedule_duration_off_grid", [weekday], f"{duration // timedelta(minutes=1)} min")


def _check_room(week: Iterable[ChargeWindow], room: int | None) -> None:
    """Refuse more windows on a day than the car has room for."""
    counted = Counter(each.weekday for each in week)
    full = [day for day, count in counted.items() if room is not None and count > room]
    if full and room == 1:
        raise ScheduleError("schedule_day_twice", full)
    if full:
        raise ScheduleError("schedule_day_full", full, str(room))


def _since_midnight(wall_clock: time) -> timedelta:
    """Return a time of day as a span."""
    return timedelta(
        hours=wall_clock.hour,
        minutes=wall_clock.minute,
        seconds=wall_clock.second,
        microseconds=wall_clock.microsecond,
    )


def next_at(wall_clock: time, zone: tzinfo, after: datetime) -> datetime:
    """Return the next instant the clock shows a time of day; one that a night skips comes the day after."""
    today = after.astimezone(zone).date()
    days = (today + ahead * _DAY for ahead in range(4))
    told = (datetime.combine(day, wall_clock.replace(fold=fold), zone) for day in days for fold in (0, 1))
    instants = (each.astimezone(UTC) for each in told)
    return next(each for each in instants if each > after and shown(each, zone).time() == wall_clock)


def is_ahead(at: datetime, now: datetime, span: timedelta) -> bool:
    """Return whether an instant lies more than `span`, the longest wait it can stand for, in the future.

    It was then taken while the clock was wrong, and says nothing.
    """
    return at - now > span


class Wait(NamedTuple):
    """How long something has to wait, and since when."""

    since: datetime
    span: timedelta

    @property
    def until(self) -> datetime:
        """Return when the wait is over."""
        return self.since + self.span

    def left(self, now: datetime) -> timedelta:
        """Return how much is left, nothing of a wait that began under a clock that was ahead."""
        ahead = is_ahead(self.until, now, self.span + _A_LITTLE)
        return timedelta() if ahead else max(self.until - now, timedelta())


def shown(at: datetime, zone: tzinfo) -> datetime:
    """Return what the clock shows, which does not tell the two hours of the same name apart."""
    return at.astimezone(zone).replace(tzinfo=None, fold=0)
