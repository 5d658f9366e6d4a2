"""Responses with a date in the future: the date is ignored and logged once."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
import pytest

from custom_components.renault_ze.cloud import redaction
from custom_components.renault_ze.cloud.models import Part
from custom_components.renault_ze.coordinator import VehicleCoordinator
from simulator import Simulator
from simulator.world.records import ChargeEvent
from tests.common import arrived
from tests.conftest import HomeClock, Later
from tests.plan.planned import WARM, Car

pytestmark = [
    pytest.mark.freeze_time("2026-11-18 18:30:00+00:00"),
    pytest.mark.usefixtures("entity_registry_enabled_by_default"),
]

DAYS = timedelta(days=1)
FUTURE = pytest.mark.parametrize(
    "ahead", [timedelta(hours=2), 30 * DAYS, 26_700 * DAYS], ids=["two hours", "30 days", "2099"]
)
STALE = "binary_sensor.renault_z_e_data_stale"
REPORT = "sensor.renault_z_e_last_report"
LAST = "sensor.renault_z_e_last_preconditioning"
COMMAND = "sensor.renault_z_e_last_command"
RUN = {"type": "USER_REQUEST", "result": "SUCCESS"}


@pytest.fixture(autouse=True)
def parked(simulator: Simulator) -> None:
    """Unplug the car, and log ignored dates again."""
    simulator.vehicle().car.unplug()
    simulator.vehicle().report_now()
    redaction.log_once.cache_clear()


def stamp(ahead: timedelta) -> int:
    """Return a timestamp as the server sends it."""
    return round((dt_util.utcnow() + ahead).timestamp() * 1000)


def dating(path: str, field: str, ahead: timedelta) -> dict[str, Any]:
    """Return a fault that sets a date in a response."""
    return {"kind": "set", "method": "GET", "path": f"*{path}", "fields": {field: stamp(ahead)}}


@FUTURE
async def test_battery_report_from_the_future(car: Car, caplog: pytest.LogCaptureFixture, ahead: timedelta) -> None:
    """Show its values as outdated until the next report."""
    car.simulator.vehicle().car.fill(70)
    car.simulator.vehicle().report_now()
    car.simulator.faults.add(dating("/battery", "last_update", ahead))
    await car.later(1201, times=3)
    assert car.value("sensor.renault_z_e_battery") == "70"
    assert (car.value(REPORT), car.value(STALE)) == ("unknown", "on")
    assert caplog.text.count("The server dates a battery report in the future") == 1
    car.simulator.faults.replace([])
    car.simulator.vehicle().report_now()
    await car.later(1201)
    assert car.value(STALE) == "off"
    assert car.value(REPORT) != "unknown"


@pytest.mark.parametrize("minutes", [1, 5])
async def test_clocks_differ_by_minutes(car: Car, minutes: int) -> None:
    """Accept dates a few minutes ahead."""
    ahead = timedelta(seconds=1201, minutes=minutes)
    run = {**RUN, "date": stamp(ahead)}
    car.simulator.faults.add(dating("/battery", "last_update", ahead))
    car.simulator.faults.add({"kind": "body", "json": run, "path": "*/air-conditioning/last", "method": "GET"})
    await car.later(1201)
    at = f"{dt_util.utcnow() + timedelta(minutes=minutes):%Y-%m-%dT%H:%M:%S}+00:00"
    assert (car.value(STALE), car.value(REPORT), car.value(LAST)) == ("off", at, at)


@FUTURE
async def test_run_from_the_future(car: Car, caplog: pytest.LogCaptureFixture, ahead: timedelta) -> None:
    """Ignore it, and confirm a command by the next run."""
    reported = {**RUN, "date": stamp(ahead)}
    for path in ("/air-conditioning/last", "/air-conditioning"):
        body = reported if path.endswith("last") else [reported]
        car.simulator.faults.add({"kind": "body", "json": body, "path": f"*{path}", "method": "GET"})
    await car.later(1201)
    assert car.value(LAST) == "unknown"
    await car.call("button.press", "button.renault_z_e_start_preconditioning")
    await car.later(31)
    assert car.value(COMMAND) == "accepted"
    car.simulator.faults.replace([])
    await car.later(31, times=3)
    assert car.value(COMMAND) == "confirmed"
    assert car.commands == [WARM]
    assert car.value(LAST) > "2026-11-18T18:50"
    assert car.state("event.renault_z_e_preconditioning").attributes["event_type"] == "succeeded"
    assert caplog.text.count("The server dates a preconditioning in the future") == 1


@pytest.mark.parametrize("ahead", [timedelta(hours=1), 10 * DAYS], ids=str)
async def test_charge_from_the_future(car: Car, ahead: timedelta) -> None:
    """Report the charge that ended."""
    vehicle, records = car.simulator.vehicle(), car.simulator.vehicle().records
    vehicle.car.plug()
    await car.later(1201)
    await car.later(301)
    begun = [each for each in records.charges if each.event is ChargeEvent.START][-1]
    for hours, event, level in ((0, ChargeEvent.START, 10), (1, ChargeEvent.END, 90)):
        at = dt_util.utcnow() + ahead + timedelta(hours=1 + hours)
        records.charges.append(replace(begun, at=at, event=event, level=level))
    vehicle.car.fill(80)
    vehicle.car.unplug()
    vehicle.report_now()
    await car.later(301, times=2)
    reported = car.state("event.renault_z_e_charge").attributes
    assert (reported["event_type"], reported["started_at"], reported["level_gained"]) == (
        "ended",
        begun.at,
        80 - begun.level,
    )
    assert all(each.at <= dt_util.utcnow() for each in car.coordinator.data.charge_history)


@pytest.mark.parametrize("command", ["start_preconditioning", "request_update"])
async def test_server_clock_a_year_ahead(car: Car, command: str) -> None:
    """Confirm commands by reports that are new, with any date."""
    car.simulator.clock.skew_seconds = 365 * 86_400
    car.simulator.backend.rules.ask_window_seconds = car.simulator.backend.rules.precondition_window_seconds = 0
    await car.later(1201)
    for _ in range(2):
        await car.call("button.press", f"button.renault_z_e_{command}")
        assert car.value(COMMAND) == "accepted"
        await car.later(61, times=4)
        assert car.value(COMMAND) == "confirmed"
        # A car that preconditions gets no second command.
        await car.later(901)


async def test_history_read_while_our_clock_was_behind(
    hass: HomeAssistant, coordinator: VehicleCoordinator, home_clock: HomeClock, simulator: Simulator, later: Later
) -> None:
    """Read it again an hour later."""
    simulator.vehicle().car.plug()
    simulator.vehicle().car.fill(80)
    await later(3600)
    simulator.vehicle().car.unplug()
    await hass.config_entries.async_unload(coordinator.config_entry.entry_id)
    home_clock.ahead = -7 * DAYS
    await hass.config_entries.async_setup(coordinator.config_entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    car = coordinator.config_entry.runtime_data.vehicles[coordinator.vehicle.vin]
    assert car.data.charge_history == ()
    home_clock.ahead = timedelta()
    await later(1201, times=4)
    assert car.data.charge_history[0].level == simulator.vehicle().records.charges[-1].level
    simulator.log.entries.clear()
    await later(1201, times=4)
    assert not [each for each in arrived(simulator) if each.endswith("/charge/history")]
    assert Part.CHARGE_HISTORY in car.data.read_at
