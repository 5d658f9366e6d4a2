"""The cleanup of the cars when an account is unloaded, disabled or removed."""

from collections.abc import Awaitable, Callable
from datetime import time

from homeassistant.config_entries import ConfigEntryDisabler
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.renault_ze.const import DOMAIN
from simulator import Simulator
from tests.common import ask, received_commands
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
async def end(
    hass: HomeAssistant, init_integration: MockConfigEntry, request: pytest.FixtureRequest
) -> Callable[[], Awaitable[None]]:
    """Return a function that ends the account in one of the three ways."""

    async def leave() -> None:
        assert await GOING[request.param](hass, init_integration.entry_id)
        await hass.async_block_till_done(wait_background_tasks=True)

    return leave


def on_board(simulator: Simulator) -> list[str]:
    """Return the start of each day in the car's schedule."""
    return [f"{each.start:%H:%M}" for each in simulator.vehicle().car.schedule.week.days if each is not None]


async def test_cleanup_without_need_sends_nothing(
    hass: HomeAssistant, device_id: str, simulator: Simulator, until: Until, end: Callable[[], Awaitable[None]]
) -> None:
    """The car already holds the right schedule."""
    await ask(hass, "set_charge_windows", device_id, windows=[NIGHT, NOON])
    await until("09:00")
    simulator.log.entries.clear()
    await end()
    await until("09:30")
    assert received_commands(simulator) == []


async def test_base_windows_are_restored(
    hass: HomeAssistant, device_id: str, simulator: Simulator, until: Until, end: Callable[[], Awaitable[None]]
) -> None:
    """They are sent once."""
    await ask(hass, "set_charge_windows", device_id, windows=[NIGHT, NOON])
    await until("11:30")
    assert week(simulator) == AT_NOON
    await end()
    assert week(simulator) == nights()
    await until("13:30")
    assert received_commands(simulator) == []
    assert on_board(simulator) == ["01:00"] * 7


async def test_cleanup_waits_after_a_load(
    hass: HomeAssistant,
    device_id: str,
    simulator: Simulator,
    until: Until,
    later: Later,
    end: Callable[[], Awaitable[None]],
    hass_storage: dict[str, object],
) -> None:
    """The car still shows the main windows, but others were just sent: the main windows must follow them."""
    await ask(hass, "set_charge_windows", device_id, windows=[NIGHT, NOON])
    await until("11:14")
    simulator.log.entries.clear()
    await until("11:15")
    await later(30)
    assert week(simulator) == AT_NOON
    await end()
    await until("11:24")
    assert received_commands(simulator) == []
    await until("11:27")
    assert received_commands(simulator).count(DEPLOY) == 1
    assert week(simulator) == nights()
    await until("13:30")
    assert received_commands(simulator) == []
    assert on_board(simulator) == ["01:00"] * 7
    stored = [key for key in hass_storage if key.startswith(DOMAIN)]
    assert len(stored) == len(hass.config_entries.async_entries(DOMAIN))


async def test_cleanup_while_the_cloud_is_unavailable(
    hass: HomeAssistant, device_id: str, simulator: Simulator, until: Until, end: Callable[[], Awaitable[None]]
) -> None:
    """It is retried a limited number of times."""
    await ask(hass, "set_charge_windows", device_id, windows=[NIGHT, NOON])
    await until("11:30")
    simulator.faults.replace([{"kind": "status", "status": 500, "path": "*/vehicle/*"}])
    simulator.log.entries.clear()
    await end()
    await until("11:45")
    assert received_commands(simulator) == []
    simulator.faults.replace([])
    await until("12:00")
    assert week(simulator) == nights()


