"""What only some cars at MY Renault have: charge limits, tires, doors, fuel, alerts, horn, and lights."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import aiohttp
import pytest

from custom_components.renault_ze.cloud.exceptions import RejectedError, UnexpectedResponseError, UnsupportedError
from custom_components.renault_ze.cloud.models import Battery, Capability, Part
from custom_components.renault_ze.cloud.myrenault import MyRenault, decode, decode_reports
from custom_components.renault_ze.cloud.reports import ChargeLimits, Fuel, Locks, TirePressures
from simulator import EXAMPLE_VIN, Account
from simulator.myrenault import MODEL_NAMES, MyRenaultSimulator
from tests.cloud.myrenault import DAY, NOW, asked, my_renault

VIN = EXAMPLE_VIN
type Cars = Callable[[str], Awaitable[tuple[MyRenaultSimulator, MyRenault]]]


@pytest.fixture
async def car(http: aiohttp.ClientSession) -> AsyncIterator[Cars]:
    """Return a function that serves one car of a model, and returns the server and a client of it."""
    running: list[MyRenaultSimulator] = []

    async def serve(model: str) -> tuple[MyRenaultSimulator, MyRenault]:
        owner = Account("you@example.com", "P4ssw0rd", [VIN])
        found = MyRenaultSimulator(accounts=[owner], models={VIN: MODEL_NAMES[model]})
        await found.start()
        running.append(found)
        cloud = my_renault(http, found.url)
        await cloud.account(max_age=NOW)
        found.log.entries.clear()
        return found, cloud

    yield serve
    for each in running:
        await each.stop()


async def capabilities(cloud: MyRenault) -> frozenset[Capability]:
    """Return the capabilities of the only car."""
    (vehicle,) = (await cloud.account(max_age=DAY)).vehicles
    return vehicle.capabilities


def bodies(simulator: MyRenaultSimulator) -> list[Any]:
    """Return the contents of the commands that arrived."""
    return [each.body for each in simulator.log.entries if each.method == "POST" and "/kamereon/" in each.path]


LIMITED = [name for name, model in MODEL_NAMES.items() if model.has_limits]


@pytest.mark.parametrize("model", LIMITED)
async def test_charge_limits(car: Cars, model: str) -> None:
    """Read and write the limits of each model that has them, and see what the app has set."""
    server, cloud = await car(model)
    assert Capability.CHARGE_LIMIT in await capabilities(cloud)
    assert await cloud.equipment(VIN, Part.CHARGE_LIMITS) == ChargeLimits(target=80, minimum=20)
    await cloud.set_charge_limits(VIN, ChargeLimits(target=85, minimum=15))
    server.advance(120)
    assert bodies(server) == [{"socMin": 15, "socTarget": 85}]
    assert await cloud.equipment(VIN, Part.CHARGE_LIMITS) == ChargeLimits(target=85, minimum=15)


@pytest.mark.parametrize("limits", [(50, 20), (83, 20), (105, 20), (80, 10), (80, 22), (80, 50)])
async def test_charge_limits_are_checked(car: Cars, limits: tuple[int, int]) -> None:
    """Send nothing that a car does not accept, as the server checks poorly."""
    server, cloud = await car("R5")
    with pytest.raises(RejectedError) as caught:
        await cloud.set_charge_limits(VIN, ChargeLimits(target=limits[0], minimum=limits[1]))
    assert (caught.value.key, bodies(server)) == ("charge_limit_out_of_range", [])


@pytest.mark.parametrize("model", [name for name in MODEL_NAMES if name not in {*LIMITED, "Petrol"}])
async def test_no_charge_limits(car: Cars, model: str) -> None:
    """Offer none for the other models."""
    _, cloud = await car(model)
    assert Capability.CHARGE_LIMIT not in await capabilities(cloud)
    with pytest.raises(UnsupportedError):
        await cloud.set_charge_limits(VIN, ChargeLimits(target=80, minimum=20))


async def test_setup_reads_nothing_for_few_entities(http: aiohttp.ClientSession, car: Cars) -> None:
    """Request what only some entities show when they need it, not while the account is set up."""
    server, _ = await car("R5")
    await my_renault(http, server.url).account(max_age=NOW)
    left_out = ("soc-levels", "alerts", "hvac-settings")
    assert not [each for each in asked(server) if any(name in each for name in left_out)]


async def test_refused_after_all(car: Cars) -> None:
    """Offer no tire pressures once the server has refused them, and those of a car that has them."""
    server, cloud = await car("ZOE50")
    server.faults.replace([{"kind": "refusal", "error": "not_found", "path": "*/pressure"}])
    assert Capability.TIRE_PRESSURES in await capabilities(cloud)
    with pytest.raises(UnsupportedError):
        await cloud.equipment(VIN, Part.TIRE_PRESSURES)
    assert Capability.TIRE_PRESSURES not in await capabilities(cloud)
    _, other = await car("ZOE50")
    found = await other.equipment(VIN, Part.TIRE_PRESSURES)
    assert found == TirePressures(front_left=2460, front_right=2430, rear_left=2390, rear_right=2390)
    assert Capability.TIRE_PRESSURES in await capabilities(other)


async def test_signals(car: Cars) -> None:
    """Sound the horn, flash the lights, and ask for the location."""
    server, cloud = await car("R5")
    await cloud.sound_horn(VIN)
    await cloud.flash_lights(VIN)
    await cloud.refresh_location(VIN)
    signal = {"type": "HornLights", "attributes": {"action": "start", "target": "horn"}}
    lights = {"type": "HornLights", "attributes": {"action": "start", "target": "lights"}}
    assert bodies(server) == [{"data": signal}, {"data": lights}, {"data": {"type": "RefreshLocation"}}]


@pytest.mark.parametrize("name", ["sound_horn", "flash_lights", "refresh_location", "picture"])
async def test_not_offered(car: Cars, name: str) -> None:
    """Send nothing that a car does not have."""
    server, cloud = await car("ZOE50")
    server.vehicle().quirks.has_picture = False
    await cloud.account(max_age=NOW)
    server.log.entries.clear()
    with pytest.raises(UnsupportedError):
        await getattr(cloud, name)(VIN)
    assert asked(server) == []


@pytest.mark.parametrize("model", ["R5", "A290", "Spring", "Spring25", "Megane"])
async def test_cars_that_stop_by_another_word(car: Cars, model: str) -> None:
    """Stop preconditioning with the word that the car takes, also one that the installed library does not list."""
    server, cloud = await car(model)
    server.vehicle().precondition()
    await cloud.cancel_preconditioning_timer(VIN)
    server.advance(60)
    assert not server.vehicle().preconditioning
    assert [each["data"]["attributes"]["action"] for each in bodies(server)] == ["stop"]


@pytest.mark.parametrize(("model", "allowed"), [("ZOE50", [20.0, 20.0]), ("R5", [20.5, 20.0])])
async def test_temperatures(car: Cars, model: str, allowed: list[float]) -> None:
    """Newer cars take half degrees, and the others whole ones."""
    _, cloud = await car(model)
    (vehicle,) = (await cloud.account(max_age=DAY)).vehicles
    assert vehicle.temperatures is not None
    assert [vehicle.temperatures.nearest(each) for each in (20.4, 20.1)] == allowed
    assert [vehicle.temperatures.nearest(each) for each in (3.0, 40.0)] == [15.0, 25.0]


async def test_fuel(car: Cars) -> None:
    """A hybrid reports its tank in the response that contains the mileage."""
    server, cloud = await car("Captur")
    assert await cloud.equipment(VIN, Part.FUEL) == Fuel(liters=24.0, range_km=420.0)
    assert await cloud.mileage(VIN) is not None
    assert asked(server).count("GET cockpit") <= 1
    (vehicle,) = (await cloud.account(max_age=DAY)).vehicles
    assert vehicle.requests[Part.FUEL] == 0
    _, electric = await car("R5")
    assert Capability.FUEL not in await capabilities(electric)


async def test_alerts(car: Cars) -> None:
    """Name the open alerts."""
    server, cloud = await car("R5")
    assert await cloud.equipment(VIN, Part.ALERTS) == ()
    server.vehicle().equipment.alerts = {"crashairbagmalfunction": "Defective airbag"}
    server.advance(60)
    cloud.expect_command(VIN)
    await cloud.sound_horn(VIN)
    assert await cloud.equipment(VIN, Part.ALERTS) == ("WARNING: Defective airbag",)


async def test_reported_fields_are_features(car: Cars) -> None:
    """Offer a cabin temperature and a charging power once the car has reported them."""
    _, cloud = await car("R5")
    assert Capability.CABIN_TEMPERATURE in await capabilities(cloud)
    found = (await cloud.cabin(VIN)).temperature
    assert found is not None
    assert Capability.CHARGING_POWER not in await capabilities(cloud)
    first, other = await car("ZOE40")
    assert not {Capability.CHARGING_POWER, Capability.CABIN_TEMPERATURE} & await capabilities(other)
    first.vehicle().quirks.reports_power = True
    first.vehicle().car.fill(30)
    first.vehicle().car.plug()
    first.vehicle().charge()
    first.vehicle().report_now()
    await other.cancel_preconditioning_timer(VIN)
    report = await other.battery(VIN)
    assert report is not None
    assert report.charging_power_w is not None
    assert report.charging_power_w > 1000
    assert Capability.CHARGING_POWER in await capabilities(other)


def test_power_of_later_cars_is_ignored() -> None:
    """Later cars report the same power during every charge."""
    found = {"batteryLevel": 50, "chargingStatus": 1.0, "chargingInstantaneousPower": 27.0}
    assert decode.battery(found, first=False) == Battery(
        level=50, charging=True, plugged_in=True, charge_state="charging"
    )


# Responses of the library's fixtures, and others that a server might send.
@pytest.mark.parametrize(
    ("found", "expected"),
    [
        ({"lastEnergyUpdateTimestamp": "2025-04-18T06:51:09Z", "socMin": 20, "socTarget": 80}, (80, 20)),
        ({"socMin": "25", "socTarget": 85.0}, (85, 25)),
        ({"socMin": 20}, None),
        ({"socMin": None, "socTarget": 80}, None),
        ({"socMin": -1, "socTarget": 800}, None),
        ({}, None),
    ],
)
def test_decode_charge_limits(found: dict[str, Any], expected: tuple[int, int] | None) -> None:
    """Both limits are needed: a command contains both."""
    limits = decode_reports.charge_limits(found)
    assert (limits and (limits.target, limits.minimum)) == expected


def test_decode_tire_pressures() -> None:
    """Zero is no pressure, and a missing tire does not hide the others."""
    given = {"flPressure": 2460, "frPressure": 2730, "rlPressure": 0, "rrPressure": None, "flStatus": 0}
    assert decode_reports.tire_pressures(given) == TirePressures(front_left=2460, front_right=2730)
    assert decode_reports.tire_pressures({"flPressure": 0, "frStatus": 1}) is None


def test_decode_locks() -> None:
    """Doors are decoded one by one."""
    closed = dict.fromkeys(("doorStatusDriver", "doorStatusPassenger", "doorStatusRearLeft"), "closed")
    found = decode_reports.locks({"lockStatus": "unlocked", **closed, "hatchStatus": "open", "doorStatusRearRight": 3})
    assert found == Locks(
        locked=False,
        driver_door_open=False,
        passenger_door_open=False,
        rear_left_door_open=False,
        rear_right_door_open=None,
        hatch_open=True,
    )
    assert decode_reports.locks({"lastUpdateTime": "2022-02-02T13:51:13Z"}) is None


CLOSED = {
    "alertCode": "crashairbagmalfunction",
    "shortDescription": "WARNING: Check Airbag",
    "closureReason": "archived",
}


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ([], ()),
        ({"data": []}, ()),
        ([CLOSED], ()),
        ([{**CLOSED, "closureReason": None}, {"alertCode": "tires"}], ("WARNING: Check Airbag", "tires")),
        ({"data": [{"shortDescription": "x" * 500}, 5, {}, {"alertCode": " "}]}, ("x" * 100,)),
        ([{"alertCode": str(number)} for number in range(1000)], tuple(map(str, range(20)))),
    ],
)
def test_decode_alerts(content: Any, expected: tuple[str, ...]) -> None:
    """Both captured forms are read; closed alerts are left out, and there is a limit to what is shown."""
    assert decode_reports.alerts(decode.attributes(content, "alerts")) == expected


@pytest.mark.parametrize("content", [None, 5, {}, {"data": {}}, {"errors": []}])
def test_no_alerts_in_the_response(content: Any) -> None:
    """A response of another form says nothing about alerts."""
    with pytest.raises(UnexpectedResponseError):
        decode.attributes(content, "alerts")
