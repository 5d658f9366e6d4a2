"""Prices from other integrations, through their actions."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Any, override
from zoneinfo import ZoneInfo

from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.core import CALLBACK_TYPE, HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import entity_registry as er
from homeassistant.util import dt as dt_util
import voluptuous as vol

from ..const import LOGGER
from ..vehicle.prices import Price, Prices, prices_of
from .rates import listed_prices, price_unit
from .source import PriceSource, PricesUnavailableError, days, follow_entry

# The day of Europe's power exchanges.
_CET = ZoneInfo("Europe/Brussels")
_MONEY_PER_MWH = 0.001


class Action:
    """The action of an integration that returns prices, and the form of its response.

    `choice` is what a price area, country, or home is called in requests and the response.
    """

    name = "get_prices"
    currency = "EUR"
    in_memory = False
    has_past = False

    async def choices(self, hass: HomeAssistant, entry: ConfigEntry) -> Iterable[str]:
        """Return the areas, countries, or homes from which one must be chosen, none if there is nothing to choose."""
        return ()

    def requests(self, entry: ConfigEntry, choice: str, begin: datetime, end: datetime) -> Iterator[dict[str, Any]]:
        """Yield the data of each call that a span needs."""
        raise NotImplementedError

    def rows(self, response: Mapping[str, Any], choice: str) -> list[Price]:
        """Return the prices of a response."""
        return listed_prices(_list(response.get("prices")))

    def currency_of(self, hass: HomeAssistant, entry: ConfigEntry) -> str | None:
        """Return the currency of the prices, None if it is unknown."""
        return self.currency


class NordPool(Action):
    """Prices by area for a day in Central European Time, per MWh."""

    name = "get_prices_for_date"
    has_past = True

    @override
    async def choices(self, hass: HomeAssistant, entry: ConfigEntry) -> Iterable[str]:
        return _list(entry.data.get("areas"))

    @override
    def requests(self, entry: ConfigEntry, choice: str, begin: datetime, end: datetime) -> Iterator[dict[str, Any]]:
        for day in days(begin, end, _CET):
            yield {"config_entry": entry.entry_id, "date": day.isoformat(), "areas": [choice]}

    @override
    def rows(self, response: Mapping[str, Any], choice: str) -> list[Price]:
        return listed_prices(_list(response.get(choice)), _MONEY_PER_MWH)

    @override
    def currency_of(self, hass: HomeAssistant, entry: ConfigEntry) -> str | None:
        return entry.data.get("currency")


class Omie(Action):
    """Prices by country for a day in Central European Time."""

    name = "get_prices_for_date"
    has_past = True

    @override
    async def choices(self, hass: HomeAssistant, entry: ConfigEntry) -> Iterable[str]:
        return ("es", "pt")

    @override
    def requests(self, entry: ConfigEntry, choice: str, begin: datetime, end: datetime) -> Iterator[dict[str, Any]]:
        for day in days(begin, end, _CET):
            yield {"date": day.isoformat(), "countries": [choice]}

    @override
    def rows(self, response: Mapping[str, Any], choice: str) -> list[Price]:
        return listed_prices(_list(response.get(choice)))


class EnergyZero(Action):
    """What a customer pays, for a day at home."""

    name = "get_energy_prices"
    has_past = True

    @override
    def requests(self, entry: ConfigEntry, choice: str, begin: datetime, end: datetime) -> Iterator[dict[str, Any]]:
        interval = "quarter" if entry.options.get("electricity_price_interval") == "quarter_hourly" else "hour"
        paid = {"incl_vat": True, "price_type": "all_in", "interval": interval}
        for day in days(begin, end, dt_util.get_default_time_zone()):
            yield {"config_entry": entry.entry_id, **paid, "start": day.isoformat(), "end": day.isoformat()}


class EasyEnergy(Action):
    """What a customer pays, for a day at home; its prices have no end."""

    name = "get_energy_usage_prices"
    has_past = True

    @override
    def requests(self, entry: ConfigEntry, choice: str, begin: datetime, end: datetime) -> Iterator[dict[str, Any]]:
        paid = {"incl_vat": True, "price_type": "invoice"}
        for day in days(begin, end, dt_util.get_default_time_zone()):
            yield {"config_entry": entry.entry_id, **paid, "start": day.isoformat(), "end": day.isoformat()}


class Tibber(Action):
    """What a customer pays, by home; its prices have no end."""

    @override
    async def choices(self, hass: HomeAssistant, entry: ConfigEntry) -> Iterable[str]:
        homes = (await _response(hass, "tibber", self.name, {})).get("prices")
        return homes if isinstance(homes, Mapping) else ()

    @override
    def requests(self, entry: ConfigEntry, choice: str, begin: datetime, end: datetime) -> Iterator[dict[str, Any]]:
        yield {"start": begin.isoformat(), "end": end.isoformat()}

    @override
    def rows(self, response: Mapping[str, Any], choice: str) -> list[Price]:
        homes = response.get("prices")
        return listed_prices(_list(homes.get(choice)) if isinstance(homes, Mapping) else [])

    @override
    def currency_of(self, hass: HomeAssistant, entry: ConfigEntry) -> str | None:
        """Return the currency of a price sensor of the integration: the response does not name it."""
        entities = er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id)
        units = (price_unit(each.unit_of_measurement) for each in entities if each.unit_of_measurement)
        return next((unit.currency for unit in units if unit is not None and unit.currency), None)


class GreenPlanetEnergy(Action):
    """What a customer pays in the next 24 hours."""

    in_memory = True

    @override
    def requests(self, entry: ConfigEntry, choice: str, begin: datetime, end: datetime) -> Iterator[dict[str, Any]]:
        yield {"config_entry_id": entry.entry_id, "hours": 24}


class AmberElectric(Action):
    """The forecast of what a customer pays, which changes every few minutes."""

    name = "get_forecasts"
    currency = "AUD"
    in_memory = True

    @override
    def requests(self, entry: ConfigEntry, choice: str, begin: datetime, end: datetime) -> Iterator[dict[str, Any]]:
        yield {"config_entry_id": entry.entry_id, "channel_type": "general"}

    @override
    def rows(self, response: Mapping[str, Any], choice: str) -> list[Price]:
        return listed_prices(_list(response.get("forecasts")))


ACTIONS: Mapping[str, Action] = {
    "amberelectric": AmberElectric(),
    "easyenergy": EasyEnergy(),
    "energyzero": EnergyZero(),
    "green_planet_energy": GreenPlanetEnergy(),
    "nordpool": NordPool(),
    "omie": Omie(),
    "tibber": Tibber(),
}


@dataclass(frozen=True)
class IntegrationPrices(PriceSource):
    """The prices of an entry of another integration; `choice` is its area, country, or home."""

    hass: HomeAssistant
    entry_id: str
    choice: str = ""

    @property
    @override
    def in_memory(self) -> bool:
        """Return whether the integration answers without a request to its server."""
        return (entry := self._entry) is not None and ACTIONS[entry.domain].in_memory

    @property
    @override
    def is_removed(self) -> bool:
        """Return whether the integration no longer exists."""
        return self._entry is None

    @property
    def _entry(self) -> ConfigEntry | None:
        """Return the entry of the integration, None if it was removed."""
        entry = self.hass.config_entries.async_get_entry(self.entry_id)
        return None if entry is None or entry.domain not in ACTIONS else entry

    @override
    async def async_prices(self, begin: datetime, end: datetime) -> Prices:
        if (entry := self._entry) is None:
            raise PricesUnavailableError("The integration was removed")
        action = ACTIONS[entry.domain]
        results = [await self._result(entry, action, each) for each in action.requests(entry, self.choice, begin, end)]
        found = list(chain.from_iterable(each for each in results if isinstance(each, list)))
        if not found:
            raise PricesUnavailableError(next((str(each) for each in results if isinstance(each, Exception)), "None"))
        return prices_of(sorted(found), action.currency_of(self.hass, entry) or self.hass.config.currency)

    @override
    async def async_past(self, begin: datetime, end: datetime) -> Prices:
        if (entry := self._entry) is None or not ACTIONS[entry.domain].has_past:
            raise PricesUnavailableError("The integration knows no past prices")
        return await self.async_prices(begin, end)

    @override
    def track(self, changed: Callable[[], None]) -> CALLBACK_TYPE:
        return follow_entry(self.hass, self.entry_id, changed)

    async def _result(
        self, entry: ConfigEntry, action: Action, request: dict[str, Any]
    ) -> list[Price] | PricesUnavailableError:
        """Return the prices of a call, or its error: the prices of another day may be available."""
        try:
            return action.rows(await _response(self.hass, entry.domain, action.name, request), self.choice)
        except PricesUnavailableError as err:
            return err


async def integration_choices(hass: HomeAssistant) -> dict[str, str]:
    """Return the names of all loaded entries with prices, by their id, a slash, and their area, country, or home."""
    labels = {}
    for entry in hass.config_entries.async_entries(include_disabled=False):
        if entry.domain not in ACTIONS or entry.state is not ConfigEntryState.LOADED:
            continue
        try:
            choices = list(await ACTIONS[entry.domain].choices(hass, entry))
        except PricesUnavailableError:
            continue
        for choice in choices:
            labels[f"{entry.entry_id}/{choice}"] = f"{entry.title} ({choice})"
        if not choices:
            labels[f"{entry.entry_id}/"] = entry.title
    return labels


async def _response(hass: HomeAssistant, domain: str, action: str, data: dict[str, Any]) -> Mapping[str, Any]:
    """Return the response of an action; raise `PricesUnavailableError` if there is none."""
    try:
        response = await hass.services.async_call(domain, action, data, blocking=True, return_response=True)
    except (HomeAssistantError, vol.Invalid) as err:
        raise PricesUnavailableError(str(err)) from err
    except Exception as err:
        # The action of another integration may raise anything, and must not stop the prices for good.
        LOGGER.debug("%s.%s failed", domain, action, exc_info=True)
        raise PricesUnavailableError(f"{domain}.{action}: {err!r}") from err
    return response if isinstance(response, Mapping) else {}


def _list(value: Any) -> list[Any]:
    """Return a list, an empty one in place of anything else."""
    return value if isinstance(value, list) else []
