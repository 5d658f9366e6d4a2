"""The diagnostics of an account that is not loaded are those that are wanted most."""

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


async def test_an_account_that_was_never_loaded(
    hass: HomeAssistant,
    enable_custom_integrations: None,
    mock_config_entry: MockConfigEntry,
    simulator: Simulator,
    hass_client: ClientSessionGenerator,
) -> None:
    """They say so, and why, with all that is known."""
    simulator.faults.replace([{"path": "*", "kind": "status", "status": 500}])
    await set_up(hass, mock_config_entry)
    assert await async_setup_component(hass, "diagnostics", {})
    told = await get_diagnostics_for_config_entry(hass, hass_client, mock_config_entry)
    assert told["entry"]["state"] == ConfigEntryState.SETUP_RETRY.value
    assert told["entry"]["reason"]
    assert (told["cloud"], told["vehicles"]) == ("zeservices", [])
    assert told["address"].startswith("http://127.0.0.1:")
    assert "you@example.com" not in str(told)


async def test_a_car_of_an_account_that_is_disabled(
    hass: HomeAssistant,
    init_integration: MockConfigEntry,
    device_id: str,
    device_registry: dr.DeviceRegistry,
    hass_client: ClientSessionGenerator,
) -> None:
    """Nothing is known of the car, and that is said."""
    await hass.config_entries.async_unload(init_integration.entry_id)
    device = device_registry.async_get(device_id)
    assert device is not None
    assert await async_setup_component(hass, "diagnostics", {})
    told = await get_diagnostics_for_device(hass, hass_client, init_integration, device)
    assert told == {"entry": {"state": "not_loaded", "reason": None}}
    account = await get_diagnostics_for_config_entry(hass, hass_client, init_integration)
    assert EXAMPLE_VIN not in str(account)
