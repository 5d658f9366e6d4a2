"""What of a vehicle can be switched."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, override

from homeassistant.components.switch import SwitchEntity, SwitchEntityDescription
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from . import commands
from .cloud.models import Capability, Part, VehicleState
from .coordinator import RenaultZeConfigEntry, VehicleCoordinator
from .entity import RenaultZeDescription, RenaultZeEntity, add_entities

# The car is woken by one message at a time.
PARALLEL_UPDATES = 1


@dataclass(frozen=True, kw_only=True)
class RenaultZeSwitchDescription(RenaultZeDescription, SwitchEntityDescription):
    """A switch, where it stands, and the orders that turn it."""

    value_fn: Callable[[VehicleState], bool | None]
    on_fn: Callable[[VehicleCoordinator], commands.Order]
    off_fn: Callable[[VehicleCoordinator], commands.Order]


def _silence(coordinator: VehicleCoordinator) -> commands.Order:
    """Switch the daily silence on."""
    quiet = coordinator.quiet_hours
    return commands.set_notifications(lambda settings: replace(settings, do_not_disturb=quiet))


def _end_silence(coordinator: VehicleCoordinator) -> commands.Order:
    """Switch the daily silence off, and keep its hours for the next time."""
    coordinator.memory.remember_quiet_hours(coordinator.vehicle.vin, coordinator.quiet_hours)
    return commands.set_notifications(lambda settings: replace(settings, do_not_disturb=None))


DESCRIPTIONS: tuple[RenaultZeSwitchDescription, ...] = (
    RenaultZeSwitchDescription(
        key="charge_schedule",
        translation_key="charge_schedule",
        capability=Capability.CHARGE_SCHEDULE,
        part=Part.CHARGE_SCHEDULE,
        value_fn=lambda state: None if state.charge_schedule is None else state.charge_schedule.enabled,
        on_fn=lambda _: commands.enable_charge_schedule(),
        off_fn=lambda _: commands.disable_charge_schedule(),
    ),
    RenaultZeSwitchDescription(
        key="do_not_disturb",
        translation_key="do_not_disturb",
        entity_category=EntityCategory.CONFIG,
        capability=Capability.NOTIFICATIONS,
        part=Part.NOTIFICATIONS,
        value_fn=lambda state: None if state.notifications is None else state.notifications.do_not_disturb is not None,
        on_fn=_silence,
        off_fn=_end_silence,
    ),
)


async def async_setup_entry(
    hass: HomeAssistant, entry: RenaultZeConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Add the switches."""
    add_entities(entry, async_add_entities, RenaultZeSwitch, DESCRIPTIONS)


class RenaultZeSwitch(RenaultZeEntity, SwitchEntity):
    """A switch of a vehicle; it stands where the car was last seen, not where it was pushed."""

    entity_description: RenaultZeSwitchDescription

    @property
    @override
    def is_on(self) -> bool | None:
        """Return where the switch stands."""
        return self.entity_description.value_fn(self.coordinator.data)

    @override
    async def async_turn_on(self, **kwargs: Any) -> None:
        """Order it on."""
        await self.coordinator.act(self.entity_description.on_fn(self.coordinator))

    @override
    async def async_turn_off(self, **kwargs: Any) -> None:
        """Order it off."""
        await self.coordinator.act(self.entity_description.off_fn(self.coordinator))
