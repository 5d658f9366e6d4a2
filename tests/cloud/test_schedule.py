"""Calculations with charge windows and wall clocks."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import assume, given, strategies as st
import pytest

from custom_components.renault_ze.cloud.models import Weekday
from custom_components.renault_ze.cloud.schedule import (
    ScheduleError,
    end_of,
    instant,
    next_at,
    window,
)

LONDON = ZoneInfo("Europe/London")
PARIS = ZoneInfo("Europe/Paris")
QUARTERS = st.integers(0, 95).map(lambda n: time(n // 4, n % 4 * 15))
SPANS = st.integers(1, 96).map(lambda n: timedelta(minutes=15 * n))
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
# The clocks change in London and elsewhere.
NIGHTS = [datetime(2026, 3, 29, 1, tzinfo=UTC), datetime(2026, 10, 25, 1, tzinfo=UTC)]


@given(start=QUARTERS, duration=SPANS)
def test_window_by_end_or_duration(start: time, duration: timedelta) -> None:
    """Both give the same window, also past midnight."""
    by_duration = window(Weekday.MONDAY, start, duration=duration)
    assume(duration < DAY)
    assert window(Weekday.MONDAY, start, end=end_of(by_duration)) == by_duration


@pytest.mark.parametrize(
    ("arguments", "key"),
    [
        ({}, "schedule_end_or_duration"),
        ({"end": time(2), "duration": HOUR}, "schedule_end_or_duration"),
        ({"duration": timedelta()}, "schedule_duration_out_of_range"),
        ({"duration": timedelta(minutes=10)}, "schedule_duration_out_of_range"),
        ({"duration": timedelta(hours=24, minutes=15)}, "schedule_duration_out_of_range"),
        ({"duration": timedelta(minutes=20)}, "schedule_duration_off_grid"),
        ({"end": time(1, 50)}, "schedule_duration_off_grid"),
        ({"end": time(1)}, "schedule_start_is_end"),
    ],
)
def test_invalid_window(arguments: dict, key: str) -> None:
    """The error contains the day and the reason."""
    with pytest.raises(ScheduleError) as caught:
        window(Weekday.FRIDAY, time(1), **arguments)
    assert (caught.value.key, caught.value.weekdays) == (key, (Weekday.FRIDAY,))


@pytest.mark.parametrize("start", [time(1, 5), time(1, 0, 30), time(1, 15, 0, 1)])
def test_start_off_the_grid(start: time) -> None:
    """It must be on a quarter of an hour, to the second."""
    with pytest.raises(ScheduleError) as caught:
        window(Weekday.SUNDAY, start, duration=HOUR)
    assert (caught.value.key, caught.value.value) == ("schedule_start_off_grid", start)


@pytest.mark.parametrize(
    ("day", "hours"), [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25), (date(2026, 6, 1), 24)], ids=str
)
def test_whole_day(day: date, hours: int) -> None:
    """It has 23, 24, or 25 hours, also when the clocks change."""
    assert instant(day + timedelta(days=1), time(), LONDON) - instant(day, time(), LONDON) == hours * HOUR


def test_skipped_time() -> None:
    """01:30 does not exist in London on 29 March 2026; the clock shows 02:30."""
    moved = instant(date(2026, 3, 29), time(1, 30), LONDON)
    assert moved.astimezone(LONDON).time() == time(2, 30)


def test_repeated_time_is_the_first() -> None:
    """01:30 occurs twice on 25 October 2026; the first is British Summer Time."""
    assert instant(date(2026, 10, 25), time(1, 30), LONDON) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


@given(
    wall_clock=st.times().map(lambda t: t.replace(second=0, microsecond=0)),
    after=st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
    | st.sampled_from(NIGHTS).flatmap(lambda night: st.timedeltas(-6 * HOUR, 6 * HOUR).map(lambda off: night + off)),
    zone=st.sampled_from([PARIS, LONDON, ZoneInfo("Atlantic/Azores"), ZoneInfo("Australia/Lord_Howe")]),
)
def test_next_at(wall_clock: time, after: datetime, zone: ZoneInfo) -> None:
    """The next 07:30 is later than now, without another in between; it may be skipped."""
    fires = next_at(wall_clock, zone, after)
    minute = after.replace(second=0, microsecond=0) + timedelta(minutes=1)
    while minute.astimezone(zone).time() != wall_clock:
        minute += timedelta(minutes=1)
    assert fires == minute
