"""The select “Charge mode” decides whether the car charges by the owner's schedule, and the entities show it."""

import asyncio
from collections.abc import Callable
from datetime import time, timedelta
from typing import Any

from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from simulator import EXAMPLE_VIN, Schedule, Simulator, Week, Window
from simulator.myrenault import MyRenaultSimulator
from simulator.myrenault.models import XBG1VE
from tests.common import ask, expect_error, only_device, set_up, value
from tests.plan.planned import DEPLOY, EVERY_DAY, NIGHT, NOON, Car, nights

pytestmark = pytest.mark.freeze_time("2026-11-18 18:30:00+00:00")

MODE = "select.renault_z_e_charge_mode"
STATUS = "sensor.renault_z_e_charge_schedule_status"
NEXT = "sensor.renault_z_e_next_charge_window"
CALENDAR = "calendar.renault_z_e_charging"
COMMAND = "sensor.renault_z_e_last_command"
WRITE = "PUT /charge/scheduler/offboard"
DISABLE = ("PUT /charge/scheduler/onboard", {"enabled": False})
NIGHTLY = {"optimized_charge": False, **{day: {"start": "2330", "duration": "0700"} for day in EVERY_DAY}}
EARLY = Schedule(enabled=True, week=Week((Window(time(3), timedelta(hours=2)),) * 7))
SAVED = "Saved. The server was not reached; it will be sent again"


async def select(car: Car, option: str) -> None:
    """Select a charge mode."""
    await car.call("select.select_option", MODE, option=option)


def shown(car: Car) -> tuple[str, str]:
    """Return the mode that the owner has chosen, and the status of the copy in the car."""
    return car.value(MODE), car.value(STATUS)


async def test_by_schedule(car: Car) -> None:
    """The windows that the car held are sent enabled; the choice is shown at once, and what the car does separately."""
    assert (shown(car), car.commands) == (("any_time", "disabled"), [])
    await select(car, "by_schedule")
    assert car.commands == [(WRITE, NIGHTLY), DEPLOY]
    assert shown(car) == ("by_schedule", "sending")
    await car.later(61)
    assert shown(car) == ("by_schedule", "enabled")
    assert car.simulator.vehicle().car.schedule.enabled
    assert not car.simulator.vehicle().car.charging
    assert car.value(COMMAND) == "confirmed"


@pytest.mark.usefixtures("evening")
async def test_any_time(car: Car) -> None:
    """The car charges whenever it is plugged in, and the windows are kept here and there."""
    assert shown(car) == ("by_schedule", "enabled")
    await select(car, "any_time")
    assert car.commands == [DISABLE]
    assert shown(car) == ("any_time", "sending")
    await car.later(61)
    assert shown(car) == ("any_time", "disabled")
    assert None not in car.simulator.vehicle().car.schedule.week.days
    assert len((await car.ask("get_charge_schedule"))["windows"]) == 7
    await car.later(3600, times=3)
    assert car.commands == [DISABLE]


async def test_last_choice_counts(car: Car) -> None:
    """It is sent at once, without a gap, and supersedes a command that the car has not confirmed."""
    for option in ("by_schedule", "any_time") * 2:
        await select(car, option)
        await car.later(1)
    assert [order for order, _ in car.commands] == 2 * [WRITE, DEPLOY[0], DISABLE[0]]
    await car.later(61, times=2)
    assert (shown(car), car.value(COMMAND)) == (("any_time", "disabled"), "confirmed")
    await car.later(3600)
    assert (shown(car), len(car.commands)) == (("any_time", "disabled"), 6)


async def test_same_choice_again(car: Car) -> None:
    """Nothing is sent for what the car does already."""
    await select(car, "any_time")
    assert (shown(car), car.commands) == (("any_time", "disabled"), [])
    await select(car, "by_schedule")
    await car.later(61)
    car.simulator.log.entries.clear()
    await select(car, "by_schedule")
    assert (shown(car), car.commands) == (("by_schedule", "enabled"), [])


@pytest.fixture
def blank(simulator: Simulator) -> None:
    """Let the car have no windows."""
    simulator.vehicle().car.load(Schedule(enabled=False, week=Week((None,) * 7)))


