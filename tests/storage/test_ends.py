"""Pending writes of an unloaded account are retried, at the latest when Home Assistant stops."""

from homeassistant.const import EVENT_HOMEASSISTANT_FINAL_WRITE
from homeassistant.core import CoreState, HomeAssistant
import pytest

from simulator import EXAMPLE_VIN
from tests.plan.planned import CINEMA, WORK, Car
from tests.storage.conftest import Disk, issues

pytestmark = [
    pytest.mark.freeze_time("2026-11-18 18:30:00+00:00"),
    pytest.mark.parametrize("cloud_under_test", ["Z.E. Services"], indirect=True),
]
ROUND = 301


async def write_finally(hass: HomeAssistant) -> None:
    """Send the final write event."""
    hass.set_state(CoreState.final_write)
    hass.bus.async_fire(EVENT_HOMEASSISTANT_FINAL_WRITE)
    await hass.async_block_till_done(wait_background_tasks=True)
    hass.set_state(CoreState.running)


def departures(disk: Disk) -> list[str]:
    """Return the names of the stored departures."""
    return [each["name"] for each in disk.content.get("plans", {}).get(EXAMPLE_VIN, {}).get("departures", ())]


async def test_final_write_after_a_full_disk(car: Car, disk: Disk) -> None:
    """The disk has space again."""
    with disk.full():
        await car.ask("set_departure", **WORK)
        await car.unload()
    await write_finally(car.hass)
    assert departures(disk) == [WORK["name"]]


async def test_final_write_after_an_unload(car: Car, disk: Disk) -> None:
    """Changes after the unload are not written."""
    storage = car.entry.runtime_data.storage
    car.hass.set_state(CoreState.stopping)
    storage.remember_zone(EXAMPLE_VIN, "Europe/Paris")
    await car.unload()
    storage.remember_zone(EXAMPLE_VIN, "Europe/Berlin")
    await write_finally(car.hass)
    assert disk.content["zones"][EXAMPLE_VIN] == "Europe/Paris"


async def test_retry_after_a_full_disk(car: Car, disk: Disk) -> None:
    """Writes are retried every five minutes until one succeeds."""
    with disk.full():
        await car.ask("set_departure", **WORK)
        await car.unload()
        await car.later(ROUND)
    await car.later(ROUND)
    assert departures(disk) == [WORK["name"]]
    disk.file.unlink()
    await car.later(ROUND)
    await write_finally(car.hass)
    assert not disk.file.exists()


async def test_earlier_run_does_not_overwrite(car: Car, disk: Disk) -> None:
    """The later run writes what it loaded."""
    with disk.full():
        await car.ask("set_departure", **WORK)
        await car.unload()
        await car.reload()
        await car.ask("set_departure", **CINEMA)
    await car.later(ROUND)
    await write_finally(car.hass)
    assert departures(disk) == [WORK["name"], CINEMA["name"]]


async def test_removed_account_writes_nothing(car: Car, disk: Disk) -> None:
    """Its pending changes are dropped."""
    with disk.full():
        await car.ask("set_departure", **WORK)
        await car.unload()
    await car.hass.config_entries.async_remove(car.entry.entry_id)
    await car.later(ROUND)
    await write_finally(car.hass)
    assert not disk.file.exists()


@pytest.mark.parametrize("how", ["disable", "unload"])
async def test_repair_is_withdrawn_after_a_write(car: Car, disk: Disk, how: str) -> None:
    """Even if the account is no longer loaded."""
    with disk.full():
        await car.ask("set_departure", **WORK)
        if how == "disable":
            await car.disable()
        await car.unload()
        await car.later(ROUND)
        assert issues(car.hass) == {"storage_full"}
    await car.later(ROUND)
    assert issues(car.hass) == set()
    assert departures(disk) == [WORK["name"]]


async def test_repair_is_withdrawn_with_the_account(car: Car, disk: Disk) -> None:
    """Even if its file cannot be deleted."""
    with disk.full():
        await car.ask("set_departure", **WORK)
        await car.unload()
        assert issues(car.hass) == {"storage_full"}
        await car.hass.config_entries.async_remove(car.entry.entry_id)
        await car.later(ROUND)
        assert issues(car.hass) == set()
