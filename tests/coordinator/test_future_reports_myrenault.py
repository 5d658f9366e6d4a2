"""Responses of MY Renault with a date in the future: the date is ignored."""

from datetime import UTC, datetime, time, timedelta
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.renault_ze.cloud import redaction
from custom_components.renault_ze.cloud.models import (
    PreconditioningRun,
    Result,
)
from custom_components.renault_ze.cloud.reports import Location
from custom_components.renault_ze.coordinator import VehicleCoordinator
from simulator import EXAMPLE_VIN
from simulator.myrenault import MyRenaultSimulator
from tests.cloud.myrenault import serve_sessions
from tests.common import set_up, value
from tests.conftest import Later

pytestmark = [
    pytest.mark.freeze_time("2026-11-18 18:30:00+00:00"),
    pytest.mark.usefixtures("entity_registry_enabled_by_default"),
]

FUTURE = pytest.mark.parametrize("at", ["2026-11-18T21:30:00Z", "2026-12-18T18:30:00Z", "2099-12-31T00:00:00+01:00"])
STALE = "binary_sensor.renault_z_e_data_stale"
REPORT = "sensor.renault_z_e_last_report"


@pytest.fixture
async def car(hass: HomeAssistant, renault: MyRenaultSimulator, renault_entry: MockConfigEntry) -> VehicleCoordinator:
    """Return an unplugged car with preconditioning sessions."""
    redaction.log_once.cache_clear()
    renault.vehicle().car.unplug()
    renault.vehicle().report_now()
    serve_sessions(renault, EXAMPLE_VIN)
    await set_up(hass, renault_entry)
    found: VehicleCoordinator = renault_entry.runtime_data.vehicles[EXAMPLE_VIN]
    return found


def dating(path: str, **fields: Any) -> dict[str, Any]:
    """Return a fault that sets attributes of a response."""
    return {
        "kind": "set",
        "path": f"*/{path}",
        "fields": {f"data.attributes.{name}": at for name, at in fields.items()},
    }


@FUTURE
async def test_reports_from_the_future(
    car: VehicleCoordinator, renault: MyRenaultSimulator, later: Later, caplog: pytest.LogCaptureFixture, at: str
) -> None:
    """Show the values of the battery as outdated, and the location without a date."""
    renault.vehicle().car.fill(70)
    renault.vehicle().report_now()
    renault.faults.replace([dating("battery-status", timestamp=at), dating("location", lastUpdateTime=at)])
    await later(1801, times=4)
    assert value(car.hass, "sensor.renault_z_e_battery") == "70"
    assert (value(car.hass, REPORT), value(car.hass, STALE)) == ("unknown", "on")
    assert isinstance(car.data.location, Location)
    assert car.data.location.at is None
    assert caplog.text.count("The server dates a battery report in the future") == 1
    assert caplog.text.count("The server dates a location in the future") == 1
    renault.faults.replace([])
    await later(1801, times=2)
    assert value(car.hass, STALE) == "off"
    assert value(car.hass, REPORT).startswith("2026-11-18T18:31")


async def test_clocks_differ_by_minutes(car: VehicleCoordinator, renault: MyRenaultSimulator, later: Later) -> None:
    """Accept dates a few minutes ahead."""
    renault.faults.add(
        dating("battery-status", timestamp=f"{dt_util.utcnow() + timedelta(minutes=63):%Y-%m-%dT%H:%MZ}")
    )
    await later(900, times=4)
    assert (value(car.hass, STALE), value(car.hass, REPORT)) == ("off", "2026-11-18T19:33:00+00:00")


@FUTURE
async def test_session_from_the_future(
    hass: HomeAssistant, car: VehicleCoordinator, renault: MyRenaultSimulator, later: Later, at: str
) -> None:
    """Show the last session before now."""
    sessions = [{"hvacSessionStartDate": each, "hvacSessionEndStatus": "ok"} for each in (at, "2026-11-18T18:00:00Z")]
    renault.faults.add(dating("hvac-sessions", hvacSessions=sessions))
    await later(1801, times=2)
    begun = datetime(2026, 11, 18, 18, tzinfo=UTC)
    assert car.data.last_preconditioning == PreconditioningRun(at=begun, result=Result.SUCCESS)


@pytest.mark.parametrize(
    ("at", "shown"),
    [
        # Car and Home Assistant are in California.
        ("2026-11-19T07:20:00Z", time(23, 20)),
        ("2026-12-18T07:20:00Z", None),
        ("2099-12-31T07:20:00Z", None),
    ],
)
async def test_timer_more_than_a_week_ahead(
    car: VehicleCoordinator,
    renault: MyRenaultSimulator,
    later: Later,
    caplog: pytest.LogCaptureFixture,
    at: str,
    shown: time | None,
) -> None:
    """Ignore it."""
    renault.faults.add(dating("hvac-status", nextHvacStartDate=at))
    await later(1801, times=4)
    assert car.data.preconditioning_timer == shown
    assert caplog.text.count("more than a week ahead") == (shown is None)
