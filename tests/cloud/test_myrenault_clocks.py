"""A schedule in a car that uses UTC, when the clocks change."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import aiohttp
from freezegun.api import FrozenDateTimeFactory
import pytest

from custom_components.renault_ze.cloud.exceptions import ConnectionFailedError
from custom_components.renault_ze.cloud.models import ChargeSchedule, Weekday
from custom_components.renault_ze.cloud.myrenault import MyRenault, ScheduleClock
from custom_components.renault_ze.cloud.myrenault.programs import Windows
from simulator import Clock
from simulator.myrenault import MyRenaultSimulator
from simulator.myrenault.vehicle import ProgramClock, Quirks
from tests.cloud.myrenault import FIRST, SECOND, asked, every_day, my_renault, sent, window

# In London the clocks go forward on 29 March 2026 at 01:00.
BEFORE = datetime(2026, 3, 29, 0, 30, tzinfo=UTC)
AFTER = timedelta(hours=2)
NIGHT = every_day(3, 2)


@pytest.fixture
async def spring(freezer: FrozenDateTimeFactory, socket_enabled: None) -> AsyncIterator[MyRenaultSimulator]:
    """Return a simulator half an hour before the change, with all clocks equal."""
    freezer.move_to(BEFORE)
    found = MyRenaultSimulator(Clock(BEFORE, speed=0))
    await found.start()
    yield found
    await found.stop()


def pass_time(freezer: FrozenDateTimeFactory, simulator: MyRenaultSimulator, span: timedelta) -> None:
    """Advance all clocks."""
    freezer.tick(span)
    simulator.advance(span.total_seconds())


async def test_schedule_is_sent_again_once(
    http: aiohttp.ClientSession, spring: MyRenaultSimulator, freezer: FrozenDateTimeFactory
) -> None:
    """Send a schedule of before the change again after it, as the days then have other times."""
    cloud = my_renault(http, spring.url)
    await cloud.set_charge_schedule(FIRST, NIGHT)
    first_sent = sent(spring)[0][1]["schedules"][0]
    assert first_sent["sunday"]["startTime"] == "T02:00Z"
    assert first_sent["saturday"]["startTime"] == "T02:00Z"
    pass_time(freezer, spring, timedelta(minutes=5))
    assert await cloud.charge_schedule(FIRST) == ChargeSchedule(enabled=True, windows=NIGHT)
    assert spring.vehicle(FIRST).car.schedule.enabled


async def test_winter_schedule_is_moved_in_summer(
    http: aiohttp.ClientSession, spring: MyRenaultSimulator, freezer: FrozenDateTimeFactory
) -> None:
    """Send it again once, as the car would charge an hour late, until the car shows it."""
    freezer.move_to(BEFORE - timedelta(days=20))
    cloud = my_renault(http, spring.url)
    await cloud.set_charge_schedule(FIRST, NIGHT)
    assert sent(spring)[0][1]["schedules"][0]["sunday"]["startTime"] == "T03:00Z"
    freezer.move_to(BEFORE)
    pass_time(freezer, spring, AFTER)
    spring.log.entries.clear()
    again = my_renault(http, spring.url, stored=cloud.stored)
    late = await again.charge_schedule(FIRST)
    assert late == ChargeSchedule(enabled=True, windows=NIGHT, unsettled=True)
    assert [name for name, _ in sent(spring)] == ["actions/charge-schedule"]
    assert sent(spring)[0][1]["schedules"][0]["sunday"]["startTime"] == "T02:00Z"
    spring.log.entries.clear()
    # A restart in between has no effect.
    again = my_renault(http, spring.url, stored=again.stored)
    assert await again.charge_schedule(FIRST) == late
    pass_time(freezer, spring, timedelta(minutes=5))
    assert await again.charge_schedule(FIRST) == ChargeSchedule(enabled=True, windows=NIGHT)
    assert sent(spring) == []


async def test_moved_schedule_does_not_arrive(
    http: aiohttp.ClientSession, spring: MyRenaultSimulator, freezer: FrozenDateTimeFactory
) -> None:
    """Show the schedule in the car after a quarter of an hour, and send nothing."""
    freezer.move_to(BEFORE - timedelta(days=20))
    cloud = my_renault(http, spring.url)
    await cloud.set_charge_schedule(FIRST, NIGHT)
    freezer.move_to(BEFORE)
    pass_time(freezer, spring, AFTER)
    spring.vehicle(FIRST).link.obeys_schedule = False
    assert (await cloud.charge_schedule(FIRST)).unsettled
    pass_time(freezer, spring, timedelta(minutes=14))
    assert (await cloud.charge_schedule(FIRST)).unsettled
    spring.log.entries.clear()
    pass_time(freezer, spring, timedelta(minutes=2))
    assert await cloud.charge_schedule(FIRST) == ChargeSchedule(enabled=True, windows=every_day(4, 2))
    assert sent(spring) == []


async def set_in_winter(http: aiohttp.ClientSession, spring: MyRenaultSimulator, week: Windows) -> MyRenault:
    """Set a schedule long before the change, and continue until after it."""
    cloud = my_renault(http, spring.url)
    await cloud.set_charge_schedule(FIRST, week)
    spring.advance(AFTER.total_seconds())
    spring.log.entries.clear()
    return cloud


@pytest.mark.parametrize("arrives", [True, False], ids=["arrives", "is lost"])
async def test_lost_response(
    http: aiohttp.ClientSession, spring: MyRenaultSimulator, freezer: FrozenDateTimeFactory, *, arrives: bool
) -> None:
    """Treat the schedule as ours if the car holds it, also after a restart, otherwise send it again."""
    freezer.move_to(BEFORE - timedelta(days=5))
    cloud = await set_in_winter(http, spring, NIGHT)
    freezer.move_to(BEFORE - timedelta(days=3))
    when = "after" if arrives else "before"
    spring.faults.add({"path": "*/charge-schedule", "method": "POST", "kind": "drop", "when": when, "times": 1})
    with pytest.raises(ConnectionFailedError):
        await cloud.charge_schedule(FIRST)
    pass_time(freezer, spring, timedelta(hours=1))
    again = my_renault(http, spring.url, stored=cloud.stored)
    assert (await again.charge_schedule(FIRST)).windows == NIGHT
    assert len(sent(spring)) == (1 if arrives else 2)
    pass_time(freezer, spring, timedelta(days=1))
    assert (await again.charge_schedule(FIRST)).windows == NIGHT
    assert len(sent(spring)) == (2 if arrives else 3)


async def test_lost_response_over_a_schedule_of_the_app(
    http: aiohttp.ClientSession, spring: MyRenaultSimulator, freezer: FrozenDateTimeFactory
) -> None:
    """Show the app's schedule until ours has arrived, which is then moved."""
    freezer.move_to(BEFORE - timedelta(days=20))
    await set_in_winter(http, spring, every_day(5, 1))
    cloud = my_renault(http, spring.url)
    await cloud.charge_schedule(FIRST)
    spring.faults.add({"path": "*/charge-schedule", "method": "POST", "kind": "drop", "when": "after", "times": 1})
    with pytest.raises(ConnectionFailedError):
        await cloud.set_charge_schedule(FIRST, NIGHT)
    assert (await cloud.charge_schedule(FIRST)).windows == every_day(5, 1)
    spring.advance(300)
    freezer.move_to(BEFORE + AFTER)
    assert await cloud.charge_schedule(FIRST) == ChargeSchedule(enabled=True, windows=NIGHT, unsettled=True)


