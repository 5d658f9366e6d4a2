"""The sensors of a vehicle, its plan, and its trips."""

from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .coordinator import RenaultZeConfigEntry
from .entity import add_entities
from .sensors.plan import PLAN_DESCRIPTIONS, RenaultZePlanSensor
from .sensors.trips import JOURNEY_DESCRIPTIONS, RenaultZeJourneySensor
from .sensors.vehicle import DESCRIPTIONS, RenaultZeSensor

PARALLEL_UPDATES = 0


async def async_setup_entry(
    hass: HomeAssistant, entry: RenaultZeConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Add the sensors."""
    add_entities(entry, async_add_entities, RenaultZeSensor, DESCRIPTIONS)
    add_entities(entry, async_add_entities, RenaultZePlanSensor, PLAN_DESCRIPTIONS)
    add_entities(entry, async_add_entities, RenaultZeJourneySensor, JOURNEY_DESCRIPTIONS)
