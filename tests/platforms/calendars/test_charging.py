"""Charge windows on the calendar page are stored in the plan and sent to the car."""

from dataclasses import replace
from datetime import time, timedelta

from homeassistant.core import HomeAssistant
import pytest

from custom_components.renault_ze.cloud.models import ChargeWindow, Weekday
from custom_components.renault_ze.coordinator import VehicleCoordinator
from custom_components.renault_ze.plan import edits
from custom_components.renault_ze.plan.model import PlannedWindow
from simulator import Simulator
from tests.plan.planned import Car, Later, reload
from tests.platforms.calendars.page import CHARGING, FOLLOWING, CalendarPage, planned

# Wednesday evening in London, where the car is.
pytestmark = [pytest.mark.freeze_time("2026-11-18 18:30:00+00:00"), pytest.mark.usefixtures("london")]
WEEK = ("2026-11-18T00:00:00+00:00", "2026-11-25T00:00:00+00:00")
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
NIGHTS = [(day, "23:30", 7.0) for day in DAYS]
NOON = ("2026-11-19T12:00:00", "2026-11-19T14:00:00")
THURSDAYS = "FREQ=WEEKLY;BYDAY=TH"
LATER = (
    "Repeating events must start with the next occurrence, and can only be changed or deleted from it on. "
    "The next occurrence is on {}."
)


def loaded(simulator: Simulator) -> dict[str, str]:
    """Return the start and the hours of each day in the car's schedule."""
    days = simulator.vehicle().car.schedule.week.days
    return {day: f"{each.start:%H:%M} {each.duration}" for day, each in zip(DAYS, days, strict=True) if each}


async def test_car_schedule_is_shown_and_only_accepts_additions(charging: CalendarPage, car: Car) -> None:
    """Without a plan, the page offers no edit, and edits from a page opened before are refused."""
    entries = await charging.entries(*WEEK)
    assert [each["start"] for each in entries] == [f"2026-11-{day}T23:30:00+00:00" for day in range(18, 25)]
    assert {each["rrule"] for each in entries} == {"FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR,SA,SU"}
    assert car.state(CHARGING).attributes["supported_features"] == 1
    assert await charging.delete(entries[0], FOLLOWING) == "Calendar does not support event deletion"
    assert car.coordinator.planner.plan.windows == ()


async def test_first_window_starts_the_plan_with_the_car_schedule(charging: CalendarPage, car: Car) -> None:
    """The car's windows stay; the new one is sent in time, and the car's schedule is restored afterwards."""
    assert await charging.create(*NOON, rrule=THURSDAYS) is None
    assert car.coordinator.planner.plan.charge_enabled
    assert sorted(planned(car.coordinator)) == sorted([*NIGHTS, ("thu", "12:00", 2.0)])
    assert car.state(CHARGING).attributes["supported_features"] == 7
    assert (await charging.times(*WEEK))[1] == "2026-11-19T12:00:00+00:00"
    assert car.commands == []
    await car.later(3600, times=16)
    assert loaded(car.simulator)["thu"] == "23:30 7:00:00"
    await car.later(46 * 60)
    await car.later(300)
    assert loaded(car.simulator)["thu"] == "12:00 2:00:00"
    assert car.simulator.vehicle().car.schedule.enabled
    await car.later(3600)
    assert car.value(CHARGING) == "on"
    await car.later(2 * 3600)
    await car.later(300)
    assert loaded(car.simulator) == dict.fromkeys(DAYS, "23:30 7:00:00")
    assert [order for order, _ in car.commands] == 2 * [
        "PUT /charge/scheduler/offboard",
        "POST /charge/scheduler/offboard/deploy",
    ]


async def test_window_for_one_date(charging: CalendarPage, car: Car) -> None:
    """It is added, moved and deleted without effect on the weekly windows."""
    assert await charging.create(*NOON) is None
    entry = (await charging.entries(*WEEK))[1]
    assert "rrule" not in entry
    assert await charging.update(entry, "2026-11-20T13:00:00", "2026-11-20T14:30:00") is None
    assert ("2026-11-20", "13:00", 1.5) in planned(car.coordinator)
    entry = (await charging.entries(*WEEK))[2]
    assert await charging.delete(entry) is None
    assert sorted(planned(car.coordinator)) == sorted(NIGHTS)
    await car.later(3600)
    assert car.commands == []


