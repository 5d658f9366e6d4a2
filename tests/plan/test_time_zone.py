"""After a change of Home Assistant's time zone, local times follow at once and nothing is sent twice."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import STATE_UNKNOWN
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.renault_ze.plan.corrections import in_other_zone
from custom_components.renault_ze.plan.model import Plan
from custom_components.renault_ze.plan.records import Attempt, Outcome, Timer
from custom_components.renault_ze.plan.timetable import departure_times
from simulator import Simulator
from simulator.myrenault import MyRenaultSimulator
from tests.common import arrived, ask, only_device, received_commands, set_up, state, value
from tests.plan.planned import NIGHT, PLAN, WARM, WORK, Car, Later, Until, notifications
from tests.plan.simulated.states import SETTINGS, at, charging_plan, departure_plan

DEPARTURE = "sensor.renault_z_e_next_departure"
WINDOW = "sensor.renault_z_e_next_charge_window"
STARTS = "/actions/hvac-start"

# A Wednesday evening in London.
pytestmark = pytest.mark.freeze_time("2026-11-18 18:30:00+00:00")


async def move(hass: HomeAssistant, zone: str) -> None:
    """Change Home Assistant's time zone as a user does."""
    await hass.config.async_update(time_zone=zone, location_name="Home")
    await hass.async_block_till_done(wait_background_tasks=True)


@pytest.fixture
async def entry(hass: HomeAssistant, mock_config_entry: MockConfigEntry, simulator: Simulator) -> MockConfigEntry:
    """Return a Z.E. Services account without a time zone, with a departure and a window."""
    unnamed = {
        "kind": "missing",
        "path": "/api/user/login",
        "fields": ["user.timezone", "user.vehicle_details.timezone"],
    }
    simulator.faults.replace([unnamed])
    await hass.config.async_update(time_zone="UTC")
    await set_up(hass, mock_config_entry)
    await plan(hass, mock_config_entry)
    return mock_config_entry


async def plan(hass: HomeAssistant, entry: MockConfigEntry) -> str:
    """Plan a departure and a window for the car of an account, and return its device."""
    device = only_device(hass, entry)
    await ask(hass, "set_departure", device, **WORK)
    await ask(hass, "set_charge_schedule", device, windows=[NIGHT])
    return device


async def test_local_times_follow_at_once(
    hass: HomeAssistant, entry: MockConfigEntry, simulator: Simulator, until: Until
) -> None:
    """07:30 stays 07:30, now in Paris."""
    assert value(hass, DEPARTURE) == "2026-11-19T07:30:00+00:00"
    simulator.log.entries.clear()
    await move(hass, "Europe/Paris")
    assert value(hass, DEPARTURE) == "2026-11-19T06:30:00+00:00"
    assert value(hass, WINDOW) == "2026-11-19T00:00:00+00:00"
    await until("06:25")
    assert received_commands(simulator) == [WARM]
    await until("12:00")
    assert received_commands(simulator) == [WARM]


@pytest.mark.parametrize(("zone", "following"), [("America/New_York", "12:30"), ("US/Pacific", "15:30")])
async def test_nothing_is_sent_twice(
    hass: HomeAssistant, entry: MockConfigEntry, simulator: Simulator, until: Until, zone: str, following: str
) -> None:
    """West of here, 07:30 comes again on the same day, for which the car was already started."""
    await until("07:25")
    assert received_commands(simulator)[-1] == WARM
    await until("09:00")
    simulator.log.entries.clear()
    await move(hass, zone)
    await until("20:00")
    assert received_commands(simulator) == []
    assert value(hass, DEPARTURE) == f"2026-11-20T{following}:00+00:00"
    await until(f"2026-11-20T{following}")
    assert received_commands(simulator) == [WARM]


async def test_a_pending_command(
    hass: HomeAssistant, entry: MockConfigEntry, simulator: Simulator, until: Until
) -> None:
    """It was just sent, and its result is unknown."""
    await until("07:21")
    assert received_commands(simulator)[-1] == WARM
    simulator.log.entries.clear()
    await move(hass, "America/New_York")
    await until("20:00")
    assert received_commands(simulator) == []


async def test_a_departure_that_was_jumped_over_is_not_missed(
    hass: HomeAssistant, entry: MockConfigEntry, simulator: Simulator, until: Until
) -> None:
    """East of here, 07:30 is suddenly over."""
    await until("06:00")
    await move(hass, "Asia/Tokyo")
    await until("12:00")
    assert state(hass, PLAN).state == STATE_UNKNOWN
    assert notifications(hass) == []
    assert value(hass, DEPARTURE) == "2026-11-19T22:30:00+00:00"


