"""Tests of the faults that change the body of a response."""

import json
from typing import Any

import pytest

from simulator import Simulator
from tests.simulator.conftest import Client, set_fault


@pytest.mark.parametrize("status", [502, 500, 200])
async def test_html_page(client: Client, status: int) -> None:
    """The response is an HTML page instead of JSON."""
    await set_fault(client, "html", status=status)
    response = await client.car("GET", "/battery")
    assert response.status == status
    assert response.headers["Content-Type"].startswith("text/html")
    assert b"<html>" in response.raw


@pytest.mark.parametrize("status", [200, 204])
async def test_empty_body(client: Client, status: int) -> None:
    """The response has no body."""
    await set_fault(client, "empty", status=status)
    response = await client.car("GET", "/battery")
    assert (response.status, response.raw) == (status, b"")


@pytest.mark.parametrize("content", [None, [], 7, "text", {"message": None}])
async def test_replaced_body(client: Client, content: Any) -> None:
    """The body is any other JSON, even if there was none."""
    await set_fault(client, "body", "*", json=content)
    for path in ("/battery", "/air-conditioning/last"):
        response = await client.car("GET", path)
        assert (response.status, json.loads(response.raw)) == (200, content)


async def test_body_replaced_with_text(client: Client) -> None:
    """The body is text with a JSON content type."""
    await set_fault(client, "body", text="Service unavailable")
    assert (await client.car("GET", "/battery")).raw == b"Service unavailable"


async def test_partial_content(client: Client) -> None:
    """Fields are dropped, or all others are."""
    whole = (await client.car("GET", "/battery")).json
    await set_fault(client, "partial", drop=["plugged", "no_such_field"])
    assert (await client.car("GET", "/battery")).json == {
        name: value for name, value in whole.items() if name != "plugged"
    }
    await set_fault(client, "partial", keep=["plugged"])
    assert (await client.car("GET", "/battery")).json == {"plugged": whole["plugged"]}
    await set_fault(client, "partial", "*", keep=[])
    assert (await client.car("GET", "/charge/history")).raw == b""
    rules = [{"kind": "partial", "keep": []}, {"kind": "list"}]
    await client.control("PUT", "/faults", rules)
    assert (await client.car("GET", "/battery")).json == [whole]


async def test_truncated_body(client: Client) -> None:
    """The body is half of the JSON, with a matching Content-Length."""
    whole = (await client.car("GET", "/battery")).raw
    await set_fault(client, "truncate")
    assert (await client.car("GET", "/battery")).raw == whole[: len(whole) // 2]


async def test_body_wrapped_in_list(client: Client) -> None:
    """The body is a list instead of an object."""
    whole = (await client.car("GET", "/battery")).json
    await set_fault(client, "list")
    assert (await client.car("GET", "/battery")).json == [whole]


async def test_missing_fields(client: Client) -> None:
    """A field, a nested field, or all fields are missing."""
    await set_fault(client, "missing", fields=["charge_level"])
    battery = (await client.car("GET", "/battery")).json
    assert "charge_level" not in battery
    assert "plugged" in battery
    await set_fault(client, "missing")
    assert (await client.car("GET", "/battery")).json == {}
    await set_fault(client, "missing", "*/login", fields=["user.scopes", "user.no.such", "token.deeper"])
    login = await client.log_in()
    assert "scopes" not in login.json["user"]
    assert login.cookies["refreshToken"]


async def test_changed_fields(simulator: Simulator, client: Client) -> None:
    """Fields are set to any value, in every entry of a list."""
    simulator.vehicle().car.plug()
    simulator.advance(4 * 3600)
    await set_fault(client, "set", "*/history", fields={"charge_level": None, "date": -1})
    entries = (await client.car("GET", "/charge/history")).json
    assert [(entry["charge_level"], entry["date"]) for entry in entries] == [(None, -1)] * 2


async def test_unknown_values(client: Client) -> None:
    """All enum values, or the given fields, have an undocumented value."""
    await set_fault(client, "unknown_value", "*")
    login = await client.log_in()
    assert set(login.json["user"]["scopes"]) == {"BRAND_NEW_VALUE"}
    assert login.json["user"]["email"] == "you@example.com"
    settings = (await client.car("GET", "/settings/notification")).json
    assert settings["charge_end"] == "BRAND_NEW_VALUE"
    await set_fault(client, "unknown_value", "*/notification", fields=["charge_end"], value="PIGEON")
    settings = (await client.car("GET", "/settings/notification")).json
    assert (settings["charge_end"], settings["charge_start"]) == ("PIGEON", "EMAIL")


async def test_wrong_types(client: Client) -> None:
    """All fields, or the given ones, have another type."""
    right = (await client.car("GET", "/battery")).json
    await set_fault(client, "wrong_type", "*")
    wrong = (await client.car("GET", "/battery")).json
    assert wrong.keys() == right.keys()
    assert all(type(wrong[key]) is not type(right[key]) for key in right)
    onboard = (await client.car("GET", "/charge/scheduler/onboard")).json
    assert (onboard["enabled"], onboard["schedule"]) == ("perhaps", ["not an object"])
    await set_fault(client, "wrong_type", fields=["charge_level"])
    assert (await client.car("GET", "/battery")).json == {**right, "charge_level": "many"}
    await set_fault(client, "wrong_type", "*/login", fields=["user.scopes"])
    assert isinstance((await client.log_in()).json["user"]["scopes"], dict)


async def test_extra_fields(simulator: Simulator, client: Client) -> None:
    """Every object of the response has an undocumented field."""
    simulator.vehicle().car.plug()
    await set_fault(client, "extra", "*", name="colour")
    assert "colour" in (await client.car("GET", "/charge/history")).json[0]
    onboard = (await client.car("GET", "/charge/scheduler/onboard")).json
    assert all("colour" in each for each in (onboard, onboard["schedule"], onboard["schedule"]["mon"]))


async def test_faults_change_error_envelopes(client: Client) -> None:
    """The envelope of an error can be changed like any other body."""
    await set_fault(client, "missing", "*", fields=["message"])
    response = await client.car("GET", "/nothing")
    assert response.status == 404
    assert response.json.keys() == {"code", "timestamp"}


@pytest.mark.parametrize("kind", ["missing", "wrong_type", "truncate", "list", "unknown_value", "extra"])
async def test_empty_body_stays_empty(client: Client, kind: str) -> None:
    """A response without a body stays unchanged."""
    await set_fault(client, kind, "*")
    response = await client.car("GET", "/air-conditioning/last")
    assert (response.status, response.raw) == (204, b"")
