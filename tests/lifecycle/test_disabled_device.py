"""A car with a disabled device gets no requests and has no plan until it is enabled."""

from contextlib import nullcontext

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import device_registry as dr, entity_registry as er, issue_registry as ir
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from custom_components.renault_ze.const import DOMAIN
from simulator import EXAMPLE_VIN, Simulator
from simulator.myrenault import MyRenaultSimulator
from tests.common import arrived, ask, expect_error, only_device, set_up, value
from tests.lifecycle.accounts import device_of, disable
from tests.plan.planned import NIGHT, NOON, WARM, WORK, Car, Later, nights, week

OTHER_VIN = "VF1AGVYF0ZE000002"
HOUR = 3600
MODE = "select.renault_z_e_charge_mode"

# A Wednesday evening in London, where the car is.
pytestmark = pytest.mark.freeze_time("2026-11-18 18:30:00+00:00")


USER = dr.DeviceEntryDisabler.USER


async def test_no_requests(car: Car) -> None:
    """Not for a day and a half, and not after a restart."""
    await car.ask("set_departure", **WORK)
    await car.ask("set_charge_schedule", windows=[NIGHT, NOON])
    await car.until("20:30")
    await disable(car.hass, car.device_id, by=USER)
    assert car.entry.state is ConfigEntryState.LOADED
    car.simulator.log.entries.clear()
    await car.until("06:00")
    assert arrived(car.simulator) == []
    await car.hass.config_entries.async_reload(car.entry.entry_id)
    await car.until("2026-11-20T08:00")
    assert car.commands == []
    assert not [each for each in arrived(car.simulator) if "/vehicle/" in each]


async def test_enabled_again(car: Car) -> None:
    """Entities, plan and actions work at once."""
    before = {each.entity_id for each in er.async_get(car.hass).entities.values() if not each.disabled}
    await car.ask("set_departure", **WORK)
    await disable(car.hass, car.device_id, by=USER)
    await car.until("06:00")
    assert not car.hass.states.async_entity_ids("sensor")
    with expect_error("device_disabled", ServiceValidationError):
        await car.ask("get_plan")
    await disable(car.hass, car.device_id, by=None)
    assert {each.entity_id for each in er.async_get(car.hass).entities.values() if not each.disabled} == before
    assert before <= set(car.hass.states.async_entity_ids())
    car.simulator.log.entries.clear()
    await car.until("07:25")
    assert car.commands == [WARM]


async def test_main_windows_are_restored(car: Car) -> None:
    """As for a disabled account, main windows and timer are left in the car."""
    await car.ask("set_departure", **{**WORK, "time": "12:30"}, robust=True)
    await car.ask("set_charge_schedule", windows=[NIGHT, NOON])
    await car.until("11:30")
    car.simulator.log.entries.clear()
    await disable(car.hass, car.device_id, by=USER)
    assert week(car.simulator) == nights()
    await car.until("14:00")
    assert car.commands == []
    last = car.simulator.vehicle().last_preconditioning
    assert last.success


@pytest.mark.parametrize("is_reached", [True, False], ids=["sent", "not sent"])
async def test_any_time(car: Car, *, is_reached: bool) -> None:
    """A schedule is never disabled for a car whose device is, and the choice is still there when it is enabled."""
    await car.ask("set_charge_schedule", windows=[NIGHT, NOON])
    await car.until("20:00")
    if not is_reached:
        car.simulator.faults.replace([{"kind": "status", "status": 500, "path": "*/vehicle/*"}])
    with nullcontext() if is_reached else expect_error("schedule_saved"):
        await car.call("select.select_option", MODE, option="any_time")
    await car.later(61)
    car.simulator.log.entries.clear()
    await disable(car.hass, car.device_id, by=USER)
    car.simulator.faults.replace([])
    await car.until("13:30")
    assert car.commands == []
    assert car.simulator.vehicle().car.schedule.enabled is not is_reached
    await disable(car.hass, car.device_id, by=None)
    await car.later(301, times=4)
    assert car.value(MODE) == "any_time"
    assert len(car.commands) == (0 if is_reached else 1)
    assert not car.simulator.vehicle().car.schedule.enabled


async def test_enabled_before_the_cleanup(car: Car) -> None:
    """The cleanup does not happen."""
    await car.ask("set_charge_schedule", windows=[NIGHT, NOON])
    await car.until("11:14")
    car.simulator.log.entries.clear()
    await car.until("11:15")
    await car.later(30)
    assert week(car.simulator)["thu"]["start"] == "1200"
    await disable(car.hass, car.device_id, by=USER)
    await car.until("11:20")
    await disable(car.hass, car.device_id, by=None)
    await car.until("12:45")
    assert car.commands == []


async def test_other_car_is_not_affected(
    hass: HomeAssistant, mock_config_entry: MockConfigEntry, simulator: Simulator, later: Later
) -> None:
    """The repairs of the disabled car are withdrawn."""
    simulator.account.vins[:] = [EXAMPLE_VIN, OTHER_VIN]
    simulator.backend.add_account(simulator.account)
    await set_up(hass, mock_config_entry)
    for vin in simulator.account.vins:
        simulator.vehicle(vin).link.in_reach = False
    await later(24 * HOUR, times=5)
    assert len(ir.async_get(hass).issues) == 2
    device = device_of(hass, mock_config_entry)
    await disable(hass, device, by=USER)
    (left,) = ir.async_get(hass).issues.values()
    assert (left.translation_placeholders or {})["name"] == "Renault Z.E. 0002"
    simulator.log.entries.clear()
    await later(HOUR)
    assert [each for each in arrived(simulator) if OTHER_VIN in each]
    assert not [each for each in arrived(simulator) if EXAMPLE_VIN in each]


async def test_device_disabled_before_the_set_up(car: Car) -> None:
    """A removed account that is added again restores its disabled device."""
    device = only_device(car.hass, car.entry)
    await disable(car.hass, device, by=USER)
    await car.hass.config_entries.async_remove(car.entry.entry_id)
    car.simulator.log.entries.clear()
    again = MockConfigEntry(domain=DOMAIN, data=car.entry.data, unique_id=car.entry.unique_id)
    await set_up(car.hass, again)
    (found,) = dr.async_entries_for_config_entry(dr.async_get(car.hass), again.entry_id)
    assert (found.id, found.disabled_by) == (device, USER)
    assert not [each for each in arrived(car.simulator) if "/vehicle/" in each]


async def test_disabled_device_cannot_be_removed(car: Car, hass_ws_client: WebSocketGenerator) -> None:
    """Its car is still in the account."""
    assert await async_setup_component(car.hass, "config", {})
    await disable(car.hass, car.device_id, by=USER)
    client = await hass_ws_client(car.hass)
    assert not (await client.remove_device(car.device_id))["success"]
    assert dr.async_get(car.hass).async_get(car.device_id) is not None


async def test_my_renault(
    hass: HomeAssistant, renault: MyRenaultSimulator, renault_entry: MockConfigEntry, later: Later
) -> None:
    """The same at MY Renault."""
    await set_up(hass, renault_entry)
    device = only_device(hass, renault_entry)
    await ask(hass, "set_departure", device, **WORK)
    await disable(hass, device, by=USER)
    renault.log.entries.clear()
    await later(HOUR, times=30)
    assert arrived(renault) == []
    await disable(hass, device, by=None)
    assert value(hass, "sensor.renault_z_e_next_departure")
    assert arrived(renault)
