"""What all sources of electricity prices have in common."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Protocol

from homeassistant.config_entries import SIGNAL_CONFIG_ENTRY_CHANGED, ConfigEntry, ConfigEntryChange, ConfigEntryState
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.dispatcher import async_dispatcher_connect
from homeassistant.util import dt as dt_util

from ..vehicle.prices import Prices


class PricesUnavailableError(Exception):
    """A source has no prices at present; the next request may succeed."""


class PriceSource(Protocol):
    """A source of electricity prices.

    Prices that cost nothing to read are read again even if they are known.
    """

    @property
    def in_memory(self) -> bool:
        """Return whether a request costs nothing."""

    @property
    def is_removed(self) -> bool:
        """Return whether the integration or all entities of the source no longer exist."""

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
