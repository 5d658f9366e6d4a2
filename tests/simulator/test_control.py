"""Tests of the control API."""

from datetime import datetime
from typing import Any

import pytest

from simulator import EXAMPLE_VIN, Simulator
from tests.simulator.conftest import MONDAY_EVENING, Client

CAR = f"/cars/{EXAMPLE_VIN}"


async def test_state_has_actual_and_reported_values(simulator: Simulator, client: Client) -> None:
    """The state contains everything, with the actual values of a car apart from those the server knows."""
    await client.control("POST", CAR, {"level": 12.5})
    state = await client.control("GET", "/state")
    assert state["clock"] == {
        "world": MONDAY_EVENING.isoformat(),
        "server": state["clock"]["server"],
        "speed": 0,
        "skew": 0,
    }
    assert state["generation"] == 2
    assert state["sessions"] == 1
    assert state["rules"]["ask_window_seconds"] == 1200
    assert state["accounts"][0]["username"] == "you@example.com"
    car = state["cars"][EXAMPLE_VIN]
    assert (car["level"], car["plugged"], car["charging"], car["preconditioning"], car["driving"]) == (
        12.5,
        False,
        False,
        False,
        False,
    )
    assert car["records"]["snapshot"]["reading"]["level"] == 80
    assert car["records"]["outbox"]["messages"] == []
    assert car["link"]["in_reach"] is True
    assert car["draft"]["days"][0] == {"start": "23:30:00", "duration": 25_200.0}
    assert car["timer"] is None
    assert car["in_flight"] == []
    assert state["faults"] == []


async def test_vin_is_case_insensitive(client: Client) -> None:
    """The VIN is case-insensitive."""
    assert (await client.control("POST", CAR.lower().replace(EXAMPLE_VIN, EXAMPLE_VIN.lower()), {}))["level"] == 80


async def test_every_field_of_a_car_can_be_changed(simulator: Simulator, client: Client) -> None:
    """All fields of a car and its link can be changed."""
    response = await client.control(
        "POST",
        CAR,
        {
            "capacity": 41,
            "consumption": 0.15,
            "level": 50,
            "charging_point": "FAST",
            "run_minutes": 10,
            "threshold": 40,
            "timezone": "Europe/Paris",
            "in_reach": False,
            "obeys_charge": False,
            "command_seconds": 5,
        },
    )
    car = simulator.vehicle().car
    assert (car.battery.capacity_kwh, car.battery.energy_kwh, car.battery.range_km) == (41, 20.5, 137)
    assert (car.point, car.charging, car.run.total_seconds(), car.threshold) == ("FAST", True, 600, 40)
    assert str(simulator.vehicle().zone) == str(simulator.vehicle().records.outbox.zone) == "Europe/Paris"
    link = simulator.vehicle().link
    assert (link.in_reach, link.obeys_charge, link.command_seconds) == (False, False, 5)
    assert response["charging"] is True
    await client.control("POST", CAR, {"plugged": False})
    assert not car.plugged
    await client.control("POST", CAR, {"plugged": True})
    assert car.point == "ACCELERATED"


async def test_changed_capacity_keeps_the_level(simulator: Simulator, client: Client) -> None:
    """Changing the capacity keeps the level in percent."""
    assert (await client.control("POST", CAR, {"capacity": 52}))["level"] == 80


async def test_report_and_glitch_reach_the_server_at_once(client: Client) -> None:
    """The server receives a report or an invalid reading at once."""
    await client.control("POST", CAR, {"level": 33})
    assert (await client.car("GET", "/battery")).json["charge_level"] == 80
    await client.control("POST", f"{CAR}/report")
    assert (await client.car("GET", "/battery")).json["charge_level"] == 33
    await client.control("POST", CAR, {"glitch": True})
    assert "remaining_range" not in (await client.car("GET", "/battery")).json
    await client.control("POST", CAR, {"level": 34, "report": True})
    assert (await client.car("GET", "/battery")).json["charge_level"] == 34


