"""Edits on the calendar page while windows are chosen by their price."""

from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator, WebSocketGenerator

from tests.platforms.calendars.page import CalendarPage
from tests.prices.homes import PLANNED, SCHEDULE, Home

pytestmark = pytest.mark.freeze_time("2026-11-18 17:00:00+00:00")

# Charges before this time are in the past.
NIGHT = ("2026-11-18T19:00:00+00:00", "2026-11-19T12:00:00+00:00")
CHOSEN = (
    "This window was chosen for its price, and changes with the prices. "
    "To set it yourself, choose “By schedule” first, or add a window for the date."
)


@pytest.fixture
async def page(
    home: Home, hass_ws_client: WebSocketGenerator, hass_client: ClientSessionGenerator, hass_access_token: str
) -> CalendarPage:
    """Return the page of the charge schedule."""
    assert await async_setup_component(home.hass, "websocket_api", {})
    session = home.hass.auth.async_validate_access_token(hass_access_token)
    assert session is not None
    return CalendarPage(home.hass, SCHEDULE, hass_ws_client, hass_client, session)


async def test_chosen_window_is_not_edited(home: Home, page: CalendarPage) -> None:
    """Say that it was chosen, and what to do; it stays as it is."""
    (chosen,) = await page.entries(*NIGHT)
    assert chosen["start"] == "2026-11-19T02:00:00+00:00"
    assert await page.delete(chosen) == CHOSEN
    assert await page.update(chosen, "2026-11-19T03:00:00", "2026-11-19T04:00:00") == CHOSEN
    assert await page.entries(*NIGHT) == [chosen]


async def test_window_for_a_date_is_added(home: Home, page: CalendarPage) -> None:
    """Charge in it as well, then for what is left at the lowest price."""
    assert await page.create("2026-11-18T20:00:00", "2026-11-18T21:00:00") is None
    assert "2026-11-18T20:00:00+00:00" in await page.times(*NIGHT)
    levels = await home.until("2026-11-18T23:00")
    assert levels["18 20:00"] < 61
    assert levels["18 21:15"] > 65
    assert levels["18 23:00"] < levels["18 21:15"] + 2
    assert home.value(PLANNED) == "2026-11-19T02:00:00+00:00"
    levels = await home.until("2026-11-19T07:00")
    assert levels["19 02:00"] < levels["19 07:00"]
    assert levels["19 07:00"] > 99


async def test_window_for_a_date_is_deleted(home: Home, page: CalendarPage) -> None:
    """Do not charge in it any longer."""
    assert await page.create("2026-11-18T20:00:00", "2026-11-18T21:00:00") is None
    (own, *_) = await page.entries(*NIGHT)
    assert await page.delete(own) is None
    levels = await home.until("2026-11-18T21:15")
    assert levels["18 21:15"] < 61
