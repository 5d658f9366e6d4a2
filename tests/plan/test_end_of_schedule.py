"""A schedule the owner still has to choose, the first window of one, and what is left when the entry is removed."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from custom_components.renault_ze.cloud.models import ChargeSchedule, Vehicle, Weekday
from custom_components.renault_ze.cloud.schedule import ScheduleError
from custom_components.renault_ze.plan import sending, window_edits as edits
from custom_components.renault_ze.plan.decisions import is_idle
from custom_components.renault_ze.plan.model import Plan
from custom_components.renault_ze.plan.steps import SendSchedule
from custom_components.renault_ze.views.calendar import CalendarContext, EventInput
from custom_components.renault_ze.views.window_calendar import WindowCalendar
from tests.plan.simulated.states import (
    BASE,
    MONDAY,
    NIGHT,
    NOON,
    SETTINGS,
    WORK_DAYS,
    at,
    charging_plan,
    due,
    held,
    kind_and_reason,
    observed,
    on_monday,
    situation,
    step,
    vehicle,
    weekly,
    with_monday,
)

OTHER = "23:30-06:30"
HOUR = timedelta(hours=1)
DISABLED = ChargeSchedule(enabled=False)
CAR = Vehicle(vin="VF1AGVYF0ZE000001", time_zone=UTC, capabilities=frozenset())
UNDECIDED = charging_plan(NOON, undecided=True)


@pytest.mark.parametrize("schedule", [BASE, held(OTHER), DISABLED])
def test_an_undecided_owner_is_asked(schedule: ChargeSchedule) -> None:
    """Nothing is sent or adopted before."""
    plan, state = observed(UNDECIDED, vehicle(schedule), MONDAY), vehicle(schedule)
    assert situation(plan, state, MONDAY).is_changed_elsewhere
    assert (plan.windows, plan.undecided, step(plan, state, MONDAY)) == (weekly(NOON), True, None)


def test_an_undecided_owner_is_not_asked_about_equal_schedules() -> None:
    """The car holds the owner's anyway, and another one is noticed later."""
    plan = observed(UNDECIDED, vehicle(held(NOON)), MONDAY)
    assert (plan.undecided, plan.is_owned) == (False, True)
    assert not situation(plan, vehicle(held(NOON)), MONDAY).is_changed_elsewhere
    assert situation(plan, vehicle(BASE), MONDAY).is_changed_elsewhere


def test_an_undecided_owner_decides() -> None:
    """The repair or any edit decides."""
    for plan in (
        edits.claim(UNDECIDED, MONDAY),
        edits.with_windows(UNDECIDED, weekly(NOON), MONDAY),
        edits.select_mode(UNDECIDED, MONDAY, CAR, by_schedule=True),
    ):
        found = due(plan, vehicle(held(OTHER)), MONDAY)
        assert isinstance(found, SendSchedule)
        assert (plan.undecided, found.schedule) == (False, held(NOON))
    kept = edits.adopt(UNDECIDED, held(OTHER), MONDAY)
    assert (kept.undecided, kept.is_owned, kept.windows) == (False, False, weekly(OTHER))


def test_windows_are_adopted_after_the_owner_only_disabled_them() -> None:
    """The windows of the first read are adopted; the mode stays the owner's."""
    blank = Plan(charge_enabled=False, edited_at=MONDAY - timedelta(days=9))
    plan = observed(blank, vehicle(replace(BASE, enabled=False)), MONDAY)
    assert (plan.windows, plan.charge_enabled, plan.is_owned) == (weekly(NIGHT), False, True)
    assert step(plan, vehicle(replace(BASE, enabled=False)), MONDAY) is None
    plan = observed(plan, vehicle(BASE), MONDAY + HOUR)
    assert (plan.windows, plan.charge_enabled) == (weekly(NIGHT), False)
    assert situation(plan, vehicle(BASE), MONDAY + HOUR).is_changed_elsewhere


def test_a_removed_entry_leaves_the_main_windows() -> None:
    """They are sent until the car holds them; then the car charges without Home Assistant."""
    plan, now = on_monday(NOON), at("12:30")
    car = vehicle(replace(BASE, windows=with_monday(NOON)))
    left = edits.without_additional(edits.at_end(plan), SETTINGS, now)
    assert (left.claimed, left.windows) == (True, weekly(NIGHT))
    found = due(left, car, now)
    assert isinstance(found, SendSchedule)
    assert (kind_and_reason(found), found.schedule) == ("load plan_changed", BASE)
    done = observed(left, vehicle(BASE), now + HOUR)
    assert (done.claimed, step(done, vehicle(BASE), now + HOUR)) == (False, None)