async def test_first_window_of_a_car_without_a_schedule(
    charging: CalendarPage, coordinator: VehicleCoordinator, simulator: Simulator, later: Later
) -> None:
    """The car gets the entered windows, across midnight, without delay."""
    car = simulator.vehicle().car
    car.load(replace(car.schedule, enabled=False))
    await later(3601)
    assert await charging.entries(*WEEK) == []
    times = ("2026-11-18T22:00:00", "2026-11-19T06:00:00")
    message = await charging.create(*times)
    assert message.startswith("Wednesday: all windows are for single dates.")
    assert await charging.create(*times, rrule="FREQ=DAILY", description="base") is None
    assert planned(coordinator) == [(day, "22:00", 8.0) for day in DAYS]
    assert all(each.is_main for each in coordinator.planner.plan.windows)
    await later(300)
    assert car.schedule.enabled
    assert loaded(simulator) == dict.fromkeys(DAYS, "22:00 8:00:00")


async def test_change_all_following_windows(charging: CalendarPage, car: Car) -> None:
    """Times and days change, and the car gets the new schedule."""
    await charging.create(*NOON, rrule=THURSDAYS)
    tonight, noon, thursday = (await charging.entries(*WEEK))[:3]
    once = "a weekly charge window cannot be changed on a single date. Select “This and all future events”."
    assert await charging.update(noon, "2026-11-19T13:00:00", "2026-11-19T14:00:00") == f"Thursday: {once}"
    assert await charging.delete(noon) == f"Thursday: {once}"
    assert await charging.delete(thursday, FOLLOWING) == LATER.format("Nov 18, 11:30 PM")
    changed = ("2026-11-18T22:30:00", "2026-11-19T05:30:00")
    assert await charging.update(tonight, *changed, FOLLOWING, description="base") is None
    assert sorted(planned(car.coordinator)) == sorted([*((day, "22:30", 7.0) for day in DAYS), ("thu", "12:00", 2.0)])
    await car.later(300)
    assert loaded(car.simulator) == dict.fromkeys(DAYS, "22:30 7:00:00")
    assert (await charging.entries(*WEEK))[0]["description"] == "base"
    assert await charging.delete(noon, FOLLOWING) is None
    assert planned(car.coordinator) == [(day, "22:30", 7.0) for day in DAYS]
    message = await charging.delete((await charging.entries(*WEEK))[0], FOLLOWING)
    assert message is not None
    assert "the last weekly charge window cannot be deleted" in message
    assert len(planned(car.coordinator)) == 7
    gone = await charging.delete(noon, FOLLOWING)
    assert gone.startswith("This charge window is no longer in the plan")


async def test_weekly_window_starts_with_the_next_occurrence(charging: CalendarPage, car: Car) -> None:
    """A later first occurrence is refused."""
    refusal = LATER.format("Nov 19, 12:00 PM")
    assert await charging.create("2026-11-26T12:00:00", "2026-11-26T14:00:00", rrule=THURSDAYS) == refusal
    assert car.coordinator.planner.plan.windows == ()
    assert await charging.create("2026-11-20T07:00:00", "2026-11-20T08:00:00", rrule="FREQ=WEEKLY;BYDAY=TU,FR") is None
    assert {("fri", "07:00", 1.0), ("tue", "07:00", 1.0)} < set(planned(car.coordinator))


async def test_window_added_to_a_plan_that_is_off(charging: CalendarPage, car: Car) -> None:
    """The car holds a part of the plan; an added window turns on the whole plan."""
    await charging.create(*NOON, rrule=THURSDAYS)
    car.coordinator.edit_plan(lambda plan, now: edits.switch_charging(plan, now, on=False))
    assert car.state(CHARGING).attributes["supported_features"] == 1
    assert {each[11:16] for each in await charging.times(*WEEK)} == {"23:30"}
    assert await charging.create("2026-11-20T12:00:00", "2026-11-20T14:00:00") is None
    added = [("thu", "12:00", 2.0), ("2026-11-20", "12:00", 2.0)]
    assert sorted(planned(car.coordinator)) == sorted([*NIGHTS, *added])


async def test_unknown_schedule_accepts_no_additions(charging: CalendarPage, car: Car) -> None:
    """Nothing can be added while the car's schedule is unknown."""
    car.coordinator.async_set_updated_data(replace(car.coordinator.data, known=frozenset()))
    assert car.value(CHARGING) == "unavailable"
    message = await charging.create(*NOON)
    assert message.startswith("The car's charge schedule is not known yet")
    assert car.coordinator.planner.plan.windows == ()


