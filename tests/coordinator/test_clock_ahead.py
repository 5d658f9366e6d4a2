"""The clock of Home Assistant was wrong for one poll: everything works once it is corrected."""

from datetime import timedelta

from homeassistant.core import Event, EventStateChangedData, HomeAssistant, callback
from homeassistant.helpers.event import async_track_state_change_event
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from simulator import Simulator
from tests.common import VEHICLE, arrived
from tests.conftest import HomeClock, Later
from tests.plan.planned import WARM, Car

# The clock of Home Assistant is replaced before the setup, which hands it on.
pytestmark = [
    pytest.mark.freeze_time("2026-11-18 18:30:00+00:00"),
    pytest.mark.usefixtures("entity_registry_enabled_by_default", "home_clock"),
]

AHEAD = pytest.mark.parametrize("ahead", [timedelta(hours=2), timedelta(days=1), timedelta(days=30)], ids=str)
STALE = "binary_sensor.renault_z_e_data_stale"
LEVEL = "sensor.renault_z_e_battery"
COMMAND = "sensor.renault_z_e_last_command"
RIGHT = timedelta()


def reads(simulator: Simulator) -> set[str]:
    """Return the parts of the car that were read since the last call."""
    found = {each.removeprefix(f"GET {VEHICLE}") for each in arrived(simulator) if each.startswith(f"GET {VEHICLE}")}
    simulator.log.entries.clear()
    return found


@pytest.fixture(autouse=True)
def unplugged(simulator: Simulator) -> None:
    """Unplug the car, so that it is polled every 20 minutes."""
    simulator.vehicle().car.unplug()
    simulator.vehicle().report_now()


@pytest.fixture
def results(hass: HomeAssistant, init_integration: MockConfigEntry) -> list[str]:
    """Return the event types of the commands."""
    found: list[str] = []

    @callback
    def listen(change: Event[EventStateChangedData]) -> None:
        assert change.data["new_state"] is not None
        found.append(change.data["new_state"].attributes["event_type"])

    async_track_state_change_event(hass, "event.renault_z_e_command", listen)
    return found


async def poll_while(home_clock: HomeClock, later: Later, ahead: timedelta) -> None:
    """Let one poll happen while the clock is wrong, and correct it half a minute later."""
    home_clock.ahead = ahead
    await later(1201)
    await later(30)
    home_clock.ahead = RIGHT


@AHEAD
async def test_polling_continues(car: Car, home_clock: HomeClock, ahead: timedelta) -> None:
    """Read all parts within an interval, without showing outdated data."""
    await poll_while(home_clock, car.later, ahead)
    car.simulator.vehicle().car.fill(80)
    car.simulator.vehicle().report_now()
    reads(car.simulator)
    await car.later(61)
    assert car.value(STALE) == "off"
    await car.later(1201)
    assert car.value(LEVEL) == "80"
    hourly = {"/air-conditioning/scheduler", "/charge/scheduler/onboard", "/settings/notification"}
    assert reads(car.simulator) >= {"/battery", "/air-conditioning/last", *hourly}
    await car.later(1201)
    assert reads(car.simulator) == {"/battery", "/air-conditioning/last"}


@AHEAD
async def test_data_becomes_outdated_in_time(car: Car, home_clock: HomeClock, ahead: timedelta) -> None:
    """Count its age from the correction of the clock at the latest."""
    await poll_while(home_clock, car.later, ahead)
    car.simulator.faults.add({"path": "/api/*", "kind": "status", "status": 502})
    await car.later(1201, times=8)
    assert (car.value(STALE), car.value(LEVEL)) == ("on", "50")
    await car.later(3600, times=24)
    assert car.value(LEVEL) == "unavailable"


@pytest.mark.parametrize("ahead", [timedelta(hours=2), timedelta(days=365), timedelta(days=-365)], ids=str)
@pytest.mark.parametrize("wait", ["3600", "date"])
async def test_pause_is_not_extended(car: Car, home_clock: HomeClock, ahead: timedelta, wait: str) -> None:
    """Poll again after the hour the server asked for."""
    until = f"{dt_util.utcnow() + timedelta(seconds=1201 + 3600):%a, %d %b %Y %H:%M:%S} GMT"
    asked_for = until if wait == "date" else wait
    car.simulator.faults.add({"path": "/api/*", "kind": "rate_limit", "status": 429, "retry_after": asked_for})
    await poll_while(home_clock, car.later, ahead)
    car.simulator.faults.replace([])
    reads(car.simulator)
    await car.later(3600)
    assert "/battery" in reads(car.simulator)
    assert car.coordinator.update_interval == timedelta(minutes=20)


