"""Tests of prices from entities, in the forms of the integrations that owners use."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.const import STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.util import dt as dt_util
import pytest

from custom_components.renault_ze.const import CONF_ELECTRICITY_PRICE, DOMAIN
from custom_components.renault_ze.prices.rates import PriceUnit, price_unit
from tests.prices.conftest import Pass, Start
from tests.prices.integrations import HOUR, QUARTER, price_at, steps

PRICE = "sensor.electricity_price"
TODAY, TOMORROW = date(2026, 11, 19), date(2026, 11, 20)
pytestmark = pytest.mark.freeze_time("2026-11-19 18:00:00+00:00")


def begins(*dates: date, length: timedelta = HOUR) -> list[datetime]:
    """Return when the prices of some days begin, in the time of the home."""
    return [dt_util.as_local(at) for day in dates for at in steps(day, dt_util.get_default_time_zone(), length)]


def nord_pool() -> tuple[str, dict[str, Any]]:
    """Return the custom integration Nord Pool: instants, and lists of plain numbers beside them."""
    today, tomorrow = (
        [{"start": at, "end": at + QUARTER, "value": price_at(at)} for at in begins(day, length=QUARTER)]
        for day in (TODAY, TOMORROW)
    )
    plain = {"today": [9.0] * 24, "tomorrow": [9.0] * 24}
    return "EUR/kWh", {"raw_today": today, "raw_tomorrow": tomorrow, "tomorrow_valid": True, **plain}


def tibber_like() -> tuple[str, dict[str, Any]]:
    """Return a sensor of Tibber's API: begins without ends."""
    today, tomorrow = (
        [{"total": price_at(at), "energy": 0.1, "tax": 0.1, "startsAt": at.isoformat()} for at in begins(day)]
        for day in (TODAY, TOMORROW)
    )
    return "EUR/kWh", {"today": today, "tomorrow": tomorrow}


def plain_numbers() -> tuple[str, dict[str, Any]]:
    """Return a sensor whose lists are the hours of the day."""
    today, tomorrow = ([price_at(at) * 100 for at in begins(day)] for day in (TODAY, TOMORROW))
    return "ct/kWh", {"today": today, "tomorrow": tomorrow}


def epex_spot() -> tuple[str, dict[str, Any]]:
    """Return EPEX Spot."""
    rows = [
        {"start_time": at.isoformat(), "end_time": (at + HOUR).isoformat(), "price_per_kwh": price_at(at)}
        for at in begins(TODAY, TOMORROW)
    ]
    return "€/kWh", {"data": rows, "rank": 3}


def epex_spot_earlier() -> tuple[str, dict[str, Any]]:
    """Return an earlier version of EPEX Spot, with two units in each row."""
    rows = [
        {
            "start_time": at.isoformat(),
            "end_time": (at + HOUR).isoformat(),
            "price_eur_per_mwh": price_at(at) * 1000,
            "price_ct_per_kwh": price_at(at) * 100,
        }
        for at in begins(TODAY, TOMORROW)
    ]
    return "EUR/MWh", {"data": rows}


def entso_e() -> tuple[str, dict[str, Any]]:
    """Return ENTSO-E: texts with a space."""
    today, tomorrow = ([{"time": str(at), "price": price_at(at)} for at in begins(day)] for day in (TODAY, TOMORROW))
    return "EUR/kWh", {"prices_today": today, "prices_tomorrow": tomorrow, "prices": [*today, *tomorrow]}


def per_mwh() -> tuple[str, dict[str, Any]]:
    """Return prices per MWh with begin and end."""
    rows = [{"from": at, "till": at + HOUR, "price": price_at(at) * 1000} for at in begins(TODAY, TOMORROW)]
    return "EUR/MWh", {"prices": rows}


@pytest.mark.parametrize(
    "form", [nord_pool, tibber_like, plain_numbers, epex_spot, epex_spot_earlier, entso_e, per_mwh]
)
async def test_lists(hass: HomeAssistant, start: Start, form: Any) -> None:
    """Every form shows the same two days."""
    unit, attributes = form()
    hass.states.async_set(PRICE, "0.21", {"unit_of_measurement": unit, **attributes})
    feed = await start(kind="price_entity", entities=[PRICE])
    begin, end = (dt_util.start_of_local_day(day).astimezone(UTC) for day in (TODAY, TOMORROW + timedelta(days=1)))
    assert list(feed.known.gaps(begin, end)) == []
    assert [at for at in begins(TODAY, TOMORROW) if feed.known.at(at) != pytest.approx(price_at(at))] == []
    assert (feed.known.currency, feed.known.at(end)) == ("EUR", None)


