"""How long a login lasts, what ends it, and what a restart needs."""

import logging
from typing import Any

import aiohttp
import jwt
import pytest
from renault_api.renault_session import RenaultSession

from custom_components.renault_ze.cloud.exceptions import (
    AuthenticationError,
    ConnectionFailedError,
    RejectedError,
    SecondFactorError,
    ThrottledError,
    UnexpectedResponseError,
    UnsupportedError,
    WrongCodeError,
)
from custom_components.renault_ze.cloud.myrenault import MyRenault, Servers
from simulator.myrenault import MyRenaultSimulator
from tests.cloud.conftest import Wait
from tests.cloud.myrenault import FIRST, NOW, SECOND, asked, my_renault

LOGIN = "POST accounts.login"
JWT = "POST accounts.getJWT"
WITH_SECOND_FACTOR = hasattr(RenaultSession, "complete_two_factor_auth")


async def test_one_login_for_all_requests(adapter: MyRenault, renault: MyRenaultSimulator) -> None:
    """Log in, get the token, person, and cars, and then only send requests for the cars."""
    await adapter.account(max_age=NOW)
    await adapter.battery(FIRST)
    flow = asked(renault)
    assert flow[:4] == [LOGIN, JWT, "POST accounts.getAccountInfo", "GET person"]
    assert flow.count(LOGIN) == flow.count(JWT) == 1
    assert renault.log.entries[4].query == {"country": "GB"}


async def test_restart_needs_no_login(http: aiohttp.ClientSession, renault: MyRenaultSimulator) -> None:
    """The token is stored for its owner, without key and password."""
    kept: list[dict[str, Any]] = []
    cloud = my_renault(http, renault.url, on_session=kept.append)
    await cloud.account(max_age=NOW)
    assert kept[-1] == cloud.stored
    assert "P4ssw0rd" not in str(kept)
    assert not [name for name in kept[-1] if "key" in name]
    renault.log.entries.clear()
    again = my_renault(http, renault.url, stored=kept[-1])
    await again.account(max_age=NOW)
    assert asked(renault) == [JWT, "GET vehicles", "GET hvac-sessions", "GET hvac-sessions"]


@pytest.mark.parametrize(
    "options",
    [{"username": "other@example.com"}, {"locale": "fr_FR"}, {"servers": Servers.at("http://127.0.0.1:9/elsewhere")}],
    ids=["user", "country", "server"],
)
async def test_token_is_not_sent_for_another_owner(
    http: aiohttp.ClientSession, renault: MyRenaultSimulator, options: dict[str, Any]
) -> None:
    """Another owner starts with a login."""
    cloud = my_renault(http, renault.url)
    await cloud.account(max_age=NOW)
    other = my_renault(http, renault.url, stored=cloud.stored, **options)
    assert other.stored["login_token"] is None


@pytest.mark.parametrize(
    "stored",
    [
        {},
        {"owner": 5},
        {"login_token": 5, "device_ids": [], "refused": {"A": 5}, "schedules": {"A": 5}, "probed": 5, "garage": []},
        {"schedules": {FIRST: {"windows": [[9, "x", None]]}}, "refused": {FIRST: {"location": "x", "cockpit": 5}}},
        {"schedules": {FIRST: {"windows": [], "sent": 5}}, "probed": [5, FIRST, SECOND]},
        {"probed": [FIRST, SECOND], "refused": {FIRST: {"location": "2026-01-01", "cockpit": "soon"}}},
        {"endpoints": 5},
        {"endpoints": {FIRST: 5, SECOND: {"location": 5, "cockpit": None}}},
    ],
)
async def test_invalid_stored_content(
    http: aiohttp.ClientSession, renault: MyRenaultSimulator, stored: dict[str, Any]
) -> None:
    """It is dropped."""
    owner = my_renault(http, renault.url).stored["owner"]
    cloud = my_renault(http, renault.url, stored={"owner": owner, **stored})
    assert len((await cloud.account(max_age=NOW)).vehicles) == 2


async def test_token_is_renewed_before_its_end(adapter: MyRenault, renault: MyRenaultSimulator, wait: Wait) -> None:
    """The server never gets an expired one, and is not asked for another one much earlier."""
    await adapter.account(max_age=NOW)
    wait(3500)
    await adapter.battery(FIRST)
    assert (asked(renault).count(JWT), asked(renault).count(LOGIN)) == (1, 1)
    wait(50)
    await adapter.start_preconditioning(FIRST)
    assert (asked(renault).count(JWT), asked(renault).count(LOGIN)) == (2, 1)
    assert {entry.status for entry in renault.log.entries} <= {200, 404}


