"""Departures of a car over days: the commands it receives, and what the user is told."""

from datetime import time, timedelta
from typing import Any

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.renault_ze.const import CONF_NOTIFY
from simulator import EXAMPLE_VIN, Simulator
from tests.common import ask, call, orders, state, value
from tests.plan.planned import NO_TIMER, PLAN, TIMER, WARM, WORK, Until, notifications, reload

# A Wednesday evening in London, where the car is.
pytestmark = pytest.mark.freeze_time("2026-11-18 18:30:00+00:00")


async def test_the_car_is_preconditioned_at_the_departure(
    hass: HomeAssistant, device_id: str, simulator: Simulator, until: Until, told: list[str]
) -> None:
    """The command is sent once, ten minutes before, and confirmed."""
    await ask(hass, "set_departure", device_id, **WORK)
    await until("07:19:59")
    assert orders(simulator) == []
    await until("07:20")
    assert orders(simulator) == [WARM]
    assert value(hass, "sensor.renault_z_e_preconditioning_reason") == "starting"
    await until("08:00")
    assert orders(simulator) == [WARM]
    assert told == ["ready"]
    await until("2026-11-20T08:00")
    assert orders(simulator) == [WARM, WARM]
    assert notifications(hass) == []


@pytest.mark.parametrize(
    "cancel",
    [
        lambda hass, device: call(hass, "button.press", "button.renault_z_e_skip_next_departure"),
        lambda hass, device: call(hass, "switch.turn_off", "switch.renault_z_e_departures"),
        lambda hass, device: ask(hass, "remove_departure", device, departure="work"),
        lambda hass, device: ask(hass, "skip_departure", device),
        lambda hass, device: ask(hass, "skip_departure", device, date="2026-11-19"),
        lambda hass, device: ask(hass, "pause_departures", device, to="2026-11-19"),
        lambda hass, device: ask(hass, "set_departure", device, name="Work", enabled=False),
        lambda hass, device: ask(hass, "set_departure", device, name="Work", precondition=False),
        lambda hass, device: ask(hass, "set_departure", device, name="Work", days=["fri"]),
    ],
    ids=["button", "switch", "remove", "skip", "skip date", "pause", "disable", "cold", "move"],
)
@pytest.mark.parametrize("robust", [False, True])
async def test_a_departure_can_be_canceled_until_the_start(
    hass: HomeAssistant, device_id: str, simulator: Simulator, until: Until, told: list[str], robust: bool, cancel: Any
) -> None:
    """No command is sent, or the timer is deleted again."""
    await ask(hass, "set_departure", device_id, **WORK, robust=robust)
    await until("07:10")
    assert orders(simulator) == [TIMER] * robust
    await cancel(hass, device_id)
    await until("09:00")
    assert orders(simulator) == [TIMER, NO_TIMER] * robust
    assert simulator.vehicle().car.timer_at is None
    assert told == []


async def test_a_departure_with_the_timer_survives_an_outage(
    hass: HomeAssistant,
    init_integration: MockConfigEntry,
    device_id: str,
    simulator: Simulator,
    until: Until,
    told: list[str],
) -> None:
    """Once the timer is in the car, Home Assistant may go."""
    await ask(hass, "set_departure", device_id, **WORK, robust=True)
    await until("05:30")
    assert orders(simulator) == [TIMER]
    await until("05:40")
    assert value(hass, "sensor.renault_z_e_preconditioning_reason") == "timer_in_the_car"
    assert state(hass, "sensor.renault_z_e_next_departure").attributes["way"] == "robust"
    await hass.config_entries.async_unload(init_integration.entry_id)
    await until("07:40")
    last = simulator.vehicle().last_preconditioning
    assert last is not None
    assert (f"{last.at:%H:%M}", last.success) == ("07:20", True)
    assert await hass.config_entries.async_setup(init_integration.entry_id)
    await until("08:00")
    assert orders(simulator) == [TIMER]
    assert told == ["ready"]


