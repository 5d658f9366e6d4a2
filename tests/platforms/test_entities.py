"""All entities of an account with all capabilities."""

from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from syrupy.assertion import SnapshotAssertion

from tests.common import check_platform

PLATFORMS = ["binary_sensor", "button", "calendar", "select", "sensor", "switch", "time"]


@pytest.mark.freeze_time("2026-11-18 18:30:00+00:00")
@pytest.mark.usefixtures("entity_registry_enabled_by_default", "evening")
@pytest.mark.parametrize("platform", PLATFORMS)
async def test_entities(
    hass: HomeAssistant, mock_config_entry: MockConfigEntry, platform: str, snapshot: SnapshotAssertion
) -> None:
    """A car that charges by its schedule in the evening, has a timer, and does not disturb."""
    await check_platform(hass, mock_config_entry, Platform(platform), snapshot)
