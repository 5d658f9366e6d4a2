"""Fixtures for Home Assistant with a replayed car."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.renault_ze.const import (
    CONF_ACCOUNT_ID,
    CONF_ADDRESS,
    CONF_CLOUD,
    CONF_LOCALE,
    DOMAIN,
    MY_RENAULT,
)
from tests.common import fire_time_changed, set_up
from tests.replay.server import ACCOUNT, Replay

type Shown = Callable[[Replay], Awaitable[dict[str, str]]]


@pytest.fixture
async def entry(hass: HomeAssistant, enable_custom_integrations: None) -> MockConfigEntry:
    """Return an entry for the replayed account, whose address is not known yet."""
    hass.loop.set_debug(False)
    await hass.config.async_set_time_zone("Europe/Paris")
    data = {"username": "you@example.com", "password": "P4ssw0rd", CONF_CLOUD: MY_RENAULT, CONF_LOCALE: "fr_FR"}
    found = MockConfigEntry(
        domain=DOMAIN, title="Renault Z.E.", unique_id=ACCOUNT, data={**data, CONF_ACCOUNT_ID: ACCOUNT}
    )
    found.add_to_hass(hass)
    return found


@pytest.fixture
async def shown(hass: HomeAssistant, socket_enabled: None, entry: MockConfigEntry) -> AsyncIterator[Shown]:
    """Return a function that sets a replayed car up and returns the states of its entities by their short name."""
    running: list[Replay] = []

    async def set_up_and_show(replay: Replay) -> dict[str, str]:
        if replay not in running:
            await replay.start()
            running.append(replay)
            hass.config_entries.async_update_entry(entry, data={**entry.data, CONF_ADDRESS: replay.url})
            await set_up(hass, entry)
        return states(hass)

    yield set_up_and_show
    for replay in running:
        await replay.stop()


@pytest.fixture
def later(hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> Callable[[timedelta], Awaitable[None]]:
    """Return a function that lets time pass for Home Assistant."""

    async def pass_by(span: timedelta) -> None:
        freezer.tick(span)
        fire_time_changed(hass)
        await hass.async_block_till_done(wait_background_tasks=True)

    return pass_by


def states(hass: HomeAssistant) -> dict[str, str]:
    """Return the states of the car's entities by their short name."""
    found = {each.entity_id: each.state for each in hass.states.async_all() if "renault_z_e" in each.entity_id}
    return {entity_id.replace("renault_z_e_", ""): found[entity_id] for entity_id in sorted(found)}
