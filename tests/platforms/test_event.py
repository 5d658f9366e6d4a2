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
from tests.common import VEHICLE, arrived, set_up, value
from tests.plan.planned import Car, Later

pytestmark = [
    pytest.mark.freeze_time("2026-11-18 18:30:00+00:00"),
    pytest.mark.usefixtures("entity_registry_enabled_by_default"),
]

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
    with patch("custom_components.renault_ze.entity.PLATFORMS", (Platform.EVENT,)):
        await set_up(hass, mock_config_entry)
        await mock_config_entry.runtime_data.vehicles[EXAMPLE_VIN].send_command(commands.Precondition(threshold=45))
        await later(31, times=4)
        simulator.vehicle().car.fill(100)
        await later(301, times=2)
        await snapshot_platform(hass, er.async_get(hass), snapshot, mock_config_entry.entry_id)
        await hass.config_entries.async_unload(mock_config_entry.entry_id)


async def test_nothing_from_before_the_start(hass: HomeAssistant, init_integration: MockConfigEntry) -> None:
    """The state at the start of Home Assistant is no event."""
    assert {value(hass, each) for each in (CHARGE, PRECONDITIONING, COMMAND)} == {"unknown"}


async def test_charge_ends_and_starts(car: Car) -> None:
    """The end contains what was charged, the start the level."""
    await car.later(1800)
    car.simulator.vehicle().car.unplug()
    await car.later(301, times=2)
    attributes = car.state(CHARGE).attributes
    assert (attributes["event_type"], attributes["level_at_start"]) == ("ended", 50)
    assert attributes["level_gained"] == attributes["level"] - 50 > 0
    assert (attributes["ended_at"] - attributes["started_at"]).total_seconds() == 1800
    car.simulator.vehicle().car.plug()
    await car.later(1201, times=2)
    assert car.state(CHARGE).attributes["event_type"] == "started"


async def test_charge_end_without_a_history(car: Car) -> None:
    """A charge whose history cannot be read has an end event as well."""
    car.simulator.faults.replace([{"kind": "status", "status": 500, "path": "*/charge/history"}])
    car.simulator.log.entries.clear()
    car.simulator.vehicle().car.fill(100)
    await car.later(301, times=2)
    assert car.value(CHARGE) == "unknown"
    await car.later(31, times=3)
    attributes = car.state(CHARGE).attributes
    assert (attributes["event_type"], attributes["level"]) == ("ended", 100)
    assert "level_gained" not in attributes
    assert arrived(car.simulator).count(f"GET {VEHICLE}/charge/history") == 3
    await car.later(301)
    assert arrived(car.simulator).count(f"GET {VEHICLE}/charge/history") == 3


async def test_preconditioning_from_elsewhere(car: Car) -> None:
    """Preconditioning started elsewhere is an event as well, once."""
    car.simulator.vehicle().precondition()
    await car.later(301)
    first = car.value(PRECONDITIONING)
    attributes = car.state(PRECONDITIONING).attributes
    assert (attributes["event_type"], attributes["source"]) == ("succeeded", "user_request")
    assert car.value(COMMAND) == "unknown"
    await car.later(301)
    assert car.value(PRECONDITIONING) == first
    car.simulator.vehicle().car.fill(20)
    car.simulator.vehicle().precondition()
    await car.later(301)
    assert car.state(PRECONDITIONING).attributes["event_type"] == "failed"


async def test_command_results(car: Car) -> None:
    """Each command has one event with its result and reason."""
    seen: list[tuple[str, str, str | None]] = []
    async_track_state_change_event(
        car.hass,
        COMMAND,
        callback(
            lambda change: seen.append(
                tuple(change.data["new_state"].attributes.get(key) for key in ("event_type", "command", "reason"))
            )
        ),
    )
    await car.call("button.press", "button.renault_z_e_start_preconditioning")
    await car.later(31, times=3)
    car.simulator.vehicle().link.obeys_preconditioning = False
    await car.later(301)
    await car.call("button.press", "button.renault_z_e_start_preconditioning")
    await car.later(601)
    await car.call("button.press", "button.renault_z_e_request_update")
    car.simulator.faults.replace([{"kind": "status", "status": 409, "method": "POST", "path": "*/air-conditioning"}])
    with pytest.raises(HomeAssistantError):
        await car.call("button.press", "button.renault_z_e_start_preconditioning")
    await car.later(301)
    assert seen == [
        ("confirmed", "precondition", None),
        ("timed_out", "precondition", "no_confirmation"),
        ("failed", "precondition", "cloud_refused"),
        ("confirmed", "request_update", None),
    ]
