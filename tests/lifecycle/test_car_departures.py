"""Departures that a car at MY Renault keeps itself, in Home Assistant: shown, and deleted with the account."""

from typing import Any

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from simulator.myrenault import MyRenaultSimulator
from tests.common import ask, only_device, set_up, state
from tests.conftest import Later
from tests.coordinator.routes import minutes
from tests.coordinator.test_suspended_schedules import newer
from tests.lifecycle.accounts import END_ENTRY, end_entry

__all__ = ["newer"]

# A Wednesday; the car is in the time zone of Home Assistant, eight hours behind.
pytestmark = pytest.mark.freeze_time("2026-11-18 12:30:00+00:00")
SENSOR = "sensor.renault_z_e_car_departures"
WORK: dict[str, Any] = {"name": "Work", "time": "07:30", "days": ["mon", "fri"], "robust": True}


@pytest.fixture
async def device(
    hass: HomeAssistant,
    enable_custom_integrations: None,
    entity_registry_enabled_by_default: None,
    newer: MyRenaultSimulator,
    renault_entry: MockConfigEntry,
) -> str:
    """Return the device of a newer car, set up with all entities."""
    renault_entry.add_to_hass(hass)
    hass.config_entries.async_update_entry(renault_entry, data={**renault_entry.data, "address": newer.url})
    await set_up(hass, renault_entry)
    return only_device(hass, renault_entry)


def added(newer: MyRenaultSimulator) -> list[str]:
    """Return the times of the programs that were added to the owner's three."""
    return [each["programDepartureTime"] for each in newer.vehicle().ev_settings["programs"][3:]]


async def test_shown(hass: HomeAssistant, newer: MyRenaultSimulator, later: Later, device: str) -> None:
    """The sensor shows the owner's programs and those of the plan, the plan that the car's timer is used."""
    settings = newer.vehicle().ev_settings
    own = {**settings["programs"][1], "programActivationStatus": True, "programType": "PRECONDITIONING"}
    programs = [settings["programs"][0], own, settings["programs"][2]]
    newer.vehicle().apply_settings({"ev_settings": {**settings, "programs": programs}})
    assert (await ask(hass, "set_departure", device, **WORK))["robust"] is True
    await minutes(later, 130)
    assert added(newer) == ["07:30:00"]
    assert newer.vehicle().ev_settings["programs"][:3] == programs
    shown = state(hass, SENSOR)
    assert shown.state == "2026-11-18T15:45:00+00:00"
    days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
    assert shown.attributes["departures"] == [
        {"time": "07:30", "days": ["mon", "fri"], "set_by": "home_assistant"},
        {"time": "07:45", "days": days, "set_by": "car"},
    ]
    reason = state(hass, "sensor.renault_z_e_preconditioning_reason")
    assert reason.state == "timer_in_the_car"


@pytest.mark.parametrize("end", END_ENTRY)
async def test_end(
    hass: HomeAssistant, newer: MyRenaultSimulator, renault_entry: MockConfigEntry, later: Later, device: str, end: str
) -> None:
    """A program stays in the car of a disabled account, and is deleted with the account; the owner's always stay."""
    before = newer.vehicle().ev_settings["programs"]
    await ask(hass, "set_departure", device, **WORK)
    await minutes(later, 10)
    assert added(newer) == ["07:30:00"]
    await end_entry(hass, renault_entry, end)
    await minutes(later, 60)
    assert added(newer) == ([] if end == "remove" else ["07:30:00"])
    assert newer.vehicle().ev_settings["programs"][:3] == before
