"""Tests of the faults that delay, drop, or replace a response, and of the rules that select requests."""

from email.utils import parsedate_to_datetime
from pathlib import Path
import time
from typing import Any

from aiohttp import ClientError, ClientPayloadError, ServerDisconnectedError
import jwt
import pytest

from simulator import Simulator
from simulator.control.faults import KINDS
from tests.simulator.conftest import Client, set_fault


async def test_error_status(client: Client) -> None:
    """The response is an error with the given envelope and Retry-After header."""
    await set_fault(client, "status", status=500, code=500123, message="a.b.Broken", retry_after="120")
    response = await client.car("GET", "/battery")
    assert (response.status, response.json["code"], response.json["message"]) == (500, 500123, "a.b.Broken")
    assert response.headers["Retry-After"] == "120"
    await set_fault(client, "status", status=502)
    response = await client.car("GET", "/battery")
    assert (response.status, response.json["code"]) == (502, 502000)
    assert "Retry-After" not in response.headers


@pytest.mark.parametrize("status", [503, 429])
async def test_rate_limit(client: Client, status: int) -> None:
    """The response is the error for too many requests, with status 503 or 429."""
    await set_fault(client, "rate_limit", status=status, retry_after="Wed, 21 Oct 2026 07:28:00 GMT")
    response = await client.car("GET", "/battery")
    assert (response.status, response.headers["Retry-After"]) == (status, "Wed, 21 Oct 2026 07:28:00 GMT")
    assert response.json["message"].endswith("TooManyRequestsException")


async def test_expired_token_once(client: Client) -> None:
    """With `times`, only the first request is rejected."""
    await set_fault(client, "expired_token", times=1)
    response = await client.car("GET", "/battery")
    assert (response.status, response.json["code"]) == (401, 403852)
    assert (await client.car("GET", "/battery")).status == 200


async def test_delayed_response(client: Client) -> None:
    """The response is delayed."""
    await set_fault(client, "delay", seconds=0.2)
    started = time.monotonic()
    assert (await client.car("GET", "/battery")).status == 200
    assert time.monotonic() - started >= 0.2


async def test_connection_dropped_before_processing(simulator: Simulator, client: Client) -> None:
    """The command has no effect and there is no response."""
    await set_fault(client, "drop", "*/charge")
    with pytest.raises(ServerDisconnectedError):
        await client.car("POST", "/charge")
    assert simulator.vehicle().in_flight == []
    assert simulator.log.entries[-1].status is None


async def test_connection_dropped_after_processing(simulator: Simulator, client: Client) -> None:
    """The command takes effect and there is no response."""
    await set_fault(client, "drop", "*/charge", when="after")
    with pytest.raises(ServerDisconnectedError):
        await client.car("POST", "/charge")
    assert [each.kind for each in simulator.vehicle().in_flight] == ["charge"]


async def test_connection_dropped_within_the_body(client: Client) -> None:
    """Half of the announced body arrives."""
    await set_fault(client, "drop", when="during")
    with pytest.raises(ClientPayloadError):
        await client.car("GET", "/battery")


async def test_connection_dropped_within_an_empty_body(client: Client) -> None:
    """A response without a body is dropped completely."""
    await set_fault(client, "drop", "*/charge", when="during")
    with pytest.raises(ClientError):
        await client.car("POST", "/charge")


async def test_clock_skew_of_one_request(client: Client) -> None:
    """Date, tokens, and timestamps of the affected responses have the same skew."""
    right = (await client.car("GET", "/battery")).json["last_update"]
    await client.control(
        "PUT", "/faults", [{"kind": "skew", "seconds": -7200}, {"kind": "status", "status": 500, "path": "*/charge"}]
    )
    response = await client.car("GET", "/battery")
    assert response.json["last_update"] == right - 7_200_000
    assert parsedate_to_datetime(response.headers["Date"]).timestamp() == pytest.approx(time.time() - 7200, abs=5)
    error = await client.car("POST", "/charge")
    assert error.json["timestamp"] == pytest.approx(time.time() * 1000 - 7_200_000, abs=5000)
    login = await client.log_in()
    claims = jwt.decode(login.json["token"], options={"verify_signature": False})
    assert claims["iat"] == pytest.approx(time.time() - 7200, abs=5)
    assert (await client.car("GET", "/battery")).status == 200
    await client.control("DELETE", "/faults")
    assert (await client.car("GET", "/battery")).status == 401


