"""The examples in the README and the documents work."""

from pathlib import Path
import re
from typing import Any

from homeassistant.components.logger import CONFIG_SCHEMA as LOGGER_SCHEMA
from homeassistant.components.lovelace import CONFIG_SCHEMA as LOVELACE_SCHEMA
from homeassistant.core import Context, HomeAssistant
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.script import Script
from homeassistant.util.yaml import parse_yaml
import pytest

from custom_components.renault_ze.const import DOMAIN
from custom_components.renault_ze.coordinator import VehicleCoordinator
from custom_components.renault_ze.frontend import MODULE_URL
from simulator import Simulator
from tests.common import VEHICLE, arrived

ROOT = Path(__file__).parents[2]
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
EXAMPLES: list[Any] = [
    parse_yaml(block)
    for document in DOCUMENTS
    for block in re.findall(r"^```yaml\n(.*?)^```", document.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
]
ACTIONS = [each for each in EXAMPLES if "action" in each]

# The request that an action sends to the server; a departure is only stored in the plan.
SENT = {
    "set_charge_schedule": f"POST {VEHICLE}/charge/scheduler/offboard/deploy",
    "set_plan": f"POST {VEHICLE}/charge/scheduler/offboard/deploy",
    "precondition_at": f"POST {VEHICLE}/air-conditioning/scheduler",
    "get_charge_history": f"GET {VEHICLE}/charge/history",
}

pytestmark = pytest.mark.freeze_time("2026-10-20 18:30:00+00:00")


def test_examples_are_found() -> None:
    """Recognize each example."""
    assert {each["action"] for each in ACTIONS} == {f"{DOMAIN}.{action}" for action in (*SENT, "set_departure")}
    others: dict[str, Any] = {key: part for each in EXAMPLES if "action" not in each for key, part in each.items()}
    # tests/test_evcc.py runs the script.
    assert others.keys() == {"logger", "lovelace", "strategy", "script"}
    assert set(LOGGER_SCHEMA({"logger": others["logger"]})["logger"]["logs"]) == {f"custom_components.{DOMAIN}"}
    found = LOVELACE_SCHEMA({"lovelace": others["lovelace"]})["lovelace"]["resources"]
    assert found == [{"url": MODULE_URL, "type": "module"}]


@pytest.mark.parametrize("example", ACTIONS, ids=lambda each: each["action"])
async def test_example_runs(
    hass: HomeAssistant,
    coordinator: VehicleCoordinator,
    device_id: str,
    simulator: Simulator,
    example: dict[str, Any],
) -> None:
    """Run each example in a script, with the device and the waiting time replaced."""
    data = {**example["data"], "device_id": device_id}
    waits = {"wait": False} if "wait" in data else {}
    script = Script(hass, cv.SCRIPT_SCHEMA([{**example, "data": {**data, **waits}}]), "README", "script")
    result = await script.async_run(context=Context())
    await hass.async_block_till_done(wait_background_tasks=True)
    assert result is not None
    assert all(result.variables[name] for key, name in example.items() if key == "response_variable")
    action = example["action"].removeprefix(f"{DOMAIN}.")
    if action == "set_departure":
        assert data["name"] in {departure.name for departure in coordinator.planner.plan.departures}
    else:
        assert SENT[action] in arrived(simulator)
