"""A car whose device is disabled is left alone: no requests, no commands, no plan; enabled, all of it comes back."""

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
from tests.common import arrived, ask, orders, set_up, value
from tests.conftest import Later
from tests.plan.planned import NIGHT, NOON, WARM, WORK, Until, nights, week

OTHER_VIN = "VF1AGVYF0ZE000002"
HOUR = 3600

# A Wednesday evening in London, where the car is.
pytestmark = pytest.mark.freeze_time("2026-11-18 18:30:00+00:00")


async def disable(hass: HomeAssistant, device_id: str, *, by: dr.DeviceEntryDisabler | None) -> None:
    """Disable or enable a device as a person does."""
    dr.async_get(hass).async_update_device(device_id, disabled_by=by)
    await hass.async_block_till_done(wait_background_tasks=True)


USER = dr.DeviceEntryDisabler.USER


async def test_nothing_is_asked_and_nothing_sent(
    hass: HomeAssistant, init_integration: MockConfigEntry, device_id: str, simulator: Simulator, until: Until
) -> None:
    """Not for a day and a half, and not after a restart in it."""
    await ask(hass, "set_departure", device_id, **WORK)
    await ask(hass, "set_charge_windows", device_id, windows=[NIGHT, NOON])
    await until("20:30")
    await disable(hass, device_id, by=USER)
    assert init_integration.state is ConfigEntryState.LOADED
    simulator.log.entries.clear()
    await until("06:00")
    assert arrived(simulator) == []
    await hass.config_entries.async_reload(init_integration.entry_id)
    await until("2026-11-20T08:00")
    assert orders(simulator) == []
    assert not [each for each in arrived(simulator) if "/vehicle/" in each]


async def test_all_comes_back(
    hass: HomeAssistant, init_integration: MockConfigEntry, device_id: str, simulator: Simulator, until: Until
) -> None:
    """Entities, plan and actions, at once."""
    before = {each.entity_id for each in er.async_get(hass).entities.values() if not each.disabled}
    await ask(hass, "set_departure", device_id, **WORK)
    await disable(hass, device_id, by=USER)
    await until("06:00")
    assert not hass.states.async_entity_ids("sensor")
    with pytest.raises(ServiceValidationError) as told:
        await ask(hass, "get_plan", device_id)
    assert told.value.translation_key == "device_disabled"
    await disable(hass, device_id, by=None)
    assert {each.entity_id for each in er.async_get(hass).entities.values() if not each.disabled} == before
    assert before <= set(hass.states.async_entity_ids())
    simulator.log.entries.clear()
    await until("07:25")
    assert orders(simulator) == [WARM]


async def test_base_is_put_back(
    hass: HomeAssistant, init_integration: MockConfigEntry, device_id: str, simulator: Simulator, until: Until
) -> None:
    """As where the account is disabled: the car is left with a week to live by, and a timer that was promised."""
    await ask(hass, "set_departure", device_id, **{**WORK, "time": "12:30"}, robust=True)
    await ask(hass, "set_charge_windows", device_id, windows=[NIGHT, NOON])
    await until("11:30")
    simulator.log.entries.clear()
    await disable(hass, device_id, by=USER)
    assert week(simulator) == nights()
    await until("14:00")
    assert orders(simulator) == []
    last = simulator.vehicle().last_preconditioning
    assert last is not None
    assert last.success


async def test_enabled_in_time_goes_on(
    hass: HomeAssistant,
    init_integration: MockConfigEntry,
    device_id: str,
    simulator: Simulator,
    until: Until,
    later: Later,
) -> None:
    """What was to be put back later is not, once the device is enabled again."""
    await ask(hass, "set_charge_windows", device_id, windows=[NIGHT, NOON])
    await until("11:14")
    simulator.log.entries.clear()
    await until("11:15")
    await later(30)
    assert week(simulator)["thu"]["start"] == "1200"
    await disable(hass, device_id, by=USER)
    await until("11:20")
    await disable(hass, device_id, by=None)
    await until("12:45")
    assert orders(simulator) == []


async def test_other_car_goes_on(
    hass: HomeAssistant,
    enable_custom_integrations: None,
    mock_config_entry: MockConfigEntry,
    simulator: Simulator,
    later: Later,
) -> None:
    """Each car for itself; what was to be repaired of the one is not said any longer."""
    simulator.account.vins[:] = [EXAMPLE_VIN, OTHER_VIN]
    simulator.backend.add_account(simulator.account)
    await set_up(hass, mock_config_entry)
    for vin in simulator.account.vins:
        simulator.vehicle(vin).link.in_reach = False
    for _ in range(5):
        await later(24 * HOUR)
    assert len(ir.async_get(hass).issues) == 2
    device = dr.async_get(hass).async_get_device_by_identifier((DOMAIN, EXAMPLE_VIN), mock_config_entry.entry_id)
    assert device is not None
    await disable(hass, device.id, by=USER)
    (left,) = ir.async_get(hass).issues.values()
    assert (left.translation_placeholders or {})["name"] == "Renault Z.E. 0002"
    simulator.log.entries.clear()
    await later(HOUR)
    assert [each for each in arrived(simulator) if OTHER_VIN in each]
    assert not [each for each in arrived(simulator) if EXAMPLE_VIN in each]


async def test_device_that_is_disabled_before_the_start(
    hass: HomeAssistant, enable_custom_integrations: None, mock_config_entry: MockConfigEntry, simulator: Simulator
) -> None:
    """A removed account that is added again brings its device back as it was."""
    await set_up(hass, mock_config_entry)
    (device,) = dr.async_entries_for_config_entry(dr.async_get(hass), mock_config_entry.entry_id)
    await disable(hass, device.id, by=USER)
    await hass.config_entries.async_remove(mock_config_entry.entry_id)
    simulator.log.entries.clear()
    again = MockConfigEntry(domain=DOMAIN, data=mock_config_entry.data, unique_id=mock_config_entry.unique_id)
    await set_up(hass, again)
    (found,) = dr.async_entries_for_config_entry(dr.async_get(hass), again.entry_id)
    assert (found.id, found.disabled_by) == (device.id, USER)
    assert not [each for each in arrived(simulator) if "/vehicle/" in each]


async def test_disabled_car_is_still_in_the_account(
    hass: HomeAssistant, init_integration: MockConfigEntry, device_id: str, hass_ws_client: WebSocketGenerator
) -> None:
    """Its device stays, and cannot be removed."""
    assert await async_setup_component(hass, "config", {})
    await disable(hass, device_id, by=USER)
    client = await hass_ws_client(hass)
    assert not (await client.remove_device(device_id))["success"]
    assert dr.async_get(hass).async_get(device_id) is not None


async def test_my_renault(
    hass: HomeAssistant,
    enable_custom_integrations: None,
    renault: MyRenaultSimulator,
    renault_entry: MockConfigEntry,
    later: Later,
) -> None:
    """The same there."""
    await set_up(hass, renault_entry)
    (device,) = dr.async_entries_for_config_entry(dr.async_get(hass), renault_entry.entry_id)
    await ask(hass, "set_departure", device.id, **WORK)
    await disable(hass, device.id, by=USER)
    renault.log.entries.clear()
    for _ in range(30):
        await later(HOUR)
    assert arrived(renault) == []
    await disable(hass, device.id, by=None)
    assert value(hass, "sensor.renault_z_e_next_departure")
    assert arrived(renault)
