"""Binary sensors of a vehicle."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, override

from homeassistant.components.binary_sensor import BinarySensorEntity, BinarySensorEntityDescription
from homeassistant.components.binary_sensor.const import BinarySensorDeviceClass
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .cloud.models import Capability, Part
from .coordinator import RenaultZeConfigEntry
from .entity import RenaultZeDescription, RenaultZeEntity, add_entities
from .vehicle.state import VehicleState

PARALLEL_UPDATES = 0


@dataclass(frozen=True, kw_only=True)
class RenaultZeBinarySensorDescription(RenaultZeDescription, BinarySensorEntityDescription):
    """A binary sensor, with the functions that return its value and attributes."""

    capability: Capability = Capability.BATTERY
    value_fn: Callable[[VehicleState], bool | None]
    attributes_fn: Callable[[VehicleState], dict[str, Any]] = lambda _: {}


DESCRIPTIONS: tuple[RenaultZeBinarySensorDescription, ...] = (
    RenaultZeBinarySensorDescription(
        key="plugged_in",
        translation_key="plugged_in",
        device_class=BinarySensorDeviceClass.PLUG,
        part=Part.BATTERY,
        value_fn=lambda state: None if state.battery is None else state.battery.plugged_in,
    ),
    RenaultZeBinarySensorDescription(
        key="charging",
        device_class=BinarySensorDeviceClass.BATTERY_CHARGING,
        part=Part.BATTERY,
        value_fn=lambda state: state.charging,
    ),
    RenaultZeBinarySensorDescription(
        key="preconditioning",
        translation_key="preconditioning",
        device_class=BinarySensorDeviceClass.RUNNING,
        capability=Capability.PRECONDITIONING_STATE,
        part=Part.CABIN,
        value_fn=lambda state: None if state.cabin is None else state.cabin.preconditioning,
    ),
    RenaultZeBinarySensorDescription(
        key="data_stale",
        translation_key="data_stale",
        device_class=BinarySensorDeviceClass.PROBLEM,
        entity_category=EntityCategory.DIAGNOSTIC,
        value_fn=lambda state: state.is_outdated,
        attributes_fn=lambda state: {"kept": {part.value: at.isoformat() for part, at in state.outdated_parts.items()}},
    ),
)


async def async_setup_entry(
    hass: HomeAssistant, entry: RenaultZeConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Add the binary sensors."""
    add_entities(entry, async_add_entities, RenaultZeBinarySensor, DESCRIPTIONS)


class RenaultZeBinarySensor(RenaultZeEntity, BinarySensorEntity):
    """A binary sensor of a vehicle."""

    entity_description: RenaultZeBinarySensorDescription

    @override
    @callback
    def _async_update_attrs(self) -> object:
        """Set the value and its attributes."""
        description, state = self.entity_description, self.coordinator.data
        self._attr_is_on = description.value_fn(state)
        self._attr_extra_state_attributes = description.attributes_fn(state)
        return self._attr_is_on, self._attr_extra_state_attributes
