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
from simulator import Simulator
from simulator.myrenault import MyRenaultSimulator
from tests.common import fire_time_changed, only_device, set_up
from tests.plan.planned import Later
from tests.prices.homes import CHEAP_AT_2, ENTITY, MODE, NIGHT, WEDNESDAY, Home, show_prices

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


@pytest.fixture(params=["Z.E. Services", "MY Renault"])
async def home(
    request: pytest.FixtureRequest,
    hass: HomeAssistant,
    later: Later,
    simulator: Simulator,
    mock_config_entry: MockConfigEntry,
    renault: MyRenaultSimulator,
    renault_entry: MockConfigEntry,
) -> Home:
    """Return a car in London, plugged in at 60 % for the cheapest hours, of which 02:00 to 05:00 are the best."""
    is_first = request.param == "Z.E. Services"
    server, entry = (simulator, mock_config_entry) if is_first else (renault, renault_entry)
    await hass.config.async_update(time_zone="Europe/London", currency="EUR")
    show_prices(hass, WEDNESDAY, CHEAP_AT_2)
    options = {CONF_ELECTRICITY_PRICE: {"kind": "price_entity", "entities": [ENTITY]}}
    entry.add_to_hass(hass)
    hass.config_entries.async_update_entry(entry, options={**entry.options, **options})
    await set_up(hass, entry)
    home = Home(hass=hass, entry=entry, server=server, device=only_device(hass, entry), later=later)
    await later(60, 5)
    await home.ask("set_charge_schedule", windows=[NIGHT])
    await later(300, 5)
    home.plug(60)
    await later(300, 2)
    await home.call("select.select_option", MODE, option="cheapest_hours")
    await later(300, 3)
    server.log.entries.clear()
    return home
