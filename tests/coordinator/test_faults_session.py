"""Whatever goes wrong with logins, tokens and clocks: no login too many, no value lost, and always a way back."""

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
from tests.common import VEHICLE, arrived, call, logins, orders, set_up, value
from tests.conftest import Later
from tests.coordinator.fault_cases import (
    MESSAGES,
    READS,
    SPOILED,
    UNAUTHORISED,
    UNREADABLE,
    WITHOUT_ANSWER,
    at,
    check_log,
    check_shown,
    check_understood,
    everything_shown,
    forget_reauth,
    in_vain,
    poll,
)

ALL = WITHOUT_ANSWER | UNREADABLE | SPOILED | UNAUTHORISED
# What a server says that does not want these credentials, as far as can be told.
REFUSALS = {"400", "403", "401", "expired token", "an error with status 200"}
# Tokens and a user are there all the same.
HARMLESS = {"unknown words", "unknown fields", "clock ahead", "clock behind"}
REFRESH = "POST /api/user/token/refresh"
FROZEN = pytest.mark.freeze_time("2026-11-18 08:30:00+00:00")


@pytest.fixture(autouse=True)
def no_stacks(hass: HomeAssistant) -> None:
    """Leave out where each of thousands of tasks was made, which costs as much as all they do."""
    hass.loop.set_debug(False)


@FROZEN
async def test_a_login_at_set_up(
    hass: HomeAssistant,
    enable_custom_integrations: None,
    mock_config_entry: MockConfigEntry,
    simulator: Simulator,
    caplog: pytest.LogCaptureFixture,
    hass_storage: dict[str, Any],
) -> None:
    """One attempt, one message, and a way back."""
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


@FROZEN
async def test_a_renewal(
    hass: HomeAssistant,
    coordinator: VehicleCoordinator,
    simulator: Simulator,
    later: Later,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A token that cannot be renewed costs one login at most, and never the owner's attention."""
    simulator.vehicle().car.unplug()
    await later(1201)
    for name, rule in ALL.items():
        before = everything_shown(hass)
        simulator.faults.replace([{"path": "*/user/token/refresh", **rule}])
        simulator.log.entries.clear()
        await later(1201)
        assert REFRESH in arrived(simulator), name
        assert logins(simulator) <= 1, name
        check_shown(hass, before, name)
        simulator.faults.replace([])
        await later(3601)
        assert coordinator.last_update_success, name
        assert not hass.config_entries.flow.async_progress(), name
        simulator.vehicle().report_now()
    check_log(caplog)


@FROZEN
async def test_neither_renewal_nor_login(
    hass: HomeAssistant,
    coordinator: VehicleCoordinator,
    simulator: Simulator,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A session that is lost altogether leaves the last values, says why, and is found again."""
    before = everything_shown(hass)
    for name, rule in (WITHOUT_ANSWER | UNREADABLE | UNAUTHORISED).items():
        simulator.faults.replace(
            [{"path": "*/user/*", **rule}, {"path": "*/vehicle/*", "kind": "expired_token"}],
        )
        simulator.log.entries.clear()
        await poll(hass, coordinator)
        assert not coordinator.last_update_success, name
        assert isinstance(coordinator.last_exception, HomeAssistantError)
        check_understood(coordinator.last_exception)
        assert logins(simulator) <= 1, name
        assert arrived(simulator).count(REFRESH) <= 1, name
        check_shown(hass, before, name)
        forget_reauth(hass)
        simulator.faults.replace([])
        await poll(hass, coordinator)
        assert coordinator.last_update_success, name
    check_log(caplog)


@FROZEN
@pytest.mark.parametrize("skew", [365 * 86400, 7200, -7200, -365 * 86400])
async def test_a_server_whose_clock_is_wrong(
    hass: HomeAssistant,
    enable_custom_integrations: None,
    mock_config_entry: MockConfigEntry,
    simulator: Simulator,
    later: Later,
    caplog: pytest.LogCaptureFixture,
    skew: float,
) -> None:
    """Its tokens are renewed in time all the same, and an order is obeyed."""
    simulator.clock.skew_seconds = skew
    simulator.vehicle().car.unplug()
    await set_up(hass, mock_config_entry)
    for _ in range(3):
        await later(1201)
    assert logins(simulator) == 1
    assert arrived(simulator).count(REFRESH) == 3
    await call(hass, "button.press", "button.renault_z_e_start_preconditioning")
    await later(31)
    await later(31)
    assert value(hass, "sensor.renault_z_e_last_command") == "confirmed"
    assert len(orders(simulator)) == 1
    check_log(caplog)


async def test_a_late_answer(
    hass: HomeAssistant,
    coordinator: VehicleCoordinator,
    simulator: Simulator,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Nobody waits for ever: values stay, and an order whose answer is late is not given again."""
    before = everything_shown(hass)
    simulator.faults.replace([{"kind": "delay", "seconds": 0.4, "path": "*/vehicle/*"}])
    monkeypatch.setattr(transport, "_TIMEOUT", ClientTimeout(total=0.1))
    await poll(hass, coordinator)
    assert not coordinator.last_update_success
    assert isinstance(coordinator.last_exception, HomeAssistantError)
    check_understood(coordinator.last_exception)
    check_shown(hass, before, "late")
    for key in ("start_preconditioning", "request_update", "cancel_preconditioning_timer"):
        told = await in_vain(call(hass, "button.press", f"button.renault_z_e_{key}"))
        assert told == "order_unanswered"
    told = await in_vain(call(hass, "button.press", "button.renault_z_e_start_preconditioning"))
    assert told == "still_waiting"
    assert sorted(order for order, _ in orders(simulator)) == [
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
async def test_one_late_answer(
    hass: HomeAssistant,
    coordinator: VehicleCoordinator,
    simulator: Simulator,
    monkeypatch: pytest.MonkeyPatch,
    path: str,
) -> None:
    """One slow endpoint does not hold the others up."""
    before = everything_shown(hass)
    monkeypatch.setattr(transport, "_TIMEOUT", ClientTimeout(total=0.1))
    simulator.faults.replace([at(path, {"kind": "delay", "seconds": 0.3})])
    await poll(hass, coordinator)
    assert coordinator.last_update_success
    assert f"GET {VEHICLE}{path}" in arrived(simulator)
    check_shown(hass, before, path)
