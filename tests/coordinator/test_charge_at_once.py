"""A car of the second generation that is told to charge at once forgets its week, and gets it back afterwards."""

from homeassistant.const import STATE_OFF, STATE_ON
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, issue_registry as ir
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.renault_ze.const import DOMAIN
from simulator import EXAMPLE_VIN
from simulator.myrenault import MyRenaultSimulator
from tests.common import ask, call, set_up, value
from tests.conftest import Later
from tests.plan.planned import NIGHT, NOON

CHARGING = "binary_sensor.renault_z_e_charging"
STATUS = "sensor.renault_z_e_charge_schedule_status"
SWITCH = "switch.renault_z_e_charge_schedule"
START = "button.renault_z_e_start_charge"
FULL = 100

# Not an hour of either window, by the clock of the car, which is Home Assistant's.
pytestmark = pytest.mark.freeze_time("2026-11-18 14:30:00+00:00")


@pytest.fixture
async def device(
    hass: HomeAssistant,
    enable_custom_integrations: None,
    renault: MyRenaultSimulator,
    renault_entry: MockConfigEntry,
    device_registry: dr.DeviceRegistry,
    later: Later,
) -> str:
    """Return the device of a car that charges by a week of nights and noons, half full."""
    await hass.config.async_set_time_zone("Europe/London")
    await set_up(hass, renault_entry)
    found = device_registry.async_get_device_by_identifier((DOMAIN, EXAMPLE_VIN), renault_entry.entry_id)
    assert found is not None
    await ask(hass, "set_charge_windows", found.id, windows=[NIGHT, NOON])
    for _ in range(6):
        await later(600)
    assert value(hass, STATUS) == "enabled"
    renault.log.entries.clear()
    return found.id


def weeks_sent(renault: MyRenaultSimulator) -> int:
    """Return how many weeks have reached the server since."""
    return sum(each.path.endswith("/actions/charge-schedule") for each in renault.log.entries)


@pytest.mark.usefixtures("device")
async def test_week_comes_back(hass: HomeAssistant, renault: MyRenaultSimulator, later: Later) -> None:
    """It is on its way while the car charges, is sent once after that, and nobody is asked about it."""
    week = renault.vehicle().car.schedule.week
    await call(hass, "button.press", START)
    seen = []
    for _ in range(3):
        await later(900)
        seen.append((value(hass, CHARGING), value(hass, SWITCH), value(hass, STATUS)))
    assert seen[-1] == (STATE_ON, STATE_ON, "sending")
    assert not renault.vehicle().car.schedule.enabled
    assert weeks_sent(renault) == 0
    renault.vehicle().car.fill(FULL)
    for _ in range(6):
        await later(900)
        assert not ir.async_get(hass).issues
    assert weeks_sent(renault) == 1
    assert renault.vehicle().car.schedule.enabled
    assert renault.vehicle().car.schedule.week == week
    assert (value(hass, CHARGING), value(hass, SWITCH), value(hass, STATUS)) == (STATE_OFF, STATE_ON, "enabled")


@pytest.mark.usefixtures("device")
async def test_week_comes_back_after_a_restart(
    hass: HomeAssistant, renault: MyRenaultSimulator, renault_entry: MockConfigEntry, later: Later
) -> None:
    """That it is to come back outlives Home Assistant."""
    await call(hass, "button.press", START)
    await later(900)
    await hass.config_entries.async_reload(renault_entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    renault.vehicle().car.unplug()
    for _ in range(8):
        await later(900)
    assert weeks_sent(renault) == 1
    assert renault.vehicle().car.schedule.enabled


async def test_week_that_was_switched_off_stays_off(
    hass: HomeAssistant, device: str, renault: MyRenaultSimulator, later: Later
) -> None:
    """What the owner wants after the charge began wins."""
    await call(hass, "button.press", START)
    await later(1800)
    await ask(hass, "disable_charge_schedule", device)
    renault.vehicle().car.fill(FULL)
    for _ in range(8):
        await later(900)
    assert weeks_sent(renault) == 0
    assert value(hass, SWITCH) == STATE_OFF


@pytest.mark.usefixtures("device")
async def test_week_that_does_not_come_back_is_told(
    hass: HomeAssistant, renault: MyRenaultSimulator, later: Later
) -> None:
    """A week that is refused afterwards is the owner's to decide about, and is not sent again and again."""
    await call(hass, "button.press", START)
    await later(1800)
    renault.faults.replace([{"kind": "status", "status": 400, "message": "err.func.400", "path": "*charge-schedule"}])
    renault.vehicle().car.fill(FULL)
    for _ in range(8):
        await later(900)
    assert weeks_sent(renault) == 1
    assert value(hass, SWITCH) == STATE_OFF
    assert [each.translation_key for each in ir.async_get(hass).issues.values()] == ["schedule_differs"]
