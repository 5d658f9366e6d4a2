"""The switch “Do not disturb” shows the settings at the service, and remembers the hours."""

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from simulator import Simulator
from tests.common import ALL_EMAIL, ask, call, expect_error, only_device, received_commands, set_up, value
from tests.plan.planned import Car

pytestmark = pytest.mark.freeze_time("2026-11-18 18:30:00+00:00")

PUT = "PUT /settings/notification"
QUIET = "switch.renault_z_e_do_not_disturb"


async def test_do_not_disturb(car: Car) -> None:
    """The hours are remembered while it is off, even across a restart, and used when it is turned on."""
    assert car.value(QUIET) == "off"
    await car.call("time.set_value", "time.renault_z_e_do_not_disturb_start", time="21:15:00")
    await car.call("time.set_value", "time.renault_z_e_do_not_disturb_end", time="05:45:00")
    assert car.commands == []
    await car.hass.config_entries.async_reload(car.entry.entry_id)
    await car.call("switch.turn_on", QUIET)
    assert car.commands == [(PUT, {**ALL_EMAIL, "do_not_disturb": {"start": "2115", "end": "0545"}})]
    assert car.value(QUIET) == "on"
    car.simulator.log.entries.clear()
    await car.call("switch.turn_off", QUIET)
    assert car.commands == [(PUT, ALL_EMAIL)]
    assert (car.value(QUIET), car.value("time.renault_z_e_do_not_disturb_start")) == ("off", "21:15:00")


@pytest.mark.usefixtures("evening")
async def test_hours_set_elsewhere_are_remembered(car: Car) -> None:
    """They are used again when it is turned off and on."""
    assert car.value(QUIET) == "on"
    await car.call("switch.turn_off", QUIET)
    await car.call("switch.turn_on", QUIET)
    assert [body["do_not_disturb"] for _, body in car.commands] == [None, {"start": "2230", "end": "0615"}]


async def test_unreadable_hours(hass: HomeAssistant, mock_config_entry: MockConfigEntry, simulator: Simulator) -> None:
    """The switch is unknown, and the hours stay until they are set."""
    start, end = "time.renault_z_e_do_not_disturb_start", "time.renault_z_e_do_not_disturb_end"
    plan_events = {"do_not_disturb": {"start": "late", "end": "0615"}}
    simulator.faults.replace([{"kind": "set", "fields": plan_events, "path": "*/settings/notification"}])
    await set_up(hass, mock_config_entry)
    assert [value(hass, each) for each in (QUIET, start, end)] == ["unknown"] * 3
    device = only_device(hass, mock_config_entry)
    assert (await ask(hass, "get_notifications", device))["do_not_disturb"] == "unknown"
    await call(hass, "time.set_value", start, time="21:15:00")
    with expect_error("do_not_disturb_unknown"):
        await ask(hass, "set_notifications", device, charge_end="sms")
    assert received_commands(simulator) == []
    assert value(hass, start) == "unknown"
    await call(hass, "switch.turn_on", QUIET)
    assert received_commands(simulator) == [(PUT, {**ALL_EMAIL, "do_not_disturb": {"start": "2115", "end": "0700"}})]
