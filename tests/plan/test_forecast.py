"""What the battery will hold when the car is to leave, and the warning that it will be too little."""

from dataclasses import replace
from datetime import timedelta

import pytest

from custom_components.renault_ze.cloud.models import ChargeEvent, ChargeEventKind
from custom_components.renault_ze.plan.model import Plan
from custom_components.renault_ze.plan.preconditioning import DEFAULT_SPEED, charging_speed, forecast
from custom_components.renault_ze.plan.steps import DepartureMessage, Shortage
from custom_components.renault_ze.vehicle.state import VehicleState
from tests.plan.simulated.states import (
    MONDAY,
    after,
    at,
    charging_plan,
    due,
    held,
    leaving_plan,
    situation,
    told,
    vehicle,
)

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
LATE = leaving_plan()
START = at("07:20")


@pytest.mark.parametrize(
    ("clock", "day", "expected"),
    [("19:59", -1, None), ("20:00", -1, "say foreseen"), ("03:00", 0, "say foreseen")],
)
def test_a_battery_that_will_be_too_low_is_reported_from_the_evening_on(
    clock: str, day: int, expected: str | None
) -> None:
    """Whenever the house looks first."""
    state = vehicle(held("12:00-13:00"), level=38)
    found = due(LATE, state, at(clock, day=day))
    assert told(found) == expected
    level = found.forecast.level if isinstance(found, DepartureMessage) and found.forecast is not None else None
    assert level == (None if expected is None else 38)


def test_a_warning_comes_once_in_the_evening_and_once_an_hour_ahead() -> None:
    """Not with each poll."""
    state = vehicle(plugged_in=False, level=38)
    plan = after(LATE, state, at("20:00", day=-1))
    assert due(plan, state, at("06:29")) is None
    plan = after(plan, state, at("06:30"))
    assert due(plan, state, at("07:19")) is None
    assert due(leaving_plan(override=True), state, at("06:30")) is None


HISTORY = (
    ChargeEvent(at=at("05:00"), kind=ChargeEventKind.ENDED, level=80),
    ChargeEvent(at=at("03:00"), kind=ChargeEventKind.STARTED, level=40),
)


def test_the_charging_speed_is_measured() -> None:
    """The median of what the sessions brought, short ones and those without levels left out."""
    assert charging_speed(vehicle()) == DEFAULT_SPEED
    assert charging_speed(replace(vehicle(), charge_history=HISTORY)) == 20
    short = (replace(HISTORY[0], level=43), HISTORY[1])
    assert charging_speed(replace(vehicle(), charge_history=short)) == DEFAULT_SPEED
    brief = (HISTORY[0], replace(HISTORY[1], at=at("04:50")))
    assert charging_speed(replace(vehicle(), charge_history=brief)) == DEFAULT_SPEED


@pytest.mark.parametrize(
    ("plan", "state", "expected"),
    [
        (Plan(), vehicle(None, level=None), (None, None, None)),
        (Plan(), vehicle(None, level=30, plugged_in=False), (30, Shortage.NOT_PLUGGED_IN, 45)),
        (Plan(), vehicle(None, level=30), (30, Shortage.NO_WINDOW_BEFORE, 45)),
        (Plan(), vehicle(None, level=30, plugged_in=None), (30, Shortage.PLUG_UNKNOWN, 45)),
        (Plan(), vehicle(None, level=50, plugged_in=None), (50, None, None)),
        (Plan(), vehicle(None, level=30, charging=True), (100, None, None)),
        (Plan(), vehicle(held("12:00-13:00"), level=30, charging=True), (100, None, None)),
        (Plan(), vehicle(held("12:00-13:00"), level=30, plugged_in=None, charging=True), (100, None, None)),
        (Plan(), vehicle(held("00:00-00:30"), level=30, charging=True), (40, Shortage.WINDOW_TOO_SHORT, 45)),
        (Plan(), vehicle(held("23:00-00:30"), level=30, charging=True), (40, Shortage.WINDOW_TOO_SHORT, 45)),
        (charging_plan("12:00-13:00"), vehicle(held("12:00-13:00"), level=30, charging=True), (100, None, None)),
        (Plan(), vehicle(held("12:00-13:00"), level=30), (30, Shortage.NO_WINDOW_BEFORE, 45)),
        (Plan(), vehicle(held("06:00-06:30"), level=30), (40, Shortage.WINDOW_TOO_SHORT, 45)),
        (Plan(), vehicle(held("01:00-05:00"), level=30), (100, None, None)),
        (Plan(), vehicle(held("01:00-05:00", enabled=False), level=20), (100, None, None)),
        (charging_plan("06:00-06:30"), vehicle(held("06:00-06:30"), level=30), (40, Shortage.WINDOW_TOO_SHORT, 45)),
        (charging_plan("01:00-05:00"), vehicle(held("06:00-06:30"), level=30), (40, Shortage.WINDOW_TOO_SHORT, 45)),
        (charging_plan("01:00-05:00"), vehicle(held("12:00-13:00"), level=30), (30, Shortage.NO_WINDOW_BEFORE, 45)),
        (
            charging_plan("01:00-05:00", claimed=True),
            vehicle(held("12:00-13:00"), level=30),
            (100, None, None),
        ),
        (charging_plan("22:00-00:15"), vehicle(None, level=41), (46, None, None)),
    ],
)
def test_the_level_at_a_departure_is_projected(
    plan: Plan, state: VehicleState, expected: tuple[int | None, Shortage | None, int | None]
) -> None:
    """From the level now, a charge that runs, the windows to come and the measured speed.

    The windows are the plan's, unless the car holds another week than it should.
    """
    found = forecast(situation(plan, replace(state, charge_history=HISTORY), MONDAY), START)
    needed = None if found.charge_needed is None else found.charge_needed // MINUTE
    assert (found.level, found.shortage, needed) == expected


def test_the_charge_that_is_needed_is_not_told_too_short() -> None:
    """At 8 % an hour, 15 % take 112 minutes and a half."""
    assert forecast(situation(Plan(), vehicle(level=30), MONDAY), START).charge_needed == 113 * MINUTE


def test_a_charge_without_windows_may_still_be_too_short() -> None:
    """The car charges all the time and will not make it."""
    state = vehicle(held("01:00-05:00", enabled=False), level=20)
    found = forecast(situation(Plan(), state, START - HOUR), START)
    assert (found.level, found.shortage) == (28, Shortage.BATTERY_LOW)
