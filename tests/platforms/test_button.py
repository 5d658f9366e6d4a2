"""The buttons send their command once and show its result."""

from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from simulator import Simulator
from tests.common import call, expect_error, received_commands, set_up, state, value
from tests.plan.planned import Car, Later

pytestmark = pytest.mark.freeze_time("2026-11-18 18:30:00+00:00")

LAST_COMMAND = "sensor.renault_z_e_last_command"


async def press(hass: HomeAssistant, key: str) -> None:
    """Press a button."""
    await call(hass, "button.press", f"button.renault_z_e_{key}")


def last_command(hass: HomeAssistant) -> tuple[str, Any, Any]:
    """Return the status, kind and reason of the last command."""
    found = state(hass, LAST_COMMAND)
    return found.state, found.attributes["command"], found.attributes["reason"]


async def test_start_preconditioning(car: Car) -> None:
    """The car preconditions, and the command is confirmed by its report."""
    await press(car.hass, "start_preconditioning")
    assert car.commands == [("POST /air-conditioning", None)]
    assert last_command(car.hass) == ("accepted", "precondition", None)
    await car.later(31)
    assert car.simulator.vehicle().car.preconditioning_until is not None
    await car.later(31)
    assert last_command(car.hass) == ("confirmed", "precondition", None)
    assert car.value("sensor.renault_z_e_last_preconditioning") == "2026-11-18T18:30:30+00:00"
    assert car.value("sensor.renault_z_e_last_preconditioning_result") == "success"
    assert len(car.commands) == 1


async def test_start_preconditioning_with_a_low_battery(car: Car) -> None:
    """The likeliest reason of a refusal is shown, although the car reports none."""
    car.simulator.vehicle().car.fill(30)
    car.simulator.vehicle().car.unplug()
    await car.later(301)
    await press(car.hass, "start_preconditioning")
    await car.later(31, times=2)
    assert last_command(car.hass) == ("failed", "precondition", "below_threshold")


@pytest.mark.usefixtures("evening")
async def test_cancel_preconditioning_timer(car: Car) -> None:
    """The timer is deleted from the car and no longer shown."""
    assert car.value("sensor.renault_z_e_preconditioning_timer") == "2026-11-19T07:30:00+00:00"
    await press(car.hass, "cancel_preconditioning_timer")
    assert car.commands == [("DELETE /air-conditioning/scheduler", None)]
    await car.later(31)
    assert last_command(car.hass) == ("confirmed", "cancel_precondition", None)
    assert car.value("sensor.renault_z_e_preconditioning_timer") == "unknown"
    assert car.simulator.vehicle().car.timer_at is None


async def test_start_charge(
    hass: HomeAssistant, mock_config_entry: MockConfigEntry, simulator: Simulator, later: Later
) -> None:
    """A car that waits for its schedule charges now."""
    car = simulator.vehicle().car
    car.load(type(car.schedule)(enabled=True, week=car.schedule.week))
    simulator.vehicle().report_now()
    await later(60)
    await set_up(hass, mock_config_entry)
    assert value(hass, "binary_sensor.renault_z_e_charging") == "off"
    await press(hass, "start_charge")
    assert received_commands(simulator) == [("POST /charge", None)]
    await later(31, times=4)
    assert last_command(hass) == ("confirmed", "start_charge", None)
    assert value(hass, "binary_sensor.renault_z_e_charging") == "on"


async def test_start_charge_of_a_charging_car(car: Car) -> None:
    """No command is sent, and an error says why."""
    with expect_error("already_charging"):
        await press(car.hass, "start_charge")
    assert car.commands == []
    assert car.value(LAST_COMMAND) == "unknown"


async def test_start_charge_of_an_unplugged_car(car: Car) -> None:
    """No command is sent, and an error says why."""
    car.simulator.vehicle().car.unplug()
    await car.later(301)
    with expect_error("not_plugged_in"):
        await press(car.hass, "start_charge")
    assert car.commands == []
    assert car.value(LAST_COMMAND) == "unknown"


async def test_start_charge_after_an_outdated_report(car: Car) -> None:
    """A car that has not reported for a day may be plugged in by now; if it is not, the reason says so."""
    car.simulator.vehicle().car.unplug()
    await car.later(60)
    car.simulator.vehicle().link.in_reach = False
    await car.later(3600, times=26)
    assert car.value("binary_sensor.renault_z_e_data_stale") == "on"
    await press(car.hass, "start_charge")
    await car.later(601)
    assert last_command(car.hass) == ("timed_out", "start_charge", "not_plugged_in")
    assert car.commands == [("POST /charge", None)]


async def test_request_update(car: Car) -> None:
    """The car reports, and the new values are shown."""
    await car.later(60)
    before = car.value("sensor.renault_z_e_last_report")
    await press(car.hass, "request_update")
    assert car.commands == [("POST /battery", None)]
    await car.later(31, times=4)
    assert last_command(car.hass) == ("confirmed", "request_update", None)
    assert car.value("sensor.renault_z_e_last_report") > before


async def test_request_update_too_often(car: Car) -> None:
    """The error says that requests are limited; the server does not say for how long."""
    await press(car.hass, "request_update")
    await car.later(31, times=4)
    with pytest.raises(HomeAssistantError) as refused:
        await press(car.hass, "request_update")
    assert refused.value.translation_key == "throttled_unknown_wait"
    assert str(refused.value) == "Too many requests. Try again in a few minutes"
    assert last_command(car.hass) == ("failed", "request_update", "throttled")


async def test_second_press_is_not_sent(car: Car) -> None:
    """A pending command is not sent again."""
    await press(car.hass, "start_preconditioning")
    with expect_error("still_waiting"):
        await press(car.hass, "start_preconditioning")
    assert car.commands == [("POST /air-conditioning", None)]
