"""Every order is sent once, and followed until its fate is known."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.renault_ze.cloud.models import ChargeSchedule, ChargeWindow, CommandKind, Part, Weekday
from custom_components.renault_ze.coordinator import VehicleCoordinator
from custom_components.renault_ze.vehicle import commands
from custom_components.renault_ze.vehicle.state import CommandReason, CommandResult, CommandStatus
from simulator import Simulator
from tests import common
from tests.conftest import Later

WEEK = tuple(ChargeWindow(day, time(1), timedelta(hours=4)) for day in Weekday)


def orders(simulator: Simulator) -> list[str]:
    """Return the orders that reached the server, without their bodies."""
    return [order for order, _ in common.orders(simulator)]


async def begun(coordinator: VehicleCoordinator, order: commands.Command) -> asyncio.Future[CommandResult]:
    """Give an order, and return what its fate will be."""
    waiting = asyncio.ensure_future(coordinator.act(order, wait=True))
    while (sent := coordinator.data.commands.get(order.kind)) is None or sent.is_settled:  # noqa: ASYNC110
        await asyncio.sleep(0)
    # The look that follows it comes first.
    await coordinator.async_refresh()
    return waiting


async def test_preconditioning_is_followed_until_the_car_has_obeyed(
    hass: HomeAssistant, coordinator: VehicleCoordinator, simulator: Simulator, later: Later
) -> None:
    """Accepted first; confirmed when the cloud tells of a run that succeeded."""
    command = await coordinator.act(commands.Precondition(threshold=45))
    assert command.status is CommandStatus.ACCEPTED
    assert coordinator.update_interval == timedelta(seconds=30)
    assert hass.states.get("sensor.renault_z_e_last_command").state == "accepted"
    await later(31)
    await later(31)
    assert coordinator.data.commands[CommandKind.PRECONDITION].status is CommandStatus.CONFIRMED
    assert hass.states.get("event.renault_z_e_command").attributes["event_type"] == "confirmed"
    assert hass.states.get("event.renault_z_e_preconditioning").attributes["event_type"] == "succeeded"
    assert coordinator.update_interval == timedelta(minutes=5)
    assert orders(simulator) == ["POST /air-conditioning"]


async def test_the_cars_closing_error_does_not_hide_a_success(
    coordinator: VehicleCoordinator, simulator: Simulator, later: Later
) -> None:
    """When the poll comes after the car's own ERROR, the history still tells of the success."""
    simulator.vehicle().link.late_error = True
    await coordinator.act(commands.Precondition(threshold=45))
    await later(180)
    assert coordinator.data.last_preconditioning.result == "error"
    assert coordinator.data.commands[CommandKind.PRECONDITION].status is CommandStatus.CONFIRMED


async def test_a_refusal_for_an_empty_battery_is_explained(
    coordinator: VehicleCoordinator, simulator: Simulator, later: Later
) -> None:
    """The level is below the threshold, and that is what the owner hears."""
    simulator.vehicle().car.unplug()
    await later(60)
    simulator.vehicle().car.fill(30)
    simulator.vehicle().report_now()
    await later(301)
    waiting = await begun(coordinator, commands.Precondition(threshold=45))
    await later(31)
    await later(31)
    command = await waiting
    assert (command.status, command.reason) == (CommandStatus.FAILED, CommandReason.BELOW_THRESHOLD)


async def test_an_order_the_car_never_follows_times_out(
    hass: HomeAssistant, coordinator: VehicleCoordinator, simulator: Simulator, later: Later
) -> None:
    """After ten minutes without a sign, the order counts as lost, and was sent once."""
    simulator.vehicle().link.obeys_preconditioning = False
    await coordinator.act(commands.Precondition(threshold=45))
    for _ in range(21):
        await later(30)
    command = coordinator.data.commands[CommandKind.PRECONDITION]
    assert (command.status, command.reason) == (CommandStatus.TIMED_OUT, CommandReason.NO_CONFIRMATION)
    assert hass.states.get("event.renault_z_e_command").attributes["reason"] == "no_confirmation"
    assert orders(simulator).count("POST /air-conditioning") == 1


async def test_an_order_that_waits_is_not_given_twice(
    coordinator: VehicleCoordinator, simulator: Simulator, later: Later
) -> None:
    """A second press is refused as long as the first is not settled."""
    await coordinator.act(commands.Precondition(threshold=45))
    with pytest.raises(HomeAssistantError) as caught:
        await coordinator.act(commands.Precondition(threshold=45))
    assert caught.value.translation_key == "still_waiting"
    assert orders(simulator).count("POST /air-conditioning") == 1


