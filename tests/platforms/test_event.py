"""The events, each shown once."""

from unittest.mock import patch

from homeassistant.const import Platform
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.event import async_track_state_change_event
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, snapshot_platform
from syrupy.assertion import SnapshotAssertion

from custom_components.renault_ze.vehicle import commands
from simulator import EXAMPLE_VIN, Simulator
from tests.common import VEHICLE, arrived, call, set_up, state, value
from tests.conftest import Later

pytestmark = pytest.mark.freeze_time("2026-11-18 18:30:00+00:00")

CHARGE = "event.renault_z_e_charge"
PRECONDITIONING = "event.renault_z_e_preconditioning"
COMMAND = "event.renault_z_e_command"


@pytest.mark.usefixtures("entity_registry_enabled_by_default")
async def test_entities(
    hass: HomeAssistant,
    mock_config_entry: MockConfigEntry,
    simulator: Simulator,
    later: Later,
    snapshot: SnapshotAssertion,
) -> None:
    """A car that was preconditioned by a command and has ended its charge."""
    mock_config_entry.add_to_hass(hass)
    with patch("custom_components.renault_ze.PLATFORMS", (Platform.EVENT,)):
        await set_up(hass, mock_config_entry)
        await mock_config_entry.runtime_data.vehicles[EXAMPLE_VIN].act(commands.Precondition(threshold=45))
        await later(31, times=4)
        simulator.vehicle().car.fill(100)
        await later(301, times=2)
        await snapshot_platform(hass, er.async_get(hass), snapshot, mock_config_entry.entry_id)
        await hass.config_entries.async_unload(mock_config_entry.entry_id)


async def test_nothing_from_before_the_start(hass: HomeAssistant, init_integration: MockConfigEntry) -> None:
    """The state at the start of Home Assistant is no event."""
    assert {value(hass, each) for each in (CHARGE, PRECONDITIONING, COMMAND)} == {"unknown"}


async def test_charge_ends_and_starts(
    hass: HomeAssistant, init_integration: MockConfigEntry, simulator: Simulator, later: Later
) -> None:
    """The end contains what was charged, the start the level."""
    await later(1800)
    simulator.vehicle().car.unplug()
    await later(301, times=2)
    attributes = state(hass, CHARGE).attributes
    assert attributes["event_type"] == "ended"
    assert attributes["level_at_start"] == 50
    assert attributes["level_gained"] == attributes["level"] - 50 > 0
    assert (attributes["ended_at"] - attributes["started_at"]).total_seconds() == 1800
    simulator.vehicle().car.plug()
    await later(1201, times=2)
    assert state(hass, CHARGE).attributes["event_type"] == "started"


async def test_charge_end_without_a_history(
    hass: HomeAssistant, init_integration: MockConfigEntry, simulator: Simulator, later: Later
) -> None:
    """A charge whose history cannot be read has an end event as well."""
    simulator.faults.replace([{"kind": "status", "status": 500, "path": "*/charge/history"}])
    simulator.log.entries.clear()
    simulator.vehicle().car.fill(100)
    await later(301, times=2)
    assert value(hass, CHARGE) == "unknown"
    await later(31, times=3)
    attributes = state(hass, CHARGE).attributes
    assert (attributes["event_type"], attributes["level"]) == ("ended", 100)
    assert "level_gained" not in attributes
    assert arrived(simulator).count(f"GET {VEHICLE}/charge/history") == 3
    await later(301)
    assert arrived(simulator).count(f"GET {VEHICLE}/charge/history") == 3


async def test_preconditioning_from_elsewhere(
    hass: HomeAssistant, init_integration: MockConfigEntry, simulator: Simulator, later: Later
) -> None:
    """Preconditioning started elsewhere is an event as well, once."""
    simulator.vehicle().precondition()
    await later(301)
    first = value(hass, PRECONDITIONING)
    attributes = state(hass, PRECONDITIONING).attributes
    assert (attributes["event_type"], attributes["source"]) == ("succeeded", "user_request")
    assert value(hass, COMMAND) == "unknown"
    await later(301)
    assert value(hass, PRECONDITIONING) == first
    simulator.vehicle().car.fill(20)
    simulator.vehicle().precondition()
    await later(301)
    assert state(hass, PRECONDITIONING).attributes["event_type"] == "failed"


async def test_command_results(
    hass: HomeAssistant, init_integration: MockConfigEntry, simulator: Simulator, later: Later
) -> None:
    """Each command has one event with its result and reason."""
    seen: list[tuple[str, str, str | None]] = []
    async_track_state_change_event(
        hass,
        COMMAND,
        callback(
            lambda change: seen.append(
                tuple(change.data["new_state"].attributes.get(key) for key in ("event_type", "command", "reason"))
            )
        ),
    )
    await call(hass, "button.press", "button.renault_z_e_start_preconditioning")
    await later(31, times=3)
    simulator.vehicle().link.obeys_preconditioning = False
    await later(301)
    await call(hass, "button.press", "button.renault_z_e_start_preconditioning")
    await later(601)
    await call(hass, "button.press", "button.renault_z_e_request_update")
    simulator.faults.replace([{"kind": "status", "status": 409, "method": "POST", "path": "*/air-conditioning"}])
    with pytest.raises(HomeAssistantError):
        await call(hass, "button.press", "button.renault_z_e_start_preconditioning")
    await later(301)
    assert seen == [
        ("confirmed", "precondition", None),
        ("timed_out", "precondition", "no_confirmation"),
        ("failed", "precondition", "cloud_refused"),
        ("confirmed", "request_update", None),
    ]
