"""Departures on the calendar page are stored in the plan, and the car is preconditioned for them."""

from dataclasses import replace
from datetime import date, time

from homeassistant.core import HomeAssistant
import pytest

from custom_components.renault_ze.cloud.models import CommandKind, Weekday
from custom_components.renault_ze.coordinator import VehicleCoordinator
from custom_components.renault_ze.plan import edits
from custom_components.renault_ze.plan.model import Departure
from tests.common import ask, state
from tests.plan.planned import Car, Later
from tests.platforms.calendars.page import DEPARTURES, FOLLOWING, CalendarPage

# Wednesday evening in London, where the car is; Home Assistant is eight hours behind, in California.
pytestmark = pytest.mark.freeze_time("2026-11-18 18:30:00+00:00")
WEEK = ("2026-11-16T00:00:00-08:00", "2026-11-23T00:00:00-08:00")
NEXT_WEEK = ("2026-11-23T00:00:00-08:00", "2026-11-30T00:00:00-08:00")
WORKDAYS = "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"


def only(coordinator: VehicleCoordinator) -> Departure:
    """Return the only departure of the plan."""
    (departure,) = coordinator.planner.plan.departures
    return departure


async def test_add_a_departure(departures: CalendarPage, car: Car) -> None:
    """It is stored in the car's time zone and shown in Home Assistant's, and the car is preconditioned before it."""
    assert await departures.create("2026-11-18T12:00:00", "2026-11-18T13:00:00", summary="Dinner") is None
    departure = only(car.coordinator)
    assert (departure.name, departure.at, departure.on) == ("Dinner", time(20), date(2026, 11, 18))
    assert not departure.weekdays
    (entry,) = await departures.entries(*WEEK)
    assert entry == {
        "summary": "Dinner",
        "start": "2026-11-18T12:00:00-08:00",
        "end": "2026-11-18T12:15:00-08:00",
        "uid": departure.id,
    }
    assert car.state(DEPARTURES).attributes["start_time"] == "2026-11-18 12:00:00"
    car.simulator.log.entries.clear()
    await car.later(79 * 60)
    assert car.commands == []
    await car.later(61)
    assert [order for order, _ in car.commands] == ["POST /air-conditioning"]
    await car.later(10 * 60)
    assert car.value(DEPARTURES) == "on"
    await car.later(15 * 60)
    assert car.value(DEPARTURES) == "off"
    assert "message" not in car.state(DEPARTURES).attributes
    assert await departures.delete(entry) is None
    assert car.coordinator.planner.plan.departures == ()


async def test_add_a_weekly_departure(departures: CalendarPage, coordinator: VehicleCoordinator) -> None:
    """Mondays at 11:30 PM in California are Tuesday mornings in London."""
    rule = "FREQ=WEEKLY;BYDAY=MO,FR"
    assert await departures.create("2026-11-20T23:30:00", "2026-11-20T23:45:00", rrule=rule) is None
    departure = only(coordinator)
    assert departure.weekdays == {Weekday.TUESDAY, Weekday.SATURDAY}
    assert (departure.at, departure.on) == (time(7, 30), None)
    entries = await departures.entries(WEEK[0], NEXT_WEEK[1])
    assert [each["start"] for each in entries] == [
        "2026-11-20T23:30:00-08:00",
        "2026-11-23T23:30:00-08:00",
        "2026-11-27T23:30:00-08:00",
    ]
    assert {each["rrule"] for each in entries} == {rule}
    assert [each["recurrence_id"] for each in entries] == ["2026-11-21", "2026-11-24", "2026-11-28"]


@pytest.mark.usefixtures("london")
async def test_weekly_departure_starts_on_its_first_date(departures: CalendarPage, car: Car) -> None:
    """Earlier occurrences are skipped, and all later ones are shown."""
    daily = WORKDAYS.replace("WEEKLY", "DAILY")
    assert await departures.create("2026-11-24T08:00:00", "2026-11-24T09:00:00", rrule=daily) is None
    assert only(car.coordinator).skipped == {date(2026, 11, day) for day in (19, 20, 23)}
    assert await departures.times(*WEEK) == []
    assert [each[:13] for each in await departures.times(*NEXT_WEEK)] == [f"2026-11-{day}T08" for day in range(24, 28)]


