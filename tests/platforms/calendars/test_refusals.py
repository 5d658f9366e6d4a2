"""Edits that the calendar page refuses, with their messages; they change neither the plan nor the car."""

from dataclasses import replace
from datetime import date
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
import pytest

from custom_components.renault_ze.coordinator import VehicleCoordinator
from tests.common import expect_error
from tests.plan.planned import Car
from tests.platforms.calendars.page import FOLLOWING, CalendarPage

# Wednesday evening.
pytestmark = [pytest.mark.freeze_time("2026-11-18 18:30:00+00:00"), pytest.mark.usefixtures("london")]

TODAY = ("2026-11-18T00:00:00+00:00", "2026-11-20T00:00:00+00:00")
MODE = "select.renault_z_e_charge_mode"
OVER = "Nov 18, 12:00 PM is over. Choose a later time."
ALL_DAY = "All-day events are not supported. Enter a start and an end."
WITHOUT_END = "Repeating events cannot have an end date ({}). Select “Never” for the end."
EACH_WEEK = "Repeating events must be weekly. Enter 1 as the interval instead of {}."
ONLY_WEEKLY = (
    "Repeating events must be on weekdays ({} is not supported). "
    "Select “Daily” or “Weekly”, or add the dates one by one."
)
OVERLAPS = "{}: this overlaps the window {}. To change it once, edit that window and choose “Only this event”."
WITHIN = "{}: your schedule already charges then ({}). Change or delete that window instead."
NOT_CHARGING = "“{}” is not a charge window. Call it “Charging”, or add it to the calendar “Departures”."
NOTHING_NOTED = "“{}” is not recognized. The description only accepts: {}."

