"""Cars that keep departures themselves, for the tests: the owner with a departure, the programs, and the runs."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import aiohttp

from custom_components.renault_ze.cloud.models import Weekday
from custom_components.renault_ze.plan import edits
from custom_components.renault_ze.plan.model import Departure, Plan
from simulator.control.request_log import LoggedRequest
from simulator.myrenault import ProgramClock
from simulator.world.records import Source
from tests.update_cycle.owner import LONDON, Owner, simulator_of

# A Tuesday at noon; London has the time of UTC.
START = datetime(2026, 1, 13, 12, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
WORKDAYS = frozenset(list(Weekday)[:5])
WORK = Departure(id="work", name="Work", at=time(7, 30), weekdays=WORKDAYS, uses_timer=True)


@asynccontextmanager
async def owner_of(
    model: str = "R5", *departures: Departure, start: datetime = START, zone: ZoneInfo = LONDON
) -> AsyncIterator[Owner]:
    """Run the integration for a car with some departures, by default one on working days."""
    simulator = simulator_of(model, start=start)
    vehicle = simulator.vehicle()
    vehicle.zone = zone
    vehicle.set_quirks(replace(vehicle.quirks, program_clock=ProgramClock.LOCAL))
    vehicle.car.run = timedelta(minutes=5)
    vehicle.car.fill(90)
    vehicle.report_now()
    url = await simulator.start()
    try:
        async with aiohttp.ClientSession() as http:
            owner = Owner(simulator, http, url, zone)
            plan = Plan()
            for each in departures or (WORK,):
                plan = edits.with_departure(plan, each, owner.now)
            owner.stored.plan_of(plan)
            await owner.start()
            yield owner
    finally:
        await simulator.stop()


def own_programs(owner: Owner) -> Any:
    """Return the programs that a newer car had from the beginning."""
    return owner.vehicle.ev_settings["programs"][:3]


def added_programs(owner: Owner) -> list[tuple[str, str, set[int]]]:
    """Return the type, time, and weekdays of the active programs that a newer car got since."""
    return [
        (each["programType"], each["programDepartureTime"], _days(each))
        for each in owner.vehicle.ev_settings["programs"][3:]
        if each["programActivationStatus"]
    ]


def _days(program: dict[str, Any]) -> set[int]:
    """Return the weekdays of a program of a newer car."""
    return {day for day in Weekday if program[f"programActivation{day.name.title()}"]}


def hvac_programs(owner: Owner) -> dict[int, set[tuple[str, str]]]:
    """Return the times of the active programs of a ZOE by their number."""
    return {
        each["id"]: {(name, day["readyAtTime"]) for name, day in each.items() if isinstance(day, dict)}
        for each in owner.vehicle.hvac_programs
        if each["activated"]
    }


def starts(owner: Owner) -> list[LoggedRequest]:
    """Return the commands to precondition that arrived."""
    return [each for each in owner.simulator.log.entries if each.path.endswith("/actions/hvac-start")]


def writes(owner: Owner) -> list[LoggedRequest]:
    """Return the writes of programs that arrived."""
    paths = ("/ev/settings", "/hvac-schedule")
    return [each for each in owner.simulator.log.entries if each.method == "POST" and each.path.endswith(paths)]


def runs(owner: Owner) -> list[tuple[datetime, Source]]:
    """Return when the car was preconditioned, and what started it; it reports a run for a command twice."""
    entries = [each for each in owner.vehicle.records.preconditionings if each.success and each.at >= START]
    by_command = [each.at for each in entries if each.source is Source.USER]
    twice = [
        each for each in entries if each.source is Source.CAR and any(abs(each.at - at) < MINUTE for at in by_command)
    ]
    return [(each.at, each.source) for each in entries if each not in twice]


async def pass_until(owner: Owner, at: datetime) -> None:
    """Let time pass until an instant."""
    await owner.pass_by(at - owner.now)
