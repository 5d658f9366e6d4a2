"""The tools for language models: who gets them, what they return, and what they send to the car."""

import asyncio
import json
from typing import Any

from homeassistant.auth.models import Group
from homeassistant.auth.permissions import PolicyPermissions
from homeassistant.components.homeassistant.exposed_entities import async_expose_entity
from homeassistant.core import Context, HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er, llm
from homeassistant.setup import async_setup_component
import probatio
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, MockUser

from custom_components.renault_ze.const import DOMAIN
from custom_components.renault_ze.llm import async_get_tools
from simulator import EXAMPLE_VIN, Simulator
from simulator.myrenault import MyRenaultSimulator
from tests.common import arrived, received_commands, set_up
from tests.lifecycle.accounts import own
from tests.plan.planned import EVERY_DAY, WARM, Car

SECOND_VIN = "VF1AGVYF0ZE000002"
ASSISTANT = "conversation"
STATUS, COMMAND, PLAN = (f"renault_ze__{name}" for name in ("status", "command", "plan"))
READ_ONLY = llm.ToolAnnotations(read_only=True, destructive=False, idempotent=True, open_world=False)
CHANGES = llm.ToolAnnotations(read_only=False, destructive=True, idempotent=False, open_world=True)

pytestmark = pytest.mark.freeze_time("2026-11-19 18:00:00+00:00")


@pytest.fixture(autouse=True)
async def assist(hass: HomeAssistant) -> None:
    """Set up Assist, before there is a car."""
    for component in ("homeassistant", "conversation"):
        assert await async_setup_component(hass, component, {})


async def api(hass: HomeAssistant, user_id: str | None = None) -> llm.APIInstance:
    """Return the Assist API for a conversation of a user."""
    context = llm.LLMContext("test", Context(user_id=user_id), "en", ASSISTANT, None)
    return await llm.async_get_api(hass, llm.LLM_API_ASSIST, context)


async def use(hass: HomeAssistant, tool: str, user_id: str | None = None, **args: Any) -> llm.ToolResult:
    """Call a tool as a language model does, and return its result, which must be JSON."""
    result = await (await api(hass, user_id)).async_call_tool(llm.ToolInput(tool, args))
    await hass.async_block_till_done(wait_background_tasks=True)
    return llm.ToolResult(json.loads(json.dumps(result.data)), result.error)


async def done(hass: HomeAssistant, tool: str, **args: Any) -> Any:
    """Call a tool, and return its result, which is no error."""
    result = await use(hass, tool, **args)
    assert not result.error, result.data
    return result.data


async def error(hass: HomeAssistant, tool: str, **args: Any) -> str:
    """Call a tool, and return the sentence of its error."""
    result = await use(hass, tool, **args)
    assert result.error
    assert result.data.keys() == {"error"}
    text = result.data["error"]
    assert isinstance(text, str)
    assert not text[0].islower()
    assert text.endswith(".")
    return text


def names(instance: llm.APIInstance) -> list[str]:
    """Return the names of our tools."""
    return [tool.name for tool in instance.tools if tool.integration == DOMAIN]


def expose(hass: HomeAssistant, device_id: str, *, only: str | None = None) -> None:
    """Expose one entity of a car, or none."""
    for each in er.async_entries_for_device(er.async_get(hass), device_id, include_disabled_entities=True):
        async_expose_entity(hass, ASSISTANT, each.entity_id, each.entity_id == only)


async def test_tools_and_their_annotations(car: Car) -> None:
    """Each tool belongs to the integration, describes itself, and can be described to a language model."""
    instance = await api(car.hass)
    tools = {tool.name: tool for tool in instance.tools if tool.integration == DOMAIN}
    assert tools.keys() == {STATUS, COMMAND, PLAN}
    assert tools[STATUS].annotations == READ_ONLY
    assert tools[COMMAND].annotations == tools[PLAN].annotations == CHANGES
    for tool in tools.values():
        assert tool.title
        assert tool.description
        described = probatio.to_openapi(tool.parameters, custom_serializer=instance.custom_serializer)
        assert json.loads(json.dumps(described))["type"] == "object"
    commands = probatio.to_openapi(tools[COMMAND].parameters, custom_serializer=instance.custom_serializer)
    # A car at Z.E. Services cannot be stopped.
    assert commands["properties"]["command"]["enum"] == ["precondition", "cancel_precondition", "start_charge"]
    assert "Renault Z.E." in instance.api_prompt


