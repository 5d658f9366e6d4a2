"""Diagnostics contain all known data, except private data."""

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from datetime import time
import json
from typing import Any

from homeassistant.components.diagnostics import REDACTED
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, MockUser
from pytest_homeassistant_custom_component.components.diagnostics import (
    get_diagnostics_for_config_entry,
    get_diagnostics_for_device,
)
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator
from syrupy.assertion import SnapshotAssertion

from custom_components.renault_ze.cloud.models import Weekday
from custom_components.renault_ze.cloud.reports import Location
from custom_components.renault_ze.const import CONF_ELECTRICITY_PRICE
from custom_components.renault_ze.coordinator import VehicleCoordinator
from custom_components.renault_ze.plan import edits
from custom_components.renault_ze.plan.model import Departure
from simulator import EXAMPLE_VIN, Simulator
from simulator.world.accounts import activation_code
from tests.common import call, set_up
from tests.plan.planned import Car, Later

PHONE = "+447700900123"
pytestmark = pytest.mark.freeze_time("2026-11-18 18:30:00+00:00")

DEVICE = "device"
ENTRY = "entry"


@pytest.fixture(params=[ENTRY, DEVICE])
def downloaded(
    request: pytest.FixtureRequest,
    hass: HomeAssistant,
    hass_client: ClientSessionGenerator,
    init_integration: MockConfigEntry,
    device_registry: dr.DeviceRegistry,
    device_id: str,
) -> Callable[[], Awaitable[Any]]:
    """Return a function that downloads the diagnostics of the account or the car."""

    async def download() -> Any:
        if request.param == ENTRY:
            return await get_diagnostics_for_config_entry(hass, hass_client, init_integration)
        device = device_registry.async_get(device_id)
        assert device is not None
        return await get_diagnostics_for_device(hass, hass_client, init_integration, device)

    return download


async def test_shape(
    hass: HomeAssistant,
    simulator: Simulator,
    later: Later,
    downloaded: Callable[[], Awaitable[Any]],
    snapshot: SnapshotAssertion,
) -> None:
    """Download all data of a car with a command, as JSON."""
    await call(hass, "button.press", "button.renault_z_e_start_preconditioning")
    await later(61)
    found = await downloaded()
    if "address" in found:
        assert found["address"].startswith("http://127.0.0.1:")
        found["address"] = "http://127.0.0.1/api"
    assert found == snapshot


async def test_nothing_personal(car: Car, downloaded: Callable[[], Awaitable[Any]]) -> None:
    """Contain no email, VIN or token, also if the server repeats them."""
    account, session = car.simulator.account, next(iter(car.simulator.backend.tokens.sessions.values()))
    secrets = [account.username, account.password, PHONE, EXAMPLE_VIN, session.token, session.cookie, session.key]
    secrets += [activation_code(EXAMPLE_VIN), account.first_name, account.last_name, account.identifier("gdc")]
    echo = " ".join([*secrets, EXAMPLE_VIN.lower(), account.username.upper(), "are known"])
    car.simulator.faults.replace([{"kind": "status", "status": 500, "path": "*/vehicle/*", "message": echo}])
    await car.later(301)
    texts = [text.casefold() for text in _texts(await downloaded())]
    assert any("are known" in text for text in texts), texts
    for secret in secrets:
        assert not [text for text in texts if secret.casefold() in text]


async def test_open_repair_is_private(car: Car, hass_client: ClientSessionGenerator, hass_admin_user: MockUser) -> None:
    """Contain no VIN in the IDs of repairs."""
    car.simulator.vehicle().link.in_reach = False
    await car.later(24 * 3600, times=5)
    assert await async_setup_component(car.hass, "diagnostics", {})
    refresh = await car.hass.auth.async_create_refresh_token(hass_admin_user, "https://example.com/app")
    client = await hass_client(car.hass.auth.async_create_access_token(refresh))
    response = await client.get(f"/api/diagnostics/config_entry/{car.coordinator.config_entry.entry_id}")
    file, account = (await response.text()).casefold(), car.simulator.account
    assert [each["issue_id"].startswith("vehicle_silent") for each in json.loads(file)["issues"]] == [True]
    for secret in (EXAMPLE_VIN, account.username, account.password, PHONE, activation_code(EXAMPLE_VIN)):
        assert secret.casefold() not in file


