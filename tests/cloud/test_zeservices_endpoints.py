"""Every endpoint with the simulator: the requests, their effect, and the responses."""

from datetime import UTC, date, datetime, time, timedelta
from inspect import iscoroutinefunction
from zoneinfo import ZoneInfo

import aiohttp
import pytest

from custom_components.renault_ze.cloud.charging import ChargingPoint
from custom_components.renault_ze.cloud.exceptions import RejectedError, ThrottledError, UnsupportedError
from custom_components.renault_ze.cloud.models import (
    Battery,
    ChargeEvent,
    ChargeEventKind,
    ChargeSchedule,
    ChargeWindow,
    PreconditioningSource,
    Result,
    Weekday,
)
from custom_components.renault_ze.cloud.notifications import NotificationChannel, NotificationSettings
from custom_components.renault_ze.cloud.protocol import Cloud
from custom_components.renault_ze.cloud.zeservices import ZeServices
from simulator import Simulator
from tests.cloud.endpoints import BEGIN, END, HOUR, SETTINGS, VIN, WEEK

LEFT_OUT = {"Host", "User-Agent", "Accept-Encoding", "Authorization", "Content-Length"}


def sent(simulator: Simulator) -> list[tuple[str, str]]:
    """Return the requests about the vehicle, as verb and path below it."""
    prefix = f"/api/vehicle/{VIN}"
    return [
        (entry.method, entry.path.removeprefix(prefix))
        for entry in simulator.log.entries
        if entry.path.startswith(prefix)
    ]


@pytest.mark.parametrize("name", [name for name in vars(Cloud) if not name.startswith("_")])
def test_client_is_a_cloud(cloud: ZeServices, name: str) -> None:
    """It has the methods of the protocol; mypy compares their signatures."""
    assert iscoroutinefunction(getattr(cloud, name)) is iscoroutinefunction(getattr(Cloud, name))


async def test_headers(cloud: ZeServices, simulator: Simulator) -> None:
    """All requests have one content type and no headers of browsers."""
    await cloud.battery(VIN)
    await cloud.disable_charge_schedule(VIN)
    for entry in simulator.log.entries:
        assert {name: value for name, value in entry.headers.items() if name not in LEFT_OUT} == {
            "Accept": "application/json",
            "Content-Type": "application/json;charset=UTF-8",
        }
    assert [entry.auth for entry in simulator.log.entries] == [[], ["bearer"], ["bearer"]]


async def test_battery(cloud: ZeServices, simulator: Simulator) -> None:
    """Return the last report, not the present state of the car."""
    simulator.vehicle().car.battery.level = 34
    simulator.vehicle().car.plug()
    simulator.vehicle().charge()
    simulator.advance(300)
    battery = await cloud.battery(VIN)
    assert (battery.plugged_in, battery.charging, battery.charging_point) == (True, True, ChargingPoint.ACCELERATED)
    assert battery.level in (34, 35)
    assert battery.range_km is not None
    assert battery.reported_at is not None
    assert datetime(2016, 10, 14, 6, tzinfo=UTC) <= battery.reported_at <= datetime(2016, 10, 14, 6, 5, tzinfo=UTC)
    assert battery.charging_time_remaining is not None
    assert HOUR < battery.charging_time_remaining < 10 * HOUR
    assert sent(simulator) == [("GET", "/battery")]


async def test_glitch_of_the_battery(cloud: ZeServices, simulator: Simulator, http: aiohttp.ClientSession) -> None:
    """The captured glitch is no report."""
    async with http.post(f"{simulator.url}/simulator/cars/{VIN}", json={"glitch": True}) as response:
        assert response.status == 200
    assert await cloud.battery(VIN) is None


