"""Every endpoint of MY Renault against the simulator: what is asked, what it does to the car, what is read back."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, time, timedelta
from inspect import iscoroutinefunction, signature
from typing import Any

import aiohttp
from freezegun.api import FrozenDateTimeFactory
import pytest

from custom_components.renault_ze.cloud.exceptions import RejectedError, UnsupportedError
from custom_components.renault_ze.cloud.models import (
    Battery,
    Cabin,
    Capability,
    ChargeEventKind,
    ChargeSchedule,
    ChargeState,
    ChargingPoint,
    Location,
    NotificationSettings,
    Result,
    Weekday,
)
from custom_components.renault_ze.cloud.myrenault import MyRenault
from custom_components.renault_ze.cloud.orders import CommandKind
from custom_components.renault_ze.cloud.protocol import Cloud
from simulator.myrenault import MyRenaultSimulator
from tests.cloud.myrenault import DAY, FIRST, LONDON, NOW, SECOND, asked, every_day, my_renault, sent, window

BOTH = pytest.mark.parametrize("vin", [FIRST, SECOND], ids=["X101VE", "X102VE"])
TODAY = datetime.now(UTC).date()


@pytest.mark.parametrize("name", [name for name in vars(Cloud) if not name.startswith("_")])
def test_adapter_is_a_cloud(name: str) -> None:
    """It has each method of the protocol, with the protocol's parameters."""
    method = getattr(MyRenault, name)
    assert iscoroutinefunction(method) is iscoroutinefunction(getattr(Cloud, name))
    assert list(signature(method).parameters) == list(signature(getattr(Cloud, name)).parameters)


async def test_account(adapter: MyRenault, renault: MyRenaultSimulator) -> None:
    """Both cars are found with what they can do, and which orders nobody will see come true."""
    account = await adapter.account(max_age=NOW)
    assert account.id == renault.account.identifier("MYRENAULT")
    first, second = account.vehicles
    assert (first.vin, first.model, first.battery_kwh, first.time_zone) == (FIRST, "ZOE", 41.0, LONDON)
    assert (second.vin, second.model, second.battery_kwh) == (SECOND, "ZOE", 52.0)
    both = {
        Capability.BATTERY,
        Capability.CABIN,
        Capability.CHARGE_HISTORY,
        Capability.CHARGE_SCHEDULE,
        Capability.CHARGE_STATE,
        Capability.MILEAGE,
        Capability.PRECONDITIONING,
        Capability.PRECONDITIONING_TEMPERATURE,
        Capability.PRECONDITIONING_TIMER,
        Capability.PRECONDITIONING_TIMER_STATE,
        Capability.START_CHARGE,
    }
    assert first.capabilities - both == {Capability.CANCEL_PRECONDITIONING, Capability.OUTSIDE_TEMPERATURE}
    assert second.capabilities - both == {
        Capability.BATTERY_ENERGY,
        Capability.LOCATION,
        Capability.PRECONDITIONING_STATE,
    }
    assert CommandKind.PRECONDITION in first.unconfirmed
    assert CommandKind.PRECONDITION not in second.unconfirmed
    assert (first.windows_a_day, first.windows_alike, first.every_day) == (1, None, False)
    assert (second.windows_a_day, second.windows_alike) == (5, 5)


async def test_account_is_asked_for_once(adapter: MyRenault, renault: MyRenaultSimulator) -> None:
    """An account known well enough costs nothing."""
    await adapter.account(max_age=NOW)
    before = len(renault.log.entries)
    await adapter.account(max_age=DAY)
    assert len(renault.log.entries) == before
    await adapter.account(max_age=NOW)
    assert asked(renault)[before:] == ["GET vehicles"]


async def test_doubtful_endpoints_are_tried_once_and_their_refusal_remembered(
    http: aiohttp.ClientSession, renault: MyRenaultSimulator
) -> None:
    """What the server does not serve makes no promise, neither now nor after a restart, which tries nothing."""
    renault.zoe(SECOND).quirks.serves_sessions = True
    renault.faults.replace(
        [{"kind": "status", "status": 501, "message": "err.tech.501", "path": f"*{SECOND}/location"}]
    )
    cloud = my_renault(http, renault.url)
    first, second = (await cloud.account(max_age=NOW)).vehicles
    assert Capability.PRECONDITIONING_HISTORY not in first.capabilities
    assert Capability.PRECONDITIONING_HISTORY in second.capabilities
    assert Capability.LOCATION not in second.capabilities
    with pytest.raises(UnsupportedError):
        await cloud.location(SECOND)
    assert asked(renault).count("GET location") == 1
    renault.faults.replace([])
    renault.log.entries.clear()
    again = my_renault(http, renault.url, stored=cloud.stored)
    assert (await again.account(max_age=NOW)).vehicles == (first, second)
    assert asked(renault) == ["POST accounts.getJWT", "GET vehicles"]


