"""The size of responses is limited: large ones cost neither memory nor time."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, date, datetime, timedelta
from functools import cache
import gzip
import json
import tracemalloc
from typing import Any
import zlib

import aiohttp
import pytest

from custom_components.renault_ze.cloud.exceptions import CloudError, ConnectionFailedError, UnexpectedResponseError
from custom_components.renault_ze.cloud.models import ChargeEvent
from custom_components.renault_ze.cloud.myrenault import MyRenault, decode as my_decode, decode_schedule, session
from custom_components.renault_ze.cloud.zeservices import ZeServices, decode, transport
from simulator import Simulator
from simulator.control.fault_kinds import Fault
from simulator.myrenault import MyRenaultSimulator
from tests.cloud.endpoints import HOUR, VIN, client
from tests.cloud.hostile import Endless, Replies, at_most, meet
from tests.cloud.myrenault import NOW, my_renault
from tests.cloud.wire import assert_clean

MB = 1_000_000
DAYS = date(2016, 1, 1), date(2016, 1, 31)
EARLY = datetime(2016, 1, 1, tzinfo=UTC)


@cache
def bomb(encoding: str) -> Replies:
    """Return a small response that is large after decompression."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31 if encoding == "gzip" else 15)
    # After such a flush, equal parts are compressed equally. The client never reads as far as the missing end.
    first, part = (packer.compress(b" " * MB) + packer.flush(zlib.Z_FULL_FLUSH) for _ in range(2))
    return Replies(body=first + part * 599, headers={"Content-Encoding": encoding})


FAULTS: dict[str, Callable[[], Fault]] = {
    "a gzip bomb": lambda: bomb("gzip"),
    "a deflate bomb": lambda: bomb("deflate"),
    "200 MB of JSON": lambda: Endless(b'{"a":[1,2,3]},' * 5000),
    "an endless body in small parts": lambda: Endless(b"{}" * 500),
    "a little too much": lambda: Replies(body=b" " * (2 * MB + 1)),
    "a little too much, packed": lambda: Replies(
        body=gzip.compress(b" " * (2 * MB + 1)), headers={"Content-Encoding": "gzip"}
    ),
}


@pytest.fixture(params=["Z.E. Services", "MY Renault"])
async def side(
    request: pytest.FixtureRequest, http: aiohttp.ClientSession
) -> AsyncIterator[tuple[Simulator, ZeServices | MyRenault]]:
    """Return each cloud, logged in."""
    mine = request.param == "MY Renault"
    simulator: Simulator = MyRenaultSimulator() if mine else Simulator()
    await simulator.start()
    cloud = my_renault(http, simulator.url) if mine else client(http, simulator.url)
    await cloud.account(max_age=HOUR)
    simulator.log.entries.clear()
    yield simulator, cloud
    await simulator.stop()


async def failure(call: Awaitable[Any]) -> CloudError:
    """Return the exception of a call."""
    with pytest.raises(CloudError) as caught:
        await call
    assert_clean(caught.value)
    return caught.value


@pytest.mark.parametrize("name", FAULTS)
async def test_read(side: tuple[Simulator, ZeServices | MyRenault], name: str) -> None:
    """Stop after 2 MB with little memory, in any compression, without a retry."""
    simulator, cloud = side
    meet(simulator, fault := FAULTS[name](), f"*{VIN}/*")
    tracemalloc.start()
    try:
        with at_most(5):
            err = await failure(cloud.battery(VIN))
        assert tracemalloc.get_traced_memory()[1] < 20 * MB
    finally:
        tracemalloc.stop()
    assert type(err) is UnexpectedResponseError
    assert str(err).endswith("the response is larger than 2 MB")
    assert len(simulator.log.entries) == 1
    await asyncio.sleep(0.1)
    assert not isinstance(fault, Endless) or fault.sent < 20 * MB
    simulator.faults.replace([])
    assert await cloud.battery(VIN)


@pytest.mark.parametrize("name", ["a gzip bomb", "200 MB of JSON"])
async def test_command(side: tuple[Simulator, ZeServices | MyRenault], name: str) -> None:
    """Do not send it again, because it may have arrived."""
    simulator, cloud = side
    meet(simulator, FAULTS[name](), "*", "POST")
    with at_most(5):
        err = await failure(cloud.start_preconditioning(VIN))
    assert type(err) is UnexpectedResponseError
    assert not err.unsent
    assert len(simulator.log.entries) == 1