async def test_past_events_are_charges(charging: CalendarPage, car: Car) -> None:
    """Finished charges are shown with their levels and duration and cannot be edited; past windows are not shown."""
    await charging.create(*NOON, rrule=THURSDAYS)
    await car.later(1800, times=24)
    car.simulator.vehicle().car.unplug()
    await car.later(1800)
    past, *ahead = await charging.entries(*WEEK)
    assert past["start"].startswith("2026-11-18T23:3")
    assert past["end"] < "2026-11-19T06:31:00+00:00"
    assert past["description"] == "50% → 100%, 2 h 22 min"
    assert ahead[0]["start"] == "2026-11-19T12:00:00+00:00"
    message = await charging.delete(past)
    assert message is not None
    assert "is a past charge" in message
    # Home Assistant is started anew.
    await reload(car.coordinator.hass, car.coordinator.config_entry)
    assert past in await charging.entries(*WEEK)


async def test_past_window_does_not_overlap(charging: CalendarPage, car: Car) -> None:
    """A window for a past date is not shown and overlaps nothing."""
    await charging.create(*NOON)
    await car.later(24 * 3600)
    assert await charging.create("2026-11-26T12:00:00", "2026-11-26T13:00:00", rrule=THURSDAYS) is None
    assert sorted(planned(car.coordinator)) == sorted([*NIGHTS, ("thu", "12:00", 1.0)])


@pytest.mark.freeze_time("2027-03-26 12:00:00+00:00")
async def test_night_of_the_clock_change(charging: CalendarPage, coordinator: VehicleCoordinator) -> None:
    """A window keeps its wall-clock times and is an hour shorter that night."""
    await charging.create("2027-03-26T20:00:00", "2027-03-26T21:00:00", rrule="FREQ=DAILY")
    entries = await charging.entries("2027-03-27T22:00:00+00:00", "2027-03-29T12:00:00+01:00")
    assert [(each["start"], each["end"]) for each in entries] == [
        ("2027-03-27T23:30:00+00:00", "2027-03-28T06:30:00+01:00"),
        ("2027-03-28T20:00:00+01:00", "2027-03-28T21:00:00+01:00"),
        ("2027-03-28T23:30:00+01:00", "2027-03-29T06:30:00+01:00"),
    ]


@pytest.mark.freeze_time("2027-10-30 12:00:00+00:00")
async def test_repeated_hour(hass: HomeAssistant, charging: CalendarPage, coordinator: VehicleCoordinator) -> None:
    """The car's clock cannot tell the two hours apart: a window entered for the second starts in the first."""
    await hass.config.async_set_time_zone("UTC")
    noons = [PlannedWindow(ChargeWindow(day, time(12), timedelta(hours=1))) for day in Weekday]
    coordinator.edit_plan(lambda plan, now: edits.switch_charging(edits.with_windows(plan, noons, now), now, on=True))
    assert await charging.create("2027-10-31T01:15:00", "2027-10-31T03:00:00") is None
    assert [each.window.start.fold for each in coordinator.planner.plan.windows] == [0] * 8
    entry = (await charging.entries("2027-10-31T00:00:00+00:00", "2027-11-01T00:00:00+00:00"))[0]
    assert (entry["start"], entry["end"]) == ("2027-10-31T00:15:00+00:00", "2027-10-31T03:00:00+00:00")


async def test_windows_are_in_the_time_zone_of_the_car(charging: CalendarPage, car: Car) -> None:
    """Fridays at 16:00 in California are Saturdays at midnight in London."""
    await car.hass.config.async_set_time_zone("America/Los_Angeles")
    friday = ("2026-11-20T16:00:00", "2026-11-20T17:00:00")
    assert await charging.create(*friday, rrule="FREQ=WEEKLY;BYDAY=FR") == (
        "Friday, Saturday: the window at 12:00 AM overlaps another one. End one where the other starts."
    )
    friday = ("2026-11-20T23:00:00", "2026-11-21T00:30:00")
    assert await charging.create(*friday, rrule="FREQ=WEEKLY;BYDAY=FR") is None
    assert ("sat", "07:00", 1.5) in planned(car.coordinator)
    entry = next(each for each in await charging.entries(*WEEK) if each["start"] == "2026-11-20T23:00:00-08:00")
    assert entry["rrule"] == "FREQ=WEEKLY;BYDAY=FR"
