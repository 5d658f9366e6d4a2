"""Edits that the calendar page refuses, with their messages; they change neither the plan nor the car."""

from dataclasses import replace
from typing import Any

from homeassistant.core import HomeAssistant
import pytest

from custom_components.renault_ze.coordinator import VehicleCoordinator
from custom_components.renault_ze.plan.model import Plan
from simulator import Simulator
from tests.plan.planned import Car, Later
from tests.platforms.calendars.page import FOLLOWING, CalendarPage

# Wednesday evening.
pytestmark = [pytest.mark.freeze_time("2026-11-18 18:30:00+00:00"), pytest.mark.usefixtures("london")]

OVER = "Nov 18, 12:00 PM is in the past. Enter a later time."
ALL_DAY = "All-day events are not supported. Turn off “All day”, and enter a start and an end."
WITHOUT_END = "Repeating events cannot have an end date ({}). Select “Never” for the end."
ONLY_WEEKLY = "This repetition is not supported ({}). Select “Daily” or “Weekly”, or add the dates one by one."
NOTHING_NOTED = "“{}” is not recognized. The description only accepts: {}."

DEPARTURES: dict[str, tuple[dict[str, Any], str]] = {
    "no title": ({"summary": "  "}, "Enter a summary. It is the name of the departure."),
    "all day": ({"start": "2026-11-20", "end": "2026-11-21"}, ALL_DAY),
    "over": ({"start": "2026-11-18T12:00:00"}, OVER),
    "count": ({"rrule": "FREQ=WEEKLY;COUNT=3"}, WITHOUT_END.format("COUNT")),
    "until": ({"rrule": "FREQ=DAILY;UNTIL=20261224T000000"}, WITHOUT_END.format("UNTIL")),
    "interval": ({"rrule": "FREQ=WEEKLY;INTERVAL=2"}, "A repeat interval of 2 is not supported. Enter 1."),
    "monthly": ({"rrule": "FREQ=MONTHLY;BYMONTHDAY=1"}, ONLY_WEEKLY.format("BYMONTHDAY")),
    "a place": ({"location": "Brighton"}, "Locations are not supported. Leave the location empty."),
    "a note": (
        {"description": "robust, take the umbrella"},
        NOTHING_NOTED.format("take the umbrella", "robust, override, cold, off"),
    ),
}
CHARGING: dict[str, tuple[dict[str, Any], str]] = {
    "all day": ({"start": "2026-11-20", "end": "2026-11-21"}, ALL_DAY),
    "over": ({"start": "2026-11-18T12:00:00", "end": "2026-11-18T14:00:00"}, OVER),
    "off the grid": (
        {"start": "2026-11-19T12:10:00"},
        "Thursday: a window cannot start at 12:10 PM. Windows start at 0, 15, 30, or 45 minutes past the hour.",
    ),
    "ends off the grid": (
        {"end": "2026-11-19T12:20:00"},
        "Thursday: a window cannot last 20 min. Use steps of 15 minutes.",
    ),
    "too long": (
        {"end": "2026-11-20T12:15:00"},
        "Thursday: a window cannot last 1455 min. Windows last from 15 minutes to 24 hours.",
    ),
    "overlap": (
        {"end": "2026-11-19T23:45:00"},
        "Thursday: the window at 11:30 PM overlaps another one. End one where the other starts.",
    ),
    "base once": (
        {"description": "base"},
        "Thursday: a window for a single date cannot be the main window. Mark a weekly window.",
    ),
    "yearly": ({"rrule": "FREQ=YEARLY"}, ONLY_WEEKLY.format("YEARLY")),
    "a note": ({"description": "robust"}, NOTHING_NOTED.format("robust", "base")),
}


@pytest.mark.parametrize("case", DEPARTURES)
async def test_departures(departures: CalendarPage, coordinator: VehicleCoordinator, case: str) -> None:
    """Invalid departures are refused with a message."""
    event, message = DEPARTURES[case]
    given = {"start": "2026-11-20T08:00:00", "end": "2026-11-21T08:15:00", **event}
    assert await departures.create(**given) == message
    assert coordinator.planner.plan == Plan()


