"""Charge windows of a plan that take turns in a car with room for one a day."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from custom_components.renault_ze.cloud.models import ChargeWindow, CommandKind, Weekday
from custom_components.renault_ze.plan import timetable, window_edits as edits
from custom_components.renault_ze.plan.decisions import recorded
from custom_components.renault_ze.plan.model import Plan, PlannedWindow
from custom_components.renault_ze.plan.records import SentSchedule
from custom_components.renault_ze.plan.settings import Settings
from custom_components.renault_ze.plan.steps import SendSchedule, Step, StepKind, StepReason
from tests.plan.simulated.states import (
    BASE,
    MONDAY,
    NIGHT,
    NOON,
    SETTINGS,
    after,
    at,
    charge,
    charging_plan,
    desired,
    due,
    held,
    kind_and_reason,
    observed,
    on_monday,
    sent_command,
    step,
    vehicle,
    weekly,
    with_monday,
)

MINUTE = timedelta(minutes=1)


def monday_slot(found: Step | None) -> ChargeWindow | None:
    """Return the window that a step sends for Mondays."""
    assert isinstance(found, SendSchedule)
    return next((each for each in found.schedule.windows if each.weekday is Weekday.MONDAY), None)


@pytest.mark.parametrize(
    ("clock", "span"),
    [
        ("00:00", NIGHT),
        ("04:59", NIGHT),
        ("11:14", NIGHT),
        ("11:15", NOON),
        ("12:59", NOON),
        ("13:00", "13:30-14:00"),
        ("13:59", "13:30-14:00"),
        ("14:00", NIGHT),
        ("16:15", "17:00-17:15"),
        ("17:14", "17:00-17:15"),
        ("17:15", NIGHT),
    ],
)
def test_windows_of_a_day_take_turns(clock: str, span: str) -> None:
    """Each is sent 45 minutes ahead, or when the one before is over, and the main window put back."""
    plan = on_monday(NOON, "13:30-14:00", "17:00-17:15")
    assert desired(plan, with_monday(span), at(clock), SETTINGS) == with_monday(span)


def test_a_schedule_in_the_car_is_not_sent_again() -> None:
    """After a restart only the next one is known ahead, with its reason."""
    found = step(on_monday(NOON), vehicle(BASE), at("06:00"))
    assert (kind_and_reason(found), found and found.at, monday_slot(found)) == (
        "load further_window",
        at("11:15"),
        charge(Weekday.MONDAY, "12:00", "13:00"),
    )
    plan = replace(on_monday(NOON), judged_until=at("01:00"))
    found = step(plan, vehicle(replace(BASE, windows=with_monday(NOON))), at("12:00"))
    assert (kind_and_reason(found), found and found.at) == ("load base_back", at("13:00"))


@pytest.mark.parametrize(("clock", "day"), [("13:00", 1), ("00:00", 4), ("11:14", 7)])
def test_the_next_schedule_is_known_a_week_ahead(clock: str, day: int) -> None:
    """The only additional window of the week is days away."""
    found = step(on_monday(NOON), vehicle(BASE), at(clock, day))
    assert (kind_and_reason(found), found and found.at) == ("load further_window", at("11:15", day=7))


def test_windows_that_fit_need_no_step() -> None:
    """One window a day stays in the car."""
    assert step(charging_plan(NIGHT), vehicle(BASE), at("06:00")) is None


@pytest.mark.parametrize(("marked", "expected"), [(None, "01:00-05:00"), ("12:00-13:00", "12:00-13:00")])
def test_the_main_window_is_the_longest_unless_one_is_marked(marked: str | None, expected: str) -> None:
    """The earlier of two that are equally long."""
    given = weekly(NIGHT, "06:00-10:00", NOON)
    chosen = tuple(replace(each, is_main=marked is not None and each.window.start.hour == 12) for each in given)
    assert timetable.main_schedule(chosen, MONDAY, SETTINGS) == held(expected).windows


def test_a_window_across_midnight_stays_until_it_is_over() -> None:
    """Monday's window that ends on Tuesday is not removed at midnight."""
    plan = on_monday("23:00-00:30")
    late = with_monday("23:00-00:30")
    assert desired(plan, late, at("00:29", day=1), SETTINGS) == late
    assert desired(plan, late, at("00:30", day=1), SETTINGS) == BASE.windows


