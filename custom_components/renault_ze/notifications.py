"""Persistent notifications of the plan, for problems that the user can do something about."""

from datetime import datetime

from homeassistant.components import persistent_notification
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.dispatcher import async_dispatcher_connect

from .const import CONF_NOTIFY, DOMAIN
from .coordinator import VehicleCoordinator
from .devices import name_of
from .messages import sentence_text
from .plan.steps import DepartureMessage, Message, StepReason
from .views.plan_entities import step_message

_PROBLEMS = {
    StepReason.LOW_FORECAST,
    StepReason.LEVEL_UNREACHABLE,
    StepReason.TOO_LOW,
    StepReason.FAILED,
    StepReason.MISSED,
    StepReason.WINDOW_MISSED,
    StepReason.SCHEDULE_REFUSED,
}
_SUCCESSES = {StepReason.READY, StepReason.SENT}
# Dismissed when the car was preconditioned for the departure after all.
_WARNINGS = (StepReason.LOW_FORECAST, StepReason.LEVEL_UNREACHABLE, StepReason.TOO_LOW)


@callback
def track_notifications(hass: HomeAssistant, coordinator: VehicleCoordinator) -> CALLBACK_TYPE:
    """Notify the user of problems, unless the option is off; return a function that stops it."""
    prefix = f"{DOMAIN}_{coordinator.vehicle.vin}"
    shown: dict[StepReason, datetime | None] = {}

    @callback
    def notify(message: Message) -> None:
        ready_at = message.departure.ready_at if isinstance(message, DepartureMessage) else None
        for reason in _WARNINGS if message.reason in _SUCCESSES else ():
            if shown.get(reason) == ready_at:
                persistent_notification.async_dismiss(hass, f"{prefix}_{reason}")
        if message.reason not in _PROBLEMS or not coordinator.config_entry.options.get(CONF_NOTIFY, True):
            return
        shown[message.reason] = ready_at
        text = sentence_text(hass, step_message(message, coordinator.planner.settings).sentences["message"])
        persistent_notification.async_create(
            hass,
            text or message.reason,
            title=name_of(coordinator.hass, coordinator.config_entry, coordinator.vehicle.vin),
            # A later notification of the same kind replaces it.
            notification_id=f"{prefix}_{message.reason}",
        )

    return async_dispatcher_connect(hass, coordinator.plan_message, notify)
