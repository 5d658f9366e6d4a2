"""Of a parked car hardly anything is written, and yet a restart costs no login."""

from collections.abc import Awaitable, Callable
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.const import EVENT_HOMEASSISTANT_FINAL_WRITE
from homeassistant.core import HomeAssistant
from homeassistant.helpers.storage import Store
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.renault_ze.const import DOMAIN
from tests.common import ask, set_up
from tests.conftest import Later
from tests.contract.sides import Side
from tests.plan.planned import WORK
from tests.storage.conftest import Disk

pytestmark = pytest.mark.freeze_time("2026-11-18 18:30:00+00:00")
HOUR = 3600

type Restart = Callable[[bytes], Awaitable[None]]


@pytest.fixture
def writes(freezer: FrozenDateTimeFactory, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return when Home Assistant has written one of our files."""
    found: list[str] = []
    write = Store._async_write_data

    async def counted(store: Store[Any], data: dict[str, Any]) -> None:
        if store.key.startswith(DOMAIN):
            found.append(f"{freezer():%H:%M}")
        await write(store, data)

    monkeypatch.setattr(Store, "_async_write_data", counted)
    return found


@pytest.fixture
async def parked(writes: list[str], side: Side, init_integration: MockConfigEntry, later: Later) -> None:
    """Let the car stand around for an hour, not plugged in."""
    side.simulator.vehicle().car.unplug()
    side.simulator.vehicle().report_now()
    for _ in range(6):
        await later(600)


@pytest.fixture
def restart(hass: HomeAssistant, init_integration: MockConfigEntry, disk: Disk) -> Restart:
    """Return what starts the account from what the file was at some time."""

    async def begin(file: bytes) -> None:
        await hass.config_entries.async_unload(init_integration.entry_id)
        await hass.async_block_till_done(wait_background_tasks=True)
        disk.file.write_bytes(file)
        await set_up(hass, init_integration)

    return begin


@pytest.mark.usefixtures("parked")
async def test_a_day_of_a_parked_car(writes: list[str], side: Side, later: Later) -> None:
    """It takes five writes at most, whatever becomes of tokens and of what the account may ask."""
    asked = len(side.simulator.log.entries)
    writes.clear()
    for _ in range(6 * 24):
        await later(600)
    assert len(side.simulator.log.entries) - asked > 200
    assert 1 <= len(writes) <= 5, writes


@pytest.mark.usefixtures("parked")
async def test_what_an_owner_enters_is_written_soon(
    hass: HomeAssistant, device: str, writes: list[str], later: Later
) -> None:
    """Within a second or so."""
    writes.clear()
    await ask(hass, "set_departure", device, **WORK)
    await later(2)
    assert len(writes) == 1


@pytest.mark.usefixtures("parked")
async def test_an_orderly_restart_costs_no_login(
    hass: HomeAssistant, side: Side, disk: Disk, restart: Restart, later: Later
) -> None:
    """Home Assistant lets everybody write before it ends."""
    hass.bus.async_fire(EVENT_HOMEASSISTANT_FINAL_WRITE)
    await hass.async_block_till_done(wait_background_tasks=True)
    await restart(disk.file.read_bytes())
    await later(HOUR)
    assert side.logins() == 1


@pytest.mark.usefixtures("parked")
async def test_a_kill_costs_one_login_at_most(side: Side, disk: Disk, restart: Restart, later: Later) -> None:
    """However often it happens."""
    for killed in range(3):
        await restart(disk.file.read_bytes())
        for _ in range(6):
            await later(600)
        assert side.logins() <= 2 + killed


async def test_a_code_is_not_asked_for_again_after_a_kill(
    side: Side, init_integration: MockConfigEntry, disk: Disk, restart: Restart, later: Later
) -> None:
    """A new log-in is written soon: it may have cost its owner a code from an e-mail."""
    await later(2)
    file = disk.file.read_bytes()
    await restart(file)
    assert side.logins() == 1
