"""Departures of a car over days: the commands it receives, and what the user is told."""

from datetime import time, timedelta
from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.renault_ze.const import CONF_NOTIFY
from simulator import EXAMPLE_VIN
from tests.common import ask, call, open_options, state, value
from tests.plan.planned import NO_TIMER, PLAN, TIMER, WARM, WORK, Car, notifications, reload

# A Wednesday evening in London, where the car is.
pytestmark = pytest.mark.freeze_time("2026-11-18 18:30:00+00:00")


async def test_the_car_is_preconditioned_at_the_departure(car: Car) -> None:
    """The command is sent once, ten minutes before, and confirmed."""
    await car.ask("set_departure", **WORK)
    await car.until("07:19:59")
    assert car.commands == []
    await car.until("07:20")
    assert car.commands == [WARM]
    assert value(car.hass, "sensor.renault_z_e_preconditioning_reason") == "starting"
    await car.until("08:00")
    assert (car.commands, car.plan_events) == ([WARM], ["ready"])
    await car.until("2026-11-20T08:00")
    assert car.commands == [WARM, WARM]
    assert notifications(car.hass) == []


@pytest.mark.parametrize(
    "cancel",
    [
        lambda hass, device: call(hass, "switch.turn_on", "switch.renault_z_e_skip_next_departure"),
        lambda hass, device: call(hass, "switch.turn_off", "switch.renault_z_e_departures"),
        lambda hass, device: ask(hass, "remove_departure", device, departure="work"),
        lambda hass, device: ask(hass, "skip_departure", device),
        lambda hass, device: ask(hass, "skip_departure", device, date="2026-11-19"),
        lambda hass, device: ask(hass, "pause_departures", device, to="2026-11-19"),
        lambda hass, device: ask(hass, "set_departure", device, name="Work", enabled=False),
        lambda hass, device: ask(hass, "set_departure", device, name="Work", precondition=False),
        lambda hass, device: ask(hass, "set_departure", device, name="Work", days=["fri"]),
    ],
    ids=["skip switch", "switch", "remove", "skip", "skip date", "pause", "disable", "cold", "move"],
)
@pytest.mark.parametrize("robust", [False, True])
async def test_a_departure_can_be_canceled_until_the_start(car: Car, robust: bool, cancel: Any) -> None:
    """No command is sent, or the timer is deleted again."""
    await car.ask("set_departure", **WORK, robust=robust)
    await car.until("07:10")
    assert car.commands == [TIMER] * robust
    await cancel(car.hass, car.device_id)
    await car.until("09:00")
    assert car.commands == [TIMER, NO_TIMER] * robust
    assert car.simulator.vehicle().car.timer_at is None
    assert car.plan_events == []


async def test_a_departure_with_the_timer_survives_an_outage(car: Car, init_integration: MockConfigEntry) -> None:
    """Home Assistant is not needed once the timer is in the car."""
    await car.ask("set_departure", **WORK, robust=True)
    await car.until("05:30")
    assert car.commands == [TIMER]
    await car.until("05:40")
    assert value(car.hass, "sensor.renault_z_e_preconditioning_reason") == "timer_in_the_car"
    assert state(car.hass, "sensor.renault_z_e_next_departure").attributes["way"] == "robust"
    await car.hass.config_entries.async_unload(init_integration.entry_id)
    await car.until("07:40")
    last = car.simulator.vehicle().last_preconditioning
    assert (f"{last.at:%H:%M}", last.success) == ("07:20", True)
    assert await car.hass.config_entries.async_setup(init_integration.entry_id)
    await car.until("08:00")
    assert (car.commands, car.plan_events) == ([TIMER], ["ready"])


