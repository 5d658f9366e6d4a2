"""Electricity prices over time, from any source."""

from bisect import bisect_right, insort
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import NamedTuple


class Amount(NamedTuple):
    """A number with one decimal, or an amount of money in a currency (ISO 4217)."""

    value: float
    currency: str | None = None


class UnitPrice(NamedTuple):
    """The price of a kWh, with the code of its currency, if known."""

    per_kwh: float
    currency: str | None


class Price(NamedTuple):
    """The price of a kWh between two instants in UTC, in the currency of its `Prices`; it may be negative."""

    begin: datetime
    end: datetime
    per_kwh: float


class Surplus(NamedTuple):
    """The power of free electricity that is expected between two instants in UTC (kW)."""

    begin: datetime
    end: datetime
    power_kw: float


@dataclass(frozen=True)
class Prices:
    """The known prices in order, which do not overlap and may have gaps; `currency` is an ISO 4217 code."""

    slots: tuple[Price, ...] = ()
    currency: str | None = None

    @cached_property
    def _begins(self) -> list[datetime]:
        """Return when each price begins."""
        return [each.begin for each in self.slots]

    def at(self, instant: datetime) -> float | None:
        """Return the price of a kWh at an instant, None if unknown."""
        index = bisect_right(self._begins, instant) - 1
        if index < 0 or instant >= self.slots[index].end:
            return None
        return self.slots[index].per_kwh

    def between(self, begin: datetime, end: datetime) -> Iterator[Price]:
        """Yield the known prices of a span, the first and last one cut to it."""
        begin, end = begin.astimezone(UTC), end.astimezone(UTC)
        for each in self.slots[max(bisect_right(self._begins, begin) - 1, 0) :]:
            if each.begin >= end:
                return
            if each.end > begin:
                yield Price(max(each.begin, begin), min(each.end, end), each.per_kwh)

    def gaps(self, begin: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Yield the begin and end of each part of a span without a known price."""
        begin, end = begin.astimezone(UTC), end.astimezone(UTC)
        for each in self.between(begin, end):
            if each.begin > begin:
                yield begin, each.begin
            begin = each.end
        if begin < end:
            yield begin, end

    def updated(self, newer: Prices, begin: datetime, end: datetime) -> Prices:
        """Return the prices of a span, newer ones first, and only them if they have another currency."""
        if not newer.slots:
            return Prices(tuple(self.between(begin, end)), self.currency)
        gaps = newer.gaps(begin, end) if self.currency == newer.currency else ()
        older = [each for gap in gaps for each in self.between(*gap)]
        return Prices(tuple(sorted([*older, *newer.between(begin, end)])), newer.currency)

    def with_surplus(self, surplus: Iterable[Surplus], charging_kw: float) -> Prices:
        """Return the prices for charging at some power, whose part that the surplus covers is free."""
        cheaper = [
            each._replace(per_kwh=each.per_kwh * (1 - min(power_kw / charging_kw, 1)))
            for begin, end, power_kw in surplus
            for each in self.between(begin, end)
            # A negative price is better than a free kWh.
            if each.per_kwh > 0
        ]
        if not cheaper:
            return self
        return self.updated(prices_of(cheaper, self.currency), self.slots[0].begin, self.slots[-1].end)

    def cost(self, begin: datetime, end: datetime, energy_kwh: float) -> float | None:
        """Return the cost of energy used evenly over a span, None unless all its prices are known."""
        begin, end = begin.astimezone(UTC), end.astimezone(UTC)
        if begin >= end or any(self.gaps(begin, end)):
            return None
        paid = sum((each.end - each.begin).total_seconds() * each.per_kwh for each in self.between(begin, end))
        return paid / (end - begin).total_seconds() * energy_kwh


def prices_of(slots: Iterable[Price], currency: str | None = None) -> Prices:
    """Return prices of aware instants in order; where two overlap, the one given later counts."""
    kept: list[Price] = []
    for begin, end, per_kwh in slots:
        new = Price(begin.astimezone(UTC), end.astimezone(UTC), per_kwh)
        if new.begin >= new.end:
            # Around a change of the clocks, some sources report spans without length.
            continue
        if kept and new.begin < kept[-1].end:
            kept = [part for each in kept for part in _outside(each, new)]
            insort(kept, new)
        else:
            kept.append(new)
    return Prices(tuple(kept), currency)


def _outside(each: Price, new: Price) -> Iterator[Price]:
    """Yield what is left of a price beside another one."""
    before = each._replace(end=min(each.end, new.begin))
    after = each._replace(begin=max(each.begin, new.end))
    yield from (part for part in (before, after) if part.begin < part.end)
