"""Every order is sent once, followed until the car has obeyed, and its failure told in words."""

from collections.abc import Callable
from dataclasses import replace
from datetime import time, timedelta

from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.renault_ze.cloud.models import ChargeWindow, CommandKind, NotificationChannel, Weekday
from custom_components.renault_ze.coordinator import VehicleCoordinator
from custom_components.renault_ze.vehicle import commands
from custom_components.renault_ze.vehicle.state import Command, CommandReason, CommandStatus
from simulator import EXAMPLE_VIN
from tests.conftest import Later
from tests.contract.sides import Side
from tests.coordinator.fault_cases import SPOILED, UNREADABLE, WITHOUT_ANSWER, Rule, check_log, error_of

pytestmark = pytest.mark.freeze_time("2026-11-18 12:30:00+00:00")

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
WEEK = tuple(ChargeWindow(day, time(2), timedelta(hours=4)) for day in Weekday)
ORDERS: dict[CommandKind, Callable[[], commands.Order]] = {
    CommandKind.PRECONDITION: lambda: commands.precondition(threshold=45),
    CommandKind.PRECONDITION_AT: lambda: commands.precondition_at(time(23, 45)),
    CommandKind.CANCEL_PRECONDITION: commands.cancel_precondition,
    CommandKind.START_CHARGE: commands.start_charge,
    CommandKind.REQUEST_UPDATE: commands.request_update,
    CommandKind.SET_CHARGE_SCHEDULE: lambda: commands.set_charge_schedule(WEEK),
    CommandKind.DISABLE_CHARGE_SCHEDULE: commands.disable_charge_schedule,
    CommandKind.SET_NOTIFICATIONS: lambda: commands.set_notifications(
        lambda now: replace(now, charge_end=NotificationChannel.SMS)
    ),
}
LOST = ("500", "HTML with 502", "dropped before", "dropped after")
FAULTS: dict[str, Rule] = {
    name: {**WITHOUT_ANSWER, **UNREADABLE, **SPOILED}[name]
    for name in (*LOST, "409", "rate limit", "truncated", "empty")
}


@pytest.fixture(params=ORDERS)
def kind(request: pytest.FixtureRequest, side: Side) -> CommandKind:
    """Return an order that the cloud knows."""
    found: CommandKind = request.param
    if found not in side.orders:
        pytest.skip("This cloud has no such order")
    return found


async def settled(car: VehicleCoordinator, kind: CommandKind, later: Later) -> Command:
    """Return an order whose fate is known, after a quarter of an hour at the latest."""
    for _ in range(15):
        if car.data.commands[kind].status.settled:
            break
        await later(MINUTE.total_seconds())
    return car.data.commands[kind]


async def test_obeyed(side: Side, kind: CommandKind, coordinator: VehicleCoordinator, later: Later) -> None:
    """It is accepted, and confirmed when the car is seen to have obeyed; where nothing is shown, no more is claimed."""
    command = await coordinator.act(ORDERS[kind]())
    if kind in side.unconfirmed:
        assert (command.status, command.reason) == (CommandStatus.ACCEPTED, CommandReason.UNCONFIRMABLE)
        await later(1200)
        assert coordinator.data.commands[kind] == command
    else:
        assert (await settled(coordinator, kind, later)).status is CommandStatus.CONFIRMED
    assert side.heeded(kind) == 1


async def test_not_obeyed(side: Side, kind: CommandKind, coordinator: VehicleCoordinator, later: Later) -> None:
    """A car that is out of reach does not obey, and nobody says it did."""
    if kind in side.by_the_server | side.unconfirmed:
        pytest.skip("The car has no part in what is shown of it")
    # What it had to say of the cable arrives first.
    await later(1200)
    side.simulator.vehicle().link.in_reach = False
    await coordinator.act(ORDERS[kind]())
    command = await settled(coordinator, kind, later)
    assert command.status in {CommandStatus.TIMED_OUT, CommandStatus.FAILED}
    assert command.reason is not None
    assert side.heeded(kind) == 1


async def test_faults(
    side: Side,
    kind: CommandKind,
    init_integration: MockConfigEntry,
    later: Later,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Whatever it is answered with, it arrives once, is told in words, and can be given again the next day."""
    verb, path = side.orders[kind]
    for name, rule in FAULTS.items():
        side.simulator.faults.replace([{"method": verb, "path": path, **rule}])
        side.simulator.log.entries.clear()
        told = await error_of(_give(init_integration, kind))
        assert told in {"order_unanswered", "order_unknown"} or name not in LOST, name
        assert (told == side.throttled) is (name == "rate limit"), name
        assert (told == "rejected") is (name == "409" and kind not in side.two_ways), name
        await later(660)
        assert side.heeded(kind) == 1, name
        side.simulator.faults.replace([])
        await _next_noon(side, later)
        assert await error_of(_give(init_integration, kind)) is None, name
        assert side.heeded(kind) == 2, name
        await _next_noon(side, later)
        assert _car(init_integration).last_update_success, name
        check_log(caplog)


async def test_token_refused_once(
    hass: HomeAssistant, side: Side, kind: CommandKind, coordinator: VehicleCoordinator
) -> None:
    """What was refused unread is sent again under another token, and nobody notices."""
    verb, path = side.orders[kind]
    side.simulator.faults.replace([{"method": verb, "path": path, "kind": "expired_token", "times": 1}])
    await coordinator.act(ORDERS[kind]())
    assert side.simulator.faults.rules[0].hits == 1
    assert side.heeded(kind) == 1
    assert not hass.config_entries.flow.async_progress()


def _car(entry: MockConfigEntry) -> VehicleCoordinator:
    """Return the car's coordinator, which is another after a reload: what was refused is tried again after a week."""
    found: VehicleCoordinator = entry.runtime_data.vehicles[EXAMPLE_VIN]
    return found


async def _give(entry: MockConfigEntry, kind: CommandKind) -> None:
    """Give an order."""
    await _car(entry).act(ORDERS[kind]())


async def _next_noon(side: Side, later: Later) -> None:
    """Let time pass until the next noon: the account may be asked freely again, and the car is where it was."""
    now = dt_util.utcnow()
    noon = now.replace(hour=12, minute=0, second=0, microsecond=0) + DAY
    await later((noon - now).total_seconds())
    side.stand_ready()
    await later(1800)
