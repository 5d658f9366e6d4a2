"""Tests of all endpoints: statuses, headers, errors, scopes, and the switches for unknown behavior."""

from typing import Any

import pytest

from simulator import EXAMPLE_VIN, Account, Restriction, Scope, Simulator
from tests.simulator.conftest import Client

SECOND_VIN = "VF1AGVYF0ZE000002"
WINDOW = {"start": "0100", "duration": "0015"}
WEEK = dict.fromkeys(("mon", "tue", "wed", "thu", "fri", "sat", "sun"), WINDOW)
READS = (
    "/battery",
    "/battery/history",
    "/air-conditioning",
    "/air-conditioning/last",
    "/air-conditioning/scheduler",
    "/charge/history",
    "/charge/siblings",
    "/charge/scheduler/offboard",
    "/charge/scheduler/onboard",
    "/settings/notification",
)
COMMANDS: tuple[tuple[str, str, Any, int], ...] = (
    ("POST", "/battery", None, 202),
    ("POST", "/air-conditioning", None, 202),
    ("POST", "/air-conditioning/scheduler", {"start": "1753"}, 202),
    ("DELETE", "/air-conditioning/scheduler", None, 204),
    ("POST", "/charge", None, 202),
    ("PUT", "/charge/scheduler/offboard", {"optimized_charge": False, **WEEK}, 200),
    ("POST", "/charge/scheduler/offboard/deploy", None, 202),
    ("PUT", "/charge/scheduler/onboard", {"enabled": True}, 202),
    ("PUT", "/settings/notification", {"charge_start": "NONE"}, 200),
)


@pytest.mark.parametrize("path", READS)
async def test_reads_return_json_or_no_content(client: Client, path: str) -> None:
    """A read returns JSON, or no content declared as HTML."""
    response = await client.car("GET", path)
    if response.status == 204:
        assert response.raw == b""
        assert response.headers["Content-Type"] == "text/html"
    else:
        assert response.status == 200
        assert response.headers["Content-Type"] == "application/json;charset=UTF-8"
        assert response.json is not None


@pytest.mark.parametrize(("method", "path", "body", "status"), COMMANDS)
async def test_commands_return_no_body(client: Client, method: str, path: str, body: Any, status: int) -> None:
    """A command returns an empty body."""
    response = await client.car(method, path, json=body) if body else await client.car(method, path)
    assert (response.status, response.raw) == (status, b"")
    assert response.headers["Content-Type"] == "text/html"


@pytest.mark.parametrize("path", ["/battery", "/air-conditioning", "/charge", "/charge/scheduler/offboard/deploy"])
@pytest.mark.parametrize("content_type", [None, "application/json", "application/json; utf-8", "text/plain"])
@pytest.mark.parametrize("body", ["", "{}", "nonsense"])
async def test_unused_bodies_are_ignored(client: Client, path: str, content_type: str | None, body: str) -> None:
    """Endpoints without a body accept any body and content type."""
    headers = {"Content-Type": content_type} if content_type else {}
    assert (await client.car("POST", path, data=body, headers=headers)).status == 202


async def test_captured_headers_are_present(client: Client) -> None:
    """Responses and errors have the captured headers, and gzip if the client accepts it."""
    for path in ("/battery", "/nothing"):
        headers = (await client.car("GET", path)).headers
        assert headers["Server"] == "Apache"
        assert headers["X-Application-Context"] == "application:prod"
        assert headers["X-Frame-Options"] == "SAMEORIGIN"
        assert headers["Vary"] == "Accept-Encoding"
        assert headers["Content-Encoding"] == "gzip"
        assert headers["Access-Control-Allow-Origin"] == "https://services.renault-ze.com"
        assert headers["Date"].endswith(" GMT")
    plain = await client.car("GET", "/battery", headers={"Accept-Encoding": "identity"})
    assert "Content-Encoding" not in plain.headers


async def test_cors_preflight(anonymous_client: Client) -> None:
    """A CORS preflight request succeeds without a token."""
    response = await anonymous_client.send("OPTIONS", "/api/user/login")
    assert response.status == 200
    assert "x-xsrf-token" in response.headers["Access-Control-Allow-Headers"]
    assert response.headers["Access-Control-Max-Age"] == "3600"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/charge", 405), ("DELETE", "/battery", 405), ("GET", "/doors", 404), ("POST", "/charge/history", 405)],
)
async def test_unknown_method_or_path(client: Client, method: str, path: str, status: int) -> None:
    """An unknown method or path returns an error with an envelope."""
    response = await client.car(method, path)
    assert response.status == status
    assert response.json.keys() == {"code", "message", "timestamp"}
    assert 100_000 <= response.json["code"] <= 999_999


