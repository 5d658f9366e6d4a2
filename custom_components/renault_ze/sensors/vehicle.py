"""Sensors of a vehicle's state."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, override

from homeassistant.components.sensor import SensorDeviceClass, SensorEntity, SensorEntityDescription, SensorStateClass
from homeassistant.const import EntityCategory, UnitOfEnergy, UnitOfLength, UnitOfRatio, UnitOfTemperature, UnitOfTime
from homeassistant.core import callback
from homeassistant.util import dt as dt_util

from ..cloud.charging import ChargeState, ChargingPoint
from ..cloud.models import Battery, Capability, Part, PreconditioningRun, PreconditioningSource, Result
from ..entity import RenaultZeDescription, RenaultZeEntity
from ..vehicle.results import CommandStatus
from ..vehicle.state import VehicleState

# Home Assistant shows hours with the minutes rounded down: without this, 1.8333 h are 1 h 49 min.
_ROUNDED_DOWN = timedelta(milliseconds=600)

type Value = str | int | float | datetime | None


@dataclass(frozen=True, kw_only=True)
class RenaultZeSensorDescription(RenaultZeDescription, SensorEntityDescription):
    """A sensor, with the functions that return its value and attributes."""

    value_fn: Callable[[VehicleState], Value]
    attributes_fn: Callable[[VehicleState], dict[str, Any]] = lambda _: {}


def _of_battery(value: Callable[[Battery], Value]) -> Callable[[VehicleState], Value]:
    """Return a function for a value of the battery, None if the car has not reported it."""
    return lambda state: None if state.battery is None else value(state.battery)


def _of_last_run(value: Callable[[PreconditioningRun], Value]) -> Callable[[VehicleState], Value]:
    """Return a function for a value of the last preconditioning, None if the cloud has none."""
    return lambda state: None if state.last_preconditioning is None else value(state.last_preconditioning)


def _next_start(state: VehicleState) -> datetime | None:
    """Return the next start by the car's timer; a timer that has just fired may still be stored."""
    at = state.preconditioning_starts_at
    return None if at is None or at <= dt_util.utcnow() else at


def _charging_point(battery: Battery) -> ChargingPoint | None:
    """Return the kind of charging point, none while the car is unplugged."""
    return ChargingPoint.NONE if battery.plugged_in is False else battery.charging_point


def _minutes_remaining(battery: Battery) -> float | None:
    """Return the remaining minutes of the running charge."""
    if not battery.charging or battery.charging_time_remaining is None:
        return None
    return (battery.charging_time_remaining + _ROUNDED_DOWN) / timedelta(minutes=1)


def _last_command(state: VehicleState) -> dict[str, Any]:
    """Return the attributes of the last command."""
    command = state.last_command
    if command is None:
        return {}
    return {
        "command": command.kind,
        "reason": command.reason,
        "route": command.route,
        "sent_at": command.sent_at,
        "settled_at": command.settled_at,
    }


