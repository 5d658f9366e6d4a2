"""What an account leaves in its cars when it goes: for a moment, until it is enabled again, or for good."""

from collections.abc import Awaitable, Callable
from datetime import time

from homeassistant.config_entries import ConfigEntryDisabler
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.renault_ze.const import DOMAIN
from simulator import Simulator
from tests.common import ask, orders
from tests.conftest import Later
from tests.plan.planned import DEPLOY, NIGHT, NO_TIMER, NOON, TIMER, WORK, Until, nights, reload, week

# A Wednesday evening in London, where the car is.
pytestmark = pytest.mark.freeze_time("2026-11-18 18:30:00+00:00")

AT_NOON = nights(thu={"start": "1200", "duration": "0100"})
GOING: dict[str, Callable[[HomeAssistant, str], Awaitable[object]]] = {
    "unload": lambda hass, entry: hass.config_entries.async_unload(entry),
    "disable": lambda hass, entry: hass.config_entries.async_set_disabled_by(entry, ConfigEntryDisabler.USER),
    "remove": lambda hass, entry: hass.config_entries.async_remove(entry),
}


@pytest.fixture(params=GOING)
async def go(
    hass: HomeAssistant, init_integration: MockConfigEntry, request: pytest.FixtureRequest
) -> Callable[[], Awaitable[None]]:
    """Return what lets the account go in one of the ways it can."""

    async def leave() -> None:
        assert await GOING[request.param](hass, init_integration.entry_id)
        await hass.async_block_till_done(wait_background_tasks=True)

    return leave


def on_board(simulator: Simulator) -> list[str]:
    """Return when the car begins to charge on each day."""
    return [f"{each.start:%H:%M}" for each in simulator.vehicle().car.schedule.week.days if each is not None]


async def test_going_at_rest_costs_nothing(
    hass: HomeAssistant, device_id: str, simulator: Simulator, until: Until, go: Callable[[], Awaitable[None]]
) -> None:
    """The car holds the week it can live by already."""
    await ask(hass, "set_charge_windows", device_id, windows=[NIGHT, NOON])
    await until("09:00")
    simulator.log.entries.clear()
    await go()
    await until("09:30")
    assert orders(simulator) == []


async def test_going_puts_the_base_back(
    hass: HomeAssistant, device_id: str, simulator: Simulator, until: Until, go: Callable[[], Awaitable[None]]
) -> None:
    """Once, and nothing more after it."""
    await ask(hass, "set_charge_windows", device_id, windows=[NIGHT, NOON])
    await until("11:30")
    assert week(simulator) == AT_NOON
    await go()
    assert week(simulator) == nights()
    await until("13:30")
    assert orders(simulator) == []
    assert on_board(simulator) == ["01:00"] * 7


async def test_going_right_after_a_load_waits_for_it(
    hass: HomeAssistant,
    device_id: str,
    simulator: Simulator,
    until: Until,
    later: Later,
    go: Callable[[], Awaitable[None]],
    hass_storage: dict[str, object],
) -> None:
    """The car shows the base still, but the further window is on its way: the base must come after it."""
    await ask(hass, "set_charge_windows", device_id, windows=[NIGHT, NOON])
    await until("11:14")
    simulator.log.entries.clear()
    await until("11:15")
    await later(30)
    assert week(simulator) == AT_NOON
    await go()
    await until("11:24")
    assert orders(simulator) == []
    await until("11:27")
    assert orders(simulator).count(DEPLOY) == 1
    assert week(simulator) == nights()
    await until("13:30")
    assert orders(simulator) == []
    assert on_board(simulator) == ["01:00"] * 7
    stored = [key for key in hass_storage if key.startswith(DOMAIN)]
    assert len(stored) == len(hass.config_entries.async_entries(DOMAIN))


async def test_going_while_the_cloud_is_away(
    hass: HomeAssistant, device_id: str, simulator: Simulator, until: Until, go: Callable[[], Awaitable[None]]
) -> None:
    """It is tried again, but not for ever."""
    await ask(hass, "set_charge_windows", device_id, windows=[NIGHT, NOON])
    await until("11:30")
    simulator.faults.replace([{"kind": "status", "status": 500, "path": "*/vehicle/*"}])
    simulator.log.entries.clear()
    await go()
    await until("11:45")
    assert orders(simulator) == []
    simulator.faults.replace([])
    await until("12:00")
    assert week(simulator) == nights()


