"""Repairs list the automations, scripts, and dashboards that use replaced entities or a deprecated action."""

from typing import Any
from unittest.mock import patch

from homeassistant.components import automation, script
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er, issue_registry as ir
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.renault_ze.const import CONF_REPLACED, DOMAIN, MINOR_VERSION
from simulator import EXAMPLE_VIN
from tests.common import set_up
from tests.plan.planned import NIGHT, Car, reload
from tests.repair_flows import check_texts

pytestmark = pytest.mark.freeze_time("2026-11-18 18:30:00+00:00")

SKIP = "button.renault_z_e_skip_next_departure"
PLAN, SCHEDULE = "switch.renault_z_e_charge_plan", "switch.renault_z_e_charge_schedule"
OTHERS = (f"{PLAN}_b", f"binary_{PLAN}", "switch.renault_z_e_departures")


def turn_on(entity_id: str) -> list[dict[str, Any]]:
    """Return the actions that turn an entity on."""
    return [{"action": "homeassistant.turn_on", "target": {"entity_id": entity_id}}]


def automated(alias: str, actions: list[dict[str, Any]]) -> dict[str, Any]:
    """Return an automation."""
    return {"alias": alias, "triggers": [{"trigger": "event", "event_type": "x"}], "actions": actions}


async def dashboard(hass: HomeAssistant, *entities: str) -> None:
    """Save the default dashboard with a card for each entity."""
    cards = [{"type": "tile", "entity": each} for each in entities]
    config = {"title": "Garage", "views": [{"cards": cards}]}
    await hass.data["lovelace"].dashboards[None].async_save(config)


@pytest.fixture
async def home(hass: HomeAssistant) -> None:
    """Let an automation, a script and a dashboard use the replaced entities, and others similar ones."""
    using = [automated("Holiday", turn_on(PLAN)), *(automated(f"Other {each}", turn_on(each)) for each in OTHERS)]
    assert await async_setup_component(hass, automation.DOMAIN, {automation.DOMAIN: using})
    scripts = {"night": {"alias": "Night", "sequence": turn_on(SCHEDULE)}, "day": {"sequence": turn_on(OTHERS[0])}}
    assert await async_setup_component(hass, script.DOMAIN, {script.DOMAIN: scripts})
    assert await async_setup_component(hass, "lovelace", {})
    await dashboard(hass, PLAN, *OTHERS)


@pytest.fixture
def entry(entity_registry: er.EntityRegistry, mock_config_entry: MockConfigEntry, hass: HomeAssistant) -> str:
    """Return the entry of an earlier version, with the entities it had."""
    mock_config_entry.add_to_hass(hass)
    hass.config_entries.async_update_entry(mock_config_entry, minor_version=2)
    for entity_id in (PLAN, SCHEDULE, OTHERS[2]):
        platform, _, name = entity_id.partition(".")
        key = name.removeprefix("renault_z_e_")
        found = entity_registry.async_get_or_create(
            platform, DOMAIN, f"{EXAMPLE_VIN}_{key}", suggested_object_id=name, config_entry=mock_config_entry
        )
        assert found.entity_id == entity_id
    return mock_config_entry.entry_id


def repair(hass: HomeAssistant, entry_id: str) -> ir.IssueEntry | None:
    """Return the repair about replaced entities."""
    return ir.async_get(hass).async_get_issue(DOMAIN, f"replaced_entities_{entry_id}")


async def test_switches_are_removed(
    hass: HomeAssistant, entry: str, mock_config_entry: MockConfigEntry, entity_registry: er.EntityRegistry
) -> None:
    """The entry remembers which; without anything that uses them, there is no repair."""
    await set_up(hass, mock_config_entry)
    assert mock_config_entry.minor_version == MINOR_VERSION == 3
    assert [entity_registry.async_get(each) for each in (PLAN, SCHEDULE)] == [None, None]
    assert [hass.states.get(each) for each in (PLAN, SCHEDULE)] == [None, None]
    assert entity_registry.async_get(OTHERS[2]) is not None
    assert hass.states.get("select.renault_z_e_charge_mode").state == "any_time"
    assert sorted(mock_config_entry.data[CONF_REPLACED]) == [PLAN, SCHEDULE]
    assert repair(hass, entry) is None


