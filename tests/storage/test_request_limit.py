"""The request limit at MY Renault is stored across reloads and restarts."""

from collections.abc import AsyncIterator
from datetime import timedelta

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from simulator import EXAMPLE_VIN, Account
from simulator.myrenault import SECOND_VIN, X102VE, MyRenaultSimulator
from tests.contract.clouds import CloudUnderTest, second_generation
from tests.plan.planned import Car
from tests.storage.conftest import Disk

pytestmark = pytest.mark.freeze_time("2026-11-18 18:30:00+00:00")
THIRD_VIN = "VF1AGVYF0ZE000003"
VINS = [EXAMPLE_VIN, SECOND_VIN, THIRD_VIN]
HOUR = 3600


@pytest.fixture
def cloud_under_test() -> CloudUnderTest:
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
def mock_config_entry(cloud_under_test: CloudUnderTest, simulator: MyRenaultSimulator) -> MockConfigEntry:
    """Return an entry for the account with three cars."""
    entry = cloud_under_test.entry()
    data = {**entry.data, "address": simulator.url}
    return MockConfigEntry(domain=entry.domain, unique_id=simulator.account.identifier("MYRENAULT"), data=data)


def asked(simulator: MyRenaultSimulator) -> int:
    """Return the number of requests that count."""
    return sum(entry.path.startswith("/kamereon") for entry in simulator.log.entries)


def commands(hass: HomeAssistant) -> list[str]:
    """Return the buttons that start preconditioning."""
    return [each for each in hass.states.async_entity_ids("button") if "start_preconditioning" in each]


async def test_reloads_do_not_reset_it(car: Car) -> None:
    """At most sixty requests are sent in an hour; the account stays connected, and a command is possible."""
    for _ in range(6):
        await car.later(300)
        await car.reload()
        assert car.entry.state is ConfigEntryState.LOADED
    assert 30 <= asked(car.simulator) <= 60
    await car.hass.services.async_call("button", "press", {"entity_id": commands(car.hass)[0]}, blocking=True)
    assert [entry.path for entry in car.simulator.log.entries if entry.path.endswith("hvac-start")]


async def test_kills_do_not_reset_it(car: Car, disk: Disk) -> None:
    """Requests at the start are stored soon."""
    for _ in range(6):
        await car.later(300)
        file = disk.file.read_bytes()
        await car.unload()
        disk.file.write_bytes(file)
        await car.set_up()
    assert 30 <= asked(car.simulator) <= 60


async def test_it_recovers_without_requests(car: Car, disk: Disk) -> None:
    """Twelve requests an hour, even while the account is not loaded."""
    await car.hass.config_entries.async_unload(car.entry.entry_id)
    left = disk.content["session"]["requests"]["left"]
    await car.later(HOUR)
    car.simulator.log.entries.clear()
    await car.set_up()
    await car.hass.config_entries.async_unload(car.entry.entry_id)
    assert disk.content["session"]["requests"]["left"] == pytest.approx(
        min(48, left + 12) - asked(car.simulator), abs=0.1
    )


async def test_stored_time_in_the_future(car: Car, disk: Disk) -> None:
    """It does not change the limit."""
    await car.hass.config_entries.async_unload(car.entry.entry_id)
    left = disk.content["session"]["requests"]["left"]
    ahead = (dt_util.utcnow() + timedelta(days=365)).isoformat()
    text = disk.file.read_text()
    disk.file.write_text(text.replace(disk.content["session"]["requests"]["at"], ahead))
    car.simulator.log.entries.clear()
    await car.set_up()
    await car.hass.config_entries.async_unload(car.entry.entry_id)
    assert disk.content["session"]["requests"]["left"] == pytest.approx(left - asked(car.simulator), abs=0.1)