@pytest.mark.parametrize("moment", ["11:15", "11:16", "11:30", "12:30"])
async def test_a_reload_costs_neither_a_deploy_nor_a_window(
    hass: HomeAssistant,
    init_integration: MockConfigEntry,
    device_id: str,
    simulator: Simulator,
    until: Until,
    moment: str,
) -> None:
    """Whatever the car holds or is about to, the plan goes on from there."""
    await ask(hass, "set_charge_windows", device_id, windows=[NIGHT, NOON])
    await until("11:10")
    simulator.log.entries.clear()
    await until(moment)
    await reload(hass, init_integration)
    await until("12:55")
    assert orders(simulator).count(DEPLOY) == 1
    assert week(simulator) == AT_NOON
    assert simulator.vehicle().car.schedule.week.days[3].start.hour == 12
    await until("13:10")
    assert week(simulator) == nights()


async def test_who_comes_back_in_time_goes_on_with_the_plan(
    hass: HomeAssistant,
    init_integration: MockConfigEntry,
    device_id: str,
    simulator: Simulator,
    until: Until,
    later: Later,
) -> None:
    """What was to be put back is not, once the account is loaded again."""
    await ask(hass, "set_charge_windows", device_id, windows=[NIGHT, NOON])
    await until("11:14")
    simulator.log.entries.clear()
    await until("11:15")
    await later(30)
    await hass.config_entries.async_set_disabled_by(init_integration.entry_id, ConfigEntryDisabler.USER)
    await until("11:20")
    await hass.config_entries.async_set_disabled_by(init_integration.entry_id, None)
    await until("12:45")
    assert orders(simulator).count(DEPLOY) == 1
    assert week(simulator) == AT_NOON


async def test_a_plan_that_is_gone_for_good_leaves_no_timer(
    hass: HomeAssistant,
    init_integration: MockConfigEntry,
    device_id: str,
    simulator: Simulator,
    until: Until,
) -> None:
    """Nobody could call its departure off any more; it is deleted once."""
    await ask(hass, "set_departure", device_id, **WORK, robust=True)
    await until("06:00")
    assert orders(simulator) == [TIMER]
    assert await hass.config_entries.async_remove(init_integration.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert orders(simulator) == [TIMER, NO_TIMER]
    await until("08:00")
    assert orders(simulator) == [TIMER, NO_TIMER]
    assert (simulator.vehicle().car.timer_at, simulator.vehicle().last_preconditioning) == (None, None)


async def test_a_timer_is_deleted_when_the_cloud_is_back(
    hass: HomeAssistant,
    init_integration: MockConfigEntry,
    device_id: str,
    simulator: Simulator,
    until: Until,
) -> None:
    """And beside the week that is put back."""
    await ask(hass, "set_departure", device_id, **WORK, robust=True)
    await ask(hass, "set_charge_windows", device_id, windows=[NIGHT, {**NOON, "start": "06:30", "end": "07:00"}])
    await until("06:20")
    simulator.faults.replace([{"kind": "status", "status": 500, "path": "*/vehicle/*"}])
    simulator.log.entries.clear()
    assert await hass.config_entries.async_remove(init_integration.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert orders(simulator) == []
    simulator.faults.replace([])
    await until("06:40")
    assert orders(simulator)[0] == NO_TIMER
    assert week(simulator) == nights()


@pytest.mark.parametrize("way", ["unload", "disable"])
async def test_a_plan_that_may_come_back_keeps_its_timer(
    hass: HomeAssistant,
    init_integration: MockConfigEntry,
    device_id: str,
    simulator: Simulator,
    until: Until,
    way: str,
) -> None:
    """That the departure outlives such a thing is what it is robust for."""
    await ask(hass, "set_departure", device_id, **WORK, robust=True)
    await until("06:00")
    assert await GOING[way](hass, init_integration.entry_id)
    await until("08:00")
    assert orders(simulator) == [TIMER]
    last = simulator.vehicle().last_preconditioning
    assert last is not None
    assert last.success


async def test_a_timer_that_somebody_else_set_stays(
    hass: HomeAssistant,
    init_integration: MockConfigEntry,
    device_id: str,
    simulator: Simulator,
    until: Until,
) -> None:
    """It is not ours to delete."""
    await ask(hass, "set_departure", device_id, **WORK, robust=True)
    await until("06:00")
    simulator.vehicle().set_timer(time(17, 30))
    assert await hass.config_entries.async_remove(init_integration.entry_id)
    await until("08:00")
    assert orders(simulator) == [TIMER]
    assert simulator.vehicle().timer == time(17, 30)