@pytest.mark.parametrize("exposed", [None, "sensor.renault_z_e_battery", "button.renault_z_e_start_charge"])
async def test_only_exposed_cars(car: Car, exposed: str | None) -> None:
    """A car is exposed when one of its entities is."""
    expose(car.hass, car.device_id, only=exposed)
    assert bool(names(await api(car.hass))) is (exposed is not None)


async def test_not_in_other_apis(car: Car) -> None:
    """Other APIs than Assist do not get the tools."""
    assert async_get_tools(car.hass, llm.LLMContext("test", None, None, ASSISTANT, None), "other") is None


async def test_status(car: Car) -> None:
    """It contains what people ask about, without a request to the server."""
    await car.ask("set_departure", name="Work", time="07:30", days=EVERY_DAY)
    await car.ask("set_charge_schedule", windows=[{"days": EVERY_DAY, "start": "02:00", "end": "06:00"}])
    before = arrived(car.simulator)
    found = await done(car.hass, STATUS)
    assert arrived(car.simulator) == before
    assert found["car"] == "Renault Z.E."
    assert (found["battery"]["level_percent"], found["battery"]["range_km"]) == (50, pytest.approx(62, abs=15))
    assert found["battery"]["plugged_in"] is True
    assert found["charging"]["explanation"] == car.state("sensor.renault_z_e_charging_reason").attributes["explanation"]
    assert found["preconditioning"]["reason"] == "waiting_for_departure"
    assert found["plan"]["next_departure"]["name"] == "Work"
    assert found["plan"]["next_departure"]["at"] == "2026-11-20T07:30:00+00:00"
    assert found["plan"]["next_window"]["begin"] == "2026-11-20T02:00:00+00:00"


async def begin(car: Car, **args: Any) -> asyncio.Future[llm.ToolResult]:
    """Call the tool for commands, and return its future result once the server has accepted the command."""
    tool = (await api(car.hass)).async_call_tool(llm.ToolInput(COMMAND, args))
    waiting = asyncio.ensure_future(tool)
    while not car.coordinator.data.commands and not waiting.done():  # noqa: ASYNC110
        await asyncio.sleep(0)
    return waiting


async def test_command_is_answered_once_confirmed(car: Car) -> None:
    """The answer contains the result, and one request arrived."""
    car.simulator.vehicle().car.unplug()
    car.simulator.vehicle().link.command_seconds = 45
    waiting = await begin(car, command="precondition")
    await car.later(30)
    assert not waiting.done()
    await car.later(30)
    result = await waiting
    assert not result.error
    assert (result.data["command"], result.data["status"], result.data["message"]) == (
        "precondition",
        "confirmed",
        None,
    )
    assert car.commands == [WARM]


async def test_command_is_answered_before_its_result(car: Car) -> None:
    """A car that takes minutes does not keep the person waiting; the status has the result later."""
    car.simulator.vehicle().car.unplug()
    car.simulator.vehicle().link.command_seconds = 200
    waiting = await begin(car, command="precondition")
    await car.later(30, times=5)
    result = await waiting
    assert (result.error, result.data["status"]) == (False, "accepted")
    assert "not confirmed" in str(result.data["message"])
    await car.later(60, times=2)
    (command,) = (await done(car.hass, STATUS))["commands"]
    assert (command["command"], command["status"]) == ("precondition", "confirmed")
    assert car.commands == [WARM]


async def test_command_that_the_car_refuses(car: Car) -> None:
    """The answer says why."""
    car.simulator.vehicle().car.unplug()
    car.simulator.vehicle().car.fill(20)
    car.simulator.vehicle().report_now()
    waiting = await begin(car, command="precondition")
    await car.later(30, times=4)
    result = await waiting
    assert (result.data["status"], result.data["reason"]) == ("failed", "below_threshold")
    assert "Battery below the preconditioning threshold" in str(result.data["message"])


