"""The debug log contains no private data."""

import logging

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.loader import async_get_integration
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.renault_ze.const import DOMAIN
from simulator import EXAMPLE_VIN
from simulator.myrenault import MyRenaultSimulator
from tests.common import set_up
from tests.conftest import Later


async def test_debug_log_is_private(
    hass: HomeAssistant,
    renault: MyRenaultSimulator,
    renault_entry: MockConfigEntry,
    later: Later,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Log requests of the integration, and nothing of the library."""
    caplog.set_level(logging.WARNING)
    integration = await async_get_integration(hass, DOMAIN)
    for name in (integration.pkg_path, *(integration.loggers or ())):
        caplog.set_level(logging.DEBUG, name)
    await set_up(hass, renault_entry)
    await later(3600)
    assert renault_entry.state is ConfigEntryState.LOADED
    # Lines of Home Assistant contain the title of the entry, which the user chooses.
    lines = [each.getMessage() for each in caplog.records if not each.name.startswith("homeassistant")]
    assert any("battery-status" in line for line in lines)
    private = (EXAMPLE_VIN, "you@example.com", "P4ssw0rd", renault.account.identifier("MYRENAULT"), "gpsLatitude")
    assert not [line for line in lines if any(word in line for word in private)]
