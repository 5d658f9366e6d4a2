"""Prices that are late, have gaps, or are lost, and Home Assistant that stops: the owner's main window applies."""

from freezegun.api import FrozenDateTimeFactory
import pytest

from tests.prices.homes import CHEAP_AT_2, ENTITY, WEDNESDAY, Home, show_prices

pytestmark = pytest.mark.freeze_time("2026-11-18 17:00:00+00:00")

LATE = 24
CHARGED = 65


async def test_prices_of_tomorrow_are_late(home: Home) -> None:
    """Charge in the main window if they are never published."""
    show_prices(home.hass, WEDNESDAY, CHEAP_AT_2[:LATE])
    await home.reload()
    levels = await home.until("2026-11-19T06:30")
    assert levels["18 23:00"] < 61
    assert levels["19 06:30"] > 99


async def test_prices_arrive_in_the_evening(home: Home) -> None:
    """Choose the cheapest hours as soon as their prices are known."""
    show_prices(home.hass, WEDNESDAY, CHEAP_AT_2[:LATE])
    await home.reload()
    await home.until("2026-11-18T20:00")
    show_prices(home.hass, WEDNESDAY, CHEAP_AT_2)
    levels = await home.until("2026-11-19T08:00")
    assert levels["19 02:00"] < 61
    assert levels["19 07:00"] > 99


async def test_a_gap(home: Home) -> None:
    """In hours without a price inside the night, the main window applies."""
    show_prices(home.hass, WEDNESDAY, [*CHEAP_AT_2[:25], None, *CHEAP_AT_2[26:]])
    await home.reload()
    levels = await home.until("2026-11-19T08:00")
    assert levels["19 07:00"] > 99


async def test_prices_are_lost(home: Home) -> None:
    """An entity that is removed leaves the known prices until they have passed; then the main window applies."""
    home.hass.states.async_remove(ENTITY)
    levels = await home.until("2026-11-19T07:00")
    assert levels["19 02:00"] < 61
    assert levels["19 07:00"] > 99
    home.plug(60)
    levels = await home.until("2026-11-20T06:30")
    assert levels["19 23:00"] < 61
    assert levels["20 06:30"] > 99, "the main window is back"


def drive_alone(home: Home, freezer: FrozenDateTimeFactory, moment: str) -> None:
    """Let time pass for the car only, as if Home Assistant had stopped."""
    freezer.move_to(moment)
    home.server.advance(0)


async def test_home_assistant_stops(home: Home, freezer: FrozenDateTimeFactory) -> None:
    """Before windows are sent, the main window is what the car has."""
    await home.until("2026-11-18T22:00")
    drive_alone(home, freezer, "2026-11-19T01:00")
    assert home.level > CHARGED


async def test_home_assistant_stops_later(home: Home, freezer: FrozenDateTimeFactory) -> None:
    """Once windows are sent, the car needs nobody for them."""
    await home.until("2026-11-18T22:40")
    drive_alone(home, freezer, "2026-11-19T02:00")
    assert home.level < 61
    drive_alone(home, freezer, "2026-11-19T07:00")
    assert home.level > 90
