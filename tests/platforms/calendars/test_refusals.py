"""Edits that the calendar page refuses, with their messages; they change neither the plan nor the car."""

from dataclasses import replace
from typing import Any

from homeassistant.core import HomeAssistant
import pytest

from custom_components.renault_ze.coordinator import VehicleCoordinator
from custom_components.renault_ze.plan.model import Plan
from simulator import Simulator
from tests.common import ask, orders
from tests.conftest import Later
from tests.platforms.calendars.page import FOLLOWING, CalendarPage

# Wednesday evening.
pytestmark = [pytest.mark.freeze_time("2026-11-18 18:30:00+00:00"), pytest.mark.usefixtures("london")]

OVER = "Nov 18, 12:00 PM is over. Choose a time that is still to come."
ALL_DAY = "A whole day is not possible. Switch “All day” off, and enter when it begins and ends."
WITHOUT_END = "What comes back goes on until you delete it: {} is not possible. Choose “Never” for the end."
ONLY_WEEKLY = (
    "Only weekdays of every week, or every day, are possible: {} is not. Choose “Weekly”, or add the dates one by one."
)
NOTHING_NOTED = (
    "“{}” is no word for the description, and nothing is noted there. It may only hold, separated by commas: {}."
)

DEPARTURES: dict[str, tuple[dict[str, Any], str]] = {
    "no title": ({"summary": "  "}, "Enter a summary: the departure is called by it."),
    "all day": ({"start": "2026-11-20", "end": "2026-11-21"}, ALL_DAY),
    "over": ({"start": "2026-11-18T12:00:00"}, OVER),
    "count": ({"rrule": "FREQ=WEEKLY;COUNT=3"}, WITHOUT_END.format("COUNT")),
    "until": ({"rrule": "FREQ=DAILY;UNTIL=20261224T000000"}, WITHOUT_END.format("UNTIL")),
    "interval": (
        {"rrule": "FREQ=WEEKLY;INTERVAL=2"},
        "Only what comes back every week is possible, not with an interval of 2.",
    ),
    "monthly": ({"rrule": "FREQ=MONTHLY;BYMONTHDAY=1"}, ONLY_WEEKLY.format("BYMONTHDAY")),
    "a place": ({"location": "Brighton"}, "A location is not kept. Leave it empty."),
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
        "Thursday: charging cannot start at 12:10 PM. The car only starts at 0, 15, 30 or 45 minutes past the hour.",
    ),
    "ends off the grid": (
        {"end": "2026-11-19T12:20:00"},
        "Thursday: charging cannot last 20 min. The car only takes steps of 15 minutes.",
    ),
    "too long": (
        {"end": "2026-11-20T12:15:00"},
        "Thursday: charging cannot last 1455 min. The car takes windows of 15 minutes to 24 hours.",
    ),
    "overlap": (
        {"end": "2026-11-19T23:45:00"},
        "Thursday: the window of 11:30 PM overlaps another. Let one end where the other starts.",
    ),
    "base once": (
        {"description": "base"},
        "Thursday: a window for one date cannot be the base. Mark one that comes every week.",
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
async def test_charging(
    charging: CalendarPage, coordinator: VehicleCoordinator, simulator: Simulator, case: str
) -> None:
    """Windows that the car or the plan cannot hold are refused with a message."""
    event, message = CHARGING[case]
    given = {"start": "2026-11-19T12:00:00", "end": "2026-11-19T14:00:00", **event}
    assert await charging.create(**given) == message
    assert coordinator.planner.plan == Plan()
    assert orders(simulator) == []


@pytest.mark.parametrize("day", ["9999-12-31", "2028-11-19"])
async def test_date_years_ahead(
    hass: HomeAssistant, departures: CalendarPage, charging: CalendarPage, device_id: str, day: str
) -> None:
    """An occurrence years ahead can neither be deleted nor changed."""
    every_day = {"rrule": "FREQ=DAILY"}
    assert await departures.create("2026-11-19T08:00:00", "2026-11-19T08:15:00", **every_day) is None
    assert await charging.create("2026-11-19T12:00:00", "2026-11-19T14:00:00", **every_day) is None
    before = await ask(hass, "get_plan", device_id)
    for page in (departures, charging):
        entry = (await page.entries("2026-11-19T00:00:00+00:00", "2026-11-20T00:00:00+00:00"))[-1]
        far = {**entry, "recurrence_id": day}
        too_far = "Dates can be up to two years ahead. Choose an earlier date."
        for following in ("", FOLLOWING):
            assert await page.delete(far, following) == too_far
            assert await page.update(far, "2026-11-20T12:00:00", "2026-11-20T14:00:00", following) == too_far
    assert await ask(hass, "get_plan", device_id) == before


async def test_too_many_different_windows(charging: CalendarPage, coordinator: VehicleCoordinator) -> None:
    """A window is refused if the car could not hold the schedule."""
    coordinator.vehicle = replace(coordinator.vehicle, windows_alike=1)
    message = await charging.create("2026-11-19T12:00:00", "2026-11-19T14:00:00")
    assert message is not None
    assert message.startswith("The week has too many different windows. The car holds no more than 1 ")
    assert coordinator.planner.plan == Plan()


async def test_day_without_a_window(
    charging: CalendarPage, coordinator: VehicleCoordinator, simulator: Simulator, later: Later
) -> None:
    """A car that needs a window every day gets no other schedule, neither by an addition nor by a change."""
    simulator.world.rules.require_all_days = True
    car = simulator.vehicle().car
    car.load(replace(car.schedule, enabled=False))
    await later(3601)
    night, weekdays = ("2026-11-18T22:00:00", "2026-11-19T06:00:00"), "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"
    weekend = "Saturday, Sunday: no charge window would come every week, and this car needs one on every day."
    message = await charging.create(*night, rrule=weekdays)
    assert message is not None
    assert message.startswith(weekend)
    assert coordinator.planner.plan == Plan()
    assert await charging.create(*night, rrule="FREQ=DAILY") is None
    (entry, *_) = await charging.entries("2026-11-18T00:00:00+00:00", "2026-11-20T00:00:00+00:00")
    message = await charging.update(entry, *night, FOLLOWING, rrule=weekdays)
    assert message is not None
    assert message.startswith(weekend)
    await charging.create("2026-11-21T12:00:00", "2026-11-21T16:00:00", rrule="FREQ=WEEKLY;BYDAY=SA,SU")
    assert await charging.update(entry, *night, FOLLOWING, rrule=weekdays) is None
    for _ in range(4):
        await later(300)
    assert [each and each.start.hour for each in car.schedule.week.days] == [22, 22, 22, 22, 22, 12, 12]
    noon = (await charging.entries("2026-11-21T00:00:00+00:00", "2026-11-22T00:00:00+00:00"))[-1]
    message = await charging.delete(noon, FOLLOWING)
    assert message is not None
    assert message.startswith(weekend)


async def test_message_in_french(hass: HomeAssistant, charging: CalendarPage) -> None:
    """The page shows the message with the names of the days in French."""
    await hass.config.async_update(language="fr", country="FR")
    await hass.async_block_till_done()
    message = await charging.create("2026-11-19T12:10:00", "2026-11-19T14:00:00")
    assert message is not None
    assert message.startswith("Jeudi\N{NO-BREAK SPACE}: la recharge ne peut pas commencer à 12:10.")
