"""The clock at home was ahead for a while: at MY Renault, too, nothing is held up once it is right."""

from datetime import timedelta
from typing import Any

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.renault_ze.coordinator import VehicleCoordinator
from simulator import EXAMPLE_VIN
from simulator.myrenault import MyRenaultSimulator
from tests.common import ask, call, set_up, value
from tests.conftest import HomeClock, Later
from tests.plan.planned import WORK, reload

pytestmark = pytest.mark.freeze_time("2026-11-18 18:30:00+00:00")

AHEAD = pytest.mark.parametrize("ahead", [timedelta(hours=2), timedelta(days=1), timedelta(days=30)], ids=str)
LEVEL = "sensor.renault_z_e_battery"
STALE = "binary_sensor.renault_z_e_data_stale"
TODAY = "sensor.renault_z_e_distance_today_estimate"
JOURNEY = "sensor.renault_z_e_last_journey_distance_estimate"
RIGHT = timedelta()


@pytest.fixture
async def device(
    hass: HomeAssistant,
    enable_custom_integrations: None,
    renault: MyRenaultSimulator,
    renault_entry: MockConfigEntry,
    device_registry: dr.DeviceRegistry,
) -> str:
    """Return the device of a car that stands unplugged."""
    await hass.config.async_set_time_zone("Europe/London")
    renault.vehicle().car.unplug()
    renault.vehicle().report_now()
    await set_up(hass, renault_entry)
    (found,) = dr.async_entries_for_config_entry(device_registry, renault_entry.entry_id)
    return found.id


@pytest.fixture
def car(device: str, renault_entry: MockConfigEntry) -> VehicleCoordinator:
    """Return the car's coordinator."""
    found: VehicleCoordinator = renault_entry.runtime_data.vehicles[EXAMPLE_VIN]
    return found


def sent(renault: MyRenaultSimulator, path: str) -> int:
    """Return how many orders have reached the server."""
    return sum(each.method == "POST" and each.path.endswith(path) for each in renault.log.entries)


@AHEAD
@pytest.mark.parametrize("restart", [False, True])
async def test_polling_goes_on(
    hass: HomeAssistant,
    car: VehicleCoordinator,
    renault: MyRenaultSimulator,
    renault_entry: MockConfigEntry,
    home_clock: HomeClock,
    later: Later,
    ahead: timedelta,
    restart: bool,
) -> None:
    """All is read again within an interval."""
    interval = car.update_interval
    assert interval is not None
    home_clock.ahead = ahead
    for _ in range(4):
        await later(interval.total_seconds() + 1)
    home_clock.ahead = RIGHT
    renault.log.entries.clear()
    if restart:
        await reload(hass, renault_entry)
    renault.vehicle().car.fill(80)
    renault.vehicle().report_now()
    await later(61)
    assert value(hass, STALE) == "off"
    await later(interval.total_seconds() + 1)
    assert value(hass, LEVEL) == "80"
    asked = {each.path.rpartition("/")[2] for each in renault.log.entries if each.method == "GET"}
    assert asked >= {"battery-status", "cockpit", "hvac-status", "location"}


@pytest.mark.parametrize("ahead", [timedelta(hours=2), timedelta(days=365)], ids=str)
@pytest.mark.parametrize("restart", [False, True])
async def test_a_pause_ends(
    hass: HomeAssistant,
    car: VehicleCoordinator,
    renault: MyRenaultSimulator,
    renault_entry: MockConfigEntry,
    home_clock: HomeClock,
    later: Later,
    ahead: timedelta,
    restart: bool,
) -> None:
    """The quarter of an hour that this server gets is no year."""
    renault.faults.add({"kind": "rate_limit", "status": 429, "path": "/kamereon/*"})
    home_clock.ahead = ahead
    assert car.update_interval is not None
    await later(car.update_interval.total_seconds() + 1)
    assert not car.last_update_success
    home_clock.ahead = RIGHT
    renault.faults.replace([])
    if restart:
        # What was stored says nothing, and the set-up that follows at once is not held up by it.
        await reload(hass, renault_entry)
        assert renault_entry.state is ConfigEntryState.LOADED
        return
    for _ in range(3):
        await later(901)
    assert car.last_update_success
    assert car.update_interval < timedelta(hours=1)


