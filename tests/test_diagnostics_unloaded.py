"""Diagnostics of an account that is not loaded."""

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr
from homeassistant.setup import async_setup_component
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.components.diagnostics import (
    get_diagnostics_for_config_entry,
    get_diagnostics_for_device,
)
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from simulator import EXAMPLE_VIN, Simulator
from tests.common import set_up


async def test_diagnostics_of_a_failed_setup(
    hass: HomeAssistant,
    enable_custom_integrations: None,
    mock_config_entry: MockConfigEntry,
    simulator: Simulator,
    hass_client: ClientSessionGenerator,
) -> None:
    """Contain the reason."""
    simulator.faults.replace([{"path": "*", "kind": "status", "status": 500}])
    await set_up(hass, mock_config_entry)
    assert await async_setup_component(hass, "diagnostics", {})
    told = await get_diagnostics_for_config_entry(hass, hass_client, mock_config_entry)
    assert told["entry"]["state"] == ConfigEntryState.SETUP_RETRY.value
    assert told["entry"]["reason"]
    assert (told["cloud"], told["vehicles"]) == ("zeservices", [])
    assert told["address"].startswith("http://127.0.0.1:")
    assert "you@example.com" not in str(told)


async def test_diagnostics_of_a_disabled_account(
    hass: HomeAssistant,
    init_integration: MockConfigEntry,
    device_id: str,
    device_registry: dr.DeviceRegistry,
    hass_client: ClientSessionGenerator,
) -> None:
    """Contain that nothing is known of the car."""
    await hass.config_entries.async_unload(init_integration.entry_id)
    device = device_registry.async_get(device_id)
    assert device is not None
    assert await async_setup_component(hass, "diagnostics", {})
    told = await get_diagnostics_for_device(hass, hass_client, init_integration, device)
    assert told == {"entry": {"state": "not_loaded", "reason": None}}
    account = await get_diagnostics_for_config_entry(hass, hass_client, init_integration)
    assert EXAMPLE_VIN not in str(account)
