"""Many cars are added one after another, as many as Home Assistant allows, without blocking it."""

import asyncio
from collections.abc import Awaitable, Callable
from itertools import pairwise
from unittest.mock import patch

from homeassistant.const import STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_platform, entity_registry as er, issue_registry as ir
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.renault_ze.const import DOMAIN, PLATFORMS
from simulator import Account, Simulator
from tests.common import arrived, set_up
from tests.plan.planned import reload
from tests.repair_flows import check_texts

ACCOUNT = "Z.E. Services (y…@example.com)"
LIMIT = "MAX_ENABLED_ENTITIES_PER_CONFIG_ENTRY"
FLEET = [f"VF1AGVYF0ZE{number:06}" for number in range(1, 9)]
ENTITIES = 45
# At most the sensors of one car are added in one step of the event loop.
SENSORS = 20


@pytest.fixture
def fleet(simulator: Simulator) -> list[str]:
    """Give the account some cars."""
    simulator.account.vins[:] = FLEET
    simulator.backend.add_account(simulator.account)
    return FLEET


@pytest.fixture
def second(simulator: Simulator, fleet: list[str], mock_config_entry: MockConfigEntry) -> MockConfigEntry:
    """Return the entry of a second account with half of the cars."""
    simulator.account.vins[:] = fleet[:4]
    simulator.backend.add_account(Account("other@example.com", "P4ssw0rd", fleet[4:]))
    data = {**mock_config_entry.data, "username": "other@example.com"}
    return MockConfigEntry(domain=DOMAIN, unique_id="other", data=data)


def shown(hass: HomeAssistant) -> int:
    """Return how many entities are available."""
    return sum(each.state != STATE_UNAVAILABLE for each in hass.states.async_all() if "renault" in each.entity_id)


async def most_at_once(hass: HomeAssistant, work: Callable[[], Awaitable[object]]) -> int:
    """Return how many entities were added or removed at most in one step of the event loop."""
    steps = [shown(hass)]

    async def watch() -> None:
        while True:
            steps.append(shown(hass))
            await asyncio.sleep(0)

    watcher = asyncio.create_task(watch())
    await work()
    watcher.cancel()
    return max(abs(later - before) for before, later in pairwise(steps))


def cars_with(hass: HomeAssistant, entry: MockConfigEntry) -> dict[str, int]:
    """Return how many enabled entities each car has, by its number."""
    registry, devices = er.async_get(hass), dr.async_entries_for_config_entry(dr.async_get(hass), entry.entry_id)
    return {str(each.serial_number): len(er.async_entries_for_device(registry, each.id)) for each in devices}


def issue(hass: HomeAssistant, entry: MockConfigEntry) -> ir.IssueEntry | None:
    """Return the repair about too many cars."""
    return ir.async_get(hass).async_get_issue(DOMAIN, f"too_many_vehicles_{entry.entry_id}")


@pytest.mark.usefixtures("fleet")
async def test_cars_are_added_one_after_another(hass: HomeAssistant, mock_config_entry: MockConfigEntry) -> None:
    """Limit the steps of setup and reload for any number of cars."""
    assert await most_at_once(hass, lambda: set_up(hass, mock_config_entry)) <= SENSORS
    assert shown(hass) > len(FLEET) * SENSORS
    assert await most_at_once(hass, lambda: hass.config_entries.async_reload(mock_config_entry.entry_id)) <= SENSORS
    assert cars_with(hass, mock_config_entry) == dict.fromkeys(FLEET, ENTITIES)


async def test_accounts_take_turns(
    hass: HomeAssistant, mock_config_entry: MockConfigEntry, second: MockConfigEntry
) -> None:
    """Limit the steps of two accounts that are set up at the same time."""

    async def both() -> None:
        await asyncio.gather(*(set_up(hass, each) for each in (mock_config_entry, second)))

    assert await most_at_once(hass, both) <= SENSORS
    assert cars_with(hass, mock_config_entry) | cars_with(hass, second) == dict.fromkeys(FLEET, ENTITIES)


async def test_too_many_cars(
    hass: HomeAssistant,
    mock_config_entry: MockConfigEntry,
    simulator: Simulator,
    fleet: list[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Add complete cars, open a repair, and do not poll the others."""
    with patch.object(entity_platform, LIMIT, 5 * ENTITIES + 20):
        await set_up(hass, mock_config_entry)
        assert cars_with(hass, mock_config_entry) == dict.fromkeys(fleet[:5], ENTITIES)
        found = issue(hass, mock_config_entry)
        assert found.translation_placeholders == {"account": ACCOUNT, "count": "3", "total": "8"}
        check_texts(found)
        assert "Reached the maximum" not in caplog.text
        simulator.log.entries.clear()
        for coordinator in mock_config_entry.runtime_data.vehicles.values():
            await coordinator.async_refresh()
        assert {each.split("/")[3] for each in arrived(simulator)} == set(fleet[:5])
        await hass.config_entries.async_remove(mock_config_entry.entry_id)
    assert issue(hass, mock_config_entry) is None


@pytest.mark.usefixtures("fleet")
async def test_disabled_entities_make_room(hass: HomeAssistant, mock_config_entry: MockConfigEntry) -> None:
    """Add more cars after a reload."""
    with patch.object(entity_platform, LIMIT, 7 * ENTITIES):
        await set_up(hass, mock_config_entry)
        assert len(cars_with(hass, mock_config_entry)) == 7
        registry = er.async_get(hass)
        device = dr.async_entries_for_config_entry(dr.async_get(hass), mock_config_entry.entry_id)[0]
        for each in er.async_entries_for_device(registry, device.id):
            registry.async_update_entity(each.entity_id, disabled_by=er.RegistryEntryDisabler.USER)
        await reload(hass, mock_config_entry)
    assert cars_with(hass, mock_config_entry) == dict.fromkeys(FLEET, ENTITIES) | {FLEET[0]: 0}
    assert issue(hass, mock_config_entry) is None


@pytest.mark.usefixtures("fleet")
async def test_new_entities_of_existing_cars(
    hass: HomeAssistant, mock_config_entry: MockConfigEntry, caplog: pytest.LogCaptureFixture
) -> None:
    """Keep the existing entities, and open a repair if new ones do not fit."""
    with patch("custom_components.renault_ze.entity.PLATFORMS", [each for each in PLATFORMS if each != "sensor"]):
        await set_up(hass, mock_config_entry)
        before = cars_with(hass, mock_config_entry)
        await hass.config_entries.async_unload(mock_config_entry.entry_id)
    with patch.object(entity_platform, LIMIT, sum(before.values()) + SENSORS):
        await set_up(hass, mock_config_entry)
    assert cars_with(hass, mock_config_entry) == before | {FLEET[0]: ENTITIES}
    assert "Reached the maximum" not in caplog.text
    found = issue(hass, mock_config_entry)
    assert found.translation_placeholders == {"account": ACCOUNT, "count": "7", "total": "8"}
    assert len(mock_config_entry.runtime_data.vehicles) == len(FLEET)
