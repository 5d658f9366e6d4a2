"""The repair about a charge schedule that was changed elsewhere shows both."""

from datetime import time, timedelta

from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
import pytest

from custom_components.renault_ze.coordinator import VehicleCoordinator
from simulator import Schedule, Simulator, Week, Window
from tests.common import ask, received_commands, value
from tests.conftest import Later
from tests.plan.planned import DEPLOY, NIGHT, NOON
from tests.repair_flows import STATUS, ask_what_to_do, fix, set_week

pytestmark = pytest.mark.freeze_time("2026-11-18 18:30:00+00:00")

NIGHTS = Schedule(enabled=True, week=Week((Window(time(1), timedelta(hours=4)),) * 7))
MORNINGS = Schedule(enabled=True, week=Week((Window(time(3), timedelta(hours=2)),) * 7))


def differs(hass: HomeAssistant) -> ir.IssueEntry:
    """Return the only issue."""
    (issue,) = ir.async_get(hass).issues.values()
    assert issue.translation_key == "schedule_differs"
    return issue


async def test_both_schedules_are_shown(
    hass: HomeAssistant, coordinator: VehicleCoordinator, simulator: Simulator, later: Later
) -> None:
    """Day by day, what the car holds and what was set here."""
    await set_week(hass, coordinator, later)
    week = Week((Window(time(3), timedelta(hours=2)), *(Window(time(1), timedelta(hours=4)),) * 6))
    simulator.vehicle().car.load(Schedule(enabled=True, week=week))
    await later(3601)
    shown = await ask_what_to_do(hass, differs(hass))
    rows = shown["description_placeholders"]
    assert (rows["mon"], rows["tue"]) == (
        "**3:00 AM - 5:00 AM** | **1:00 AM - 5:00 AM**",
        "1:00 AM - 5:00 AM | 1:00 AM - 5:00 AM",
    )
    assert shown["step_id"] == "schedule"
    simulator.vehicle().car.load(Schedule(enabled=False, week=week))
    await later(3601)
    shown = await ask_what_to_do(hass, differs(hass))
    assert shown["description_placeholders"]["sun"] == "**24 h** | **1:00 AM - 5:00 AM**"


async def test_a_plan_that_found_its_schedule_in_the_car_can_be_pushed(
    hass: HomeAssistant, device_id: str, simulator: Simulator, later: Later
) -> None:
    """The plan's charge schedule was never sent, but can be."""
    simulator.vehicle().car.load(NIGHTS)
    await later(3601)
    await ask(hass, "set_charge_windows", device_id, windows=[NIGHT])
    await later(120)
    assert received_commands(simulator) == []
    simulator.vehicle().car.load(MORNINGS)
    await later(3601)
    assert (await fix(hass, differs(hass), "push"))["type"] == "create_entry"
    await later(120)
    assert received_commands(simulator)[-1] == DEPLOY
    assert simulator.vehicle().car.schedule == NIGHTS
    assert not ir.async_get(hass).issues


async def test_sensor_action_and_repair_agree(
    hass: HomeAssistant, device_id: str, simulator: Simulator, later: Later
) -> None:
    """With a plan, its own charge schedules are no difference; another is."""
    await ask(hass, "set_charge_windows", device_id, windows=[NIGHT, NOON])
    for _ in range(20):
        await later(3600)
        assert value(hass, STATUS) in {"enabled", "sending"}
        assert not (await ask(hass, "get_charge_schedule", device_id))["differs_from_last_set"]
        assert not ir.async_get(hass).issues
    assert received_commands(simulator).count(DEPLOY) > 2
    simulator.vehicle().car.load(MORNINGS)
    await later(3601)
    assert differs(hass)
    assert value(hass, STATUS) == "differs"
    assert (await ask(hass, "get_charge_schedule", device_id))["differs_from_last_set"]