GONE = {"kind": "status", "status": 404, "message": "err.func.wired.notFound"}
# What comes of asking for an endpoint that was refused long ago, and whether it is promised again.
ANSWERS: dict[str, tuple[list[dict[str, Any]], bool]] = {
    "served": ([], True),
    "refused once more": ([GONE], False),
    "trouble": ([{"kind": "html"}], False),
    "quota": ([{"kind": "rate_limit"}], False),
}


@pytest.mark.parametrize(("faults", "promised"), ANSWERS.values(), ids=ANSWERS)
async def test_refusal_is_believed_until_the_endpoint_is_served(
    http: aiohttp.ClientSession,
    renault: MyRenaultSimulator,
    freezer: FrozenDateTimeFactory,
    faults: list[dict[str, Any]],
    promised: bool,
) -> None:
    """A contract may be renewed: one quiet try a week tells, and nothing is promised before."""
    cloud = my_renault(http, renault.url)
    before = await cloud.account(max_age=NOW)
    assert Capability.LOCATION in before.vehicles[1].capabilities
    stored = cloud.stored
    for days in (6, 8):
        stored["refused"][SECOND]["location"] = (datetime.now(UTC) - timedelta(days=days)).isoformat()
        renault.faults.replace([{**each, "path": f"*{SECOND}/location"} for each in faults])
        renault.log.entries.clear()
        cloud = my_renault(http, renault.url, stored=stored)
        account = await cloud.account(max_age=NOW)
        assert asked(renault).count("GET location") == (days == 8)
        assert (Capability.LOCATION in account.vehicles[1].capabilities) is (promised and days == 8)
    assert account.vehicles[0] == before.vehicles[0]
    renault.log.entries.clear()
    renault.faults.replace([])
    # A pause that was asked for outlives the run it was asked of.
    freezer.tick(timedelta(minutes=15))
    await my_renault(http, renault.url, stored=cloud.stored).account(max_age=NOW)
    # What was answered with trouble is tried again, what was answered is not.
    assert asked(renault).count("GET location") == (faults not in ([], [GONE]))


NIGHT = every_day(3, 2)
ORDERS = {
    "actions/hvac-start": (Capability.PRECONDITIONING, lambda cloud: cloud.start_preconditioning(SECOND)),
    "actions/charge-schedule": (Capability.CHARGE_SCHEDULE, lambda cloud: cloud.set_charge_schedule(SECOND, NIGHT)),
}


@pytest.mark.parametrize(("path", "capability", "order"), [(path, *each) for path, each in ORDERS.items()], ids=ORDERS)
async def test_order_that_was_refused_is_offered_again_after_a_week(
    http: aiohttp.ClientSession,
    renault: MyRenaultSimulator,
    path: str,
    capability: Capability,
    order: Callable[[MyRenault], Awaitable[None]],
) -> None:
    """Nothing but giving it tells whether it is served now."""
    cloud = my_renault(http, renault.url)
    await cloud.account(max_age=NOW)
    renault.faults.replace([{**GONE, "path": f"*/{path}"}])
    with pytest.raises(UnsupportedError):
        await order(cloud)
    stored = cloud.stored
    (refused,) = (endpoint for endpoint in stored["refused"][SECOND] if endpoint.startswith("actions/"))
    for days, offered in ((6, False), (8, True)):
        stored["refused"][SECOND][refused] = (datetime.now(UTC) - timedelta(days=days)).isoformat()
        account = await my_renault(http, renault.url, stored=stored).account(max_age=NOW)
        assert (capability in account.vehicles[1].capabilities) is offered


async def test_battery_of_the_first_generation(adapter: MyRenault, renault: MyRenaultSimulator) -> None:
    """Its `error` is nothing wrong, its zero is no energy, and its time has an offset."""
    renault.zoe(FIRST).car.unplug()
    renault.zoe(FIRST).report_now()
    assert await adapter.battery(FIRST) == Battery(
        level=80,
        range_km=208.0,
        plugged_in=False,
        charging=False,
        charge_state=ChargeState.NOT_CHARGING,
        reported_at=renault.zoe(FIRST).ledger.snapshot.received_at,
    )


