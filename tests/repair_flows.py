"""Repairs as a user reads and fixes them."""

from datetime import datetime, time, timedelta
import json
from pathlib import Path
import re
from typing import Any

from homeassistant.components.repairs.issue_handler import RepairsFlowManager
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import issue_registry as ir
from homeassistant.setup import async_setup_component

from custom_components.renault_ze.cloud.models import ChargeWindow, Weekday
from custom_components.renault_ze.const import DOMAIN
from custom_components.renault_ze.coordinator import VehicleCoordinator
from custom_components.renault_ze.plan import window_edits
from custom_components.renault_ze.plan.model import Plan, PlannedWindow
from custom_components.renault_ze.schedule_sender import edit_and_send
from tests.common import value
from tests.conftest import Later

TEXTS = json.loads(Path("custom_components/renault_ze/translations/en.json").read_text())["issues"]
MINE = tuple(ChargeWindow(day, time(1), timedelta(hours=4)) for day in Weekday)
STATUS = "sensor.renault_z_e_charge_schedule_status"


def check_texts(issue: ir.IssueEntry, *given_by_its_flow: str) -> None:
    """Check that an issue fills each placeholder of its texts."""
    texts = _texts(TEXTS[issue.translation_key])
    used = {name for text in texts for name in re.findall(r"{(\w+)}", text)}
    assert used <= {*(issue.translation_placeholders or {}), *given_by_its_flow}
    assert all((issue.translation_placeholders or {}).values())
    assert ("fix_flow" in TEXTS[issue.translation_key]) is issue.is_fixable


def _texts(node: Any) -> list[str]:
    """Return all texts below a key."""
    return [node] if isinstance(node, str) else [text for each in node.values() for text in _texts(each)]


async def ask_what_to_do(hass: HomeAssistant, issue: ir.IssueEntry) -> Any:
    """Open the fix flow of an issue, and return its first step."""
    assert await async_setup_component(hass, "repairs", {})
    flows: RepairsFlowManager = hass.data["repairs"]["flow_manager"]
    return await flows.async_init(DOMAIN, data={"issue_id": issue.issue_id})


async def fix(hass: HomeAssistant, issue: ir.IssueEntry, choice: str) -> Any:
    """Open the fix flow of an issue, choose, and return its end."""
    shown = await ask_what_to_do(hass, issue)
    assert (shown["type"], shown["menu_options"]) == (FlowResultType.MENU, ["push", "keep"])
    result = await hass.data["repairs"]["flow_manager"].async_configure(shown["flow_id"], {"next_step_id": choice})
    await hass.async_block_till_done(wait_background_tasks=True)
    return result


async def set_week(hass: HomeAssistant, coordinator: VehicleCoordinator, later: Later) -> None:
    """Set a charge schedule, and wait until the car holds it."""
    windows = tuple(map(PlannedWindow, MINE))

    def change(plan: Plan, now: datetime) -> Plan:
        changed = window_edits.with_windows(plan, windows, now)
        return window_edits.select_mode(changed, now, coordinator.vehicle, by_schedule=True)

    await edit_and_send(coordinator, change)
    await later(61)
    assert value(hass, STATUS) == "enabled"
