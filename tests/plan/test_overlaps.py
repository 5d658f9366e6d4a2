"""Overlapping windows are refused, always naming the same two, in time proportional to their number."""

from datetime import date, datetime, time, timedelta
from itertools import combinations

from hypothesis import given, strategies as st
import pytest

from custom_components.renault_ze.cloud.models import ChargeWindow, Weekday
from custom_components.renault_ze.cloud.schedule import ScheduleError
from custom_components.renault_ze.plan import edits
from custom_components.renault_ze.plan.model import Plan, PlannedWindow
from tests.plan.simulated.states import MONDAY

QUARTER = timedelta(minutes=15)
DAY_QUARTERS = 96
WEEK = timedelta(days=7)


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


@given(st.one_of(windows(4, DAY_QUARTERS), windows(30, 4), windows(12, 20)))
def test_the_first_two_that_overlap_are_named(drawn: list[PlannedWindow]) -> None:
    """The same two as by comparing each with each, or none."""
    merged = edits._merged(drawn)
    expected = first_two(merged) if all(each.window.duration <= timedelta(days=1) for each in merged) else None
    try:
        edits.with_windows(Plan(), drawn, MONDAY)
    except ScheduleError as err:
        found = err if err.key == "windows_overlap" else None
    else:
        found = None
    if expected is None:
        assert found is None
        return
    one, other = (each.window for each in expected)
    assert (found.weekdays, found.value) == (tuple(sorted({one.weekday, other.weekday})), other.start)


def test_windows_for_dates_overlap_on_these_dates_only() -> None:
    """One across midnight into a Monday overlaps one there, but not one a week later."""
    sunday, night = date(2026, 11, 29), planned(MONDAY, 40, 4, weekly=True)
    late = planned(sunday, 92, 12, weekly=False)
    monday, week_later = (planned(sunday + timedelta(days=days), 2, 8, weekly=False) for days in (1, 8))
    assert set(edits.with_windows(Plan(), [night, late, week_later], MONDAY).windows) == {night, late, week_later}
    with pytest.raises(ScheduleError, match="windows_overlap"):
        edits.with_windows(Plan(), [night, late, monday], MONDAY)


def test_former_windows_are_kept_once() -> None:
    """However often the same windows are set."""
    night, noon = planned(MONDAY, 4, 16, weekly=True), planned(MONDAY, 48, 4, weekly=True)
    plan = Plan()
    for number in range(50):
        plan = edits.with_windows(plan, [night, noon][: 1 + number % 2], MONDAY + timedelta(minutes=number))
    assert sorted(plan.former) == [night, noon]
