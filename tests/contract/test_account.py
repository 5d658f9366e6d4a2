"""Server failures: the last values stay, a restart needs no login, and everything recovers."""

from typing import Any

from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import CONF_PASSWORD
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import device_registry as dr
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.renault_ze.const import DOMAIN
from custom_components.renault_ze.coordinator import VehicleCoordinator
from simulator import EXAMPLE_VIN
from tests.common import set_up, value
from tests.conftest import Later
from tests.contract.clouds import LEVEL, CloudUnderTest
from tests.coordinator.fault_cases import SPOILED, UNREADABLE, WITHOUT_RESPONSE, check_log, check_understood, shown

pytestmark = pytest.mark.freeze_time("2026-11-18 12:30:00+00:00")

HALF_A_DAY = 12 * 3600
BATTERY = "sensor.renault_z_e_battery"
# Permanent refusals differ between the clouds and are tested there.
NEVER = {"403", "404", "HTML with 404", "country moved"}
FAULTS = {name: rule for name, rule in (WITHOUT_RESPONSE | UNREADABLE).items() if name not in NEVER}
AT_WORST = {"unknown", "unavailable"}


@pytest.fixture
async def car(cloud_under_test: CloudUnderTest, coordinator: VehicleCoordinator, later: Later) -> VehicleCoordinator:
    """Return a car that is unplugged, so that nothing changes by itself."""
    cloud_under_test.simulator.vehicle().car.unplug()
    cloud_under_test.simulator.vehicle().report_now()
    await later(HALF_A_DAY, times=2)
    return coordinator


def seen(hass: HomeAssistant, cloud_under_test: CloudUnderTest) -> dict[str, list[str]]:
    """Return the states of each part."""
    return {path: list(shown(hass, entities)) for path, entities in cloud_under_test.reads.items()}


