"""What an owner has to mend is said, explained, mended, and not said any longer."""

from datetime import time, timedelta
import json
from pathlib import Path
import re
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.components.repairs.issue_handler import RepairsFlowManager
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import issue_registry as ir
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.renault_ze import commands
from custom_components.renault_ze.cloud.models import ChargeWindow, Weekday
from custom_components.renault_ze.const import DOMAIN
from custom_components.renault_ze.coordinator import VehicleCoordinator
from custom_components.renault_ze.responses import DAYS
from simulator import Restriction, Schedule, Simulator, Week, Window

from .common import call, orders, set_up, value
from .conftest import Later

pytestmark = pytest.mark.freeze_time("2026-11-18 18:30:00+00:00")

TEXTS = json.loads(Path("custom_components/renault_ze/translations/en.json").read_text())["issues"]
HOUR, DAY = 3600, 24 * 3600
MINE = tuple(ChargeWindow(day, time(1), timedelta(hours=4)) for day in Weekday)
THEIRS = Schedule(enabled=True, week=Week((Window(time(3), timedelta(hours=2)),) * 7))
STATUS = "sensor.renault_z_e_charge_schedule_status"


@pytest.fixture
def issue(issue_registry: ir.IssueRegistry, init_integration: MockConfigEntry, device_id: str) -> Any:
    """Return what finds the car's issue of a kind, None where there is none."""

    def find(key: str) -> ir.IssueEntry | None:
        return issue_registry.async_get_issue(DOMAIN, f"{key}_{init_integration.entry_id}_{device_id}")

    return find


def check_texts(issue: ir.IssueEntry, *given_by_its_flow: str) -> None:
    """Check that every placeholder in an issue's texts is filled, and every text there."""
    texts = _texts(TEXTS[issue.translation_key])
    used = {name for text in texts for name in re.findall(r"{(\w+)}", text)}
    assert used <= {*(issue.translation_placeholders or {}), *given_by_its_flow}
    assert all((issue.translation_placeholders or {}).values())
    assert ("fix_flow" in TEXTS[issue.translation_key]) is issue.is_fixable


def _texts(node: Any) -> list[str]:
    """Return all texts below a key."""
    return [node] if isinstance(node, str) else [text for each in node.values() for text in _texts(each)]


async def ask_what_to_do(hass: HomeAssistant, issue: ir.IssueEntry) -> Any:
    """Open an issue's fix flow, and return what it shows."""
    assert await async_setup_component(hass, "repairs", {})
    flows: RepairsFlowManager = hass.data["repairs"]["flow_manager"]
    return await flows.async_init(DOMAIN, data={"issue_id": issue.issue_id})


async def fix(hass: HomeAssistant, issue: ir.IssueEntry, choice: str) -> Any:
    """Open an issue's fix flow, choose, and return how it ended."""
    shown = await ask_what_to_do(hass, issue)
    assert (shown["type"], shown["menu_options"]) == (FlowResultType.MENU, ["push", "keep"])
    result = await hass.data["repairs"]["flow_manager"].async_configure(shown["flow_id"], {"next_step_id": choice})
    await hass.async_block_till_done(wait_background_tasks=True)
    return result


async def set_week(hass: HomeAssistant, coordinator: VehicleCoordinator, later: Later) -> None:
    """Set a week here, and see it arrive in the car."""
    await coordinator.act(commands.set_charge_schedule(MINE))
    await later(61)
    assert value(hass, STATUS) == "enabled"


async def change_in_the_car(simulator: Simulator, later: Later) -> None:
    """Have somebody set another week in the car, and find out at the hourly look."""
    simulator.vehicle().car.load(THEIRS)
    await later(HOUR + 1)


async def test_country_moved(
    hass: HomeAssistant,
    init_integration: MockConfigEntry,
    simulator: Simulator,
    later: Later,
    issue_registry: ir.IssueRegistry,
) -> None:
    """A country that moves while polling is said, and withdrawn once the server answers again."""
    issue_id = f"country_moved_{init_integration.entry_id}"
    assert issue_registry.async_get_issue(DOMAIN, issue_id) is None
    simulator.account.restriction = Restriction.EVERYWHERE
    await later(601)
    issue = issue_registry.async_get_issue(DOMAIN, issue_id)
    assert issue is not None
    check_texts(issue)
    assert issue.learn_more_url == "https://myr-fr.renault.ch/ze-redirection.html?os=web"
    assert value(hass, "sensor.renault_z_e_battery") == "50"
    simulator.account.restriction = Restriction.NONE
    await later(HOUR)
    assert issue_registry.async_get_issue(DOMAIN, issue_id) is None


