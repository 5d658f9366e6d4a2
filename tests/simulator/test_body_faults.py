"""Every fault that leaves an answer whole on the wire and spoils what it says, over a real socket."""

import json
from typing import Any

import pytest

from simulator import Simulator
from tests.simulator.conftest import Client, fault


@pytest.mark.parametrize("status", [502, 500, 200])
async def test_html(client: Client, status: int) -> None:
    """A page instead of JSON."""
    await fault(client, "html", status=status)
    answer = await client.car("GET", "/battery")
    assert answer.status == status
    assert answer.headers["Content-Type"].startswith("text/html")
    assert b"<html>" in answer.raw


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
