"""The second ZOE drops its schedule when it gets a command to charge now, and gets it back afterwards."""

from homeassistant.const import STATE_OFF, STATE_ON
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from simulator.myrenault import MyRenaultSimulator
from tests.common import ask, call, only_device, set_up, value
from tests.plan.planned import NIGHT, NOON, Later

CHARGING = "binary_sensor.renault_z_e_charging"
STATUS = "sensor.renault_z_e_charge_schedule_status"
MODE = "select.renault_z_e_charge_mode"
START = "button.renault_z_e_start_charge"
FULL = 100

# Outside of both windows, in the time zone of the car and Home Assistant.
pytestmark = pytest.mark.freeze_time("2026-11-18 14:30:00+00:00")


@pytest.fixture
async def device(hass: HomeAssistant, renault: MyRenaultSimulator, renault_entry: MockConfigEntry, later: Later) -> str:
    """Return the device of a half full car with a charge schedule of nights and noons."""
    await hass.config.async_set_time_zone("Europe/London")
    await set_up(hass, renault_entry)
    await ask(hass, "set_charge_schedule", only_device(hass, renault_entry), windows=[NIGHT, NOON])
    await later(600, times=6)
    assert value(hass, STATUS) == "enabled"
    renault.log.entries.clear()
    return only_device(hass, renault_entry)


def schedules_sent(renault: MyRenaultSimulator) -> int:
    """Return how many charge schedules reached the server."""
    return sum(each.path.endswith(("/charge/schedule", "/actions/charge-schedule")) for each in renault.log.entries)


@pytest.mark.usefixtures("device")
async def test_schedule_is_restored(hass: HomeAssistant, renault: MyRenaultSimulator, later: Later) -> None:
    """Send it once after the charge, without a repair."""
    week = renault.vehicle().car.schedule.week
    await call(hass, "button.press", START)
    seen = []
    for _ in range(3):
        await later(900)
        seen.append((value(hass, CHARGING), value(hass, MODE), value(hass, STATUS)))
    assert seen[-1] == (STATE_ON, "by_schedule", "sending")
    assert not renault.vehicle().car.schedule.enabled
    assert schedules_sent(renault) == 0
    renault.vehicle().car.fill(FULL)
    for _ in range(6):
        await later(900)
        assert not ir.async_get(hass).issues
    assert schedules_sent(renault) == 1
    assert renault.vehicle().car.schedule.enabled
    assert renault.vehicle().car.schedule.week == week
    assert (value(hass, CHARGING), value(hass, MODE), value(hass, STATUS)) == (STATE_OFF, "by_schedule", "enabled")


@pytest.mark.usefixtures("device")
async def test_schedule_is_restored_after_a_restart(
    hass: HomeAssistant, renault: MyRenaultSimulator, renault_entry: MockConfigEntry, later: Later
) -> None:
    """Restart while the car charges."""
    await call(hass, "button.press", START)
    await later(900)
    await hass.config_entries.async_reload(renault_entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    renault.vehicle().car.unplug()
    await later(900, times=8)
    assert schedules_sent(renault) == 1
    assert renault.vehicle().car.schedule.enabled


async def test_disabled_schedule_is_not_restored(
    hass: HomeAssistant, device: str, renault: MyRenaultSimulator, later: Later
) -> None:
    """Keep what the user set while the car charged."""
    await call(hass, "button.press", START)
    await later(1800)
    await ask(hass, "disable_charge_schedule", device)
    renault.vehicle().car.fill(FULL)
    await later(900, times=8)
    assert schedules_sent(renault) == 0
    assert value(hass, MODE) == "any_time"


@pytest.mark.usefixtures("device")
async def test_refused_schedule_is_sent_again(hass: HomeAssistant, renault: MyRenaultSimulator, later: Later) -> None:
    """Send a schedule that the server refuses over each route, again with increasing delays."""
    await call(hass, "button.press", START)
    await later(1800)
    renault.faults.replace([{"kind": "status", "status": 400, "message": "err.func.400", "path": "*charge?schedule"}])
    renault.vehicle().car.fill(FULL)
    await later(900, times=8)
    assert 4 <= schedules_sent(renault) <= 12
    renault.faults.replace([])
    await later(900, times=12)
    assert renault.vehicle().car.schedule.enabled
    assert value(hass, MODE) == "by_schedule"
    assert not ir.async_get(hass).issues
