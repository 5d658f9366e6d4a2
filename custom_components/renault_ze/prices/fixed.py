"""Prices that the user enters: one for all hours, or a second one for some hours of each day."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any, override

from homeassistant.core import CALLBACK_TYPE, HomeAssistant
from homeassistant.util import dt as dt_util

from ..vehicle.prices import Price, Prices, prices_of
from .source import PriceSource, days, instant

CONF_PRICE = "price"
CONF_LOW_PRICE = "low_price"
# The start and end of the hours with the low price; the second span may be missing.
LOW_SPANS = (("low_begin", "low_end"), ("second_low_begin", "second_low_end"))


class FixedPrices(PriceSource):
    """The prices of a contract, by the wall clock of the home."""

    in_memory = True
    is_removed = False

    def __init__(self, hass: HomeAssistant, options: Mapping[str, Any]) -> None:
        """Take the prices of the options."""
        self._hass = hass
        self._price, self._low_price = options[CONF_PRICE], options.get(CONF_LOW_PRICE)
        spans = [(options[begin], options[end]) for begin, end in LOW_SPANS if options.get(begin)]
        self._low = [(time.fromisoformat(begin), time.fromisoformat(end)) for begin, end in spans]

    @override
    async def async_prices(self, begin: datetime, end: datetime) -> Prices:
        """Return the prices of a span, without gaps."""
        low = () if self._low_price is None else self._low_prices(begin, end)
        whole = prices_of([Price(begin, end, self._price), *low], self._hass.config.currency)
        return Prices(tuple(whole.between(begin, end)), self._hass.config.currency)

    async_past = async_prices

    @override
    def track(self, changed: Callable[[], None]) -> CALLBACK_TYPE:
        """Do nothing: the prices change with the options, which reload the entry."""
        return lambda: None

    def _low_prices(self, begin: datetime, end: datetime) -> Iterable[Price]:
        """Yield the hours with the low price; those of the evening before may last until the morning."""
        for day in days(begin - timedelta(days=1), end, dt_util.get_default_time_zone()):
            for low_begin, low_end in self._low:
                last = day if low_begin < low_end else day + timedelta(days=1)
                yield self._low_span(day, low_begin, last, low_end)

    def _low_span(self, first: date, begin: time, last: date, end: time) -> Price:
        """Return the low price between two times of the wall clock."""
        return Price(instant(first, begin), instant(last, end), self._low_price or 0)
