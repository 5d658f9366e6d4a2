"""Four cars in one account, two of them with the same name, can be told apart."""

from homeassistant.components import persistent_notification
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, issue_registry as ir
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.renault_ze.const import DOMAIN
from simulator import Simulator
from tests.common import ask, set_up
from tests.plan.planned import EVERY_DAY, Later

VINS = [f"VF1AGVYF0ZE{number:06}" for number in range(1, 5)]
NAMES = {VINS[0]: "Zoe", VINS[1]: "Zoe", VINS[2]: "Kangoo"}
SHOWN = ["Zoe (0001)", "Zoe (0002)", "Kangoo", "Renault Z.E. 0004"]

pytestmark = pytest.mark.freeze_time("2026-11-19 06:30:00+00:00")


@pytest.fixture
async def devices(
    hass: HomeAssistant, simulator: Simulator, mock_config_entry: MockConfigEntry, device_registry: dr.DeviceRegistry
) -> list[str]:
    """Return the devices of the cars, whose user renames three of them."""
    simulator.account.vins[:] = VINS
    simulator.backend.add_account(simulator.account)
    await set_up(hass, mock_config_entry)
    found = []
    for vin in VINS:
        device = device_registry.async_get_device_by_identifier((DOMAIN, vin), mock_config_entry.entry_id)
        assert device is not None
        device_registry.async_update_device(device.id, name_by_user=NAMES.get(vin))
        found.append(device.id)
    await hass.async_block_till_done()
    return found


async def calendars(hass: HomeAssistant, hass_client: ClientSessionGenerator) -> list[str]:
    """Return the names on the calendar page."""
    assert await async_setup_component(hass, "calendar", {})
    client = await hass_client()
    response = await client.get("/api/calendars")
    return sorted(each["name"] for each in await response.json())


async def test_calendars(
    hass: HomeAssistant,
    devices: list[str],
    mock_config_entry: MockConfigEntry,
    device_registry: dr.DeviceRegistry,
    hass_client: ClientSessionGenerator,
) -> None:
    """Those of cars with the same name contain the end of the VIN, until one of the cars is renamed."""
    others = [f"{name} {calendar}" for name in SHOWN[2:] for calendar in ("Charge schedule", "Departures")]
    same = [f"Zoe {calendar} ({end})" for calendar in ("Charge schedule", "Departures") for end in ("0001", "0002")]
    assert await calendars(hass, hass_client) == sorted([*others, *same])
    assert await hass.config_entries.async_reload(mock_config_entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert await calendars(hass, hass_client) == sorted([*others, *same])
    device_registry.async_update_device(devices[1], name_by_user="Twizy")
    await hass.async_block_till_done()
    named = [f"{name} {calendar}" for name in ("Zoe", "Twizy") for calendar in ("Charge schedule", "Departures")]
    assert await calendars(hass, hass_client) == sorted([*others, *named])


async def test_notifications(hass: HomeAssistant, devices: list[str], simulator: Simulator, later: Later) -> None:
    """Each names its car."""
    for vin in VINS:
        simulator.vehicle(vin).car.fill(20)
        simulator.vehicle(vin).report_now()
    for device in devices:
        await ask(hass, "set_departure", device, name="Work", time="07:30", days=EVERY_DAY)
    await later(600, times=6)
    notifications = persistent_notification._async_get_or_create_notifications(hass)
    assert {each["title"] for each in notifications.values()} == set(SHOWN)
    assert len(notifications) >= len(VINS)


async def test_repairs(hass: HomeAssistant, devices: list[str], simulator: Simulator, later: Later) -> None:
    """Each names its car."""
    simulator.faults.add({"path": "*/charge/scheduler", "kind": "status", "status": 403})
    simulator.faults.add({"path": "*/battery", "kind": "status", "status": 403})
    await later(3600, times=30)
    found = [each for each in ir.async_get(hass).issues.values() if each.translation_key == "not_updated"]
    assert {each.translation_placeholders["name"] for each in found if each.translation_placeholders} == set(SHOWN)
