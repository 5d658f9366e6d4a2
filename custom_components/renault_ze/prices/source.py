"""What all sources of electricity prices have in common."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import NamedTuple, Protocol

from homeassistant.config_entries import SIGNAL_CONFIG_ENTRY_CHANGED, ConfigEntry, ConfigEntryChange, ConfigEntryState
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.dispatcher import async_dispatcher_connect
from homeassistant.util import dt as dt_util

from ..vehicle.prices import Prices

# Units of electricity prices, as Home Assistant's entities name them.
_ENERGIES = {"wh": 0.001, "kwh": 1, "mwh": 1000}
_SYMBOLS = {"€": "EUR", "£": "GBP", "zł": "PLN", "kč": "CZK", "₴": "UAH", "¥": "JPY"}
# Used by several currencies, which Home Assistant's currency tells apart.
_AMBIGUOUS = {"$", "kr", "kr."}
_HUNDREDTHS = {"c", "ct", "cent", "cents", "¢", "c€", "p", "pence", "öre", "øre", "rp", "gr"}
_CURRENCIES_OF_HUNDREDTHS = {"c€": "EUR", "p": "GBP", "pence": "GBP", "rp": "CHF", "gr": "PLN"}


class PricesUnavailableError(Exception):
    """A source has no prices at present; the next request may succeed."""


class SourceRemovedError(PricesUnavailableError):
    """The integration or entity of a source no longer exists."""


class PriceSource(Protocol):
    """A source of electricity prices.

    Prices that cost nothing to read are read again although they are known.
    """

    @property
    def in_memory(self) -> bool:
        """Return whether a request costs nothing."""

    async def async_prices(self, begin: datetime, end: datetime) -> Prices:
        """Return the published prices of a span, with gaps; raise `PricesUnavailableError` if there are none."""

    async def async_past(self, begin: datetime, end: datetime) -> Prices:
        """Return the prices of a past span, as far as the source still knows them."""

    def track(self, changed: Callable[[], None]) -> CALLBACK_TYPE:
        """Call a function when the prices may have changed; return a function that stops it."""


def instant(day: date, clock: time) -> datetime:
    """Return when the wall clock of the home shows a time, the first of two when clocks are set back."""
    return datetime.combine(day, clock, dt_util.get_default_time_zone()).astimezone(UTC)


def days(begin: datetime, end: datetime, zone: tzinfo) -> list[date]:
    """Return the dates of a span in a time zone."""
    first, last = begin.astimezone(zone).date(), (end - timedelta.resolution).astimezone(zone).date()
    return [first + timedelta(days=each) for each in range((last - first).days + 1)]


def follow_entry(hass: HomeAssistant, entry_id: str, changed: Callable[[], None]) -> CALLBACK_TYPE:
    """Call a function when a configuration entry is loaded or removed; return a function that stops it."""

    @callback
    def entry_changed(change: ConfigEntryChange, entry: ConfigEntry) -> None:
        is_loaded = entry.state is ConfigEntryState.LOADED
        if entry.entry_id == entry_id and (is_loaded or change is ConfigEntryChange.REMOVED):
            changed()

    return async_dispatcher_connect(hass, SIGNAL_CONFIG_ENTRY_CHANGED, entry_changed)


class PriceUnit(NamedTuple):
    """A unit: by how much its values are multiplied for a price per kWh, and its currency, None if not named."""

    factor: float
    currency: str | None


def price_unit(unit: str | None) -> PriceUnit | None:
    """Return a unit such as "EUR/kWh", "€/MWh", or "ct/kWh"; without one, a price per kWh; None if it is no price."""
    if not unit:
        return PriceUnit(1, None)
    money, _, energy = (part.strip() for part in unit.partition("/"))
    per_kwh = _ENERGIES.get(energy.lower())
    if per_kwh is None:
        return None
    if (name := money.lower()) in _HUNDREDTHS:
        return PriceUnit(0.01 / per_kwh, _CURRENCIES_OF_HUNDREDTHS.get(name))
    if name in _SYMBOLS or name in _AMBIGUOUS:
        return PriceUnit(1 / per_kwh, _SYMBOLS.get(name))
    if len(money) == len("EUR") and money.isascii() and money.isalpha():
        return PriceUnit(1 / per_kwh, money.upper())
    return None