@pytest.mark.usefixtures("london")
async def test_delete_one_occurrence(departures: CalendarPage, coordinator: VehicleCoordinator) -> None:
    """It is skipped, and the others stay."""
    await departures.create("2026-11-19T08:00:00", "2026-11-19T08:15:00", rrule=WORKDAYS)
    thursday, friday = await departures.entries(*WEEK)
    assert await departures.delete(thursday) is None
    assert only(coordinator).skipped == {date(2026, 11, 19)}
    assert await departures.entries(*WEEK) == [friday]
    # From a page that was left open, or in words that Home Assistant's own page never uses.
    assert await departures.delete(thursday) is None
    assert await departures.delete(friday, "THISANDPRIOR") is None
    assert only(coordinator).skipped == {date(2026, 11, 19), date(2026, 11, 20)}


@pytest.mark.usefixtures("london")
async def test_restored_and_resumed_departures(hass: HomeAssistant, departures: CalendarPage, device_id: str) -> None:
    """Skipped and paused departures are shown again after the actions."""
    await departures.create("2026-11-19T08:00:00", "2026-11-19T08:15:00", rrule=WORKDAYS)
    both = await departures.entries(*WEEK)
    assert await departures.delete(both[0]) is None
    assert await departures.entries(*WEEK) == both[1:]
    await ask(hass, "skip_departure", device_id, skip=False, date="2026-11-19")
    assert await departures.entries(*WEEK) == both
    await ask(hass, "pause_departures", device_id, to="2026-11-30")
    assert [each["status"] for each in await departures.entries(*WEEK)] == ["tentative", "tentative"]
    assert state(hass, DEPARTURES).attributes["start_time"] == "2026-12-01 08:00:00"
    await ask(hass, "pause_departures", device_id)
    assert await departures.entries(*WEEK) == both
    assert state(hass, DEPARTURES).attributes["start_time"] == "2026-11-19 08:00:00"


@pytest.mark.usefixtures("london")
async def test_timer_that_cannot_be_read(departures: CalendarPage, coordinator: VehicleCoordinator) -> None:
    """A departure that uses the car's timer is refused if the timer could not be deleted: added, changed or moved."""
    times = ("2026-11-19T08:00:00", "2026-11-19T08:15:00")
    assert await departures.create(*times, rrule=WORKDAYS, summary="Work", description="robust") is None
    coordinator.vehicle = replace(coordinator.vehicle, unconfirmable=frozenset({CommandKind.PRECONDITION_AT}))
    refusal = (
        "“{}” cannot use the car's timer, because the timer of this car cannot be read and deleted. "
        "Turn off “Use the car's timer”, or delete “robust” from the description."
    )
    plan = coordinator.planner.plan
    entry = (await departures.entries(*WEEK))[0]
    assert await departures.create(*times, summary="Gym", description="robust") == refusal.format("Gym")
    assert await departures.update(entry, *times, FOLLOWING) == refusal.format("Work")
    assert await departures.update(entry, "2026-11-19T09:00:00", "2026-11-19T10:00:00") == refusal.format("Work")
    assert coordinator.planner.plan == plan
    assert await departures.update(entry, *times, FOLLOWING, description="") is None
    assert not only(coordinator).uses_timer


