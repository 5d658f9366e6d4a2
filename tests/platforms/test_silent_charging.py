"""A first-generation car that always reports a plug and no charging state: the rising level shows its charge."""

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from simulator import EXAMPLE_VIN
from simulator.myrenault import X101VE, MyRenaultSimulator
from tests.common import call, set_up, state, value
from tests.conftest import Later

pytestmark = pytest.mark.freeze_time("2026-11-18 18:30:00+00:00")

START = "button.renault_z_e_start_charge"
COMMAND = "sensor.renault_z_e_last_command"
CHARGE = "event.renault_z_e_charge"
CHARGING = "binary_sensor.renault_z_e_charging"
REASON = "sensor.renault_z_e_charging_reason"
BATTERY_READ = "/battery-status"


@pytest.fixture
async def entry(
    hass: HomeAssistant, enable_custom_integrations: None, renault: MyRenaultSimulator, renault_entry: MockConfigEntry
) -> MockConfigEntry:
    """Set up the car."""
    renault.backend._models[EXAMPLE_VIN] = X101VE
    renault.backend.reset()
    quirks = renault.vehicle().quirks
    quirks.plug_status, quirks.charging_status = 1, -1.1
    fill(renault, 61)
    await set_up(hass, renault_entry)
    return renault_entry


def fill(renault: MyRenaultSimulator, level: int) -> None:
    """Let the car report a level."""
    renault.vehicle().car.fill(level)
    renault.vehicle().report_now()


async def reads(renault: MyRenaultSimulator, later: Later) -> int:
    """Return how often the battery is read in an hour."""
    renault.log.entries.clear()
    await later(60, times=60)
    return sum(BATTERY_READ in each.path for each in renault.log.entries)


def shown(hass: HomeAssistant) -> tuple[str, str]:
    """Return whether the car charges, and the reason."""
    return value(hass, CHARGING), value(hass, REASON)


@pytest.mark.usefixtures("entry")
async def test_start_with_a_rising_level(hass: HomeAssistant, renault: MyRenaultSimulator, later: Later) -> None:
    """Confirm the command, and tell of the start and the end."""
    await call(hass, "button.press", START)
    assert value(hass, COMMAND) == "accepted"
    fill(renault, 66)
    await later(61)
    assert value(hass, COMMAND) == "confirmed"
    assert state(hass, CHARGE).attributes["event_type"] == "started"
    assert state(hass, CHARGE).attributes["level"] == 66
    for _ in range(10):
        await later(601)
        renault.vehicle().report_now()
    await later(1201)
    assert state(hass, CHARGE).attributes["event_type"] == "ended"


@pytest.mark.usefixtures("entry")
async def test_start_without_a_rising_level(hass: HomeAssistant, renault: MyRenaultSimulator, later: Later) -> None:
    """Neither confirm the command nor let it fail."""
    await call(hass, "button.press", START)
    for _ in range(12):
        fill(renault, 61)
        await later(61)
    assert (value(hass, COMMAND), state(hass, COMMAND).attributes["reason"]) == ("accepted", "unconfirmable")
    assert value(hass, CHARGE) == "unknown"


@pytest.mark.usefixtures("entry")
async def test_level_that_falls(hass: HomeAssistant, renault: MyRenaultSimulator, later: Later) -> None:
    """Tell of no charge."""
    fill(renault, 55)
    await later(1201)
    assert value(hass, CHARGE) == "unknown"


@pytest.mark.usefixtures("entry")
async def test_charging_while_the_level_rises(hass: HomeAssistant, renault: MyRenaultSimulator, later: Later) -> None:
    """Show it until the level has not risen for an hour, or the battery is full, and poll more often."""
    assert shown(hass) == ("unknown", "unknown")
    idle = await reads(renault, later)
    for level in (66, 72):
        fill(renault, level)
        await later(1201)
        assert shown(hass) == ("on", "charging")
    assert await reads(renault, later) > idle
    renault.vehicle().report_now()
    await later(601)
    assert shown(hass) == ("unknown", "unknown")
    fill(renault, 80)
    await later(1201)
    assert shown(hass) == ("on", "charging")
    fill(renault, 100)
    await later(1201)
    assert shown(hass) == ("unknown", "full")


@pytest.mark.usefixtures("entry")
async def test_car_that_no_longer_reports(hass: HomeAssistant, renault: MyRenaultSimulator, later: Later) -> None:
    """A level that rose long ago proves nothing."""
    fill(renault, 66)
    await later(1201)
    assert shown(hass) == ("on", "charging")
    await later(1201, times=5)
    assert shown(hass) == ("unknown", "unknown")
