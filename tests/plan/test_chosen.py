"""Windows that are chosen for a span: what the car follows, and what it holds, on cars of every kind.

The car is simulated by what it holds: it takes each schedule as soon as that is due, and charges in its windows. That
is compared, minute by minute, with the user's windows outside the chosen spans and with the chosen ones.
"""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import given, settings as profile, strategies as st
import pytest

from custom_components.renault_ze.cloud.models import ChargeSchedule, ChargeWindow, Weekday
from custom_components.renault_ze.cloud.schedule import on_date
from custom_components.renault_ze.plan.chosen import followed
from custom_components.renault_ze.plan.desired import any_overlap
from custom_components.renault_ze.plan.model import ChosenWindows, Plan, PlannedWindow, as_json, from_json
from custom_components.renault_ze.plan.sending import with_sent
from custom_components.renault_ze.plan.settings import Settings
from custom_components.renault_ze.plan.steps import SendSchedule
from custom_components.renault_ze.plan.timetable import slot_of
from custom_components.renault_ze.plan.window_edits import with_chosen
from tests.common import cases
from tests.plan.simulated.states import (
    BASE,
    MONDAY,
    NIGHT,
    SETTINGS,
    at,
    charge,
    charging_plan,
    desired,
    observed,
    situation,
    step,
    vehicle,
)

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
EVENING = "23:30-06:30"


def choice(begin: str, end: str, *windows: tuple[datetime, datetime]) -> ChosenWindows:
    """Return a choice from a time on Monday to another on Tuesday."""
    return ChosenWindows(begin=at(begin), end=at(end, 1), windows=windows, for_price=True)


CHEAP = choice("18:00", "07:00", (at("02:00", 1), at("05:00", 1)))
MONDAYS = charge(Weekday.MONDAY, *EVENING.split("-"))
CHOSEN = charge(Weekday.TUESDAY, "02:00", "05:00")
NIGHTLY = charging_plan(EVENING)
IN_CAR = tuple(each.window for each in NIGHTLY.windows)


def test_the_main_windows_stay_until_the_choice_takes_effect() -> None:
    """It is sent ahead of its span, with the skip and the chosen window at once."""
    plan = replace(NIGHTLY, chosen=(CHEAP,))
    found = step(plan, vehicle(ChargeSchedule(enabled=True, windows=IN_CAR)), at("12:00"))
    assert isinstance(found, SendSchedule)
    assert found.at == at("17:15")
    assert CHOSEN in found.schedule.windows
    assert MONDAYS not in found.schedule.windows


def test_main_windows_return_after_the_choice() -> None:
    """The chosen window makes room at its end, the skipped one returns once it would be over."""
    plan = replace(NIGHTLY, chosen=(CHEAP,))
    held = desired(plan, IN_CAR, at("17:15"))
    assert charge(Weekday.TUESDAY, *EVENING.split("-")) in desired(plan, held, at("05:00", 1))
    assert desired(plan, held, at("06:30", 1)) == IN_CAR


def test_the_users_window_for_a_date_stays() -> None:
    """A window that the user adds for one date is followed beside the chosen ones, or joined with them."""
    beside = PlannedWindow(charge(Weekday.MONDAY, "20:00", "21:00"), MONDAY.date())
    across = PlannedWindow(charge(Weekday.TUESDAY, "04:00", "06:00"), MONDAY.date() + DAY)
    plan = replace(NIGHTLY, windows=(*NIGHTLY.windows, beside, across), chosen=(CHEAP,))
    dated = {(each.window, each.on) for each in followed(plan, SETTINGS).windows if each.on is not None}
    joined = charge(Weekday.TUESDAY, "02:00", "06:00")
    assert dated == {(beside.window, beside.on), (joined, across.on)}


def test_a_car_that_needs_every_day_gets_a_window_that_does_not_occur() -> None:
    """The chosen times move to the day that is left empty, where they are already over."""
    every_day = replace(SETTINGS, every_day=True)
    held = desired(replace(NIGHTLY, chosen=(CHEAP,)), IN_CAR, at("17:15"), every_day)
    assert replace(CHOSEN, weekday=Weekday.MONDAY) in held
    assert {each.weekday for each in held} == set(Weekday)


