"""Tests of the departures that cars keep themselves: programs of `ev/settings` and of `hvac-settings`."""

from collections.abc import AsyncIterator
from copy import deepcopy
from datetime import UTC, datetime
from typing import Any

import pytest
from renault_api.kamereon.models import HvacDaySchedule, HvacSchedule

from simulator.world.records import PreconditioningEntry, Source
from tests.simulator.owner import SimulatorClient, owner_of, refusal

SETTINGS = "kcm/ev/settings"
SETTINGS_MODELS = ["R5", "A290", "R4", "Scenic", "Master", "Spring25", "Rafale"]
PROGRAM_MODELS = ["ZOE50", "Megane", "Twingo", "Captur", "MeganePHEV"]
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
HALF_PAST_SEVEN = datetime(2026, 1, 13, 7, 30, tzinfo=UTC)


@pytest.fixture
async def owner(socket_enabled: None) -> AsyncIterator[SimulatorClient]:
    """Return the owner of a Renault 5."""
    async with owner_of("R5") as found:
        yield found


async def send_program(owner: SimulatorClient, kind: str = "PRECONDITIONING", **changes: Any) -> None:
    """Activate the first program, whose departure is at 07:30 every day, and let it reach the car."""
    _, current = await owner.get(SETTINGS)
    first, *others = deepcopy(current["programs"])
    first |= {"programActivationStatus": True, "programType": kind, **changes}
    body = {**current, "programs": [first, *others]}
    assert (await owner.post(SETTINGS, body))[0] == 200
    owner.simulator.advance(60)
    assert (await owner.get(SETTINGS))[1]["programs"] == [first, *others]


async def is_on(owner: SimulatorClient, at: datetime) -> bool:
    """Return whether the car shows preconditioning at a time."""
    owner.simulator.clock.set(at)
    owner.simulator.backend.advance()
    status, content = await owner.get("v1/hvac-status")
    assert status == 200
    return bool(content["data"]["attributes"]["hvacStatus"] == "on")


async def ran(owner: SimulatorClient, at: datetime = HALF_PAST_SEVEN) -> list[bool]:
    """Return whether the car is preconditioned before its usual duration, during it, and after the departure."""
    run = owner.car.car.run
    return [await is_on(owner, each) for each in (at - run * 1.1, at - run * 0.5, at)]


@pytest.mark.parametrize("model", SETTINGS_MODELS)
@pytest.mark.parametrize("kind", ["PRECONDITIONING", "CHARGE_AND_PRECONDITIONING"])
async def test_program_preconditions(socket_enabled: None, model: str, kind: str) -> None:
    """Each model with settings is preconditioned up to the departure of an active program."""
    async with owner_of(model) as owner:
        await send_program(owner, kind)
        assert await ran(owner) == [False, True, False]
        entry = owner.car.records.preconditionings[-1]
        assert entry == PreconditioningEntry(HALF_PAST_SEVEN - owner.car.car.run, Source.CAR, success=True)


async def test_program_charges_and_preconditions(owner: SimulatorClient) -> None:
    """A program for both charges to the target in the window of the night, and is ready in the morning."""
    await owner.change(level=50, plugged=True)
    await send_program(owner, "CHARGE_AND_PRECONDITIONING")
    assert not owner.car.car.charging
    assert await ran(owner) == [False, True, False]
    battery = (await owner.get("v2/battery-status"))[1]["data"]["attributes"]
    assert battery["batteryLevel"] >= 79
    assert owner.car.records.charges[-1].level == 80
    assert owner.car.records.charges[-1].at < HALF_PAST_SEVEN


@pytest.mark.parametrize(
    "changes",
    [
        {"kind": "CHARGE"},
        {"programActivationStatus": False},
        {"programActivationTuesday": False},
        {"programDepartureTime": None},
    ],
)
async def test_programs_that_do_not_precondition(owner: SimulatorClient, changes: dict[str, Any]) -> None:
    """A program for charging, inactive, of other days, or without a time does not precondition."""
    await send_program(owner, **changes)
    assert await ran(owner) == [False, False, False]


async def test_days_of_a_program(owner: SimulatorClient) -> None:
    """A program for the weekend preconditions on those days, at its time."""
    weekend = {f"programActivation{day}": day.startswith("S") for day in DAYS}
    await send_program(owner, **weekend, programDepartureTime="09:05")
    assert await ran(owner) == [False, False, False]
    assert await ran(owner, datetime(2026, 1, 16, 9, 5, tzinfo=UTC)) == [False, False, False]
    assert await ran(owner, datetime(2026, 1, 17, 9, 5, tzinfo=UTC)) == [False, True, False]


