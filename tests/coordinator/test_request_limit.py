"""The request limit of an account at MY Renault, alone and beside Home Assistant's own integration."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

from homeassistant.components.renault import coordinator as core_coordinator
from homeassistant.config_entries import ConfigEntryDisabler, ConfigEntryState
from homeassistant.const import CONF_PASSWORD, CONF_USERNAME
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from renault_api.const import AVAILABLE_LOCALES

from custom_components.renault_ze.cloud.models import Part
from custom_components.renault_ze.connect import quota_share
from custom_components.renault_ze.const import CONF_ADDRESS, CONF_CLOUD, CONF_LOCALE, CORE_RENAULT, DOMAIN, MY_RENAULT
from custom_components.renault_ze.vehicle import commands
from custom_components.renault_ze.vehicle.tracker import command_polls
from simulator import Account
from simulator.myrenault import X101VE, X102VE, MyRenaultSimulator
from tests.common import set_up, value
from tests.conftest import Later
from tests.flows.renault_flow import BATTERY

OWNER = "you@example.com"
HOURS = 12
SIGN_IN = {CONF_USERNAME: OWNER, CONF_PASSWORD: "P4ssw0rd"}
GONE = {"kind": "status", "status": 404, "message": "err.func.wired.notFound", "path": "*/hvac-status"}

pytestmark = pytest.mark.freeze_time("2026-11-18 18:30:00+00:00")


@pytest.fixture
def core_entry(renault: MyRenaultSimulator, monkeypatch: pytest.MonkeyPatch) -> MockConfigEntry:
    """Return an entry of Home Assistant's own integration for the same account.

    It knows no other address than the library's, so that is put elsewhere.
    """
    servers = {
        "gigya-root-url": f"{renault.url}/gigya",
        "gigya-api-key": "any",
        "kamereon-root-url": f"{renault.url}/kamereon",
        "kamereon-api-key": "any",
    }
    monkeypatch.setitem(AVAILABLE_LOCALES, "en_GB", servers)
    # Created once per process, but each test has its own event loop.
    monkeypatch.setattr(core_coordinator, "_PARALLEL_SEMAPHORE", asyncio.Semaphore(1))
    account = renault.account.identifier("MYRENAULT")
    return MockConfigEntry(
        domain=CORE_RENAULT, unique_id=account, data={**SIGN_IN, "locale": "en_GB", "kamereon_account_id": account}
    )


@pytest.mark.parametrize("core_first", [True, False])
async def test_both_integrations_show_the_car(
    hass: HomeAssistant,
    renault: MyRenaultSimulator,
    renault_entry: MockConfigEntry,
    core_entry: MockConfigEntry,
    core_first: bool,
) -> None:
    """Set both up in either order, and unload one of them."""
    entries = [core_entry, renault_entry] if core_first else [renault_entry, core_entry]
    for entry in entries:
        await set_up(hass, entry)
    assert [entry.state for entry in entries] == [ConfigEntryState.LOADED] * 2
    batteries = [each.state for each in hass.states.async_all() if each.attributes.get("device_class") == "battery"]
    assert batteries.count("50") == 2
    await hass.config_entries.async_unload(core_entry.entry_id)
    await hass.config_entries.async_reload(renault_entry.entry_id)
    assert renault_entry.state is ConfigEntryState.LOADED
    assert value(hass, BATTERY) == "50"


async def test_request_limit_is_shared(
    hass: HomeAssistant, renault_entry: MockConfigEntry, core_entry: MockConfigEntry, later: Later
) -> None:
    """Halve the request limit while the other integration is set up."""
    await set_up(hass, renault_entry)
    alone = renault_entry.runtime_data.shortest_interval
    budget = renault_entry.runtime_data.cloud._session._quota
    core_entry.add_to_hass(hass)
    assert budget.reads_an_hour == 6
    await later(3601)
    assert renault_entry.runtime_data.shortest_interval > alone * 1.5
    await hass.config_entries.async_remove(core_entry.entry_id)
    await later(3601)
    assert renault_entry.runtime_data.shortest_interval == alone


@pytest.mark.parametrize(
    ("username", "disabled_by", "share"),
    [
        (OWNER, None, 0.5),
        ("You@Example.com", None, 0.5),
        ("other@example.com", None, 1.0),
        (OWNER, ConfigEntryDisabler.USER, 1.0),
    ],
)
async def test_share_of_the_request_limit(
    hass: HomeAssistant, username: str, disabled_by: ConfigEntryDisabler | None, share: float
) -> None:
    """Share only with an enabled entry of the same account."""
    assert quota_share(hass, OWNER) == 1.0
    MockConfigEntry(domain=CORE_RENAULT, data={CONF_USERNAME: username}, disabled_by=disabled_by).add_to_hass(hass)
    assert quota_share(hass, OWNER) == share


@pytest.fixture(params=[1, 2, 5])
async def garage(socket_enabled: None, request: pytest.FixtureRequest) -> AsyncIterator[MyRenaultSimulator]:
    """Serve an account with a number of idle cars of both generations."""
    models = {f"VF1AGVYF0ZE00000{number}": (X101VE, X102VE)[number % 2] for number in range(request.param)}
    owner = Account(*SIGN_IN.values(), list(models))
    simulator = MyRenaultSimulator(accounts=[owner], models=models)
    await simulator.start()
    yield simulator
    await simulator.stop()


async def set_up_garage(hass: HomeAssistant, garage: MyRenaultSimulator) -> MockConfigEntry:
    """Set up the account of all cars, and return its entry."""
    data = {CONF_CLOUD: MY_RENAULT, CONF_LOCALE: "en_GB", CONF_ADDRESS: garage.url, **SIGN_IN}
    entry = MockConfigEntry(domain=DOMAIN, unique_id="my_renault", data=data)
    await set_up(hass, entry)
    return entry


async def test_pause_survives_a_failed_setup(
    hass: HomeAssistant, renault: MyRenaultSimulator, renault_entry: MockConfigEntry, later: Later
) -> None:
    """Keep the pause although Home Assistant retries within seconds."""
    renault.faults.add({"kind": "rate_limit", "path": "*/vehicles"})
    await set_up(hass, renault_entry)
    assert renault_entry.state is ConfigEntryState.SETUP_RETRY
    assert renault_entry.error_reason_translation_key == "throttled"
    renault.faults.replace([])
    renault.log.entries.clear()
    for _ in range(14):
        await later(60)
        assert renault_entry.state is ConfigEntryState.SETUP_RETRY
    assert not renault.log.entries
    await later(60, times=10)
    assert renault_entry.state is ConfigEntryState.LOADED


@pytest.mark.parametrize("shared", [False, True], ids=["alone", "with core's integration"])
@pytest.mark.parametrize("faults", [[], [GONE]], ids=["all is served", "nothing of the cabin is"])
async def test_idle_account(
    hass: HomeAssistant, garage: MyRenaultSimulator, later: Later, *, shared: bool, faults: list[dict[str, object]]
) -> None:
    """Read each car at the start and again, within 12 or 6 reads an hour."""
    garage.faults.replace(faults)
    if shared:
        MockConfigEntry(domain=CORE_RENAULT, data=SIGN_IN).add_to_hass(hass)
    entry = await set_up_garage(hass, garage)
    cars = entry.runtime_data.vehicles.values()
    # The setup of five cars takes more than half of the request limit.
    assert all(car.data.battery is not None for car in cars) or (shared and len(cars) == 5)
    garage.log.entries.clear()
    saved = entry.runtime_data.cloud.stored["requests"]["left"]
    await later(300, times=HOURS * 12)
    reads = [each for each in garage.log.entries if each.path.startswith("/kamereon")]
    # What the setup has left of the saved requests may be used as well, except for the reserve.
    allowed = HOURS * (6 if shared else 12) + max(0, saved - (12 if shared else 24))
    # The charge history is read once a start; a car that could not be tried at the setup causes a reload later.
    once = [each for each in reads if each.path.endswith("/charges")]
    assert len(once) <= 2 * len(entry.runtime_data.vehicles)
    assert len(reads) - len(once) <= allowed
    for car in entry.runtime_data.vehicles.values():
        assert car.last_update_success
        oldest = min(car.data.read_at[part] for part in (Part.BATTERY, Part.MILEAGE, Part.CHARGE_SCHEDULE))
        # A reload reads all parts again, and does not reset the request limit. With 6 reads an hour for five cars,
        # trying what was never served takes the reads of two hours, and a part may wait for two rounds.
        patience = timedelta(hours=8 if shared and len(entry.runtime_data.vehicles) == 5 else 3)
        assert dt_util.utcnow() - oldest < entry.runtime_data.shortest_interval + patience


async def test_requests_of_a_command(hass: HomeAssistant, garage: MyRenaultSimulator, later: Later) -> None:
    """Poll a car within its share of what is reserved for commands."""
    entry = await set_up_garage(hass, garage)
    await later(600, times=6)
    garage.log.entries.clear()
    vin, car = next(iter(entry.runtime_data.vehicles.items()))
    # A full car takes the command, but does not charge.
    garage.vehicle(vin).car.fill(100)
    garage.vehicle(vin).car.plug()
    garage.vehicle(vin).report_now()
    await later(30)
    await car.send_command(commands.StartCharge())
    await later(30, times=21)
    polls = [each for each in garage.log.entries if each.path.endswith(f"/{vin}/battery-status")]
    share = 24 / len(entry.runtime_data.vehicles)
    assert entry.runtime_data.allowance == share
    assert len(polls) <= 1 + 2 * command_polls(share, 1)
    # A repeated command is polled for five minutes, and then for ten.
    assert share < 5 or 2 + 3 * command_polls(share, 1) <= share
