"""When a charge schedule is restored that a command has replaced: without starting or ending a charge."""

import pytest

from simulator.myrenault import ChargeMode
from tests.contract.routes import HOUR, MINUTE
from tests.contract.suspended import START, STOP, drive_away, posted, schedule_of, waiting
from tests.update_cycle.owner import Owner


@pytest.fixture(autouse=True)
def enable_event_loop_debug() -> None:
    """Override the fixture of Home Assistant's plugin, which takes half of the time and is not needed here."""


def is_charging(owner: Owner) -> bool:
    """Return whether the car charges."""
    return bool(owner.vehicle.car.charging)


async def test_trip_that_nobody_saw(socket_enabled: None) -> None:
    """A car that charges whenever it is plugged in does so again after a trip between two polls."""
    async with waiting("ZOE50", table="all") as owner:
        owner.vehicle.set_charge_mode(ChargeMode.ALWAYS)
        owner.vehicle.car.start_charge()
        owner.vehicle.report_now()
        await owner.pass_by(HOUR)
        await owner.running.send(STOP())
        await owner.pass_by(HOUR)
        assert not is_charging(owner)
        owner.vehicle.car.unplug()
        owner.vehicle.car.drive(60)
        owner.vehicle.car.plug()
        owner.vehicle.report_now()
        await owner.pass_by(2 * HOUR)
        assert owner.vehicle.car.schedule.mode is ChargeMode.ALWAYS
        assert is_charging(owner)


async def test_silent_car(socket_enabled: None) -> None:
    """The charge of a car that never reports whether it charges has ended once it is full."""
    async with waiting("ZOE50", table="all") as owner:
        before = schedule_of(owner)
        owner.vehicle.quirks.charging_status, owner.vehicle.quirks.plug_status = -1.1, 1
        await owner.running.send(START())
        await owner.pass_by(2 * HOUR)
        assert posted(owner) == ["start"]
        await owner.pass_by(6 * HOUR)
        assert schedule_of(owner) == before


async def test_stop_of_a_silent_car(socket_enabled: None) -> None:
    """It charges whenever it is plugged in again after a day, because nobody sees that it is unplugged."""
    async with waiting("ZOE50", table="all") as owner:
        owner.vehicle.set_charge_mode(ChargeMode.ALWAYS)
        await owner.pass_by(HOUR)
        owner.vehicle.quirks.charging_status, owner.vehicle.quirks.plug_status = -1.1, 1
        await owner.running.send(STOP())
        await owner.pass_by(23 * HOUR)
        assert owner.vehicle.car.schedule.mode is ChargeMode.SCHEDULED
        await owner.pass_by(3 * HOUR)
        assert owner.vehicle.car.schedule.mode is ChargeMode.ALWAYS


async def test_pause_of_the_current(socket_enabled: None) -> None:
    """A charge that waits for current has not ended."""
    async with waiting("ZOE50", table="all") as owner:
        await owner.running.send(START())
        await owner.pass_by(HOUR / 2)
        owner.vehicle.quirks.charging_status = 0.3
        await owner.pass_by(HOUR)
        owner.vehicle.quirks.charging_status = None
        await owner.pass_by(HOUR / 2)
        assert posted(owner) == ["start"]
        owner.vehicle.quirks.charging_status = 0.3
        await owner.pass_by(6 * HOUR)
        assert posted(owner) == ["start", "schedule"]


async def test_charge_started_in_the_app_after_a_stop(socket_enabled: None) -> None:
    """The end of the window does not end it; the schedule is restored after it."""
    async with waiting("ZOE50", table="all") as owner:
        before = schedule_of(owner)
        owner.vehicle.car.fill(10)
        await owner.pass_by(11 * HOUR)
        assert is_charging(owner)
        await owner.running.send(STOP())
        await owner.pass_by(4 * HOUR)
        owner.vehicle.charge()
        await owner.pass_by(MINUTE)
        owner.vehicle.report_now()
        await owner.pass_by(4 * HOUR)
        assert is_charging(owner)
        await drive_away(owner)
        assert schedule_of(owner) == before