@pytest.mark.parametrize("path", ["*/user/login", "*/accounts.login", "*/accounts.getJWT", "*/persons/*", "*/vehicles"])
async def test_login(http: aiohttp.ClientSession, path: str) -> None:
    """Stop after 2 MB."""
    mine = "user" not in path
    simulator: Simulator = MyRenaultSimulator() if mine else Simulator()
    await simulator.start()
    cloud = my_renault(http, simulator.url) if mine else client(http, simulator.url)
    meet(simulator, FAULTS["a gzip bomb"](), path)
    with at_most(5):
        assert type(await failure(cloud.account(max_age=HOUR))) is UnexpectedResponseError
    await simulator.stop()


async def test_response_within_the_limit(side: tuple[Simulator, ZeServices | MyRenault]) -> None:
    """Read 2 MB, also compressed."""
    simulator, cloud = side
    content: dict[str, Any] = {"charge_level": 50, "plugged": True, "data": {"attributes": {"batteryLevel": 50}}}
    body = json.dumps(content).encode().ljust(2 * MB)
    for fault in (Replies(body=body), Replies(body=gzip.compress(body), headers={"Content-Encoding": "gzip"})):
        meet(simulator, fault, f"*{VIN}/*")
        found = await cloud.battery(VIN)
        assert found.level == 50


async def test_slow_body(side: tuple[Simulator, ZeServices | MyRenault], monkeypatch: pytest.MonkeyPatch) -> None:
    """Stop after half a minute, as 2 MB could take days."""
    simulator, cloud = side
    monkeypatch.setattr(transport, "_TIMEOUT", aiohttp.ClientTimeout(total=0.3))
    monkeypatch.setattr(session, "_TIMEOUT_SECONDS", 0.3)
    meet(simulator, Endless(b" ", pause=0.01), f"*{VIN}/*")
    with at_most(5):
        err = await failure(cloud.battery(VIN))
    assert type(err) is ConnectionFailedError


@pytest.mark.parametrize(
    "body",
    [b"[" * 1_900_000, b'{"data":' * 200_000 + b"1" + b"}" * 200_000, b'{"data":[' * 200_000],
    ids=["brackets", "objects", "unclosed"],
)
async def test_deep_response(side: tuple[Simulator, ZeServices | MyRenault], body: bytes) -> None:
    """Raise UnexpectedResponseError."""
    simulator, cloud = side
    meet(simulator, Replies(body=body), f"*{VIN}/*")
    with at_most(5):
        assert type(await failure(cloud.battery(VIN))) is UnexpectedResponseError


@pytest.mark.parametrize("megabytes", [1, 10])
async def test_long_token(http: aiohttp.ClientSession, simulator: Simulator, megabytes: int) -> None:
    """Raise UnexpectedResponseError, because no server accepts it in a header."""
    rule = {"kind": "set", "fields": {"token": "x" * megabytes * MB}, "path": "*/user/login"}
    simulator.faults.replace([rule])
    kept: list[Any] = []
    with at_most(5):
        err = await failure(client(http, simulator.url, on_session=kept.append).account(max_age=NOW))
    assert type(err) is UnexpectedResponseError
    assert kept == []


@pytest.mark.parametrize("path", ["*/accounts.login", "*/accounts.getJWT"])
async def test_long_token_of_gigya(adapter: MyRenault, renault: MyRenaultSimulator, path: str) -> None:
    """Raise UnexpectedResponseError."""
    fields = {"sessionInfo.cookieValue": "x" * 10 * MB, "id_token": "x" * 10 * MB}
    renault.faults.replace([{"kind": "set", "fields": fields, "path": path}])
    with at_most(5):
        assert type(await failure(adapter.account(max_age=NOW))) is UnexpectedResponseError


async def test_large_account(http: aiohttp.ClientSession, simulator: Simulator) -> None:
    """Raise UnexpectedResponseError, because each word would be searched in all texts."""
    words = " ".join(f"{number:x}g" for number in range(200_000))
    simulator.faults.replace([{"kind": "set", "fields": {"user.new": words}, "path": "*/user/login"}])
    with at_most(5):
        assert type(await failure(client(http, simulator.url).account(max_age=NOW))) is UnexpectedResponseError


