"""A charge schedule that was changed elsewhere is reported, replaced or adopted, and the report withdrawn."""

from datetime import time, timedelta
from typing import Any

from homeassistant.core import HomeAssistant
import pytest

from custom_components.renault_ze.const import DAYS
from custom_components.renault_ze.coordinator import VehicleCoordinator
from custom_components.renault_ze.vehicle import commands
from simulator import Schedule, Simulator, Week, Window
from tests.common import call, received_commands, value
from tests.conftest import Later
from tests.repair_flows import STATUS, TEXTS, ask_what_to_do, check_texts, fix, set_week

pytestmark = pytest.mark.freeze_time("2026-11-18 18:30:00+00:00")

HOUR = 3600
THEIRS = Schedule(enabled=True, week=Week((Window(time(3), timedelta(hours=2)),) * 7))


async def change_in_the_car(simulator: Simulator, later: Later) -> None:
    """Set another charge schedule in the car, and wait for the hourly poll."""
    simulator.vehicle().car.load(THEIRS)
    await later(HOUR + 1)


async def test_schedule_differs_and_is_pushed(
    hass: HomeAssistant, coordinator: VehicleCoordinator, simulator: Simulator, later: Later, issue: Any
) -> None:
    """A changed charge schedule is reported, and the one set here sent again on request."""
    await set_week(hass, coordinator, later)
    await change_in_the_car(simulator, later)
    assert value(hass, STATUS) == "differs"
    check_texts(found := issue("schedule_differs"), *DAYS)
    assert found.translation_placeholders == {"name": "Renault Z.E."}
    simulator.log.entries.clear()
    result = await fix(hass, found, "push")
    assert result["type"] == "create_entry"
    assert [order for order, _ in received_commands(simulator)] == [
        "PUT /charge/scheduler/offboard",
        "POST /charge/scheduler/offboard/deploy",
    ]
    assert value(hass, STATUS) == "sending"
    assert issue("schedule_differs") is None
    await later(61)
    assert value(hass, STATUS) == "enabled"
    assert issue("schedule_differs") is None
    assert simulator.vehicle().car.schedule.week.days[0] == Window(time(1), timedelta(hours=4))


async def test_disabled_schedule_is_pushed(
    hass: HomeAssistant, coordinator: VehicleCoordinator, simulator: Simulator, later: Later, issue: Any
) -> None:
    """If the charge schedule was disabled here, a push disables it in the car."""
    await coordinator.send_command(commands.DisableChargeSchedule())
    await later(61)
    await change_in_the_car(simulator, later)
    simulator.log.entries.clear()
    result = await fix(hass, issue("schedule_differs"), "push")
    assert result["type"] == "create_entry"
    assert received_commands(simulator) == [("PUT /charge/scheduler/onboard", {"enabled": False})]
    await later(61)
    assert value(hass, STATUS) == "disabled"


async def test_schedule_differs_and_is_kept(
    hass: HomeAssistant, coordinator: VehicleCoordinator, simulator: Simulator, later: Later, issue: Any
) -> None:
    """Nothing is sent, and no difference is reported after a restart."""
    await set_week(hass, coordinator, later)
    await change_in_the_car(simulator, later)
    simulator.log.entries.clear()
    result = await fix(hass, issue("schedule_differs"), "keep")
    assert result["type"] == "create_entry"
    assert received_commands(simulator) == []
    assert value(hass, STATUS) == "enabled"
    await hass.config_entries.async_reload(coordinator.config_entry.entry_id)
    await later(HOUR + 1)
    assert value(hass, STATUS) == "enabled"
    assert issue("schedule_differs") is None


async def test_failure_to_send_keeps_the_issue(
    hass: HomeAssistant, coordinator: VehicleCoordinator, simulator: Simulator, later: Later, issue: Any
) -> None:
    """A push that the server refuses keeps the issue, and can be retried."""
    await set_week(hass, coordinator, later)
    await change_in_the_car(simulator, later)
    simulator.faults.replace([{"kind": "status", "status": 409, "method": "PUT"}])
    result = await fix(hass, issue("schedule_differs"), "push")
    assert (result["type"], result["reason"]) == ("abort", "not_sent")
    assert "not_sent" in TEXTS["schedule_differs"]["fix_flow"]["abort"]
    assert issue("schedule_differs") is not None
    simulator.faults.replace([])
    result = await fix(hass, issue("schedule_differs"), "push")
    assert result["type"] == "create_entry"
    await later(61)
    assert issue("schedule_differs") is None


async def test_a_push_without_a_response_is_reported_again(
    hass: HomeAssistant, coordinator: VehicleCoordinator, simulator: Simulator, later: Later, issue: Any
) -> None:
    """The command is tracked; if it had no effect, there is an issue again."""
    await set_week(hass, coordinator, later)
    await change_in_the_car(simulator, later)
    simulator.faults.replace([{"kind": "status", "status": 500, "method": "PUT"}])
    result = await fix(hass, issue("schedule_differs"), "push")
    assert (result["type"], result["reason"]) == ("abort", "not_sent")
    assert value(hass, "sensor.renault_z_e_last_command") == "unanswered"
    assert issue("schedule_differs") is None
    await later(601)
    assert value(hass, "sensor.renault_z_e_last_command") == "timed_out"
    assert issue("schedule_differs") is not None


async def test_unloaded_account_keeps_the_issue(
    hass: HomeAssistant, coordinator: VehicleCoordinator, simulator: Simulator, later: Later, issue: Any
) -> None:
    """The repair is aborted while the account is not loaded."""
    await set_week(hass, coordinator, later)
    await change_in_the_car(simulator, later)
    await hass.config_entries.async_unload(coordinator.config_entry.entry_id)
    result = await ask_what_to_do(hass, issue("schedule_differs"))
    assert (result["type"], result["reason"]) == ("abort", "not_loaded")
    assert "not_loaded" in TEXTS["schedule_differs"]["fix_flow"]["abort"]
    assert issue("schedule_differs") is not None


async def test_change_back_withdraws_the_issue(
    hass: HomeAssistant, coordinator: VehicleCoordinator, simulator: Simulator, later: Later, issue: Any
) -> None:
    """The issue goes away when the difference does."""
    await set_week(hass, coordinator, later)
    mine = simulator.vehicle().car.schedule
    await change_in_the_car(simulator, later)
    assert issue("schedule_differs") is not None
    simulator.vehicle().car.load(mine)
    await later(HOUR + 1)
    assert issue("schedule_differs") is None


async def test_no_difference_without_a_schedule_set_here(
    hass: HomeAssistant, coordinator: VehicleCoordinator, simulator: Simulator, later: Later, issue: Any
) -> None:
    """Any charge schedule in the car is fine then."""
    await change_in_the_car(simulator, later)
    assert value(hass, STATUS) == "enabled"
    assert issue("schedule_differs") is None
    await call(hass, "button.press", "button.renault_z_e_request_update")
    assert issue("schedule_differs") is None