async def test_empty_schedule(blank: None, car: Car) -> None:
    """A car without windows would never charge: an error says so, and nothing is sent."""
    with pytest.raises(ServiceValidationError, match="charge schedule is empty"):
        await select(car, "by_schedule")
    assert (shown(car), car.commands) == (("any_time", "disabled"), [])


async def test_incomplete_schedule(car: Car) -> None:
    """A draft may lack days; the error names them when the car shall charge by it."""
    weekdays = {"days": EVERY_DAY[:5], "start": "01:00", "end": "05:00"}
    await car.ask("set_charge_schedule", windows=[weekdays], enable=False)
    with pytest.raises(ServiceValidationError, match="Saturday, Sunday: no weekly charge window, but this car needs"):
        await select(car, "by_schedule")
    assert (shown(car), car.commands) == (("any_time", "disabled"), [])


async def test_unconfirmed_schedule(car: Car) -> None:
    """The choice stays, and the schedule is sent again, ten minutes later at the earliest."""
    car.simulator.vehicle().link.obeys_schedule = False
    await select(car, "by_schedule")
    await car.later(60, times=9)
    assert shown(car) == ("by_schedule", "sending")
    assert [order for order, _ in car.commands] == [WRITE, DEPLOY[0]]
    await car.later(61, times=3)
    assert [order for order, _ in car.commands] == 2 * [WRITE, DEPLOY[0]]
    car.simulator.vehicle().link.obeys_schedule = True
    await car.later(300, times=6)
    assert shown(car) == ("by_schedule", "enabled")


async def test_unreachable_server(car: Car) -> None:
    """The choice is kept, the error says so, and it is sent when the server can be reached."""
    port = int(car.simulator.url.rsplit(":", 1)[1])
    await car.simulator.stop()
    with pytest.raises(HomeAssistantError, match=SAVED) as caught:
        await select(car, "by_schedule")
    assert caught.value.translation_key == "schedule_saved"
    assert car.value(MODE) == "by_schedule"
    await car.hass.config_entries.async_reload(car.entry.entry_id)
    await car.simulator.start(port=port)
    await car.later(301, times=3)
    assert car.commands == [(WRITE, NIGHTLY), DEPLOY]
    await car.later(61)
    assert shown(car) == ("by_schedule", "enabled")


async def test_refused_schedule(car: Car) -> None:
    """The error of the server is shown, the status says that it failed, and it is sent again later."""
    car.simulator.faults.replace([{"kind": "status", "status": 400, "method": "PUT", "path": "*/scheduler/offboard"}])
    with pytest.raises(HomeAssistantError) as caught:
        await select(car, "by_schedule")
    assert caught.value.translation_key == "rejected"
    assert shown(car) == ("by_schedule", "failed")
    assert car.value(COMMAND) == "failed"
    car.simulator.faults.replace([])
    await car.later(301, times=4)
    assert shown(car) == ("by_schedule", "enabled")


async def test_status_differs(car: Car, issue: Callable[[str], Any]) -> None:
    """Another schedule in the car is not replaced until the owner has chosen one; the mode stays."""
    await car.ask("set_charge_schedule", windows=[NIGHT, NOON])
    await car.later(61)
    car.simulator.log.entries.clear()
    car.simulator.vehicle().car.load(EARLY)
    await car.later(3601)
    assert (shown(car), car.value(NEXT), car.commands) == (("by_schedule", "differs"), "unknown", [])
    assert issue("schedule_differs") is not None
    await select(car, "by_schedule")
    assert car.commands[0] == (WRITE, {"optimized_charge": False, **nights()})
    await car.later(61)
    assert shown(car) == ("by_schedule", "enabled")
    assert issue("schedule_differs") is None


async def test_changes_in_a_car_that_is_followed(car: Car, issue: Callable[[str], Any]) -> None:
    """Until the owner edits the schedule, what is changed in the car is adopted, and nothing is sent."""
    car.simulator.vehicle().car.load(EARLY)
    await car.later(3601)
    assert (shown(car), car.value(NEXT)) == (("by_schedule", "enabled"), "2026-11-19T03:00:00+00:00")
    car.simulator.vehicle().car.load(Schedule(enabled=False, week=Week((None,) * 7)))
    await car.later(3601)
    assert (shown(car), car.value(NEXT)) == (("any_time", "disabled"), "unknown")
    # An empty week that is disabled changes only whether it is enabled.
    assert len((await car.ask("get_charge_schedule"))["windows"]) == 7
    assert (issue("schedule_differs"), car.commands) == (None, [])


