"""Schedules in a car that uses UTC around a daylight saving time change: when it charges, and what it is sent."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from custom_components.renault_ze.cloud.models import ChargeWindow, Weekday
from custom_components.renault_ze.cloud.myrenault import ScheduleClock
from custom_components.renault_ze.cloud.myrenault.decode_schedule import program_windows
from custom_components.renault_ze.cloud.myrenault.programs import ProgramConverter, ScheduleLimits, Windows
from tests.cloud.myrenault import every_day, window

PARIS = ZoneInfo("Europe/Paris")
DAY, HOUR, STEP = timedelta(days=1), timedelta(hours=1), timedelta(minutes=15)
FIRST, SECOND = ScheduleLimits(), ScheduleLimits(windows_a_day=5, programs=5)
WEEKS = {
    "over midnight": (every_day(23, 8), FIRST),
    "in the small hours": (every_day(1.5, 5), FIRST),
    "in the hour that is skipped": (every_day(2.5, 1), FIRST),
    "whole days": (every_day(0, 24), FIRST),
    "two days only": ((window(Weekday.MONDAY, 22, 3), window(Weekday.SUNDAY, 0.25, 2)), FIRST),
    "two kinds a day": ((*every_day(1, 2), *every_day(22, 1)), SECOND),
    "one hard upon another": (tuple(each for hour in (0.25, 3, 8, 16, 20) for each in every_day(hour, 1)), SECOND),
    "more than fit twice": (tuple(each for hour in (4, 8, 12, 16, 20) for each in every_day(hour, 2)), SECOND),
}


def converter(now: datetime) -> ProgramConverter:
    """Return the converter of the car at a time."""
    return ProgramConverter(clock=ScheduleClock.UTC, zone=PARIS, now=now)


def is_open(week: Windows, zone: ZoneInfo | None, at: datetime) -> bool:
    """Return whether a schedule allows to charge, in a time zone or in UTC for None."""
    return any(begin <= at < begin + each.duration for each in week for begin in _begins(each, zone, at))


def _begins(each: ChargeWindow, zone: ZoneInfo | None, at: datetime) -> list[datetime]:
    """Return when a window starts around a time."""
    today = at.astimezone(zone or UTC).date()
    days = (today + ahead * DAY for ahead in (-2, -1, 0, 1))
    return [
        datetime.combine(day, each.start, zone or UTC).astimezone(UTC) for day in days if day.weekday() == each.weekday
    ]


@pytest.mark.parametrize("sunday", [date(2026, 3, 29), date(2026, 10, 25)], ids=["spring", "autumn"])
@pytest.mark.parametrize(("week", "limits"), WEEKS.values(), ids=WEEKS)
def test_charges_are_not_moved(sunday: date, week: Windows, limits: ScheduleLimits) -> None:
    """With all changes sent at once, the car charges at the user's times, to the minute."""
    now = datetime.combine(sunday - 8 * DAY, time(12), UTC)
    held, resent = converter(now).to_programs(week, limits), 0
    while now.date() < sunday + 3 * DAY:
        if held != (wanted := converter(now).to_programs(week, limits)):
            held, resent = wanted, resent + 1
        assert is_open(program_windows(held), None, now) is is_open(week, PARIS, now), now.astimezone(PARIS)
        now += STEP
    assert 1 <= resent <= len(week)
