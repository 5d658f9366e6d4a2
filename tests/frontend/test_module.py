"""How dashboards load the module of the cards: as one resource, which is removed with the last account."""

from http import HTTPStatus
import json
from pathlib import Path
from typing import Any

from homeassistant.components.frontend import DATA_EXTRA_MODULE_URL
from homeassistant.components.lovelace.const import LOVELACE_DATA
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.renault_ze import frontend
from custom_components.renault_ze.const import DOMAIN
from tests.common import set_up
from tests.project.sources import INTEGRATION

FOLDER = INTEGRATION / "frontend"
VERSION = json.loads((INTEGRATION / "manifest.json").read_text())["version"]
OTHER = {"id": "other", "type": "module", "url": "/hacsfiles/other-card/other-card.js?hacstag=1"}
OURS = {"id": "ours", "type": "module", "url": "/renault_ze/renault-ze.js?v=0.0.1-00000000"}
YAML_MODE = {"lovelace": {"resource_mode": "yaml", "resources": [{"type": "module", "url": OTHER["url"]}]}}


def stored(*resources: dict[str, str]) -> dict[str, Any]:
    """Return the storage of some resources."""
    return {"version": 1, "minor_version": 1, "key": "lovelace_resources", "data": {"items": [*resources]}}


def resources(hass: HomeAssistant) -> list[dict[str, str]]:
    """Return the resources of dashboards."""
    return hass.data[LOVELACE_DATA].resources.async_items()


def extra_modules(hass: HomeAssistant) -> frozenset[str]:
    """Return the modules that every page loads."""
    return hass.data[DATA_EXTRA_MODULE_URL].urls


def module(hass: HomeAssistant) -> str:
    """Return the address of the module."""
    (found,) = (each["url"] for each in resources(hass) if str(each.get("url")).startswith(frontend.MODULE_URL))
    return found


async def set_up_frontend(hass: HomeAssistant, config: dict[str, Any] | None = None) -> None:
    """Set up dashboards and the web server."""
    assert await async_setup_component(hass, "frontend", config or {})


async def test_served(
    hass: HomeAssistant, mock_config_entry: MockConfigEntry, hass_client_no_auth: ClientSessionGenerator
) -> None:
    """The module and its texts can be loaded without logging in, and may be cached."""
    await set_up_frontend(hass)
    await set_up(hass, mock_config_entry)
    client = await hass_client_no_auth()
    response = await client.get(module(hass))
    assert (response.status, response.content_type) == (HTTPStatus.OK, "text/javascript")
    assert "max-age" in response.headers["Cache-Control"]
    assert await response.read() == (FOLDER / "renault-ze.js").read_bytes()
    texts = await client.get("/renault_ze/fr.json")
    assert (texts.status, await texts.read()) == (HTTPStatus.OK, (FOLDER / "fr.json").read_bytes())
    for hidden in ("/renault_ze/websocket.py", "/renault_ze/__init__.py", "/renault_ze/"):
        assert (await client.get(hidden)).status == HTTPStatus.NOT_FOUND


async def test_resource_of_several_accounts(
    hass: HomeAssistant,
    mock_config_entry: MockConfigEntry,
    renault_entry: MockConfigEntry,
    hass_storage: dict[str, Any],
) -> None:
    """There is one, with the version and a hash; it stays until the last account is removed, and others always."""
    hass_storage["lovelace_resources"] = stored(OTHER)
    await set_up_frontend(hass)
    renault_entry.add_to_hass(hass)
    await set_up(hass, mock_config_entry)
    first = module(hass)
    assert first.startswith(f"/renault_ze/renault-ze.js?v={VERSION}-")
    assert [each["type"] for each in resources(hass)] == ["module", "module"]
    await hass.config_entries.async_reload(renault_entry.entry_id)
    await hass.config_entries.async_remove(mock_config_entry.entry_id)
    assert [each["url"] for each in resources(hass)] == [OTHER["url"], first]
    await hass.config_entries.async_remove(renault_entry.entry_id)
    assert resources(hass) == [OTHER]


async def test_added_again(hass: HomeAssistant, mock_config_entry: MockConfigEntry) -> None:
    """An account that is set up after the last one was removed has cards, too."""
    await set_up_frontend(hass)
    await set_up(hass, mock_config_entry)
    first = module(hass)
    await hass.config_entries.async_remove(mock_config_entry.entry_id)
    assert resources(hass) == []
    await set_up(hass, mock_config_entry)
    assert module(hass) == first


