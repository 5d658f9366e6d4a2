"""Nord Pool without internet access: the entry and action of Home Assistant's integration, with invented prices."""

from functools import partial
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, ServiceCall, SupportsResponse
from homeassistant.helpers import config_validation as cv, service
from homeassistant.helpers.selector import ConfigEntrySelector
from homeassistant.helpers.typing import ConfigType
from homeassistant.util import dt as dt_util
import voluptuous as vol

from .market import published_prices

DOMAIN = "nordpool"
ACTION = "get_prices_for_date"
CONFIG_SCHEMA = cv.config_entry_only_config_schema(DOMAIN)
SCHEMA = vol.Schema(
    {
        vol.Required("config_entry"): ConfigEntrySelector({"integration": DOMAIN}),
        vol.Required("date"): cv.date,
        vol.Optional("areas", default=[]): vol.All(cv.ensure_list, [cv.string]),
        vol.Optional("currency"): cv.string,
    }
)


async def async_setup(hass: HomeAssistant, config: ConfigType) -> bool:
    """Register the action."""
    answer = partial(_prices_for_date, hass)
    hass.services.async_register(DOMAIN, ACTION, answer, SCHEMA, SupportsResponse.ONLY)
    return True


async def async_setup_entry(hass: HomeAssistant, entry: ConfigEntry[None]) -> bool:
    """Load the entry, which only names areas and currency."""
    return True


async def async_unload_entry(hass: HomeAssistant, entry: ConfigEntry[None]) -> bool:
    """Unload the entry."""
    return True


async def _prices_for_date(hass: HomeAssistant, call: ServiceCall) -> dict[str, Any]:
    """Return the prices of a day by area (per MWh), an empty list before they are published."""
    entry: ConfigEntry[None] = service.async_get_config_entry(hass, DOMAIN, call.data["config_entry"])
    prices = published_prices(call.data["date"], dt_util.utcnow(), dt_util.get_default_time_zone())
    rows = [{"start": begin.isoformat(), "end": end.isoformat(), "price": price} for begin, end, price in prices]
    return dict.fromkeys(call.data["areas"] or entry.data["areas"], rows)
