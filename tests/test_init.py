"""An account is set up, unloaded, and followed."""

import asyncio
from datetime import timedelta
import logging
from typing import Any

from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, issue_registry as ir
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_fire_time_changed
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from custom_components.renault_ze import commands
from custom_components.renault_ze.const import DOMAIN
from custom_components.renault_ze.coordinator import VehicleCoordinator
from simulator import EXAMPLE_VIN, Restriction, Simulator

from .common import VEHICLE, arrived, logins, set_up, value
from .conftest import Later

OTHER_VIN = "VF1AGVYF0ZE000002"
HOUR = 3600
BATTERY = "sensor.renault_z_e_battery"


def devices(registry: dr.DeviceRegistry, entry: MockConfigEntry) -> set[str]:
    """Return the VINs of the devices of an account."""
    return {
        vin for device in dr.async_entries_for_config_entry(registry, entry.entry_id) for _, vin in device.identifiers
    }


def own(simulator: Simulator, *vins: str) -> None:
    """Let the account own these vehicles and no others."""
    simulator.account.vins[:] = vins
    simulator.world.add_account(simulator.account)


async def test_load_and_unload(hass: HomeAssistant, init_integration: MockConfigEntry, simulator: Simulator) -> None:
    """One login and one read of each part set a car up; unloading leaves nothing behind."""
    assert init_integration.state is ConfigEntryState.LOADED
    asked = arrived(simulator)
    assert asked[0] == "POST /api/user/login"
    assert sorted(asked[1:]) == [
        f"GET {VEHICLE}/air-conditioning/last",
        f"GET {VEHICLE}/air-conditioning/scheduler",
        f"GET {VEHICLE}/battery",
        f"GET {VEHICLE}/charge/history",
        f"GET {VEHICLE}/charge/scheduler/onboard",
        f"GET {VEHICLE}/settings/notification",
    ]
    await hass.config_entries.async_unload(init_integration.entry_id)
    assert init_integration.state is ConfigEntryState.NOT_LOADED
    assert value(hass, BATTERY) == STATE_UNAVAILABLE


async def test_server_down(
    hass: HomeAssistant,
    enable_custom_integrations: None,
    mock_config_entry: MockConfigEntry,
    simulator: Simulator,
    later: Later,
) -> None:
    """A server that is down is tried again until it is back."""
    port = int(simulator.url.rpartition(":")[2])
    await simulator.stop()
    await set_up(hass, mock_config_entry)
    assert mock_config_entry.state is ConfigEntryState.SETUP_RETRY
    assert mock_config_entry.error_reason_translation_key == "cannot_connect"
    await simulator.start(port=port)
    await later(60)
    assert mock_config_entry.state is ConfigEntryState.LOADED
    assert value(hass, BATTERY) == "50"


async def test_refused_credentials(
    hass: HomeAssistant, enable_custom_integrations: None, mock_config_entry: MockConfigEntry, simulator: Simulator
) -> None:
    """Refused credentials make Home Assistant ask for new ones, once and without more attempts."""
    simulator.account.password = "changed"
    await set_up(hass, mock_config_entry)
    assert mock_config_entry.state is ConfigEntryState.SETUP_ERROR
    assert mock_config_entry.error_reason_translation_key == "invalid_auth"
    (flow,) = hass.config_entries.flow.async_progress()
    assert (flow["context"]["source"], flow["step_id"]) == ("reauth", "reauth_confirm")
    assert logins(simulator) == 1


async def test_credentials_refused_later(
    hass: HomeAssistant, init_integration: MockConfigEntry, simulator: Simulator, later: Later
) -> None:
    """A password changed elsewhere makes Home Assistant ask for the new one; the last values stay."""
    simulator.account.password = "changed"
    await later(600)
    (flow,) = hass.config_entries.flow.async_progress()
    assert flow["context"]["source"] == "reauth"
    assert value(hass, BATTERY) == "50"
    assert value(hass, "binary_sensor.renault_z_e_data_stale") == "on"
    assert logins(simulator) == 2
    await later(HOUR)
    assert logins(simulator) == 2


