"""Cars that are not added: without a plug, twice in an account, or with missing details."""

from collections.abc import AsyncIterator

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.components.diagnostics import get_diagnostics_for_config_entry
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.renault_ze.const import DOMAIN
from simulator import EXAMPLE_VIN, Account
from simulator.myrenault import MODEL_NAMES, SECOND_VIN, MyRenaultSimulator, models_of
from tests.common import set_up, value
from tests.conftest import Later

pytestmark = [
    pytest.mark.freeze_time("2026-11-18 18:30:00+00:00"),
    pytest.mark.usefixtures("enable_custom_integrations"),
]
LEFT_OUT = {"SANDERO III …0002": "no_plug"}


@pytest.fixture
async def renault(socket_enabled: None) -> AsyncIterator[MyRenaultSimulator]:
    """Serve an electric car and one with a tank only."""
    vins = [EXAMPLE_VIN, SECOND_VIN]
    owner = Account("you@example.com", "P4ssw0rd", [*vins])
    simulator = MyRenaultSimulator(accounts=[owner], models=models_of(vins, ["ZOE50", "Petrol"]))
    await simulator.start()
    yield simulator
    await simulator.stop()


def vins(hass: HomeAssistant, entry: MockConfigEntry) -> set[str]:
    """Return the VINs of all devices."""
    devices = dr.async_entries_for_config_entry(dr.async_get(hass), entry.entry_id)
    return {vin for device in devices for _, vin in device.identifiers}


def add_device(hass: HomeAssistant, entry: MockConfigEntry, vin: str) -> None:
    """Add the device that an earlier version has added for a car."""
    entry.add_to_hass(hass)
    dr.async_get(hass).async_get_or_create(config_entry_id=entry.entry_id, identifiers={(DOMAIN, vin)})


async def test_car_without_a_plug(
    hass: HomeAssistant, renault: MyRenaultSimulator, renault_entry: MockConfigEntry, later: Later
) -> None:
    """Remove the device that an earlier version has added, and spend no requests on the car."""
    add_device(hass, renault_entry, SECOND_VIN)
    await set_up(hass, renault_entry)
    await later(3601)
    assert vins(hass, renault_entry) == {EXAMPLE_VIN}
    assert not [entry.path for entry in renault.log.entries if SECOND_VIN in entry.path]
    assert renault_entry.runtime_data.left_out == LEFT_OUT


async def test_no_car_has_a_plug(
    hass: HomeAssistant, renault: MyRenaultSimulator, renault_entry: MockConfigEntry, later: Later
) -> None:
    """Say so, remove the device, and add an electric car as soon as there is one."""
    renault.account.vins.remove(EXAMPLE_VIN)
    add_device(hass, renault_entry, SECOND_VIN)
    await set_up(hass, renault_entry)
    assert renault_entry.state is ConfigEntryState.SETUP_RETRY
    assert "SANDERO III …0002" in (renault_entry.reason or "")
    assert vins(hass, renault_entry) == set()
    renault.account.vins.append(EXAMPLE_VIN)
    await later(3601)
    assert vins(hass, renault_entry) == {EXAMPLE_VIN}


async def test_diagnostics(
    hass: HomeAssistant,
    renault: MyRenaultSimulator,
    renault_entry: MockConfigEntry,
    hass_client: ClientSessionGenerator,
) -> None:
    """List the cars without their VINs."""
    await set_up(hass, renault_entry)
    found = await get_diagnostics_for_config_entry(hass, hass_client, renault_entry)
    assert found["left_out"] == LEFT_OUT


async def test_second_link(
    hass: HomeAssistant, renault: MyRenaultSimulator, renault_entry: MockConfigEntry, later: Later
) -> None:
    """A car that an account lists twice is one device, with all its entities."""
    renault.vehicle(EXAMPLE_VIN).quirks.second_link = True
    await set_up(hass, renault_entry)
    assert vins(hass, renault_entry) == {EXAMPLE_VIN}
    before = set(hass.states.async_entity_ids())
    assert value(hass, "sensor.renault_z_e_charge_schedule_status") != "unavailable"
    renault.vehicle(EXAMPLE_VIN).quirks.second_link = False
    for _ in range(25):
        await later(3601)
    assert set(hass.states.async_entity_ids()) == before


@pytest.mark.parametrize("served_by", ["details", "vehicles"])
async def test_details_return(
    hass: HomeAssistant, renault: MyRenaultSimulator, renault_entry: MockConfigEntry, later: Later, served_by: str
) -> None:
    """Ask for missing details again, and add the entities of the model without a reload by the user."""
    renault.vehicle(EXAMPLE_VIN).quirks.has_details = False
    await set_up(hass, renault_entry)
    assert hass.states.get("sensor.renault_z_e_mileage") is not None
    assert hass.states.get("device_tracker.renault_z_e_location") is None
    renault.vehicle(EXAMPLE_VIN).quirks.has_details = True
    if served_by == "vehicles":
        renault.faults.replace([{"kind": "refusal", "error": "not_found", "path": "*/details"}])
    for _ in range(2 if served_by == "details" else 25):
        await later(3601)
    assert value(hass, "device_tracker.renault_z_e_location") not in {"unavailable", "unknown"}
    assert value(hass, "sensor.renault_z_e_charge_schedule_status") != "unavailable"


async def test_details_of_a_car_without_a_plug(
    hass: HomeAssistant, renault: MyRenaultSimulator, renault_entry: MockConfigEntry, later: Later
) -> None:
    """Missing details are no sign of a tank, but the car is left out as soon as they tell."""
    renault.vehicle(SECOND_VIN).quirks.has_details = False
    await set_up(hass, renault_entry)
    assert vins(hass, renault_entry) == {EXAMPLE_VIN, SECOND_VIN}
    renault.vehicle(SECOND_VIN).quirks.has_details = True
    for _ in range(2):
        await later(3601)
    assert vins(hass, renault_entry) == {EXAMPLE_VIN}


@pytest.mark.parametrize("names", [("Petrol", "ZOE50"), ("ZOE50", "Petrol")], ids=["returns", "is left out"])
async def test_details_change(
    hass: HomeAssistant,
    renault: MyRenaultSimulator,
    renault_entry: MockConfigEntry,
    later: Later,
    names: tuple[str, str],
) -> None:
    """Add or remove a car as soon as other details show whether it has a plug."""
    before, after = (MODEL_NAMES[name].code for name in names)
    renault.vehicle(SECOND_VIN).model_code = before
    await set_up(hass, renault_entry)
    assert (SECOND_VIN in vins(hass, renault_entry)) is (names[0] == "ZOE50")
    renault.vehicle(SECOND_VIN).model_code = after
    for _ in range(25):
        await later(3601)
    assert (SECOND_VIN in vins(hass, renault_entry)) is (names[1] == "ZOE50")
