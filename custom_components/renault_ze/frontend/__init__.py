"""The dashboard cards: serve their module and texts, let dashboards load them, and register websocket commands."""

import asyncio
import hashlib
from pathlib import Path
from typing import Any

from homeassistant.components.frontend import add_extra_js_url, remove_extra_js_url
from homeassistant.components.http.server import StaticPathConfig
from homeassistant.components.lovelace.const import LOVELACE_DATA
from homeassistant.components.lovelace.resources import ResourceStorageCollection
from homeassistant.core import HomeAssistant
from homeassistant.loader import async_get_integration
from homeassistant.util.hass_dict import HassKey

from ..const import DOMAIN, LOGGER
from .websocket import async_setup_commands

MODULE_URL = f"/{DOMAIN}/renault-ze.js"
_FOLDER = Path(__file__).parent
_URL: HassKey[str] = HassKey(f"{DOMAIN}.module_url")
_LOCK: HassKey[asyncio.Lock] = HassKey(f"{DOMAIN}.module_lock")


async def async_setup_frontend(hass: HomeAssistant) -> None:
    """Register the websocket commands, and serve the module and its texts if Home Assistant has a web server."""
    async_setup_commands(hass)
    files, content_hash = await hass.async_add_executor_job(_served)
    version = (await async_get_integration(hass, DOMAIN)).version
    hass.data[_URL] = f"{MODULE_URL}?v={version}-{content_hash}"
    if "http" in hass.config.components:
        paths = [StaticPathConfig(f"/{DOMAIN}/{file.name}", str(file), cache_headers=True) for file in files]
        await hass.http.async_register_static_paths(paths)


async def load_module(hass: HomeAssistant) -> None:
    """Let dashboards load the current version of the module, if their resources can be read."""
    try:
        await _load_module(hass)
    except Exception:  # noqa: BLE001 - stored resources are not checked when they are loaded
        LOGGER.exception("The dashboard cards cannot be added to the resources of dashboards")


async def _load_module(hass: HomeAssistant) -> None:
    """Let dashboards load the current version of the module."""
    if (lovelace := hass.data.get(LOVELACE_DATA)) is None:
        return
    url, resources = hass.data[_URL], lovelace.resources
    if isinstance(resources, ResourceStorageCollection):
        async with hass.data.setdefault(_LOCK, asyncio.Lock()):
            await _update_resource(resources, url)
    elif not any(map(_is_module, resources.async_items())):
        # Resources in YAML are the user's own.
        add_extra_js_url(hass, url)


async def unload_module(hass: HomeAssistant) -> None:
    """Stop dashboards from loading the module."""
    if (lovelace := hass.data.get(LOVELACE_DATA)) is None:
        return
    if isinstance(resources := lovelace.resources, ResourceStorageCollection):
        async with hass.data.setdefault(_LOCK, asyncio.Lock()):
            for each in await _resources(resources):
                await resources.async_delete_item(each["id"])
    elif _URL in hass.data:
        remove_extra_js_url(hass, hass.data[_URL])


async def _update_resource(resources: ResourceStorageCollection, url: str) -> None:
    """Add the resource of the module, or update it and delete duplicates."""
    found, wanted = await _resources(resources), {"res_type": "module", "url": url}
    if not found:
        await resources.async_create_item(wanted)
    elif (found[0].get("type"), found[0]["url"]) != ("module", url):
        await resources.async_update_item(found[0]["id"], wanted)
    for each in found[1:]:
        await resources.async_delete_item(each["id"])


async def _resources(resources: ResourceStorageCollection) -> list[dict[str, Any]]:
    """Return the resources of the module."""
    # Home Assistant loads the resources when they are first needed.
    await resources.async_get_info()
    return list(filter(_is_module, resources.async_items()))


def _is_module(resource: dict[str, Any]) -> bool:
    """Return whether a resource is the module, in any version."""
    return str(resource.get("url")).partition("?")[0] == MODULE_URL


def _served() -> tuple[list[Path], str]:
    """Return the files to serve, and a short hash of their content."""
    files = sorted(file for file in _FOLDER.iterdir() if file.suffix in {".js", ".json"})
    return files, hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:8]