async def test_unknown_vehicle(simulator: Simulator, client: Client) -> None:
    """A VIN of another account returns the same error as an unknown one; VINs are case-insensitive."""
    simulator.backend.add_account(Account("me@example.com", "P4ssw0rd", [SECOND_VIN]))
    client.vin = EXAMPLE_VIN.lower()
    assert (await client.car("GET", "/battery")).status == 200
    for client.vin in (SECOND_VIN, "VF1AGVYF0ZE999999"):
        response = await client.car("GET", "/battery")
        assert response.status == 404
        assert "message" in response.json


async def test_cars_are_independent(simulator: Simulator, anonymous_client: Client) -> None:
    """Cars are independent; with `single_active_car`, only the active one is served."""
    simulator.backend.add_account(Account("two@example.com", "P4ssw0rd", [EXAMPLE_VIN, SECOND_VIN]))
    user = (await anonymous_client.log_in("two@example.com")).json["user"]
    assert [each["VIN"] for each in user["associated_vehicles"]] == [EXAMPLE_VIN, SECOND_VIN]
    assert user["vehicle_details"]["VIN"] == EXAMPLE_VIN
    simulator.vehicle(SECOND_VIN).car.fill(33)
    simulator.vehicle(SECOND_VIN).report_now()
    anonymous_client.vin = SECOND_VIN
    assert (await anonymous_client.car("GET", "/battery")).json["charge_level"] == 33
    simulator.backend.rules.single_active_car = True
    assert (await anonymous_client.car("GET", "/battery")).status == 403
    response = await anonymous_client.send("PUT", "/api/vehicle", json={"active_vehicle": SECOND_VIN})
    assert (response.status, response.raw) == (200, b"")
    assert (await anonymous_client.car("GET", "/battery")).status == 200
    assert (await anonymous_client.log_in("two@example.com")).json["user"]["vehicle_details"]["VIN"] == SECOND_VIN
    assert (await anonymous_client.send("POST", "/api/vehicle", json={"active_vehicle": EXAMPLE_VIN})).status == 200
    assert (await anonymous_client.send("PUT", "/api/vehicle", json={"active_vehicle": "nope"})).status == 404


async def test_restricted_country(simulator: Simulator, client: Client) -> None:
    """A restricted account is rejected at login, then at every request, with the new addresses."""
    simulator.account.locale = "de_DE"
    simulator.account.restriction = Restriction.LOGIN
    refused = await client.log_in()
    assert refused.status == 403
    assert refused.json["code"] == 403900
    assert refused.json["message"].endswith(".RestrictedCountryException")
    assert refused.json["redirectURLs"].keys() == {"appstore", "playstore", "website"}
    assert refused.json["locale"] == "de_DE"
    assert (await client.car("GET", "/battery")).status == 200
    simulator.account.restriction = Restriction.EVERYWHERE
    assert (await client.car("GET", "/battery")).json["code"] == 403900


@pytest.mark.parametrize(
    ("scope", "method", "path"),
    [
        (Scope.STATUS, "GET", "/battery"),
        (Scope.HISTORY, "GET", "/charge/history"),
        (Scope.ACTIVATION, "POST", "/charge"),
        (Scope.SCHEDULING, "GET", "/charge/scheduler/onboard"),
        (Scope.PRECONDITIONING, "GET", "/air-conditioning/last"),
    ],
)
async def test_missing_scope_is_rejected(
    simulator: Simulator, client: Client, scope: Scope, method: str, path: str
) -> None:
    """A missing scope is rejected unless `enforce_scopes` is off."""
    simulator.account.scopes.remove(scope)
    response = await client.car(method, path)
    assert response.status == 403
    assert scope in response.json["message"]
    assert scope not in (await client.log_in()).json["user"]["scopes"]
    simulator.backend.rules.enforce_scopes = False
    assert (await client.car(method, path)).status < 300


@pytest.mark.parametrize("path", ["/charge/history", "/air-conditioning", "/battery/history"])
@pytest.mark.parametrize("query", ["begin=1326&end=0126", "begin=126", "begin=0026", "end=ab26", "begin=٠١٢٦"])
async def test_invalid_month_is_rejected(client: Client, path: str, query: str) -> None:
    """An invalid month returns 400."""
    assert (await client.car("GET", f"{path}?{query}")).status == 400


async def test_history_range_spans_years(simulator: Simulator, client: Client) -> None:
    """A range spans years, uses months in the vehicle's time zone, and is sorted newest first."""
    vehicle = simulator.vehicle()
    vehicle.zone = type(vehicle.zone)("Pacific/Auckland")
    simulator.advance(18 * 86_400 + 17 * 3600)
    vehicle.car.plug()
    simulator.advance(20 * 86_400)
    vehicle.car.unplug()
    vehicle.car.drive(10)
    simulator.advance(330 * 86_400)
    vehicle.car.plug()
    simulator.advance(86_400)
    months = {
        month: (await client.car("GET", f"/charge/history?begin={month}&end={month}")).json
        for month in ("0126", "0226", "0127")
    }
    assert months["0126"] is None
    assert [entry["type"] for entry in months["0226"]] == ["END_NOTIFICATION", "START_NOTIFICATION"]
    every = (await client.car("GET", "/charge/history?begin=0224&end=0128")).json
    assert every == [*months["0127"], *months["0226"]]
    assert [entry["date"] for entry in every] == sorted((entry["date"] for entry in every), reverse=True)
    assert (await client.car("GET", "/charge/history?begin=0128&end=0126")).status == 204


