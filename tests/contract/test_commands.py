"""Each command is sent once, tracked until it is settled, and its failure is explained."""

from collections.abc import Callable
from dataclasses import replace
from datetime import time, timedelta

from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.renault_ze.cloud.models import ChargeWindow, CommandKind, Weekday
from custom_components.renault_ze.cloud.notifications import NotificationChannel
from custom_components.renault_ze.coordinator import VehicleCoordinator
from custom_components.renault_ze.vehicle import commands
from custom_components.renault_ze.vehicle.command import Command
from custom_components.renault_ze.vehicle.results import CommandReason, CommandResult, CommandStatus
from simulator import EXAMPLE_VIN
from tests.contract.clouds import CloudUnderTest
from tests.coordinator.fault_cases import SPOILED, UNREADABLE, WITHOUT_RESPONSE, Rule, check_log, error_of
from tests.plan.planned import Car, Later

pytestmark = pytest.mark.freeze_time("2026-11-18 12:30:00+00:00")

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
WEEK = tuple(ChargeWindow(day, time(2), timedelta(hours=4)) for day in Weekday)
COMMANDS: dict[CommandKind, Callable[[], Command]] = {
    CommandKind.PRECONDITION: lambda: commands.Precondition(threshold=45),
    CommandKind.PRECONDITION_AT: lambda: commands.PreconditionAt(time(23, 45)),
    CommandKind.CANCEL_PRECONDITION: commands.CancelPrecondition,
    CommandKind.START_CHARGE: commands.StartCharge,
    CommandKind.REQUEST_UPDATE: commands.RequestUpdate,
    CommandKind.SET_CHARGE_SCHEDULE: lambda: commands.SetChargeSchedule(WEEK),
    CommandKind.DISABLE_CHARGE_SCHEDULE: commands.DisableChargeSchedule,
    CommandKind.SET_NOTIFICATIONS: lambda: commands.SetNotifications(
        lambda now: replace(now, charge_end=NotificationChannel.SMS)
    ),
}
LOST = ("500", "HTML with 502", "dropped before", "dropped after")
FAULTS: dict[str, Rule] = {
    name: {**WITHOUT_RESPONSE, **UNREADABLE, **SPOILED}[name]
    for name in (*LOST, "409", "rate limit", "truncated", "empty")
}


@pytest.fixture(params=COMMANDS)
def kind(request: pytest.FixtureRequest, cloud_under_test: CloudUnderTest) -> CommandKind:
    """Return a command that the cloud supports."""
    found: CommandKind = request.param
    if found not in cloud_under_test.commands:
        pytest.skip("This cloud does not support the command")
    return found


async def settled(car: VehicleCoordinator, kind: CommandKind, later: Later) -> CommandResult:
    """Return the result of a command after at most a quarter of an hour."""
    for _ in range(15):
        if car.data.commands[kind].status.is_settled:
            break
        await later(MINUTE.total_seconds())
    return car.data.commands[kind]


async def test_confirmed(
    cloud_under_test: CloudUnderTest, kind: CommandKind, coordinator: VehicleCoordinator, later: Later
) -> None:
    """Confirm a command once the car shows its effect; otherwise it stays accepted."""
    command = await coordinator.send_command(COMMANDS[kind]())
    if kind in cloud_under_test.unconfirmable:
        assert (command.status, command.reason) == (CommandStatus.ACCEPTED, CommandReason.UNCONFIRMABLE)
        await later(1200)
        assert coordinator.data.commands[kind] == command
    else:
        assert (await settled(coordinator, kind, later)).status is CommandStatus.CONFIRMED
    assert cloud_under_test.received(kind) == 1


async def test_car_out_of_reach(
    cloud_under_test: CloudUnderTest, kind: CommandKind, coordinator: VehicleCoordinator, later: Later
) -> None:
    """Do not confirm a command that the car cannot receive."""
    if kind in cloud_under_test.by_the_server | cloud_under_test.unconfirmable:
        pytest.skip("The car has no part in what is shown of it")
    # Its report of the cable arrives first.
    await later(1200)
    cloud_under_test.simulator.vehicle().link.in_reach = False
    await coordinator.send_command(COMMANDS[kind]())
    command = await settled(coordinator, kind, later)
    assert command.status in {CommandStatus.TIMED_OUT, CommandStatus.FAILED}
    assert command.reason is not None
    assert cloud_under_test.received(kind) == (2 if kind in cloud_under_test.same_path else 1)


async def test_faults(
    cloud_under_test: CloudUnderTest, kind: CommandKind, car: Car, caplog: pytest.LogCaptureFixture
) -> None:
    """After any fault, the command has arrived once, the error is explained, and it works again the next day."""
    verb, path = cloud_under_test.commands[kind]
    for name, rule in FAULTS.items():
        cloud_under_test.simulator.faults.replace([{"method": verb, "path": path, **rule}])
        cloud_under_test.simulator.log.entries.clear()
        told = await error_of(_send(car.entry, kind))
        assert told in {"command_unanswered", "command_unknown"} or name not in LOST, name
        assert (told == cloud_under_test.throttled) is (name == "rate limit"), name
        assert (told == "rejected") is (name == "409"), name
        await car.later(660)
        assert cloud_under_test.received(kind) == 1, name
        cloud_under_test.simulator.faults.replace([])
        await _next_noon(cloud_under_test, car.later)
        assert await error_of(_send(car.entry, kind)) is None, name
        assert cloud_under_test.received(kind) == 2, name
        await _next_noon(cloud_under_test, car.later)
        assert _car(car.entry).last_update_success, name
        check_log(caplog)


async def test_token_refused_once(cloud_under_test: CloudUnderTest, kind: CommandKind, car: Car) -> None:
    """Send a command again with a new token if it was refused unread."""
    verb, path = cloud_under_test.commands[kind]
    cloud_under_test.simulator.faults.replace([{"method": verb, "path": path, "kind": "expired_token", "times": 1}])
    await car.coordinator.send_command(COMMANDS[kind]())
    assert cloud_under_test.simulator.faults.rules[0].hits == 1
    assert cloud_under_test.received(kind) == 1
    assert not car.hass.config_entries.flow.async_progress()


def _car(entry: MockConfigEntry) -> VehicleCoordinator:
    """Return the car's coordinator, which is another one after a reload."""
    found: VehicleCoordinator = entry.runtime_data.vehicles[EXAMPLE_VIN]
    return found


async def _send(entry: MockConfigEntry, kind: CommandKind) -> None:
    """Send a command."""
    await _car(entry).send_command(COMMANDS[kind]())


async def _next_noon(cloud_under_test: CloudUnderTest, later: Later) -> None:
    """Wait until the next noon, when the request limit is full and the car is as it was."""
    now = dt_util.utcnow()
    noon = now.replace(hour=12, minute=0, second=0, microsecond=0) + DAY
    await later((noon - now).total_seconds())
    cloud_under_test.prepare_car()
    await later(1800)
