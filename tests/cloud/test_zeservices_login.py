"""Logins and token renewals with servers of all kinds."""

from typing import Any

import aiohttp
import pytest

from custom_components.renault_ze.cloud.exceptions import (
    AuthenticationError,
    CloudError,
    ConnectionFailedError,
    CountryMovedError,
    RejectedError,
    ThrottledError,
    UnexpectedResponseError,
)
from tests.cloud.endpoints import HOUR, NOW, VIN, client
from tests.cloud.wire import (
    DROP,
    LOGIN,
    RENEWAL,
    REPORT,
    RESTRICTED,
    WELCOME,
    Arrival,
    answering,
    assert_clean,
    envelope,
    listening,
    said,
)


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        pytest.param(said(401, envelope(403801, "a.BadCredentialsException")), AuthenticationError, id="401"),
        pytest.param(said(400, envelope(1, "a.Nonsense")), AuthenticationError, id="400"),
        pytest.param(said(403), AuthenticationError, id="403 empty"),
        pytest.param(said(403, b"<html>"), AuthenticationError, id="403 HTML"),
        pytest.param(said(200, envelope(403801, "a.BadCredentialsException")), AuthenticationError, id="200 refused"),
        pytest.param(said(500, envelope(403852, "a.ExpiredToken")), AuthenticationError, id="expired"),
        pytest.param(said(403, RESTRICTED), CountryMovedError, id="country"),
        pytest.param(said(503, envelope(1, "a.TooMany")), ThrottledError, id="throttled"),
        pytest.param(said(404, envelope(1, "a.NotFound")), UnexpectedResponseError, id="404"),
        pytest.param(said(404, b"<html>"), UnexpectedResponseError, id="404 HTML"),
        pytest.param(said(200, b"<html>"), UnexpectedResponseError, id="HTML"),
        pytest.param(said(204), UnexpectedResponseError, id="no content"),
        pytest.param(said(200, []), UnexpectedResponseError, id="list"),
        pytest.param(said(200, {"user": {}}), UnexpectedResponseError, id="no token"),
        pytest.param(said(200, {"token": 5, "user": {}}), UnexpectedResponseError, id="number for a token"),
        pytest.param(
            said(200, {"token": "A\r\nB: C", "user": {}}), UnexpectedResponseError, id="token with a line break"
        ),
        pytest.param(said(200, {"token": "é", "user": {}}), UnexpectedResponseError, id="token with an accent"),
        pytest.param(said(200, {"token": "AAAA"}), UnexpectedResponseError, id="no user"),
        pytest.param(said(200, {"token": "AAAA", "user": []}), UnexpectedResponseError, id="user of another kind"),
        pytest.param(said(302, Location="/"), UnexpectedResponseError, id="redirect"),
        pytest.param(said(405, envelope(1, "a.MethodNotAllowed")), RejectedError, id="405"),
        pytest.param(said(500, b"<html>"), ConnectionFailedError, id="500"),
        pytest.param(DROP, ConnectionFailedError, id="dropped"),
    ],
)
async def test_failed_login(http: aiohttp.ClientSession, reply: bytes, expected: type[CloudError]) -> None:
    """Raise the right exception, with one attempt for each call."""
    async with listening(lambda _: reply) as wire:
        cloud = client(http, wire.address)
        for attempts, call in enumerate((cloud.account(max_age=HOUR), cloud.battery(VIN), cloud.start_charge(VIN)), 1):
            with pytest.raises(CloudError) as failure:
                await call
            assert isinstance(failure.value, expected)
            assert_clean(failure.value)
            assert wire.targets() == [LOGIN] * attempts


async def test_credentials(http: aiohttp.ClientSession) -> None:
    """Only spaces around the name are removed."""
    async with listening(answering(said(200))) as wire:
        cloud = client(http, wire.address + "/", username="  You@Example.com ", password=" P4ss ")
        assert (await cloud.account(max_age=NOW)).id == "CCCC"
    assert wire.arrivals[0].json == {"username": "You@Example.com", "password": " P4ss "}
    assert wire.arrivals[0].headers["content-type"] == "application/json;charset=UTF-8"
    assert "cookie" not in wire.arrivals[0].headers


