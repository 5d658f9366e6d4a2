"""How a week becomes programs and a week again, by either clock, and over the nights the clocks change."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, strategies as st
import pytest

from custom_components.renault_ze.cloud.exceptions import UnsupportedError
from custom_components.renault_ze.cloud.models import ChargeWindow, Weekday
from custom_components.renault_ze.cloud.myrenault import decode
from custom_components.renault_ze.cloud.myrenault.programs import (
    Dial,
    Limits,
    ScheduleClock,
    restored,
    shifted,
    stored,
    switched_off,
)
from simulator.myrenault import X101VE, X102VE
from simulator.myrenault.programs import parse_programs
from tests.cloud.myrenault import LONDON, every_day, window

PARIS = ZoneInfo("Europe/Paris")
WINTER = datetime(2026, 1, 14, 12, tzinfo=UTC)
SUMMER = datetime(2026, 7, 15, 12, tzinfo=UTC)
FIRST, SECOND = Limits(), Limits(windows_a_day=5, programs=5)
MONDAY, TUESDAY, SUNDAY = Weekday.MONDAY, Weekday.TUESDAY, Weekday.SUNDAY

days = st.sampled_from(Weekday)
quarters = st.integers(0, 95).map(lambda quarter: time(quarter // 4, quarter % 4 * 15))
lengths = st.integers(1, 96).map(lambda quarter: timedelta(minutes=15 * quarter))
zones = st.sampled_from(["Europe/London", "Europe/Paris", "Asia/Kolkata", "Asia/Kathmandu", "America/St_Johns"])
moments = st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


def dial(clock: ScheduleClock = ScheduleClock.LOCAL, now: datetime = WINTER, zone: ZoneInfo = LONDON) -> Dial:
    """Return how a car tells the time."""
    return Dial(clock=clock, zone=zone, now=now)


def starts(programs: list[dict[str, object]]) -> dict[str, object]:
    """Return when the windows of the first program begin, by day."""
    return {day: row["startTime"] for day, row in programs[0].items() if isinstance(row, dict)}


def test_first_generation_has_one_program_of_differing_days() -> None:
    """Days without a window are said to have none."""
    week = (window(MONDAY, 1, 4), window(TUESDAY, 22.5, 8))
    assert dial().packed(week, FIRST) == [
        {
            "id": 1,
            "activated": True,
            "monday": {"startTime": "T01:00Z", "duration": 240},
            "tuesday": {"startTime": "T22:30Z", "duration": 480},
            **dict.fromkeys(("wednesday", "thursday", "friday", "saturday", "sunday")),
        }
    ]


def test_first_generation_has_one_window_a_day() -> None:
    """The day that has more is named."""
    with pytest.raises(UnsupportedError, match="one charge window a day, and monday has more, at 01:00 and 05:00"):
        dial().packed((window(MONDAY, 1, 1), window(MONDAY, 5, 1)), FIRST)


def test_two_windows_on_one_day_of_the_cars_clock() -> None:
    """A week that fits the wall clock need not fit the car's."""
    week = (window(MONDAY, 23.5, 1), window(TUESDAY, 0.5, 1))
    assert dial(ScheduleClock.UTC, WINTER).packed(week, FIRST)
    with pytest.raises(UnsupportedError, match="monday has more, at 22:30 and 23:30 by the car's own clock"):
        dial(ScheduleClock.UTC, SUMMER).packed(week, FIRST)


def test_second_generation_packs_into_the_fewest_programs() -> None:
    """One for each pair of start and duration: the page's own example, and a night on every day."""
    nights = every_day(0.5, 2)
    week = (window(MONDAY, 3, 4), window(MONDAY, 18, 4), *nights)
    programs = dial().packed(week, SECOND)
    assert [program["id"] for program in programs] == [1, 2, 3]
    assert [sum(isinstance(row, dict) for row in program.values()) for program in programs] == [7, 1, 1]


def test_second_generation_has_five_programs() -> None:
    """The limit is named, and how far the week is beyond it."""
    week = tuple(window(MONDAY, hour, 1) for hour in (1, 3, 5, 7, 9))
    assert len(dial().packed(week, SECOND)) == 5
    with pytest.raises(UnsupportedError, match=r"holds 5 charge programs, .* and this week needs 6"):
        dial().packed((*week, window(MONDAY, 11, 1)), SECOND)


@pytest.mark.parametrize(
    "week",
    [
        pytest.param((window(MONDAY, 1, 3), window(MONDAY, 3, 1)), id="on a day"),
        pytest.param((window(MONDAY, 22, 4), window(TUESDAY, 1, 1)), id="over midnight"),
        pytest.param((window(SUNDAY, 22, 4), window(MONDAY, 1, 1)), id="over the end of the week"),
    ],
)
def test_windows_of_the_second_generation_lie_apart(week: tuple[ChargeWindow, ...]) -> None:
    """Nobody knows what the car makes of an overlap."""
    with pytest.raises(UnsupportedError, match="not overlap"):
        dial().packed(week, SECOND)


