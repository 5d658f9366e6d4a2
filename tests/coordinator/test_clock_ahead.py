"""The clock at home was ahead for one poll, or behind: what was noted then holds nothing up once it is right."""

from datetime import timedelta

from homeassistant.core import Event, EventStateChangedData, HomeAssistant, callback
from homeassistant.helpers.event import async_track_state_change_event
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.renault_ze.coordinator import VehicleCoordinator
from simulator import Simulator
from tests.common import VEHICLE, arrived, call, orders, state, value
from tests.conftest import HomeClock, Later
from tests.plan.planned import WARM, reload

pytestmark = pytest.mark.freeze_time("2026-11-18 18:30:00+00:00")

AHEAD = pytest.mark.parametrize("ahead", [timedelta(hours=2), timedelta(days=1), timedelta(days=30)], ids=str)
STALE = "binary_sensor.renault_z_e_data_stale"
LEVEL = "sensor.renault_z_e_battery"
COMMAND = "sensor.renault_z_e_last_command"
RIGHT = timedelta()


def reads(simulator: Simulator) -> set[str]:
    """Return what was read of the car since the last look."""
    found = {each.removeprefix(f"GET {VEHICLE}") for each in arrived(simulator) if each.startswith(f"GET {VEHICLE}")}
    simulator.log.entries.clear()
    return found


@pytest.fixture(autouse=True)
def unplugged(simulator: Simulator) -> None:
    """Let the car be asked every twenty minutes, and change nothing by itself."""
    simulator.vehicle().car.unplug()
    simulator.vehicle().report_now()


@pytest.fixture
def fates(hass: HomeAssistant, init_integration: MockConfigEntry) -> list[str]:
    """Return how each order ended, as it is told."""
    found: list[str] = []

    @callback
    def listen(change: Event[EventStateChangedData]) -> None:
        assert change.data["new_state"] is not None
        found.append(change.data["new_state"].attributes["event_type"])

    async_track_state_change_event(hass, "event.renault_z_e_command", listen)
    return found


async def poll_while(home_clock: HomeClock, later: Later, ahead: timedelta) -> None:
    """Let one poll come while the clock is wrong, and set it right half a minute later."""
    home_clock.ahead = ahead
    await later(1201)
    await later(30)
    home_clock.ahead = RIGHT


@AHEAD
async def test_polling_goes_on(
    hass: HomeAssistant,
    coordinator: VehicleCoordinator,
    home_clock: HomeClock,
    simulator: Simulator,
    later: Later,
    ahead: timedelta,
) -> None:
    """All is read again within an interval, and nothing is said to be outdated meanwhile."""
    await poll_while(home_clock, later, ahead)
    simulator.vehicle().car.fill(80)
    simulator.vehicle().report_now()
    reads(simulator)
    await later(61)
    assert value(hass, STALE) == "off"
    await later(1201)
    assert value(hass, LEVEL) == "80"
    hourly = {"/air-conditioning/scheduler", "/charge/scheduler/onboard", "/settings/notification"}
    assert reads(simulator) >= {"/battery", "/air-conditioning/last", *hourly}
    await later(1201)
    assert reads(simulator) == {"/battery", "/air-conditioning/last"}


@AHEAD
async def test_what_cannot_be_read_again_is_outdated_in_time(
    hass: HomeAssistant,
    coordinator: VehicleCoordinator,
    home_clock: HomeClock,
    simulator: Simulator,
    later: Later,
    ahead: timedelta,
) -> None:
    """What is known counts from when the clock was set right at the latest."""
    await poll_while(home_clock, later, ahead)
    simulator.faults.add({"path": "/api/*", "kind": "status", "status": 502})
    for _ in range(8):
        await later(1201)
    assert value(hass, STALE) == "on"
    assert value(hass, LEVEL) == "50"
    for _ in range(24):
        await later(3600)
    assert value(hass, LEVEL) == "unavailable"


@pytest.mark.parametrize("ahead", [timedelta(hours=2), timedelta(days=365), timedelta(days=-365)], ids=str)
@pytest.mark.parametrize("told", ["3600", "date"])
async def test_a_pause_is_as_long_as_it_was_asked_for_at_most(
    coordinator: VehicleCoordinator,
    home_clock: HomeClock,
    simulator: Simulator,
    later: Later,
    ahead: timedelta,
    told: str,
) -> None:
    """A server that asked for an hour is not left alone for a year."""
    until = f"{dt_util.utcnow() + timedelta(seconds=1201 + 3600):%a, %d %b %Y %H:%M:%S} GMT"
    asked_for = until if told == "date" else told
    simulator.faults.add({"path": "/api/*", "kind": "rate_limit", "status": 429, "retry_after": asked_for})
    await poll_while(home_clock, later, ahead)
    simulator.faults.replace([])
    reads(simulator)
    await later(3600)
    assert "/battery" in reads(simulator)
    assert coordinator.update_interval == timedelta(minutes=20)


