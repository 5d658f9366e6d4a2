"""Tests of what some cars show and do: limits, tires, doors, horn, lights, temperatures, fuel, pictures, and alerts."""

from collections.abc import AsyncIterator
from pathlib import Path
import re
from struct import unpack
from typing import Any
from zlib import crc32, decompress

import pytest

from simulator import EXAMPLE_VIN
from simulator.myrenault import MODEL_NAMES
from simulator.myrenault.unsupported_endpoints import ENDPOINT_ERRORS
from tests.simulator.owner import SimulatorClient, owner_of, refusal

LIMITS = "kcm/ev/soc-levels"
HORN_LIGHTS = "v1/actions/horn-lights"
README = Path(__file__).parents[2] / "simulator/README.md"


@pytest.fixture
async def owner(socket_enabled: None) -> AsyncIterator[SimulatorClient]:
    """Return the owner of a Renault 5."""
    async with owner_of("R5") as found:
        yield found


async def attributes(owner: SimulatorClient, name: str) -> dict[str, Any]:
    """Return the attributes of an endpoint."""
    status, content = await owner.get(name)
    assert status == 200, content
    found: dict[str, Any] = content["data"]["attributes"]
    return found


@pytest.mark.parametrize("model", [name for name, model in MODEL_NAMES.items() if model.has_limits])
async def test_target_stops_the_charge(socket_enabled: None, model: str) -> None:
    """Each model with limits stops at its target, and continues to a higher one."""
    async with owner_of(model) as owner:
        await owner.change(level=57, plugged=True)
        for target in (60, 65):
            await owner.post(LIMITS, {"socMin": 15, "socTarget": target})
            owner.simulator.advance(60)
            assert owner.car.car.charging
            owner.simulator.advance(4 * 3600)
            battery = await attributes(owner, "v2/battery-status")
            assert (battery["batteryLevel"], battery["chargingStatus"]) == (target, 0.2)


@pytest.mark.parametrize("model", [name for name, model in MODEL_NAMES.items() if not model.has_limits])
async def test_models_without_limits(socket_enabled: None, model: str) -> None:
    """A model without limits has no endpoint for them, and charges until full."""
    async with owner_of(model) as owner:
        expected = (501, "err.tech.501") if model == "ZOE40" else (403, "err.func.wired.forbidden")
        assert refusal(await owner.get(LIMITS)) == expected
        assert refusal(await owner.post(LIMITS, {"socMin": 15, "socTarget": 60})) == expected
        await owner.change(level=95, plugged=True)
        owner.simulator.advance(8 * 3600)
        assert owner.car.car.battery.is_full


async def test_charges_at_once_to_the_minimum(owner: SimulatorClient) -> None:
    """Below its minimum, a car does not wait for its window."""
    programs = [{**each, "programActivationStatus": True} for each in owner.car.ev_settings["programs"]]
    await owner.change(ev_settings={"programs": programs}, level=20, plugged=True)
    assert not owner.car.car.charging
    await owner.post(LIMITS, {"socMin": 25, "socTarget": 80})
    owner.simulator.advance(60)
    assert owner.car.car.charging
    owner.simulator.advance(3600)
    assert (owner.car.car.battery.shown_level, owner.car.car.charging) == (25, False)


async def test_tires(socket_enabled: None) -> None:
    """A ZOE 50 has tire pressures in mbar, which can be changed; other cars have none."""
    async with owner_of("ZOE50") as owner:
        tires = await (await owner.library()).get_tyre_pressure()
        assert (tires.flPressure, tires.rrPressure, tires.flStatus) == (2460, 2390, 0)
        await owner.change(tires=[2500, 2400, 2300, 1600])
        assert (await attributes(owner, "v1/pressure"))["rrPressure"] == 1600
    async with owner_of("R5") as owner:
        assert refusal(await owner.get("v1/pressure")) == (404, "err.func.wired.notFound")


async def test_doors(owner: SimulatorClient) -> None:
    """No model has a lock status by default, and any can have one."""
    assert refusal(await owner.get("v1/lock-status")) == (404, "err.func.wired.notFound")
    await owner.change(served_endpoints=["v1/lock-status"])
    vehicle = await owner.library()
    await vehicle.get_details()
    found = await attributes(owner, "v1/lock-status")
    assert found == {
        "lockStatus": "locked",
        "doorStatusDriver": "closed",
        "doorStatusPassenger": "closed",
        "doorStatusRearLeft": "closed",
        "doorStatusRearRight": "closed",
        "hatchStatus": "closed",
        "lastUpdateTime": "2026-01-12T18:00:00Z",
    }
    await owner.change(locked=False, open_doors=["hatchStatus"])
    changed = await attributes(owner, "v1/lock-status")
    assert changed == {**found, "lockStatus": "unlocked", "hatchStatus": "open"}


