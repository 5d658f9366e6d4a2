"""On a full disk, the plan sends nothing that a restart would send again."""

from datetime import time

from homeassistant.config_entries import ConfigEntryState
import pytest

from custom_components.renault_ze.cloud.models import CommandKind
from simulator import EXAMPLE_VIN
from tests.common import received_commands
from tests.contract.clouds import CloudUnderTest
from tests.plan.planned import DEPLOY, NIGHT, NOON, WORK, Car
from tests.storage.conftest import Disk, issues

# A Wednesday evening in London, where the car is.
pytestmark = pytest.mark.freeze_time("2026-11-18 18:30:00+00:00")


async def test_departure_waits_for_the_disk(car: Car, cloud_under_test: CloudUnderTest, disk: Disk) -> None:
    """Its command is sent once it can be stored; the repair is created and withdrawn."""
    await car.ask("set_departure", **WORK)
    await car.until("07:15")
    with disk.full():
        await car.until("07:23")
        assert cloud_under_test.received(CommandKind.PRECONDITION) == 0
        assert "storage_full" in issues(car.hass)
    await car.until("07:26")
    assert cloud_under_test.received(CommandKind.PRECONDITION) == 1
    assert "storage_full" not in issues(car.hass)
    await car.until("07:28")
    await car.reload()
    assert cloud_under_test.received(CommandKind.PRECONDITION) == 1


@pytest.mark.parametrize("cloud_under_test", ["Z.E. Services"], indirect=True)
async def test_timer_and_window_wait_for_the_disk(car: Car, cloud_under_test: CloudUnderTest, disk: Disk) -> None:
    """They are sent later; commands of the owner do not wait."""
    await car.ask("set_departure", **WORK, robust=True)
    await car.ask("set_charge_schedule", windows=[NIGHT, {**NOON, "start": "06:30", "end": "07:00"}])
    await car.until("05:20")
    cloud_under_test.simulator.log.entries.clear()
    with disk.full():
        await car.until("05:50")
        assert received_commands(cloud_under_test.simulator) == []
        await car.call("button.press", "button.renault_z_e_request_update")
        assert received_commands(cloud_under_test.simulator) == [("POST /battery", None)]
    await car.until("06:00")
    assert cloud_under_test.received(CommandKind.PRECONDITION_AT) == 1
    assert received_commands(cloud_under_test.simulator).count(DEPLOY) == 1


async def test_plan_survives_a_reload(car: Car, disk: Disk) -> None:
    """It is kept, and written once there is space."""
    with disk.full():
        await car.ask("set_departure", **WORK)
        await car.reload()
        assert car.entry.state is ConfigEntryState.LOADED
        assert len((await car.ask("get_plan"))["departures"]) == 1
        assert "storage_full" in issues(car.hass)
    await car.later(301)
    assert len(disk.content["plans"][EXAMPLE_VIN]["departures"]) == 1
    assert "storage_full" not in issues(car.hass)


@pytest.mark.parametrize("day", ["2026-11-19", "2026-11-23"])
@pytest.mark.parametrize("cloud_under_test", ["Z.E. Services"], indirect=True)
async def test_cleanup_waits_for_the_disk(car: Car, cloud_under_test: CloudUnderTest, disk: Disk, day: str) -> None:
    """Otherwise an enabled account could send the next schedule too soon."""
    await car.ask("set_charge_schedule", windows=[NIGHT, NOON])
    for moment in ("11:00", "11:30"):
        await car.until(f"{day}T{moment}")
    cloud_under_test.simulator.log.entries.clear()
    with disk.full():
        await car.disable()
        await car.until(f"{day}T11:35")
        assert received_commands(cloud_under_test.simulator) == []
    await car.until(f"{day}T11:50")
    assert received_commands(cloud_under_test.simulator).count(DEPLOY) == 1
    schedule = cloud_under_test.simulator.vehicle().car.schedule
    assert (schedule.enabled, {each.start for each in schedule.week.days}) == (True, {time(1)})
