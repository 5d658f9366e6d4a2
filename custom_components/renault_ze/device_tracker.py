"""Location of a parked vehicle."""

from dataclasses import dataclass
from typing import override

from homeassistant.components.device_tracker.entity import TrackerEntity, TrackerEntityDescription
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .cloud.models import Capability, Part
from .coordinator import RenaultZeConfigEntry
from .entity import RenaultZeDescription, RenaultZeEntity, add_entities

PARALLEL_UPDATES = 0


@dataclass(frozen=True, kw_only=True)
class RenaultZeTrackerDescription(RenaultZeDescription, TrackerEntityDescription):
    """A device tracker."""


DESCRIPTIONS: tuple[RenaultZeTrackerDescription, ...] = (
    RenaultZeTrackerDescription(
        key="location",
        translation_key="location",
        capability=Capability.LOCATION,
        part=Part.LOCATION,
    ),
)


async def async_setup_entry(
    hass: HomeAssistant, entry: RenaultZeConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Add the device trackers."""
    add_entities(entry, async_add_entities, RenaultZeTracker, DESCRIPTIONS)


class RenaultZeTracker(RenaultZeEntity, TrackerEntity):
    """The location of a parked vehicle."""

    entity_description: RenaultZeTrackerDescription

    @property
    @override
    def force_update(self) -> bool:
        """Record only changed positions; by default, Home Assistant records a tracker at each poll."""
        return False

    @override
    @callback
    def _async_update_attrs(self) -> object:
        """Set the position in degrees."""
        location = self.coordinator.data.location
        self._attr_latitude = None if location is None else location.latitude
        self._attr_longitude = None if location is None else location.longitude
        return self._attr_latitude, self._attr_longitude

    @override
    @callback
    def _handle_coordinator_update(self) -> None:
        """Write the state at each update: the zone at the position may have changed."""
        self._async_update_attrs()
        self.async_write_ha_state()
