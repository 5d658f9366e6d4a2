"""When a command of the plan may be repeated."""

from dataclasses import replace
from datetime import timedelta

import pytest

from custom_components.renault_ze.cloud.models import (
    CommandKind,
    Part,
)
from custom_components.renault_ze.cloud.reports import Cabin
from custom_components.renault_ze.plan.model import Plan
from custom_components.renault_ze.plan.preconditioning import is_unread
from custom_components.renault_ze.plan.sending import is_unread as is_schedule_unread
from custom_components.renault_ze.plan.steps import SendSchedule
from custom_components.renault_ze.vehicle.results import CommandReason, CommandStatus
from custom_components.renault_ze.vehicle.state import VehicleState
from tests.plan.planned import WARM, WORK, Car
from tests.plan.simulated.states import (
    NIGHT,
    NOON,
    SETTINGS,
    START,
    after,
    at,
    charging_plan,
    departure_plan,
    due,
    held,
    observed,
    read_after_start,
    run,
    sent_command,
    situation,
    step,
    vehicle,
)

MINUTE = timedelta(minutes=1)
PRECONDITION = CommandKind.PRECONDITION
FAILED = sent_command(PRECONDITION, START, CommandStatus.FAILED, CommandReason.CAR_REFUSED)
LOST = sent_command(PRECONDITION, START, CommandStatus.TIMED_OUT, CommandReason.UNOBSERVED)


@pytest.mark.parametrize(
    ("state", "unread"),
    [
        (read_after_start(6, Part.BATTERY), True),
        (read_after_start(4, Part.LAST_PRECONDITIONING), True),
        (read_after_start(5, Part.LAST_PRECONDITIONING), False),
        (read_after_start(5, Part.PRECONDITIONING_HISTORY), False),
        (read_after_start(5, Part.CABIN), True),
        (read_after_start(5, Part.CABIN, cabin=Cabin(outside_temperature=4)), True),
        (read_after_start(5, Part.CABIN, cabin=Cabin(preconditioning=False)), False),
        (read_after_start(0, result=LOST), True),
        (read_after_start(0, result=FAILED), False),
        (replace(read_after_start(0), preconditioning_history=(run(START + MINUTE, good=False),)), False),
    ],
    ids=[
        *("another part", "too early", "last run", "history", "cabin unknown", "temperature alone", "cabin off"),
        *("not observed", "failed", "refused"),
    ],
)
def test_command_is_repeated_only_once_the_car_was_read(state: VehicleState, unread: bool) -> None:
    """What shows a run must have been read when it would have shown it, unless the failure is known."""
    plan = with_response(after(departure_plan(), vehicle(), START))
    found = step(plan, vehicle(), START + 6 * MINUTE)
    assert found is not None
    assert is_unread(situation(plan, state, START), found) is unread
    assert not is_unread(situation(plan, state, START, replace(SETTINGS, shows_runs=False)), found)


def with_response(plan: Plan) -> Plan:
    """Return a plan whose command is known to have left."""
    return observed(plan, vehicle(commands=(sent_command(PRECONDITION, START),)), START)


def test_silent_timer_is_read_first() -> None:
    """The car may be running by it."""
    plan = after(departure_plan(uses_timer=True), vehicle(), at("05:30"))
    found = step(plan, vehicle(), START + 3 * MINUTE)
    assert found is not None
    assert is_unread(situation(plan, read_after_start(2, Part.LAST_PRECONDITIONING), START), found)
    assert not is_unread(situation(plan, read_after_start(3, Part.LAST_PRECONDITIONING), START), found)


def test_schedule_is_repeated_only_once_it_was_read() -> None:
    """Responses without the charge mode leave the last value, which does not show whether the schedule arrived."""
    plan, sent_at = charging_plan(NIGHT, claimed=True), at("10:00")
    sent = after(plan, vehicle(held(NOON), read_at=sent_at), sent_at)
    later = sent_at + timedelta(minutes=10)
    found = due(sent, vehicle(held(NOON), read_at=sent_at), later)
    assert isinstance(found, SendSchedule)
    assert is_schedule_unread(situation(sent, vehicle(held(NOON), read_at=sent_at), later), found)
    assert not is_schedule_unread(situation(sent, vehicle(held(NOON), read_at=later), later), found)
    other = replace(found, schedule=held(NOON))
    assert not is_schedule_unread(situation(sent, vehicle(held(NOON), read_at=sent_at), later), other)


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