async def test_precondition_at_a_time(car: Car) -> None:
    """The time becomes that of the car's timer."""
    car.simulator.vehicle().car.unplug()
    waiting = await begin(car, command="precondition", at="07:15")
    await car.later(30, times=3)
    result = await waiting
    assert (result.data["status"], result.data["starts_at"]) == ("confirmed", "2026-11-20T07:15:00+00:00")
    assert car.commands == [("POST /air-conditioning/scheduler", {"start": "0715"})]


@pytest.mark.parametrize(
    ("args", "text"),
    [
        ({"command": "start_charge"}, "The car is already charging."),
        ({"command": "precondition", "temperature": 21}, "This car uses the temperature last set in it."),
        ({"command": "stop_charge"}, "The tool was not called correctly"),
        ({"command": "cancel_precondition", "at": "07:15"}, "A time or a temperature can only be given"),
        ({"command": "precondition", "at": "noon"}, "The tool was not called correctly"),
        ({"command": "precondition", "car": "Kangoo"}, "The tool was not called correctly"),
    ],
)
async def test_commands_that_are_not_sent(car: Car, args: dict[str, Any], text: str) -> None:
    """Nothing reaches the server, and a sentence says why."""
    assert text in await error(car.hass, COMMAND, **args)
    assert car.commands == []


async def test_errors_in_home_assistants_language(car: Car) -> None:
    """They are like those of actions."""
    car.hass.config.language = "fr"
    await car.reload()
    assert await error(car.hass, COMMAND, command="start_charge") == "La voiture est déjà en charge."


async def test_outage(car: Car) -> None:
    """A command without a response fails with what to do."""
    car.simulator.vehicle().car.unplug()
    car.simulator.faults.add({"path": "*", "kind": "drop", "when": "before"})
    assert await error(car.hass, COMMAND, command="precondition") == (
        "The server did not respond, but the command may have reached the car. "
        "Check “Last command” for the result before you send it again."
    )


async def test_departures(car: Car) -> None:
    """They are added, skipped, and restored, and the answer is the plan."""
    plan = (await done(car.hass, PLAN, edit="add", departure="Work", time="07:30", days=["fri"], target_level=80))[
        "plan"
    ]
    (departure,) = plan["departures"]
    assert (departure["name"], departure["time"], departure["days"]) == ("Work", "07:30", ["fri"])
    assert (departure["target_level"], departure["precondition"]) == (80, True)
    plan = (await done(car.hass, PLAN, edit="skip"))["plan"]
    assert plan["next_departure"]["skipped"]
    assert plan["departures"][0]["skipped"] == ["2026-11-20"]
    plan = (await done(car.hass, PLAN, edit="restore", departure="work", date="2026-11-20"))["plan"]
    assert plan["departures"][0]["skipped"] == []
    plan = (await done(car.hass, PLAN, edit="target_level", departure="Work", target_level=90))["plan"]
    assert plan["departures"][0]["target_level"] == 90


async def test_charge_limit(car: Car) -> None:
    """A target level without a departure is the charge limit."""
    await car.ask("set_charge_schedule", windows=[{"days": EVERY_DAY, "start": "02:00", "end": "06:00"}])
    plan = (await done(car.hass, PLAN, edit="target_level", target_level=85))["plan"]
    assert plan["limit"]["percent"] == 85
    assert car.value("number.renault_z_e_charge_limit") == "85"


@pytest.mark.parametrize(
    ("args", "text"),
    [
        ({"edit": "add", "departure": "Work"}, "A new departure needs a name and a time."),
        ({"edit": "add", "time": "07:30", "days": ["fri"]}, "A new departure needs a name and a time."),
        ({"edit": "add", "departure": "Work", "time": "07:30"}, "enter either days of the week or a date"),
        ({"edit": "skip", "departure": "Cinema"}, "There is no departure “Cinema”."),
        ({"edit": "skip"}, "There is no upcoming departure to skip."),
        ({"edit": "target_level"}, "The target level is missing."),
        ({"edit": "target_level", "target_level": 20}, "The tool was not called correctly"),
        ({"edit": "skip", "time": "07:30"}, "not a valid option"),
    ],
)
async def test_edits_that_are_not_possible(car: Car, args: dict[str, Any], text: str) -> None:
    """The plan stays the same, and a sentence says why."""
    before = car.coordinator.planner.plan
    assert text in await error(car.hass, PLAN, **args)
    assert car.coordinator.planner.plan == before