@AHEAD
@pytest.mark.parametrize(("obeys", "fate"), [(True, "confirmed"), (False, "timed_out")])
async def test_an_order_under_way_comes_to_its_end(
    hass: HomeAssistant,
    coordinator: VehicleCoordinator,
    home_clock: HomeClock,
    simulator: Simulator,
    later: Later,
    fates: list[str],
    ahead: timedelta,
    obeys: bool,
    fate: str,
) -> None:
    """It is confirmed or given up as any other, and that is told once."""
    simulator.vehicle().link.obeys_preconditioning = obeys
    home_clock.ahead = ahead
    await call(hass, "button.press", "button.renault_z_e_start_preconditioning")
    await later(5)
    home_clock.ahead = RIGHT
    for _ in range(25):
        await later(30)
    assert value(hass, COMMAND) == fate
    assert dt_util.parse_datetime(str(state(hass, COMMAND).attributes["sent_at"])) is not None
    assert state(hass, COMMAND).attributes["sent_at"] <= dt_util.utcnow()
    assert fates == [fate]
    assert orders(simulator) == [WARM]


async def test_an_order_that_was_settled_is_not_told_again(
    hass: HomeAssistant,
    coordinator: VehicleCoordinator,
    home_clock: HomeClock,
    simulator: Simulator,
    later: Later,
    fates: list[str],
) -> None:
    """Its instants are put right, so that it does not stand in the place of the next one for a month."""
    home_clock.ahead = timedelta(days=30)
    await call(hass, "button.press", "button.renault_z_e_start_preconditioning")
    for _ in range(4):
        await later(31)
    home_clock.ahead = RIGHT
    await later(61)
    assert (value(hass, COMMAND), fates) == ("confirmed", ["confirmed"])
    await later(300)
    await call(hass, "button.press", "button.renault_z_e_request_update")
    assert state(hass, COMMAND).attributes["command"] == "request_update"


@AHEAD
async def test_after_a_restart(
    hass: HomeAssistant,
    init_integration: MockConfigEntry,
    home_clock: HomeClock,
    simulator: Simulator,
    later: Later,
    ahead: timedelta,
) -> None:
    """What was stored while the clock was ahead holds nothing up either."""
    home_clock.ahead = ahead
    await call(hass, "button.press", "button.renault_z_e_start_preconditioning")
    await later(5)
    home_clock.ahead = RIGHT
    await reload(hass, init_integration)
    assert state(hass, COMMAND).attributes["sent_at"] <= dt_util.utcnow()
    simulator.vehicle().car.fill(80)
    simulator.vehicle().report_now()
    await later(1201)
    assert value(hass, LEVEL) == "80"


async def test_runs_are_told_again(
    hass: HomeAssistant, coordinator: VehicleCoordinator, home_clock: HomeClock, simulator: Simulator, later: Later
) -> None:
    """The first look came while the clock was ahead, so that no run seemed to be news for a month."""
    await hass.config_entries.async_unload(coordinator.config_entry.entry_id)
    home_clock.ahead = timedelta(days=30)
    await hass.config_entries.async_setup(coordinator.config_entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    home_clock.ahead = RIGHT
    await later(61)
    simulator.vehicle().precondition()
    await later(1201)
    assert state(hass, "event.renault_z_e_preconditioning").attributes["event_type"] == "succeeded"


async def test_a_timer_is_shown_for_the_right_day(
    hass: HomeAssistant, coordinator: VehicleCoordinator, home_clock: HomeClock, simulator: Simulator, later: Later
) -> None:
    """It says only a time of day, which was taken for one in a month."""
    simulator.vehicle().set_timer(dt_util.parse_time("07:30"))
    timer = "sensor.renault_z_e_preconditioning_timer"
    home_clock.ahead = timedelta(days=30)
    for _ in range(4):
        await later(1201)
    assert value(hass, timer).startswith("2026-12-19T07:30")
    home_clock.ahead = RIGHT
    await later(1201)
    assert value(hass, timer).startswith("2026-11-19T07:30")


@pytest.mark.parametrize("behind", [timedelta(hours=2), timedelta(days=1), timedelta(days=3000)], ids=str)
async def test_a_clock_that_was_behind(
    hass: HomeAssistant,
    coordinator: VehicleCoordinator,
    home_clock: HomeClock,
    simulator: Simulator,
    later: Later,
    behind: timedelta,
) -> None:
    """A computer without a battery for its clock starts in the past; an order of then is followed to its end."""
    home_clock.ahead = -behind
    await later(1201)
    assert value(hass, LEVEL) == "50"
    await call(hass, "button.press", "button.renault_z_e_start_preconditioning")
    for _ in range(4):
        await later(31)
    assert value(hass, COMMAND) == "confirmed"
    home_clock.ahead = RIGHT
    simulator.vehicle().car.fill(80)
    simulator.vehicle().report_now()
    await later(1201)
    assert (value(hass, LEVEL), value(hass, STALE)) == ("80", "off")
    assert orders(simulator) == [WARM]


async def test_a_token_of_then_is_renewed_in_time(
    coordinator: VehicleCoordinator, home_clock: HomeClock, simulator: Simulator, later: Later
) -> None:
    """No order of an owner is refused because of it."""
    home_clock.ahead = timedelta(days=30)
    for _ in range(4):
        await later(1201)
    home_clock.ahead = RIGHT
    for _ in range(6):
        await later(1201)
    assert {each.status for each in simulator.log.entries} <= {200, 204}
