"""Charge schedules as programs of the car, in UTC or in local time.

In requests a time ends in `Z`. According to owners, the first generation uses UTC and the second local time, so the
user may choose. Charge windows are always in the vehicle's wall clock and are shifted for a car that uses UTC.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, timezone, tzinfo
from enum import StrEnum
from itertools import pairwise
from typing import Any

from ..exceptions import UnsupportedError
from ..models import ChargeWindow, Weekday
from ..schedule import DAY, MINUTE, check_supported

DAYS = {weekday: weekday.name.lower() for weekday in Weekday}
_WEEK = timedelta(days=7)
# The car's clock may differ from ours, and a command takes some time.
_OVER_AFTER = timedelta(hours=1)
type Windows = tuple[ChargeWindow, ...]
type Programs = list[dict[str, Any]]


class ScheduleClock(StrEnum):
    """The clock of the times in a car's programs."""

    UTC = "utc"
    LOCAL = "local"


@dataclass(frozen=True, kw_only=True, slots=True)
class ScheduleLimits:
    """How many windows a day and programs a car holds; the windows of a program are alike, without a limit any."""

    windows_a_day: int = 1
    programs: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class ProgramConverter:
    """Converts between charge windows and the programs of a car; clock changes depend on the time `now`."""

    clock: ScheduleClock
    zone: tzinfo
    now: datetime

    def to_local(self, windows: Windows) -> Windows:
        """Return windows of the car's clock in the wall clock."""
        return windows if self.clock is ScheduleClock.LOCAL else shifted(windows, UTC, self.zone, self.now)

    def to_programs(self, windows: Windows, limits: ScheduleLimits) -> Programs:
        """Return windows of the wall clock as programs; raise UnsupportedError if they exceed the limits."""
        for window in windows:
            check_supported(window)
        if limits.windows_a_day > 1:
            _check_apart(windows)
        if self.clock is ScheduleClock.LOCAL:
            return _packed(windows, limits)
        try:
            return _packed(shifted(windows, self.zone, UTC, self.now), limits)
        except UnsupportedError:
            # In the week before a daylight saving time change a window may need two times; the one of today is used.
            return _packed(shifted(windows, self._fixed(windows), UTC, self.now), limits)

    def once(self, at: datetime, duration: timedelta) -> Programs:
        """Return a program with a single window, at any minute."""
        local = at.astimezone(self.zone if self.clock is ScheduleClock.LOCAL else UTC)
        start = time(local.hour, local.minute)
        return [_program(1, [ChargeWindow(Weekday(local.weekday()), start, duration)])]

    def spans(self, windows: Windows) -> Iterator[tuple[datetime, datetime]]:
        """Yield start and end of each window of the wall clock: the current one, otherwise the next."""
        for window in windows:
            begin = _begins(window, self.zone, self.now)
            yield begin, begin + window.duration

    def _fixed(self, windows: Windows) -> tzinfo:
        """Return the UTC offset at the window that started last, otherwise at the next one."""
        begins = [_begins(window, self.zone, self.now) for window in windows]
        offset_at = max((at for at in begins if at <= self.now), default=min(begins))
        return timezone(offset_at.astimezone(self.zone).utcoffset() or timedelta())


def shifted(windows: Windows, source: tzinfo, target: tzinfo, now: datetime) -> Windows:
    """Return windows in another time zone: each starts at the same time, possibly on another day."""
    return tuple(sorted(_shifted(window, source, target, now) for window in windows))


def disabled(programs: Programs) -> Programs:
    """Return the programs, disabled."""
    return [{**program, "activated": False} for program in programs]


def with_inactive(programs: Programs, earlier: Programs, limits: ScheduleLimits) -> Programs:
    """Return new programs beside what earlier ones hold inactive: days of the only program, or programs with room."""
    if limits.programs is None:
        days = {name: day for each in earlier for name in DAYS.values() if _is_inactive(day := each.get(name))}
        return [{**each, **{name: day for name, day in days.items() if not each.get(name)}} for each in programs]
    idle = [each for each in earlier if not each.get("activated") and any(map(each.get, DAYS.values()))]
    numbers = range(len(programs) + 1, limits.programs + 1)
    return [*programs, *({**each, "id": number} for number, each in zip(numbers, idle, strict=False))]


