"""The number of writes, and logins after a restart."""

from collections.abc import Awaitable, Callable
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.const import EVENT_HOMEASSISTANT_FINAL_WRITE
from homeassistant.core import HomeAssistant
from homeassistant.helpers.storage import Store
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.renault_ze.const import DOMAIN
from simulator.world.battery import ChargingPoint
from tests.common import ask, set_up, value
from tests.contract.clouds import CloudUnderTest
from tests.plan.planned import WORK, Car, Later
from tests.storage.conftest import Disk

pytestmark = pytest.mark.freeze_time("2026-11-18 18:30:00+00:00")
HOUR = 3600
ENERGY = "sensor.renault_z_e_energy_charged"

type Restart = Callable[[bytes], Awaitable[None]]


@pytest.fixture
def writes(freezer: FrozenDateTimeFactory, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the times at which one of our files was written."""
    found: list[str] = []
    write = Store._async_write_data

    async def counted(store: Store[Any], data: dict[str, Any]) -> None:
        if store.key.startswith(DOMAIN):
            found.append(f"{freezer():%H:%M}")
        await write(store, data)

    monkeypatch.setattr(Store, "_async_write_data", counted)
    return found


@pytest.fixture
async def parked(
    writes: list[str], cloud_under_test: CloudUnderTest, init_integration: MockConfigEntry, later: Later
) -> None:
    """Let an unplugged car be parked for an hour."""
    cloud_under_test.simulator.vehicle().car.unplug()
    cloud_under_test.simulator.vehicle().report_now()
    await later(600, times=6)


@pytest.fixture
def restart(hass: HomeAssistant, init_integration: MockConfigEntry, disk: Disk) -> Restart:
    """Return a function that starts the account with an earlier content of the file."""

    async def begin(file: bytes) -> None:
        await hass.config_entries.async_unload(init_integration.entry_id)
        await hass.async_block_till_done(wait_background_tasks=True)
        disk.file.write_bytes(file)
        await set_up(hass, init_integration)

    return begin


@pytest.mark.usefixtures("parked")
async def test_day_of_a_parked_car(writes: list[str], cloud_under_test: CloudUnderTest, later: Later) -> None:
    """At most five writes, however often the tokens and the request limit change."""
    asked = len(cloud_under_test.simulator.log.entries)
    writes.clear()
    await later(600, times=6 * 24)
    assert len(cloud_under_test.simulator.log.entries) - asked > 200
    assert 1 <= len(writes) <= 5, writes


async def test_day_of_a_charging_car(
    hass: HomeAssistant, car: Car, cloud_under_test: CloudUnderTest, writes: list[str], later: Later
) -> None:
    """Write the start and the end of a charge, but not each level between them."""
    vehicle = cloud_under_test.simulator.vehicle()
    vehicle.car.fill(5)
    vehicle.car.plug(ChargingPoint.SLOW)
    vehicle.report_now()
    await later(600, times=3)
    writes.clear()
    before = float(value(hass, ENERGY))
    await later(600, times=6 * 8)
    assert float(value(hass, ENERGY)) > before + 5
    assert len(writes) <= 3, writes


@pytest.mark.usefixtures("parked")
async def test_edits_are_written_soon(hass: HomeAssistant, device_id: str, writes: list[str], later: Later) -> None:
    """Within about a second."""
    writes.clear()
    await ask(hass, "set_departure", device_id, **WORK)
    await later(2)
    assert len(writes) == 1


@pytest.mark.usefixtures("parked")
async def test_restart_needs_no_login(
    hass: HomeAssistant, cloud_under_test: CloudUnderTest, disk: Disk, restart: Restart, later: Later
) -> None:
    """Home Assistant writes everything before it stops."""
    hass.bus.async_fire(EVENT_HOMEASSISTANT_FINAL_WRITE)
    await hass.async_block_till_done(wait_background_tasks=True)
    await restart(disk.file.read_bytes())
    await later(HOUR)
    assert cloud_under_test.logins() == 1


@pytest.mark.usefixtures("parked")
async def test_kill_needs_at_most_one_login(
    cloud_under_test: CloudUnderTest, disk: Disk, restart: Restart, later: Later
) -> None:
    """However often it happens."""
    for killed in range(3):
        await restart(disk.file.read_bytes())
        await later(600, times=6)
        assert cloud_under_test.logins() <= 2 + killed


async def test_kill_after_a_second_factor(
    cloud_under_test: CloudUnderTest, car: Car, disk: Disk, restart: Restart
) -> None:
    """A new login is written soon, because it may have needed a code."""
    await car.later(2)
    file = disk.file.read_bytes()
    await restart(file)
    assert cloud_under_test.logins() == 1
