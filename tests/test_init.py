"""An entry is set up, unloaded, and removed."""

import asyncio
from datetime import timedelta
import logging
from typing import Any

from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import CONF_USERNAME, STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er, issue_registry as ir
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.renault_ze.connect import entry_title
from custom_components.renault_ze.const import CONF_CLOUD, DOMAIN, MY_RENAULT, ZE_SERVICES
from custom_components.renault_ze.coordinator import VehicleCoordinator
from custom_components.renault_ze.vehicle import commands
from simulator import EXAMPLE_VIN, Restriction, Simulator
from tests.common import VEHICLE, arrived, fire_time_changed, logins, set_up, value
from tests.plan.planned import Car, Later

HOUR = 3600
BATTERY = "sensor.renault_z_e_battery"


async def test_load_and_unload(car: Car) -> None:
    """Sign in once, read each part once, and unload completely."""
    assert car.entry.state is ConfigEntryState.LOADED
    asked = arrived(car.simulator)
    assert asked[0] == "POST /api/user/login"
    assert sorted(asked[1:]) == [
        f"GET {VEHICLE}/air-conditioning/last",
        f"GET {VEHICLE}/air-conditioning/scheduler",
        f"GET {VEHICLE}/battery",
        f"GET {VEHICLE}/charge/history",
        f"GET {VEHICLE}/charge/scheduler/onboard",
        f"GET {VEHICLE}/settings/notification",
    ]
    await car.hass.config_entries.async_unload(car.entry.entry_id)
    assert car.entry.state is ConfigEntryState.NOT_LOADED
    assert car.value(BATTERY) == STATE_UNAVAILABLE


async def test_server_down(
    hass: HomeAssistant, mock_config_entry: MockConfigEntry, simulator: Simulator, later: Later
) -> None:
    """Retry the setup until the server is back."""
    port = int(simulator.url.rpartition(":")[2])
    await simulator.stop()
    await set_up(hass, mock_config_entry)
    assert mock_config_entry.state is ConfigEntryState.SETUP_RETRY
    assert mock_config_entry.error_reason_translation_key == "cannot_connect"
    await simulator.start(port=port)
    await later(60)
    assert mock_config_entry.state is ConfigEntryState.LOADED
    assert value(hass, BATTERY) == "50"


async def test_refused_credentials(
    hass: HomeAssistant, mock_config_entry: MockConfigEntry, simulator: Simulator
) -> None:
    """Start one reauthentication, without more attempts."""
    simulator.account.password = "changed"
    await set_up(hass, mock_config_entry)
    assert mock_config_entry.state is ConfigEntryState.SETUP_ERROR
    assert mock_config_entry.error_reason_translation_key == "invalid_auth"
    (flow,) = hass.config_entries.flow.async_progress()
    assert (flow["context"]["source"], flow["step_id"]) == ("reauth", "reauth_confirm")
    assert logins(simulator) == 1


async def test_credentials_refused_later(car: Car) -> None:
    """Start the reauthentication, and keep the last values."""
    car.simulator.account.password = "changed"
    await car.later(600)
    (flow,) = car.hass.config_entries.flow.async_progress()
    assert flow["context"]["source"] == "reauth"
    assert (car.value(BATTERY), car.value("binary_sensor.renault_z_e_data_stale")) == ("50", "on")
    assert logins(car.simulator) == 2
    await car.later(HOUR)
    assert logins(car.simulator) == 2


async def test_credentials_refused_at_the_daily_sign_in(car: Car) -> None:
    """Start one reauthentication."""
    car.simulator.faults.replace([{"kind": "status", "status": 401, "path": "*/user/login"}])
    await car.later(23 * HOUR)
    await car.later(HOUR, times=4)
    (flow,) = car.hass.config_entries.flow.async_progress()
    assert flow["context"]["source"] == "reauth"
    assert logins(car.simulator) == 2
    assert car.value(BATTERY) == "100"


async def test_country_moved(
    hass: HomeAssistant, mock_config_entry: MockConfigEntry, simulator: Simulator, issue_registry: ir.IssueRegistry
) -> None:
    """Fail without a retry, and open a repair."""
    simulator.account.restriction = Restriction.LOGIN
    await set_up(hass, mock_config_entry)
    assert mock_config_entry.state is ConfigEntryState.SETUP_ERROR
    assert mock_config_entry.error_reason_translation_key == "country_moved"
    issue = issue_registry.async_get_issue(DOMAIN, f"country_moved_{mock_config_entry.entry_id}")
    assert issue.severity is ir.IssueSeverity.ERROR
    assert issue.learn_more_url == "https://myr-fr.renault.ch/ze-redirection.html?os=web"
    assert not hass.config_entries.flow.async_progress()


