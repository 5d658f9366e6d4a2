"""The charge windows of a plan as instants, also in the nights the clocks change."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, strategies as st
import pytest

from custom_components.renault_ze.cloud.models import ChargeWindow, Weekday
from custom_components.renault_ze.plan.model import PlannedWindow
from custom_components.renault_ze.plan.timetable import occurrences

LONDON = ZoneInfo("Europe/London")
PARIS = ZoneInfo("Europe/Paris")
QUARTERS = st.integers(0, 95).map(lambda n: time(n // 4, n % 4 * 15))
SPANS = st.integers(1, 96).map(lambda n: timedelta(minutes=15 * n))
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def test_a_window_across_midnight_is_found_on_the_next_day() -> None:
    """A window from 22:00 to 06:00 is found at 03:00."""
    windows = [PlannedWindow(ChargeWindow(Weekday.MONDAY, time(22), timedelta(hours=8)))]
    now = datetime(2026, 11, 24, 3, tzinfo=UTC)
    (found,) = occurrences(windows, LONDON, now, now + timedelta(minutes=1))
    assert (found.begin, found.end) == (datetime(2026, 11, 23, 22, tzinfo=UTC), datetime(2026, 11, 24, 6, tzinfo=UTC))


@pytest.mark.parametrize(
    ("day", "start", "minutes", "expected"),
    [
        (date(2026, 3, 29), time(0), 180, ("00:00", "02:00")),
        (date(2026, 3, 29), time(1, 15), 60, ("01:00", "01:15")),
        (date(2026, 3, 29), time(0, 30), 60, ("00:30", "01:00")),
        (date(2026, 3, 29), time(1, 15), 30, None),
        (date(2026, 10, 25), time(0), 180, ("23:00", "03:00")),
        (date(2026, 10, 25), time(0), 60, ("23:00", "00:00")),
        (date(2026, 10, 25), time(1, 15), 30, ("00:15", "01:45")),
        (date(2026, 10, 25), time(2), 30, ("02:00", "02:30")),
    ],
    ids=str,
)
def test_windows_in_the_nights_the_clocks_change(
    day: date, start: time, minutes: int, expected: tuple[str, str] | None
) -> None:
    """London skips 01:00 to 02:00 in spring and has it twice in autumn; expected are UTC times."""
    windows = [PlannedWindow(ChargeWindow(Weekday(day.weekday()), start, timedelta(minutes=minutes)))]
    noon = datetime.combine(day, time(12), UTC)
    found = [(f"{each.begin:%H:%M}", f"{each.end:%H:%M}") for each in occurrences(windows, LONDON, noon - DAY, noon)]
    assert found == ([] if expected is None else [expected])


@given(
    start=QUARTERS,
    duration=SPANS,
    begin=st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    zone=st.sampled_from([LONDON, PARIS, ZoneInfo("Atlantic/Azores"), ZoneInfo("Australia/Lord_Howe")]),
)
def test_a_daily_window_occurs_every_day_in_every_zone(
    start: time, duration: timedelta, begin: datetime, zone: ZoneInfo
) -> None:
    """Two weeks have at least 13 of them, in order, each beginning at its local time."""
    end = begin + timedelta(days=14)
    daily = [PlannedWindow(ChargeWindow(day, start, duration)) for day in Weekday]
    found = occurrences(daily, zone, begin, end)
    assert found == sorted(found)
    assert len(found) >= 13
    for each in found:
        assert each.end > begin
        assert each.begin < end
        local, ends = each.begin.astimezone(zone), each.end.astimezone(zone)
        assert local.time() == start or local.utcoffset() != (local - 2 * HOUR).utcoffset()
        moved = (ends + 2 * HOUR).utcoffset() != (local - 2 * HOUR).utcoffset()
        assert moved or each.end - each.begin == duration
        assert moved or ends.time() == (datetime.combine(date.min, start) + duration).time()
