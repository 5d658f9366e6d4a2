"""Charge windows that take turns in a car with room for one a day."""

from datetime import time, timedelta

from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
import pytest

from custom_components.renault_ze.coordinator import VehicleCoordinator
from simulator import Schedule, Simulator, Week, Window
from tests.common import ask, call, received_commands, state, value
from tests.plan.planned import NIGHT, NOON, Car, Later, Until, nights, week
from tests.repair_flows import ask_what_to_do, fix

# A Wednesday evening in London, where the car is.
pytestmark = pytest.mark.freeze_time("2026-11-18 18:30:00+00:00")


async def test_windows_take_turns(hass: HomeAssistant, device_id: str, simulator: Simulator, until: Until) -> None:
    """The night is in the car except while noon is due, and the car charges in both."""
    car = simulator.vehicle().car
    await ask(hass, "set_charge_windows", device_id, windows=[NIGHT, NOON])
    assert value(hass, "switch.renault_z_e_charge_plan") == "on"
    assert week(simulator) == nights()
    await until("11:10")
    window = state(hass, "sensor.renault_z_e_next_charge_window")
    assert (window.state, window.attributes["kind"], window.attributes["in_the_car"]) == (
        "2026-11-19T12:00:00+00:00",
        "further",
        False,
    )
    assert received_commands(simulator) == []
    await until("11:20")
    assert week(simulator) == nights(thu={"start": "1200", "duration": "0100"})
    assert state(hass, "sensor.renault_z_e_next_charge_window").attributes["in_the_car"] is True
    car.fill(50)
    await until("12:30")
    assert car.charging
    assert value(hass, "sensor.renault_z_e_next_charge_window") == "2026-11-20T01:00:00+00:00"
    await until("13:05")
    assert not car.charging
    assert week(simulator) == nights()


async def test_switching_off_just_after_sending_leaves_the_main_windows(car: Car, later: Later) -> None:
    """The car still shows the nights, but noon is on its way, so the nights are sent after it."""
    await car.ask("set_charge_windows", windows=[NIGHT, NOON])
    await car.until("11:15")
    await later(30)
    assert week(car.simulator) == nights(thu={"start": "1200", "duration": "0100"})
    await call(car.hass, "switch.turn_off", "switch.renault_z_e_charge_plan")
    await car.until("11:24")
    assert car.commands == []
    await car.until("12:00")
    assert week(car.simulator) == nights()
    assert {each.start for each in car.simulator.vehicle().car.schedule.week.days if each is not None} == {time(1)}


async def test_no_schedule_follows_within_ten_minutes_of_one_by_the_user(car: Car, later: Later) -> None:
    """A command by the user is never refused; the plan waits."""
    nightly = {"days": NIGHT["days"], "start": "01:00", "end": "05:00"}
    await car.ask("set_charge_windows", windows=[NIGHT, NOON])
    await car.until("11:14")
    car.simulator.log.entries.clear()
    await car.ask("set_charge_schedule", windows=[nightly])
    assert week(car.simulator) == nights()
    await car.until("11:23")
    assert car.commands == []
    await car.until("11:26")
    assert week(car.simulator) == nights(thu={"start": "1200", "duration": "0100"})
    await car.ask("set_charge_schedule", windows=[nightly])
    assert week(car.simulator) == nights()


async def test_switching_off_leaves_the_main_windows(car: Car) -> None:
    """Nothing more is sent once the car holds the nights again."""
    await car.ask("set_charge_windows", windows=[NIGHT, NOON])
    await car.until("11:30")
    car.simulator.log.entries.clear()
    await call(car.hass, "switch.turn_off", "switch.renault_z_e_charge_plan")
    await car.until("12:00")
    assert week(car.simulator) == nights()
    await car.until("2026-11-20T14:00")
    assert car.commands == []


@pytest.mark.parametrize("choice", ["push", "keep"])
async def test_a_schedule_changed_elsewhere(car: Car, coordinator: VehicleCoordinator, choice: str) -> None:
    """The plan waits until the user replaces or adopts it."""
    await car.ask("set_charge_windows", windows=[NIGHT])
    await car.until("02:00")
    car.simulator.log.entries.clear()
    theirs = Schedule(enabled=True, week=Week((Window(time(3), timedelta(hours=2)),) * 7))
    car.simulator.vehicle().car.load(theirs)
    await car.until("04:00")
    assert car.commands == []
    (issue,) = ir.async_get(car.hass).issues.values()
    assert issue.translation_key == "schedule_differs"
    shown = await ask_what_to_do(car.hass, issue)
    assert shown["step_id"] == "plan"
    assert shown["description_placeholders"]["mon"] == "**3:00 AM - 5:00 AM** | **1:00 AM - 5:00 AM**"
    await fix(car.hass, issue, choice)
    await car.until("04:30")
    if choice == "push":
        assert week(car.simulator) == nights()
    else:
        assert car.commands == []
        assert {each.window.start for each in coordinator.planner.plan.windows} == {time(3)}
    assert list(ir.async_get(car.hass).issues) == []
