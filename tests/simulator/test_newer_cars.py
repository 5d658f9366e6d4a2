"""Tests of `ev/settings`, `ev/soc-levels`, and `hvac-settings`, also with the library as a client."""

from collections.abc import AsyncIterator
from copy import deepcopy
from typing import Any

import pytest
from renault_api.kamereon.models import HvacDaySchedule, HvacSchedule

from simulator.myrenault import MODEL_NAMES
from tests.simulator.owner import SimulatorClient, owner_of, refusal

SETTINGS = "kcm/ev/settings"
LIMITS = "kcm/ev/soc-levels"
SETTINGS_MODELS = ["R5", "A290", "R4", "Scenic", "Master", "Spring25"]


@pytest.fixture
async def owner(socket_enabled: None) -> AsyncIterator[SimulatorClient]:
    """Return the owner of a Renault 5."""
    async with owner_of("R5") as found:
        yield found


async def send_settings(owner: SimulatorClient, **changes: Any) -> tuple[int, Any]:
    """Send all settings with changes, and let them reach the car."""
    _, current = await owner.get(SETTINGS)
    response = await owner.post(SETTINGS, {**current, **changes})
    owner.simulator.advance(60)
    return response


async def activate(owner: SimulatorClient, number: int = 0, **program: Any) -> None:
    """Activate a program."""
    _, current = await owner.get(SETTINGS)
    programs = deepcopy(current["programs"])
    programs[number] |= {"programActivationStatus": True, **program}
    status, receipt = await send_settings(owner, programs=programs)
    assert (status, receipt["type"], receipt["status"]) == (200, "HVAC_CHARGE_SYNCH", "CREATED")
    assert set(receipt) == {"commandId", "type", "status"}


async def test_settings_are_stored_when_they_reach_the_car(owner: SimulatorClient) -> None:
    """Settings are returned once the car has them, with a new timestamp."""
    before = (await owner.get(SETTINGS))[1]
    response = await owner.post(SETTINGS, {**before, "preconditioningTemperature": 19})
    assert response[0] == 200
    assert (await owner.get(SETTINGS))[1] == before
    owner.simulator.advance(60)
    after = (await owner.get(SETTINGS))[1]
    stamped = {"preconditioningTemperature": 19, "lastSettingsUpdateTimestamp": "2026-01-12T18:00:00Z"}
    assert after == {**before, **stamped}


@pytest.mark.parametrize("missing", ["preconditioningTemperature", "programs", "chargeModeRq", "delegatedActivated"])
async def test_settings_need_all_fields(owner: SimulatorClient, missing: str) -> None:
    """Settings without one of their fields are rejected."""
    current = (await owner.get(SETTINGS))[1]
    del current[missing]
    response = await owner.post(SETTINGS, current)
    assert refusal(response) == (400, "err.func.400")
    assert missing in response[1]["errors"][0]["errorMessage"]


@pytest.mark.parametrize(
    "changes",
    [
        {"chargeModeRq": "SOON"},
        {"chargeTimeStart": "9 pm"},
        {"chargeDuration": True},
        {"programs": ["CHARGE"]},
        {"programs": [{"programType": "CHARGE"}]},
        {"programs": [{"programType": "HEAT"}]},
    ],
)
async def test_invalid_settings_are_rejected(owner: SimulatorClient, changes: dict[str, Any]) -> None:
    """Invalid settings are rejected."""
    assert refusal(await send_settings(owner, **changes)) == (400, "err.func.400")
    assert refusal(await owner.post(SETTINGS, [])) == (400, "err.func.400")


async def test_active_program_limits_charging(owner: SimulatorClient) -> None:
    """An active program stops a charge until its window opens, and without one the car charges again."""
    await owner.change(level=50, plugged=True)
    assert owner.car.car.charging
    await activate(owner)
    assert not owner.car.car.charging
    owner.simulator.advance(6 * 3600)
    assert owner.car.car.charging
    owner.simulator.advance(17 * 3600)
    await owner.change(level=50)
    assert not owner.car.car.charging
    await send_settings(owner, chargeModeRq="ALWAYS")
    assert owner.car.car.charging


async def test_days_and_types_of_programs(owner: SimulatorClient) -> None:
    """Only a program that charges limits charging, and only on its days."""
    await owner.change(level=50, plugged=True)
    await activate(owner, programType="PRECONDITIONING")
    assert owner.car.car.charging
    await activate(owner, 1, programActivationMonday=False, programDepartureTime="07:00")
    owner.simulator.advance(6 * 3600)
    assert not owner.car.car.charging
    owner.simulator.advance(24 * 3600)
    assert owner.car.car.charging


async def test_library_starts_a_charge(owner: SimulatorClient) -> None:
    """The library deactivates all programs, which starts a charge and keeps the programs."""
    await owner.change(level=50, plugged=True)
    await activate(owner)
    assert not owner.car.car.charging
    vehicle = await owner.library()
    receipt = await vehicle.set_charge_start()
    assert receipt.raw_data == {}
    owner.simulator.advance(60)
    assert owner.car.car.charging
    schedule = await vehicle.get_charge_schedule()
    assert schedule["chargeModeRq"] == "SCHEDULED"
    assert [each["programActivationStatus"] for each in schedule["programs"]] == [False] * 3


