"""Windows of any times are joined, dropped, or refused, as by comparing each with each."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from itertools import combinations

from hypothesis import given, strategies as st

from custom_components.renault_ze.cloud.models import ChargeWindow, Weekday
from custom_components.renault_ze.cloud.schedule import ScheduleError
from custom_components.renault_ze.plan import window_edits as edits
from custom_components.renault_ze.plan.model import Plan, PlannedWindow
from tests.plan.simulated.states import MONDAY

QUARTER = timedelta(minutes=15)
DAY_QUARTERS = 96
WEEK = timedelta(days=7)
WEEK_QUARTERS = 7 * DAY_QUARTERS


def first_two(windows: tuple[PlannedWindow, ...]) -> tuple[PlannedWindow, PlannedWindow] | None:
    """Return the first two windows that overlap, comparing each with each."""
    return next((pair for pair in combinations(windows, 2) if overlap(*pair)), None)


def overlap(one: PlannedWindow, other: PlannedWindow) -> bool:
    """Return whether two windows overlap, if only one may be for a date."""
    if one.on is not None and other.on is not None:
        apart = datetime.combine(other.on, other.window.start) - datetime.combine(one.on, one.window.start)
        return -other.window.duration < apart < one.window.duration
    apart = into_the_week(other.window) - into_the_week(one.window)
    return apart % WEEK < one.window.duration or -apart % WEEK < other.window.duration


def into_the_week(each: ChargeWindow) -> timedelta:
    """Return how far into its week a window begins."""
    return timedelta(days=each.weekday, hours=each.start.hour, minutes=each.start.minute)


def planned(day: date, quarter: int, quarters: int, *, weekly: bool) -> PlannedWindow:
    """Return a window that begins in a quarter of an hour of a day and lasts for some of them."""
    start = time(quarter // 4, quarter % 4 * 15)
    window = ChargeWindow(Weekday(day.weekday()), start, quarters * QUARTER)
    return PlannedWindow(window, None if weekly else day)


def windows(number: int, longest: int) -> st.SearchStrategy[list[PlannedWindow]]:
    """Draw windows of some weeks."""
    day = st.integers(0, 20).map(lambda ahead: MONDAY.date() + timedelta(days=ahead))
    quarter, quarters = st.integers(0, DAY_QUARTERS - 1), st.integers(1, longest)
    return st.lists(st.builds(planned, day, quarter, quarters, weekly=st.booleans()), max_size=number)


def chains(drawn: list[PlannedWindow], *, adjacent: bool) -> Iterator[int]:
    """Yield the lengths of the chains of weekly windows that overlap, or are also adjacent, in quarters of an hour."""
    covered, bridged = set(), set()
    for each in drawn:
        begin, length = into_the_week(each.window) // QUARTER, each.window.duration // QUARTER
        covered |= {(begin + number) % WEEK_QUARTERS for number in range(length)}
        bridged |= {(begin + number) % WEEK_QUARTERS for number in range(1 - adjacent, length + adjacent)}
    starts = [quarter for quarter in covered if (quarter - 1) % WEEK_QUARTERS not in covered or quarter not in bridged]
    for start in starts:
        length = 1
        while (quarter := (start + length) % WEEK_QUARTERS) in covered and quarter in bridged:
            length += 1
        yield length
    if covered and not starts:
        yield WEEK_QUARTERS


def entered(drawn: list[PlannedWindow]) -> Plan | str:
    """Return the plan with windows, or the key of the reason that they are refused."""
    try:
        return edits.with_windows(Plan(), drawn, MONDAY)
    except ScheduleError as err:
        return err.key


def coverage(drawn: Iterable[PlannedWindow]) -> set[int]:
    """Return the quarters of an hour of the week in which weekly windows let the car charge."""
    spans = ((into_the_week(each.window) // QUARTER, each.window.duration // QUARTER) for each in drawn)
    return {(begin + number) % WEEK_QUARTERS for begin, length in spans for number in range(length)}


@given(st.one_of(windows(4, DAY_QUARTERS), windows(30, 4), windows(12, 20)))
def test_weekly_windows_are_joined(drawn: list[PlannedWindow]) -> None:
    """They let the car charge at the same times, do not overlap, and are refused if they would last more than a day."""
    weekly = [each for each in drawn if each.on is None]
    plan = entered(weekly)
    if not isinstance(plan, Plan):
        assert plan == "schedule_duration_out_of_range"
        assert max(chains(weekly, adjacent=True)) > DAY_QUARTERS
        return
    assert max(chains(weekly, adjacent=False), default=0) <= DAY_QUARTERS
    assert coverage(plan.windows) == coverage(weekly)
    assert first_two(plan.windows) is None
    assert edits.with_windows(Plan(), weekly[::-1], MONDAY).windows == plan.windows
    assert edits.with_windows(Plan(), plan.windows, MONDAY).windows == plan.windows


@given(st.one_of(windows(4, 20), windows(30, 4), windows(12, 8)))
def test_windows_for_dates_stay_are_dropped_or_are_refused(drawn: list[PlannedWindow]) -> None:
    """They stay beside all others, are dropped if a weekly one contains them, and else are refused."""
    weekly = [each for each in drawn if each.on is None]
    merged = edits._merged(edits._joined(drawn))
    if any(each.window.duration > timedelta(days=1) for each in merged):
        return
    repeating = [each for each in merged if each.on is None]
    once = [each for each in merged if each.on is not None and not any(contains(other, each) for other in repeating)]
    overlaps = first_two((*repeating, *once))
    plan = entered(drawn)
    if not isinstance(plan, Plan):
        assert (plan, overlaps is None) == ("window_overlaps_once", False)
        return
    assert overlaps is None
    assert set(plan.windows) == {*repeating, *once}
    assert coverage(each for each in plan.windows if each.on is None) == coverage(weekly)


def contains(weekly: PlannedWindow, once: PlannedWindow) -> bool:
    """Return whether a weekly window contains another."""
    into = (into_the_week(once.window) - into_the_week(weekly.window)) % WEEK
    return into + once.window.duration <= weekly.window.duration


def test_former_windows_are_kept_once() -> None:
    """However often the same windows are set."""
    night, noon = planned(MONDAY, 4, 16, weekly=True), planned(MONDAY, 48, 4, weekly=True)
    plan = Plan()
    for number in range(50):
        plan = edits.with_windows(plan, [night, noon][: 1 + number % 2], MONDAY + timedelta(minutes=number))
    assert sorted(plan.former) == [night, noon]
