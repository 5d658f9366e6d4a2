"""The plan of a removed entry continues at the entry that has the car then, however late that loads."""

from collections.abc import Awaitable, Callable

from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import CONF_TIME_ZONE
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.renault_ze.const import CONF_MOVED
from custom_components.renault_ze.lifecycle.assignment import _ASSIGNMENT
from custom_components.renault_ze.storage import Storage
from simulator import EXAMPLE_VIN
from simulator.myrenault import MyRenaultSimulator
from tests.common import arrived, ask, set_up
from tests.lifecycle.accounts import alike, cars, device_of, end_entry
from tests.plan.planned import NIGHT, NOON, WORK, Car, Later

__all__ = ["alike"]

# A Wednesday evening in London, where the car is.
pytestmark = pytest.mark.freeze_time("2026-11-18 18:30:00+00:00")

OUTAGE = {"path": "/*", "kind": "status", "status": 503}

type Going = Callable[[str], Awaitable[None]]


@pytest.fixture
async def removing(hass: HomeAssistant, init_integration: MockConfigEntry, renault_entry: MockConfigEntry) -> Going:
    """Return a function that ends the entry with the car and a plan, while another entry waits for the car."""
    await set_up(hass, renault_entry)
    device = device_of(hass, init_integration)
    await ask(hass, "set_departure", device, **WORK)
    await ask(hass, "set_charge_schedule", device, windows=[NIGHT, NOON])

    async def go(way: str) -> None:
        await end_entry(hass, init_integration, way)

    return go


async def is_taken_over(hass: HomeAssistant, heir: MockConfigEntry) -> bool:
    """Return whether the other entry has the car with its plan and time zone."""
    assert heir.state is ConfigEntryState.LOADED
    plan = await ask(hass, "get_plan", device_of(hass, heir))
    assert CONF_MOVED not in heir.data
    return (len(plan["departures"]), len(plan["windows"]), heir.options) == (1, 14, {CONF_TIME_ZONE: "Europe/London"})


@pytest.mark.parametrize("restart", [False, True])
@pytest.mark.parametrize("ways", [("remove",), ("disable", "remove")], ids=str)
@pytest.mark.parametrize("retrying", [False, True])
async def test_next_entry_that_cannot_connect(
    hass: HomeAssistant,
    renault: MyRenaultSimulator,
    renault_entry: MockConfigEntry,
    later: Later,
    removing: Going,
    retrying: bool,
    ways: tuple[str, ...],
    restart: bool,
) -> None:
    """It fails before or during the removal, and Home Assistant may restart meanwhile."""
    renault.faults.replace([OUTAGE])
    if retrying:
        await hass.config_entries.async_reload(renault_entry.entry_id)
    for way in ways:
        await removing(way)
    assert renault_entry.state is ConfigEntryState.SETUP_RETRY
    if restart:
        await hass.config_entries.async_unload(renault_entry.entry_id)
        hass.data.pop(_ASSIGNMENT)
        renault.faults.replace([])
        await set_up(hass, renault_entry)
    renault.faults.replace([])
    await later(300, times=6)
    assert await is_taken_over(hass, renault_entry)
    storage = await Storage.read(hass, renault_entry.entry_id)
    assert storage.inherited(EXAMPLE_VIN) is None


async def test_next_entry_that_is_removed(
    hass: HomeAssistant,
    renault: MyRenaultSimulator,
    renault_entry: MockConfigEntry,
    alike: MockConfigEntry,
    removing: Going,
) -> None:
    """The plan is not passed on to an entry that did not wait for it."""
    renault.faults.replace([OUTAGE])
    await removing("remove")
    await end_entry(hass, renault_entry, "remove")
    await set_up(hass, alike)
    assert not (await ask(hass, "get_plan", device_of(hass, alike)))["departures"]


async def test_next_entries_with_refused_passwords(
    car: Car, renault: MyRenaultSimulator, renault_entry: MockConfigEntry, alike: MockConfigEntry, removing: Going
) -> None:
    """Each tries once, and the last one does not pass the car back."""
    await set_up(car.hass, alike)
    car.simulator.faults.replace([{"kind": "status", "status": 401}])
    renault.faults.replace([{**OUTAGE, "status": 401}])
    car.simulator.log.entries.clear()
    await removing("remove")
    assert not cars(car.hass, alike)
    assert len([each for each in arrived(car.simulator) if "login" in each]) <= 2
