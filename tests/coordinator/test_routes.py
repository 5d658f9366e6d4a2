"""A command at MY Renault over several routes: one after another, while the car shows no effect."""

from collections.abc import Sequence
from typing import Any

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from simulator.myrenault import MyRenaultSimulator
from simulator.myrenault.routes import Outcome, Route, RouteSet
from tests.common import ask, call, state, value
from tests.conftest import Later
from tests.coordinator.routes import (
    ALL_STOP,
    CHARGING,
    COMMAND,
    KCA,
    KCM,
    MODE,
    PAUSE,
    POLL,
    SCHEDULE,
    START,
    STOP,
    device,
    minutes,
    sent,
    wait,
)

__all__ = ["device"]

pytestmark = pytest.mark.freeze_time("2026-11-18 14:30:00+00:00")


@pytest.mark.usefixtures("device")
@pytest.mark.parametrize(
    ("routes", "expected"),
    [(RouteSet.ALL, [KCM]), (RouteSet.KCM, [KCM]), (RouteSet.KCA, [KCM, KCA])],
    ids=str,
)
async def test_start(
    hass: HomeAssistant, renault: MyRenaultSimulator, later: Later, routes: RouteSet, expected: list[str]
) -> None:
    """Send the next route after three minutes without an effect, and show the one that worked."""
    renault.vehicle().quirks.routes = routes
    await call(hass, "button.press", START)
    await wait(later, 165)
    assert sent(renault) == [KCM]
    await minutes(later, 3)
    assert sent(renault) == expected
    assert (value(hass, COMMAND), value(hass, CHARGING)) == ("confirmed", "on")
    assert state(hass, COMMAND).attributes["route"] == ("kca_start" if KCA in expected else "kcm_start")


