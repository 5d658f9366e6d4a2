"""How often a car is polled while a command is pending, what confirms it, and since when it is preconditioning."""

from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest

from custom_components.renault_ze.cloud.models import (
    Account,
    Battery,
    Capability,
    ChargeSchedule,
    CommandKind,
    Part,
    Vehicle,
)
from custom_components.renault_ze.cloud.notifications import NotificationSettings
from custom_components.renault_ze.cloud.reports import Cabin
from custom_components.renault_ze.vehicle import commands
from custom_components.renault_ze.vehicle.command import Command
from custom_components.renault_ze.vehicle.results import CONFIRMED, CommandStatus
from custom_components.renault_ze.vehicle.state import VehicleState, running_since
from custom_components.renault_ze.vehicle.tracker import (
    COMMAND_TIMEOUT,
    PendingCommand,
    command_allowance,
    command_polls,
    poll_times,
    until_command_poll,
)
from tests.plan.simulated.states import START, read_after_start, run, sent_command, vehicle

MINUTE, SECOND = timedelta(minutes=1), timedelta(seconds=1)
PRECONDITION = CommandKind.PRECONDITION


@pytest.mark.parametrize(
    ("cars", "share", "polls"),
    [
        *[(1, 1.0, 7), (2, 1.0, 3), (3, 1.0, 2), (4, 1.0, 1), (5, 1.0, 1)],
        *[(1, 0.5, 3), (2, 0.5, 1), (5, 0.5, 1)],
    ],
)
def test_polls_with_a_request_limit(cars: int, share: float, polls: int) -> None:
    """Share what is reserved for commands between the cars of an account."""
    vehicles = tuple(Vehicle(vin=str(each), time_zone=UTC, capabilities=frozenset()) for each in range(cars))
    allowed = command_allowance(Account(id="account", vehicles=vehicles, reads_an_hour=12 * share, reserve=24 * share))
    assert allowed is not None
    assert command_polls(allowed, 1) == polls


def test_no_request_limit() -> None:
    """Allow any number of requests."""
    assert command_allowance(Account(id="account", vehicles=())) is None


def test_polls_with_several_requests() -> None:
    """Use the same number of requests for fewer polls."""
    assert (command_polls(24, 1), command_polls(24, 2)) == (7, 3)


@pytest.mark.parametrize(
    ("span", "polls", "seconds"),
    [
        (3 * MINUTE, 4, [30, 60, 90, 180]),
        (5 * MINUTE, 7, [30, 60, 90, 142.5, 195, 247.5, 300]),
        (5 * MINUTE, 3, [100, 200, 300]),
        (5 * MINUTE, 1, [300]),
    ],
)
def test_times_of_polls(span: timedelta, polls: int, seconds: list[float]) -> None:
    """Poll early if there are enough requests, always at the end, and then regularly."""
    assert [at / SECOND for at in poll_times(span, polls)] == seconds
    expected, since = [*seconds, *((span + number * span / polls) / SECOND for number in (1, 2))], timedelta()
    for at in expected:
        # Each poll is a second late, so that a timer that fires early does not poll twice.
        since += until_command_poll(since, span, polls)
        assert since / SECOND == pytest.approx(at + 1)


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


SHOWN: tuple[tuple[Command, Part, dict[str, Any]], ...] = (
    (commands.Precondition(threshold=45), Part.CABIN, {"cabin": Cabin(preconditioning=True)}),
    (commands.Precondition(threshold=45), Part.LAST_PRECONDITIONING, {"last_preconditioning": run(START)}),
    (commands.PreconditionAt(time(6, 15)), Part.PRECONDITIONING_TIMER, {"preconditioning_timer": time(6, 15)}),
    (commands.CancelPrecondition(), Part.PRECONDITIONING_TIMER, {}),
    (commands.StartCharge(), Part.BATTERY, {"battery": Battery(charging=True)}),
    (commands.StopCharge(), Part.BATTERY, {"battery": Battery(charging=False)}),
    (commands.RequestUpdate(), Part.BATTERY, {"battery": Battery(reported_at=START)}),
    (commands.SetChargeSchedule(()), Part.CHARGE_SCHEDULE, {"charge_schedule": ChargeSchedule(enabled=True)}),
    (commands.DisableChargeSchedule(), Part.CHARGE_SCHEDULE, {"charge_schedule": ChargeSchedule(enabled=False)}),
    (commands.SetNotifications(lambda same: same), Part.NOTIFICATIONS, {"notifications": NotificationSettings()}),
)


def pending(command: Command) -> PendingCommand:
    """Return a command that was sent at the start, to a car that shows everything."""
    car = Vehicle(vin="1", time_zone=UTC, capabilities=frozenset(Capability))
    return PendingCommand(command=command, vehicle=car, before=VehicleState(), sent_at=START)


@pytest.mark.parametrize(("command", "part", "values"), SHOWN, ids=lambda each: getattr(each, "kind", None))
def test_only_what_was_read_since_confirms(command: Command, part: Part, values: dict[str, Any]) -> None:
    """Values from before the command do not count, also if another part was read since."""
    tracked, others = pending(command), dict.fromkeys(set(Part) - {part}, START + MINUTE)
    for read_at, outcome in [(START - SECOND, None), (START, CONFIRMED), (START + MINUTE, CONFIRMED)]:
        state = VehicleState(**values, read_at={**others, part: read_at})
        assert tracked.outcome(state, START + MINUTE, COMMAND_TIMEOUT) == outcome


@pytest.mark.parametrize(
    ("command", "part", "name", "value"),
    [
        (commands.Precondition(threshold=45), Part.CABIN, "preconditioning", Cabin(preconditioning=True)),
        (commands.StartCharge(), Part.BATTERY, "charging", Battery(charging=True)),
        (commands.StopCharge(), Part.BATTERY, "charging", Battery(charging=False)),
        (commands.RequestUpdate(), Part.BATTERY, "reported_at", Battery(reported_at=START)),
    ],
    ids=lambda each: getattr(each, "kind", None),
)
def test_kept_fields_do_not_confirm(command: Command, part: Part, name: str, value: object) -> None:
    """A part may be read without the field that shows the effect."""
    kept_at: datetime
    for kept_at, outcome in [(START - SECOND, None), (START, CONFIRMED)]:
        kept = {part: {name: kept_at}}
        state = VehicleState(**{part.value: value}, read_at={part: START + MINUTE}, kept_fields=kept)  # type: ignore[arg-type]
        assert pending(command).outcome(state, START + MINUTE, COMMAND_TIMEOUT) == outcome
