"""Reload an entry when its cars, their devices, or their time zone change."""

from datetime import datetime
from typing import Any

from homeassistant.config_entries import SOURCE_REAUTH, ConfigEntry, ConfigEntryState
from homeassistant.const import EVENT_CORE_CONFIG_UPDATE
from homeassistant.core import Event, HomeAssistant, callback
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.event import async_track_time_interval

from ..cloud.exceptions import AuthenticationError, CloudError
from ..cloud.models import Account
from ..const import ACCOUNT_MAX_AGE, LOGGER
from ..vehicle.reading import SLOW_INTERVAL


def track_account(hass: HomeAssistant, entry: ConfigEntry[Any], account: Account) -> None:
    """Reload the entry when a vehicle joins or leaves the account, unless all its vehicles are disabled."""
    if not entry.runtime_data.vehicles:
        return

    async def compare(_: datetime) -> None:
        # Servers lock accounts after repeated failures.
        if any(entry.async_get_active_flows(hass, {SOURCE_REAUTH})):
            return
        try:
            now = await entry.runtime_data.cloud.account(max_age=ACCOUNT_MAX_AGE)
        except AuthenticationError:
            entry.async_start_reauth(hass)
            return
        except CloudError as err:
            LOGGER.debug("Cannot read the account: %s", err)
            return
        if now != account:
            hass.config_entries.async_schedule_reload(entry.entry_id)

    entry.async_on_unload(async_track_time_interval(hass, compare, SLOW_INTERVAL, cancel_on_shutdown=True))


@callback
def track_reload_causes(hass: HomeAssistant, entry: ConfigEntry[Any]) -> None:
    """Reload the entry when a device is disabled or enabled, or when the time zone of its cars changes."""
    home, registry = hass.config.time_zone, dr.async_get(hass)

    @callback
    def device_updated(event: Event[dr.EventDeviceRegistryUpdatedData]) -> None:
        device = registry.async_get(event.data["device_id"])
        ours = isinstance(device, dr.DeviceEntry) and device.config_entry_id == entry.entry_id
        if ours and event.data["action"] == "update" and "disabled_by" in event.data["changes"]:
            # Later: entities that handle the same event before they are unloaded would be removed for good.
            hass.loop.call_soon(_reload, hass, entry)

    @callback
    def zone_changed(_: Event[Any]) -> None:
        zones = {str(each.vehicle.time_zone) for each in entry.runtime_data.vehicles.values()}
        if hass.config.time_zone != home and home in zones:
            _reload(hass, entry)

    entry.async_on_unload(hass.bus.async_listen(dr.EVENT_DEVICE_REGISTRY_UPDATED, device_updated))
    entry.async_on_unload(hass.bus.async_listen(EVENT_CORE_CONFIG_UPDATE, zone_changed))


@callback
def _reload(hass: HomeAssistant, entry: ConfigEntry[Any]) -> None:
    """Reload an entry, unless it is being disabled or removed."""
    if entry.state is ConfigEntryState.LOADED and entry.disabled_by is None:
        hass.config_entries.async_schedule_reload(entry.entry_id)