async def test_refused_jwt_is_replaced(adapter: MyRenault, renault: MyRenaultSimulator) -> None:
    """The library would keep using it; a command refused unread is sent again once."""
    await adapter.account(max_age=NOW)
    renault.log.entries.clear()
    renault.backend.gigya.revoke()
    await adapter.start_preconditioning(FIRST)
    assert asked(renault) == ["POST actions/hvac-start", JWT, "POST actions/hvac-start"]
    renault.advance(60)
    assert renault.vehicle(FIRST).preconditioning


async def test_jwt_that_is_always_refused(adapter: MyRenault, renault: MyRenaultSimulator) -> None:
    """It is tried twice, and the error is one of the server, not of the credentials."""
    await adapter.account(max_age=NOW)
    renault.faults.replace([{"kind": "expired_token", "path": "/kamereon/*"}])
    renault.log.entries.clear()
    with pytest.raises(ConnectionFailedError):
        await adapter.battery(FIRST)
    assert asked(renault) == ["GET battery-status", JWT, "GET battery-status"]


async def test_expired_login_is_renewed(adapter: MyRenault, renault: MyRenaultSimulator, wait: Wait) -> None:
    """The password is still valid."""
    await adapter.account(max_age=NOW)
    renault.backend.gigya.log_out()
    wait(3550)
    renault.log.entries.clear()
    assert await adapter.battery(FIRST)
    assert asked(renault) == [JWT, LOGIN, JWT, "GET battery-status"]


async def test_changed_password(adapter: MyRenault, renault: MyRenaultSimulator) -> None:
    """Both tokens are invalid; the old password is sent once."""
    await adapter.account(max_age=NOW)
    renault.account.password = "changed"
    renault.backend.gigya.revoke()
    renault.log.entries.clear()
    for _ in range(3):
        with pytest.raises(AuthenticationError):
            await adapter.battery(FIRST)
    assert asked(renault) == ["GET battery-status", JWT, LOGIN]


async def test_wrong_password_is_sent_once(http: aiohttp.ClientSession, renault: MyRenaultSimulator) -> None:
    """The account must not be locked."""
    cloud = my_renault(http, renault.url, password="wrong")
    for _ in range(3):
        with pytest.raises(AuthenticationError, match="refused"):
            await cloud.account(max_age=NOW)
    assert asked(renault) == [LOGIN]
    assert cloud.stored["login_token"] is None


async def test_outdated_key_looks_like_a_wrong_password(
    http: aiohttp.ClientSession, renault: MyRenaultSimulator
) -> None:
    """The servers use one response for both, as in May 2026."""
    renault.backend.settings.gigya_key = "new"
    with pytest.raises(AuthenticationError):
        await my_renault(http, renault.url).account(max_age=NOW)
    keys = Servers(
        gigya=f"{renault.url}/gigya", gigya_key="new", kamereon=f"{renault.url}/kamereon", kamereon_key="new"
    )
    renault.backend.settings.kamereon_key = "new"
    assert await my_renault(http, renault.url, servers=keys).account(max_age=NOW)


@pytest.mark.parametrize("code", [403048, 403120])
@pytest.mark.parametrize("path", ["accounts.login", "accounts.getJWT", "accounts.getAccountInfo"])
async def test_too_many_logins(adapter: MyRenault, renault: MyRenaultSimulator, path: str, code: int) -> None:
    """This is no credential error; all requests wait."""
    renault.faults.replace([{"kind": "status", "status": 200, "code": code, "path": f"*{path}"}])
    with pytest.raises(ThrottledError) as caught:
        await adapter.account(max_age=NOW)
    assert caught.value.retry_after is not None
    before = len(renault.log.entries)
    with pytest.raises(ThrottledError):
        await adapter.account(max_age=NOW)
    assert len(renault.log.entries) == before


@pytest.mark.parametrize(
    ("code", "path", "expected"),
    [
        (403005, "accounts.getJWT", AuthenticationError),
        (403013, "accounts.getAccountInfo", AuthenticationError),
        (500001, "accounts.login", ConnectionFailedError),
        (500001, "accounts.getJWT", ConnectionFailedError),
        (400002, "accounts.getJWT", ConnectionFailedError),
        (400093, "accounts.login", UnexpectedResponseError),
        (206002, "accounts.login", AuthenticationError),
        (400002, "accounts.login", RejectedError),
    ],
)
async def test_codes_of_gigya(
    adapter: MyRenault, renault: MyRenaultSimulator, code: int, path: str, expected: type[Exception]
) -> None:
    """Only an invalid token and a refused password need the user."""
    renault.faults.replace([{"kind": "status", "status": 200, "code": code, "path": f"*{path}"}])
    with pytest.raises(expected) as caught:
        await adapter.account(max_age=NOW)
    assert type(caught.value).__mro__.index(expected) <= 1