async def test_cookie_stays_without_a_new_one(http: aiohttp.ClientSession) -> None:
    """As other clients of the real server assumed."""
    replies = iter(
        [said(401), said(200, {"token": "BBBB"}), said(200, REPORT), said(401), said(200, {"token": "CCCC"})]
    )

    def reply(arrival: Arrival) -> bytes:
        if arrival.target == LOGIN:
            return said(200, WELCOME, Set_Cookie="refreshToken=C1")
        return next(replies, said(200, REPORT))

    async with listening(reply) as wire:
        cloud = client(http, wire.address)
        for _ in range(2):
            await cloud.battery(VIN)
    renewals = [arrival for arrival in wire.arrivals if arrival.target == RENEWAL]
    assert [each.headers["cookie"] for each in renewals] == ["refreshToken=C1"] * 2


async def test_accounts_do_not_share_cookies(http: aiohttp.ClientSession) -> None:
    """Each account uses its own cookie, although both share aiohttp's jar."""
    who = iter("AB")

    def reply(arrival: Arrival) -> bytes:
        if arrival.target == LOGIN:
            name = next(who)
            return said(200, {**WELCOME, "token": name}, Set_Cookie=f"refreshToken={name}/1=+; Path=/; HttpOnly")
        if arrival.target == RENEWAL:
            name = arrival.json["token"]
            return said(200, {"token": name * 2}, Set_Cookie=f"refreshToken={name}/2; Path=/")
        return said(200, REPORT) if len(arrival.headers["authorization"]) == len("Bearer AA") else said(401)

    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as shared, listening(reply) as wire:
        clouds = [client(shared, wire.address, username=name) for name in ("a", "b")]
        for cloud in clouds:
            await cloud.account(max_age=HOUR)
        for cloud in clouds:
            await cloud.battery(VIN)
    renewals = [arrival for arrival in wire.arrivals if arrival.target == RENEWAL]
    assert [each.headers["cookie"] for each in renewals] == ["refreshToken=A/1=+", "refreshToken=B/1=+"]
    assert not any("cookie" in each.headers for each in wire.arrivals if each.target != RENEWAL)


@pytest.mark.parametrize(
    ("lines", "cookie"),
    [
        (["refreshToken=C1; Path=/; Max-Age=60"], "C1"),
        (["session=S", "refreshToken=old", "refreshToken=C2", "last=L"], "C2"),
        (["refreshtoken=other", " refreshToken = C3 ;Secure"], "C3"),
    ],
)
async def test_cookie_is_found_among_others(http: aiohttp.ClientSession, lines: list[str], cookie: str) -> None:
    """By its name, the last one of several."""
    head = "".join(f"\r\nSet-Cookie: {line}" for line in lines).encode()
    welcome = said(200, WELCOME).replace(b" Whatever", b" Whatever" + head)
    replies = iter([welcome, said(401), said(200, {"token": "BBBB"}), said(200, REPORT)])
    async with listening(lambda _: next(replies)) as wire:
        await client(http, wire.address).battery(VIN)
    assert wire.arrivals[2].target == RENEWAL
    assert wire.arrivals[2].headers["cookie"] == f"refreshToken={cookie}"
    assert wire.arrivals[2].headers["x-xsrf-token"] == "XXXX"
    assert wire.arrivals[2].json == {"token": "AAAA"}


@pytest.mark.parametrize("welcome", [WELCOME, {**WELCOME, "xsrfToken": None}], ids=["no cookie", "neither"])
async def test_token_that_cannot_be_renewed_is_replaced(http: aiohttp.ClientSession, welcome: dict[str, Any]) -> None:
    """Log in without trying to renew it."""
    replies = iter([said(200, welcome), said(401), said(200, {**welcome, "token": "BBBB"}), said(200, REPORT)])
    async with listening(lambda _: next(replies)) as wire:
        await client(http, wire.address).battery(VIN)
    assert wire.targets("POST") == [LOGIN, LOGIN]


