"""What the plan tells its owner of its own accord: a notification for what they can or should do something about."""

from homeassistant.components import persistent_notification
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback

from .const import CONF_NOTIFY, DOMAIN
from .coordinator import VehicleCoordinator
from .naming import name_of
from .outlook import said
from .plan import Step, StepReason
from .texts import read

_LOUD = {
    StepReason.FORESEEN,
    StepReason.TOO_LOW,
    StepReason.FAILED,
    StepReason.MISSED,
    StepReason.WINDOW_MISSED,
}


@callback
def watch(hass: HomeAssistant, coordinator: VehicleCoordinator) -> CALLBACK_TYPE:
    """Notify the owner of what goes wrong, unless they want it otherwise; return what ends it."""

    @callback
    def notify(step: Step) -> None:
        if step.reason not in _LOUD or not coordinator.config_entry.options.get(CONF_NOTIFY, True):
            return
        message = read(hass, said(step, coordinator.planner.settings).sentences["message"])
        persistent_notification.async_create(
            hass,
            message or step.reason,
            title=name_of(coordinator),
            # A later one of the same kind takes the place of the one before.
            notification_id=f"{DOMAIN}_{coordinator.vehicle.vin}_{step.reason}",
        )

    return coordinator.planner.on_told(notify)
