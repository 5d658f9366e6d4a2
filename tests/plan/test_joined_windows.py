"""Weekly windows that overlap become one; those for a date are dropped if one covers them, and refused otherwise."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta

import pytest

from custom_components.renault_ze.cloud.models import Weekday
from custom_components.renault_ze.cloud.schedule import ScheduleError
from custom_components.renault_ze.plan import window_edits as edits
from custom_components.renault_ze.plan.model import Plan, PlannedWindow
from tests.plan.simulated.states import MONDAY, charge, weekly

MON, TUE, WED, SUN = Weekday.MONDAY, Weekday.TUESDAY, Weekday.WEDNESDAY, Weekday.SUNDAY
TUESDAY, SUNDAY = date(2026, 11, 24), date(2026, 11, 29)
DAY, WEEK = timedelta(days=1), timedelta(days=7)


def window(day: Weekday, span: str, on: date | None = None, *, is_main: bool = False) -> PlannedWindow:
    """Return a planned window."""
    return PlannedWindow(charge(day, *span.split("-")), on, is_main)


def joined(*windows: PlannedWindow, plan: Plan | None = None) -> tuple[PlannedWindow, ...]:
    """Return the windows of a plan for which some were entered."""
    return edits.with_windows(plan or Plan(), windows, MONDAY).windows


def refusal(*windows: PlannedWindow, plan: Plan | None = None) -> ScheduleError:
    """Return why windows are refused, in any order of entry."""
    errors = []
    for given in (windows, windows[::-1]):
        with pytest.raises(ScheduleError) as caught:
            joined(*given, plan=plan)
        errors.append(caught.value)
    assert len({(each.key, each.weekdays, each.value) for each in errors}) == 1
    return errors[0]


@pytest.mark.parametrize(
    ("entered", "whole"),
    [
        (["01:00-03:00", "02:45-05:00"], "01:00-05:00"),
        (["01:00-05:00", "02:00-03:00"], "01:00-05:00"),
        (["01:00-05:00", "01:00-03:00"], "01:00-05:00"),
        (["03:00-05:00", "01:00-05:00"], "01:00-05:00"),
        (["01:00-05:00", "01:00-05:00"], "01:00-05:00"),
        (["01:00-03:00", "03:00-05:00"], "01:00-05:00"),
        (["01:00-02:00", "01:45-03:00", "02:45-04:00", "03:45-05:00"], "01:00-05:00"),
        (["23:00-02:00", "22:00-23:30"], "22:00-02:00"),
        (["01:00-20:00", "06:00-01:00"], "01:00-01:00"),
    ],
    ids=["partly", "inside", "same start", "same end", "equal", "adjacent", "chain", "across midnight", "24 h"],
)
def test_windows_of_a_day(entered: list[str], whole: str) -> None:
    """One window from the earlier start to the later end, in any order of entry."""
    windows = [window(MON, span) for span in entered]
    assert joined(*windows) == joined(*windows[::-1]) == (window(MON, whole),)


@pytest.mark.parametrize(
    ("entered", "whole"),
    [
        ([(MON, "23:00-02:00"), (TUE, "01:45-03:00")], (MON, "23:00-03:00")),
        ([(MON, "20:00-06:00"), (TUE, "01:00-03:00")], (MON, "20:00-06:00")),
        ([(SUN, "23:00-02:00"), (MON, "01:00-03:00")], (SUN, "23:00-03:00")),
        ([(SUN, "22:00-06:00"), (MON, "01:00-03:00")], (SUN, "22:00-06:00")),
        ([(SUN, "23:00-02:00"), (MON, "01:00-03:00"), (MON, "02:30-04:00")], (SUN, "23:00-04:00")),
        ([(SUN, "20:00-23:30"), (SUN, "23:00-02:00"), (MON, "01:00-03:00")], (SUN, "20:00-03:00")),
    ],
    ids=["midnight", "covered", "week", "covered across the week", "two of Monday", "two of Sunday"],
)
def test_windows_across_midnight(entered: list[tuple[Weekday, str]], whole: tuple[Weekday, str]) -> None:
    """The joined window belongs to the earlier day, also from Sunday to Monday."""
    windows = [window(*each) for each in entered]
    assert joined(*windows) == joined(*windows[::-1]) == (window(*whole),)


def test_windows_that_do_not_overlap_stay() -> None:
    """Also those that meet at midnight or at the end of the week, as each belongs to its day."""
    windows = (
        window(MON, "00:00-02:00"),
        window(MON, "22:00-00:00"),
        window(TUE, "00:00-02:00"),
        window(TUE, "03:00-04:00"),
        window(SUN, "22:00-00:00"),
    )
    assert joined(*windows) == windows


def test_every_night() -> None:
    """A longer night, or one that ends on the next day, replaces the one before."""
    assert set(joined(*weekly("23:30-06:30"), *weekly("00:30-05:30"))) == set(weekly("23:30-06:30"))
    assert set(joined(*weekly("22:00-01:00"), *weekly("00:30-05:30"))) == set(weekly("22:00-05:30"))


@pytest.mark.parametrize(
    ("windows", "value"),
    [
        ([(MON, "01:00-20:00"), (MON, "06:00-01:15")], "1455 min"),
        ([(MON, "01:00-01:00"), (TUE, "00:00-02:00")], "1500 min"),
        ([(SUN, "12:00-12:00"), (MON, "11:00-13:00")], "1500 min"),
        ([(MON, "10:00-09:00"), (TUE, "08:00-07:00")], "2700 min"),
    ],
    ids=["a day", "midnight", "week", "several days"],
)
def test_a_window_of_more_than_a_day_is_refused(windows: list[tuple[Weekday, str]], value: str) -> None:
    """The error contains its length."""
    found = refusal(*(window(*each) for each in windows))
    assert (found.key, found.value) == ("schedule_duration_out_of_range", value)


def test_windows_that_fill_the_week_are_refused() -> None:
    """They are refused if each overlaps the next; if they only meet, each stays a day long."""
    assert refusal(*weekly("12:00-12:15"), *weekly("12:00-11:00"), *weekly("10:00-13:00")).key == (
        "schedule_duration_out_of_range"
    )
    assert set(joined(*weekly("12:00-12:00"))) == set(weekly("12:00-12:00"))


@pytest.mark.parametrize("marked", [(True, False), (False, True), (True, True), (False, False)])
def test_a_main_window_stays_one(marked: tuple[bool, bool]) -> None:
    """The joined window is the main window if either was."""
    for first, second in (
        ("01:00-03:00", "02:00-05:00"),
        ("01:00-03:00", "03:00-05:00"),
        ("01:00-05:00", "02:00-03:00"),
    ):
        windows = window(MON, first, is_main=marked[0]), window(MON, second, is_main=marked[1])
        assert joined(*windows) == (window(MON, "01:00-05:00", is_main=any(marked)),)
    night = window(SUN, "23:00-02:00", is_main=marked[0]), window(MON, "01:00-05:00", is_main=marked[1])
    assert joined(*night) == (window(SUN, "23:00-05:00", is_main=any(marked)),)


def test_two_main_windows_on_a_day_are_refused() -> None:
    """They are refused unless they are joined."""
    given = window(MON, "01:00-02:00", is_main=True), window(MON, "03:00-04:00", is_main=True)
    assert refusal(*given).key == "windows_base_twice"


COVERED = [
    ([window(TUE, "01:00-05:00")], window(TUE, "01:00-05:00", TUESDAY)),
    ([window(TUE, "01:00-05:00")], window(TUE, "02:00-03:00", TUESDAY)),
    ([window(MON, "22:00-05:00")], window(TUE, "02:00-03:00", TUESDAY)),
    ([window(TUE, "01:00-03:00"), window(TUE, "02:00-05:00")], window(TUE, "01:30-04:00", TUESDAY)),
    ([window(TUE, "01:00-03:00"), window(TUE, "03:00-05:00")], window(TUE, "02:00-04:00", TUESDAY)),
    ([window(SUN, "22:00-05:00")], window(MON, "02:00-03:00", SUNDAY + DAY)),
    ([window(SUN, "22:00-05:00")], window(SUN, "23:00-02:00", SUNDAY)),
]


@pytest.mark.parametrize(("repeating", "once"), COVERED, ids=range(len(COVERED)))
def test_a_window_for_a_date_that_is_covered_is_dropped(repeating: list[PlannedWindow], once: PlannedWindow) -> None:
    """The weekly one already includes its time."""
    found = joined(*repeating, once)
    assert found == joined(once, *repeating) == joined(*repeating)
    assert once not in found


OVERLAPPING = {
    "later": (window(TUE, "01:00-03:00"), window(TUE, "02:00-04:00", TUESDAY)),
    "earlier": (window(TUE, "02:00-04:00"), window(TUE, "01:00-03:00", TUESDAY)),
    "around": (window(TUE, "02:00-03:00"), window(TUE, "01:00-04:00", TUESDAY)),
    "midnight": (window(MON, "23:00-02:00"), window(TUE, "01:45-03:00", TUESDAY)),
    "week": (window(MON, "01:00-03:00"), window(SUN, "23:00-02:00", SUNDAY)),
    "two dates": (window(TUE, "10:00-13:00", TUESDAY), window(TUE, "12:00-14:00", TUESDAY)),
    "inside another date": (window(TUE, "10:00-13:00", TUESDAY), window(TUE, "11:00-12:00", TUESDAY)),
}


@pytest.mark.parametrize("case", OVERLAPPING)
def test_a_window_for_a_date_that_overlaps_is_refused(case: str) -> None:
    """The error contains its day and the start of the other window, in any order of entry."""
    others = weekly("08:00-09:00", days=frozenset([WED]))
    for known, new in (OVERLAPPING[case], OVERLAPPING[case][::-1]):
        plan = edits.with_windows(Plan(), (*others, known), MONDAY)
        found = refusal(*others, known, new, plan=plan)
        assert (found.key, found.weekdays, found.value) == (
            "window_overlaps_once",
            (new.window.weekday,),
            known.window.start,
        )
    assert refusal(*others, *OVERLAPPING[case]).key == "window_overlaps_once"


def test_windows_for_dates_overlap_on_these_dates_only() -> None:
    """They do not overlap at the same time of two Tuesdays, or across midnight into another week."""
    dates = (TUESDAY, TUESDAY + WEEK)
    nights = weekly("01:00-05:00")
    assert set(joined(*nights, *(window(TUE, "10:00-12:00", on) for on in dates))) == {
        *nights,
        *(window(TUE, "10:00-12:00", on) for on in dates),
    }
    late = window(SUN, "23:00-02:00", SUNDAY)
    monday, week_later = (window(MON, "00:30-02:30", SUNDAY + days) for days in (DAY, DAY + WEEK))
    assert set(joined(late, week_later)) == {late, week_later}
    assert refusal(late, monday).key == "window_overlaps_once"


def test_a_window_for_a_date_may_replace_a_skipped_one() -> None:
    """It may on that date only; the skipped one does not cover it."""

    def skipping(*days: date) -> PlannedWindow:
        return replace(window(TUE, "01:00-05:00"), skipped=frozenset(days))

    moved = window(TUE, "02:00-06:00", TUESDAY)
    inside = window(TUE, "02:00-03:00", TUESDAY)
    for once in (moved, inside):
        assert set(joined(skipping(TUESDAY), once)) == {skipping(TUESDAY), once}
    assert refusal(skipping(TUESDAY + WEEK), moved).key == "window_overlaps_once"


def test_joined_windows_occur_unless_both_are_skipped() -> None:
    """The owner does not have to choose."""
    first, second = window(TUE, "01:00-03:00"), window(TUE, "02:00-05:00")
    days: Iterable[date] = (TUESDAY, TUESDAY + WEEK)
    both = joined(replace(first, skipped=frozenset(days)), replace(second, skipped=frozenset([TUESDAY])))
    assert both == (replace(window(TUE, "01:00-05:00"), skipped=frozenset([TUESDAY])),)
    for day, late, early in ((SUNDAY, SUN, MON), (TUESDAY - DAY, MON, TUE)):
        night = replace(window(late, "23:00-02:00"), skipped=frozenset([day, day + WEEK]))
        morning = replace(window(early, "01:00-05:00"), skipped=frozenset([day + DAY]))
        assert joined(night, morning) == (replace(window(late, "23:00-05:00"), skipped=frozenset([day])),)
