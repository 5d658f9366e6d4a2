"""The client with broken and slow servers."""

import aiohttp
import pytest

from custom_components.renault_ze.cloud.exceptions import CloudError, ConnectionFailedError, UnexpectedResponseError
from custom_components.renault_ze.cloud.models import Battery, ChargeSchedule
from custom_components.renault_ze.cloud.notifications import NotificationSettings
from custom_components.renault_ze.cloud.zeservices import transport
from custom_components.renault_ze.cloud.zeservices.fields import AdjacentCharges
from tests.cloud.endpoints import COMMANDS, NOW, READS, VIN, Call, client
from tests.cloud.wire import DROP, REPORT, answering, assert_clean, envelope, listening, said


@pytest.mark.parametrize(
    "body", [b"<html>Welcome", b'{"charging": tr', b"\xff\xfe", b" ", b"[" * 5000, b"NaN", b'{"a": 1}{"a": 1}']
)
async def test_read_of_another_type(http: aiohttp.ClientSession, body: bytes) -> None:
    """Raise UnexpectedResponseError without a retry, for any content type."""
    async with listening(answering(said(200, body, Content_Type="application/json"))) as wire:
        for call, _ in READS.values():
            with pytest.raises(UnexpectedResponseError) as failure:
                await call(client(http, wire.address, stored=None))
            assert_clean(failure.value)
        assert len(wire.targets("GET")) == len(READS)


@pytest.mark.parametrize("status", [200, 201, 202, 204, 206])
async def test_no_content(http: aiohttp.ClientSession, status: int) -> None:
    """Return nothing, for any success status and content type."""
    async with listening(answering(said(status, Content_Type="text/html"))) as wire:
        cloud = client(http, wire.address)
        assert {name: await call(cloud) for name, (call, _) in READS.items()} == {
            "battery": None,
            "battery history": (),
            "last preconditioning": None,
            "preconditioning history": (),
            "timer": None,
            "charge history": (),
            "adjacent charges": AdjacentCharges(),
            "charge schedule": ChargeSchedule(),
            "draft": ChargeSchedule(),
            "notifications": NotificationSettings(),
        }
        assert len(wire.targets("GET")) == len(READS)


@pytest.mark.parametrize("body", [None, b"<html>OK", b"\xff", b"{", b'"done"', b"[1]", b'{"code": 0}', b"null"])
@pytest.mark.parametrize(("call", "requests"), COMMANDS.values(), ids=COMMANDS)
async def test_content_of_an_accepted_command_is_ignored(
    http: aiohttp.ClientSession, body: bytes | None, call: Call, requests: list[tuple[str, str]]
) -> None:
    """Except for an error object."""
    async with listening(answering(said(202, body))) as wire:
        await call(client(http, wire.address))
    assert [(each.verb, each.target) for each in wire.arrivals[1:]] == [
        (verb, f"/api/vehicle/{VIN}{path}") for verb, path in requests
    ]


@pytest.mark.parametrize("broken", [DROP, said(200, REPORT, Connection="close")[:-10]], ids=["dropped", "cut short"])
async def test_read_is_retried_once_after_a_lost_connection(http: aiohttp.ClientSession, broken: bytes) -> None:
    """By us and not by aiohttp as well."""
    async with listening(answering(broken, said(200, REPORT))) as wire:
        cloud = client(http, wire.address)
        assert await cloud.battery(VIN) == Battery(level=34, plugged_in=True, charging=False)
        assert len(wire.targets("GET")) == 2
    async with listening(answering(broken)) as wire:
        with pytest.raises(
            ConnectionFailedError, match=r"GET /vehicle/\*\*\*/battery: the connection was lost"
        ) as failure:
            await client(http, wire.address).battery(VIN)
        assert len(wire.targets("GET")) == 2
    assert_clean(failure.value)


