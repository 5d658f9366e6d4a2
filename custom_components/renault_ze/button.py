"""Buttons that send a command."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import override

from homeassistant.components.button import ButtonEntity, ButtonEntityDescription
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .cloud.models import Capability
from .coordinator import RenaultZeConfigEntry, VehicleCoordinator
from .entity import RenaultZeDescription, RenaultZeEntity, add_entities
from .plan import preconditioning
from .vehicle import commands, equipment_commands

# The coordinator sends commands one at a time, and equal ones once.
PARALLEL_UPDATES = 0


@dataclass(frozen=True, kw_only=True)
class RenaultZeButtonDescription(RenaultZeDescription, ButtonEntityDescription):
    """A button and its action."""

    press_fn: Callable[[VehicleCoordinator], Awaitable[object]]


DESCRIPTIONS: tuple[RenaultZeButtonDescription, ...] = (
    RenaultZeButtonDescription(
        key="start_preconditioning",
        translation_key="start_preconditioning",
        capability=Capability.PRECONDITIONING,
        sends_command=True,
        press_fn=lambda coordinator: coordinator.send_command(preconditioning.command(coordinator.planner.settings)),
    ),
    RenaultZeButtonDescription(
        key="cancel_preconditioning_timer",
        translation_key="cancel_preconditioning_timer",
        capability=Capability.CANCEL_PRECONDITIONING,
        sends_command=True,
        press_fn=lambda coordinator: coordinator.send_command(commands.CancelPrecondition()),
    ),
    RenaultZeButtonDescription(
        key="start_charge",
        translation_key="start_charge",
        capability=Capability.START_CHARGE,
        sends_command=True,
        press_fn=lambda coordinator: coordinator.send_command(commands.StartCharge()),
    ),
    RenaultZeButtonDescription(
        key="stop_charge",
        translation_key="stop_charge",
        capability=Capability.STOP_CHARGE,
        sends_command=True,
        press_fn=lambda coordinator: coordinator.send_command(commands.StopCharge()),
    ),
    RenaultZeButtonDescription(
        key="request_update",
        translation_key="request_update",
        entity_category=EntityCategory.DIAGNOSTIC,
        capability=Capability.REQUEST_UPDATE,
        sends_command=True,
        press_fn=lambda coordinator: coordinator.send_command(commands.RequestUpdate()),
    ),
    RenaultZeButtonDescription(
        key="refresh_location",
        translation_key="refresh_location",
        entity_category=EntityCategory.DIAGNOSTIC,
        capability=Capability.REFRESH_LOCATION,
        sends_command=True,
        press_fn=lambda coordinator: coordinator.send_command(equipment_commands.RefreshLocation()),
    ),
    RenaultZeButtonDescription(
        key="sound_horn",
        translation_key="sound_horn",
        entity_registry_enabled_default=False,
        capability=Capability.SOUND_HORN,
        sends_command=True,
        press_fn=lambda coordinator: coordinator.send_command(equipment_commands.SoundHorn()),
    ),
    RenaultZeButtonDescription(
        key="flash_lights",
        translation_key="flash_lights",
        entity_registry_enabled_default=False,
        capability=Capability.FLASH_LIGHTS,
        sends_command=True,
        press_fn=lambda coordinator: coordinator.send_command(equipment_commands.FlashLights()),
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
        """Run the action."""
        await self.entity_description.press_fn(self.coordinator)
