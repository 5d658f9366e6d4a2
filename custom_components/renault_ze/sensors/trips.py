"""Sensors of distance, energy, and consumption, estimated from the odometer and the battery level."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import override

from homeassistant.components.sensor import SensorDeviceClass, SensorEntity, SensorEntityDescription, SensorStateClass
from homeassistant.const import UnitOfEnergy, UnitOfEnergyDistance, UnitOfLength
from homeassistant.core import callback
from homeassistant.util import dt as dt_util
from homeassistant.util.unit_system import US_CUSTOMARY_SYSTEM

from ..cloud.models import Capability, Part
from ..entity import RenaultZeDescription, RenaultZeEntity
from ..vehicle.trips import TripLog

# Home Assistant converts this device class, but has no US unit for it.
_US_UNITS: Mapping[SensorDeviceClass | None, str] = {
    SensorDeviceClass.ENERGY_DISTANCE: UnitOfEnergyDistance.MILES_PER_KILO_WATT_HOUR,
}


@dataclass(frozen=True, kw_only=True)
class RenaultZeTripSensorDescription(RenaultZeDescription, SensorEntityDescription):
    """A sensor of the trips, with the function that returns its value on a day."""

    capability: Capability = Capability.MILEAGE
    part: Part | None = Part.MILEAGE
    value_fn: Callable[[TripLog, date], float | None]


TRIP_DESCRIPTIONS: tuple[RenaultZeTripSensorDescription, ...] = (
    RenaultZeTripSensorDescription(
        key="last_journey_distance",
        translation_key="last_journey_distance",
        object_id="last_journey_distance_estimate",
        device_class=SensorDeviceClass.DISTANCE,
        native_unit_of_measurement=UnitOfLength.KILOMETERS,
        suggested_display_precision=0,
        value_fn=lambda log, _: None if log.journey is None else log.journey.distance_km,
    ),
    RenaultZeTripSensorDescription(
        key="last_journey_consumption",
        translation_key="last_journey_consumption",
        object_id="last_journey_consumption_estimate",
        device_class=SensorDeviceClass.ENERGY_DISTANCE,
        native_unit_of_measurement=UnitOfEnergyDistance.KILO_WATT_HOUR_PER_100_KM,
        suggested_display_precision=1,
        value_fn=lambda log, _: None if log.journey is None else log.journey.consumption,
    ),
    RenaultZeTripSensorDescription(
        key="distance_today",
        translation_key="distance_today",
        object_id="distance_today_estimate",
        device_class=SensorDeviceClass.DISTANCE,
        native_unit_of_measurement=UnitOfLength.KILOMETERS,
        state_class=SensorStateClass.TOTAL_INCREASING,
        suggested_display_precision=0,
        value_fn=lambda log, day: log.on(day).distance_km,
    ),
    RenaultZeTripSensorDescription(
        key="consumption_today",
        translation_key="consumption_today",
        object_id="consumption_today_estimate",
        device_class=SensorDeviceClass.ENERGY_DISTANCE,
        native_unit_of_measurement=UnitOfEnergyDistance.KILO_WATT_HOUR_PER_100_KM,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=1,
        value_fn=lambda log, day: log.on(day).consumption,
    ),
    RenaultZeTripSensorDescription(
        key="energy_used_today",
        translation_key="energy_used_today",
        object_id="energy_used_today_estimate",
        device_class=SensorDeviceClass.ENERGY,
        native_unit_of_measurement=UnitOfEnergy.KILO_WATT_HOUR,
        state_class=SensorStateClass.TOTAL_INCREASING,
        suggested_display_precision=1,
        value_fn=lambda log, day: log.on(day).energy_kwh,
    ),
    RenaultZeTripSensorDescription(
        key="average_consumption",
        translation_key="average_consumption",
        object_id="average_consumption_estimate",
        device_class=SensorDeviceClass.ENERGY_DISTANCE,
        native_unit_of_measurement=UnitOfEnergyDistance.KILO_WATT_HOUR_PER_100_KM,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=1,
        value_fn=lambda log, day: log.average(day).consumption,
    ),
)


class RenaultZeTripSensor(RenaultZeEntity, SensorEntity):
    """An estimate of a vehicle's distance or consumption."""

    entity_description: RenaultZeTripSensorDescription

    @property
    @override
    def suggested_unit_of_measurement(self) -> str | None:
        """Return the unit in the US, None elsewhere, where Home Assistant chooses it."""
        return _US_UNITS.get(self.device_class) if self.hass.config.units is US_CUSTOMARY_SYSTEM else None

    @override
    @callback
    def _async_update_attrs(self) -> object:
        """Set the estimate."""
        day = dt_util.now(self.coordinator.vehicle.time_zone).date()
        self._attr_native_value = self.entity_description.value_fn(self.coordinator.trips.log, day)
        return self._attr_native_value