DESCRIPTIONS: tuple[RenaultZeSensorDescription, ...] = (
    RenaultZeSensorDescription(
        key="battery",
        device_class=SensorDeviceClass.BATTERY,
        native_unit_of_measurement=UnitOfRatio.PERCENTAGE,
        state_class=SensorStateClass.MEASUREMENT,
        capability=Capability.BATTERY,
        part=Part.BATTERY,
        value_fn=_of_battery(lambda battery: battery.level),
    ),
    RenaultZeSensorDescription(
        key="range",
        translation_key="range",
        device_class=SensorDeviceClass.DISTANCE,
        native_unit_of_measurement=UnitOfLength.KILOMETERS,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=0,
        capability=Capability.BATTERY,
        part=Part.BATTERY,
        value_fn=_of_battery(lambda battery: battery.range_km),
    ),
    RenaultZeSensorDescription(
        key="charging_time_remaining",
        translation_key="charging_time_remaining",
        device_class=SensorDeviceClass.DURATION,
        native_unit_of_measurement=UnitOfTime.MINUTES,
        suggested_unit_of_measurement=UnitOfTime.HOURS,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=4,
        capability=Capability.BATTERY,
        part=Part.BATTERY,
        value_fn=_of_battery(_minutes_remaining),
    ),
    RenaultZeSensorDescription(
        key="charge_ends_at",
        translation_key="charge_ends_at",
        device_class=SensorDeviceClass.TIMESTAMP,
        capability=Capability.BATTERY,
        part=Part.BATTERY,
        value_fn=_of_battery(lambda battery: battery.charge_ends_at),
    ),
    RenaultZeSensorDescription(
        key="charging_point",
        translation_key="charging_point",
        device_class=SensorDeviceClass.ENUM,
        options=list(ChargingPoint),
        capability=Capability.CHARGING_POINT,
        part=Part.BATTERY,
        value_fn=_of_battery(_charging_point),
    ),
    RenaultZeSensorDescription(
        key="last_preconditioning",
        translation_key="last_preconditioning",
        device_class=SensorDeviceClass.TIMESTAMP,
        capability=Capability.PRECONDITIONING_HISTORY,
        part=Part.LAST_PRECONDITIONING,
        value_fn=_of_last_run(lambda run: run.at),
    ),
    RenaultZeSensorDescription(
        key="last_preconditioning_result",
        translation_key="last_preconditioning_result",
        device_class=SensorDeviceClass.ENUM,
        options=list(Result),
        capability=Capability.PRECONDITIONING_HISTORY,
        part=Part.LAST_PRECONDITIONING,
        value_fn=_of_last_run(lambda run: run.result),
    ),
    RenaultZeSensorDescription(
        key="last_preconditioning_source",
        translation_key="last_preconditioning_source",
        device_class=SensorDeviceClass.ENUM,
        options=list(PreconditioningSource),
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        capability=Capability.PRECONDITIONING_HISTORY,
        part=Part.LAST_PRECONDITIONING,
        value_fn=_of_last_run(lambda run: run.source),
    ),
    RenaultZeSensorDescription(
        key="preconditioning_timer",
        translation_key="preconditioning_timer",
        device_class=SensorDeviceClass.TIMESTAMP,
        capability=Capability.PRECONDITIONING_TIMER_STATE,
        part=Part.PRECONDITIONING_TIMER,
        value_fn=_next_start,
    ),
    RenaultZeSensorDescription(
        key="last_report",
        translation_key="last_report",
        device_class=SensorDeviceClass.TIMESTAMP,
        entity_category=EntityCategory.DIAGNOSTIC,
        capability=Capability.BATTERY,
        part=Part.BATTERY,
        value_fn=_of_battery(lambda battery: battery.reported_at),
    ),
    RenaultZeSensorDescription(
        key="battery_energy",
        translation_key="battery_energy",
        device_class=SensorDeviceClass.ENERGY_STORAGE,
        native_unit_of_measurement=UnitOfEnergy.KILO_WATT_HOUR,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=1,
        capability=Capability.BATTERY_ENERGY,
        part=Part.BATTERY,
        value_fn=_of_battery(lambda battery: battery.energy_kwh),
    ),
    RenaultZeSensorDescription(
        key="charge_state",
        translation_key="charge_state",
        device_class=SensorDeviceClass.ENUM,
        options=list(ChargeState),
        entity_category=EntityCategory.DIAGNOSTIC,
        capability=Capability.CHARGE_STATE,
        part=Part.BATTERY,
        value_fn=_of_battery(lambda battery: battery.charge_state),
    ),
    RenaultZeSensorDescription(
        key="mileage",
        translation_key="mileage",
        device_class=SensorDeviceClass.DISTANCE,
        native_unit_of_measurement=UnitOfLength.KILOMETERS,
        state_class=SensorStateClass.TOTAL_INCREASING,
        suggested_display_precision=0,
        capability=Capability.MILEAGE,
        part=Part.MILEAGE,
        value_fn=lambda state: state.mileage_km,
    ),
    RenaultZeSensorDescription(
        key="outside_temperature",
        translation_key="outside_temperature",
        device_class=SensorDeviceClass.TEMPERATURE,
        native_unit_of_measurement=UnitOfTemperature.CELSIUS,
        state_class=SensorStateClass.MEASUREMENT,
        capability=Capability.OUTSIDE_TEMPERATURE,
        part=Part.CABIN,
        value_fn=lambda state: None if state.cabin is None else state.cabin.outside_temperature,
    ),
    RenaultZeSensorDescription(
        key="last_command",
        translation_key="last_command",
        device_class=SensorDeviceClass.ENUM,
        options=list(CommandStatus),
        entity_category=EntityCategory.DIAGNOSTIC,
        capability=None,
        value_fn=lambda state: None if state.last_command is None else state.last_command.status,
        attributes_fn=_last_command,
    ),
)


class RenaultZeSensor(RenaultZeEntity, SensorEntity):
    """A sensor of a vehicle."""

    entity_description: RenaultZeSensorDescription

    @override
    @callback
    def _async_update_attrs(self) -> object:
        """Set the value and its attributes."""
        description, state = self.entity_description, self.coordinator.data
        self._attr_native_value = description.value_fn(state)
        self._attr_extra_state_attributes = description.attributes_fn(state)
        return self._attr_native_value, self._attr_extra_state_attributes
