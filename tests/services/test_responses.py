"""The responses of the actions, which can be sent back."""

import asyncio
from datetime import datetime
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.exceptions import ServiceValidationError
import pytest

from simulator.world.battery import ChargingPoint
from simulator.world.records import ChargeEntry, ChargeEvent, Source
from tests.common import VEHICLE
from tests.plan.planned import Car

pytestmark = pytest.mark.freeze_time("2026-07-15 18:30:00+00:00")

EVERY_DAY = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
TIMER = "*/air-conditioning/scheduler"


async def test_start_of_the_timer(car: Car) -> None:
    """The response contains the start just sent, not that of an earlier timer."""
    first = await car.ask("precondition_at", start="07:30")
    assert (first["status"], first["starts_at"]) == ("confirmed", "2026-07-16T07:30:00+01:00")
    car.simulator.faults.replace([{"kind": "status", "status": 500, "method": "GET", "path": TIMER}])
    response = await car.ask("precondition_at", start="20:10:30")
    assert (response["status"], response["starts_at"]) == ("accepted", "2026-07-15T20:10:00+01:00")


async def test_no_start_after_a_timeout(car: Car) -> None:
    """An unconfirmed timer has no start in the response."""
    car.simulator.faults.replace([{"kind": "body", "json": {"start": "0600"}, "method": "GET", "path": TIMER}])
    waiting = asyncio.ensure_future(car.ask("precondition_at", start="07:30", wait=True))
    for _ in range(22):
        for _ in range(200):
            await asyncio.sleep(0)
        await car.later(31)
    response = await waiting
    assert (response["status"], response["reason"], response["starts_at"]) == ("timed_out", "no_confirmation", None)


@pytest.mark.parametrize("action", ["set_charge_schedule", "set_charge_windows"])
async def test_equal_start_and_end_are_refused(car: Car, action: str) -> None:
    """The error says what to enter for a whole day."""
    with pytest.raises(ServiceValidationError) as refused:
        await car.ask(action, windows=[{"days": EVERY_DAY, "start": "01:00", "end": "01:00"}])
    assert refused.value.translation_key == "schedule_start_is_end"
    assert "24:00" in str(refused.value)
    assert car.commands == []


async def test_schedule_of_whole_days_can_be_sent_back(car: Car) -> None:
    """Windows can be given by start and duration; nothing is sent for those that the car holds."""
    await car.ask("set_charge_schedule", windows=[{"days": EVERY_DAY, "start": "01:00", "duration": "24:00"}])
    (_, week), _ = car.commands
    assert {day: week[day] for day in EVERY_DAY} == {key: {"start": "0100", "duration": "2400"} for key in EVERY_DAY}
    await car.later(61)
    ours = await car.ask("get_charge_schedule")
    car.simulator.log.entries.clear()
    for held in (ours, ours["in_the_car"]):
        assert {each["duration_minutes"] for each in held["windows"]} == {1440}
        rows = [
            {"days": [each["day"]], "start": each["start"], "duration": {"minutes": each["duration_minutes"]}}
            for each in held["windows"]
        ]
        response = await car.ask("set_charge_schedule", windows=rows)
        assert (response["status"], response["sent_at"]) == ("confirmed", None)
    assert car.commands == []


@pytest.mark.parametrize(
    ("span", "times"),
    [
        ({"from": "2026-07-11", "to": "2026-07-11"}, ["2026-07-11T00:30", "2026-07-11T23:00"]),
        ({"from": "2026-07-12"}, ["2026-07-12T00:15"]),
        ({"to": "2026-07-10"}, ["2026-07-09T12:00"]),
        ({"from": "2026-07"}, ["2026-07-09T12:00", "2026-07-11T00:30", "2026-07-11T23:00", "2026-07-12T00:15"]),
    ],
    ids=str,
)
async def test_history_of_the_given_days(car: Car, span: dict[str, Any], times: list[str]) -> None:
    """Days count in the car's time zone, although the server returns whole months."""
    records = car.simulator.vehicle().records
    records.charges.clear()
    for at in ("2026-07-09T11:00", "2026-07-10T23:30", "2026-07-11T22:00", "2026-07-11T23:15"):
        instant = datetime.fromisoformat(f"{at}:00+00:00")
        records.charges.append(ChargeEntry(instant, ChargeEvent.START, ChargingPoint.SLOW, 50, 60, None))
        records.record_preconditioning(instant, Source.USER, success=True)
    charges = await car.ask("get_charge_history", **span)
    runs = await car.ask("get_preconditioning_history", **span)
    assert [each["at"][:16] for each in reversed(charges["events"])] == times
    assert [each["at"][:16] for each in reversed(runs["runs"])] == times


@pytest.mark.parametrize(
    ("now", "months"),
    [
        ("2026-12-01T00:30", {"begin": "0726", "end": "1226"}),
        ("2026-11-30T23:30", {"begin": "0726", "end": "1226"}),
        ("2026-11-15T12:00", {"begin": "0726", "end": "1126"}),
    ],
)
async def test_history_on_the_first_of_a_month(
    car: Car, freezer: FrozenDateTimeFactory, now: str, months: dict[str, str]
) -> None:
    """All months since the last read are read, and the next one as well where the time zones differ."""
    car.simulator.log.entries.clear()
    freezer.move_to(f"{now}:00+00:00")
    car.simulator.advance(0)
    await car.later(1)
    car.simulator.vehicle().car.fill(100)
    await car.later(301, times=3)
    asked = [entry.query for entry in car.simulator.log.entries if entry.path == f"{VEHICLE}/charge/history"]
    assert asked
    assert all(each == months for each in asked)
