"""What a person sees of the plan: what comes next, and why the car charges and warms up or does not."""

from datetime import time, timedelta
import re
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import translation
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.renault_ze.plan.steps import TOLD, StepReason
from simulator import Schedule, Scope, Simulator, Week, Window
from tests.common import ask, call, set_up, state, value
from tests.plan.planned import NIGHT, NOON, WORK, Until
from tests.project.sources import INTEGRATION

# A Wednesday evening in London, where the car is.
pytestmark = pytest.mark.freeze_time("2026-11-18 18:30:00+00:00")

NEXT = "sensor.renault_z_e_next_departure"
WARMING = "sensor.renault_z_e_next_preconditioning"
WINDOW = "sensor.renault_z_e_next_charge_window"
CHARGING = "sensor.renault_z_e_charging_reason"
PRECONDITIONING = "sensor.renault_z_e_preconditioning_reason"


def why(hass: HomeAssistant, entity_id: str) -> tuple[str, Any]:
    """Return a reason and how it is explained."""
    found = state(hass, entity_id)
    return found.state, found.attributes["explanation"]


async def test_without_a_plan_nothing_is_next(hass: HomeAssistant, init_integration: MockConfigEntry) -> None:
    """Nobody has planned anything; the car charges because it is plugged in."""
    assert {value(hass, each) for each in (NEXT, WARMING, WINDOW)} == {"unknown"}
    assert why(hass, PRECONDITIONING) == (
        "no_departure",
        "No departure for which the car is to be warm comes in the next days.",
    )
    assert value(hass, CHARGING) == "charging"
    assert (value(hass, "switch.renault_z_e_departures"), value(hass, "switch.renault_z_e_charge_plan")) == (
        "on",
        "off",
    )


async def test_the_next_departure_moves_on_by_itself(
    hass: HomeAssistant, device_id: str, simulator: Simulator, until: Until
) -> None:
    """What is shown changes at the very minute, between two looks at the car."""
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


async def test_skipping_by_button(hass: HomeAssistant, device_id: str) -> None:
    """Each press leaves out one more, and who has nothing to skip is told."""
    await ask(hass, "set_departure", device_id, **WORK)
    await call(hass, "button.press", "button.renault_z_e_skip_next_departure")
    await call(hass, "button.press", "button.renault_z_e_skip_next_departure")
    assert value(hass, NEXT) == "2026-11-21T07:30:00+00:00"
    assert state(hass, NEXT).attributes["skipped"] == ["2026-11-19", "2026-11-20"]
    await ask(hass, "remove_departure", device_id, departure="Work")
    with pytest.raises(ServiceValidationError) as refused:
        await call(hass, "button.press", "button.renault_z_e_skip_next_departure")
    assert refused.value.translation_key == "departure_none_to_skip"


async def test_why_the_car_will_be_warm(hass: HomeAssistant, device_id: str, until: Until) -> None:
    """The reason follows the plan, and names the day on the owner's clock."""
    await hass.config.async_set_time_zone("Europe/London")
    await ask(hass, "set_departure", device_id, **WORK)
    explanation = "The car will be ordered on Thursday at 07:20 to warm up for “Work”."
    assert why(hass, PRECONDITIONING) == ("waiting_for_departure", explanation)
    await call(hass, "switch.turn_off", "switch.renault_z_e_departures")
    assert why(hass, PRECONDITIONING) == (
        "switched_off",
        "The departures are switched off: nothing is ordered until you switch them on.",
    )
    assert value(hass, NEXT) == "unknown"
    await call(hass, "switch.turn_on", "switch.renault_z_e_departures")
    await ask(hass, "pause_departures", device_id, to="2026-11-30")
    assert why(hass, PRECONDITIONING) == ("paused", "The departures are paused up to and including 2026-11-30.")
    await ask(hass, "pause_departures", device_id)
    await until("07:20")
    assert why(hass, PRECONDITIONING)[0] == "starting"
    await until("07:22")
    assert why(hass, PRECONDITIONING) == ("running", "The car is warming up; it began at 07:20.")


