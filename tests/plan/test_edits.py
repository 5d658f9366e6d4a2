"""The edits of a plan, and the errors of those that are refused."""

from dataclasses import replace
from datetime import UTC, date, time, timedelta

import pytest

from custom_components.renault_ze.cloud.models import ChargeSchedule, ChargeWindow, Vehicle, Weekday
from custom_components.renault_ze.cloud.schedule import ScheduleError
from custom_components.renault_ze.plan import edits, window_edits
from custom_components.renault_ze.plan.model import Departure, Pause, Plan, PlannedWindow
from tests.plan.simulated.states import (
    MONDAY,
    SETTINGS,
    WORK_DAYS,
    at,
    charge,
    charging_plan,
    departure_plan,
    due,
    kind_and_reason,
    vehicle,
    weekly,
)

WORK = departure_plan().departures[0]
TUESDAY = date(2026, 11, 24)
NIGHT = weekly("01:00-05:00")
CAR = Vehicle(vin="VF1AGVYF0ZE000001", time_zone=UTC, capabilities=frozenset())
MON, TUE = Weekday.MONDAY, Weekday.TUESDAY


def window(day: Weekday, start: str, end: str, on: date | None = None, *, is_main: bool = False) -> PlannedWindow:
    """Return a planned window."""
    return PlannedWindow(charge(day, start, end), on, is_main)


@pytest.mark.parametrize(("days", "on"), [(frozenset(), None), (WORK_DAYS, TUESDAY)], ids=["neither", "both"])
def test_a_departure_has_weekdays_or_a_date(days: frozenset[Weekday], on: date | None) -> None:
    """Neither or both is refused."""
    with pytest.raises(ScheduleError) as caught:
        edits.with_departure(Plan(), replace(WORK, weekdays=days, on=on), MONDAY)
    assert (caught.value.key, caught.value.value) == ("departure_weekdays_or_date", "Work")


def test_departures_are_added_replaced_and_removed() -> None:
    """By their id; sorted by time; to the minute."""
    early = Departure(id="early", name="Early", at=time(6, 0, 59, fold=1), weekdays=WORK_DAYS)
    plan = edits.with_departure(edits.with_departure(Plan(), WORK, MONDAY), early, MONDAY)
    assert [(each.id, each.at, each.since) for each in plan.departures] == [
        ("early", time(6), MONDAY),
        ("work", time(7, 30), MONDAY),
    ]
    assert plan.departures[0].at.fold == 0
    moved = edits.with_departure(plan, replace(WORK, at=time(5)), at("09:00"))
    assert [each.id for each in moved.departures] == ["work", "early"]
    assert edits.without_departure(moved, "work").departures == plan.departures[:1]


@pytest.mark.parametrize(
    "change",
    [
        lambda plan: edits.without_departure(plan, "gym"),
        lambda plan: edits.skip(plan, "gym", TUESDAY),
        lambda plan: edits.skip_next(plan, MONDAY, SETTINGS, "gym"),
    ],
    ids=["remove", "skip", "skip next"],
)
def test_an_unknown_departure_is_refused(change: object) -> None:
    """With the name it was given."""
    assert callable(change)
    with pytest.raises(ScheduleError) as caught:
        change(departure_plan())
    assert (caught.value.key, caught.value.value) == ("departure_unknown", "gym")


@pytest.mark.parametrize(("clock", "day"), [("07:19", 23), ("07:20", 24), ("12:00", 24)])
def test_skip_next_skips_the_next_time_that_can_be_skipped(clock: str, day: int) -> None:
    """After the start it is the following one, and again the one after."""
    plan = edits.skip_next(departure_plan(), at(clock), SETTINGS)
    assert plan.departures[0].skipped == {date(2026, 11, day)}
    plan = edits.skip_next(plan, at(clock), SETTINGS, "work")
    assert plan.departures[0].skipped == {date(2026, 11, day), date(2026, 11, day + 1)}


def test_skip_next_uses_the_named_departure_or_the_first() -> None:
    """With two departures."""
    late = Departure(id="late", name="Late", at=time(21), weekdays=WORK_DAYS)
    plan = edits.with_departure(departure_plan(), late, MONDAY)
    first = edits.skip_next(plan, at("08:00"), SETTINGS)
    named = edits.skip_next(plan, at("08:00"), SETTINGS, "work")
    assert [each.skipped for each in first.departures] == [frozenset(), {MONDAY.date()}]
    assert [each.skipped for each in named.departures] == [{TUESDAY}, frozenset()]
    with pytest.raises(ScheduleError, match="departure_none_to_skip"):
        edits.skip_next(Plan(), MONDAY, SETTINGS)


def test_a_pause_ends_after_it_begins() -> None:
    """Both days are included."""
    plan = edits.pause(departure_plan(), MONDAY.date(), TUESDAY, MONDAY)
    assert plan.paused == Pause(first=MONDAY.date(), last=TUESDAY)
    assert edits.resume(plan).paused is None
    with pytest.raises(ScheduleError, match="pause_reversed"):
        edits.pause(Plan(), TUESDAY, MONDAY.date(), MONDAY)


