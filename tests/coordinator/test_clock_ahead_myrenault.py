"""The clock of Home Assistant was ahead for a while: everything works at MY Renault once it is corrected."""

from datetime import timedelta
from typing import Any

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.renault_ze.coordinator import VehicleCoordinator
from simulator import EXAMPLE_VIN
from simulator.myrenault import MyRenaultSimulator
from tests.common import ask, call, only_device, set_up, value
from tests.conftest import HomeClock, Later
from tests.plan.planned import WORK, reload

# The clock of Home Assistant is replaced before the setup, which hands it on.
pytestmark = [pytest.mark.freeze_time("2026-11-18 18:30:00+00:00"), pytest.mark.usefixtures("home_clock")]

AHEAD = pytest.mark.parametrize("ahead", [timedelta(hours=2), timedelta(days=1), timedelta(days=30)], ids=str)
LEVEL = "sensor.renault_z_e_battery"
STALE = "binary_sensor.renault_z_e_data_stale"
TODAY = "sensor.renault_z_e_distance_today_estimate"
JOURNEY = "sensor.renault_z_e_last_journey_distance_estimate"
RIGHT = timedelta()


@pytest.fixture
async def device(hass: HomeAssistant, renault: MyRenaultSimulator, renault_entry: MockConfigEntry) -> str:
    """Return the device of an unplugged car."""
    await hass.config.async_set_time_zone("Europe/London")
    renault.vehicle().car.unplug()
    renault.vehicle().report_now()
    await set_up(hass, renault_entry)
    return only_device(hass, renault_entry)


@pytest.fixture
def car(device: str, renault_entry: MockConfigEntry) -> VehicleCoordinator:
    """Return the car's coordinator."""
    found: VehicleCoordinator = renault_entry.runtime_data.vehicles[EXAMPLE_VIN]
    return found


def sent(renault: MyRenaultSimulator, path: str) -> int:
    """Return how many commands reached the server."""
    return sum(each.method == "POST" and each.path.endswith(path) for each in renault.log.entries)


@AHEAD
@pytest.mark.parametrize("restart", [False, True])
async def test_polling_continues(
    car: VehicleCoordinator,
    renault: MyRenaultSimulator,
    home_clock: HomeClock,
    later: Later,
    ahead: timedelta,
    restart: bool,
) -> None:
    """Read all parts within an interval."""
    interval = car.update_interval
    assert interval is not None
    home_clock.ahead = ahead
    await later(interval.total_seconds() + 1, times=4)
    home_clock.ahead = RIGHT
    renault.log.entries.clear()
    if restart:
        await reload(car.hass, car.config_entry)
    renault.vehicle().car.fill(80)
    renault.vehicle().report_now()
    await later(61)
    assert value(car.hass, STALE) == "off"
    await later(interval.total_seconds() + 1)
    assert value(car.hass, LEVEL) == "80"
    asked = {each.path.rpartition("/")[2] for each in renault.log.entries if each.method == "GET"}
    assert asked >= {"battery-status", "cockpit", "hvac-status", "location"}


@pytest.mark.parametrize("ahead", [timedelta(hours=2), timedelta(days=365)], ids=str)
@pytest.mark.parametrize("restart", [False, True])
async def test_pause_ends(
    car: VehicleCoordinator,
    renault: MyRenaultSimulator,
    home_clock: HomeClock,
    later: Later,
    ahead: timedelta,
    restart: bool,
) -> None:
    """Poll again after a quarter of an hour."""
    renault.faults.add({"kind": "rate_limit", "status": 429, "path": "/kamereon/*"})
    home_clock.ahead = ahead
    assert car.update_interval is not None
    await later(car.update_interval.total_seconds() + 1)
    assert not car.last_update_success
    home_clock.ahead = RIGHT
    renault.faults.replace([])
    if restart:
        # The stored pause does not delay the setup.
        await reload(car.hass, car.config_entry)
        assert car.config_entry.state is ConfigEntryState.LOADED
        return
    await later(901, times=3)
    assert car.last_update_success
    assert car.update_interval < timedelta(hours=1)


@pytest.mark.parametrize("ahead", [timedelta(hours=2), timedelta(days=1)], ids=str)
async def test_departure_is_kept(
    hass: HomeAssistant, device: str, renault: MyRenaultSimulator, home_clock: HomeClock, later: Later, ahead: timedelta
) -> None:
    """Do not take a command that was sent while the clock was ahead for one of the next departure."""
    await ask(hass, "set_departure", device, **WORK)
    await later(2 * 3600, times=5 if ahead == timedelta(hours=2) else 6)
    await later(60, times=48)
    home_clock.ahead = ahead
    await later(60, times=4)
    home_clock.ahead = RIGHT
    early = sent(renault, "/actions/hvac-start")
    assert early == 1
    await later(60, times=60 * (3 if ahead == timedelta(hours=2) else 1))
    assert sent(renault, "/actions/hvac-start") == (2 if ahead == timedelta(hours=2) else 1)


async def test_trips(car: VehicleCoordinator, renault: MyRenaultSimulator, home_clock: HomeClock, later: Later) -> None:
    """Assign each trip to its day."""
    home_clock.ahead = timedelta(days=1)
    renault.vehicle().car.drive(20, timedelta(minutes=20))
    await later(1201, times=4)
    assert (value(car.hass, JOURNEY), value(car.hass, TODAY)) == ("20.0", "20.0")
    home_clock.ahead = RIGHT
    await later(1201)
    assert value(car.hass, TODAY) == "0.0"
    renault.vehicle().car.drive(10, timedelta(minutes=10))
    await later(1201, times=4)
    assert (value(car.hass, JOURNEY), value(car.hass, TODAY)) == ("10.0", "10.0")
    await later(2 * 3600, times=12)
    assert value(car.hass, TODAY) == "0.0"


async def test_refused_endpoint_is_tried_at_the_next_start(
    hass: HomeAssistant, renault: MyRenaultSimulator, renault_entry: MockConfigEntry, home_clock: HomeClock
) -> None:
    """Do not keep the refusal for a month."""
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
async def test_schedule_is_restored_once(
    hass: HomeAssistant,
    device: str,
    renault: MyRenaultSimulator,
    renault_entry: MockConfigEntry,
    home_clock: HomeClock,
    later: Later,
    restart: bool,
) -> None:
    """Restore it after an immediate charge that was started while the clock was ahead."""
    windows = [{"days": WORK["days"], "start": "01:00", "end": "05:00"}]
    renault.vehicle().car.plug()
    renault.vehicle().report_now()
    home_clock.ahead = timedelta(days=30)
    await ask(hass, "set_charge_schedule", device, windows=windows)
    await later(600, times=4)
    await call(hass, "button.press", "button.renault_z_e_start_charge")
    await later(5)
    home_clock.ahead = RIGHT
    if restart:
        await reload(hass, renault_entry)
    await later(900, times=3)
    assert not renault.vehicle().car.schedule.enabled
    renault.log.entries.clear()
    renault.vehicle().car.fill(100)
    await later(900, times=12)
    assert sent(renault, "/charge/schedule") == 1
    assert renault.vehicle().car.schedule.enabled
    assert dt_util.utcnow().day == 18
