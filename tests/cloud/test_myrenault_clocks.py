"""A schedule in a car that uses UTC, when the clocks change."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

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


class Night(NamedTuple):
    """The night of the change at MY Renault, with all clocks equal."""

    http: aiohttp.ClientSession
    simulator: MyRenaultSimulator
    freezer: FrozenDateTimeFactory

    def cloud(self, **options: Any) -> MyRenault:
        """Return a client of the simulator."""
        return my_renault(self.http, self.simulator.url, **options)

    def pass_time(self, span: timedelta) -> None:
        """Advance all clocks."""
        self.freezer.tick(span)
        self.simulator.advance(span.total_seconds())


@pytest.fixture
async def spring(http: aiohttp.ClientSession, freezer: FrozenDateTimeFactory) -> AsyncIterator[Night]:
    """Start half an hour before the change."""
    freezer.move_to(BEFORE)
    simulator = MyRenaultSimulator(Clock(BEFORE, speed=0))
    await simulator.start()
    yield Night(http, simulator, freezer)
    await simulator.stop()


async def test_schedule_is_sent_again_once(spring: Night) -> None:
    """Send a schedule of before the change again after it, as the days then have other times."""
    cloud = spring.cloud()
    await cloud.set_charge_schedule(FIRST, NIGHT)
    first_sent = sent(spring.simulator)[0][1]["schedules"][0]
    assert first_sent["sunday"]["startTime"] == "T02:00Z"
    assert first_sent["saturday"]["startTime"] == "T02:00Z"
    spring.pass_time(timedelta(minutes=5))
    assert await cloud.charge_schedule(FIRST) == ChargeSchedule(enabled=True, windows=NIGHT)
    assert spring.simulator.vehicle(FIRST).car.schedule.enabled


async def test_winter_schedule_is_moved_in_summer(spring: Night) -> None:
    """Send it again once, as the car would charge an hour late, until the car shows it."""
    spring.freezer.move_to(BEFORE - timedelta(days=20))
    cloud = spring.cloud()
    await cloud.set_charge_schedule(FIRST, NIGHT)
    assert sent(spring.simulator)[0][1]["schedules"][0]["sunday"]["startTime"] == "T03:00Z"
    spring.freezer.move_to(BEFORE)
    spring.pass_time(AFTER)
    spring.simulator.log.entries.clear()
    again = spring.cloud(stored=cloud.stored)
    late = await again.charge_schedule(FIRST)
    assert late == ChargeSchedule(enabled=True, windows=NIGHT, unsettled=True)
    assert [name for name, _ in sent(spring.simulator)] == ["actions/charge-schedule"]
    assert sent(spring.simulator)[0][1]["schedules"][0]["sunday"]["startTime"] == "T02:00Z"
    spring.simulator.log.entries.clear()
    # A restart in between has no effect.
    again = spring.cloud(stored=again.stored)
    assert await again.charge_schedule(FIRST) == late
    spring.pass_time(timedelta(minutes=5))
    assert await again.charge_schedule(FIRST) == ChargeSchedule(enabled=True, windows=NIGHT)
    assert sent(spring.simulator) == []


async def test_moved_schedule_does_not_arrive(spring: Night) -> None:
    """Show the schedule in the car after a quarter of an hour, and send nothing."""
    spring.freezer.move_to(BEFORE - timedelta(days=20))
    cloud = spring.cloud()
    await cloud.set_charge_schedule(FIRST, NIGHT)
    spring.freezer.move_to(BEFORE)
    spring.pass_time(AFTER)
    spring.simulator.vehicle(FIRST).link.obeys_schedule = False
    assert (await cloud.charge_schedule(FIRST)).unsettled
    spring.pass_time(timedelta(minutes=14))
    assert (await cloud.charge_schedule(FIRST)).unsettled
    spring.simulator.log.entries.clear()
    spring.pass_time(timedelta(minutes=2))
    assert await cloud.charge_schedule(FIRST) == ChargeSchedule(enabled=True, windows=every_day(4, 2))
    assert sent(spring.simulator) == []


async def set_in_winter(spring: Night, week: Windows) -> MyRenault:
    """Set a schedule long before the change, and continue until after it."""
    cloud = spring.cloud()
    await cloud.set_charge_schedule(FIRST, week)
    spring.simulator.advance(AFTER.total_seconds())
    spring.simulator.log.entries.clear()
    return cloud


@pytest.mark.parametrize("arrives", [True, False], ids=["arrives", "is lost"])
async def test_lost_response(spring: Night, *, arrives: bool) -> None:
    """Treat the schedule as ours if the car holds it, also after a restart, otherwise send it again."""
    spring.freezer.move_to(BEFORE - timedelta(days=5))
    cloud = await set_in_winter(spring, NIGHT)
    spring.freezer.move_to(BEFORE - timedelta(days=3))
    when = "after" if arrives else "before"
    spring.simulator.faults.add(
        {"path": "*/charge-schedule", "method": "POST", "kind": "drop", "when": when, "times": 1}
    )
    with pytest.raises(ConnectionFailedError):
        await cloud.charge_schedule(FIRST)
    spring.pass_time(timedelta(hours=1))
    again = spring.cloud(stored=cloud.stored)
    assert (await again.charge_schedule(FIRST)).windows == NIGHT
    assert len(sent(spring.simulator)) == (1 if arrives else 2)
    spring.pass_time(timedelta(days=1))
    assert (await again.charge_schedule(FIRST)).windows == NIGHT
    assert len(sent(spring.simulator)) == (2 if arrives else 3)


async def test_lost_response_over_a_schedule_of_the_app(spring: Night) -> None:
    """Show the app's schedule until ours has arrived, which is then moved."""
    spring.freezer.move_to(BEFORE - timedelta(days=20))
    await set_in_winter(spring, every_day(5, 1))
    cloud = spring.cloud()
    await cloud.charge_schedule(FIRST)
    spring.simulator.faults.add(
        {"path": "*/charge-schedule", "method": "POST", "kind": "drop", "when": "after", "times": 1}
    )
    with pytest.raises(ConnectionFailedError):
        await cloud.set_charge_schedule(FIRST, NIGHT)
    assert (await cloud.charge_schedule(FIRST)).windows == every_day(5, 1)
    spring.simulator.advance(300)
    spring.freezer.move_to(BEFORE + AFTER)
    assert await cloud.charge_schedule(FIRST) == ChargeSchedule(enabled=True, windows=NIGHT, unsettled=True)


