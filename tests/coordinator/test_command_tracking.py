"""Each command is sent once, and followed until its result is known."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

from freezegun.api import FrozenDateTimeFactory
import pytest

from custom_components.renault_ze.cloud.models import ChargeSchedule, ChargeWindow, CommandKind, Part, Weekday
from custom_components.renault_ze.coordinator import VehicleCoordinator
from custom_components.renault_ze.vehicle import commands
from custom_components.renault_ze.vehicle.results import CommandReason, CommandStatus
from simulator import Simulator
from tests import common
from tests.common import begun, expect_error
from tests.plan.planned import Car, Later

pytestmark = pytest.mark.usefixtures("entity_registry_enabled_by_default")

WEEK = tuple(ChargeWindow(day, time(1), timedelta(hours=4)) for day in Weekday)


def received_commands(simulator: Simulator) -> list[str]:
    """Return the orders that reached the server, without their bodies."""
    return [order for order, _ in common.received_commands(simulator)]


async def test_confirmed_command(car: Car) -> None:
    """Accept the command, and confirm it once a run is reported."""
    command = await car.coordinator.send_command(commands.Precondition(threshold=45))
    assert command.status is CommandStatus.ACCEPTED
    assert car.coordinator.update_interval == timedelta(seconds=30)
    assert car.hass.states.get("sensor.renault_z_e_last_command").state == "accepted"
    await car.later(31, times=2)
    assert car.coordinator.data.commands[CommandKind.PRECONDITION].status is CommandStatus.CONFIRMED
    assert car.hass.states.get("event.renault_z_e_command").attributes["event_type"] == "confirmed"
    assert car.hass.states.get("event.renault_z_e_preconditioning").attributes["event_type"] == "succeeded"
    assert car.coordinator.update_interval == timedelta(minutes=5)
    assert received_commands(car.simulator) == ["POST /air-conditioning"]


async def test_error_at_the_end_of_a_run(car: Car) -> None:
    """Confirm by the history if the last run is the car's own error."""
    car.simulator.vehicle().link.late_error = True
    await car.coordinator.send_command(commands.Precondition(threshold=45))
    await car.later(180)
    assert car.coordinator.data.last_preconditioning.result == "error"
    assert car.coordinator.data.commands[CommandKind.PRECONDITION].status is CommandStatus.CONFIRMED


async def test_refusal_below_the_threshold(car: Car) -> None:
    """Give the low battery as the reason."""
    car.simulator.vehicle().car.unplug()
    await car.later(60)
    car.simulator.vehicle().car.fill(30)
    car.simulator.vehicle().report_now()
    await car.later(301)
    waiting = await begun(car.coordinator, commands.Precondition(threshold=45))
    await car.later(31, times=2)
    command = await waiting
    assert (command.status, command.reason) == (CommandStatus.FAILED, CommandReason.BELOW_THRESHOLD)


async def test_command_times_out(car: Car) -> None:
    """Send it once, and give up after ten minutes."""
    car.simulator.vehicle().link.obeys_preconditioning = False
    await car.coordinator.send_command(commands.Precondition(threshold=45))
    await car.later(30, times=21)
    command = car.coordinator.data.commands[CommandKind.PRECONDITION]
    assert (command.status, command.reason) == (CommandStatus.TIMED_OUT, CommandReason.NO_CONFIRMATION)
    assert car.hass.states.get("event.renault_z_e_command").attributes["reason"] == "no_confirmation"
    assert received_commands(car.simulator).count("POST /air-conditioning") == 1


async def test_pending_command_is_not_repeated(car: Car) -> None:
    """Refuse a second press until the first command ended."""
    await car.coordinator.send_command(commands.Precondition(threshold=45))
    with expect_error("still_waiting"):
        await car.coordinator.send_command(commands.Precondition(threshold=45))
    assert received_commands(car.simulator).count("POST /air-conditioning") == 1


async def test_lost_response(coordinator: VehicleCoordinator, simulator: Simulator, later: Later) -> None:
    """Report the lost response, follow the command, and do not repeat it."""
    simulator.faults.add({"path": "*/air-conditioning", "method": "POST", "kind": "drop", "when": "after", "times": 1})
    with expect_error("command_unanswered"):
        await coordinator.send_command(commands.Precondition(threshold=45))
    assert coordinator.data.commands[CommandKind.PRECONDITION].status is CommandStatus.UNANSWERED
    await later(31, times=2)
    assert coordinator.data.commands[CommandKind.PRECONDITION].status is CommandStatus.CONFIRMED
    assert received_commands(simulator).count("POST /air-conditioning") == 1


async def test_unconfirmable_command_ends_when_accepted(car: Car) -> None:
    """Do not follow it, and accept the same command again."""
    unconfirmable(car.coordinator, CommandKind.PRECONDITION)
    command = await car.coordinator.send_command(commands.Precondition(threshold=45))
    assert (command.status, command.reason) == (CommandStatus.ACCEPTED, CommandReason.UNCONFIRMABLE)
    assert (command.is_settled, command.is_done, command.settled_at) == (True, True, command.sent_at)
    assert car.coordinator.update_interval == timedelta(minutes=5)
    event = car.hass.states.get("event.renault_z_e_command").attributes
    assert (event["event_type"], event["reason"]) == ("accepted", "unconfirmable")
    assert car.hass.states.get("sensor.renault_z_e_last_command").attributes["reason"] == "unconfirmable"
    await car.later(901)
    assert car.coordinator.data.commands[CommandKind.PRECONDITION] == command
    again = await car.coordinator.send_command(commands.Precondition(threshold=45), wait=True)
    assert again == car.coordinator.data.commands[CommandKind.PRECONDITION] != command
    assert received_commands(car.simulator) == ["POST /air-conditioning"] * 2


