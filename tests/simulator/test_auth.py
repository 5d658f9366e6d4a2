"""Tests of logins and tokens of both generations."""

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
import time
from typing import Any

from freezegun.api import FrozenDateTimeFactory
import jwt
import pytest

from simulator import EXAMPLE_VIN, Account, Simulator
from tests.simulator.conftest import Client, Response

REFRESH = "/api/user/token/refresh"


def claims(token: str) -> dict[str, Any]:
    """Return the claims of a token without verifying it."""
    content: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})
    return content


async def refresh(client: Client, token: str, cookie: str | None, xsrf: str | None = None) -> Response:
    """Refresh a second-generation token."""
    assert client.login
    headers = {"X-XSRF-TOKEN": client.login.json["xsrfToken"] if xsrf is None else xsrf}
    if cookie is not None:
        headers["Cookie"] = f"refreshToken={cookie}"
    return await client.send("POST", REFRESH, json={"token": token}, headers=headers)


@pytest.fixture
async def first_generation(simulator: Simulator, anonymous_client: Client) -> Client:
    """Return a client logged in to a first-generation server."""
    simulator.backend.tokens.generation = 1
    await anonymous_client.log_in()
    return anonymous_client


async def test_second_generation_login(client: Client) -> None:
    """The response has a token of 15 minutes, an xsrfToken, and a cookie with an expiry, but no refresh_token."""
    assert client.login
    response = client.login.json
    assert list(response) == ["token", "xsrfToken", "user"]
    content = claims(response["token"])
    assert content["exp"] - content["iat"] == 900
    assert abs(content["iat"] - time.time()) < 5
    assert content["sub"] == "you@example.com"
    assert content["userId"] == response["user"]["id"]
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


async def test_second_generation_refresh_rotates_token_and_cookie(client: Client) -> None:
    """Each refresh returns a new token and cookie; the xsrfToken stays."""
    assert client.login
    token, cookie = client.token, client.login.cookies["refreshToken"]
    for _ in range(3):
        response = await refresh(client, token, cookie)
        assert response.status == 200
        assert list(response.json) == ["token"]
        assert response.cookies["refreshToken"] != cookie
        token, cookie = response.json["token"], response.cookies["refreshToken"]
    client.token = token
    assert (await client.car("GET", "/battery")).status == 200


async def test_login_cookie_is_rejected_after_refresh(client: Client) -> None:
    """A refreshed token cannot be used with the login cookie."""
    assert client.login
    cookie = client.login.cookies["refreshToken"]
    response = await refresh(client, client.token, cookie)
    refused = await refresh(client, response.json["token"], cookie)
    assert refused.status == 401
    assert refused.json.keys() == {"code", "message", "timestamp"}


async def test_refresh_without_a_cookie(client: Client) -> None:
    """The error names the missing cookie."""
    response = await refresh(client, client.token, None)
    assert response.status == 400
    assert "Missing cookie 'refreshToken'" in response.json["message"]


@pytest.mark.parametrize("xsrf", ["", "0" * 32])
async def test_refresh_with_a_wrong_xsrf_token(client: Client, xsrf: str) -> None:
    """A wrong X-XSRF-TOKEN is rejected."""
    assert client.login
    assert (await refresh(client, client.token, client.login.cookies["refreshToken"], xsrf)).status == 401


async def test_refresh_with_another_session(client: Client) -> None:
    """Values of different sessions cannot be combined; both sessions stay open."""
    assert client.login
    old, old_token = client.login, client.token
    await client.log_in()
    assert (await refresh(client, old_token, old.cookies["refreshToken"])).status == 401
    assert (await refresh(client, old_token, old.cookies["refreshToken"], old.json["xsrfToken"])).status == 200
    assert (await client.car("GET", "/battery")).status == 200


async def test_first_generation_login_and_refresh(first_generation: Client) -> None:
    """The token is valid for ten hours; subject, identifier, and refresh token survive a refresh."""
    assert first_generation.login
    assert list(first_generation.login.json) == ["token", "refresh_token", "user"]
    assert "Set-Cookie" not in first_generation.login.headers
    content = claims(first_generation.token)
    assert content["exp"] - content["iat"] == 36_000
    assert len(content["jti"]) == 32
    body = {"token": first_generation.token, "refresh_token": first_generation.login.json["refresh_token"]}
    for headers in ({}, {"Authorization": ""}):
        response = await first_generation.send("POST", REFRESH, json=body, headers=headers)
        assert response.status == 200
        renewed = claims(response.json["token"])
        assert (renewed["sub"], renewed["jti"]) == (content["sub"], content["jti"])


@pytest.mark.parametrize("change", [{"refresh_token": "0" * 32}, {"token": "a.b.c"}])
async def test_first_generation_refresh_with_forged_value(first_generation: Client, change: dict[str, str]) -> None:
    """A forged value returns 401."""
    assert first_generation.login
    body = {"token": first_generation.token, "refresh_token": first_generation.login.json["refresh_token"], **change}
    assert (await first_generation.send("POST", REFRESH, json=body)).status == 401


async def test_first_generation_refresh_of_another_session(first_generation: Client) -> None:
    """A refresh token cannot renew the token of another session."""
    assert first_generation.login
    token = first_generation.token
    await first_generation.log_in()
    body = {"token": token, "refresh_token": first_generation.login.json["refresh_token"]}
    assert (await first_generation.send("POST", REFRESH, json=body)).status == 401