def test_a_late_window_is_sent_while_enough_of_it_is_left() -> None:
    """A quarter of an hour once the car may have it."""
    assert kind_and_reason(due(on_monday(NOON), vehicle(BASE), at("12:40"))) == "load further_window"
    assert kind_and_reason(due(on_monday(NOON), vehicle(BASE), at("12:41"))) == "say window_missed"


@pytest.mark.parametrize(("clock", "expected"), [("12:00", "load further_window"), ("12:45", "say window_missed")])
def test_a_window_absent_at_its_beginning_is_reported_once(clock: str, expected: str) -> None:
    """As late if it can still be sent, which comes first, else as missed."""
    plan, state, now = on_monday(NOON), vehicle(BASE), at(clock)
    assert kind_and_reason(due(plan, state, now)) == expected
    plan = after(plan, state, now)
    if expected.startswith("load"):
        assert due(plan, state, now + 9 * MINUTE) is None
        plan = replace(plan, last_sent=None)
        state = replace(
            state, commands={CommandKind.SET_CHARGE_SCHEDULE: sent_command(CommandKind.SET_CHARGE_SCHEDULE, now)}
        )
        found = due(plan, state, now + 9 * MINUTE)
        assert kind_and_reason(found) == "say window_late"
        plan = recorded(plan, found, now) if found else plan
    assert kind_and_reason(due(plan, state, now + 10 * MINUTE)) != expected
    assert plan.judged_until == at("12:00")


def test_windows_in_the_car_are_not_reported() -> None:
    """The night began and was in the car."""
    plan = observed(on_monday(NOON), vehicle(BASE), at("06:00"), SETTINGS)
    assert plan.judged_until == at("01:00")


@pytest.mark.parametrize(("day", "reported"), [(22, 1), (23, 0)])
def test_windows_long_past_are_not_reported(day: int, reported: int) -> None:
    """After three weeks only those of the last day are."""
    plan, state, said = on_monday(NOON), vehicle(BASE), 0
    now = at("11:00", day=day)
    while (found := due(plan, state, now)) is not None and found.kind is StepKind.MESSAGE:
        plan, said = recorded(plan, found, now), said + 1
    assert said == reported


def test_two_schedules_are_never_sent_within_ten_minutes() -> None:
    """The second waits."""
    plan = replace(on_monday(NOON), last_sent=SentSchedule(at=at("11:10"), windows=BASE.windows))
    found = step(plan, vehicle(BASE), at("11:15"))
    assert (kind_and_reason(found), found and found.at) == ("load further_window", at("11:20"))


@pytest.mark.parametrize(("tries", "minutes"), [(1, 10), (2, 20), (3, 40), (4, 60), (9, 60), (99, 60)])
def test_the_gap_grows_while_the_car_does_not_confirm(tries: int, minutes: int) -> None:
    """Each message may cost an SMS."""
    sent_at = at("11:15")
    plan = replace(on_monday("12:00-20:00"), last_sent=SentSchedule(at=sent_at, windows=with_monday(NOON), tries=tries))
    plan = replace(plan, windows=(*weekly(NIGHT), *weekly(NOON, days=frozenset([Weekday.MONDAY]))))
    found = step(plan, vehicle(BASE), sent_at + MINUTE)
    assert (kind_and_reason(found), found and found.at) == ("load not_confirmed", sent_at + minutes * MINUTE)
    again = recorded(plan, found, sent_at + minutes * MINUTE) if found else plan
    assert again.last_sent == SentSchedule(at=sent_at + minutes * MINUTE, windows=with_monday(NOON), tries=tries + 1)


def test_a_wrong_clock_does_not_delay_a_schedule() -> None:
    """One sent in the future was not."""
    plan = replace(on_monday(NOON), last_sent=SentSchedule(at=at("11:15", day=300), windows=BASE.windows))
    assert kind_and_reason(due(plan, vehicle(BASE), at("11:15"))) == "load further_window"


