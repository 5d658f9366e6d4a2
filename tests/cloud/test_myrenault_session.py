"""How long a log-in lasts, what ends it, and what a restart costs."""

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
    UnexpectedAnswerError,
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


async def test_one_log_in_serves_all(adapter: MyRenault, renault: MyRenaultSimulator) -> None:
    """The flow the servers know: log-in, token, person, cars, and then only the cars."""
    await adapter.account(max_age=NOW)
    await adapter.battery(FIRST)
    flow = asked(renault)
    assert flow[:4] == [LOGIN, JWT, "POST accounts.getAccountInfo", "GET person"]
    assert flow.count(LOGIN) == flow.count(JWT) == 1
    assert renault.log.entries[4].query == {"country": "GB"}


async def test_restart_costs_no_log_in(http: aiohttp.ClientSession, renault: MyRenaultSimulator) -> None:
    """What is kept is the token, no key and no password, and it is only given back to its owner."""
    kept: list[dict[str, Any]] = []
    cloud = my_renault(http, renault.url, on_session=kept.append)
    await cloud.account(max_age=NOW)
    assert kept[-1] == cloud.stored
    assert "P4ssw0rd" not in str(kept)
    assert not [name for name in kept[-1] if "key" in name]
    renault.log.entries.clear()
    again = my_renault(http, renault.url, stored=kept[-1])
    await again.account(max_age=NOW)
    assert asked(renault) == [JWT, "GET vehicles"]


@pytest.mark.parametrize(
    "options",
    [{"username": "other@example.com"}, {"locale": "fr_FR"}, {"servers": Servers.at("http://127.0.0.1:9/elsewhere")}],
    ids=["user", "country", "server"],
)
async def test_token_is_shown_to_nobody_else(
    http: aiohttp.ClientSession, renault: MyRenaultSimulator, options: dict[str, Any]
) -> None:
    """Another owner begins anew."""
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
    ],
)
async def test_what_was_stored_may_be_anything(
    http: aiohttp.ClientSession, renault: MyRenaultSimulator, stored: dict[str, Any]
) -> None:
    """What cannot be read is forgotten."""
    owner = my_renault(http, renault.url).stored["owner"]
    cloud = my_renault(http, renault.url, stored={"owner": owner, **stored})
    assert len((await cloud.account(max_age=NOW)).vehicles) == 2


async def test_token_is_renewed_ahead_of_its_end(adapter: MyRenault, renault: MyRenaultSimulator, wait: Wait) -> None:
    """The server never sees an old one."""
    await adapter.account(max_age=NOW)
    wait(850)
    await adapter.battery(FIRST)
    assert asked(renault).count(JWT) == 2
    assert asked(renault).count(LOGIN) == 1
    assert {entry.status for entry in renault.log.entries} <= {200, 404}


async def test_refused_jwt_is_replaced(adapter: MyRenault, renault: MyRenaultSimulator) -> None:
    """The library would go on using it; an order refused unread is given again, once."""
    await adapter.account(max_age=NOW)
    renault.log.entries.clear()
    renault.backend.gigya.revoke()
    await adapter.start_preconditioning(FIRST)
    assert asked(renault) == ["POST actions/hvac-start", JWT, "POST actions/hvac-start"]
    renault.advance(60)
    assert renault.vehicle(FIRST).preconditioning


async def test_jwt_that_is_never_good_enough(adapter: MyRenault, renault: MyRenaultSimulator) -> None:
    """It is tried twice and called trouble with the server, not with the credentials."""
    await adapter.account(max_age=NOW)
    renault.faults.replace([{"kind": "expired_token", "path": "/kamereon/*"}])
    renault.log.entries.clear()
    with pytest.raises(ConnectionFailedError):
        await adapter.battery(FIRST)
    assert asked(renault) == ["GET battery-status", JWT, "GET battery-status"]


async def test_ended_log_in_is_renewed(adapter: MyRenault, renault: MyRenaultSimulator, wait: Wait) -> None:
    """The password is still good."""
    await adapter.account(max_age=NOW)
    renault.backend.gigya.log_out()
    wait(850)
    renault.log.entries.clear()
    assert await adapter.battery(FIRST)
    assert asked(renault) == [JWT, LOGIN, JWT, "GET battery-status"]


