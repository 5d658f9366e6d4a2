"""What the plan tells its owner of its own accord: a notification for what they can or should do something about."""

from datetime import datetime

from homeassistant.components import persistent_notification
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback

from .const import CONF_NOTIFY, DOMAIN
from .coordinator import VehicleCoordinator
from .devices import name_of
from .messages import read
from .plan.model import Step, StepReason
from .views.plan_entities import said

_LOUD = {
    StepReason.FORESEEN,
    StepReason.TOO_LOW,
    StepReason.FAILED,
    StepReason.MISSED,
    StepReason.WINDOW_MISSED,
    StepReason.WEEK_REFUSED,
}
_FULFILLED = {StepReason.READY, StepReason.ORDERED}
# What was to be feared of a departure, and is not true any more once the car was warm.
_FEARED = (StepReason.FORESEEN, StepReason.TOO_LOW)


@callback
def track_notifications(hass: HomeAssistant, coordinator: VehicleCoordinator) -> CALLBACK_TYPE:
    """Notify the owner of what goes wrong, unless they want it otherwise; return what ends it."""
    prefix = f"{DOMAIN}_{coordinator.vehicle.vin}"
    shown: dict[StepReason, datetime | None] = {}

    @callback
    def notify(step: Step) -> None:
        for reason in _FEARED if step.reason in _FULFILLED else ():
            if shown.get(reason) == step.ready_at:
                persistent_notification.async_dismiss(hass, f"{prefix}_{reason}")
        if step.reason not in _LOUD or not coordinator.config_entry.options.get(CONF_NOTIFY, True):
            return
        shown[step.reason] = step.ready_at
        message = read(hass, said(step, coordinator.planner.settings).sentences["message"])
        persistent_notification.async_create(
            hass,
            message or step.reason,
            title=name_of(coordinator.hass, coordinator.config_entry, coordinator.vehicle.vin),
            # A later one of the same kind takes the place of the one before.
            notification_id=f"{prefix}_{step.reason}",
        )

    return coordinator.planner.on_told(notify)
