"""What language models are told about a car, with sentences in Home Assistant's language."""

from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util

from ..cloud.models import CommandKind
from ..coordinator import VehicleCoordinator
from ..devices import name_of
from ..messages import sentence_text
from ..vehicle.results import CommandStatus
from ..views import plan_entities, responses
from ..views.plan_entities import Shown
from ..views.responses import Json
from ..views.sentences import Sentence, command_problem, command_reason


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
