"""Charge modes in which the car follows no schedule: shown as they are, without its windows."""

from typing import Any

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from simulator.myrenault import MyRenaultSimulator
from tests.common import ask, only_device, set_up, value
from tests.conftest import Later

pytestmark = pytest.mark.freeze_time("2026-11-18 18:30:00+00:00")

STATUS = "sensor.renault_z_e_charge_schedule_status"
MODE = "select.renault_z_e_charge_mode"
NEXT = "sensor.renault_z_e_next_charge_window"
CALENDAR = "calendar.renault_z_e_charging"


def in_mode(mode: str) -> dict[str, Any]:
    """Return a fault that reports a mode without programs."""
    fields = {"data.attributes.mode": mode, "data.attributes.schedules": []}
    return {"kind": "set", "path": "*/charging-settings", "fields": fields}


@pytest.mark.parametrize("mode", ["delayed", "delegated"])
@pytest.mark.usefixtures("enable_custom_integrations")
async def test_mode_of_a_car(
    hass: HomeAssistant,
    renault: MyRenaultSimulator,
    renault_entry: MockConfigEntry,
    later: Later,
    mode: str,
) -> None:
    """Name the mode, keep the owner's choice and the windows, claim none, and restore all with the next answer."""
    renault.vehicle().enable(enabled=True)
    renault.advance(120)
    await set_up(hass, renault_entry)
    before = [value(hass, each) for each in (STATUS, MODE, NEXT)]
    assert before[:2] == ["enabled", "by_schedule"]
    renault.faults.replace([in_mode(mode)])
    await later(3601)
    assert [value(hass, each) for each in (STATUS, MODE, NEXT, CALENDAR)] == [mode, "by_schedule", "unknown", "off"]
    held = await ask(hass, "get_charge_schedule", only_device(hass, renault_entry))
    in_the_car = held.pop("in_the_car")
    assert (in_the_car["mode"], in_the_car["enabled"], len(in_the_car["windows"])) == (mode, None, 7)
    assert (held["enabled"], held["status"], len(held["windows"])) == (True, mode, 7)
    for _ in range(25):
        await later(3601)
    assert value(hass, STATUS) == mode
    renault.faults.replace([])
    await later(3601)
    assert [value(hass, each) for each in (STATUS, MODE)] == ["enabled", "by_schedule"]