async def test_lost_response_of_an_unconfirmable_command(coordinator: VehicleCoordinator, simulator: Simulator) -> None:
    """Report an unknown outcome, and do not follow it."""
    unconfirmable(coordinator, CommandKind.PRECONDITION)
    simulator.faults.add({"path": "*/air-conditioning", "method": "POST", "kind": "drop", "when": "after", "times": 1})
    with expect_error("command_unknown"):
        await coordinator.send_command(commands.Precondition(threshold=45))
    command = coordinator.data.commands[CommandKind.PRECONDITION]
    assert (command.status, command.is_settled, command.is_done) == (CommandStatus.UNANSWERED, True, False)


def unconfirmable(coordinator: VehicleCoordinator, *kinds: CommandKind) -> None:
    """Let the cloud never show the effect of some commands."""
    coordinator.vehicle = replace(coordinator.vehicle, unconfirmable=frozenset(kinds))


@pytest.mark.parametrize(
    ("fault", "key", "reason"),
    [
        ({"kind": "status", "status": 400}, "rejected", CommandReason.CLOUD_REFUSED),
        ({"kind": "rate_limit", "status": 503}, "throttled_unknown_wait", CommandReason.THROTTLED),
        ({"kind": "rate_limit", "status": 503, "retry_after": "240"}, "throttled", CommandReason.THROTTLED),
    ],
)
async def test_refused_command_fails(car: Car, fault: dict, key: str, reason: CommandReason) -> None:
    """Report the reason, and follow nothing."""
    car.simulator.faults.add({"path": "*/air-conditioning", "method": "POST", **fault})
    with expect_error(key):
        await car.coordinator.send_command(commands.Precondition(threshold=45))
    command = car.coordinator.data.commands[CommandKind.PRECONDITION]
    assert (command.status, command.reason) == (CommandStatus.FAILED, reason)
    assert car.coordinator.update_interval != timedelta(seconds=30)


async def test_schedule_is_sent(coordinator: VehicleCoordinator, simulator: Simulator, later: Later) -> None:
    """Write and deploy it, and confirm it once the car holds it."""
    simulator.log.entries.clear()
    await coordinator.send_command(commands.SetChargeSchedule(WEEK))
    assert received_commands(simulator) == ["PUT /charge/scheduler/offboard", "POST /charge/scheduler/offboard/deploy"]
    await later(31, times=2)
    assert coordinator.data.commands[CommandKind.SET_CHARGE_SCHEDULE].status is CommandStatus.CONFIRMED
    assert coordinator.data.charge_schedule == ChargeSchedule(enabled=True, windows=WEEK)


async def test_newer_schedule_replaces_the_older_one(car: Car) -> None:
    """Report the older command as superseded."""
    seen = []
    car.coordinator.async_add_listener(lambda: seen.extend(car.coordinator.data.commands.values()))
    await car.coordinator.send_command(commands.SetChargeSchedule(WEEK))
    await car.coordinator.send_command(commands.DisableChargeSchedule())
    await car.later(61)
    await car.later(31)
    reasons = {(each.kind, each.reason) for each in seen if each.status is CommandStatus.FAILED}
    assert reasons == {(CommandKind.SET_CHARGE_SCHEDULE, CommandReason.SUPERSEDED)}
    assert car.coordinator.data.commands[CommandKind.DISABLE_CHARGE_SCHEDULE].status is CommandStatus.CONFIRMED


async def test_change_needs_the_current_settings(coordinator: VehicleCoordinator, simulator: Simulator) -> None:
    """Write nothing if the settings cannot be read."""
    simulator.faults.add({"path": "*/settings/notification", "method": "GET", "kind": "status", "status": 500})
    simulator.log.entries.clear()
    with expect_error("cannot_connect"):
        await coordinator.send_command(commands.SetNotifications(lambda settings: settings))
    assert received_commands(simulator) == []


async def test_timer_is_the_next_such_time_of_the_car(car: Car, freezer: FrozenDateTimeFactory) -> None:
    """Use the time zone of the car, not that of Home Assistant."""
    now = datetime.now(UTC)
    start = time((now.hour + 2) % 24, 15)
    await car.coordinator.send_command(commands.PreconditionAt(start))
    starts_at = car.coordinator.data.preconditioning_starts_at
    assert starts_at.astimezone(car.coordinator.vehicle.time_zone).time() == start
    assert timedelta() < starts_at - now <= timedelta(hours=25)
    await car.coordinator.send_command(commands.CancelPrecondition())
    assert car.coordinator.data.preconditioning_starts_at is None
    assert Part.PRECONDITIONING_TIMER in car.coordinator.data.known


async def test_unload_ends_waiting(car: Car) -> None:
    """Return how far the command came."""
    waiting = await begun(car.coordinator, commands.Precondition(threshold=45))
    await car.hass.config_entries.async_unload(car.entry.entry_id)
    command = await waiting
    assert command.status is CommandStatus.ACCEPTED
