"""A device enabled after its entry was removed gets its entities back."""

from collections.abc import Callable

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.renault_ze.const import DOMAIN
from tests.common import set_up
from tests.lifecycle.accounts import END_ENTRY, alike, device_of, disable, end_entry, entities, quiet

__all__ = ["alike", "quiet"]

USER = dr.DeviceEntryDisabler.USER


async def test_entry_added_again(
    hass: HomeAssistant, init_integration: MockConfigEntry, quiet: Callable[[], bool]
) -> None:
    """Its entities are enabled; those that never were stay disabled."""
    before = entities(hass, init_integration)
    await disable(hass, device_of(hass, init_integration), by=USER)
    await end_entry(hass, init_integration, "remove")
    again = MockConfigEntry(domain=DOMAIN, data=init_integration.data, unique_id=init_integration.unique_id)
    await set_up(hass, again)
    assert entities(hass, again) == set()
    await disable(hass, device_of(hass, again), by=None)
    assert again.state is ConfigEntryState.LOADED
    assert entities(hass, again) == before
    assert quiet()


@pytest.mark.parametrize("way", END_ENTRY)
async def test_entry_that_took_over_the_car(
    hass: HomeAssistant, init_integration: MockConfigEntry, alike: MockConfigEntry, way: str
) -> None:
    """The same after the car was taken over."""
    before = entities(hass, init_integration)
    await disable(hass, device_of(hass, init_integration), by=USER)
    await set_up(hass, alike)
    await end_entry(hass, init_integration, way)
    assert alike.state is ConfigEntryState.LOADED
    await disable(hass, device_of(hass, alike), by=None)
    assert entities(hass, alike) == before
