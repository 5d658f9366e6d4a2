"""A charge schedule that a car has lost with a command is restored when its account or device ends."""

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from simulator.myrenault import MyRenaultSimulator
from tests.common import call, set_up
from tests.conftest import Later
from tests.coordinator.routes import START, STOP, minutes
from tests.coordinator.test_suspended_schedules import newer, zoe
from tests.lifecycle.accounts import END_ENTRY, end_entry

__all__ = ["newer", "zoe"]

# The car charges from 23:30 to 06:30.
pytestmark = pytest.mark.freeze_time("2026-11-19 01:30:00+00:00")


@pytest.mark.parametrize("end", END_ENTRY)
@pytest.mark.parametrize("is_refused", [False, True], ids=["accepted", "refused at first"])
async def test_programs(
    hass: HomeAssistant,
    zoe: MyRenaultSimulator,
    renault_entry: MockConfigEntry,
    later: Later,
    end: str,
    *,
    is_refused: bool,
) -> None:
    """The one-minute window that has stopped the charge does not stay in the car."""
    week = zoe.vehicle().car.schedule.week
    await call(hass, "button.press", STOP)
    await minutes(later, 2)
    assert zoe.vehicle().car.schedule.week.programs[0] != week.programs[0]
    if is_refused:
        refusal = {"kind": "status", "status": 502, "method": "POST", "path": "*/commerce/*", "times": 1}
        zoe.faults.replace([refusal])
    await end_entry(hass, renault_entry, end)
    await minutes(later, 60)
    assert zoe.vehicle().car.schedule.week.programs[0] == week.programs[0]
    assert zoe.vehicle().car.schedule.enabled


@pytest.mark.freeze_time("2026-11-18 12:30:00+00:00")
@pytest.mark.parametrize("end", END_ENTRY)
async def test_settings(
    hass: HomeAssistant,
    enable_custom_integrations: None,
    newer: MyRenaultSimulator,
    renault_entry: MockConfigEntry,
    later: Later,
    end: str,
) -> None:
    """The programs of a newer car are active again."""
    renault_entry.add_to_hass(hass)
    hass.config_entries.async_update_entry(renault_entry, data={**renault_entry.data, "address": newer.url})
    await set_up(hass, renault_entry)
    before = newer.vehicle().ev_settings["programs"]
    await call(hass, "button.press", START)
    await minutes(later, 2)
    assert newer.vehicle().ev_settings["programs"] != before
    await end_entry(hass, renault_entry, end)
    await minutes(later, 60)
    assert newer.vehicle().ev_settings["programs"] == before