async def test_modes_of_settings(owner: SimulatorClient) -> None:
    """The control API sets the mode and single settings at once."""
    await owner.change(level=50, plugged=True, charge_mode="delegated")
    assert (await owner.get(SETTINGS))[1]["delegatedActivated"] is True
    programs = [{**each, "programActivationStatus": True} for each in (await owner.get(SETTINGS))[1]["programs"]]
    await owner.change(ev_settings={"programs": programs}, charge_mode="scheduled")
    assert (await owner.get(SETTINGS))[1]["chargeModeRq"] == "SCHEDULED"
    assert not owner.car.car.charging
    await owner.change(charge_mode="always")
    assert (await owner.get(SETTINGS))[1]["chargeModeRq"] == "ALWAYS"
    assert owner.car.car.charging
    status, _ = await owner.request("POST", f"/simulator/cars/{owner.car.vin}", json={"ev_settings": {"programs": 1}})
    assert status == 400


async def test_charge_limits(owner: SimulatorClient) -> None:
    """Charge limits need both values, and the library reads and writes them."""
    assert refusal(await owner.post(LIMITS, {"socTarget": 85})) == (400, "err.func.400")
    assert refusal(await owner.post(LIMITS, {"socMin": 25, "socTarget": "85"})) == (400, "err.func.400")
    status, receipt = await owner.post(LIMITS, {"socMin": 25, "socTarget": 85})
    assert (status, receipt["type"], receipt["status"]) == (200, "SOC_SYNCH", "CREATED")
    vehicle = await owner.library()
    assert (await vehicle.get_battery_soc()).socTarget == 80
    owner.simulator.advance(60)
    found = await vehicle.get_battery_soc()
    assert (found.socMin, found.socTarget) == (25, 85)
    await vehicle.set_battery_soc(min=15, target=100)
    owner.simulator.advance(60)
    assert (await vehicle.get_battery_soc()).socMin == 15
    await owner.change(soc_levels={"socTarget": 70})
    assert (await owner.get(LIMITS))[1]["socTarget"] == 70


@pytest.mark.parametrize("model", SETTINGS_MODELS)
async def test_settings_models(socket_enabled: None, model: str) -> None:
    """Every model with settings is started by them, and reports fewer battery values."""
    async with owner_of(model) as owner:
        await owner.change(level=50, plugged=True)
        await activate(owner)
        assert not owner.car.car.charging
        await send_settings(owner, programs=[])
        assert owner.car.car.charging
        await owner.change(report=True)
        battery = (await owner.get("v2/battery-status"))[1]["data"]["attributes"]
        assert (battery["chargingStatus"], battery["V2L_SystemStatusDisplay"]) == (1.0, 0)
        assert battery["chargingRemainingTimeLastUpdateDateTime"] == battery["timestamp"]
        assert "batteryTemperature" not in battery
        assert refusal(await owner.get("v1/charging-settings")) == (403, "err.func.wired.forbidden")


async def test_preconditioning_programs(socket_enabled: None) -> None:
    """The library stores a preconditioning program, which replaces all others."""
    day = HvacDaySchedule(raw_data={}, readyAtTime="T06:45Z")
    days = dict.fromkeys(("monday", "tuesday", "wednesday", "thursday", "saturday", "sunday"))
    async with owner_of("ZOE50") as owner:
        vehicle = await owner.library()
        assert (await vehicle.get_hvac_settings()).schedules == []
        await vehicle.set_hvac_schedules([HvacSchedule(raw_data={}, id=2, activated=True, friday=day, **days)])
        owner.simulator.advance(60)
        settings = await vehicle.get_hvac_settings()
        assert settings.schedules
        assert [(each.id, each.activated) for each in settings.schedules] == [
            (number, number == 2) for number in range(1, 6)
        ]
        assert settings.schedules[1].friday.readyAtTime == "T06:45Z"
        for schedules in (None, [{"id": 6, "activated": True}], [{"id": 1, "activated": True, "monday": "T06:45Z"}]):
            response = await owner.command("v2/actions/hvac-schedule", "HvacSchedule", schedules=schedules)
            assert refusal(response) == (400, "err.func.400")


async def test_settings_survive_a_restart(owner: SimulatorClient) -> None:
    """Settings, also those on their way to the car, are restored."""
    current = (await owner.get(SETTINGS))[1]
    await owner.change(routes="kcm", route_overrides={"ev_settings": "works"}, soc_levels={"socMin": 40})
    await owner.post(SETTINGS, {**current, "chargeDuration": 60})
    state = owner.simulator.backend.state()
    await owner.control("reset")
    owner.simulator.backend.restore(state)
    owner.simulator.advance(60)
    assert (await owner.get(SETTINGS))[1]["chargeDuration"] == 60
    assert owner.simulator.backend.state()["vehicles"][0]["quirks"] == state["vehicles"][0]["quirks"]


@pytest.mark.parametrize("model", MODEL_NAMES)
async def test_endpoints_of_the_library(socket_enabled: None, model: str) -> None:
    """Every endpoint that the library's table gives to a model is served, and no other."""
    reads = {
        "battery-status": "get_battery_status",
        "charge-mode": "get_charge_mode",
        "charge-schedule": "get_charge_schedule",
        "charging-settings": "get_charging_settings",
        "cockpit": "get_cockpit",
        "hvac-settings": "get_hvac_settings",
        "hvac-status": "get_hvac_status",
        "location": "get_location",
        "lock-status": "get_lock_status",
        "res-state": "get_res_state",
        "soc-levels": "get_battery_soc",
    }
    async with owner_of(model) as owner:
        vehicle = await owner.library()
        details = await vehicle.get_details()
        assert details.uses_electricity() is (model != "Petrol")
        assert details.uses_fuel() is MODEL_NAMES[model].has_fuel
        if model == "Spring25":  # Only newer versions of the library know it.
            return
        for name, method in reads.items():
            if details.get_endpoints().get(name):
                assert await getattr(vehicle, method)() is not None