@AHEAD
@pytest.mark.parametrize(("obeys", "result"), [(True, "confirmed"), (False, "timed_out")])
async def test_pending_command_ends(
    car: Car, home_clock: HomeClock, results: list[str], ahead: timedelta, obeys: bool, result: str
) -> None:
    """Confirm it or let it time out, and report that once."""
    car.simulator.vehicle().link.obeys_preconditioning = obeys
    home_clock.ahead = ahead
    await car.call("button.press", "button.renault_z_e_start_preconditioning")
    await car.later(5)
    home_clock.ahead = RIGHT
    await car.later(30, times=25)
    assert car.value(COMMAND) == result
    assert dt_util.parse_datetime(str(car.state(COMMAND).attributes["sent_at"])) is not None
    assert car.state(COMMAND).attributes["sent_at"] <= dt_util.utcnow()
    assert results == [result]
    assert car.commands == [WARM]


async def test_result_is_not_repeated(car: Car, home_clock: HomeClock, results: list[str]) -> None:
    """Correct its times, so that the next command is shown."""
    home_clock.ahead = timedelta(days=30)
    await car.call("button.press", "button.renault_z_e_start_preconditioning")
    await car.later(31, times=4)
    home_clock.ahead = RIGHT
    await car.later(61)
    assert (car.value(COMMAND), results) == ("confirmed", ["confirmed"])
    await car.later(300)
    await car.call("button.press", "button.renault_z_e_request_update")
    assert car.state(COMMAND).attributes["command"] == "request_update"


@AHEAD
async def test_restart(car: Car, home_clock: HomeClock, ahead: timedelta) -> None:
    """Correct what was stored while the clock was ahead."""
    home_clock.ahead = ahead
    await car.call("button.press", "button.renault_z_e_start_preconditioning")
    await car.later(5)
    home_clock.ahead = RIGHT
    await car.reload()
    assert car.state(COMMAND).attributes["sent_at"] <= dt_util.utcnow()
    car.simulator.vehicle().car.fill(80)
    car.simulator.vehicle().report_now()
    await car.later(1201)
    assert car.value(LEVEL) == "80"


async def test_new_runs_are_reported(car: Car, home_clock: HomeClock) -> None:
    """Report a run after the first poll was made while the clock was ahead."""
    await car.hass.config_entries.async_unload(car.coordinator.config_entry.entry_id)
    home_clock.ahead = timedelta(days=30)
    await car.set_up()
    home_clock.ahead = RIGHT
    await car.later(61)
    car.simulator.vehicle().precondition()
    await car.later(1201)
    assert car.state("event.renault_z_e_preconditioning").attributes["event_type"] == "succeeded"


async def test_timer_is_shown_for_the_correct_day(car: Car, home_clock: HomeClock) -> None:
    """Convert the time of day of the timer with the corrected clock."""
    car.simulator.vehicle().set_timer(dt_util.parse_time("07:30"))
    timer = "sensor.renault_z_e_preconditioning_timer"
    home_clock.ahead = timedelta(days=30)
    await car.later(1201, times=4)
    assert car.value(timer).startswith("2026-12-19T07:30")
    home_clock.ahead = RIGHT
    await car.later(1201)
    assert car.value(timer).startswith("2026-11-19T07:30")


@pytest.mark.parametrize("behind", [timedelta(hours=2), timedelta(days=1), timedelta(days=3000)], ids=str)
async def test_clock_behind(car: Car, home_clock: HomeClock, behind: timedelta) -> None:
    """Confirm a command that was sent while the clock was behind."""
    home_clock.ahead = -behind
    await car.later(1201)
    assert car.value(LEVEL) == "50"
    await car.call("button.press", "button.renault_z_e_start_preconditioning")
    await car.later(31, times=4)
    assert car.value(COMMAND) == "confirmed"
    home_clock.ahead = RIGHT
    car.simulator.vehicle().car.fill(80)
    car.simulator.vehicle().report_now()
    await car.later(1201)
    assert (car.value(LEVEL), car.value(STALE)) == ("80", "off")
    assert car.commands == [WARM]


async def test_token_is_renewed_in_time(car: Car, home_clock: HomeClock) -> None:
    """Send no request with an expired token."""
    home_clock.ahead = timedelta(days=30)
    await car.later(1201, times=4)
    home_clock.ahead = RIGHT
    await car.later(1201, times=6)
    assert {each.status for each in car.simulator.log.entries} <= {200, 204}
