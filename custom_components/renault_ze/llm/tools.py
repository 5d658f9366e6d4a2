"""The tools for language models, which call the actions of the integration, and what they tell about a car."""

from abc import abstractmethod
import asyncio
from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta
from typing import Any, Final, override

from homeassistant.auth.permissions.const import POLICY_CONTROL, POLICY_READ
from homeassistant.components.number.const import ATTR_VALUE, DOMAIN as NUMBER, SERVICE_SET_VALUE
from homeassistant.const import ATTR_DEVICE_ID, ATTR_ENTITY_ID, STATE_UNAVAILABLE
from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError, Unauthorized
from homeassistant.helpers import entity_registry as er, selector
from homeassistant.helpers.llm import LLMContext, Tool, ToolAnnotations, ToolInput, ToolResult
from homeassistant.util import dt as dt_util
import voluptuous as vol

from ..cloud.models import DAYS, CommandKind
from ..const import DOMAIN
from ..coordinator import VehicleCoordinator
from ..devices import name_of
from ..messages import exception_text, sentence_text
from ..plan.model import LEAST_LIMIT
from ..services import vehicle_for
from ..vehicle.results import CommandStatus
from ..views import plan_entities, responses
from ..views.plan_entities import Shown
from ..views.responses import Json
from ..views.sentences import Sentence, command_problem, command_reason

# A car is reached by SMS, which takes minutes; an assistant ends a conversation that takes longer than five.
ANSWER_WITHIN: Final = timedelta(minutes=2)
# Skipping the next departure twice skips two, and a command may replace the timer or the schedule in the car.
_CHANGES = ToolAnnotations(read_only=False, destructive=True, idempotent=False, open_world=True)
_LEVEL = selector.NumberSelector(selector.NumberSelectorConfig(min=LEAST_LIMIT, max=100, step=1))
_TEMPERATURE = selector.NumberSelector(selector.NumberSelectorConfig(min=15, max=25, step=0.5))
_WEEKDAYS = selector.SelectSelector(selector.SelectSelectorConfig(options=list(DAYS), multiple=True))


class CarTool(Tool):
    """A tool for the exposed cars, given as device IDs by name."""

    integration = DOMAIN
    fields: Mapping[vol.Marker, Any] = {}

    def __init__(self, cars: Mapping[str, str]) -> None:
        """Let the language model name the car if there are several."""
        self._cars = cars
        named = vol.Optional("car", default=next(iter(cars))) if len(cars) == 1 else vol.Required("car")
        self.parameters = vol.Schema({named: vol.In(list(cars)), **self.fields})

    @override
    async def async_call(self, hass: HomeAssistant, tool_input: ToolInput, llm_context: LLMContext) -> ToolResult:
        """Return the result, or why there is none as a sentence."""
        context = llm_context.context or Context()
        try:
            data = self.parameters(tool_input.tool_args)
            return ToolResult(data=await self.run(hass, context, self._cars[data.pop("car")], data))
        except Unauthorized:
            error = _error("not_allowed")
        except vol.Invalid as err:
            error = _error("tool_call_invalid", reason=str(err))
        except HomeAssistantError as err:
            error = err
        return ToolResult(data={"error": exception_text(hass, error)}, error=True)

    @abstractmethod
    async def run(self, hass: HomeAssistant, context: Context, device_id: str, data: dict[str, Any]) -> Json:
        """Return the result; raise `HomeAssistantError` or `vol.Invalid` if there is none."""


class StatusTool(CarTool):
    """Returns what is known about a car."""

    name = "renault_ze__status"
    title = "Get the status of a car"
    description = (
        "Get the battery level and range of a car, whether it is plugged in, why it charges or not, when it will be "
        "preconditioned, its departures, its next charge window, and the results of its last commands. Outdated values "
        "are as the car last reported them."
    )
    annotations = ToolAnnotations(read_only=True, destructive=False, idempotent=True, open_world=False)

    @override
    async def run(self, hass: HomeAssistant, context: Context, device_id: str, data: dict[str, Any]) -> Json:
        """Return the status without polling the car."""
        return status(await vehicle_for(hass, context, device_id, POLICY_READ))


class CommandTool(CarTool):
    """Sends a command to a car."""

    name = "renault_ze__command"
    title = "Send a command to a car"
    description = (
        "Precondition the cabin of a car, which heats or cools it; cancel its timer for that; start or stop charging. "
        "With a time, the timer starts it then. To be ready at a time, add a departure to the plan instead. "
        "Waits up to two minutes for the car to confirm the command."
    )
    annotations = _CHANGES

    def __init__(self, cars: Mapping[str, str], commands: list[str]) -> None:
        """Offer the commands that a car supports."""
        self.fields = {
            vol.Required("command"): vol.In(commands),
            vol.Optional("at", description="Only for precondition"): selector.TimeSelector(),
            vol.Optional("temperature", description="°C, only for precondition"): _TEMPERATURE,
        }
        super().__init__(cars)

    @override
    async def run(self, hass: HomeAssistant, context: Context, device_id: str, data: dict[str, Any]) -> Json:
        """Send the command, and return its result if it is known in time."""
        command = data.pop("command")
        if data and command != CommandKind.PRECONDITION:
            raise _error("only_to_precondition")
        if "at" in data:
            command, data["start"] = CommandKind.PRECONDITION_AT, data.pop("at")
        coordinator = await vehicle_for(hass, context, device_id, POLICY_CONTROL)
        response = await _call(hass, context, device_id, command, data)
        pending = coordinator.pending_command([command])
        if pending is not None:
            with suppress(TimeoutError):
                async with asyncio.timeout(ANSWER_WITHIN.total_seconds()):
                    await pending.wait()
            response |= responses.command(pending.result, coordinator.vehicle.time_zone)
        return {**response, "message": message(hass, coordinator, command)}