async def test_an_order_whose_answer_was_lost_is_followed_and_not_repeated(
    coordinator: VehicleCoordinator, simulator: Simulator, later: Later
) -> None:
    """The connection dropped after the order arrived: the owner hears so, and later that the car obeyed."""
    simulator.faults.add({"path": "*/air-conditioning", "method": "POST", "kind": "drop", "when": "after", "times": 1})
    with pytest.raises(HomeAssistantError) as caught:
        await coordinator.act(commands.Precondition(threshold=45))
    assert caught.value.translation_key == "order_unanswered"
    assert coordinator.data.commands[CommandKind.PRECONDITION].status is CommandStatus.UNANSWERED
    await later(31)
    await later(31)
    assert coordinator.data.commands[CommandKind.PRECONDITION].status is CommandStatus.CONFIRMED
    assert orders(simulator).count("POST /air-conditioning") == 1


async def test_an_order_whose_effect_is_never_shown_ends_with_its_acceptance(
    hass: HomeAssistant, coordinator: VehicleCoordinator, simulator: Simulator, later: Later
) -> None:
    """It is not watched, nobody waits for it, it may be given again, and it says why no more is known."""
    never_shown(coordinator, CommandKind.PRECONDITION)
    command = await coordinator.act(commands.Precondition(threshold=45))
    assert (command.status, command.reason) == (CommandStatus.ACCEPTED, CommandReason.UNCONFIRMABLE)
    assert (command.is_settled, command.is_done, command.settled_at) == (True, True, command.sent_at)
    assert coordinator.update_interval == timedelta(minutes=5)
    event = hass.states.get("event.renault_z_e_command").attributes
    assert (event["event_type"], event["reason"]) == ("accepted", "unconfirmable")
    assert hass.states.get("sensor.renault_z_e_last_command").attributes["reason"] == "unconfirmable"
    await later(901)
    assert coordinator.data.commands[CommandKind.PRECONDITION] == command
    again = await coordinator.act(commands.Precondition(threshold=45), wait=True)
    assert again == coordinator.data.commands[CommandKind.PRECONDITION] != command
    assert orders(simulator) == ["POST /air-conditioning"] * 2


async def test_an_unanswered_order_whose_effect_is_never_shown_is_not_watched(
    coordinator: VehicleCoordinator, simulator: Simulator
) -> None:
    """Nobody can tell what became of it, and the owner hears just that."""
    never_shown(coordinator, CommandKind.PRECONDITION)
    simulator.faults.add({"path": "*/air-conditioning", "method": "POST", "kind": "drop", "when": "after", "times": 1})
    with pytest.raises(HomeAssistantError) as caught:
        await coordinator.act(commands.Precondition(threshold=45))
    assert caught.value.translation_key == "order_unknown"
    command = coordinator.data.commands[CommandKind.PRECONDITION]
    assert (command.status, command.is_settled, command.is_done) == (CommandStatus.UNANSWERED, True, False)


def never_shown(coordinator: VehicleCoordinator, *kinds: CommandKind) -> None:
    """Let the car's cloud show no effect of some orders."""
    coordinator.vehicle = replace(coordinator.vehicle, unconfirmed=frozenset(kinds))


@pytest.mark.parametrize(
    ("fault", "key", "reason"),
    [
        ({"kind": "status", "status": 400}, "rejected", CommandReason.CLOUD_REFUSED),
        ({"kind": "rate_limit", "status": 503}, "throttled_unknown_wait", CommandReason.THROTTLED),
        ({"kind": "rate_limit", "status": 503, "retry_after": "240"}, "throttled", CommandReason.THROTTLED),
    ],
)
async def test_an_order_the_cloud_refuses_has_failed(
    coordinator: VehicleCoordinator, simulator: Simulator, fault: dict, key: str, reason: CommandReason
) -> None:
    """The owner hears why, and nothing is waited for."""
    simulator.faults.add({"path": "*/air-conditioning", "method": "POST", **fault})
    with pytest.raises(HomeAssistantError) as caught:
        await coordinator.act(commands.Precondition(threshold=45))
    assert caught.value.translation_key == key
    command = coordinator.data.commands[CommandKind.PRECONDITION]
    assert (command.status, command.reason) == (CommandStatus.FAILED, reason)
    assert coordinator.update_interval != timedelta(seconds=30)


