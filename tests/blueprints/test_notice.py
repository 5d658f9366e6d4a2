"""Notifications about charge problems."""

from collections.abc import Callable
from datetime import time, timedelta
from typing import Any

from homeassistant.components import automation
from homeassistant.core import HomeAssistant, ServiceCall
from homeassistant.helpers import device_registry as dr
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.renault_ze.const import DOMAIN
from simulator import Schedule, Simulator, Week, Window
from tests.blueprints.conftest import MONDAY, NEXT_WINDOW, NOTICE, NOTICE_ACTION, House, Show, automate, messages
from tests.common import only_device, set_up
from tests.conftest import Later


async def watch(hass: HomeAssistant, car: str, **inputs: Any) -> None:
    """Create the automation."""
    await automate(hass, NOTICE, car=car, notice_actions=NOTICE_ACTION, **inputs)


async def test_unplugged_in_the_evening(house: House) -> None:
    """Notify if the battery is low."""
    house.show(battery=38)
    await house.at(f"{MONDAY}T20:00")
    await watch(house.hass, house.car)
    await house.at(f"{MONDAY}T21:00")
    assert [notice.data for notice in house.notices] == [
        {
            "title": "Zoe: charging",
            "message": "Zoe is not plugged in, and its battery is at 38%.",
            "reason": "",
            "problem": "not_plugged_in",
        }
    ]


@pytest.mark.parametrize(
    ("states", "inputs"),
    [
        ({"plugged_in": "on"}, {}),
        ({"plugged_in": "unavailable"}, {}),
        ({"battery": 50}, {}),
        ({"battery": "unknown"}, {}),
        ({}, {"evening_battery": 0}),
        ({}, {"people": ["person.anna"]}),
        ({}, {"evening_time": "23:00:00"}),
    ],
    ids=["plugged in", "plug unknown", "enough", "level unknown", "switched off", "not home", "not yet"],
)
async def test_no_reminder_without_need(house: House, states: dict[str, Any], inputs: dict[str, Any]) -> None:
    """Do not notify if nothing has to be done."""
    house.hass.states.async_set("person.anna", "not_home")
    house.show(**{"battery": 38} | states)
    await house.at(f"{MONDAY}T20:00")
    await watch(house.hass, house.car, **inputs)
    await house.at(f"{MONDAY}T21:00")
    assert house.notices == []


async def test_window_passes_without_charge(house: House) -> None:
    """Notify once, a quarter of an hour after the window began."""
    house.show(battery=38, plugged_in="on")
    await house.at("2026-11-24T00:59")
    await watch(house.hass, house.car)
    house.show(NEXT_WINDOW, calendar="on")
    await house.at("2026-11-24T01:13")
    assert house.notices == []
    for moment in ("01:14:01", "01:30", "03:00"):
        await house.at(f"2026-11-24T{moment}")
    (message,) = messages(house.notices)
    assert message.startswith("Zoe should be charging, but has not charged for 15 min.")
    assert "It is plugged in, and its battery is at 38%. Check" in message


@pytest.mark.parametrize(
    "begin",
    [
        lambda show: show(NEXT_WINDOW, calendar="on", charging="on"),
        lambda show: show(NEXT_WINDOW, calendar="on", battery=80),
        lambda show: show(NEXT_WINDOW, calendar="on", plugged_in="off"),
        lambda show: show(NEXT_WINDOW, calendar="on", battery="unknown"),
        lambda show: show(NEXT_WINDOW, calendar="on", charging="unknown"),
        lambda show: show(NEXT_WINDOW, calendar="off"),
        lambda show: show(calendar="off"),
        lambda show: show(calendar="unavailable", mode="unavailable"),
    ],
    ids=[
        *("charging", "enough", "unplugged", "level unknown", "charge unknown"),
        *("no window", "schedule not followed", "schedule unknown"),
    ],
)
async def test_no_notification_without_a_problem(house: House, begin: Callable[[Show], None]) -> None:
    """Do not notify if the car charges, is full, or is unknown."""
    house.show(battery=38, plugged_in="on")
    await house.at("2026-11-24T00:59")
    await watch(house.hass, house.car)
    begin(house.show)
    await house.at("2026-11-24T01:30")
    assert house.notices == []


async def test_no_charge_without_schedule(house: House) -> None:
    """Notify if a car that may charge at any time does not."""
    house.show(battery=38, calendar="off", mode="any_time")
    await house.at(f"{MONDAY}T18:00")
    await watch(house.hass, house.car, delay_minutes=5)
    house.show(plugged_in="on")
    await house.at(f"{MONDAY}T18:05:01")
    assert [notice.data["problem"] for notice in house.notices] == ["not_charging"]


async def test_charge_that_starts_late(house: House) -> None:
    """Stop waiting when the charge starts."""
    house.show(battery=38, plugged_in="on")
    await house.at("2026-11-24T00:59")
    await watch(house.hass, house.car)
    house.show(NEXT_WINDOW, calendar="on")
    await house.at("2026-11-24T01:10")
    house.show(charging="on")
    await house.at("2026-11-24T01:30")
    assert house.notices == []


async def test_window_ends_too_early(house: House) -> None:
    """Notify once if the charge ended below the target."""
    house.show(battery=62, plugged_in="on", charging="on")
    house.show(NEXT_WINDOW, calendar="on")
    await house.at("2026-11-24T05:29")
    await watch(house.hass, house.car, target=90)
    house.show(NEXT_WINDOW, calendar="off")
    house.show(charging="off")
    await house.at("2026-11-24T05:50")
    assert messages(house.notices) == ["Zoe stopped charging at 62%, below 90%. It is still plugged in."]