@pytest.mark.parametrize(
    "plan",
    [
        charging_plan(NIGHT, charge_enabled=False),
        charging_plan(NIGHT, charge_enabled=False, claimed=True),
        charging_plan(NIGHT, edited_at=None),
        UNDECIDED,
        Plan(),
    ],
    ids=["any time", "any time, unsent", "following", "undecided", "not adopted"],
)
def test_a_removed_entry_leaves_other_cars_alone(plan: Plan) -> None:
    """Nothing is sent."""
    left = edits.without_additional(edits.at_end(plan), SETTINGS, MONDAY)
    assert not left.claimed


def created(plan: Plan, span: str, days: frozenset[Weekday], car: Vehicle = CAR) -> Plan:
    """Return a plan with an event added to its calendar, on Monday if it is not weekly."""
    begin, end = (at(clock) for clock in span.split("-"))
    context = CalendarContext(situation=situation(plan, vehicle(DISABLED), MONDAY), vehicle=car, home=UTC)
    entered = EventInput(name="Charging", begin=begin, end=end, weekdays=days, options=None)
    return WindowCalendar(context, "Charging").create(entered)


def test_the_first_weekly_window_lets_the_car_charge_by_it() -> None:
    """It does so if it fits the car; a second one does not change the mode."""
    empty = observed(Plan(), vehicle(DISABLED), MONDAY)
    plan = created(empty, NIGHT, frozenset(Weekday))
    assert (plan.charge_enabled, plan.claimed, plan.windows) == (True, True, weekly(NIGHT))
    found = due(plan, vehicle(DISABLED), MONDAY)
    assert isinstance(found, SendSchedule)
    assert found.schedule == BASE
    second = created(replace(plan, charge_enabled=False, claimed=False), NOON, WORK_DAYS)
    assert (second.charge_enabled, due(second, vehicle(DISABLED), MONDAY)) == (False, None)


def test_a_first_window_that_does_not_fit_is_a_draft() -> None:
    """A window on some days only, or on one date, is only stored."""
    empty = observed(Plan(), vehicle(DISABLED), MONDAY)
    for days in (WORK_DAYS, frozenset[Weekday]()):
        draft = created(empty, NIGHT, days)
        assert (draft.charge_enabled, len(draft.windows)) == (False, len(days) or 1)
        assert due(draft, vehicle(DISABLED), MONDAY) is None
    car = replace(CAR, every_day=False)
    assert created(empty, NIGHT, WORK_DAYS, car).charge_enabled
    assert not created(empty, NIGHT, frozenset(), car).charge_enabled


def test_the_last_window_is_only_deleted_at_any_time() -> None:
    """While the car charges by it, the error names the other mode."""
    plan = edits.with_windows(charging_plan(NIGHT, charge_enabled=False), (), MONDAY)
    assert (plan.windows, plan.charge_enabled) == ((), False)
    with pytest.raises(ScheduleError, match="schedule_empty"):
        edits.with_windows(charging_plan(NIGHT), (), MONDAY)


@pytest.mark.parametrize("late", [False, True])
def test_a_window_that_was_in_the_car_is_not_missed(late: bool) -> None:
    """It is noticed even if there is nothing else to do, before a former schedule arrives late."""
    plan = charging_plan(NIGHT, former=weekly(OTHER), judged_until=MONDAY, edited_at=MONDAY)
    for now in (at("00:30"), at("01:01"), at("02:00")):
        state = vehicle(BASE, read_at=now)
        plan = plan if is_idle(situation(plan, state, now)) else observed(plan, state, now)
    state = vehicle(held(OTHER) if late else BASE)
    plan = observed(plan, state, at("12:00"))
    found = sending.steps(situation(plan, state, at("12:00")))
    assert [kind_and_reason(each) for each in found] == (["load base_back"] if late else [])


def test_nothing_is_to_do_while_the_car_holds_the_schedule() -> None:
    """The schedule has one window a day, or follows the car."""

    def idle(plan: Plan, schedule: ChargeSchedule, now: datetime) -> bool:
        return is_idle(situation(plan, vehicle(schedule), now))

    assert idle(charging_plan(NIGHT, judged_until=at("01:00")), BASE, at("03:00"))
    assert idle(charging_plan(NIGHT, edited_at=None), BASE, at("03:00"))
    assert not idle(charging_plan(NIGHT), held(NOON), at("03:00"))
    assert not idle(charging_plan(NIGHT, claimed=True), BASE, at("03:00"))
    assert not idle(UNDECIDED, held(NOON), at("03:00"))
    assert not idle(on_monday(NOON), BASE, at("03:00"))
    assert not idle(Plan(), BASE, at("03:00"))
