"""A car in two accounts belongs to one entry."""

from collections.abc import Callable
import json
from pathlib import Path

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.renault_ze.const import DOMAIN
from simulator import EXAMPLE_VIN, Simulator
from tests.common import set_up, value
from tests.lifecycle.accounts import OTHER_VIN, alike, cars, device_of, end_entry, entities, left_out, partner, quiet
from tests.plan.planned import Car

__all__ = ["alike", "partner", "quiet"]

TEXTS = json.loads(Path("custom_components/renault_ze/translations/en.json").read_text(encoding="utf-8"))


async def test_car_of_another_entry_is_left_out(car: Car, partner: MockConfigEntry, quiet: Callable[[], bool]) -> None:
    """The other car is added, a repair names the car, and the first entry does not change."""
    before = entities(car.hass, car.entry)
    device = dr.async_get(car.hass).async_get(device_of(car.hass, car.entry))
    dr.async_get(car.hass).async_update_device(device.id, name_by_user="Zoé")
    await set_up(car.hass, partner)
    assert (cars(car.hass, car.entry), cars(car.hass, partner)) == ({EXAMPLE_VIN}, {OTHER_VIN})
    assert entities(car.hass, car.entry) == before
    assert len(entities(car.hass, partner, OTHER_VIN)) == len(before)
    assert (left_out(car.hass, car.entry), left_out(car.hass, partner)) == (None, "Zoé")
    assert quiet()


async def test_account_without_other_cars(car: Car, alike: MockConfigEntry) -> None:
    """It is not set up until it has the car."""
    await set_up(car.hass, alike)
    assert alike.state is ConfigEntryState.SETUP_ERROR
    assert alike.error_reason_translation_key == "cars_elsewhere"
    assert alike.error_reason_translation_key in TEXTS["exceptions"]
    assert left_out(car.hass, alike) == "Renault Z.E."
    await end_entry(car.hass, alike, "disable")
    assert left_out(car.hass, alike) is None


@pytest.mark.parametrize("slow", [0, 1])
@pytest.mark.parametrize("first", [0, 1])
async def test_first_start_with_both(
    hass: HomeAssistant,
    mock_config_entry: MockConfigEntry,
    partner: MockConfigEntry,
    simulator: Simulator,
    quiet: Callable[[], bool],
    slow: int,
    first: int,
) -> None:
    """If neither was loaded before, the older entry gets the car, whichever is faster."""
    entries = (mock_config_entry, partner)
    for entry in entries:
        entry.add_to_hass(hass)
    # The older one asks first.
    simulator.faults.replace([{"kind": "delay", "seconds": 0.3, "path": "/api/user/login", "after": slow, "times": 1}])
    await set_up(hass, entries[first])
    assert (cars(hass, mock_config_entry), cars(hass, partner)) == ({EXAMPLE_VIN}, {OTHER_VIN})
    assert left_out(hass, partner) is not None
    assert len(entities(hass, mock_config_entry)) == len(entities(hass, partner, OTHER_VIN))
    assert quiet()


async def test_entry_with_the_device_keeps_the_car(
    hass: HomeAssistant, mock_config_entry: MockConfigEntry, partner: MockConfigEntry, quiet: Callable[[], bool]
) -> None:
    """Even if an older entry loads faster."""
    mock_config_entry.add_to_hass(hass)
    partner.add_to_hass(hass)
    dr.async_get(hass).async_get_or_create(
        config_entry_id=partner.entry_id, identifiers={(DOMAIN, EXAMPLE_VIN)}, name="Zoé"
    )
    await set_up(hass, mock_config_entry)
    assert (cars(hass, mock_config_entry), cars(hass, partner)) == (set(), {EXAMPLE_VIN, OTHER_VIN})
    assert (mock_config_entry.state, left_out(hass, mock_config_entry)) == (ConfigEntryState.SETUP_ERROR, "Zoé")


async def test_devices_in_both_entries(
    hass: HomeAssistant, mock_config_entry: MockConfigEntry, partner: MockConfigEntry, quiet: Callable[[], bool]
) -> None:
    """Of two devices from an earlier version, the older entry's stays."""
    for entry in (mock_config_entry, partner):
        entry.add_to_hass(hass)
        device = dr.async_get(hass).async_get_or_create(
            config_entry_id=entry.entry_id, identifiers={(DOMAIN, EXAMPLE_VIN)}, name="Renault Z.E."
        )
    er.async_get(hass).async_get_or_create(
        "sensor",
        DOMAIN,
        f"{EXAMPLE_VIN}_battery",
        suggested_object_id="level",
        config_entry=partner,
        device_id=device.id,
    )
    await set_up(hass, partner)
    assert (cars(hass, mock_config_entry), cars(hass, partner)) == ({EXAMPLE_VIN}, {OTHER_VIN})
    assert value(hass, "sensor.level") == "50"
    assert len(entities(hass, mock_config_entry)) == len(entities(hass, partner, OTHER_VIN))
    assert quiet()
