"""A car with a disabled device gets no requests and has no plan until it is enabled."""

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
from tests.common import arrived, ask, received_commands, set_up, value
from tests.conftest import Later
from tests.lifecycle.accounts import disable
from tests.plan.planned import NIGHT, NOON, WARM, WORK, Until, nights, week

OTHER_VIN = "VF1AGVYF0ZE000002"
HOUR = 3600

# A Wednesday evening in London, where the car is.
pytestmark = pytest.mark.freeze_time("2026-11-18 18:30:00+00:00")


USER = dr.DeviceEntryDisabler.USER


async def test_no_requests(
    hass: HomeAssistant, init_integration: MockConfigEntry, device_id: str, simulator: Simulator, until: Until
) -> None:
    """Not for a day and a half, and not after a restart."""
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
    assert received_commands(simulator) == []
    assert not [each for each in arrived(simulator) if "/vehicle/" in each]


async def test_enabled_again(
    hass: HomeAssistant, init_integration: MockConfigEntry, device_id: str, simulator: Simulator, until: Until
) -> None:
    """Entities, plan and actions work at once."""
    before = {each.entity_id for each in er.async_get(hass).entities.values() if not each.disabled}
    await ask(hass, "set_departure", device_id, **WORK)
    await disable(hass, device_id, by=USER)
    await until("06:00")
    assert not hass.states.async_entity_ids("sensor")
    with pytest.raises(ServiceValidationError) as plan_events:
        await ask(hass, "get_plan", device_id)
    assert plan_events.value.translation_key == "device_disabled"
    await disable(hass, device_id, by=None)
    assert {each.entity_id for each in er.async_get(hass).entities.values() if not each.disabled} == before
    assert before <= set(hass.states.async_entity_ids())
    simulator.log.entries.clear()
    await until("07:25")
    assert received_commands(simulator) == [WARM]


async def test_base_windows_are_restored(
    hass: HomeAssistant, init_integration: MockConfigEntry, device_id: str, simulator: Simulator, until: Until
) -> None:
    """As for a disabled account, main windows and timer are left in the car."""
    await ask(hass, "set_departure", device_id, **{**WORK, "time": "12:30"}, robust=True)
    await ask(hass, "set_charge_windows", device_id, windows=[NIGHT, NOON])
    await until("11:30")
    simulator.log.entries.clear()
    await disable(hass, device_id, by=USER)
    assert week(simulator) == nights()
    await until("14:00")
    assert received_commands(simulator) == []
    last = simulator.vehicle().last_preconditioning
    assert last is not None
    assert last.success


async def test_enabled_before_the_cleanup(
    hass: HomeAssistant,
    init_integration: MockConfigEntry,
    device_id: str,
    simulator: Simulator,
    until: Until,
    later: Later,
) -> None:
    """The cleanup does not happen."""
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
    assert received_commands(simulator) == []


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
    device = dr.async_get(hass).async_get_device_by_identifier((DOMAIN, EXAMPLE_VIN), mock_config_entry.entry_id)
    assert device is not None
    await disable(hass, device.id, by=USER)
    (left,) = ir.async_get(hass).issues.values()
    assert (left.translation_placeholders or {})["name"] == "Renault Z.E. 0002"
    simulator.log.entries.clear()
    await later(HOUR)
    assert [each for each in arrived(simulator) if OTHER_VIN in each]
    assert not [each for each in arrived(simulator) if EXAMPLE_VIN in each]


async def test_device_disabled_before_the_set_up(
    hass: HomeAssistant, mock_config_entry: MockConfigEntry, simulator: Simulator
) -> None:
    """A removed account that is added again restores its disabled device."""
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


async def test_disabled_device_cannot_be_removed(
    hass: HomeAssistant, init_integration: MockConfigEntry, device_id: str, hass_ws_client: WebSocketGenerator
) -> None:
    """Its car is still in the account."""
    assert await async_setup_component(hass, "config", {})
    await disable(hass, device_id, by=USER)
    client = await hass_ws_client(hass)
    assert not (await client.remove_device(device_id))["success"]
    assert dr.async_get(hass).async_get(device_id) is not None


async def test_my_renault(
    hass: HomeAssistant, renault: MyRenaultSimulator, renault_entry: MockConfigEntry, later: Later
) -> None:
    """The same at MY Renault."""
    await set_up(hass, renault_entry)
    (device,) = dr.async_entries_for_config_entry(dr.async_get(hass), renault_entry.entry_id)
    await ask(hass, "set_departure", device.id, **WORK)
    await disable(hass, device.id, by=USER)
    renault.log.entries.clear()
    await later(HOUR, times=30)
    assert arrived(renault) == []
    await disable(hass, device.id, by=None)
    assert value(hass, "sensor.renault_z_e_next_departure")
    assert arrived(renault)
