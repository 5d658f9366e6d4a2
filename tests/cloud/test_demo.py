"""The demo car: neither commands nor frequent reads put its battery and its days in disorder."""

import asyncio
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from typing import Any, override
from zoneinfo import ZoneInfo

from hypothesis import given, strategies as st
import pytest

from custom_components.renault_ze.cloud.demo import DEMO_VIN, Demo
from custom_components.renault_ze.cloud.exceptions import UnsupportedError
from custom_components.renault_ze.cloud.models import (
    Battery,
    ChargeEventKind,
    ChargeSchedule,
    ChargeWindow,
    Part,
    Result,
    Weekday,
)
from custom_components.renault_ze.cloud.protocol import Clock
from custom_components.renault_ze.cloud.reports import ChargeLimits

ZONE = ZoneInfo("Europe/Paris")
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
# A Wednesday, 13:30 on the car's clock: it is at home, and its windows are at night.
NOON = datetime(2026, 11, 18, 12, 30, tzinfo=UTC)
REACTED = timedelta(seconds=10)
type Step = Callable[[Demo], Coroutine[Any, Any, None]]


class SetClock(Clock):
    """A clock that is set."""

    def __init__(self, at: datetime = NOON) -> None:
        """Start at a time."""
        self.at = at

    @override
    def now(self) -> datetime:
        return self.at


class Sessions:
    """A demo car, and its sessions across restarts."""

    def __init__(self, at: datetime = NOON) -> None:
        """Add the car."""
        self.clock, self.stored = SetClock(at), {}
        self.car = self.restarted()

    def store(self, session: dict[str, Any]) -> None:
        """Store a session."""
        self.stored = session

    def restarted(self) -> Demo:
        """Return the car after a restart."""
        car = Demo(time_zone=ZONE, stored=self.stored, on_session=self.store, on_progress=self.store, clock=self.clock)
        self.car = car
        return car

    async def battery_after(self, wait: timedelta) -> Battery:
        """Return the battery after a time."""
        self.clock.at += wait
        found = await self.car.battery(DEMO_VIN)
        assert found is not None
        return found


@pytest.fixture
async def demo() -> Sessions:
    """Return a demo car that was just added."""
    found = Sessions()
    await found.car.account(max_age=DAY)
    return found


async def test_past(demo: Sessions) -> None:
    """It has charged at night, up to its limit, and was preconditioned on weekdays, for weeks."""
    events = await demo.car.charge_history(DEMO_VIN, (NOON - 60 * DAY).date(), NOON.date())
    assert len(events) > 60
    assert [each.at for each in events] == sorted((each.at for each in events), reverse=True)
    ended = [each for each in events if each.kind is ChargeEventKind.ENDED]
    assert {each.level for each in ended} == {80}
    assert {each.at.astimezone(ZONE).hour for each in events} <= set(range(1, 6))
    runs = await demo.car.preconditioning_history(DEMO_VIN, (NOON - 60 * DAY).date(), NOON.date())
    assert {(each.at.astimezone(ZONE).time(), each.result) for each in runs} == {(time(7, 30), Result.SUCCESS)}
    assert len(runs) >= 25
    assert await demo.car.last_preconditioning(DEMO_VIN) == runs[0]


async def test_day(demo: Sessions) -> None:
    """It is driven in the evening, charges at night, and leaves again in the morning."""
    midday = await demo.battery_after(timedelta())
    before = await demo.car.mileage(DEMO_VIN)
    evening = await demo.battery_after(4 * HOUR)
    assert (midday.plugged_in, evening.plugged_in) == (True, False)
    assert evening.level is not None
    assert evening.level < (midday.level or 0)
    assert 10 < (await demo.car.mileage(DEMO_VIN) or 0) - (before or 0) < 40
    night = await demo.battery_after(8 * HOUR)
    assert (night.charging, night.charging_power_w) == (True, 3700)
    assert night.charge_ends_at is not None
    morning = await demo.battery_after(6 * HOUR)
    assert (morning.plugged_in, morning.charging) == (True, False)
    assert (morning.level or 0) > 90
    assert not (await demo.battery_after(HOUR)).plugged_in


