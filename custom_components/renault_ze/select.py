"""Channels of the notifications."""

from dataclasses import dataclass, replace
from typing import Any, override

from homeassistant.components.select import SelectEntity, SelectEntityDescription
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .cloud.models import Capability, NotificationChannel, Part
from .const import CHANNELS
from .coordinator import RenaultZeConfigEntry
from .entity import RenaultZeDescription, RenaultZeEntity, add_entities
from .vehicle import commands

# The coordinator sends commands one at a time, and equal ones once.
PARALLEL_UPDATES = 0


@dataclass(frozen=True, kw_only=True)
class RenaultZeSelectDescription(RenaultZeDescription, SelectEntityDescription):
    """A kind of notification; the key is its field in `NotificationSettings`."""

    capability: Capability = Capability.NOTIFICATIONS
    part: Part | None = Part.NOTIFICATIONS


DESCRIPTIONS: tuple[RenaultZeSelectDescription, ...] = tuple(
    RenaultZeSelectDescription(
        key=key,
        translation_key=f"notify_{key}",
        object_id=f"{key}_notification",
        entity_category=EntityCategory.CONFIG,
        options=list(NotificationChannel),
    )
    for key in CHANNELS
)


async def async_setup_entry(
    hass: HomeAssistant, entry: RenaultZeConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Add the selects."""
    add_entities(entry, async_add_entities, RenaultZeSelect, DESCRIPTIONS)


class RenaultZeSelect(RenaultZeEntity, SelectEntity):
    """The channel of one kind of notification."""

    entity_description: RenaultZeSelectDescription

    @override
    @callback
    def _async_update_attrs(self) -> object:
        """Set the channel."""
        settings = self.coordinator.data.notifications
        self._attr_current_option = None if settings is None else getattr(settings, self.entity_description.key)
        return self._attr_current_option

    @override
    async def async_select_option(self, option: str) -> None:
        """Set the channel."""
        change: dict[str, Any] = {self.entity_description.key: NotificationChannel(option)}
        command = commands.SetNotifications(lambda now: replace(now, **change), key=frozenset(change.items()))
        await self.coordinator.send_command(command)