@pytest.mark.parametrize(
    "week",
    [
        None,
        [],
        {"mon": {"start": "0110", "duration": "0015"}},
        {"mon": {"start": "0100", "duration": "0020"}},
        {"mon": {"start": "0100", "duration": "0000"}},
        {"mon": {"start": "0100", "duration": "2415"}},
        {"mon": {"start": "2400", "duration": "0015"}},
        {"mon": {"start": "0160", "duration": "0015"}},
        {"mon": {"start": "100", "duration": "0015"}},
        {"mon": {"start": 100, "duration": "0015"}},
        {"mon": {"start": "0100"}},
        {"mon": "0100"},
        {"optimized_charge": "no"},
    ],
)
async def test_invalid_draft_is_rejected(client: Client, week: Any) -> None:
    """An invalid draft returns 400 and changes nothing."""
    before = (await client.car("GET", "/charge/scheduler/offboard")).json
    assert (await client.car("PUT", "/charge/scheduler/offboard", json=week)).status == 400
    assert (await client.car("GET", "/charge/scheduler/offboard")).json == before


async def test_draft_is_returned_as_stored(simulator: Simulator, client: Client) -> None:
    """A draft is returned as stored; with `require_all_days`, all days are required."""
    draft = {"optimized_charge": True, "mon": {"start": "2345", "duration": "2400"}, "sun": WINDOW}
    assert (await client.car("PUT", "/charge/scheduler/offboard", json={**draft, "tue": None})).status == 200
    assert (await client.car("GET", "/charge/scheduler/offboard")).json == draft
    simulator.backend.rules.require_all_days = True
    assert (await client.car("PUT", "/charge/scheduler/offboard", json=draft)).status == 400
    assert (await client.car("PUT", "/charge/scheduler/offboard", json=WEEK)).status == 200


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/air-conditioning/scheduler", {"start": "2400"}),
        ("POST", "/air-conditioning/scheduler", {"next_start": "1200"}),
        ("POST", "/air-conditioning/scheduler", {"start": 1200}),
        ("PUT", "/charge/scheduler/onboard", {"enabled": "false"}),
        ("PUT", "/charge/scheduler/onboard", {}),
        ("PUT", "/settings/notification", {"charge_start": "FAX"}),
        ("PUT", "/settings/notification", {"charge_start": ["SMS"]}),
        ("PUT", "/settings/notification", {"do_not_disturb": {"start": "1710"}}),
        ("PUT", "/settings/notification", {"do_not_disturb": "1710"}),
    ],
)
async def test_invalid_command_is_rejected(client: Client, method: str, path: str, body: Any) -> None:
    """An invalid command returns 400 with an envelope."""
    response = await client.car(method, path, json=body)
    assert response.status == 400
    assert response.json.keys() == {"code", "message", "timestamp"}


async def test_partial_settings_keep_the_others(client: Client) -> None:
    """Missing settings keep their values; null clears the do-not-disturb hours."""
    await client.car("PUT", "/settings/notification", json={"charge_end": "SMS"})
    await client.car("PUT", "/settings/notification", json={"do_not_disturb": {"start": "2201", "end": "0659"}})
    shown = (await client.car("GET", "/settings/notification")).json
    assert shown["charge_end"] == "SMS"
    assert shown["charge_start"] == "EMAIL"
    assert shown["do_not_disturb"] == {"start": "2201", "end": "0659"}
    await client.car("PUT", "/settings/notification", json={"do_not_disturb": None})
    assert (await client.car("GET", "/settings/notification")).json == {**shown, "do_not_disturb": None}


async def test_strict_content_type(simulator: Simulator, client: Client) -> None:
    """With `strict_content_type`, a body requires a JSON content type."""
    path, body = "/charge/scheduler/onboard", '{"enabled":false}'
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    assert (await client.car("PUT", path, data=body, headers=form)).status == 202
    simulator.backend.rules.strict_content_type = True
    assert (await client.car("PUT", path, data=body, headers=form)).status == 415
    for declared in ("application/json", "application/json;charset=UTF-8", "application/json; utf-8"):
        assert (await client.car("PUT", path, data=body, headers={"Content-Type": declared})).status == 202
    assert (await client.car("POST", "/charge")).status == 202
