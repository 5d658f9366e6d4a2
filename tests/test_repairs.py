"""What an owner has to mend is said, explained, and not said any longer."""

from datetime import timedelta
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.renault_ze.const import DOMAIN
from simulator import Restriction, Simulator
from tests.common import set_up, value
from tests.conftest import Later
from tests.mending import check_texts

pytestmark = pytest.mark.freeze_time("2026-11-18 18:30:00+00:00")

HOUR, DAY = 3600, 24 * 3600


async def test_country_moved(
    hass: HomeAssistant,
    init_integration: MockConfigEntry,
    simulator: Simulator,
    later: Later,
    issue_registry: ir.IssueRegistry,
) -> None:
    """A country that moves while polling is said, and withdrawn once the server answers again."""
    issue_id = f"country_moved_{init_integration.entry_id}"
    assert issue_registry.async_get_issue(DOMAIN, issue_id) is None
    simulator.account.restriction = Restriction.EVERYWHERE
    await later(601)
    issue = issue_registry.async_get_issue(DOMAIN, issue_id)
    assert issue is not None
    check_texts(issue)
    assert issue.learn_more_url == "https://myr-fr.renault.ch/ze-redirection.html?os=web"
    assert value(hass, "sensor.renault_z_e_battery") == "50"
    simulator.account.restriction = Restriction.NONE
    await later(HOUR)
    assert issue_registry.async_get_issue(DOMAIN, issue_id) is None


async def test_country_moved_at_set_up(
    hass: HomeAssistant,
    enable_custom_integrations: None,
    mock_config_entry: MockConfigEntry,
    simulator: Simulator,
    issue_registry: ir.IssueRegistry,
) -> None:
    """The same at set-up, withdrawn by a reload that works."""
    simulator.account.restriction = Restriction.LOGIN
    await set_up(hass, mock_config_entry)
    assert [each for domain, each in issue_registry.issues if domain == DOMAIN]
    simulator.account.restriction = Restriction.NONE
    await hass.config_entries.async_reload(mock_config_entry.entry_id)
    assert mock_config_entry.state is ConfigEntryState.LOADED
    assert not [each for domain, each in issue_registry.issues if domain == DOMAIN]


async def test_vehicle_silent(
    hass: HomeAssistant, init_integration: MockConfigEntry, simulator: Simulator, later: Later, issue: Any
) -> None:
    """Four days without a report are said, with their date, until the next one; a night is not."""
    simulator.vehicle().car.unplug()
    await later(120)
    simulator.vehicle().link.in_reach = False
    await later(3 * DAY)
    assert issue("vehicle_silent") is None
    await later(DAY)
    found = issue("vehicle_silent")
    assert found.translation_placeholders == {"name": "Renault Z.E.", "since": "Nov 18, 10:30 AM"}
    check_texts(found)
    assert value(hass, "binary_sensor.renault_z_e_data_stale") == "on"
    simulator.vehicle().link.in_reach = True
    simulator.vehicle().report_now()
    await later(HOUR)
    assert issue("vehicle_silent") is None
    assert value(hass, "binary_sensor.renault_z_e_data_stale") == "off"


async def test_vehicle_silent_before_the_start(
    hass: HomeAssistant,
    enable_custom_integrations: None,
    mock_config_entry: MockConfigEntry,
    simulator: Simulator,
    freezer: FrozenDateTimeFactory,
    issue_registry: ir.IssueRegistry,
) -> None:
    """A car that was silent before Home Assistant started is said to be at once."""
    simulator.vehicle().link.in_reach = False
    freezer.tick(timedelta(days=5))
    await set_up(hass, mock_config_entry)
    assert [each.translation_key for each in issue_registry.issues.values()] == ["vehicle_silent"]
