"""What a vehicle is called: no two cars of an owner alike, and none anew once there is a device of it."""

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import device_registry as dr

from .const import DOMAIN
from .coordinator import VehicleCoordinator

_NAME = "Renault Z.E."


@callback
def device_of(coordinator: VehicleCoordinator) -> dr.DeviceEntry | None:
    """Return the device of a vehicle, if there is one already."""
    registry, entry = dr.async_get(coordinator.hass), coordinator.config_entry
    return registry.async_get_device_by_identifier((DOMAIN, coordinator.vehicle.vin), entry.entry_id)


@callback
def name_of(coordinator: VehicleCoordinator) -> str:
    """Return what the owner calls a vehicle."""
    device = device_of(coordinator)
    return (device and device.name_by_user) or first_name_of(coordinator)


@callback
def first_name_of(coordinator: VehicleCoordinator) -> str:
    """Return the name a vehicle has until its owner gives it another; beside others it is told by its number."""
    if (device := device_of(coordinator)) is not None and device.name:
        return device.name
    alone = len(coordinator.config_entry.runtime_data.vehicles) == 1 and _NAME not in _taken(coordinator.hass)
    return _NAME if alone else f"{_NAME} {coordinator.vehicle.vin[-4:]}"


def _taken(hass: HomeAssistant) -> set[str | None]:
    """Return the names that the cars of all accounts have."""
    entries, registry = hass.config_entries.async_entries(DOMAIN), dr.async_get(hass)
    return {device.name for each in entries for device in dr.async_entries_for_config_entry(registry, each.entry_id)}
