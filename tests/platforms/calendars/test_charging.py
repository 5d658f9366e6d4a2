"""Charge windows on the calendar page are the owner's schedule, of which the car gets a copy."""

from datetime import datetime

from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
import pytest

from custom_components.renault_ze.coordinator import VehicleCoordinator
from simulator import Simulator
from tests.plan.planned import Car, reload
from tests.platforms.calendars.page import CHARGING, FOLLOWING, CalendarPage, planned

# Wednesday evening in London, where the car is.
pytestmark = [pytest.mark.freeze_time("2026-11-18 18:30:00+00:00"), pytest.mark.usefixtures("london")]
WEEK = ("2026-11-18T00:00:00+00:00", "2026-11-25T00:00:00+00:00")
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
NIGHTS = [(day, "23:30", 7.0) for day in DAYS]
NOON = ("2026-11-19T12:00:00", "2026-11-19T14:00:00")
THURSDAYS = "FREQ=WEEKLY;BYDAY=TH"
MODE = "select.renault_z_e_charge_mode"
ORDERS = ["PUT /charge/scheduler/offboard", "POST /charge/scheduler/offboard/deploy"]


def loaded(simulator: Simulator) -> dict[str, str]:
    """Return the start and the hours of each day in the car's schedule."""
    days = simulator.vehicle().car.schedule.week.days
    return {day: f"{each.start:%H:%M} {each.duration}" for day, each in zip(DAYS, days, strict=True) if each}


async def test_windows_of_the_car_are_edited(charging: CalendarPage, car: Car) -> None:
    """The windows that the car held are shown, and changed like any other; the car gets the change at once."""
    entries = await charging.entries(*WEEK)
    assert [each["start"] for each in entries] == [f"2026-11-{day}T23:30:00+00:00" for day in range(18, 25)]
    assert {each["rrule"] for each in entries} == {"FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR,SA,SU"}
    assert not any("status" in each or "description" in each for each in entries)
    assert (car.value(MODE), car.commands) == ("by_schedule", [])
    assert car.state(CHARGING).attributes["supported_features"] == 7
    assert await charging.update(entries[0], "2026-11-18T22:30:00", "2026-11-19T05:30:00", FOLLOWING) is None
    assert planned(car.coordinator) == [(day, "22:30", 7.0) for day in DAYS]
    await car.later(300)
    assert loaded(car.simulator) == dict.fromkeys(DAYS, "22:30 7:00:00")
    assert car.simulator.vehicle().car.schedule.enabled


async def test_window_of_the_car_is_deleted(charging: CalendarPage, car: Car) -> None:
    """Once another window is there, the car gets only that one."""
    (night, *_) = await charging.entries(*WEEK)
    assert await charging.create(*NOON, rrule="FREQ=DAILY") is None
    assert await charging.delete(night, FOLLOWING) is None
    assert planned(car.coordinator) == [(day, "12:00", 2.0) for day in DAYS]
    await car.later(300)
    assert loaded(car.simulator) == dict.fromkeys(DAYS, "12:00 2:00:00")


async def test_additional_window(charging: CalendarPage, car: Car) -> None:
    """The windows of the car stay; the new one is sent in time, and the main window is restored afterwards."""
    assert await charging.create(*NOON, rrule=THURSDAYS) is None
    assert car.value(MODE) == "by_schedule"
    assert sorted(planned(car.coordinator)) == sorted([*NIGHTS, ("thu", "12:00", 2.0)])
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
    assert [order for order, _ in car.commands] == 2 * ORDERS


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


async def test_edits_of_a_calendar_keep_a_gap(charging: CalendarPage, car: Car) -> None:
    """A second change reaches the car no sooner than ten minutes after the first."""
    (night, *_) = await charging.entries(*WEEK)
    await charging.update(night, "2026-11-18T22:30:00", "2026-11-19T05:30:00", FOLLOWING)
    (night, *_) = await charging.entries(*WEEK)
    await charging.update(night, "2026-11-18T21:30:00", "2026-11-19T05:30:00", FOLLOWING)
    await car.later(60, times=9)
    assert [order for order, _ in car.commands] == ORDERS
    await car.later(61)
    assert [order for order, _ in car.commands] == 2 * ORDERS
    await car.later(300)
    assert loaded(car.simulator) == dict.fromkeys(DAYS, "21:30 8:00:00")


async def test_first_window_of_an_empty_schedule(empty: CalendarPage, car: Car) -> None:
    """A weekly one that fits the car lets it charge by the schedule, across midnight, without delay."""
    assert (await empty.entries(*WEEK), car.value(MODE)) == ([], "any_time")
    times = ("2026-11-18T22:00:00", "2026-11-19T06:00:00")
    assert await empty.create(*times) is None
    assert (planned(car.coordinator), car.value(MODE)) == ([("2026-11-18", "22:00", 8.0)], "any_time")
    await empty.delete((await empty.entries(*WEEK))[0])
    assert await empty.create(*times, rrule="FREQ=DAILY", description="main") is None
    assert planned(car.coordinator) == [(day, "22:00", 8.0) for day in DAYS]
    assert all(each.is_main for each in car.coordinator.planner.plan.windows)
    assert car.value(MODE) == "by_schedule"
    await car.later(300)
    assert car.simulator.vehicle().car.schedule.enabled
    assert loaded(car.simulator) == dict.fromkeys(DAYS, "22:00 8:00:00")


