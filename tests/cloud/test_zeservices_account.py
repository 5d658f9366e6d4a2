"""The account of a login: its cars and their capabilities."""

from threading import current_thread
from typing import Any
from zoneinfo import ZoneInfo

import aiohttp
import pytest

from custom_components.renault_ze.cloud.exceptions import CountryMovedError, RejectedError, UnexpectedResponseError
from custom_components.renault_ze.cloud.models import Account, Capability
from custom_components.renault_ze.cloud.zeservices import ZeServices, decode
from simulator import Restriction, Scope, Simulator
from tests.cloud.endpoints import NOW, VIN, client

LONDON = ZoneInfo("Europe/London")
SECOND_VIN = "VF1AGVYF0ZE000002"
AIR = {
    *(Capability.CANCEL_PRECONDITIONING, Capability.PRECONDITIONING, Capability.PRECONDITIONING_HISTORY),
    *(Capability.PRECONDITIONING_TIMER, Capability.PRECONDITIONING_TIMER_STATE),
}
BATTERY = {Capability.BATTERY, Capability.CHARGING_POINT, Capability.REQUEST_UPDATE}
ALL = (
    AIR
    | BATTERY
    | {Capability.CHARGE_HISTORY, Capability.CHARGE_SCHEDULE, Capability.NOTIFICATIONS, Capability.START_CHARGE}
)


def account(user: Any) -> Account:
    """Decode the account in a login as the client does."""
    return decode.account(user, username="You@example.com", default_time_zone=LONDON)


def test_account() -> None:
    """Decode the documented sample with a second car."""
    found = account(
        {
            "id": "CCCC",
            "timezone": "Europe/Paris",
            "vehicle_details": {"timezone": "Atlantic/Canary", "VIN": VIN},
            "scopes": ["BATTERY_CHARGE_STATUS", "AC_REMOTE_CONTROL"],
            "associated_vehicles": [{"VIN": "VF1AGVYF0ZE000002"}, {"VIN": VIN}, {"VIN": VIN}],
        }
    )
    assert found.id == "CCCC"
    assert [(car.vin, car.time_zone.key) for car in found.vehicles] == [
        ("VF1AGVYF0ZE000002", "Europe/Paris"),
        (VIN, "Atlantic/Canary"),
    ]
    assert found.vehicles[0].capabilities == AIR | BATTERY


@pytest.mark.parametrize(
    ("user", "vins"),
    [
        pytest.param({"vehicle_details": {"VIN": VIN}}, [VIN], id="only the active one"),
        pytest.param({"vehicle_details": {"VIN": VIN}, "associated_vehicles": [{"VIN": "B"}]}, ["B", VIN], id="both"),
        pytest.param({"associated_vehicles": [{"VIN": " "}, {"VIN": 5}, {}, 5, {"VIN": VIN}]}, [VIN], id="nonsense"),
        pytest.param({"associated_vehicles": {}, "vehicle_details": []}, [], id="none"),
        pytest.param({}, [], id="nothing"),
    ],
)
def test_vehicles_of_an_account(user: Any, vins: list[str]) -> None:
    """Find every valid VIN once."""
    assert [car.vin for car in account(user).vehicles] == vins


@pytest.mark.parametrize(
    ("scopes", "expected"),
    [
        (None, ALL),
        ("BATTERY_CHARGE_STATUS", ALL),
        ({}, ALL),
        ([], frozenset()),
        (["TELEPORT", 5, None, []], frozenset()),
        (["AC_REMOTE_CONTROL", "BATTERY_CHARGE_LOWALERT"], AIR | {Capability.NOTIFICATIONS}),
        (["BATTERY_CHARGE_HISTORY"], {Capability.CHARGE_HISTORY}),
        (["BATTERY_CHARGE_REMOTE_ACTIVATION"], {Capability.START_CHARGE}),
        (["BATTERY_CHARGE_SCHEDULING"], {Capability.CHARGE_SCHEDULE}),
        (["BATTERY_CHARGE_LOWALERT"], {Capability.NOTIFICATIONS}),
    ],
)
def test_capabilities_of_an_account(scopes: Any, expected: frozenset[Capability]) -> None:
    """Known scopes give their capabilities; without scopes, all are available."""
    assert account({"scopes": scopes, "vehicle_details": {"VIN": VIN}}).vehicles[0].capabilities == expected


