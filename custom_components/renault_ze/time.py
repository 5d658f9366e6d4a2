"""Start and end of do not disturb, in the vehicle's time zone."""

from dataclasses import dataclass
from datetime import time
from typing import override

from homeassistant.components.time import TimeEntity, TimeEntityDescription
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .cloud.models import Capability, Part
from .coordinator import RenaultZeConfigEntry
from .entity import RenaultZeDescription, RenaultZeEntity, add_entities
from .messages import translated
from .vehicle.results import CommandError

# The coordinator sends commands one at a time, and equal ones once.
PARALLEL_UPDATES = 0


@dataclass(frozen=True, kw_only=True)
class RenaultZeTimeDescription(RenaultZeDescription, TimeEntityDescription):
    """The start or the end, a field of `DoNotDisturb`."""

    capability: Capability = Capability.NOTIFICATIONS
    part: Part | None = Part.NOTIFICATIONS
    field: str


DESCRIPTIONS: tuple[RenaultZeTimeDescription, ...] = tuple(
    RenaultZeTimeDescription(
        key=f"do_not_disturb_{field}",
        translation_key=f"do_not_disturb_{field}",
        entity_category=EntityCategory.CONFIG,
        field=field,
    )
    for field in ("start", "end")
)


async def async_setup_entry(
    hass: HomeAssistant, entry: RenaultZeConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Add the times."""
    add_entities(entry, async_add_entities, RenaultZeTime, DESCRIPTIONS)


class RenaultZeTime(RenaultZeEntity, TimeEntity):
    """The start or the end of do not disturb."""

    entity_description: RenaultZeTimeDescription

    @override
    @callback
    def _async_update_attrs(self) -> object:
        """Set the time, also while do not disturb is off."""
        hours = self.coordinator.do_not_disturb.hours(self.coordinator.data)
        self._attr_native_value = None if hours is None else getattr(hours, self.entity_description.field)
        return self._attr_native_value

    @override
    async def async_set_value(self, value: time) -> None:
        """Change the start or end; while do not disturb is off, the time is only remembered."""
        coordinator = self.coordinator
        try:
            command = coordinator.do_not_disturb.set_edge(coordinator.data, self.entity_description.field, value)
        except CommandError as err:
            raise ServiceValidationError(**translated(self.hass, err)) from err
        if command is None:
            coordinator.async_update_listeners()
        else:
            await coordinator.send_command(command)
