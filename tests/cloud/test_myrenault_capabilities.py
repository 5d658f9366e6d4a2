"""The capabilities of a car at MY Renault, and how long a refusal removes them."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
from freezegun.api import FrozenDateTimeFactory
import pytest

from custom_components.renault_ze.cloud.exceptions import UnsupportedError
from custom_components.renault_ze.cloud.models import Capability, CommandKind
from custom_components.renault_ze.cloud.myrenault import MyRenault
from simulator.myrenault import MyRenaultSimulator
from tests.cloud.myrenault import DAY, FIRST, LONDON, NOW, SECOND, asked, my_renault


async def test_account(adapter: MyRenault, renault: MyRenaultSimulator) -> None:
    """Find both cars with their capabilities and the commands that are never confirmed."""
    account = await adapter.account(max_age=NOW)
    assert account.id == renault.account.identifier("MYRENAULT")
    first, second = account.vehicles
    assert (first.vin, first.model, first.battery_kwh, first.time_zone) == (FIRST, "ZOE", 41.0, LONDON)
    assert (second.vin, second.model, second.battery_kwh) == (SECOND, "ZOE", 52.0)
    both = {
        Capability.BATTERY,
        Capability.CABIN,
        Capability.CHARGE_HISTORY,
        Capability.CHARGE_SCHEDULE,
        Capability.CHARGE_STATE,
        Capability.MILEAGE,
        Capability.PRECONDITIONING,
        Capability.PRECONDITIONING_TEMPERATURE,
        Capability.PRECONDITIONING_TIMER,
        Capability.PRECONDITIONING_TIMER_STATE,
        Capability.START_CHARGE,
        Capability.STOP_CHARGE,
    }
    assert first.capabilities - both == {Capability.CANCEL_PRECONDITIONING, Capability.OUTSIDE_TEMPERATURE}
    assert second.capabilities - both == {
        Capability.BATTERY_ENERGY,
        Capability.LOCATION,
        Capability.PRECONDITIONING_STATE,
    }
    assert CommandKind.PRECONDITION in first.unconfirmed
    assert CommandKind.PRECONDITION not in second.unconfirmed
    assert (first.windows_a_day, first.max_window_times, first.every_day) == (1, None, False)
    assert (second.windows_a_day, second.max_window_times) == (5, 5)


async def test_account_is_cached(adapter: MyRenault, renault: MyRenaultSimulator) -> None:
    """A recent account needs no requests."""
    await adapter.account(max_age=NOW)
    before = len(renault.log.entries)
    await adapter.account(max_age=DAY)
    assert len(renault.log.entries) == before
    await adapter.account(max_age=NOW)
    assert asked(renault)[before:] == ["GET vehicles"]


async def test_uncertain_endpoints_are_tried_once(http: aiohttp.ClientSession, renault: MyRenaultSimulator) -> None:
    """A refused endpoint is no capability, also after a restart, which does not try it again."""
    renault.vehicle(SECOND).quirks.serves_sessions = True
    renault.faults.replace(
        [{"kind": "status", "status": 501, "message": "err.tech.501", "path": f"*{SECOND}/location"}]
    )
    cloud = my_renault(http, renault.url)
    first, second = (await cloud.account(max_age=NOW)).vehicles
    assert Capability.PRECONDITIONING_HISTORY not in first.capabilities
    assert Capability.PRECONDITIONING_HISTORY in second.capabilities
    assert Capability.LOCATION not in second.capabilities
    with pytest.raises(UnsupportedError):
        await cloud.location(SECOND)
    assert asked(renault).count("GET location") == 1
    renault.faults.replace([])
    renault.log.entries.clear()
    again = my_renault(http, renault.url, stored=cloud.stored)
    assert (await again.account(max_age=NOW)).vehicles == (first, second)
    assert asked(renault) == ["POST accounts.getJWT", "GET vehicles"]


GONE = {"kind": "status", "status": 404, "message": "err.func.wired.notFound"}
# The result of trying an endpoint that was refused long ago, and whether it is offered again.
RESPONSES: dict[str, tuple[list[dict[str, Any]], bool]] = {
    "served": ([], True),
    "refused once more": ([GONE], False),
    "trouble": ([{"kind": "html"}], False),
    "quota": ([{"kind": "rate_limit"}], False),
}


@pytest.mark.parametrize(("faults", "promised"), RESPONSES.values(), ids=RESPONSES)
async def test_refused_endpoint_is_tried_once_a_week(
    http: aiohttp.ClientSession,
    renault: MyRenaultSimulator,
    freezer: FrozenDateTimeFactory,
    faults: list[dict[str, Any]],
    promised: bool,
) -> None:
    """Offer it again once the server serves it."""
    cloud = my_renault(http, renault.url)
    before = await cloud.account(max_age=NOW)
    assert Capability.LOCATION in before.vehicles[1].capabilities
    stored = cloud.stored
    for days in (6, 8):
        stored["refused"][SECOND]["location"] = (datetime.now(UTC) - timedelta(days=days)).isoformat()
        renault.faults.replace([{**each, "path": f"*{SECOND}/location"} for each in faults])
        renault.log.entries.clear()
        cloud = my_renault(http, renault.url, stored=stored)
        account = await cloud.account(max_age=NOW)
        assert asked(renault).count("GET location") == (days == 8)
        assert (Capability.LOCATION in account.vehicles[1].capabilities) is (promised and days == 8)
    assert account.vehicles[0] == before.vehicles[0]
    renault.log.entries.clear()
    renault.faults.replace([])
    # A pause survives a restart.
    freezer.tick(timedelta(minutes=15))
    await my_renault(http, renault.url, stored=cloud.stored).account(max_age=NOW)
    # Endpoints with an error are tried again, others are not.
    assert asked(renault).count("GET location") == (faults not in ([], [GONE]))


COMMANDS = {
    "actions/hvac-start": (Capability.PRECONDITIONING, lambda cloud: cloud.start_preconditioning(SECOND)),
}


@pytest.mark.parametrize(
    ("path", "capability", "command"), [(path, *each) for path, each in COMMANDS.items()], ids=COMMANDS
)
async def test_refused_command_is_offered_again_after_a_week(
    http: aiohttp.ClientSession,
    renault: MyRenaultSimulator,
    path: str,
    capability: Capability,
    command: Callable[[MyRenault], Awaitable[None]],
) -> None:
    """Only sending it shows whether it works now."""
    cloud = my_renault(http, renault.url)
    await cloud.account(max_age=NOW)
    renault.faults.replace([{**GONE, "path": f"*/{path}"}])
    with pytest.raises(UnsupportedError):
        await command(cloud)
    stored = cloud.stored
    (refused,) = (endpoint for endpoint in stored["refused"][SECOND] if endpoint.startswith("actions/"))
    for days, offered in ((6, False), (8, True)):
        stored["refused"][SECOND][refused] = (datetime.now(UTC) - timedelta(days=days)).isoformat()
        account = await my_renault(http, renault.url, stored=stored).account(max_age=NOW)
        assert (capability in account.vehicles[1].capabilities) is offered
