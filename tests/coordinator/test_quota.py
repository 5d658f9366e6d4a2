"""What an account at MY Renault is asked in an hour, by the simulator's own count, with all its cars."""

from collections.abc import AsyncIterator
from datetime import timedelta

from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import CONF_PASSWORD, CONF_USERNAME
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.renault_ze.cloud.models import Part
from custom_components.renault_ze.const import CONF_ADDRESS, CONF_CLOUD, CONF_LOCALE, CORE_RENAULT, DOMAIN, MY_RENAULT
from custom_components.renault_ze.vehicle import commands
from custom_components.renault_ze.vehicle.tracker import command_poll_interval
from simulator import Account
from simulator.myrenault import X101VE, X102VE, MyRenaultSimulator
from tests.common import set_up
from tests.conftest import Later

HOURS = 12
SIGN_IN = {CONF_USERNAME: "you@example.com", CONF_PASSWORD: "P4ssw0rd"}
GONE = {"kind": "status", "status": 404, "message": "err.func.wired.notFound", "path": "*/hvac-status"}

pytestmark = pytest.mark.freeze_time("2026-11-18 18:30:00+00:00")


@pytest.fixture(params=[1, 2, 5])
async def garage(socket_enabled: None, request: pytest.FixtureRequest) -> AsyncIterator[MyRenaultSimulator]:
    """Serve an account of so many cars of either generation, none of which does anything."""
    models = {f"VF1AGVYF0ZE00000{number}": (X101VE, X102VE)[number % 2] for number in range(request.param)}
    owner = Account(SIGN_IN[CONF_USERNAME], SIGN_IN[CONF_PASSWORD], list(models))
    simulator = MyRenaultSimulator(accounts=[owner], models=models)
    await simulator.start()
    yield simulator
    await simulator.stop()


async def test_pause_outlives_a_set_up(
    hass: HomeAssistant,
    enable_custom_integrations: None,
    renault: MyRenaultSimulator,
    renault_entry: MockConfigEntry,
    later: Later,
) -> None:
    """Home Assistant tries again within seconds; the server that asked for a pause has it all the same."""
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
    for _ in range(10):
        await later(60)
    assert renault_entry.state is ConfigEntryState.LOADED


@pytest.mark.parametrize("shared", [False, True], ids=["alone", "beside core's"])
@pytest.mark.parametrize("faults", [[], [GONE]], ids=["all is served", "nothing of the cabin is"])
async def test_idle_account(
    hass: HomeAssistant,
    enable_custom_integrations: None,
    garage: MyRenaultSimulator,
    later: Later,
    *,
    shared: bool,
    faults: list[dict[str, object]],
) -> None:
    """Twelve reads an hour over all cars, or six; each is known from the beginning, and read again and again."""
    garage.faults.replace(faults)
    if shared:
        MockConfigEntry(domain=CORE_RENAULT, data=SIGN_IN).add_to_hass(hass)
    data = {CONF_CLOUD: MY_RENAULT, CONF_LOCALE: "en_GB", CONF_ADDRESS: garage.url, **SIGN_IN}
    entry = MockConfigEntry(domain=DOMAIN, unique_id="my_renault", data=data)
    await set_up(hass, entry)
    cars = entry.runtime_data.vehicles.values()
    # To get to know five cars takes more than half a quota.
    assert all(car.data.battery is not None for car in cars) or (shared and len(cars) == 5)
    garage.log.entries.clear()
    for _ in range(HOURS * 12):
        await later(300)
    reads = [each for each in garage.log.entries if each.path.startswith("/kamereon")]
    allowed = HOURS * (6 if shared else 12)
    # What a car charged before is asked for once a start, as soon as the quota allows. A car that could not be tried
    # out in the beginning makes for a new start later.
    once = [each for each in reads if each.path.endswith("/charges")]
    assert len(once) <= 2 * len(entry.runtime_data.vehicles)
    assert len(reads) - len(once) <= allowed
    for car in entry.runtime_data.vehicles.values():
        assert car.last_update_success
        oldest = min(car.data.read_at[part] for part in (Part.BATTERY, Part.MILEAGE, Part.CHARGE_SCHEDULE))
        # A new start reads everything once more, from what the quota has left: a reload does not refill it.
        patience = timedelta(hours=6 if shared and faults else 3)
        assert dt_util.utcnow() - oldest < entry.runtime_data.shortest_interval + patience


async def test_following_a_command_costs_a_fraction_of_the_quota(
    hass: HomeAssistant, enable_custom_integrations: None, garage: MyRenaultSimulator, later: Later
) -> None:
    """A car is looked at as often as its share of what is kept for commands allows, and before the command once."""
    data = {CONF_CLOUD: MY_RENAULT, CONF_LOCALE: "en_GB", CONF_ADDRESS: garage.url, **SIGN_IN}
    entry = MockConfigEntry(domain=DOMAIN, unique_id="my_renault", data=data)
    await set_up(hass, entry)
    for _ in range(6):
        await later(600)
    garage.log.entries.clear()
    vin, car = next(iter(entry.runtime_data.vehicles.items()))
    await car.act(commands.StartCharge())
    for _ in range(21):
        await later(30)
    polls = [each for each in garage.log.entries if each.path.endswith(f"/{vin}/battery-status")]
    share = 24 / len(entry.runtime_data.vehicles)
    assert entry.runtime_data.allowance == share
    assert len(polls) <= 1 + timedelta(minutes=10) / command_poll_interval(share, 1)
    # A command that is repeated is looked after for five minutes, and then for ten.
    assert share < 5 or 2 + timedelta(minutes=15) / command_poll_interval(share, 1) <= share