def test_departures_switched_on_again_were_not_missed() -> None:
    """They did not count before."""
    off = edits.switch_departures(departure_plan(), MONDAY, on=False)
    assert edits.switch_departures(off, at("05:00"), on=False) is off
    on = edits.switch_departures(off, at("12:00"), on=True)
    assert due(on, vehicle(), at("12:00")) is None
    assert kind_and_reason(due(departure_plan(), vehicle(), at("12:00"))) == "say missed"


@pytest.mark.parametrize(
    ("given_windows", "key", "days"),
    [
        ([PlannedWindow(ChargeWindow(MON, time(1, 5), timedelta(hours=1)))], "schedule_start_off_grid", [MON]),
        ([PlannedWindow(ChargeWindow(MON, time(1), timedelta(minutes=20)))], "schedule_duration_off_grid", [MON]),
        ([PlannedWindow(ChargeWindow(MON, time(1), timedelta(minutes=10)))], "schedule_duration_out_of_range", [MON]),
        ([PlannedWindow(ChargeWindow(MON, time(1), timedelta(days=2)))], "schedule_duration_out_of_range", [MON]),
        ([window(MON, "01:00", "03:00", TUESDAY)], "window_date_differs", [MON]),
        (
            [window(MON, "01:00", "02:00", is_main=True), window(MON, "03:00", "04:00", is_main=True)],
            "windows_base_twice",
            [MON],
        ),
        ([*NIGHT, window(TUE, "06:00", "07:00", TUESDAY, is_main=True)], "windows_base_once", [TUE]),
    ],
    ids=str,
)
def test_windows_that_the_car_cannot_hold_are_refused(
    given_windows: list[PlannedWindow], key: str, days: list[Weekday]
) -> None:
    """With the reason and the days."""
    with pytest.raises(ScheduleError) as caught:
        window_edits.with_windows(Plan(), given_windows, MONDAY)
    assert (caught.value.key, list(caught.value.weekdays)) == (key, days)


def test_adjacent_windows_are_joined() -> None:
    """On the same day, a main window stays one; those of different days stay separate."""
    given_windows = [
        window(MON, "03:00", "05:00", is_main=True),
        window(MON, "01:00", "03:00"),
        window(MON, "22:00", "00:00"),
        window(TUE, "00:00", "02:00"),
        window(TUE, "02:00", "03:00", TUESDAY),
    ]
    plan = window_edits.with_windows(Plan(), given_windows, MONDAY)
    assert plan.windows == (
        window(MON, "01:00", "05:00", is_main=True),
        window(MON, "22:00", "00:00"),
        window(TUE, "00:00", "02:00"),
        window(TUE, "02:00", "03:00", TUESDAY),
    )


@pytest.mark.parametrize(
    ("given_windows", "key", "days"),
    [([], "schedule_empty", []), ([window(TUE, "01:00", "03:00", TUESDAY)], "windows_need_a_week", [TUE])],
)
def test_a_schedule_in_use_needs_a_weekly_window(
    given_windows: list[PlannedWindow], key: str, days: list[Weekday]
) -> None:
    """While the car charges at any time it may have none, or only one for a date."""
    with pytest.raises(ScheduleError) as caught:
        window_edits.with_windows(charging_plan("01:00-05:00"), given_windows, MONDAY)
    assert (caught.value.key, list(caught.value.weekdays)) == (key, days)
    draft = window_edits.with_windows(charging_plan("01:00-05:00", charge_enabled=False), given_windows, MONDAY)
    assert (draft.windows, draft.charge_enabled, draft.claimed) == (tuple(given_windows), False, False)


def test_windows_that_exceed_what_the_car_holds_are_refused() -> None:
    """Too many different times in either mode, and by schedule a day without a window; any number a day is possible."""
    car = replace(CAR, windows_a_day=2, max_window_times=3)
    plan = charging_plan("01:00-02:00", "12:00-13:00", "20:00-21:00")
    window_edits.check_fit(plan, car)
    four = replace(plan, windows=(*plan.windows, window(TUE, "03:00", "04:00")))
    partly = replace(plan, windows=tuple(each for each in plan.windows if each.window.weekday not in {MON, TUE}))
    for refused, key, days, value in (
        (four, "schedule_kinds_full", (), "3"),
        (replace(four, charge_enabled=False), "schedule_kinds_full", (), "3"),
        (partly, "windows_days_missing", (MON, TUE), ""),
    ):
        with pytest.raises(ScheduleError) as caught:
            window_edits.check_fit(refused, car)
        assert (caught.value.key, caught.value.weekdays, caught.value.value) == (key, days, value)
    window_edits.check_fit(partly, replace(car, every_day=False))
    window_edits.check_fit(replace(partly, charge_enabled=False), car)


def test_what_began_before_an_edit_cannot_be_missed() -> None:
    """This applies to edits of windows and of the mode."""
    plan, now = charging_plan("01:00-05:00"), at("03:00")
    for changed in (
        window_edits.with_windows(plan, weekly("02:00-05:00"), now),
        window_edits.select_mode(replace(plan, charge_enabled=False), now, CAR, by_schedule=True),
    ):
        assert changed.judged_until == now
        assert kind_and_reason(due(changed, vehicle(ChargeSchedule(enabled=False)), now)) == "load plan_changed"
