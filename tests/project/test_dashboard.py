"""The dashboard uses existing entities and cards."""

from collections.abc import Iterator
import json
from pathlib import Path
import re
from typing import Any

import hass_frontend
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.template import Template
from homeassistant.util import slugify
from homeassistant.util.yaml import load_yaml_dict
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.renault_ze import binary_sensor, button, device_tracker, sensor
from custom_components.renault_ze.cloud.zeservices.fields import SCOPES
from custom_components.renault_ze.trip_sensor import TRIP_DESCRIPTIONS
from simulator import EXAMPLE_VIN
from simulator.myrenault import X101VE, X102VE, MyRenaultSimulator
from tests.common import set_up

DASHBOARD = load_yaml_dict(str(Path(__file__).parents[2] / "dashboards/renault_ze.yaml"))
ENTITY_ID = re.compile(r"\b[a-z_]+\.renault_z_e_\w+\b")


# Only for cars at MY Renault; the dashboard shows these entities if they exist.
TEXTS = json.loads((Path(__file__).parents[2] / "custom_components/renault_ze/translations/en.json").read_text())
AT_MY_RENAULT = {
    f"{platform}.renault_z_e_{slugify(TEXTS['entity'][platform][each.translation_key]['name'])}"
    for platform, descriptions in {
        "binary_sensor": binary_sensor.DESCRIPTIONS,
        "button": button.DESCRIPTIONS,
        "device_tracker": device_tracker.DESCRIPTIONS,
        "sensor": (*sensor.DESCRIPTIONS, *TRIP_DESCRIPTIONS),
    }.items()
    for each in descriptions
    if each.capability is not None and each.capability not in frozenset().union(*SCOPES.values())
}


def parts(of: Any) -> Iterator[dict[str, Any]]:
    """Yield every mapping in the dashboard."""
    if isinstance(of, dict):
        yield of
    for part in of.values() if isinstance(of, dict) else of if isinstance(of, list) else ():
        yield from parts(part)


def cards() -> list[dict[str, Any]]:
    """Return every card."""
    return [card for part in parts(DASHBOARD) for card in part.get("cards", ())]


def mentioned() -> set[str]:
    """Return the entity IDs in the dashboard."""
    return set(ENTITY_ID.findall(str(DASHBOARD)))


@pytest.fixture(scope="module")
def elements() -> set[str]:
    """Return the names of the elements in Home Assistant's frontend."""
    scripts = (Path(hass_frontend.where()) / "frontend_latest").glob("*.js")
    return {name for script in scripts for name in re.findall(r"\bhui-[a-z-]+", script.read_text(encoding="utf-8"))}


@pytest.mark.parametrize("language", ["en", "fr", "de"])
async def test_entities_exist(
    hass: HomeAssistant,
    enable_custom_integrations: None,
    mock_config_entry: MockConfigEntry,
    renault_entry: MockConfigEntry,
    renault: MyRenaultSimulator,
    language: str,
) -> None:
    """Use entity IDs that a car has at one of the clouds, in each language."""
    hass.config.language = language
    found: set[str] = set()
    for entry, model in ((mock_config_entry, None), (renault_entry, X101VE), (renault_entry, X102VE)):
        if model is not None:
            renault.backend._models[EXAMPLE_VIN] = model
            renault.backend.reset()
        await set_up(hass, entry)
        found |= {each.entity_id for each in er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id)}
        assert await hass.config_entries.async_remove(entry.entry_id)
    assert len(mentioned()) > 20
    assert sorted(mentioned() - found) == []


async def test_entities_are_enabled_by_default(hass: HomeAssistant, init_integration: MockConfigEntry) -> None:
    """Show no entity that a user has to enable first."""
    assert [entity for entity in sorted(mentioned() - AT_MY_RENAULT) if hass.states.get(entity) is None] == []


async def test_conditions_use_existing_states(hass: HomeAssistant, init_integration: MockConfigEntry) -> None:
    """Compare enumerations with their options."""
    conditions = [part for part in parts(DASHBOARD) if part.get("condition") == "state"]
    for condition in (each for each in conditions if each["entity"] not in AT_MY_RENAULT):
        state = hass.states.get(condition["entity"])
        assert state is not None
        wanted = condition.get("state", condition.get("state_not"))
        possible = {*state.attributes.get("options", ("on", "off")), "unknown", "unavailable"}
        assert possible.issuperset([wanted] if isinstance(wanted, str) else wanted)


async def test_tiles_press_their_button() -> None:
    """Press the button of the tile that is tapped."""
    tiles = [card for card in cards() if card.get("entity", "").startswith("button.")]
    assert len(tiles) == 5
    for tile in tiles:
        for where in ("tap_action", "icon_tap_action"):
            assert tile[where] == {
                "action": "perform-action",
                "perform_action": "button.press",
                "target": {"entity_id": tile["entity"]},
            }


def test_last_command_is_below_the_buttons() -> None:
    """Show the last command once, below the buttons."""
    (section,) = [
        each for each in DASHBOARD["views"][0]["sections"] if "sensor.renault_z_e_last_command" in str(each["cards"])
    ]
    shown = [card.get("entity", "").split(".")[0] for card in section["cards"]]
    assert shown[-4:] == ["button", "button", "button", "sensor"]


async def test_templates_render(hass: HomeAssistant, init_integration: MockConfigEntry) -> None:
    """Render each template to a text."""
    hass.states.async_set(
        "event.renault_z_e_plan", "2026-11-23T07:30:00+00:00", {"message": "The departure was missed."}
    )
    texts = [card["content"] for card in cards() if card["type"] == "markdown"]
    stale, charging, problems, *said = [str(Template(text, hass).async_render()).strip() for text in texts]
    reasons = [hass.states.get(f"sensor.renault_z_e_{key}_reason") for key in ("charging", "preconditioning")]
    assert "ago" in stale
    assert [charging, *said] == [*(each.attributes["explanation"] for each in reasons), "The departure was missed."]
    assert all([charging, *said])
    assert problems == ""
    hass.states.async_set("sensor.renault_z_e_charging_reason", "blocked", {"problem": "It failed."})
    shown = str(Template(texts[2], hass).async_render()).strip()
    assert shown == '<ha-alert alert-type="error">It failed.</ha-alert>'


def test_home_assistant_has_every_card(elements: set[str]) -> None:
    """Need no card, feature or view from anywhere else."""
    wanted = {f"hui-{card['type']}-card" for card in cards()}
    wanted |= {f"hui-{feature['type']}-card-feature" for card in cards() for feature in card.get("features", ())}
    wanted |= {f"hui-{view['type']}-view" for view in DASHBOARD["views"]}
    wanted |= {f"hui-{section['type']}-section" for view in DASHBOARD["views"] for section in view["sections"]}
    wanted |= {f"hui-{badge['type']}-heading-badge" for card in cards() for badge in card.get("badges", ())}
    assert "hui-tile-card" in elements
    assert sorted(wanted - elements) == []
