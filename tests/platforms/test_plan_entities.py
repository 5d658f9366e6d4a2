"""The entities of the plan: what comes next, and the reasons."""

from datetime import UTC, datetime, time, timedelta
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
from custom_components.renault_ze.sensors.plan import PLAN_DESCRIPTIONS, RenaultZePlanSensor
from simulator import Schedule, Simulator, Week, Window
from tests.common import ask, expect_error, set_up, state, value
from tests.plan.planned import CINEMA, NIGHT, NOON, WORK, Car

# A Wednesday evening in London, where the car is.
pytestmark = pytest.mark.freeze_time("2026-11-18 18:30:00+00:00")

NEXT = "sensor.renault_z_e_next_departure"
WARMING = "sensor.renault_z_e_next_preconditioning"
WINDOW = "sensor.renault_z_e_next_charge_window"
CHARGING = "sensor.renault_z_e_charging_reason"
PRECONDITIONING = "sensor.renault_z_e_preconditioning_reason"
MODE = "select.renault_z_e_charge_mode"
SKIP = "switch.renault_z_e_skip_next_departure"


def at(clock: str) -> datetime:
    """Return an instant in London in winter."""
    return datetime.fromisoformat(clock).replace(tzinfo=UTC)


def reason_of(hass: HomeAssistant, entity_id: str) -> tuple[str, Any]:
    """Return a reason and its explanation."""
    found = state(hass, entity_id)
    return found.state, found.attributes["explanation"]


async def test_without_a_plan(car: Car) -> None:
    """Nothing comes next; the car charges because it is plugged in."""
    assert {car.value(each) for each in (NEXT, WARMING, WINDOW)} == {"unknown"}
    assert reason_of(car.hass, PRECONDITIONING) == ("no_departure", "No upcoming departures.")
    assert car.value(CHARGING) == "charging"
    assert (car.value("switch.renault_z_e_departures"), car.value(MODE)) == ("on", "any_time")


async def test_values_are_computed_once_per_update(hass: HomeAssistant, coordinator: VehicleCoordinator) -> None:
    """The value that is compared is the one that is written."""
    update = RenaultZePlanSensor._async_update_attrs
    with patch.object(RenaultZePlanSensor, "_async_update_attrs", autospec=True, side_effect=update) as computed:
        coordinator.edit_plan(lambda plan, now: edits.switch_departures(plan, now, on=False))
    applying = [each for each in PLAN_DESCRIPTIONS if each.applies_to(coordinator.vehicle.capabilities)]
    assert computed.call_count == len(applying)
    assert value(hass, PRECONDITIONING) == "switched_off"


async def test_next_departure_changes_on_time(car: Car) -> None:
    """It changes at that minute, between two polls."""
    await car.ask("set_departure", **WORK, precondition=False)
    await car.ask("set_departure", name="Market", time="10:00", days=["thu"])
    shown = car.state(NEXT)
    assert shown.state == "2026-11-19T07:30:00+00:00"
    assert shown.attributes["departure"] == "Work"
    assert shown.attributes["can_cancel_until"] is None
    await car.until("07:30")
    shown = car.state(NEXT)
    assert shown.state == car.value(WARMING)[:11] + "10:00:00+00:00"
    assert shown.attributes["can_cancel_until"].isoformat() == car.value(WARMING) == "2026-11-19T09:50:00+00:00"
    await car.until("09:50")
    assert car.value(WARMING) == "2026-11-26T09:50:00+00:00"
    assert car.state(NEXT).attributes["can_cancel_until"] is None
    await car.until("10:00")
    assert car.state(NEXT).attributes["departure"] == "Work"


async def test_date_next_summer(hass: HomeAssistant, device_id: str) -> None:
    """A departure for a date months ahead is shown."""
    added = await ask(hass, "set_departure", device_id, **{**CINEMA, "date": "2027-07-01"})
    assert added["next_at"] == "2027-07-01T20:15:00+01:00"
    assert (await ask(hass, "get_plan", device_id))["departures"][0]["next_at"] == added["next_at"]
    assert value(hass, NEXT) == "2027-07-01T19:15:00+00:00"


async def test_after_a_pause_of_months(hass: HomeAssistant, device_id: str) -> None:
    """The first departure after a long pause is shown."""
    await ask(hass, "set_departure", device_id, **WORK)
    response = await ask(hass, "pause_departures", device_id, to="2027-03-31")
    assert response["departures"][0]["next_at"] == "2027-04-01T07:30:00+01:00"
    assert value(hass, NEXT) == "2027-04-01T06:30:00+00:00"


async def test_disabled_departure(hass: HomeAssistant, device_id: str) -> None:
    """A disabled departure is not shown."""
    response = await ask(hass, "set_departure", device_id, **{**CINEMA, "date": "2027-07-01"}, enabled=False)
    assert response["next_at"] is None
    assert value(hass, NEXT) == "unknown"


