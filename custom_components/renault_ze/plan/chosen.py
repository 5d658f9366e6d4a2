"""The windows that the car follows: the user's, except in spans for which others replace the weekly ones.

A choice takes effect as long before its span as a charge schedule is sent in advance. Until then, the user's windows
stay in the car, so they apply if Home Assistant stops before. From then on, the windows that are left out are skipped
there, and the chosen ones are held as early as the car has room for them.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta, tzinfo
from typing import NamedTuple

from ..cloud.models import ChargeWindow, Weekday
from ..cloud.schedule import DAY, GRID, Span, WindowSpan, merged, on_date, split
from .model import ChosenWindows, Plan, PlannedWindow
from .settings import Settings

# Weekly windows whose next occurrence is skipped, each with its date.
type Skips = frozenset[tuple[PlannedWindow, date]]


def as_windows(begin: datetime, end: datetime, zone: tzinfo) -> Iterator[PlannedWindow]:
    """Yield a span of time as windows for a date, of a day at most, on quarters of an hour of the wall clock.

    Where the clocks are put back within a span, a window covers both times that the wall clock shows.
    """
    shown = sorted(each.astimezone(zone).replace(tzinfo=None, fold=0) for each in (begin, end))
    start, last = _quarter_before(shown[0]), _quarter_before(shown[1] + GRID - timedelta.resolution)
    while start < last:
        duration = min(last - start, DAY)
        window = ChargeWindow(Weekday(start.weekday()), start.time(), duration)
        yield PlannedWindow(window, start.date())
        start += duration


def _quarter_before(shown: datetime) -> datetime:
    """Return the last quarter of an hour that a clock showed."""
    return shown - (shown - datetime.combine(shown.date(), time.min)) % GRID


def can_begin(at: datetime, zone: tzinfo) -> bool:
    """Return whether a window by the wall clock can begin at an instant, which the end of summer time repeats."""
    local = at.astimezone(zone)
    return not local.fold and on_date(local.date(), _quarter_from(local.time()), zone).begin == at


def can_end(at: datetime, zone: tzinfo) -> bool:
    """Return whether a window by the wall clock can end at an instant."""
    local = at.astimezone(zone)
    start = local.replace(tzinfo=None, fold=0) - GRID
    return not local.fold and on_date(start.date(), _quarter_from(start.time()), zone).end == at


def _quarter_from(start: time) -> ChargeWindow:
    """Return a window of a quarter of an hour."""
    return ChargeWindow(Weekday.MONDAY, start, GRID)


class LeftOut(NamedTuple):
    """A window that does not occur on a date because others were chosen, and when it would occur."""

    window: ChargeWindow
    day: date
    span: WindowSpan


class Choice(NamedTuple):
    """A choice from when it takes effect: the weekly windows that are left out, and the windows that are chosen."""

    since: datetime
    left_out: tuple[LeftOut, ...]
    chosen: tuple[tuple[WindowSpan, ChargeWindow], ...]


@dataclass(frozen=True, slots=True)
class Followed:
    """The windows that the car should follow, and the choices among them."""

    windows: tuple[PlannedWindow, ...]
    choices: tuple[Choice, ...] = ()

    def in_effect(self, skips: Skips, at: datetime) -> Skips:
        """Return the windows that are skipped next, without those whose choice is not in effect at an instant."""
        since = {(each.window, each.day): choice.since for choice in self.choices for each in choice.left_out}
        return frozenset((each, day) for each, day in skips if since.get((each.window, day), at) <= at)

    def left_out(self, at: datetime) -> list[LeftOut]:
        """Return what is left out, in effect at an instant, and not over."""
        return [each for choice in self._at(at) for each in choice.left_out if each.span.end > at]

    def early(self, at: datetime) -> list[ChargeWindow]:
        """Return, in order, the chosen windows that are in effect at an instant and begin later."""
        coming = sorted(each for choice in self._at(at) for each in choice.chosen if each[0].begin > at)
        return [window for _, window in coming]

    def turns(self) -> Iterator[datetime]:
        """Yield when a choice takes effect, and when an empty day may need another window (`without_empty_days`)."""
        for choice in self.choices:
            yield choice.since
            yield from (at for each in choice.left_out for at in (each.span.begin - DAY / 4, each.span.begin + GRID))

    def _at(self, at: datetime) -> Iterator[Choice]:
        """Return the choices in effect at an instant."""
        return (each for each in self.choices if each.since <= at)


def followed(plan: Plan, settings: Settings) -> Followed:
    """Return the windows that the car should follow."""
    windows, zone, choices = plan.windows, settings.zone, list[Choice]()
    for each in plan.chosen:
        chosen = tuple(window for span in _with_dates(each, plan, zone) for window in as_windows(*span, zone))
        spans = tuple((on_date(window.on, window.window, zone), window.window) for window in chosen if window.on)
        left_out = {window: tuple(_left_out(window, each.begin, each.end, zone)) for window in windows}
        weekly = (found for window, found in left_out.items() if window.on is None)
        choices.append(Choice(each.begin - settings.send_ahead, tuple(one for found in weekly for one in found), spans))
        left = (_without(window, found) for window, found in left_out.items() if window.on is None or not found)
        windows = tuple(dict.fromkeys((*left, *chosen)))
    return Followed(windows, tuple(choices))


def _with_dates(choice: ChosenWindows, plan: Plan, zone: tzinfo) -> Iterator[Span]:
    """Return the spans of a choice together with the user's windows for dates, which no choice replaces."""
    own = (on_date(each.on, each.window, zone) for each in plan.windows if each.on is not None)
    dated = ((each.begin, each.end) for each in own if choice.begin <= each.begin < choice.end)
    return split(merged([*choice.windows, *dated]))


def _left_out(each: PlannedWindow, begin: datetime, end: datetime, zone: tzinfo) -> Iterator[LeftOut]:
    """Yield the times of a window that begin in a span."""
    day, last = begin.astimezone(zone).date(), end.astimezone(zone).date()
    while day <= last:
        if day == each.on or (each.on is None and day.weekday() == each.window.weekday and day not in each.skipped):
            span = on_date(day, each.window, zone)
            if begin <= span.begin < end:
                yield LeftOut(each.window, day, span)
        day += DAY


def _without(each: PlannedWindow, times: tuple[LeftOut, ...]) -> PlannedWindow:
    """Return a weekly window that does not occur at some times."""
    return replace(each, skipped=each.skipped.union(one.day for one in times)) if times else each
