"""What the car holds on a day whose weekly charge windows are skipped next."""

from dataclasses import replace
from datetime import timedelta

from custom_components.renault_ze.cloud.models import Weekday
from custom_components.renault_ze.plan.model import Plan, PlannedWindow
from custom_components.renault_ze.plan.steps import SendSchedule
from tests.plan.simulated.states import BASE, MONDAY, NIGHT, NOON, at, charge, charging_plan, desired, step, vehicle

WEEK = timedelta(days=7)
TODAY = MONDAY.date()


def monday(span: str, *skipped: int, on: int | None = None) -> PlannedWindow:
    """Return a window of Mondays, skipped or only some weeks from now."""
    dates = frozenset(TODAY + weeks * WEEK for weeks in skipped)
    return PlannedWindow(
        charge(Weekday.MONDAY, *span.split("-")), None if on is None else TODAY + on * WEEK, skipped=dates
    )


def plan_with(*mondays: PlannedWindow) -> Plan:
    """Return a plan with the night on all other days."""
    plan = charging_plan(NIGHT)
    return replace(plan, windows=(*mondays, *plan.windows[1:]))


def test_a_window_moved_within_its_date_does_not_occur_a_week_earlier() -> None:
    """It takes the place of the weekly one once its time has passed in the week before."""
    moved = monday(NOON, on=1)
    plan = plan_with(monday(NIGHT, 1), moved)
    assert desired(plan, BASE.windows, at("06:00")) == BASE.windows
    found = step(plan, vehicle(BASE), at("06:00"))
    assert isinstance(found, SendSchedule)
    assert found.at == at("13:00")
    for now in (at("13:00"), at("06:00", 5), at("11:30", 7)):
        assert moved.window in desired(plan, BASE.windows, now)
        assert BASE.windows[0] not in desired(plan, BASE.windows, now)
    assert desired(plan, BASE.windows, at("13:00", 7)) == BASE.windows


def test_a_day_with_a_different_window_skipped_each_week_keeps_one() -> None:
    """Today's first window is over when today's second one is skipped, and next week it is the other way round."""
    early, late = monday("00:00-02:00", 1), monday("21:00-23:00", 0)
    plan = plan_with(early, late)
    for now, expected in ((at("01:00"), early), (at("12:00"), early), (at("23:00"), late), (at("12:00", 6), late)):
        assert desired(plan, BASE.windows, now)[0] == expected.window
