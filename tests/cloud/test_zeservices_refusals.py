"""Our exceptions for the errors of the server."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import aiohttp
import pytest

from custom_components.renault_ze.cloud.exceptions import (
    CloudError,
    ConnectionFailedError,
    CountryMovedError,
    RedirectedError,
    RejectedError,
    ThrottledError,
    UnexpectedResponseError,
)
from tests.cloud.endpoints import VIN, client
from tests.cloud.wire import RENEWAL, REPORT, RESTRICTED, answering, assert_clean, envelope, listening, said

REFUSALS = [
    pytest.param(403, RESTRICTED, {}, CountryMovedError("Restricted country"), id="country moved"),
    pytest.param(200, RESTRICTED, {}, CountryMovedError("Restricted country"), id="country moved at 200"),
    pytest.param(500, envelope(403900, None), {}, CountryMovedError("HTTP 500"), id="country moved by its code"),
    pytest.param(503, envelope(1, "a.b.Send SMS Error"), {}, ThrottledError("Send SMS Error"), id="SMS"),
    pytest.param(200, envelope(1, "a.b.Send SMS Error"), {}, ThrottledError("Send SMS Error"), id="SMS 200"),
    pytest.param(
        400,
        envelope(1, "Send SMS Error"),
        {"Retry_After": "60"},
        ThrottledError("Send SMS Error", retry_after=timedelta(minutes=1)),
        id="SMS with a time",
    ),
    pytest.param(
        503, envelope(1, "a.TooManyRequestsException"), {}, ThrottledError("Too many requests"), id="503 JSON"
    ),
    pytest.param(
        503, b"<html>", {"Retry_After": "7"}, ThrottledError("HTTP 503", retry_after=timedelta(seconds=7)), id="503"
    ),
    pytest.param(503, b"<html>", {}, ConnectionFailedError("HTTP 503"), id="503 HTML"),
    pytest.param(503, None, {}, ConnectionFailedError("HTTP 503"), id="503 empty"),
    pytest.param(429, None, {}, ThrottledError("HTTP 429"), id="429"),
    pytest.param(
        429,
        None,
        {"Retry_After": "Tue, 25 Dec 2018 14:12:02 -0000", "Date": "Tue, 25 Dec 2018 14:02:02 GMT"},
        ThrottledError("HTTP 429", retry_after=timedelta(minutes=10)),
        id="429 until a date of the server's clock",
    ),
    pytest.param(
        429,
        None,
        {"Retry_After": "Tue, 25 Dec 2018 14:12:02 -0000", "Date": "Tue, 25 Dec 2018 14:13:02 -0000"},
        ThrottledError("HTTP 429", retry_after=timedelta()),
        id="429 until a date gone by",
    ),
    pytest.param(
        429, None, {"Retry_After": "9" * 12}, ThrottledError("HTTP 429", retry_after=timedelta(days=1)), id="429 years"
    ),
    pytest.param(429, None, {"Retry_After": "9" * 30}, ThrottledError("HTTP 429"), id="429 aeons"),
    pytest.param(429, None, {"Retry_After": "9" * 5000}, ThrottledError("HTTP 429"), id="429 digits"),
    pytest.param(429, None, {"Retry_After": "soon"}, ThrottledError("HTTP 429"), id="429 soon"),
    pytest.param(429, None, {"Retry_After": "-5"}, ThrottledError("HTTP 429"), id="429 before"),
    pytest.param(
        400,
        envelope(1, "com.worldline.renault.myzeonline.ValidationException.InvalidStartTime"),
        {},
        RejectedError("Invalid start time"),
        id="400",
    ),
    pytest.param(
        403, envelope(1, "a.MissingScope.AC_REMOTE_CONTROL"), {}, RejectedError("Ac remote control"), id="403"
    ),
    pytest.param(404, envelope(1, "a.b.VehicleNotFoundException"), {}, RejectedError("Vehicle not found"), id="404"),
    pytest.param(409, None, {}, RejectedError("HTTP 409"), id="409 empty"),
    pytest.param(400, {"error": "Bad Request"}, {}, RejectedError("HTTP 400"), id="400 of another kind"),
    pytest.param(400, envelope(1, ["a"]), {}, RejectedError("HTTP 400"), id="400 with a strange message"),
    pytest.param(400, envelope(1, "..."), {}, RejectedError("HTTP 400"), id="400 with an empty message"),
    pytest.param(400, envelope(1, "No, " * 1000), {}, RejectedError("No, " * 50), id="400 with a long message"),
    pytest.param(
        200, envelope(1, "It is too cold. Wait."), {}, RejectedError("It is too cold. Wait"), id="200 refused"
    ),
    pytest.param(200, {"message": "a.b.TooColdException"}, {}, RejectedError("Too cold"), id="200 without a code"),
    pytest.param(202, {"message": 5}, {}, RejectedError("HTTP 202"), id="202 with a message of another kind"),
    pytest.param(
        200, {"message": "a.b.RestrictedCountryException"}, {}, CountryMovedError("Restricted country"), id="moved 200"
    ),
    pytest.param(404, b"<html>", {}, UnexpectedResponseError("HTTP 404"), id="404 HTML"),
    pytest.param(400, [1], {}, UnexpectedResponseError("HTTP 400"), id="400 list"),
    pytest.param(302, None, {"Location": "http://127.0.0.1:1/x"}, RedirectedError("HTTP 302"), id="redirect"),
    pytest.param(304, None, {}, UnexpectedResponseError("HTTP 304"), id="not modified"),
    pytest.param(500, envelope(1, "a.DatabaseException"), {}, ConnectionFailedError("Database"), id="500"),
    pytest.param(502, b"<html>", {}, ConnectionFailedError("HTTP 502"), id="502 HTML"),
    pytest.param(999, None, {}, ConnectionFailedError("HTTP 999"), id="999"),
]


@pytest.mark.parametrize(("status", "body", "headers", "expected"), REFUSALS)
async def test_errors(
    http: aiohttp.ClientSession, status: int, body: Any, headers: dict[str, str], expected: CloudError
) -> None:
    """For reads and commands, each sent once."""
    async with listening(answering(said(status, body, **headers))) as wire:
        cloud = client(http, wire.address)
        for call, name in (
            (cloud.battery, "GET /vehicle/***/battery"),
            (cloud.start_charge, "POST /vehicle/***/charge"),
        ):
            with pytest.raises(CloudError) as refusal:
                await call(VIN)
            assert type(refusal.value) is type(expected)
            assert str(refusal.value) == f"{name}: {expected}"
            assert getattr(refusal.value, "retry_after", None) == getattr(expected, "retry_after", None)
            assert_clean(refusal.value)
        assert len(wire.arrivals) == 3


@pytest.mark.parametrize(
    ("addresses", "website"),
    [
        ({"website": "https://example.com/moved"}, "https://example.com/moved"),
        ({"website": "javascript:alert(1)"}, None),
        ({"website": "httpx://example.com"}, None),
        ({"website": 5}, None),
        ([], None),
        (None, None),
    ],
)
async def test_website_of_a_moved_country(http: aiohttp.ClientSession, addresses: Any, website: str | None) -> None:
    """It is passed on if it is valid."""
    async with listening(answering(said(403, envelope(403900, "x", redirectURLs=addresses)))) as wire:
        with pytest.raises(CountryMovedError) as refusal:
            await client(http, wire.address).battery(VIN)
    assert refusal.value.website == website


async def test_retry_after_without_a_server_clock(http: aiohttp.ClientSession) -> None:
    """Compare a date with our clock."""
    date = format_datetime(datetime.now(UTC) + timedelta(minutes=10), usegmt=True)
    async with listening(answering(said(429, Retry_After=date))) as wire:
        with pytest.raises(ThrottledError) as refusal:
            await client(http, wire.address).battery(VIN)
    assert refusal.value.retry_after is not None
    assert timedelta(minutes=9) < refusal.value.retry_after <= timedelta(minutes=10)


EXPIRED = "com.worldline.renault.myzeonline.exception.InvalidAuthenticationException.ExpiredToken"
SPELLINGS = [envelope(403852, None), envelope(403852, EXPIRED), {"message": EXPIRED}]


@pytest.mark.parametrize("status", [200, 202, 400, 403, 500, 503])
@pytest.mark.parametrize("body", SPELLINGS, ids=range(len(SPELLINGS)))
async def test_expired_token_without_a_401(http: aiohttp.ClientSession, status: int, body: Any) -> None:
    """A read is repeated with a new token, a command is not; the next request has a new token."""
    renewed = said(200, {"token": "BBBB"})
    replies = [said(status, body), renewed, said(200, REPORT), said(status, body), renewed, said(202)]
    async with listening(answering(*replies)) as wire:
        cloud = client(http, wire.address)
        assert await cloud.battery(VIN)
        with pytest.raises(RejectedError) as refusal:
            await cloud.start_charge(VIN)
        assert type(refusal.value) is RejectedError
        assert refusal.value.reason == ("Expired token" if body["message"] else f"HTTP {status}")
        assert_clean(refusal.value)
        await cloud.start_charge(VIN)
    battery, charge = f"/api/vehicle/{VIN}/battery", f"/api/vehicle/{VIN}/charge"
    assert wire.targets()[1:] == [battery, RENEWAL, battery, charge, RENEWAL, charge]


async def test_expired_token_with_a_401(http: aiohttp.ClientSession) -> None:
    """A command was refused unread and is sent again with a new token."""
    replies = [said(401, envelope(403852, EXPIRED)), said(200, {"token": "BBBB"}), said(202)]
    async with listening(answering(*replies)) as wire:
        await client(http, wire.address).start_charge(VIN)
    charge = f"/api/vehicle/{VIN}/charge"
    assert wire.targets()[1:] == [charge, RENEWAL, charge]
