"""What happens when Home Assistant's currency changes, or is not the one of the prices."""

from datetime import date
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
import pytest

from custom_components.renault_ze.const import CONF_ELECTRICITY_PRICE, DOMAIN
from tests.plan.planned import Car, reload
from tests.prices.integrations import Integration

pytestmark = pytest.mark.freeze_time("2026-11-18 18:30:00+00:00")

COST, SAVED = "sensor.renault_z_e_last_charge_cost", "sensor.renault_z_e_saved"


async def use(car: Car, **source: Any) -> None:
    """Choose a source of prices, and the cheapest hours."""
    car.hass.config_entries.async_update_entry(car.entry, options={CONF_ELECTRICITY_PRICE: source})
    await reload(car.hass, car.entry)
    await car.call("select.select_option", "select.renault_z_e_charge_mode", option="cheapest_hours")
    await car.later(601)


def repairs(car: Car) -> dict[str, Any]:
    """Return the placeholders of the open repairs of the account."""
    issues = ir.async_get(car.hass).issues.items()
    ours = {issue: found.translation_placeholders for (domain, issue), found in issues if domain == DOMAIN}
    return {issue.removesuffix(f"_{car.entry.entry_id}"): values for issue, values in ours.items()}


def units(car: Car) -> set[str]:
    """Return the units of the amounts of money."""
    return {car.state(each).attributes["unit_of_measurement"] for each in (COST, SAVED)}


async def test_prices_keep_their_currency(hass: HomeAssistant, car: Car) -> None:
    """Report at once that all known prices are in another currency, and until it is Home Assistant's again."""
    await hass.config.async_update(currency="GBP")
    found = await Integration(hass, "nordpool", date.max, data={"areas": ["UK"], "currency": "GBP"}).load()
    await use(car, kind="price_integration", integration=found.entry.entry_id, choice="UK")
    assert (repairs(car), units(car)) == ({}, {"GBP"})
    for currency in ("EUR", "CHF"):
        await hass.config.async_update(currency=currency)
        await hass.async_block_till_done(wait_background_tasks=True)
        assert repairs(car)["price_currency"]["home_currency"] == currency
        assert units(car) == {"GBP"}
    await hass.config.async_update(currency="GBP")
    await hass.async_block_till_done(wait_background_tasks=True)
    assert (repairs(car), units(car)) == ({}, {"GBP"})


async def test_no_currency(hass: HomeAssistant, car: Car) -> None:
    """Show amounts without a currency."""
    hass.config.currency = None  # type: ignore[assignment]
    await use(car, kind="fixed_price", price=0.3)
    assert repairs(car) == {}
    assert car.value("sensor.renault_z_e_planned_charge") != "unavailable"
