"""Cars of both generations at MY Renault: their entities and commands."""

from collections.abc import AsyncIterator
from datetime import time

from homeassistant.const import CONF_PASSWORD, CONF_USERNAME
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import device_registry as dr, entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.renault_ze.const import CONF_ADDRESS, CONF_CLOUD, CONF_LOCALE, DOMAIN, MY_RENAULT
from custom_components.renault_ze.vehicle import commands
from simulator import EXAMPLE_VIN
from simulator.myrenault import SECOND_VIN, MyRenaultSimulator
from tests.common import ask, set_up
from tests.conftest import Later

FIRST, SECOND = EXAMPLE_VIN, SECOND_VIN


@pytest.fixture
async def renault(socket_enabled: None) -> AsyncIterator[MyRenaultSimulator]:
    """Serve a car of either generation."""
    simulator = MyRenaultSimulator()
    await simulator.start()
    yield simulator
    await simulator.stop()


@pytest.fixture
async def entry(hass: HomeAssistant, renault: MyRenaultSimulator) -> MockConfigEntry:
    """Set up the account of both cars."""
    entry = MockConfigEntry(
        domain=DOMAIN,
        unique_id="my_renault",
        data={
            CONF_CLOUD: MY_RENAULT,
            CONF_USERNAME: "you@example.com",
            CONF_PASSWORD: "P4ssw0rd",
            CONF_LOCALE: "en_GB",
            CONF_ADDRESS: renault.url,
        },
    )
    await set_up(hass, entry)
    return entry


def values(hass: HomeAssistant, entry: MockConfigEntry, vin: str) -> dict[str, str]:
    """Return what each entity of a car shows, by its key."""
    found = er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id)
    own = {each.unique_id.removeprefix(f"{vin}_"): each.entity_id for each in found if each.unique_id.startswith(vin)}
    states = {key: hass.states.get(entity_id) for key, entity_id in own.items()}
    return {key: state.state for key, state in states.items() if state is not None}


async def test_entities_of_each_generation(
    hass: HomeAssistant, entry: MockConfigEntry, renault: MyRenaultSimulator
) -> None:
    """Add the entities that the cloud has values for."""
    first, second = values(hass, entry, FIRST), values(hass, entry, SECOND)
    both = {"mileage", "charge_state", "last_journey_distance", "distance_today"}
    assert both <= first.keys() & second.keys()
    assert "outside_temperature" in first.keys() - second.keys()
    assert {"battery_energy", "preconditioning"} <= second.keys() - first.keys()
    for lacking in ("request_update", "last_preconditioning", "do_not_disturb"):
        assert lacking not in first.keys() | second.keys()
    assert float(first["mileage"]) == pytest.approx(renault.vehicle(FIRST).car.odometer_km, abs=1)
    assert "unavailable" not in {first[key] for key in both}


async def test_car_without_cabin_state(
    hass: HomeAssistant, renault: MyRenaultSimulator, renault_entry: MockConfigEntry
) -> None:
    """Precondition it now and later, without entities that need the state."""
    refusal = {"kind": "status", "status": 404, "message": "err.func.wired.notFound"}
    renault.faults.replace([{**refusal, "path": f"*{FIRST}/hvac-status"}])
    await set_up(hass, renault_entry)
    first, second = values(hass, renault_entry, FIRST), values(hass, renault_entry, SECOND)
    assert second.keys() - first.keys() >= {"preconditioning_timer", "preconditioning"}
    assert {"start_preconditioning", "cancel_preconditioning_timer"} <= first.keys()
    assert "unavailable" not in {*first.values(), *second.values()}
    await renault_entry.runtime_data.vehicles[FIRST].send_command(commands.PreconditionAt(time(6, 45)))
    assert renault.vehicle(FIRST).starts_at is not None


@pytest.mark.parametrize("fault", [{}, {"kind": "html"}, {"kind": "drop"}, {"kind": "rate_limit"}], ids=str)
async def test_removed_endpoint(
    hass: HomeAssistant,
    renault: MyRenaultSimulator,
    renault_entry: MockConfigEntry,
    caplog: pytest.LogCaptureFixture,
    fault: dict[str, str],
) -> None:
    """Try the preconditioning sessions once, and log no warning."""
    if fault:
        renault.faults.replace([{**fault, "path": "*/hvac-sessions"}])
    await set_up(hass, renault_entry)
    renault.faults.replace([])
    renault.log.entries.clear()
    for coordinator in renault_entry.runtime_data.vehicles.values():
        await coordinator.async_refresh()
    assert not [entry.path for entry in renault.log.entries if "hvac-sessions" in entry.path]
    assert "Cannot read the last_preconditioning" not in caplog.text
    assert not [key for vin in (FIRST, SECOND) for key in values(hass, renault_entry, vin) if "last_precond" in key]


@pytest.mark.freeze_time("2026-11-18 18:30:00+00:00")
async def test_refused_endpoint_is_served_again(
    hass: HomeAssistant, renault: MyRenaultSimulator, renault_entry: MockConfigEntry, later: Later
) -> None:
    """Try it every few hours, and reload the entry only when it responds."""
    refusal = {"kind": "status", "status": 404, "message": "err.func.wired.notFound"}
    renault.faults.replace([{**refusal, "path": f"*{SECOND}/location"}])
    await set_up(hass, renault_entry)
    loaded = renault_entry.runtime_data
    for _ in range(2):
        renault.log.entries.clear()
        for _ in range(7):
            await later(3601)
        assert [entry.path for entry in renault.log.entries if entry.path.endswith("/location")]
        assert renault_entry.runtime_data is loaded
    assert "location" not in values(hass, renault_entry, SECOND)
    renault.faults.replace([])
    for _ in range(7):
        await later(3601)
    assert renault_entry.runtime_data is not loaded
    assert values(hass, renault_entry, SECOND)["location"] not in {"unavailable", "unknown"}


CANNOT = {
    "request_update": {},
    "get_notifications": {},
    "set_notifications": {"charge_end": "email"},
    "get_preconditioning_history": {"from": "2026-11", "to": "2026-11"},
}


@pytest.mark.parametrize("vin", [FIRST, SECOND], ids=["X101VE", "X102VE"])
async def test_unsupported_actions(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    renault: MyRenaultSimulator,
    device_registry: dr.DeviceRegistry,
    vin: str,
) -> None:
    """Refuse them before anything is sent."""
    device = device_registry.async_get_device_by_identifier((DOMAIN, vin), entry.entry_id)
    assert device is not None
    renault.log.entries.clear()
    for action, data in {**CANNOT, **({"cancel_precondition": {}} if vin == SECOND else {})}.items():
        with pytest.raises(ServiceValidationError) as refused:
            await ask(hass, action, device.id, **data)
        assert refused.value.translation_key == "unsupported", action
        assert "This car or its server does not support this" in str(refused.value)
    assert not renault.log.entries