def test_windows_of_two_nights_do_not_overlap_in_the_week() -> None:
    """A chosen window that is over makes room for the main window that includes its time a week later."""
    five = replace(SETTINGS, windows_a_day=5, max_window_times=5)
    cheap = ((at("01:00", 2), at("03:00", 2)),)
    tuesday = ChosenWindows(begin=at("18:00", 1), end=at("07:00", 2), windows=cheap, for_price=True)
    held = desired(replace(NIGHTLY, chosen=(CHEAP,)), IN_CAR, at("17:15"), five)
    held = desired(replace(NIGHTLY, chosen=(CHEAP, tuesday)), held, at("17:15", 1), five)
    assert charge(Weekday.WEDNESDAY, "01:00", "03:00") in held
    assert MONDAYS in held
    assert CHOSEN not in held


def test_a_main_window_returns_after_a_chosen_one_that_it_includes() -> None:
    """A car that refuses windows that overlap gets it once the chosen one is over."""
    five = replace(SETTINGS, windows_a_day=5, max_window_times=5)
    late = charge(Weekday.TUESDAY, "06:00", "07:00")
    plan = replace(NIGHTLY, chosen=(choice("18:00", "07:00", (at("06:00", 1), at("07:00", 1))),))
    held = desired(plan, desired(plan, IN_CAR, at("17:15"), five), at("06:30", 1), five)
    assert late in held
    assert MONDAYS not in held
    assert MONDAYS in desired(plan, held, at("07:00", 1), five)


def test_chosen_windows_in_the_car_are_no_change_elsewhere() -> None:
    """Also once the choice was replaced or dropped, and long afterwards if the car still holds them."""
    plan = replace(NIGHTLY, chosen=(CHEAP,))
    found = step(plan, vehicle(ChargeSchedule(enabled=True, windows=IN_CAR)), at("17:15"))
    assert isinstance(found, SendSchedule)
    car = vehicle(found.schedule)
    sent = with_sent(plan, found.schedule, at("17:15"))
    for now, left in ((at("20:00"), with_chosen(sent, (), at("20:00"), SETTINGS)), (at("12:00", 9), sent)):
        after = observed(from_json(as_json(left)), car, now)
        assert not situation(after, car, now).is_changed_elsewhere
        assert isinstance(step(after, car, now), SendSchedule)


def test_past_choices_are_dropped() -> None:
    """They are forgotten once nothing of them can still arrive in the car."""
    plan = with_sent(replace(NIGHTLY, chosen=(CHEAP,)), ChargeSchedule(enabled=True, windows=(CHOSEN,)), at("18:00"))
    after = observed(plan, vehicle(ChargeSchedule(enabled=True, windows=IN_CAR)), at("12:00", 4))
    assert (after.chosen, after.temporary) == ((), ())


def test_the_users_windows_do_not_change() -> None:
    """A choice is stored beside them, and is no edit."""
    plan = from_json(as_json(replace(NIGHTLY, chosen=(CHEAP,))))
    assert plan.chosen == (CHEAP,)
    assert (plan.windows, plan.revision) == (NIGHTLY.windows, NIGHTLY.revision)


@pytest.mark.parametrize("windows", [[["2026-11-23T02:00:00+00:00"]], [["2026-11-23T02:00:00+00:00"] * 2], 5])
def test_unreadable_choices_are_dropped(windows: object) -> None:
    """The rest of the plan stays."""
    stored = as_json(replace(NIGHTLY, chosen=(CHEAP,)))
    stored["chosen"][0]["windows"] = windows
    assert from_json(stored) == NIGHTLY


def test_what_began_before_a_choice_is_not_missed() -> None:
    """A window that returns to the plan, as a choice ends, may have begun long ago."""
    plan = replace(NIGHTLY, chosen=(CHEAP,))
    assert with_chosen(plan, (), at("20:00"), SETTINGS).judged_until == NIGHTLY.judged_until
    assert with_chosen(plan, (), at("01:00", 1), SETTINGS).judged_until == at("01:00", 1)
    assert desired(charging_plan(NIGHT), BASE.windows, MONDAY) == BASE.windows


NIGHTS = [
    ("Europe/Paris", date(2026, 3, 28)),
    ("Europe/Paris", date(2026, 10, 24)),
    ("Australia/Lord_Howe", date(2026, 10, 3)),
    ("Asia/Kolkata", date(2026, 6, 17)),
]
KINDS: dict[str, dict[str, Any]] = {
    "one window a day": {"windows_a_day": 1, "every_day": True},
    "programs": {"windows_a_day": 1, "every_day": False},
    "five times": {"windows_a_day": 5, "max_window_times": 5},
    "programs in UTC": {"windows_a_day": 1, "schedule_zone": UTC},
    "every day in UTC": {"windows_a_day": 1, "every_day": True, "schedule_zone": UTC},
}


