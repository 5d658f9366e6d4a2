"""A Home Assistant with an account of a simulator, in either integration."""

from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from enum import StrEnum
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import DEFAULT, AsyncMock, patch

from homeassistant import loader
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.helpers.aiohttp_client import async_get_clientsession
from homeassistant.setup import async_setup_component
from pytest_homeassistant_custom_component.common import (  # type: ignore[import-untyped]
    MockConfigEntry,
    async_test_home_assistant,
)
from renault_api.const import AVAILABLE_LOCALES

from simulator import Account

from .server import CREDENTIALS, MY_RENAULT, Server

LOCALE = "en_GB"


class Domain(StrEnum):
    """An integration that is measured."""

    CORE = "renault"
    OURS = "renault_ze"


@contextmanager
def folder() -> Iterator[Path]:
    """Provide an empty configuration folder."""
    with TemporaryDirectory() as path:
        yield Path(path)


@asynccontextmanager
async def house(config: Path) -> AsyncIterator[HomeAssistant]:
    """Run a new Home Assistant without an account."""
    # Home Assistant allows one of these in a process, and a restart needs a second.
    zeroconf = patch.multiple("homeassistant.components.zeroconf", HaZeroconf=DEFAULT, HaAsyncZeroconf=DEFAULT)
    # Otherwise it looks every 5 s for trackers of another kind, which costs more than either integration.
    stale = patch("homeassistant.components.device_tracker.legacy.async_track_utc_time_change")
    with stale, zeroconf as mocks:
        mocks["HaAsyncZeroconf"].return_value = AsyncMock()
        async with _bare_house(config) as hass:
            yield hass


@asynccontextmanager
async def _bare_house(config: Path) -> AsyncIterator[HomeAssistant]:
    """Run a Home Assistant whose network and web server are ready before an account is set up, as in one that runs."""
    async with async_test_home_assistant(config_dir=str(config)) as hass:
        hass.data.pop(loader.DATA_CUSTOM_COMPONENTS, None)
        await hass.config.async_set_time_zone("Europe/London")
        for domain in ("network", "http"):
            await async_setup_component(hass, domain, {})
        async_get_clientsession(hass)
        try:
            yield hass
        finally:
            await hass.async_stop(force=True)


def account(
    hass: HomeAssistant,
    server: Server,
    domain: Domain,
    entry_id: str | None = None,
    known: Mapping[str, Any] | None = None,
) -> ConfigEntry[Any]:
    """Add an account of a simulator, which is not set up yet; one that was there before has an ID and data."""
    identifier = Account(CREDENTIALS["username"], CREDENTIALS["password"], server.vins).identifier("MYRENAULT")
    data: dict[str, Any] = {**CREDENTIALS}
    if domain is Domain.CORE:
        data |= {"locale": LOCALE, "kamereon_account_id": identifier}
        # It knows no other address than those of the library.
        AVAILABLE_LOCALES[LOCALE] = {
            "gigya-root-url": f"{server.url}/gigya",
            "gigya-api-key": "any",
            "kamereon-root-url": f"{server.url}/kamereon",
            "kamereon-api-key": "any",
        }
    elif server.cloud == MY_RENAULT:
        data |= {"cloud": "myrenault", "locale": LOCALE, "address": server.url, "garage": identifier}
    else:
        data |= {"address": f"{server.url}/api"}
    named = {"entry_id": entry_id} if entry_id else {}
    entry = MockConfigEntry(domain=domain, unique_id=identifier, data={**data, **(known or {})}, **named)
    entry.add_to_hass(hass)
    return entry  # type: ignore[no-any-return]


async def set_up(hass: HomeAssistant, entry: ConfigEntry[Any]) -> None:
    """Set up an account and wait until it is idle."""
    if not await hass.config_entries.async_setup(entry.entry_id):
        raise RuntimeError(f"The entry was not set up: {entry.state}, {entry.reason}")
    await hass.async_block_till_done(wait_background_tasks=True)


async def reload(hass: HomeAssistant, entry: ConfigEntry[Any]) -> None:
    """Reload an account and wait until it is idle."""
    if not await hass.config_entries.async_reload(entry.entry_id):
        raise RuntimeError(f"The entry was not reloaded: {entry.state}, {entry.reason}")
    await hass.async_block_till_done(wait_background_tasks=True)


def entities(hass: HomeAssistant, entry: ConfigEntry[Any]) -> list[er.RegistryEntry]:
    """Return the enabled entities of an account; each must have a state."""
    registered = er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id)
    enabled = [each for each in registered if not each.disabled]
    missing = [each.entity_id for each in enabled if hass.states.get(each.entity_id) is None]
    if missing or not enabled:
        raise RuntimeError(f"Entities without a state: {missing} of {len(enabled)}")
    return enabled


def device_id(hass: HomeAssistant, entry: ConfigEntry[Any]) -> str:
    """Return the first car of an account."""
    return dr.async_entries_for_config_entry(dr.async_get(hass), entry.entry_id)[0].id
