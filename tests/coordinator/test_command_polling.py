"""How often a car is polled while a command is pending, and when a command may be repeated."""

from dataclasses import replace
from datetime import UTC, timedelta

import pytest

from custom_components.renault_ze.cloud.models import Account, Cabin, CommandKind, Part, Vehicle
from custom_components.renault_ze.plan.model import Plan
from custom_components.renault_ze.plan.preconditioning import is_unread
from custom_components.renault_ze.vehicle.state import (
    CommandReason,
    CommandResult,
    CommandStatus,
    VehicleState,
    running_since,
)
from custom_components.renault_ze.vehicle.tracker import command_allowance, command_poll_interval, until_command_poll
from tests.plan.planned import WARM, WORK, Car
from tests.plan.simulated.states import (
    SETTINGS,
    after,
    at,
    departure_plan,
    observed,
    run,
    sent_command,
    situation,
    step,
    vehicle,
)

MINUTE, SECOND = timedelta(minutes=1), timedelta(seconds=1)
START = at("07:20")
PRECONDITION = CommandKind.PRECONDITION
FAILED = sent_command(PRECONDITION, START, CommandStatus.FAILED, CommandReason.CAR_REFUSED)
LOST = sent_command(PRECONDITION, START, CommandStatus.TIMED_OUT, CommandReason.UNOBSERVED)


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


def seen(minutes: float, *parts: Part, result: CommandResult | None = None, cabin: Cabin | None = None) -> VehicleState:
    """Return the state of a car with some parts read that long after the start, and all others before it."""
    state = vehicle(commands=() if result is None else (result,), read_at=START - MINUTE)
    return replace(state, cabin=cabin, read_at={**state.read_at, **dict.fromkeys(parts, START + minutes * MINUTE)})


@pytest.mark.parametrize(
    ("state", "unread"),
    [
        (seen(6, Part.BATTERY), True),
        (seen(4, Part.LAST_PRECONDITIONING), True),
        (seen(5, Part.LAST_PRECONDITIONING), False),
        (seen(5, Part.PRECONDITIONING_HISTORY), False),
        (seen(5, Part.CABIN), True),
        (seen(5, Part.CABIN, cabin=Cabin(outside_temperature=4)), True),
        (seen(5, Part.CABIN, cabin=Cabin(preconditioning=False)), False),
        (seen(0, result=LOST), True),
        (seen(0, result=FAILED), False),
        (replace(seen(0), preconditioning_history=(run(START + MINUTE, good=False),)), False),
    ],
    ids=[
        *("another part", "too early", "last run", "history", "cabin unknown", "temperature alone", "cabin off"),
        *("not observed", "failed", "refused"),
    ],
)
def test_command_is_repeated_only_once_the_car_was_read(state: VehicleState, unread: bool) -> None:
    """What shows a run must have been read when it would have shown it, unless the failure is known."""
    plan = answered(after(departure_plan(), vehicle(), START))
    found = step(plan, vehicle(), START + 6 * MINUTE)
    assert found is not None
    assert is_unread(situation(plan, state, START), found) is unread
    assert not is_unread(situation(plan, state, START, replace(SETTINGS, shows_runs=False)), found)


def answered(plan: Plan) -> Plan:
    """Return a plan whose command is known to have left."""
    return observed(plan, vehicle(commands=(sent_command(PRECONDITION, START),)), START)


def test_timer_that_stays_silent_is_looked_at_first() -> None:
    """The car may be running by it."""
    plan = after(departure_plan(uses_timer=True), vehicle(), at("05:30"))
    found = step(plan, vehicle(), START + 3 * MINUTE)
    assert found is not None
    assert is_unread(situation(plan, seen(2, Part.LAST_PRECONDITIONING), START), found)
    assert not is_unread(situation(plan, seen(3, Part.LAST_PRECONDITIONING), START), found)


@pytest.mark.parametrize(
    ("state", "since"),
    [
        (vehicle(runs=(run(START),)), START),
        (vehicle(runs=(run(START, good=False),)), None),
        (vehicle(runs=(run(START + MINUTE, good=False, by_car=True), run(START))), START),
        (vehicle(runs=(run(START - 2 * MINUTE),)), None),
        (vehicle(commands=(sent_command(PRECONDITION, START, CommandStatus.CONFIRMED),)), START),
        (vehicle(commands=(sent_command(PRECONDITION, START),)), None),
        (seen(3.5, Part.CABIN, cabin=Cabin(preconditioning=True)), START + 3.5 * MINUTE),
        (seen(2, Part.CABIN, cabin=Cabin(preconditioning=True)), None),
        (
            seen(
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


@pytest.mark.freeze_time("2026-11-18 18:30:00+00:00")
async def test_departure_without_the_runs(car: Car) -> None:
    """Repeat nothing while only the battery can be read."""
    await car.ask("set_departure", **WORK)
    await car.until("07:19")
    car.simulator.vehicle().link.obeys_preconditioning = False
    car.simulator.faults.replace([{"kind": "status", "status": 500, "path": "*/air-conditioning*", "method": "GET"}])
    for moment in ("07:20", "07:25", "07:26", "07:27"):
        await car.until(moment)
    assert car.commands == [WARM]
    car.simulator.faults.replace([])
    car.simulator.vehicle().link.obeys_preconditioning = True
    for moment in ("07:28", "07:29"):
        await car.until(moment)
    assert car.commands == [WARM, WARM]
    await car.until("08:00")
    assert car.plan_events == ["retry", "ready"]