@pytest.mark.parametrize("case", CHARGING)
async def test_charging(charging: CalendarPage, car: Car, case: str) -> None:
    """Windows that the car or the plan cannot hold are refused with a message."""
    event, message = CHARGING[case]
    given = {"start": "2026-11-19T12:00:00", "end": "2026-11-19T14:00:00", **event}
    assert await charging.create(**given) == message
    assert car.coordinator.planner.plan == Plan()
    assert car.commands == []


@pytest.mark.parametrize("day", ["9999-12-31", "2028-11-19"])
async def test_date_years_ahead(departures: CalendarPage, charging: CalendarPage, car: Car, day: str) -> None:
    """An occurrence years ahead can neither be deleted nor changed."""
    every_day = {"rrule": "FREQ=DAILY"}
    assert await departures.create("2026-11-19T08:00:00", "2026-11-19T08:15:00", **every_day) is None
    assert await charging.create("2026-11-19T12:00:00", "2026-11-19T14:00:00", **every_day) is None
    before = await car.ask("get_plan")
    for page in (departures, charging):
        entry = (await page.entries("2026-11-19T00:00:00+00:00", "2026-11-20T00:00:00+00:00"))[-1]
        far = {**entry, "recurrence_id": day}
        too_far = "Dates can be up to two years ahead. Enter an earlier date."
        for following in ("", FOLLOWING):
            assert await page.delete(far, following) == too_far
            assert await page.update(far, "2026-11-20T12:00:00", "2026-11-20T14:00:00", following) == too_far
    assert await car.ask("get_plan") == before


async def test_too_many_different_windows(charging: CalendarPage, coordinator: VehicleCoordinator) -> None:
    """A window is refused if the car could not hold the schedule."""
    coordinator.vehicle = replace(coordinator.vehicle, max_window_times=1)
    message = await charging.create("2026-11-19T12:00:00", "2026-11-19T14:00:00")
    assert message.startswith("The car holds up to 1 windows with different times.")
    assert coordinator.planner.plan == Plan()


async def test_day_without_a_window(
    charging: CalendarPage, coordinator: VehicleCoordinator, simulator: Simulator, later: Later
) -> None:
    """A car that needs a window every day gets no other schedule, neither by an addition nor by a change."""
    simulator.backend.rules.require_all_days = True
    car = simulator.vehicle().car
    car.load(replace(car.schedule, enabled=False))
    await later(3601)
    night, weekdays = ("2026-11-18T22:00:00", "2026-11-19T06:00:00"), "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"
    weekend = "Saturday, Sunday: no weekly charge window, but this car needs one on every day."
    message = await charging.create(*night, rrule=weekdays)
    assert message.startswith(weekend)
    assert coordinator.planner.plan == Plan()
    assert await charging.create(*night, rrule="FREQ=DAILY") is None
    (entry, *_) = await charging.entries("2026-11-18T00:00:00+00:00", "2026-11-20T00:00:00+00:00")
    message = await charging.update(entry, *night, FOLLOWING, rrule=weekdays)
    assert message.startswith(weekend)
    await charging.create("2026-11-21T12:00:00", "2026-11-21T16:00:00", rrule="FREQ=WEEKLY;BYDAY=SA,SU")
    assert await charging.update(entry, *night, FOLLOWING, rrule=weekdays) is None
    await later(300, times=4)
    assert [each and each.start.hour for each in car.schedule.week.days] == [22, 22, 22, 22, 22, 12, 12]
    noon = (await charging.entries("2026-11-21T00:00:00+00:00", "2026-11-22T00:00:00+00:00"))[-1]
    message = await charging.delete(noon, FOLLOWING)
    assert message.startswith(weekend)


async def test_message_in_french(hass: HomeAssistant, charging: CalendarPage) -> None:
    """The page shows the message with the names of the days in French."""
    await hass.config.async_update(language="fr", country="FR")
    await hass.async_block_till_done()
    message = await charging.create("2026-11-19T12:10:00", "2026-11-19T14:00:00")
    assert message.startswith("Jeudi\N{NO-BREAK SPACE}: une plage ne peut pas commencer à 12:10.")
