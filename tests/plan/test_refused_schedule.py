"""What the user is told of a charge schedule that the server refuses."""

from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import translation
import pytest

from custom_components.renault_ze.plan import window_edits
from simulator import Simulator
from tests.common import received_commands, state
from tests.plan.planned import DEPLOY, EVERY_DAY, NIGHT, NOON, PLAN, Car, notifications
from tests.plan.simulated.states import weekly
from tests.repair_flows import STATUS

# Wednesday evening.
pytestmark = pytest.mark.freeze_time("2026-11-18 18:30:00+00:00")

DRAFT = "PUT /charge/scheduler/offboard"
NO_CONTRACT = {
    "kind": "status",
    "path": "*/deploy",
    "status": 400,
    "code": 400100,
    "message": "a.b.NoContractException",
}
REFUSED = "The charge schedule was not accepted, and the car keeps its current one. The server refused"


def drafts(simulator: Simulator) -> int:
    """Return how many charge schedules were written."""
    return [order for order, _ in received_commands(simulator)].count(DRAFT)


async def test_a_schedule_without_every_day(car: Car) -> None:
    """It is refused when it is entered, naming the days, as the server would always refuse it."""
    car.simulator.backend.rules.require_all_days = True
    before = await car.ask("get_plan")
    with pytest.raises(ServiceValidationError) as caught:
        await car.ask("set_charge_schedule", windows=[{**NIGHT, "days": EVERY_DAY[:5]}, NOON | {"days": "mon"}])
    assert caught.value.translation_key == "windows_days_missing"
    assert str(caught.value).startswith("Saturday, Sunday: no weekly charge window")
    assert (await car.ask("get_plan"))["windows"] == before["windows"]
    assert car.commands == []


@pytest.mark.parametrize("language", ["en", "fr"])
async def test_a_refusal_is_reported_with_its_reason(car: Car, language: str) -> None:
    """By the action, however often it is retried, and by a message for what follows by itself."""
    translation.async_setup(car.hass)
    await car.hass.config.async_update(language=language)
    await car.hass.async_block_till_done(wait_background_tasks=True)
    car.simulator.faults.replace([NO_CONTRACT])
    with pytest.raises(HomeAssistantError, match="No contract"):
        await car.ask("set_charge_schedule", windows=[NIGHT, NOON])
    assert {each["start"] for each in (await car.ask("get_plan"))["windows"]} == {"01:00", "12:00"}
    assert car.value(STATUS) == "failed"
    await car.until("00:30")
    assert drafts(car.simulator) > 3
    assert (car.plan_events, notifications(car.hass)) == ([], [])
    car.simulator.faults.replace([])
    await car.until("04:00")
    assert car.commands[-1] == DEPLOY
    assert car.value(STATUS) == "enabled"
    car.simulator.faults.replace([NO_CONTRACT])
    await car.until("11:50")
    assert car.plan_events == ["week_refused"]
    (shown,) = notifications(car.hass)
    assert shown == state(car.hass, PLAN).attributes["message"]
    assert "No contract" in shown
    assert language == "fr" or shown.startswith(REFUSED)


async def test_a_refusal_of_a_calendar_edit(car: Car) -> None:
    """It is reported by a message, as the calendar does not wait; again after the server has accepted one."""
    car.simulator.faults.replace([NO_CONTRACT])
    car.coordinator.edit_plan(lambda plan, now: window_edits.with_windows(plan, weekly("01:00-05:00"), now))
    car.coordinator.edit_plan(
        lambda plan, now: window_edits.select_mode(plan, now, car.coordinator.vehicle, by_schedule=True)
    )
    await car.until("00:30")
    assert drafts(car.simulator) > 3
    assert car.plan_events == ["week_refused"]
    assert car.value(STATUS) == "failed"
