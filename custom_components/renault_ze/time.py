"""When the daily silence begins and ends, by the vehicle's clock."""

from dataclasses import dataclass, replace
from datetime import time
from operator import attrgetter
from typing import override

from homeassistant.components.time import TimeEntity, TimeEntityDescription
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from . import commands
from .cloud.models import Capability, DoNotDisturb, Part
from .coordinator import RenaultZeConfigEntry
from .entity import RenaultZeDescription, RenaultZeEntity, add_entities

# The settings are written as a whole, so two changes at once would undo each other.
PARALLEL_UPDATES = 1


@dataclass(frozen=True, kw_only=True)
class RenaultZeTimeDescription(RenaultZeDescription, TimeEntityDescription):
    """One edge of the daily silence, a field of `DoNotDisturb`."""

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
    """One edge of the daily silence."""

    entity_description: RenaultZeTimeDescription
    _shows = attrgetter("available", "native_value")

    @property
    @override
    def native_value(self) -> time | None:
        """Return the time, also of a silence that is switched off."""
        settings = self.coordinator.data.notifications
        if settings is not None and settings.do_not_disturb == "unknown":
            return None
        return getattr(self.coordinator.quiet_hours, self.entity_description.field)  # type: ignore[no-any-return]

    @override
    async def async_set_value(self, value: time) -> None:
        """Move the edge; a silence that is switched off stays off, one that is unknown as it is, and remembers it."""
        quiet = self._moved(value)
        self.coordinator.memory.remember_quiet_hours(self.coordinator.vehicle.vin, quiet)
        settings = self.coordinator.data.notifications
        if settings is not None and isinstance(settings.do_not_disturb, DoNotDisturb):
            await self.coordinator.act(commands.set_notifications(lambda now: replace(now, do_not_disturb=quiet)))
        self.coordinator.async_update_listeners()

    def _moved(self, value: time) -> DoNotDisturb:
        """Return the silence with this edge moved; the cloud knows minutes only."""
        minute = value.replace(second=0, microsecond=0)
        return replace(self.coordinator.quiet_hours, **{self.entity_description.field: minute})