async def test_battery_of_the_second_generation(adapter: MyRenault, renault: MyRenaultSimulator) -> None:
    """A car that waits for its program is plugged in, whatever the number says."""
    zoe = renault.zoe(SECOND)
    zoe.enable(enabled=True)
    renault.advance(120)
    zoe.set_programs(())
    renault.advance(120)
    zoe.car.plug()
    zoe.report_now()
    found = await adapter.battery(SECOND)
    assert found is not None
    assert (found.plugged_in, found.charging, found.charge_state) == (True, False, ChargeState.WAITING_FOR_SCHEDULE)
    assert found.energy_kwh == 41.0


@BOTH
async def test_battery_of_a_car_that_charges(
    http: aiohttp.ClientSession, adapter: MyRenault, renault: MyRenaultSimulator, vin: str
) -> None:
    """Only then is there a time to the end."""
    renault.zoe(vin).quirks.ghost_remaining_time = True
    found = await adapter.battery(vin)
    assert found is not None
    assert found.charging_time_remaining is None
    zoe = renault.zoe(vin)
    zoe.car.plug()
    zoe.report_now()
    fresh = await my_renault(http, renault.url, stored=adapter.stored).battery(vin)
    assert fresh is not None
    assert (fresh.plugged_in, fresh.charging, fresh.charge_state) == (True, True, ChargeState.CHARGING)
    assert fresh.charging_time_remaining == zoe.car.reading.remaining


async def test_silent_charging_is_unknown(adapter: MyRenault, renault: MyRenaultSimulator) -> None:
    """A car that has said nothing of its charge for a year says neither yes nor no."""
    zoe = renault.zoe(FIRST)
    zoe.quirks.silent_charging = True
    zoe.car.plug()
    zoe.report_now()
    found = await adapter.battery(FIRST)
    assert found is not None
    assert (found.plugged_in, found.charging, found.charge_state) == (True, None, None)
    assert found.charging_time_remaining is None


@BOTH
async def test_mileage(adapter: MyRenault, renault: MyRenaultSimulator, vin: str) -> None:
    """It grows with each trip."""
    renault.zoe(vin).car.drive(12.5)
    assert await adapter.mileage(vin) == 21_054.5


async def test_location(http: aiohttp.ClientSession, adapter: MyRenault, renault: MyRenaultSimulator) -> None:
    """Only the second generation knows it, and not while its driver wants to be left alone."""
    zoe = renault.zoe(SECOND)
    assert await adapter.location(SECOND) == Location(latitude=51.47695, longitude=-0.0005, at=zoe.car.parked_at)
    with pytest.raises(UnsupportedError):
        await adapter.location(FIRST)
    zoe.quirks.privacy = True
    with pytest.raises(RejectedError, match="Privacy mode"):
        await my_renault(http, renault.url, stored=adapter.stored).location(SECOND)


async def test_cabin(adapter: MyRenault, renault: MyRenaultSimulator) -> None:
    """One generation knows the air outside, the other whether it is preconditioning."""
    assert await adapter.cabin(FIRST) == Cabin(outside_temperature=round(renault.zoe(FIRST).car.outside * 2) / 2)
    assert await adapter.cabin(SECOND) == Cabin(preconditioning=False, minimum_level=40)
    await adapter.start_preconditioning(SECOND)
    renault.advance(60)
    assert (await adapter.cabin(SECOND)).preconditioning is True


@BOTH
async def test_preconditioning(adapter: MyRenault, renault: MyRenaultSimulator, vin: str) -> None:
    """It starts at the owner's temperature, or at a comfortable one."""
    await adapter.start_preconditioning(vin, temperature=18.5)
    renault.advance(60)
    assert renault.zoe(vin).preconditioning
    assert renault.zoe(vin).temperature == 18.5
    await adapter.start_preconditioning(vin)
    assert sent(renault) == [
        ("actions/hvac-start", {"action": "start", "targetTemperature": 18.5}),
        ("actions/hvac-start", {"action": "start", "targetTemperature": 21.0}),
    ]


@pytest.mark.parametrize("temperature", [14.9, 25.1, -5.0])
async def test_temperature_nobody_can_want(adapter: MyRenault, renault: MyRenaultSimulator, temperature: float) -> None:
    """It is refused before anything is sent."""
    with pytest.raises(RejectedError, match="15 to 25"):
        await adapter.start_preconditioning(FIRST, temperature=temperature)
    assert sent(renault) == []


