"""The charge model: durations, levels, energy, and what it learns from charges."""

from datetime import timedelta

import pytest

from custom_components.renault_ze.cloud.charging import ChargingPoint
from custom_components.renault_ze.plan.charge_model import ChargeModel, ObservedCharge, default_speed, learned_speed
from simulator.world.battery import CHARGERS, Battery

HOUR = timedelta(hours=1)


@pytest.mark.parametrize("speed", [2, 8.4, 13, 27, 60, 300])
@pytest.mark.parametrize(("begin", "end"), [(0, 100), (34, 80), (75, 90), (95, 100), (99, 100)])
def test_level_after_the_duration(speed: float, begin: int, end: int) -> None:
    """Reach a level in the time that is needed for it."""
    model = ChargeModel(percent_per_hour=speed)
    assert model.level_after(begin, model.duration(begin, end)) == pytest.approx(end, abs=0.01)


def test_measured_charge() -> None:
    """Charge from 34 to 100 % in 2 h 56 min, as a real car with 22 kWh did at 6 kW."""
    model = ChargeModel(percent_per_hour=default_speed(22, ChargingPoint.ACCELERATED))
    assert abs(model.duration(34, 100) - timedelta(hours=2, minutes=56)) < timedelta(minutes=8)


def test_longer_in_parts_is_the_same() -> None:
    """Take the same time in two parts."""
    model = ChargeModel(percent_per_hour=27)
    whole = model.duration(20, 100)
    assert abs(model.duration(20, 85) + model.duration(85, 100) - whole) < timedelta(seconds=1)
    assert model.duration(80, 80) == model.duration(80, 60) == timedelta()
    assert model.level_after(100, HOUR) == 100
    assert model.level_after(90, 20 * HOUR) == 100


def test_less_power_above_80_percent() -> None:
    """Charge more slowly above 80 %, and at a slow charging point only when nearly full."""
    fast, slow = ChargeModel(percent_per_hour=27), ChargeModel(percent_per_hour=8.4)
    assert fast.duration(80, 100) > 1.5 * fast.duration(60, 80)
    assert slow.duration(80, 100) < 1.02 * slow.duration(60, 80)


def test_energy_from_the_grid() -> None:
    """Include the loss."""
    model = ChargeModel(percent_per_hour=10, battery_kwh=40, loss=0.2)
    assert model.energy_kwh(50, 100) == pytest.approx(25)
    assert model.energy_kwh(60, 50) == 0
    assert model.power_kw == pytest.approx(5)


@pytest.mark.parametrize("point", [ChargingPoint.SLOW, ChargingPoint.ACCELERATED])
@pytest.mark.parametrize("capacity", [22.0, 41.0])
def test_speed_is_learned_from_physics(point: ChargingPoint, capacity: float) -> None:
    """Predict another charge at the same charging point within 5 minutes an hour."""
    charger = CHARGERS[next(each for each in CHARGERS if each.name == point.name)]

    def seconds(begin: int, end: int) -> float:
        full = [Battery(capacity * level / 100, capacity).seconds_to(100, charger) for level in (begin, end)]
        return full[0] - full[1]

    charge = ObservedCharge(30, 78, timedelta(seconds=seconds(30, 78)))
    speed = learned_speed([charge])
    assert speed is not None
    found = ChargeModel(percent_per_hour=speed).duration(45, 90)
    assert found / timedelta(seconds=seconds(45, 90)) == pytest.approx(1, abs=5 / 60)


def test_median_of_the_latest_charges() -> None:
    """Ignore short charges, old ones, and single ones at other charging points."""
    home = ObservedCharge(20, 70, 5 * HOUR)
    fast = ObservedCharge(20, 70, HOUR / 2)
    brief = ObservedCharge(50, 52, HOUR)
    before = [ObservedCharge(20, 70, 20 * HOUR)] * 10
    speed = learned_speed([*before, *[home] * 7, fast, brief])
    assert speed == pytest.approx(10, abs=0.01)
    assert learned_speed([brief, ObservedCharge(20, 70, timedelta())]) is None


def test_default_depends_on_charging_point_and_battery() -> None:
    """Assume little power where nothing is known."""
    assert default_speed(None) == pytest.approx(15)
    assert default_speed(None, ChargingPoint.NONE) == pytest.approx(15)
    assert default_speed(52, ChargingPoint.ACCELERATED) == pytest.approx(11.5, abs=0.1)
