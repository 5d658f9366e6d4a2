"""Tests of the faults that only MY Renault has: named errors, and partial responses."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from renault_api.gigya.exceptions import InvalidCredentialsException
from renault_api.kamereon.exceptions import UnauthorizedException

from simulator.myrenault.faults import REFUSAL_ERRORS
from tests.simulator.owner import SimulatorClient, owner_of, refusal

KAMEREON = {
    "access_denied": (403, "err.func.403"),
    "bad_request": (400, "err.func.400"),
    "charge_mode_error": (400, "err.func.vcps.ev.charge-mode.error"),
    "contact_src": (403, "6"),
    "empty_vehicle_link": (404, "err.func.wired.empty-vehicle-link"),
    "forbidden": (403, "err.func.wired.forbidden"),
    "gone": (404, "err.func.wired.not-found"),
    "invalid_body": (400, "err.func.wired.invalid-body-format"),
    "low_battery": (400, "err.func.wired.low.battery.level"),
    "mode_in_progress": (409, "409001"),
    "not_found": (404, "err.func.wired.notFound"),
    "not_supported": (501, "err.tech.501"),
    "privacy": (403, "err.func.privacy.on"),
    "unauthorized": (401, "err.func.wired.unauthorized"),
}
GIGYA = {"ended_login": 403013, "unknown_login": 403005, "wrong_password": 403042}


@pytest.fixture
async def owner(socket_enabled: None) -> AsyncIterator[SimulatorClient]:
    """Return the owner of a second-generation ZOE."""
    async with owner_of("ZOE50") as found:
        yield found


def test_all_refusals_are_tested() -> None:
    """Every named error is in one of the tables."""
    assert set(REFUSAL_ERRORS) == {*KAMEREON, *GIGYA}


@pytest.mark.parametrize("name", KAMEREON)
async def test_refusals_of_kamereon(owner: SimulatorClient, name: str) -> None:
    """A named error has its status and code, once."""
    await owner.fault(kind="refusal", error=name, path="*/charging-settings", times=1)
    assert refusal(await owner.get("v1/charging-settings")) == KAMEREON[name]
    assert (await owner.get("v1/charging-settings"))[0] == 200


@pytest.mark.parametrize("name", GIGYA)
async def test_refusals_of_gigya(owner: SimulatorClient, name: str) -> None:
    """A named error of Gigya has status 200 and its code."""
    await owner.fault(kind="refusal", error=name, path="/gigya/*", times=1)
    status, content = await owner.request("POST", "/gigya/accounts.login", data={"ApiKey": "x"})
    assert (status, content["errorCode"]) == (200, GIGYA[name])


async def test_mode_in_progress_has_two_codes(owner: SimulatorClient) -> None:
    """The code in `messages` differs from the one in `errors`."""
    await owner.fault(kind="refusal", error="mode_in_progress")
    _, content = await owner.get("v1/cockpit")
    assert content["messages"][0]["code"] == "err.func.vcps.ev.charge-mode.error"
    assert content["errors"][0]["errorMessage"] == "A remote CHARGE_MODE is already in progress"


async def test_refusals_for_days(owner: SimulatorClient) -> None:
    """A JWT can be rejected and a password be wrong for days."""
    vehicle = await owner.library()
    await owner.fault(kind="refusal", error="unauthorized", path="/kamereon/*", for_seconds=3 * 86_400)
    for _ in range(3):
        with pytest.raises(UnauthorizedException):
            await vehicle.get_cockpit()
        owner.simulator.advance(86_400)
    assert await vehicle.get_cockpit()
    await owner.fault(kind="refusal", error="wrong_password", path="*/accounts.login", for_seconds=86_400)
    with pytest.raises(InvalidCredentialsException):
        await owner.library()
    owner.simulator.advance(86_400)
    await owner.library()


@pytest.mark.parametrize(
    ("rule", "names"),
    [
        ({"keep": ["timestamp", "plugStatus"]}, {"timestamp", "plugStatus"}),
        (
            {"drop": ["batteryLevel", "batteryAutonomy", "chargingStatus", "batteryCapacity"]},
            {"timestamp", "batteryTemperature", "batteryAvailableEnergy", "plugStatus"},
        ),
    ],
)
async def test_partial_attributes(owner: SimulatorClient, rule: dict[str, Any], names: set[str]) -> None:
    """Attributes can be missing, and the envelope stays."""
    await owner.fault(kind="partial", path="*/battery-status", **rule)
    _, content = await owner.get("v2/battery-status")
    assert set(content["data"]["attributes"]) == names
    assert content["data"]["id"] == owner.car.vin


async def test_partial_settings(socket_enabled: None) -> None:
    """Settings without an envelope can be partial too."""
    async with owner_of("R5") as owner:
        await owner.fault(kind="partial", path="*/ev/settings", drop=["programs"])
        assert "programs" not in (await owner.get("kcm/ev/settings"))[1]


@pytest.mark.parametrize("path", ["/gigya/*", "/kamereon/*"])
async def test_redirects(owner: SimulatorClient, path: str) -> None:
    """Both servers can redirect."""
    await owner.fault(kind="redirect", path=path, location=f"{owner.simulator.url}/elsewhere", status=307)
    for tried in ("/gigya/accounts.login", owner.path("v1/cockpit")):
        status, _ = await owner.request("GET", tried)
        assert (status == 307) is tried.startswith(path[:6])


async def test_unknown_errors_are_rejected(owner: SimulatorClient) -> None:
    """An unknown error is rejected with the known ones."""
    rule = {"kind": "refusal", "error": "teapot"}
    status, content = await owner.request("POST", "/simulator/faults", json=rule)
    assert (status, "access_denied" in content["error"]) == (400, True)