@pytest.mark.parametrize(
    "token", ["sample-jwt-token", "", 5, None, jwt.encode({"sub": "x"}, "0" * 32), jwt.encode({"exp": "x"}, "0" * 32)]
)
async def test_invalid_tokens(adapter: MyRenault, renault: MyRenaultSimulator, token: Any) -> None:
    """The exceptions of PyJWT are not raised."""
    renault.faults.replace([{"kind": "set", "fields": {"id_token": token}, "path": "*getJWT"}])
    with pytest.raises(ConnectionFailedError):
        await adapter.account(max_age=NOW)


@pytest.mark.skipif(WITH_SECOND_FACTOR, reason="this renault-api supports a second factor")
async def test_second_factor_with_an_older_library(adapter: MyRenault, renault: MyRenaultSimulator) -> None:
    """The error differs from a wrong password, and says that it is not supported."""
    renault.backend.settings.second_factor = True
    with pytest.raises(SecondFactorError) as caught:
        await adapter.account(max_age=NOW)
    assert not caught.value.possible
    with pytest.raises(UnsupportedError, match="renault-api"):
        await adapter.code_addresses()


@pytest.mark.skipif(not WITH_SECOND_FACTOR, reason="this renault-api does not support a second factor")
async def test_second_factor(http: aiohttp.ClientSession, adapter: MyRenault, renault: MyRenaultSimulator) -> None:
    """Enter a wrong code, then the right one; later logins need no code, also after a restart."""
    renault.backend.settings.second_factor = True
    with pytest.raises(SecondFactorError) as caught:
        await adapter.account(max_age=NOW)
    assert caught.value.possible
    with pytest.raises(SecondFactorError):
        await adapter.account(max_age=NOW)
    addresses = await adapter.code_addresses()
    assert list(addresses.values()) == ["y**@example.com"]
    await adapter.send_code(next(iter(addresses)))
    (mail,) = renault.backend.gigya.mails
    assert (mail.to, mail.language) == ("you@example.com", "en")
    with pytest.raises(WrongCodeError):
        await adapter.enter_code("1" if mail.code != "1" else "2")
    await adapter.enter_code(mail.code)
    assert len((await adapter.account(max_age=NOW)).vehicles) == 2
    renault.backend.gigya.log_out()
    assert await my_renault(http, renault.url, stored=adapter.stored).account(max_age=NOW)
    assert len(renault.backend.gigya.mails) == 1


@pytest.mark.skipif(not WITH_SECOND_FACTOR, reason="this renault-api does not support a second factor")
async def test_second_factor_not_requested(adapter: MyRenault, renault: MyRenaultSimulator) -> None:
    """It is refused, and no code can be entered before one was sent."""
    with pytest.raises(RejectedError, match="not requested"):
        await adapter.code_addresses()
    renault.backend.settings.second_factor = True
    with pytest.raises(SecondFactorError):
        await adapter.account(max_age=NOW)
    with pytest.raises(RejectedError):
        await adapter.enter_code("123456")


async def test_log_contains_no_secrets(
    adapter: MyRenault, renault: MyRenaultSimulator, caplog: pytest.LogCaptureFixture
) -> None:
    """The library's own log contains VINs, and is off by default."""
    caplog.set_level(logging.DEBUG)
    told_off = f"No {FIRST} of you@example.com, call +44 7700 900123"
    error = {"errorCode": "err.func.400", "errorMessage": told_off}
    renault.faults.replace([{"kind": "set", "fields": {"errors": [error]}, "path": "*/cockpit"}])
    account = await adapter.account(max_age=NOW)
    with pytest.raises(RejectedError) as caught:
        await adapter.mileage(FIRST)
    assert str(caught.value) == "cockpit: No *** of ***, call ***"
    assert caught.value.__context__ is None
    ours = [record.getMessage() for record in caplog.records if record.name.startswith("custom_components")]
    assert any(text.startswith("cockpit") for text in ours)
    for secret in (FIRST, SECOND, "you@example.com", "P4ssw0rd", account.id, adapter.stored["login_token"]):
        assert secret not in " ".join(ours)
