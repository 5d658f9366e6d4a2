"""Every fault that keeps an answer away, delays it or puts another in its place, and which requests a fault is for."""

from email.utils import parsedate_to_datetime
from pathlib import Path
import time
from typing import Any

from aiohttp import ClientError, ClientPayloadError, ServerDisconnectedError
import jwt
import pytest

from simulator import Simulator
from simulator.control.faults import KINDS
from tests.simulator.conftest import Client, fault


async def test_status(client: Client) -> None:
    """An error with the envelope asked for, and when to come again."""
    await fault(client, "status", status=500, code=500123, message="a.b.Broken", retry_after="120")
    answer = await client.car("GET", "/battery")
    assert (answer.status, answer.json["code"], answer.json["message"]) == (500, 500123, "a.b.Broken")
    assert answer.headers["Retry-After"] == "120"
    await fault(client, "status", status=502)
    answer = await client.car("GET", "/battery")
    assert (answer.status, answer.json["code"]) == (502, 502000)
    assert "Retry-After" not in answer.headers


@pytest.mark.parametrize("status", [503, 429])
async def test_rate_limit(client: Client, status: int) -> None:
    """Too many requests, as 503 or 429."""
    await fault(client, "rate_limit", status=status, retry_after="Wed, 21 Oct 2026 07:28:00 GMT")
    answer = await client.car("GET", "/battery")
    assert (answer.status, answer.headers["Retry-After"]) == (status, "Wed, 21 Oct 2026 07:28:00 GMT")
    assert answer.json["message"].endswith("TooManyRequestsException")


async def test_expired_token(client: Client) -> None:
    """Once refused as expired, then let in again."""
    await fault(client, "expired_token", times=1)
    answer = await client.car("GET", "/battery")
    assert (answer.status, answer.json["code"]) == (401, 403852)
    assert (await client.car("GET", "/battery")).status == 200


async def test_delay(client: Client) -> None:
    """The answer comes late."""
    await fault(client, "delay", seconds=0.2)
    started = time.monotonic()
    assert (await client.car("GET", "/battery")).status == 200
    assert time.monotonic() - started >= 0.2


async def test_dropped_before(simulator: Simulator, client: Client) -> None:
    """The order never took effect, and nobody answered."""
    await fault(client, "drop", "*/charge")
    with pytest.raises(ServerDisconnectedError):
        await client.car("POST", "/charge")
    assert simulator.vehicle().in_flight == []
    assert simulator.log.entries[-1].status is None


async def test_dropped_after(simulator: Simulator, client: Client) -> None:
    """The order took effect, its answer was lost."""
    await fault(client, "drop", "*/charge", when="after")
    with pytest.raises(ServerDisconnectedError):
        await client.car("POST", "/charge")
    assert [each.errand for each in simulator.vehicle().in_flight] == ["charge"]


async def test_dropped_during(client: Client) -> None:
    """Half of the promised body arrives."""
    await fault(client, "drop", when="during")
    with pytest.raises(ClientPayloadError):
        await client.car("GET", "/battery")


async def test_dropped_during_nothing(client: Client) -> None:
    """An answer without a body is dropped whole."""
    await fault(client, "drop", "*/charge", when="during")
    with pytest.raises(ClientError):
        await client.car("POST", "/charge")


async def test_skew(client: Client) -> None:
    """Date, tokens and timestamps of the answer are wrong alike, and of no other."""
    right = (await client.car("GET", "/battery")).json["last_update"]
    await client.control(
        "PUT", "/faults", [{"kind": "skew", "seconds": -7200}, {"kind": "status", "status": 500, "path": "*/charge"}]
    )
    answer = await client.car("GET", "/battery")
    assert answer.json["last_update"] == right - 7_200_000
    assert parsedate_to_datetime(answer.headers["Date"]).timestamp() == pytest.approx(time.time() - 7200, abs=5)
    error = await client.car("POST", "/charge")
    assert error.json["timestamp"] == pytest.approx(time.time() * 1000 - 7_200_000, abs=5000)
    login = await client.log_in()
    claims = jwt.decode(login.json["token"], options={"verify_signature": False})
    assert claims["iat"] == pytest.approx(time.time() - 7200, abs=5)
    assert (await client.car("GET", "/battery")).status == 200
    await client.control("DELETE", "/faults")
    assert (await client.car("GET", "/battery")).status == 401


async def test_server_clock_wrong_for_all(client: Client) -> None:
    """The clock of the server can be wrong for good, and is then wrong consistently."""
    await client.control("POST", "/clock", {"skew": 86_400})
    assert (await client.car("GET", "/battery")).json["code"] == 403852
    await client.log_in()
    answer = await client.car("GET", "/battery")
    assert answer.status == 200
    assert parsedate_to_datetime(answer.headers["Date"]).timestamp() == pytest.approx(time.time() + 86_400, abs=5)


async def test_which_requests(client: Client) -> None:
    """A rule is for a verb, a path, some of the requests, and never for the control API."""
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


async def test_faults_add_up(client: Client) -> None:
    """The first rule is the outermost: late, then spoiled; a drop beats all within it."""
    await client.control("PUT", "/faults", [{"kind": "delay", "seconds": 0.1}])
    await client.control("POST", "/faults", {"kind": "set", "fields": {"plugged": 1}})
    await client.control("POST", "/faults", {"kind": "missing", "fields": ["plugged"]})
    started = time.monotonic()
    assert (await client.car("GET", "/battery")).json["plugged"] == 1
    assert time.monotonic() - started >= 0.1


@pytest.mark.parametrize(
    ("rules", "complaint"),
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
        ([{"kind": "drop", "when": "never"}], "before, after, during"),
        ([{"kind": "delay", "seconds": True}], "seconds: float expected"),
        ([{"kind": "missing", "fields": "plugged"}], "fields: list expected"),
        ([{"kind": "set", "fields": []}], "fields: dict expected"),
        ([{"kind": "drop", "regex": "("}], "regex"),
        ([{"kind": "drop", "place": "*"}], "unknown: place"),
    ],
)
async def test_bad_rules(client: Client, rules: Any, complaint: str) -> None:
    """Bad rules are refused with a reason, and those in force stay."""
    await fault(client, "status", status=500)
    answer = await client.send("PUT", "/simulator/faults", json=rules)
    assert answer.status == 400
    assert complaint in answer.json["error"]
    assert len(await client.control("GET", "/faults")) == 1


def test_every_kind_is_tested() -> None:
    """A kind that no test names is a kind nobody has seen work."""
    here = Path(__file__).parent
    text = "".join((here / f"{name}.py").read_text() for name in ("test_faults", "test_body_faults"))
    assert [kind for kind in KINDS if f'"{kind}"' not in text] == []
