"""How long a token is used, depending on its claims."""

import time
from typing import Any

import aiohttp
import jwt
import pytest

from tests.cloud.conftest import Wait
from tests.cloud.endpoints import USERNAME, VIN, client
from tests.cloud.wire import LOGIN, RENEWAL, REPORT, WELCOME, Arrival, listening, said


def token(issued: float | None, expires: Any, **more: Any) -> str:
    """Return a token as the server creates it."""
    claims = {"sub": USERNAME, "iat": issued, "exp": expires, **more}
    present = {key: value for key, value in claims.items() if value is not None}
    return jwt.encode(present, "x" * 32, algorithm="HS256")


@pytest.mark.parametrize(
    "opaque",
    [
        "AAAA",
        "A.B.C",
        token(None, None),
        token(1000, 900),
        token(1000, 1000),
        jwt.api_jws.encode(b"[1]", "x" * 32),
        jwt.api_jws.encode(b'{"exp": 1' + b"0" * 400 + b', "iat": 0}', "x" * 32),
        jwt.api_jws.encode(b'{"exp": 1' + b"0" * 5000 + b"}", "x" * 32),
        jwt.api_jws.encode(b'{"exp": true, "iat": "0"}', "x" * 32),
        jwt.api_jws.encode(b'{"exp": NaN, "iat": Infinity}', "x" * 32),
        jwt.api_jws.encode(b"[" * 100_000, "x" * 32)[:7000],
        jwt.api_jws.encode(b"\xff", "x" * 32),
    ],
    ids=range(12),
)
async def test_token_without_expiry_is_used_until_refused(http: aiohttp.ClientSession, opaque: str) -> None:
    """It is only renewed after a 401."""
    replies = [said(200, REPORT), said(200, REPORT), said(401), said(200, {"token": "BBBB"}), said(200, REPORT)]

    def reply(arrival: Arrival) -> bytes:
        if arrival.target == LOGIN:
            return said(200, {**WELCOME, "token": opaque}, Set_Cookie="refreshToken=C1; Path=/")
        return replies.pop(0)

    async with listening(reply) as wire:
        cloud = client(http, wire.address)
        for _ in range(3):
            assert await cloud.battery(VIN)
    battery = f"/api/vehicle/{VIN}/battery"
    assert wire.targets() == [LOGIN, battery, battery, battery, RENEWAL, battery]
    assert wire.arrivals[-1].headers["authorization"] == "Bearer BBBB"


async def test_short_token_is_used_for_half_its_lifetime(http: aiohttp.ClientSession) -> None:
    """It is not renewed before each request, although less than a minute is left."""
    now = time.time()
    welcome = said(200, {**WELCOME, "token": token(now, now + 40)}, Set_Cookie="refreshToken=C1; Path=/")
    async with listening(lambda arrival: welcome if arrival.target == LOGIN else said(200, REPORT)) as wire:
        cloud = client(http, wire.address)
        for _ in range(3):
            await cloud.battery(VIN)
    assert wire.targets("POST") == [LOGIN]


async def test_token_with_only_an_expiry(http: aiohttp.ClientSession, wait: Wait) -> None:
    """Its lifetime starts when it is received."""
    welcome = {**WELCOME, "token": token(None, time.time() + 900)}
    replies = {LOGIN: said(200, welcome, Set_Cookie="refreshToken=C1"), RENEWAL: said(200, {"token": "BBBB"})}
    async with listening(lambda arrival: replies.get(arrival.target, said(200, REPORT))) as wire:
        cloud = client(http, wire.address)
        for passed in (800, 50):
            await cloud.battery(VIN)
            assert wire.targets("POST") == [LOGIN]
            wait(passed)
        await cloud.battery(VIN)
    assert wire.targets("POST") == [LOGIN, RENEWAL]
