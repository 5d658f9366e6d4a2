"""Tests of prices that the user enters."""

from datetime import UTC, datetime, timedelta

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.renault_ze.const import CONF_ELECTRICITY_PRICE
from tests.common import set_up
from tests.prices.conftest import Pass, Start

NIGHT = {"kind": "two_prices", "price": 0.27, "low_price": 0.2068, "low_begin": "22:30:00", "low_end": "06:30:00"}


def spans(feed_slots: tuple, day: int) -> list[tuple[str, str, float]]:
    """Return the prices that begin on a day of March in UTC, as begin, end and price."""
    return [(f"{each.begin:%H:%M}", f"{each.end:%H:%M}", each.per_kwh) for each in feed_slots if each.begin.day == day]


async def test_one_price(start: Start, freezer: FrozenDateTimeFactory) -> None:
    """One price counts for all hours, today and on the next days."""
    freezer.move_to("2026-11-19 18:00:00+00:00")
    known = (await start(kind="fixed_price", price=0.25)).known
    assert known.currency == "EUR"
    assert known.slots == ((datetime(2026, 11, 18, 23, tzinfo=UTC), datetime(2026, 11, 21, 23, tzinfo=UTC), 0.25),)


async def test_two_prices_over_the_change_of_the_clocks(start: Start, freezer: FrozenDateTimeFactory) -> None:
    """The low price follows the wall clock of the home: in the night of the change it lasts an hour less."""
    freezer.move_to("2026-03-28 18:00:00+00:00")
    known = (await start(**NIGHT)).known
    assert spans(known.slots, 28) == [("05:30", "21:30", 0.27), ("21:30", "04:30", 0.2068)]
    assert spans(known.slots, 29) == [("04:30", "20:30", 0.27), ("20:30", "04:30", 0.2068)]


async def test_two_spans_a_day(start: Start, freezer: FrozenDateTimeFactory) -> None:
    """The hours of the low price may be divided between night and afternoon."""
    freezer.move_to("2026-03-10 18:00:00+00:00")
    afternoon = {"second_low_begin": "14:00:00", "second_low_end": "16:00:00"}
    known = (await start(**{**NIGHT, "low_begin": "01:00:00", **afternoon})).known
    assert spans(known.slots, 10)[:4] == [
        ("00:00", "05:30", 0.2068),
        ("05:30", "13:00", 0.27),
        ("13:00", "15:00", 0.2068),
        ("15:00", "00:00", 0.27),
    ]


async def test_next_day(start: Start, freezer: FrozenDateTimeFactory, let_pass: Pass) -> None:
    """Listeners are told once when a day has passed."""
    freezer.move_to("2026-11-19 22:00:00+00:00")
    feed = await start(kind="fixed_price", price=0.25)
    changes = []
    feed.add_listener(lambda: changes.append(feed.known.slots[0].begin))
    await let_pass(timedelta(hours=3))
    assert changes == [datetime(2026, 11, 19, 23, tzinfo=UTC)]
    assert feed.known.at(datetime(2026, 11, 22, 22, tzinfo=UTC)) == 0.25


async def test_past(start: Start, freezer: FrozenDateTimeFactory) -> None:
    """Past charges cost what the contract says now."""
    freezer.move_to("2026-11-19 18:00:00+00:00")
    feed = await start(**NIGHT)
    begin = datetime(2026, 10, 1, 20, tzinfo=UTC)
    past = await feed.past(begin, begin + timedelta(hours=1))
    assert past.cost(begin, begin + timedelta(hours=1), 10) == pytest.approx(5 * 0.27 + 5 * 0.2068)


async def test_of_an_account(hass: HomeAssistant, mock_config_entry: MockConfigEntry) -> None:
    """An account has the prices of its option, none without it."""
    await set_up(hass, mock_config_entry)
    assert mock_config_entry.runtime_data.prices is None
    hass.config_entries.async_update_entry(
        mock_config_entry, options={CONF_ELECTRICITY_PRICE: {"kind": "fixed_price", "price": 0.25}}
    )
    await hass.config_entries.async_reload(mock_config_entry.entry_id)
    await hass.async_block_till_done()
    assert mock_config_entry.runtime_data.prices.known.at(datetime.now(UTC)) == 0.25
