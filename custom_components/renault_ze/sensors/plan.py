"""What is ahead of a vehicle by its plan, and why it charges and warms up or does not."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from typing import Any, override

from homeassistant.components.sensor import SensorDeviceClass, SensorEntity, SensorEntityDescription
from homeassistant.const import EntityCategory
from homeassistant.util import dt as dt_util

from ..cloud.models import Capability, Part
from ..entity import RenaultZeDescription, RenaultZeEntity
from ..messages import read
from ..plan.situation import Situation
from ..views import plan_entities
from ..views.plan_entities import ScheduleStatus, Shown
from ..views.reasons import ChargingReason, PreconditioningReason


@dataclass(frozen=True, kw_only=True)
class RenaultZePlanSensorDescription(RenaultZeDescription, SensorEntityDescription):
    """A sensor of the plan, and what it shows at an instant."""

    shown_fn: Callable[[Situation], Shown]


PLAN_DESCRIPTIONS: tuple[RenaultZePlanSensorDescription, ...] = (
    RenaultZePlanSensorDescription(
        key="charge_schedule_status",
        translation_key="charge_schedule_status",
        device_class=SensorDeviceClass.ENUM,
        options=list(ScheduleStatus),
        entity_category=EntityCategory.DIAGNOSTIC,
        capability=Capability.CHARGE_SCHEDULE,
        part=Part.CHARGE_SCHEDULE,
        shown_fn=plan_entities.schedule_status,
    ),
    RenaultZePlanSensorDescription(
        key="next_departure",
        translation_key="next_departure",
        device_class=SensorDeviceClass.TIMESTAMP,
        capability=Capability.PRECONDITIONING,
        shown_fn=plan_entities.next_departure,
    ),
    RenaultZePlanSensorDescription(
        key="next_preconditioning",
        translation_key="next_preconditioning",
        device_class=SensorDeviceClass.TIMESTAMP,
        capability=Capability.PRECONDITIONING,
        shown_fn=plan_entities.next_preconditioning,
    ),
    RenaultZePlanSensorDescription(
        key="next_charge_window",
        translation_key="next_charge_window",
        device_class=SensorDeviceClass.TIMESTAMP,
        capability=Capability.CHARGE_SCHEDULE,
        shown_fn=plan_entities.next_charge_window,
    ),
    RenaultZePlanSensorDescription(
        key="charging_reason",
        translation_key="charging_reason",
        device_class=SensorDeviceClass.ENUM,
        options=list(ChargingReason),
        capability=Capability.BATTERY,
        shown_fn=plan_entities.charging_reason,
    ),
    RenaultZePlanSensorDescription(
        key="preconditioning_reason",
        translation_key="preconditioning_reason",
        device_class=SensorDeviceClass.ENUM,
        options=list(PreconditioningReason),
        capability=Capability.PRECONDITIONING,
        shown_fn=plan_entities.preconditioning_reason,
    ),
)


class RenaultZePlanSensor(RenaultZeEntity, SensorEntity):
    """A sensor of a vehicle's plan."""

    entity_description: RenaultZePlanSensorDescription
    _shows = attrgetter("available", "_seen")

    @property
    @override
    def native_value(self) -> str | datetime | None:
        """Return the value."""
        return self._seen[0]

    @property
    @override
    def extra_state_attributes(self) -> Mapping[str, Any]:
        """Return what else is worth knowing."""
        return self._seen[1]

    @property
    def _seen(self) -> tuple[str | datetime | None, Mapping[str, Any]]:
        """Return what is shown now, the sentences in the owner's language and with days as of today."""
        shown = self.entity_description.shown_fn(self.coordinator.situation(dt_util.utcnow()))
        texts = {name: read(self.hass, each) for name, each in shown.sentences.items()}
        return shown.value, {**shown.attributes, **texts}