async def test_a_warning_of_a_low_battery(car: Car) -> None:
    """The user, in California, is told in the evening and an hour before; no command is sent."""
    car.simulator.vehicle().car.fill(30)
    car.simulator.vehicle().car.unplug()
    car.simulator.vehicle().report_now()
    await car.ask("set_departure", **WORK)
    await car.until("2026-11-18T19:55")
    assert car.plan_events == []
    await car.until("2026-11-18T20:00")
    assert car.plan_events == ["foreseen"]
    attributes = state(car.hass, PLAN).attributes
    assert (attributes["departure"], attributes["projected_level"], attributes["shortage"]) == (
        "Work",
        30,
        "not_plugged_in",
    )
    message = (
        "Plug in the car; it has to charge for about 35 min. Otherwise, the car will not precondition for “Work” "
        "at 11:30 PM: the battery level would be about 30%, below 45%."
    )
    assert notifications(car.hass) == [message]
    expected = state(car.hass, "sensor.renault_z_e_next_preconditioning")
    assert expected.state == "2026-11-19T07:20:00+00:00"
    assert (expected.attributes["projected_level"], expected.attributes["threshold"]) == (30, 45)
    assert expected.attributes["advice"] == "Plug in the car; it has to charge for about 35 min."
    assert value(car.hass, "sensor.renault_z_e_preconditioning_reason") == "battery_low"
    await car.until("06:31")
    assert car.plan_events == ["foreseen"] * 2
    assert len(notifications(car.hass)) == 1
    await car.until("08:00")
    assert (car.plan_events, car.commands) == (["foreseen", "foreseen", "too_low"], [])


async def test_a_warning_is_dismissed_when_the_car_is_ready(car: Car) -> None:
    """Another departure does not dismiss it."""
    car.simulator.vehicle().car.fill(30)
    car.simulator.vehicle().car.unplug()
    car.simulator.vehicle().report_now()
    await car.ask("set_departure", **WORK)
    await car.ask("set_departure", name="Cinema", time="20:15", date="2026-11-18", override=True)
    car.simulator.vehicle().car.threshold = 20
    await car.until("2026-11-18T20:25")
    assert car.plan_events == ["foreseen", "ready"]
    assert len(notifications(car.hass)) == 1
    car.simulator.vehicle().car.plug()
    await car.until("08:00")
    assert car.plan_events == ["foreseen", "ready", "ready"]
    assert notifications(car.hass) == []


async def test_notifications_switched_off(car: Car, init_integration: MockConfigEntry) -> None:
    """The event is still fired."""
    car.hass.config_entries.async_update_entry(init_integration, options={CONF_NOTIFY: False})
    await reload(car.hass, init_integration)
    car.simulator.vehicle().car.fill(30)
    car.simulator.vehicle().car.unplug()
    car.simulator.vehicle().report_now()
    await car.ask("set_departure", **WORK)
    await car.until("2026-11-18T20:05")
    assert state(car.hass, PLAN).attributes["event_type"] == "foreseen"
    assert notifications(car.hass) == []


async def test_override_sends_the_command_below_the_threshold(car: Car) -> None:
    """Without a warning."""
    car.simulator.vehicle().car.fill(40)
    car.simulator.vehicle().car.threshold = 30
    car.simulator.vehicle().car.unplug()
    car.simulator.vehicle().report_now()
    await car.ask("set_departure", **WORK, override=True)
    await car.until("07:45")
    assert (car.commands, car.plan_events) == ([WARM], ["ready"])


async def test_the_options_change_a_departure(car: Car, init_integration: MockConfigEntry) -> None:
    """A run of twenty minutes starts earlier, and the form shows the chosen options."""
    chosen = {"run_length": 20, "lead": 10, "robust_lead": 60, "load_lead": 30, "evening_check": "21:15:00"}
    form = await open_options(car.hass, init_integration)
    given = {"poll_interval": 10, "preconditioning_threshold": 45, "plan": {**chosen, "notify": False}}
    await car.hass.config_entries.options.async_configure(form["flow_id"], given)
    await car.hass.async_block_till_done(wait_background_tasks=True)
    assert init_integration.options.items() >= {**chosen, "notify": False}.items()
    settings = init_integration.runtime_data.vehicles[EXAMPLE_VIN].planner.settings
    assert (settings.timer_ahead, settings.send_ahead) == (timedelta(hours=1), timedelta(minutes=30))
    assert settings.evening == time(21, 15)
    form = await open_options(car.hass, init_integration)
    (plan,) = (fields for name, fields in form["data_schema"].schema.items() if name == "plan")
    assert {str(each): each.description["suggested_value"] for each in plan.schema.schema} == given["plan"]
    await car.ask("set_departure", **WORK)
    await car.until("06:59")
    assert car.commands == []
    await car.until("07:00")
    assert car.commands == [WARM]
