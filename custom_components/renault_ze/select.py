"""Selects of a vehicle: the charge mode, and the channels of the notifications."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, override

from homeassistant.components.select import SelectEntity, SelectEntityDescription
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .cloud.models import Capability, Part
from .cloud.notifications import CHANNELS, NotificationChannel
from .cloud.schedule import ScheduleError
from .coordinator import RenaultZeConfigEntry, VehicleCoordinator
from .entity import RenaultZeDescription, RenaultZeEntity, add_entities
from .messages import schedule_error
from .plan import window_edits
from .plan.model import Plan
from .schedule_sender import edit_and_send
from .vehicle import commands

# The coordinator sends commands one at a time, and equal ones once.
PARALLEL_UPDATES = 0


class ChargeModeOption(StrEnum):
    """When the user wants the car to charge."""

    ANY_TIME = "any_time"
    BY_SCHEDULE = "by_schedule"
    CHEAPEST_HOURS = "cheapest_hours"


@dataclass(frozen=True, kw_only=True)
class RenaultZeSelectDescription(RenaultZeDescription, SelectEntityDescription):
    """A select, with its value and the action of an option; `options_fn` returns the options a vehicle has."""

    value_fn: Callable[[VehicleCoordinator], str | None]
    select_fn: Callable[[VehicleCoordinator, str], Awaitable[object]]
    options_fn: Callable[[VehicleCoordinator], list[str]] | None = None


def _charge_modes(coordinator: VehicleCoordinator) -> list[str]:
    """Return the charge modes; hours can be compared only with a source of electricity prices."""
    has_prices = coordinator.config_entry.runtime_data.prices is not None
    return [each for each in ChargeModeOption if has_prices or each is not ChargeModeOption.CHEAPEST_HOURS]


def _charge_mode(coordinator: VehicleCoordinator) -> ChargeModeOption | None:
    """Return when the user wants the car to charge, None before the car's schedule was adopted."""
    plan = coordinator.planner.plan
    if plan.charge_enabled is None:
        return None
    if plan.charge_enabled and plan.cheapest_hours and ChargeModeOption.CHEAPEST_HOURS in _charge_modes(coordinator):
        return ChargeModeOption.CHEAPEST_HOURS
    return ChargeModeOption.BY_SCHEDULE if plan.charge_enabled else ChargeModeOption.ANY_TIME


async def _select_charge_mode(coordinator: VehicleCoordinator, option: str) -> None:
    """Select the charge mode, and send the schedule."""
    vehicle = coordinator.vehicle

    def change(plan: Plan, now: datetime) -> Plan:
        if option == ChargeModeOption.CHEAPEST_HOURS:
            return window_edits.select_cheapest_hours(plan, now, vehicle)
        return window_edits.select_mode(plan, now, vehicle, by_schedule=option == ChargeModeOption.BY_SCHEDULE)

    try:
        await edit_and_send(coordinator, change)
    except ScheduleError as err:
        raise await schedule_error(coordinator.hass, err) from err


def _channel(key: str) -> Callable[[VehicleCoordinator], str | None]:
    """Return a function for the channel of a notification."""

    def channel(coordinator: VehicleCoordinator) -> str | None:
        settings = coordinator.data.notifications
        return None if settings is None else getattr(settings, key)

    return channel


def _set_channel(key: str) -> Callable[[VehicleCoordinator, str], Awaitable[object]]:
    """Return a function that sets the channel of a notification."""

    async def set_channel(coordinator: VehicleCoordinator, option: str) -> None:
        change: dict[str, Any] = {key: NotificationChannel(option)}
        command = commands.SetNotifications(lambda now: replace(now, **change), key=frozenset(change.items()))
        await coordinator.send_command(command)

    return set_channel


DESCRIPTIONS: tuple[RenaultZeSelectDescription, ...] = (
    RenaultZeSelectDescription(
        key="charge_mode",
        translation_key="charge_mode",
        options=list(ChargeModeOption),
        capability=Capability.CHARGE_SCHEDULE,
        needs_schedule=True,
        sends_command=True,
        value_fn=_charge_mode,
        options_fn=_charge_modes,
        select_fn=_select_charge_mode,
    ),
    *(
        RenaultZeSelectDescription(
            key=key,
            translation_key=f"notify_{key}",
            object_id=f"{key}_notification",
            entity_category=EntityCategory.CONFIG,
            options=list(NotificationChannel),
            capability=Capability.NOTIFICATIONS,
            part=Part.NOTIFICATIONS,
            value_fn=_channel(key),
            select_fn=_set_channel(key),
        )
        for key in CHANNELS
    ),
)


async def async_setup_entry(
    hass: HomeAssistant, entry: RenaultZeConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Add the selects."""
    add_entities(entry, async_add_entities, RenaultZeSelect, DESCRIPTIONS)


class RenaultZeSelect(RenaultZeEntity, SelectEntity):
    """A select of a vehicle."""

    entity_description: RenaultZeSelectDescription

    def __init__(self, coordinator: VehicleCoordinator, description: RenaultZeSelectDescription) -> None:
        """Offer the options of the vehicle."""
        super().__init__(coordinator, description)
        if description.options_fn is not None:
            self._attr_options = description.options_fn(coordinator)

    @override
    @callback
    def _async_update_attrs(self) -> object:
        """Set the option."""
        self._attr_current_option = self.entity_description.value_fn(self.coordinator)
        return self._attr_current_option

    @override
    async def async_select_option(self, option: str) -> None:
        """Select an option."""
        await self.entity_description.select_fn(self.coordinator, option)
