"""Cars that join or leave an account, and cars that cannot be read."""

from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr
from homeassistant.setup import async_setup_component
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from custom_components.renault_ze.const import DOMAIN
from simulator import EXAMPLE_VIN, Simulator
from tests.common import logins, set_up, value
from tests.lifecycle.accounts import cars, own
from tests.plan.planned import Car, Later

OTHER_VIN = "VF1AGVYF0ZE000002"
HOUR = 3600
BATTERY = "sensor.renault_z_e_battery"


async def test_no_vehicle(
    hass: HomeAssistant, mock_config_entry: MockConfigEntry, simulator: Simulator, later: Later
) -> None:
    """An account without cars is retried without a login at each attempt."""
    own(simulator)
    await set_up(hass, mock_config_entry)
    assert mock_config_entry.state is ConfigEntryState.SETUP_RETRY
    assert mock_config_entry.error_reason_translation_key == "no_vehicle"
    own(simulator, EXAMPLE_VIN)
    await later(601, times=5)
    assert mock_config_entry.state is ConfigEntryState.SETUP_RETRY
    assert logins(simulator) == 1
    await later(601)
    assert mock_config_entry.state is ConfigEntryState.LOADED
    assert logins(simulator) == 2


async def test_one_car_fails(
    hass: HomeAssistant, mock_config_entry: MockConfigEntry, simulator: Simulator, later: Later
) -> None:
    """A car that cannot be read does not affect the other one, and recovers."""
    own(simulator, EXAMPLE_VIN, OTHER_VIN)
    simulator.faults.replace([{"kind": "status", "status": 500, "path": f"*{OTHER_VIN}*"}])
    await set_up(hass, mock_config_entry)
    assert mock_config_entry.state is ConfigEntryState.LOADED
    assert value(hass, "sensor.renault_z_e_0001_battery") == "50"
    assert value(hass, "sensor.renault_z_e_0002_battery") == STATE_UNAVAILABLE
    simulator.faults.replace([])
    await later(1200)
    assert value(hass, "sensor.renault_z_e_0002_battery") == "80"


async def test_all_cars_fail(
    hass: HomeAssistant, mock_config_entry: MockConfigEntry, simulator: Simulator, later: Later
) -> None:
    """The setup is retried with the same session."""
    own(simulator, EXAMPLE_VIN, OTHER_VIN)
    simulator.faults.replace([{"kind": "status", "status": 500, "path": "*/vehicle/*"}])
    await set_up(hass, mock_config_entry)
    assert mock_config_entry.state is ConfigEntryState.SETUP_RETRY
    assert mock_config_entry.error_reason_translation_key == "cannot_connect"
    simulator.faults.replace([])
    await later(60)
    assert mock_config_entry.state is ConfigEntryState.LOADED
    assert logins(simulator) == 1


async def test_vehicle_joins_and_leaves(car: Car) -> None:
    """The change is detected at the first hourly check after a day."""
    assert cars(car.hass, car.entry) == {EXAMPLE_VIN}
    own(car.simulator, EXAMPLE_VIN, OTHER_VIN)
    await car.later(25 * HOUR)
    assert cars(car.hass, car.entry) == {EXAMPLE_VIN, OTHER_VIN}
    assert car.value("sensor.renault_z_e_0002_battery") == "80"
    own(car.simulator, OTHER_VIN)
    await car.later(25 * HOUR)
    assert cars(car.hass, car.entry) == {OTHER_VIN}
    assert logins(car.simulator) == 3


async def test_account_unreadable(car: Car) -> None:
    """An account that cannot be read at the daily check stays as it is."""
    car.simulator.faults.replace([{"kind": "status", "status": 500, "path": "*/user/*"}])
    await car.later(25 * HOUR)
    await car.later(HOUR)
    assert car.entry.state is ConfigEntryState.LOADED
    car.simulator.faults.replace([])
    await car.later(HOUR, times=2)
    assert car.value(BATTERY) == "100"


async def test_remove_device(car: Car, device_registry: dr.DeviceRegistry, hass_ws_client: WebSocketGenerator) -> None:
    """Only the device of a car that has left the account can be removed."""
    assert await async_setup_component(car.hass, "config", {})
    gone = device_registry.async_get_or_create(config_entry_id=car.entry.entry_id, identifiers={(DOMAIN, OTHER_VIN)})
    client = await hass_ws_client(car.hass)
    assert not (await client.remove_device(car.device_id))["success"]
    assert (await client.remove_device(gone.id))["success"]
    assert cars(car.hass, car.entry) == {EXAMPLE_VIN}