async def test_oldest_version(
    hass: HomeAssistant, entry: str, mock_config_entry: MockConfigEntry, entity_registry: er.EntityRegistry
) -> None:
    """Of an entry before minor version 2, the button that skips a departure is removed as well."""
    hass.config_entries.async_update_entry(mock_config_entry, minor_version=1)
    entity_registry.async_get_or_create(
        "button",
        DOMAIN,
        f"{EXAMPLE_VIN}_skip_next_departure",
        suggested_object_id=SKIP.partition(".")[2],
        config_entry=mock_config_entry,
    )
    await set_up(hass, mock_config_entry)
    assert entity_registry.async_get(SKIP) is None
    assert sorted(mock_config_entry.data[CONF_REPLACED]) == [SKIP, PLAN, SCHEDULE]
    assert hass.states.get("switch.renault_z_e_skip_next_departure").state == "off"


async def test_users_are_listed(
    hass: HomeAssistant, home: None, entry: str, mock_config_entry: MockConfigEntry
) -> None:
    """The repair lists what uses them until nothing does after a restart."""
    await set_up(hass, mock_config_entry)
    found = repair(hass, entry)
    assert found is not None
    check_texts(found)
    assert found.severity is ir.IssueSeverity.WARNING
    given = found.translation_placeholders
    assert given["users"] == "- Garage\n- Holiday\n- Night"
    assert set(given["entities"].split(", ")) == {PLAN, SCHEDULE}
    assert given["account"] == mock_config_entry.title
    select = [{"action": "select.select_option", "data": {"option": "any_time"}}]
    await replace_scripted(hass, automation.DOMAIN, [automated("Holiday", select)])
    await dashboard(hass, "select.renault_z_e_charge_mode")
    await reload(hass, mock_config_entry)
    assert repair(hass, entry).translation_placeholders["users"] == "- Night"
    await replace_scripted(hass, script.DOMAIN, {"night": {"alias": "Night", "sequence": select}})
    await reload(hass, mock_config_entry)
    assert repair(hass, entry) is None


async def test_account_is_removed(
    hass: HomeAssistant, home: None, entry: str, mock_config_entry: MockConfigEntry
) -> None:
    """The repair disappears with the account."""
    await set_up(hass, mock_config_entry)
    assert repair(hass, entry) is not None
    await hass.config_entries.async_remove(entry)
    await hass.async_block_till_done()
    assert repair(hass, entry) is None


async def replace_scripted(hass: HomeAssistant, domain: str, config: Any) -> None:
    """Replace all automations or scripts."""
    with patch("homeassistant.config.load_yaml_config_file", return_value={domain: config}):
        await hass.services.async_call(domain, "reload", blocking=True)
    await hass.async_block_till_done()


async def test_deprecated_action(car: Car) -> None:
    """It does the same as its successor and returns the plan; a repair names the automations that use it."""
    calling = [{"action": f"{DOMAIN}.set_charge_windows", "data": {"windows": [NIGHT]}}]
    modern = [{"action": f"{DOMAIN}.set_charge_schedule", "data": {"windows": [NIGHT]}}]
    using = [automated("Winter", calling), automated("Summer", modern)]
    assert await async_setup_component(car.hass, automation.DOMAIN, {automation.DOMAIN: using})
    issues = ir.async_get(car.hass)
    assert issues.async_get_issue(DOMAIN, "deprecated_action_set_charge_windows") is None
    await car.hass.services.async_call(automation.DOMAIN, "trigger", {"entity_id": "automation.winter"}, blocking=True)
    await car.hass.async_block_till_done(wait_background_tasks=True)
    found = issues.async_get_issue(DOMAIN, "deprecated_action_set_charge_windows")
    assert found is not None
    check_texts(found)
    assert found.translation_placeholders == {
        "action": "renault_ze.set_charge_windows",
        "successor": "renault_ze.set_charge_schedule",
        "users": "- Winter",
    }
    assert car.commands[0][1]["mon"] == {"start": "0100", "duration": "0400"}


async def test_deprecated_action_by_hand(car: Car) -> None:
    """A call from the developer tools creates no repair, because it could name nothing to change."""
    await car.ask("set_charge_windows", windows=[NIGHT])
    assert not [key for domain, key in ir.async_get(car.hass).issues if domain == DOMAIN]


async def test_successor_is_not_deprecated(car: Car) -> None:
    """It creates no repair."""
    await car.ask("set_charge_schedule", windows=[NIGHT])
    assert not [key for domain, key in ir.async_get(car.hass).issues if domain == DOMAIN]
