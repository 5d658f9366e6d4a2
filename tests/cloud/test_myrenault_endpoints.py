"""Every endpoint of MY Renault with the simulator: the requests, their effect, and the responses."""

import asyncio
from datetime import UTC, date, datetime, time, timedelta
from inspect import iscoroutinefunction, signature
from typing import Any

import aiohttp
import pytest

from custom_components.renault_ze.cloud.charging import ChargeState, ChargingPoint
from custom_components.renault_ze.cloud.exceptions import RejectedError, UnsupportedError
from custom_components.renault_ze.cloud.models import Battery, ChargeEventKind, Result
from custom_components.renault_ze.cloud.myrenault import MyRenault
from custom_components.renault_ze.cloud.notifications import NotificationSettings
from custom_components.renault_ze.cloud.protocol import Cloud
from custom_components.renault_ze.cloud.reports import Cabin, Location
from simulator.myrenault import MyRenaultSimulator
from tests.cloud.myrenault import BOTH, FIRST, LONDON, NOW, SECOND, asked, my_renault, sent, serve_sessions

TODAY = datetime.now(UTC).date()


@pytest.mark.parametrize("name", [name for name in vars(Cloud) if not name.startswith("_")])
def test_client_is_a_cloud(name: str) -> None:
    """It has the methods and parameters of the protocol."""
    method = getattr(MyRenault, name)
    assert iscoroutinefunction(method) is iscoroutinefunction(getattr(Cloud, name))
    assert list(signature(method).parameters) == list(signature(getattr(Cloud, name)).parameters)


async def test_battery_of_the_first_generation(adapter: MyRenault, renault: MyRenaultSimulator) -> None:
    """The error state is normal, zero energy is unknown, and the time has an offset."""
    renault.vehicle(FIRST).car.unplug()
    renault.vehicle(FIRST).report_now()
    assert await adapter.battery(FIRST) == Battery(
        level=80,
        range_km=208.0,
        plugged_in=False,
        charging=False,
        charge_state=ChargeState.NOT_CHARGING,
        reported_at=renault.vehicle(FIRST).records.snapshot.received_at,
    )


async def test_battery_of_the_second_generation(adapter: MyRenault, renault: MyRenaultSimulator) -> None:
    """A car that waits for its program is plugged in."""
    vehicle = renault.vehicle(SECOND)
    vehicle.enable(enabled=True)
    renault.advance(120)
    vehicle.set_programs(())
    renault.advance(120)
    vehicle.car.plug()
    vehicle.report_now()
    found = await adapter.battery(SECOND)
    assert (found.plugged_in, found.charging, found.charge_state) == (True, False, ChargeState.WAITING_FOR_SCHEDULE)
    assert found.energy_kwh == 41.0


@BOTH
async def test_battery_of_a_car_that_charges(
    http: aiohttp.ClientSession, adapter: MyRenault, renault: MyRenaultSimulator, vin: str
) -> None:
    """Only a charging car has a remaining time."""
    renault.vehicle(vin).quirks.ghost_remaining_time = True
    found = await adapter.battery(vin)
    assert found.charging_time_remaining is None
    vehicle = renault.vehicle(vin)
    vehicle.car.plug()
    vehicle.report_now()
    fresh = await my_renault(http, renault.url, stored=adapter.stored).battery(vin)
    assert (fresh.plugged_in, fresh.charging, fresh.charge_state) == (True, True, ChargeState.CHARGING)
    assert fresh.charging_time_remaining == vehicle.car.reading.remaining


async def test_silent_charging_is_unknown(adapter: MyRenault, renault: MyRenaultSimulator) -> None:
    """Charging is unknown if the car does not report it."""
    vehicle = renault.vehicle(FIRST)
    vehicle.quirks.silent_charging = True
    vehicle.car.plug()
    vehicle.report_now()
    found = await adapter.battery(FIRST)
    assert (found.plugged_in, found.charging, found.charge_state) == (True, None, None)
    assert found.charging_time_remaining is None


@BOTH
async def test_mileage(adapter: MyRenault, renault: MyRenaultSimulator, vin: str) -> None:
    """It increases with each trip."""
    renault.vehicle(vin).car.drive(12.5)
    assert await adapter.mileage(vin) == 21_054.5


