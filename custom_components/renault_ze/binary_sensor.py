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


def _is_unlocked(state: VehicleState) -> bool | None:
    """Return whether the car is unlocked, which is what Home Assistant's device class shows as on."""
    return None if state.locks is None or state.locks.locked is None else not state.locks.locked


def _is_open(door: str) -> Callable[[VehicleState], bool | None]:
    """Return a function for whether a door is open, a field of `Locks`."""
    return lambda state: None if state.locks is None else getattr(state.locks, f"{door}_open")


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
        key="locked",
        translation_key="locked",
        device_class=BinarySensorDeviceClass.LOCK,
        capability=Capability.LOCKS,
        part=Part.LOCKS,
        value_fn=_is_unlocked,
    ),
    *(
        RenaultZeBinarySensorDescription(
            key=door,
            translation_key=door,
            device_class=BinarySensorDeviceClass.DOOR,
            entity_registry_enabled_default=False,
            capability=Capability.LOCKS,
            part=Part.LOCKS,
            value_fn=_is_open(door),
        )
        for door in ("driver_door", "passenger_door", "rear_left_door", "rear_right_door", "hatch")
    ),
    RenaultZeBinarySensorDescription(
        key="alerts",
        translation_key="alerts",
        device_class=BinarySensorDeviceClass.PROBLEM,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        capability=Capability.ALERTS,
        part=Part.ALERTS,
        value_fn=lambda state: bool(state.alerts),
        attributes_fn=lambda state: {"alerts": list(state.alerts)},
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