async def test_plug_drive_and_unplug(client: Client) -> None:
    """A car can be plugged in, driven, and unplugged."""
    assert (await client.control("POST", f"{CAR}/plug", {"charging_point": "SLOW"}))["charging"] is True
    assert (await client.control("POST", f"{CAR}/unplug"))["plugged"] is False
    assert (await client.control("POST", f"{CAR}/drive", {"km": 31}))["range_km"] == 68
    assert (await client.control("POST", f"{CAR}/drive", {"km": 31, "minutes": 30}))["driving"] is True
    await client.control("POST", "/clock", {"advance": 1800})
    car = (await client.control("GET", "/state"))["cars"][EXAMPLE_VIN]
    assert (car["range_km"], car["driving"]) == (37, False)
    assert (await client.control("POST", f"{CAR}/plug"))["car"]["point"] == "ACCELERATED"


async def test_clock_advances_by_seconds_time_or_speed(client: Client) -> None:
    """The clock advances by seconds, to a time, or with another speed."""
    assert (await client.control("POST", "/clock", {"advance": 60}))["world"] == "2026-01-12T18:01:00+00:00"
    clock = await client.control("POST", "/clock", {"set": "2026-01-12T20:00:00+01:00"})
    assert clock["world"] == "2026-01-12T19:00:00+00:00"
    clock = await client.control("POST", "/clock", {"speed": 100_000})
    before = datetime.fromisoformat(clock["world"])
    after = datetime.fromisoformat((await client.control("POST", "/clock", {"speed": 0}))["world"])
    assert (after - before).total_seconds() > 10
    assert (await client.control("POST", "/clock", {"skew": -30}))["skew"] == -30


async def test_requests_are_logged(client: Client) -> None:
    """Requests are logged with their content, newest last."""
    await client.control("DELETE", "/requests")
    await client.car("GET", "/charge/history?begin=0126&end=0126", headers={"X-XSRF-TOKEN": "x"})
    await client.car("PUT", "/charge/scheduler/onboard", json={"enabled": False})
    await client.car("PUT", "/charge/scheduler/onboard", data="nonsense")
    history, command, nonsense = await client.control("GET", "/requests")
    assert (history["method"], history["path"], history["status"]) == (
        "GET",
        f"/api/vehicle/{EXAMPLE_VIN}/charge/history",
        204,
    )
    assert history["query"] == {"begin": "0126", "end": "0126"}
    assert history["headers"]["Authorization"] == f"Bearer {client.token}"
    assert history["auth"] == ["bearer", "xsrf"]
    assert history["body"] is None
    assert history["at"] == MONDAY_EVENING.isoformat()
    assert (command["body"], command["status"]) == ({"enabled": False}, 202)
    assert (nonsense["body"], nonsense["status"]) == ("nonsense", 400)


async def test_rules_can_be_changed(simulator: Simulator, client: Client) -> None:
    """Changed rules apply at once."""
    response = await client.control("POST", "/rules", {"ask_window_seconds": 60, "mirror_draft": True})
    assert (response["ask_window_seconds"], response["mirror_draft"], response["timer_repeats"]) == (60, True, False)
    await client.car("POST", "/battery")
    await client.control("POST", "/clock", {"advance": 60})
    assert (await client.car("POST", "/battery")).status == 202


async def test_accounts_can_be_changed_and_created(simulator: Simulator, client: Client) -> None:
    """Accounts can be changed, restricted, and created."""
    second = "VF1AGVYF0ZE000002"
    response = await client.control(
        "POST",
        "/accounts",
        {
            "password": "new",
            "vehicles": [second.lower()],
            "scopes": ["AC_REMOTE_CONTROL"],
            "country": "FR",
            "locale": "fr_FR",
        },
    )
    assert (response["password"], response["vins"], response["generation"]) == ("new", [second], 2)
    assert (await client.log_in()).status == 401
    user = (await client.log_in(password="new")).json["user"]
    assert (user["country"], user["locale"], user["scopes"]) == ("FR", "fr_FR", ["AC_REMOTE_CONTROL"])
    assert [each["VIN"] for each in user["associated_vehicles"]] == [second]
    assert (await client.car("GET", "/battery")).status == 404
    await client.control("POST", "/accounts", {"username": "YOU@example.com", "restriction": "login"})
    assert (await client.log_in(password="new")).json["code"] == 403900
    await client.control(
        "POST",
        "/accounts",
        {"username": "me@example.com", "password": "x", "vehicles": [second], "timezone": "Europe/Oslo"},
    )
    assert (await client.log_in("me@example.com", "x")).json["user"]["timezone"] == "Europe/Oslo"
    await client.control("POST", "/accounts", {"generation": 1})
    assert "refresh_token" in (await client.log_in("me@example.com", "x")).json


