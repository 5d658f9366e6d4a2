"""Departures in the far future are shown."""

from homeassistant.core import HomeAssistant
import pytest

from tests.common import ask, value
from tests.plan.planned import CINEMA, WORK

pytestmark = pytest.mark.freeze_time("2026-11-18 18:30:00+00:00")
NEXT = "sensor.renault_z_e_next_departure"


async def test_date_next_summer(hass: HomeAssistant, device_id: str) -> None:
    """A departure for a date months ahead is shown."""
    added = await ask(hass, "set_departure", device_id, **{**CINEMA, "date": "2027-07-01"})
    assert added["next_at"] == "2027-07-01T20:15:00+01:00"
    assert (await ask(hass, "get_plan", device_id))["departures"][0]["next_at"] == added["next_at"]
    assert value(hass, NEXT) == "2027-07-01T19:15:00+00:00"


async def test_after_a_pause_of_months(hass: HomeAssistant, device_id: str) -> None:
    """The first departure after a long pause is shown."""
    await ask(hass, "set_departure", device_id, **WORK)
    answer = await ask(hass, "pause_departures", device_id, to="2027-03-31")
    assert answer["departures"][0]["next_at"] == "2027-04-01T07:30:00+01:00"
    assert value(hass, NEXT) == "2027-04-01T06:30:00+00:00"


async def test_turned_off(hass: HomeAssistant, device_id: str) -> None:
    """No departure is shown while departures are off."""
    answer = await ask(hass, "set_departure", device_id, **{**CINEMA, "date": "2027-07-01"}, enabled=False)
    assert answer["next_at"] is None
    assert value(hass, NEXT) == "unknown"
