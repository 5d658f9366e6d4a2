"""What is true or not about a vehicle."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, override

from homeassistant.components.binary_sensor import BinarySensorEntity, BinarySensorEntityDescription
from homeassistant.components.binary_sensor.const import BinarySensorDeviceClass
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .cloud.models import Capability, Part
from .coordinator import RenaultZeConfigEntry
from .entity import RenaultZeDescription, RenaultZeEntity, add_entities
from .vehicle.state import VehicleState

PARALLEL_UPDATES = 0


@dataclass(frozen=True, kw_only=True)
class RenaultZeBinarySensorDescription(RenaultZeDescription, BinarySensorEntityDescription):
    """A binary sensor, and where its value and what belongs to it are in the state."""

    capability: Capability = Capability.BATTERY
    value_fn: Callable[[VehicleState], bool | None]
    attributes_fn: Callable[[VehicleState], Mapping[str, Any]] | None = None


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
        value_fn=lambda state: None if state.battery is None else state.battery.charging,
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
        value_fn=lambda state: state.stale,
        attributes_fn=lambda state: {"kept": {part.value: at.isoformat() for part, at in state.kept.items()}},
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
    _shows = attrgetter("available", "is_on", "extra_state_attributes")

    @property
    @override
    def is_on(self) -> bool | None:
        """Return the value."""
        return self.entity_description.value_fn(self.coordinator.data)

    @property
    @override
    def extra_state_attributes(self) -> Mapping[str, Any] | None:
        """Return what belongs to the value."""
        attributes_fn = self.entity_description.attributes_fn
        return None if attributes_fn is None else attributes_fn(self.coordinator.data)
