"""Tests of simulated time at a higher speed than real time."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from aiohttp import ClientSession, DummyCookieJar
from freezegun.api import FrozenDateTimeFactory
import jwt
import pytest

from simulator import Clock, Simulator
from tests.simulator.conftest import Client

START = datetime(2026, 1, 12, 18, tzinfo=UTC)
WINDOW = {day: {"start": "2200", "duration": "0100"} for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}
pytestmark = pytest.mark.freeze_time(START)


@pytest.fixture
async def fast_client(socket_enabled: None, freezer: FrozenDateTimeFactory) -> AsyncIterator[Client]:
    """Run a simulator in which a minute is an hour, with a plugged-in car."""
    simulator = Simulator(Clock(speed=60))
    await simulator.start()
    async with ClientSession(cookie_jar=DummyCookieJar()) as session:
        client = Client(simulator.url, session)
        await client.log_in()
        await client.car("PUT", "/charge/scheduler/offboard", json=WINDOW)
        await client.car("POST", "/charge/scheduler/offboard/deploy")
        freezer.tick(2)
        await client.control("POST", f"/cars/{client.vin}", {"level": 20, "plugged": True})
        yield client
    await simulator.stop()


async def test_charge_windows_use_simulated_time(fast_client: Client, freezer: FrozenDateTimeFactory) -> None:
    """A window from 22:00 to 23:00 opens after four real minutes and closes after five."""
    seen = []
    for _ in range(3):
        freezer.move_to(START + timedelta(seconds=235 + 30 * len(seen)))
        seen.append((await fast_client.car("GET", "/battery")).json["charging"])
    assert seen == [False, True, True]
    freezer.move_to(START + timedelta(minutes=6))
    end, start = (await fast_client.car("GET", "/charge/history?begin=0126&end=0126")).json
    opens_at = datetime(2026, 1, 12, 22, tzinfo=UTC)
    assert [start["date"], end["date"]] == [opens_at.timestamp() * 1000, opens_at.timestamp() * 1000 + 3_600_000]
    reported = (await fast_client.car("GET", "/battery")).json["last_update"] / 1000
    assert 15 <= reported - end["date"] / 1000 <= 31


async def test_timer_and_request_window_use_simulated_time(fast_client: Client, freezer: FrozenDateTimeFactory) -> None:
    """A timer at 19:30 starts after 90 real seconds; the car accepts requests every 20 real seconds."""
    await fast_client.car("POST", "/air-conditioning/scheduler", json={"start": "1930"})
    statuses = [(await fast_client.car("POST", "/battery")).status]
    for seconds in (19, 2):
        freezer.tick(seconds)
        statuses.append((await fast_client.car("POST", "/battery")).status)
    assert statuses == [202, 503, 202]
    freezer.move_to(START + timedelta(seconds=91))
    assert (await fast_client.car("GET", "/air-conditioning/last")).json["date"] == START.timestamp() * 1000 + 5_400_000
    assert (await fast_client.car("GET", "/air-conditioning/scheduler")).status == 204


async def test_tokens_use_real_time(fast_client: Client, freezer: FrozenDateTimeFactory) -> None:
    """A token is valid for 15 real minutes."""
    claims = jwt.decode(fast_client.token, options={"verify_signature": False})
    assert (claims["iat"], claims["exp"]) == (START.timestamp(), START.timestamp() + 900)
    freezer.move_to(START + timedelta(seconds=899))
    assert (await fast_client.car("GET", "/battery")).status == 200
    freezer.tick(1)
    refused = await fast_client.car("GET", "/battery")
    assert (refused.status, refused.json["code"]) == (401, 403852)
    assert refused.json["timestamp"] == (START.timestamp() + 900) * 1000
    assert parsedate_to_datetime(refused.headers["Date"]) == START + timedelta(seconds=900)