@pytest.mark.parametrize(("generation", "lifetime"), [(1, 36_000), (2, 900)])
async def test_token_expires_in_real_time(
    simulator: Simulator, anonymous_client: Client, freezer: FrozenDateTimeFactory, generation: int, lifetime: int
) -> None:
    """A token expires in real time, regardless of the simulated time, and can be refreshed afterwards."""
    simulator.backend.tokens.generation = generation
    login = await anonymous_client.log_in()
    simulator.advance(365 * 86_400)
    freezer.tick(lifetime - 1)
    assert (await anonymous_client.car("GET", "/battery")).status == 200
    freezer.tick(1)
    response = await anonymous_client.car("GET", "/battery")
    assert response.status == 401
    assert response.json["code"] == 403852
    assert response.json["message"].endswith(".InvalidAuthenticationException.ExpiredToken")
    assert response.json["timestamp"] == pytest.approx(time.time() * 1000, abs=5)
    if generation == 1:
        body = {"token": anonymous_client.token, "refresh_token": login.json["refresh_token"]}
        response = await anonymous_client.send("POST", REFRESH, json=body)
    else:
        response = await refresh(anonymous_client, anonymous_client.token, login.cookies["refreshToken"])
    anonymous_client.token = response.json["token"]
    assert (await anonymous_client.car("GET", "/battery")).status == 200


async def test_session_ends_with_its_cookie(
    simulator: Simulator, client: Client, freezer: FrozenDateTimeFactory
) -> None:
    """An expired cookie cannot be refreshed; the next login removes its session."""
    assert client.login
    freezer.tick(31 * 86_400)
    assert (await refresh(client, client.token, client.login.cookies["refreshToken"])).status == 401
    await client.log_in()
    assert len(simulator.backend.tokens.sessions) == 1


@pytest.mark.parametrize("username", ["You@Example.COM", "you@example.com"])
async def test_username_is_case_insensitive(anonymous_client: Client, username: str) -> None:
    """The username is case-insensitive."""
    assert (await anonymous_client.log_in(username)).status == 200


@pytest.mark.parametrize(("username", "password"), [("you@example.com", "wrong"), ("nobody@example.com", "P4ssw0rd")])
async def test_bad_credentials(anonymous_client: Client, username: str, password: str) -> None:
    """Wrong credentials return 401 with an envelope."""
    response = await anonymous_client.log_in(username, password)
    assert response.status == 401
    assert response.json.keys() == {"code", "message", "timestamp"}
    assert "token" not in response.json


@pytest.mark.parametrize("body", ["", "nonsense", "[]", "{}", '{"username": 1, "password": "x"}', '{"username": "a"}'])
async def test_invalid_login_body(anonymous_client: Client, body: str) -> None:
    """An invalid login body returns 400 with an envelope."""
    response = await anonymous_client.send("POST", "/api/user/login", data=body)
    assert response.status == 400
    assert isinstance(response.json["code"], int)


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Bearer a.b.c", "Basic eW91", "Bearer " + "x" * 100])
async def test_missing_or_malformed_token(anonymous_client: Client, header: str) -> None:
    """A missing or malformed token returns 401, but not the code of an expired one."""
    response = await anonymous_client.send(
        "GET", f"/api/vehicle/{EXAMPLE_VIN}/battery", headers={"Authorization": header}
    )
    assert response.status == 401
    assert response.json["code"] != 403852


@pytest.mark.parametrize("sub", ["you@example.com", "nobody@example.com", None])
async def test_forged_token_is_rejected(anonymous_client: Client, sub: str | None) -> None:
    """A token with another signature is rejected."""
    anonymous_client.token = jwt.encode({"sub": sub, "exp": 2**31}, "x" * 32)
    assert (await anonymous_client.car("GET", "/battery")).status == 401


async def test_changed_password_ends_all_sessions(simulator: Simulator, client: Client) -> None:
    """A changed password ends all tokens and sessions; the new one works."""
    assert client.login
    simulator.account.password = "changed"
    assert (await client.car("GET", "/battery")).status == 401
    assert (await refresh(client, client.token, client.login.cookies["refreshToken"])).status == 401
    assert (await client.log_in()).status == 401
    assert (await client.log_in(password="changed")).status == 200
    assert (await client.car("GET", "/battery")).status == 200


async def test_change_to_the_second_generation(simulator: Simulator, first_generation: Client) -> None:
    """After the change, a first-generation token stays valid but cannot be refreshed."""
    assert first_generation.login
    simulator.backend.tokens.generation = 2
    assert (await first_generation.car("GET", "/battery")).status == 200
    body = {"token": first_generation.token, "refresh_token": first_generation.login.json["refresh_token"]}
    assert (await first_generation.send("POST", REFRESH, json=body)).status == 400


async def test_account_without_a_car(simulator: Simulator, anonymous_client: Client) -> None:
    """An account without a car has no vehicle_details."""
    simulator.backend.add_account(Account("me@example.com", "P4ssw0rd", []))
    response = await anonymous_client.log_in("me@example.com")
    assert "vehicle_details" not in response.json["user"]
    assert response.json["user"]["associated_vehicles"] == []
