"""Calculate with charge windows, departures, and wall clocks."""

from bisect import bisect_left
from calendar import monthrange
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache
from typing import NamedTuple

from .exceptions import UnsupportedError
from .models import ChargeWindow, Weekday

# The car's grid: starts and durations in quarters of an hour (documented).
GRID = timedelta(minutes=15)
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
WEEK = frozenset(Weekday)
# A date further away than this is a typing error.
YEARS = 2
# Python's calendar ends with these years; one year is left for the days around a date.
_FIRST, _LAST = date(2, 1, 1), date(9998, 12, 31)
# A date further in the future than this comes from a wrong clock.
CLOCK_ERROR = timedelta(minutes=10)
# A correction of the clock by less is normal.
_CLOCK_CORRECTION = timedelta(minutes=1)
FIRST_RETRY = timedelta(minutes=5)
# A feature that returns is shown within hours.
LONGEST_RETRY = timedelta(hours=6)


type Span = tuple[datetime, datetime]


class ScheduleError(ValueError):
    """An invalid charge schedule: the `key` of the reason, the `weekdays` and `value`, and the allowed `choices`."""

    def __init__(
        self,
        key: str,
        weekdays: Iterable[Weekday],
        value: str | date | time = "",
        *,
        choices: Iterable[str] = (),
    ) -> None:
        """Create an error with the values of its message."""
        super().__init__(key)
        self.key = key
        self.weekdays = tuple(sorted(set(weekdays)))
        self.value = value
        self.choices = tuple(choices)


def raise_first(errors: Iterable[ScheduleError]) -> None:
    """Raise the first of some errors, if there is one."""
    if (first := next(iter(errors), None)) is not None:
        raise first


def errors_of[**P](check: Callable[P, object], *args: P.args, **kwargs: P.kwargs) -> Iterator[ScheduleError]:
    """Yield the error that a check raises, if it does."""
    try:
        check(*args, **kwargs)
    except ScheduleError as err:
        yield err


@dataclass(frozen=True, order=True, slots=True)
class CarDeparture:
    """A time of the vehicle's wall clock at which the car is to be preconditioned, every week on a weekday."""

    weekday: Weekday
    at: time


@dataclass(frozen=True, kw_only=True, slots=True)
class CarDepartures:
    """The active departures in a car: `ours` were sent from here, the `others` were set in the car or an app.

    There is `room` for so many different times of ours. While they are `suspended`, all programs are inactive, because
    a charge was started, and none can be sent.
    """

    ours: tuple[CarDeparture, ...] = ()
    others: tuple[CarDeparture, ...] = ()
    room: int = 0
    suspended: bool = False


class WindowSpan(NamedTuple):
    """A charge window on a date, as start and end."""

    begin: datetime
    end: datetime


def check_date(day: date, now: datetime) -> None:
    """Raise `ScheduleError` for a date more than two years ahead, or before the start of the calendar."""
    if day < _FIRST:
        raise ScheduleError("event_past", (), day)
    if day > years_from(now, YEARS):
        raise ScheduleError("date_too_far", ())


def years_from(now: datetime, years: int) -> date:
    """Return the same date some years later or earlier; 29 February may become 28 February."""
    year = min(max(now.year + years, _FIRST.year), _LAST.year)
    return date(year, now.month, min(now.day, monthrange(year, now.month)[1]))


def month_span(begin: date, end: date) -> tuple[date, date]:
    """Return the first and the last day of whole months."""
    return begin.replace(day=1), end.replace(day=monthrange(end.year, end.month)[1])


def clipped(begin: datetime, end: datetime, now: datetime) -> tuple[datetime, datetime]:
    """Return the part of a time span within two years and a day."""
    first, last = years_from(now, -YEARS) - DAY, years_from(now, YEARS) + 2 * DAY
    earliest, latest = (datetime.combine(day, time.min, UTC) for day in (first, last))
    return min(max(begin, earliest), latest), max(min(end, latest), earliest)


def window(
    weekday: Weekday, start: time, *, end: time | None = None, duration: timedelta | None = None
) -> ChargeWindow:
    """Return a window from its start and its end or duration; an end before the start is on the next day."""
    if (end is None) == (duration is None):
        raise ScheduleError("schedule_end_or_duration", [weekday])
    if start == end:
        # Typed twice by mistake, it would mean a whole day, or nothing.
        raise ScheduleError("schedule_start_is_end", [weekday], start)
    if end is not None:
        duration = (_since_midnight(end) - _since_midnight(start)) % DAY
    assert duration is not None  # noqa: S101 - one of the two is set
    _check_grid(weekday, start, duration)
    return ChargeWindow(weekday, start, duration)


def end_of(each: ChargeWindow) -> time:
    """Return the time of day at which a window ends."""
    return (datetime.combine(date.min, each.start) + each.duration).time()


# The same few days are needed after each update.
@lru_cache(maxsize=1024)
def on_date(day: date, each: ChargeWindow, zone: tzinfo) -> WindowSpan:
    """Return a window on a date, from the first time its start is shown to the last time its end is."""
    start = datetime.combine(_clamped(day), each.start)
    end = start + each.duration
    # An end at the start of the repeated hour does not include the repetition.
    ends = (_reached(end.replace(fold=1), zone), _reached((end - MINUTE).replace(fold=1), zone) + MINUTE)
    return WindowSpan(_reached(start, zone), min(ends))


def instant(day: date, wall_clock: time, zone: tzinfo) -> datetime:
    """Return a wall-clock time in UTC; a time in the skipped hour in spring becomes one hour later."""
    return datetime.combine(_clamped(day), wall_clock, zone).astimezone(UTC)