async def test_a_warning_of_a_low_battery(
    hass: HomeAssistant, device_id: str, simulator: Simulator, until: Until, told: list[str]
) -> None:
    """The user, in California, is told in the evening and an hour before; no command is sent."""
    simulator.vehicle().car.fill(30)
    simulator.vehicle().car.unplug()
    simulator.vehicle().report_now()
    await ask(hass, "set_departure", device_id, **WORK)
    await until("2026-11-18T19:55")
    assert told == []
    await until("2026-11-18T20:00")
    assert told == ["foreseen"]
    attributes = state(hass, PLAN).attributes
    assert (attributes["departure"], attributes["projected_level"], attributes["shortage"]) == (
        "Work",
        30,
        "not_plugged_in",
    )
    message = (
        "Plug in the car; it has to charge for about 113 min. Otherwise, the car will not precondition for “Work” "
        "at 11:30 PM: the battery level would be about 30%, below 45%."
    )
    assert notifications(hass) == [message]
    expected = state(hass, "sensor.renault_z_e_next_preconditioning")
    assert expected.state == "2026-11-19T07:20:00+00:00"
    assert (expected.attributes["projected_level"], expected.attributes["threshold"]) == (30, 45)
    assert expected.attributes["advice"] == "Plug in the car; it has to charge for about 113 min."
    assert value(hass, "sensor.renault_z_e_preconditioning_reason") == "battery_low"
    await until("06:31")
    assert told == ["foreseen"] * 2
    assert len(notifications(hass)) == 1
    await until("08:00")
    assert told == ["foreseen", "foreseen", "too_low"]
    assert orders(simulator) == []


async def test_a_warning_is_dismissed_when_the_car_is_ready(
    hass: HomeAssistant, device_id: str, simulator: Simulator, until: Until, told: list[str]
) -> None:
    """Another departure does not dismiss it."""
    simulator.vehicle().car.fill(30)
    simulator.vehicle().car.unplug()
    simulator.vehicle().report_now()
    await ask(hass, "set_departure", device_id, **WORK)
    await ask(hass, "set_departure", device_id, name="Cinema", time="20:15", date="2026-11-18", override=True)
    simulator.vehicle().car.threshold = 20
    await until("2026-11-18T20:25")
    assert told == ["foreseen", "ready"]
    assert len(notifications(hass)) == 1
    simulator.vehicle().car.plug()
    await until("08:00")
    assert told == ["foreseen", "ready", "ready"]
    assert notifications(hass) == []


async def test_notifications_switched_off(
    hass: HomeAssistant, init_integration: MockConfigEntry, device_id: str, simulator: Simulator, until: Until
) -> None:
    """The event is still fired."""
    hass.config_entries.async_update_entry(init_integration, options={CONF_NOTIFY: False})
    await reload(hass, init_integration)
    simulator.vehicle().car.fill(30)
    simulator.vehicle().car.unplug()
    simulator.vehicle().report_now()
    await ask(hass, "set_departure", device_id, **WORK)
    await until("2026-11-18T20:05")
    assert state(hass, PLAN).attributes["event_type"] == "foreseen"
    assert notifications(hass) == []


async def test_override_sends_the_command_below_the_threshold(
    hass: HomeAssistant, device_id: str, simulator: Simulator, until: Until, told: list[str]
) -> None:
    """Without a warning."""
    simulator.vehicle().car.fill(40)
    simulator.vehicle().car.threshold = 30
    simulator.vehicle().car.unplug()
    simulator.vehicle().report_now()
    await ask(hass, "set_departure", device_id, **WORK, override=True)
    await until("07:45")
    assert orders(simulator) == [WARM]
    assert told == ["ready"]


async def test_the_options_change_a_departure(
    hass: HomeAssistant, init_integration: MockConfigEntry, device_id: str, simulator: Simulator, until: Until
) -> None:
    """A run of twenty minutes starts earlier, and the form shows the chosen options."""
    chosen = {"run_length": 20, "lead": 10, "robust_lead": 60, "load_lead": 30, "evening_check": "21:15:00"}
    form = await hass.config_entries.options.async_init(init_integration.entry_id)
    given = {"poll_interval": 10, "preconditioning_threshold": 45, "plan": {**chosen, "notify": False}}
    await hass.config_entries.options.async_configure(form["flow_id"], given)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert init_integration.options.items() >= {**chosen, "notify": False}.items()
    settings = init_integration.runtime_data.vehicles[EXAMPLE_VIN].planner.settings
    assert (settings.timer_ahead, settings.send_ahead) == (timedelta(hours=1), timedelta(minutes=30))
    assert settings.evening == time(21, 15)
    form = await hass.config_entries.options.async_init(init_integration.entry_id)
    (plan,) = (fields for name, fields in form["data_schema"].schema.items() if name == "plan")
    assert {str(each): each.description["suggested_value"] for each in plan.schema.schema} == given["plan"]
    await ask(hass, "set_departure", device_id, **WORK)
    await until("06:59")
    assert orders(simulator) == []
    await until("07:00")
    assert orders(simulator) == [WARM]