DEPARTURES: dict[str, tuple[dict[str, Any], str]] = {
    "no title": ({"summary": "  "}, "Enter a summary. It is the name of the departure."),
    "all day": ({"start": "2026-11-20", "end": "2026-11-21"}, ALL_DAY),
    "over": ({"start": "2026-11-18T12:00:00"}, OVER),
    "count": ({"rrule": "FREQ=WEEKLY;COUNT=3"}, WITHOUT_END.format("COUNT")),
    "until": ({"rrule": "FREQ=DAILY;UNTIL=20261224T000000"}, WITHOUT_END.format("UNTIL")),
    "interval": ({"rrule": "FREQ=WEEKLY;INTERVAL=2"}, EACH_WEEK.format(2)),
    "monthly": ({"rrule": "FREQ=MONTHLY;BYMONTHDAY=1"}, ONLY_WEEKLY.format("BYMONTHDAY")),
    "a place": ({"location": "Brighton"}, "Locations are not supported. Leave the location empty."),
    "a note": (
        {"description": "robust, take the umbrella"},
        NOTHING_NOTED.format("take the umbrella", "robust, override, cold, off, 90 %"),
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
    "above 24 hours": (
        {"start": "2026-11-19T06:00:00", "end": "2026-11-19T23:45:00", "rrule": "FREQ=WEEKLY;BYDAY=TH"},
        "Wednesday: a window cannot last 1860 min. Windows last from 15 minutes to 24 hours.",
    ),
    "weekly within another": (
        {"start": "2026-11-20T00:30:00", "end": "2026-11-20T05:30:00", "rrule": "FREQ=WEEKLY;BYDAY=MO,FR"},
        WITHIN.format("Monday, Friday", "11:30 PM"),
    ),
    "weekly like another": (
        {"start": "2026-11-18T23:30:00", "end": "2026-11-19T06:30:00", "rrule": "FREQ=WEEKLY;BYDAY=WE"},
        WITHIN.format("Wednesday", "11:30 PM"),
    ),
    "once before another": ({"end": "2026-11-19T23:45:00"}, OVERLAPS.format("Thursday", "11:30 PM")),
    "once after another": (
        {"start": "2026-11-19T05:00:00", "end": "2026-11-19T08:00:00"},
        OVERLAPS.format("Thursday", "11:30 PM"),
    ),
    "once within another": (
        {"start": "2026-11-19T01:00:00", "end": "2026-11-19T02:00:00"},
        OVERLAPS.format("Thursday", "11:30 PM"),
    ),
    "main once": (
        {"description": "main"},
        "Thursday: a window for a single date cannot be the main window. Mark a weekly window.",
    ),
    "count": ({"rrule": "FREQ=WEEKLY;COUNT=3"}, WITHOUT_END.format("COUNT")),
    "until": ({"rrule": "FREQ=DAILY;UNTIL=20261224T000000"}, WITHOUT_END.format("UNTIL")),
    "interval": ({"rrule": "FREQ=DAILY;INTERVAL=3"}, EACH_WEEK.format(3)),
    "monthly": ({"rrule": "FREQ=MONTHLY"}, ONLY_WEEKLY.format("MONTHLY")),
    "yearly": ({"rrule": "FREQ=YEARLY"}, ONLY_WEEKLY.format("YEARLY")),
    "a note": ({"description": "robust"}, NOTHING_NOTED.format("robust", "main")),
    "the former word": ({"description": "base"}, NOTHING_NOTED.format("base", "main")),
    "a departure": ({"summary": "Commute"}, NOT_CHARGING.format("Commute")),
    "a word of another language": ({"summary": "Laden"}, NOT_CHARGING.format("Laden")),
}


@pytest.mark.parametrize("case", DEPARTURES)
async def test_departures(departures: CalendarPage, coordinator: VehicleCoordinator, case: str) -> None:
    """Invalid departures are refused with a message."""
    event, message = DEPARTURES[case]
    given = {"start": "2026-11-20T08:00:00", "end": "2026-11-21T08:15:00", **event}
    assert await departures.create(**given) == message
    assert coordinator.planner.plan.departures == ()


@pytest.mark.parametrize("case", CHARGING)
async def test_charging(charging: CalendarPage, car: Car, case: str) -> None:
    """Windows that the car or the plan cannot hold are refused with a message."""
    event, message = CHARGING[case]
    before = car.coordinator.planner.plan
    given = {"start": "2026-11-19T12:00:00", "end": "2026-11-19T14:00:00", **event}
    assert await charging.create(**given) == message
    assert car.coordinator.planner.plan == before
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
    coordinator.vehicle = replace(coordinator.vehicle, max_window_times=2)
    assert await charging.create("2026-11-19T12:00:00", "2026-11-19T14:00:00") is None
    before = coordinator.planner.plan
    message = await charging.create("2026-11-19T16:00:00", "2026-11-19T17:00:00")
    assert message == "The car holds up to 2 windows with different times. Use the same times on more days."
    assert coordinator.planner.plan == before


async def test_day_without_a_window(charging: CalendarPage, car: Car) -> None:
    """A car that needs a window every day gets no other schedule; a draft may be incomplete."""
    night, weekdays = ("2026-11-18T22:00:00", "2026-11-19T06:00:00"), "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"
    weekend = (
        "Saturday, Sunday: no weekly charge window, but this car needs one on every day. Add one for these days, "
        "or choose “Any time”."
    )
    (entry, *_) = await charging.entries(*TODAY)
    assert await charging.update(entry, *night, FOLLOWING, rrule=weekdays) == weekend
    assert await charging.create("2026-11-21T12:00:00", "2026-11-21T16:00:00", rrule="FREQ=WEEKLY;BYDAY=SA,SU") is None
    assert await charging.update(entry, *night, FOLLOWING, rrule=weekdays) is None
    await car.later(300, times=4)
    days = car.simulator.vehicle().car.schedule.week.days
    assert [each and each.start.hour for each in days] == [22, 22, 22, 22, 22, 12, 12]
    noon = (await charging.entries("2026-11-21T00:00:00+00:00", "2026-11-22T00:00:00+00:00"))[-1]
    assert await charging.delete(noon, FOLLOWING) == weekend
    await car.call("select.select_option", MODE, option="any_time")
    assert await charging.delete(noon, FOLLOWING) is None
    with expect_error("windows_days_missing", ServiceValidationError):
        await car.call("select.select_option", MODE, option="by_schedule")
    assert car.value(MODE) == "any_time"


async def test_last_window(charging: CalendarPage, car: Car) -> None:
    """It stays while the car charges by the schedule, and is deleted while it charges at any time."""
    last = "Every day: this is the last window. To charge at any time, choose “Any time”."
    (entry, *_) = await charging.entries(*TODAY)
    assert await charging.create("2026-11-19T12:00:00", "2026-11-19T14:00:00") is None
    assert await charging.delete(entry, FOLLOWING) == last
    assert len(car.coordinator.planner.plan.windows) == 8
    await car.call("select.select_option", MODE, option="any_time")
    assert await charging.delete(entry, FOLLOWING) is None
    assert [each.on for each in car.coordinator.planner.plan.windows] == [date(2026, 11, 19)]


async def test_later_occurrence(charging: CalendarPage, car: Car) -> None:
    """A weekly window is changed or deleted from its next time on."""
    await charging.create("2026-11-19T12:00:00", "2026-11-19T14:00:00", rrule="FREQ=DAILY")
    before = car.coordinator.planner.plan
    (*_, later) = await charging.entries("2026-11-20T09:00:00+00:00", "2026-11-20T20:00:00+00:00")
    refusal = "Repeating events can only be changed from the next occurrence, Nov 19, 12:00 PM. Choose that one."
    assert await charging.delete(later, FOLLOWING) == refusal
    assert await charging.update(later, "2026-11-20T13:00:00", "2026-11-20T14:00:00", FOLLOWING) == refusal
    assert car.coordinator.planner.plan == before


async def test_weekly_over_a_part_of_one_for_a_date(charging: CalendarPage, car: Car) -> None:
    """It is refused unless it covers all of that window, which is then dropped."""
    await charging.create("2026-11-19T12:00:00", "2026-11-19T14:00:00")
    thursdays = {"rrule": "FREQ=WEEKLY;BYDAY=TH"}
    message = await charging.create("2026-11-19T13:00:00", "2026-11-19T15:00:00", **thursdays)
    assert message == OVERLAPS.format("Thursday", "12:00 PM")
    assert await charging.create("2026-11-19T11:00:00", "2026-11-19T15:00:00", **thursdays) is None
    assert [each.on for each in car.coordinator.planner.plan.windows] == [None] * 8


async def test_message_in_french(hass: HomeAssistant, charging: CalendarPage) -> None:
    """The page shows the message with the names of the days in French."""
    await hass.config.async_update(language="fr", country="FR")
    await hass.async_block_till_done()
    message = await charging.create("2026-11-19T12:10:00", "2026-11-19T14:00:00")
    assert message.startswith("Jeudi\N{NO-BREAK SPACE}: une plage ne peut pas commencer à 12:10.")
