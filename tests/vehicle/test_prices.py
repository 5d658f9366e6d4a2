"""Tests of electricity prices over time."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from custom_components.renault_ze.vehicle.prices import Price, Prices, Surplus, prices_of

MIDNIGHT = datetime(2026, 11, 2, tzinfo=UTC)


def hour(begin: float, end: float, per_kwh: float) -> Price:
    """Return a price between two hours of a day."""
    return Price(MIDNIGHT + timedelta(hours=begin), MIDNIGHT + timedelta(hours=end), per_kwh)


def at(hours: float) -> datetime:
    """Return an hour of the day."""
    return MIDNIGHT + timedelta(hours=hours)


PRICES = prices_of([hour(0, 1, 0.10), hour(1, 2, 0.20), hour(3, 4, -0.05)], "EUR")


@pytest.mark.parametrize(
    ("hours", "price"), [(-0.1, None), (0, 0.10), (0.99, 0.10), (1, 0.20), (2, None), (3.5, -0.05), (4, None)]
)
def test_price_at(hours: float, price: float | None) -> None:
    """A price counts from its begin until just before its end."""
    assert PRICES.at(at(hours)) == price
    assert Prices().at(at(hours)) is None


def test_cost_of_even_use() -> None:
    """Energy is spread evenly over the span; without all prices the cost is unknown."""
    assert PRICES.cost(at(0.5), at(2), 3) == pytest.approx(0.10 + 0.40)
    assert PRICES.cost(at(1.5), at(2.5), 3) is None
    assert PRICES.cost(at(1), at(1), 3) is None


def test_prices_between() -> None:
    """The first and last price of a span are cut to it."""
    assert list(PRICES.between(at(0.5), at(3.25))) == [hour(0.5, 1, 0.10), hour(1, 2, 0.20), hour(3, 3.25, -0.05)]
    assert list(PRICES.between(at(2), at(3))) == []


def test_later_price_replaces_overlap() -> None:
    """A price given later replaces the part of an earlier one that it overlaps."""
    found = prices_of([hour(0, 3, 0.10), hour(1, 2, 0.20), hour(2, 2, 0.30)])
    assert found.slots == (hour(0, 1, 0.10), hour(1, 2, 0.20), hour(2, 3, 0.10))


def test_gaps() -> None:
    """Gaps are the spans without a price, before, between, and after the known ones."""
    assert list(PRICES.gaps(at(-1), at(5))) == [(at(-1), at(0)), (at(2), at(3)), (at(4), at(5))]
    assert list(PRICES.gaps(at(0.5), at(1.5))) == []
    assert list(Prices().gaps(at(0), at(1))) == [(at(0), at(1))]


def test_updated() -> None:
    """Newer prices count where they are known, and alone if they have another currency."""
    newer = prices_of([hour(0.5, 1.5, 0.50), hour(2, 3, 0.60)], "EUR")
    assert PRICES.updated(newer, at(0), at(3.5)).slots == (
        hour(0, 0.5, 0.10),
        hour(0.5, 1.5, 0.50),
        hour(1.5, 2, 0.20),
        hour(2, 3, 0.60),
        hour(3, 3.5, -0.05),
    )
    other = Prices(newer.slots, "SEK")
    assert PRICES.updated(other, at(0), at(3)) == other
    assert PRICES.updated(Prices(), at(1), at(4)) == Prices(PRICES.slots[1:], "EUR")


def test_surplus() -> None:
    """The part of the charging power that is covered is free; a negative price stays."""
    surplus = [Surplus(at(0.5), at(1), 3), Surplus(at(1), at(2), 9), Surplus(at(3), at(4), 9)]
    assert PRICES.with_surplus(surplus, 6).slots == (
        hour(0, 0.5, 0.10),
        hour(0.5, 1, 0.05),
        hour(1, 2, 0),
        hour(3, 4, -0.05),
    )
    assert Prices().with_surplus(surplus, 6) == Prices()


def test_times_of_the_home() -> None:
    """Prices are compared as instants also where clocks are set back."""
    paris = ZoneInfo("Europe/Paris")
    first, second = (datetime(2026, 10, 25, 2, tzinfo=paris, fold=fold) for fold in (0, 1))
    found = prices_of([Price(first, second, 0.10), Price(second, second.replace(hour=3, fold=0), 0.20)])
    assert (found.at(first), found.at(second)) == (0.10, 0.20)
    assert found.cost(first, second.replace(hour=3, fold=0), 2) == pytest.approx(0.30)