def _clamped(day: date) -> date:
    """Return a date, or the nearest one the calendar supports."""
    return min(max(day, _FIRST), _LAST)


def _reached(wall_clock: datetime, zone: tzinfo) -> datetime:
    """Return when the wall clock shows a time, respecting its `fold`, or when it is skipped."""
    at = wall_clock.replace(tzinfo=zone).astimezone(UTC)
    if _wall_clock(at, zone) == wall_clock:
        return at
    before = at - timedelta(hours=2)
    passed = bisect_left(range(240), wall_clock, key=lambda minutes: _wall_clock(before + minutes * MINUTE, zone))
    return before + passed * MINUTE


def _check_grid(weekday: Weekday, start: time, duration: timedelta) -> None:
    """Raise `ScheduleError` for a window outside the car's grid."""
    if _since_midnight(start) % GRID:
        raise ScheduleError("schedule_start_off_grid", [weekday], start)
    if duration < GRID or duration > DAY:
        raise ScheduleError("schedule_duration_out_of_range", [weekday], f"{duration // timedelta(minutes=1)} min")
    if duration % GRID:
        raise ScheduleError("schedule_duration_off_grid", [weekday], f"{duration // timedelta(minutes=1)} min")


def check_supported(each: ChargeWindow) -> None:
    """Raise UnsupportedError for a window that no car holds; cars hold windows outside the grid that others wrote."""
    is_whole = not _since_midnight(each.start) % MINUTE and not each.duration % MINUTE
    if not is_whole or not timedelta() < each.duration <= DAY:
        text = f"No car holds a charge window that starts at {each.start} and lasts {each.duration}"
        raise UnsupportedError(text, key="week_not_held")


def _since_midnight(wall_clock: time) -> timedelta:
    """Return a time of day as the duration since midnight."""
    return timedelta(
        hours=wall_clock.hour,
        minutes=wall_clock.minute,
        seconds=wall_clock.second,
        microseconds=wall_clock.microsecond,
    )


def next_at(wall_clock: time, zone: tzinfo, after: datetime) -> datetime:
    """Return when the wall clock next shows a time of day; if this is skipped, on the next day."""
    today = after.astimezone(zone).date()
    days = (today + ahead * DAY for ahead in range(4))
    times = (datetime.combine(day, wall_clock.replace(fold=fold), zone) for day in days for fold in (0, 1))
    instants = (each.astimezone(UTC) for each in times)
    return next(each for each in instants if each > after and _wall_clock(each, zone).time() == wall_clock)


def is_ahead(at: datetime, now: datetime, span: timedelta) -> bool:
    """Return whether a time is more than `span`, its longest valid distance, in the future.

    It was then recorded while the clock was wrong.
    """
    return at - now > span


class Wait(NamedTuple):
    """A wait, by its start and duration."""

    since: datetime
    span: timedelta

    @property
    def until(self) -> datetime:
        """Return when the wait ends."""
        return self.since + self.span

    def left(self, now: datetime) -> timedelta:
        """Return how much is left, nothing if it started while the clock was ahead."""
        left = self.until - now
        return timedelta() if left > self.span + _CLOCK_CORRECTION else max(left, timedelta())


class RetryTimes[K]:
    """When to send each request again that has failed: its delay doubles with each failure."""

    def __init__(self) -> None:
        """Start with every request due."""
        self._waits: dict[K, Wait] = {}

    @property
    def failing(self) -> Collection[K]:
        """Return the requests that have failed last."""
        return self._waits.keys()

    def failed(self, key: K, now: datetime, first: timedelta = FIRST_RETRY, longest: timedelta = LONGEST_RETRY) -> None:
        """Wait before the next attempt, twice as long as before this one."""
        before = self._waits.get(key)
        self._waits[key] = Wait(now, first if before is None else min(before.span * 2, longest))

    def succeeded(self, key: K) -> None:
        """Start with the shortest delay after the next failure."""
        self._waits.pop(key, None)

    def left(self, key: K, now: datetime) -> timedelta:
        """Return how long a request has to wait."""
        return self._waits[key].left(now) if key in self._waits else timedelta()

    def is_due(self, key: K, now: datetime) -> bool:
        """Return whether a request may be sent now."""
        return not self.left(key, now)


def _wall_clock(at: datetime, zone: tzinfo) -> datetime:
    """Return what the wall clock shows, without telling the repeated hours apart."""
    return at.astimezone(zone).replace(tzinfo=None, fold=0)


def merged(spans: Iterable[Span]) -> list[Span]:
    """Return spans in order, those joined that touch."""
    found: list[Span] = []
    for begin, end in sorted(spans):
        if found and begin <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((begin, end))
    return found


def split(spans: Iterable[Span]) -> Iterator[Span]:
    """Yield spans of a day at most, as no window of a car is longer."""
    for begin, end in spans:
        full_days = (end - begin - GRID) // DAY
        yield from ((begin + day * DAY, begin + (day + 1) * DAY) for day in range(full_days))
        yield begin + full_days * DAY, end


def overlap(one: Span, other: Span) -> timedelta:
    """Return how long two spans overlap."""
    return max(min(one[1], other[1]) - max(one[0], other[0]), timedelta())


def first_quarter(at: datetime) -> datetime:
    """Return the first quarter of an hour that does not begin before an instant."""
    return at + (datetime.min.replace(tzinfo=at.tzinfo) - at) % GRID
