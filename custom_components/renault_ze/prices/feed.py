"""The electricity prices of an account, kept current."""

import asyncio
from collections.abc import Callable
from datetime import datetime, time, timedelta

from homeassistant.const import EVENT_CORE_CONFIG_UPDATE
from homeassistant.core import CALLBACK_TYPE, Event, HomeAssistant, callback
from homeassistant.helpers.event import async_track_time_interval
from homeassistant.helpers.start import async_at_started
from homeassistant.util import dt as dt_util

from ..const import LOGGER
from ..vehicle.prices import Prices, Surplus
from .history import PriceHistory
from .solar import SolarForecast
from .source import PriceSource, PricesUnavailableError

# Prices for tomorrow are published once a day, some at noon, and often late.
_INTERVAL = timedelta(minutes=15)
_PUBLISHED_FROM = time(12)
# Days for which a source may know prices; most know today and tomorrow.
_DAYS = 3
_REPORTED_AFTER = timedelta(days=1)


class PriceFeed:
    """The known prices of a source from the start of today on; the last good ones are kept through an outage.

    `problem` is the translation key of the repair that the feed needs, None if it works.
    """

    def __init__(
        self,
        hass: HomeAssistant,
        source: PriceSource,
        *,
        paid: Callable[[float], float],
        history: PriceHistory | None,
        solar: SolarForecast | None,
    ) -> None:
        """Start without prices; `paid` adds what the source does not include to a price."""
        self._hass, self._source, self._paid, self._history, self._solar = hass, source, paid, history, solar
        self._listeners: list[CALLBACK_TYPE] = []
        self._unsubscribe: list[CALLBACK_TYPE] = []
        self._updating = asyncio.Lock()
        self._error: PricesUnavailableError | None = None
        self._without_price_since: datetime | None = None
        # What the listeners know: Home Assistant's currency has already changed when the feed is told.
        self._notified: tuple[object, ...] = (Prices(), (), None, hass.config.currency)
        self.known = Prices()
        self.problem: str | None = None

    async def start(self) -> None:
        """Read the prices now if they cost no request, again once Home Assistant has started, and then regularly."""
        if self._history is not None:
            await self._history.load(dt_util.utcnow())
            self.known = self.known.updated(self._history.prices, *horizon())
        if self._source.in_memory:
            await self.update()
        self._unsubscribe = [
            self._source.track(self._changed),
            async_at_started(self._hass, self.update),
            async_track_time_interval(self._hass, self.update, _INTERVAL, cancel_on_shutdown=True),
            self._hass.bus.async_listen(EVENT_CORE_CONFIG_UPDATE, self._changed),
        ]

    async def stop(self) -> None:
        """Stop keeping the prices current."""
        while self._unsubscribe:
            self._unsubscribe.pop()()
        async with self._updating:
            if self._history is not None:
                await self._history.close()

    @property
    def surplus(self) -> tuple[Surplus, ...]:
        """Return the power that the sun is expected to leave for the car."""
        return () if self._solar is None else self._solar.surplus

    def charging_prices(self, charging_kw: float) -> Prices:
        """Return the known prices for charging at some power, whose part that the sun covers is free."""
        return self.known.with_surplus(self.surplus, charging_kw)

    @property
    def error(self) -> str | None:
        """Return why the source has no prices at present, None if it has some."""
        return None if self._error is None else str(self._error)

    @property
    def other_currency(self) -> str | None:
        """Return the currency of the prices if Home Assistant uses another one."""
        return None if self.known.currency == self._hass.config.currency else self.known.currency

    @callback
    def add_listener(self, listener: CALLBACK_TYPE) -> CALLBACK_TYPE:
        """Call a function when prices, surplus, problem, or currency have changed; return a function that stops it."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    async def past(self, begin: datetime, end: datetime) -> Prices:
        """Return the prices of a past span, with gaps where they are unknown."""
        stored = Prices() if self._history is None else self._history.prices
        seen = stored.updated(self.known, begin, end)
        if not any(seen.gaps(begin, end)):
            return seen
        try:
            found = self._as_paid(await self._source.async_past(begin, end))
        except PricesUnavailableError as err:
            LOGGER.debug("Past electricity prices are unknown: %s", err)
            return seen
        if self._history is not None:
            self._history.record(found.updated(seen, begin, end), dt_util.utcnow())
        return found.updated(seen, begin, end)

    @callback
    def _changed(self, _: Event | None = None) -> None:
        """Read the prices after a change of the source or of Home Assistant's currency."""
        self._hass.async_create_task(self.update(), "renault_ze prices")

    async def update(self, _: object = None) -> None:
        """Read the prices that can be expected by now and are not known; notify the listeners of a change."""
        async with self._updating:
            await self._read_expected()
            if self._solar is not None:
                await self._solar.update()
            self._update_problem(dt_util.utcnow())
            shown = self.known, self.surplus, self.problem, self._hass.config.currency
            if shown != self._notified:
                self._notified = shown
                for listener in tuple(self._listeners):
                    listener()

    async def _read_expected(self) -> None:
        """Read the prices that can be expected by now and are not known."""
        begin, end = horizon()
        found, asked = Prices(), self._asked(begin, end)
        try:
            if asked is not None:
                found = self._as_paid(await self._source.async_prices(*asked))
            self._error = None
        except PricesUnavailableError as err:
            self._error = err
        self.known = self.known.updated(found, begin, end)
        if self._history is not None:
            self._history.record(self.known, dt_util.utcnow())

    def _asked(self, today: datetime, end: datetime) -> tuple[datetime, datetime] | None:
        """Return the span whose prices are read, None if all that can be expected by now are known."""
        if self._source.in_memory:
            return today, end
        now = dt_util.now()
        expected = dt_util.start_of_local_day(today.date() + timedelta(days=1 if now.time() < _PUBLISHED_FROM else 2))
        if self.known.at(now) is None:
            return today, expected
        return next(((begin, expected) for begin, _ in self.known.gaps(now, expected)), None)

    def _update_problem(self, now: datetime) -> None:
        """Log once that there is no price for the present; late prices for tomorrow are normal."""
        is_missing, was_missing = self.known.at(now) is None, self._without_price_since is not None
        if is_missing and not was_missing and self._hass.is_running:
            LOGGER.warning("There is no current electricity price: %s", self._error)
            self._without_price_since = now
        elif was_missing and not is_missing:
            LOGGER.info("There is a current electricity price again")
            self._without_price_since = None
        since = self._without_price_since
        self.problem = None
        if self._source.is_removed and self._hass.is_running:
            self.problem = "price_source_removed"
        elif self._solar is not None and self._solar.is_removed:
            self.problem = "solar_forecast_removed"
        elif since is not None and now - since >= _REPORTED_AFTER:
            self.problem = "no_prices"

    def _as_paid(self, prices: Prices) -> Prices:
        """Return prices with what their source does not include."""
        paid = (each._replace(per_kwh=self._paid(each.per_kwh)) for each in prices.slots)
        return Prices(tuple(paid), prices.currency)


def horizon() -> tuple[datetime, datetime]:
    """Return the start of today, and the end of the days for which a source may know prices."""
    today = dt_util.start_of_local_day()
    return today, dt_util.start_of_local_day(today.date() + timedelta(days=_DAYS))
