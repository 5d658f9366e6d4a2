"""Equal commands at the same time are sent once, and all senders get the result."""

import asyncio
from collections.abc import Callable
from dataclasses import replace

from homeassistant.core import HomeAssistant
import pytest

from custom_components.renault_ze.cloud.models import CommandKind
from custom_components.renault_ze.cloud.notifications import NotificationChannel
from custom_components.renault_ze.coordinator import VehicleCoordinator
from custom_components.renault_ze.vehicle import commands
from custom_components.renault_ze.vehicle.command import Command
from custom_components.renault_ze.vehicle.results import CommandResult, CommandStatus
from tests.common import expect_error
from tests.conftest import Later
from tests.contract.clouds import CloudUnderTest
from tests.contract.test_commands import COMMANDS, WEEK

pytestmark = pytest.mark.freeze_time("2026-11-18 12:30:00+00:00")

TEN = 10
EQUAL: dict[CommandKind, Callable[[], Command]] = {
    **COMMANDS,
    CommandKind.SET_NOTIFICATIONS: lambda: commands.SetNotifications(
        lambda now: replace(now, charge_end=NotificationChannel.SMS), key="charge_end by SMS"
    ),
}


@pytest.fixture(params=EQUAL)
def kind(request: pytest.FixtureRequest, cloud_under_test: CloudUnderTest) -> CommandKind:
    """Return a command that the cloud supports."""
    found: CommandKind = request.param
    if found not in cloud_under_test.commands:
        pytest.skip("This cloud does not support the command")
    return found


async def send_ten_times(coordinator: VehicleCoordinator, kind: CommandKind) -> list[CommandResult | BaseException]:
    """Send a command ten times at once, and return the results."""
    return await asyncio.gather(*(coordinator.send_command(EQUAL[kind]()) for _ in range(TEN)), return_exceptions=True)


async def test_accepted(cloud_under_test: CloudUnderTest, kind: CommandKind, coordinator: VehicleCoordinator) -> None:
    """Return the same result to all senders."""
    results = await send_ten_times(coordinator, kind)
    assert len(results) == TEN
    assert all(isinstance(each, CommandResult) and each == results[0] for each in results)
    assert cloud_under_test.received(kind) == 1


async def test_refused(cloud_under_test: CloudUnderTest, kind: CommandKind, coordinator: VehicleCoordinator) -> None:
    """Raise the same error for all senders."""
    verb, path = cloud_under_test.commands[kind]
    cloud_under_test.simulator.faults.replace(
        [{"method": verb, "path": path, "kind": "status", "status": 409, "message": "No"}]
    )
    results = await send_ten_times(coordinator, kind)
    assert [getattr(each, "translation_key", None) for each in results] == ["rejected"] * TEN
    assert cloud_under_test.received(kind) == 1


async def test_waiting_for_confirmation(
    cloud_under_test: CloudUnderTest, coordinator: VehicleCoordinator, later: Later
) -> None:
    """Return the final result to all senders who wait."""
    command = COMMANDS[CommandKind.START_CHARGE]
    waiting = [asyncio.ensure_future(coordinator.send_command(command(), wait=True)) for _ in range(TEN)]
    await later(61, times=10)
    assert {command.status for command in await asyncio.gather(*waiting)} == {CommandStatus.CONFIRMED}
    assert cloud_under_test.received(CommandKind.START_CHARGE) == 1


async def test_cancelled_sender(
    cloud_under_test: CloudUnderTest, hass: HomeAssistant, coordinator: VehicleCoordinator
) -> None:
    """Return the result to the second sender after the first was cancelled."""
    command = COMMANDS[CommandKind.START_CHARGE]
    first, second = (asyncio.ensure_future(coordinator.send_command(command())) for _ in range(2))
    await asyncio.sleep(0)
    first.cancel()
    assert (await second).status is CommandStatus.ACCEPTED
    assert first.cancelled()
    assert cloud_under_test.received(CommandKind.START_CHARGE) == 1


async def test_last_of_three_schedules_wins(
    cloud_under_test: CloudUnderTest, coordinator: VehicleCoordinator, later: Later
) -> None:
    """Send a schedule again if another was sent in between."""
    other = tuple(replace(each, duration=each.duration / 2) for each in WEEK)
    given = [commands.SetChargeSchedule(windows) for windows in (WEEK, other, WEEK)]
    await asyncio.gather(*map(coordinator.send_command, given))
    assert cloud_under_test.received(CommandKind.SET_CHARGE_SCHEDULE) == len(given)
    await later(61, times=15)
    assert coordinator.data.charge_schedule is not None
    assert coordinator.data.charge_schedule.windows == WEEK


async def test_different_commands(cloud_under_test: CloudUnderTest, coordinator: VehicleCoordinator) -> None:
    """Send different commands once each."""
    kinds = (CommandKind.START_CHARGE, CommandKind.PRECONDITION)
    await asyncio.gather(*(coordinator.send_command(COMMANDS[kind]()) for kind in kinds * TEN))
    assert [cloud_under_test.received(kind) for kind in kinds] == [1, 1]


async def test_repeated_after_response(cloud_under_test: CloudUnderTest, coordinator: VehicleCoordinator) -> None:
    """Do not share a command that is sent after the first one's response."""
    kind = CommandKind.START_CHARGE
    await coordinator.send_command(COMMANDS[kind]())
    with expect_error("still_waiting"):
        await coordinator.send_command(COMMANDS[kind]())
    assert cloud_under_test.received(kind) == 1