@pytest.mark.usefixtures("london")
async def test_move_one_occurrence(departures: CalendarPage, coordinator: VehicleCoordinator) -> None:
    """It is skipped, and a departure for its new date gets the same options."""
    await departures.create(
        "2026-11-19T08:00:00", "2026-11-19T08:15:00", rrule=WORKDAYS, description="Robust, override"
    )
    thursday, friday = await departures.entries(*WEEK)
    assert thursday["description"] == "robust, override"
    assert await departures.update(thursday, "2026-11-19T09:30:00", "2026-11-19T09:45:00") is None
    moved, left = await departures.entries(*WEEK)
    assert (moved["start"], left) == ("2026-11-19T09:30:00+00:00", friday)
    assert moved["description"] == "robust, override"
    assert "rrule" not in moved
    weekly, once = coordinator.planner.plan.departures
    assert weekly.skipped == {date(2026, 11, 19)}
    assert (once.on, once.at, once.skipped, once.uses_timer, once.override) == (
        date(2026, 11, 19), time(9, 30), frozenset(), True, True,
    )  # fmt: skip


@pytest.mark.usefixtures("london")
async def test_moved_departure_is_not_skipped(departures: CalendarPage, car: Car) -> None:
    """The switch refers to its new time, also after it was moved again; deleting it skips that day."""
    skip = "switch.renault_z_e_skip_next_departure"
    await departures.create("2026-11-19T08:00:00", "2026-11-19T08:15:00", rrule=WORKDAYS)
    thursday, _ = await departures.entries(*WEEK)
    for hour in ("09", "10"):
        assert await departures.update(thursday, f"2026-11-19T{hour}:30:00", f"2026-11-19T{hour}:45:00") is None
        thursday, _ = await departures.entries(*WEEK)
        assert thursday["start"] == f"2026-11-19T{hour}:30:00+00:00"
        assert car.value(skip) == "off"
        assert car.state(skip).attributes["ready_at"].isoformat() == thursday["start"]
    await car.call("switch.turn_on", skip)
    assert car.value(skip) == "on"
    await car.call("switch.turn_off", skip)
    assert [each["start"][11:16] for each in await departures.entries(*WEEK)] == ["10:30", "08:00"]
    await departures.delete(thursday)
    assert (car.value(skip), len(await departures.entries(*WEEK))) == ("on", 1)


@pytest.mark.usefixtures("london")
async def test_change_and_delete_all_following_departures(departures: CalendarPage, car: Car) -> None:
    """This is possible from the next occurrence on, not from a later one."""
    await departures.create("2026-11-19T08:00:00", "2026-11-19T08:15:00", rrule=WORKDAYS, summary="Work")
    thursday, friday = await departures.entries(*WEEK)
    refusal = "Repeating events can only be changed from the next occurrence, Nov 19, 8:00 AM. Choose that one."
    assert await departures.update(friday, "2026-11-20T07:00:00", "2026-11-20T08:00:00", FOLLOWING) == refusal
    assert await departures.delete(friday, FOLLOWING) == refusal
    assert await departures.update(
        thursday, "2026-11-19T07:00:00", "2026-11-19T08:00:00", FOLLOWING, rrule="FREQ=DAILY", summary="Gym"
    ) is None  # fmt: skip
    departure = only(car.coordinator)
    assert (departure.id, departure.name, departure.at) == (thursday["uid"], "Gym", time(7))
    assert departure.weekdays == set(Weekday)
    assert await departures.delete((await departures.entries(*WEEK))[0], FOLLOWING) is None
    assert car.coordinator.planner.plan.departures == ()


@pytest.mark.usefixtures("london")
async def test_make_a_departure_weekly(departures: CalendarPage, coordinator: VehicleCoordinator) -> None:
    """A departure for one date can be changed to a weekly one."""
    await departures.create("2026-11-19T08:00:00", "2026-11-19T08:15:00")
    (entry,) = await departures.entries(*WEEK)
    assert await departures.update(entry, "2026-11-19T08:00:00", "2026-11-19T08:15:00", rrule="FREQ=WEEKLY") is None
    assert only(coordinator).weekdays == {Weekday.THURSDAY}
    assert only(coordinator).on is None