@pytest.mark.parametrize(
    ("each", "limit"),
    [
        (ChargeWindow(MONDAY, time(1, 10), timedelta(hours=1)), "starts on the quarter"),
        (ChargeWindow(MONDAY, time(1, 15, 1), timedelta(hours=1)), "starts on the quarter"),
        (ChargeWindow(MONDAY, time(1), timedelta(minutes=20)), "whole quarters"),
        (ChargeWindow(MONDAY, time(1), timedelta()), "whole quarters"),
        (ChargeWindow(MONDAY, time(1), timedelta(hours=25)), "whole quarters"),
    ],
)
@pytest.mark.parametrize("limits", [FIRST, SECOND])
def test_windows_lie_on_the_grid(each: ChargeWindow, limit: str, limits: Limits) -> None:
    """The library would send anything."""
    with pytest.raises(UnsupportedError, match=limit):
        dial().packed((each,), limits)


def test_utc_moves_with_the_season_and_takes_the_day_along() -> None:
    """Half past midnight on Tuesdays in Paris is Monday evening in UTC."""
    week = (window(TUESDAY, 0.5, 2),)
    assert starts(dial(ScheduleClock.UTC, WINTER, PARIS).packed(week, FIRST)) == {"monday": "T23:30Z"}
    assert starts(dial(ScheduleClock.UTC, SUMMER, PARIS).packed(week, FIRST)) == {"monday": "T22:30Z"}
    assert starts(dial(ScheduleClock.LOCAL, SUMMER, PARIS).packed(week, FIRST)) == {"tuesday": "T00:30Z"}


def test_each_day_is_sent_for_its_next_time() -> None:
    """In the week before the clocks change, days before and after it differ."""
    wednesday = datetime(2026, 3, 25, 12, tzinfo=UTC)
    sent = starts(dial(ScheduleClock.UTC, wednesday).packed(every_day(2, 1), FIRST))
    assert {day for day, start in sent.items() if start == "T01:00Z"} == {"sunday", "monday", "tuesday", "wednesday"}
    assert {day for day, start in sent.items() if start == "T02:00Z"} == {"thursday", "friday", "saturday"}


def test_week_of_the_change_that_needs_too_many_programs_is_sent_for_today() -> None:
    """Rather an hour off on some days than not at all."""
    wednesday = datetime(2026, 3, 25, 12, tzinfo=UTC)
    week = tuple(each for hour in (1, 4, 7, 10) for each in every_day(hour, 1))
    programs = dial(ScheduleClock.UTC, wednesday).packed(week, SECOND)
    assert len(programs) == 4
    assert starts(programs)["sunday"] == "T01:00Z"


@given(st.lists(st.builds(ChargeWindow, days, quarters, lengths), max_size=8), zones, moments)
def test_clocks_are_told_there_and_back(week: list[ChargeWindow], zone: str, now: datetime) -> None:
    """Away from a change of the clocks, a week told in UTC and back is the week it was."""
    place = ZoneInfo(zone)
    offsets = {(now + timedelta(hours=12 * step)).astimezone(place).utcoffset() for step in range(-2, 18)}
    if len(offsets) > 1:
        return
    whole = tuple(sorted(set(week)))
    assert shifted(shifted(whole, place, UTC, now), UTC, place, now) == whole


@given(st.dictionaries(days, st.tuples(quarters, lengths)), zones, st.sampled_from(ScheduleClock))
def test_first_generation_takes_what_is_packed_for_it(
    week: dict[Weekday, tuple[time, timedelta]], zone: str, clock: ScheduleClock
) -> None:
    """The simulator, which was written without this packing, agrees, and it reads back as it was."""
    windows = tuple(sorted(ChargeWindow(day, start, length) for day, (start, length) in week.items()))
    by = dial(clock, WINTER, ZoneInfo(zone))
    try:
        programs = by.packed(windows, FIRST)
    except UnsupportedError:
        assert clock is ScheduleClock.UTC
        return
    assert parse_programs({"schedules": programs}, X101VE)
    assert by.local(decode.program_week(programs)) == windows


@given(st.sets(st.tuples(days, st.integers(0, 23)), max_size=20))
def test_second_generation_takes_what_is_packed_for_it(hours: set[tuple[Weekday, int]]) -> None:
    """So many programs as there are hours, or a refusal; what was packed reads back as it was."""
    windows = tuple(sorted(window(day, hour, 1) for day, hour in hours))
    needed = len({hour for _, hour in hours})
    if needed > 5:
        with pytest.raises(UnsupportedError, match=f"needs {needed}"):
            dial().packed(windows, SECOND)
        return
    programs = dial().packed(windows, SECOND)
    assert len(parse_programs({"schedules": programs}, X102VE)) == needed
    assert decode.program_week(programs) == windows


@given(st.lists(st.builds(ChargeWindow, days, quarters, lengths)))
def test_week_is_kept_as_json(week: list[ChargeWindow]) -> None:
    """It comes back from the store as it went in."""
    assert restored(stored(tuple(week))) == tuple(week)


def test_programs_are_switched_off() -> None:
    """They stay what they are, and count for nothing."""
    programs = dial().packed(every_day(1, 1), SECOND)
    assert decode.program_week(switched_off(programs)) == ()
    assert [program["monday"] for program in switched_off(programs)] == [program["monday"] for program in programs]
