"""The cleanup of the cars when an account is unloaded, disabled or removed."""

from collections.abc import Awaitable, Callable
from datetime import time
from functools import partial

import pytest

from custom_components.renault_ze.const import DOMAIN
from simulator import Simulator
from tests.lifecycle.accounts import END_ENTRY, end_entry
from tests.plan.planned import DEPLOY, NIGHT, NO_TIMER, NOON, TIMER, WORK, Car, nights, week

# A Wednesday evening in London, where the car is.
pytestmark = pytest.mark.freeze_time("2026-11-18 18:30:00+00:00")

AT_NOON = nights(thu={"start": "1200", "duration": "0100"})


@pytest.fixture(params=END_ENTRY)
def end(car: Car, request: pytest.FixtureRequest) -> Callable[[], Awaitable[None]]:
    """Return a function that ends the account in one of the three ways."""
    return partial(end_entry, car.hass, car.entry, request.param)


def on_board(simulator: Simulator) -> list[str]:
    """Return the start of each day in the car's schedule."""
    return [f"{each.start:%H:%M}" for each in simulator.vehicle().car.schedule.week.days if each is not None]


async def test_cleanup_without_need_sends_nothing(car: Car, end: Callable[[], Awaitable[None]]) -> None:
    """The car already holds the right schedule."""
    await car.ask("set_charge_schedule", windows=[NIGHT, NOON])
    await car.until("09:00")
    car.simulator.log.entries.clear()
    await end()
    await car.until("09:30")
    assert car.commands == []


async def test_main_windows_are_restored(car: Car, end: Callable[[], Awaitable[None]]) -> None:
    """They are sent once."""
    await car.ask("set_charge_schedule", windows=[NIGHT, NOON])
    await car.until("11:30")
    assert week(car.simulator) == AT_NOON
    await end()
    assert week(car.simulator) == nights()
    await car.until("13:30")
    assert car.commands == []
    assert on_board(car.simulator) == ["01:00"] * 7


async def test_cleanup_waits_after_a_load(
    car: Car, end: Callable[[], Awaitable[None]], hass_storage: dict[str, object]
) -> None:
    """The car still shows the main windows, but others were just sent: the main windows must follow them."""
    await car.ask("set_charge_schedule", windows=[NIGHT, NOON])
    await car.until("11:14")
    car.simulator.log.entries.clear()
    await car.until("11:15")
    await car.later(30)
    assert week(car.simulator) == AT_NOON
    await end()
    await car.until("11:24")
    assert car.commands == []
    await car.until("11:27")
    assert car.commands.count(DEPLOY) == 1
    assert week(car.simulator) == nights()
    await car.until("13:30")
    assert car.commands == []
    assert on_board(car.simulator) == ["01:00"] * 7
    stored = [key for key in hass_storage if key.startswith(DOMAIN)]
    assert len(stored) == len(car.hass.config_entries.async_entries(DOMAIN))


async def test_cleanup_while_the_cloud_is_unavailable(car: Car, end: Callable[[], Awaitable[None]]) -> None:
    """It is retried a limited number of times."""
    await car.ask("set_charge_schedule", windows=[NIGHT, NOON])
    await car.until("11:30")
    car.simulator.faults.replace([{"kind": "status", "status": 500, "path": "*/vehicle/*"}])
    car.simulator.log.entries.clear()
    await end()
    await car.until("11:45")
    assert car.commands == []
    car.simulator.faults.replace([])
    await car.until("12:00")
    assert week(car.simulator) == nights()


@pytest.mark.parametrize("moment", ["11:15", "11:16", "11:30", "12:30"])
async def test_reload_needs_no_cleanup(car: Car, moment: str) -> None:
    """The plan continues with the schedule in the car or on its way."""
    await car.ask("set_charge_schedule", windows=[NIGHT, NOON])
    await car.until("11:10")
    car.simulator.log.entries.clear()
    await car.until(moment)
    await car.reload()
    await car.until("12:55")
    assert car.commands.count(DEPLOY) == 1
    assert week(car.simulator) == AT_NOON
    assert car.simulator.vehicle().car.schedule.week.days[3].start.hour == 12
    await car.until("13:10")
    assert week(car.simulator) == nights()


async def test_loaded_again_before_the_cleanup(car: Car) -> None:
    """The main windows are not restored."""
    await car.ask("set_charge_schedule", windows=[NIGHT, NOON])
    await car.until("11:14")
    car.simulator.log.entries.clear()
    await car.until("11:15")
    await car.later(30)
    await car.disable()
    await car.until("11:20")
    await car.enable()
    await car.until("12:45")
    assert car.commands.count(DEPLOY) == 1
    assert week(car.simulator) == AT_NOON


async def test_removed_plan_deletes_its_timer(car: Car) -> None:
    """Its departure could no longer be canceled; the timer is deleted once."""
    await car.ask("set_departure", **WORK, robust=True)
    await car.until("06:00")
    assert car.commands == [TIMER]
    await end_entry(car.hass, car.entry, "remove")
    assert car.commands == [TIMER, NO_TIMER]
    await car.until("08:00")
    assert car.commands == [TIMER, NO_TIMER]
    assert (car.simulator.vehicle().car.timer_at, car.simulator.vehicle().last_preconditioning) == (None, None)


async def test_timer_is_deleted_when_the_cloud_is_available(car: Car) -> None:
    """The main windows are restored as well."""
    await car.ask("set_departure", **WORK, robust=True)
    await car.ask("set_charge_schedule", windows=[NIGHT, {**NOON, "start": "06:30", "end": "07:00"}])
    await car.until("06:20")
    car.simulator.faults.replace([{"kind": "status", "status": 500, "path": "*/vehicle/*"}])
    car.simulator.log.entries.clear()
    await end_entry(car.hass, car.entry, "remove")
    assert car.commands == []
    car.simulator.faults.replace([])
    await car.until("06:40")
    assert car.commands[0] == NO_TIMER
    assert week(car.simulator) == nights()


@pytest.mark.parametrize("way", ["unload", "disable"])
async def test_unloaded_plan_keeps_its_timer(car: Car, way: str) -> None:
    """The timer is there to survive an outage."""
    await car.ask("set_departure", **WORK, robust=True)
    await car.until("06:00")
    await end_entry(car.hass, car.entry, way)
    await car.until("08:00")
    assert car.commands == [TIMER]
    last = car.simulator.vehicle().last_preconditioning
    assert last.success


async def test_timer_set_elsewhere_stays(car: Car) -> None:
    """It is not deleted."""
    await car.ask("set_departure", **WORK, robust=True)
    await car.until("06:00")
    car.simulator.vehicle().set_timer(time(17, 30))
    await end_entry(car.hass, car.entry, "remove")
    await car.until("08:00")
    assert car.commands == [TIMER]
    assert car.simulator.vehicle().timer == time(17, 30)