async def test_first_window_that_does_not_fit(empty: CalendarPage, car: Car) -> None:
    """A car that needs a window on every day keeps charging at any time while the schedule is incomplete."""
    night = ("2026-11-18T22:00:00", "2026-11-19T06:00:00")
    assert await empty.create(*night, rrule="FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR") is None
    assert len(planned(car.coordinator)) == 5
    assert {each["status"] for each in await empty.entries(*WEEK)} == {"tentative"}
    await car.later(300)
    assert (car.value(MODE), car.commands) == ("any_time", [])


async def test_change_all_following_windows(charging: CalendarPage, car: Car) -> None:
    """Times and days change, and the car gets the new schedule."""
    await charging.create(*NOON, rrule=THURSDAYS)
    tonight, noon, _ = (await charging.entries(*WEEK))[:3]
    changed = ("2026-11-18T22:30:00", "2026-11-19T05:30:00")
    assert await charging.update(tonight, *changed, FOLLOWING, description="main") is None
    assert sorted(planned(car.coordinator)) == sorted([*((day, "22:30", 7.0) for day in DAYS), ("thu", "12:00", 2.0)])
    await car.later(300)
    assert loaded(car.simulator) == dict.fromkeys(DAYS, "22:30 7:00:00")
    assert (await charging.entries(*WEEK))[0]["description"] == "main"
    assert await charging.delete(noon, FOLLOWING) is None
    assert planned(car.coordinator) == [(day, "22:30", 7.0) for day in DAYS]
    gone = await charging.delete(noon, FOLLOWING)
    assert gone.startswith("This charge window is no longer in the plan")


async def test_description(charging: CalendarPage, car: Car) -> None:
    """It marks the main window, which stays one without a description, until an empty one clears it."""
    (night, *_) = await charging.entries(*WEEK)
    times = (night["start"][:19], night["end"][:19])
    for description, is_main in ({"description": " Main "}, True), ({}, True), ({"description": ""}, False):
        night.pop("description", None)
        assert await charging.update(night, *times, FOLLOWING, **description) is None
        (night, *_) = await charging.entries(*WEEK)
        assert night.get("description") == ("main" if is_main else None)
        assert {each.is_main for each in car.coordinator.planner.plan.windows} == {is_main}
    assert car.commands == []


async def test_weekly_window_in_the_past(charging: CalendarPage, car: Car) -> None:
    """It counts from its next time on."""
    assert await charging.create("2026-11-17T12:00:00", "2026-11-17T14:00:00", rrule="FREQ=WEEKLY;BYDAY=TU") is None
    assert ("tue", "12:00", 2.0) in planned(car.coordinator)
    assert "2026-11-24T12:00:00+00:00" in await charging.times(*WEEK)


@pytest.fixture
def unread(simulator: Simulator) -> None:
    """Let the server refuse to return the charge schedule."""
    simulator.faults.replace([{"kind": "status", "status": 500, "path": "*/charge/scheduler/onboard"}])


async def test_unknown_schedule_accepts_no_additions(unread: None, charging: CalendarPage, car: Car) -> None:
    """Nothing can be added until the schedule of the car was read."""
    assert car.value(CHARGING) == "unavailable"
    message = await charging.create(*NOON)
    assert message == "The car's charge schedule is not known yet. Try again when the calendar is available."
    assert car.coordinator.planner.plan.windows == ()
    car.simulator.faults.replace([])
    await car.later(3601)
    assert await charging.create(*NOON) is None
    assert sorted(planned(car.coordinator)) == sorted([*NIGHTS, ("2026-11-19", "12:00", 2.0)])


async def test_past_events_are_charges(charging: CalendarPage, car: Car) -> None:
    """Finished charges are shown with their levels and energy and cannot be edited; past windows are not shown."""
    await charging.create(*NOON, rrule=THURSDAYS)
    await car.later(1800, times=24)
    car.simulator.vehicle().car.unplug()
    await car.later(1800)
    past, *ahead = await charging.entries(*WEEK)
    assert past["start"].startswith("2026-11-18T23:3")
    assert past["end"] < "2026-11-19T06:31:00+00:00"
    assert past["description"] == "50% → 100%, about 12.6 kWh"
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
async def test_repeated_hour(hass: HomeAssistant, empty: CalendarPage, coordinator: VehicleCoordinator) -> None:
    """The car's clock cannot tell the two hours apart: a window entered for the second starts in the first."""
    await hass.config.async_set_time_zone("UTC")
    assert await empty.create("2027-10-30T11:00:00", "2027-10-30T12:00:00", rrule="FREQ=DAILY") is None
    assert await empty.create("2027-10-31T01:15:00", "2027-10-31T03:00:00") is None
    assert [each.window.start.fold for each in coordinator.planner.plan.windows] == [0] * 8
    entry = (await empty.entries("2027-10-31T00:00:00+00:00", "2027-11-01T00:00:00+00:00"))[0]
    assert (entry["start"], entry["end"]) == ("2027-10-31T00:15:00+00:00", "2027-10-31T03:00:00+00:00")


async def test_windows_are_in_the_time_zone_of_the_car(charging: CalendarPage, car: Car) -> None:
    """Fridays at 23:00 in California are Saturdays at 07:00 in London."""
    await car.hass.config.async_set_time_zone("America/Los_Angeles")
    friday = ("2026-11-20T23:00:00", "2026-11-21T00:30:00")
    assert await charging.create(*friday, rrule="FREQ=WEEKLY;BYDAY=FR") is None
    assert ("sat", "07:00", 1.5) in planned(car.coordinator)
    entry = next(each for each in await charging.entries(*WEEK) if each["start"] == "2026-11-20T23:00:00-08:00")
    assert entry["rrule"] == "FREQ=WEEKLY;BYDAY=FR"
    assert dt_util.as_utc(datetime.fromisoformat(entry["end"])).hour == 8
