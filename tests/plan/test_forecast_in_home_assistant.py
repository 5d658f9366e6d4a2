"""The expected battery level with a current charge, the car's charge schedule, and the measured speed."""

from datetime import time, timedelta

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from simulator import Schedule, Simulator, Week, Window
from tests.common import ask, only_device, set_up, state
from tests.plan.planned import HOUR, NIGHT, WORK, Car, notifications

# A Wednesday evening in London, where the car is.
pytestmark = pytest.mark.freeze_time("2026-11-18 18:30:00+00:00")

WARMING = "sensor.renault_z_e_next_preconditioning"
NOON = Schedule(enabled=True, week=Week((Window(time(12), HOUR),) * 7))


def low(simulator: Simulator, *, plugged: bool = True) -> None:
    """Let the car come home with a low battery."""
    simulator.vehicle().car.load(NOON)
    simulator.vehicle().car.fill(30)
    simulator.vehicle().car.apply_due_changes()
    if not plugged:
        simulator.vehicle().car.unplug()
    simulator.vehicle().report_now()


def foreseen(hass: HomeAssistant) -> tuple[int, str | None]:
    """Return the expected level and the shortage."""
    attributes = state(hass, WARMING).attributes
    return attributes["projected_level"], attributes["shortage"]


@pytest.fixture
def came_home(simulator: Simulator) -> None:
    """Let the car be low before the first poll."""
    low(simulator)


async def test_a_current_charge_counts(came_home: None, car: Car) -> None:
    """A charge started by hand outside the windows needs no other window."""
    await car.ask("set_departure", **WORK)
    await car.until("2026-11-18T18:45")
    assert foreseen(car.hass) == (30, "no_window_before")
    await car.call("button.press", "button.renault_z_e_start_charge")
    await car.until("2026-11-18T19:00")
    assert foreseen(car.hass) == (100, None)
    await car.until("2026-11-18T20:30")
    assert car.plan_events == []


async def test_windows_that_the_car_does_not_hold_do_not_count(car: Car) -> None:
    """The charge schedule was changed elsewhere, and the plan waits for the user."""
    await car.ask("set_charge_schedule", windows=[NIGHT])
    await car.until("2026-11-18T19:00")
    low(car.simulator)
    await car.ask("set_departure", **WORK)
    assert foreseen(car.hass)[1] is None
    await car.until("2026-11-18T20:20")
    assert foreseen(car.hass) == (30, "no_window_before")
    assert car.plan_events == ["foreseen"]
    (message,) = notifications(car.hass)
    assert message.startswith("Add a charge window before the departure")


async def test_the_speed_is_known_from_the_first_departure_on(
    hass: HomeAssistant, mock_config_entry: MockConfigEntry, simulator: Simulator, freezer: FrozenDateTimeFactory
) -> None:
    """From the charges in the history."""
    freezer.tick(timedelta(hours=8))
    simulator.advance(0)
    low(simulator, plugged=False)
    await set_up(hass, mock_config_entry)
    device = only_device(hass, mock_config_entry)
    await ask(hass, "set_departure", device, **WORK)
    assert foreseen(hass) == (30, "not_plugged_in")
    advice = state(hass, WARMING).attributes["advice"]
    assert advice == "Plug in the car; it has to charge for about 33 min."
    (message,) = notifications(hass)
    assert message.startswith(advice)