async def test_location(http: aiohttp.ClientSession, adapter: MyRenault, renault: MyRenaultSimulator) -> None:
    """Only the second generation has it, and not while privacy is enabled."""
    vehicle = renault.vehicle(SECOND)
    assert await adapter.location(SECOND) == Location(latitude=51.47695, longitude=-0.0005, at=vehicle.car.parked_at)
    with pytest.raises(UnsupportedError):
        await adapter.location(FIRST)
    vehicle.quirks.privacy = True
    with pytest.raises(RejectedError, match="Privacy mode"):
        await my_renault(http, renault.url, stored=adapter.stored).location(SECOND)


async def test_cabin(adapter: MyRenault, renault: MyRenaultSimulator) -> None:
    """One generation reports the outside temperature, the other preconditioning."""
    assert await adapter.cabin(FIRST) == Cabin(outside_temperature=round(renault.vehicle(FIRST).car.outside * 2) / 2)
    assert await adapter.cabin(SECOND) == Cabin(preconditioning=False, minimum_level=40)
    await adapter.start_preconditioning(SECOND)
    renault.advance(60)
    assert (await adapter.cabin(SECOND)).preconditioning is True


@BOTH
async def test_preconditioning(adapter: MyRenault, renault: MyRenaultSimulator, vin: str) -> None:
    """Start with the given temperature, or the default."""
    await adapter.start_preconditioning(vin, temperature=18.5)
    renault.advance(60)
    assert renault.vehicle(vin).preconditioning
    assert renault.vehicle(vin).temperature == 18.5
    await adapter.start_preconditioning(vin)
    assert sent(renault) == [
        ("actions/hvac-start", {"action": "start", "targetTemperature": 18.5}),
        ("actions/hvac-start", {"action": "start", "targetTemperature": 21.0}),
    ]


@pytest.mark.parametrize("temperature", [14.9, 25.1, -5.0])
async def test_temperature_out_of_range(adapter: MyRenault, renault: MyRenaultSimulator, temperature: float) -> None:
    """Refuse it before anything is sent."""
    with pytest.raises(RejectedError, match="15 to 25"):
        await adapter.start_preconditioning(FIRST, temperature=temperature)
    assert sent(renault) == []


@pytest.mark.parametrize("temperature", [15.0, 25.0])
async def test_lowest_and_highest_temperature(
    adapter: MyRenault, renault: MyRenaultSimulator, temperature: float
) -> None:
    """Accept both limits of the app."""
    await adapter.start_preconditioning(FIRST, temperature=temperature)
    assert sent(renault) == [("actions/hvac-start", {"action": "start", "targetTemperature": temperature})]


@BOTH
async def test_preconditioning_later(adapter: MyRenault, renault: MyRenaultSimulator, vin: str) -> None:
    """Send the next such wall-clock time in UTC, independent of the time zone of this process."""
    later = datetime.now(LONDON).replace(second=0, microsecond=0) + timedelta(hours=2)
    await adapter.set_preconditioning_timer(vin, later.time(), temperature=20)
    assert renault.vehicle(vin).starts_at == later
    renault.advance(60)
    assert await adapter.preconditioning_timer(vin) == (later.time() if vin == SECOND else None)
    renault.advance(7200)
    assert renault.vehicle(vin).preconditioning


@pytest.mark.parametrize(("ahead", "is_set"), [(60, True), (0, False), (-60, False), (-86400, False)])
async def test_past_start_is_no_timer(
    adapter: MyRenault, renault: MyRenaultSimulator, ahead: int, is_set: bool
) -> None:
    """The server may still show the last start."""
    renault.vehicle(SECOND).starts_at = renault.clock.now() + timedelta(seconds=ahead)
    timer = await adapter.preconditioning_timer(SECOND)
    assert (timer is not None) is is_set


async def test_cancel_preconditioning(adapter: MyRenault, renault: MyRenaultSimulator) -> None:
    """The second generation accepts it without effect, so it is not offered."""
    await adapter.start_preconditioning(FIRST)
    renault.advance(60)
    await adapter.cancel_preconditioning_timer(FIRST)
    renault.advance(60)
    assert not renault.vehicle(FIRST).preconditioning
    with pytest.raises(UnsupportedError, match="does not support this: cancel preconditioning"):
        await adapter.cancel_preconditioning_timer(SECOND)


@BOTH
async def test_preconditioning_history_is_gone(adapter: MyRenault, renault: MyRenaultSimulator, vin: str) -> None:
    """Try it once, then send no more requests."""
    await adapter.account(max_age=NOW)
    before = len(renault.log.entries)
    with pytest.raises(UnsupportedError):
        await adapter.last_preconditioning(vin)
    with pytest.raises(UnsupportedError):
        await adapter.preconditioning_history(vin, TODAY, TODAY)
    assert len(renault.log.entries) == before


