"""Accounts, their cars and devices, and two accounts of a household with the same car."""

from collections.abc import Awaitable, Callable
import logging

from homeassistant.config_entries import ConfigEntryDisabler
from homeassistant.const import CONF_USERNAME
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er, issue_registry as ir
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.renault_ze.const import DOMAIN
from simulator import EXAMPLE_VIN, Account, Simulator
from tests.repair_flows import check_texts

OTHER_VIN = "VF1AGVYF0ZE000002"
BATTERY = "sensor.renault_z_e_battery"

END_ENTRY: dict[str, Callable[[HomeAssistant, str], Awaitable[object]]] = {
    "unload": lambda hass, entry: hass.config_entries.async_unload(entry),
    "disable": lambda hass, entry: hass.config_entries.async_set_disabled_by(entry, ConfigEntryDisabler.USER),
    "remove": lambda hass, entry: hass.config_entries.async_remove(entry),
}


async def end_entry(hass: HomeAssistant, entry: MockConfigEntry, way: str) -> None:
    """Unload, disable or remove an entry."""
    assert await END_ENTRY[way](hass, entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)


def added(simulator: Simulator, like: MockConfigEntry, title: str, *vins: str) -> MockConfigEntry:
    """Return the entry of an additional account with some cars."""
    account = Account(f"{title.lower()}@example.com", "P4ssw0rd", list(vins))
    simulator.backend.add_account(account)
    data = {**like.data, CONF_USERNAME: account.username}
    return MockConfigEntry(domain=DOMAIN, title=title, unique_id=account.identifier("user"), data=data)


@pytest.fixture
def partner(simulator: Simulator, mock_config_entry: MockConfigEntry) -> MockConfigEntry:
    """Return an account with the same car and another one."""
    return added(simulator, mock_config_entry, "Partner", EXAMPLE_VIN, OTHER_VIN)


@pytest.fixture
def alike(simulator: Simulator, mock_config_entry: MockConfigEntry) -> MockConfigEntry:
    """Return an account with only the same car."""
    return added(simulator, mock_config_entry, "Alike", EXAMPLE_VIN)


@pytest.fixture
def quiet(caplog: pytest.LogCaptureFixture) -> Callable[[], bool]:
    """Return a function that checks that nothing was logged as a problem."""
    return lambda: (
        not [
            each
            for each in caplog.records
            if each.levelno >= logging.ERROR or "does not generate unique IDs" in each.getMessage()
        ]
    )


def cars(hass: HomeAssistant, entry: MockConfigEntry) -> set[str]:
    """Return the VINs of the devices of an account."""
    devices = dr.async_entries_for_config_entry(dr.async_get(hass), entry.entry_id)
    return {vin for device in devices for _, vin in device.identifiers}


def entities(hass: HomeAssistant, entry: MockConfigEntry, vin: str = EXAMPLE_VIN) -> set[str]:
    """Return the entities of a car in an account, all with a state."""
    found = er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id)
    ids = {each.entity_id for each in found if each.unique_id.startswith(vin) and not each.disabled}
    assert not [each for each in ids if (state := hass.states.get(each)) is None or state.attributes.get("restored")]
    return ids


def left_out(hass: HomeAssistant, entry: MockConfigEntry) -> str | None:
    """Return the cars named in the repair of an account."""
    found = ir.async_get(hass).async_get_issue(DOMAIN, f"cars_elsewhere_{entry.entry_id}")
    if found is None:
        return None
    check_texts(found)
    assert (found.severity, found.is_fixable) == (ir.IssueSeverity.WARNING, False)
    assert EXAMPLE_VIN not in str(found)
    return (found.translation_placeholders or {})["names"]


def device_of(hass: HomeAssistant, entry: MockConfigEntry) -> str:
    """Return the device of the car in an account."""
    found = dr.async_get(hass).async_get_device_by_identifier((DOMAIN, EXAMPLE_VIN), entry.entry_id)
    return found.id


async def disable(hass: HomeAssistant, device_id: str, *, by: dr.DeviceEntryDisabler | None) -> None:
    """Disable or enable a device."""
    dr.async_get(hass).async_update_device(device_id, disabled_by=by)
    await hass.async_block_till_done(wait_background_tasks=True)


def own(simulator: Simulator, *vins: str) -> None:
    """Set the vehicles of the account."""
    simulator.account.vins[:] = vins
    simulator.backend.add_account(simulator.account)