async def test_credentials_refused_at_the_daily_login(
    hass: HomeAssistant, init_integration: MockConfigEntry, simulator: Simulator, later: Later
) -> None:
    """Where only the daily login finds the credentials refused, the owner is asked for new ones as well, once."""
    simulator.faults.replace([{"kind": "status", "status": 401, "path": "*/user/login"}])
    await later(23 * HOUR)
    for _ in range(4):
        await later(HOUR)
    (flow,) = hass.config_entries.flow.async_progress()
    assert flow["context"]["source"] == "reauth"
    assert logins(simulator) == 2
    assert value(hass, BATTERY) == "100"


async def test_country_moved(
    hass: HomeAssistant,
    enable_custom_integrations: None,
    mock_config_entry: MockConfigEntry,
    simulator: Simulator,
    issue_registry: ir.IssueRegistry,
) -> None:
    """A country that moved is an error that is not tried again, and a repair that says where to go."""
    simulator.account.restriction = Restriction.LOGIN
    await set_up(hass, mock_config_entry)
    assert mock_config_entry.state is ConfigEntryState.SETUP_ERROR
    assert mock_config_entry.error_reason_translation_key == "country_moved"
    issue = issue_registry.async_get_issue(DOMAIN, f"country_moved_{mock_config_entry.entry_id}")
    assert issue is not None
    assert issue.severity is ir.IssueSeverity.ERROR
    assert issue.learn_more_url == "https://myr-fr.renault.ch/ze-redirection.html?os=web"
    assert not hass.config_entries.flow.async_progress()


async def test_no_vehicle(
    hass: HomeAssistant,
    enable_custom_integrations: None,
    mock_config_entry: MockConfigEntry,
    simulator: Simulator,
    later: Later,
) -> None:
    """An account without a car waits for one, without a login at each attempt."""
    own(simulator)
    await set_up(hass, mock_config_entry)
    assert mock_config_entry.state is ConfigEntryState.SETUP_RETRY
    assert mock_config_entry.error_reason_translation_key == "no_vehicle"
    own(simulator, EXAMPLE_VIN)
    for _ in range(5):
        await later(601)
    assert mock_config_entry.state is ConfigEntryState.SETUP_RETRY
    assert logins(simulator) == 1
    await later(601)
    assert mock_config_entry.state is ConfigEntryState.LOADED
    assert logins(simulator) == 2


async def test_one_car_fails(
    hass: HomeAssistant,
    enable_custom_integrations: None,
    mock_config_entry: MockConfigEntry,
    simulator: Simulator,
    later: Later,
) -> None:
    """A car the server cannot tell of does not take the other one away, and comes back by itself."""
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
    hass: HomeAssistant,
    enable_custom_integrations: None,
    mock_config_entry: MockConfigEntry,
    simulator: Simulator,
    later: Later,
) -> None:
    """A server that tells of no car at all is tried again, under the login it gave."""
    own(simulator, EXAMPLE_VIN, OTHER_VIN)
    simulator.faults.replace([{"kind": "status", "status": 500, "path": "*/vehicle/*"}])
    await set_up(hass, mock_config_entry)
    assert mock_config_entry.state is ConfigEntryState.SETUP_RETRY
    assert mock_config_entry.error_reason_translation_key == "cannot_connect"
    simulator.faults.replace([])
    await later(60)
    assert mock_config_entry.state is ConfigEntryState.LOADED
    assert logins(simulator) == 1


