"""Picture of a vehicle."""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, override

from homeassistant.components.image import ImageEntity, ImageEntityDescription, infer_image_type
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.util import dt as dt_util

from .cloud.exceptions import CloudError
from .cloud.models import Capability
from .const import LOGGER
from .coordinator import RenaultZeConfigEntry, VehicleCoordinator
from .entity import RenaultZeDescription, RenaultZeEntity, add_entities

PARALLEL_UPDATES = 0
# A page that shows the picture asks for it again and again.
_RETRY_AFTER: Final = timedelta(hours=1)
# Home Assistant renews the tokens every 5 minutes, which changes the state, and lets open pages load the picture again.
_TOKEN_LIFETIME: Final = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class RenaultZeImageDescription(RenaultZeDescription, ImageEntityDescription):
    """A picture."""


DESCRIPTIONS: tuple[RenaultZeImageDescription, ...] = (
    RenaultZeImageDescription(
        key="picture",
        translation_key="picture",
        capability=Capability.PICTURE,
    ),
)


async def async_setup_entry(
    hass: HomeAssistant, entry: RenaultZeConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Add the pictures."""
    add_entities(entry, async_add_entities, RenaultZeImage, DESCRIPTIONS)


class RenaultZeImage(RenaultZeEntity, ImageEntity):
    """The picture of a vehicle, which is requested when it is shown for the first time."""

    entity_description: RenaultZeImageDescription
    _token_at: datetime | None = None

    def __init__(self, coordinator: VehicleCoordinator, description: RenaultZeImageDescription) -> None:
        """Start without a picture; the time of the last change is that of the setup."""
        RenaultZeEntity.__init__(self, coordinator, description)
        ImageEntity.__init__(self, coordinator.hass)
        self._attr_image_last_updated = dt_util.utcnow()
        self._content: bytes | None = None
        self._failed_at: datetime | None = None
        self._lock = asyncio.Lock()

    @override
    @callback
    def async_update_token(self) -> None:
        """Renew the token in the address of the picture, at most daily: every owner of such a car has this picture."""
        now = dt_util.utcnow()
        if self._token_at is None or not timedelta() <= now - self._token_at < _TOKEN_LIFETIME:
            self._token_at = now
            super().async_update_token()

    @override
    async def async_image(self) -> bytes | None:
        """Return the picture, None if it cannot be requested now."""
        # Several pages may show the picture at the same time.
        async with self._lock:
            now = dt_util.utcnow()
            is_paused = self._failed_at is not None and timedelta() <= now - self._failed_at < _RETRY_AFTER
            if self._content is None and not is_paused:
                await self._request(now)
        return self._content

    async def _request(self, now: datetime) -> None:
        """Request the picture; after a failure, wait before the next attempt."""
        try:
            self._content = await self.coordinator.cloud.picture(self.coordinator.vehicle.vin)
        except CloudError as err:
            self._failed_at = now
            LOGGER.debug("Cannot read the picture: %s", err)
        else:
            self._attr_content_type = infer_image_type(self._content) or self._attr_content_type
