"""Weeks of charging as the cars hold them: packed into programs, and told by one clock or the other.

On the wire a time ends in `Z`. By what owners saw, the first generation means UTC by it and the second does not: hence
the choice. Here a week is always in the vehicle's wall clock, and goes through `shifted` where the car's is UTC.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, timezone, tzinfo
from enum import StrEnum
from itertools import pairwise
from typing import Any

from ..exceptions import UnsupportedError
from ..models import ChargeWindow, Weekday

DAYS = {weekday: weekday.name.lower() for weekday in Weekday}
_STEP = timedelta(minutes=15)
_MINUTE = timedelta(minutes=1)
_DAY = timedelta(days=1)
_WEEK = timedelta(days=7)
# The car's clock is not ours, and what it is sent takes a while.
_OVER_AFTER = timedelta(hours=1)
type Week = tuple[ChargeWindow, ...]
type Programs = list[dict[str, Any]]


class ScheduleClock(StrEnum):
    """What a car takes the times of its programs for."""

    UTC = "utc"
    LOCAL = "local"


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """What a car holds: windows a day, and programs, within which every window is alike; None where days may differ."""

    windows_a_day: int = 1
    programs: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Dial:
    """How a car tells the time of its programs, and the moment it is asked."""

    clock: ScheduleClock
    zone: tzinfo
    now: datetime

    def local(self, week: Week) -> Week:
        """Return a week of the car's clock in the wall clock."""
        return week if self.clock is ScheduleClock.LOCAL else shifted(week, UTC, self.zone, self.now)

    def packed(self, week: Week, limits: Limits) -> Programs:
        """Return a week of the wall clock as programs; raise UnsupportedError, which names the limit it breaks."""
        _check(week, limits)
        if self.clock is ScheduleClock.LOCAL:
            return _packed(week, limits)
        try:
            return _packed(shifted(week, self.zone, UTC, self.now), limits)
        except UnsupportedError:
            # In the week before a change of the clocks one window may need two times; that of today will have to do.
            return _packed(shifted(week, self._fixed(week), UTC, self.now), limits)

    def _fixed(self, week: Week) -> tzinfo:
        """Return the zone as it is at the window that has begun last, else at the one that comes first."""
        begins = [_begins(window, self.zone, self.now) for window in week]
        told_at = max((at for at in begins if at <= self.now), default=min(begins))
        return timezone(told_at.astimezone(self.zone).utcoffset() or timedelta())


def shifted(week: Week, source: tzinfo, target: tzinfo, now: datetime) -> Week:
    """Return a week told by another clock: each window begins at the same moment, on whatever day that is."""
    return tuple(sorted(_shifted(window, source, target, now) for window in week))


def switched_off(programs: Programs) -> Programs:
    """Return programs that no longer count."""
    return [{**program, "activated": False} for program in programs]


def stored(week: Week) -> list[list[Any]]:
    """Return a week as JSON."""
    return [[int(each.weekday), each.start.isoformat("minutes"), each.duration // _MINUTE] for each in week]


def restored(rows: list[list[Any]]) -> Week:
    """Return a week from JSON; raise ValueError, TypeError or OverflowError for anything else."""
    week = tuple(
        ChargeWindow(Weekday(day), time.fromisoformat(start), timedelta(minutes=length)) for day, start, length in rows
    )
    if any(each.start.tzinfo is not None or not timedelta() < each.duration <= _DAY for each in week):
        raise ValueError("A charge window is told by the wall clock and lasts a day at most")
    return week


def _shifted(window: ChargeWindow, source: tzinfo, target: tzinfo, now: datetime) -> ChargeWindow:
    """Return a window told by another clock."""
    told = _begins(window, source, now).astimezone(target)
    return ChargeWindow(Weekday(told.weekday()), told.time().replace(fold=0), window.duration)


def _begins(window: ChargeWindow, zone: tzinfo, now: datetime) -> datetime:
    """Return when a window begins next, or began if it is hardly over: a charge that runs is not to be moved."""
    today = now.astimezone(zone).date()
    next_day = today + timedelta(days=(window.weekday - today.weekday()) % 7)
    # By way of UTC: an hour that the spring night skips is the one after it.
    days = (next_day - _WEEK, next_day, next_day + _WEEK)
    begins = (datetime.combine(day, window.start, zone).astimezone(UTC) for day in days)
    return next(at for at in begins if at + window.duration + _OVER_AFTER > now)


def _check(week: Week, limits: Limits) -> None:
    """Refuse what no car of this cloud takes; that windows have to lie apart is careful, nobody knows."""
    for window in week:
        if window.start.minute % 15 or window.start.second or window.start.microsecond:
            text = f"A charge window starts on the quarter of an hour, not at {window.start}"
            raise UnsupportedError(text, key="week_not_held")
        if window.duration % _STEP or not timedelta() < window.duration <= _DAY:
            text = f"A charge window lasts whole quarters of an hour up to a day, not {window.duration}"
            raise UnsupportedError(text, key="week_not_held")
    if limits.windows_a_day > 1:
        _check_apart(week)


def _check_apart(week: Week) -> None:
    """Refuse windows that overlap."""
    spans = sorted((_begin(window), _begin(window) + window.duration) for window in week)
    if spans:
        spans.append((spans[0][0] + _WEEK, spans[0][1] + _WEEK))
    if any(end > begin for (_, end), (begin, _) in pairwise(spans)):
        raise UnsupportedError("Charge windows of one car may touch, but not overlap", key="week_not_held")


def _begin(window: ChargeWindow) -> timedelta:
    """Return how far into the week a window begins."""
    return timedelta(days=window.weekday, hours=window.start.hour, minutes=window.start.minute)


def _packed(week: Week, limits: Limits) -> Programs:
    """Return a week, already in the car's clock, as the fewest programs."""
    if limits.programs is None:
        return [_program(1, _one_a_day(week))]
    groups: dict[tuple[time, timedelta], list[ChargeWindow]] = {}
    for window in sorted(set(week), key=lambda each: (each.start, each.duration, each.weekday)):
        groups.setdefault((window.start, window.duration), []).append(window)
    if len(groups) > limits.programs:
        raise UnsupportedError(
            f"The car holds {limits.programs} charge programs, each with one start and one duration, "
            f"and this week needs {len(groups)}",
            key="schedule_kinds_full",
            value=str(limits.programs),
        )
    return [_program(number, windows) for number, windows in enumerate(groups.values(), start=1)]


def _one_a_day(week: Week) -> list[ChargeWindow]:
    """Return a week of one window a day; UnsupportedError for any other."""
    for earlier, later in pairwise(sorted(week)):
        if earlier.weekday is later.weekday:
            first, second = (f"{each.start:%H:%M}" for each in (earlier, later))
            raise UnsupportedError(
                f"The car holds one charge window a day, and {DAYS[later.weekday]} has more, "
                f"at {first} and {second} by the car's own clock",
                key="week_day_twice",
                earlier=first,
                later=second,
            )
    return list(week)


def _program(number: int, windows: Iterable[ChargeWindow]) -> dict[str, Any]:
    """Return a program, every day said: null is a day without a window."""
    days = {DAYS[each.weekday]: _wire(each) for each in windows}
    return {"id": number, "activated": True, **{name: days.get(name) for name in DAYS.values()}}


def _wire(window: ChargeWindow) -> dict[str, Any]:
    """Return a window as the wire has it."""
    return {"startTime": f"T{window.start:%H:%M}Z", "duration": window.duration // _MINUTE}
