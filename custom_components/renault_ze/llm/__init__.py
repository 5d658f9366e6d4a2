"""The tools that Home Assistant's Assist API gives to language models, for the cars that are exposed.

Their descriptions are in English, as Home Assistant's own are.
"""

from homeassistant.components.homeassistant.exposed_entities import async_should_expose
from homeassistant.components.llm import LLMTools
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.llm import LLM_API_ASSIST, LLMContext, Tool

from ..cloud.models import Capability, CommandKind
from ..const import DOMAIN
from ..coordinator import VehicleCoordinator
from ..devices import device_of, name_of
from ..services import ACTIONS
from .tools import CommandTool, PlanTool, StatusTool

_COMMANDS = (
    CommandKind.PRECONDITION,
    CommandKind.CANCEL_PRECONDITION,
    CommandKind.START_CHARGE,
    CommandKind.STOP_CHARGE,
)
# Without any of these, a car has no departures and no charge limit.
_PLANNED = {Capability.CHARGE_LIMIT, Capability.CHARGE_SCHEDULE, Capability.PRECONDITIONING}
_NEEDED = {action.name: action.capability for action in ACTIONS}
_PROMPT = (
    "Use the tools of renault_ze for Renault's electric cars: {cars}. Times are in the time zone of the car. A command "
    "has only succeeded if its status is confirmed; otherwise, say what is known."
)


@callback
def async_get_tools(hass: HomeAssistant, llm_context: LLMContext, api_id: str) -> LLMTools | None:
    """Return the tools for the exposed cars, None without one."""
    exposed = _exposed(hass, llm_context.assistant) if api_id == LLM_API_ASSIST else {}
    if not exposed:
        return None
    capabilities = frozenset[Capability]().union(*(each.vehicle.capabilities for each in exposed.values()))
    cars = {name: _device_id(hass, each) for name, each in exposed.items()}
    tools: list[Tool] = [StatusTool(cars)]
    if not _PLANNED.isdisjoint(capabilities):
        tools.append(PlanTool(cars))
    if commands := [kind.value for kind in _COMMANDS if _NEEDED[kind] in capabilities]:
        tools.append(CommandTool(cars, commands))
    return LLMTools(tools=tools, prompt=_PROMPT.format(cars=", ".join(cars)))


@callback
def _exposed(hass: HomeAssistant, assistant: str) -> dict[str, VehicleCoordinator]:
    """Return the cars with an entity that is exposed to an assistant, by their names."""
    registry, found = er.async_get(hass), {}
    for entry in hass.config_entries.async_loaded_entries(DOMAIN):
        for vin, coordinator in entry.runtime_data.vehicles.items():
            entities = er.async_entries_for_device(registry, _device_id(hass, coordinator))
            if any(async_should_expose(hass, assistant, each.entity_id) for each in entities):
                found[name_of(hass, entry, vin)] = coordinator
    return found


def _device_id(hass: HomeAssistant, coordinator: VehicleCoordinator) -> str:
    """Return the ID of the device of a car, empty without one."""
    device = device_of(hass, coordinator.config_entry, coordinator.vehicle.vin)
    return "" if device is None else device.id
