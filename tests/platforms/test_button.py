"""The buttons send their command once and show its result."""

from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from syrupy.assertion import SnapshotAssertion

from simulator import Simulator
from tests.common import call, check_platform, live_an_evening, received_commands, set_up, state, value
from tests.conftest import Later

pytestmark = pytest.mark.freeze_time("2026-11-18 18:30:00+00:00")

LAST_COMMAND = "sensor.renault_z_e_last_command"


@pytest.mark.usefixtures("entity_registry_enabled_by_default")
async def test_entities(
    hass: HomeAssistant,
    mock_config_entry: MockConfigEntry,
    simulator: Simulator,
    freezer: FrozenDateTimeFactory,
    snapshot: SnapshotAssertion,
) -> None:
    """All buttons of an account with all capabilities."""
    live_an_evening(simulator, freezer)
    await check_platform(hass, mock_config_entry, Platform.BUTTON, snapshot)


async def press(hass: HomeAssistant, key: str) -> None:
    """Press a button."""
    await call(hass, "button.press", f"button.renault_z_e_{key}")


def last_command(hass: HomeAssistant) -> tuple[str, Any, Any]:
    """Return the status, kind and reason of the last command."""
    found = state(hass, LAST_COMMAND)
    return found.state, found.attributes["command"], found.attributes["reason"]


async def test_start_preconditioning(
    hass: HomeAssistant, init_integration: MockConfigEntry, simulator: Simulator, later: Later
) -> None:
    """The car preconditions, and the command is confirmed by its report."""
    await press(hass, "start_preconditioning")
    assert received_commands(simulator) == [("POST /air-conditioning", None)]
    assert last_command(hass) == ("accepted", "precondition", None)
    await later(31)
    assert simulator.vehicle().car.preconditioning_until is not None
    await later(31)
    assert last_command(hass) == ("confirmed", "precondition", None)
    assert value(hass, "sensor.renault_z_e_last_preconditioning") == "2026-11-18T18:30:30+00:00"
    assert value(hass, "sensor.renault_z_e_last_preconditioning_result") == "success"
    assert len(received_commands(simulator)) == 1


async def test_start_preconditioning_with_a_low_battery(
    hass: HomeAssistant, init_integration: MockConfigEntry, simulator: Simulator, later: Later
) -> None:
    """The likeliest reason of a refusal is shown, although the car reports none."""
    simulator.vehicle().car.fill(30)
    simulator.vehicle().car.unplug()
    await later(301)
    await press(hass, "start_preconditioning")
    await later(31, times=2)
    assert last_command(hass) == ("failed", "precondition", "below_threshold")


async def test_cancel_preconditioning_timer(
    hass: HomeAssistant,
    mock_config_entry: MockConfigEntry,
    simulator: Simulator,
    freezer: FrozenDateTimeFactory,
    later: Later,
) -> None:
    """The timer is deleted from the car and no longer shown."""
    live_an_evening(simulator, freezer)
    await set_up(hass, mock_config_entry)
    assert value(hass, "sensor.renault_z_e_preconditioning_timer") == "2026-11-19T07:30:00+00:00"
    await press(hass, "cancel_preconditioning_timer")
    assert received_commands(simulator) == [("DELETE /air-conditioning/scheduler", None)]
    await later(31)
    assert last_command(hass) == ("confirmed", "cancel_precondition", None)
    assert value(hass, "sensor.renault_z_e_preconditioning_timer") == "unknown"
    assert simulator.vehicle().car.timer_at is None


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


async def test_start_charge_of_a_charging_car(
    hass: HomeAssistant, init_integration: MockConfigEntry, simulator: Simulator
) -> None:
    """No command is sent, and an error says why."""
    with pytest.raises(HomeAssistantError) as refused:
        await press(hass, "start_charge")
    assert refused.value.translation_key == "already_charging"
    assert received_commands(simulator) == []
    assert value(hass, LAST_COMMAND) == "unknown"


async def test_start_charge_of_an_unplugged_car(
    hass: HomeAssistant, init_integration: MockConfigEntry, simulator: Simulator, later: Later
) -> None:
    """The command fails with its reason."""
    simulator.vehicle().car.unplug()
    await later(301)
    await press(hass, "start_charge")
    await later(601)
    assert last_command(hass) == ("timed_out", "start_charge", "not_plugged_in")
    assert received_commands(simulator) == [("POST /charge", None)]


async def test_request_update(
    hass: HomeAssistant, init_integration: MockConfigEntry, simulator: Simulator, later: Later
) -> None:
    """The car reports, and the new values are shown."""
    await later(60)
    before = value(hass, "sensor.renault_z_e_last_report")
    await press(hass, "request_update")
    assert received_commands(simulator) == [("POST /battery", None)]
    await later(31, times=4)
    assert last_command(hass) == ("confirmed", "request_update", None)
    assert value(hass, "sensor.renault_z_e_last_report") > before


async def test_request_update_too_often(
    hass: HomeAssistant, init_integration: MockConfigEntry, simulator: Simulator, later: Later
) -> None:
    """The error says that requests are limited; the server does not say for how long."""
    await press(hass, "request_update")
    await later(31, times=4)
    with pytest.raises(HomeAssistantError) as refused:
        await press(hass, "request_update")
    assert refused.value.translation_key == "throttled_unknown_wait"
    assert str(refused.value) == "Too many requests. Try again in a few minutes"
    assert last_command(hass) == ("failed", "request_update", "throttled")


async def test_second_press_is_not_sent(
    hass: HomeAssistant, init_integration: MockConfigEntry, simulator: Simulator
) -> None:
    """A pending command is not sent again."""
    await press(hass, "start_preconditioning")
    with pytest.raises(HomeAssistantError) as refused:
        await press(hass, "start_preconditioning")
    assert refused.value.translation_key == "still_waiting"
    assert received_commands(simulator) == [("POST /air-conditioning", None)]
