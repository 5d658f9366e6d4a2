"""Sensors of what only some vehicles report: tires, fuel, cabin temperature, and charging power."""

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import override

from homeassistant.components.sensor import SensorDeviceClass, SensorEntity, SensorEntityDescription, SensorStateClass
from homeassistant.const import UnitOfLength, UnitOfPower, UnitOfPressure, UnitOfTemperature, UnitOfVolume
from homeassistant.core import callback

from ..cloud.models import Capability, Part
from ..cloud.reports import TirePressures
from ..cloud.response import Report
from ..entity import RenaultZeDescription, RenaultZeEntity
from ..vehicle.state import VehicleState

_TIRES = [each.name for each in fields(TirePressures) if each.name not in {each.name for each in fields(Report)}]


@dataclass(frozen=True, kw_only=True)
class RenaultZeEquipmentSensorDescription(RenaultZeDescription, SensorEntityDescription):
    """A sensor of a number, with the function that returns it."""

    state_class: SensorStateClass | None = SensorStateClass.MEASUREMENT
    value_fn: Callable[[VehicleState], float | None]


def _pressure(tire: str) -> Callable[[VehicleState], float | None]:
    """Return a function for the pressure of a tire, a field of `TirePressures`."""
    return lambda state: None if state.tire_pressures is None else getattr(state.tire_pressures, tire)


EQUIPMENT_DESCRIPTIONS: tuple[RenaultZeEquipmentSensorDescription, ...] = (
    *(
        RenaultZeEquipmentSensorDescription(
            key=f"tire_pressure_{tire}",
            translation_key=f"tire_pressure_{tire}",
            device_class=SensorDeviceClass.PRESSURE,
            native_unit_of_measurement=UnitOfPressure.MBAR,
            suggested_unit_of_measurement=UnitOfPressure.BAR,
            suggested_display_precision=2,
            # Few cars of the model have them.
            entity_registry_enabled_default=False,
            capability=Capability.TIRE_PRESSURES,
            part=Part.TIRE_PRESSURES,
            value_fn=_pressure(tire),
        )
        for tire in _TIRES
    ),
    RenaultZeEquipmentSensorDescription(
        key="fuel_range",
        translation_key="fuel_range",
        device_class=SensorDeviceClass.DISTANCE,
        native_unit_of_measurement=UnitOfLength.KILOMETERS,
        suggested_display_precision=0,
        capability=Capability.FUEL,
        part=Part.FUEL,
        value_fn=lambda state: None if state.fuel is None else state.fuel.range_km,
    ),
    RenaultZeEquipmentSensorDescription(
        key="fuel_level",
        translation_key="fuel_level",
        device_class=SensorDeviceClass.VOLUME_STORAGE,
        native_unit_of_measurement=UnitOfVolume.LITERS,
        suggested_display_precision=0,
        capability=Capability.FUEL,
        part=Part.FUEL,
        value_fn=lambda state: None if state.fuel is None else state.fuel.liters,
    ),
    RenaultZeEquipmentSensorDescription(
        key="cabin_temperature",
        translation_key="cabin_temperature",
        device_class=SensorDeviceClass.TEMPERATURE,
        native_unit_of_measurement=UnitOfTemperature.CELSIUS,
        entity_registry_enabled_default=False,
        capability=Capability.CABIN_TEMPERATURE,
        part=Part.CABIN,
        value_fn=lambda state: None if state.cabin is None else state.cabin.temperature,
    ),
    RenaultZeEquipmentSensorDescription(
        key="charging_power",
        translation_key="charging_power",
        device_class=SensorDeviceClass.POWER,
        native_unit_of_measurement=UnitOfPower.WATT,
        suggested_unit_of_measurement=UnitOfPower.KILO_WATT,
        suggested_display_precision=1,
        entity_registry_enabled_default=False,
        capability=Capability.CHARGING_POWER,
        part=Part.BATTERY,
        value_fn=lambda state: None if state.battery is None else state.battery.charging_power_w,
    ),
)


class RenaultZeEquipmentSensor(RenaultZeEntity, SensorEntity):
    """A sensor of what only some vehicles report."""

    entity_description: RenaultZeEquipmentSensorDescription

    @override
    @callback
    def _async_update_attrs(self) -> object:
        """Set the value."""
        self._attr_native_value = self.entity_description.value_fn(self.coordinator.data)
        return self._attr_native_value