async def test_restart_costs_no_login(
    hass: HomeAssistant, init_integration: MockConfigEntry, simulator: Simulator, hass_storage: dict[str, Any]
) -> None:
    """What was stored serves the next run; a reload right after the login does, too."""
    simulator.log.entries.clear()
    await hass.config_entries.async_reload(init_integration.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert init_integration.state is ConfigEntryState.LOADED
    assert logins(simulator) == 0
    assert f"GET {VEHICLE}/battery" in arrived(simulator)
    stored = hass_storage[f"{DOMAIN}.{init_integration.entry_id}"]["data"]
    assert stored["session"]["username"] == "you@example.com"
    assert "password" not in stored["session"]


async def test_renewal_is_stored(
    hass: HomeAssistant, init_integration: MockConfigEntry, simulator: Simulator, later: Later
) -> None:
    """A renewed pair of token and cookie survives as well: the first one is no good any more."""
    await later(1200)
    assert arrived(simulator).count("POST /api/user/token/refresh") == 1
    await hass.config_entries.async_reload(init_integration.entry_id)
    await later(1200)
    assert arrived(simulator).count("POST /api/user/token/refresh") == 2
    assert logins(simulator) == 1


async def test_vehicle_joins_and_leaves(
    hass: HomeAssistant,
    init_integration: MockConfigEntry,
    simulator: Simulator,
    later: Later,
    device_registry: dr.DeviceRegistry,
) -> None:
    """A car that joins or leaves the account is followed at the first hourly look at a login of its day."""
    assert devices(device_registry, init_integration) == {EXAMPLE_VIN}
    own(simulator, EXAMPLE_VIN, OTHER_VIN)
    await later(25 * HOUR)
    assert devices(device_registry, init_integration) == {EXAMPLE_VIN, OTHER_VIN}
    assert value(hass, "sensor.renault_z_e_0002_battery") == "80"
    own(simulator, OTHER_VIN)
    await later(25 * HOUR)
    assert devices(device_registry, init_integration) == {OTHER_VIN}
    assert logins(simulator) == 3


async def test_account_unreadable(
    hass: HomeAssistant, init_integration: MockConfigEntry, simulator: Simulator, later: Later
) -> None:
    """An account that cannot be read at the daily look is left as it is."""
    simulator.faults.replace([{"kind": "status", "status": 500, "path": "*/user/*"}])
    await later(25 * HOUR)
    await later(HOUR)
    assert init_integration.state is ConfigEntryState.LOADED
    simulator.faults.replace([])
    for _ in range(2):
        await later(HOUR)
    assert value(hass, BATTERY) == "100"


async def test_unload_midway(
    hass: HomeAssistant,
    init_integration: MockConfigEntry,
    simulator: Simulator,
    coordinator: VehicleCoordinator,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """An entry may go while a poll is under way and an order is followed."""
    waiting = hass.async_create_task(coordinator.act(commands.precondition(threshold=45), wait=True))
    while not coordinator.data.commands:  # noqa: ASYNC110 - it comes in its own time
        await asyncio.sleep(0.01)
    await coordinator.async_refresh()
    simulator.faults.replace([{"kind": "delay", "seconds": 0.5, "path": "*/vehicle/*"}])
    simulator.log.entries.clear()
    async_fire_time_changed(hass, dt_util.utcnow() + timedelta(minutes=1))
    while f"GET {VEHICLE}/air-conditioning/last" not in arrived(simulator):  # noqa: ASYNC110 - it comes in its own time
        await asyncio.sleep(0.01)
    assert await hass.config_entries.async_unload(init_integration.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert init_integration.state is ConfigEntryState.NOT_LOADED
    assert waiting.done()
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]


async def test_remove(
    hass: HomeAssistant,
    init_integration: MockConfigEntry,
    simulator: Simulator,
    later: Later,
    hass_storage: dict[str, Any],
    issue_registry: ir.IssueRegistry,
) -> None:
    """An account that is removed leaves neither tokens nor repairs, not even a moment later."""
    simulator.vehicle().link.in_reach = False
    for _ in range(5):
        await later(24 * HOUR)
    assert [each.translation_key for each in issue_registry.issues.values()] == ["vehicle_silent"]
    await hass.config_entries.async_remove(init_integration.entry_id)
    await later(60)
    assert not [key for key in hass_storage if key.startswith(DOMAIN)]
    assert not [domain for domain, _ in issue_registry.issues if domain == DOMAIN]


async def test_remove_device(
    hass: HomeAssistant,
    init_integration: MockConfigEntry,
    device_id: str,
    device_registry: dr.DeviceRegistry,
    hass_ws_client: WebSocketGenerator,
) -> None:
    """The owner can remove the device of a car that has left, not that of one that is there."""
    assert await async_setup_component(hass, "config", {})
    gone = device_registry.async_get_or_create(
        config_entry_id=init_integration.entry_id, identifiers={(DOMAIN, OTHER_VIN)}
    )
    client = await hass_ws_client(hass)
    assert not (await client.remove_device(device_id))["success"]
    assert (await client.remove_device(gone.id))["success"]
    assert devices(device_registry, init_integration) == {EXAMPLE_VIN}
