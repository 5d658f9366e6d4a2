"""A charge schedule that was changed elsewhere is reported, replaced or adopted, and the report withdrawn."""

from datetime import time, timedelta
from typing import Any

import pytest

from custom_components.renault_ze.cloud.models import DAYS
from simulator import Schedule, Simulator, Week, Window
from tests.plan.planned import DEPLOY, Car, Later
from tests.repair_flows import STATUS, TEXTS, ask_what_to_do, check_texts, fix, set_week

pytestmark = pytest.mark.freeze_time("2026-11-18 18:30:00+00:00")

HOUR = 3600
NIGHTS = Schedule(enabled=True, week=Week((Window(time(1), timedelta(hours=4)),) * 7))
THEIRS = Schedule(enabled=True, week=Week((Window(time(3), timedelta(hours=2)),) * 7))


async def change_in_the_car(simulator: Simulator, later: Later) -> None:
    """Set another charge schedule in the car, and wait for the hourly poll."""
    simulator.vehicle().car.load(THEIRS)
    await later(HOUR + 1)


async def test_schedule_differs_and_is_pushed(car: Car, issue: Any) -> None:
    """A changed charge schedule is reported, and the one set here sent again on request."""
    await set_week(car.hass, car.coordinator, car.later)
    await change_in_the_car(car.simulator, car.later)
    assert car.value(STATUS) == "differs"
    check_texts(found := issue("schedule_differs"), *DAYS)
    assert found.translation_placeholders == {"name": "Renault Z.E."}
    car.simulator.log.entries.clear()
    result = await fix(car.hass, found, "push")
    assert result["type"] == "create_entry"
    assert [order for order, _ in car.commands] == [
        "PUT /charge/scheduler/offboard",
        "POST /charge/scheduler/offboard/deploy",
    ]
    assert car.value(STATUS) == "sending"
    assert issue("schedule_differs") is None
    await car.later(61)
    assert car.value(STATUS) == "enabled"
    assert issue("schedule_differs") is None
    assert car.simulator.vehicle().car.schedule.week.days[0] == Window(time(1), timedelta(hours=4))


async def test_disabled_schedule_is_pushed(car: Car, issue: Any) -> None:
    """If the charge schedule was disabled here, a push disables it in the car."""
    await set_week(car.hass, car.coordinator, car.later)
    await car.ask("disable_charge_schedule")
    await car.later(61)
    assert car.value(STATUS) == "disabled"
    await change_in_the_car(car.simulator, car.later)
    assert car.value(STATUS) == "differs"
    car.simulator.log.entries.clear()
    result = await fix(car.hass, issue("schedule_differs"), "push")
    assert result["type"] == "create_entry"
    assert car.commands == [("PUT /charge/scheduler/onboard", {"enabled": False})]
    await car.later(61)
    assert car.value(STATUS) == "disabled"


async def test_schedule_differs_and_is_kept(car: Car, issue: Any) -> None:
    """Nothing is sent, no difference is reported after a restart, and further changes are followed."""
    await set_week(car.hass, car.coordinator, car.later)
    await change_in_the_car(car.simulator, car.later)
    car.simulator.log.entries.clear()
    result = await fix(car.hass, issue("schedule_differs"), "keep")
    assert result["type"] == "create_entry"
    assert car.commands == []
    assert car.value(STATUS) == "enabled"
    await car.hass.config_entries.async_reload(car.coordinator.config_entry.entry_id)
    await car.later(HOUR + 1)
    assert car.value(STATUS) == "enabled"
    assert issue("schedule_differs") is None
    car.simulator.vehicle().car.load(NIGHTS)
    await car.later(HOUR + 1)
    assert {each["start"] for each in (await car.ask("get_charge_schedule"))["windows"]} == {"01:00"}
    assert (car.commands, issue("schedule_differs")) == ([], None)


@pytest.mark.parametrize(("status", "shown"), [(409, "failed"), (500, "sending")], ids=["refused", "no response"])
async def test_a_failed_push_is_repeated(car: Car, issue: Any, status: int, shown: str) -> None:
    """The choice is kept, and the charge schedule sent again until the car holds it."""
    await set_week(car.hass, car.coordinator, car.later)
    await change_in_the_car(car.simulator, car.later)
    car.simulator.log.entries.clear()
    car.simulator.faults.replace([{"kind": "status", "status": status, "method": "PUT"}])
    result = await fix(car.hass, issue("schedule_differs"), "push")
    assert (result["type"], result["reason"]) == ("abort", "not_sent")
    assert "not_sent" in TEXTS["schedule_differs"]["fix_flow"]["abort"]
    assert (car.value(STATUS), issue("schedule_differs")) == (shown, None)
    await car.later(601)
    assert [order for order, _ in car.commands] == ["PUT /charge/scheduler/offboard"] * 2
    car.simulator.faults.replace([])
    await car.later(1201)
    await car.later(61)
    assert car.commands[-1] == DEPLOY
    assert (car.value(STATUS), issue("schedule_differs")) == ("enabled", None)
    assert car.simulator.vehicle().car.schedule == NIGHTS


async def test_unloaded_account_keeps_the_issue(car: Car, issue: Any) -> None:
    """The repair is aborted while the account is not loaded."""
    await set_week(car.hass, car.coordinator, car.later)
    await change_in_the_car(car.simulator, car.later)
    await car.hass.config_entries.async_unload(car.coordinator.config_entry.entry_id)
    result = await ask_what_to_do(car.hass, issue("schedule_differs"))
    assert (result["type"], result["reason"]) == ("abort", "not_loaded")
    assert "not_loaded" in TEXTS["schedule_differs"]["fix_flow"]["abort"]
    assert issue("schedule_differs") is not None


async def test_change_back_withdraws_the_issue(car: Car, issue: Any) -> None:
    """The issue goes away when the difference does."""
    await set_week(car.hass, car.coordinator, car.later)
    mine = car.simulator.vehicle().car.schedule
    await change_in_the_car(car.simulator, car.later)
    assert issue("schedule_differs") is not None
    car.simulator.vehicle().car.load(mine)
    await car.later(HOUR + 1)
    assert issue("schedule_differs") is None


async def test_no_difference_without_a_schedule_set_here(car: Car, issue: Any) -> None:
    """Any charge schedule in the car is fine then."""
    await change_in_the_car(car.simulator, car.later)
    assert car.value(STATUS) == "enabled"
    assert issue("schedule_differs") is None
    await car.call("button.press", "button.renault_z_e_request_update")
    assert issue("schedule_differs") is None
