"""Repairs of cars and accounts that are gone are closed."""

from datetime import timedelta

import aiohttp
from homeassistant.config_entries import ConfigEntryDisabler, ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.renault_ze.const import DOMAIN
from simulator import EXAMPLE_VIN, Simulator
from tests.conftest import Later

ANOTHER_VIN = "VF1AGVYF0ZE000002"
DAY = timedelta(days=1).total_seconds()


def said(hass: HomeAssistant) -> list[str | None]:
    """Return the kinds of the open repairs."""
    return [each.translation_key for (domain, _), each in ir.async_get(hass).issues.items() if domain == DOMAIN]


@pytest.fixture
async def silent(hass: HomeAssistant, init_integration: MockConfigEntry, simulator: Simulator, later: Later) -> None:
    """Make the car unreachable until the repair opens."""
    simulator.vehicle().link.in_reach = False
    for _ in range(5):
        await later(DAY)
    assert said(hass) == ["vehicle_silent"]


@pytest.mark.usefixtures("silent")
async def test_car_left_the_account(
    hass: HomeAssistant, init_integration: MockConfigEntry, simulator: Simulator, later: Later
) -> None:
    """Close only the repair of that car."""
    url = f"{simulator.url}/simulator/accounts"
    async with aiohttp.ClientSession() as session, session.post(url, json={"vehicles": [ANOTHER_VIN]}) as answer:
        assert answer.status == 200
    for _ in range(3):
        await later(DAY)
    assert list(init_integration.runtime_data.vehicles) == [ANOTHER_VIN] != [EXAMPLE_VIN]
    assert said(hass) == []


@pytest.mark.usefixtures("silent")
async def test_account_is_disabled(hass: HomeAssistant, init_integration: MockConfigEntry) -> None:
    """Close the repairs, and open them again when it is enabled."""
    await hass.config_entries.async_set_disabled_by(init_integration.entry_id, ConfigEntryDisabler.USER)
    await hass.async_block_till_done()
    assert said(hass) == []
    await hass.config_entries.async_set_disabled_by(init_integration.entry_id, None)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert init_integration.state is ConfigEntryState.LOADED
    assert said(hass) == ["vehicle_silent"]
