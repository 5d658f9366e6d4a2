"""The car's weekly charge schedule with one window a day, in the car's local time."""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAY = 86_400
_WEEK = 7 * _DAY


@dataclass(frozen=True)
class Window:
    """A charge window: start (local time) and duration; it can span midnight."""

    start: time
    duration: timedelta


@dataclass(frozen=True)
class Week:
    """The windows of seven days, starting on Monday; None is a day without a window."""

    days: tuple[Window | None, ...]

    def is_open(self, instant: datetime, zone: ZoneInfo) -> bool:
        """Return whether a window is open."""
        return bisect_right(self._edges, _position(instant, zone)) % 2 == 1

    def next_change(self, instant: datetime, zone: ZoneInfo) -> datetime:
        """Return the next time at which a window can open or close."""
        position = _position(instant, zone)
        ahead = next((edge for edge in self._edges if edge > position), self._edges[0] + _WEEK if self._edges else None)
        seconds = _WEEK if ahead is None else ahead - position
        return _before_transition(instant, instant.replace(microsecond=0) + timedelta(seconds=seconds), zone)

    def next_start(self, instant: datetime, zone: ZoneInfo) -> datetime | None:
        """Return when the next window opens, within a week."""
        last = instant + timedelta(seconds=_WEEK)
        was_open = self.is_open(instant, zone)
        while (instant := self.next_change(instant, zone)) <= last:
            if not was_open and self.is_open(instant, zone):
                return instant
            was_open = self.is_open(instant, zone)
        return None

    @cached_property
    def _edges(self) -> tuple[int, ...]:
        """Return the seconds of the week at which windows open and close, alternating, with overlaps merged."""
        edges: list[int] = []
        for start, end in sorted(self._spans()):
            if edges and start <= edges[-1]:
                edges[-1] = max(edges[-1], end)
            else:
                edges += (start, end)
        return tuple(edges)

    def _spans(self) -> Iterator[tuple[int, int]]:
        """Yield each window in seconds of the week; a window past Sunday midnight is split."""
        for index, window in enumerate(self.days):
            if window is None:
                continue
            start = index * _DAY + _seconds(window.start)
            end = start + int(window.duration.total_seconds())
            yield start, min(end, _WEEK)
            if end > _WEEK:
                yield 0, end - _WEEK


@dataclass(frozen=True)
class Schedule:
    """The schedule in the car, and whether the car follows it."""

    enabled: bool
    week: Week


def next_occurrence(after: datetime, clock: time, zone: ZoneInfo) -> datetime:
    """Return when the local time next occurs; a time skipped by a clock change occurs a day later."""
    today = after.astimezone(zone).date()
    shown = (
        datetime.combine(today + timedelta(days=days), clock.replace(fold=fold), zone).astimezone(UTC)
        for days in range(4)
        for fold in (0, 1)
    )
    return next(at for at in shown if at > after and at.astimezone(zone).time() == clock)


def _position(instant: datetime, zone: ZoneInfo) -> int:
    """Return the second of the week in local time."""
    local = instant.astimezone(zone)
    return local.weekday() * _DAY + _seconds(local)


def _seconds(clock: time | datetime) -> int:
    """Return the second of the day."""
    return clock.hour * 3600 + clock.minute * 60 + clock.second


def _before_transition(start: datetime, end: datetime, zone: ZoneInfo) -> datetime:
    """Return the end, or the clock change before it."""
    offset = start.astimezone(zone).utcoffset()
    if end.astimezone(zone).utcoffset() == offset:
        return end
    same, other = 0, round((end - start.replace(microsecond=0)).total_seconds())
    base = start.replace(microsecond=0)
    while other - same > 1:
        middle = (same + other) // 2
        if (base + timedelta(seconds=middle)).astimezone(zone).utcoffset() == offset:
            same = middle
        else:
            other = middle
    return base + timedelta(seconds=other)
