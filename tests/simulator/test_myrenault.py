"""Tests of the MY Renault simulator alone."""

import asyncio
from dataclasses import fields
from datetime import UTC, datetime
import json
from pathlib import Path
import re
import signal
import sys
from typing import Any

import aiohttp
import pytest

from simulator import EXAMPLE_VIN, Account, Clock
from simulator.myrenault import SECOND_VIN, X101VE, X102VE, MyRenaultSimulator, models_of
from simulator.myrenault.programs import parse_programs

EVENING = datetime(2026, 1, 12, 18, tzinfo=UTC)
README = Path(__file__).parents[2] / "simulator/README.md"


@pytest.fixture
async def simulator(socket_enabled: None) -> Any:
    """Run a simulator whose time stands still."""
    simulator = MyRenaultSimulator(Clock(EVENING, speed=0))
    await simulator.start()
    yield simulator
    await simulator.stop()


@pytest.fixture
async def http(simulator: MyRenaultSimulator) -> Any:
    """Return an HTTP client."""
    async with aiohttp.ClientSession(simulator.url) as session:
        yield session


async def control(http: aiohttp.ClientSession, path: str, **body: Any) -> Any:
    """Send a request to the control API."""
    async with http.post(f"/simulator{path}", json=body) as response:
        assert response.status == 200, await response.text()
        return await response.json()


async def gigya(http: aiohttp.ClientSession, name: str, **form: str) -> Any:
    """Send a request to Gigya."""
    async with http.post(f"/gigya/{name}", data=form) as response:
        assert response.status == 200
        return json.loads(await response.text())


async def log_in(http: aiohttp.ClientSession) -> dict[str, str]:
    """Log in and return the headers."""
    login = await gigya(http, "accounts.login", ApiKey="x", loginID="you@example.com", password="P4ssw0rd")
    token = login["sessionInfo"]["cookieValue"]
    jwt = await gigya(http, "accounts.getJWT", ApiKey="x", login_token=token, expiration="900")
    return {"apikey": "x", "x-gigya-id_token": jwt["id_token"]}


def car_path(simulator: MyRenaultSimulator, vin: str, name: str) -> str:
    """Return the path of an endpoint of a car."""
    account = simulator.account.identifier("MYRENAULT")
    return f"/kamereon/commerce/v1/accounts/{account}/kamereon/kca/car-adapter/{name.replace('/', f'/cars/{vin}/', 1)}"


async def test_models_alternate_or_are_set_by_vin() -> None:
    """Models alternate unless a VIN has its own."""
    vins = [EXAMPLE_VIN, SECOND_VIN]
    assert [MyRenaultSimulator().vehicle(vin).model for vin in vins] == [X101VE, X102VE]
    account = Account("you@example.com", "P4ssw0rd", vins)
    named = MyRenaultSimulator(accounts=[account], models=models_of(vins, ["X102VE", "X102VE"]))
    assert [named.vehicle(vin).model for vin in vins] == [X102VE, X102VE]


async def test_state_survives_a_restart(simulator: MyRenaultSimulator, http: aiohttp.ClientSession) -> None:
    """Programs, pending commands, logins, and server settings are restored."""
    headers = await log_in(http)
    vehicle = simulator.vehicle(SECOND_VIN)
    vehicle.car.drive(12)
    vehicle.precondition_to(19.0, datetime(2026, 1, 13, 6, tzinfo=UTC))
    program = {"id": 2, "activated": True, "monday": {"startTime": "T03:00Z", "duration": 240}}
    body = {"data": {"type": "ChargeSchedule", "attributes": {"schedules": [program]}}}
    path = car_path(simulator, SECOND_VIN, "v2/actions/charge-schedule")
    async with http.post(path, params={"country": "GB"}, json=body, headers=headers) as response:
        assert response.status == 200
    await control(http, "/portal", second_factor=True, dacia=[SECOND_VIN])
    state = json.loads(json.dumps(simulator.backend.state()))
    again = MyRenaultSimulator(Clock(EVENING, speed=0))
    again.backend.restore(state)
    assert json.loads(json.dumps(again.backend.state())) == state
    again.advance(120)
    assert again.vehicle(SECOND_VIN).car.schedule.week.programs[0].number == 2
    assert again.backend.gigya.jwt_account(headers["x-gigya-id_token"]) is again.account


@pytest.mark.parametrize(
    ("headers", "query", "code"),
    [
        ({}, {"country": "GB"}, "err.func.wired.unauthorized"),
        ({"x-gigya-id_token": "forged"}, {"country": "GB"}, "err.func.wired.unauthorized"),
        ({}, {}, "err.func.wired.missingRequestParam"),
    ],
)
async def test_unauthorized_requests_are_rejected(
    simulator: MyRenaultSimulator, http: aiohttp.ClientSession, headers: dict[str, str], query: Any, code: str
) -> None:
    """Requests without a valid JWT, a country, or an own account are rejected."""
    async with http.get(car_path(simulator, EXAMPLE_VIN, "v1/cockpit"), headers=headers, params=query) as response:
        assert (await response.json())["errors"][0]["errorCode"] == code
    own = await log_in(http)
    for path in (
        car_path(simulator, "VF1AGVYF0ZE999999", "v1/cockpit"),
        "/kamereon/commerce/v1/accounts/other/vehicles",
        "/kamereon/commerce/v1/persons/other",
    ):
        async with http.get(path, headers=own, params={"country": "GB"}) as response:
            assert response.status == 403