async def test_horn_and_lights(owner: SimulatorClient) -> None:
    """Horn and lights are recorded when the car has received the command, also as a field of the state."""
    vehicle = await owner.library()
    await vehicle.start_horn()
    assert owner.car.signals == {}
    owner.simulator.advance(60)
    await vehicle.start_lights()
    owner.simulator.advance(60)
    signals = (await owner.control("state", "GET"))["cars"][EXAMPLE_VIN]["signals"]
    assert signals == {"horn": "2026-01-12T18:00:30+00:00", "lights": "2026-01-12T18:01:30+00:00"}
    wrong = await owner.command(HORN_LIGHTS, "HornLights", action="stop", target="horn")
    assert refusal(wrong) == (400, "err.func.wired.invalid-body-format")


async def test_signals_out_of_reach(owner: SimulatorClient) -> None:
    """A car that stays out of reach does nothing, and no preconditioning is recorded as failed."""
    await owner.change(in_reach=False)
    await owner.command(HORN_LIGHTS, "HornLights", action="start", target="horn")
    owner.simulator.advance(600)
    await owner.change(in_reach=True)
    owner.simulator.advance(600)
    assert (owner.car.signals, owner.car.records.preconditionings) == ({}, [])


@pytest.mark.parametrize("model", [name for name in MODEL_NAMES if name not in ("R5", "A290", "R4", "Scenic")])
async def test_models_with_a_horn(socket_enabled: None, model: str) -> None:
    """The other models have horn and lights, or reject them, as in the library."""
    async with owner_of(model) as owner:
        details = await (await owner.library()).get_details()
        status, _ = await owner.command(HORN_LIGHTS, "HornLights", action="start", target="lights")
        known = details.get_endpoints()
        if "actions/lights-start" in known and model != "Spring25":
            assert (status == 200) is (known["actions/lights-start"] is not None)
        assert ("lights" in owner.car.signals) is (status == 200)


async def test_location_is_refreshed(owner: SimulatorClient) -> None:
    """A requested location is newer once the car has sent it, and is the same place."""
    before = await attributes(owner, "v1/location")
    owner.simulator.advance(3600)
    assert await attributes(owner, "v1/location") == before
    await (await owner.library()).refresh_location()
    assert await attributes(owner, "v1/location") == before
    owner.simulator.advance(60)
    assert await attributes(owner, "v1/location") == {**before, "lastUpdateTime": "2026-01-12T19:00:30Z"}


async def test_charging_power(socket_enabled: None) -> None:
    """The first generation can report its charging power in watts, as it once did."""
    async with owner_of("ZOE40") as owner:
        await owner.change(level=50, plugged=True, report=True)
        assert "chargingInstantaneousPower" not in await attributes(owner, "v2/battery-status")
        await owner.change(reports_power=True)
        assert (await attributes(owner, "v2/battery-status"))["chargingInstantaneousPower"] == 6000
        await owner.change(plugged=False, report=True)
        assert "chargingInstantaneousPower" not in await attributes(owner, "v2/battery-status")


async def test_cabin_temperature(owner: SimulatorClient) -> None:
    """The cabin approaches the temperature of a command."""
    vehicle = await owner.library()
    before = (await vehicle.get_hvac_status()).internalTemperature
    assert before is not None
    assert before < 15
    await vehicle.set_ac_start(22)
    owner.simulator.advance(14 * 60)
    during = await vehicle.get_hvac_status()
    assert (during.hvacStatus, during.internalTemperature) == ("on", pytest.approx(21.5, abs=0.5))
    async with owner_of("Scenic") as other:
        assert "internalTemperature" not in await attributes(other, "v1/hvac-status")


async def test_fuel(socket_enabled: None) -> None:
    """A hybrid has fuel, which can be changed; an electric Renault 5 has an empty tank, a Scenic none."""
    for model in ("Captur", "MeganePHEV", "MeganeEstate", "Rafale"):
        async with owner_of(model) as owner:
            await owner.change(fuel_liters=12)
            cockpit = await attributes(owner, "v1/cockpit")
            assert (cockpit["fuelQuantity"], cockpit["fuelAutonomy"]) == (12, 210)
    async with owner_of("R5") as owner:
        assert set(await attributes(owner, "v1/cockpit")) == {"fuelQuantity", "totalMileage"}
        assert (await attributes(owner, "v1/cockpit"))["fuelQuantity"] == 0
    async with owner_of("Scenic") as owner:
        assert set(await attributes(owner, "v1/cockpit")) == {"totalMileage"}


