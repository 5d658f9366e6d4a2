"""Which preconditioning results are events."""

from datetime import timedelta
from typing import Any

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from simulator import Simulator
from simulator.world.records import Source
from tests.common import set_up, state, value
from tests.plan.planned import Car, Later

pytestmark = [
    pytest.mark.freeze_time("2026-11-18 18:30:00+00:00"),
    pytest.mark.usefixtures("entity_registry_enabled_by_default"),
]

EVENT = "event.renault_z_e_preconditioning"
DOWN: dict[str, Any] = {"kind": "status", "status": 500, "path": "*/air-conditioning/last"}


def run(simulator: Simulator, *, ago: timedelta, success: bool = True) -> None:
    """Add a result to the server's history."""
    vehicle = simulator.vehicle()
    vehicle.records.record_preconditioning(vehicle.car.at - ago, Source.USER, success=success)


async def test_old_result_after_a_failed_first_read(
    hass: HomeAssistant, mock_config_entry: MockConfigEntry, simulator: Simulator, later: Later
) -> None:
    """It is shown without an event."""
    run(simulator, ago=timedelta(days=1))
    simulator.faults.replace([DOWN])
    await set_up(hass, mock_config_entry)
    await later(301)
    simulator.faults.replace([])
    await later(601)
    assert value(hass, "sensor.renault_z_e_last_preconditioning") == "2026-11-17T18:30:00+00:00"
    assert value(hass, EVENT) == "unknown"


async def test_new_result_after_a_failed_first_read(
    hass: HomeAssistant, mock_config_entry: MockConfigEntry, simulator: Simulator, later: Later
) -> None:
    """A result since the start of Home Assistant is an event."""
    simulator.faults.replace([DOWN])
    await set_up(hass, mock_config_entry)
    await later(301)
    run(simulator, ago=timedelta(minutes=2), success=False)
    simulator.faults.replace([])
    await later(601)
    assert state(hass, EVENT).attributes["event_type"] == "failed"


async def test_result_before_the_first_response(car: Car) -> None:
    """A result from before the first response is no event."""
    run(car.simulator, ago=timedelta(hours=3))
    await car.later(301)
    assert car.value("sensor.renault_z_e_last_preconditioning") == "2026-11-18T15:30:00+00:00"
    assert car.value(EVENT) == "unknown"


async def test_forgotten_results(car: Car) -> None:
    """An older result after the server forgot the newest is no event."""
    await car.later(301)
    run(car.simulator, ago=timedelta(minutes=3))
    run(car.simulator, ago=timedelta(minutes=1))
    await car.later(301)
    plan_events = car.state(EVENT)
    assert plan_events.attributes["event_type"] == "succeeded"
    entries = car.simulator.vehicle().records.preconditionings
    newest = entries.pop()
    await car.later(301)
    assert car.value("sensor.renault_z_e_last_preconditioning") == "2026-11-18T18:32:01+00:00"
    older = entries.pop()
    await car.later(301)
    assert car.value("sensor.renault_z_e_last_preconditioning") == "unknown"
    entries.extend([older, newest])
    await car.later(301)
    assert car.value("sensor.renault_z_e_last_preconditioning") == "2026-11-18T18:34:01+00:00"
    assert car.state(EVENT) == plan_events