async def test_charge_limit_that_is_not_known(car: Car) -> None:
    """An entity that is unavailable changes nothing."""
    entity = "number.renault_z_e_charge_limit"
    car.hass.states.async_set(entity, "unavailable")
    assert "unknown" in await error(car.hass, PLAN, edit="target_level", target_level=85)
    er.async_get(car.hass).async_remove(entity)
    await car.hass.async_block_till_done()
    assert "does not support" in await error(car.hass, PLAN, edit="target_level", target_level=85)


async def test_permissions(car: Car, hass_admin_user: MockUser, entity_registry: er.EntityRegistry) -> None:
    """A user who may only read the car gets its status, and sends and changes nothing."""
    ids = [each.entity_id for each in er.async_entries_for_device(entity_registry, car.device_id)]
    policy = {"entities": {"entity_ids": {each: {"read": True} for each in ids}}}
    hass_admin_user.groups = [Group(name="Guests", policy=policy)]
    hass_admin_user.permissions = PolicyPermissions(policy, hass_admin_user.perm_lookup)
    user = hass_admin_user.id
    assert not (await use(car.hass, STATUS, user)).error
    for tool, args in ((COMMAND, {"command": "precondition"}), (PLAN, {"edit": "skip"})):
        result = await use(car.hass, tool, user, **args)
        assert (result.error, str(result.data["error"])[:38]) == (True, "You do not have permission for this ca")
    assert car.commands == []


async def test_several_cars(
    hass: HomeAssistant,
    mock_config_entry: MockConfigEntry,
    simulator: Simulator,
    device_registry: dr.DeviceRegistry,
) -> None:
    """The car has to be named, and only exposed ones can be."""
    own(simulator, EXAMPLE_VIN, SECOND_VIN)
    await set_up(hass, mock_config_entry)
    assert "car" in await error(hass, STATUS)
    first, second = (
        device_registry.async_get_device_by_identifier((DOMAIN, vin), mock_config_entry.entry_id)
        for vin in (EXAMPLE_VIN, SECOND_VIN)
    )
    device_registry.async_update_device(second.id, name_by_user="Kangoo")
    assert (await done(hass, STATUS, car="Kangoo"))["car"] == "Kangoo"
    await done(hass, PLAN, car="Kangoo", edit="add", departure="Work", time="07:30", days=["fri"])
    found = [len((await done(hass, STATUS, car=name))["plan"]["departures"]) for name in ("Kangoo", first.name)]
    assert found == [1, 0]
    expose(hass, second.id)
    assert (await done(hass, STATUS))["car"] == first.name
    assert "Kangoo" not in (await api(hass)).api_prompt
    assert received_commands(simulator) == []


async def test_car_that_was_disabled_in_the_meantime(car: Car) -> None:
    """A tool of an earlier question answers with an error."""
    instance = await api(car.hass)
    await car.disable()
    result = await instance.async_call_tool(llm.ToolInput(STATUS, {}))
    assert result.error
    assert names(await api(car.hass)) == []


async def test_my_renault(hass: HomeAssistant, renault: MyRenaultSimulator, renault_entry: MockConfigEntry) -> None:
    """A car that can be stopped is offered that, and its timer is not cancelled."""
    await set_up(hass, renault_entry)
    instance = await api(hass)
    (tool,) = (each for each in instance.tools if each.name == COMMAND)
    described = probatio.to_openapi(tool.parameters, custom_serializer=instance.custom_serializer)
    assert described["properties"]["command"]["enum"] == ["precondition", "start_charge", "stop_charge"]
    assert (await done(hass, STATUS))["battery"]["level_percent"] == 50
