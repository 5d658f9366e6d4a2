"""Tests of the weekly schedule: midnight, the end of the week, and clock changes."""

from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import given, settings, strategies as st
import pytest

from simulator.world.week import DAYS, Week, Window, next_occurrence
from tests.common import cases

LONDON = ZoneInfo("Europe/London")
ZONES = [
    LONDON,
    ZoneInfo("America/New_York"),
    ZoneInfo("Australia/Lord_Howe"),
    ZoneInfo("Asia/Kolkata"),
    ZoneInfo("UTC"),
]


def week(**windows: tuple[str, float]) -> Week:
    """Return a week from a start and hours for some days."""
    return Week(
        tuple(
            Window(time.fromisoformat(windows[day][0]), timedelta(hours=windows[day][1])) if day in windows else None
            for day in DAYS
        )
    )


def utc(text: str) -> datetime:
    """Return a time in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def spans(plan: Week, start: str, hours: float, zone: ZoneInfo = LONDON) -> list[tuple[str, str]]:
    """Return when the windows are open, determined only by the edges."""
    instant, end = utc(start), utc(start) + timedelta(hours=hours)
    edges = [instant]
    while (instant := plan.next_change(instant, zone)) < end:
        edges.append(instant)
    edges.append(end)
    found: list[list[datetime]] = []
    for begin, until in pairwise(edges):
        if not plan.is_open(begin, zone):
            continue
        if found and found[-1][1] == begin:
            found[-1][1] = until
        else:
            found.append([begin, until])
    return [(f"{begin:%d %H:%M}", f"{until:%d %H:%M}") for begin, until in found]


def test_windows_span_midnight_and_the_end_of_the_week() -> None:
    """Sunday's window ends on Monday."""
    assert spans(week(sun=("22:00", 8), tue=("23:30", 1)), "2026-01-11 12:00", 96) == [
        ("11 22:00", "12 06:00"),
        ("13 23:30", "14 00:30"),
    ]


def test_overlapping_windows_are_merged() -> None:
    """A window that overlaps the next day's is not interrupted."""
    assert spans(week(mon=("20:00", 12), tue=("06:00", 4)), "2026-01-12 12:00", 48) == [("12 20:00", "13 10:00")]


def test_seven_whole_day_windows_never_close() -> None:
    """Seven windows of 24 hours never close."""
    plan = week(**dict.fromkeys(DAYS, ("00:00", 24)))
    assert spans(plan, "2026-01-12 12:00", 14 * 24) == [("12 12:00", "26 12:00")]
    assert plan.next_start(utc("2026-01-12 12:00"), LONDON) is None


def test_week_without_windows_never_opens() -> None:
    """A week without windows never opens."""
    assert spans(week(), "2026-01-12 12:00", 14 * 24) == []
    assert week().next_start(utc("2026-01-12 12:00"), LONDON) is None


def test_windows_when_clocks_go_forward() -> None:
    """A window over the change is an hour shorter; one within the skipped hour never opens."""
    assert spans(week(sun=("00:30", 4)), "2026-03-28 20:00", 24) == [("29 00:30", "29 03:30")]
    assert spans(week(sun=("01:15", 0.5)), "2026-03-28 20:00", 24) == []


def test_windows_when_clocks_go_back() -> None:
    """A window over the change is an hour longer; one within the repeated hour opens twice."""
    assert spans(week(sun=("00:30", 4)), "2026-10-24 20:00", 24) == [("24 23:30", "25 04:30")]
    assert spans(week(sun=("01:15", 0.5)), "2026-10-24 20:00", 24) == [
        ("25 00:15", "25 00:45"),
        ("25 01:15", "25 01:45"),
    ]


def test_next_start() -> None:
    """The next start is that of the next window, even from within another one."""
    plan = week(mon=("22:00", 8), wed=("01:00", 1))
    assert plan.next_start(utc("2026-01-12 12:00"), LONDON) == utc("2026-01-12 22:00")
    assert plan.next_start(utc("2026-01-12 23:00"), LONDON) == utc("2026-01-14 01:00")
    assert plan.next_start(utc("2026-07-14 12:00"), LONDON) == utc("2026-07-15 00:00")


@settings(max_examples=cases(60))
@given(
    windows=st.lists(
        st.none() | st.tuples(st.integers(0, 95), st.integers(1, 96)),
        min_size=7,
        max_size=7,
    ),
    zone=st.sampled_from(ZONES),
    start=st.datetimes(datetime(2026, 3, 1), datetime(2026, 11, 15)),  # noqa: DTZ001
)
def test_edges_match_local_time(windows: list[tuple[int, int] | None], zone: ZoneInfo, start: datetime) -> None:
    """The state never changes between two edges and matches the local time."""
    days = [
        window and Window(time(window[0] // 4, window[0] % 4 * 15), timedelta(minutes=15 * window[1]))
        for window in windows
    ]
    plan, instant = Week(tuple(days)), start.replace(tzinfo=UTC)
    edge = plan.next_change(instant, zone)
    for _ in range(300):
        assert edge > instant
        assert plan.is_open(instant, zone) == is_open_in_local_time(plan, instant.astimezone(zone))
        following = instant + timedelta(minutes=13)
        if following >= edge:
            edge = plan.next_change(following, zone)
        else:
            assert plan.is_open(following, zone) == plan.is_open(instant, zone)
        instant = following


def is_open_in_local_time(plan: Week, local: datetime) -> bool:
    """Return whether a window of today or yesterday contains the local time, without datetime arithmetic."""
    minute = local.hour * 60 + local.minute
    for back in (0, 1):
        window = plan.days[(local.weekday() - back) % 7]
        if window is None:
            continue
        start = window.start.hour * 60 + window.start.minute - back * 1440
        if start <= minute < start + window.duration.total_seconds() / 60:
            return True
    return False


@pytest.mark.parametrize(
    ("after", "clock", "expected"),
    [
        ("2026-01-12 18:00", "17:53", "2026-01-13 17:53"),
        ("2026-01-12 17:52", "17:53", "2026-01-12 17:53"),
        ("2026-01-12 17:53", "17:53", "2026-01-13 17:53"),
        ("2026-07-12 17:00", "17:53", "2026-07-13 16:53"),
        ("2026-03-28 20:00", "01:30", "2026-03-30 00:30"),
        ("2026-10-24 20:00", "01:30", "2026-10-25 00:30"),
        ("2026-10-25 00:45", "01:30", "2026-10-25 01:30"),
    ],
)
def test_next_occurrence(after: str, clock: str, expected: str) -> None:
    """A time skipped by a clock change occurs a day later; a repeated time occurs twice."""
    assert next_occurrence(utc(after), time.fromisoformat(clock), LONDON) == utc(expected)
