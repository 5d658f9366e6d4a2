"""A replacement car has its own entities, and a car that is added again gets its own back."""

from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.renault_ze.const import DOMAIN
from simulator import EXAMPLE_VIN, Simulator
from simulator.myrenault import SECOND_VIN, MyRenaultSimulator
from tests.common import set_up
from tests.lifecycle.accounts import own
from tests.plan.planned import Car, Later

OTHER_VIN = "VF1AGVYF0ZE000002"
DAY = 25 * 3600


def ids(hass: HomeAssistant, vin: str) -> dict[str, str]:
    """Return the entity ids of a car by key."""
    return {
        f"{each.domain} {each.unique_id.partition('_')[2]}": each.entity_id
        for each in er.async_get(hass).entities.values()
        if each.unique_id.startswith(vin)
    }


def names(hass: HomeAssistant, entry: MockConfigEntry) -> list[str | None]:
    """Return the names of the cars of an account."""
    return [each.name for each in dr.async_entries_for_config_entry(dr.async_get(hass), entry.entry_id)]


async def replace(simulator: Simulator, later: Later, *vins: str) -> None:
    """Set the vehicles of the account, and let the change be detected."""
    own(simulator, *vins)
    await later(DAY)


async def test_only_car_is_replaced(car: Car) -> None:
    """The cars share no entity ids, and each keeps its own."""
    old = ids(car.hass, EXAMPLE_VIN)
    await replace(car.simulator, car.later, OTHER_VIN)
    assert names(car.hass, car.entry) == ["Renault Z.E. 0002"]
    new = ids(car.hass, OTHER_VIN)
    assert new.keys() == old.keys()
    assert not {*new.values()} & {*old.values()}
    assert all("renault_z_e_0002_" in each for each in new.values())
    await replace(car.simulator, car.later, EXAMPLE_VIN)
    assert (names(car.hass, car.entry), ids(car.hass, EXAMPLE_VIN)) == (["Renault Z.E."], old)
    await replace(car.simulator, car.later, OTHER_VIN)
    assert (names(car.hass, car.entry), ids(car.hass, OTHER_VIN)) == (["Renault Z.E. 0002"], new)
    await replace(car.simulator, car.later, EXAMPLE_VIN, OTHER_VIN)
    assert (ids(car.hass, EXAMPLE_VIN), ids(car.hass, OTHER_VIN)) == (old, new)


async def test_replaced_in_a_new_entry(car: Car) -> None:
    """The account was removed with the old car, and is added with the new one."""
    old = ids(car.hass, EXAMPLE_VIN)
    car.simulator.account.vins[:] = [OTHER_VIN]
    car.simulator.backend.add_account(car.simulator.account)
    await car.hass.config_entries.async_remove(car.entry.entry_id)
    again = MockConfigEntry(domain=DOMAIN, data=car.entry.data, unique_id=car.entry.unique_id)
    await set_up(car.hass, again)
    assert names(car.hass, again) == ["Renault Z.E. 0002"]
    assert not {*ids(car.hass, OTHER_VIN).values()} & {*old.values()}


async def test_same_car_in_a_new_entry(car: Car) -> None:
    """An account that is removed and added again has the same ids."""
    old = ids(car.hass, EXAMPLE_VIN)
    await car.hass.config_entries.async_remove(car.entry.entry_id)
    again = MockConfigEntry(domain=DOMAIN, data=car.entry.data, unique_id=car.entry.unique_id)
    await set_up(car.hass, again)
    assert (names(car.hass, again), ids(car.hass, EXAMPLE_VIN)) == (["Renault Z.E."], old)


async def test_my_renault(
    hass: HomeAssistant, renault: MyRenaultSimulator, renault_entry: MockConfigEntry, later: Later
) -> None:
    """The same at MY Renault."""
    await set_up(hass, renault_entry)
    old = ids(hass, EXAMPLE_VIN)
    renault.account.vins[:] = [SECOND_VIN]
    renault.backend.add_account(renault.account)
    await hass.config_entries.async_reload(renault_entry.entry_id)
    assert names(hass, renault_entry) == [f"Renault Z.E. {SECOND_VIN[-4:]}"]
    assert not {*ids(hass, SECOND_VIN).values()} & {*old.values()}
