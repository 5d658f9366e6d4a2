"""Tests of prices from other integrations."""

from datetime import UTC, date, datetime, timedelta

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import entity_registry as er
from homeassistant.util import dt as dt_util
import pytest

from custom_components.renault_ze.prices.feed import PriceFeed
from tests.prices.conftest import Pass, Start
from tests.prices.integrations import Integration, price_at

TODAY, TOMORROW = date(2026, 11, 19), date(2026, 11, 20)
CHOICES = {"nordpool": "FR", "omie": "es", "tibber": "Villa"}
CONFIG = {"nordpool": {"data": {"areas": ["FR", "BE"], "currency": "EUR"}}}


def at(text: str) -> datetime:
    """Return an instant in UTC."""
    return datetime.fromisoformat(f"{text}+00:00")


def midnight(day: date) -> datetime:
    """Return when a day begins at home."""
    return dt_util.start_of_local_day(day)


async def started(start: Start, found: Integration) -> PriceFeed:
    """Return the feed of an integration, which is loaded first."""
    await found.load()
    domain = found.entry.domain
    return await start(kind="price_integration", integration=found.entry.entry_id, choice=CHOICES.get(domain, ""))


def wrong(feed: PriceFeed, begin: datetime, end: datetime) -> list[datetime]:
    """Return the quarter hours of a span whose price differs from that of the integration."""
    quarters = [begin + timedelta(minutes=15 * each) for each in range((end - begin) // timedelta(minutes=15))]
    return [each for each in quarters if feed.known.at(each) != pytest.approx(price_at(each))]


@pytest.mark.parametrize("domain", ["easyenergy", "energyzero", "nordpool", "omie", "tibber"])
@pytest.mark.parametrize("day", [TODAY, date(2026, 3, 28), date(2026, 10, 24)])
async def test_two_days(
    hass: HomeAssistant, start: Start, freezer: FrozenDateTimeFactory, domain: str, day: date
) -> None:
    """The prices of today and tomorrow are complete, also when the clocks change."""
    freezer.move_to(f"{day}T16:20:00+00:00")
    feed = await started(start, Integration(hass, domain, day + timedelta(days=1), **CONFIG.get(domain, {})))
    begin, end = (midnight(day + timedelta(days=ahead)).astimezone(UTC) for ahead in (0, 2))
    assert wrong(feed, begin, end) == []
    assert list(feed.known.gaps(begin, end)) == []
    assert feed.known.at(end) is None
    assert (feed.known.currency, feed.problem) == ("EUR", None)


@pytest.mark.parametrize(
    ("domain", "currency", "hours"), [("green_planet_energy", "EUR", (0, 24)), ("amberelectric", "AUD", (0.5, 24))]
)
async def test_next_hours(
    hass: HomeAssistant,
    start: Start,
    freezer: FrozenDateTimeFactory,
    domain: str,
    currency: str,
    hours: tuple[float, float],
) -> None:
    """Some integrations only know the next hours."""
    freezer.move_to("2026-11-19 16:00:00+00:00")
    feed = await started(start, Integration(hass, domain, TOMORROW))
    begin, end = (dt_util.utcnow() + timedelta(hours=each) for each in hours)
    assert wrong(feed, begin, end) == []
    assert list(feed.known.gaps(begin, end)) == []
    assert feed.known.currency == currency


async def test_earlier_hours_are_kept(
    hass: HomeAssistant, start: Start, freezer: FrozenDateTimeFactory, let_pass: Pass
) -> None:
    """The hours of today that the integration no longer tells stay known, also for the cost of a charge."""
    freezer.move_to("2026-11-19 16:00:00+00:00")
    feed = await started(start, Integration(hass, "green_planet_energy", TOMORROW))
    await let_pass(timedelta(hours=3))
    assert feed.known.at(at("2026-11-19 16:10")) == pytest.approx(0.26)
    freezer.move_to("2026-11-22 10:00:00+00:00")
    past = await feed.past(at("2026-11-19 16:00"), at("2026-11-19 18:00"))
    assert past.cost(at("2026-11-19 16:00"), at("2026-11-19 18:00"), 10) == pytest.approx(2.65)


async def test_late_publication(
    hass: HomeAssistant, start: Start, freezer: FrozenDateTimeFactory, let_pass: Pass, caplog: pytest.LogCaptureFixture
) -> None:
    """Tomorrow's prices are asked for from noon on, every quarter of an hour, and only until they are known."""
    freezer.move_to("2026-11-19 08:00:00+00:00")
    found = Integration(hass, "omie", TODAY)
    feed = await started(start, found)
    found.calls.clear()
    await let_pass(timedelta(hours=2, minutes=45))
    assert found.calls == []
    changes = []
    feed.add_listener(lambda: changes.append(dt_util.utcnow()))
    await let_pass(timedelta(hours=3))
    assert {each["date"] for each in found.calls} == {"2026-11-20"}
    assert len(found.calls) == 12
    assert (changes, feed.problem) == ([], None)
    found.published = TOMORROW
    await let_pass(timedelta(minutes=15))
    assert len(changes) == 1
    assert feed.known.at(at("2026-11-20 20:00")) == pytest.approx(0.30)
    found.calls.clear()
    await let_pass(timedelta(hours=3))
    assert found.calls == []
    assert "no current electricity price" not in caplog.text


async def test_outage(
    hass: HomeAssistant, start: Start, freezer: FrozenDateTimeFactory, let_pass: Pass, caplog: pytest.LogCaptureFixture
) -> None:
    """Known prices outlast an outage; without one for a day, the user is told."""
    freezer.move_to("2026-11-19 18:00:00+00:00")
    found = Integration(hass, "easyenergy", TODAY)
    feed = await started(start, found)
    found.failure = HomeAssistantError("Failed to fetch prices")
    await let_pass(timedelta(hours=4))
    assert feed.known.at(at("2026-11-19 22:30")) == pytest.approx(0.32)
    await let_pass(timedelta(hours=24))
    assert feed.problem is None
    await let_pass(timedelta(hours=2))
    assert feed.problem == "no_prices"
    assert caplog.text.count("no current electricity price") == 1
    found.failure, found.published = None, date(2026, 11, 21)
    await let_pass(timedelta(minutes=15))
    assert feed.problem is None
    assert feed.known.at(dt_util.utcnow()) is not None


@pytest.mark.parametrize("failure", [ValueError("unexpected"), TimeoutError(), KeyError("x")])
async def test_faulty_integration(
    hass: HomeAssistant, start: Start, freezer: FrozenDateTimeFactory, let_pass: Pass, failure: Exception
) -> None:
    """An integration that fails in any way is asked again."""
    freezer.move_to("2026-11-19 18:00:00+00:00")
    found = Integration(hass, "tibber", TOMORROW)
    found.failure = failure
    feed = await started(start, found)
    assert feed.known.slots == ()
    found.failure = None
    await let_pass(timedelta(minutes=15))
    assert feed.known.at(at("2026-11-20 10:00")) == pytest.approx(0.20)


@pytest.mark.parametrize(
    "response", [{}, {"prices": None}, {"prices": [{"start": "x"}, 3, None]}, {"prices": {"a": 1}}]
)
async def test_unexpected_response(
    hass: HomeAssistant, start: Start, freezer: FrozenDateTimeFactory, response: dict
) -> None:
    """A response in another form has no prices."""
    found = Integration(hass, "energyzero", TOMORROW)
    found._respond = lambda *_: response
    feed = await started(start, found)
    assert (feed.known.slots, feed.problem) == ((), None)


async def test_removed(hass: HomeAssistant, start: Start, freezer: FrozenDateTimeFactory, let_pass: Pass) -> None:
    """A removed integration is reported at once; the known prices stay until they have passed."""
    freezer.move_to("2026-11-19 18:00:00+00:00")
    found = Integration(hass, "green_planet_energy", TODAY)
    feed = await started(start, found)
    await hass.config_entries.async_remove(found.entry.entry_id)
    await hass.async_block_till_done()
    assert feed.problem == "price_source_removed"
    assert feed.known.at(at("2026-11-19 22:30")) == pytest.approx(0.32)
    await let_pass(timedelta(hours=6))
    assert feed.known.slots == ()


async def test_removed_while_no_price_is_missing(hass: HomeAssistant, start: Start) -> None:
    """It is reported although nothing has to be requested."""
    found = Integration(hass, "omie", date.max)
    feed = await started(start, found)
    before = len(found.calls)
    await feed.update()
    assert (len(found.calls), feed.problem) == (before, None)
    await hass.config_entries.async_remove(found.entry.entry_id)
    await hass.async_block_till_done()
    assert feed.problem == "price_source_removed"


async def test_past_of_an_integration(hass: HomeAssistant, start: Start, freezer: FrozenDateTimeFactory) -> None:
    """Past days are read by the action once, and stored."""
    freezer.move_to("2026-11-19 18:00:00+00:00")
    found = Integration(hass, "nordpool", TOMORROW, **CONFIG["nordpool"])
    feed = await started(start, found)
    found.calls.clear()
    span = at("2026-11-02 22:00"), at("2026-11-03 01:00")
    assert (await feed.past(*span)).cost(*span, 3) == pytest.approx(0.32 + 0.33 + 0.10)
    assert [each["date"] for each in found.calls] == ["2026-11-02", "2026-11-03"]
    assert (await feed.past(*span)).cost(*span, 3) == pytest.approx(0.75)
    assert len(found.calls) == 2


async def test_currency_of_tibber(hass: HomeAssistant, start: Start, freezer: FrozenDateTimeFactory) -> None:
    """The currency is that of its sensor: the response has none; it is not converted."""
    freezer.move_to("2026-11-19 18:00:00+00:00")
    found = Integration(hass, "tibber", TOMORROW)
    er.async_get(hass).async_get_or_create(
        "sensor", "tibber", "price", config_entry=found.entry, unit_of_measurement="NOK/kWh"
    )
    feed = await started(start, found)
    assert (feed.known.currency, feed.other_currency) == ("NOK", "NOK")
    await hass.config.async_update(currency="NOK")
    await hass.async_block_till_done()
    assert feed.other_currency is None


async def test_fees_and_taxes(hass: HomeAssistant, start: Start, freezer: FrozenDateTimeFactory) -> None:
    """Fees and taxes are added to the price of a market."""
    freezer.move_to("2026-11-19 18:00:00+00:00")
    found = await Integration(hass, "omie", TOMORROW).load()
    feed = await start(kind="price_integration", integration=found.entry.entry_id, choice="pt", fees=0.05, taxes=23)
    assert feed.known.at(at("2026-11-20 10:00")) == pytest.approx((0.20 + 0.05) * 1.23)