async def test_country_moved_at_set_up(
    hass: HomeAssistant,
    enable_custom_integrations: None,
    mock_config_entry: MockConfigEntry,
    simulator: Simulator,
    issue_registry: ir.IssueRegistry,
) -> None:
    """The same at set-up, withdrawn by a reload that works."""
    simulator.account.restriction = Restriction.LOGIN
    await set_up(hass, mock_config_entry)
    assert [each for domain, each in issue_registry.issues if domain == DOMAIN]
    simulator.account.restriction = Restriction.NONE
    await hass.config_entries.async_reload(mock_config_entry.entry_id)
    assert mock_config_entry.state is ConfigEntryState.LOADED
    assert not [each for domain, each in issue_registry.issues if domain == DOMAIN]


async def test_vehicle_silent(
    hass: HomeAssistant, init_integration: MockConfigEntry, simulator: Simulator, later: Later, issue: Any
) -> None:
    """Four days without a report are said, with their date, until the next one; a night is not."""
    simulator.vehicle().car.unplug()
    await later(120)
    simulator.vehicle().link.in_reach = False
    await later(3 * DAY)
    assert issue("vehicle_silent") is None
    await later(DAY)
    found = issue("vehicle_silent")
    assert found.translation_placeholders == {"name": "Renault Z.E.", "since": "2026-11-18 10:30"}
    check_texts(found)
    assert value(hass, "binary_sensor.renault_z_e_data_stale") == "on"
    simulator.vehicle().link.in_reach = True
    simulator.vehicle().report_now()
    await later(HOUR)
    assert issue("vehicle_silent") is None
    assert value(hass, "binary_sensor.renault_z_e_data_stale") == "off"


async def test_vehicle_silent_before_the_start(
    hass: HomeAssistant,
    enable_custom_integrations: None,
    mock_config_entry: MockConfigEntry,
    simulator: Simulator,
    freezer: FrozenDateTimeFactory,
    issue_registry: ir.IssueRegistry,
) -> None:
    """A car that was silent before Home Assistant started is said to be at once."""
    simulator.vehicle().link.in_reach = False
    freezer.tick(timedelta(days=5))
    await set_up(hass, mock_config_entry)
    assert [each.translation_key for each in issue_registry.issues.values()] == ["vehicle_silent"]


async def test_schedule_differs_and_is_pushed(
    hass: HomeAssistant,
    coordinator: VehicleCoordinator,
    simulator: Simulator,
    later: Later,
    issue: Any,
) -> None:
    """A week that somebody changed is said, and the one set here sent again on request."""
    await set_week(hass, coordinator, later)
    await change_in_the_car(simulator, later)
    assert value(hass, STATUS) == "differs"
    check_texts(found := issue("schedule_differs"), *DAYS)
    assert found.translation_placeholders == {"name": "Renault Z.E."}
    simulator.log.entries.clear()
    result = await fix(hass, found, "push")
    assert result["type"] == "create_entry"
    assert [order for order, _ in orders(simulator)] == [
        "PUT /charge/scheduler/offboard",
        "POST /charge/scheduler/offboard/deploy",
    ]
    assert value(hass, STATUS) == "sending"
    assert issue("schedule_differs") is None
    await later(61)
    assert value(hass, STATUS) == "enabled"
    assert issue("schedule_differs") is None
    assert simulator.vehicle().car.schedule.week.days[0] == Window(time(1), timedelta(hours=4))


async def test_disabled_schedule_is_pushed(
    hass: HomeAssistant,
    coordinator: VehicleCoordinator,
    simulator: Simulator,
    later: Later,
    issue: Any,
) -> None:
    """Where no schedule was wanted, pushing again disables the car's."""
    await coordinator.act(commands.disable_charge_schedule())
    await later(61)
    await change_in_the_car(simulator, later)
    simulator.log.entries.clear()
    result = await fix(hass, issue("schedule_differs"), "push")
    assert result["type"] == "create_entry"
    assert orders(simulator) == [("PUT /charge/scheduler/onboard", {"enabled": False})]
    await later(61)
    assert value(hass, STATUS) == "disabled"


