"""A power cut during a charge, of which the file has no more than the start."""

from homeassistant.core import HomeAssistant
import pytest

from tests.common import value
from tests.plan.planned import Car
from tests.storage.conftest import Disk
from tests.storage.test_writes import Restart, restart

__all__ = ["restart"]

ENERGY = "sensor.renault_z_e_energy_charged"
LAST = "sensor.renault_z_e_last_charge_energy"
LEVEL = "sensor.renault_z_e_last_charge_level"
HISTORY = ("*/charge/history*", "*/charges*")

pytestmark = pytest.mark.freeze_time("2026-11-18 18:30:00+00:00")


@pytest.fixture
async def file(hass: HomeAssistant, car: Car, disk: Disk) -> bytes:
    """Let the car charge from 20 % for two hours, and return the file as the power cut leaves it."""
    vehicle = car.simulator.vehicle()
    vehicle.car.fill(20)
    vehicle.car.plug()
    vehicle.report_now()
    await car.later(600, times=3)
    vehicle.car.start_charge()
    await car.later(600, times=12)
    assert float(value(hass, ENERGY)) > 2
    return disk.file.read_bytes()


async def test_during_a_charge(hass: HomeAssistant, car: Car, restart: Restart, file: bytes) -> None:
    """The energy goes on, and in the end all of the charge is known."""
    before = float(value(hass, ENERGY))
    await restart(file)
    assert float(value(hass, ENERGY)) >= before
    vehicle = car.simulator.vehicle()
    level = vehicle.car.battery.level
    vehicle.car.unplug()
    vehicle.report_now()
    await car.later(600, times=6)
    assert float(value(hass, LEVEL)) == pytest.approx(level - 20, abs=1)
    assert value(hass, ENERGY) == value(hass, LAST)


async def test_car_left_before_the_restart(hass: HomeAssistant, car: Car, restart: Restart, file: bytes) -> None:
    """The energy stays while the history cannot be read, and is not counted twice when it has the charge."""
    before = float(value(hass, ENERGY))
    car.simulator.faults.replace([{"kind": "status", "status": 500, "path": path} for path in HISTORY])
    vehicle = car.simulator.vehicle()
    vehicle.car.unplug()
    vehicle.car.drive(50)
    vehicle.report_now()
    await restart(file)
    assert float(value(hass, ENERGY)) == before
    car.simulator.faults.replace([])
    await car.later(600, times=12)
    assert value(hass, ENERGY) == value(hass, LAST)
