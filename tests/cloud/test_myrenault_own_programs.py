"""Charge programs that were not written here: accepted as they are, and sent back unchanged."""

from dataclasses import replace
from datetime import UTC, time, timedelta
from typing import Any

import aiohttp
import pytest

from custom_components.renault_ze.cloud.charging import ChargeMode
from custom_components.renault_ze.cloud.exceptions import RejectedError
from custom_components.renault_ze.cloud.models import ChargeSchedule, ChargeWindow, CommandKind, Weekday
from custom_components.renault_ze.cloud.myrenault import MyRenault
from simulator.myrenault import MyRenaultSimulator
from simulator.myrenault.programs import Program, ProgramWeek
from simulator.world.week import Window
from tests.cloud.myrenault import FIRST, SECOND, my_renault, sent

ODD = Window(time(1, 1), timedelta(minutes=10)), Window(time(22, 0), timedelta(minutes=55))
EVENING = Window(time(18, 0), timedelta(hours=2))
MINUTES = {"id": 5, "activated": True, "monday": {"startTime": "T01:01Z", "duration": 10}}
IDLE = {"id": 3, "activated": False, "saturday": {"startTime": "T18:00Z", "duration": 120}}
HELD = (
    ChargeWindow(Weekday.MONDAY, time(1, 1), timedelta(minutes=10)),
    ChargeWindow(Weekday.TUESDAY, time(22), timedelta(minutes=55)),
)


def hold(renault: MyRenaultSimulator, vin: str, *programs: Program, enabled: bool = True) -> None:
    """Let a car hold programs."""
    car = renault.vehicle(vin).car
    week = ProgramWeek(programs=programs, clock=car.schedule.week.clock)
    car.load(replace(car.schedule, week=week, enabled=enabled))


def program(number: int, *, activated: bool = True, **days: Window) -> Program:
    """Return a program with some days."""
    return Program(number, activated, tuple(days.get(day.name.lower()) for day in Weekday))


def own(renault: MyRenaultSimulator) -> tuple[Program, ...]:
    """Return the programs in the second car without those that the app adds, which have no days."""
    return tuple(each for each in renault.vehicle(SECOND).car.schedule.week.programs if any(each.days))


def used(programs: list[dict[str, Any]]) -> list[tuple[str, bool]]:
    """Return the ids of the programs with days that were sent, and whether they are active."""
    days = [day.name.lower() for day in Weekday]
    return [(str(each["id"]), each["activated"]) for each in programs if any(each.get(day) for day in days)]


SPLIT = [program(1, monday=ODD[0]), program(2, tuesday=ODD[1])]
OWN = (program(5, monday=ODD[0]), program(3, activated=False, saturday=EVENING), program(1, tuesday=ODD[1]))


async def test_programs_are_sent_back_unchanged(adapter: MyRenault, renault: MyRenaultSimulator) -> None:
    """Keep their ids and order, times off the grid, and inactive programs, when disabled and enabled again."""
    hold(renault, SECOND, *OWN)
    assert await adapter.charge_schedule(SECOND) == ChargeSchedule(enabled=True, windows=HELD)
    await adapter.disable_charge_schedule(SECOND)
    renault.advance(120)
    assert await adapter.charge_schedule(SECOND) == ChargeSchedule(enabled=False, windows=HELD)
    await adapter.set_charge_schedule(SECOND, HELD)
    renault.advance(120)
    (written,) = [given["schedules"] for name, given in sent(renault) if name.endswith("schedule")]
    assert used(written) == [("5", True), ("3", False), ("1", True)]
    assert own(renault) == OWN
    assert await adapter.charge_schedule(SECOND) == ChargeSchedule(enabled=True, windows=HELD)


async def test_programs_are_sent_back_after_a_restart(http: aiohttp.ClientSession, renault: MyRenaultSimulator) -> None:
    """Store them with the account."""
    hold(renault, SECOND, *OWN)
    cloud = my_renault(http, renault.url)
    await cloud.disable_charge_schedule(SECOND)
    renault.advance(120)
    again = my_renault(http, renault.url, stored=cloud.stored)
    await again.set_charge_schedule(SECOND, HELD)
    renault.advance(120)
    assert own(renault) == OWN


