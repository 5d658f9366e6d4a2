"""Values from before a command neither confirm it, nor store a route, nor let another route be tried."""

from typing import Any

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from simulator.myrenault import MyRenaultSimulator
from simulator.myrenault.routes import RouteSet
from tests.common import ask, call, expect_error, state, value
from tests.conftest import Later
from tests.coordinator.routes import (
    CHARGING,
    COMMAND,
    KCM,
    MODE,
    SCHEDULE,
    START,
    STOP,
    device,
    minutes,
    sent,
)
from tests.coordinator.test_routes import charging
from tests.plan.planned import EVERY_DAY, Car

__all__ = ["device"]

pytestmark = pytest.mark.freeze_time("2026-11-18 14:30:00+00:00")

BATTERY_READ = "*/battery-status"
WITHOUT_STATE: dict[str, Any] = {"kind": "partial", "drop": ["chargingStatus"], "path": BATTERY_READ}
UNREADABLE = {"502": {"kind": "status", "status": 502, "path": BATTERY_READ}, "partial": WITHOUT_STATE}
WINDOW = {"days": EVERY_DAY, "start": "02:00", "end": "06:00"}
AGAIN: dict[str, dict[str, Any]] = {
    "set_charge_schedule": {"windows": [WINDOW]},
    "disable_charge_schedule": {},
}
# What the servers receive, each once.
WRITE, DEPLOY = "PUT /charge/scheduler/offboard", "POST /charge/scheduler/offboard/deploy"
ORDERS = {
    "set_charge_schedule": [WRITE, DEPLOY],
    "disable_charge_schedule": [WRITE, DEPLOY, "PUT /charge/scheduler/onboard"],
}


def result(hass: HomeAssistant) -> tuple[str, str | None]:
    """Return the status and the reason of the last command."""
    shown = state(hass, COMMAND)
    return shown.state, shown.attributes["reason"]


@pytest.mark.usefixtures("device")
@pytest.mark.parametrize("fault", UNREADABLE)
@pytest.mark.parametrize("times", [1, 2])
async def test_stop(
    hass: HomeAssistant,
    renault: MyRenaultSimulator,
    renault_entry: MockConfigEntry,
    later: Later,
    fault: str,
    times: int,
) -> None:
    """The car was idle when it was last read, and charges now; the next reads fail, and no route works."""
    await minutes(later, 5)
    renault.vehicle().quirks.routes = RouteSet.NONE
    renault.vehicle().car.start_charge()
    renault.vehicle().report_now()
    assert value(hass, CHARGING) == "off"
    renault.faults.replace([{**UNREADABLE[fault], "times": times}])
    await call(hass, "button.press", STOP)
    await minutes(later, 2)
    assert result(hass) == ("accepted", None)
    assert renault_entry.runtime_data.cloud._storage.routes == {}


@pytest.mark.usefixtures("device")
@pytest.mark.parametrize("times", [1, 2])
async def test_start(hass: HomeAssistant, renault: MyRenaultSimulator, later: Later, times: int) -> None:
    """The car charged when it was last read, and waits now; the next reads fail, and no route works."""
    await charging(hass, renault, later)
    renault.vehicle().quirks.routes = RouteSet.NONE
    renault.vehicle().enable(enabled=True)
    renault.advance(60)
    renault.vehicle().report_now()
    renault.faults.replace([{**UNREADABLE["502"], "times": times}])
    await call(hass, "button.press", START)
    await minutes(later, 2)
    assert result(hass) == ("accepted", None)


async def test_timer_again(car: Car) -> None:
    """Read the timer before it confirms a command that is sent again."""
    await car.ask("precondition_at", start="06:15:00")
    await minutes(car.later, 4)
    assert result(car.hass)[0] == "confirmed"
    await minutes(car.later, 61)
    car.simulator.faults.replace([{"kind": "status", "status": 502, "method": "GET", "path": "*"}])
    await car.ask("precondition_at", start="06:15:00")
    await minutes(car.later, 4)
    assert result(car.hass) == ("accepted", None)
    car.simulator.faults.replace([])
    await minutes(car.later, 2)
    assert result(car.hass)[0] == "confirmed"