@pytest.mark.parametrize(
    ("vin", "name", "attributes", "reason"),
    [
        (EXAMPLE_VIN, "v1/actions/charge-mode", {"action": "always"}, "always_charging or schedule_mode"),
        (EXAMPLE_VIN, "v1/actions/charging-start", {"action": "stop"}, "invalid"),
        (EXAMPLE_VIN, "v1/actions/hvac-start", {"action": "dance"}, "invalid"),
        (EXAMPLE_VIN, "v1/actions/hvac-start", {"action": "start"}, "temperature"),
        (
            EXAMPLE_VIN,
            "v1/actions/hvac-start",
            {"action": "start", "targetTemperature": 21, "startDateTime": "2026-01-12T17:00:00Z"},
            "must be a future date",
        ),
        (EXAMPLE_VIN, "v1/actions/horn-lights", {"action": "start", "target": "horn"}, "forbidden"),
        (EXAMPLE_VIN, "v2/actions/charge-schedule", {"schedules": 5}, "list of schedules"),
        (EXAMPLE_VIN, "v2/actions/charge-schedule", {"schedules": [{"id": 2, "activated": True}]}, "between 1 and 1"),
        (SECOND_VIN, "v2/actions/charge-schedule", {"schedules": [{"id": 6, "activated": True}]}, "between 1 and 5"),
        (SECOND_VIN, "v2/actions/charge-schedule", {"schedules": [{"id": 1}]}, "boolean"),
        (SECOND_VIN, "v2/actions/charge-schedule", {"schedules": [{"id": 1, "activated": True}] * 2}, "unique"),
        (
            SECOND_VIN,
            "v2/actions/charge-schedule",
            {
                "schedules": [
                    {
                        "id": 1,
                        "activated": True,
                        "monday": {"startTime": "T03:00Z", "duration": 60},
                        "friday": {"startTime": "T04:00Z", "duration": 60},
                    }
                ]
            },
            "same startTime/duration on each day",
        ),
        (
            SECOND_VIN,
            "v2/actions/charge-schedule",
            {"schedules": [{"id": 1, "activated": True, "monday": {"startTime": "0300", "duration": 60}}]},
            "such as T23:30Z",
        ),
    ],
)
async def test_invalid_commands_are_rejected(
    simulator: MyRenaultSimulator,
    http: aiohttp.ClientSession,
    vin: str,
    name: str,
    attributes: dict[str, Any],
    reason: str,
) -> None:
    """Invalid commands are rejected with a reason and change nothing."""
    before = json.dumps(simulator.control.state()["cars"])
    body = {"data": {"type": "X", "attributes": attributes}}
    own = await log_in(http)
    async with http.post(car_path(simulator, vin, name), params={"country": "GB"}, headers=own, json=body) as response:
        assert response.status in (400, 403)
        assert reason in (await response.json())["errors"][0]["errorMessage"]
    assert json.dumps(simulator.control.state()["cars"]) == before


async def test_windows_of_several_programs_are_combined(simulator: MyRenaultSimulator) -> None:
    """The car charges in the windows of all enabled programs."""
    vehicle = simulator.vehicle(SECOND_VIN)
    vehicle.car.fill(10)
    vehicle.car.plug()
    vehicle.enable(enabled=True)
    schedules = [
        {"id": number, "activated": True, "tuesday": {"startTime": f"T{hour:02}:00Z", "duration": 60}}
        for number, hour in ((1, 3), (2, 18))
    ]
    vehicle.set_programs(parse_programs({"schedules": schedules}, X102VE))
    vehicle.enable(enabled=True)
    simulator.advance(600)
    seen = []
    for _ in range(25):
        seen.append(vehicle.car.charging)
        simulator.advance(3600)
    assert [hour for hour, charging in zip([*range(18, 24), *range(19)], seen, strict=True) if charging] == [3, 18]


async def test_control_api_of_my_renault(simulator: MyRenaultSimulator, http: aiohttp.ClientSession) -> None:
    """Quirks, server settings, and both kinds of token can be changed."""
    response = await control(http, f"/quirks/{SECOND_VIN}", program_clock="utc", privacy=True)
    assert response["quirks"]["program_clock"] == "utc"
    assert simulator.vehicle(SECOND_VIN).quirks.privacy
    headers = await log_in(http)
    await control(http, "/revoke")
    async with http.get(
        car_path(simulator, EXAMPLE_VIN, "v1/cockpit"), headers=headers, params={"country": "GB"}
    ) as response:
        assert response.status == 401
    await control(http, "/log_out")
    assert simulator.backend.gigya.visits == {}
    await control(http, "/portal", second_factor=True)
    refused = await gigya(http, "accounts.login", ApiKey="x", loginID="you@example.com", password="P4ssw0rd")
    assert (refused["errorCode"], refused["statusCode"]) == (403101, 403)
    async with http.get("/simulator/mail") as response:
        assert await response.json() == []
    async with http.get("/simulator/state") as response:
        assert (await response.json())["portal"]["second_factor"] is True


async def test_command_line(socket_enabled: None) -> None:
    """The process prints its URL and ends on SIGTERM."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "simulator", "--cloud", "myrenault", "--port", "0"), stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout
    line = (await process.stdout.readline()).decode()
    url = re.fullmatch(r"MY Renault simulator at (http://\S+)\n", line)
    assert url
    async with aiohttp.ClientSession() as http, http.get(f"{url[1]}/simulator/state") as response:
        assert list((await response.json())["cars"]) == [EXAMPLE_VIN, SECOND_VIN]
    process.send_signal(signal.SIGTERM)
    assert await asyncio.wait_for(process.wait(), 10) == 0


def test_readme_names_every_quirk() -> None:
    """The README lists every quirk."""
    section = README.read_text().partition("## MY Renault")[2]
    quirks = MyRenaultSimulator().vehicle().quirks
    for each in fields(quirks):
        assert f"`{each.name}`" in section
