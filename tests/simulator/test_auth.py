"""Log-in and tokens of both generations, as clients met them."""

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
import time
from typing import Any

from freezegun.api import FrozenDateTimeFactory
import jwt
import pytest

from simulator import EXAMPLE_VIN, Account, Simulator
from tests.simulator.conftest import Answer, Client

REFRESH = "/api/user/token/refresh"


def claims(token: str) -> dict[str, Any]:
    """Read a token without knowing its key, as every client did."""
    content: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})
    return content


async def refresh(client: Client, token: str, cookie: str | None, xsrf: str | None = None) -> Answer:
    """Refresh as in the second generation."""
    assert client.login
    headers = {"X-XSRF-TOKEN": client.login.json["xsrfToken"] if xsrf is None else xsrf}
    if cookie is not None:
        headers["Cookie"] = f"refreshToken={cookie}"
    return await client.send("POST", REFRESH, json={"token": token}, headers=headers)


@pytest.fixture
async def first(simulator: Simulator, stranger: Client) -> Client:
    """Return a client logged in to a server of the first generation."""
    simulator.backend.tokens.generation = 1
    await stranger.log_in()
    return stranger


async def test_second_generation_login(client: Client) -> None:
    """A token of 15 minutes, an opaque xsrfToken, a cookie with an expiry, and no refresh_token."""
    assert client.login
    answer = client.login.json
    assert list(answer) == ["token", "xsrfToken", "user"]
    content = claims(answer["token"])
    assert content["exp"] - content["iat"] == 900
    assert abs(content["iat"] - time.time()) < 5
    assert content["sub"] == "you@example.com"
    assert content["userId"] == answer["user"]["id"]
    assert "jti" not in content
    cookies = client.login.headers.getall("Set-Cookie")  # type: ignore[attr-defined]
    assert len(cookies) == 1
    assert cookies[0].startswith(f"refreshToken={client.login.cookies['refreshToken']};")
    expires = next(part for part in cookies[0].split("; ") if part.startswith("expires="))
    assert parsedate_to_datetime(expires.removeprefix("expires=")) > datetime.now(UTC) + timedelta(days=1)


async def test_token_is_unpadded(client: Client) -> None:
    """The parts of a token are base64url without padding."""
    assert client.token.count(".") == 2
    assert "=" not in client.token


async def test_second_generation_refresh_rotates_the_pair(client: Client) -> None:
    """Each refresh gives a new cookie, which belongs to the new token; the xsrfToken stays."""
    assert client.login
    token, cookie = client.token, client.login.cookies["refreshToken"]
    for _ in range(3):
        answer = await refresh(client, token, cookie)
        assert answer.status == 200
        assert list(answer.json) == ["token"]
        assert answer.cookies["refreshToken"] != cookie
        token, cookie = answer.json["token"], answer.cookies["refreshToken"]
    client.token = token
    assert (await client.car("GET", "/battery")).status == 200


async def test_login_cookie_with_a_refreshed_token(client: Client) -> None:
    """A token from a refresh does not go with the cookie from the log-in."""
    assert client.login
    cookie = client.login.cookies["refreshToken"]
    answer = await refresh(client, client.token, cookie)
    refused = await refresh(client, answer.json["token"], cookie)
    assert refused.status == 401
    assert refused.json.keys() == {"code", "message", "timestamp"}


async def test_refresh_without_a_cookie(client: Client) -> None:
    """The error names the cookie that is missing."""
    answer = await refresh(client, client.token, None)
    assert answer.status == 400
    assert "Missing cookie 'refreshToken'" in answer.json["message"]


@pytest.mark.parametrize("xsrf", ["", "0" * 32])
async def test_refresh_with_a_wrong_xsrf_token(client: Client, xsrf: str) -> None:
    """The header has to be that of the log-in."""
    assert client.login
    assert (await refresh(client, client.token, client.login.cookies["refreshToken"], xsrf)).status == 401


async def test_refresh_with_another_session(client: Client) -> None:
    """Token and cookie of one log-in do not go with the xsrfToken of another; both sessions live on."""
    assert client.login
    old, old_token = client.login, client.token
    await client.log_in()
    assert (await refresh(client, old_token, old.cookies["refreshToken"])).status == 401
    assert (await refresh(client, old_token, old.cookies["refreshToken"], old.json["xsrfToken"])).status == 200
    assert (await client.car("GET", "/battery")).status == 200


async def test_first_generation(first: Client) -> None:
    """A token of ten hours; its subject and identifier survive a refresh, as does the refresh token."""
    assert first.login
    assert list(first.login.json) == ["token", "refresh_token", "user"]
    assert "Set-Cookie" not in first.login.headers
    content = claims(first.token)
    assert content["exp"] - content["iat"] == 36_000
    assert len(content["jti"]) == 32
    body = {"token": first.token, "refresh_token": first.login.json["refresh_token"]}
    for headers in ({}, {"Authorization": ""}):
        answer = await first.send("POST", REFRESH, json=body, headers=headers)
        assert answer.status == 200
        renewed = claims(answer.json["token"])
        assert (renewed["sub"], renewed["jti"]) == (content["sub"], content["jti"])


@pytest.mark.parametrize("change", [{"refresh_token": "0" * 32}, {"token": "a.b.c"}])
async def test_first_generation_refused(first: Client, change: dict[str, str]) -> None:
    """A made-up part gets a 401."""
    assert first.login
    body = {"token": first.token, "refresh_token": first.login.json["refresh_token"], **change}
    assert (await first.send("POST", REFRESH, json=body)).status == 401


