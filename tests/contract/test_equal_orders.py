"""Equal commands at the same moment are one: it is sent once, and whoever gave it learns what came of it."""

import asyncio
from collections.abc import Callable
from dataclasses import replace

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
import pytest

from custom_components.renault_ze.cloud.models import CommandKind, NotificationChannel
from custom_components.renault_ze.coordinator import VehicleCoordinator
from custom_components.renault_ze.vehicle import commands
from custom_components.renault_ze.vehicle.state import CommandResult, CommandStatus
from tests.conftest import Later
from tests.contract.sides import Side
from tests.contract.test_orders import ORDERS, WEEK

pytestmark = pytest.mark.freeze_time("2026-11-18 12:30:00+00:00")

TEN = 10
EQUAL: dict[CommandKind, Callable[[], commands.Command]] = {
    **ORDERS,
    CommandKind.SET_NOTIFICATIONS: lambda: commands.SetNotifications(
        lambda now: replace(now, charge_end=NotificationChannel.SMS), key="charge_end by SMS"
    ),
}


@pytest.fixture(params=EQUAL)
def kind(request: pytest.FixtureRequest, side: Side) -> CommandKind:
    """Return an order that the cloud knows."""
    found: CommandKind = request.param
    if found not in side.orders:
        pytest.skip("This cloud has no such order")
    return found


async def ten(coordinator: VehicleCoordinator, kind: CommandKind) -> list[CommandResult | BaseException]:
    """Give an order ten times at once, and return what each giver learns."""
    return await asyncio.gather(*(coordinator.act(EQUAL[kind]()) for _ in range(TEN)), return_exceptions=True)


async def test_one_is_sent(side: Side, kind: CommandKind, coordinator: VehicleCoordinator) -> None:
    """All hear that it was accepted."""
    answers = await ten(coordinator, kind)
    assert len(answers) == TEN
    assert all(isinstance(each, CommandResult) and each == answers[0] for each in answers)
    assert side.heeded(kind) == 1


async def test_one_is_refused(side: Side, kind: CommandKind, coordinator: VehicleCoordinator) -> None:
    """All hear why."""
    verb, path = side.orders[kind]
    side.simulator.faults.replace([{"method": verb, "path": path, "kind": "status", "status": 409, "message": "No"}])
    answers = await ten(coordinator, kind)
    if kind in side.two_ways:
        assert all(isinstance(each, CommandResult) for each in answers)
    else:
        assert [getattr(each, "translation_key", None) for each in answers] == ["rejected"] * TEN
    assert side.heeded(kind) == 1


async def test_all_who_wait_learn_of_its_end(side: Side, coordinator: VehicleCoordinator, later: Later) -> None:
    """The car is seen to have obeyed once, for everybody."""
    order = ORDERS[CommandKind.START_CHARGE]
    waiting = [asyncio.ensure_future(coordinator.act(order(), wait=True)) for _ in range(TEN)]
    for _ in range(10):
        await later(61)
    assert {command.status for command in await asyncio.gather(*waiting)} == {CommandStatus.CONFIRMED}
    assert side.heeded(CommandKind.START_CHARGE) == 1


async def test_giver_who_goes_away(side: Side, hass: HomeAssistant, coordinator: VehicleCoordinator) -> None:
    """The first automation is stopped; the second learns what came of the command, which is sent once."""
    order = ORDERS[CommandKind.START_CHARGE]
    first, second = (asyncio.ensure_future(coordinator.act(order())) for _ in range(2))
    await asyncio.sleep(0)
    first.cancel()
    assert (await second).status is CommandStatus.ACCEPTED
    assert first.cancelled()
    assert side.heeded(CommandKind.START_CHARGE) == 1


async def test_last_of_three_weeks_stays(side: Side, coordinator: VehicleCoordinator, later: Later) -> None:
    """The first is asked for again after another has taken its place, so it is sent again."""
    other = tuple(replace(each, duration=each.duration / 2) for each in WEEK)
    given = [commands.SetChargeSchedule(windows) for windows in (WEEK, other, WEEK)]
    await asyncio.gather(*map(coordinator.act, given))
    assert side.heeded(CommandKind.SET_CHARGE_SCHEDULE) == len(given)
    for _ in range(15):
        await later(61)
    assert coordinator.data.charge_schedule is not None
    assert coordinator.data.charge_schedule.windows == WEEK


async def test_different_commands_are_all_sent(side: Side, coordinator: VehicleCoordinator) -> None:
    """A charge and a preconditioning are not taken for each other, each is sent once."""
    kinds = (CommandKind.START_CHARGE, CommandKind.PRECONDITION)
    await asyncio.gather(*(coordinator.act(ORDERS[kind]()) for kind in kinds * TEN))
    assert [side.heeded(kind) for kind in kinds] == [1, 1]


async def test_next_one_is_another(side: Side, coordinator: VehicleCoordinator) -> None:
    """What comes after the answer is no longer the same moment: a command under way is not given again."""
    kind = CommandKind.START_CHARGE
    await coordinator.act(ORDERS[kind]())
    with pytest.raises(HomeAssistantError) as refused:
        await coordinator.act(ORDERS[kind]())
    assert refused.value.translation_key == "still_waiting"
    assert side.heeded(kind) == 1