@pytest.mark.parametrize(
    ("states", "problems"),
    [({"plugged_in": "off"}, []), ({"battery": 80}, []), ({"calendar": "on"}, ["not_charging"])],
    ids=["driven away", "enough", "within the window"],
)
async def test_charge_that_ends_for_another_reason(house: House, states: dict[str, Any], problems: list[str]) -> None:
    """Notify about a problem once, and not if the car left or is full."""
    house.show(battery=62, plugged_in="on", charging="on")
    await house.at("2026-11-24T04:00")
    await watch(house.hass, house.car)
    house.show(NEXT_WINDOW, charging="off", **states)
    await house.at("2026-11-24T04:30")
    assert [notice.data["problem"] for notice in house.notices] == problems


@pytest.mark.parametrize(
    ("command", "reason", "task", "why"),
    [
        ("start_charge", "not_plugged_in", "start charging", "the car is not plugged in"),
        ("start_charge", "no_confirmation", "start charging", "the car shows no effect"),
        ("start_charge", "unobserved", "start charging", "the car could not be polled"),
        ("set_charge_schedule", "cloud_refused", "set the charge schedule", "the server refused the command"),
        ("disable_charge_schedule", None, "disable the charge schedule", "the car shows no effect"),
    ],
)
async def test_failed_command(house: House, command: str, reason: str | None, task: str, why: str) -> None:
    """Notify about a command that failed, with the reason."""
    await watch(house.hass, house.car)
    house.show(
        {"event_type": "failed", "command": command, "reason": reason, "sent_at": dt_util.utcnow()},
        command="2026-11-23T18:00:00.000+00:00",
    )
    await house.hass.async_block_till_done()
    assert [notice.data["problem"] for notice in house.notices] == ["command_failed"]
    assert messages(house.notices) == [f"Zoe: the command to {task} was not successful: {why}."]


@pytest.mark.parametrize(
    ("entity", "attributes"),
    [
        ("command", {"event_type": "confirmed", "command": "start_charge"}),
        ("command", {"event_type": "failed", "command": "precondition", "reason": "car_refused"}),
        ("command", {"event_type": "failed", "command": "set_charge_schedule", "reason": "superseded"}),
        ("preconditioning", {"event_type": "failed", "source": "car"}),
    ],
    ids=["confirmed", "another command", "replaced", "another event"],
)
async def test_other_events(house: House, entity: str, attributes: dict[str, Any]) -> None:
    """Ignore commands that succeeded, were replaced, or are not about charging."""
    await watch(house.hass, house.car)
    house.show(attributes, **{entity: "2026-11-23T18:00:00.000+00:00"})
    await house.hass.async_block_till_done()
    assert house.notices == []


async def test_run_by_hand(hass: HomeAssistant, car: str, show: Show, notices: list[ServiceCall]) -> None:
    """Send a test notification."""
    await watch(hass, car)
    await hass.services.async_call(automation.DOMAIN, "trigger", {"entity_id": "automation.blueprint"}, blocking=True)
    assert messages(notices) == ["This is a test notification for Zoe. There is no problem."]


async def test_window_of_the_car_ends_too_early(
    hass: HomeAssistant,
    simulator: Simulator,
    mock_config_entry: MockConfigEntry,
    later: Later,
    notices: list[ServiceCall],
) -> None:
    """Notify after the window of the simulated car."""
    window = Window(time(7), timedelta(hours=1))
    simulator.vehicle().car.load(Schedule(enabled=True, week=Week((window,) * 7)))
    simulator.vehicle().report_now()
    mock_config_entry.add_to_hass(hass)
    await hass.config_entries.async_setup(mock_config_entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    device = only_device(hass, mock_config_entry)
    await watch(hass, device, target=100)
    await later(300, times=40)
    assert [notice.data["problem"] for notice in notices] == ["stopped_early"]


async def test_cars_of_the_same_name(
    hass: HomeAssistant,
    simulator: Simulator,
    mock_config_entry: MockConfigEntry,
    device_registry: dr.DeviceRegistry,
    notices: list[ServiceCall],
) -> None:
    """Notifications contain the end of the VIN."""
    simulator.account.vins[:] = ["VF1AGVYF0ZE000001", "VF1AGVYF0ZE000002"]
    simulator.backend.add_account(simulator.account)
    await set_up(hass, mock_config_entry)
    devices = dr.async_entries_for_config_entry(device_registry, mock_config_entry.entry_id)
    for device in devices:
        device_registry.async_update_device(device.id, name_by_user="Zoe")
    await watch(hass, devices[0].id)
    await hass.services.async_call(automation.DOMAIN, "trigger", {"entity_id": "automation.blueprint"})
    await hass.async_block_till_done()
    (notice,) = notices
    assert notice.data["title"] == "Zoe (0001): charging"
    assert notice.data["message"] == "This is a test notification for Zoe (0001). There is no problem."


async def test_car_is_not_plugged_in(
    hass: HomeAssistant, device_id: str, simulator: Simulator, later: Later, notices: list[ServiceCall]
) -> None:
    """Notify about a charge command without effect, and about the cable in the evening."""
    # A full car takes the command, but does not charge.
    simulator.vehicle().car.fill(100)
    simulator.vehicle().report_now()
    await watch(hass, device_id, evening_time="06:30:00", evening_battery=60)
    await later(600)
    await hass.services.async_call(DOMAIN, "start_charge", {"device_id": device_id}, blocking=True)
    simulator.vehicle().car.unplug()
    simulator.vehicle().car.fill(50)
    simulator.vehicle().report_now()
    await later(60, times=25)
    assert [notice.data["problem"] for notice in notices] == ["command_failed", "not_plugged_in"]
    assert (
        messages(notices)[0]
        == "Renault Z.E.: the command to start charging was not successful: the car is not plugged in."
    )