async def test_first_generation_refresh_of_another_session(first: Client) -> None:
    """The refresh token of one log-in does not renew the token of another."""
    assert first.login
    token = first.token
    await first.log_in()
    body = {"token": token, "refresh_token": first.login.json["refresh_token"]}
    assert (await first.send("POST", REFRESH, json=body)).status == 401


@pytest.mark.parametrize(("generation", "lifetime"), [(1, 36_000), (2, 900)])
async def test_expiry(
    simulator: Simulator, stranger: Client, freezer: FrozenDateTimeFactory, generation: int, lifetime: int
) -> None:
    """A token ends in real time, however the world hurries, and can be refreshed afterwards."""
    simulator.backend.tokens.generation = generation
    login = await stranger.log_in()
    simulator.advance(365 * 86_400)
    freezer.tick(lifetime - 1)
    assert (await stranger.car("GET", "/battery")).status == 200
    freezer.tick(1)
    answer = await stranger.car("GET", "/battery")
    assert answer.status == 401
    assert answer.json["code"] == 403852
    assert answer.json["message"].endswith(".InvalidAuthenticationException.ExpiredToken")
    assert answer.json["timestamp"] == pytest.approx(time.time() * 1000, abs=5)
    if generation == 1:
        body = {"token": stranger.token, "refresh_token": login.json["refresh_token"]}
        answer = await stranger.send("POST", REFRESH, json=body)
    else:
        answer = await refresh(stranger, stranger.token, login.cookies["refreshToken"])
    stranger.token = answer.json["token"]
    assert (await stranger.car("GET", "/battery")).status == 200


async def test_session_ends_with_its_cookie(
    simulator: Simulator, client: Client, freezer: FrozenDateTimeFactory
) -> None:
    """After its expiry a cookie refreshes nothing, and the session is forgotten at the next log-in."""
    assert client.login
    freezer.tick(31 * 86_400)
    assert (await refresh(client, client.token, client.login.cookies["refreshToken"])).status == 401
    await client.log_in()
    assert len(simulator.backend.tokens.sessions) == 1


@pytest.mark.parametrize("username", ["You@Example.COM", "you@example.com"])
async def test_username_in_any_case(stranger: Client, username: str) -> None:
    """The e-mail is compared without regard to case."""
    assert (await stranger.log_in(username)).status == 200


@pytest.mark.parametrize(("username", "password"), [("you@example.com", "wrong"), ("nobody@example.com", "P4ssw0rd")])
async def test_bad_credentials(stranger: Client, username: str, password: str) -> None:
    """Wrong credentials get a 401 with an envelope."""
    answer = await stranger.log_in(username, password)
    assert answer.status == 401
    assert answer.json.keys() == {"code", "message", "timestamp"}
    assert "token" not in answer.json


@pytest.mark.parametrize("body", ["", "nonsense", "[]", "{}", '{"username": 1, "password": "x"}', '{"username": "a"}'])
async def test_malformed_login(stranger: Client, body: str) -> None:
    """A log-in that is none gets a 400 with an envelope."""
    answer = await stranger.send("POST", "/api/user/login", data=body)
    assert answer.status == 400
    assert isinstance(answer.json["code"], int)


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Bearer a.b.c", "Basic eW91", "Bearer " + "x" * 100])
async def test_no_token(stranger: Client, header: str) -> None:
    """Without a token of ours there is a 401, and not the code of an expired one."""
    answer = await stranger.send("GET", f"/api/vehicle/{EXAMPLE_VIN}/battery", headers={"Authorization": header})
    assert answer.status == 401
    assert answer.json["code"] != 403852


@pytest.mark.parametrize("sub", ["you@example.com", "nobody@example.com", None])
async def test_forged_token(stranger: Client, sub: str | None) -> None:
    """A token that somebody else signed is refused."""
    stranger.token = jwt.encode({"sub": sub, "exp": 2**31}, "x" * 32)
    assert (await stranger.car("GET", "/battery")).status == 401


async def test_password_changed(simulator: Simulator, client: Client) -> None:
    """A new password ends every token and session; the new one lets in again."""
    assert client.login
    simulator.account.password = "changed"
    assert (await client.car("GET", "/battery")).status == 401
    assert (await refresh(client, client.token, client.login.cookies["refreshToken"])).status == 401
    assert (await client.log_in()).status == 401
    assert (await client.log_in(password="changed")).status == 200
    assert (await client.car("GET", "/battery")).status == 200


async def test_second_generation_comes_over_the_first(simulator: Simulator, first: Client) -> None:
    """When the server changes, a token goes on to its end, but only a log-in gives the next."""
    assert first.login
    simulator.backend.tokens.generation = 2
    assert (await first.car("GET", "/battery")).status == 200
    body = {"token": first.token, "refresh_token": first.login.json["refresh_token"]}
    assert (await first.send("POST", REFRESH, json=body)).status == 400


async def test_account_without_a_car(simulator: Simulator, stranger: Client) -> None:
    """Such an account has no vehicle_details."""
    simulator.backend.add_account(Account("me@example.com", "P4ssw0rd", []))
    answer = await stranger.log_in("me@example.com")
    assert "vehicle_details" not in answer.json["user"]
    assert answer.json["user"]["associated_vehicles"] == []