async def test_moved_schedule_is_refused(spring: Night) -> None:
    """Show when the car really charges, and try again with the next read."""
    spring.freezer.move_to(BEFORE - timedelta(days=20))
    cloud = await set_in_winter(spring, NIGHT)
    spring.freezer.move_to(BEFORE + AFTER)
    refusal = {"kind": "status", "status": 400, "message": "err.func.400", "times": 1}
    spring.simulator.faults.add({**refusal, "path": "*/charge-schedule", "method": "POST"})
    assert await cloud.charge_schedule(FIRST) == ChargeSchedule(enabled=True, windows=every_day(4, 2))
    spring.pass_time(timedelta(hours=1))
    assert (await cloud.charge_schedule(FIRST)).unsettled
    spring.pass_time(timedelta(minutes=5))
    assert await cloud.charge_schedule(FIRST) == ChargeSchedule(enabled=True, windows=NIGHT)


async def test_disabled_schedule_is_not_moved(spring: Night) -> None:
    """Send nothing while it is disabled; once enabled, it is at the user's times."""
    spring.freezer.move_to(BEFORE - timedelta(days=20))
    cloud = await set_in_winter(spring, NIGHT)
    await cloud.disable_charge_schedule(FIRST)
    assert asked(spring.simulator) == ["POST actions/charge-mode"]
    spring.simulator.advance(300)
    spring.freezer.move_to(BEFORE + AFTER)
    spring.simulator.log.entries.clear()
    assert await cloud.charge_schedule(FIRST) == ChargeSchedule(enabled=False, windows=NIGHT)
    assert sent(spring.simulator) == []
    await cloud.set_charge_schedule(FIRST, NIGHT)
    assert sent(spring.simulator)[0][1]["schedules"][0]["sunday"]["startTime"] == "T02:00Z"


async def test_schedule_deleted_in_the_app(spring: Night) -> None:
    """Show no windows: only a car with a disabled schedule may have lost them."""
    cloud = spring.cloud()
    await cloud.set_charge_schedule(SECOND, NIGHT)
    spring.simulator.advance(300)
    spring.simulator.vehicle(SECOND).set_programs(())
    spring.simulator.advance(300)
    assert await cloud.charge_schedule(SECOND) == ChargeSchedule(enabled=True, windows=())


