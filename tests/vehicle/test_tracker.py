"""How often a car is polled while a command is pending, and since when it is preconditioning."""

from datetime import UTC, timedelta

import pytest

from custom_components.renault_ze.cloud.models import Account, Cabin, CommandKind, Part, Vehicle
from custom_components.renault_ze.vehicle.results import CommandStatus
from custom_components.renault_ze.vehicle.state import VehicleState, running_since
from custom_components.renault_ze.vehicle.tracker import command_allowance, command_poll_interval, until_command_poll
from tests.plan.simulated.states import START, read_after_start, run, sent_command, vehicle

MINUTE, SECOND = timedelta(minutes=1), timedelta(seconds=1)
PRECONDITION = CommandKind.PRECONDITION


@pytest.mark.parametrize(
    ("cars", "share", "seconds"),
    [
        *[(1, 1.0, 42), (2, 1.0, 100), (3, 1.0, 150), (4, 1.0, 300), (5, 1.0, 300)],
        *[(1, 0.5, 100), (2, 0.5, 300), (5, 0.5, 300)],
    ],
)
def test_interval_with_a_request_limit(cars: int, share: float, seconds: int) -> None:
    """Share what is reserved for commands between the cars of an account."""
    vehicles = tuple(Vehicle(vin=str(each), time_zone=UTC, capabilities=frozenset()) for each in range(cars))
    allowed = command_allowance(Account(id="account", vehicles=vehicles, reads_an_hour=12 * share, reserve=24 * share))
    every = command_poll_interval(allowed, 1)
    assert every // SECOND == seconds
    assert 5 * MINUTE / every == pytest.approx(round(5 * MINUTE / every))
    assert (
        until_command_poll(timedelta(), 5 * MINUTE, allowed)
        == until_command_poll(5 * MINUTE, 5 * MINUTE, allowed)
        == 5 * MINUTE + SECOND
    )


def test_interval_without_a_request_limit() -> None:
    """Poll every half minute."""
    assert command_allowance(Account(id="account", vehicles=())) is None
    assert (
        command_poll_interval(None, 3)
        == until_command_poll(10 * SECOND, command_poll_interval(None, 3), None)
        == 30 * SECOND
    )


def test_interval_of_several_requests() -> None:
    """Use the same number of requests for fewer polls."""
    assert (command_poll_interval(24, 1), command_poll_interval(24, 2)) == (5 * MINUTE / 7, 5 * MINUTE / 3)


@pytest.mark.parametrize(
    ("state", "since"),
    [
        (vehicle(runs=(run(START),)), START),
        (vehicle(runs=(run(START, good=False),)), None),
        (vehicle(runs=(run(START + MINUTE, good=False, by_car=True), run(START))), START),
        (vehicle(runs=(run(START - 2 * MINUTE),)), None),
        (vehicle(commands=(sent_command(PRECONDITION, START, CommandStatus.CONFIRMED),)), START),
        (vehicle(commands=(sent_command(PRECONDITION, START),)), None),
        (read_after_start(3.5, Part.CABIN, cabin=Cabin(preconditioning=True)), START + 3.5 * MINUTE),
        (read_after_start(2, Part.CABIN, cabin=Cabin(preconditioning=True)), None),
        (
            read_after_start(
                3,
                Part.CABIN,
                result=sent_command(PRECONDITION, START, CommandStatus.CONFIRMED),
                cabin=Cabin(preconditioning=False),
            ),
            None,
        ),
    ],
    ids=[
        *("run", "refused", "closed by the car", "over", "command", "not confirmed", "cabin", "cabin long ago"),
        "stopped",
    ],
)
def test_running_since(state: VehicleState, since: object) -> None:
    """Ask 3.5 minutes after the start, and ignore outdated parts."""
    assert running_since(state, START + 4 * MINUTE, 5 * MINUTE) == since