async def test_the_owners_language(hass: HomeAssistant, device_id: str, until: Until) -> None:
    """A Home Assistant that speaks French explains in French, once something is new, and be it the day."""
    await hass.config.async_set_time_zone("Europe/Paris")
    await ask(hass, "set_departure", device_id, **WORK)
    translation.async_setup(hass)
    await hass.config.async_update(language="fr")
    await hass.async_block_till_done(wait_background_tasks=True)
    await until("00:00")
    assert why(hass, PRECONDITIONING)[1] == (
        "La voiture recevra à 08:20 l\u2019ordre de se préparer pour «\u00a0Work\u00a0»."
    )


async def test_why_the_car_charges_or_does_not(
    hass: HomeAssistant, device_id: str, simulator: Simulator, until: Until
) -> None:
    """From the window that is awaited over the charge to the missing cable."""
    await hass.config.async_set_time_zone("Europe/London")
    await ask(hass, "set_charge_windows", device_id, windows=[NIGHT, NOON])
    await until("2026-11-18T18:45")
    waiting = "The car waits for its charge window, which begins on Thursday at 01:00."
    assert why(hass, CHARGING) == ("waiting_for_window", waiting)
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
    assert why(hass, CHARGING) == (
        "not_plugged_in",
        "The car is not plugged in, though its charge window began at 01:00.",
    )


async def test_the_cars_own_window_is_next_without_a_plan(
    hass: HomeAssistant, enable_custom_integrations: None, mock_config_entry: MockConfigEntry, simulator: Simulator
) -> None:
    """What the car will charge by is worth knowing, whoever set it."""
    simulator.vehicle().car.load(Schedule(enabled=True, week=Week((Window(time(3), timedelta(hours=2)),) * 7)))
    await set_up(hass, mock_config_entry)
    shown = state(hass, WINDOW)
    assert (shown.state, shown.attributes["kind"]) == ("2026-11-19T03:00:00+00:00", "car")
    assert shown.attributes["in_the_car"] is True


@pytest.mark.parametrize(
    ("scope", "entities"),
    [
        (Scope.STATUS, {CHARGING}),
        (Scope.SCHEDULING, {WINDOW, "switch.renault_z_e_charge_plan"}),
        (
            Scope.PRECONDITIONING,
            {
                NEXT,
                WARMING,
                PRECONDITIONING,
                "switch.renault_z_e_departures",
                "button.renault_z_e_skip_next_departure",
            },
        ),
    ],
)
async def test_scopes(
    hass: HomeAssistant,
    enable_custom_integrations: None,
    mock_config_entry: MockConfigEntry,
    simulator: Simulator,
    scope: Scope,
    entities: set[str],
) -> None:
    """Only what the account may do is planned and shown."""
    simulator.account.scopes = [scope]
    await set_up(hass, mock_config_entry)
    every = {NEXT, WARMING, PRECONDITIONING, CHARGING, WINDOW, "switch.renault_z_e_departures"}
    every |= {"switch.renault_z_e_charge_plan", "button.renault_z_e_skip_next_departure"}
    assert every.intersection(hass.states.async_entity_ids()) == entities


def test_everything_the_plan_can_say_is_an_event() -> None:
    """Find each reason for which a step says something where such steps are made."""
    sources = [
        (INTEGRATION / f"{name}.py").read_text(encoding="utf-8")
        for name in ("departures", "deploys", "timers", "windows")
    ]
    found = {
        StepReason[name]
        for source in sources
        for call in re.findall(r"(?:say\(|reason = |return .*, ).*", source)
        for name in re.findall(r"StepReason\.([A-Z_]+)", call)
    }
    assert set(TOLD) <= found
    assert {reason for reason in found if reason not in TOLD} <= {
        StepReason.CANCELED,
        StepReason.TIMER_LEFT_OVER,
        StepReason.DEPARTURE,
        StepReason.NOT_CONFIRMED,
    }
