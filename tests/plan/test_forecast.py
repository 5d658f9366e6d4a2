"""The battery level expected at a departure, and the warning if it is too low."""

from dataclasses import replace
from datetime import timedelta

import pytest

from custom_components.renault_ze.cloud.charging import ChargingPoint
from custom_components.renault_ze.cloud.models import ChargeEvent, ChargeEventKind
from custom_components.renault_ze.plan.charge_model import default_speed
from custom_components.renault_ze.plan.forecast import forecast
from custom_components.renault_ze.plan.model import Plan
from custom_components.renault_ze.plan.steps import DepartureMessage, Shortage
from custom_components.renault_ze.vehicle.state import Charge, VehicleState
from tests.plan.simulated.states import (
    DELEGATED,
    MONDAY,
    after,
    at,
    charging_plan,
    departure_plan,
    due,
    held,
    kind_and_reason,
    situation,
    vehicle,
)

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
PLAN = departure_plan()
START = at("07:20")


@pytest.mark.parametrize(
    ("clock", "day", "expected"), [("19:59", -1, None), ("20:00", -1, "say foreseen"), ("03:00", 0, "say foreseen")]
)
def test_a_low_battery_is_reported_from_the_evening_on(clock: str, day: int, expected: str | None) -> None:
    """At the first poll after that."""
    state = vehicle(held("12:00-13:00"), level=38)
    found = due(PLAN, state, at(clock, day=day))
    assert kind_and_reason(found) == expected
    level = found.forecast.level if isinstance(found, DepartureMessage) and found.forecast is not None else None
    assert level == (None if expected is None else 38)


def test_one_warning_in_the_evening_and_one_an_hour_before() -> None:
    """Not with each poll."""
    state = vehicle(plugged_in=False, level=38)
    plan = after(PLAN, state, at("20:00", day=-1))
    assert due(plan, state, at("06:29")) is None
    plan = after(plan, state, at("06:30"))
    assert due(plan, state, at("07:19")) is None
    assert due(departure_plan(override=True), state, at("06:30")) is None


RISING = Charge(running=True, by_level=True)
HISTORY = (
    ChargeEvent(at=at("05:00"), kind=ChargeEventKind.ENDED, level=80),
    ChargeEvent(at=at("03:00"), kind=ChargeEventKind.STARTED, level=40),
)


def test_the_charging_speed_is_measured() -> None:
    """By the charges in the history that are long enough; otherwise, that of a home charging point is used."""
    default = default_speed(None)
    assert situation(Plan(), vehicle(), MONDAY).charge_model.percent_per_hour == default
    measured = situation(Plan(), replace(vehicle(), charge_history=HISTORY), MONDAY).charge_model
    assert measured.percent_per_hour == pytest.approx(20)
    short = replace(vehicle(), charge_history=(replace(HISTORY[0], level=43), HISTORY[1]))
    assert situation(Plan(), short, MONDAY).charge_model.percent_per_hour == default


def test_a_battery_that_is_nearly_full_charges_slowly() -> None:
    """A quarter of an hour that adds 5 % to a battery adds less to one above 90 %."""
    plugged = replace(vehicle(held("06:00-06:15"), level=94), charge_history=HISTORY)
    assert forecast(situation(Plan(), plugged, MONDAY), START).level == 97
    plugged = replace(vehicle(held("06:00-06:15"), level=60), charge_history=HISTORY)
    assert forecast(situation(Plan(), plugged, MONDAY), START).level == 65


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
        (Plan(), replace(vehicle(held("12:00-13:00"), level=30, charging=None), charge=RISING), (100, None, None)),
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
        (charging_plan("01:00-05:00", claimed=True), vehicle(held("12:00-13:00"), level=30), (100, None, None)),
        (charging_plan("22:00-00:15"), vehicle(None, level=41), (46, None, None)),
        (charging_plan("01:00-05:00"), vehicle(DELEGATED, level=30), (30, Shortage.NO_WINDOW_BEFORE, 45)),
    ],
)
def test_the_expected_level(
    plan: Plan, state: VehicleState, expected: tuple[int | None, Shortage | None, int | None]
) -> None:
    """By the level, the current charge, the windows that the car will hold, and the measured speed."""
    found = forecast(situation(plan, replace(state, charge_history=HISTORY), MONDAY), START)
    needed = None if found.charge_needed is None else found.charge_needed // MINUTE
    assert (found.level, found.shortage, needed) == expected


def test_the_charging_time_needed_is_rounded_up() -> None:
    """At 8.6% an hour, 15% take 104.2 minutes."""
    state = vehicle(level=30)
    assert state.battery is not None
    state = replace(state, battery=replace(state.battery, charging_point=ChargingPoint.SLOW))
    assert forecast(situation(Plan(), state, MONDAY), START).charge_needed == 105 * MINUTE


def test_charging_all_the_time_may_be_too_short() -> None:
    """The car charges without windows until the departure."""
    state = vehicle(held("01:00-05:00", enabled=False), level=20)
    found = forecast(situation(Plan(), state, START - HOUR), START)
    assert (found.level, found.shortage) == (35, Shortage.BATTERY_LOW)
