"""A command to precondition that fails, or has no report, is retried once, and the retry is reported."""

from typing import Any

from homeassistant.core import Event, EventStateChangedData, HomeAssistant, callback
from homeassistant.helpers.event import async_track_state_change_event
import pytest

from simulator import Simulator
from tests.common import ask, orders, state, value
from tests.plan.planned import PLAN, WARM, WORK, Until, notifications

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


async def test_a_command_that_was_lost(
    hass: HomeAssistant,
    device_id: str,
    simulator: Simulator,
    until: Until,
    told: list[str],
    fates: list[tuple[str, Any]],
) -> None:
    """The car that heard nothing is asked again in time to be of use, and what took whose place is on record."""
    await ask(hass, "set_departure", device_id, **WORK)
    simulator.vehicle().link.obeys_preconditioning = False
    await until("07:20")
    await until("07:24")
    simulator.vehicle().link.obeys_preconditioning = True
    await until("07:25:59")
    assert (orders(simulator), told) == ([WARM], [])
    await until("07:26")
    assert (orders(simulator), told) == ([WARM, WARM], ["retry"])
    assert state(hass, PLAN).attributes["departure"] == "Work"
    assert value(hass, "sensor.renault_z_e_preconditioning_reason") == "starting"
    await until("07:27")
    assert simulator.vehicle().car.preconditioning_until is not None
    await until("08:00")
    assert told == ["retry", "ready"]
    assert fates == [("failed", "superseded"), ("confirmed", None)]
    assert (orders(simulator), notifications(hass)) == ([WARM, WARM], [])


@pytest.mark.parametrize(
    ("seconds", "sent", "said"), [(330, 1, ["ready"]), (420, 2, ["retry", "ready"])], ids=["just in time", "too late"]
)
async def test_a_slow_command_is_no_failure(
    hass: HomeAssistant,
    device_id: str,
    simulator: Simulator,
    until: Until,
    told: list[str],
    seconds: float,
    sent: int,
    said: list[str],
) -> None:
    """Its run counts, whichever order it was for."""
    simulator.vehicle().link.order_seconds = seconds
    await ask(hass, "set_departure", device_id, **WORK)
    for moment in ("07:20", "07:26", "08:00"):
        await until(moment)
    assert orders(simulator) == [WARM] * sent
    assert told == said


async def test_a_command_without_a_response(
    hass: HomeAssistant, device_id: str, simulator: Simulator, until: Until, told: list[str]
) -> None:
    """It may have arrived: it is only repeated if no run is seen."""
    await ask(hass, "set_departure", device_id, **WORK)
    await until("07:19")
    simulator.faults.replace([{"kind": "drop", "when": "before", "path": "*/air-conditioning", "method": "POST"}])
    await until("07:20")
    simulator.faults.replace([])
    for moment in ("07:26", "08:00"):
        await until(moment)
    assert told == ["retry", "ready"]


async def test_a_car_that_refuses_twice(
    hass: HomeAssistant,
    device_id: str,
    simulator: Simulator,
    until: Until,
    told: list[str],
    fates: list[tuple[str, Any]],
) -> None:
    """The second try comes as soon as the server takes it; a third there is not, and the owner is told."""
    simulator.vehicle().car.unplug()
    simulator.vehicle().car.threshold = 60
    simulator.vehicle().report_now()
    await ask(hass, "set_departure", device_id, **WORK)
    await until("07:20")
    await until("07:24:59")
    assert orders(simulator) == [WARM]
    await until("07:25")
    assert orders(simulator) == [WARM, WARM]
    await until("08:00")
    assert told == ["retry", "failed"]
    assert fates == [("failed", "car_refused")] * 2
    assert len(notifications(hass)) == 1


async def test_a_timer_that_does_not_start_the_car(
    hass: HomeAssistant, device_id: str, simulator: Simulator, until: Until, told: list[str]
) -> None:
    """The command that follows it is reported, too."""
    await ask(hass, "set_departure", device_id, **WORK, robust=True)
    await until("07:10")
    # What the server shows has got lost on its way to the car.
    simulator.vehicle().car.set_timer(None)
    simulator.log.entries.clear()
    await until("07:22:59")
    assert orders(simulator) == []
    await until("07:23")
    assert orders(simulator) == [WARM]
    await until("08:00")
    assert told == ["timer_silent", "ready"]
