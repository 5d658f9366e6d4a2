"""What charging in the cheapest hours saves."""

from datetime import UTC, date, datetime, timedelta

import pytest

from custom_components.renault_ze.plan.charge_model import ChargeModel
from custom_components.renault_ze.plan.model import Plan, as_json, from_json
from custom_components.renault_ze.plan.savings import Savings, with_report
from custom_components.renault_ze.vehicle.prices import Price, Prices, prices_of

HOUR = timedelta(hours=1)
NOW = datetime(2026, 11, 18, 18, tzinfo=UTC)
MONTH = date(2026, 11, 1)
MODEL = ChargeModel(percent_per_hour=10, battery_kwh=40, loss=0)
# Dear in the evening, cheap from 02:00 on.
PRICES = prices_of([Price(NOW, NOW + 8 * HOUR, 0.3), Price(NOW + 8 * HOUR, NOW + 14 * HOUR, 0.1)], "EUR")
WINDOW = (NOW + 8 * HOUR, NOW + 10 * HOUR)


def after(*reports: tuple[float, float | None], prices: Prices = PRICES, windows: bool = True) -> Savings:
    """Return the savings after reports of hours and levels, None for an unplugged car."""
    savings = None
    for hours, level in reports:
        report = None if level is None else (level, NOW + hours * HOUR)
        savings = with_report(savings, report, [WINDOW] if windows else [], prices, MODEL, MONTH)
    assert savings is not None
    return savings


def test_charge_in_the_cheap_hours() -> None:
    """Compare 8 kWh for 0.1 each with 0.3 each, also after the car left."""
    reports = [(0, 60), (3, 60), (8.5, 62), (10.5, 80)]
    assert after(*reports).amount == pytest.approx(8 * 0.2)
    assert after(*reports, (13, None)).amount == pytest.approx(8 * 0.2)
    assert after(*reports, (13, None), (13.5, 50)).amount == pytest.approx(8 * 0.2)


def test_few_reports() -> None:
    """Charge in the window, not evenly between two reports."""
    assert after((0, 60), (12, 80)).amount == pytest.approx(8 * 0.2)


def test_immediate_charge_saves_nothing() -> None:
    """Pay the same."""
    assert after((0, 60), (1, 70), (2, 80), windows=False).amount == pytest.approx(0, abs=0.01)


def test_unknown_prices() -> None:
    """Count nothing where prices are unknown."""
    assert after((0, 60), (10, 80), prices=Prices()).amount == 0


def test_new_month_and_storage() -> None:
    """Start again with each month, and survive a restart."""
    savings = after((0, 60), (8.5, 62), (10.5, 80))
    assert from_json(as_json(Plan(charge_enabled=True, savings=savings))).savings == savings
    later = with_report(savings, (80, NOW + 11 * HOUR), [], PRICES, MODEL, date(2026, 12, 1))
    assert (later.month, later.amount) == (date(2026, 12, 1), 0)