async def test_request_update(cloud: ZeServices, simulator: Simulator) -> None:
    """The car reports again, and not twice within 20 minutes."""
    simulator.vehicle().car.battery.level = 50
    await cloud.request_update(VIN)
    simulator.advance(300)
    assert await cloud.battery(VIN) == Battery(
        level=50,
        range_km=simulator.vehicle().records.snapshot.reading.range_km,
        plugged_in=False,
        charging=False,
        reported_at=simulator.vehicle().records.snapshot.received_at,
    )
    with pytest.raises(ThrottledError, match=r"^POST /vehicle/\*\*\*/battery: Send SMS Error$") as refusal:
        await cloud.request_update(VIN)
    assert refusal.value.retry_after is None
    assert sent(simulator) == [("POST", "/battery"), ("GET", "/battery"), ("POST", "/battery")]


async def test_preconditioning(cloud: ZeServices, simulator: Simulator) -> None:
    """Send, run, read back, and find it in the history; a second command is too early."""
    assert await cloud.last_preconditioning(VIN) is None
    assert await cloud.preconditioning_history(VIN, BEGIN, END) == ()
    await cloud.start_preconditioning(VIN)
    with pytest.raises(ThrottledError) as refusal:
        await cloud.start_preconditioning(VIN)
    assert refusal.value.retry_after is None
    simulator.advance(1800)
    run = await cloud.last_preconditioning(VIN)
    assert (run.source, run.result) == (PreconditioningSource.USER_REQUEST, Result.SUCCESS)
    assert datetime(2016, 10, 14, 6, tzinfo=UTC) < run.at < datetime(2016, 10, 14, 6, 30, tzinfo=UTC)
    runs = await cloud.preconditioning_history(VIN, BEGIN, END)
    assert runs[0] == run
    assert {each.source for each in runs} == {PreconditioningSource.USER_REQUEST, PreconditioningSource.CAR}
    assert await cloud.preconditioning_history(VIN, date(2016, 11, 1), date(2016, 12, 1)) == ()
    assert simulator.log.entries[-1].query == {"begin": "1116", "end": "1216"}


async def test_preconditioning_below_the_threshold(cloud: ZeServices, simulator: Simulator) -> None:
    """The server accepts the command; only the history shows the refusal."""
    simulator.vehicle().car.battery.level = 20
    await cloud.start_preconditioning(VIN)
    simulator.advance(1800)
    run = await cloud.last_preconditioning(VIN)
    assert run.result is Result.ERROR


async def test_timer(cloud: ZeServices, simulator: Simulator) -> None:
    """Set it to the minute, read it, and delete it."""
    assert await cloud.preconditioning_timer(VIN) is None
    await cloud.set_preconditioning_timer(VIN, time(8, 4))
    assert simulator.log.entries[-1].body == {"start": "0804"}
    assert await cloud.preconditioning_timer(VIN) == time(8, 4)
    await cloud.cancel_preconditioning_timer(VIN)
    assert await cloud.preconditioning_timer(VIN) is None
    assert sent(simulator)[3:] == [("DELETE", "/air-conditioning/scheduler"), ("GET", "/air-conditioning/scheduler")]


async def test_charge(cloud: ZeServices, simulator: Simulator) -> None:
    """Start against a schedule, and find start and end in the history and in the adjacent charges."""
    car = simulator.vehicle().car
    car.battery.level = 90
    await cloud.set_charge_schedule(VIN, WEEK)
    simulator.advance(300)
    car.plug()
    assert await cloud.charge_history(VIN, BEGIN, END) == ()
    await cloud.start_charge(VIN)
    simulator.advance(4 * 3600)
    ended, started = await cloud.charge_history(VIN, BEGIN, END)
    assert (ended.kind, started.kind) == (ChargeEventKind.ENDED, ChargeEventKind.STARTED)
    assert (ended.level, ended.charging_point) == (100, ChargingPoint.NONE)
    assert started.charging_point is ChargingPoint.ACCELERATED
    assert started.charging_time_remaining is not None
    assert abs(ended.at - started.at - started.charging_time_remaining) < timedelta(minutes=10)
    adjacent = await cloud.adjacent_charges(VIN)
    assert adjacent.previous == ended
    assert adjacent.next_at == datetime(2016, 10, 15, 1, 15, tzinfo=ZoneInfo("Europe/London"))