@pytest.mark.usefixtures("device")
async def test_no_route_works(hass: HomeAssistant, renault: MyRenaultSimulator, later: Later) -> None:
    """Send each route once with at most four reads, then report that the car shows nothing."""
    renault.vehicle().quirks.routes = RouteSet.NONE
    await call(hass, "button.press", START)
    reads: list[int] = []
    for _ in range(12 * 60 // POLL):
        await later(POLL)
        known = [each.path for each in renault.log.entries]
        reads.append(sum("battery-status" in path for path in known))
    assert sent(renault) == [KCM, KCA, MODE]
    assert (value(hass, COMMAND), state(hass, COMMAND).attributes["reason"]) == ("timed_out", "no_confirmation")
    between = [each.path.rsplit("/", 1)[-1] for each in renault.log.entries]
    assert between[between.index("start") : between.index("charging-start")].count("battery-status") <= 4
    assert between[between.index("charging-start") : between.index("charge-mode")].count("battery-status") <= 4


@pytest.mark.usefixtures("device")
@pytest.mark.parametrize(
    "outcome", [Outcome.INVALID_BODY, Outcome.BAD_REQUEST, Outcome.FORBIDDEN, Outcome.NOT_FOUND], ids=str
)
async def test_refused_routes(hass: HomeAssistant, renault: MyRenaultSimulator, later: Later, outcome: Outcome) -> None:
    """Send the next route at once if the server does not accept one."""
    renault.vehicle().quirks.route_overrides = {Route.KCM_START: outcome, Route.KCA_START: outcome}
    await call(hass, "button.press", START)
    assert sent(renault) == [KCM, KCA, MODE]
    await minutes(later, 2)
    assert value(hass, COMMAND) == "confirmed"
    assert state(hass, COMMAND).attributes["route"] == "kca_mode"


@pytest.mark.usefixtures("device")
async def test_route_that_worked_comes_first(
    hass: HomeAssistant, renault: MyRenaultSimulator, renault_entry: MockConfigEntry, later: Later
) -> None:
    """Use it for the next command, also after a restart."""
    renault.vehicle().quirks.routes = RouteSet.KCA
    await call(hass, "button.press", START)
    await minutes(later, 5)
    assert sent(renault) == [KCM, KCA]
    renault.vehicle().car.unplug()
    renault.vehicle().report_now()
    await minutes(later, 20)
    renault.vehicle().enable(enabled=True)
    renault.vehicle().car.plug()
    await hass.config_entries.async_reload(renault_entry.entry_id)
    await minutes(later, 2)
    renault.log.entries.clear()
    await call(hass, "button.press", START)
    await minutes(later, 2)
    assert sent(renault) == [KCA]


@pytest.mark.usefixtures("device")
async def test_restart_in_the_middle(
    hass: HomeAssistant, renault: MyRenaultSimulator, renault_entry: MockConfigEntry, later: Later
) -> None:
    """Send no other route for a command of an earlier run, and report that its outcome is unknown."""
    renault.vehicle().quirks.routes = RouteSet.NONE
    await call(hass, "button.press", START)
    await minutes(later, 1)
    await hass.config_entries.async_reload(renault_entry.entry_id)
    await minutes(later, 12)
    assert sent(renault) == [KCM]
    assert (value(hass, COMMAND), state(hass, COMMAND).attributes["reason"]) == ("timed_out", "unobserved")


@pytest.mark.usefixtures("device")
@pytest.mark.parametrize("when", ["before", "after"])
async def test_lost_response(hass: HomeAssistant, renault: MyRenaultSimulator, later: Later, when: str) -> None:
    """Watch the car as after a response."""
    renault.faults.replace([{"method": "POST", "path": f"*/{KCM}", "kind": "drop", "when": when}])
    with pytest.raises(Exception, match="did not respond"):
        await call(hass, "button.press", START)
    await wait(later, 165)
    assert sent(renault) == [KCM]
    await minutes(later, 3)
    assert sent(renault) == ([KCM] if when == "after" else [KCM, KCA])
    assert value(hass, COMMAND) == "confirmed"


@pytest.mark.usefixtures("device")
@pytest.mark.parametrize(("status", "changes"), [(0.3, True), (None, False)], ids=["changes", "stays"])
async def test_change_of_the_charging_state(
    hass: HomeAssistant, renault: MyRenaultSimulator, later: Later, status: float | None, *, changes: bool
) -> None:
    """Send no other route after a change; a car that was waiting before is not a sign."""
    renault.vehicle().quirks.route_overrides = {Route.KCM_START: Outcome.WAITS}
    await call(hass, "button.press", START)
    await minutes(later, 1)
    renault.vehicle().quirks.charging_status = status
    await minutes(later, 1)
    renault.vehicle().quirks.charging_status = None
    await minutes(later, 4)
    assert sent(renault) == ([KCM] if changes else [KCM, KCA])


@pytest.mark.usefixtures("device")
async def test_unplugged_car(hass: HomeAssistant, renault: MyRenaultSimulator, later: Later) -> None:
    """Send no other route if something else explains why the car does not charge."""
    renault.vehicle().car.unplug()
    renault.vehicle().report_now()
    await call(hass, "button.press", START)
    await minutes(later, 12)
    assert sent(renault) == [KCM]
    assert state(hass, COMMAND).attributes["reason"] == "not_plugged_in"


@pytest.mark.usefixtures("device")
async def test_request_limit(
    hass: HomeAssistant, renault: MyRenaultSimulator, renault_entry: MockConfigEntry, later: Later
) -> None:
    """Send no other route without requests left, and watch the car until the usual timeout."""
    renault.vehicle().quirks.routes = RouteSet.NONE
    quota = next(iter(renault_entry.runtime_data.vehicles.values())).cloud._session._quota
    quota._left = 2.0
    await call(hass, "button.press", START)
    for _ in range(11 * 60 // POLL):
        quota._left = min(quota._left, 1.2)
        await later(POLL)
    assert sent(renault) == [KCM]
    assert value(hass, COMMAND) == "timed_out"


async def charging(hass: HomeAssistant, renault: MyRenaultSimulator, later: Later) -> None:
    """Let the car charge by its schedule."""
    renault.vehicle().car.start_charge()
    renault.vehicle().report_now()
    await minutes(later, 61)
    assert value(hass, CHARGING) == "on"
    renault.log.entries.clear()


@pytest.mark.usefixtures("device")
@pytest.mark.parametrize(
    ("outcomes", "expected"),
    [
        ({}, [SCHEDULE]),
        ({Route.KCM_SCHEDULE: Outcome.IGNORED}, [SCHEDULE, KCM]),
        (dict.fromkeys((Route.KCM_SCHEDULE, Route.KCM_DELAYED_START), Outcome.IGNORED), [SCHEDULE, KCM, PAUSE]),
        (dict.fromkeys((Route.KCM_SCHEDULE, Route.KCM_DELAYED_START, Route.KCM_PAUSE), Outcome.IGNORED), ALL_STOP),
    ],
    ids=["schedule", "delayed start", "pause", "all"],
)
async def test_stop(
    hass: HomeAssistant,
    renault: MyRenaultSimulator,
    later: Later,
    outcomes: dict[Route, Outcome],
    expected: Sequence[str],
) -> None:
    """Stop over one route after another; a pause that is accepted without effect is followed by the last one."""
    await charging(hass, renault, later)
    renault.vehicle().quirks.route_overrides = outcomes
    await call(hass, "button.press", STOP)
    await minutes(later, 3 * len(expected) - 1)
    assert sent(renault) == expected
    assert (value(hass, CHARGING) == "off") is (expected is not ALL_STOP)
    await minutes(later, 7)
    assert value(hass, COMMAND) == ("timed_out" if expected is ALL_STOP else "confirmed")


async def test_stop_of_a_car_that_does_not_charge(
    hass: HomeAssistant, device: str, renault: MyRenaultSimulator
) -> None:
    """Send nothing."""
    with pytest.raises(Exception, match="not charging"):
        await ask(hass, "stop_charge", device)
    assert sent(renault) == []


@pytest.mark.usefixtures("device")
@pytest.mark.parametrize("charges", [False, True], ids=["start", "stop"])
async def test_opposite_replaces_a_pending_command(
    hass: HomeAssistant, renault: MyRenaultSimulator, renault_entry: MockConfigEntry, later: Later, *, charges: bool
) -> None:
    """Send it although the car shows no effect of the first one yet, which may arrive later."""
    if charges:
        await charging(hass, renault, later)
    renault.vehicle().quirks.route_overrides = dict.fromkeys((Route.KCM_START, Route.KCM_SCHEDULE), Outcome.IGNORED)
    first, second = (STOP, START) if charges else (START, STOP)
    await call(hass, "button.press", first)
    await minutes(later, 1)
    await call(hass, "button.press", second)
    await minutes(later, 12)
    assert sent(renault) == ([SCHEDULE, KCM] if charges else [KCM, SCHEDULE])
    (car,) = renault_entry.runtime_data.vehicles.values()
    earlier, last = sorted(car.data.commands.values(), key=lambda result: result.sent_at)
    assert (earlier.status, earlier.reason, last.status) == ("failed", "superseded", "confirmed")


@pytest.mark.usefixtures("device")
async def test_start_of_an_unplugged_car_while_a_stop_is_pending(
    hass: HomeAssistant, renault: MyRenaultSimulator, later: Later
) -> None:
    """It cannot charge: the start is refused as always."""
    await charging(hass, renault, later)
    renault.vehicle().quirks.route_overrides = {Route.KCM_SCHEDULE: Outcome.IGNORED}
    await call(hass, "button.press", STOP)
    renault.vehicle().car.unplug()
    renault.vehicle().report_now()
    with pytest.raises(Exception, match="not plugged in"):
        await call(hass, "button.press", START)
    assert sent(renault) == [SCHEDULE]


async def test_response_names_the_route(hass: HomeAssistant, device: str, renault: MyRenaultSimulator) -> None:
    """Name it in the response of an action."""
    response: Any = await ask(hass, "start_charge", device)
    assert (response["status"], response["route"]) == ("accepted", "kcm_start")