def dump_windows(windows: Windows) -> list[list[Any]]:
    """Return windows as JSON."""
    return [[int(each.weekday), each.start.isoformat("minutes"), each.duration // MINUTE] for each in windows]


def load_windows(rows: list[list[Any]]) -> Windows:
    """Return windows from JSON; raise ValueError, TypeError, or OverflowError for anything else."""
    windows = tuple(
        ChargeWindow(Weekday(day), time.fromisoformat(start), timedelta(minutes=length)) for day, start, length in rows
    )
    if any(each.start.tzinfo is not None or not timedelta() < each.duration <= DAY for each in windows):
        raise ValueError("A charge window has no time zone and lasts at most a day")
    return windows


def _shifted(window: ChargeWindow, source: tzinfo, target: tzinfo, now: datetime) -> ChargeWindow:
    """Return a window in another time zone."""
    start = _begins(window, source, now).astimezone(target)
    return ChargeWindow(Weekday(start.weekday()), start.time().replace(fold=0), window.duration)


def _begins(window: ChargeWindow, zone: tzinfo, now: datetime) -> datetime:
    """Return the next start of a window, or the last one until shortly after its end: a running charge stays."""
    today = now.astimezone(zone).date()
    next_day = today + timedelta(days=(window.weekday - today.weekday()) % 7)
    # By way of UTC: a time in the skipped hour in spring becomes one hour later.
    days = (next_day - _WEEK, next_day, next_day + _WEEK)
    begins = (datetime.combine(day, window.start, zone).astimezone(UTC) for day in days)
    return next(at for at in begins if at + window.duration + _OVER_AFTER > now)


def _check_apart(windows: Windows) -> None:
    """Raise UnsupportedError for overlapping windows; that a car refuses them is only assumed."""
    spans = sorted((_begin(window), _begin(window) + window.duration) for window in windows)
    if spans:
        spans.append((spans[0][0] + _WEEK, spans[0][1] + _WEEK))
    if any(end > begin for (_, end), (begin, _) in pairwise(spans)):
        raise UnsupportedError("Charge windows of one car must not overlap", key="week_not_held")


def _begin(window: ChargeWindow) -> timedelta:
    """Return the start of a window as time since the start of the week."""
    return timedelta(days=window.weekday, hours=window.start.hour, minutes=window.start.minute)


def _packed(windows: Windows, limits: ScheduleLimits) -> Programs:
    """Return windows of the car's clock as the fewest programs possible."""
    if limits.programs is None:
        return [_program(1, _one_a_day(windows))]
    groups: dict[tuple[time, timedelta], list[ChargeWindow]] = {}
    for window in sorted(set(windows), key=lambda each: (each.start, each.duration, each.weekday)):
        groups.setdefault((window.start, window.duration), []).append(window)
    if len(groups) > limits.programs:
        raise UnsupportedError(
            f"The car holds {limits.programs} charge programs, each with one start and one duration, "
            f"and this schedule needs {len(groups)}",
            key="schedule_kinds_full",
            value=str(limits.programs),
        )
    return [_program(number, windows) for number, windows in enumerate(groups.values(), start=1)]


def _one_a_day(windows: Windows) -> list[ChargeWindow]:
    """Return the windows; raise UnsupportedError for more than one a day."""
    for earlier, later in pairwise(sorted(windows)):
        if earlier.weekday is later.weekday:
            raise UnsupportedError(
                f"The car holds one charge window a day, and {DAYS[later.weekday]} has more, "
                f"at {earlier.start:%H:%M} and {later.start:%H:%M} by the car's own clock",
                key="week_day_twice",
                earlier=earlier.start,
                later=later.start,
            )
    return list(windows)


def _is_inactive(day: Any) -> bool:
    """Return whether a day of a program keeps its time without being followed."""
    return isinstance(day, dict) and day.get("activationState") is False


def _program(number: int, windows: Iterable[ChargeWindow]) -> dict[str, Any]:
    """Return a program with all days; null is a day without a window."""
    days = {DAYS[each.weekday]: encoded(each) for each in windows}
    return {"id": number, "activated": True, **{name: days.get(name) for name in DAYS.values()}}


def encoded(window: ChargeWindow) -> dict[str, Any]:
    """Return a window in the format of requests."""
    return {"startTime": f"T{window.start:%H:%M}Z", "duration": window.duration // MINUTE}
