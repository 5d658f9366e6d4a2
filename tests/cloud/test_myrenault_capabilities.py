"""The capabilities of a car at MY Renault, which no single refusal removes."""

from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any, override

import aiohttp
import pytest

from custom_components.renault_ze.cloud.exceptions import UnsupportedError
from custom_components.renault_ze.cloud.models import Capability, CommandKind
from custom_components.renault_ze.cloud.myrenault import MyRenault
from custom_components.renault_ze.cloud.protocol import Clock
from simulator.myrenault import MyRenaultSimulator
from tests.cloud.myrenault import DAY, FIRST, LONDON, NOW, SECOND, asked, my_renault, serve_sessions


class _Clock(Clock):
    """A clock that can be advanced."""

    def __init__(self) -> None:
        """Start at the present."""
        self.passed = timedelta()

    @override
    def now(self) -> datetime:
        return super().now() + self.passed

    @override
    def monotonic(self) -> float:
        return super().monotonic() + self.passed.total_seconds()


async def test_account(adapter: MyRenault, renault: MyRenaultSimulator) -> None:
    """Find both cars with their capabilities and the commands that are never confirmed."""
    account = await adapter.account(max_age=NOW)
    assert account.id == renault.account.identifier("MYRENAULT")
    first, second = account.vehicles
    assert (first.vin, first.model, first.battery_kwh, first.time_zone) == (FIRST, "ZOE", 41.0, LONDON)
    assert (second.vin, second.model, second.battery_kwh) == (SECOND, "ZOE", 52.0)
    both = {
        *(Capability.BATTERY, Capability.CABIN, Capability.CHARGE_HISTORY, Capability.CHARGE_SCHEDULE),
        *(Capability.CHARGE_STATE, Capability.MILEAGE, Capability.PICTURE, Capability.PRECONDITIONING),
        *(Capability.PRECONDITIONING_TEMPERATURE, Capability.PRECONDITIONING_TIMER),
        *(Capability.PRECONDITIONING_TIMER_STATE, Capability.START_CHARGE, Capability.STOP_CHARGE),
    }
    assert first.capabilities - both == {Capability.CANCEL_PRECONDITIONING, Capability.OUTSIDE_TEMPERATURE}
    assert second.capabilities - both == {
        Capability.BATTERY_ENERGY,
        Capability.CAR_DEPARTURES,
        Capability.LOCATION,
        Capability.PRECONDITIONING_STATE,
        Capability.TIRE_PRESSURES,
        Capability.USABLE_CAPACITY,
    }
    assert CommandKind.PRECONDITION in first.unconfirmable
    assert CommandKind.PRECONDITION not in second.unconfirmable
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


async def test_new_car(http: aiohttp.ClientSession, renault: MyRenaultSimulator) -> None:
    """An endpoint that is refused from the beginning is no capability, also after a restart, which tries it again."""
    serve_sessions(renault, SECOND)
    renault.faults.replace([{**GONE, "path": f"*{SECOND}/location"}])
    cloud = my_renault(http, renault.url)
    first, second = (await cloud.account(max_age=NOW)).vehicles
    assert Capability.PRECONDITIONING_HISTORY not in first.capabilities
    assert Capability.PRECONDITIONING_HISTORY in second.capabilities
    assert Capability.LOCATION not in second.capabilities
    with pytest.raises(UnsupportedError):
        await cloud.location(SECOND)
    assert asked(renault).count("GET location") == 1
    renault.log.entries.clear()
    again = my_renault(http, renault.url, stored=cloud.stored)
    assert (await again.account(max_age=NOW)).vehicles == (first, second)
    assert asked(renault) == ["POST accounts.getJWT", "GET vehicles", "GET hvac-sessions", "GET location"]
    renault.faults.replace([])
    served = my_renault(http, renault.url, stored=again.stored)
    assert Capability.LOCATION in (await served.account(max_age=NOW)).vehicles[1].capabilities


@pytest.mark.parametrize("served", [True, False], ids=["an empty list", "no list"])
async def test_empty_sessions_are_no_support(
    http: aiohttp.ClientSession, renault: MyRenaultSimulator, served: bool
) -> None:
    """Do not offer a history that the server no longer fills."""
    renault.vehicle(SECOND).quirks.serves_sessions = served
    renault.vehicle(SECOND).quirks.empty_sessions = not served
    cloud = my_renault(http, renault.url)
    second = (await cloud.account(max_age=NOW)).vehicles[1]
    assert Capability.PRECONDITIONING_HISTORY not in second.capabilities
    with pytest.raises(UnsupportedError):
        await cloud.last_preconditioning(SECOND)
    assert asked(renault).count("GET hvac-sessions") <= 2


GONE = {"kind": "refusal", "error": "not_found"}
# The result of trying an endpoint again that was refused from the beginning, and whether it is offered then.
RESPONSES: dict[str, tuple[list[dict[str, Any]], bool]] = {
    "served": ([], True),
    "refused once more": ([GONE], False),
    "trouble": ([{"kind": "html"}], False),
    "quota": ([{"kind": "rate_limit"}], False),
}