async def test_battery_history_of_a_failed_request(cloud: ZeServices, simulator: Simulator) -> None:
    """An unplugged car cannot charge: the request has no battery values."""
    await cloud.start_charge(VIN)
    simulator.advance(3600)
    (event,) = await cloud.battery_history(VIN, BEGIN, END)
    assert event == ChargeEvent(at=event.at, kind=ChargeEventKind.START_REQUESTED, result=Result.ERROR)


async def test_charge_schedule(cloud: ZeServices, simulator: Simulator) -> None:
    """Write a draft, deploy it, read it from the car after a while, and disable it."""
    await cloud.set_charge_schedule(VIN, WEEK)
    assert sent(simulator) == [("PUT", "/charge/scheduler/offboard"), ("POST", "/charge/scheduler/offboard/deploy")]
    day = {"start": "0115", "duration": "0115"}
    days = dict.fromkeys(["mon", "tue", "wed", "thu", "fri", "sat", "sun"], day)
    assert simulator.log.entries[-2].body == {"optimized_charge": False, **days}
    assert (await cloud.charge_schedule_draft(VIN)).windows == WEEK
    assert (await cloud.charge_schedule(VIN)).windows != WEEK
    simulator.advance(300)
    assert await cloud.charge_schedule(VIN) == ChargeSchedule(enabled=True, windows=WEEK)
    await cloud.disable_charge_schedule(VIN)
    assert simulator.log.entries[-1].body == {"enabled": False}
    simulator.advance(300)
    assert await cloud.charge_schedule(VIN) == ChargeSchedule(enabled=False, windows=WEEK)
    await cloud.deploy_charge_schedule(VIN)
    simulator.advance(300)
    assert (await cloud.charge_schedule(VIN)).enabled


async def test_charge_schedule_that_is_refused_is_not_deployed(cloud: ZeServices, simulator: Simulator) -> None:
    """Neither if we refuse it nor if the server does."""
    with pytest.raises(UnsupportedError):
        await cloud.set_charge_schedule(VIN, (*WEEK, ChargeWindow(Weekday.MONDAY, time(20), HOUR)))
    assert not simulator.log.entries
    simulator.backend.rules.require_all_days = True
    with pytest.raises(RejectedError, match=r"PUT /vehicle/.*/offboard: Every day required$"):
        await cloud.set_charge_schedule(VIN, WEEK[:3])
    assert sent(simulator) == [("PUT", "/charge/scheduler/offboard")]


async def test_notifications(cloud: ZeServices, simulator: Simulator) -> None:
    """Write all, and read them back; unknown settings are not written."""
    await cloud.set_notifications(VIN, SETTINGS)
    assert simulator.log.entries[-1].body == {
        "battery_status": "NONE",
        "charge_start": "SMS",
        "charge_end": "EMAIL",
        "charge_problem": "EMAIL",
        "low_battery": "EMAIL",
        "low_battery_reminder": "NONE",
        "do_not_disturb": {"start": "2205", "end": "0650"},
    }
    assert await cloud.notifications(VIN) == SETTINGS
    with pytest.raises(RejectedError, match="battery_status"):
        await cloud.set_notifications(VIN, NotificationSettings(charge_end=NotificationChannel.SMS))
    assert await cloud.notifications(VIN) == SETTINGS


async def test_unsupported_methods(cloud: ZeServices, simulator: Simulator) -> None:
    """Mileage, location, and temperatures raise an error without a request."""
    for call in (
        cloud.mileage(VIN),
        cloud.location(VIN),
        cloud.cabin(VIN),
        cloud.start_preconditioning(VIN, temperature=21),
        cloud.set_preconditioning_timer(VIN, time(8), temperature=21),
    ):
        with pytest.raises(UnsupportedError):
            await call
    assert not simulator.log.entries
