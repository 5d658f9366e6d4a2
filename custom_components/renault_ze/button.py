"""Orders of one press."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import override

from homeassistant.components.button import ButtonEntity, ButtonEntityDescription
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from . import commands
from .cloud.models import Capability
from .coordinator import RenaultZeConfigEntry, VehicleCoordinator
from .entity import RenaultZeDescription, RenaultZeEntity, add_entities

# The car is woken by one message at a time.
PARALLEL_UPDATES = 1


@dataclass(frozen=True, kw_only=True)
class RenaultZeButtonDescription(RenaultZeDescription, ButtonEntityDescription):
    """A button and the order it gives."""

    order_fn: Callable[[VehicleCoordinator], commands.Order]


DESCRIPTIONS: tuple[RenaultZeButtonDescription, ...] = (
    RenaultZeButtonDescription(
        key="start_preconditioning",
        translation_key="start_preconditioning",
        capability=Capability.PRECONDITIONING,
        order_fn=lambda coordinator: commands.precondition(threshold=coordinator.threshold),
    ),
    RenaultZeButtonDescription(
        key="cancel_preconditioning_timer",
        translation_key="cancel_preconditioning_timer",
        capability=Capability.PRECONDITIONING_TIMER,
        order_fn=lambda _: commands.cancel_precondition(),
    ),
    RenaultZeButtonDescription(
        key="start_charge",
        translation_key="start_charge",
        capability=Capability.START_CHARGE,
        order_fn=lambda _: commands.start_charge(),
    ),
    RenaultZeButtonDescription(
        key="request_update",
        translation_key="request_update",
        entity_category=EntityCategory.DIAGNOSTIC,
        capability=Capability.REQUEST_UPDATE,
        order_fn=lambda _: commands.request_update(),
    ),
)


async def async_setup_entry(
    hass: HomeAssistant, entry: RenaultZeConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Add the buttons."""
    add_entities(entry, async_add_entities, RenaultZeButton, DESCRIPTIONS)


class RenaultZeButton(RenaultZeEntity, ButtonEntity):
    """A button of a vehicle."""

    entity_description: RenaultZeButtonDescription

    @override
    async def async_press(self) -> None:
        """Give the order."""
        await self.coordinator.act(self.entity_description.order_fn(self.coordinator))