def spans(quarters: list[int], begin: datetime) -> tuple[tuple[datetime, datetime], ...]:
    """Return disjoint spans after an instant, each some quarters after the last and some quarters long."""
    found = []
    for gap, length in zip(quarters[::2], quarters[1::2], strict=False):
        begin += gap * 15 * MINUTE
        found.append((begin, begin + length * 15 * MINUTE))
        begin = found[-1][1]
    return tuple(found)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("zone", "night"), NIGHTS)
def test_the_car_charges_as_chosen(zone: str, night: date, kind: str) -> None:
    """It charges in no minute outside the followed windows, on the days around the change of the clocks."""

    @profile(max_examples=cases(6), deadline=None, derandomize=True)
    @given(
        st.integers(0, 95),
        st.integers(4, 36),
        st.integers(40, 92),
        st.integers(40, 60),
        st.lists(st.integers(4, 16), min_size=2, max_size=4),
    )
    def check(start: int, length: int, begin: int, span: int, quarters: list[int]) -> None:
        """Follow a plan with the same window every day through one choice."""
        settings = Settings(zone=ZoneInfo(zone), **KINDS[kind])
        midnight = datetime.combine(night, time(), settings.zone).astimezone(UTC)
        first, clock = (
            midnight + begin * 15 * MINUTE,
            (midnight.replace(tzinfo=None, hour=0, minute=0) + start * 15 * MINUTE).time(),
        )
        week = tuple(PlannedWindow(ChargeWindow(day, clock, length * 15 * MINUTE)) for day in Weekday)
        end = first + span * 15 * MINUTE
        chosen = ChosenWindows(begin=first, end=end, windows=spans(quarters, first), for_price=True)
        plan = replace(NIGHTLY, windows=week, chosen=(chosen,), edited_at=midnight - 3 * DAY, judged_until=midnight)
        follow(plan, settings, midnight, end + DAY)

    check()


def follow(plan: Plan, settings: Settings, begin: datetime, end: datetime) -> None:
    """Check each quarter of an hour whether the car charges only as it should, and holds a window for each day."""
    held, shift = tuple(sorted(each.window for each in plan.windows)), timedelta()
    charged = dict[datetime, bool]()
    now = begin
    while now < end:
        car = vehicle(ChargeSchedule(enabled=True, windows=held), read_at=now)
        held = desired(plan, held, now, settings)
        found = step(plan, car, now, settings)
        assert found is None or not isinstance(found, SendSchedule) or found.at > now or found.schedule.windows == held
        if settings.schedule_zone is not None:
            shift = now.astimezone(settings.zone).utcoffset() or shift
        days = [slot_of(each, shift) for each in held]
        assert settings.windows_a_day is None or all(days.count(each) <= settings.windows_a_day for each in days)
        assert not settings.every_day or set(days) == set(Weekday)
        assert settings.windows_a_day == 1 or not any_overlap(held)
        charged[now] = any(is_in(each, now, settings.zone) for each in held)
        now += 15 * MINUTE
    for quarter, charges in charged.items():
        assert not charges or is_wanted(plan, quarter, settings.zone), f"charging at {quarter}"
    for since, until in plan.chosen[0].windows:
        # Windows of one day take turns; what is loaded ahead of its begin is held until its end.
        if settings.windows_a_day != 1 or len(plan.chosen[0].windows) == 1:
            assert all(charged[each] for each in charged if since <= each < until), f"not charging from {since}"


def is_in(window: ChargeWindow, now: datetime, zone: tzinfo) -> bool:
    """Return whether a weekly window is open at an instant."""
    today = now.astimezone(zone).date()
    near = (today + ahead * DAY for ahead in (-1, 0, 1))
    return any(
        span.begin <= now < span.end
        for day in near
        if day.weekday() == window.weekday
        for span in [on_date(day, window, zone)]
    )


def is_wanted(plan: Plan, now: datetime, zone: tzinfo) -> bool:
    """Return whether a chosen window or one of the user's that did not begin in the choice is open."""
    chosen = plan.chosen[0]
    if any(begin - HOUR <= now < end + HOUR for begin, end in chosen.windows):
        # The hour that comes twice belongs to a window that touches it.
        clocks = {(now + span).astimezone(zone).utcoffset() for span in (-3 * HOUR, timedelta(), 3 * HOUR)}
        if len(clocks) > 1 or any(begin <= now < end for begin, end in chosen.windows):
            return True
    today = now.astimezone(zone).date()
    times = (
        on_date(day, each.window, zone)
        for each in plan.windows
        for day in (today - DAY, today)
        if day.weekday() == each.window.weekday
    )
    return any(begin <= now < end and not chosen.begin <= begin < chosen.end for begin, end in times)
