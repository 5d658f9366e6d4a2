"""Tests of the cars of an account: models, links, security protocols, and reported states."""

import asyncio
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
import sys
from typing import Any

import aiohttp
import pytest
from renault_api.kamereon.exceptions import (
    ChargeModeInProgressException,
    ForbiddenException,
    KamereonResponseException,
    ResourceNotFoundException,
)

from simulator import EXAMPLE_VIN
from simulator.__main__ import main
from simulator.myrenault import MODEL_NAMES
from tests.simulator.owner import SimulatorClient, owner_of, refusal

SECOND = f"{EXAMPLE_VIN[:-1]}2"
COMMANDS = {
    "v1/actions/charging-start": {"action": "start"},
    "v1/actions/hvac-start": {"action": "start", "targetTemperature": 20},
    "kcm/charge/start": {"action": "start"},
    "v2/actions/charge-schedule": {"schedules": []},
}


@pytest.fixture
async def owner(socket_enabled: None) -> AsyncIterator[SimulatorClient]:
    """Return the owner of a second-generation ZOE."""
    async with owner_of("ZOE50") as found:
        yield found


async def links(owner: SimulatorClient) -> list[dict[str, Any]]:
    """Return the vehicle links."""
    status, content = await owner.request("GET", owner.account_path + "/vehicles")
    assert status == 200
    found: list[dict[str, Any]] = content["vehicleLinks"]
    return found


@pytest.mark.parametrize("model", MODEL_NAMES)
async def test_details(socket_enabled: None, model: str) -> None:
    """Each model has its code, brand, energy, and battery."""
    async with owner_of(model) as owner:
        details = (await links(owner))[0]["vehicleDetails"]
        expected = MODEL_NAMES[model]
        assert details["model"]["code"] == expected.code
        assert details["brand"]["label"] == expected.brand
        assert details.get("engineEnergyType") == expected.energy_type
        assert expected.battery_code in details["vcd"].split("/")
        assert owner.car.car.battery.capacity_kwh == expected.capacity_kwh


async def test_petrol_car(socket_enabled: None) -> None:
    """A petrol car has fuel, no battery, and no commands."""
    async with owner_of("Petrol") as owner:
        assert refusal(await owner.get("v2/battery-status")) == (404, "err.func.wired.notFound")
        assert refusal(await owner.get("v1/charges")) == (400, "err.func.wired.missingRequestParam")
        cockpit = (await owner.get("v1/cockpit"))[1]["data"]["attributes"]
        assert set(cockpit) == {"fuelAutonomy", "fuelQuantity", "totalMileage"}
        for name, attributes in COMMANDS.items():
            assert refusal(await owner.command(name, "X", **attributes)) == (403, "err.func.wired.forbidden")


async def test_spring(socket_enabled: None) -> None:
    """A Spring is paused and resumed, is 3 when unplugged, and has no schedule."""
    async with owner_of("Spring") as owner:
        vehicle = await owner.library()
        assert (await vehicle.get_battery_status()).plugStatus == 3
        await owner.change(level=50, plugged=True)
        await vehicle.set_charge_stop()
        owner.simulator.advance(120)
        assert not owner.car.car.charging
        await vehicle.set_charge_start()
        owner.simulator.advance(120)
        assert owner.car.car.charging
        assert (await vehicle.set_ac_stop()).raw_data["action"] == "stop"
        cancel = await owner.command("v1/actions/hvac-start", "HvacStart", action="cancel")
        assert refusal(cancel) == (400, "err.func.wired.invalid-body-format")


async def test_megane(socket_enabled: None) -> None:
    """A Megane follows commands over KCM and ignores the start over KCA."""
    async with owner_of("Megane") as owner:
        vehicle = await owner.library()
        await owner.change(level=50, plugged=True, charge_mode="scheduled")
        await owner.command("v1/actions/charging-start", "ChargingStart", action="start")
        assert not owner.car.car.charging
        await vehicle.set_charge_start()
        owner.simulator.advance(120)
        assert owner.car.car.charging
        with pytest.raises(KamereonResponseException, match="charge-mode"):
            await vehicle.http_get(owner.path("v1/charge-mode").removeprefix("/kamereon"))
        assert (await vehicle.start_horn())["data"]["type"] == "HornLights"
        assert (await vehicle.refresh_location())["data"]["type"] == "RefreshLocation"
        wrong = await owner.command("v1/actions/horn-lights", "HornLights", action="start", target="siren")
        assert refusal(wrong) == (400, "err.func.wired.invalid-body-format")
        assert refusal(await owner.post("v1/actions/refresh-location", {}))[0] == 400


async def test_master_follows_mode_commands(socket_enabled: None) -> None:
    """The mode of a Master can be set over KCA."""
    async with owner_of("Master") as owner:
        vehicle = await owner.library()
        for action, mode in (("always_charging", "ALWAYS"), ("schedule_mode", "SCHEDULED")):
            await vehicle.set_charge_mode(action)
            owner.simulator.advance(120)
            assert (await owner.get("kcm/ev/settings"))[1]["chargeModeRq"] == mode


async def test_details_can_be_missing(owner: SimulatorClient) -> None:
    """Details can be missing, and come back."""
    assert len(await links(owner)) == 1
    await owner.change(has_details=False)
    assert "vehicleDetails" not in (await links(owner))[0]
    details = f"{owner.account_path}/vehicles/{EXAMPLE_VIN}/details"
    assert refusal(await owner.request("GET", details)) == (404, "err.func.wired.notFound")
    with pytest.raises(ResourceNotFoundException):
        await (await owner.library()).get_details()
    await owner.change(has_details=True)
    assert (await links(owner))[0]["vehicleDetails"]["vin"] == EXAMPLE_VIN


