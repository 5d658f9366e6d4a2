"""The repair about a charge schedule that was changed elsewhere shows both."""

from datetime import time, timedelta

from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
import pytest

from simulator import Schedule, Week, Window
from tests.plan.planned import DEPLOY, NIGHT, NOON, Car
from tests.repair_flows import STATUS, ask_what_to_do, fix, set_week

pytestmark = pytest.mark.freeze_time("2026-11-18 18:30:00+00:00")

NIGHTS = Schedule(enabled=True, week=Week((Window(time(1), timedelta(hours=4)),) * 7))
MORNINGS = Schedule(enabled=True, week=Week((Window(time(3), timedelta(hours=2)),) * 7))


def differs(hass: HomeAssistant) -> ir.IssueEntry:
    """Return the only issue."""
    (issue,) = ir.async_get(hass).issues.values()
    assert issue.translation_key == "schedule_differs"
    return issue


async def test_both_schedules_are_shown(car: Car) -> None:
    """Day by day, what the car holds and what was set here."""
    await set_week(car.hass, car.coordinator, car.later)
    week = Week((Window(time(3), timedelta(hours=2)), *(Window(time(1), timedelta(hours=4)),) * 6))
    car.simulator.vehicle().car.load(Schedule(enabled=True, week=week))
    await car.later(3601)
    shown = await ask_what_to_do(car.hass, differs(car.hass))
    rows = shown["description_placeholders"]
    assert (rows["mon"], rows["tue"]) == (
        "**3:00 AM - 5:00 AM** | **1:00 AM - 5:00 AM**",
        "1:00 AM - 5:00 AM | 1:00 AM - 5:00 AM",
    )
    assert shown["step_id"] == "plan"
    car.simulator.vehicle().car.load(Schedule(enabled=False, week=week))
    await car.later(3601)
    shown = await ask_what_to_do(car.hass, differs(car.hass))
    assert shown["description_placeholders"]["sun"] == "**24 h** | **1:00 AM - 5:00 AM**"


async def test_a_plan_that_found_its_schedule_in_the_car_can_be_pushed(car: Car) -> None:
    """The plan's charge schedule was never sent, but can be."""
    car.simulator.vehicle().car.load(NIGHTS)
    await car.later(3601)
    await car.ask("set_charge_schedule", windows=[NIGHT])
    await car.later(120)
    assert car.commands == []
    car.simulator.vehicle().car.load(MORNINGS)
    await car.later(3601)
    assert (await fix(car.hass, differs(car.hass), "push"))["type"] == "create_entry"
    await car.later(120)
    assert car.commands[-1] == DEPLOY
    assert car.simulator.vehicle().car.schedule == NIGHTS
    assert not ir.async_get(car.hass).issues


async def test_sensor_action_and_repair_agree(car: Car) -> None:
    """With a plan, its own charge schedules are no difference; another is."""
    await car.ask("set_charge_schedule", windows=[NIGHT, NOON])
    for _ in range(20):
        await car.later(3600)
        assert car.value(STATUS) in {"enabled", "sending"}
        assert (await car.ask("get_charge_schedule"))["status"] == car.value(STATUS)
        assert not ir.async_get(car.hass).issues
    assert car.commands.count(DEPLOY) > 2
    car.simulator.vehicle().car.load(MORNINGS)
    await car.later(3601)
    assert differs(car.hass)
    assert car.value(STATUS) == "differs"
    found = await car.ask("get_charge_schedule")
    assert (found["status"], found["in_the_car"]["windows"][0]["start"]) == ("differs", "03:00")
    assert {each["start"] for each in found["windows"]} == {"01:00", "12:00"}
