"""How the account part of a login is read."""

from typing import Any
from zoneinfo import ZoneInfo

import pytest

from custom_components.renault_ze.cloud.exceptions import UnexpectedAnswerError
from custom_components.renault_ze.cloud.models import (
    Account,
    Capability,
)
from custom_components.renault_ze.cloud.zeservices import decode

LONDON = ZoneInfo("Europe/London")
VIN = "VF1AGVYF0ZE000001"
ALL = {
    Capability.BATTERY,
    Capability.CANCEL_PRECONDITIONING,
    Capability.CHARGE_HISTORY,
    Capability.CHARGE_SCHEDULE,
    Capability.NOTIFICATIONS,
    Capability.PRECONDITIONING,
    Capability.PRECONDITIONING_HISTORY,
    Capability.PRECONDITIONING_TIMER,
    Capability.REQUEST_UPDATE,
    Capability.START_CHARGE,
}


def account(user: Any) -> Account:
    """Read the account part of a login as the client does."""
    return decode.account(user, username="You@example.com", default_time_zone=LONDON)


def test_account() -> None:
    """The page's sample, its second car added."""
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
    assert found.vehicles[0].capabilities == {
        Capability.BATTERY,
        Capability.REQUEST_UPDATE,
        Capability.PRECONDITIONING,
        Capability.PRECONDITIONING_HISTORY,
        Capability.PRECONDITIONING_TIMER,
        Capability.CANCEL_PRECONDITIONING,
    }


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
    """Every car that can be named is found, once."""
    assert [car.vin for car in account(user).vehicles] == vins


@pytest.mark.parametrize(
    ("scopes", "expected"),
    [
        (None, ALL),
        ("BATTERY_CHARGE_STATUS", ALL),
        ({}, ALL),
        ([], frozenset()),
        (["TELEPORT", 5, None, []], frozenset()),
        (["AC_REMOTE_CONTROL", "BATTERY_CHARGE_LOWALERT"], PRECONDITIONING | {Capability.NOTIFICATIONS}),
        (["BATTERY_CHARGE_HISTORY"], {Capability.CHARGE_HISTORY}),
        (["BATTERY_CHARGE_REMOTE_ACTIVATION"], {Capability.START_CHARGE}),
        (["BATTERY_CHARGE_SCHEDULING"], {Capability.CHARGE_SCHEDULE}),
        (["BATTERY_CHARGE_LOWALERT"], {Capability.NOTIFICATIONS}),
    ],
)
def test_capabilities_of_an_account(scopes: Any, expected: frozenset[Capability]) -> None:
    """Known scopes allow what they say; a server that lists none allows everything."""
    assert account({"scopes": scopes, "vehicle_details": {"VIN": VIN}}).vehicles[0].capabilities == expected


@pytest.mark.parametrize(
    "name", ["Mars/Base", "", "../../etc/passwd", "Europe", pytest.param("x" * 5000, id="long"), "\0", 5, [], {}, "é"]
)
def test_unknown_time_zone_falls_back_and_is_noted_once(name: Any, caplog: pytest.LogCaptureFixture) -> None:
    """From the car's zone to the account's, from there to the one given."""
    details = {"VIN": VIN, "timezone": name}
    for _ in range(2):
        assert account({"timezone": name, "vehicle_details": details}).vehicles[0].time_zone is LONDON
        assert (
            account({"timezone": "Europe/Paris", "vehicle_details": details}).vehicles[0].time_zone.key
            == "Europe/Paris"
        )
    assert len(caplog.records) == 1


@pytest.mark.parametrize(
    ("value", "expected"), [("CCCC", "CCCC"), (17, "17"), ("", "you@example.com"), (None, "you@example.com")]
)
def test_identity_of_an_account(value: Any, expected: str) -> None:
    """The server's own name for the account comes first."""
    assert account({"id": value}).id == expected


@pytest.mark.parametrize("user", [None, [], [{}], "text", 5])
def test_account_of_another_kind_is_an_error(user: Any) -> None:
    """An account without a name is one; a list is none."""
    with pytest.raises(UnexpectedAnswerError):
        account(user)
