"""A schedule for a car at MY Renault is stored before it is sent."""

from collections.abc import Awaitable
from contextlib import suppress

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
import pytest

from custom_components.renault_ze.cloud.models import CommandKind
from simulator import EXAMPLE_VIN
from tests.contract.clouds import CloudUnderTest
from tests.plan.planned import Car
from tests.storage.conftest import Disk, Late, passing, settle

SECOND = "MY Renault, second generation"
FROZEN = pytest.mark.freeze_time("2026-11-18 18:30:00+00:00")
BOTH = pytest.mark.parametrize("cloud_under_test", ["MY Renault, first generation", SECOND], indirect=True)


def send(hass: HomeAssistant, device: str) -> Awaitable[object]:
    """Send a schedule of three nights."""
    windows = [{"days": ["mon", "tue", "wed"], "start": "01:00", "end": "05:00"}]
    week = {"device_id": device, "windows": windows}
    return hass.services.async_call("renault_ze", "set_charge_schedule", week, blocking=True)


@BOTH
@FROZEN
async def test_late_response(
    car: Car, cloud_under_test: CloudUnderTest, disk: Disk, late: Late, freezer: FrozenDateTimeFactory
) -> None:
    """The next run knows that the schedule is its own."""
    asked = await late(cloud_under_test.commands[CommandKind.SET_CHARGE_SCHEDULE][1], send(car.hass, car.device_id))
    assert len(disk.content["session"]["unanswered"][EXAMPLE_VIN]["windows"]) == 3
    assert await passing(freezer, car.hass.config_entries.async_reload(car.entry.entry_id))
    await settle(car.hass, freezer, asked)
    assert len(disk.content["session"]["unanswered"][EXAMPLE_VIN]["windows"]) == 3


@BOTH
@pytest.mark.parametrize("status", [400, 200])
async def test_response_decides(car: Car, cloud_under_test: CloudUnderTest, disk: Disk, status: int) -> None:
    """A refused schedule is not stored as ours; an accepted one is certain."""
    if status != 200:
        cloud_under_test.simulator.faults.replace(
            [{"kind": "status", "status": status, "path": "*/charge?schedule", "method": "POST"}]
        )
    with suppress(HomeAssistantError):
        await send(car.hass, car.device_id)
    assert await car.hass.config_entries.async_unload(car.entry.entry_id)
    session = disk.content["session"]
    assert session["unanswered"] == {}
    kept = session["schedules"].get(EXAMPLE_VIN, {"sent": None})
    assert (kept["sent"] is not None) is (status == 200)


@FROZEN
@pytest.mark.parametrize("cloud_under_test", [SECOND], indirect=True)
async def test_charge_now(
    car: Car, cloud_under_test: CloudUnderTest, disk: Disk, late: Late, freezer: FrozenDateTimeFactory
) -> None:
    """The schedule to restore is stored before the car forgets it."""
    await send(car.hass, car.device_id)
    entity = {"entity_id": "button.renault_z_e_start_charge"}
    press = car.hass.services.async_call("button", "press", entity, blocking=True)
    asked = await late(cloud_under_test.commands[CommandKind.START_CHARGE][1], press)
    assert disk.content["session"]["suspended"][EXAMPLE_VIN]["kept"]["windows"]
    await settle(car.hass, freezer, asked)