async def test_no_location(coordinator: VehicleCoordinator, downloaded: Callable[[], Awaitable[Any]]) -> None:
    """Contain no location, only that it is known."""
    coordinator.data = replace(coordinator.data, location=Location(latitude=48.8566, longitude=2.3522))
    found = await downloaded()
    state = found.get("state") or found["vehicles"][0]["state"]
    assert state["location"] == {"latitude": "**REDACTED**", "longitude": "**REDACTED**", "at": None, "missing": []}
    assert "48.85" not in str(found)


async def test_secrets_in_our_own_texts(car: Car, downloaded: Callable[[], Awaitable[Any]]) -> None:
    """Redact secrets also in keys and within words."""
    car.coordinator.last_exception = ValueError(f"x{EXAMPLE_VIN}y for you@example.com with P4ssw0rd")
    texts = list(_texts(await downloaded()))
    assert "ValueError('x**REDACTED**y for **REDACTED** with **REDACTED**')" in texts


async def test_no_name_of_a_departure(car: Car, downloaded: Callable[[], Awaitable[Any]]) -> None:
    """Contain the time of a departure without its name."""
    dentist = Departure(id="1", name="Dentist", at=time(8, 45), weekdays=frozenset([Weekday.MONDAY]))
    car.coordinator.edit_plan(lambda plan, now: edits.with_departure(plan, dentist, now))
    texts = list(_texts(await downloaded()))
    assert "08:45:00" in texts
    assert not [text for text in texts if "Dentist" in text]


async def test_prices(car: Car, downloaded: Callable[[], Awaitable[Any]]) -> None:
    """Contain the source of the prices and what is wrong with it, but not the name of a home."""
    chosen = {"kind": "price_integration", "integration": "removed", "choice": "12 Example Street"}
    car.hass.config_entries.async_update_entry(car.entry, options={CONF_ELECTRICITY_PRICE: chosen})
    await car.hass.config_entries.async_reload(car.entry.entry_id)
    await car.hass.async_block_till_done(wait_background_tasks=True)
    found = await downloaded()
    if "prices" in found:
        assert found["options"][CONF_ELECTRICITY_PRICE] == {**chosen, "choice": REDACTED}
        assert found["prices"]["problem"] == "price_source_removed"
    assert "Example Street" not in str(found)


def _texts(found: Any) -> Iterator[str]:
    """Yield every key and every text."""
    if isinstance(found, dict):
        for key, each in found.items():
            yield key
            yield from _texts(each)
    elif isinstance(found, list):
        for each in found:
            yield from _texts(each)
    elif isinstance(found, str):
        yield found


async def test_diagnostics_of_a_failed_setup(
    hass: HomeAssistant, mock_config_entry: MockConfigEntry, simulator: Simulator, hass_client: ClientSessionGenerator
) -> None:
    """Contain the reason."""
    simulator.faults.replace([{"path": "*", "kind": "status", "status": 500}])
    await set_up(hass, mock_config_entry)
    assert await async_setup_component(hass, "diagnostics", {})
    found = await get_diagnostics_for_config_entry(hass, hass_client, mock_config_entry)
    assert found["entry"]["state"] == ConfigEntryState.SETUP_RETRY.value
    assert found["entry"]["reason"]
    assert (found["cloud"], found["vehicles"]) == ("zeservices", [])
    assert found["address"].startswith("http://127.0.0.1:")
    assert "you@example.com" not in str(found)


async def test_diagnostics_of_a_disabled_account(
    car: Car, device_registry: dr.DeviceRegistry, hass_client: ClientSessionGenerator
) -> None:
    """Contain that nothing is known of the car."""
    await car.hass.config_entries.async_unload(car.entry.entry_id)
    device = device_registry.async_get(car.device_id)
    assert device is not None
    assert await async_setup_component(car.hass, "diagnostics", {})
    found = await get_diagnostics_for_device(car.hass, hass_client, car.entry, device)
    assert found == {"entry": {"state": "not_loaded", "reason": None}}
    account = await get_diagnostics_for_config_entry(car.hass, hass_client, car.entry)
    assert EXAMPLE_VIN not in str(account)
