"""What the user is told of a charge schedule that the server refuses."""

from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import translation
import pytest

from simulator import Simulator
from tests.common import received_commands, state
from tests.plan.planned import DEPLOY, EVERY_DAY, NIGHT, NOON, PLAN, Car, notifications

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
REFUSED = "The charge windows of the plan were not accepted, and the car keeps its current ones. The server refused"


def drafts(simulator: Simulator) -> int:
    """Return how many charge schedules were written."""
    return [order for order, _ in received_commands(simulator)].count(DRAFT)


async def test_a_schedule_without_every_day(car: Car) -> None:
    """It is refused when it is entered, naming the days, as the server would always refuse it."""
    car.simulator.backend.rules.require_all_days = True
    with pytest.raises(ServiceValidationError) as caught:
        await car.ask("set_charge_windows", windows=[{**NIGHT, "days": EVERY_DAY[:5]}, NOON | {"days": "mon"}])
    assert caught.value.translation_key == "windows_days_missing"
    assert str(caught.value).startswith("Saturday, Sunday: no weekly charge window")
    assert (await car.ask("get_plan"))["windows"] == []
    assert car.commands == []


@pytest.mark.parametrize("language", ["en", "fr"])
async def test_a_refusal_is_reported_with_its_reason(car: Car, language: str) -> None:
    """Once, however often it is retried, and again after the server has accepted one."""
    translation.async_setup(car.hass)
    await car.hass.config.async_update(language=language)
    await car.hass.async_block_till_done(wait_background_tasks=True)
    car.simulator.faults.replace([NO_CONTRACT])
    await car.ask("set_charge_windows", windows=[NIGHT, NOON])
    await car.until("00:30")
    assert drafts(car.simulator) > 3
    assert car.plan_events == ["week_refused"]
    (shown,) = notifications(car.hass)
    assert shown == state(car.hass, PLAN).attributes["message"]
    assert "No contract" in shown
    assert language == "fr" or shown.startswith(REFUSED)
    car.simulator.faults.replace([])
    await car.until("04:00")
    assert car.commands[-1] == DEPLOY
    car.simulator.faults.replace([NO_CONTRACT])
    await car.until("11:30")
    assert car.plan_events[-1] == "week_refused"
    assert car.plan_events.count("week_refused") == 2