@pytest.mark.parametrize(("call", "requests"), COMMANDS.values(), ids=COMMANDS)
async def test_command_is_not_repeated_after_a_lost_connection(
    http: aiohttp.ClientSession, call: Call, requests: list[tuple[str, str]]
) -> None:
    """Not even by aiohttp, which would repeat PUT and DELETE on a kept-alive connection."""
    async with listening(answering(said(200, REPORT), DROP)) as wire:
        cloud = client(http, wire.address)
        await cloud.battery(VIN)
        with pytest.raises(ConnectionFailedError) as failure:
            await call(cloud)
        assert [arrival.verb for arrival in wire.arrivals[2:]] == [requests[0][0]]
    assert_clean(failure.value)


@pytest.mark.parametrize(
    "reply",
    [
        b"Hello, who is there?\r\n\r\n",
        b"HTTP/1.1 abc OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: nine\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nZZZ\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\noops",
        b"HTTP/1.1 200 OK\r\nX: " + b"x" * 100_000 + b"\r\n\r\n",
        b"\x15\x03\x01\x00\x02\x02\x16",
    ],
    ids=["greeting", "status", "length", "chunks", "gzip", "long header", "TLS"],
)
async def test_invalid_http(http: aiohttp.ClientSession, reply: bytes) -> None:
    """Raise ConnectionFailedError for reads and commands."""
    async with listening(answering(reply + b"connection: close")) as wire:
        cloud = client(http, wire.address)
        for call in (cloud.battery, cloud.start_charge):
            with pytest.raises(ConnectionFailedError) as failure:
                await call(VIN)
            assert_clean(failure.value)
        assert len(wire.targets("POST")) == 2


@pytest.mark.parametrize(
    "reply",
    [None, b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{", b"HTTP/1.1 200 OK\r\nConten"],
    ids=["silence", "half a body", "half a header"],
)
async def test_timeout(http: aiohttp.ClientSession, monkeypatch: pytest.MonkeyPatch, reply: bytes | None) -> None:
    """At any point of the response, without a retry."""
    monkeypatch.setattr(transport, "_TIMEOUT", aiohttp.ClientTimeout(total=0.2))
    async with listening(answering(reply)) as wire:
        cloud = client(http, wire.address)
        for call in (cloud.battery, cloud.start_charge):
            with pytest.raises(ConnectionFailedError, match=r"no response within 0.2 s") as failure:
                await call(VIN)
            assert_clean(failure.value)
        assert len(wire.arrivals) == 3


def test_timeout_is_half_a_minute() -> None:
    """For connection and body together."""
    assert transport._TIMEOUT.total == 30


@pytest.mark.parametrize(
    "address",
    ["http://127.0.0.1:1", "http://car..example", "http://" + "x" * 70 + ".example", "http://*.example", "http://%zz"],
)
async def test_unreachable_address(http: aiohttp.ClientSession, address: str) -> None:
    """A closed port, or an invalid host name."""
    cloud = client(http, address)
    for call in (cloud.battery, cloud.start_charge):
        with pytest.raises(ConnectionFailedError) as failure:
            await call(VIN)
        assert_clean(failure.value)


async def test_closed_session() -> None:
    """As while Home Assistant shuts down."""
    session = aiohttp.ClientSession()
    await session.close()
    with pytest.raises(ConnectionFailedError):
        await client(session, "http://127.0.0.1:1").account(max_age=NOW)


async def test_password_that_cannot_be_encoded(http: aiohttp.ClientSession) -> None:
    """Nothing is sent."""
    async with listening(answering(said(200))) as wire:
        with pytest.raises(ConnectionFailedError):
            await client(http, wire.address, password="\ud800").account(max_age=NOW)
        assert wire.arrivals == []


@pytest.mark.parametrize("vin", ["", "../../user", "V V", "V?a=b", "V#a", "é", "VF1/AGV", "%2e%2e", "a" * 9000])
async def test_vin_is_quoted(http: aiohttp.ClientSession, vin: str) -> None:
    """It cannot change the path or the query."""
    async with listening(answering(said(404, envelope(1, f"No vehicle {vin}")))) as wire:
        with pytest.raises(CloudError) as failure:
            await client(http, wire.address).battery(vin)
        assert all(each.count("/") == 4 and "?" not in each for each in wire.targets("GET"))
    assert not vin or vin not in str(failure.value)