@BOTH
async def test_preconditioning_history(adapter: MyRenault, renault: MyRenaultSimulator, vin: str) -> None:
    """Read it if the server still has it."""
    serve_sessions(renault, vin)
    last = await adapter.last_preconditioning(vin)
    assert last is not None
    assert (last.result, last.source) == (Result.SUCCESS, None)
    assert (await adapter.preconditioning_history(vin, TODAY, TODAY))[0] == last


@BOTH
async def test_start_charge(adapter: MyRenault, renault: MyRenaultSimulator, vin: str) -> None:
    """The car charges although its schedule is for later."""
    vehicle = renault.vehicle(vin)
    vehicle.enable(enabled=True)
    vehicle.set_programs(())
    vehicle.enable(enabled=True)
    renault.advance(120)
    vehicle.car.plug()
    assert not vehicle.car.charging
    await adapter.start_charge(vin)
    renault.advance(60)
    assert vehicle.car.charging
    assert sent(renault) == [("charge/start" if vin == SECOND else "actions/charging-start", {"action": "start"})]


async def test_charge_history(adapter: MyRenault, renault: MyRenaultSimulator) -> None:
    """Decode the charges of both generations, newest first."""
    for vin in (FIRST, SECOND):
        renault.vehicle(vin).car.plug()
    renault.advance(6 * 3600)
    for vin in (FIRST, SECOND):
        vehicle = renault.vehicle(vin)
        began = vehicle.records.charges[0].at
        ended, started = await adapter.charge_history(vin, began.date(), began.date())
        assert (started.kind, started.at, started.level) == (ChargeEventKind.STARTED, began, 80)
        assert (ended.kind, ended.at, ended.level) == (ChargeEventKind.ENDED, vehicle.records.charges[1].at, 100)
        assert ended.result is None
        assert ended.charging_point is (ChargingPoint.ACCELERATED if vin == FIRST else None)


async def test_charge_history_of_whole_months(adapter: MyRenault, renault: MyRenaultSimulator) -> None:
    """Request days."""
    await adapter.charge_history(FIRST, date(2025, 12, 14), date(2026, 2, 2))
    query = renault.log.entries[-1].query
    assert query == {"start": "20251201", "end": "20260228", "country": "GB"}


async def test_charge_history_of_the_setup(adapter: MyRenault, renault: MyRenaultSimulator) -> None:
    """The first poll uses what the setup has read, later ones do not."""
    await adapter.account(max_age=NOW)
    renault.log.entries.clear()
    today = datetime.now(UTC).date()
    days = today - timedelta(days=1), today + timedelta(days=1)
    await adapter.charge_history(SECOND, *days)
    assert asked(renault) == []
    await adapter.charge_history(SECOND, *days)
    assert asked(renault) == ["GET charges"]


@pytest.mark.parametrize(
    ("name", "arguments"),
    [("notifications", ()), ("set_notifications", (NotificationSettings(),)), ("request_update", ())],
)
async def test_unsupported_methods(
    adapter: MyRenault, renault: MyRenaultSimulator, name: str, arguments: tuple[Any, ...]
) -> None:
    """Raise UnsupportedError without a request."""
    with pytest.raises(UnsupportedError, match="This car's cloud"):
        await getattr(adapter, name)(FIRST, *arguments)
    assert renault.log.entries == type(renault.log.entries)()


async def test_unknown_car(adapter: MyRenault) -> None:
    """It is not in the account."""
    with pytest.raises(RejectedError, match="does not have this car"):
        await adapter.battery("VF1AGVYF0ZE999999")


async def test_response_is_cached(adapter: MyRenault, renault: MyRenaultSimulator) -> None:
    """Timer and temperature share one response, until a command is sent."""
    await adapter.account(max_age=NOW)
    renault.log.entries.clear()
    await adapter.cabin(SECOND)
    await adapter.preconditioning_timer(SECOND)
    assert asked(renault) == []
    await adapter.set_preconditioning_timer(SECOND, time(6, 45))
    await asyncio.gather(adapter.cabin(SECOND), adapter.preconditioning_timer(SECOND))
    assert asked(renault) == ["POST actions/hvac-start", "GET hvac-status"]
