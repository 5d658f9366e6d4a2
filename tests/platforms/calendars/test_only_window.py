"""The only weekly charge window of a car that needs none on every day, deleted or moved once."""

from collections.abc import AsyncIterator

from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.renault_ze.const import DOMAIN
from simulator import EXAMPLE_VIN, Account
from simulator.myrenault import MODEL_NAMES, MyRenaultSimulator
from tests.common import ask, only_device, set_up
from tests.plan.planned import Later
from tests.platforms.calendars.conftest import Opened
from tests.platforms.calendars.page import CHARGING, CalendarPage

# Wednesday evening in London, where the car is.
pytestmark = [pytest.mark.freeze_time("2026-11-18 18:30:00+00:00"), pytest.mark.usefixtures("london")]
MONDAY = {"days": ["mon"], "start": "22:00", "end": "02:00"}
HOURS_OF_TWO_WEEKS = 14 * 24


@pytest.fixture(params=["ZOE40", "ZOE50"])
async def renault(socket_enabled: None, request: pytest.FixtureRequest) -> AsyncIterator[MyRenaultSimulator]:
    """Serve MY Renault with a car that is plugged in and nearly empty."""
    owner = Account("you@example.com", "P4ssw0rd", [EXAMPLE_VIN])
    simulator = MyRenaultSimulator(accounts=[owner], models={EXAMPLE_VIN: MODEL_NAMES[request.param]})
    simulator.vehicle().car.plug()
    simulator.vehicle().car.fill(5)
    simulator.vehicle().report_now()
    await simulator.start()
    yield simulator
    await simulator.stop()


@pytest.fixture
async def page(
    hass: HomeAssistant, renault: MyRenaultSimulator, renault_entry: MockConfigEntry, opened: Opened
) -> CalendarPage:
    """Return the calendar page of a car that charges on Mondays only."""
    await set_up(hass, renault_entry)
    await ask(hass, "set_charge_schedule", only_device(hass, renault_entry), windows=[MONDAY])
    return await opened(CHARGING)


async def charged_on(hass: HomeAssistant, renault: MyRenaultSimulator, later: Later) -> list[str]:
    """Let two weeks pass in which the car stays nearly empty, and return when each charge began.

    The car always has a window: it is not known what it does without any.
    """
    car, began, was_charging = renault.vehicle().car, list[str](), False
    await later(600)
    for _ in range(HOURS_OF_TWO_WEEKS):
        await later(3600)
        assert car.schedule.enabled
        assert any(program.activated and any(program.days) for program in car.schedule.week.programs)
        assert not [key for domain, key in ir.async_get(hass).issues if domain == DOMAIN]
        if car.charging and not was_charging:
            began.append(f"{car.at:%a %d %H}")
        was_charging = car.charging
        car.fill(5)
        renault.vehicle().report_now()
    return began


async def test_deleted_once(hass: HomeAssistant, page: CalendarPage, renault: MyRenaultSimulator, later: Later) -> None:
    """The car does not charge on that date, and neither on another day."""
    first, *_ = await page.entries("2026-11-23T12:00:00+00:00", "2026-11-24T12:00:00+00:00")
    assert await page.delete(first) is None
    assert await charged_on(hass, renault, later) == ["Mon 30 22"]


async def test_moved_once(hass: HomeAssistant, page: CalendarPage, renault: MyRenaultSimulator, later: Later) -> None:
    """The car charges on the other date instead."""
    first, *_ = await page.entries("2026-11-23T12:00:00+00:00", "2026-11-24T12:00:00+00:00")
    assert await page.update(first, "2026-11-25T12:00:00", "2026-11-25T14:00:00") is None
    assert await charged_on(hass, renault, later) == ["Wed 25 12", "Mon 30 22"]
