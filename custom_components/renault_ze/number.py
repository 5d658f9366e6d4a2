"""Numbers of a vehicle: the levels between which it charges, and the temperature to precondition to."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import override

from homeassistant.components.number import NumberDeviceClass, NumberEntity, NumberEntityDescription, NumberMode
from homeassistant.const import EntityCategory, UnitOfRatio, UnitOfTemperature
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.util import dt as dt_util

from .cloud.models import Capability, Part
from .cloud.reports import CHARGE_TARGETS, MINIMUM_LEVELS
from .coordinator import RenaultZeConfigEntry, VehicleCoordinator
from .entity import RenaultZeDescription, RenaultZeEntity, add_entities
from .plan import limits
from .plan.charge_model import FULL
from .plan.model import LEAST_LIMIT
from .vehicle.equipment_commands import SetChargeLimits

# The coordinator sends commands one at a time, and equal ones once.
PARALLEL_UPDATES = 0


@dataclass(frozen=True, kw_only=True)
class RenaultZeNumberDescription(RenaultZeDescription, NumberEntityDescription):
    """A number, with the functions that return and set its value, and `how_fn`, which returns how it is enforced."""

    value_fn: Callable[[VehicleCoordinator], float | None]
    set_fn: Callable[[VehicleCoordinator, float], Awaitable[object]]
    how_fn: Callable[[VehicleCoordinator], limits.LimitMethod] | None = None


async def _set_temperature(coordinator: VehicleCoordinator, temperature: float) -> None:
    """Store the temperature for the next command; nothing is sent now."""
    coordinator.storage.remember_temperature(coordinator.vehicle.vin, temperature)
    coordinator.planner.use_temperature(temperature)
    coordinator.async_update_listeners()


async def _set_charge_limit(coordinator: VehicleCoordinator, limit: float) -> None:
    """Store the charge limit, which the plan enforces."""
    situation = coordinator.situation(dt_util.utcnow())
    coordinator.edit_plan(lambda plan, _: limits.with_charge_limit(plan, round(limit), situation))


def _minimum_level(coordinator: VehicleCoordinator) -> int | None:
    """Return the level up to which the car charges at any time."""
    held = coordinator.data.charge_limits
    return None if held is None else held.minimum


def _held_limit(coordinator: VehicleCoordinator) -> int | None:
    """Return the charge limit in the car."""
    held = coordinator.data.charge_limits
    return None if held is None else held.target


def _method(coordinator: VehicleCoordinator) -> limits.LimitMethod:
    """Return how the charge limit is enforced."""
    return limits.method(coordinator.situation(dt_util.utcnow()))


DESCRIPTIONS: tuple[RenaultZeNumberDescription, ...] = (
    # Without the device class of a battery, by which blueprints find the level.
    RenaultZeNumberDescription(
        key="charge_limit",
        translation_key="charge_limit",
        capability=Capability.CHARGE_LIMIT,
        part=Part.CHARGE_LIMITS,
        sends_command=True,
        entity_category=EntityCategory.CONFIG,
        native_unit_of_measurement=UnitOfRatio.PERCENTAGE,
        native_min_value=CHARGE_TARGETS[0],
        native_max_value=CHARGE_TARGETS[-1],
        native_step=CHARGE_TARGETS.step,
        mode=NumberMode.SLIDER,
        value_fn=_held_limit,
        set_fn=lambda coordinator, limit: coordinator.send_command(SetChargeLimits(target=round(limit))),
        how_fn=_method,
    ),
    RenaultZeNumberDescription(
        key="charge_limit",
        translation_key="charge_limit",
        capability=Capability.CHARGE_SCHEDULE,
        unless=Capability.CHARGE_LIMIT,
        needs_schedule=True,
        entity_category=EntityCategory.CONFIG,
        native_unit_of_measurement=UnitOfRatio.PERCENTAGE,
        native_min_value=LEAST_LIMIT,
        native_max_value=FULL,
        native_step=1,
        mode=NumberMode.SLIDER,
        value_fn=lambda coordinator: coordinator.planner.plan.charge_limit or FULL,
        set_fn=_set_charge_limit,
        how_fn=_method,
    ),
    RenaultZeNumberDescription(
        key="minimum_charge_level",
        translation_key="minimum_charge_level",
        native_unit_of_measurement=UnitOfRatio.PERCENTAGE,
        native_min_value=MINIMUM_LEVELS[0],
        native_max_value=MINIMUM_LEVELS[-1],
        native_step=MINIMUM_LEVELS.step,
        entity_category=EntityCategory.CONFIG,
        capability=Capability.CHARGE_LIMIT,
        part=Part.CHARGE_LIMITS,
        sends_command=True,
        value_fn=_minimum_level,
        set_fn=lambda coordinator, level: coordinator.send_command(SetChargeLimits(minimum=round(level))),
    ),
    RenaultZeNumberDescription(
        key="preconditioning_temperature",
        translation_key="preconditioning_temperature",
        device_class=NumberDeviceClass.TEMPERATURE,
        native_unit_of_measurement=UnitOfTemperature.CELSIUS,
        entity_category=EntityCategory.CONFIG,
        capability=Capability.PRECONDITIONING_TEMPERATURE,
        value_fn=lambda coordinator: coordinator.planner.settings.temperature,
        set_fn=_set_temperature,
    ),
)


async def async_setup_entry(
    hass: HomeAssistant, entry: RenaultZeConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Add the numbers."""
    add_entities(entry, async_add_entities, RenaultZeNumber, DESCRIPTIONS)


class RenaultZeNumber(RenaultZeEntity, NumberEntity):
    """A number of a vehicle."""

    entity_description: RenaultZeNumberDescription

    def __init__(self, coordinator: VehicleCoordinator, description: RenaultZeNumberDescription) -> None:
        """Take the range of the temperature from the vehicle."""
        super().__init__(coordinator, description)
        allowed = coordinator.vehicle.temperatures
        if description.device_class is NumberDeviceClass.TEMPERATURE and allowed is not None:
            self._attr_native_min_value, self._attr_native_max_value = allowed.lowest, allowed.highest
            self._attr_native_step = allowed.step

    @override
    @callback
    def _async_update_attrs(self) -> object:
        """Set the value, and how it is enforced."""
        description = self.entity_description
        self._attr_native_value = description.value_fn(self.coordinator)
        how = None if description.how_fn is None else description.how_fn(self.coordinator)
        if how is not None:
            self._attr_extra_state_attributes = {"how": how}
        return self._attr_native_value, how

    @override
    async def async_set_native_value(self, value: float) -> None:
        """Change the value."""
        await self.entity_description.set_fn(self.coordinator, value)
