"""When the daily silence begins and ends, by the vehicle's clock."""

from dataclasses import dataclass, replace
from datetime import time
from functools import partial
from operator import attrgetter
from typing import Any, override

from homeassistant.components.time import TimeEntity, TimeEntityDescription
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .cloud.models import Capability, DoNotDisturb, NotificationSettings, Part
from .const import DOMAIN
from .coordinator import RenaultZeConfigEntry
from .entity import RenaultZeDescription, RenaultZeEntity, add_entities
from .vehicle import commands

# Each car is given one command after the other, and equal ones once, by its coordinator.
PARALLEL_UPDATES = 0


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
        return getattr(self._quiet_hours, self.entity_description.field)  # type: ignore[no-any-return]

    @override
    async def async_set_value(self, value: time) -> None:
        """Move the edge; a silence that is switched off stays off, one that is unknown as it is, and remembers it."""
        coordinator = self.coordinator
        # The cloud knows minutes only.
        edge = {self.entity_description.field: value.replace(second=0, microsecond=0)}
        settings = coordinator.data.notifications
        if settings is not None and settings.silence is not None:
            order = commands.SetNotifications(partial(_moved, edge), key=frozenset(edge.items()))
            await coordinator.act(order)
            return
        quiet = replace(self._quiet_hours, **edge)
        if quiet.empty:
            raise ServiceValidationError(translation_domain=DOMAIN, translation_key="silence_empty")
        coordinator.memory.remember_quiet_hours(coordinator.vehicle.vin, quiet)
        coordinator.async_update_listeners()

    @property
    def _quiet_hours(self) -> DoNotDisturb:
        """Return the silence, also one that is switched off."""
        return self.coordinator.memory.quiet_hours(self.coordinator.vehicle.vin)


def _moved(edge: dict[str, Any], settings: NotificationSettings) -> NotificationSettings:
    """Return the settings with an edge of the silence moved, unless somebody has switched it off meanwhile."""
    silence = settings.silence
    return settings if silence is None else replace(settings, do_not_disturb=replace(silence, **edge))
