"""Tests of past prices in the statistics of the recorder."""

from datetime import UTC, datetime, timedelta

from freezegun.api import FrozenDateTimeFactory
from homeassistant.components.recorder import Recorder
from homeassistant.components.recorder.models import StatisticMeanType
from homeassistant.components.recorder.statistics import async_import_statistics
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.components.recorder.common import async_wait_recording_done

from tests.prices.conftest import Start

PRICE = "sensor.electricity_price"


async def test_statistics(
    recorder_mock: Recorder, hass: HomeAssistant, start: Start, freezer: FrozenDateTimeFactory
) -> None:
    """A past charge costs what the price entity showed then, in the unit of its statistics."""
    freezer.move_to("2026-11-19 18:00:00+00:00")
    hass.states.async_set(PRICE, "0.3", {"unit_of_measurement": "EUR/kWh"})
    begin = datetime(2026, 9, 1, 20, tzinfo=UTC)
    rows = [{"start": begin + timedelta(hours=hour), "mean": 200 + 100 * hour} for hour in range(3)]
    metadata = {
        "mean_type": StatisticMeanType.ARITHMETIC,
        "has_sum": False,
        "name": None,
        "source": "recorder",
        "statistic_id": PRICE,
        "unit_class": None,
        "unit_of_measurement": "EUR/MWh",
    }
    async_import_statistics(hass, metadata, rows)
    await async_wait_recording_done(hass)
    feed = await start(kind="price_entity", entities=[PRICE])
    span = begin + timedelta(minutes=30), begin + timedelta(minutes=90)
    assert (await feed.past(*span)).cost(*span, 10) == pytest.approx(2.5)
    later = begin + timedelta(hours=2), begin + timedelta(hours=5)
    assert (await feed.past(*later)).cost(*later, 10) is None