async def test_schedule_that_does_not_fit_in_summer(spring: Night) -> None:
    """Keep and show the winter's, as the windows of two days are on one day in UTC."""
    spring.freezer.move_to(BEFORE - timedelta(days=20))
    cloud = await set_in_winter(spring, (window(Weekday.MONDAY, 23.5, 0.5), window(Weekday.TUESDAY, 0.25, 2)))
    spring.freezer.move_to(BEFORE + AFTER)
    late = (window(Weekday.TUESDAY, 0.5, 0.5), window(Weekday.TUESDAY, 1.25, 2))
    assert await cloud.charge_schedule(FIRST) == ChargeSchedule(enabled=True, windows=late)
    assert sent(spring.simulator) == []


async def test_schedule_set_while_another_is_sent(spring: Night) -> None:
    """Show the new schedule only once the car holds it."""
    spring.freezer.move_to(BEFORE - timedelta(days=20))
    cloud = spring.cloud()
    await cloud.set_charge_schedule(FIRST, NIGHT)
    spring.freezer.move_to(BEFORE)
    spring.pass_time(AFTER)
    await cloud.charge_schedule(FIRST)
    await cloud.set_charge_schedule(FIRST, every_day(5, 1))
    assert (await cloud.charge_schedule(FIRST)).windows == every_day(4, 2)
    spring.pass_time(timedelta(minutes=5))
    assert await cloud.charge_schedule(FIRST) == ChargeSchedule(enabled=True, windows=every_day(5, 1))


async def test_schedule_set_in_the_week_before_the_change(spring: Night) -> None:
    """Use one of the two times of a window until then, and show the user's."""
    spring.simulator.vehicle(SECOND).set_quirks(Quirks(program_clock=ProgramClock.UTC))
    spring.freezer.move_to(BEFORE - timedelta(days=3))
    week = tuple(each for start in (1, 4, 7, 10, 13) for each in every_day(start, 1))
    cloud = spring.cloud(schedule_clocks={SECOND: ScheduleClock.UTC})
    await cloud.set_charge_schedule(SECOND, week)
    spring.pass_time(timedelta(minutes=5))
    assert (await cloud.charge_schedule(SECOND)).windows == tuple(sorted(week))


async def test_schedule_of_the_app_is_not_moved(spring: Night) -> None:
    """Only the user of the app may change it."""
    spring.freezer.move_to(BEFORE - timedelta(days=20))
    await spring.cloud().set_charge_schedule(FIRST, NIGHT)
    cloud = spring.cloud()
    spring.pass_time(timedelta(minutes=5))
    assert (await cloud.charge_schedule(FIRST)).windows == NIGHT
    spring.freezer.move_to(BEFORE)
    spring.pass_time(AFTER)
    spring.simulator.log.entries.clear()
    assert (await cloud.charge_schedule(FIRST)).windows == every_day(4, 2)
    assert sent(spring.simulator) == []


async def test_schedule_by_another_clock(spring: Night) -> None:
    """Show both readings of the schedule, so that the user can compare them with the car."""
    for vin, clock in ((FIRST, ProgramClock.LOCAL), (SECOND, ProgramClock.UTC)):
        spring.simulator.vehicle(vin).set_quirks(Quirks(program_clock=clock))
    spring.simulator.advance(7200)
    clocks = {FIRST: ScheduleClock.LOCAL, SECOND: ScheduleClock.UTC}
    cloud = spring.cloud(schedule_clocks=clocks)
    for vin in (FIRST, SECOND):
        await cloud.set_charge_schedule(vin, NIGHT)
        spring.simulator.advance(120)
        assert (await cloud.charge_schedule(vin)).windows == NIGHT
    by_local = sent(spring.simulator)[0][1]["schedules"][0]
    assert by_local["monday"] == {"startTime": "T03:00Z", "duration": 120}
    assert (await cloud.charge_schedule_by(FIRST, ScheduleClock.UTC)).windows == every_day(4, 2)
    assert (await cloud.charge_schedule_by(SECOND, ScheduleClock.LOCAL)).windows == every_day(2, 2)


async def test_car_charges_at_the_users_time(spring: Night) -> None:
    """At three in the wall clock after the change, with either clock."""
    cloud = spring.cloud()
    for vin in (FIRST, SECOND):
        spring.simulator.vehicle(vin).car.fill(20)
        spring.simulator.vehicle(vin).car.plug()
        await cloud.set_charge_schedule(vin, NIGHT)
    spring.simulator.advance(300)
    for vin in (FIRST, SECOND):
        vehicle = spring.simulator.vehicle(vin)
        assert not vehicle.car.charging
        starts = vehicle.car.schedule.week.next_start(vehicle.car.at, vehicle.zone)
        assert starts == datetime(2026, 3, 29, 2, tzinfo=UTC)
