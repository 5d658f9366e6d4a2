"""The binary sensors."""

from datetime import datetime

from freezegun.api import FrozenDateTimeFactory
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from syrupy.assertion import SnapshotAssertion

from simulator import Simulator
from tests.common import check_platform, live_an_evening, state, value
from tests.conftest import Later

pytestmark = pytest.mark.freeze_time("2026-11-18 18:30:00+00:00")

PLUGGED_IN = "binary_sensor.renault_z_e_plugged_in"
CHARGING = "binary_sensor.renault_z_e_charging"
STALE = "binary_sensor.renault_z_e_data_stale"


@pytest.mark.usefixtures("entity_registry_enabled_by_default")
async def test_entities(
    hass: HomeAssistant,
    mock_config_entry: MockConfigEntry,
    simulator: Simulator,
    freezer: FrozenDateTimeFactory,
    snapshot: SnapshotAssertion,
) -> None:
    """A car that charges in the evening."""
    live_an_evening(simulator, freezer)
    await check_platform(hass, mock_config_entry, Platform.BINARY_SENSOR, snapshot)


async def test_update(
    hass: HomeAssistant, init_integration: MockConfigEntry, simulator: Simulator, later: Later
) -> None:
    """Cable and charge are updated at the poll after the car's report."""
    assert (value(hass, PLUGGED_IN), value(hass, CHARGING)) == ("on", "on")
    simulator.vehicle().car.unplug()
    await later(301, times=2)
    assert (value(hass, PLUGGED_IN), value(hass, CHARGING)) == ("off", "off")


async def test_outdated_while_charging(
    hass: HomeAssistant, init_integration: MockConfigEntry, simulator: Simulator, later: Later
) -> None:
    """The data of a charging car are outdated after three missing reports, until the next report."""
    await later(301)
    simulator.vehicle().link.in_reach = False
    await later(84 * 60)
    assert value(hass, STALE) == "off"
    await later(301)
    assert value(hass, STALE) == "on"
    assert value(hass, CHARGING) == "on"
    simulator.vehicle().link.in_reach = True
    simulator.vehicle().report_now()
    await later(301)
    assert value(hass, STALE) == "off"


async def test_outdated_while_parked(
    hass: HomeAssistant, init_integration: MockConfigEntry, simulator: Simulator, later: Later
) -> None:
    """The data of a parked car are outdated after a day."""
    simulator.vehicle().car.unplug()
    await later(301)
    await later(23 * 3600)
    assert value(hass, STALE) == "off"
    await later(3600)
    assert value(hass, STALE) == "on"


async def test_time_of_outdated_values(
    hass: HomeAssistant, init_integration: MockConfigEntry, simulator: Simulator, later: Later
) -> None:
    """Values that could not be read for hours stay, with the time they are from."""
    await later(1)
    read_at = dt_util.utcnow()
    fault = {"method": "GET", "kind": "status", "status": 500}
    simulator.faults.replace([{**fault, "path": "*/onboard"}, {**fault, "path": "*/notification"}])
    await later(90 * 60)
    assert (value(hass, STALE), state(hass, STALE).attributes["kept"]) == ("off", {})
    await later(90 * 60)
    assert value(hass, STALE) == "on"
    kept = state(hass, STALE).attributes["kept"]
    assert set(kept) == {"charge_schedule", "notifications"}
    assert all(datetime.fromisoformat(at) <= read_at for at in kept.values())
    assert value(hass, "switch.renault_z_e_do_not_disturb") == "off"
    simulator.faults.replace([])
    await later(601)
    assert (value(hass, STALE), state(hass, STALE).attributes["kept"]) == ("off", {})


@pytest.mark.parametrize("fields", [["plugged", "charging"], ["charge_level", "plugged", "charging"]])
async def test_missing_fields_are_unknown(
    hass: HomeAssistant, init_integration: MockConfigEntry, simulator: Simulator, later: Later, fields: list[str]
) -> None:
    """A report without a field makes its sensor unknown."""
    simulator.faults.replace([{"kind": "missing", "path": "*/battery", "fields": fields}])
    await later(301)
    assert (value(hass, PLUGGED_IN), value(hass, CHARGING)) == ("unknown", "unknown")
    assert value(hass, "sensor.renault_z_e_range") == "62.0"