async def test_events_of_octopus(hass: HomeAssistant, start: Start) -> None:
    """Two event entities together show two days; that of tomorrow comes later."""
    await hass.config.async_update(currency="GBP", time_zone="Europe/London")
    ids = [f"event.octopus_energy_electricity_1_2_{day}_day_rates" for day in ("current", "next")]

    def show(entity: str, days: Sequence[date]) -> None:
        rates = [
            {"start": at, "end": at + HOUR / 2, "value_inc_vat": price_at(at), "is_capped": False}
            for at in begins(*days, length=HOUR / 2)
        ]
        hass.states.async_set(entity, "2026-11-19T16:00:00+00:00", {"event_type": "rates", "rates": rates})

    show(ids[0], [TODAY])
    show(ids[1], [])
    feed = await start(kind="price_entity", entities=ids)
    changes = []
    feed.add_listener(lambda: changes.append(1))
    assert feed.known.at(datetime(2026, 11, 20, 10, tzinfo=UTC)) is None
    show(ids[1], [TOMORROW])
    await hass.async_block_till_done()
    assert feed.known.at(datetime(2026, 11, 20, 10, tzinfo=UTC)) == pytest.approx(0.20)
    assert (changes, feed.known.currency) == ([1], "GBP")


async def test_plain_sensor(hass: HomeAssistant, start: Start, freezer: FrozenDateTimeFactory, let_pass: Pass) -> None:
    """A sensor without a list has a price for the present, and those it has shown."""
    hass.states.async_set(PRICE, "21.5", {"unit_of_measurement": "c€/kWh"})
    feed = await start(kind="price_entity", entities=[PRICE])
    await let_pass(timedelta(hours=1))
    hass.states.async_set(PRICE, "18", {"unit_of_measurement": "c€/kWh"})
    await let_pass(timedelta(minutes=15))
    begin = datetime(2026, 11, 19, 18, tzinfo=UTC)
    assert feed.known.at(begin) == pytest.approx(0.215)
    assert feed.known.at(begin + timedelta(minutes=75)) == pytest.approx(0.18)
    assert feed.known.at(begin + timedelta(minutes=91)) is None


async def test_unavailable_and_invalid(hass: HomeAssistant, start: Start) -> None:
    """The last good prices stay while the entity is unavailable; invalid rows are gaps."""
    unit, attributes = entso_e()
    hass.states.async_set(PRICE, "0.21", {"unit_of_measurement": unit, **attributes})
    feed = await start(kind="price_entity", entities=[PRICE])
    known = feed.known
    hass.states.async_set(PRICE, STATE_UNAVAILABLE)
    await hass.async_block_till_done()
    assert (feed.known, feed.problem) == (known, None)
    rows = [
        {"time": str(at), "price": value}
        for at, value in zip(begins(TODAY), [0.3, None, "nan", True, "0.4", {}], strict=False)
    ]
    hass.states.async_set(PRICE, "0.21", {"unit_of_measurement": unit, "prices": [*rows, None, {"price": 1}]})
    await hass.async_block_till_done()
    found = [feed.known.at(at) for at in begins(TODAY)[:6]]
    assert found == [0.3, *(price_at(at) for at in begins(TODAY)[1:4]), 0.4, price_at(begins(TODAY)[5])]


async def test_removed(hass: HomeAssistant, start: Start) -> None:
    """An entity that is removed is reported, one that is not loaded yet is not."""
    entry = er.async_get(hass).async_get_or_create("sensor", "test", "1", suggested_object_id="electricity_price")
    feed = await start(kind="price_entity", entities=[PRICE])
    assert (feed.known.slots, feed.problem) == ((), None)
    hass.states.async_set(PRICE, "0.3", {"unit_of_measurement": "EUR/kWh"})
    await hass.async_block_till_done()
    assert feed.known.at(dt_util.utcnow()) == 0.3
    er.async_get(hass).async_remove(entry.entity_id)
    hass.states.async_remove(PRICE)
    await hass.async_block_till_done()
    assert feed.problem == "price_source_removed"


async def test_renamed(hass: HomeAssistant, start: Start) -> None:
    """The option follows an entity that is renamed."""
    registry = er.async_get(hass)
    registry.async_get_or_create("sensor", "test", "1", suggested_object_id="electricity_price")
    await start(kind="price_entity", entities=[PRICE])
    registry.async_update_entity(PRICE, new_entity_id="sensor.tariff")
    await hass.async_block_till_done()
    (entry,) = hass.config_entries.async_entries(DOMAIN)
    assert entry.options[CONF_ELECTRICITY_PRICE]["entities"] == ["sensor.tariff"]


@pytest.mark.parametrize(
    ("unit", "expected"),
    [
        ("EUR/kWh", (1, "EUR")),
        ("€/MWh", (0.001, "EUR")),
        ("ct/kWh", (0.01, None)),
        ("öre/kWh", (0.01, None)),
        ("p/kWh", (0.01, "GBP")),
        ("kr/kWh", (1, None)),
        ("$/kWh", (1, None)),
        ("sek / kWh", (1, "SEK")),
        (None, (1, None)),
        ("kWh", None),
        ("°C", None),
        ("EUR/m³", None),
    ],
)
def test_units(unit: str | None, expected: tuple[float, str | None] | None) -> None:
    """Units name the currency and the amount of energy."""
    assert price_unit(unit) == (None if expected is None else PriceUnit(*expected))