async def test_reset_keeps_only_the_clock(simulator: Simulator, client: Client) -> None:
    """A reset restores everything but the clock and invalidates all tokens."""
    await client.control("POST", "/accounts", {"password": "new", "vehicles": []})
    await client.control("POST", CAR, {"level": 10})
    await client.control("POST", "/rules", {"ask_window_seconds": 1})
    await client.control("PUT", "/faults", [{"kind": "drop", "path": "*/charge"}])
    await client.control("POST", "/clock", {"advance": 3600})
    state = await client.control("POST", "/reset")
    assert state["cars"][EXAMPLE_VIN]["level"] == 80
    assert state["rules"]["ask_window_seconds"] == 1200
    assert state["faults"] == []
    assert state["sessions"] == 0
    assert state["clock"]["world"] == "2026-01-12T19:00:00+00:00"
    assert await client.control("GET", "/requests") == []
    assert (await client.log_in()).status == 200
    assert (await client.car("POST", "/battery")).status == 202
    assert (await client.car("POST", "/battery")).status == 503


@pytest.mark.parametrize(
    ("path", "content", "message"),
    [
        ("/clock", {"advance": -1}, "cannot go back"),
        ("/clock", {"set": "2020-01-01T00:00:00Z"}, "cannot go back"),
        ("/clock", {"set": "2027-01-01T00:00:00"}, "offset"),
        ("/clock", {"set": "tomorrow"}, "ISO 8601"),
        ("/clock", {"speed": -1}, "negative"),
        ("/clock", {"advance": "1"}, "float expected"),
        ("/clock", [], "object"),
        (CAR, {"level": 101}, "0 to 100"),
        (CAR, {"colour": "blue"}, "unknown: colour"),
        (CAR, {"timezone": "Mars/Olympus"}, "time zone"),
        (CAR, {"charging_point": "INVALID"}, "not a charging point"),
        (CAR, {"charging_point": "HOME"}, "one of"),
        (CAR, {"in_reach": 1}, "bool expected"),
        (CAR, {"capacity": 0}, "more than 0"),
        (CAR, {"level": 20, "in_reach": "no"}, "bool expected"),
        (f"{CAR}/drive", {}, "missing: km"),
        (f"{CAR}/drive", {"km": -3}, "more than 0"),
        (f"{CAR}/drive", {"km": 1000}, "further than"),
        (f"{CAR}/plug", {"charging_point": "INVALID"}, "not a charging point"),
        ("/rules", {"mirror_draft": "yes"}, "bool expected"),
        ("/rules", {"mirror_drafts": True}, "unknown"),
        ("/accounts", {"generation": 3}, "1 or 2"),
        ("/accounts", {"username": "nobody@example.com"}, "password"),
        ("/accounts", {"scopes": ["EVERYTHING"]}, "one of"),
        ("/accounts", {"restriction": "some"}, "one of"),
    ],
)
async def test_invalid_input_is_rejected(client: Client, path: str, content: Any, message: str) -> None:
    """Invalid input returns 400 with a reason and changes nothing."""
    before = await client.control("GET", "/state")
    response = await client.send("POST", f"/simulator{path}", json=content)
    assert response.status == 400
    assert message in response.json["error"]
    after = await client.control("GET", "/state")
    assert {**after, "clock": None} == {**before, "clock": None}


async def test_plugging_in_twice_is_rejected(client: Client) -> None:
    """A car that is plugged in cannot be plugged in again."""
    await client.control("POST", f"{CAR}/plug")
    response = await client.send("POST", f"/simulator{CAR}/plug")
    assert (response.status, response.json["error"]) == (400, "the car is already plugged in")


@pytest.mark.parametrize("body", ["{", "nonsense", "[1,"])
async def test_invalid_json_is_rejected(client: Client, body: str) -> None:
    """Invalid JSON returns 400."""
    response = await client.send("POST", "/simulator/clock", data=body)
    assert (response.status, response.json["error"][:12]) == (400, "invalid JSON")


@pytest.mark.parametrize("path", ["/cars/VF1NOBODY", f"{CAR}/fly", "/nothing"])
async def test_unknown_paths_return_404(client: Client, path: str) -> None:
    """Unknown cars, actions, and paths return 404."""
    response = await client.send("POST", f"/simulator{path}", json={})
    assert response.status == 404
    assert response.json["error"]
