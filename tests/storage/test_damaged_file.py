"""Unreadable data in the file, which is kept, and does not prevent the set-up."""

from copy import deepcopy
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from simulator import EXAMPLE_VIN
from tests.common import ask
from tests.plan.planned import WORK
from tests.storage.conftest import Disk, start

pytestmark = pytest.mark.freeze_time("2026-11-18 18:30:00+00:00")
NEWER = {"departure": "x", "ready_at": "2026-11-18T07:30:00+00:00", "outcome": "warmed_twice"}


def damage_attempt(plan: dict[str, Any]) -> None:
    """Store the outcome of a later version for a departure."""
    plan["attempts"] = [NEWER]


def damage_departure(plan: dict[str, Any]) -> None:
    """Store a departure with an invalid time."""
    plan["departures"][0]["at"] = "dawn"


def damage_windows(plan: dict[str, Any]) -> None:
    """Store windows that are no list."""
    plan["windows"] = "at night"


@pytest.mark.parametrize(
    ("damage", "departures", "windows"),
    [(damage_attempt, 2, 7), (damage_departure, 1, 7), (damage_windows, 2, 0)],
)
async def test_unreadable_part_of_a_plan(
    hass: HomeAssistant,
    init_integration: MockConfigEntry,
    device_id: str,
    stored: dict[str, Any],
    disk: Disk,
    caplog: pytest.LogCaptureFixture,
    damage: Any,
    departures: int,
    windows: int,
) -> None:
    """The rest stays, a repair is created, and the unreadable plan is kept."""
    damage(stored["data"]["plans"][EXAMPLE_VIN])
    before = deepcopy(stored["data"]["plans"][EXAMPLE_VIN])
    await start(hass, init_integration, disk, stored)
    plan = await ask(hass, "get_plan", device_id)
    assert (len(plan["departures"]), len(plan["windows"])) == (departures, windows)
    assert "Stored data cannot be read and is set aside: plans." in caplog.text
    assert [each.translation_key for each in ir.async_get(hass).issues.values()] == ["plan_damaged"]
    assert init_integration.runtime_data.storage._content["unread_plans"][EXAMPLE_VIN] == before
    await hass.config_entries.async_unload(init_integration.entry_id)
    await hass.config_entries.async_setup(init_integration.entry_id)
    assert not ir.async_get(hass).issues


async def test_unreadable_plan(
    hass: HomeAssistant, init_integration: MockConfigEntry, device_id: str, stored: dict[str, Any], disk: Disk
) -> None:
    """It is kept, and a new plan can be made."""
    stored["data"]["plans"][EXAMPLE_VIN] = "garbage"
    await start(hass, init_integration, disk, stored)
    assert [each.translation_key for each in ir.async_get(hass).issues.values()] == ["plan_damaged"]
    await ask(hass, "set_departure", device_id, **WORK)
    content = init_integration.runtime_data.storage._content
    assert content["unread_plans"][EXAMPLE_VIN] == "garbage"
    assert len(content["plans"][EXAMPLE_VIN]["departures"]) == 1


async def test_other_unreadable_data(
    hass: HomeAssistant, init_integration: MockConfigEntry, device_id: str, stored: dict[str, Any], disk: Disk
) -> None:
    """They count as not stored."""
    content = stored["data"]
    content["commands"][EXAMPLE_VIN]["reason"] = "phase_of_the_moon"
    content["quiet_hours"] = {EXAMPLE_VIN: {"start": "dusk", "end": "dawn"}}
    content["schedules"] = {EXAMPLE_VIN: {"enabled": True, "windows": [{"weekday": 9}]}}
    content["journals"] = {EXAMPLE_VIN: {"days": 3}}
    await start(hass, init_integration, disk, stored)
    assert len((await ask(hass, "get_plan", device_id))["departures"]) == 2