async def test_change_while_home_assistant_was_off(
    hass: HomeAssistant, entry: MockConfigEntry, simulator: Simulator, until: Until
) -> None:
    """The local times follow at the next start."""
    await until("07:25")
    await hass.config_entries.async_unload(entry.entry_id)
    await move(hass, "America/New_York")
    simulator.log.entries.clear()
    await set_up(hass, entry)
    await until("20:00")
    assert received_commands(simulator) == []
    assert value(hass, DEPARTURE) == "2026-11-20T12:30:00+00:00"


async def test_an_account_with_a_time_zone(car: Car) -> None:
    """It keeps that zone, and is not read again."""
    await plan(car.hass, car.entry)
    runtime = car.entry.runtime_data
    car.simulator.log.entries.clear()
    await move(car.hass, "Asia/Tokyo")
    assert car.value(DEPARTURE) == "2026-11-19T07:30:00+00:00"
    assert (car.entry.runtime_data, arrived(car.simulator)) == (runtime, [])


async def test_my_renault(
    hass: HomeAssistant, renault: MyRenaultSimulator, renault_entry: MockConfigEntry, later: Later
) -> None:
    """The same, unless the user has chosen the zone."""
    await hass.config.async_update(time_zone="UTC")
    await set_up(hass, renault_entry)
    await plan(hass, renault_entry)
    await move(hass, "Europe/Paris")
    assert renault_entry.state is ConfigEntryState.LOADED
    assert value(hass, DEPARTURE) == "2026-11-19T06:30:00+00:00"
    await later(11.5 * 3600)
    await later(300, times=12)
    assert len([each for each in arrived(renault) if each.endswith(STARTS)]) == 1
    await move(hass, "America/New_York")
    await later(300, times=96)
    assert len([each for each in arrived(renault) if each.endswith(STARTS)]) == 1
    assert value(hass, DEPARTURE) == "2026-11-20T12:30:00+00:00"


PARIS, TOKYO, NEW_YORK = (ZoneInfo(name) for name in ("Europe/Paris", "Asia/Tokyo", "America/New_York"))
READY = at("07:30")


def there(zone: ZoneInfo, plan: Plan, clock: str, **settings: Any) -> Plan:
    """Return a plan that was kept in UTC as it is kept in another zone."""
    return in_other_zone(plan, SETTINGS.zone, replace(SETTINGS, zone=zone, **settings), at(clock))


def test_timer_in_the_car_stays() -> None:
    """It uses the car's clock, which has not changed."""
    timer = Timer(departure="work", ready_at=READY, start_at=at("07:20"), sent_at=at("05:30"))
    moved = there(PARIS, replace(departure_plan(uses_timer=True), timer=timer), "05:40")
    assert moved.timer == replace(timer, ready_at=at("06:30"), start_at=at("06:20"))


@pytest.mark.parametrize(
    ("attempt", "zone", "outcome"),
    [
        ({"sent": 1, "sent_at": at("07:20")}, NEW_YORK, Outcome.CANCELED),
        ({"sent": 1, "sent_at": at("07:20")}, PARIS, Outcome.CANCELED),
        ({"sent": 1, "outcome": Outcome.READY}, NEW_YORK, Outcome.CANCELED),
        ({"sent": 1, "outcome": Outcome.READY}, PARIS, Outcome.READY),
        ({"outcome": Outcome.READY}, NEW_YORK, Outcome.CANCELED),
        ({"outcome": Outcome.MISSED}, NEW_YORK, None),
        ({"outcome": Outcome.MISSED}, PARIS, Outcome.MISSED),
        ({"outcome": Outcome.TOO_LOW}, NEW_YORK, Outcome.TOO_LOW),
        ({"warned_at": at("20:00", day=-1)}, NEW_YORK, None),
    ],
)
def test_attempts_keep_their_date(attempt: dict[str, Any], zone: ZoneInfo, outcome: Outcome | None) -> None:
    """Sent ones are over; missed ones can come again."""
    moved = there(
        zone, replace(departure_plan(), attempts=(Attempt(departure="work", ready_at=READY, **attempt),)), "07:40"
    )
    (found,) = moved.attempts
    assert (found.ready_at.astimezone(zone).time(), found.outcome) == (READY.time(), outcome)


def test_windows_are_checked_from_now_on() -> None:
    """Those that began only by the new clock are not late; a charge schedule kept in UTC is sent again."""
    plan = replace(charging_plan("01:00-05:00", "12:00-13:00"), judged_until=at("01:00"), late=at("01:00"))
    moved = there(TOKYO, plan, "06:00")
    assert (moved.judged_until, moved.late, moved.claimed) == (at("06:00"), None, False)
    assert there(TOKYO, plan, "06:00", schedule_zone=SETTINGS.zone).claimed


def test_equal_zones_change_nothing() -> None:
    """Another name for the same clock."""
    plan = replace(departure_plan(), attempts=(Attempt(departure="work", ready_at=READY, outcome=Outcome.READY),))
    assert there(ZoneInfo("Africa/Abidjan"), plan, "08:00") == plan
    assert departure_times(plan, SETTINGS, at("00:00"), at("00:00") + timedelta(days=1))