@pytest.mark.parametrize("moment", ["11:15", "11:16", "11:30", "12:30"])
async def test_reload_needs_no_cleanup(
    hass: HomeAssistant,
    init_integration: MockConfigEntry,
    device_id: str,
    simulator: Simulator,
    until: Until,
    moment: str,
) -> None:
    """The plan continues with the schedule in the car or on its way."""
    await ask(hass, "set_charge_windows", device_id, windows=[NIGHT, NOON])
    await until("11:10")
    simulator.log.entries.clear()
    await until(moment)
    await reload(hass, init_integration)
    await until("12:55")
    assert received_commands(simulator).count(DEPLOY) == 1
    assert week(simulator) == AT_NOON
    assert simulator.vehicle().car.schedule.week.days[3].start.hour == 12
    await until("13:10")
    assert week(simulator) == nights()


async def test_loaded_again_before_the_cleanup(
    hass: HomeAssistant,
    init_integration: MockConfigEntry,
    device_id: str,
    simulator: Simulator,
    until: Until,
    later: Later,
) -> None:
    """The main windows are not restored."""
    await ask(hass, "set_charge_windows", device_id, windows=[NIGHT, NOON])
    await until("11:14")
    simulator.log.entries.clear()
    await until("11:15")
    await later(30)
    await hass.config_entries.async_set_disabled_by(init_integration.entry_id, ConfigEntryDisabler.USER)
    await until("11:20")
    await hass.config_entries.async_set_disabled_by(init_integration.entry_id, None)
    await until("12:45")
    assert received_commands(simulator).count(DEPLOY) == 1
    assert week(simulator) == AT_NOON


async def test_removed_plan_deletes_its_timer(
    hass: HomeAssistant, init_integration: MockConfigEntry, device_id: str, simulator: Simulator, until: Until
) -> None:
    """Its departure could no longer be canceled; the timer is deleted once."""
    await ask(hass, "set_departure", device_id, **WORK, robust=True)
    await until("06:00")
    assert received_commands(simulator) == [TIMER]
    assert await hass.config_entries.async_remove(init_integration.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert received_commands(simulator) == [TIMER, NO_TIMER]
    await until("08:00")
    assert received_commands(simulator) == [TIMER, NO_TIMER]
    assert (simulator.vehicle().car.timer_at, simulator.vehicle().last_preconditioning) == (None, None)


async def test_timer_is_deleted_when_the_cloud_is_available(
    hass: HomeAssistant, init_integration: MockConfigEntry, device_id: str, simulator: Simulator, until: Until
) -> None:
    """The main windows are restored as well."""
    await ask(hass, "set_departure", device_id, **WORK, robust=True)
    await ask(hass, "set_charge_windows", device_id, windows=[NIGHT, {**NOON, "start": "06:30", "end": "07:00"}])
    await until("06:20")
    simulator.faults.replace([{"kind": "status", "status": 500, "path": "*/vehicle/*"}])
    simulator.log.entries.clear()
    assert await hass.config_entries.async_remove(init_integration.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert received_commands(simulator) == []
    simulator.faults.replace([])
    await until("06:40")
    assert received_commands(simulator)[0] == NO_TIMER
    assert week(simulator) == nights()


@pytest.mark.parametrize("way", ["unload", "disable"])
async def test_unloaded_plan_keeps_its_timer(
    hass: HomeAssistant, init_integration: MockConfigEntry, device_id: str, simulator: Simulator, until: Until, way: str
) -> None:
    """The timer is there to survive an outage."""
    await ask(hass, "set_departure", device_id, **WORK, robust=True)
    await until("06:00")
    assert await GOING[way](hass, init_integration.entry_id)
    await until("08:00")
    assert received_commands(simulator) == [TIMER]
    last = simulator.vehicle().last_preconditioning
    assert last is not None
    assert last.success


async def test_timer_set_elsewhere_stays(
    hass: HomeAssistant, init_integration: MockConfigEntry, device_id: str, simulator: Simulator, until: Until
) -> None:
    """It is not deleted."""
    await ask(hass, "set_departure", device_id, **WORK, robust=True)
    await until("06:00")
    simulator.vehicle().set_timer(time(17, 30))
    assert await hass.config_entries.async_remove(init_integration.entry_id)
    await until("08:00")
    assert received_commands(simulator) == [TIMER]
    assert simulator.vehicle().timer == time(17, 30)
