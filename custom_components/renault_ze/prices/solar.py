"""The solar forecast of another integration, as the Energy dashboard reads it."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.loader import IntegrationNotFound, async_get_integration
from homeassistant.util import dt as dt_util

from ..const import LOGGER
from ..vehicle.prices import Surplus
from .rates import number

CONF_FORECAST = "forecast"
CONF_POWER_LIMIT = "power_limit"
CONF_HOME_POWER = "home_power"
_HOUR = timedelta(hours=1)

type _Forecast = Callable[[HomeAssistant, str], Awaitable[Mapping[str, Any] | None]]


class SolarForecast:
    """The power that the sun is expected to leave for the car, by the options of an account."""

    def __init__(self, hass: HomeAssistant, options: Mapping[str, Any]) -> None:
        """Start without a forecast."""
        self._hass, self._entry_id = hass, options[CONF_FORECAST]
        self._limit_kw, self._home_kw = options[CONF_POWER_LIMIT], options.get(CONF_HOME_POWER, 0)
        self.surplus: tuple[Surplus, ...] = ()

    @property
    def is_removed(self) -> bool:
        """Return whether the integration no longer exists."""
        return self._hass.config_entries.async_get_entry(self._entry_id) is None

    async def update(self) -> None:
        """Read the forecast; keep the last one if there is none at present."""
        if self.is_removed:
            self.surplus = ()
        elif (energy := await _energy(self._hass, self._entry_id)) is not None:
            hours = [(begin, min(kwh - self._home_kw, self._limit_kw)) for begin, kwh in sorted(energy.items())]
            self.surplus = tuple(Surplus(begin, begin + _HOUR, power) for begin, power in hours if power > 0)


async def forecast_entries(hass: HomeAssistant) -> dict[str, str]:
    """Return the titles of all entries with a solar forecast by their id."""
    found = {}
    for entry in hass.config_entries.async_entries():
        if await _forecast(hass, entry) is not None:
            found[entry.entry_id] = entry.title
    return found


async def _energy(hass: HomeAssistant, entry_id: str) -> dict[datetime, float] | None:
    """Return the expected energy by the start of its hour in UTC (kWh), None if there is no forecast at present."""
    entry = hass.config_entries.async_get_entry(entry_id)
    read = None if entry is None else await _forecast(hass, entry)
    if read is None:
        return None
    try:
        rows: Any = (await read(hass, entry_id) or {})["wh_hours"]
        energy: dict[datetime, float] = defaultdict(float)
        for text, wh in rows.items():
            at = dt_util.parse_datetime(text)
            if at is not None and (value := number(wh)) is not None:
                energy[dt_util.as_utc(at).replace(minute=0, second=0, microsecond=0)] += value / 1000
    except Exception:  # noqa: BLE001
        # Another integration may raise anything, also while it is being loaded, and must not stop the prices.
        LOGGER.debug("The solar forecast cannot be read", exc_info=True)
        return None
    return energy


async def _forecast(hass: HomeAssistant, entry: ConfigEntry) -> _Forecast | None:
    """Return the function with which the integration of an entry forecasts, None if it does not."""
    try:
        integration = await async_get_integration(hass, entry.domain)
        if not integration.platforms_exists(("energy",)):
            return None
        platform = await integration.async_get_platform("energy")
    except IntegrationNotFound, ImportError:
        return None
    forecast: _Forecast | None = getattr(platform, "async_get_solar_forecast", None)
    return forecast
