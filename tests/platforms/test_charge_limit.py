"""The charge limit and the level of a departure in Home Assistant, over a simulated server."""

from datetime import UTC, datetime
from typing import Any

from homeassistant.core import HomeAssistant
import pytest

from tests.plan.planned import EVERY_DAY, NIGHT, WORK, Car, nights, week

pytestmark = pytest.mark.freeze_time("2026-11-18 18:30:00+00:00")

LIMIT = "number.renault_z_e_charge_limit"


async def events(hass: HomeAssistant, entity_id: str) -> list[dict[str, Any]]:
    """Return the events of the next day."""
    found = await hass.services.async_call(
        "calendar",
        "get_events",
        {"entity_id": entity_id, "duration": {"hours": 24}},
        blocking=True,
        return_response=True,
    )
    return found[entity_id]["events"]  # type: ignore[index, call-overload, return-value]


async def test_windows_end_at_the_limit(hass: HomeAssistant, car: Car) -> None:
    """A car that cannot be stopped gets a shorter window before that begins, and the user's schedule stays."""
    await car.ask("set_charge_schedule", windows=[NIGHT])
    await car.later(61)
    await car.until("2026-11-18T23:30")
    car.simulator.log.entries.clear()
    car.simulator.vehicle().car.fill(70)
    car.simulator.vehicle().car.plug()
    car.simulator.vehicle().report_now()
    await car.call("number.set_value", LIMIT, value=80)
    assert car.value(LIMIT) == "80"
    assert car.state(LIMIT).attributes["how"] == "windows"
    await car.until("00:50")
    assert week(car.simulator) == nights(thu={"start": "0100", "duration": "0030"})
    (tonight,) = await events(hass, "calendar.renault_z_e_charging")
    assert [datetime.fromisoformat(tonight[key]).astimezone(UTC).hour for key in ("start", "end")] == [1, 1]
    found = await car.ask("get_plan")
    assert found["limit"] == {"percent": 80, "how": "windows"}
    assert {each["end"] for each in found["windows"]} == {"05:00"}


async def test_level_of_a_departure(hass: HomeAssistant, car: Car) -> None:
    """It is set by the action, shown by the calendar, and kept by other changes."""
    found = await car.ask("set_departure", **WORK, target_level=90)
    assert found["target_level"] == 90
    (event,) = await events(hass, "calendar.renault_z_e_departures")
    assert event["description"] == "90 %"
    found = await car.ask("set_departure", departure="Work", time="07:45")
    assert found["target_level"] == 90
    found = await car.ask("set_departure", departure="Work", target_level=None)
    assert (found["target_level"], found["days"]) == (None, EVERY_DAY)
