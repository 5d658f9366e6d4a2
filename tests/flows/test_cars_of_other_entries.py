"""The configuration flow checks which cars belong to other entries."""

from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import CONF_PASSWORD, CONF_USERNAME
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.renault_ze.const import DOMAIN
from simulator import EXAMPLE_VIN, Account, Simulator
from simulator.myrenault import MyRenaultSimulator
from tests.common import set_up
from tests.flows import renault_flow, ze_services_flow
from tests.lifecycle.accounts import OTHER_VIN, alike, cars, end_entry, left_out, partner
from tests.plan.planned import Car

__all__ = ["alike", "partner"]

TEXTS = ze_services_flow.TEXTS["config"]["abort"]


async def add(hass: HomeAssistant, simulator: Simulator, account: Account) -> tuple[FlowResultType, str | None]:
    """Add an account at Z.E. Services, and return the last result of the flow."""
    flow_id = await ze_services_flow.begin(hass)
    typed = ze_services_flow.typed(simulator, username=account.username)
    result = await ze_services_flow.submit(hass, flow_id, typed)
    return result["type"], result.get("reason")


async def test_all_cars_elsewhere(car: Car, alike: MockConfigEntry) -> None:
    """The flow aborts with advice; cars of a disabled entry do not count."""
    account = car.simulator.backend.accounts[alike.data[CONF_USERNAME]]
    assert await add(car.hass, car.simulator, account) == (FlowResultType.ABORT, "cars_elsewhere")
    assert "cars_elsewhere" in TEXTS
    await end_entry(car.hass, car.entry, "disable")
    assert await add(car.hass, car.simulator, account) == (FlowResultType.CREATE_ENTRY, None)
    _, added = car.hass.config_entries.async_entries(DOMAIN)
    assert isinstance(added.entry_id, str)
    assert (added.state, added.runtime_data.vehicles.keys()) == (ConfigEntryState.LOADED, {EXAMPLE_VIN})


async def test_some_cars_elsewhere(car: Car, partner: MockConfigEntry) -> None:
    """The other cars are added, and a repair names the one that is left out."""
    account = car.simulator.backend.accounts[partner.data[CONF_USERNAME]]
    assert await add(car.hass, car.simulator, account) == (FlowResultType.CREATE_ENTRY, None)
    _, added = car.hass.config_entries.async_entries(DOMAIN)
    assert added.runtime_data.vehicles.keys() == {OTHER_VIN}
    assert left_out(car.hass, added) == "Renault Z.E."  # type: ignore[arg-type]


async def test_add_instead_of_moving(car: Car, renault: MyRenaultSimulator) -> None:
    """A car that is still in an entry for Z.E. Services has to be moved there."""
    form = await renault_flow.begin(car.hass)
    result = await renault_flow.submit(car.hass, form, renault_flow.typed(renault.url))
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "cars_elsewhere")
    assert "Reconfigure" in TEXTS["cars_elsewhere"]


async def test_move_to_cars_of_another_entry(
    hass: HomeAssistant, init_integration: MockConfigEntry, renault: MyRenaultSimulator, renault_entry: MockConfigEntry
) -> None:
    """An entry cannot move to a car of another entry."""
    await end_entry(hass, init_integration, "disable")
    await set_up(hass, renault_entry)
    hass.config_entries.async_update_entry(renault_entry, unique_id="an account that had another id")
    await hass.config_entries.async_set_disabled_by(init_integration.entry_id, None)
    await hass.async_block_till_done(wait_background_tasks=True)
    menu = await init_integration.start_reconfigure_flow(hass)
    form = await renault_flow.submit(hass, menu, {"next_step_id": "my_renault"})
    result = await renault_flow.submit(hass, form, renault_flow.typed(renault.url))
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "cars_elsewhere")
    assert (cars(hass, init_integration), cars(hass, renault_entry)) == (set(), {EXAMPLE_VIN})


@pytest.mark.parametrize("password", ["P4ssw0rd", "changed"])
async def test_reauthentication_is_no_move(car: Car, alike: MockConfigEntry, password: str) -> None:
    """The new password is stored, although another entry has the car."""
    await set_up(car.hass, alike)
    account = car.simulator.backend.accounts[alike.data[CONF_USERNAME]]
    account.password = password
    flow = await alike.start_reauth_flow(car.hass)
    result = await ze_services_flow.submit(car.hass, flow["flow_id"], {CONF_PASSWORD: password})
    assert result["reason"] == "reauth_successful"
    assert alike.data[CONF_PASSWORD] == password
    assert alike.error_reason_translation_key == "cars_elsewhere"