async def test_updated_in_place(
    hass: HomeAssistant, mock_config_entry: MockConfigEntry, hass_storage: dict[str, Any]
) -> None:
    """A former version is replaced under its id, further ones are deleted, and others stay as they are."""
    again = {**OURS, "id": "again", "url": frontend.MODULE_URL}
    hass_storage["lovelace_resources"] = stored({**OURS, "type": "js"}, OTHER, again)
    await set_up_frontend(hass)
    await set_up(hass, mock_config_entry)
    assert resources(hass) == [{**OURS, "url": module(hass)}, OTHER]
    assert module(hass) != OURS["url"]


async def test_address_follows_the_content(
    hass: HomeAssistant, mock_config_entry: MockConfigEntry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A browser loads the module again after it, or one of its texts, has changed."""
    for file in (*FOLDER.glob("*.js"), *FOLDER.glob("*.json")):
        (tmp_path / file.name).write_bytes(file.read_bytes())
    (tmp_path / "fr.json").write_text('{"other": "text"}')
    monkeypatch.setattr(frontend, "_FOLDER", tmp_path)
    await set_up_frontend(hass)
    await set_up(hass, mock_config_entry)
    changed = module(hass)
    monkeypatch.undo()
    assert changed.rpartition("-")[2] != frontend._served()[1]


async def test_resources_in_yaml(hass: HomeAssistant, mock_config_entry: MockConfigEntry) -> None:
    """Home Assistant loads the module on each page, until the last account is removed."""
    await set_up_frontend(hass, YAML_MODE)
    await set_up(hass, mock_config_entry)
    (url,) = extra_modules(hass)
    assert url.startswith(f"/renault_ze/renault-ze.js?v={VERSION}-")
    assert len(resources(hass)) == 1
    await hass.config_entries.async_remove(mock_config_entry.entry_id)
    assert extra_modules(hass) == frozenset()


async def test_listed_in_yaml(hass: HomeAssistant, mock_config_entry: MockConfigEntry) -> None:
    """A module that the user lists is not loaded a second time."""
    listed = [{"type": "module", "url": frontend.MODULE_URL}]
    await set_up_frontend(hass, {"lovelace": {"resource_mode": "yaml", "resources": listed}})
    await set_up(hass, mock_config_entry)
    assert extra_modules(hass) == frozenset()
    await hass.config_entries.async_remove(mock_config_entry.entry_id)
    assert resources(hass) == listed


@pytest.mark.parametrize(
    ("damage", "loads"),
    [
        ({"version": 9}, False),
        ({"data": {"items": [{"id": "a", "type": "module"}, {"id": "b", "type": "module", "url": None}]}}, True),
        ({"data": {"items": [{"id": "a", "url": frontend.MODULE_URL}]}}, True),
    ],
)
async def test_damaged_resources(
    hass: HomeAssistant,
    mock_config_entry: MockConfigEntry,
    hass_storage: dict[str, Any],
    damage: dict[str, Any],
    loads: bool,
) -> None:
    """Cars are set up although dashboards cannot load the module, and resources without an address stay."""
    hass_storage["lovelace_resources"] = {**stored(), **damage}
    await set_up_frontend(hass)
    await set_up(hass, mock_config_entry)
    assert hass.config_entries.async_loaded_entries(DOMAIN) == [mock_config_entry]
    assert [each.get("url") for each in resources(hass) if each.get("url")] == ([module(hass)] if loads else [])
    assert await hass.config_entries.async_remove(mock_config_entry.entry_id)


@pytest.mark.parametrize("components", [(), ("http",), ("http", "websocket_api")])
async def test_without_dashboards(
    hass: HomeAssistant, mock_config_entry: MockConfigEntry, socket_enabled: None, components: tuple[str, ...]
) -> None:
    """The account is set up without cards if there are no dashboards or no web server."""
    for each in components:
        assert await async_setup_component(hass, each, {})
    await set_up(hass, mock_config_entry)
    assert hass.config_entries.async_loaded_entries(DOMAIN) == [mock_config_entry]
    assert await hass.config_entries.async_remove(mock_config_entry.entry_id)