def cloud_routes(adapter: MyRenault) -> tuple[str, ...]:
    """Return the routes by which a schedule can be disabled."""
    return adapter.routes(SECOND, CommandKind.DISABLE_CHARGE_SCHEDULE)


async def test_programs_where_the_mode_is_refused(adapter: MyRenault, renault: MyRenaultSimulator) -> None:
    """Disable them one by one where the mode is refused."""
    hold(renault, SECOND, *OWN)
    renault.vehicle(SECOND).quirks.refuses_mode = True
    await adapter.charge_schedule(SECOND)
    for route in cloud_routes(adapter)[:-1]:
        with pytest.raises(RejectedError):
            await adapter.disable_charge_schedule(SECOND, route=route)
    await adapter.disable_charge_schedule(SECOND, route=cloud_routes(adapter)[-1])
    (written,) = [given["schedules"] for name, given in sent(renault) if name.endswith("charge-schedule")]
    assert used(written) == [("5", False), ("3", False), ("1", False)]


async def test_another_schedule_replaces_them(adapter: MyRenault, renault: MyRenaultSimulator) -> None:
    """Number our own programs from 1, and keep the inactive ones as long as there is room."""
    hold(renault, SECOND, *OWN)
    await adapter.charge_schedule(SECOND)
    idle = [program(number, activated=False, saturday=EVENING) for number in (2, 3)]
    for windows, expected in ((HELD[:1], [program(1, monday=ODD[0]), idle[0]]), (HELD, [*SPLIT, idle[1]])):
        await adapter.set_charge_schedule(SECOND, windows)
        renault.advance(120)
        assert own(renault) == tuple(expected)
        assert await my_renault_again(adapter, SECOND) == ChargeSchedule(enabled=True, windows=windows)
    five = tuple(ChargeWindow(Weekday(day), time(day), timedelta(hours=1)) for day in range(5))
    await adapter.set_charge_schedule(SECOND, five)
    renault.advance(120)
    assert [each.activated for each in own(renault)] == [True] * 5


@pytest.mark.parametrize("vin", [FIRST, SECOND], ids=["X101VE", "X102VE"])
async def test_times_off_the_grid(adapter: MyRenault, renault: MyRenaultSimulator, vin: str) -> None:
    """Accept what a car holds, and send it."""
    days = {"monday": ODD[0], "tuesday": ODD[1]}
    split = [program(number, **{day: each}) for number, (day, each) in enumerate(days.items(), start=1)]
    hold(renault, vin, *([program(1, **days)] if vin == FIRST else split), enabled=vin == SECOND)
    held = await adapter.charge_schedule(vin)
    assert [each.duration for each in held.windows] == [timedelta(minutes=10), timedelta(minutes=55)]
    await adapter.set_charge_schedule(vin, held.windows)
    renault.advance(120)
    assert await adapter.charge_schedule(vin) == ChargeSchedule(enabled=True, windows=held.windows)


def calendar(**days: dict[str, Any]) -> dict[str, Any]:
    """Return a fault that sets the calendar of the first generation."""
    fields = {"data.attributes.calendar": {day: [each] for day, each in days.items()}}
    return {"kind": "set", "path": "*/charge-schedule", "method": "GET", "fields": fields}


async def test_inactive_days_of_a_calendar(adapter: MyRenault, renault: MyRenaultSimulator) -> None:
    """Do not show them, and do not write a calendar without them when the schedule is enabled."""
    monday = {"startTime": "0000", "duration": 240, "activationState": True}
    saturday = {"startTime": "0200", "duration": 360, "activationState": False}
    renault.faults.replace([calendar(monday=monday, saturday=saturday)])
    held = await adapter.charge_schedule(FIRST)
    assert [each.weekday for each in held.windows] == [Weekday.MONDAY]
    assert held.mode is ChargeMode.ALWAYS
    await adapter.set_charge_schedule(FIRST, held.windows)
    assert sent(renault) == [("actions/charge-mode", {"action": "schedule_mode"})]