@pytest.fixture
def unread(simulator: Simulator) -> None:
    """Let the server refuse to return the charge schedule."""
    simulator.faults.replace([{"kind": "status", "status": 500, "path": "*/charge/scheduler/onboard"}])


async def test_available_together(unread: None, car: Car) -> None:
    """Mode, calendar, status, and next window are unavailable until the schedule of the car is adopted."""
    assert {car.value(each) for each in (MODE, CALENDAR, STATUS, NEXT)} == {"unavailable"}
    with pytest.raises(HomeAssistantError):
        await car.ask("get_charge_schedule")
    car.simulator.faults.replace([])
    await car.later(3601)
    assert [car.value(each) for each in (MODE, CALENDAR, STATUS, NEXT)] == ["any_time", "off", "disabled", "unknown"]
    # What is known of it stays.
    car.simulator.faults.replace([{"kind": "status", "status": 500, "path": "*/charge/scheduler/onboard"}])
    await car.later(3601)
    assert (car.value(MODE), car.value(CALENDAR)) == ("any_time", "off")


async def test_names_and_categories(car: Car, entity_registry: er.EntityRegistry) -> None:
    """The entities are named as in the documents, and only the status is a diagnostic one."""
    found = {each.entity_id.replace("renault_z_e_", ""): each for each in entity_registry.entities.values()}
    names = {
        "select.charge_mode": "Charge mode",
        "calendar.charging": "Charge schedule",
        "sensor.charge_schedule_status": "Charge schedule status",
        "sensor.next_charge_window": "Next charge window",
        "sensor.charging_reason": "Charging reason",
        "calendar.departures": "Departures",
        "switch.departures": "Precondition for departures",
        "switch.skip_next_departure": "Skip next departure",
    }
    assert {each: found[each].original_name for each in names} == names
    diagnostic = {each for each in names if found[each].entity_category is EntityCategory.DIAGNOSTIC}
    assert diagnostic == {"sensor.charge_schedule_status"}
    assert not {"switch.charge_schedule", "switch.charge_plan", "button.skip_next_departure"} & found.keys()
    assert car.state(MODE).attributes["options"] == ["any_time", "by_schedule"]


@pytest.mark.parametrize("option", ["by_schedule", "any_time"])
async def test_running_work(car: Car, option: str) -> None:
    """A choice is sent once the step of the plan that is running has ended, which no other follows meanwhile."""
    async with car.coordinator.runner.paused():
        waiting = asyncio.ensure_future(select(car, option))
        for _ in range(500):
            await asyncio.sleep(0)
        assert (car.commands, waiting.done()) == ([], False)
    await waiting
    assert car.commands == ([(WRITE, NIGHTLY), DEPLOY] if option == "by_schedule" else [])


async def test_car_without_a_schedule(
    hass: HomeAssistant, renault: MyRenaultSimulator, renault_entry: MockConfigEntry
) -> None:
    """It has the charging reason and the button that starts a charge, and nothing of the schedule."""
    renault.backend._models[EXAMPLE_VIN] = XBG1VE
    renault.backend.reset()
    renault.vehicle().car.plug()
    renault.vehicle().charge()
    renault.vehicle().report_now()
    await set_up(hass, renault_entry)
    assert [hass.states.get(each) for each in (MODE, CALENDAR, STATUS, NEXT)] == [None] * 4
    assert value(hass, "sensor.renault_z_e_charging_reason") == "charging"
    assert value(hass, "button.renault_z_e_start_charge") != "unavailable"
    plan = await ask(hass, "get_plan", only_device(hass, renault_entry))
    assert (plan["windows"], plan["charge_enabled"]) == ([], None)
    with expect_error("unsupported", ServiceValidationError):
        await ask(hass, "get_charge_schedule", only_device(hass, renault_entry))


async def test_second_cloud(hass: HomeAssistant, renault: MyRenaultSimulator, renault_entry: MockConfigEntry) -> None:
    """A car at MY Renault has the same entities."""
    await set_up(hass, renault_entry)
    assert {value(hass, each) for each in (MODE, STATUS, NEXT, CALENDAR)}.isdisjoint({"unavailable"})