async def check_schedule_again(hass: HomeAssistant, device_id: str, faults: Any, later: Later, action: str) -> None:
    """Check that only a schedule that was just read is taken for the one in the car."""
    if action == "disable_charge_schedule":
        await ask(hass, "set_charge_schedule", device_id, windows=[WINDOW])
        await minutes(later, 4)
    first = await ask(hass, action, device_id, **AGAIN[action])
    assert (first["command"], first["status"]) == (action, "accepted")
    await minutes(later, 61)
    assert result(hass)[0] == "confirmed"
    faults.replace([{"kind": "status", "status": 502, "method": "GET", "path": "*"}])
    with expect_error("schedule_saved"):
        await ask(hass, action, device_id, **AGAIN[action])
    faults.replace([])
    again = await ask(hass, action, device_id, **AGAIN[action])
    assert (again["command"], again["status"], again["sent_at"]) == (action, "confirmed", None)


@pytest.mark.parametrize("action", AGAIN)
async def test_schedule_again_at_z_e_services(car: Car, action: str) -> None:
    """Send nothing if the car holds it, and report that the server was not reached if that is unknown."""
    await check_schedule_again(car.hass, car.device_id, car.simulator.faults, car.later, action)
    assert [order for order, _ in car.commands] == ORDERS[action]


@pytest.mark.parametrize("action", AGAIN)
async def test_schedule_again_at_my_renault(
    hass: HomeAssistant, device: str, renault: MyRenaultSimulator, later: Later, action: str
) -> None:
    """The same at MY Renault."""
    await check_schedule_again(hass, device, renault.faults, later, action)
    assert sent(renault) == {"set_charge_schedule": [SCHEDULE], "disable_charge_schedule": [SCHEDULE, MODE]}[action]


@pytest.mark.usefixtures("device")
async def test_start_that_cannot_be_seen(hass: HomeAssistant, renault: MyRenaultSimulator, later: Later) -> None:
    """Send no other route, and report the outcome as unknown."""
    await call(hass, "button.press", START)
    renault.faults.replace([{**WITHOUT_STATE, "for_seconds": 720}])
    await minutes(later, 11)
    assert renault.vehicle().car.charging
    assert sent(renault) == [KCM]
    assert result(hass) == ("timed_out", "unobserved")


@pytest.mark.usefixtures("device")
async def test_stop_that_cannot_be_seen(hass: HomeAssistant, renault: MyRenaultSimulator, later: Later) -> None:
    """Send no other route, and report the outcome as unknown."""
    await charging(hass, renault, later)
    await call(hass, "button.press", STOP)
    renault.faults.replace([{**WITHOUT_STATE, "for_seconds": 720}])
    await minutes(later, 11)
    assert not renault.vehicle().car.charging
    assert sent(renault) == [SCHEDULE]
    assert result(hass) == ("timed_out", "unobserved")


@pytest.mark.usefixtures("device")
async def test_state_that_returns(hass: HomeAssistant, renault: MyRenaultSimulator, later: Later) -> None:
    """Send the next route as soon as the car is seen without an effect."""
    renault.vehicle().quirks.routes = RouteSet.KCA
    await call(hass, "button.press", START)
    renault.faults.replace([{**WITHOUT_STATE, "for_seconds": 240}])
    await minutes(later, 3)
    assert sent(renault) == [KCM]
    await minutes(later, 5)
    assert len(sent(renault)) == 2
    assert result(hass)[0] == "confirmed"


@pytest.mark.usefixtures("device")
async def test_plug_that_is_unknown(hass: HomeAssistant, renault: MyRenaultSimulator, later: Later) -> None:
    """An old value does not prevent a start."""
    renault.vehicle().car.unplug()
    renault.vehicle().report_now()
    await minutes(later, 20)
    renault.vehicle().car.plug()
    renault.vehicle().report_now()
    renault.vehicle().quirks.charging_status = 0.0
    renault.faults.replace([{"kind": "partial", "drop": ["plugStatus"], "path": BATTERY_READ}])
    await call(hass, "button.press", START)
    assert sent(renault) == [KCM]
