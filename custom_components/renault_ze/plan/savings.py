"""What charging in the cheapest hours saves this month, compared with charging as soon as the car is plugged in."""

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import pairwise

from ..cloud.schedule import Span
from ..vehicle.prices import Prices
from .charge_model import FULL, ChargeModel


@dataclass(frozen=True, kw_only=True, slots=True)
class PluggedIn:
    """The charge since the car was plugged in: its level at an instant, and what was paid until then.

    `immediate` is what it would have cost to charge to some levels immediately, up to the level of `immediate_at`.
    """

    level: float
    at: datetime
    paid: float
    immediate: tuple[tuple[float, float], ...]
    immediate_at: datetime

    @property
    def saved(self) -> float:
        """Return by how much the charge so far was cheaper than an immediate one."""
        index = bisect_left(self.immediate, self.level, key=lambda each: each[0])
        if index == len(self.immediate):
            return self.immediate[-1][1] - self.paid
        if not index:
            return -self.paid
        (low, less), (high, more) = self.immediate[index - 1 : index + 1]
        return less + (more - less) * (self.level - low) / (high - low) - self.paid


@dataclass(frozen=True, kw_only=True, slots=True)
class Savings:
    """What was saved in a month, which is given by its first day, and the charge since the car was plugged in.

    `currency` is that of the prices, None if it is unknown.
    """

    month: date
    finished: float = 0.0
    charge: PluggedIn | None = None
    currency: str | None = None

    @property
    def amount(self) -> float:
        """Return what was saved, in the currency of the prices; negative if an immediate charge would be cheaper."""
        return self.finished + (0.0 if self.charge is None else self.charge.saved)


def with_report(
    savings: Savings | None,
    report: tuple[float, datetime] | None,
    windows: Iterable[Span],
    prices: Prices,
    model: ChargeModel,
    month: date,
) -> Savings:
    """Return the savings after a report of the level (percent) and its time, None while the car is not plugged in.

    A charge whose prices are not all known is left out, and so is what was saved in another currency.
    """
    savings = _of_month(savings, month, prices.currency)
    charge = savings.charge
    if report is None:
        return savings if charge is None else replace(savings, finished=savings.amount, charge=None)
    level, at = report
    if charge is None or at < charge.at or level < charge.level:
        new = PluggedIn(level=level, at=at, paid=0.0, immediate=((level, 0.0),), immediate_at=at)
        return replace(savings, finished=savings.amount, charge=new)
    if at == charge.at or (level == charge.level and charge.immediate[-1][0] >= FULL):
        # Nothing changes until the car charges.
        return savings
    updated = _with_level(_with_immediate(charge, at, prices, model), level, at, windows, prices, model)
    if updated is None:
        new = PluggedIn(level=level, at=at, paid=0.0, immediate=((level, 0.0),), immediate_at=at)
        return replace(savings, finished=savings.amount, charge=new)
    return replace(savings, charge=updated)


def _of_month(savings: Savings | None, month: date, currency: str | None) -> Savings:
    """Return the savings of a month in a currency, new ones if these are others: amounts are never converted."""
    if savings is None or savings.month != month:
        return Savings(month=month, currency=currency)
    if currency in {None, savings.currency}:
        return savings
    return replace(savings, currency=currency) if savings.currency is None else Savings(month=month, currency=currency)


def _with_immediate(charge: PluggedIn, at: datetime, prices: Prices, model: ChargeModel) -> PluggedIn | None:
    """Return the charge with what an immediate one would have cost until an instant, None if that is unknown."""
    level, cost = charge.immediate[-1]
    if level >= FULL:
        return replace(charge, immediate_at=at)
    found = list(charge.immediate)
    known = [each.begin for each in prices.between(charge.immediate_at, at)]
    for begin, end in pairwise(sorted({charge.immediate_at, *known, at})):
        after = model.level_after(level, end - begin)
        paid = prices.cost(begin, end, model.energy_kwh(level, after))
        if paid is None:
            return None
        if after > level:
            level, cost = after, cost + paid
            found.append((level, cost))
    return replace(charge, immediate=tuple(found), immediate_at=at)


def _with_level(
    charge: PluggedIn | None,
    level: float,
    at: datetime,
    windows: Iterable[Span],
    prices: Prices,
    model: ChargeModel,
) -> PluggedIn | None:
    """Return the charge after a report, None if its cost is unknown; the car charged in windows if there were any."""
    if charge is None or level == charge.level:
        return charge and replace(charge, at=at)
    spans = [(max(begin, charge.at), min(end, at)) for begin, end in windows if begin < at and end > charge.at]
    spans = spans or [(charge.at, at)]
    energy = model.energy_kwh(charge.level, level)
    whole = sum((end - begin).total_seconds() for begin, end in spans)
    costs = [prices.cost(begin, end, energy * (end - begin).total_seconds() / whole) for begin, end in spans]
    known = [each for each in costs if each is not None]
    if len(known) < len(costs):
        return None
    return replace(charge, level=level, at=at, paid=charge.paid + sum(known))
