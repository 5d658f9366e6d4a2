"""What a car is left with when its entry ends: the main windows of its owner, never a disabled schedule."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.renault_ze.plan.model import PlannedWindow
from simulator import EXAMPLE_VIN
from tests.common import ask, expect_error, set_up, value
from tests.lifecycle.accounts import END_ENTRY, alike, device_of, end_entry
from tests.plan.planned import DEPLOY, NIGHT, NOON, Car, nights, week

__all__ = ["alike"]

# A Wednesday evening in London, where the car is.
pytestmark = pytest.mark.freeze_time("2026-11-18 18:30:00+00:00")

MODE, STATUS = "select.renault_z_e_charge_mode", "sensor.renault_z_e_charge_schedule_status"
DOWN = {"kind": "status", "status": 500, "path": "*/vehicle/*"}


@pytest.fixture(params=END_ENTRY)
def end(car: Car, request: pytest.FixtureRequest) -> Callable[[], Awaitable[None]]:
    """Return a function that ends the account in one of the three ways."""
    return partial(end_entry, car.hass, car.entry, request.param)


async def select(car: Car, option: str) -> None:
    """Select a charge mode."""
    await car.call("select.select_option", MODE, option=option)


def requests(car: Car) -> list[str]:
    """Return the requests about the car."""
    return [each.path for each in car.simulator.log.entries if "/vehicle/" in each.path]


async def test_any_time(car: Car, end: Callable[[], Awaitable[None]]) -> None:
    """A car that charges at any time is not asked for anything."""
    await car.ask("set_charge_schedule", windows=[NIGHT, NOON])
    await car.until("11:30")
    await select(car, "any_time")
    await car.until("11:50")
    assert car.value(STATUS) == "disabled"
    car.simulator.log.entries.clear()
    await end()
    await car.until("13:30")
    assert requests(car) == []
    assert not car.simulator.vehicle().car.schedule.enabled


async def test_any_time_that_was_not_sent(car: Car, end: Callable[[], Awaitable[None]]) -> None:
    """The schedule in the car stays enabled: it can be disabled in the car, and charges without Home Assistant."""
    await car.ask("set_charge_schedule", windows=[NIGHT])
    await car.until("19:00")
    car.simulator.faults.replace([DOWN])
    with expect_error("schedule_saved"):
        await select(car, "any_time")
    assert car.value(MODE) == "any_time"
    car.simulator.log.entries.clear()
    await end()
    car.simulator.faults.replace([])
    await car.until("21:00")
    assert car.commands == []
    assert car.simulator.vehicle().car.schedule.enabled


@pytest.mark.parametrize("enabled", [True, False])
async def test_schedule_that_follows_the_car(car: Car, end: Callable[[], Awaitable[None]], *, enabled: bool) -> None:
    """A schedule that its owner never edited here is left alone."""
    vehicle = car.simulator.vehicle()
    vehicle.car.load(replace(vehicle.car.schedule, enabled=enabled))
    await car.until("20:00")
    assert car.value(MODE) == ("by_schedule" if enabled else "any_time")
    before = vehicle.car.schedule
    car.simulator.log.entries.clear()
    await end()
    await car.until("22:00")
    assert (requests(car), vehicle.car.schedule) == ([], before)


async def test_edit_that_was_not_sent(car: Car, end: Callable[[], Awaitable[None]]) -> None:
    """Its main windows are sent once the server is back."""
    await car.until("19:00")
    car.simulator.faults.replace([DOWN])
    with expect_error("schedule_saved"):
        await car.ask("set_charge_schedule", windows=[NIGHT, NOON])
    await end()
    await car.until("19:20")
    assert car.commands == []
    car.simulator.faults.replace([])
    await car.until("20:00")
    assert car.commands.count(DEPLOY) == 1
    assert week(car.simulator) == nights()
    assert car.simulator.vehicle().car.schedule.enabled


async def test_windows_that_were_edited_days_ago(car: Car, end: Callable[[], Awaitable[None]]) -> None:
    """An additional window in the car gives way to the main one, whenever it was entered."""
    await car.ask("set_charge_schedule", windows=[NIGHT, NOON])
    await car.until("2026-11-22T11:30")
    assert week(car.simulator)["sun"]["start"] == "1200"
    await end()
    assert week(car.simulator) == nights()
    await car.until("2026-11-22T13:30")
    assert car.commands == []


async def test_undecided_schedule(car: Car, end: Callable[[], Awaitable[None]]) -> None:
    """Nothing is sent while the owner has not chosen between two schedules."""
    await car.ask("set_charge_schedule", windows=[NIGHT])
    await car.until("20:00")
    vehicle = car.simulator.vehicle()
    days = [each and replace(each, start=each.start.replace(hour=3)) for each in vehicle.car.schedule.week.days]
    vehicle.car.load(replace(vehicle.car.schedule, week=replace(vehicle.car.schedule.week, days=days)))
    await car.until("22:00")
    assert car.value(STATUS) == "differs"
    car.coordinator.edit_plan(lambda plan, _: replace(plan, undecided=True))
    car.simulator.log.entries.clear()
    await end()
    await car.until("23:30")
    assert requests(car) == []


@pytest.mark.parametrize("option", ["any_time", "by_schedule"])
async def test_taken_over(car: Car, alike: MockConfigEntry, end: Callable[[], Awaitable[None]], option: str) -> None:
    """Another entry with the car keeps mode and windows, and neither sends anything."""
    await car.ask("set_charge_schedule", windows=[NIGHT])
    await select(car, option)
    await car.until("20:00")
    await set_up(car.hass, alike)
    before = car.entry.runtime_data.vehicles[EXAMPLE_VIN].planner.plan
    car.simulator.log.entries.clear()
    await end()
    assert value(car.hass, MODE) == option
    found = await ask(car.hass, "get_charge_schedule", device_of(car.hass, alike))
    assert (found["enabled"], {each["start"] for each in found["windows"]}) == (option == "by_schedule", {"01:00"})
    assert alike.runtime_data.vehicles[EXAMPLE_VIN].planner.plan.edited_at == before.edited_at
    await car.until("22:00")
    assert car.commands == []


async def test_edit_in_two_entries(car: Car, alike: MockConfigEntry) -> None:
    """Only the entry with the car can change its schedule, and the other one's old plan never reaches it."""
    await car.ask("set_charge_schedule", windows=[NIGHT, NOON])
    await car.until("20:00")
    await set_up(car.hass, alike)
    await end_entry(car.hass, car.entry, "disable")
    device = device_of(car.hass, alike)
    await ask(car.hass, "set_charge_schedule", device, windows=[{**NIGHT, "start": "02:00"}])
    await car.until("21:00")
    car.simulator.log.entries.clear()
    await car.enable()
    await end_entry(car.hass, car.entry, "remove")
    await car.until("2026-11-19T13:30")
    assert car.commands == []
    windows = alike.runtime_data.vehicles[EXAMPLE_VIN].planner.plan.windows
    assert {each.window.start.hour for each in windows if isinstance(each, PlannedWindow)} == {2}
