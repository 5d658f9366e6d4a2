"""Faults of sign-ins, tokens and clocks: no unnecessary sign-in, and all values stay."""

from typing import Any

from aiohttp import ClientTimeout
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.renault_ze.cloud.zeservices import transport
from custom_components.renault_ze.const import DOMAIN
from custom_components.renault_ze.coordinator import VehicleCoordinator
from simulator import Simulator
from tests.common import VEHICLE, arrived, call, logins, received_commands, set_up, value
from tests.coordinator.fault_cases import (
    MESSAGES,
    READS,
    SPOILED,
    UNAUTHORISED,
    UNREADABLE,
    WITHOUT_RESPONSE,
    at,
    check_log,
    check_shown,
    check_understood,
    error_of,
    everything_shown,
    forget_reauth,
    poll,
)
from tests.plan.planned import NIGHT, NOON, WORK, Car, Later

ALL = WITHOUT_RESPONSE | UNREADABLE | SPOILED | UNAUTHORISED
# Responses that mean refused credentials.
REFUSALS = {"400", "403", "401", "expired token", "an error with status 200"}
# Tokens and user are in the response.
HARMLESS = {"unknown words", "unknown fields", "clock ahead", "clock behind"}
REFRESH = "POST /api/user/token/refresh"
EVENING = pytest.mark.freeze_time("2026-11-18 18:30:00+00:00")
MORNING = pytest.mark.freeze_time("2026-11-18 08:30:00+00:00")


@pytest.fixture(autouse=True)
def no_debug_mode(hass: HomeAssistant) -> None:
    """Turn off the debug mode of the event loop, which measures each of thousands of callbacks."""
    hass.loop.set_debug(False)


@MORNING
async def test_sign_in_at_setup(
    hass: HomeAssistant,
    mock_config_entry: MockConfigEntry,
    simulator: Simulator,
    caplog: pytest.LogCaptureFixture,
    hass_storage: dict[str, Any],
) -> None:
    """Sign in once, report the error, and load after a reload."""
    mock_config_entry.add_to_hass(hass)
    for name, rule in ALL.items():
        simulator.faults.replace([{"path": "*/user/login", **rule}])
        simulator.log.entries.clear()
        await set_up(hass, mock_config_entry)
        assert logins(simulator) == 1, name
        assert (mock_config_entry.state is ConfigEntryState.LOADED) is (name in HARMLESS), name
        assert name in HARMLESS or mock_config_entry.error_reason_translation_key in MESSAGES, name
        assert forget_reauth(hass) is (name in REFUSALS), name
        simulator.faults.replace([])
        await hass.config_entries.async_reload(mock_config_entry.entry_id)
        assert mock_config_entry.state is ConfigEntryState.LOADED, name
        await hass.config_entries.async_unload(mock_config_entry.entry_id)
        hass_storage.pop(f"{DOMAIN}.{mock_config_entry.entry_id}")
        check_log(caplog)


@MORNING
async def test_renewal(car: Car, caplog: pytest.LogCaptureFixture) -> None:
    """Sign in once at most if the token cannot be renewed."""
    car.simulator.vehicle().car.unplug()
    await car.later(1201)
    for name, rule in ALL.items():
        before = everything_shown(car.hass)
        car.simulator.faults.replace([{"path": "*/user/token/refresh", **rule}])
        car.simulator.log.entries.clear()
        await car.later(1201)
        assert REFRESH in arrived(car.simulator), name
        assert logins(car.simulator) <= 1, name
        check_shown(car.hass, before, name)
        car.simulator.faults.replace([])
        await car.later(3601)
        assert car.coordinator.last_update_success, name
        assert not car.hass.config_entries.flow.async_progress(), name
        car.simulator.vehicle().report_now()
    check_log(caplog)


@MORNING
async def test_renewal_and_sign_in_fail(car: Car, caplog: pytest.LogCaptureFixture) -> None:
    """Keep the values, report the error, and recover."""
    before = everything_shown(car.hass)
    for name, rule in (WITHOUT_RESPONSE | UNREADABLE | UNAUTHORISED).items():
        car.simulator.faults.replace([{"path": "*/user/*", **rule}, {"path": "*/vehicle/*", "kind": "expired_token"}])
        car.simulator.log.entries.clear()
        await poll(car.hass, car.coordinator)
        assert not car.coordinator.last_update_success, name
        assert isinstance(car.coordinator.last_exception, HomeAssistantError)
        check_understood(car.coordinator.last_exception)
        assert logins(car.simulator) <= 1, name
        assert arrived(car.simulator).count(REFRESH) <= 1, name
        check_shown(car.hass, before, name)
        forget_reauth(car.hass)
        car.simulator.faults.replace([])
        await poll(car.hass, car.coordinator)
        assert car.coordinator.last_update_success, name
    check_log(caplog)