async def test_restart_without_a_sign_in(car: Car, hass_storage: dict[str, Any]) -> None:
    """Use the stored session, also for a reload right after the sign-in."""
    car.simulator.log.entries.clear()
    await car.hass.config_entries.async_reload(car.entry.entry_id)
    await car.hass.async_block_till_done(wait_background_tasks=True)
    assert car.entry.state is ConfigEntryState.LOADED
    assert logins(car.simulator) == 0
    assert f"GET {VEHICLE}/battery" in arrived(car.simulator)
    stored = hass_storage[f"{DOMAIN}.{car.entry.entry_id}"]["data"]
    assert stored["session"]["username"] == "you@example.com"
    assert "password" not in stored["session"]


async def test_renewal_is_stored(car: Car) -> None:
    """Store a renewed pair of token and cookie."""
    await car.later(1200)
    assert arrived(car.simulator).count("POST /api/user/token/refresh") == 1
    await car.hass.config_entries.async_reload(car.entry.entry_id)
    await car.later(1200)
    assert arrived(car.simulator).count("POST /api/user/token/refresh") == 2
    assert logins(car.simulator) == 1


async def test_unload_during_a_poll(
    hass: HomeAssistant,
    init_integration: MockConfigEntry,
    simulator: Simulator,
    coordinator: VehicleCoordinator,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Unload while a poll runs and a command is pending."""
    waiting = hass.async_create_task(coordinator.send_command(commands.Precondition(threshold=45), wait=True))
    while not coordinator.data.commands:  # noqa: ASYNC110 - it comes in its own time
        await asyncio.sleep(0.01)
    await coordinator.async_refresh()
    simulator.faults.replace([{"kind": "delay", "seconds": 0.5, "path": "*/vehicle/*"}])
    simulator.log.entries.clear()
    fire_time_changed(hass, dt_util.utcnow() + timedelta(minutes=1))
    while f"GET {VEHICLE}/air-conditioning/last" not in arrived(simulator):  # noqa: ASYNC110 - it comes in its own time
        await asyncio.sleep(0.01)
    assert await hass.config_entries.async_unload(init_integration.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert init_integration.state is ConfigEntryState.NOT_LOADED
    assert waiting.done()
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]


async def test_remove(car: Car, hass_storage: dict[str, Any], issue_registry: ir.IssueRegistry) -> None:
    """Remove tokens and repairs."""
    car.simulator.vehicle().link.in_reach = False
    await car.later(24 * HOUR, times=5)
    assert [each.translation_key for each in issue_registry.issues.values()] == ["vehicle_silent"]
    await car.hass.config_entries.async_remove(car.entry.entry_id)
    await car.later(60)
    assert not [key for key in hass_storage if key.startswith(DOMAIN)]
    assert not [domain for domain, _ in issue_registry.issues if domain == DOMAIN]


@pytest.mark.parametrize(
    ("title", "expected"),
    [("Renault Z.E.", "Z.E. Services (y…@example.com)"), ("Our cars", "Our cars")],
    ids=["former title", "title of the user"],
)
async def test_title_names_the_account(
    hass: HomeAssistant, mock_config_entry: MockConfigEntry, simulator: Simulator, title: str, expected: str
) -> None:
    """Replace the title that named neither cloud nor account, with a masked address because it is logged."""
    entry = MockConfigEntry(domain=DOMAIN, title=title, data=mock_config_entry.data)
    await set_up(hass, entry)
    assert entry.state is ConfigEntryState.LOADED
    assert (entry.title, entry.minor_version) == (expected, 3)


async def test_replaced_button_is_removed(
    hass: HomeAssistant, mock_config_entry: MockConfigEntry, entity_registry: er.EntityRegistry
) -> None:
    """The button that skipped the next departure is a switch now; other buttons stay."""
    mock_config_entry.add_to_hass(hass)
    former, kept = (
        entity_registry.async_get_or_create(
            "button", DOMAIN, f"{EXAMPLE_VIN}_{key}", config_entry=mock_config_entry
        ).entity_id
        for key in ("skip_next_departure", "start_charge")
    )
    await set_up(hass, mock_config_entry)
    assert entity_registry.async_get(former) is None
    assert entity_registry.async_get(kept) is not None
    assert value(hass, "switch.renault_z_e_0001_skip_next_departure") == "off"


@pytest.mark.parametrize(
    ("username", "cloud", "expected"),
    [
        ("jane.doe@example.com", MY_RENAULT, "MY Renault (j…@example.com)"),
        ("jane", ZE_SERVICES, "Z.E. Services (j…)"),
        ("@example.com", ZE_SERVICES, "Z.E. Services (e…@example.com)"),
    ],
)
def test_masked_address(username: str, cloud: str, expected: str) -> None:
    """Show the first letter and the domain."""
    assert entry_title({CONF_USERNAME: username, CONF_CLOUD: cloud}) == expected