async def test_moved_schedule_is_refused(
    http: aiohttp.ClientSession, spring: MyRenaultSimulator, freezer: FrozenDateTimeFactory
) -> None:
    """Show when the car really charges, and try again with the next read."""
    freezer.move_to(BEFORE - timedelta(days=20))
    cloud = await set_in_winter(http, spring, NIGHT)
    freezer.move_to(BEFORE + AFTER)
    refusal = {"kind": "status", "status": 400, "message": "err.func.400", "times": 1}
    spring.faults.add({**refusal, "path": "*/charge-schedule", "method": "POST"})
    assert await cloud.charge_schedule(FIRST) == ChargeSchedule(enabled=True, windows=every_day(4, 2))
    pass_time(freezer, spring, timedelta(hours=1))
    assert (await cloud.charge_schedule(FIRST)).unsettled
    pass_time(freezer, spring, timedelta(minutes=5))
    assert await cloud.charge_schedule(FIRST) == ChargeSchedule(enabled=True, windows=NIGHT)


async def test_disabled_schedule_is_not_moved(
    http: aiohttp.ClientSession, spring: MyRenaultSimulator, freezer: FrozenDateTimeFactory
) -> None:
    """Send nothing while it is disabled; once enabled, it is at the user's times."""
    freezer.move_to(BEFORE - timedelta(days=20))
    cloud = await set_in_winter(http, spring, NIGHT)
    await cloud.disable_charge_schedule(FIRST)
    assert asked(spring) == ["POST actions/charge-mode"]
    spring.advance(300)
    freezer.move_to(BEFORE + AFTER)
    spring.log.entries.clear()
    assert await cloud.charge_schedule(FIRST) == ChargeSchedule(enabled=False, windows=NIGHT)
    assert sent(spring) == []
    await cloud.set_charge_schedule(FIRST, NIGHT)
    assert sent(spring)[0][1]["schedules"][0]["sunday"]["startTime"] == "T02:00Z"


async def test_schedule_deleted_in_the_app(http: aiohttp.ClientSession, spring: MyRenaultSimulator) -> None:
    """Show no windows: only a car with a disabled schedule may have lost them."""
    cloud = my_renault(http, spring.url)
    await cloud.set_charge_schedule(SECOND, NIGHT)
    spring.advance(300)
    spring.vehicle(SECOND).set_programs(())
    spring.advance(300)
    assert await cloud.charge_schedule(SECOND) == ChargeSchedule(enabled=True, windows=())


