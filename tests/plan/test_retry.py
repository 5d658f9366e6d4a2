"""A command to precondition that fails, or has no report, is retried once, and the retry is reported."""

from typing import Any

from homeassistant.core import Event, EventStateChangedData, HomeAssistant, callback
from homeassistant.helpers.event import async_track_state_change_event
import pytest

from tests.common import state, value
from tests.plan.planned import PLAN, WARM, WORK, Car, notifications

# A Wednesday evening in London, where the car is.
pytestmark = pytest.mark.freeze_time("2026-11-18 18:30:00+00:00")

COMMAND = "event.renault_z_e_command"


@pytest.fixture
def fates(hass: HomeAssistant, device_id: str) -> list[tuple[str, Any]]:
    """Return the result of each command."""
    found: list[tuple[str, Any]] = []

    @callback
    def listen(change: Event[EventStateChangedData]) -> None:
        new = change.data["new_state"]
        assert new is not None
        if "event_type" in new.attributes:
            found.append((new.attributes["event_type"], new.attributes["reason"]))

    async_track_state_change_event(hass, COMMAND, listen)
    return found


async def test_a_command_that_was_lost(car: Car, fates: list[tuple[str, Any]]) -> None:
    """It is retried in time, and the first one shown as superseded."""
    await car.ask("set_departure", **WORK)
    car.simulator.vehicle().link.obeys_preconditioning = False
    await car.until("07:20")
    await car.until("07:24")
    car.simulator.vehicle().link.obeys_preconditioning = True
    await car.until("07:25:59")
    assert (car.commands, car.plan_events) == ([WARM], [])
    await car.until("07:26")
    assert (car.commands, car.plan_events) == ([WARM, WARM], ["retry"])
    assert state(car.hass, PLAN).attributes["departure"] == "Work"
    assert value(car.hass, "sensor.renault_z_e_preconditioning_reason") == "starting"
    await car.until("07:27")
    assert car.simulator.vehicle().car.preconditioning_until is not None
    await car.until("08:00")
    assert car.plan_events == ["retry", "ready"]
    assert fates == [("failed", "superseded"), ("confirmed", None)]
    assert (car.commands, notifications(car.hass)) == ([WARM, WARM], [])


@pytest.mark.parametrize(
    ("seconds", "sent", "said"), [(330, 1, ["ready"]), (420, 2, ["retry", "ready"])], ids=["just in time", "too late"]
)
async def test_a_slow_command_is_no_failure(car: Car, seconds: float, sent: int, said: list[str]) -> None:
    """Its run counts, whichever command it was for."""
    car.simulator.vehicle().link.command_seconds = seconds
    await car.ask("set_departure", **WORK)
    for moment in ("07:20", "07:26", "08:00"):
        await car.until(moment)
    assert (car.commands, car.plan_events) == ([WARM] * sent, said)


async def test_a_command_without_a_response(car: Car) -> None:
    """It may have arrived: it is only repeated if no run is seen."""
    await car.ask("set_departure", **WORK)
    await car.until("07:19")
    car.simulator.faults.replace([{"kind": "drop", "when": "before", "path": "*/air-conditioning", "method": "POST"}])
    await car.until("07:20")
    car.simulator.faults.replace([])
    for moment in ("07:26", "08:00"):
        await car.until(moment)
    assert car.plan_events == ["retry", "ready"]


async def test_a_car_that_refuses_twice(car: Car, fates: list[tuple[str, Any]]) -> None:
    """The retry is sent as soon as the server accepts it, and its failure reported."""
    car.simulator.vehicle().car.unplug()
    car.simulator.vehicle().car.threshold = 60
    car.simulator.vehicle().report_now()
    await car.ask("set_departure", **WORK)
    await car.until("07:20")
    await car.until("07:24:59")
    assert car.commands == [WARM]
    await car.until("07:25")
    assert car.commands == [WARM, WARM]
    await car.until("08:00")
    assert car.plan_events == ["retry", "failed"]
    assert fates == [("failed", "car_refused")] * 2
    assert len(notifications(car.hass)) == 1


async def test_a_timer_that_does_not_start_the_car(car: Car) -> None:
    """The command that follows it is reported, too."""
    await car.ask("set_departure", **WORK, robust=True)
    await car.until("07:10")
    # What the server shows has got lost on its way to the car.
    car.simulator.vehicle().car.set_timer(None)
    car.simulator.log.entries.clear()
    await car.until("07:22:59")
    assert car.commands == []
    await car.until("07:23")
    assert car.commands == [WARM]
    await car.until("08:00")
    assert car.plan_events == ["timer_silent", "ready"]
