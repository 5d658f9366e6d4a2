"""Charge windows that take turns in a car with room for one a day."""

from datetime import UTC, datetime, time, timedelta

from homeassistant.components.calendar.const import DATA_COMPONENT
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
import pytest

from custom_components.renault_ze.coordinator import VehicleCoordinator
from simulator import Schedule, Simulator, Week, Window
from tests.common import ask, received_commands, state, value
from tests.plan.planned import EVERY_DAY, NIGHT, NOON, Car, Later, Until, nights, week
from tests.repair_flows import STATUS, ask_what_to_do, fix

MODE = "select.renault_z_e_charge_mode"
DISABLE = ("PUT /charge/scheduler/onboard", {"enabled": False})

# A Wednesday evening in London, where the car is.
pytestmark = pytest.mark.freeze_time("2026-11-18 18:30:00+00:00")


async def select(car: Car, mode: str) -> None:
    """Select a charge mode."""
    await car.call("select.select_option", MODE, option=mode)
    assert car.value(MODE) == mode


async def test_windows_take_turns(hass: HomeAssistant, device_id: str, simulator: Simulator, until: Until) -> None:
    """The night is in the car except while noon is due, and the car charges in both."""
    car = simulator.vehicle().car
    await ask(hass, "set_charge_schedule", device_id, windows=[NIGHT, NOON])
    assert value(hass, MODE) == "by_schedule"
    assert week(simulator) == nights()
    await until("11:10")
    window = state(hass, "sensor.renault_z_e_next_charge_window")
    assert (window.state, window.attributes["kind"], window.attributes["in_the_car"]) == (
        "2026-11-19T12:00:00+00:00",
        "additional",
        False,
    )
    assert received_commands(simulator) == []
    await until("11:20")
    assert week(simulator) == nights(thu={"start": "1200", "duration": "0100"})
    assert state(hass, "sensor.renault_z_e_next_charge_window").attributes["in_the_car"] is True
    car.fill(50)
    await until("12:30")
    assert car.charging
    window = state(hass, "sensor.renault_z_e_next_charge_window")
    assert (window.state, window.attributes["kind"]) == ("2026-11-20T01:00:00+00:00", "main")
    await until("13:05")
    assert not car.charging
    assert week(simulator) == nights()


async def test_any_time_just_after_sending(car: Car, later: Later) -> None:
    """The car still shows the nights, but noon is on its way, so the schedule is disabled after it, and stays so."""
    await car.ask("set_charge_schedule", windows=[NIGHT, NOON])
    await car.until("11:15")
    await later(30)
    assert week(car.simulator) == nights(thu={"start": "1200", "duration": "0100"})
    await select(car, "any_time")
    assert car.commands == [DISABLE]
    assert car.value("sensor.renault_z_e_next_charge_window") == "unknown"
    await car.until("12:00")
    assert car.commands == [DISABLE]
    assert car.value(STATUS) == "disabled"
    assert not car.simulator.vehicle().car.schedule.enabled
    await car.until("2026-11-20T14:00")
    assert car.commands == [DISABLE]
    assert len((await car.ask("get_plan"))["windows"]) == 14


async def test_by_schedule_sends_the_windows_again(car: Car) -> None:
    """The stored windows are sent, and noon when it is due."""
    await car.ask("set_charge_schedule", windows=[NIGHT, NOON])
    await car.until("11:30")
    await select(car, "any_time")
    await car.until("2026-11-20T10:00")
    assert car.value(STATUS) == "disabled"
    car.simulator.log.entries.clear()
    await select(car, "by_schedule")
    assert week(car.simulator) == nights()
    await car.later(61)
    assert car.value(STATUS) == "enabled"
    await car.until("2026-11-20T11:30")
    assert week(car.simulator) == nights(fri={"start": "1200", "duration": "0100"})


async def test_a_schedule_by_the_owner_does_not_wait(car: Car) -> None:
    """It is sent at once; what follows by itself keeps ten minutes after it."""
    await car.ask("set_charge_schedule", windows=[NIGHT, NOON])
    await car.until("11:14")
    car.simulator.log.entries.clear()
    await car.ask("set_charge_schedule", windows=[{**NIGHT, "start": "02:00"}, NOON])
    assert week(car.simulator) == {day: {"start": "0200", "duration": "0300"} for day in EVERY_DAY}
    await car.until("11:23")
    assert car.commands == []
    await car.until("11:26")
    assert week(car.simulator)["thu"] == {"start": "1200", "duration": "0100"}
    await car.ask("set_charge_schedule", windows=[NIGHT, NOON])
    assert week(car.simulator) == nights(thu={"start": "1200", "duration": "0100"})
    assert {each["start"] for each in (await car.ask("get_plan"))["windows"]} == {"01:00", "12:00"}


async def test_a_calendar_edit_keeps_the_gap(car: Car) -> None:
    """Several edits in a row are sent as one, ten minutes after what was sent before."""
    await car.ask("set_charge_schedule", windows=[NIGHT])
    await car.later(61)
    car.simulator.log.entries.clear()
    calendar = car.hass.data[DATA_COMPONENT].get_entity("calendar.renault_z_e_charging")
    assert calendar is not None
    for hour in (6, 7):
        begin, end = (datetime(2026, 11, 19, each, tzinfo=UTC) for each in (4, hour))
        await calendar.async_create_event(dtstart=begin, dtend=end, summary="Charging", rrule="FREQ=DAILY")
        assert car.commands == []
        assert car.value(STATUS) == "sending"
    await car.later(420)
    assert car.commands == []
    await car.later(180)
    assert week(car.simulator) == {day: {"start": "0100", "duration": "0600"} for day in EVERY_DAY}
    await car.later(120)
    assert (car.commands, car.value(STATUS)) == ([], "enabled")


@pytest.mark.parametrize("choice", ["push", "keep"])
async def test_a_schedule_changed_elsewhere(car: Car, coordinator: VehicleCoordinator, choice: str) -> None:
    """The plan waits until the owner replaces or adopts it."""
    await car.ask("set_charge_schedule", windows=[NIGHT])
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
    if choice == "push":
        assert week(car.simulator) == nights()
    await car.until("04:30")
    assert car.commands == []
    assert {each.window.start for each in coordinator.planner.plan.windows} == {time(1 if choice == "push" else 3)}
    assert list(ir.async_get(car.hass).issues) == []
