"""What is told of a charge when the car or its server leaves something out."""

from typing import Any

from homeassistant.core import Event, EventStateChangedData, HomeAssistant, callback
from homeassistant.helpers.event import async_track_state_change_event
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from simulator import Simulator
from tests.common import VEHICLE, arrived, state
from tests.conftest import Later

pytestmark = pytest.mark.freeze_time("2026-11-18 18:30:00+00:00")

CHARGE = "event.renault_z_e_charge"
NOT_SAID = {"kind": "missing", "path": "*/battery", "fields": ["charging"]}
NO_HISTORY = {"kind": "status", "status": 500, "path": "*/charge/history"}

type Told = list[tuple[str, Any]]


@pytest.fixture
def told(hass: HomeAssistant, init_integration: MockConfigEntry) -> Told:
    """Return what is told of charges, with what each has brought."""
    seen: Told = []

    @callback
    def listen(change: Event[EventStateChangedData]) -> None:
        assert change.data["new_state"] is not None
        attributes = change.data["new_state"].attributes
        seen.append((attributes["event_type"], attributes.get("level_gained")))

    async_track_state_change_event(hass, CHARGE, listen)
    return seen


async def poll(later: Later, *, charging: bool = True) -> None:
    """Let the next poll come."""
    await later(301 if charging else 601)


async def test_a_charge_that_is_not_spoken_of_for_a_while_goes_on(
    simulator: Simulator, later: Later, told: Told
) -> None:
    """A report without a word of it is neither an end nor a new start."""
    await poll(later)
    simulator.faults.replace([NOT_SAID])
    await poll(later, charging=False)
    simulator.faults.replace([])
    await poll(later, charging=False)
    assert told == []


async def test_an_end_is_told_though_it_came_while_nothing_was_said(
    simulator: Simulator, later: Later, told: Told
) -> None:
    """And with what the charge has brought."""
    await poll(later)
    simulator.faults.replace([NOT_SAID])
    simulator.vehicle().car.fill(80)
    simulator.vehicle().car.unplug()
    await poll(later)
    await poll(later, charging=False)
    assert told == []
    simulator.faults.replace([])
    await later(1201)
    assert told == [("ended", 30)]


async def test_a_car_at_rest_has_not_stopped_charging(simulator: Simulator, later: Later, told: Told) -> None:
    """Silence between two reports of rest is no end; a charge that began meanwhile is a start."""
    await poll(later)
    simulator.vehicle().car.unplug()
    for _ in range(2):
        await poll(later)
    assert [kind for kind, _ in told] == ["ended"]
    simulator.faults.replace([NOT_SAID])
    await later(1201)
    simulator.faults.replace([])
    await later(1201)
    assert [kind for kind, _ in told] == ["ended"]
    simulator.faults.replace([NOT_SAID])
    simulator.vehicle().car.plug()
    await later(1201)
    simulator.faults.replace([])
    await later(1201)
    assert [kind for kind, _ in told] == ["ended", "started"]


async def test_a_history_that_cannot_be_read_at_once_is_read_soon(
    hass: HomeAssistant, simulator: Simulator, later: Later, told: Told
) -> None:
    """The end waits for what the charge has brought, and looks for it every half a minute."""
    await poll(later)
    simulator.faults.replace([{**NO_HISTORY, "times": 2}])
    simulator.log.entries.clear()
    simulator.vehicle().car.fill(80)
    simulator.vehicle().car.unplug()
    await poll(later)
    for _ in range(2):
        assert told == []
        await later(31)
    assert told == [("ended", 30)]
    assert state(hass, CHARGE).attributes["level_at_start"] == 50
    await later(301)
    assert arrived(simulator).count(f"GET {VEHICLE}/charge/history") == 3
    assert len(told) == 1


async def test_a_history_without_the_end_tells_of_no_other_charge(
    simulator: Simulator, later: Later, told: Told
) -> None:
    """What the charge before has brought is not what this one has."""
    await poll(later)
    simulator.vehicle().car.unplug()
    for _ in range(2):
        await poll(later)
    simulator.vehicle().car.plug()
    for _ in range(2):
        await later(1201)
    assert [kind for kind, _ in told] == ["ended", "started"]
    lines = list(simulator.vehicle().ledger.charges)
    simulator.vehicle().car.unplug()
    await later(60)
    simulator.vehicle().ledger.charges[:] = lines
    await poll(later)
    for _ in range(3):
        await later(31)
    assert told[2:] == [("ended", None)]


async def test_an_end_waits_for_no_pause(hass: HomeAssistant, simulator: Simulator, later: Later, told: Told) -> None:
    """It is told at once, and what the charge has brought is read for the calendar once the server may be asked."""
    await poll(later)
    simulator.faults.replace([{**NO_HISTORY, "status": 429, "kind": "rate_limit", "retry_after": "3600", "times": 1}])
    simulator.log.entries.clear()
    simulator.vehicle().car.fill(80)
    simulator.vehicle().car.unplug()
    await poll(later)
    assert told == [("ended", None)]
    await later(3500)
    assert arrived(simulator).count(f"GET {VEHICLE}/charge/history") == 1
    await later(121)
    assert arrived(simulator).count(f"GET {VEHICLE}/charge/history") == 2
    await later(1201)
    assert told == [("ended", None)]
