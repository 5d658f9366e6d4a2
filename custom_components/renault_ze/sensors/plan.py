"""Sensors of the plan: what comes next, and why the car charges or preconditions or does not."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import override

from homeassistant.components.sensor import SensorDeviceClass, SensorEntity, SensorEntityDescription, SensorStateClass
from homeassistant.const import EntityCategory
from homeassistant.core import callback
from homeassistant.util import dt as dt_util

from ..cloud.models import Capability, Part
from ..entity import RenaultZeDescription, RenaultZeEntity
from ..messages import sentence_text
from ..plan.situation import Situation
from ..views import plan_entities
from ..views.departure_calendar import car_departures
from ..views.plan_entities import ScheduleStatus, Shown
from ..views.reasons import ChargingReason, PreconditioningReason
from .energy import currency_of


@dataclass(frozen=True, kw_only=True)
class RenaultZePlanSensorDescription(RenaultZeDescription, SensorEntityDescription):
    """A sensor of the plan, with the function that returns what it shows."""

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
        needs_schedule=True,
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
        key="car_departures",
        translation_key="car_departures",
        device_class=SensorDeviceClass.TIMESTAMP,
        entity_category=EntityCategory.DIAGNOSTIC,
        # It takes a request an hour, which the plan only needs for departures that use the car's timer.
        entity_registry_enabled_default=False,
        capability=Capability.CAR_DEPARTURES,
        part=Part.CAR_DEPARTURES,
        shown_fn=car_departures,
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
        needs_schedule=True,
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


PRICE_DESCRIPTIONS: tuple[RenaultZePlanSensorDescription, ...] = (
    RenaultZePlanSensorDescription(
        key="planned_charge",
        translation_key="planned_charge",
        device_class=SensorDeviceClass.TIMESTAMP,
        capability=Capability.CHARGE_SCHEDULE,
        needs_schedule=True,
        shown_fn=plan_entities.planned_charge,
    ),
    RenaultZePlanSensorDescription(
        key="saved",
        translation_key="saved",
        device_class=SensorDeviceClass.MONETARY,
        state_class=SensorStateClass.TOTAL,
        suggested_display_precision=2,
        capability=Capability.CHARGE_SCHEDULE,
        needs_schedule=True,
        shown_fn=plan_entities.saved,
    ),
)


class RenaultZePlanSensor(RenaultZeEntity, SensorEntity):
    """A sensor of a vehicle's plan."""

    entity_description: RenaultZePlanSensorDescription
    _unrecorded_attributes = RenaultZeEntity._unrecorded_attributes | {"slots"}  # noqa: SLF001 - the way to extend it

    @override
    @callback
    def _async_update_attrs(self) -> object:
        """Set the value and its attributes, sentences in Home Assistant's language and with days as of today."""
        shown = self.entity_description.shown_fn(self.coordinator.situation(dt_util.utcnow()))
        texts = {name: sentence_text(self.hass, each) for name, each in shown.sentences.items()}
        if self.device_class is SensorDeviceClass.MONETARY:
            self._attr_native_unit_of_measurement = shown.currency or currency_of(self.coordinator)
        self._attr_native_value = shown.value
        self._attr_extra_state_attributes = {**shown.attributes, **texts}
        return shown.value, self._attr_extra_state_attributes, self.native_unit_of_measurement
