"""The calendars, and the charge windows on every night of the year."""

from datetime import datetime, timedelta
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from simulator import Simulator
from tests.common import live_an_evening, set_up, state
from tests.plan.planned import Car, Later

CALENDAR = "calendar.renault_z_e_charging"
EVENING = pytest.mark.freeze_time("2026-11-18 18:30:00+00:00")


async def windows(hass: HomeAssistant, begin: str, end: str) -> list[tuple[str, str]]:
    """Return the windows of a span as the calendar action does."""
    span = {"entity_id": CALENDAR, "start_date_time": begin, "end_date_time": end}
    response: Any = await hass.services.async_call("calendar", "get_events", span, blocking=True, return_response=True)
    return [(each["start"], each["end"]) for each in response[CALENDAR]["events"]]


def utc(instant: str) -> str:
    """Return a time in UTC."""
    return dt_util.as_utc(datetime.fromisoformat(instant)).isoformat()


@EVENING
@pytest.mark.usefixtures("evening")
async def test_on_during_a_window(car: Car) -> None:
    """The calendar shows the next window, is on during it, and then shows the one after."""
    assert car.value(CALENDAR) == "off"
    # Home Assistant is in California, the car in London: eight hours ahead.
    assert car.state(CALENDAR).attributes["start_time"] == "2026-11-18 15:30:00"
    assert car.state(CALENDAR).attributes["message"] == "Charging"
    await car.later(5 * 3600)
    assert car.value(CALENDAR) == "on"
    assert car.state(CALENDAR).attributes["end_time"] == "2026-11-18 22:30:00"
    await car.later(7 * 3600)
    assert car.value(CALENDAR) == "off"
    assert car.state(CALENDAR).attributes["start_time"] == "2026-11-19 15:30:00"


@EVENING
async def test_windows_of_a_disabled_schedule(
    hass: HomeAssistant, init_integration: MockConfigEntry, simulator: Simulator, later: Later
) -> None:
    """They are listed, but none of them is next until the schedule is enabled."""
    nights = [
        ("2026-11-18T15:30:00-08:00", "2026-11-18T22:30:00-08:00"),
        ("2026-11-19T15:30:00-08:00", "2026-11-19T22:30:00-08:00"),
    ]
    span = ("2026-11-18 00:00:00-08:00", "2026-11-20 00:00:00-08:00")
    assert await windows(hass, *span) == nights
    assert "start_time" not in state(hass, CALENDAR).attributes
    car = simulator.vehicle().car
    car.load(type(car.schedule)(enabled=True, week=car.schedule.week))
    await later(3601)
    assert await windows(hass, *span) == nights
    assert state(hass, CALENDAR).attributes["start_time"] == "2026-11-18 15:30:00"


@pytest.mark.parametrize("home", ["Europe/London", "Europe/Berlin", "America/Los_Angeles"])
@pytest.mark.parametrize(
    ("begin", "end", "expected"),
    [
        pytest.param(
            "2027-03-27T12:00:00+00:00",
            "2027-03-29T12:00:00+00:00",
            [
                ("2027-03-27T23:30:00+00:00", "2027-03-28T05:30:00+00:00"),
                ("2027-03-28T22:30:00+00:00", "2027-03-29T05:30:00+00:00"),
            ],
            id="spring",
        ),
        pytest.param(
            "2027-10-30T12:00:00+00:00",
            "2027-11-01T12:00:00+00:00",
            [
                ("2027-10-30T22:30:00+00:00", "2027-10-31T06:30:00+00:00"),
                ("2027-10-31T23:30:00+00:00", "2027-11-01T06:30:00+00:00"),
            ],
            id="autumn",
        ),
    ],
)
@pytest.mark.freeze_time("2027-03-27 12:00:00+00:00")
async def test_nights_of_clock_changes(
    hass: HomeAssistant,
    mock_config_entry: MockConfigEntry,
    simulator: Simulator,
    freezer: FrozenDateTimeFactory,
    home: str,
    begin: str,
    end: str,
    expected: list[tuple[str, str]],
) -> None:
    """The windows follow the car's clock instead of Home Assistant's time zone, and match the simulated car."""
    await hass.config.async_set_time_zone(home)
    live_an_evening(simulator, freezer)
    await set_up(hass, mock_config_entry)
    found = await windows(hass, begin, end)
    assert [tuple(utc(instant) for instant in each) for each in found] == expected
    car, moment = simulator.vehicle().car, timedelta(seconds=1)
    for opens, closes in (tuple(map(datetime.fromisoformat, each)) for each in expected):
        around = (opens - moment, opens, closes - moment, closes)
        assert [car.schedule.week.is_open(each, car.zone) for each in around] == [False, True, True, False]
    await hass.config.async_set_time_zone("US/Pacific")


@EVENING
@pytest.mark.parametrize(
    ("language", "names"), [("en", ["Charge schedule", "Departures"]), ("fr", ["Programme de charge", "Départs"])]
)
async def test_translated_names_and_fixed_ids(
    hass: HomeAssistant,
    mock_config_entry: MockConfigEntry,
    entity_registry: er.EntityRegistry,
    language: str,
    names: list[str],
) -> None:
    """Names are translated; entity ids are the same in every language, as the dashboard needs them."""
    hass.config.language = language
    await set_up(hass, mock_config_entry)
    found = {each.entity_id: each.original_name for each in entity_registry.entities.values()}
    assert [found[CALENDAR], found["calendar.renault_z_e_departures"]] == names