@pytest.mark.parametrize(("faults", "promised"), RESPONSES.values(), ids=RESPONSES)
async def test_refused_endpoint_is_tried_again_within_hours(
    http: aiohttp.ClientSession,
    renault: MyRenaultSimulator,
    faults: list[dict[str, Any]],
    promised: bool,
) -> None:
    """Offer it without a restart once the server serves it, and ask for it every few hours."""
    renault.faults.replace([{**GONE, "path": f"*{SECOND}/location"}])
    clock = _Clock()
    cloud = my_renault(http, renault.url, clock=clock)
    await cloud.account(max_age=NOW)
    for _ in range(48):
        clock.passed += timedelta(hours=1)
        renault.advance(3600)
        assert Capability.LOCATION not in (await cloud.account(max_age=3 * DAY)).vehicles[1].capabilities
    assert 8 <= asked(renault).count("GET location") <= 10
    renault.faults.replace([{**each, "path": f"*{SECOND}/location"} for each in faults])
    clock.passed += timedelta(hours=6)
    account = await cloud.account(max_age=3 * DAY)
    assert (Capability.LOCATION in account.vehicles[1].capabilities) is promised


REFUSALS = ("access_denied", "forbidden", "not_found", "gone", "not_supported")


@pytest.mark.parametrize("error", REFUSALS)
@pytest.mark.parametrize("path", ["cockpit", "hvac-status", "location", "charging-settings", "charges"])
async def test_refusal_of_a_served_endpoint_removes_nothing(
    http: aiohttp.ClientSession, renault: MyRenaultSimulator, path: str, error: str
) -> None:
    """Keep the capabilities, also after a restart, and ask again at once."""
    cloud = my_renault(http, renault.url)
    before = await cloud.account(max_age=NOW)
    renault.faults.replace([{"kind": "refusal", "error": error, "path": f"*{SECOND}/{path}"}])
    renault.advance(30)
    read: Callable[[MyRenault], Awaitable[Any]] = {
        "cockpit": lambda cloud: cloud.mileage(SECOND),
        "hvac-status": lambda cloud: cloud.cabin(SECOND),
        "location": lambda cloud: cloud.location(SECOND),
        "charging-settings": lambda cloud: cloud.charge_schedule(SECOND),
        "charges": lambda cloud: cloud.charge_history(SECOND, date(2026, 1, 1), date(2026, 1, 1)),
    }[path]
    again = my_renault(http, renault.url, stored=cloud.stored)
    for _ in range(3):
        with pytest.raises(UnsupportedError):
            await read(again)
        assert await again.account(max_age=NOW) == before
    renault.faults.replace([])
    await read(my_renault(http, renault.url, stored={**again.stored, "requests": None}))


COMMANDS = {
    "actions/hvac-start": lambda cloud: cloud.start_preconditioning(SECOND),
}


@pytest.mark.parametrize(("path", "command"), COMMANDS.items(), ids=COMMANDS)
async def test_refused_command_is_sent_again(
    http: aiohttp.ClientSession,
    renault: MyRenaultSimulator,
    path: str,
    command: Callable[[MyRenault], Awaitable[None]],
) -> None:
    """Only sending it shows whether it works now."""
    cloud = my_renault(http, renault.url)
    before = await cloud.account(max_age=NOW)
    renault.faults.replace([{**GONE, "path": f"*/{path}"}])
    for _ in range(3):
        with pytest.raises(UnsupportedError):
            await command(cloud)
    assert asked(renault).count(f"POST {path}") == 3
    assert await cloud.account(max_age=NOW) == before
    renault.faults.replace([])
    again = my_renault(http, renault.url, stored=cloud.stored)
    await command(again)
    assert asked(renault).count(f"POST {path}") == 4


async def test_stored_by_an_earlier_version(http: aiohttp.ClientSession, renault: MyRenaultSimulator) -> None:
    """Keep what was served, and try what was refused, which one refusal had removed for a week."""
    cloud = my_renault(http, renault.url)
    before = await cloud.account(max_age=NOW)
    stored = {key: value for key, value in cloud.stored.items() if key != "endpoints"}
    at = datetime.now(UTC).isoformat()
    refused = {SECOND: {"hvac-sessions": at, "location": at, "actions/hvac-start": at}}
    earlier = {**stored, "probed": [FIRST, SECOND], "refused": {FIRST: {"hvac-sessions": at}, **refused}}
    renault.faults.replace([{**GONE, "path": f"*{SECOND}/cockpit"}])
    renault.log.entries.clear()
    account = await my_renault(http, renault.url, stored=earlier).account(max_age=NOW)
    assert account == before
    tried = ["GET hvac-sessions", "GET location", "GET hvac-sessions"]
    assert sorted(asked(renault)) == sorted(["POST accounts.getJWT", "GET vehicles", *tried])
