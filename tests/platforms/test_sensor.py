"""The sensors of a vehicle."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.renault_ze.cloud.models import Battery, Part
from custom_components.renault_ze.sensors.vehicle import DESCRIPTIONS
from custom_components.renault_ze.vehicle.state import VehicleState
from simulator import Simulator
from tests.common import set_up, value
from tests.plan.planned import HOUR, Car, Later

pytestmark = pytest.mark.freeze_time("2026-11-18 18:30:00+00:00")
SECOND = timedelta(seconds=1)


def shown(hass: HomeAssistant, *keys: str) -> list[str]:
    """Return the states of sensors."""
    return [value(hass, f"sensor.renault_z_e_{key}") for key in keys]


async def test_charging(car: Car) -> None:
    """The end of the charge is calculated from the report; it is unknown after the charge."""
    keys = ("charging_time_remaining", "charge_ends_at", "charging_point")
    hours, ends_at, point = shown(car.hass, *keys)
    reported_at = datetime.fromisoformat(car.value("sensor.renault_z_e_last_report"))
    assert timedelta() <= reported_at + timedelta(hours=float(hours)) - datetime.fromisoformat(ends_at) < SECOND
    assert point == "accelerated"
    await car.later(301, times=7)
    assert datetime.fromisoformat(car.value("sensor.renault_z_e_last_report")) > reported_at
    # The next report is some seconds later than half an hour.
    assert shown(car.hass, "charge_ends_at") == [ends_at]
    car.simulator.vehicle().car.unplug()
    await car.later(301, times=2)
    assert shown(car.hass, *keys) == ["unknown", "unknown", "none"]


@pytest.mark.parametrize(("seconds", "moves"), [(0, 0), (59, 0), (-59, 0), (60, 60), (-61, -61)])
def test_end_moves_by_a_minute(seconds: int, moves: int) -> None:
    """A report that moves the end by seconds does not change it."""
    end = datetime(2026, 11, 18, 20, tzinfo=UTC)
    reported_at = end + timedelta(seconds=seconds) - HOUR
    battery = Battery(charging=True, reported_at=reported_at, charging_time_remaining=HOUR, earlier_end=end)
    assert battery.charge_ends_at == end + timedelta(seconds=moves)


def test_remaining_time_in_hours_and_minutes() -> None:
    """Each number of minutes is shown as it was reported: hours, and minutes rounded down."""
    (description,) = (each for each in DESCRIPTIONS if each.key == "charging_time_remaining")
    assert description.suggested_unit_of_measurement == "h"
    for minutes in range(25 * 60):
        remaining = timedelta(minutes=minutes)
        state = VehicleState(battery=Battery(charging=True, charging_time_remaining=remaining))
        hours = round(description.value_fn(state) / 60, description.suggested_display_precision)
        assert divmod(minutes, 60) == (int(hours), int((hours - int(hours)) * 60))


async def test_remaining_time_of_an_earlier_version(car: Car, entity_registry: er.EntityRegistry) -> None:
    """Automations compare minutes, which a sensor keeps that already had them."""
    name = "sensor.renault_z_e_charging_time_remaining"
    entity_registry.async_update_entity_options(name, "sensor.private", None)
    entity_registry.async_update_entity(name, unit_of_measurement="min")
    await car.reload()
    await car.later(301, times=7)
    assert car.state(name).attributes["unit_of_measurement"] == "min"
    assert float(car.value(name)) > 60
    assert entity_registry.async_get(name).options["sensor"] == {"suggested_display_precision": 3}


@pytest.mark.usefixtures("entity_registry_enabled_by_default")
async def test_timer(
    hass: HomeAssistant, init_integration: MockConfigEntry, simulator: Simulator, later: Later
) -> None:
    """The timer is a time in the car's time zone, and unknown after it has fired."""
    assert shown(hass, "preconditioning_timer") == ["unknown"]
    simulator.vehicle().set_timer(time(20, 5))
    await later(3601)
    assert shown(hass, "preconditioning_timer") == ["2026-11-18T20:05:00+00:00"]
    await later(3601)
    assert shown(hass, "preconditioning_timer") == ["unknown"]
    assert shown(hass, "last_preconditioning", "last_preconditioning_source") == ["2026-11-18T20:05:00+00:00", "car"]


@pytest.mark.parametrize("repeats", [False, True])
async def test_timer_that_has_fired(car: Car, repeats: bool) -> None:
    """A past start is unknown at once; the next one is read within a poll."""
    car.simulator.backend.rules.timer_repeats = repeats
    car.simulator.vehicle().set_timer(time(18, 50))
    await car.hass.config_entries.async_reload(car.entry.entry_id)
    assert shown(car.hass, "preconditioning_timer") == ["2026-11-18T18:50:00+00:00"]
    await car.later(1199)
    assert shown(car.hass, "preconditioning_timer") == ["2026-11-18T18:50:00+00:00"]
    await car.later(1)
    assert shown(car.hass, "preconditioning_timer") == ["unknown"]
    await car.later(180)
    await car.later(600)
    assert shown(car.hass, "preconditioning_timer") == ["2026-11-19T18:50:00+00:00" if repeats else "unknown"]


