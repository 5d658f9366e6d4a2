"""A repair names the car whose charge schedule could not be restored for a day, and disappears by itself."""

from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
import pytest

from simulator.myrenault import MyRenaultSimulator
from tests.common import call
from tests.conftest import Later
from tests.coordinator.routes import STOP, minutes
from tests.coordinator.test_suspended_schedules import hours, zoe

__all__ = ["zoe"]

# The car charges from 23:30 to 06:30.
pytestmark = pytest.mark.freeze_time("2026-11-19 01:30:00+00:00")


async def test_repair(hass: HomeAssistant, zoe: MyRenaultSimulator, later: Later) -> None:
    """It shows the windows until the car has its schedule again."""
    week = zoe.vehicle().car.schedule.week
    await call(hass, "button.press", STOP)
    await minutes(later, 2)
    refusal = {"kind": "refusal", "error": "forbidden", "method": "POST", "path": "*/commerce/*"}
    zoe.faults.replace([refusal])
    zoe.vehicle().car.unplug()
    zoe.vehicle().report_now()
    await later(900, 4 * 20)
    assert not ir.async_get(hass).issues
    await later(900, 4 * 10)
    (issue,) = ir.async_get(hass).issues.values()
    assert issue.translation_key == "schedule_not_restored"
    assert issue.translation_placeholders is not None
    assert issue.translation_placeholders["name"] == "Renault Z.E."
    assert issue.translation_placeholders["mon"] == "11:30 PM - 6:30 AM"
    zoe.faults.replace([])
    await hours(later, 8)
    assert zoe.vehicle().car.schedule.week.programs[0] == week.programs[0]
    assert not ir.async_get(hass).issues
