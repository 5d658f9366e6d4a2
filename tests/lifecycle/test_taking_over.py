"""A car in two accounts is taken over when its entry no longer has it."""

from collections.abc import Callable

from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import CONF_TIME_ZONE, STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.renault_ze.const import CONF_MOVED
from simulator import EXAMPLE_VIN
from simulator.myrenault import MyRenaultSimulator
from tests.common import ask, set_up
from tests.flows.renault_flow import LACKING
from tests.lifecycle.accounts import (
    BATTERY,
    END_ENTRY,
    OTHER_VIN,
    alike,
    cars,
    device_of,
    end_entry,
    entities,
    left_out,
    partner,
    quiet,
)
from tests.plan.planned import NIGHT, NO_TIMER, NOON, TIMER, WARM, WORK, Car, nights, week

__all__ = ["alike", "partner", "quiet"]

# A Wednesday evening in London, where the car is.
pytestmark = pytest.mark.freeze_time("2026-11-18 18:30:00+00:00")


@pytest.mark.parametrize("way", END_ENTRY)
@pytest.mark.parametrize("heir", ["partner", "alike"])
async def test_car_is_taken_over(
    car: Car, request: pytest.FixtureRequest, way: str, heir: str, quiet: Callable[[], bool]
) -> None:
    """Device, entities and plan move, and the plan continues without a cleanup."""
    other = request.getfixturevalue(heir)
    device = device_of(car.hass, car.entry)
    dr.async_get(car.hass).async_update_device(device, name_by_user="Zoé")
    er.async_get(car.hass).async_update_entity(BATTERY, new_entity_id="sensor.level")
    await set_up(car.hass, other)
    await ask(car.hass, "set_departure", device, **WORK)
    await ask(car.hass, "set_charge_schedule", device, windows=[NIGHT, NOON])
    await car.until("11:30")
    before = entities(car.hass, car.entry)
    car.simulator.log.entries.clear()
    await end_entry(car.hass, car.entry, way)
    assert car.commands == []
    assert EXAMPLE_VIN in cars(car.hass, other)
    assert cars(car.hass, car.entry) == set()
    assert left_out(car.hass, other) is None
    assert entities(car.hass, other) == before
    assert "sensor.level" in before
    assert device_of(car.hass, other) == device
    plan = await ask(car.hass, "get_plan", device)
    assert [each["name"] for each in plan["departures"]] == ["Work"]
    await car.until("12:55")
    assert car.commands == []
    await car.until("13:10")
    assert week(car.simulator) == nights()
    await car.until("2026-11-20T07:25")
    assert car.commands == [WARM]
    assert quiet() is (heir == "partner")


async def test_former_entry_gets_the_car_back_later(car: Car, partner: MockConfigEntry) -> None:
    """It gets the car with its current plan when the other entry ends."""
    device = device_of(car.hass, car.entry)
    await set_up(car.hass, partner)
    await ask(car.hass, "set_departure", device, **WORK)
    await end_entry(car.hass, car.entry, "disable")
    await ask(car.hass, "set_departure", device, **{**WORK, "departure": "Work", "time": "08:30"})
    await car.enable()
    assert cars(car.hass, car.entry) == set()
    assert car.entry.error_reason_translation_key == "cars_elsewhere"
    await car.until("2026-11-19T08:25")
    assert car.commands == [WARM]
    await end_entry(car.hass, partner, "remove")
    assert car.entry.state is ConfigEntryState.LOADED
    assert car.value("sensor.renault_z_e_next_departure") == "2026-11-19T08:30:00+00:00"
    assert device_of(car.hass, car.entry) == device


async def test_removal_of_the_entry_without_the_car(car: Car, partner: MockConfigEntry) -> None:
    """Its old plan has no effect on the car."""
    device = device_of(car.hass, car.entry)
    await ask(car.hass, "set_departure", device, **WORK, robust=True)
    await ask(car.hass, "set_charge_schedule", device, windows=[NIGHT])
    await car.until("06:00")
    assert car.commands[-1] == TIMER
    await set_up(car.hass, partner)
    await end_entry(car.hass, car.entry, "disable")
    car.simulator.log.entries.clear()
    await end_entry(car.hass, car.entry, "remove")
    await car.until("08:00")
    assert NO_TIMER not in car.commands
    assert car.commands == []
    assert car.value(BATTERY) != STATE_UNAVAILABLE


