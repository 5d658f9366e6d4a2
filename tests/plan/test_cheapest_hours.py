"""When the cheapest windows are chosen again."""

from dataclasses import replace
from datetime import timedelta

import pytest

from custom_components.renault_ze.cloud.models import Battery
from custom_components.renault_ze.cloud.schedule import DAY
from custom_components.renault_ze.plan.charge_model import observed_speed
from custom_components.renault_ze.plan.cheapest_hours import CheapestHours
from custom_components.renault_ze.vehicle.prices import Price, Prices
from custom_components.renault_ze.vehicle.state import VehicleState
from tests.plan.simulated.states import BASE, MONDAY, SETTINGS, at, charging_plan, situation, vehicle

PRICES = Prices((Price(MONDAY, at("04:00"), 0.1), Price(at("04:00"), at("00:00", 1), 0.3)), "EUR")


@pytest.mark.parametrize("plugged_in", [True, False])
def test_a_car_that_does_not_charge(*, plugged_in: bool) -> None:
    """Do not extend its window each time a quarter of an hour has passed, but once it charges."""
    hours, car = CheapestHours(), vehicle(BASE, level=70, plugged_in=plugged_in)
    hours.prices_for = lambda _: PRICES
    settings = replace(SETTINGS, send_ahead=timedelta(minutes=30))
    plan = charging_plan("01:00-06:00", cheapest_hours=True, charge_limit=90)
    plan = hours.update(situation(plan, car, MONDAY, settings))
    chosen = plan.chosen
    for clock in ("01:02", "01:17", "01:32", "01:47"):
        plan = hours.update(situation(plan, car, at(clock), settings))
        assert plan.chosen == chosen
    charging = vehicle(BASE, level=70, charging=True)
    assert hours.update(situation(plan, charging, at("02:00"), settings)).chosen != chosen


def test_choices_of_two_nights() -> None:
    """Keep what was chosen for this morning until it is over, beside what is chosen for the next night."""
    hours, car = CheapestHours(), vehicle(BASE, level=70, plugged_in=True)
    known = (
        Price(MONDAY, at("03:00"), 0.3),
        Price(at("03:00"), at("04:00"), 0.1),
        Price(at("04:00"), at("12:00"), 0.3),
    )
    again = tuple(each._replace(begin=each.begin + DAY, end=each.end + DAY) for each in known)
    hours.prices_for = lambda _: Prices((*known, Price(at("12:00"), at("00:00", 1), 0.4), *again), "EUR")
    plan = hours.update(situation(charging_plan("01:00-06:00", cheapest_hours=True), car, MONDAY, SETTINGS))
    (first,) = plan.chosen
    assert first.end == at("07:00")
    plan = hours.update(situation(plan, car, at("06:30"), SETTINGS))
    assert plan.chosen[0] == first
    assert plan.chosen[1].begin >= first.end
    assert plan.chosen[1].end == at("07:00", 1)
    plan = hours.update(situation(plan, vehicle(BASE, level=60, plugged_in=True), at("06:45"), SETTINGS))
    assert plan.chosen[0] == first
    assert len(plan.chosen) == 2


def test_the_expected_speed_is_steady() -> None:
    """What the car expects counts once, unless it clearly differs; the last percents, and no charge, change nothing."""
    speeds, earlier = [], None
    for level, minutes in ((50, 120), (60, 100), (70, 70), (95, 60), (60, 0), (50, 480)):
        left = timedelta(minutes=minutes) or None
        battery = Battery(level=level, charging_time_remaining=left)
        earlier = observed_speed(VehicleState(battery=battery), earlier)
        speeds.append(earlier)
    assert len(set(speeds[:5])) == 1
    assert speeds[5] is not None
    assert speeds[0] is not None
    assert speeds[5] < speeds[0] / 2