@pytest.mark.parametrize(
    ("path", "content"),
    [
        ("*/persons/*", {"accounts": [{"accountId": None}] * 80_000}),
        ("*/vehicles", {"vehicleLinks": [{"vin": None, "vehicleDetails": {}}] * 45_000}),
    ],
    ids=["accounts", "cars"],
)
async def test_too_many_rows_for_the_library(
    adapter: MyRenault, renault: MyRenaultSimulator, path: str, content: Any
) -> None:
    """It creates an object for each."""
    meet(renault, Replies(body=json.dumps(content, separators=(",", ":")).encode()), path)
    with at_most(1.5):
        assert type(await failure(adapter.account(max_age=NOW))) is UnexpectedResponseError


def charges(count: int) -> list[dict[str, Any]]:
    """Return rows of MY Renault, the oldest first."""
    return [{"chargeEndDate": (EARLY + timedelta(minutes=each)).isoformat()} for each in range(count)]


def events(count: int) -> list[dict[str, Any]]:
    """Return rows of Z.E. Services, the oldest first."""
    return [{"date": int((EARLY + timedelta(minutes=each)).timestamp() * 1000)} for each in range(count)]


@pytest.mark.parametrize("upside_down", [True, False])
async def test_history(side: tuple[Simulator, ZeServices | MyRenault], upside_down: bool) -> None:
    """Keep the newest 1,000 rows, newest first."""
    simulator, cloud = side
    rows = events(20_000) if isinstance(cloud, ZeServices) else charges(20_000)
    if upside_down:
        rows.reverse()
    content = rows if isinstance(cloud, ZeServices) else {"data": {"attributes": {"charges": rows}}}
    meet(simulator, Replies(body=json.dumps(content, separators=(",", ":")).encode()), f"*{VIN}/*")
    assert_newest(await cloud.charge_history(VIN, *DAYS), 20_000)


def test_100_000_rows() -> None:
    """Only decode the date of the other rows."""
    rows = [[each | {"type": f"new {number}", "result": {}} for number, each in enumerate(events(100_000))]]
    with at_most(3):
        assert_newest(decode.charge_history(*rows), 100_000)
        assert len(decode.preconditioning_history(*rows)) == 1_000
    theirs = [each | {"chargePower": f"new {number}"} for number, each in enumerate(charges(100_000))]
    with at_most(3):
        assert_newest(my_decode.charges({"charges": theirs}), 100_000)
    runs = [{"hvacSessionStartDate": each["chargeEndDate"]} for each in theirs]
    with at_most(3):
        assert len(my_decode.preconditioning_runs({"hvacSessions": runs})) == 1_000


def test_both_ends_of_a_charge_are_rows() -> None:
    """Return at most 1,000 events for 1,000 charges."""
    rows = [{**each, "chargeStartDate": each["chargeEndDate"]} for each in charges(1_000)]
    assert len(my_decode.charges({"charges": rows})) == 1_000


def test_log_is_not_filled(caplog: pytest.LogCaptureFixture) -> None:
    """Different warnings for each row are limited."""
    for number in range(2_000):
        decode.preconditioning_history([{**events(1)[0], "type": f"NEW {number:04}x"}])
    assert 100 < len(caplog.records) <= 256


def assert_newest(found: tuple[ChargeEvent, ...], of: int) -> None:
    """Check that a history is the newest part of all rows."""
    assert [each.at for each in found] == [EARLY + timedelta(minutes=of - 1 - each) for each in range(1_000)]


def test_schedule_with_thousands_of_programs() -> None:
    """Only decode a few, as a car holds five."""
    starts = [f"{each // 60:02}:{each % 60:02}" for each in range(1_440)]
    rows = [{"activated": True, "monday": {"startTime": f"T{start}Z", "duration": 15}} for start in starts]
    assert len(decode_schedule.program_windows(rows)) == 50
    days = [{"startTime": start.replace(":", ""), "duration": 15} for start in starts]
    assert len(decode_schedule.calendar({"calendar": {"monday": days}})) == 50
