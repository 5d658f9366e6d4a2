"""Fixtures of the calendar page, and of a car with a charge schedule."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace

from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator, WebSocketGenerator

from custom_components.renault_ze.coordinator import VehicleCoordinator
from simulator import Schedule, Simulator, Week
from tests.platforms.calendars.page import CHARGING, DEPARTURES, CalendarPage

type Opened = Callable[[str], Awaitable[CalendarPage]]


@pytest.fixture
async def london(hass: HomeAssistant) -> AsyncIterator[None]:
    """Set Home Assistant's time zone to the car's."""
    await hass.config.async_set_time_zone("Europe/London")
    yield
    await hass.config.async_set_time_zone("US/Pacific")


@pytest.fixture
def nightly(simulator: Simulator) -> None:
    """Let the car charge every night from 11:30 PM for seven hours."""
    car = simulator.vehicle().car
    car.load(replace(car.schedule, enabled=True))


@pytest.fixture
def blank(simulator: Simulator) -> None:
    """Let the car charge at any time, without windows."""
    simulator.vehicle().car.load(Schedule(enabled=False, week=Week((None,) * 7)))


@pytest.fixture
def opened(
    hass: HomeAssistant, hass_ws_client: WebSocketGenerator, hass_client: ClientSessionGenerator, hass_access_token: str
) -> Opened:
    """Return a function that opens the page of a calendar."""

    async def open_page(calendar: str) -> CalendarPage:
        assert await async_setup_component(hass, "websocket_api", {})
        session = hass.auth.async_validate_access_token(hass_access_token)
        assert session is not None
        return CalendarPage(hass, calendar, hass_ws_client, hass_client, session)

    return open_page


@pytest.fixture
async def departures(opened: Opened, coordinator: VehicleCoordinator) -> CalendarPage:
    """Return the page of the departures."""
    return await opened(DEPARTURES)


@pytest.fixture
async def charging(opened: Opened, nightly: None, coordinator: VehicleCoordinator) -> CalendarPage:
    """Return the page of the charge schedule."""
    return await opened(CHARGING)


@pytest.fixture
async def empty(opened: Opened, blank: None, coordinator: VehicleCoordinator) -> CalendarPage:
    """Return the page of a charge schedule without windows."""
    return await opened(CHARGING)
