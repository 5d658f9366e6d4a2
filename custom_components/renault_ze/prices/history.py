"""The prices that were known, stored for the cost of past charges: most sources forget them."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.helpers.storage import Store
from homeassistant.util import dt as dt_util

from ..const import DOMAIN, LOGGER
from ..vehicle.prices import Price, Prices, prices_of

_VERSION = 1
# The cost of this month, after a month of 31 days and a week of vacation.
_KEPT = timedelta(days=40)
_AHEAD = timedelta(days=3)
# Prices come once or twice a day, and those of today would be read again.
_WRITE_DELAY = timedelta(minutes=30)


class PriceHistory:
    """The prices of an entry for the last 40 days, including those of earlier runs."""

    def __init__(self, hass: HomeAssistant, entry_id: str, source: Mapping[str, Any]) -> None:
        """Prepare the file without reading or writing it; `source` are the options of the prices."""
        self._source = dict(source)
        self._store = Store[dict[str, Any]](hass, _VERSION, f"{DOMAIN}.{entry_id}.prices")
        self._is_unsaved = False
        self.prices = Prices()

    async def load(self, now: datetime) -> None:
        """Load what an earlier run stored; of another source, only what was paid before."""
        try:
            stored = await self._store.async_load() or {"currency": None, "prices": ()}
            slots = [
                Price(dt_util.utc_from_timestamp(begin), dt_util.utc_from_timestamp(end), float(price))
                for begin, end, price in stored["prices"]
            ]
            prices = prices_of(slots, stored["currency"])
            is_same = stored.get("source") == self._source
            self.prices = prices if is_same else prices.updated(Prices(), now - _KEPT, now)
        except (KeyError, TypeError, AttributeError, ValueError, OverflowError, NotImplementedError) as err:
            LOGGER.warning("Stored electricity prices cannot be read and are replaced: %s", err)

    def record(self, prices: Prices, now: datetime) -> None:
        """Store prices, and drop those that are too old."""
        updated = self.prices.updated(prices, now - _KEPT, now + _AHEAD)
        is_known = all(self.prices.at(each.begin) == each.per_kwh for each in prices.slots)
        if updated.currency == self.prices.currency and is_known:
            return
        self.prices, self._is_unsaved = updated, True
        self._store.async_delay_save(self._content, _WRITE_DELAY.total_seconds())

    async def close(self) -> None:
        """Write pending changes now: an entry that is unloaded writes nothing later."""
        if self._is_unsaved:
            await self._store.async_save(self._content())

    async def remove(self) -> None:
        """Delete the file."""
        await self._store.async_remove()

    def _content(self) -> dict[str, Any]:
        """Return what is written: begin and end as seconds since 1970, and the price."""
        self._is_unsaved = False
        slots = [
            [round(each.begin.timestamp()), round(each.end.timestamp()), round(each.per_kwh, 6)]
            for each in self.prices.slots
        ]
        return {"source": self._source, "currency": self.prices.currency, "prices": slots}
