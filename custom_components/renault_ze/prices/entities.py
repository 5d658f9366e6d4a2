"""Prices from entities: lists in their attributes, or a sensor that only shows the current price."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, override

from homeassistant.components.recorder.statistics import get_metadata, statistics_during_period
from homeassistant.const import ATTR_UNIT_OF_MEASUREMENT, STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import CALLBACK_TYPE, Event, EventStateChangedData, HomeAssistant, State, callback
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.event import async_track_state_change_event
from homeassistant.helpers.recorder import DATA_INSTANCE, get_instance
from homeassistant.util import dt as dt_util

from ..vehicle.prices import Price, Prices, prices_of
from .rates import PriceUnit, number, price_unit, prices_in_attributes
from .source import PriceSource, PricesUnavailableError

_QUARTER = timedelta(minutes=15)
_HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class EntityPrices(PriceSource):
    """The prices of one entity, or of several that together show today and tomorrow."""

    hass: HomeAssistant
    entity_ids: Sequence[str]
    in_memory = True

    @property
    @override
    def is_removed(self) -> bool:
        """Return whether none of the entities exists."""
        registry, states = er.async_get(self.hass), self.hass.states
        return not any(states.get(each) or registry.async_get(each) for each in self.entity_ids)

    @override
    async def async_prices(self, begin: datetime, end: datetime) -> Prices:
        states = [self.hass.states.get(each) for each in self.entity_ids]
        found = [prices for state in states if state is not None and (prices := entity_prices(state)).slots]
        if found:
            currency = found[0].currency or self.hass.config.currency
            return prices_of((slot for each in found for slot in each.slots), currency)
        raise PricesUnavailableError(f"{', '.join(self.entity_ids)} shows no price")

    @override
    async def async_past(self, begin: datetime, end: datetime) -> Prices:
        """Return the hourly means of the recorder, whose statistics are kept for good."""
        if DATA_INSTANCE not in self.hass.data:
            raise PricesUnavailableError("The recorder is not loaded")
        return await get_instance(self.hass).async_add_executor_job(self._recorded, begin, end)

    @override
    def track(self, changed: Callable[[], None]) -> CALLBACK_TYPE:
        @callback
        def state_changed(_: Event[EventStateChangedData]) -> None:
            changed()

        return async_track_state_change_event(self.hass, self.entity_ids, state_changed)

    def _recorded(self, begin: datetime, end: datetime) -> Prices:
        """Read statistics, in a thread of the recorder."""
        ids = set(self.entity_ids)
        units = {
            entity: unit
            for entity, (_, meta) in get_metadata(self.hass, statistic_ids=ids).items()
            if (unit := price_unit(meta["unit_of_measurement"])) is not None
        }
        from_hour = dt_util.as_utc(begin).replace(minute=0, second=0, microsecond=0)
        rows = statistics_during_period(self.hass, from_hour, end, ids, "hour", None, {"mean", "state"})
        slots = [
            _hour(row, units[entity])
            for entity in self.entity_ids
            if entity in units
            for row in rows.get(entity, ())
            if _value(row) is not None
        ]
        currency = next((each.currency for each in units.values() if each.currency), self.hass.config.currency)
        return prices_of(slots, currency)


def entity_prices(state: State) -> Prices:
    """Return the prices that an entity shows, none if it shows no price; `currency` is None if it names none."""
    unit = price_unit(state.attributes.get(ATTR_UNIT_OF_MEASUREMENT))
    if unit is None or state.state == STATE_UNAVAILABLE:
        return Prices()
    listed = prices_in_attributes(state.attributes, unit.factor)
    return prices_of(listed or _current(state, unit), unit.currency)


def _current(state: State, unit: PriceUnit) -> list[Price]:
    """Return the current price of a plain sensor, which counts for this quarter of an hour."""
    value = number(state.state)
    if value is None or state.state == STATE_UNKNOWN or ATTR_UNIT_OF_MEASUREMENT not in state.attributes:
        return []
    now = dt_util.utcnow()
    begin = now - timedelta(minutes=now.minute % 15, seconds=now.second, microseconds=now.microsecond)
    return [Price(begin, begin + _QUARTER, value * unit.factor)]


def _hour(row: Any, unit: PriceUnit) -> Price:
    """Return the price of a row of hourly statistics."""
    begin = dt_util.utc_from_timestamp(row["start"])
    return Price(begin, begin + _HOUR, (_value(row) or 0) * unit.factor)


def _value(row: Any) -> float | None:
    """Return the mean of an hour; a sensor with a total has none, but a last state."""
    mean: float | None = row.get("mean")
    return row.get("state") if mean is None else mean
