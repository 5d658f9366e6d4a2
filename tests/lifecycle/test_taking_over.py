"""A car in two accounts is taken over when its entry no longer has it."""

from collections.abc import Callable

from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import CONF_TIME_ZONE, STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.renault_ze.const import CONF_MOVED
from simulator import EXAMPLE_VIN, Simulator
from simulator.myrenault import MyRenaultSimulator
from tests.common import ask, received_commands, set_up, value
from tests.conftest import Later
from tests.flows.renault_flow import LACKING
from tests.lifecycle.accounts import (
    BATTERY,
    END_ENTRY,
    OTHER_VIN,
    alike,
    cars,
    device_of,
    entities,
    left_out,
    partner,
    quiet,
)
from tests.plan.planned import NIGHT, NO_TIMER, NOON, TIMER, WARM, WORK, Until, nights, week

__all__ = ["alike", "partner", "quiet"]

# A Wednesday evening in London, where the car is.
pytestmark = pytest.mark.freeze_time("2026-11-18 18:30:00+00:00")


@pytest.mark.parametrize("way", END_ENTRY)
@pytest.mark.parametrize("heir", ["partner", "alike"])
async def test_car_is_taken_over(
    hass: HomeAssistant,
    init_integration: MockConfigEntry,
    simulator: Simulator,
    request: pytest.FixtureRequest,
    until: Until,
    way: str,
    heir: str,
    quiet: Callable[[], bool],
) -> None:
    """Device, entities and plan move, and the plan continues without a cleanup."""
    other = request.getfixturevalue(heir)
    device = device_of(hass, init_integration)
    dr.async_get(hass).async_update_device(device, name_by_user="Zoé")
    er.async_get(hass).async_update_entity(BATTERY, new_entity_id="sensor.level")
    await set_up(hass, other)
    await ask(hass, "set_departure", device, **WORK)
    await ask(hass, "set_charge_windows", device, windows=[NIGHT, NOON])
    await until("11:30")
    before = entities(hass, init_integration)
    simulator.log.entries.clear()
    assert await END_ENTRY[way](hass, init_integration.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert received_commands(simulator) == []
    assert EXAMPLE_VIN in cars(hass, other)
    assert cars(hass, init_integration) == set()
    assert left_out(hass, other) is None
    assert entities(hass, other) == before
    assert "sensor.level" in before
    assert device_of(hass, other) == device
    plan = await ask(hass, "get_plan", device)
    assert [each["name"] for each in plan["departures"]] == ["Work"]
    await until("12:55")
    assert received_commands(simulator) == []
    await until("13:10")
    assert week(simulator) == nights()
    await until("2026-11-20T07:25")
    assert received_commands(simulator) == [WARM]
    assert quiet() is (heir == "partner")


async def test_former_entry_gets_the_car_back_later(
    hass: HomeAssistant, init_integration: MockConfigEntry, partner: MockConfigEntry, simulator: Simulator, until: Until
) -> None:
    """It gets the car with its current plan when the other entry ends."""
    device = device_of(hass, init_integration)
    await set_up(hass, partner)
    await ask(hass, "set_departure", device, **WORK)
    await END_ENTRY["disable"](hass, init_integration.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    await ask(hass, "set_departure", device, **{**WORK, "departure": "Work", "time": "08:30"})
    await hass.config_entries.async_set_disabled_by(init_integration.entry_id, None)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert cars(hass, init_integration) == set()
    assert init_integration.error_reason_translation_key == "cars_elsewhere"
    await until("2026-11-19T08:25")
    assert received_commands(simulator) == [WARM]
    await END_ENTRY["remove"](hass, partner.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert init_integration.state is ConfigEntryState.LOADED
    assert value(hass, "sensor.renault_z_e_next_departure") == "2026-11-19T08:30:00+00:00"
    assert device_of(hass, init_integration) == device


async def test_removal_of_the_entry_without_the_car(
    hass: HomeAssistant, init_integration: MockConfigEntry, partner: MockConfigEntry, simulator: Simulator, until: Until
) -> None:
    """Its old plan has no effect on the car."""
    device = device_of(hass, init_integration)
    await ask(hass, "set_departure", device, **WORK, robust=True)
    await ask(hass, "set_charge_windows", device, windows=[NIGHT])
    await until("06:00")
    assert received_commands(simulator)[-1] == TIMER
    await set_up(hass, partner)
    await END_ENTRY["disable"](hass, init_integration.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    simulator.log.entries.clear()
    await END_ENTRY["remove"](hass, init_integration.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    await until("08:00")
    assert NO_TIMER not in received_commands(simulator)
    assert received_commands(simulator) == []
    assert value(hass, BATTERY) != STATE_UNAVAILABLE


async def test_reload_and_outage_move_nothing(
    hass: HomeAssistant, init_integration: MockConfigEntry, partner: MockConfigEntry, simulator: Simulator
) -> None:
    """An entry that will be loaded again keeps its car."""
    await set_up(hass, partner)
    await hass.config_entries.async_reload(init_integration.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert cars(hass, init_integration) == {EXAMPLE_VIN}
    simulator.faults.replace([{"kind": "status", "status": 500, "path": f"*{EXAMPLE_VIN}*"}])
    await hass.config_entries.async_reload(init_integration.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert init_integration.state is ConfigEntryState.SETUP_RETRY
    assert (cars(hass, init_integration), cars(hass, partner)) == ({EXAMPLE_VIN}, {OTHER_VIN})
    await END_ENTRY["disable"](hass, init_integration.entry_id)
    simulator.faults.replace([])
    await hass.async_block_till_done(wait_background_tasks=True)
    assert cars(hass, partner) == {EXAMPLE_VIN, OTHER_VIN}


async def test_refused_password_passes_the_car_on(
    hass: HomeAssistant, init_integration: MockConfigEntry, partner: MockConfigEntry, simulator: Simulator
) -> None:
    """An entry that needs its owner does not keep the car."""
    await set_up(hass, partner)
    simulator.account.password = "changed"
    simulator.backend.tokens.sessions.clear()
    simulator.advance(7200)
    await hass.config_entries.async_reload(init_integration.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert init_integration.state is ConfigEntryState.SETUP_ERROR
    assert cars(hass, partner) == {EXAMPLE_VIN, OTHER_VIN}


async def test_car_moved_to_the_other_account(
    hass: HomeAssistant, init_integration: MockConfigEntry, partner: MockConfigEntry, simulator: Simulator, later: Later
) -> None:
    """Its device moves."""
    device = device_of(hass, init_integration)
    before = entities(hass, init_integration)
    await set_up(hass, partner)
    simulator.account.vins[:] = ["VF1AGVYF0ZE000003"]
    simulator.backend.add_account(simulator.account)
    await later(25 * 3600)
    assert (cars(hass, init_integration), cars(hass, partner)) == ({"VF1AGVYF0ZE000003"}, {EXAMPLE_VIN, OTHER_VIN})
    assert device_of(hass, partner) == device
    assert entities(hass, partner) == before


async def test_my_renault_takes_over(
    hass: HomeAssistant, init_integration: MockConfigEntry, renault: MyRenaultSimulator, renault_entry: MockConfigEntry
) -> None:
    """Unsupported entities are removed, and the car's time zone is kept."""
    device = device_of(hass, init_integration)
    await ask(hass, "set_departure", device, **WORK)
    before = entities(hass, init_integration)
    await set_up(hass, renault_entry)
    assert renault_entry.error_reason_translation_key == "cars_elsewhere"
    await END_ENTRY["disable"](hass, init_integration.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert renault_entry.state is ConfigEntryState.LOADED
    assert renault_entry.options == {CONF_TIME_ZONE: "Europe/London"}
    assert CONF_MOVED not in renault_entry.data
    assert value(hass, "sensor.renault_z_e_next_departure") == "2026-11-19T07:30:00+00:00"
    # None of them without a state.
    assert before - entities(hass, renault_entry) == LACKING
    vehicle = renault_entry.runtime_data.vehicles[EXAMPLE_VIN]
    assert vehicle.planner.settings.disabled[-1].until is not None


async def test_invalid_time_zone_is_not_taken_over(
    hass: HomeAssistant, init_integration: MockConfigEntry, renault: MyRenaultSimulator, renault_entry: MockConfigEntry
) -> None:
    """Home Assistant's time zone is used."""
    init_integration.runtime_data.storage.remember_zone(EXAMPLE_VIN, "../../etc/passwd")
    await set_up(hass, renault_entry)
    await END_ENTRY["disable"](hass, init_integration.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert renault_entry.state is ConfigEntryState.LOADED
    assert CONF_TIME_ZONE not in renault_entry.options
