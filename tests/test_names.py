"""Names of cars differ, and do not change."""

from datetime import timedelta
from typing import Any

from homeassistant.const import CONF_USERNAME
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, issue_registry as ir
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.renault_ze.const import DOMAIN
from simulator import EXAMPLE_VIN, Account
from tests.common import set_up
from tests.plan.planned import Car

OTHER_VIN = "VF1AGVYF0ZE000002"
DAY = timedelta(days=1) / timedelta(seconds=1)


def names(registry: dr.DeviceRegistry, *entries: MockConfigEntry) -> list[str | None]:
    """Return the names of the cars of some accounts."""
    return [each.name for entry in entries for each in dr.async_entries_for_config_entry(registry, entry.entry_id)]


async def test_two_accounts(car: Car, device_registry: dr.DeviceRegistry) -> None:
    """Name the car of a second account differently, in either order."""
    partner = Account("partner@example.com", "P4ssw0rd", [OTHER_VIN])
    car.simulator.backend.add_account(partner)
    other = MockConfigEntry(
        domain=DOMAIN, unique_id=partner.identifier("user"), data={**car.entry.data, CONF_USERNAME: partner.username}
    )
    await set_up(car.hass, other)
    both = ["Renault Z.E.", "Renault Z.E. 0002"]
    assert names(device_registry, car.entry, other) == both
    assert car.value("sensor.renault_z_e_0002_battery") == "80"
    for entry in (car.entry, other):
        await car.hass.config_entries.async_unload(entry.entry_id)
    for entry in (other, car.entry):
        await set_up(car.hass, entry)
    assert names(device_registry, car.entry, other) == both


async def test_devices_of_other_integrations(
    hass: HomeAssistant, mock_config_entry: MockConfigEntry, device_registry: dr.DeviceRegistry
) -> None:
    """Their identifiers may have more parts than ours."""
    other = MockConfigEntry(domain="other")
    other.add_to_hass(hass)
    identifiers: Any = {("other", "gateway", "1")}
    device_registry.async_get_or_create(config_entry_id=other.entry_id, identifiers=identifiers)
    await set_up(hass, mock_config_entry)
    assert hass.config_entries.async_loaded_entries(DOMAIN) == [mock_config_entry]
    assert names(device_registry, mock_config_entry) == ["Renault Z.E."]


async def test_second_car(car: Car, device_registry: dr.DeviceRegistry) -> None:
    """Keep the name of the first car."""
    car.simulator.account.vins.append(OTHER_VIN)
    car.simulator.backend.add_account(car.simulator.account)
    await car.later(DAY + 3600)
    assert names(device_registry, car.entry) == ["Renault Z.E.", "Renault Z.E. 0002"]


@pytest.mark.freeze_time("2026-11-18 18:30:00+00:00")
async def test_name_given_by_the_user(car: Car, device_registry: dr.DeviceRegistry) -> None:
    """Use it in repairs."""
    device_registry.async_update_device(car.device_id, name_by_user="Zoé")
    car.simulator.vehicle(EXAMPLE_VIN).link.in_reach = False
    await car.later(DAY, times=5)
    (issue,) = ir.async_get(car.hass).issues.values()
    assert (issue.translation_placeholders or {})["name"] == "Zoé"