async def test_charge_adds_energy(demo: Sessions) -> None:
    """An hour of charging adds its power, and preconditioning takes some of it."""
    before = await demo.battery_after(timedelta())
    await demo.car.start_charge(DEMO_VIN)
    assert not (await demo.battery_after(timedelta(seconds=3))).charging
    started = await demo.battery_after(REACTED)
    assert started.charging
    after = await demo.battery_after(HOUR)
    assert after.energy_kwh == pytest.approx((before.energy_kwh or 0) + 3.7, abs=0.1)
    await demo.car.start_preconditioning(DEMO_VIN)
    await demo.battery_after(REACTED)
    assert (await demo.car.cabin(DEMO_VIN)).preconditioning
    assert (await demo.car.cabin(DEMO_VIN)).temperature == 21
    later = await demo.battery_after(HOUR)
    assert later.energy_kwh == pytest.approx((after.energy_kwh or 0) + 3.7 - 2 / 6, abs=0.1)
    assert not (await demo.car.cabin(DEMO_VIN)).preconditioning


async def test_stop_until_the_next_window(demo: Sessions) -> None:
    """A stopped charge begins again in the next window, and one that is stopped within a window does not."""
    await demo.car.start_charge(DEMO_VIN)
    assert (await demo.battery_after(REACTED)).charging
    await demo.car.stop_charge(DEMO_VIN)
    assert not (await demo.battery_after(REACTED)).charging
    assert (await demo.battery_after(12 * HOUR)).charging
    await demo.car.stop_charge(DEMO_VIN)
    assert not (await demo.battery_after(REACTED)).charging
    assert not (await demo.battery_after(2 * HOUR)).charging
    assert (await demo.battery_after(22 * HOUR)).charging


async def test_timer(demo: Sessions) -> None:
    """The timer fires once, at its time on the car's clock."""
    await demo.car.set_preconditioning_timer(DEMO_VIN, time(14, 7))
    await demo.battery_after(REACTED)
    assert await demo.car.preconditioning_timer(DEMO_VIN) == time(14, 7)
    await demo.battery_after(38 * MINUTE)
    run = await demo.car.last_preconditioning(DEMO_VIN)
    assert run is not None
    assert run.at.astimezone(ZONE) == datetime(2026, 11, 18, 14, 7, tzinfo=ZONE)
    assert await demo.car.preconditioning_timer(DEMO_VIN) is None
    await demo.car.set_preconditioning_timer(DEMO_VIN, time(18))
    await demo.car.cancel_preconditioning_timer(DEMO_VIN)
    await demo.battery_after(DAY)
    assert await demo.car.last_preconditioning(DEMO_VIN) == run


async def test_low_battery() -> None:
    """Without charging, the battery gets empty, the car stays, and it refuses to precondition."""
    demo = Sessions()
    await demo.car.set_charge_schedule(DEMO_VIN, ())
    battery = await demo.battery_after(20 * DAY)
    assert battery.level == 0
    await demo.car.start_preconditioning(DEMO_VIN)
    await demo.battery_after(REACTED)
    run = await demo.car.last_preconditioning(DEMO_VIN)
    assert run is not None
    assert run.result is Result.ERROR


async def test_years_later(demo: Sessions) -> None:
    """After years, or once a clock that was wrong is right again, it has a new past, and keeps its schedule."""
    await demo.car.disable_charge_schedule(DEMO_VIN)
    await demo.battery_after(REACTED)
    for wait in (900 * DAY, -900 * DAY):
        battery = await demo.battery_after(wait)
        assert battery.reported_at == demo.clock.at
        assert (await demo.car.charge_schedule(DEMO_VIN)).enabled is False
        assert len(await demo.car.charge_history(DEMO_VIN, (demo.clock.at - 40 * DAY).date(), demo.clock.at.date())) > 0


async def test_features_it_does_not_have(demo: Sessions) -> None:
    """It refuses what it does not have, as other clouds do."""
    for refused in (
        demo.car.location(DEMO_VIN),
        demo.car.notifications(DEMO_VIN),
        demo.car.equipment(DEMO_VIN, Part.LOCKS),
        demo.car.picture(DEMO_VIN),
        demo.car.set_charge_limits(DEMO_VIN, ChargeLimits(target=80, minimum=20)),
        demo.car.sound_horn(DEMO_VIN),
        demo.car.set_charge_schedule(DEMO_VIN, (ChargeWindow(Weekday.MONDAY, time(1), timedelta(days=2)),)),
    ):
        with pytest.raises(UnsupportedError):
            await refused


