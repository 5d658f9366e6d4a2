"""What is read at MY Renault while a car charges."""

from datetime import timedelta

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from simulator import ChargingPoint
from simulator.myrenault import MyRenaultSimulator
from tests.common import set_up, value
from tests.plan.planned import Later

CHARGING = "binary_sensor.renault_z_e_charging"
OUTDATED = "binary_sensor.renault_z_e_data_stale"
MILEAGE = "sensor.renault_z_e_mileage"
LOCATION = "device_tracker.renault_z_e_location"

pytestmark = pytest.mark.freeze_time("2026-11-18 18:30:00+00:00")


def reads(renault: MyRenaultSimulator, endpoint: str) -> int:
    """Return how often an endpoint was read."""
    return sum(each.path.endswith(endpoint) for each in renault.log.entries)


async def quarters(later: Later, count: int) -> None:
    """Let quarters of an hour pass, each with two polls."""
    await later(451, times=2 * count)


async def test_car_that_charges_does_not_move(
    hass: HomeAssistant, renault: MyRenaultSimulator, renault_entry: MockConfigEntry, later: Later
) -> None:
    """Read mileage and location once, keep both for more than a day, and read them again after the charge."""
    car = renault.vehicle().car
    car.unplug()
    car.fill(5)
    car.plug(ChargingPoint.SLOW)
    await set_up(hass, renault_entry)
    assert value(hass, CHARGING) == "on"
    await quarters(later, 6)
    renault.log.entries.clear()
    await quarters(later, 100)
    assert (reads(renault, "/cockpit"), reads(renault, "/location")) == (0, 0)
    assert reads(renault, "/battery-status") > 100
    assert (value(hass, CHARGING), value(hass, OUTDATED)) == ("on", "off")
    before = float(value(hass, MILEAGE))
    assert value(hass, LOCATION) not in {"unavailable", "unknown"}
    car.unplug()
    car.drive(30, timedelta(minutes=30))
    await quarters(later, 8)
    assert float(value(hass, MILEAGE)) == pytest.approx(before + 30, abs=1)