async def test_clock_skew_of_the_server(client: Client) -> None:
    """The server's clock can have a permanent skew."""
    await client.control("POST", "/clock", {"skew": 86_400})
    assert (await client.car("GET", "/battery")).json["code"] == 403852
    await client.log_in()
    response = await client.car("GET", "/battery")
    assert response.status == 200
    assert parsedate_to_datetime(response.headers["Date"]).timestamp() == pytest.approx(time.time() + 86_400, abs=5)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_redirect(simulator: Simulator, client: Client, status: int) -> None:
    """The response redirects, and the request is not processed."""
    await set_fault(client, "redirect", "*/charge", location="http://127.0.0.1:9/moved", status=status)
    response = await client.car("POST", "/charge", allow_redirects=False)
    assert (response.status, response.headers["Location"]) == (status, "http://127.0.0.1:9/moved")
    assert simulator.vehicle().in_flight == []


async def test_rule_for_a_time(simulator: Simulator, client: Client) -> None:
    """A rule can end after a simulated time."""
    await set_fault(client, "status", status=403, for_seconds=7200)
    for advance, status in ((0, 403), (7199, 403), (1, 200), (86_400, 200)):
        simulator.advance(advance)
        assert (await client.car("GET", "/battery")).status == status
    [rule] = await client.control("GET", "/faults")
    assert (rule["hits"], rule["for_seconds"]) == (2, 7200)


async def test_rules_select_requests(client: Client) -> None:
    """A rule selects by method, path, and count, and never affects the control API."""
    await client.control(
        "PUT",
        "/faults",
        [
            {"kind": "status", "status": 500, "method": "post", "path": "/api/vehicle/*/air-conditioning"},
            {"kind": "status", "status": 501, "regex": "/battery$", "after": 1, "times": 2},
        ],
    )
    assert (await client.car("GET", "/air-conditioning")).status == 204
    assert (await client.car("POST", "/air-conditioning")).status == 500
    assert [(await client.car("GET", "/battery")).status for _ in range(5)] == [200, 501, 501, 200, 200]
    assert (await client.car("GET", "/battery/history")).status == 204
    counts = [(rule["seen"], rule["hits"]) for rule in await client.control("GET", "/faults")]
    assert counts == [(1, 1), (5, 2)]


async def test_faults_are_combined(client: Client) -> None:
    """All matching rules apply, the first outermost."""
    await client.control("PUT", "/faults", [{"kind": "delay", "seconds": 0.1}])
    await client.control("POST", "/faults", {"kind": "set", "fields": {"plugged": 1}})
    await client.control("POST", "/faults", {"kind": "missing", "fields": ["plugged"]})
    started = time.monotonic()
    assert (await client.car("GET", "/battery")).json["plugged"] == 1
    assert time.monotonic() - started >= 0.1


@pytest.mark.parametrize(
    ("rules", "message"),
    [
        ({"kind": "drop"}, "list"),
        ([7], "object"),
        ([{}], "kind"),
        ([{"kind": "explode"}], "kind"),
        ([{"kind": "status"}], "missing: status"),
        ([{"kind": "status", "status": "500"}], "status: int expected"),
        ([{"kind": "status", "status": 99}], "200 to 599"),
        ([{"kind": "rate_limit", "status": 1000}], "200 to 599"),
        ([{"kind": "html", "status": 0}], "200 to 599"),
        ([{"kind": "empty", "status": 100}], "200 to 599"),
        ([{"kind": "redirect", "location": "/", "status": 200}], "one of 301"),
        ([{"kind": "refusal", "error": "forbidden"}], "kind: one of"),
        ([{"kind": "drop", "when": "never"}], "before, after, during"),
        ([{"kind": "delay", "seconds": True}], "seconds: float expected"),
        ([{"kind": "missing", "fields": "plugged"}], "fields: list expected"),
        ([{"kind": "set", "fields": []}], "fields: dict expected"),
        ([{"kind": "drop", "regex": "("}], "regex"),
        ([{"kind": "drop", "place": "*"}], "unknown: place"),
    ],
)
async def test_invalid_rules_are_rejected(client: Client, rules: Any, message: str) -> None:
    """Invalid rules are rejected with a reason, and the active ones stay."""
    await set_fault(client, "status", status=500)
    response = await client.send("PUT", "/simulator/faults", json=rules)
    assert response.status == 400
    assert message in response.json["error"]
    assert len(await client.control("GET", "/faults")) == 1


def test_every_kind_is_tested() -> None:
    """Every kind of fault is used in a test."""
    here = Path(__file__).parent
    text = "".join((here / f"{name}.py").read_text() for name in ("test_faults", "test_body_faults"))
    assert [kind for kind in KINDS if f'"{kind}"' not in text] == []