@pytest.mark.usefixtures("london")
async def test_options_in_the_description(departures: CalendarPage, coordinator: VehicleCoordinator) -> None:
    """A description sets the options of a departure; without one they stay, an empty one clears them."""
    times = ("2026-11-19T08:00:00", "2026-11-19T08:15:00")
    await departures.create(*times, description="robust\noverride, COLD; off")
    departure = only(coordinator)
    assert (departure.uses_timer, departure.override, departure.precondition, departure.enabled) == (
        True,
        True,
        False,
        False,
    )
    (entry,) = await departures.entries(*WEEK)
    assert (entry["description"], entry["status"]) == ("robust, override, cold, off", "tentative")
    del entry["description"]
    assert await departures.update(entry, *times, summary="Work") is None
    assert only(coordinator).uses_timer
    assert await departures.update(entry, *times, description="") is None
    departure = only(coordinator)
    assert (departure.uses_timer, departure.override, departure.precondition, departure.enabled) == (
        False,
        False,
        True,
        True,
    )


@pytest.mark.usefixtures("london")
async def test_inactive_departures_are_tentative(departures: CalendarPage, car: Car) -> None:
    """Paused or turned off, departures can be edited but do not set the state."""
    await departures.create("2026-11-19T08:00:00", "2026-11-19T08:15:00", rrule=WORKDAYS)
    car.coordinator.edit_plan(lambda plan, now: edits.pause(plan, date(2026, 11, 19), date(2026, 11, 19), now))
    assert [each.get("status") for each in await departures.entries(*WEEK)] == ["tentative", None]
    assert car.state(DEPARTURES).attributes["start_time"] == "2026-11-20 08:00:00"
    car.coordinator.edit_plan(lambda plan, now: edits.switch_departures(plan, now, on=False))
    assert [each.get("status") for each in await departures.entries(*WEEK)] == ["tentative", "tentative"]
    assert "start_time" not in car.state(DEPARTURES).attributes


@pytest.mark.usefixtures("london")
async def test_past_departures(departures: CalendarPage, coordinator: VehicleCoordinator, later: Later) -> None:
    """Past occurrences since the last change are shown and cannot be canceled."""
    await departures.create("2026-11-18T18:50:00", "2026-11-18T19:00:00", rrule="FREQ=DAILY")
    assert await departures.times("2026-11-01T00:00:00+00:00", "2026-11-19T00:00:00+00:00") == [
        "2026-11-18T18:50:00+00:00"
    ]
    await later(11 * 60)
    entry = (await departures.entries(*WEEK))[0]
    refusal = "The departure on Nov 18 has already started or is over, and can no longer be changed."
    assert await departures.delete(entry) == refusal
    assert await departures.update(entry, "2026-11-18T22:00:00", "2026-11-18T22:15:00") == refusal
    assert len(coordinator.planner.plan.departures) == 1
    await later(15 * 60)
    assert (await departures.times(*WEEK))[0] == "2026-11-18T18:50:00+00:00"
    coordinator.edit_plan(lambda plan, now: edits.with_departure(plan, only(coordinator), now))
    assert (await departures.times(*WEEK))[0] == "2026-11-19T18:50:00+00:00"


async def test_edit_a_deleted_departure(departures: CalendarPage) -> None:
    """An edit of a departure that no longer exists is refused."""
    message = await departures.delete({"uid": "gone"})
    assert message.startswith("There is no departure “gone”")


@pytest.mark.usefixtures("london")
@pytest.mark.freeze_time("2027-03-25 12:00:00+00:00")
async def test_night_of_the_clock_change(departures: CalendarPage, coordinator: VehicleCoordinator) -> None:
    """A departure keeps its wall-clock time; in the skipped hour, it is an hour later."""
    assert await departures.create("2027-03-27T01:30:00", "2027-03-27T01:45:00", rrule="FREQ=DAILY") is None
    assert await departures.times("2027-03-27T00:00:00+00:00", "2027-03-30T00:00:00+01:00") == [
        "2027-03-27T01:30:00+00:00",
        "2027-03-28T02:30:00+01:00",
        "2027-03-29T01:30:00+01:00",
    ]
