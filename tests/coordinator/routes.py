"""A car at MY Renault that is sent commands over several routes."""

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from simulator.myrenault import MyRenaultSimulator
from tests.common import only_device, set_up
from tests.conftest import Later

START, STOP = "button.renault_z_e_start_charge", "button.renault_z_e_stop_charge"
CHARGING = "binary_sensor.renault_z_e_charging"
COMMAND = "sensor.renault_z_e_last_command"
KCM, KCA, MODE = "charge/start", "actions/charging-start", "actions/charge-mode"
SCHEDULE, PAUSE = "charge/schedule", "charge/pause-resume"
ALL_STOP = [SCHEDULE, KCM, PAUSE, KCA]
POLL = 15


@pytest.fixture
async def device(
    hass: HomeAssistant, enable_custom_integrations: None, renault: MyRenaultSimulator, renault_entry: MockConfigEntry
) -> str:
    """Return the device of a half full car of the second generation that waits for the night."""
    await hass.config.async_set_time_zone("Europe/London")
    renault.vehicle().enable(enabled=True)
    renault.advance(60)
    renault.vehicle().report_now()
    await set_up(hass, renault_entry)
    renault.log.entries.clear()
    return only_device(hass, renault_entry)


def sent(renault: MyRenaultSimulator) -> list[str]:
    """Return the commands that arrived, by the end of their path."""
    commands = (each.path for each in renault.log.entries if each.method == "POST" and "/commerce/" in each.path)
    return ["/".join(path.split("/")[-2:]) for path in commands]


async def wait(later: Later, seconds: int) -> None:
    """Let time pass in short steps."""
    for _ in range(seconds // POLL):
        await later(POLL)


async def minutes(later: Later, count: int) -> None:
    """Let minutes pass in short steps."""
    await wait(later, count * 60)
