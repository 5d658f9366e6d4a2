"""A device enabled after its entry was removed gets its entities back."""

from collections.abc import Callable

from homeassistant.config_entries import ConfigEntryState
from homeassistant.helpers import device_registry as dr
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.renault_ze.const import DOMAIN
from tests.common import set_up
from tests.lifecycle.accounts import END_ENTRY, alike, device_of, disable, end_entry, entities, quiet
from tests.plan.planned import Car

__all__ = ["alike", "quiet"]

USER = dr.DeviceEntryDisabler.USER


async def test_entry_added_again(car: Car, quiet: Callable[[], bool]) -> None:
    """Its entities are enabled; those that never were stay disabled."""
    before = entities(car.hass, car.entry)
    await disable(car.hass, device_of(car.hass, car.entry), by=USER)
    await end_entry(car.hass, car.entry, "remove")
    again = MockConfigEntry(domain=DOMAIN, data=car.entry.data, unique_id=car.entry.unique_id)
    await set_up(car.hass, again)
    assert entities(car.hass, again) == set()
    await disable(car.hass, device_of(car.hass, again), by=None)
    assert again.state is ConfigEntryState.LOADED
    assert entities(car.hass, again) == before
    assert quiet()


@pytest.mark.parametrize("way", END_ENTRY)
async def test_entry_that_took_over_the_car(car: Car, alike: MockConfigEntry, way: str) -> None:
    """The same after the car was taken over."""
    before = entities(car.hass, car.entry)
    await disable(car.hass, device_of(car.hass, car.entry), by=USER)
    await set_up(car.hass, alike)
    await end_entry(car.hass, car.entry, way)
    assert alike.state is ConfigEntryState.LOADED
    await disable(car.hass, device_of(car.hass, alike), by=None)
    assert entities(car.hass, alike) == before