async def test_second_link(owner: SimulatorClient) -> None:
    """A car can have a second link, without details."""
    await owner.change(second_link=True)
    first, second = await links(owner)
    assert first["vin"] == second["vin"]
    assert ("vehicleDetails" in first, "vehicleDetails" in second) == (True, False)


async def test_empty_vehicle_link(owner: SimulatorClient) -> None:
    """All endpoints of a car that is no longer in the account are rejected."""
    await owner.change(empty_vehicle_link=True)
    for name in ("v2/battery-status", "v1/cockpit"):
        assert refusal(await owner.get(name)) == (404, "err.func.wired.empty-vehicle-link")
    start = await owner.command("v1/actions/charging-start", "ChargingStart", action="start")
    assert refusal(start) == (404, "err.func.wired.empty-vehicle-link")


async def test_sessions_can_be_empty(owner: SimulatorClient) -> None:
    """The list of preconditioning sessions can be empty."""
    assert refusal(await owner.get("v1/hvac-sessions")) == (404, "err.func.wired.not-found")
    await owner.change(empty_sessions=True)
    assert (await owner.get("v1/hvac-sessions"))[1]["data"]["attributes"] == {}


@pytest.mark.parametrize("charging", [-1.1, -1.3, -1.4, -1.5, -1.6, 0.4, 0.3])
@pytest.mark.parametrize("plug", [3, -1, -2147483648])
async def test_reported_states(owner: SimulatorClient, plug: int, charging: float) -> None:
    """Any plug and charging status can be reported."""
    await owner.control(f"quirks/{EXAMPLE_VIN}", plug_status=plug, charging_status=charging)
    battery = (await owner.get("v2/battery-status"))[1]["data"]["attributes"]
    assert (battery["plugStatus"], battery["chargingStatus"]) == (plug, charging)
    await owner.change(plug_status=None, charging_status=None)
    battery = (await owner.get("v2/battery-status"))[1]["data"]["attributes"]
    assert (battery["plugStatus"], battery["chargingStatus"]) == (0, 0.0)


@pytest.mark.parametrize("protocol", ["JWT", "SRP", "UNKNOWN"])
async def test_security_protocols(owner: SimulatorClient, protocol: str) -> None:
    """The gateway names the protocol; commands to an SRP car are rejected."""
    await owner.change(remote_security=protocol)
    path = owner.account_path.removeprefix("/kamereon").replace("/commerce", "/myr/api") + "/connected-vehicles"
    status, content = await owner.request("GET", path)
    assert status == 200
    assert content["vehicleLinks"][0]["connectedStatus"]["remoteSecurityProtocol"] == protocol
    other = {"country": "GB", "vin": SECOND}
    assert (await owner.request("GET", path, params=other))[1]["vehicleLinks"] == []
    assert refusal(await owner.request("GET", path, headers={}))[0] == 401
    for name, attributes in COMMANDS.items():
        response = await owner.command(name, "X", **attributes)
        if protocol == "SRP":
            assert refusal(response) == (403, "6")
            assert response[1]["errors"][0]["errorMessage"] == "CONTACT_SRC"
        else:
            assert response[0] == 200
    assert (await owner.get("v2/battery-status"))[0] == 200


async def test_refusal_of_a_mode_in_the_library(owner: SimulatorClient) -> None:
    """The library recognizes a mode that is in progress, and a forbidden endpoint."""
    vehicle = await owner.library()
    await owner.fault(kind="refusal", error="mode_in_progress", path="*/actions/charge-mode", times=1)
    with pytest.raises(ChargeModeInProgressException, match="409001"):
        await vehicle.set_charge_mode("always_charging")
    await vehicle.set_charge_mode("always_charging")
    await owner.fault(kind="refusal", error="forbidden", path="*/hvac-settings", for_seconds=3600)
    for _ in range(2):
        with pytest.raises(ForbiddenException):
            await vehicle.get_hvac_settings()
    owner.simulator.advance(3600)
    await vehicle.get_hvac_settings()


@pytest.mark.parametrize("model", ["ZOE50", "R5", "XDD1VE"])
async def test_models_of_the_command_line(socket_enabled: None, model: str) -> None:
    """The process starts with each model, by its name or code, and one car for each model."""
    options = ("--cloud", "myrenault", "--port", "0", "--model", model, "--model", "Spring", "--routes", "kcm")
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", "simulator", *options, stdout=PIPE)
    try:
        assert process.stdout
        url = (await process.stdout.readline()).decode().split()[-1]
        async with aiohttp.ClientSession() as http, http.get(f"{url}/simulator/state") as response:
            cars = (await response.json())["cars"]
    finally:
        process.terminate()
        await process.wait()
    code = MODEL_NAMES[model].code if model in MODEL_NAMES else model
    assert {vin: car["model_code"] for vin, car in cars.items()} == {EXAMPLE_VIN: code, SECOND: "XBG1VE"}
    assert {car["quirks"]["routes"] for car in cars.values()} == {"kcm"}


@pytest.mark.parametrize("option", ["--model=ZOE60", "--routes=both"])
def test_invalid_options(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], option: str) -> None:
    """An unknown model or set of routes is rejected."""
    monkeypatch.setattr(sys, "argv", ["simulator", "--cloud=myrenault", option])
    with pytest.raises(SystemExit, match="2"):
        main()
    assert "invalid choice" in capsys.readouterr().err
