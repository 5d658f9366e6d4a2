"""The binary sensors."""

from datetime import datetime

from homeassistant.util import dt as dt_util
import pytest

from tests.plan.planned import Car

pytestmark = pytest.mark.freeze_time("2026-11-18 18:30:00+00:00")

PLUGGED_IN = "binary_sensor.renault_z_e_plugged_in"
CHARGING = "binary_sensor.renault_z_e_charging"
STALE = "binary_sensor.renault_z_e_data_stale"


async def test_update(car: Car) -> None:
    """Cable and charge are updated at the poll after the car's report."""
    assert (car.value(PLUGGED_IN), car.value(CHARGING)) == ("on", "on")
    car.simulator.vehicle().car.unplug()
    await car.later(301, times=2)
    assert (car.value(PLUGGED_IN), car.value(CHARGING)) == ("off", "off")


async def test_outdated_while_charging(car: Car) -> None:
    """The data of a charging car are outdated after three missing reports, until the next report."""
    await car.later(301)
    car.simulator.vehicle().link.in_reach = False
    await car.later(84 * 60)
    assert car.value(STALE) == "off"
    await car.later(301)
    assert (car.value(STALE), car.value(CHARGING)) == ("on", "on")
    car.simulator.vehicle().link.in_reach = True
    car.simulator.vehicle().report_now()
    await car.later(301)
    assert car.value(STALE) == "off"


async def test_outdated_while_parked(car: Car) -> None:
    """The data of a parked car are outdated after a day."""
    car.simulator.vehicle().car.unplug()
    await car.later(301)
    await car.later(23 * 3600)
    assert car.value(STALE) == "off"
    await car.later(3600)
    assert car.value(STALE) == "on"


async def test_time_of_outdated_values(car: Car) -> None:
    """Values that could not be read for hours stay, with the time they are from."""
    await car.later(1)
    read_at = dt_util.utcnow()
    fault = {"method": "GET", "kind": "status", "status": 500}
    car.simulator.faults.replace([{**fault, "path": "*/onboard"}, {**fault, "path": "*/notification"}])
    await car.later(90 * 60)
    assert (car.value(STALE), car.state(STALE).attributes["kept"]) == ("off", {})
    await car.later(90 * 60)
    assert car.value(STALE) == "on"
    kept = car.state(STALE).attributes["kept"]
    assert set(kept) == {"charge_schedule", "notifications"}
    assert all(datetime.fromisoformat(at) <= read_at for at in kept.values())
    assert car.value("switch.renault_z_e_do_not_disturb") == "off"
    car.simulator.faults.replace([])
    await car.later(601)
    assert (car.value(STALE), car.state(STALE).attributes["kept"]) == ("off", {})


@pytest.mark.parametrize("fields", [["plugged", "charging"], ["charge_level", "plugged", "charging"]])
async def test_null_fields_are_unknown(car: Car, fields: list[str]) -> None:
    """A report with null in a field makes its sensor unknown."""
    car.simulator.faults.replace([{"kind": "set", "path": "*/battery", "fields": dict.fromkeys(fields)}])
    await car.later(301)
    assert (car.value(PLUGGED_IN), car.value(CHARGING)) == ("unknown", "unknown")
    assert car.value("sensor.renault_z_e_range") == "62.0"
