"""The entities of the plan: what comes next, and the reasons."""

from datetime import time, timedelta
from typing import Any
from unittest.mock import patch

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import translation
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.renault_ze.coordinator import VehicleCoordinator
from custom_components.renault_ze.plan import edits
from custom_components.renault_ze.plan.steps import MESSAGE_REASONS, StepReason
from custom_components.renault_ze.plan_sensor import PLAN_DESCRIPTIONS, RenaultZePlanSensor
from simulator import Schedule, Simulator, Week, Window
from tests.common import ask, call, set_up, state, value
from tests.plan.planned import CINEMA, NIGHT, NOON, WORK, Until

# A Wednesday evening in London, where the car is.
pytestmark = pytest.mark.freeze_time("2026-11-18 18:30:00+00:00")

NEXT = "sensor.renault_z_e_next_departure"
WARMING = "sensor.renault_z_e_next_preconditioning"
WINDOW = "sensor.renault_z_e_next_charge_window"
CHARGING = "sensor.renault_z_e_charging_reason"
PRECONDITIONING = "sensor.renault_z_e_preconditioning_reason"


def reason_of(hass: HomeAssistant, entity_id: str) -> tuple[str, Any]:
    """Return a reason and its explanation."""
    found = state(hass, entity_id)
    return found.state, found.attributes["explanation"]


async def test_without_a_plan(hass: HomeAssistant, init_integration: MockConfigEntry) -> None:
    """Nothing comes next; the car charges because it is plugged in."""
    assert {value(hass, each) for each in (NEXT, WARMING, WINDOW)} == {"unknown"}
    assert reason_of(hass, PRECONDITIONING) == ("no_departure", "No upcoming departures.")
    assert value(hass, CHARGING) == "charging"
    assert (value(hass, "switch.renault_z_e_departures"), value(hass, "switch.renault_z_e_charge_plan")) == (
        "on",
        "off",
    )


async def test_values_are_computed_once_per_update(hass: HomeAssistant, coordinator: VehicleCoordinator) -> None:
    """The value that is compared is the one that is written."""
    update = RenaultZePlanSensor._async_update_attrs
    with patch.object(RenaultZePlanSensor, "_async_update_attrs", autospec=True, side_effect=update) as computed:
        coordinator.edit_plan(lambda plan, now: edits.switch_departures(plan, now, on=False))
    assert computed.call_count == len(PLAN_DESCRIPTIONS)
    assert value(hass, PRECONDITIONING) == "switched_off"


async def test_next_departure_changes_on_time(
    hass: HomeAssistant, device_id: str, simulator: Simulator, until: Until
) -> None:
    """It changes at that minute, between two polls."""
    await ask(hass, "set_departure", device_id, **WORK, precondition=False)
    await ask(hass, "set_departure", device_id, name="Market", time="10:00", days=["thu"])
    shown = state(hass, NEXT)
    assert shown.state == "2026-11-19T07:30:00+00:00"
    assert shown.attributes["departure"] == "Work"
    assert shown.attributes["can_cancel_until"] is None
    await until("07:30")
    shown = state(hass, NEXT)
    assert shown.state == value(hass, WARMING)[:11] + "10:00:00+00:00"
    assert shown.attributes["can_cancel_until"].isoformat() == value(hass, WARMING) == "2026-11-19T09:50:00+00:00"
    await until("09:50")
    assert value(hass, WARMING) == "2026-11-26T09:50:00+00:00"
    assert state(hass, NEXT).attributes["can_cancel_until"] is None
    await until("10:00")
    assert state(hass, NEXT).attributes["departure"] == "Work"


async def test_date_next_summer(hass: HomeAssistant, device_id: str) -> None:
    """A departure for a date months ahead is shown."""
    added = await ask(hass, "set_departure", device_id, **{**CINEMA, "date": "2027-07-01"})
    assert added["next_at"] == "2027-07-01T20:15:00+01:00"
    assert (await ask(hass, "get_plan", device_id))["departures"][0]["next_at"] == added["next_at"]
    assert value(hass, NEXT) == "2027-07-01T19:15:00+00:00"


async def test_after_a_pause_of_months(hass: HomeAssistant, device_id: str) -> None:
    """The first departure after a long pause is shown."""
    await ask(hass, "set_departure", device_id, **WORK)
    answer = await ask(hass, "pause_departures", device_id, to="2027-03-31")
    assert answer["departures"][0]["next_at"] == "2027-04-01T07:30:00+01:00"
    assert value(hass, NEXT) == "2027-04-01T06:30:00+00:00"


async def test_disabled_departure(hass: HomeAssistant, device_id: str) -> None:
    """A disabled departure is not shown."""
    answer = await ask(hass, "set_departure", device_id, **{**CINEMA, "date": "2027-07-01"}, enabled=False)
    assert answer["next_at"] is None
    assert value(hass, NEXT) == "unknown"


