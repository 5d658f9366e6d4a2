"""What an account at MY Renault may still ask outlives a reload and a restart."""

from collections.abc import AsyncIterator
from datetime import timedelta

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from simulator import EXAMPLE_VIN, Account
from simulator.myrenault import SECOND_VIN, X102VE, MyRenaultSimulator
from tests.common import set_up
from tests.conftest import Later
from tests.contract.sides import Side, second_generation
from tests.plan.planned import reload
from tests.storage.conftest import Disk

pytestmark = pytest.mark.freeze_time("2026-11-18 18:30:00+00:00")
THIRD_VIN = "VF1AGVYF0ZE000003"
VINS = [EXAMPLE_VIN, SECOND_VIN, THIRD_VIN]
HOUR = 3600


@pytest.fixture
def side() -> Side:
    """Return MY Renault."""
    return second_generation()


@pytest.fixture
async def simulator(socket_enabled: None) -> AsyncIterator[MyRenaultSimulator]:
    """Serve three cars."""
    owner = Account("you@example.com", "P4ssw0rd", VINS)
    found = MyRenaultSimulator(accounts=[owner], models=dict.fromkeys(VINS, X102VE))
    await found.start()
    yield found
    await found.stop()


@pytest.fixture
def mock_config_entry(side: Side, simulator: MyRenaultSimulator) -> MockConfigEntry:
    """Return an entry for the account with three cars."""
    entry = side.entry()
    data = {**entry.data, "address": simulator.url}
    return MockConfigEntry(domain=entry.domain, unique_id=simulator.account.identifier("MYRENAULT"), data=data)


def asked(simulator: MyRenaultSimulator) -> int:
    """Return how many requests the account has made that count."""
    return sum(entry.path.startswith("/kamereon") for entry in simulator.log.entries)


def commands(hass: HomeAssistant) -> list[str]:
    """Return the buttons that precondition a car."""
    return [each for each in hass.states.async_entity_ids("button") if "start_preconditioning" in each]


async def test_reloads_do_not_refill_it(
    hass: HomeAssistant, init_integration: MockConfigEntry, simulator: MyRenaultSimulator, later: Later
) -> None:
    """No more than sixty requests pass in an hour, and the account stays connected, with room for a command."""
    for _ in range(6):
        await later(300)
        await reload(hass, init_integration)
        assert init_integration.state is ConfigEntryState.LOADED
    assert 30 <= asked(simulator) <= 60
    await hass.services.async_call("button", "press", {"entity_id": commands(hass)[0]}, blocking=True)
    assert [entry.path for entry in simulator.log.entries if entry.path.endswith("hvac-start")]


async def test_kills_do_not_refill_it(
    hass: HomeAssistant, init_integration: MockConfigEntry, simulator: MyRenaultSimulator, disk: Disk, later: Later
) -> None:
    """What a run asks when it begins is written soon."""
    for _ in range(6):
        await later(300)
        file = disk.file.read_bytes()
        await hass.config_entries.async_unload(init_integration.entry_id)
        await hass.async_block_till_done(wait_background_tasks=True)
        disk.file.write_bytes(file)
        await set_up(hass, init_integration)
    assert 30 <= asked(simulator) <= 60


async def test_it_comes_back_while_nobody_asks(
    hass: HomeAssistant, init_integration: MockConfigEntry, simulator: MyRenaultSimulator, disk: Disk, later: Later
) -> None:
    """An hour is worth twelve requests, also while the account is not loaded."""
    await hass.config_entries.async_unload(init_integration.entry_id)
    left = disk.content["session"]["requests"]["left"]
    await later(HOUR)
    simulator.log.entries.clear()
    await set_up(hass, init_integration)
    await hass.config_entries.async_unload(init_integration.entry_id)
    assert disk.content["session"]["requests"]["left"] == pytest.approx(min(48, left + 12) - asked(simulator), abs=0.1)


async def test_a_clock_that_was_wrong(
    hass: HomeAssistant, init_integration: MockConfigEntry, simulator: MyRenaultSimulator, disk: Disk
) -> None:
    """An instant from the future neither gives anything back nor takes anything away."""
    await hass.config_entries.async_unload(init_integration.entry_id)
    left = disk.content["session"]["requests"]["left"]
    ahead = (dt_util.utcnow() + timedelta(days=365)).isoformat()
    text = disk.file.read_text()
    disk.file.write_text(text.replace(disk.content["session"]["requests"]["at"], ahead))
    simulator.log.entries.clear()
    await set_up(hass, init_integration)
    await hass.config_entries.async_unload(init_integration.entry_id)
    assert disk.content["session"]["requests"]["left"] == pytest.approx(left - asked(simulator), abs=0.1)