@pytest.mark.parametrize(("after", "starts_at"), [(60, "unknown"), (240, "2026-11-19T18:50:00+00:00")])
async def test_timer_read_too_soon_after_it_has_fired(car: Car, after: float, starts_at: str) -> None:
    """A server that still has the timer shortly afterwards does not move it to tomorrow; one that has it later does."""
    car.simulator.faults.replace(
        [{"kind": "set", "fields": {"next_start": "1850"}, "path": "*/air-conditioning/scheduler"}]
    )
    car.simulator.vehicle().set_timer(time(18, 50))
    await car.coordinator.read_now([Part.PRECONDITIONING_TIMER])
    car.simulator.backend.rules.timer_repeats = True
    await car.later(1200 + after)
    await car.coordinator.read_now([Part.PRECONDITIONING_TIMER])
    car.coordinator.async_update_listeners()
    assert shown(car.hass, "preconditioning_timer") == [starts_at]


@pytest.mark.freeze_time("2027-03-27 18:30:00+00:00")
async def test_timer_on_the_spring_night(
    hass: HomeAssistant, mock_config_entry: MockConfigEntry, simulator: Simulator
) -> None:
    """The timer follows the car's clock on the night of the clock change."""
    simulator.vehicle().set_timer(time(7, 30))
    await set_up(hass, mock_config_entry)
    assert shown(hass, "preconditioning_timer") == ["2027-03-28T06:30:00+00:00"]
    simulator.advance(60)
    assert simulator.vehicle().car.timer_at == datetime.fromisoformat("2027-03-28T06:30:00+00:00")


@pytest.mark.parametrize("zone", ["Asia/Tokyo", "Europe/London"])
async def test_time_zone_of_the_car(
    hass: HomeAssistant, mock_config_entry: MockConfigEntry, simulator: Simulator, zone: str
) -> None:
    """A car in France uses French time instead of Home Assistant's time zone."""
    await hass.config.async_set_time_zone(zone)
    simulator.account.timezone = "Europe/Paris"
    simulator.vehicle().zone = ZoneInfo("Europe/Paris")
    simulator.vehicle().set_timer(time(7, 30))
    await set_up(hass, mock_config_entry)
    assert shown(hass, "preconditioning_timer") == ["2026-11-19T06:30:00+00:00"]
    await hass.config.async_set_time_zone("US/Pacific")


async def test_schedule_status(
    hass: HomeAssistant, init_integration: MockConfigEntry, simulator: Simulator, later: Later
) -> None:
    """The status of the car's charge schedule."""
    assert shown(hass, "charge_schedule_status") == ["disabled"]
    car = simulator.vehicle().car
    car.load(replace(car.schedule, enabled=True))
    await later(3601)
    assert shown(hass, "charge_schedule_status") == ["enabled"]


@pytest.mark.parametrize(
    ("fault", "battery", "distance", "report"),
    [
        ({"kind": "set", "fields": {"charge_level": None}}, "unknown", "62.0", "2026-11-18T18:30:31+00:00"),
        ({"kind": "set", "fields": {"remaining_range": None}}, "50", "unknown", "2026-11-18T18:30:31+00:00"),
        ({"kind": "wrong_type", "fields": ["charge_level"]}, "unknown", "62.0", "2026-11-18T18:30:31+00:00"),
        ({"kind": "set", "fields": {"charge_level": 101}}, "unknown", "62.0", "2026-11-18T18:30:31+00:00"),
        ({"kind": "set", "fields": {"last_update": None}}, "50", "62.0", "unknown"),
    ],
)
async def test_invalid_fields_are_unknown(
    car: Car, fault: dict[str, object], battery: str, distance: str, report: str
) -> None:
    """A null or invalid field does not affect the others."""
    await car.later(31)
    car.simulator.faults.replace([{"path": "*/battery", **fault}])
    await car.later(301)
    assert shown(car.hass, "battery", "range")[:2] == [battery, distance]
    assert shown(car.hass, "last_report")[0][:16] == report[:16]


@pytest.mark.usefixtures("entity_registry_enabled_by_default", "evening")
async def test_forgotten_preconditioning(car: Car) -> None:
    """The server forgets after three days; the sensors are unknown then."""
    keys = ("last_preconditioning", "last_preconditioning_result", "last_preconditioning_source")
    assert shown(car.hass, *keys) == ["2026-11-18T18:30:34+00:00", "success", "user_request"]
    car.simulator.vehicle().timer = car.simulator.vehicle().car.timer_at = None
    car.simulator.vehicle().car.apply_due_changes()
    await car.later(73 * 3600)
    assert shown(car.hass, *keys) == ["unknown"] * 3