async def test_alerts(owner: SimulatorClient) -> None:
    """Alerts have a code and a title, in a list without an envelope; most models have no such endpoint."""
    path = f"{owner.account_path}/kamereon/vehicles/{EXAMPLE_VIN}/alerts"
    assert await owner.request("GET", path) == (200, [])
    await owner.change(alerts={"crashairbagmalfunction": "Defective airbag"})
    status, (alert,) = await owner.request("GET", path)
    assert (status, alert["alertCode"], alert["alertCodeTitle"]) == (200, "crashairbagmalfunction", "Defective airbag")
    assert alert["vin"] == EXAMPLE_VIN
    assert (await owner.request("GET", path, headers={}))[0] == 401
    await owner.change(alerts={})
    assert await owner.request("GET", path) == (200, [])
    async with owner_of("A290") as other:
        path = f"{other.account_path}/kamereon/vehicles/{EXAMPLE_VIN}/alerts"
        assert refusal(await other.request("GET", path)) == (404, "err.func.wired.not-found")


def chunks(content: bytes) -> dict[bytes, bytes]:
    """Return the chunks of a PNG file, whose checksums have to be correct."""
    assert content.startswith(b"\x89PNG\r\n\x1a\n")
    found, position = {}, 8
    while position < len(content):
        (length,) = unpack(">I", content[position : position + 4])
        name, data = content[position + 4 : position + 8], content[position + 8 : position + 8 + length]
        assert unpack(">I", content[position + 8 + length : position + 12 + length]) == (crc32(name + data),)
        found[name], position = data, position + 12 + length
    return found


@pytest.mark.parametrize("model", MODEL_NAMES)
async def test_pictures(socket_enabled: None, model: str) -> None:
    """The details have pictures in two sizes, which are served without credentials and tell nothing of the owner."""
    async with owner_of(model) as owner:
        details = await (await owner.library()).get_details()
        url = details.get_picture()
        assert url
        assert url.startswith(f"{owner.simulator.url}/3dv/ImageFromBookmark?configuration=")
        assert EXAMPLE_VIN not in url
        async with owner.http.get(url) as response:
            assert (response.status, response.content_type) == (200, "image/png")
            content = chunks(await response.read())
        width, height = unpack(">II", content[b"IHDR"][:8])
        assert (width, height) == (1008, 360)
        assert len(decompress(content[b"IDAT"])) == (width + 1) * height
        assert owner.simulator.log.entries[-1].path == "/3dv/ImageFromBookmark"


async def test_unusual_pictures(owner: SimulatorClient) -> None:
    """A car can have no picture, or one that is too large; faults apply to pictures too."""
    await owner.control("portal", picture_bytes=3_000_000)
    url = (await (await owner.library()).get_details()).get_picture()
    assert url
    async with owner.http.get(url) as response:
        content = await response.read()
        assert len(content) >= 3_000_000
        assert b"IEND" in chunks(content)
    await owner.fault(kind="html", path="/3dv/*", status=200)
    async with owner.http.get(url) as response:
        assert response.content_type == "text/html"
    await owner.change(has_picture=False)
    with pytest.raises(StopIteration):
        (await (await owner.library()).get_details()).get_asset("PICTURE")


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"tires": [2400, 2400]}, "tires: 4 pressures expected"),
        ({"open_doors": ["roof"]}, "open_doors: one of doorStatusDriver"),
        ({"fuel_liters": -1}, "fuel_liters: 0 or more"),
        ({"alerts": ["airbag"]}, "alerts: dict expected"),
        ({"locked": "yes", "level": 10}, "locked: bool expected"),
    ],
)
async def test_invalid_equipment(owner: SimulatorClient, fields: dict[str, Any], message: str) -> None:
    """An invalid change has a reason and changes nothing."""
    before = (await owner.control("state", "GET"))["cars"]
    status, content = await owner.request("POST", f"/simulator/cars/{EXAMPLE_VIN}", json=fields)
    assert (status, message in content["error"]) == (400, True), content
    assert (await owner.control("state", "GET"))["cars"] == before


def test_readme_lists_the_models_of_each_endpoint() -> None:
    """The table of features in the README names the models that have an endpoint."""
    section = README.read_text().partition("Features that only some models have:")[2].partition("\n\nThe cabin")[0]
    rows = re.findall(r"^\| `(\S+)` \| (.+) \|$", section, re.MULTILINE)
    assert len(rows) == 10
    for endpoint, models in rows:
        named = {name for name in re.findall(r"`(\w+)`", models) if name in MODEL_NAMES}
        shown = set(MODEL_NAMES) - named if models.startswith("all but") else named
        names = {f"{prefix}{endpoint}" for prefix in ("", "v1/", "v2/", "kcm/")}
        assert shown == {name for name, model in MODEL_NAMES.items() if not names & set(ENDPOINT_ERRORS[model.code])}