async def test_schedule_differs_and_is_kept(
    hass: HomeAssistant,
    coordinator: VehicleCoordinator,
    simulator: Simulator,
    later: Later,
    issue: Any,
) -> None:
    """The car's week may be the right one: nothing is sent, and it stays so over a restart."""
    await set_week(hass, coordinator, later)
    await change_in_the_car(simulator, later)
    simulator.log.entries.clear()
    result = await fix(hass, issue("schedule_differs"), "keep")
    assert result["type"] == "create_entry"
    assert orders(simulator) == []
    assert value(hass, STATUS) == "enabled"
    await hass.config_entries.async_reload(coordinator.config_entry.entry_id)
    await later(HOUR + 1)
    assert value(hass, STATUS) == "enabled"
    assert issue("schedule_differs") is None


async def test_failure_to_send_keeps_the_issue(
    hass: HomeAssistant,
    coordinator: VehicleCoordinator,
    simulator: Simulator,
    later: Later,
    issue: Any,
) -> None:
    """A push the server refuses leaves the issue open, and can be tried again."""
    await set_week(hass, coordinator, later)
    await change_in_the_car(simulator, later)
    simulator.faults.replace([{"kind": "status", "status": 409, "method": "PUT"}])
    result = await fix(hass, issue("schedule_differs"), "push")
    assert (result["type"], result["reason"]) == ("abort", "not_sent")
    assert "not_sent" in TEXTS["schedule_differs"]["fix_flow"]["abort"]
    assert issue("schedule_differs") is not None
    simulator.faults.replace([])
    result = await fix(hass, issue("schedule_differs"), "push")
    assert result["type"] == "create_entry"
    await later(61)
    assert issue("schedule_differs") is None


async def test_a_push_without_an_answer_comes_back(
    hass: HomeAssistant, coordinator: VehicleCoordinator, simulator: Simulator, later: Later, issue: Any
) -> None:
    """A push that may or may not have arrived is watched; what it did not change is an issue again."""
    await set_week(hass, coordinator, later)
    await change_in_the_car(simulator, later)
    simulator.faults.replace([{"kind": "status", "status": 500, "method": "PUT"}])
    result = await fix(hass, issue("schedule_differs"), "push")
    assert (result["type"], result["reason"]) == ("abort", "not_sent")
    assert value(hass, "sensor.renault_z_e_last_command") == "unanswered"
    assert issue("schedule_differs") is None
    await later(601)
    assert value(hass, "sensor.renault_z_e_last_command") == "timed_out"
    assert issue("schedule_differs") is not None


async def test_unloaded_account_keeps_the_issue(
    hass: HomeAssistant,
    coordinator: VehicleCoordinator,
    simulator: Simulator,
    later: Later,
    issue: Any,
) -> None:
    """While the account is not connected nothing can be mended, and nothing is said to be."""
    await set_week(hass, coordinator, later)
    await change_in_the_car(simulator, later)
    await hass.config_entries.async_unload(coordinator.config_entry.entry_id)
    result = await ask_what_to_do(hass, issue("schedule_differs"))
    assert (result["type"], result["reason"]) == ("abort", "not_loaded")
    assert "not_loaded" in TEXTS["schedule_differs"]["fix_flow"]["abort"]
    assert issue("schedule_differs") is not None


async def test_change_back_withdraws_the_issue(
    hass: HomeAssistant, coordinator: VehicleCoordinator, simulator: Simulator, later: Later, issue: Any
) -> None:
    """A difference that goes away by itself is not spoken of any longer."""
    await set_week(hass, coordinator, later)
    mine = simulator.vehicle().car.schedule
    await change_in_the_car(simulator, later)
    assert issue("schedule_differs") is not None
    simulator.vehicle().car.load(mine)
    await later(HOUR + 1)
    assert issue("schedule_differs") is None


async def test_a_week_the_car_was_never_given_is_no_difference(
    hass: HomeAssistant, coordinator: VehicleCoordinator, simulator: Simulator, later: Later, issue: Any
) -> None:
    """Who never set a week here has no opinion about the car's."""
    await change_in_the_car(simulator, later)
    assert value(hass, STATUS) == "enabled"
    assert issue("schedule_differs") is None
    await call(hass, "button.press", "button.renault_z_e_request_update")
    assert issue("schedule_differs") is None
