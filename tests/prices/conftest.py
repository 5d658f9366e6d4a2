"""Fixtures of the tests of electricity prices."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.renault_ze.const import CONF_ELECTRICITY_PRICE, DOMAIN
from custom_components.renault_ze.prices import start_prices
from custom_components.renault_ze.prices.feed import PriceFeed
from tests.common import fire_time_changed

type Start = Callable[..., Awaitable[PriceFeed]]
type Pass = Callable[[timedelta], Awaitable[None]]


@pytest.fixture
async def start(hass: HomeAssistant) -> AsyncIterator[Start]:
    """Return a function that starts the feed of a source; in Paris, in euros, unless the test changes that."""
    await hass.config.async_set_time_zone("Europe/Paris")
    hass.config.currency = "EUR"
    feeds = []

    async def begin(**source: Any) -> PriceFeed:
        entry = MockConfigEntry(domain=DOMAIN, title="Renault Z.E.", options={CONF_ELECTRICITY_PRICE: source})
        entry.add_to_hass(hass)
        feed = await start_prices(hass, entry)
        assert feed is not None
        feeds.append(feed)
        await hass.async_block_till_done(wait_background_tasks=True)
        return feed

    yield begin
    for feed in feeds:
        await feed.stop()


@pytest.fixture
def let_pass(hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> Pass:
    """Return a function that lets time pass, a quarter of an hour at a time."""

    async def pass_by(span: timedelta) -> None:
        for _ in range(span // timedelta(minutes=15)):
            freezer.tick(timedelta(minutes=15))
            fire_time_changed(hass)
            await hass.async_block_till_done(wait_background_tasks=True)

    return pass_by