@pytest.mark.parametrize(
    "name", ["Mars/Base", "", "../../etc/passwd", "Europe", pytest.param("x" * 5000, id="long"), "\0", 5, [], {}, "é"]
)
def test_unknown_time_zone(name: Any, caplog: pytest.LogCaptureFixture) -> None:
    """Use the account's, then the default, and log it once."""
    details = {"VIN": VIN, "timezone": name}
    for _ in range(2):
        assert account({"timezone": name, "vehicle_details": details}).vehicles[0].time_zone is LONDON
        (car,) = account({"timezone": "Europe/Paris", "vehicle_details": details}).vehicles
        assert car.time_zone.key == "Europe/Paris"
    assert len(caplog.records) == 1


@pytest.mark.parametrize(
    ("value", "expected"), [("CCCC", "CCCC"), (17, "17"), ("", "you@example.com"), (None, "you@example.com")]
)
def test_id_of_an_account(value: Any, expected: str) -> None:
    """Prefer the id of the server."""
    assert account({"id": value}).id == expected


@pytest.mark.parametrize("user", [None, [], [{}], "text", 5])
def test_account_of_another_type(user: Any) -> None:
    """An object without an id is an account, a list is not."""
    with pytest.raises(UnexpectedResponseError):
        account(user)


async def test_account_of_the_simulator(cloud: ZeServices, simulator: Simulator) -> None:
    """Return all cars of the user, each in its own time zone."""
    simulator.account.vins.append(SECOND_VIN)
    simulator.backend.add_account(simulator.account)
    simulator.account.active_vin = SECOND_VIN
    simulator.account.timezone = "Europe/Paris"
    simulator.account.scopes.remove(Scope.PRECONDITIONING)
    account = await cloud.account(max_age=NOW)
    assert account.id == simulator.account.identifier("user")
    assert [(car.vin, car.model) for car in account.vehicles] == [(VIN, None), (SECOND_VIN, None)]
    assert account.vehicles[0].time_zone == ZoneInfo("Europe/Paris")
    assert account.vehicles[1].time_zone == ZoneInfo("Europe/London")
    assert account.vehicles[0].capabilities == ALL - AIR
    assert simulator.log.entries[0].body == {"username": "you@example.com", "password": "P4ssw0rd"}


async def test_account_is_decoded_outside_the_event_loop(cloud: ZeServices, monkeypatch: pytest.MonkeyPatch) -> None:
    """Time zones are read from disk."""
    threads = []
    whole = decode.account

    def account(user: Any, **more: Any) -> Account:
        threads.append(current_thread())
        return whole(user, **more)

    monkeypatch.setattr(decode, "account", account)
    await cloud.account(max_age=NOW)
    assert threads
    assert current_thread() not in threads


async def test_account_without_a_car(cloud: ZeServices, simulator: Simulator) -> None:
    """Return an account without cars."""
    simulator.account.vins.clear()
    account = await cloud.account(max_age=NOW)
    assert account == Account(id=account.id, vehicles=())


async def test_choose_vehicle(cloud: ZeServices, simulator: Simulator) -> None:
    """A server that requires the active car serves the chosen one."""
    simulator.account.vins.append(SECOND_VIN)
    simulator.backend.add_account(simulator.account)
    simulator.backend.rules.single_active_car = True
    with pytest.raises(RejectedError, match="Vehicle not active"):
        await cloud.battery(SECOND_VIN)
    await cloud.choose_vehicle(SECOND_VIN)
    assert (simulator.log.entries[-1].method, simulator.log.entries[-1].path) == ("PUT", "/api/vehicle")
    assert simulator.log.entries[-1].body == {"active_vehicle": SECOND_VIN}
    assert await cloud.battery(SECOND_VIN)


async def test_forbidden_requests(cloud: ZeServices, simulator: Simulator) -> None:
    """They are refused with the server's reason, also for another user's car."""
    simulator.account.scopes.clear()
    with pytest.raises(RejectedError, match="Ac remote control"):
        await cloud.start_preconditioning(VIN)
    with pytest.raises(RejectedError, match=r"^GET /vehicle/\*\*\*/battery: Vehicle not found$"):
        await cloud.battery("VF1AGVYF0ZE999999")


@pytest.mark.parametrize("restriction", [Restriction.LOGIN, Restriction.EVERYWHERE])
async def test_moved_country(http: aiohttp.ClientSession, simulator: Simulator, restriction: Restriction) -> None:
    """At the login or while polling."""
    cloud = client(http, simulator.url)
    if restriction is Restriction.EVERYWHERE:
        await cloud.battery(VIN)
    simulator.account.restriction = restriction
    with pytest.raises(CountryMovedError) as refusal:
        await cloud.battery(VIN)
    assert refusal.value.website == "https://myr-fr.renault.ch/ze-redirection.html?os=web"
