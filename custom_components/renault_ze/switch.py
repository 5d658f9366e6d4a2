"""Switches of a vehicle and of its plan."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, override

from homeassistant.components.switch import SwitchEntity, SwitchEntityDescription
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.util import dt as dt_util

from .cloud.models import Capability, Part
from .cloud.schedule import ScheduleError
from .coordinator import RenaultZeConfigEntry, VehicleCoordinator
from .entity import RenaultZeDescription, RenaultZeEntity, add_entities
from .messages import schedule_error
from .plan import edits
from .plan.model import Plan
from .plan.situation import Situation
from .vehicle.command import Command
from .views.plan_entities import skip_next_departure

# The coordinator sends commands one at a time, and equal ones once.
PARALLEL_UPDATES = 0


@dataclass(frozen=True, kw_only=True)
class RenaultZeSwitchDescription(RenaultZeDescription, SwitchEntityDescription):
    """A switch, with its value and the actions that turn it on and off."""

    value_fn: Callable[[VehicleCoordinator], bool | None]
    on_fn: Callable[[VehicleCoordinator], Awaitable[object]]
    off_fn: Callable[[VehicleCoordinator], Awaitable[object]]
    plan_attributes_fn: Callable[[Situation], dict[str, Any]] = lambda _: {}


def _sending(
    command: Callable[[VehicleCoordinator], Command],
) -> Callable[[VehicleCoordinator], Awaitable[object]]:
    """Return an action that sends a command."""
    return lambda coordinator: coordinator.send_command(command(coordinator))


def _editing(edit: Callable[..., Plan], *, on: bool) -> Callable[[VehicleCoordinator], Awaitable[object]]:
    """Return an action that edits the plan."""

    async def run(coordinator: VehicleCoordinator) -> None:
        coordinator.edit_plan(partial(edit, on=on))

    return run


def _skipping(*, on: bool) -> Callable[[VehicleCoordinator], Awaitable[object]]:
    """Return an action that skips or restores the next departure."""

    async def run(coordinator: VehicleCoordinator) -> None:
        try:
            coordinator.edit_plan(partial(edits.switch_skip, settings=coordinator.planner.settings, on=on))
        except ScheduleError as err:
            raise await schedule_error(coordinator.hass, err) from err

    return run


def _is_skipped(coordinator: VehicleCoordinator) -> bool:
    """Return whether the next departure is skipped."""
    each = coordinator.situation(dt_util.utcnow()).next_to_skip
    return each is not None and each.is_skipped


DESCRIPTIONS: tuple[RenaultZeSwitchDescription, ...] = (
    RenaultZeSwitchDescription(
        key="do_not_disturb",
        translation_key="do_not_disturb",
        entity_category=EntityCategory.CONFIG,
        capability=Capability.NOTIFICATIONS,
        part=Part.NOTIFICATIONS,
        value_fn=lambda coordinator: coordinator.do_not_disturb.is_on(coordinator.data),
        on_fn=_sending(lambda coordinator: coordinator.do_not_disturb.turn_on()),
        off_fn=_sending(lambda coordinator: coordinator.do_not_disturb.turn_off()),
    ),
    RenaultZeSwitchDescription(
        key="departures",
        translation_key="departures",
        capability=Capability.PRECONDITIONING,
        value_fn=lambda coordinator: coordinator.planner.plan.departures_enabled,
        on_fn=_editing(edits.switch_departures, on=True),
        off_fn=_editing(edits.switch_departures, on=False),
    ),
    RenaultZeSwitchDescription(
        key="skip_next_departure",
        translation_key="skip_next_departure",
        capability=Capability.PRECONDITIONING,
        value_fn=_is_skipped,
        on_fn=_skipping(on=True),
        off_fn=_skipping(on=False),
        plan_attributes_fn=skip_next_departure,
    ),
)


async def async_setup_entry(
    hass: HomeAssistant, entry: RenaultZeConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Add the switches."""
    add_entities(entry, async_add_entities, RenaultZeSwitch, DESCRIPTIONS)


class RenaultZeSwitch(RenaultZeEntity, SwitchEntity):
    """A switch of a vehicle; it shows the last known state of the car, not the last command."""

    entity_description: RenaultZeSwitchDescription

    @override
    @callback
    def _async_update_attrs(self) -> object:
        """Set whether it is on, and the attributes."""
        description, situation = self.entity_description, self.coordinator.situation(dt_util.utcnow())
        self._attr_is_on = description.value_fn(self.coordinator)
        self._attr_extra_state_attributes = description.plan_attributes_fn(situation)
        return self._attr_is_on, self._attr_extra_state_attributes

    @override
    async def async_turn_on(self, **kwargs: Any) -> None:
        """Turn the switch on."""
        await self.entity_description.on_fn(self.coordinator)

    @override
    async def async_turn_off(self, **kwargs: Any) -> None:
        """Turn the switch off."""
        await self.entity_description.off_fn(self.coordinator)