def test_a_window_for_one_date_is_sent_for_that_date_only() -> None:
    """It takes turns with the night, and a week later it is not sent."""
    once = PlannedWindow(charge(Weekday.MONDAY, "12:00", "13:00"), on=MONDAY.date())
    plan = edits.with_windows(charging_plan(NIGHT), (*weekly(NIGHT), once), MONDAY)
    assert desired(plan, BASE.windows, at("11:15"), SETTINGS) == with_monday(NOON)
    assert desired(plan, BASE.windows, at("13:00"), SETTINGS) == BASE.windows
    assert desired(plan, BASE.windows, at("11:15", day=7), SETTINGS) == BASE.windows
    found = step(replace(plan, claimed=False), vehicle(BASE), at("06:00"))
    assert (kind_and_reason(found), found and found.at) == ("load further_window", at("11:15"))
    assert observed(plan, vehicle(BASE), at("06:00", day=100), SETTINGS).windows == weekly(NIGHT)


def test_a_day_without_windows_has_none_in_the_car() -> None:
    """The other days have, and a window for one date on such a day is removed again."""
    days = frozenset(Weekday) - {Weekday.MONDAY}
    once = PlannedWindow(charge(Weekday.MONDAY, "12:00", "13:00"), on=MONDAY.date())
    plan = edits.with_windows(Plan(), (*weekly(NIGHT, days=days), once), MONDAY)
    assert desired(plan, (), at("06:00"), SETTINGS) == held(NIGHT, days=days).windows
    assert desired(plan, (), at("11:30"), SETTINGS) == with_monday(NOON)
    assert desired(plan, with_monday(NOON), at("13:00"), SETTINGS) == held(NIGHT, days=days).windows


@pytest.mark.parametrize(
    ("room", "clock", "monday"),
    [
        (None, "06:00", ["01:00", "12:00", "16:00"]),
        (None, "19:30", ["01:00", "12:00", "16:00", "20:00"]),
        (3, "06:00", ["01:00", "12:00", "16:00"]),
        (3, "19:30", ["01:00", "12:00", "20:00"]),
        (2, "11:30", ["01:00", "12:00"]),
        (2, "06:00", ["01:00"]),
    ],
)
def test_a_car_with_room_for_several_windows_a_day(room: int | None, clock: str, monday: list[str]) -> None:
    """Only those that do not fit take turns."""
    once = PlannedWindow(charge(Weekday.MONDAY, "20:00", "21:00"), on=MONDAY.date())
    plan = replace(on_monday(NOON, "16:00-17:00"), windows=(*on_monday(NOON, "16:00-17:00").windows, once))
    settings = replace(SETTINGS, windows_a_day=room)
    week = desired(plan, (), at(clock), settings)
    assert [f"{each.start:%H:%M}" for each in week if each.weekday is Weekday.MONDAY] == monday
    assert len([each for each in week if each.weekday is not Weekday.MONDAY]) == 6


@pytest.mark.parametrize(
    ("night", "turn"),
    [
        (date(2026, 3, 29), datetime(2026, 3, 29, 2, tzinfo=UTC)),
        (date(2026, 10, 25), datetime(2026, 10, 25, 3, tzinfo=UTC)),
    ],
    ids=["spring", "autumn"],
)
def test_turns_in_the_nights_the_clocks_change(night: date, turn: datetime) -> None:
    """A window until 04:00 in Paris ends at 04:00 local time."""
    spans = weekly("01:00-04:00", "05:00-06:00")
    plan = replace(charging_plan(NIGHT), windows=spans)
    settings = Settings(zone=ZoneInfo("Europe/Paris"))
    now = datetime(night.year, night.month, night.day, tzinfo=UTC)
    week = vehicle(held("01:00-04:00"))
    found = step(replace(plan, judged_until=now), week, now, settings)
    assert (found.at, found.reason) == (max(turn, turn + timedelta(minutes=15)), StepReason.ADDITIONAL_WINDOW)