WINDOWS = st.lists(
    st.builds(
        ChargeWindow,
        st.sampled_from(Weekday),
        st.builds(time, st.integers(0, 23), st.sampled_from([0, 7, 15, 45])),
        st.integers(1, 96).map(lambda quarters: quarters * 15 * MINUTE),
    ),
    max_size=4,
).map(tuple)
WAITS = st.integers(0, 3 * 86_400).map(lambda seconds: timedelta(seconds=seconds))
COMMANDS = st.one_of(
    st.sampled_from(
        [("start_charge", ()), ("stop_charge", ()), ("start_preconditioning", ()), ("disable_charge_schedule", ())]
    ),
    st.builds(
        lambda start: ("set_preconditioning_timer", (start,)),
        st.times().map(lambda at: at.replace(second=0, microsecond=0)),
    ),
    st.just(("cancel_preconditioning_timer", ())),
    st.builds(lambda windows: ("set_charge_schedule", (windows,)), WINDOWS),
)
STARTS = st.integers(0, 2 * 365 * 86_400).map(lambda seconds: NOON + timedelta(seconds=seconds))


@given(start=STARTS, steps=st.lists(st.tuples(WAITS, COMMANDS), max_size=8))
def test_any_commands(start: datetime, steps: list[tuple[timedelta, tuple[str, tuple[Any, ...]]]]) -> None:
    """After any commands, the car has the schedule that was set last, valid levels, and times in order."""
    asyncio.run(_check_commands(start, steps))


async def _check_commands(start: datetime, steps: list[tuple[timedelta, tuple[str, tuple[Any, ...]]]]) -> None:
    """Send commands with waits between them, and check what the car shows after each."""
    demo = Sessions(start)
    wanted = await demo.car.charge_schedule(DEMO_VIN)
    reported, mileage = (await demo.battery_after(timedelta())).reported_at, await demo.car.mileage(DEMO_VIN)
    for wait, (name, values) in steps:
        await getattr(demo.car, name)(DEMO_VIN, *values)
        if name == "set_charge_schedule":
            wanted = ChargeSchedule(enabled=True, windows=values[0])
        elif name == "disable_charge_schedule":
            wanted = ChargeSchedule(enabled=False, windows=wanted.windows)
        battery = await demo.battery_after(wait + REACTED)
        assert 0 <= (battery.level or 0) <= 100
        assert battery.reported_at >= reported
        assert await demo.car.mileage(DEMO_VIN) >= mileage
        assert await demo.car.charge_schedule(DEMO_VIN) == wanted
        assert not (battery.charging and not battery.plugged_in)
        reported, mileage = battery.reported_at, await demo.car.mileage(DEMO_VIN)
        await _check_history(demo)


async def _check_history(demo: Sessions) -> None:
    """Check that charges alternate, and that nothing is in the future."""
    now = demo.clock.at
    events = await demo.car.charge_history(DEMO_VIN, (now - 100 * DAY).date(), now.date())
    times = [each.at for each in events]
    assert times == sorted(times, reverse=True)
    assert all(each <= now for each in times)
    assert all(after.kind is not before.kind for after, before in pairwise(events))


@given(start=STARTS, waits=st.lists(WAITS, max_size=6), command=COMMANDS)
def test_history_does_not_depend_on_reads(
    start: datetime, waits: list[timedelta], command: tuple[str, tuple[Any, ...]]
) -> None:
    """A car that is read often and restarted in between has the same history as one that is read once."""
    asyncio.run(_check_reads(start, waits, command))


async def _check_reads(start: datetime, waits: list[timedelta], command: tuple[str, tuple[Any, ...]]) -> None:
    """Compare two cars with the same command."""
    often, once = Sessions(start), Sessions(start)
    for each in (often, once):
        await getattr(each.car, command[0])(DEMO_VIN, *command[1])
    for wait in waits:
        await often.battery_after(wait)
        often.restarted()
    assert await often.battery_after(timedelta()) == await once.battery_after(sum(waits, timedelta()))
    now = once.clock.at.date()
    for read in ("charge_history", "preconditioning_history"):
        found = [await getattr(each.car, read)(DEMO_VIN, now - 100 * DAY, now) for each in (often, once)]
        assert found[0] == found[1]
    assert await often.car.mileage(DEMO_VIN) == await once.car.mileage(DEMO_VIN)