async def test_deleted_program(owner: SimulatorClient) -> None:
    """A program that is deleted again does not precondition, and the others stay."""
    _, before = await owner.get(SETTINGS)
    await send_program(owner)
    assert (await owner.post(SETTINGS, before))[0] == 200
    owner.simulator.advance(60)
    assert await ran(owner) == [False, False, False]
    assert (await owner.get(SETTINGS))[1]["programs"] == before["programs"]


async def test_more_programs_than_the_app(owner: SimulatorClient) -> None:
    """A program can be added, and each departure is prepared."""
    _, current = await owner.get(SETTINGS)
    first = {**current["programs"][0], "programActivationStatus": True, "programType": "PRECONDITIONING"}
    added = {**first, "programDepartureTime": "12:00"}
    await owner.post(SETTINGS, {**current, "programs": [first, *current["programs"][1:], added]})
    owner.simulator.advance(60)
    assert len((await owner.get(SETTINGS))[1]["programs"]) == 4
    assert await ran(owner) == [False, True, False]
    assert await ran(owner, HALF_PAST_SEVEN.replace(hour=12, minute=0)) == [False, True, False]


async def test_program_is_in_the_time_zone_of_the_car(owner: SimulatorClient) -> None:
    """The departure is in local time, also after the time zone has changed."""
    await send_program(owner)
    await owner.change(timezone="Europe/Paris")
    assert await ran(owner, HALF_PAST_SEVEN.replace(hour=6)) == [False, True, False]


async def test_departure_with_a_low_battery(owner: SimulatorClient) -> None:
    """Below the threshold that the car reports, a departure is not prepared."""
    await send_program(owner)
    threshold = (await owner.get("v1/hvac-status"))[1]["data"]["attributes"]["socThreshold"]
    assert threshold == 15.0
    await owner.change(level=threshold - 1)
    assert await ran(owner) == [False, False, False]
    assert not owner.car.records.preconditionings[-1].success


async def test_departures_can_be_ignored(owner: SimulatorClient) -> None:
    """A car can hold programs without following their departures, until it does."""
    await owner.change(follows_departures=False)
    await send_program(owner)
    assert await ran(owner) == [False, False, False]
    await owner.change(follows_departures=True)
    assert await ran(owner, HALF_PAST_SEVEN.replace(day=14)) == [False, True, False]


async def test_departures_survive_a_restart(owner: SimulatorClient) -> None:
    """Departures and charge limits are restored with the car."""
    await send_program(owner)
    await owner.change(soc_levels={"socMin": 30, "socTarget": 90})
    state = owner.simulator.backend.state()
    await owner.control("reset")
    assert owner.car.car.depart_at is None
    owner.simulator.backend.restore(state)
    assert (owner.car.car.minimum, owner.car.car.target) == (30, 90)
    assert await ran(owner) == [False, True, False]


async def test_state_of_an_earlier_version(owner: SimulatorClient) -> None:
    """A state without limits and departures in the car follows the stored settings."""
    await send_program(owner)
    state = owner.simulator.backend.state()
    for name in ("departures", "depart_at", "minimum", "target", "cabin"):
        del state["vehicles"][0]["car"][name]
    owner.simulator.backend.restore(state)
    assert (owner.car.car.minimum, owner.car.car.target) == (20, 80)
    assert await ran(owner) == [False, True, False]


async def test_departure_leaves_a_pending_start(owner: SimulatorClient) -> None:
    """A start that was requested for later stays pending, and runs too."""
    at = HALF_PAST_SEVEN.replace(hour=9, minute=0)
    body = {"action": "start", "targetTemperature": 20, "startDateTime": f"{at:%FT%TZ}"}
    await owner.command("v1/actions/hvac-start", "HvacStart", **body)
    await send_program(owner)
    assert await ran(owner) == [False, True, False]
    assert (await owner.get("v1/hvac-status"))[1]["data"]["attributes"]["nextHvacStartDate"] == f"{at:%FT%TZ}"
    assert await ran(owner, at + owner.car.car.run) == [False, True, False]


async def test_cabin_has_the_temperature_of_the_settings(owner: SimulatorClient) -> None:
    """The cabin is at the temperature of the settings at the departure, and cools down afterwards."""
    await owner.change(ev_settings={"preconditioningTemperature": 24.0})
    await send_program(owner)
    assert await ran(owner) == [False, True, False]
    shown = [(await owner.get("v1/hvac-status"))[1]["data"]["attributes"]["internalTemperature"]]
    for _ in range(2):
        owner.simulator.advance(3600)
        shown.append((await owner.get("v1/hvac-status"))[1]["data"]["attributes"]["internalTemperature"])
    assert shown[0] == pytest.approx(23.5, abs=0.5)
    assert shown[0] > shown[1] > shown[2] > owner.car.car.outside - 1


