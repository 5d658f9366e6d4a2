"""Values from before a command neither confirm it, nor store a route, nor let another route be tried."""

from typing import Any

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from simulator.myrenault import MyRenaultSimulator
from simulator.myrenault.routes import RouteSet
from tests.common import ask, call, state, value
from tests.conftest import Later
from tests.coordinator.routes import (
    CHARGING,
    COMMAND,
    KCM,
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
    "precondition_at": {"start": "06:15:00"},
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


async def check_again(hass: HomeAssistant, device_id: str, faults: Any, later: Later, action: str) -> None:
    """Check that the state of before does not confirm a command that is sent again."""
    await ask(hass, action, device_id, **AGAIN[action])
    await minutes(later, 4)
    assert result(hass)[0] == "confirmed"
    await minutes(later, 61)
    faults.replace([{"kind": "status", "status": 502, "method": "GET", "path": "*"}])
    await ask(hass, action, device_id, **AGAIN[action])
    await minutes(later, 4)
    assert result(hass) == ("accepted", None)
    faults.replace([])
    await minutes(later, 2)
    assert result(hass)[0] == "confirmed"


@pytest.mark.parametrize("action", AGAIN)
async def test_again_at_z_e_services(car: Car, action: str) -> None:
    """Read schedule and timer before they confirm a command."""
    await check_again(car.hass, car.device_id, car.simulator.faults, car.later, action)


@pytest.mark.parametrize("action", ["set_charge_schedule"])
async def test_again_at_my_renault(
    hass: HomeAssistant, device: str, renault: MyRenaultSimulator, later: Later, action: str
) -> None:
    """Read the schedule before it confirms a command."""
    await check_again(hass, device, renault.faults, later, action)


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
