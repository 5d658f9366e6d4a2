"""An account is set up, unloaded, and followed."""

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from pytest_homeassistant_custom_component.common import MockConfigEntry

from simulator import Simulator


async def test_load_and_unload(hass: HomeAssistant, init_integration: MockConfigEntry, simulator: Simulator) -> None:
    """One login and one read of each part set a car up; unloading leaves nothing behind."""
    assert init_integration.state is ConfigEntryState.LOADED
    asked = [
        f"{entry.method} {entry.path.rpartition('/VF1AGVYF0ZE000001')[2] or entry.path}"
        for entry in simulator.log.entries
    ]
    assert asked[0] == "POST /api/user/login"
    assert sorted(asked[1:]) == [
        "GET /air-conditioning/last",
        "GET /air-conditioning/scheduler",
        "GET /battery",
        "GET /charge/scheduler/onboard",
        "GET /settings/notification",
    ]
    await hass.config_entries.async_unload(init_integration.entry_id)
    assert init_integration.state is ConfigEntryState.NOT_LOADED
