"""Convert schedules to programs and back, in both clocks, also when the clocks change."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, strategies as st
import pytest

from custom_components.renault_ze.cloud.exceptions import UnsupportedError
from custom_components.renault_ze.cloud.models import ChargeWindow, Weekday
from custom_components.renault_ze.cloud.myrenault import decode_schedule
from custom_components.renault_ze.cloud.myrenault.programs import (
    ProgramConverter,
    ScheduleClock,
    ScheduleLimits,
    disabled,
    dump_windows,
    load_windows,
    shifted,
)
from simulator.myrenault import X101VE, X102VE
from simulator.myrenault.programs import parse_programs
from tests.cloud.myrenault import LONDON, every_day, window

PARIS = ZoneInfo("Europe/Paris")
WINTER = datetime(2026, 1, 14, 12, tzinfo=UTC)
SUMMER = datetime(2026, 7, 15, 12, tzinfo=UTC)
FIRST, SECOND = ScheduleLimits(), ScheduleLimits(windows_a_day=5, programs=5)
MONDAY, TUESDAY, SUNDAY = Weekday.MONDAY, Weekday.TUESDAY, Weekday.SUNDAY

days = st.sampled_from(Weekday)
quarters = st.integers(0, 95).map(lambda quarter: time(quarter // 4, quarter % 4 * 15))
lengths = st.integers(1, 96).map(lambda quarter: timedelta(minutes=15 * quarter))
zones = st.sampled_from(["Europe/London", "Europe/Paris", "Asia/Kolkata", "Asia/Kathmandu", "America/St_Johns"])
moments = st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


def converter(
    clock: ScheduleClock = ScheduleClock.LOCAL, now: datetime = WINTER, zone: ZoneInfo = LONDON
) -> ProgramConverter:
    """Return the converter of a car."""
    return ProgramConverter(clock=clock, zone=zone, now=now)


def starts(programs: list[dict[str, object]]) -> dict[str, object]:
    """Return when the windows of the first program start, by day."""
    return {day: row["startTime"] for day, row in programs[0].items() if isinstance(row, dict)}


def test_first_generation_has_one_program_of_differing_days() -> None:
    """Days without a window are null."""
    week = (window(MONDAY, 1, 4), window(TUESDAY, 22.5, 8))
    assert converter().to_programs(week, FIRST) == [
        {
            "id": 1,
            "activated": True,
            "monday": {"startTime": "T01:00Z", "duration": 240},
            "tuesday": {"startTime": "T22:30Z", "duration": 480},
            **dict.fromkeys(("wednesday", "thursday", "friday", "saturday", "sunday")),
        }
    ]


def test_first_generation_has_one_window_a_day() -> None:
    """The message contains the day with more."""
    with pytest.raises(UnsupportedError, match="one charge window a day, and monday has more, at 01:00 and 05:00"):
        converter().to_programs((window(MONDAY, 1, 1), window(MONDAY, 5, 1)), FIRST)


def test_two_windows_on_one_day_of_the_cars_clock() -> None:
    """A schedule that fits in local time may not fit in UTC."""
    week = (window(MONDAY, 23.5, 1), window(TUESDAY, 0.5, 1))
    assert converter(ScheduleClock.UTC, WINTER).to_programs(week, FIRST)
    with pytest.raises(UnsupportedError, match="monday has more, at 22:30 and 23:30 by the car's own clock"):
        converter(ScheduleClock.UTC, SUMMER).to_programs(week, FIRST)


def test_second_generation_packs_into_the_fewest_programs() -> None:
    """Use one program for each pair of start and duration."""
    nights = every_day(0.5, 2)
    week = (window(MONDAY, 3, 4), window(MONDAY, 18, 4), *nights)
    programs = converter().to_programs(week, SECOND)
    assert [program["id"] for program in programs] == [1, 2, 3]
    assert [sum(isinstance(row, dict) for row in program.values()) for program in programs] == [7, 1, 1]


def test_second_generation_has_five_programs() -> None:
    """The message contains the limit and the number needed."""
    week = tuple(window(MONDAY, hour, 1) for hour in (1, 3, 5, 7, 9))
    assert len(converter().to_programs(week, SECOND)) == 5
    with pytest.raises(UnsupportedError, match=r"holds 5 charge programs, .* and this schedule needs 6"):
        converter().to_programs((*week, window(MONDAY, 11, 1)), SECOND)


@pytest.mark.parametrize(
    "week",
    [
        pytest.param((window(MONDAY, 1, 3), window(MONDAY, 3, 1)), id="on a day"),
        pytest.param((window(MONDAY, 22, 4), window(TUESDAY, 1, 1)), id="over midnight"),
        pytest.param((window(SUNDAY, 22, 4), window(MONDAY, 1, 1)), id="over the end of the week"),
    ],
)
def test_windows_of_the_second_generation_must_not_overlap(week: tuple[ChargeWindow, ...]) -> None:
    """The effect of an overlap is unknown."""
    with pytest.raises(UnsupportedError, match="not overlap"):
        converter().to_programs(week, SECOND)


@pytest.mark.parametrize(
    ("each", "limit"),
    [
        (ChargeWindow(MONDAY, time(1, 15, 1), timedelta(hours=1)), "01:15:01"),
        (ChargeWindow(MONDAY, time(1), timedelta(seconds=90)), "0:01:30"),
        (ChargeWindow(MONDAY, time(1), timedelta()), "0:00:00"),
        (ChargeWindow(MONDAY, time(1), timedelta(hours=25)), "1 day, 1:00:00"),
    ],
)
@pytest.mark.parametrize("limits", [FIRST, SECOND])
def test_windows_that_no_car_holds(each: ChargeWindow, limit: str, limits: ScheduleLimits) -> None:
    """The library does not check it."""
    with pytest.raises(UnsupportedError, match=limit):
        converter().to_programs((each,), limits)


def test_shift_to_utc() -> None:
    """Half past midnight on Tuesday in Paris is Monday in UTC."""
    week = (window(TUESDAY, 0.5, 2),)
    assert starts(converter(ScheduleClock.UTC, WINTER, PARIS).to_programs(week, FIRST)) == {"monday": "T23:30Z"}
    assert starts(converter(ScheduleClock.UTC, SUMMER, PARIS).to_programs(week, FIRST)) == {"monday": "T22:30Z"}
    assert starts(converter(ScheduleClock.LOCAL, SUMMER, PARIS).to_programs(week, FIRST)) == {"tuesday": "T00:30Z"}


def test_each_day_is_shifted_by_its_next_date() -> None:
    """In the week before the clocks change, the days before and after it differ."""
    wednesday = datetime(2026, 3, 25, 12, tzinfo=UTC)
    sent = starts(converter(ScheduleClock.UTC, wednesday).to_programs(every_day(2, 1), FIRST))
    assert {day for day, start in sent.items() if start == "T01:00Z"} == {"sunday", "monday", "tuesday", "wednesday"}
    assert {day for day, start in sent.items() if start == "T02:00Z"} == {"thursday", "friday", "saturday"}


def test_week_of_the_change_with_too_many_programs() -> None:
    """Use the offset of today for all days."""
    wednesday = datetime(2026, 3, 25, 12, tzinfo=UTC)
    week = tuple(each for hour in (1, 4, 7, 10) for each in every_day(hour, 1))
    programs = converter(ScheduleClock.UTC, wednesday).to_programs(week, SECOND)
    assert len(programs) == 4
    assert starts(programs)["sunday"] == "T01:00Z"


@given(st.lists(st.builds(ChargeWindow, days, quarters, lengths), max_size=8), zones, moments)
def test_shift_there_and_back(week: list[ChargeWindow], zone: str, now: datetime) -> None:
    """Without a daylight saving time change, the windows are equal."""
    place = ZoneInfo(zone)
    offsets = {(now + timedelta(hours=12 * step)).astimezone(place).utcoffset() for step in range(-2, 18)}
    if len(offsets) > 1:
        return
    whole = tuple(sorted(set(week)))
    assert shifted(shifted(whole, place, UTC, now), UTC, place, now) == whole


@given(st.dictionaries(days, st.tuples(quarters, lengths)), zones, st.sampled_from(ScheduleClock))
def test_first_generation_accepts_the_programs(
    week: dict[Weekday, tuple[time, timedelta]], zone: str, clock: ScheduleClock
) -> None:
    """The simulator accepts them, and they decode to the same windows."""
    windows = tuple(sorted(ChargeWindow(day, start, length) for day, (start, length) in week.items()))
    by = converter(clock, WINTER, ZoneInfo(zone))
    try:
        programs = by.to_programs(windows, FIRST)
    except UnsupportedError:
        assert clock is ScheduleClock.UTC
        return
    assert parse_programs({"schedules": programs}, X101VE)
    assert by.to_local(decode_schedule.program_windows(programs)) == windows


@given(st.sets(st.tuples(days, st.integers(0, 23)), max_size=20))
def test_second_generation_accepts_the_programs(hours: set[tuple[Weekday, int]]) -> None:
    """The programs decode to the same windows, unless too many are needed."""
    windows = tuple(sorted(window(day, hour, 1) for day, hour in hours))
    needed = len({hour for _, hour in hours})
    if needed > 5:
        with pytest.raises(UnsupportedError, match=f"needs {needed}"):
            converter().to_programs(windows, SECOND)
        return
    programs = converter().to_programs(windows, SECOND)
    assert len(parse_programs({"schedules": programs}, X102VE)) == needed
    assert decode_schedule.program_windows(programs) == windows


@given(st.lists(st.builds(ChargeWindow, days, quarters, lengths)))
def test_windows_as_json(week: list[ChargeWindow]) -> None:
    """They are equal after JSON and back."""
    assert load_windows(dump_windows(tuple(week))) == tuple(week)


def test_disabled_programs() -> None:
    """They stay the same and do not count."""
    programs = converter().to_programs(every_day(1, 1), SECOND)
    assert decode_schedule.program_windows(disabled(programs)) == ()
    assert [program["monday"] for program in disabled(programs)] == [program["monday"] for program in programs]
