"""The nights the clocks change, minute by minute in Home Assistant, with an early ZOE, which uses UTC."""

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from simulator import EXAMPLE_VIN, ChargingPoint
from simulator.myrenault import X101VE, MyRenaultSimulator
from tests.common import ask, only_device, set_up, value
from tests.conftest import Later

PARIS = ZoneInfo("Europe/Paris")
STATUS = "sensor.renault_z_e_charge_schedule_status"
HOUR = timedelta(hours=1)
# From eleven in the evening until seven in the morning.
NIGHT = {"days": ["mon", "sun"], "start": "23:00", "duration": {"hours": 8}}
AUTUMN, SPRING = datetime(2026, 10, 19, tzinfo=PARIS), datetime(2026, 3, 23, tzinfo=PARIS)


def at(monday: datetime, days: int, clock: str) -> datetime:
    """Return an instant by local time in Paris."""
    return datetime.combine(monday.date() + timedelta(days=days), time.fromisoformat(clock), PARIS).astimezone(UTC)


def nights(monday: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Yield when the car should charge in that week and on the following Monday."""
    for day in (0, 6, 7):
        begin = at(monday, day, "23:00")
        yield begin, begin + 8 * HOUR


@pytest.fixture
async def car(hass: HomeAssistant, renault: MyRenaultSimulator, renault_entry: MockConfigEntry) -> str:
    """Set up a first ZOE in Paris, plugged in, with hours to charge."""
    await hass.config.async_set_time_zone("Europe/Paris")
    renault.backend._models[EXAMPLE_VIN] = X101VE
    renault.backend.reset()
    renault.vehicle().zone = PARIS
    renault.vehicle().car.plug(ChargingPoint.SLOW)
    await set_up(hass, renault_entry)
    return only_device(hass, renault_entry)


@pytest.mark.parametrize(
    "monday",
    [
        pytest.param(AUTUMN, marks=pytest.mark.freeze_time("2026-10-19 10:00:00+00:00"), id="autumn"),
        pytest.param(SPRING, marks=pytest.mark.freeze_time("2026-03-23 11:00:00+00:00"), id="spring"),
    ],
)
async def test_week_of_the_change(
    hass: HomeAssistant, renault: MyRenaultSimulator, car: str, later: Later, monday: datetime
) -> None:
    """The car charges without a break from 23:00 to 07:00 each night, and no difference is reported."""
    vehicle = renault.vehicle()
    await ask(hass, "set_charge_schedule", car, windows=[NIGHT])
    await later(300)
    for begin, end in nights(monday):
        while dt_util.utcnow() < begin - HOUR / 4:
            vehicle.report_now()
            await later(min(6 * HOUR, begin - HOUR / 4 - dt_util.utcnow()).total_seconds())
        while (now := dt_util.utcnow()) < end + 2 * HOUR:
            if vehicle.car.battery.level > 60:
                vehicle.car.fill(20)
            assert vehicle.car.charging is (begin <= now < end), now.astimezone(PARIS)
            assert value(hass, STATUS) in {"enabled", "sending"}, now.astimezone(PARIS)
            assert not ir.async_get(hass).issues
            await later(60 if min(abs(now - begin), abs(now - end)) < HOUR / 6 else 900)