async def test_refused_credentials_ask_for_new_ones(
    hass: HomeAssistant, coordinator: VehicleCoordinator, simulator: Simulator
) -> None:
    """An order under a password that was changed starts the question for the new one."""
    simulator.account.password = "changed"
    simulator.faults.add({"path": "/api/vehicle/*", "kind": "expired_token"})
    simulator.faults.add({"path": "/api/user/token/refresh", "kind": "status", "status": 401})
    with pytest.raises(HomeAssistantError) as caught:
        await coordinator.act(commands.StartCharge())
    assert caught.value.translation_key == "invalid_auth"
    await hass.async_block_till_done()
    assert [flow["context"]["source"] for flow in hass.config_entries.flow.async_progress()] == ["reauth"]


async def test_a_schedule_reaches_the_car_and_is_remembered(
    coordinator: VehicleCoordinator, simulator: Simulator, later: Later
) -> None:
    """The draft is written and deployed; confirmed once the car holds it."""
    simulator.log.entries.clear()
    await coordinator.act(commands.SetChargeSchedule(WEEK))
    assert orders(simulator) == ["PUT /charge/scheduler/offboard", "POST /charge/scheduler/offboard/deploy"]
    await later(31)
    await later(31)
    assert coordinator.data.commands[CommandKind.SET_CHARGE_SCHEDULE].status is CommandStatus.CONFIRMED
    assert coordinator.data.wanted_schedule == ChargeSchedule(enabled=True, windows=WEEK)
    assert not coordinator.data.schedule_differs


async def test_a_newer_schedule_makes_the_older_one_obsolete(
    coordinator: VehicleCoordinator, simulator: Simulator, later: Later
) -> None:
    """The car ends with the last word, and the first is said to be superseded."""
    seen = []
    coordinator.async_add_listener(lambda: seen.extend(coordinator.data.commands.values()))
    await coordinator.act(commands.SetChargeSchedule(WEEK))
    await coordinator.act(commands.DisableChargeSchedule())
    await later(61)
    await later(31)
    reasons = {(each.kind, each.reason) for each in seen if each.status is CommandStatus.FAILED}
    assert reasons == {(CommandKind.SET_CHARGE_SCHEDULE, CommandReason.SUPERSEDED)}
    assert coordinator.data.commands[CommandKind.DISABLE_CHARGE_SCHEDULE].status is CommandStatus.CONFIRMED


async def test_a_change_is_based_on_what_was_just_read(coordinator: VehicleCoordinator, simulator: Simulator) -> None:
    """Settings are written as a whole: without knowing them now, nothing is written."""
    simulator.faults.add({"path": "*/settings/notification", "method": "GET", "kind": "status", "status": 500})
    simulator.log.entries.clear()
    with pytest.raises(HomeAssistantError) as caught:
        await coordinator.act(commands.SetNotifications(lambda settings: settings))
    assert caught.value.translation_key == "cannot_connect"
    assert orders(simulator) == []


async def test_the_timer_is_the_next_such_time_of_the_cars_clock(
    coordinator: VehicleCoordinator, simulator: Simulator, freezer: FrozenDateTimeFactory
) -> None:
    """A timer set at eight for seven is tomorrow's, by the clock in the car and not Home Assistant's."""
    now = datetime.now(UTC)
    start = time((now.hour + 2) % 24, 15)
    await coordinator.act(commands.PreconditionAt(start))
    starts_at = coordinator.data.preconditioning_starts_at
    assert starts_at.astimezone(coordinator.vehicle.time_zone).time() == start
    assert timedelta() < starts_at - now <= timedelta(hours=25)
    await coordinator.act(commands.CancelPrecondition())
    assert coordinator.data.preconditioning_starts_at is None
    assert Part.PRECONDITIONING_TIMER in coordinator.data.known


async def test_unloading_lets_nobody_wait(
    hass: HomeAssistant, coordinator: VehicleCoordinator, init_integration: MockConfigEntry
) -> None:
    """Who waits for an order hears how far it had come."""
    waiting = await begun(coordinator, commands.Precondition(threshold=45))
    await hass.config_entries.async_unload(init_integration.entry_id)
    command = await waiting
    assert command.status is CommandStatus.ACCEPTED
