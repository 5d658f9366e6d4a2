"""Tests of the options of the electricity price and the solar forecast."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from homeassistant.config_entries import ConfigFlowResult
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import issue_registry as ir
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.renault_ze.const import CONF_ELECTRICITY_PRICE, DOMAIN
from tests.common import open_options, suggested
from tests.plan.planned import Car
from tests.prices.integrations import Integration

PRICE = "sensor.electricity_price"
TWO_PRICES = {"price": 0.27, "low_price": 0.2, "low_begin": "22:30:00", "low_end": "06:30:00"}


async def ask_for(hass: HomeAssistant, entry: MockConfigEntry, kind: str) -> ConfigFlowResult:
    """Open the form of a kind of source."""
    menu = await open_options(hass, entry, "electricity_price")
    return await hass.config_entries.options.async_configure(menu["flow_id"], {"next_step_id": kind})


async def submit(hass: HomeAssistant, form: ConfigFlowResult, **values: Any) -> ConfigFlowResult:
    """Submit a form, and wait for the entry to load again."""
    result = await hass.config_entries.options.async_configure(form["flow_id"], values)
    await hass.async_block_till_done(wait_background_tasks=True)
    return result


async def test_contract(car: Car) -> None:
    """A contract is stored, shown again, and removed."""
    assert (await submit(car.hass, await ask_for(car.hass, car.entry, "fixed_price"), price=0.3))["type"] is (
        FlowResultType.CREATE_ENTRY
    )
    assert car.entry.runtime_data.prices.known.at(datetime.now(UTC)) == 0.3
    await submit(car.hass, await ask_for(car.hass, car.entry, "two_prices"), **TWO_PRICES)
    assert car.entry.options[CONF_ELECTRICITY_PRICE] == {"kind": "two_prices", **TWO_PRICES}
    assert suggested(await ask_for(car.hass, car.entry, "two_prices")).items() >= TWO_PRICES.items()
    menu = await open_options(car.hass, car.entry, "electricity_price")
    assert menu["description_placeholders"] == {"current": "Two prices with times"}
    await ask_for(car.hass, car.entry, "no_price")
    await car.hass.async_block_till_done(wait_background_tasks=True)
    assert car.entry.runtime_data.prices is None


@pytest.mark.parametrize(
    ("times", "errors"),
    [
        ({"low_end": "22:30:00"}, {"low_end": "empty_span"}),
        ({"second_low_begin": "14:00:00"}, {"second_low_end": "incomplete_span"}),
        ({"second_low_end": "14:00:00"}, {"second_low_begin": "incomplete_span"}),
    ],
)
async def test_wrong_times(car: Car, times: dict[str, str], errors: dict[str, str]) -> None:
    """The form shows what is wrong with the times, keeps what was entered, and can be submitted again."""
    entered = {**TWO_PRICES, **times}
    form = await submit(car.hass, await ask_for(car.hass, car.entry, "two_prices"), **entered)
    assert (form["errors"], suggested(form).items() >= entered.items()) == (errors, True)
    assert (await submit(car.hass, form, **TWO_PRICES))["type"] is FlowResultType.CREATE_ENTRY


async def test_integration(hass: HomeAssistant, car: Car) -> None:
    """Loaded integrations can be chosen with their areas; without prices, the form shows their answer."""
    aborted = await ask_for(hass, car.entry, "price_integration")
    assert aborted["reason"] == "no_price_integration"
    found = await Integration(hass, "nordpool", date.max, data={"areas": ["FR", "BE"], "currency": "EUR"}).load()
    form = await ask_for(hass, car.entry, "price_integration")
    (select,) = (field for name, field in form["data_schema"].schema.items() if name == "integration")
    assert [each["label"] for each in select.config["options"]] == ["Nordpool (FR)", "Nordpool (BE)"]
    chosen = {"integration": f"{found.entry.entry_id}/BE", "fees": 0.1, "taxes": 21}
    found.failure = TimeoutError("No answer.")
    form = await submit(hass, form, **chosen)
    assert form["errors"] == {"integration": "no_prices_of_integration"}
    assert "No answer" in form["description_placeholders"]["reason"]
    found.failure = None
    assert (await submit(hass, form, **chosen))["type"] is FlowResultType.CREATE_ENTRY
    assert {each["areas"][0] for each in found.calls} == {"BE"}
    assert car.entry.runtime_data.prices.known.slots
    assert suggested(await ask_for(hass, car.entry, "price_integration")).items() >= chosen.items()


@pytest.mark.parametrize(
    ("state", "attributes"),
    [
        ("12", {"unit_of_measurement": "kWh"}),
        ("unavailable", {}),
        ("unknown", {"unit_of_measurement": "EUR/kWh"}),
        ("2026-11-19", {"rates": [{"start": "soon", "value_inc_vat": "much"}]}),
    ],
)
async def test_entity_without_prices(hass: HomeAssistant, car: Car, state: str, attributes: dict[str, Any]) -> None:
    """The form shows what is expected of an entity."""
    hass.states.async_set(PRICE, state, attributes)
    given = {"entities": [PRICE], "fees": 0, "taxes": 0}
    form = await submit(hass, await ask_for(hass, car.entry, "price_entity"), **given)
    assert form["errors"] == {"entities": "no_prices_of_entities"}
    assert form["description_placeholders"] == {"entities": PRICE, "unit": "EUR/kWh"}
    hass.states.async_set(PRICE, "0.2", {"unit_of_measurement": "EUR/kWh"})
    assert (await submit(hass, form, **given))["type"] is FlowResultType.CREATE_ENTRY


async def test_repairs(hass: HomeAssistant, car: Car, issue_registry: ir.IssueRegistry) -> None:
    """Another currency and a removed source are reported, until another source is chosen."""

    def issues() -> set[str]:
        return {
            issue.removesuffix(f"_{car.entry.entry_id}") for domain, issue in issue_registry.issues if domain == DOMAIN
        }

    hass.states.async_set(PRICE, "0.2", {"unit_of_measurement": "GBP/kWh"})
    await submit(hass, await ask_for(hass, car.entry, "price_entity"), entities=[PRICE], fees=0, taxes=0)
    assert issues() == {"price_currency"}
    hass.states.async_remove(PRICE)
    await hass.async_block_till_done()
    assert issues() == {"price_currency", "price_source_removed"}
    await submit(hass, await ask_for(hass, car.entry, "fixed_price"), price=0.3)
    assert issues() == set()


async def test_history_is_removed_with_the_account(hass: HomeAssistant, car: Car, hass_storage: dict[str, Any]) -> None:
    """Seen prices are on disk after the unload, used after the reload, and deleted with the account."""
    key = f"{DOMAIN}.{car.entry.entry_id}.prices"
    hass.states.async_set(PRICE, "0.2", {"unit_of_measurement": "EUR/kWh"})
    await submit(hass, await ask_for(hass, car.entry, "price_entity"), entities=[PRICE], fees=0, taxes=0)
    await hass.config_entries.async_unload(car.entry.entry_id)
    ((_, _, price),) = hass_storage[key]["data"]["prices"]
    assert price == 0.2
    hass.states.async_set(PRICE, "unavailable")
    await car.set_up()
    assert car.entry.runtime_data.prices.known.at(datetime.now(UTC)) == 0.2
    await hass.config_entries.async_remove(car.entry.entry_id)
    await hass.async_block_till_done()
    assert key not in hass_storage


async def test_other_fees(hass: HomeAssistant, car: Car) -> None:
    """Other fees count at once, also for prices that were known before; what was paid stays as it was."""
    found = await Integration(hass, "omie", date.max).load()
    form = await ask_for(hass, car.entry, "price_integration")
    chosen = {"integration": f"{found.entry.entry_id}/es", "taxes": 0}
    await submit(hass, form, **chosen, fees=0.1)
    now = dt_util.utcnow()
    before = car.entry.runtime_data.prices.known
    await submit(hass, await ask_for(hass, car.entry, "price_integration"), **chosen, fees=0.2)
    feed = car.entry.runtime_data.prices
    later = now + timedelta(hours=1)
    assert feed.known.at(later) == pytest.approx(before.at(later) + 0.1)


@pytest.mark.parametrize("content", [{}, {"currency": "EUR", "prices": [[1, 2]]}, {"currency": "EUR", "prices": 3}, []])
async def test_damaged_history(hass: HomeAssistant, car: Car, hass_storage: dict[str, Any], content: Any) -> None:
    """A damaged file is replaced."""
    hass.states.async_set(PRICE, "0.2", {"unit_of_measurement": "EUR/kWh"})
    key = f"{DOMAIN}.{car.entry.entry_id}.prices"
    hass_storage[key] = {"version": 1, "minor_version": 1, "key": key, "data": content}
    await submit(hass, await ask_for(hass, car.entry, "price_entity"), entities=[PRICE], fees=0, taxes=0)
    assert car.entry.runtime_data.prices.known.at(datetime.now(UTC)) == 0.2
