"""Sensors of a vehicle, which the package `sensors` describes."""

from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .coordinator import RenaultZeConfigEntry
from .entity import add_entities
from .sensors.energy import COST_DESCRIPTIONS, ENERGY_DESCRIPTIONS, RenaultZeEnergySensor
from .sensors.equipment import EQUIPMENT_DESCRIPTIONS, RenaultZeEquipmentSensor
from .sensors.plan import PLAN_DESCRIPTIONS, PRICE_DESCRIPTIONS, RenaultZePlanSensor
from .sensors.trips import TRIP_DESCRIPTIONS, RenaultZeTripSensor
from .sensors.vehicle import DESCRIPTIONS, RenaultZeSensor

PARALLEL_UPDATES = 0


async def async_setup_entry(
    hass: HomeAssistant, entry: RenaultZeConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Add the sensors."""
    add_entities(entry, async_add_entities, RenaultZeSensor, DESCRIPTIONS)
    add_entities(entry, async_add_entities, RenaultZePlanSensor, PLAN_DESCRIPTIONS)
    if entry.runtime_data.prices is not None:
        add_entities(entry, async_add_entities, RenaultZePlanSensor, PRICE_DESCRIPTIONS)
        add_entities(entry, async_add_entities, RenaultZeEnergySensor, COST_DESCRIPTIONS)
    add_entities(entry, async_add_entities, RenaultZeTripSensor, TRIP_DESCRIPTIONS)
    add_entities(entry, async_add_entities, RenaultZeEnergySensor, ENERGY_DESCRIPTIONS)
    add_entities(entry, async_add_entities, RenaultZeEquipmentSensor, EQUIPMENT_DESCRIPTIONS)
