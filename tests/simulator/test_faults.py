"""Every fault, over a real socket."""

from email.utils import parsedate_to_datetime
import json
import time
from typing import Any

from aiohttp import ClientError, ClientPayloadError, ServerDisconnectedError
import jwt
import pytest

from simulator import Simulator
from simulator.faults import KINDS

from .conftest import Client


async def fault(client: Client, kind: str, path: str = "*/battery", **parameters: Any) -> None:
    """Put one fault in force."""
    await client.control("PUT", "/faults", [{"kind": kind, "path": path, **parameters}])


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


@pytest.mark.parametrize("status", [502, 500, 200])
async def test_html(client: Client, status: int) -> None:
    """A page instead of JSON."""
    await fault(client, "html", status=status)
    answer = await client.car("GET", "/battery")
    assert answer.status == status
    assert answer.headers["Content-Type"].startswith("text/html")
    assert b"<html>" in answer.raw


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


@pytest.mark.parametrize("status", [200, 204])
async def test_empty(client: Client, status: int) -> None:
    """No body at all."""
    await fault(client, "empty", status=status)
    answer = await client.car("GET", "/battery")
    assert (answer.status, answer.raw) == (status, b"")


@pytest.mark.parametrize("content", [None, [], 7, "text", {"message": None}])
async def test_body(client: Client, content: Any) -> None:
    """Any other JSON, also where there was nothing before."""
    await fault(client, "body", "*", json=content)
    for path in ("/battery", "/air-conditioning/last"):
        answer = await client.car("GET", path)
        assert (answer.status, json.loads(answer.raw)) == (200, content)


async def test_body_of_text(client: Client) -> None:
    """Something that is no JSON, though declared as such."""
    await fault(client, "body", text="Service unavailable")
    assert (await client.car("GET", "/battery")).raw == b"Service unavailable"


async def test_truncated(client: Client) -> None:
    """Half of the JSON, declared as if it were whole."""
    whole = (await client.car("GET", "/battery")).raw
    await fault(client, "truncate")
    assert (await client.car("GET", "/battery")).raw == whole[: len(whole) // 2]


async def test_list(client: Client) -> None:
    """A list where an object was expected."""
    whole = (await client.car("GET", "/battery")).json
    await fault(client, "list")
    assert (await client.car("GET", "/battery")).json == [whole]


async def test_missing(client: Client) -> None:
    """One field, one further down, or all are missing."""
    await fault(client, "missing", fields=["charge_level"])
    battery = (await client.car("GET", "/battery")).json
    assert "charge_level" not in battery
    assert "plugged" in battery
    await fault(client, "missing")
    assert (await client.car("GET", "/battery")).json == {}
    await fault(client, "missing", "*/login", fields=["user.scopes", "user.no.such", "token.deeper"])
    login = await client.log_in()
    assert "scopes" not in login.json["user"]
    assert login.cookies["refreshToken"]


async def test_set(simulator: Simulator, client: Client) -> None:
    """Fields get any value, in every entry of a list."""
    simulator.vehicle().car.plug()
    simulator.advance(4 * 3600)
    await fault(client, "set", "*/history", fields={"charge_level": None, "date": -1})
    entries = (await client.car("GET", "/charge/history")).json
    assert [(entry["charge_level"], entry["date"]) for entry in entries] == [(None, -1)] * 2


async def test_unknown_value(client: Client) -> None:
    """Every word in capitals, or the fields named, get a value nobody has seen."""
    await fault(client, "unknown_value", "*")
    login = await client.log_in()
    assert set(login.json["user"]["scopes"]) == {"BRAND_NEW_VALUE"}
    assert login.json["user"]["email"] == "you@example.com"
    settings = (await client.car("GET", "/settings/notification")).json
    assert settings["charge_end"] == "BRAND_NEW_VALUE"
    await fault(client, "unknown_value", "*/notification", fields=["charge_end"], value="PIGEON")
    settings = (await client.car("GET", "/settings/notification")).json
    assert (settings["charge_end"], settings["charge_start"]) == ("PIGEON", "EMAIL")


async def test_wrong_type(client: Client) -> None:
    """All fields, or those named, are of another type."""
    right = (await client.car("GET", "/battery")).json
    await fault(client, "wrong_type", "*")
    wrong = (await client.car("GET", "/battery")).json
    assert wrong.keys() == right.keys()
    assert all(type(wrong[key]) is not type(right[key]) for key in right)
    onboard = (await client.car("GET", "/charge/scheduler/onboard")).json
    assert (onboard["enabled"], onboard["schedule"]) == ("perhaps", ["not an object"])
    await fault(client, "wrong_type", fields=["charge_level"])
    assert (await client.car("GET", "/battery")).json == {**right, "charge_level": "many"}
    await fault(client, "wrong_type", "*/login", fields=["user.scopes"])
    assert isinstance((await client.log_in()).json["user"]["scopes"], dict)


async def test_extra(simulator: Simulator, client: Client) -> None:
    """A field nobody has seen, in every object of the answer."""
    simulator.vehicle().car.plug()
    await fault(client, "extra", "*", name="colour")
    assert "colour" in (await client.car("GET", "/charge/history")).json[0]
    onboard = (await client.car("GET", "/charge/scheduler/onboard")).json
    assert all("colour" in each for each in (onboard, onboard["schedule"], onboard["schedule"]["mon"]))


async def test_errors_are_spoiled_too(client: Client) -> None:
    """An error's envelope can lose its fields like any other answer."""
    await fault(client, "missing", "*", fields=["message"])
    answer = await client.car("GET", "/nothing")
    assert answer.status == 404
    assert answer.json.keys() == {"code", "timestamp"}


@pytest.mark.parametrize("kind", ["missing", "wrong_type", "truncate", "list", "unknown_value", "extra"])
async def test_nothing_cannot_be_spoiled(client: Client, kind: str) -> None:
    """An answer without a body stays as it is."""
    await fault(client, kind, "*")
    answer = await client.car("GET", "/air-conditioning/last")
    assert (answer.status, answer.raw) == (204, b"")


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
    with open(__file__, encoding="utf-8") as this:  # noqa: PTH123
        text = this.read()
    assert [kind for kind in KINDS if f'"{kind}"' not in text] == []
