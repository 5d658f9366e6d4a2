"""Repairs are opened, closed, and removed with their car or account."""

from datetime import timedelta
from typing import Any

import aiohttp
from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import ConfigEntryDisabler, ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.renault_ze.const import DOMAIN
from simulator import EXAMPLE_VIN, Restriction, Simulator
from tests.common import set_up
from tests.plan.planned import Car, Later
from tests.repair_flows import check_texts

pytestmark = pytest.mark.freeze_time("2026-11-18 18:30:00+00:00")

HOUR, DAY = 3600, 24 * 3600
ANOTHER_VIN = "VF1AGVYF0ZE000002"


def opened(hass: HomeAssistant) -> list[str | None]:
    """Return the kinds of the open repairs."""
    return [each.translation_key for (domain, _), each in ir.async_get(hass).issues.items() if domain == DOMAIN]


async def test_country_moved(car: Car, issue_registry: ir.IssueRegistry) -> None:
    """Open the repair during a poll, and close it when the server responds again."""
    issue_id = f"country_moved_{car.entry.entry_id}"
    assert issue_registry.async_get_issue(DOMAIN, issue_id) is None
    car.simulator.account.restriction = Restriction.EVERYWHERE
    await car.later(601)
    issue = issue_registry.async_get_issue(DOMAIN, issue_id)
    assert issue is not None
    check_texts(issue)
    assert issue.learn_more_url == "https://myr-fr.renault.ch/ze-redirection.html?os=web"
    assert car.value("sensor.renault_z_e_battery") == "50"
    car.simulator.account.restriction = Restriction.NONE
    await car.later(HOUR)
    assert issue_registry.async_get_issue(DOMAIN, issue_id) is None


async def test_country_moved_at_setup(
    hass: HomeAssistant, mock_config_entry: MockConfigEntry, simulator: Simulator
) -> None:
    """Open the repair, and close it after a reload."""
    simulator.account.restriction = Restriction.LOGIN
    await set_up(hass, mock_config_entry)
    assert opened(hass) == ["country_moved"]
    simulator.account.restriction = Restriction.NONE
    await hass.config_entries.async_reload(mock_config_entry.entry_id)
    assert mock_config_entry.state is ConfigEntryState.LOADED
    assert opened(hass) == []


async def test_vehicle_silent(car: Car, issue: Any) -> None:
    """Open the repair after four days without a report, and close it with the next one."""
    car.simulator.vehicle().car.unplug()
    await car.later(120)
    car.simulator.vehicle().link.in_reach = False
    await car.later(3 * DAY)
    assert issue("vehicle_silent") is None
    await car.later(DAY)
    found = issue("vehicle_silent")
    assert found.translation_placeholders == {"name": "Renault Z.E.", "since": "Nov 18, 10:30 AM"}
    check_texts(found)
    assert car.value("binary_sensor.renault_z_e_data_stale") == "on"
    car.simulator.vehicle().link.in_reach = True
    car.simulator.vehicle().report_now()
    await car.later(HOUR)
    assert issue("vehicle_silent") is None
    assert car.value("binary_sensor.renault_z_e_data_stale") == "off"


async def test_vehicle_silent_before_the_start(
    hass: HomeAssistant, mock_config_entry: MockConfigEntry, simulator: Simulator, freezer: FrozenDateTimeFactory
) -> None:
    """Open the repair at the start."""
    simulator.vehicle().link.in_reach = False
    freezer.tick(timedelta(days=5))
    await set_up(hass, mock_config_entry)
    assert opened(hass) == ["vehicle_silent"]


@pytest.fixture
async def silent(hass: HomeAssistant, init_integration: MockConfigEntry, simulator: Simulator, later: Later) -> None:
    """Make the car unreachable until the repair opens."""
    simulator.vehicle().link.in_reach = False
    await later(DAY, times=5)
    assert opened(hass) == ["vehicle_silent"]


@pytest.mark.usefixtures("silent")
async def test_car_left_the_account(car: Car) -> None:
    """Close only the repair of that car."""
    url = f"{car.simulator.url}/simulator/accounts"
    async with aiohttp.ClientSession() as session, session.post(url, json={"vehicles": [ANOTHER_VIN]}) as response:
        assert response.status == 200
    await car.later(DAY, times=3)
    assert list(car.entry.runtime_data.vehicles) == [ANOTHER_VIN] != [EXAMPLE_VIN]
    assert opened(car.hass) == []


@pytest.mark.usefixtures("silent")
async def test_account_is_disabled(hass: HomeAssistant, init_integration: MockConfigEntry) -> None:
    """Close the repairs, and open them again when it is enabled."""
    await hass.config_entries.async_set_disabled_by(init_integration.entry_id, ConfigEntryDisabler.USER)
    await hass.async_block_till_done()
    assert opened(hass) == []
    await hass.config_entries.async_set_disabled_by(init_integration.entry_id, None)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert init_integration.state is ConfigEntryState.LOADED
    assert opened(hass) == ["vehicle_silent"]
