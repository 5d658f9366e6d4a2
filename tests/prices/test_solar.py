"""Tests of the solar forecast."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

from homeassistant.config_entries import ConfigFlow
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    MockModule,
    mock_config_flow,
    mock_integration,
    mock_platform,
)

from custom_components.renault_ze.const import CONF_SOLAR
from tests.common import open_options
from tests.plan.planned import Car
from tests.prices.test_options import ask_for, submit

pytestmark = pytest.mark.freeze_time("2026-11-19 08:00:00+00:00")
MORNING = datetime(2026, 11, 19, 9, tzinfo=UTC)


class Forecast:
    """An integration with a solar forecast in the form of the Energy dashboard."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Register the integration and its platform."""
        self.answer: Any = {
            "wh_hours": {
                "2026-11-19T09:00:00+00:00": 1200,
                "2026-11-19T09:30:00+00:00": 900,
                "2026-11-19T11:00:00+01:00": 5300,
                "2026-11-19T11:00:00+00:00": 200,
            }
        }
        self.entry = MockConfigEntry(domain="forecast_solar", title="Roof")

        async def done(*_: object) -> bool:
            return True

        mock_integration(hass, MockModule("forecast_solar", async_setup_entry=done, async_unload_entry=done))
        mock_platform(hass, "forecast_solar.energy", SimpleNamespace(async_get_solar_forecast=self.forecast))
        mock_platform(hass, "forecast_solar.config_flow")
        self.entry.add_to_hass(hass)

    async def load(self, hass: HomeAssistant) -> None:
        """Load the entry."""
        with mock_config_flow("forecast_solar", ConfigFlow):
            assert await hass.config_entries.async_setup(self.entry.entry_id)

    async def forecast(self, hass: HomeAssistant, entry_id: str) -> Any:
        """Return the forecast."""
        assert entry_id == self.entry.entry_id
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


async def test_surplus_is_free(hass: HomeAssistant, car: Car) -> None:
    """What the home leaves, up to the limit, is free; the rest of the charging power is paid."""
    assert (await open_options(hass, car.entry, "solar"))["reason"] == "no_solar_forecast"
    solar = Forecast(hass)
    await solar.load(hass)
    await submit(hass, await ask_for(hass, car.entry, "fixed_price"), price=0.4)
    chosen = {"forecast": solar.entry.entry_id, "power_limit": 3, "home_power": 0.5}
    result = await submit(hass, await open_options(hass, car.entry, "solar"), **chosen)
    assert (result["type"], car.entry.options[CONF_SOLAR]) == (FlowResultType.CREATE_ENTRY, chosen)
    feed = car.entry.runtime_data.prices
    at = [MORNING + timedelta(hours=hour) for hour in range(-1, 3)]
    assert [feed.charging_prices(2).at(each) for each in at] == pytest.approx([0.4, 0.4 * 0.2, 0, 0.4])
    assert [feed.charging_prices(6).at(each) for each in at] == pytest.approx([0.4, 0.4 * (1 - 1.6 / 6), 0.2, 0.4])
    assert [feed.known.at(each) for each in at] == [0.4] * 4


@pytest.mark.parametrize("answer", [None, {}, {"wh_hours": 3}, ValueError("not loaded")])
async def test_no_forecast_at_present(hass: HomeAssistant, car: Car, answer: Any) -> None:
    """The last forecast is kept; prices are kept current without it; it is reported once it is removed."""
    solar = Forecast(hass)
    await solar.load(hass)
    await submit(hass, await ask_for(hass, car.entry, "fixed_price"), price=0.4)
    chosen = {"forecast": solar.entry.entry_id, "power_limit": 3, "home_power": 0}
    await submit(hass, await open_options(hass, car.entry, "solar"), **chosen)
    solar.answer = answer
    await car.later(15 * 60)
    feed = car.entry.runtime_data.prices
    assert feed.charging_prices(2).at(MORNING) == pytest.approx(0)
    await hass.config_entries.async_remove(solar.entry.entry_id)
    await car.later(15 * 60)
    assert (feed.charging_prices(2).at(MORNING), feed.problem) == (0.4, "solar_forecast_removed")
    form = await open_options(hass, car.entry, "solar")
    await submit(hass, form, power_limit=3, home_power=0)
    assert (CONF_SOLAR in car.entry.options, car.entry.runtime_data.prices.problem) == (False, None)
