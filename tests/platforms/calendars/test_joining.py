"""Weekly windows that overlap become one, and summaries that name a new window."""

from homeassistant.core import HomeAssistant
import pytest

from tests.plan.planned import Car
from tests.platforms.calendars.page import CalendarPage, planned
from tests.platforms.calendars.test_charging import DAYS, MODE, NIGHTS, WEEK, loaded

# Wednesday evening in London, where the car is.
pytestmark = [pytest.mark.freeze_time("2026-11-18 18:30:00+00:00"), pytest.mark.usefixtures("london")]


@pytest.mark.parametrize(
    ("entered", "joined"),
    [
        (("2026-11-18T21:00:00", "2026-11-19T00:30:00"), ("21:00", 9.5)),
        (("2026-11-19T05:00:00", "2026-11-19T08:00:00"), ("23:30", 8.5)),
        (("2026-11-18T22:00:00", "2026-11-19T07:00:00"), ("22:00", 9.0)),
        (("2026-11-19T06:30:00", "2026-11-19T07:30:00"), None),
    ],
    ids=["begins before", "ends after", "covers it", "begins when it ends"],
)
async def test_overlapping_windows(
    charging: CalendarPage, car: Car, entered: tuple[str, str], joined: tuple[str, float] | None
) -> None:
    """They become one window from the earlier start, which the car gets; adjacent ones of other days stay two."""
    assert await charging.create(*entered, rrule="FREQ=DAILY") is None
    if joined is None:
        assert sorted(planned(car.coordinator)) == sorted([*NIGHTS, *((day, "06:30", 1.0) for day in DAYS)])
        return
    assert planned(car.coordinator) == [(day, *joined) for day in DAYS]
    await car.later(300)
    assert set(loaded(car.simulator)) == set(DAYS)
    assert {each.split()[0] for each in loaded(car.simulator).values()} == {joined[0]}


async def test_join_on_some_days(charging: CalendarPage, car: Car) -> None:
    """The other days keep their window."""
    assert await charging.create("2026-11-20T22:00:00", "2026-11-21T01:00:00", rrule="FREQ=WEEKLY;BYDAY=FR,SU") is None
    assert planned(car.coordinator) == [
        (day, "22:00", 8.5) if day in {"fri", "sun"} else (day, "23:30", 7.0) for day in DAYS
    ]


async def test_join_across_the_week(charging: CalendarPage, car: Car) -> None:
    """The window of Sunday night reaches into Monday."""
    assert await charging.create("2026-11-23T05:00:00", "2026-11-23T08:00:00", rrule="FREQ=WEEKLY;BYDAY=MO") is None
    assert planned(car.coordinator)[-1] == ("sun", "23:30", 8.5)
    assert len(planned(car.coordinator)) == 7


async def test_joined_draft(empty: CalendarPage, car: Car) -> None:
    """While the car charges at any time, windows are joined and kept, striped, and nothing is sent."""
    weekdays = {"rrule": "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"}
    assert await empty.create("2026-11-18T22:00:00", "2026-11-19T01:00:00", **weekdays) is None
    assert await empty.create("2026-11-19T00:30:00", "2026-11-19T04:00:00", **weekdays) is None
    nights = [(day, "22:00", 6.0) for day in DAYS[:4]]
    assert sorted(planned(car.coordinator)) == sorted([("mon", "00:30", 3.5), *nights, ("fri", "22:00", 3.0)])
    assert {each["status"] for each in await empty.entries(*WEEK)} == {"tentative"}
    await car.later(301, times=3)
    assert (car.value(MODE), car.commands) == ("any_time", [])


@pytest.mark.parametrize("name", ["Charging", "charge", "EV CHARGE tonight", "Recharging", "Cheap charge"])
async def test_words_for_charging(charging: CalendarPage, car: Car, name: str) -> None:
    """Any of them is accepted; each window is shown as charging."""
    assert await charging.create("2026-11-19T12:00:00", "2026-11-19T14:00:00", summary=name) is None
    assert {each["summary"] for each in await charging.entries(*WEEK)} == {"Charging"}


@pytest.mark.parametrize(("name", "is_accepted"), [("Recharge", True), ("Charging", True), ("Départ", False)])
async def test_words_for_charging_in_french(
    hass: HomeAssistant, charging: CalendarPage, car: Car, name: str, is_accepted: bool
) -> None:
    """Those of the owner's language count as well as the English ones."""
    await hass.config.async_update(language="fr", country="FR")
    await hass.async_block_till_done()
    message = await charging.create("2026-11-19T12:00:00", "2026-11-19T14:00:00", summary=name)
    assert (message is None) is is_accepted
    assert (("2026-11-19", "12:00", 2.0) in planned(car.coordinator)) is is_accepted
