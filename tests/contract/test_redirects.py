"""A command that is redirected has failed, and the user is told why."""

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.renault_ze.cloud.models import CommandKind
from custom_components.renault_ze.coordinator import VehicleCoordinator
from custom_components.renault_ze.vehicle.results import CommandReason, CommandStatus
from tests.cloud.hostile import meet, other, redirect
from tests.cloud.wire import Wire
from tests.common import set_up
from tests.contract.clouds import LEVEL, CloudUnderTest
from tests.contract.test_commands import COMMANDS
from tests.coordinator.fault_cases import check_understood
from tests.plan.planned import Car, Later

__all__ = ["other"]

pytestmark = pytest.mark.freeze_time("2026-11-18 12:30:00+00:00")


@pytest.mark.parametrize("status", [302, 307])
async def test_command(
    cloud_under_test: CloudUnderTest, coordinator: VehicleCoordinator, other: Wire, later: Later, status: int
) -> None:
    """Send the command once to one server, report the failure, and allow it again at once."""
    for kind, (verb, path) in cloud_under_test.commands.items():
        cloud_under_test.prepare_car()
        await later(3600)
        cloud_under_test.simulator.log.entries.clear()
        meet(cloud_under_test.simulator, redirect(status, f"http://127.0.0.1:{other.port}/moved"), path, verb)
        with pytest.raises(HomeAssistantError) as error:
            await coordinator.send_command(COMMANDS[kind]())
        assert error.value.translation_key == "redirected", kind
        check_understood(error.value)
        command = coordinator.data.commands[kind]
        assert (command.status, command.reason) == (CommandStatus.FAILED, CommandReason.UNSENT), kind
        assert cloud_under_test.received(kind) == 1, kind
        cloud_under_test.simulator.faults.replace([])
        if kind not in {CommandKind.START_CHARGE, CommandKind.REQUEST_UPDATE}:
            await coordinator.send_command(COMMANDS[kind]())
            assert cloud_under_test.received(kind) == 2, kind
    assert other.arrivals == []


async def test_read(cloud_under_test: CloudUnderTest, car: Car, other: Wire) -> None:
    """Keep the values, report the reason, and send nothing to the other server."""
    meet(cloud_under_test.simulator, redirect(302, f"http://127.0.0.1:{other.port}/moved"))
    await car.later(12 * 3600)
    assert isinstance(car.coordinator.last_exception, HomeAssistantError)
    assert car.coordinator.last_exception.translation_key == "redirected"
    assert car.value("sensor.renault_z_e_battery") == str(LEVEL)
    assert other.arrivals == []


async def test_set_up(
    hass: HomeAssistant, cloud_under_test: CloudUnderTest, mock_config_entry: MockConfigEntry, other: Wire
) -> None:
    """Retry the setup later, without sending the password to the other server."""
    meet(cloud_under_test.simulator, redirect(308, f"http://127.0.0.1:{other.port}/moved"))
    await set_up(hass, mock_config_entry)
    assert mock_config_entry.state is ConfigEntryState.SETUP_RETRY
    assert mock_config_entry.error_reason_translation_key == "redirected"
    assert other.arrivals == []