RENEWAL_FAILURES = [
    *(said(status) for status in (400, 401, 403, 404, 500)),
    *(said(200, body) for body in (None, b"<html>", [], {}, {"token": None}, envelope(1, "a.Refused"))),
    said(400, envelope(400001, "Missing cookie 'refreshToken' for method parameter of type String")),
]


@pytest.mark.parametrize("refusal", RENEWAL_FAILURES, ids=range(len(RENEWAL_FAILURES)))
async def test_refused_renewal_leads_to_one_login(http: aiohttp.ClientSession, refusal: bytes) -> None:
    """The command is then sent once, as the first one was refused unread."""

    def reply(arrival: Arrival) -> bytes:
        if arrival.target == LOGIN:
            number = len(wire.targets("POST"))
            return said(200, {**WELCOME, "token": f"T{number}"}, Set_Cookie="refreshToken=C; Path=/")
        if arrival.target == RENEWAL:
            return refusal
        return said(401) if arrival.headers["authorization"] == "Bearer T1" else said(202)

    async with listening(reply) as wire:
        await client(http, wire.address).start_charge(VIN)
    charge = f"/api/vehicle/{VIN}/charge"
    assert wire.targets() == [LOGIN, charge, RENEWAL, LOGIN, charge]


async def test_invalid_parts_are_ignored(http: aiohttp.ClientSession) -> None:
    """Unused parts of a response may contain anything."""
    deep = b"[" * 1000 + b"]" * 1000
    welcome = b'{"token": "AAAA", "user": {"new": ' + deep + b"}}"
    report = b'{"plugged": true, "charging_point": ' + deep + b"}"
    async with listening(lambda arrival: said(200, welcome if arrival.target == LOGIN else report)) as wire:
        found = await client(http, wire.address).battery(VIN)
    assert (found.plugged_in, found.charging_point) == (True, None)


@pytest.mark.parametrize(
    ("refusal", "expected"),
    [
        (said(503, envelope(1, "a.TooMany")), ThrottledError),
        (said(403, RESTRICTED), CountryMovedError),
        (DROP, ConnectionFailedError),
    ],
)
async def test_failed_renewal_without_login(
    http: aiohttp.ClientSession, refusal: bytes, expected: type[CloudError]
) -> None:
    """Do not log in if the server is busy, has moved, or is gone."""
    replies = {LOGIN: said(200, WELCOME, Set_Cookie="refreshToken=C"), RENEWAL: refusal}
    async with listening(lambda arrival: replies.get(arrival.target, said(401))) as wire:
        with pytest.raises(expected):
            await client(http, wire.address).battery(VIN)
        assert wire.targets("POST") == [LOGIN, RENEWAL]


async def test_server_that_never_accepts_its_own_tokens(http: aiohttp.ClientSession) -> None:
    """Try the current token, a renewed one, and that of a new login."""
    replies = {
        LOGIN: said(200, WELCOME, Set_Cookie="refreshToken=C"),
        RENEWAL: said(200, {"token": "BBBB"}, Set_Cookie="refreshToken=D"),
    }
    async with listening(lambda arrival: replies.get(arrival.target, said(401))) as wire:
        with pytest.raises(AuthenticationError, match="even after a new login") as failure:
            await client(http, wire.address).start_charge(VIN)
        charge = f"/api/vehicle/{VIN}/charge"
        assert wire.targets() == [LOGIN, charge, RENEWAL, charge, LOGIN, charge]
    assert_clean(failure.value)


async def test_server_that_never_accepts_and_never_renews(http: aiohttp.ClientSession) -> None:
    """Do not log in twice."""
    replies = {LOGIN: said(200, WELCOME), RENEWAL: said(401)}
    async with listening(lambda arrival: replies.get(arrival.target, said(401))) as wire:
        with pytest.raises(AuthenticationError):
            await client(http, wire.address).battery(VIN)
        battery = f"/api/vehicle/{VIN}/battery"
        assert wire.targets() == [LOGIN, battery, LOGIN, battery]
