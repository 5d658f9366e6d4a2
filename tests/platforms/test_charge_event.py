"""Charge events when reports or the history are incomplete."""

from typing import Any

from homeassistant.core import Event, EventStateChangedData, HomeAssistant, callback
from homeassistant.helpers.event import async_track_state_change_event
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from tests.common import VEHICLE, arrived
from tests.plan.planned import Car, Later

pytestmark = pytest.mark.freeze_time("2026-11-18 18:30:00+00:00")

CHARGE = "event.renault_z_e_charge"
NOT_SAID = {"kind": "missing", "path": "*/battery", "fields": ["charging"]}
NO_HISTORY = {"kind": "status", "status": 500, "path": "*/charge/history"}

type Told = list[tuple[str, Any]]


@pytest.fixture
def charge_events(hass: HomeAssistant, init_integration: MockConfigEntry) -> Told:
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


async def test_missing_charge_status(car: Car, charge_events: Told) -> None:
    """A report without it is neither an end nor a start."""
    await poll(car.later)
    car.simulator.faults.replace([NOT_SAID])
    await poll(car.later, charging=False)
    car.simulator.faults.replace([])
    await poll(car.later, charging=False)
    assert charge_events == []


async def test_end_during_missing_reports(car: Car, charge_events: Told) -> None:
    """The car was unplugged, so that the end is an event with what was charged."""
    await poll(car.later)
    car.simulator.faults.replace([NOT_SAID])
    car.simulator.vehicle().car.fill(80)
    car.simulator.vehicle().car.unplug()
    await poll(car.later)
    await poll(car.later, charging=False)
    assert charge_events == [("ended", 30)]
    car.simulator.faults.replace([])
    await car.later(1201)
    assert charge_events == [("ended", 30)]


async def test_start_during_missing_reports(car: Car, charge_events: Told) -> None:
    """A car that does not charge has no end event; a charge that started meanwhile has a start event."""
    await poll(car.later)
    car.simulator.vehicle().car.unplug()
    for _ in range(2):
        await poll(car.later)
    assert [kind for kind, _ in charge_events] == ["ended"]
    car.simulator.faults.replace([NOT_SAID])
    await car.later(1201)
    car.simulator.faults.replace([])
    await car.later(1201)
    assert [kind for kind, _ in charge_events] == ["ended"]
    car.simulator.faults.replace([NOT_SAID])
    car.simulator.vehicle().car.plug()
    await car.later(1201)
    car.simulator.faults.replace([])
    await car.later(1201)
    assert [kind for kind, _ in charge_events] == ["ended", "started"]


async def test_history_is_read_again(car: Car, charge_events: Told) -> None:
    """The end event waits for the history, which is read every 30 seconds."""
    await poll(car.later)
    car.simulator.faults.replace([{**NO_HISTORY, "times": 2}])
    car.simulator.log.entries.clear()
    car.simulator.vehicle().car.fill(80)
    car.simulator.vehicle().car.unplug()
    await poll(car.later)
    for _ in range(2):
        assert charge_events == []
        await car.later(31)
    assert charge_events == [("ended", 30)]
    assert car.state(CHARGE).attributes["level_at_start"] == 50
    await car.later(301)
    assert arrived(car.simulator).count(f"GET {VEHICLE}/charge/history") == 3
    assert len(charge_events) == 1


async def test_history_without_the_charge(car: Car, charge_events: Told) -> None:
    """The end event does not contain what another charge gained."""
    await poll(car.later)
    car.simulator.vehicle().car.unplug()
    for _ in range(2):
        await poll(car.later)
    car.simulator.vehicle().car.plug()
    await car.later(1201, times=2)
    assert [kind for kind, _ in charge_events] == ["ended", "started"]
    lines = list(car.simulator.vehicle().records.charges)
    car.simulator.vehicle().car.unplug()
    await car.later(60)
    car.simulator.vehicle().records.charges[:] = lines
    await poll(car.later)
    await car.later(31, times=3)
    assert charge_events[2:] == [("ended", None)]


async def test_end_while_the_server_asks_to_wait(car: Car, charge_events: Told) -> None:
    """The event comes at once, and the history is read for the calendar after the wait."""
    await poll(car.later)
    car.simulator.faults.replace(
        [{**NO_HISTORY, "status": 429, "kind": "rate_limit", "retry_after": "3600", "times": 1}]
    )
    car.simulator.log.entries.clear()
    car.simulator.vehicle().car.fill(80)
    car.simulator.vehicle().car.unplug()
    await poll(car.later)
    assert charge_events == [("ended", None)]
    await car.later(3500)
    assert arrived(car.simulator).count(f"GET {VEHICLE}/charge/history") == 1
    await car.later(121)
    assert arrived(car.simulator).count(f"GET {VEHICLE}/charge/history") == 2
    await car.later(1201)
    assert charge_events == [("ended", None)]