async def test_schedule_that_does_not_fit_in_summer(
    http: aiohttp.ClientSession, spring: MyRenaultSimulator, freezer: FrozenDateTimeFactory
) -> None:
    """Keep and show the winter's, as the windows of two days are on one day in UTC."""
    freezer.move_to(BEFORE - timedelta(days=20))
    cloud = await set_in_winter(http, spring, (window(Weekday.MONDAY, 23.5, 0.5), window(Weekday.TUESDAY, 0.25, 2)))
    freezer.move_to(BEFORE + AFTER)
    late = (window(Weekday.TUESDAY, 0.5, 0.5), window(Weekday.TUESDAY, 1.25, 2))
    assert await cloud.charge_schedule(FIRST) == ChargeSchedule(enabled=True, windows=late)
    assert sent(spring) == []


async def test_schedule_set_while_another_is_sent(
    http: aiohttp.ClientSession, spring: MyRenaultSimulator, freezer: FrozenDateTimeFactory
) -> None:
    """Show the new schedule only once the car holds it."""
    freezer.move_to(BEFORE - timedelta(days=20))
    cloud = my_renault(http, spring.url)
    await cloud.set_charge_schedule(FIRST, NIGHT)
    freezer.move_to(BEFORE)
    pass_time(freezer, spring, AFTER)
    await cloud.charge_schedule(FIRST)
    await cloud.set_charge_schedule(FIRST, every_day(5, 1))
    assert (await cloud.charge_schedule(FIRST)).windows == every_day(4, 2)
    pass_time(freezer, spring, timedelta(minutes=5))
    assert await cloud.charge_schedule(FIRST) == ChargeSchedule(enabled=True, windows=every_day(5, 1))


async def test_schedule_set_in_the_week_before_the_change(
    http: aiohttp.ClientSession, spring: MyRenaultSimulator, freezer: FrozenDateTimeFactory
) -> None:
    """Use one of the two times of a window until then, and show the user's."""
    spring.vehicle(SECOND).set_quirks(Quirks(program_clock=ProgramClock.UTC))
    freezer.move_to(BEFORE - timedelta(days=3))
    week = tuple(each for start in (1, 4, 7, 10, 13) for each in every_day(start, 1))
    cloud = my_renault(http, spring.url, schedule_clocks={SECOND: ScheduleClock.UTC})
    await cloud.set_charge_schedule(SECOND, week)
    pass_time(freezer, spring, timedelta(minutes=5))
    assert (await cloud.charge_schedule(SECOND)).windows == tuple(sorted(week))


async def test_schedule_of_the_app_is_not_moved(
    http: aiohttp.ClientSession, spring: MyRenaultSimulator, freezer: FrozenDateTimeFactory
) -> None:
    """Only the user of the app may change it."""
    freezer.move_to(BEFORE - timedelta(days=20))
    await my_renault(http, spring.url).set_charge_schedule(FIRST, NIGHT)
    cloud = my_renault(http, spring.url)
    pass_time(freezer, spring, timedelta(minutes=5))
    assert (await cloud.charge_schedule(FIRST)).windows == NIGHT
    freezer.move_to(BEFORE)
    pass_time(freezer, spring, AFTER)
    spring.log.entries.clear()
    assert (await cloud.charge_schedule(FIRST)).windows == every_day(4, 2)
    assert sent(spring) == []


async def test_schedule_by_another_clock(http: aiohttp.ClientSession, spring: MyRenaultSimulator) -> None:
    """Show both readings of the schedule, so that the user can compare them with the car."""
    for vin, clock in ((FIRST, ProgramClock.LOCAL), (SECOND, ProgramClock.UTC)):
        spring.vehicle(vin).set_quirks(Quirks(program_clock=clock))
    spring.advance(7200)
    clocks = {FIRST: ScheduleClock.LOCAL, SECOND: ScheduleClock.UTC}
    cloud = my_renault(http, spring.url, schedule_clocks=clocks)
    for vin in (FIRST, SECOND):
        await cloud.set_charge_schedule(vin, NIGHT)
        spring.advance(120)
        assert (await cloud.charge_schedule(vin)).windows == NIGHT
    by_local = sent(spring)[0][1]["schedules"][0]
    assert by_local["monday"] == {"startTime": "T03:00Z", "duration": 120}
    assert (await cloud.charge_schedule_by(FIRST, ScheduleClock.UTC)).windows == every_day(4, 2)
    assert (await cloud.charge_schedule_by(SECOND, ScheduleClock.LOCAL)).windows == every_day(2, 2)


async def test_car_charges_at_the_users_time(http: aiohttp.ClientSession, spring: MyRenaultSimulator) -> None:
    """At three in the wall clock after the change, with either clock."""
    cloud = my_renault(http, spring.url)
    for vin in (FIRST, SECOND):
        spring.vehicle(vin).car.fill(20)
        spring.vehicle(vin).car.plug()
        await cloud.set_charge_schedule(vin, NIGHT)
    spring.advance(300)
    for vin in (FIRST, SECOND):
        zoe = spring.vehicle(vin)
        assert not zoe.car.charging
        starts = zoe.car.schedule.week.next_start(zoe.car.at, zoe.zone)
        assert starts == datetime(2026, 3, 29, 2, tzinfo=UTC)