@MORNING
@pytest.mark.parametrize("skew", [365 * 86400, 7200, -7200, -365 * 86400])
async def test_server_with_a_wrong_clock(
    hass: HomeAssistant,
    mock_config_entry: MockConfigEntry,
    simulator: Simulator,
    later: Later,
    caplog: pytest.LogCaptureFixture,
    skew: float,
) -> None:
    """Renew tokens in time, and confirm a command."""
    simulator.clock.skew_seconds = skew
    simulator.vehicle().car.unplug()
    await set_up(hass, mock_config_entry)
    await later(1201, times=3)
    assert logins(simulator) == 1
    assert arrived(simulator).count(REFRESH) == 3
    await call(hass, "button.press", "button.renault_z_e_start_preconditioning")
    await later(31, times=2)
    assert value(hass, "sensor.renault_z_e_last_command") == "confirmed"
    assert len(received_commands(simulator)) == 1
    check_log(caplog)


async def test_timeout(
    hass: HomeAssistant,
    coordinator: VehicleCoordinator,
    simulator: Simulator,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Keep the values, and do not repeat a command without a response."""
    before = everything_shown(hass)
    simulator.faults.replace([{"kind": "delay", "seconds": 0.4, "path": "*/vehicle/*"}])
    monkeypatch.setattr(transport, "_TIMEOUT", ClientTimeout(total=0.1))
    await poll(hass, coordinator)
    assert not coordinator.last_update_success
    assert isinstance(coordinator.last_exception, HomeAssistantError)
    check_understood(coordinator.last_exception)
    check_shown(hass, before, "late")
    for key in ("start_preconditioning", "request_update", "cancel_preconditioning_timer"):
        error = await error_of(call(hass, "button.press", f"button.renault_z_e_{key}"))
        assert error == "command_unanswered"
    error = await error_of(call(hass, "button.press", "button.renault_z_e_start_preconditioning"))
    assert error == "still_waiting"
    assert sorted(order for order, _ in received_commands(simulator)) == [
        "DELETE /air-conditioning/scheduler",
        "POST /air-conditioning",
        "POST /battery",
    ]
    monkeypatch.undo()
    simulator.faults.replace([])
    await poll(hass, coordinator)
    assert coordinator.last_update_success
    check_log(caplog)


@pytest.mark.parametrize("path", READS)
async def test_timeout_of_one_part(
    hass: HomeAssistant,
    coordinator: VehicleCoordinator,
    simulator: Simulator,
    monkeypatch: pytest.MonkeyPatch,
    path: str,
) -> None:
    """Update the other parts."""
    before = everything_shown(hass)
    monkeypatch.setattr(transport, "_TIMEOUT", ClientTimeout(total=0.1))
    simulator.faults.replace([at(path, {"kind": "delay", "seconds": 0.3})])
    await poll(hass, coordinator)
    assert coordinator.last_update_success
    assert f"GET {VEHICLE}{path}" in arrived(simulator)
    check_shown(hass, before, path)


@EVENING
@pytest.mark.parametrize("is_planned", [False, True], ids=["no plan", "plan"])
async def test_refused_password_is_tried_once(car: Car, is_planned: bool) -> None:
    """Sign in again only for a command, with and without a plan."""
    if is_planned:
        await car.ask("set_departure", **WORK)
        await car.ask("set_charge_schedule", windows=[NIGHT, NOON])
    await car.later(700)
    await car.later(3600)
    car.simulator.account.password = "another"
    car.simulator.log.entries.clear()
    await car.later(600, times=24 * 6)
    assert logins(car.simulator) == 1
    (flow,) = car.hass.config_entries.flow.async_progress()
    assert flow["context"]["source"] == "reauth"
    pressed = car.call("button.press", "button.renault_z_e_start_preconditioning")
    assert await error_of(pressed) == "invalid_auth"
    assert logins(car.simulator) == 2


@EVENING
async def test_refused_password_at_removal(car: Car) -> None:
    """Sign in once to clean up."""
    await car.ask("set_charge_schedule", windows=[NIGHT, NOON])
    await car.until("11:40")
    car.simulator.account.password = "another"
    car.simulator.log.entries.clear()
    await car.hass.config_entries.async_remove(car.entry.entry_id)
    await car.until("14:00")
    assert logins(car.simulator) == 1
