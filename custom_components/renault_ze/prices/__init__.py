"""Electricity prices from Home Assistant: an adapter for each source, and the feed of an account."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import Event, HomeAssistant, callback
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.event import async_track_entity_registry_updated_event

from ..const import CONF_ELECTRICITY_PRICE, CONF_SOLAR
from .actions import IntegrationPrices
from .entities import EntityPrices
from .feed import PriceFeed
from .fixed import FixedPrices
from .history import PriceHistory
from .solar import SolarForecast
from .source import PriceSource

CONF_KIND = "kind"
FIXED, TWO_PRICES, INTEGRATION, ENTITY = KINDS = ("fixed_price", "two_prices", "price_integration", "price_entity")
CONF_INTEGRATION = "integration"
CONF_CHOICE = "choice"
CONF_ENTITIES = "entities"
# Added to each price of a market: fees per kWh, then taxes in percent.
CONF_FEES = "fees"
CONF_TAXES = "taxes"


async def start_prices(hass: HomeAssistant, entry: ConfigEntry[Any]) -> PriceFeed | None:
    """Return the prices of the source that the user chose, kept current until the entry is unloaded."""
    chosen: Mapping[str, Any] | None = entry.options.get(CONF_ELECTRICITY_PRICE)
    if not chosen:
        return None
    solar = entry.options.get(CONF_SOLAR)
    is_contract = chosen[CONF_KIND] in {FIXED, TWO_PRICES}
    feed = PriceFeed(
        hass,
        price_source(hass, chosen),
        paid=partial(_paid, chosen),
        history=None if is_contract else PriceHistory(hass, entry.entry_id, chosen),
        solar=SolarForecast(hass, solar) if solar else None,
    )
    await feed.start()
    entry.async_on_unload(feed.stop)
    _follow_renamed(hass, entry, chosen.get(CONF_ENTITIES, ()))
    return feed


def price_source(hass: HomeAssistant, chosen: Mapping[str, Any]) -> PriceSource:
    """Return the source of the options."""
    match chosen[CONF_KIND]:
        case "price_integration":
            return IntegrationPrices(hass, chosen[CONF_INTEGRATION], chosen[CONF_CHOICE])
        case "price_entity":
            return EntityPrices(hass, chosen[CONF_ENTITIES])
    return FixedPrices(hass, chosen)


async def remove_prices(hass: HomeAssistant, entry: ConfigEntry[Any]) -> None:
    """Delete what is stored of the prices of a removed entry."""
    await PriceHistory(hass, entry.entry_id, {}).remove()


def _paid(chosen: Mapping[str, Any], price: float) -> float:
    """Return what a kWh costs with fees and taxes."""
    fees, taxes = chosen.get(CONF_FEES, 0.0), chosen.get(CONF_TAXES, 0.0)
    return float((price + fees) * (1 + taxes / 100))


def _follow_renamed(hass: HomeAssistant, entry: ConfigEntry[Any], entity_ids: list[str]) -> None:
    """Use the new id of a price entity that is renamed."""

    @callback
    def renamed(event: Event[er.EventEntityRegistryUpdatedData]) -> None:
        if (former := event.data.get("old_entity_id")) is None:
            return
        chosen = entry.options[CONF_ELECTRICITY_PRICE]
        ids = [event.data["entity_id"] if each == former else each for each in chosen[CONF_ENTITIES]]
        options = {**entry.options, CONF_ELECTRICITY_PRICE: {**chosen, CONF_ENTITIES: ids}}
        hass.config_entries.async_update_entry(entry, options=options)
        hass.config_entries.async_schedule_reload(entry.entry_id)

    entry.async_on_unload(async_track_entity_registry_updated_event(hass, entity_ids, renamed))
