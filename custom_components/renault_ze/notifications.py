"""What the plan tells its owner of its own accord: a notification for what they can or should do something about."""

from datetime import datetime

from homeassistant.components import persistent_notification
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback

from .const import CONF_NOTIFY, DOMAIN
from .coordinator import VehicleCoordinator
from .devices import name_of
from .messages import read
from .plan.steps import DepartureMessage, Message, StepReason
from .views.plan_entities import step_message

_LOUD = {
    StepReason.LOW_FORECAST,
    StepReason.TOO_LOW,
    StepReason.FAILED,
    StepReason.MISSED,
    StepReason.WINDOW_MISSED,
    StepReason.SCHEDULE_REFUSED,
}
_FULFILLED = {StepReason.READY, StepReason.SENT}
# What was to be feared of a departure, and is not true any more once the car was warm.
_FEARED = (StepReason.LOW_FORECAST, StepReason.TOO_LOW)


@callback
def watch(hass: HomeAssistant, coordinator: VehicleCoordinator) -> CALLBACK_TYPE:
    """Notify the owner of what goes wrong, unless they want it otherwise; return what ends it."""
    prefix = f"{DOMAIN}_{coordinator.vehicle.vin}"
    shown: dict[StepReason, datetime | None] = {}

    @callback
    def notify(message: Message) -> None:
        ready_at = message.departure.ready_at if isinstance(message, DepartureMessage) else None
        for reason in _FEARED if message.reason in _FULFILLED else ():
            if shown.get(reason) == ready_at:
                persistent_notification.async_dismiss(hass, f"{prefix}_{reason}")
        if message.reason not in _LOUD or not coordinator.config_entry.options.get(CONF_NOTIFY, True):
            return
        shown[message.reason] = ready_at
        text = read(hass, step_message(message, coordinator.planner.settings).sentences["message"])
        persistent_notification.async_create(
            hass,
            text or message.reason,
            title=name_of(coordinator.hass, coordinator.config_entry, coordinator.vehicle.vin),
            # A later one of the same kind takes the place of the one before.
            notification_id=f"{prefix}_{message.reason}",
        )

    return coordinator.planner.on_message(notify)