async def test_read_without_response(
    hass: HomeAssistant,
    cloud_under_test: CloudUnderTest,
    car: VehicleCoordinator,
    later: Later,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Keep the last values of the failed part, and update the other parts."""
    before = seen(hass, cloud_under_test)
    assert not AT_WORST & {state for states in before.values() for state in states}
    caplog.clear()
    for path in cloud_under_test.reads:
        for name, rule in FAULTS.items():
            cloud_under_test.simulator.faults.replace([{"method": "GET", "path": path, **rule}])
            await later(HALF_A_DAY)
            assert cloud_under_test.simulator.faults.rules[0].hits, (path, name)
            assert seen(hass, cloud_under_test)[path] == before[path], (path, name)
            cloud_under_test.simulator.faults.replace([])
            await later(HALF_A_DAY)
            assert seen(hass, cloud_under_test) == before, (path, name)
    check_log(caplog)


async def test_invalid_response(
    hass: HomeAssistant,
    cloud_under_test: CloudUnderTest,
    car: VehicleCoordinator,
    later: Later,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Show invalid values as unknown at most, update the other parts, and recover with the next response."""
    before = seen(hass, cloud_under_test)
    for path in cloud_under_test.reads:
        for name, rule in SPOILED.items():
            cloud_under_test.simulator.faults.replace([{"method": "GET", "path": path, **rule}])
            await later(HALF_A_DAY)
            assert cloud_under_test.simulator.faults.rules[0].hits, (path, name)
            others = {
                each for other, states in seen(hass, cloud_under_test).items() if other != path for each in states
            }
            assert not AT_WORST & others, (path, name)
            assert car.last_update_success, (path, name)
            cloud_under_test.simulator.faults.replace([])
            await later(HALF_A_DAY)
            assert seen(hass, cloud_under_test) == before, (path, name)
    check_log(caplog)


async def test_battery_refused_for_some_hours(
    hass: HomeAssistant, cloud_under_test: CloudUnderTest, car: VehicleCoordinator, later: Later, device_id: str
) -> None:
    """Keep the battery and the car after a few refusals."""
    before = seen(hass, cloud_under_test)
    cloud_under_test.simulator.faults.replace([{"path": next(iter(cloud_under_test.reads)), **WITHOUT_RESPONSE["403"]}])
    await later(HALF_A_DAY / 4, times=4)
    await hass.config_entries.async_reload(car.config_entry.entry_id)
    cloud_under_test.simulator.faults.replace([])
    await later(HALF_A_DAY)
    assert seen(hass, cloud_under_test) == before
    assert dr.async_get(hass).async_get(device_id) is not None


async def test_server_down(
    hass: HomeAssistant, cloud_under_test: CloudUnderTest, car: VehicleCoordinator, later: Later
) -> None:
    """Report the error, keep the values for a day, and recover."""
    before = seen(hass, cloud_under_test)
    for name in ("500", "HTML with 502", "dropped before", "rate limit"):
        cloud_under_test.simulator.faults.replace([{"path": "/*", **WITHOUT_RESPONSE[name]}])
        await later(HALF_A_DAY)
        current = car.config_entry.runtime_data.vehicles[EXAMPLE_VIN]
        assert isinstance(current.last_exception, HomeAssistantError), name
        check_understood(current.last_exception)
        assert seen(hass, cloud_under_test) == before, name
        cloud_under_test.simulator.faults.replace([])
        await later(HALF_A_DAY)
        assert current.last_update_success, name
        assert seen(hass, cloud_under_test) == before, name


async def test_server_down_at_set_up(
    hass: HomeAssistant, cloud_under_test: CloudUnderTest, mock_config_entry: MockConfigEntry, later: Later
) -> None:
    """Retry the setup until the server is back."""
    cloud_under_test.simulator.faults.replace([{"path": "/*", "kind": "drop"}])
    await set_up(hass, mock_config_entry)
    assert mock_config_entry.state is ConfigEntryState.SETUP_RETRY
    assert mock_config_entry.error_reason_translation_key == "cannot_connect"
    cloud_under_test.simulator.faults.replace([])
    await later(600)
    assert mock_config_entry.state is ConfigEntryState.LOADED
    assert value(hass, BATTERY) == str(LEVEL)


async def test_restart(
    hass: HomeAssistant,
    cloud_under_test: CloudUnderTest,
    init_integration: MockConfigEntry,
    hass_storage: dict[str, Any],
) -> None:
    """Restart without a login, and store no password."""
    assert cloud_under_test.logins() == 1
    await hass.config_entries.async_reload(init_integration.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert init_integration.state is ConfigEntryState.LOADED
    assert value(hass, BATTERY) == str(LEVEL)
    assert cloud_under_test.logins() == 1
    assert "P4ssw0rd" not in str(hass_storage[f"{DOMAIN}.{init_integration.entry_id}"]["data"])


@pytest.mark.parametrize("when", ["at setup", "at run time"])
async def test_changed_password(
    hass: HomeAssistant, cloud_under_test: CloudUnderTest, mock_config_entry: MockConfigEntry, later: Later, when: str
) -> None:
    """Ask for the new password once, without trying the old one again."""
    if when == "at run time":
        await set_up(hass, mock_config_entry)
    cloud_under_test.simulator.account.password = "changed"
    await (set_up(hass, mock_config_entry) if when == "at setup" else later(HALF_A_DAY))
    tried = cloud_under_test.logins()
    await later(HALF_A_DAY, times=3)
    assert cloud_under_test.logins() == tried
    (flow,) = hass.config_entries.flow.async_progress()
    assert (flow["context"]["source"], flow["step_id"]) == ("reauth", "reauth_confirm")
    for password, kind in (("wrong", FlowResultType.FORM), ("changed", FlowResultType.ABORT)):
        result = await hass.config_entries.flow.async_configure(flow["flow_id"], {CONF_PASSWORD: password})
        assert result["type"] is kind
    await hass.async_block_till_done(wait_background_tasks=True)
    assert result["reason"] == "reauth_successful"
    assert mock_config_entry.state is ConfigEntryState.LOADED
    assert cloud_under_test.logins() == tried + 2