class PlanTool(CarTool):
    """Edits the departures and target levels of a car."""

    name = "renault_ze__plan"
    title = "Edit the plan of a car"
    description = (
        "Add a departure at which a car is to be preconditioned, on days of the week or on a date. Skip a departure "
        "once, or restore a skipped one; without a name, the next. Set the battery level at which charging ends, for a "
        "departure, or in general if none is named. A departure that is added with an existing name is changed."
    )
    annotations = _CHANGES
    fields: Mapping[vol.Marker, Any] = {
        vol.Required("edit"): vol.In(["add", "skip", "restore", "target_level"]),
        vol.Optional("departure", description="The name of the departure"): selector.TextSelector(),
        vol.Optional("time", description="Only to add: when the user leaves"): selector.TimeSelector(),
        vol.Optional("days", description="Only to add: the days of the week, instead of a date"): _WEEKDAYS,
        vol.Optional("date"): selector.DateSelector(),
        vol.Optional("precondition", description="Only to add"): selector.BooleanSelector(),
        vol.Optional("target_level", description="In percent, to add or for a target level"): _LEVEL,
    }

    @override
    async def run(self, hass: HomeAssistant, context: Context, device_id: str, data: dict[str, Any]) -> Json:
        """Edit the plan, and return it."""
        coordinator = await vehicle_for(hass, context, device_id, POLICY_CONTROL)
        edit = data.pop("edit")
        if edit == "target_level" and "target_level" not in data:
            raise _error("target_level_missing")
        if edit == "target_level" and "departure" not in data:
            await _set_charge_limit(hass, context, coordinator, data["target_level"])
        elif edit in {"skip", "restore"}:
            await _call(hass, context, device_id, "skip_departure", {**data, "skip": edit == "skip"})
        else:
            if edit == "add" and "departure" in data:
                data["name"] = data.pop("departure")
            await _call(hass, context, device_id, "set_departure", data)
        return {"plan": status(coordinator)["plan"]}


def _error(key: str, **placeholders: str) -> HomeAssistantError:
    """Return an error of this integration."""
    return ServiceValidationError(translation_domain=DOMAIN, translation_key=key, translation_placeholders=placeholders)


async def _call(hass: HomeAssistant, context: Context, device_id: str, action: str, data: Mapping[str, Any]) -> Json:
    """Call an action of the integration, and return its response."""
    given = {ATTR_DEVICE_ID: device_id, **data}
    found = await hass.services.async_call(DOMAIN, action, given, blocking=True, context=context, return_response=True)
    return dict(found or {})


async def _set_charge_limit(
    hass: HomeAssistant, context: Context, coordinator: VehicleCoordinator, level: float
) -> None:
    """Set the level at which charging ends (percent), with the entity for it; raise an error if there is none."""
    unique_id = f"{coordinator.vehicle.vin}_charge_limit"
    entity_id = er.async_get(hass).async_get_entity_id(NUMBER, DOMAIN, unique_id)
    state = None if entity_id is None else hass.states.get(entity_id)
    if state is None or state.state == STATE_UNAVAILABLE:
        key = "unsupported" if state is None else "charge_limits_unknown"
        raise _error(key)
    data = {ATTR_ENTITY_ID: state.entity_id, ATTR_VALUE: level}
    await hass.services.async_call(NUMBER, SERVICE_SET_VALUE, data, blocking=True, context=context)


def status(coordinator: VehicleCoordinator) -> Json:
    """Return what is known about a car."""
    hass, situation = coordinator.hass, coordinator.situation(dt_util.utcnow())
    car = responses.car(situation, coordinator.vehicle, coordinator.planner.next_step, has_prices=False)
    plan, battery = car["plan"], car["battery"] or {}
    return {
        "car": name_of(hass, coordinator.config_entry, coordinator.vehicle.vin),
        **{key: car[key] for key in ("time_zone", "now", "outdated")},
        "battery": {key: battery.get(key) for key in ("level_percent", "range_km", "plugged_in", "reported_at")},
        "charging": {
            **{key: battery.get(key) for key in ("charging", "charge_ends_at")},
            **_reason(hass, plan_entities.charging_reason(situation)),
        },
        "preconditioning": _reason(hass, plan_entities.preconditioning_reason(situation)),
        "plan": {key: plan[key] for key in ("next_departure", "next_window", "departures", "paused", "limit")},
        "commands": [
            {key: each[key] for key in ("command", "status", "reason", "sent_at")} for each in car["commands"]
        ],
    }


def message(hass: HomeAssistant, coordinator: VehicleCoordinator, command: CommandKind) -> str | None:
    """Return a sentence about a command that was not confirmed, None if it was."""
    last = coordinator.data.commands.get(command)
    if last is None or last.status is CommandStatus.CONFIRMED:
        return None
    if not last.is_settled:
        return sentence_text(hass, Sentence("command_pending", {}))
    return sentence_text(hass, command_reason(last) if last.is_done else command_problem(last))


def _reason(hass: HomeAssistant, shown: Shown) -> Json:
    """Return a reason with its sentences."""
    return {"reason": shown.value, **{key: sentence_text(hass, text) for key, text in shown.sentences.items()}}
