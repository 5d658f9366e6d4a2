"""Tests of the routes of commands for charging on a second-generation ZOE."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from simulator.myrenault import MyRenaultSimulator, Outcome, Route, RouteSet
from tests.simulator.owner import EVENING, SimulatorClient, owner_of, refusal

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
NIGHT = {"id": 1, "activated": True, **{day: {"startTime": "T02:00Z", "duration": 120} for day in DAYS}}
TOMORROW = EVENING + timedelta(days=1)
MINUTE = {"id": "1", "activated": True, "tuesday": {"startTime": "T18:00Z", "duration": 1}}
UNUSED = [{"id": str(number), "activated": False, **dict.fromkeys(DAYS)} for number in range(2, 6)]
START = ("v1/actions/charging-start", "ChargingStart", {"action": "start"})
STOP = ("v1/actions/charging-start", "ChargingStart", {"action": "stop"})
KCM_START = ("kcm/charge/start", "ChargingStart", {"action": "start"})
KCM_DELAYED = ("kcm/charge/start", "ChargingStart", {"action": "start", "startDateTime": f"{TOMORROW:%FT%T}.000Z"})
RESUME = ("kcm/charge/pause-resume", "ChargePauseResume", {"action": "resume"})
PAUSE = ("kcm/charge/pause-resume", "ChargePauseResume", {"action": "pause"})
ALWAYS = ("v1/actions/charge-mode", "ChargeMode", {"action": "always_charging"})
KEPT_ALWAYS = ("v1/actions/charge-mode", "ChargeMode", {"action": "always_charging", "schedules": [NIGHT]})
KCM_MINUTE = ("kcm/charge/schedule", "ChargeSchedule", {"schedules": [MINUTE, *UNUSED]})
KCA_NIGHT = ("v2/actions/charge-schedule", "ChargeSchedule", {"schedules": [NIGHT]})
KCM_NIGHT = ("kcm/charge/schedule", "ChargeSchedule", {"schedules": [NIGHT]})
STARTS = {
    Route.KCA_START: START,
    Route.KCM_START: KCM_START,
    Route.KCM_RESUME: RESUME,
    Route.KCA_MODE: ALWAYS,
    Route.KCA_MODE_WITH_PROGRAMS: KEPT_ALWAYS,
}
STOPS = {Route.KCM_PAUSE: PAUSE, Route.KCM_DELAYED_START: KCM_DELAYED, Route.KCM_SCHEDULE: KCM_MINUTE}
SCHEDULES = {Route.KCA_SCHEDULE: KCA_NIGHT, Route.KCM_SCHEDULE: KCM_NIGHT}
ANSWERS = {
    "invalid_body": (400, "err.func.wired.invalid-body-format"),
    "bad_request": (400, "err.func.400"),
    "forbidden": (403, "err.func.wired.forbidden"),
    "not_found": (404, "err.func.wired.not-found"),
}

type Sent = tuple[str, str, dict[str, Any]]


@pytest.fixture
async def owner(socket_enabled: None) -> AsyncIterator[SimulatorClient]:
    """Return the owner of a second-generation ZOE."""
    async with owner_of("ZOE50") as found:
        yield found


async def send(owner: SimulatorClient, sent: Sent) -> tuple[int, Any]:
    """Send a command."""
    name, kind, attributes = sent
    return await owner.command(name, kind, **attributes)


async def wait_for_window(owner: SimulatorClient) -> None:
    """Let the plugged-in car wait for its window."""
    await owner.change(level=50, plugged=True, charge_mode="scheduled")
    assert not owner.car.car.charging


@pytest.mark.parametrize("route", STARTS)
async def test_starts(owner: SimulatorClient, route: Route) -> None:
    """Each start works, and only the mode with programs keeps them."""
    await wait_for_window(owner)
    status, content = await send(owner, STARTS[route])
    assert (status, content["data"]["attributes"]) == (200, STARTS[route][2])
    assert owner.car.car.charging
    assert (await owner.settings()) == {"mode": "always", "schedules": []}
    kept = [each.number for each in owner.car.car.schedule.week.programs]
    assert kept == ([1] if route is Route.KCA_MODE_WITH_PROGRAMS else [])


@pytest.mark.parametrize("route", STOPS)
async def test_stops(owner: SimulatorClient, route: Route) -> None:
    """Each stop ends a charge that was started by a command."""
    await wait_for_window(owner)
    await send(owner, KCM_START)
    assert owner.car.car.charging
    assert (await send(owner, STOPS[route]))[0] == 200
    assert not owner.car.car.charging


async def test_delayed_start(owner: SimulatorClient) -> None:
    """A delayed start shows its time, and starts then."""
    await owner.change(level=50, plugged=True, delay=60)
    await send(owner, KCM_DELAYED)
    settings = await owner.settings()
    expected = {"mode": "delayed", "schedules": [], "startDateTime": "2026-01-13T18:00:00Z", "delay": 60}
    assert settings == expected
    assert (await owner.get("kcm/charge/settings"))[1]["data"]["attributes"] == settings
    owner.simulator.advance(86_400)
    assert owner.car.car.charging
    past = {**KCM_DELAYED[2], "startDateTime": f"{EVENING:%FT%TZ}"}
    assert refusal(await send(owner, (*KCM_DELAYED[:2], past))) == (400, "err.func.400")


async def test_stop_at_kca(owner: SimulatorClient) -> None:
    """A stop at KCA has an invalid body, unless it works."""
    await owner.change(level=50, plugged=True)
    assert refusal(await send(owner, STOP)) == (400, "err.func.wired.invalid-body-format")
    await owner.change(route_overrides={"kca_stop": "works"})
    assert (await send(owner, STOP))[0] == 200
    assert not owner.car.car.charging


@pytest.mark.parametrize("route", SCHEDULES)
async def test_schedules(owner: SimulatorClient, route: Route) -> None:
    """Both routes replace the programs; only KCM also follows them."""
    await owner.change(level=50, plugged=True)
    assert (await send(owner, SCHEDULES[route]))[0] == 200
    assert owner.car.car.schedule.week.programs[0].windows
    assert (await owner.settings())["mode"] == ("scheduled" if route is Route.KCM_SCHEDULE else "always")
    assert owner.car.car.charging is (route is Route.KCA_SCHEDULE)


@pytest.mark.parametrize("routes", RouteSet)
async def test_route_sets(owner: SimulatorClient, routes: RouteSet) -> None:
    """A start that does not work is accepted without an effect."""
    await wait_for_window(owner)
    await owner.change(routes=routes)
    for sent, works in ((START, routes in ("all", "kca")), (KCM_START, routes in ("all", "kcm"))):
        assert (await send(owner, sent))[0] == 200
        assert owner.car.car.charging is works
        await owner.change(charge_mode="scheduled")
        assert not owner.car.car.charging


@pytest.mark.parametrize("answer", ANSWERS)
async def test_answers(owner: SimulatorClient, answer: str) -> None:
    """A route that does not work can be rejected."""
    await wait_for_window(owner)
    await owner.change(routes="kcm", failing_route_outcome=answer)
    assert refusal(await send(owner, START)) == ANSWERS[answer]
    await owner.change(route_overrides={"kcm_start": answer})
    assert refusal(await send(owner, KCM_START)) == ANSWERS[answer]
    assert not owner.car.car.charging


async def test_start_that_waits(owner: SimulatorClient) -> None:
    """A start can be accepted while the car continues to wait for its window."""
    await wait_for_window(owner)
    await owner.change(route_overrides={"kcm_start": "waits", "kcm_pause": "ignored"})
    assert (await send(owner, KCM_START))[0] == 200
    assert not owner.car.car.charging
    assert (await owner.settings())["mode"] == "scheduled"
    await send(owner, START)
    assert (await send(owner, PAUSE))[0] == 200
    assert owner.car.car.charging


async def test_preconditioning_fails_only_without_any_route(owner: SimulatorClient) -> None:
    """Preconditioning exists only at KCA, so that `kcm` does not affect it."""
    start = ("v1/actions/hvac-start", "HvacStart", {"action": "start", "targetTemperature": 21})
    timer = {**start[2], "startDateTime": f"{TOMORROW:%FT%TZ}"}
    await owner.change(routes="kcm")
    assert (await send(owner, start))[0] == 200
    assert owner.car.preconditioning
    owner.simulator.advance(600)
    await owner.change(routes="none")
    assert [(await send(owner, each))[0] for each in (start, (*start[:2], timer))] == [200, 200]
    assert not owner.car.preconditioning
    assert owner.car.car.timer_at is None


async def test_modes_can_be_set(owner: SimulatorClient) -> None:
    """Every charge mode can be set; a delegated or delayed car shows no programs and keeps them."""
    await owner.change(level=50, plugged=True)
    for mode, charges in (("delegated", True), ("delayed", False), ("always", True), ("scheduled", False)):
        await owner.change(charge_mode=mode, delayed_start="2026-01-13T05:00:00Z")
        settings = await owner.settings()
        assert settings["mode"] == mode
        assert len(settings["schedules"]) == (mode == "scheduled")
        assert ("startDateTime" in settings) is (mode == "delayed")
        assert owner.car.car.charging is charges
    await owner.change(charge_mode="delayed")
    assert (await owner.settings())["startDateTime"] == f"{TOMORROW:%FT%TZ}"


async def test_delayed_car_can_follow_its_programs_again(owner: SimulatorClient) -> None:
    """A mode command ends a delayed start."""
    await owner.change(charge_mode="delayed")
    await owner.command("v1/actions/charge-mode", "ChargeMode", action="schedule_mode")
    assert (await owner.settings())["mode"] == "scheduled"
    assert owner.car.car.schedule.week.starts_at is None


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"routes": "both"}, "routes: one of all, kca, kcm, none"),
        ({"failing_route_outcome": "works"}, "failing_route_outcome: ignored or an error"),
        ({"route_overrides": {"kcx": "works"}}, "route_overrides: one of"),
        ({"charge_mode": "never"}, "charge_mode: one of"),
        ({"level": 200, "routes": "kca"}, "0 to 100"),
        ({"colour": "red"}, "unknown: colour"),
    ],
)
async def test_invalid_changes_are_rejected(owner: SimulatorClient, fields: dict[str, Any], message: str) -> None:
    """An invalid change has a reason and changes nothing."""
    before = (await owner.control("state", "GET"))["cars"]
    status, content = await owner.request("POST", f"/simulator/cars/{owner.car.vin}", json=fields)
    assert (status, message in content["error"]) == (400, True), content
    assert (await owner.control("state", "GET"))["cars"] == before


async def test_routes_at_start(socket_enabled: None) -> None:
    """The routes can be set at the start, and a reset restores them."""
    async with owner_of("ZOE50", routes="kca") as owner:
        assert owner.car.quirks.routes is RouteSet.KCA
        await owner.change(routes="none", route_overrides={"kca_start": "works"})
        assert owner.car.quirks.outcome(Route.KCA_START) is Outcome.WORKS
        await owner.control("reset")
        assert owner.car.quirks.routes is RouteSet.KCA
    with pytest.raises(ValueError, match="both"):
        MyRenaultSimulator(routes="both")


async def test_car_out_of_reach_and_ignored_commands(owner: SimulatorClient) -> None:
    """A schedule waits until the car is in reach, and a car that does not obey ignores it."""
    await owner.change(level=50, plugged=True, in_reach=False)
    await send(owner, KCM_NIGHT)
    assert (await owner.settings())["mode"] == "always"
    await owner.change(in_reach=True)
    owner.simulator.advance(120)
    assert (await owner.settings())["mode"] == "scheduled"
    await owner.change(obeys_schedule=False)
    await send(owner, KCM_MINUTE)
    assert len((await owner.settings())["schedules"]) == 1