@pytest.fixture
def in_utc(http: aiohttp.ClientSession, renault: MyRenaultSimulator) -> MyRenault:
    """Return a client for cars whose wall clock is that of their programs all year."""
    return my_renault(http, renault.url, default_time_zone=UTC)


def week(renault: MyRenaultSimulator) -> dict[str, tuple[Window, bool]]:
    """Return the window of each day in the first car, and whether the day is active."""
    (only,) = renault.vehicle(FIRST).car.schedule.week.programs
    named = zip(Weekday, only.days, strict=True)
    return {day.name.lower(): (each, day.name.lower() not in only.inactive) for day, each in named if each}


def hold_inactive_saturday(renault: MyRenaultSimulator) -> None:
    """Let the first car follow a Monday, and keep the time of an inactive Saturday."""
    days = program(1, monday=ODD[0], saturday=EVENING)
    hold(renault, FIRST, replace(days, inactive=frozenset({"saturday"})))


async def test_inactive_days_keep_their_times(in_utc: MyRenault, renault: MyRenaultSimulator) -> None:
    """Send them with another schedule, and leave them inactive when that is disabled and enabled."""
    hold_inactive_saturday(renault)
    held = await in_utc.charge_schedule(FIRST)
    assert held.windows == HELD[:1]
    for windows in (HELD[1:], HELD):
        await in_utc.set_charge_schedule(FIRST, windows)
        renault.advance(120)
        expected = {("monday", "tuesday")[each.weekday]: (ODD[each.weekday], True) for each in windows}
        assert week(renault) == {**expected, "saturday": (EVENING, False)}
        assert await my_renault_again(in_utc, FIRST) == ChargeSchedule(enabled=True, windows=windows)
    await in_utc.disable_charge_schedule(FIRST)
    renault.advance(120)
    assert await my_renault_again(in_utc, FIRST) == ChargeSchedule(enabled=False, windows=HELD)
    await in_utc.set_charge_schedule(FIRST, HELD)
    renault.advance(120)
    assert week(renault)["saturday"] == (EVENING, False)
    saturday = ChargeWindow(Weekday.SATURDAY, time(3), timedelta(hours=1))
    await in_utc.set_charge_schedule(FIRST, (saturday,))
    renault.advance(120)
    assert week(renault) == {"saturday": (Window(time(3), timedelta(hours=1)), True)}


async def test_server_that_refuses_inactive_days(in_utc: MyRenault, renault: MyRenaultSimulator) -> None:
    """Send the schedule without them."""
    hold_inactive_saturday(renault)
    await in_utc.charge_schedule(FIRST)
    refusal = {"kind": "status", "status": 400, "message": "err.func.400", "method": "POST", "times": 1}
    renault.faults.replace([{**refusal, "path": "*/charge-schedule"}])
    await in_utc.set_charge_schedule(FIRST, HELD[1:])
    renault.advance(120)
    assert week(renault) == {"tuesday": (ODD[1], True)}


@pytest.mark.parametrize("mode", [ChargeMode.DELAYED, ChargeMode.DELEGATED])
async def test_modes_without_programs(adapter: MyRenault, renault: MyRenaultSimulator, mode: ChargeMode) -> None:
    """Name the mode, keep the last programs, and show them as enabled again with the next ones."""
    hold(renault, SECOND, *OWN)
    await adapter.charge_schedule(SECOND)
    fields = {"data.attributes.mode": mode.value, "data.attributes.schedules": []}
    renault.faults.replace([{"kind": "set", "path": "*/charging-settings", "fields": fields}])
    renault.advance(60)
    held = await my_renault_again(adapter, SECOND)
    assert (held.mode, held.enabled, held.windows) == (mode, None, HELD)
    renault.faults.replace([])
    assert await my_renault_again(adapter, SECOND) == ChargeSchedule(enabled=True, windows=HELD)


async def my_renault_again(adapter: MyRenault, vin: str) -> ChargeSchedule:
    """Return the schedule without the cache of the client."""
    (await adapter._accounts.car(vin))._cache.clear()
    return await adapter.charge_schedule(vin)