async def test_skip_switch(car: Car) -> None:
    """It skips the next departure and restores it until its time, when it refers to the one after it."""
    with expect_error("departure_none_to_skip", ServiceValidationError):
        await car.call("switch.turn_on", SKIP)
    assert car.value(SKIP) == "off"
    await car.ask("set_departure", **WORK)
    shown = {"departure": "Work", "ready_at": at("2026-11-19T07:30"), "can_change_until": at("2026-11-19T07:20")}
    assert car.state(SKIP).attributes.items() >= shown.items()
    await car.call("switch.turn_on", SKIP)
    assert (car.value(SKIP), car.value(NEXT)) == ("on", "2026-11-20T07:30:00+00:00")
    assert car.state(SKIP).attributes.items() >= {**shown, "can_change_until": at("2026-11-19T07:30")}.items()
    await car.call("switch.turn_off", SKIP)
    assert (car.value(SKIP), car.value(NEXT)) == ("off", "2026-11-19T07:30:00+00:00")
    await car.call("switch.turn_on", SKIP)
    await car.until("07:29")
    assert car.value(SKIP) == "on"
    await car.until("07:31")
    assert (car.value(SKIP), car.commands) == ("off", [])
    assert car.state(SKIP).attributes["ready_at"] == at("2026-11-20T07:30")


async def test_skip_switch_after_the_start(car: Car) -> None:
    """A departure that is being preconditioned can no longer be skipped; the switch refers to the next one."""
    await car.ask("set_departure", **WORK)
    await car.until("07:21")
    await car.call("switch.turn_on", SKIP)
    assert car.state(SKIP).attributes["ready_at"] == at("2026-11-20T07:30")
    assert (await car.ask("get_plan"))["departures"][0]["skipped"] == ["2026-11-20"]


async def test_preconditioning_reason(car: Car) -> None:
    """The reason follows the plan, with times in Home Assistant's time zone."""
    await car.hass.config.async_set_time_zone("Europe/London")
    await car.ask("set_departure", **WORK)
    explanation = "The command to precondition for “Work” will be sent on Thursday at 7:20 AM."
    assert reason_of(car.hass, PRECONDITIONING) == ("waiting_for_departure", explanation)
    await car.call("switch.turn_off", "switch.renault_z_e_departures")
    assert reason_of(car.hass, PRECONDITIONING) == (
        "switched_off",
        "Departures are turned off. No commands are sent until you turn them on.",
    )
    assert car.value(NEXT) == "unknown"
    await car.call("switch.turn_on", "switch.renault_z_e_departures")
    await car.ask("pause_departures", to="2026-11-30")
    assert reason_of(car.hass, PRECONDITIONING) == ("paused", "Departures are paused through Nov 30.")
    await car.ask("pause_departures")
    await car.until("07:20")
    assert reason_of(car.hass, PRECONDITIONING)[0] == "starting"
    await car.until("07:22")
    assert reason_of(car.hass, PRECONDITIONING) == ("running", "Preconditioning started at 7:20 AM.")


async def test_explanation_in_french(car: Car) -> None:
    """The explanation is in Home Assistant's language from the next change on."""
    await car.hass.config.async_set_time_zone("Europe/Paris")
    await car.ask("set_departure", **WORK)
    translation.async_setup(car.hass)
    await car.hass.config.async_update(language="fr")
    await car.hass.async_block_till_done(wait_background_tasks=True)
    await car.until("00:00")
    assert reason_of(car.hass, PRECONDITIONING)[1] == (
        "La commande de préconditionnement pour «\u00a0Work\u00a0» sera envoyée à 08:20."
    )


async def test_charging_reason(car: Car) -> None:
    """Waiting for a window, charging, and unplugged."""
    await car.hass.config.async_set_time_zone("Europe/London")
    await car.ask("set_charge_schedule", windows=[NIGHT, NOON])
    await car.until("2026-11-18T18:45")
    waiting = "The car is waiting for its charge window, which starts on Thursday at 1:00 AM."
    assert reason_of(car.hass, CHARGING) == ("waiting_for_window", waiting)
    shown = car.state(WINDOW)
    assert (shown.state, shown.attributes["kind"]) == ("2026-11-19T01:00:00+00:00", "main")
    assert shown.attributes["end"].isoformat() == "2026-11-19T05:00:00+00:00"
    assert shown.attributes["in_the_car"] is True
    await car.until("01:00")
    shown = car.state(WINDOW)
    assert (shown.state, shown.attributes["kind"]) == ("2026-11-19T12:00:00+00:00", "additional")
    assert shown.attributes["in_the_car"] is False
    await car.until("01:40")
    assert car.value(CHARGING) == "charging"
    car.simulator.vehicle().car.unplug()
    await car.until("02:20")
    assert reason_of(car.hass, CHARGING) == (
        "not_plugged_in",
        "The car is not plugged in, but its charge window started at 1:00 AM.",
    )


async def test_next_window_of_the_car(
    hass: HomeAssistant, mock_config_entry: MockConfigEntry, simulator: Simulator
) -> None:
    """A window that the car held before Home Assistant is shown."""
    simulator.vehicle().car.load(Schedule(enabled=True, week=Week((Window(time(3), timedelta(hours=2)),) * 7)))
    await set_up(hass, mock_config_entry)
    shown = state(hass, WINDOW)
    assert (shown.state, shown.attributes["kind"]) == ("2026-11-19T03:00:00+00:00", "main")
    assert shown.attributes["in_the_car"] is True


def test_each_reason_is_an_event_or_silent() -> None:
    """A new reason of a step is either a message of the plan or listed here."""
    assert set(StepReason) - set(MESSAGE_REASONS) == {
        *(StepReason.CANCELED, StepReason.TIMER_LEFT_OVER, StepReason.DEPARTURE, StepReason.NOT_CONFIRMED),
        *(StepReason.PLAN_CHANGED, StepReason.ADDITIONAL_WINDOW, StepReason.MAIN_WINDOW),
        *(StepReason.SWITCHED_OFF, StepReason.LIMIT_REACHED),
    }