async def test_reload_and_outage_move_nothing(car: Car, partner: MockConfigEntry) -> None:
    """An entry that will be loaded again keeps its car."""
    await set_up(car.hass, partner)
    await car.reload()
    assert cars(car.hass, car.entry) == {EXAMPLE_VIN}
    car.simulator.faults.replace([{"kind": "status", "status": 500, "path": f"*{EXAMPLE_VIN}*"}])
    await car.hass.config_entries.async_reload(car.entry.entry_id)
    await car.hass.async_block_till_done(wait_background_tasks=True)
    assert car.entry.state is ConfigEntryState.SETUP_RETRY
    assert (cars(car.hass, car.entry), cars(car.hass, partner)) == ({EXAMPLE_VIN}, {OTHER_VIN})
    await end_entry(car.hass, car.entry, "disable")
    car.simulator.faults.replace([])
    await car.hass.async_block_till_done(wait_background_tasks=True)
    assert cars(car.hass, partner) == {EXAMPLE_VIN, OTHER_VIN}


async def test_refused_password_passes_the_car_on(car: Car, partner: MockConfigEntry) -> None:
    """An entry that needs its owner does not keep the car."""
    await set_up(car.hass, partner)
    car.simulator.account.password = "changed"
    car.simulator.backend.tokens.sessions.clear()
    car.simulator.advance(7200)
    await car.hass.config_entries.async_reload(car.entry.entry_id)
    await car.hass.async_block_till_done(wait_background_tasks=True)
    assert car.entry.state is ConfigEntryState.SETUP_ERROR
    assert cars(car.hass, partner) == {EXAMPLE_VIN, OTHER_VIN}


async def test_car_moved_to_the_other_account(car: Car, partner: MockConfigEntry) -> None:
    """Its device moves."""
    device = device_of(car.hass, car.entry)
    before = entities(car.hass, car.entry)
    await set_up(car.hass, partner)
    car.simulator.account.vins[:] = ["VF1AGVYF0ZE000003"]
    car.simulator.backend.add_account(car.simulator.account)
    await car.later(25 * 3600)
    assert (cars(car.hass, car.entry), cars(car.hass, partner)) == ({"VF1AGVYF0ZE000003"}, {EXAMPLE_VIN, OTHER_VIN})
    assert device_of(car.hass, partner) == device
    assert entities(car.hass, partner) == before


@pytest.mark.usefixtures("entity_registry_enabled_by_default")
async def test_my_renault_takes_over(car: Car, renault: MyRenaultSimulator, renault_entry: MockConfigEntry) -> None:
    """Unsupported entities are removed, and the car's time zone is kept."""
    device = device_of(car.hass, car.entry)
    await ask(car.hass, "set_departure", device, **WORK)
    before = entities(car.hass, car.entry)
    await set_up(car.hass, renault_entry)
    assert renault_entry.error_reason_translation_key == "cars_elsewhere"
    await end_entry(car.hass, car.entry, "disable")
    assert renault_entry.state is ConfigEntryState.LOADED
    assert renault_entry.options == {CONF_TIME_ZONE: "Europe/London"}
    assert CONF_MOVED not in renault_entry.data
    assert car.value("sensor.renault_z_e_next_departure") == "2026-11-19T07:30:00+00:00"
    # None of them without a state.
    assert before - entities(car.hass, renault_entry) == LACKING
    vehicle = renault_entry.runtime_data.vehicles[EXAMPLE_VIN]
    assert vehicle.planner.settings.disabled[-1].until is not None


async def test_invalid_time_zone_is_not_taken_over(
    hass: HomeAssistant, init_integration: MockConfigEntry, renault: MyRenaultSimulator, renault_entry: MockConfigEntry
) -> None:
    """Home Assistant's time zone is used."""
    init_integration.runtime_data.storage.remember_zone(EXAMPLE_VIN, "../../etc/passwd")
    await set_up(hass, renault_entry)
    await end_entry(hass, init_integration, "disable")
    assert renault_entry.state is ConfigEntryState.LOADED
    assert CONF_TIME_ZONE not in renault_entry.options
