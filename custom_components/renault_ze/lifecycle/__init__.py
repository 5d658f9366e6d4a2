"""The start and end of an entry: which of its cars run, when it is reloaded, and what is cleaned up after it.

Home Assistant tells an entry that it is unloaded, but not why: to be reloaded, as after a change of its options, to be
disabled or to be removed. Only after the unload can it be seen that the entry has ended.
"""

from collections.abc import Callable, Coroutine, Iterable
from datetime import datetime
from typing import Any

from homeassistant.config_entries import (
    SIGNAL_CONFIG_ENTRY_CHANGED,
    SOURCE_REAUTH,
    ConfigEntry,
    ConfigEntryChange,
    ConfigEntryState,
)
from homeassistant.const import EVENT_CORE_CONFIG_UPDATE
from homeassistant.core import Event, HomeAssistant, callback
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.dispatcher import async_dispatcher_connect
from homeassistant.helpers.event import async_track_time_interval
from homeassistant.util import dt as dt_util
from homeassistant.util.hass_dict import HassKey

from ..cloud.exceptions import AuthenticationError, CloudError
from ..cloud.models import Account
from ..const import ACCOUNT_MAX_AGE, DOMAIN, LOGGER
from ..devices import is_device_disabled
from ..repairs.issues import delete_issues
from ..storage import Storage
from ..vehicle.reading import SLOW_INTERVAL
from .assignment import assignment
from .cleanup import clean_up

# An entry in one of these states is not loaded again by itself.
_ENDED = {ConfigEntryState.NOT_LOADED, ConfigEntryState.SETUP_ERROR, ConfigEntryState.MIGRATION_ERROR}
# A run of an entry in one of these states is not over.
_RUNS = {
    ConfigEntryState.SETUP_IN_PROGRESS,
    ConfigEntryState.LOADED,
    ConfigEntryState.UNLOAD_IN_PROGRESS,
    ConfigEntryState.FAILED_UNLOAD,
}
# The running cars of each entry that has not ended.
_RUNNING: HassKey[dict[str, frozenset[str]]] = HassKey(f"{DOMAIN}.running")


@callback
def track_entries(hass: HomeAssistant) -> None:
    """Handle the end of each entry of the integration."""

    @callback
    def entry_changed(change: ConfigEntryChange, entry: ConfigEntry[Any]) -> None:
        if entry.domain != DOMAIN:
            return
        if change is ConfigEntryChange.REMOVED:
            assignment(hass).withdraw(entry)
            _release_cars(hass, entry)
            return
        if entry.state not in _ENDED:
            return
        if entry.disabled_by is not None:
            delete_issues(hass, entry.entry_id)
            assignment(hass).withdraw(entry)
        if entry.entry_id in _running(hass) or entry.disabled_by is not None:
            hass.async_create_background_task(_handle_end(hass, entry), "renault_ze end", eager_start=False)

    async_dispatcher_connect(hass, SIGNAL_CONFIG_ENTRY_CHANGED, entry_changed)


@callback
def on_end(
    hass: HomeAssistant, entry: ConfigEntry[Any], action: Callable[[], Coroutine[Any, Any, None] | None]
) -> None:
    """Call an action once the run of an entry is over; during the unload, its last commands are still pending."""

    @callback
    def state_changed() -> None:
        if entry.state in _RUNS:
            return
        # The listeners are being iterated over.
        hass.loop.call_soon(unlisten)
        if (work := action()) is not None:
            hass.async_create_task(work, "renault_ze end")

    unlisten = entry.async_on_state_change(state_changed)


@callback
def entry_starts(hass: HomeAssistant, entry: ConfigEntry[Any], storage: Storage) -> None:
    """Store until when the cars of an entry were disabled, even if its setup fails."""
    _running(hass).setdefault(entry.entry_id, frozenset())
    for vin in storage.plans:
        storage.remember_disabled(vin, dt_util.utcnow(), disabled=is_device_disabled(hass, entry, vin))


@callback
def entry_started(hass: HomeAssistant, entry: ConfigEntry[Any], storage: Storage, vins: Iterable[str]) -> None:
    """Register the running cars, and clean up those that ran before and whose devices were disabled since."""
    before, running = _running(hass)[entry.entry_id], frozenset(vins)
    _running(hass)[entry.entry_id] = running
    clean_up(hass, entry, storage, {vin for vin in before - running if is_device_disabled(hass, entry, vin)})


async def _handle_end(hass: HomeAssistant, entry: ConfigEntry[Any]) -> None:
    """Release and clean up the cars of an entry, unless it was loaded again."""
    async with entry.setup_lock:
        exists = hass.config_entries.async_get_entry(entry.entry_id) is entry
        if not exists or entry.state not in _ENDED:
            return
        storage = Storage(hass, entry.entry_id)
        await storage.load(None)
        if entry.disabled_by is not None:
            for vin in storage.plans:
                storage.remember_disabled(vin, dt_util.utcnow(), disabled=True)
        await storage.close()
        if entry.entry_id not in _running(hass):
            return
        _release_cars(hass, entry)
        if entry.state is ConfigEntryState.NOT_LOADED:
            assignment(hass).withdraw(entry)
            clean_up(hass, entry, storage)


@callback
def _release_cars(hass: HomeAssistant, entry: ConfigEntry[Any]) -> None:
    """Pass on the cars of an entry that has ended."""
    _running(hass).pop(entry.entry_id, None)
    assignment(hass).release(entry)


def _running(hass: HomeAssistant) -> dict[str, frozenset[str]]:
    """Return the running cars of each entry that has not ended."""
    return hass.data.setdefault(_RUNNING, {})


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