async def test_changed_password_is_asked_for(adapter: MyRenault, renault: MyRenaultSimulator) -> None:
    """Both tokens end with it; the old password is tried once, and never again."""
    await adapter.account(max_age=NOW)
    renault.account.password = "changed"
    renault.backend.gigya.revoke()
    renault.log.entries.clear()
    for _ in range(3):
        with pytest.raises(AuthenticationError):
            await adapter.battery(FIRST)
    assert asked(renault) == ["GET battery-status", JWT, LOGIN]


async def test_wrong_password_is_tried_once(http: aiohttp.ClientSession, renault: MyRenaultSimulator) -> None:
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
    """As it did in May 2026: the servers use one answer for both."""
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
async def test_too_many_log_ins(adapter: MyRenault, renault: MyRenaultSimulator, path: str, code: int) -> None:
    """It is no trouble with the credentials: everybody waits."""
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
        (400093, "accounts.login", UnexpectedAnswerError),
        (206002, "accounts.login", AuthenticationError),
        (400002, "accounts.login", RejectedError),
    ],
)
async def test_numbers_of_gigya(
    adapter: MyRenault, renault: MyRenaultSimulator, code: int, path: str, expected: type[Exception]
) -> None:
    """Only a dead token and a refused password are the owner's to mend."""
    renault.faults.replace([{"kind": "status", "status": 200, "code": code, "path": f"*{path}"}])
    with pytest.raises(expected) as caught:
        await adapter.account(max_age=NOW)
    assert type(caught.value).__mro__.index(expected) <= 1


@pytest.mark.parametrize(
    "token",
    ["sample-jwt-token", "", 5, None, jwt.encode({"sub": "x"}, "0" * 32), jwt.encode({"exp": "x"}, "0" * 32)],
)
async def test_tokens_of_another_kind(adapter: MyRenault, renault: MyRenaultSimulator, token: Any) -> None:
    """What PyJWT makes of them stays inside."""
    renault.faults.replace([{"kind": "set", "fields": {"id_token": token}, "path": "*getJWT"}])
    with pytest.raises(ConnectionFailedError):
        await adapter.account(max_age=NOW)


@pytest.mark.skipif(WITH_SECOND_FACTOR, reason="this renault-api can answer a second factor")
async def test_second_factor_beyond_an_older_library(adapter: MyRenault, renault: MyRenaultSimulator) -> None:
    """It is told from a wrong password, and that it cannot be answered here."""
    renault.backend.settings.second_factor = True
    with pytest.raises(SecondFactorError) as caught:
        await adapter.account(max_age=NOW)
    assert not caught.value.possible
    with pytest.raises(UnsupportedError, match="renault-api"):
        await adapter.code_addresses()


@pytest.mark.skipif(not WITH_SECOND_FACTOR, reason="this renault-api cannot answer a second factor")
async def test_second_factor(http: aiohttp.ClientSession, adapter: MyRenault, renault: MyRenaultSimulator) -> None:
    """A code by e-mail, typed wrong and then right; afterwards the device is known, over a restart too."""
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


@pytest.mark.skipif(not WITH_SECOND_FACTOR, reason="this renault-api cannot answer a second factor")
async def test_second_factor_nobody_wants(adapter: MyRenault, renault: MyRenaultSimulator) -> None:
    """Out of turn it is refused, and no code is typed before one was sent."""
    with pytest.raises(RejectedError, match="none is wanted"):
        await adapter.code_addresses()
    renault.backend.settings.second_factor = True
    with pytest.raises(SecondFactorError):
        await adapter.account(max_age=NOW)
    with pytest.raises(RejectedError):
        await adapter.enter_code("123456")


async def test_log_tells_no_secrets(
    adapter: MyRenault, renault: MyRenaultSimulator, caplog: pytest.LogCaptureFixture
) -> None:
    """Neither ours nor an exception's text; the library's own log names cars, and is off unless asked for."""
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