@pytest.mark.parametrize("ahead", [timedelta(hours=2), timedelta(days=1)], ids=str)
async def test_a_departure_is_followed(
    hass: HomeAssistant,
    device: str,
    renault: MyRenaultSimulator,
    home_clock: HomeClock,
    later: Later,
    ahead: timedelta,
) -> None:
    """The order of a clock that was ahead is not taken for the one that is to come."""
    await ask(hass, "set_departure", device, **WORK)
    for _ in range(5 if ahead == timedelta(hours=2) else 6):
        await later(2 * 3600)
    for _ in range(48):
        await later(60)
    home_clock.ahead = ahead
    for _ in range(4):
        await later(60)
    home_clock.ahead = RIGHT
    early = sent(renault, "/actions/hvac-start")
    assert early == 1
    for _ in range(60 * (3 if ahead == timedelta(hours=2) else 1)):
        await later(60)
    assert sent(renault, "/actions/hvac-start") == (2 if ahead == timedelta(hours=2) else 1)


async def test_journeys(
    hass: HomeAssistant, car: VehicleCoordinator, renault: MyRenaultSimulator, home_clock: HomeClock, later: Later
) -> None:
    """What was driven by the calendar of another day is no part of that day, nor of the next journey."""
    home_clock.ahead = timedelta(days=1)
    renault.vehicle().car.drive(20, timedelta(minutes=20))
    for _ in range(4):
        await later(1201)
    assert (value(hass, JOURNEY), value(hass, TODAY)) == ("20.0", "20.0")
    home_clock.ahead = RIGHT
    await later(1201)
    assert value(hass, TODAY) == "0.0"
    renault.vehicle().car.drive(10, timedelta(minutes=10))
    for _ in range(4):
        await later(1201)
    assert (value(hass, JOURNEY), value(hass, TODAY)) == ("10.0", "10.0")
    for _ in range(12):
        await later(2 * 3600)
    assert value(hass, TODAY) == "0.0"


async def test_a_refusal_of_then_is_believed_for_no_month(
    hass: HomeAssistant,
    enable_custom_integrations: None,
    renault: MyRenaultSimulator,
    renault_entry: MockConfigEntry,
    home_clock: HomeClock,
) -> None:
    """What the server refused is tried again at the next start."""
    gone: Any = {"kind": "status", "status": 404, "message": "err.func.wired.notFound", "path": "*/location"}
    renault.faults.add(gone)
    home_clock.ahead = timedelta(days=30)
    await set_up(hass, renault_entry)
    assert hass.states.get("device_tracker.renault_z_e_location") is None
    home_clock.ahead = RIGHT
    renault.faults.replace([])
    await reload(hass, renault_entry)
    assert value(hass, "device_tracker.renault_z_e_location") == "not_home"


@pytest.mark.parametrize("restart", [False, True])
async def test_a_week_that_was_set_aside_comes_back_once(
    hass: HomeAssistant,
    device: str,
    renault: MyRenaultSimulator,
    renault_entry: MockConfigEntry,
    home_clock: HomeClock,
    later: Later,
    restart: bool,
) -> None:
    """Whenever that was: the car that charged at once has its week back, and is not sent it again and again."""
    windows = [{"days": WORK["days"], "start": "01:00", "end": "05:00"}]
    renault.vehicle().car.plug()
    renault.vehicle().report_now()
    home_clock.ahead = timedelta(days=30)
    await ask(hass, "set_charge_windows", device, windows=windows)
    for _ in range(4):
        await later(600)
    await call(hass, "button.press", "button.renault_z_e_start_charge")
    await later(5)
    home_clock.ahead = RIGHT
    if restart:
        await reload(hass, renault_entry)
    for _ in range(3):
        await later(900)
    assert not renault.vehicle().car.schedule.enabled
    renault.log.entries.clear()
    renault.vehicle().car.fill(100)
    for _ in range(12):
        await later(900)
    assert sent(renault, "/actions/charge-schedule") == 1
    assert renault.vehicle().car.schedule.enabled
    assert dt_util.utcnow().day == 18
