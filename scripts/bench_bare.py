"""The least an integration can be: Home Assistant's own coordinator over the raw reference, and three sensors."""

from datetime import timedelta
from typing import Any, override

from homeassistant.components.sensor import SensorEntity
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import async_get_platforms
from homeassistant.helpers.update_coordinator import CoordinatorEntity, DataUpdateCoordinator

from bench_house import Server
from custom_components.renault_ze.const import DOMAIN, LOGGER
from custom_components.renault_ze.coordinator import RenaultZeConfigEntry

SHOWN = ("charge_level", "remaining_range", "last_update")


class BareCoordinator(DataUpdateCoordinator[list[Any]]):
    """Polls as the reference does, and keeps what it answers."""

    def __init__(self, hass: HomeAssistant, entry: RenaultZeConfigEntry, server: Server) -> None:
        """Poll as seldom as we do, and tell of news only."""
        super().__init__(
            hass,
            LOGGER,
            config_entry=entry,
            name="bare",
            update_interval=timedelta(minutes=10),
            always_update=False,
        )
        self._server = server

    @override
    async def _async_update_data(self) -> list[Any]:
        """Read what the reference reads."""
        return await self._server.poll()


class BareSensor(CoordinatorEntity[BareCoordinator], SensorEntity):
    """Shows one field of the battery as it was sent."""

    def __init__(self, coordinator: BareCoordinator, field: str) -> None:
        """Go by the name of the field."""
        super().__init__(coordinator)
        self._field = self._attr_name = field
        self._attr_unique_id = f"bare_{field}"

    @property
    @override
    def native_value(self) -> Any:
        """Return the field."""
        return self.coordinator.data[0].get(self._field)


async def bare(hass: HomeAssistant, entry: RenaultZeConfigEntry, server: Server) -> BareCoordinator:
    """Add the least beside ours."""
    coordinator = BareCoordinator(hass, entry, server)
    await coordinator.async_refresh()
    (platform,) = (each for each in async_get_platforms(hass, DOMAIN) if each.domain == "sensor")
    await platform.async_add_entities(BareSensor(coordinator, field) for field in SHOWN)
    return coordinator