async def test_window_can_be_daily(owner: SimulatorClient) -> None:
    """The window of an active program can open on all days, as on a Rafale."""
    await owner.change(level=50, plugged=True)
    await send_program(owner, "CHARGE", programActivationMonday=False)
    owner.simulator.advance(6 * 3600)
    assert not owner.car.car.charging
    await owner.change(daily_window=True)
    assert owner.car.car.charging
    await owner.change(daily_window=False)
    assert not owner.car.car.charging
    async with owner_of("Rafale") as other:
        assert other.car.quirks.daily_window


@pytest.mark.parametrize(
    ("stamp", "stored"),
    [("2024-12-31T23:59:59Z", False), ("2025-01-01T00:00:00", True), ("2026-01-12T18:00:00.5Z", True), (None, True)],
)
async def test_old_settings_can_be_discarded(owner: SimulatorClient, stamp: str | None, *, stored: bool) -> None:
    """Settings that are older than the stored ones can be accepted without effect."""
    await owner.change(discards_old_settings=True)
    _, current = await owner.get(SETTINGS)
    body = {**current, "lastSettingsUpdateTimestamp": stamp, "preconditioningTemperature": 18}
    assert (await owner.post(SETTINGS, body))[0] == 200
    owner.simulator.advance(60)
    assert ((await owner.get(SETTINGS))[1]["preconditioningTemperature"] == 18) is stored
    wrong = await owner.post(SETTINGS, {**body, "lastSettingsUpdateTimestamp": "today"})
    assert refusal(wrong) == (400, "err.func.400")


def ready_on_tuesday(clock: str, *, activated: bool = True) -> HvacSchedule:
    """Return a program of the library that is ready on Tuesday."""
    day = HvacDaySchedule(raw_data={}, readyAtTime=clock)
    others = dict.fromkeys(("monday", "wednesday", "thursday", "friday", "saturday", "sunday"))
    return HvacSchedule(raw_data={}, id=1, activated=activated, tuesday=day, **others)


@pytest.mark.parametrize("model", PROGRAM_MODELS)
async def test_preconditioning_program(socket_enabled: None, model: str) -> None:
    """Each model with `hvac-settings` is ready at the time of a program."""
    async with owner_of(model) as owner:
        vehicle = await owner.library()
        await vehicle.set_hvac_schedules([ready_on_tuesday("T07:30Z")])
        owner.simulator.advance(60)
        assert await ran(owner) == [False, True, False]
        assert await ran(owner, HALF_PAST_SEVEN.replace(day=14)) == [False, False, False]


async def test_preconditioning_programs_are_replaced_or_inactive(socket_enabled: None) -> None:
    """An inactive program, and one that was replaced, does not precondition."""
    async with owner_of("ZOE50") as owner:
        vehicle = await owner.library()
        await vehicle.set_hvac_schedules([ready_on_tuesday("T07:30Z", activated=False)])
        owner.simulator.advance(60)
        assert await ran(owner) == [False, False, False]
        await owner.change(hvac_programs=[{"id": 1, "activated": True, "wednesday": {"readyAtTime": "T07:30Z"}}])
        await vehicle.set_hvac_schedules([])
        owner.simulator.advance(60)
        assert await ran(owner, HALF_PAST_SEVEN.replace(day=14)) == [False, False, False]


@pytest.mark.parametrize(("clock", "hour"), [("utc", 6), ("local", 5)])
async def test_clock_of_preconditioning_programs(socket_enabled: None, clock: str, hour: int) -> None:
    """The `Z` of a program can mean UTC or the car's local time."""
    async with owner_of("ZOE50") as owner:
        await owner.change(timezone="Europe/Paris", program_clock=clock)
        await owner.change(hvac_programs=[{"id": 3, "activated": True, "tuesday": {"readyAtTime": "T06:00Z"}}])
        assert await ran(owner, HALF_PAST_SEVEN.replace(hour=hour, minute=0)) == [False, True, False]


async def test_zoe_that_is_not_in_program_mode(socket_enabled: None) -> None:
    """A ZOE that does not follow its programs keeps them, and shows another mode."""
    async with owner_of("ZOE50") as owner:
        programs = [{"id": 3, "activated": True, "tuesday": {"readyAtTime": "T07:30Z"}}]
        await owner.change(hvac_programs=programs, follows_departures=False)
        settings = (await owner.get("v1/hvac-settings"))[1]["data"]["attributes"]
        assert (settings["mode"], settings["schedules"][2]) == ("always", programs[0])
        assert await ran(owner) == [False, False, False]
    async with owner_of("ZOE50") as owner:
        status, content = await owner.request(
            "POST", f"/simulator/cars/{owner.car.vin}", json={"hvac_programs": [{"id": 9, "activated": True}]}
        )
        assert (status, "id from 1 to 5" in content["error"]) == (400, True)