@BOTH
async def test_preconditioning_later(adapter: MyRenault, renault: MyRenaultSimulator, vin: str) -> None:
    """The wall clock's next such moment is sent in UTC, whatever the zone of this process."""
    later = datetime.now(LONDON).replace(second=0, microsecond=0) + timedelta(hours=2)
    await adapter.set_preconditioning_timer(vin, later.time(), temperature=20)
    assert renault.zoe(vin).starts_at == later
    renault.advance(60)
    assert await adapter.preconditioning_timer(vin) == (later.time() if vin == SECOND else None)
    renault.advance(7200)
    assert renault.zoe(vin).preconditioning


async def test_preconditioning_is_cancelled_where_that_works(adapter: MyRenault, renault: MyRenaultSimulator) -> None:
    """The second generation accepts it and does nothing, so it is not offered there."""
    await adapter.start_preconditioning(FIRST)
    renault.advance(60)
    await adapter.cancel_preconditioning_timer(FIRST)
    renault.advance(60)
    assert not renault.zoe(FIRST).preconditioning
    with pytest.raises(UnsupportedError, match="cannot do this: cancel preconditioning"):
        await adapter.cancel_preconditioning_timer(SECOND)


@BOTH
async def test_preconditioning_history_is_gone(adapter: MyRenault, renault: MyRenaultSimulator, vin: str) -> None:
    """One try tells, and no later read costs a request."""
    await adapter.account(max_age=NOW)
    before = len(renault.log.entries)
    with pytest.raises(UnsupportedError):
        await adapter.last_preconditioning(vin)
    with pytest.raises(UnsupportedError):
        await adapter.preconditioning_history(vin, TODAY, TODAY)
    assert len(renault.log.entries) == before


@BOTH
async def test_preconditioning_history_where_it_is_not(
    adapter: MyRenault, renault: MyRenaultSimulator, vin: str
) -> None:
    """A server that still tells is listened to."""
    zoe = renault.zoe(vin)
    zoe.quirks.serves_sessions = True
    assert await adapter.last_preconditioning(vin) is None
    await adapter.start_preconditioning(vin)
    renault.advance(60)
    last = await adapter.last_preconditioning(vin)
    assert last is not None
    assert (last.result, last.source) == (Result.SUCCESS, None)
    assert (await adapter.preconditioning_history(vin, TODAY, TODAY))[0] == last


@BOTH
async def test_charge_is_started(adapter: MyRenault, renault: MyRenaultSimulator, vin: str) -> None:
    """The car charges though its schedule is for later."""
    zoe = renault.zoe(vin)
    zoe.enable(enabled=True)
    zoe.set_programs(())
    zoe.enable(enabled=True)
    renault.advance(120)
    zoe.car.plug()
    assert not zoe.car.charging
    await adapter.start_charge(vin)
    renault.advance(60)
    assert zoe.car.charging
    assert sent(renault) == [("actions/charging-start", {"action": "start"})]


async def test_charge_history(adapter: MyRenault, renault: MyRenaultSimulator) -> None:
    """Both generations' charges read alike, newest first: minutes or seconds, a level or none."""
    for vin in (FIRST, SECOND):
        renault.zoe(vin).car.plug()
    renault.advance(6 * 3600)
    for vin in (FIRST, SECOND):
        zoe = renault.zoe(vin)
        began = zoe.ledger.charges[0].at
        ended, started = await adapter.charge_history(vin, began.date(), began.date())
        assert (started.kind, started.at, started.level) == (ChargeEventKind.STARTED, began, 80)
        assert (ended.kind, ended.at, ended.level) == (ChargeEventKind.ENDED, zoe.ledger.charges[1].at, 100)
        assert ended.result is None
        assert ended.charging_point is (ChargingPoint.ACCELERATED if vin == FIRST else None)


async def test_charge_history_of_whole_months(adapter: MyRenault, renault: MyRenaultSimulator) -> None:
    """The server wants days."""
    await adapter.charge_history(FIRST, date(2025, 12, 14), date(2026, 2, 2))
    query = renault.log.entries[-1].query
    assert query == {"start": "20251201", "end": "20260228", "country": "GB"}


@BOTH
async def test_schedule_is_written_heeded_and_disabled(
    adapter: MyRenault, renault: MyRenaultSimulator, vin: str
) -> None:
    """What was set is read back in the wall clock; disabled, the second generation forgets it and we do not."""
    week = every_day(1.5, 4)
    await adapter.set_charge_schedule(vin, week)
    renault.advance(120)
    assert await adapter.charge_schedule(vin) == ChargeSchedule(enabled=True, windows=week)
    await adapter.disable_charge_schedule(vin)
    renault.advance(120)
    assert await adapter.charge_schedule(vin) == ChargeSchedule(enabled=False, windows=week)
    assert bool(renault.zoe(vin).car.schedule.week.programs) is (vin == FIRST)