async def test_skip_button(hass: HomeAssistant, device_id: str) -> None:
    """Each press skips one more departure; without one, an error says so."""
    await ask(hass, "set_departure", device_id, **WORK)
    await call(hass, "button.press", "button.renault_z_e_skip_next_departure")
    await call(hass, "button.press", "button.renault_z_e_skip_next_departure")
    assert value(hass, NEXT) == "2026-11-21T07:30:00+00:00"
    assert state(hass, NEXT).attributes["skipped"] == ["2026-11-19", "2026-11-20"]
    await ask(hass, "remove_departure", device_id, departure="Work")
    with pytest.raises(ServiceValidationError) as refused:
        await call(hass, "button.press", "button.renault_z_e_skip_next_departure")
    assert refused.value.translation_key == "departure_none_to_skip"


async def test_preconditioning_reason(hass: HomeAssistant, device_id: str, until: Until) -> None:
    """The reason follows the plan, with times in Home Assistant's time zone."""
    await hass.config.async_set_time_zone("Europe/London")
    await ask(hass, "set_departure", device_id, **WORK)
    explanation = "The command to precondition for “Work” will be sent on Thursday at 7:20 AM."
    assert reason_of(hass, PRECONDITIONING) == ("waiting_for_departure", explanation)
    await call(hass, "switch.turn_off", "switch.renault_z_e_departures")
    assert reason_of(hass, PRECONDITIONING) == (
        "switched_off",
        "Departures are turned off. No commands are sent until you turn them on.",
    )
    assert value(hass, NEXT) == "unknown"
    await call(hass, "switch.turn_on", "switch.renault_z_e_departures")
    await ask(hass, "pause_departures", device_id, to="2026-11-30")
    assert reason_of(hass, PRECONDITIONING) == ("paused", "Departures are paused through Nov 30.")
    await ask(hass, "pause_departures", device_id)
    await until("07:20")
    assert reason_of(hass, PRECONDITIONING)[0] == "starting"
    await until("07:22")
    assert reason_of(hass, PRECONDITIONING) == ("running", "Preconditioning started at 7:20 AM.")


async def test_explanation_in_french(hass: HomeAssistant, device_id: str, until: Until) -> None:
    """The explanation is in Home Assistant's language from the next change on."""
    await hass.config.async_set_time_zone("Europe/Paris")
    await ask(hass, "set_departure", device_id, **WORK)
    translation.async_setup(hass)
    await hass.config.async_update(language="fr")
    await hass.async_block_till_done(wait_background_tasks=True)
    await until("00:00")
    assert reason_of(hass, PRECONDITIONING)[1] == (
        "La commande de préconditionnement pour «\u00a0Work\u00a0» sera envoyée à 08:20."
    )


async def test_charging_reason(hass: HomeAssistant, device_id: str, simulator: Simulator, until: Until) -> None:
    """Waiting for a window, charging, and unplugged."""
    await hass.config.async_set_time_zone("Europe/London")
    await ask(hass, "set_charge_windows", device_id, windows=[NIGHT, NOON])
    await until("2026-11-18T18:45")
    waiting = "The car is waiting for its charge window, which starts on Thursday at 1:00 AM."
    assert reason_of(hass, CHARGING) == ("waiting_for_window", waiting)
    shown = state(hass, WINDOW)
    assert (shown.state, shown.attributes["kind"]) == ("2026-11-19T01:00:00+00:00", "base")
    assert shown.attributes["end"].isoformat() == "2026-11-19T05:00:00+00:00"
    assert shown.attributes["in_the_car"] is True
    await until("01:00")
    assert value(hass, WINDOW) == "2026-11-19T12:00:00+00:00"
    await until("01:40")
    assert value(hass, CHARGING) == "charging"
    simulator.vehicle().car.unplug()
    await until("02:20")
    assert reason_of(hass, CHARGING) == (
        "not_plugged_in",
        "The car is not plugged in, but its charge window started at 1:00 AM.",
    )


async def test_next_window_of_the_car(
    hass: HomeAssistant, mock_config_entry: MockConfigEntry, simulator: Simulator
) -> None:
    """Without a plan, the car's own window is shown."""
    simulator.vehicle().car.load(Schedule(enabled=True, week=Week((Window(time(3), timedelta(hours=2)),) * 7)))
    await set_up(hass, mock_config_entry)
    shown = state(hass, WINDOW)
    assert (shown.state, shown.attributes["kind"]) == ("2026-11-19T03:00:00+00:00", "car")
    assert shown.attributes["in_the_car"] is True


def test_each_reason_is_an_event_or_silent() -> None:
    """A new reason of a step is either a message of the plan or listed here."""
    assert set(StepReason) - set(MESSAGE_REASONS) == {
        StepReason.CANCELED,
        StepReason.TIMER_LEFT_OVER,
        StepReason.DEPARTURE,
        StepReason.NOT_CONFIRMED,
        StepReason.PLAN_CHANGED,
        StepReason.ADDITIONAL_WINDOW,
        StepReason.MAIN_WINDOW,
        StepReason.SWITCHED_OFF,
    }
