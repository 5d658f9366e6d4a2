"""A run of an account that has ended writes nothing, even when responses still arrive."""

import asyncio
from collections.abc import Awaitable
from unittest.mock import AsyncMock

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
import pytest

from custom_components.renault_ze.cloud.models import CommandKind
from simulator import EXAMPLE_VIN
from simulator.myrenault import MyRenaultSimulator
from tests.contract.clouds import CloudUnderTest
from tests.plan.planned import EVERY_DAY, NIGHT, WORK, Car
from tests.storage.conftest import LATE_SECONDS, Disk, Late, passing, settle

pytestmark = pytest.mark.freeze_time("2026-11-18 18:30:00+00:00")


def press(hass: HomeAssistant) -> Awaitable[object]:
    """Press the button that starts preconditioning."""
    entity = {"entity_id": "button.renault_z_e_start_preconditioning"}
    return hass.services.async_call("button", "press", entity, blocking=True)


async def plan(hass: HomeAssistant, device: str) -> None:
    """Plan a departure and windows for every night."""
    for action, data in (("set_departure", WORK), ("set_charge_schedule", {"windows": [NIGHT], "enable": False})):
        await hass.services.async_call("renault_ze", action, {"device_id": device, **data}, blocking=True)


def look_up(hass: HomeAssistant, device: str, history: str = "preconditioning") -> Awaitable[object]:
    """Request the history of a month."""
    month = {"device_id": device, "from": "2026-10", "to": "2026-10"}
    action = f"get_{history}_history"
    return hass.services.async_call("renault_ze", action, month, blocking=True, return_response=True)


async def test_late_response_does_not_overwrite(
    car: Car, cloud_under_test: CloudUnderTest, late: Late, freezer: FrozenDateTimeFactory
) -> None:
    """Plan and login of the next run stay."""
    asked = await late(cloud_under_test.commands[CommandKind.PRECONDITION][1], press(car.hass))
    assert await passing(freezer, car.hass.config_entries.async_reload(car.entry.entry_id))
    assert not asked.done()
    await plan(car.hass, car.device_id)
    # What was planned is written before the answer is there.
    await passing(freezer, asyncio.sleep(LATE_SECONDS / 4))
    assert not asked.done()
    await settle(car.hass, freezer, asked)
    await car.reload()
    found = await car.ask("get_plan")
    assert (len(found["departures"]), len(found["windows"])) == (1, 7)
    assert cloud_under_test.logins() == 1


async def test_response_during_the_unload_is_stored(
    car: Car, cloud_under_test: CloudUnderTest, late: Late, disk: Disk, freezer: FrozenDateTimeFactory
) -> None:
    """Home Assistant waits some seconds for the last commands."""
    asked = await late(cloud_under_test.commands[CommandKind.PRECONDITION][1], press(car.hass), seconds=5)
    assert await passing(freezer, car.hass.config_entries.async_unload(car.entry.entry_id))
    await asked
    await car.hass.async_block_till_done(wait_background_tasks=True)
    assert disk.content["last_commands"][EXAMPLE_VIN][0]["kind"] == "precondition"


@pytest.mark.parametrize("cloud_under_test", ["Z.E. Services"], indirect=True)
async def test_command_of_two_requests_is_completed(
    car: Car, cloud_under_test: CloudUnderTest, late: Late, freezer: FrozenDateTimeFactory
) -> None:
    """The second request is sent during the unload."""
    windows = [{"days": EVERY_DAY, "start": "01:00", "end": "05:00"}]
    week = {"device_id": car.device_id, "windows": windows}
    send = car.hass.services.async_call("renault_ze", "set_charge_schedule", week, blocking=True)
    asked = await late("*/charge/scheduler/offboard", send, seconds=5)
    assert await passing(freezer, car.hass.config_entries.async_unload(car.entry.entry_id))
    await asked
    assert cloud_under_test.received(CommandKind.SET_CHARGE_SCHEDULE) == 1


@pytest.mark.parametrize("cloud_under_test", ["Z.E. Services"], indirect=True)
async def test_late_token_does_not_replace_a_newer_one(
    car: Car, cloud_under_test: CloudUnderTest, late: Late, disk: Disk, freezer: FrozenDateTimeFactory
) -> None:
    """The next run uses the newer one."""
    freezer.tick(1200)
    asked = await late("*/user/token/refresh", press(car.hass))
    assert await passing(freezer, car.hass.config_entries.async_reload(car.entry.entry_id))
    assert not asked.done()
    assert await car.entry.runtime_data.storage.flush()
    stored = disk.content["session"]
    await settle(car.hass, freezer, asked)
    assert disk.content["session"] == stored
    await car.reload()
    await car.later(1200)
    assert cloud_under_test.logins() == 1


async def test_removed_after_a_failed_unload(
    car: Car,
    cloud_under_test: CloudUnderTest,
    late: Late,
    disk: Disk,
    monkeypatch: pytest.MonkeyPatch,
    freezer: FrozenDateTimeFactory,
) -> None:
    """The last run goes on, but writes nothing."""
    asked = await late(cloud_under_test.commands[CommandKind.PRECONDITION][1], press(car.hass))
    monkeypatch.setattr(car.hass.config_entries, "async_unload_platforms", AsyncMock(return_value=False))
    assert await passing(freezer, car.hass.config_entries.async_remove(car.entry.entry_id))
    await settle(car.hass, freezer, asked)
    assert not list(disk.file.parent.glob("renault_ze*"))


@pytest.mark.parametrize("what", ["command", "history"])
async def test_removed_file_stays_removed(
    car: Car, cloud_under_test: CloudUnderTest, late: Late, disk: Disk, what: str, freezer: FrozenDateTimeFactory
) -> None:
    """No token is written by a late response."""
    if what == "command":
        asked = await late(cloud_under_test.commands[CommandKind.PRECONDITION][1], press(car.hass))
    elif isinstance(cloud_under_test.simulator, MyRenaultSimulator):
        asked = await late("*/charges", look_up(car.hass, car.device_id, "charge"))
    else:
        asked = await late("*/air-conditioning", look_up(car.hass, car.device_id))
    assert await passing(freezer, car.hass.config_entries.async_remove(car.entry.entry_id))
    assert not asked.done()
    await settle(car.hass, freezer, asked)
    assert not list(disk.file.parent.glob("renault_ze*"))