async def test_schedule_of_the_second_generation_where_the_mode_is_refused(
    adapter: MyRenault, renault: MyRenaultSimulator
) -> None:
    """Its programs say themselves whether they count."""
    renault.zoe(SECOND).quirks.refuses_mode = True
    week = (window(Weekday.MONDAY, 3, 4), window(Weekday.MONDAY, 18, 4))
    await adapter.set_charge_schedule(SECOND, week)
    renault.advance(120)
    assert await adapter.charge_schedule(SECOND) == ChargeSchedule(enabled=True, windows=week)
    await adapter.disable_charge_schedule(SECOND)
    renault.advance(120)
    assert await adapter.charge_schedule(SECOND) == ChargeSchedule(enabled=False, windows=week)


async def test_schedule_of_the_first_generation_where_the_mode_is_refused(
    adapter: MyRenault, renault: MyRenaultSimulator
) -> None:
    """There is no other way to have it heeded or not, and its week is left alone."""
    await adapter.account(max_age=NOW)
    refusal = {"kind": "status", "status": 400, "message": "err.func.400", "path": "*/actions/charge-mode"}
    renault.faults.replace([refusal])
    with pytest.raises(RejectedError):
        await adapter.set_charge_schedule(FIRST, NIGHT)
    renault.log.entries.clear()
    with pytest.raises(RejectedError):
        await adapter.disable_charge_schedule(FIRST)
    assert [name for name, _ in sent(renault)] == ["actions/charge-mode"]


async def test_disabling_first_keeps_the_week(http: aiohttp.ClientSession, renault: MyRenaultSimulator) -> None:
    """A week set elsewhere is read before the car forgets it, and remembered over a restart."""
    week = every_day(22, 3)
    await my_renault(http, renault.url).set_charge_schedule(SECOND, week)
    renault.advance(120)
    cloud = my_renault(http, renault.url)
    await cloud.disable_charge_schedule(SECOND)
    renault.advance(120)
    again = my_renault(http, renault.url, stored=cloud.stored)
    assert await again.charge_schedule(SECOND) == ChargeSchedule(enabled=False, windows=week)


async def test_week_changed_in_the_app_is_the_one_that_counts(
    http: aiohttp.ClientSession, renault: MyRenaultSimulator
) -> None:
    """Our copy is for what the car forgets, not against what its owner wants."""
    cloud = my_renault(http, renault.url)
    await cloud.set_charge_schedule(SECOND, every_day(22, 3))
    renault.advance(120)
    await my_renault(http, renault.url).set_charge_schedule(SECOND, every_day(2, 5))
    renault.advance(120)
    stored = cloud.stored
    stored["schedules"][SECOND]["sent_at"] = (datetime.now(UTC) - timedelta(minutes=16)).isoformat()
    again = my_renault(http, renault.url, stored=stored)
    assert await again.charge_schedule(SECOND) == ChargeSchedule(enabled=True, windows=every_day(2, 5))
    await again.disable_charge_schedule(SECOND)
    renault.advance(120)
    assert (await again.charge_schedule(SECOND)).windows == every_day(2, 5)


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("notifications", ()),
        ("set_notifications", (NotificationSettings(),)),
        ("request_update", ()),
    ],
)
async def test_what_this_cloud_cannot_do(
    adapter: MyRenault, renault: MyRenaultSimulator, name: str, arguments: tuple[Any, ...]
) -> None:
    """It says so, and asks nobody."""
    with pytest.raises(UnsupportedError, match="This car's cloud"):
        await getattr(adapter, name)(FIRST, *arguments)
    assert renault.log.entries == type(renault.log.entries)()


async def test_car_of_somebody_else(adapter: MyRenault) -> None:
    """It is none of this account's."""
    with pytest.raises(RejectedError, match="no such car"):
        await adapter.battery("VF1AGVYF0ZE999999")


async def test_one_answer_serves_two_parts(adapter: MyRenault, renault: MyRenaultSimulator) -> None:
    """The timer and the temperature stand in one, and an order makes it old."""
    await adapter.account(max_age=NOW)
    renault.log.entries.clear()
    await adapter.cabin(SECOND)
    await adapter.preconditioning_timer(SECOND)
    assert asked(renault) == []
    await adapter.set_preconditioning_timer(SECOND, time(6, 45))
    await asyncio.gather(adapter.cabin(SECOND), adapter.preconditioning_timer(SECOND))
    assert asked(renault) == ["POST actions/hvac-start", "GET hvac-status"]
