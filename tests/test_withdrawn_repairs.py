"""Nothing is left to repair of a car that is gone, or of an account that nobody looks after."""

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
    """Return the kinds of the issues there are."""
    return [each.translation_key for (domain, _), each in ir.async_get(hass).issues.items() if domain == DOMAIN]


@pytest.fixture
async def silent(hass: HomeAssistant, init_integration: MockConfigEntry, simulator: Simulator, later: Later) -> None:
    """Let the car be out of reach for so long that it is said."""
    simulator.vehicle().link.in_reach = False
    for _ in range(5):
        await later(DAY)
    assert said(hass) == ["vehicle_silent"]


@pytest.mark.usefixtures("silent")
async def test_a_car_that_has_left_the_account(
    hass: HomeAssistant, init_integration: MockConfigEntry, simulator: Simulator, later: Later
) -> None:
    """Its notice goes with its device; that of another car would stay."""
    url = f"{simulator.url}/simulator/accounts"
    async with aiohttp.ClientSession() as session, session.post(url, json={"vehicles": [ANOTHER_VIN]}) as answer:
        assert answer.status == 200
    for _ in range(3):
        await later(DAY)
    assert list(init_integration.runtime_data.vehicles) == [ANOTHER_VIN] != [EXAMPLE_VIN]
    assert said(hass) == []


@pytest.mark.usefixtures("silent")
async def test_an_account_that_is_disabled(hass: HomeAssistant, init_integration: MockConfigEntry) -> None:
    """Its notices go, and come back with it."""
    await hass.config_entries.async_set_disabled_by(init_integration.entry_id, ConfigEntryDisabler.USER)
    await hass.async_block_till_done()
    assert said(hass) == []
    await hass.config_entries.async_set_disabled_by(init_integration.entry_id, None)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert init_integration.state is ConfigEntryState.LOADED
    assert said(hass) == ["vehicle_silent"]
