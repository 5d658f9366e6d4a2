"""Assignment of cars to entries: a car in several accounts belongs to one entry at a time.

An entry keeps its cars while it is loaded or is going to be retried. If it is unloaded, disabled, removed or needs its
owner, its cars go to the entry that waits for them, with their device, entities and plan.
"""

from collections.abc import Collection
from itertools import takewhile
from typing import Any

from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.core import HomeAssistant, callback
from homeassistant.util import dt as dt_util
from homeassistant.util.hass_dict import HassKey

from ..const import DOMAIN
from ..devices import device_of, is_device_disabled, move, vins_of
from ..storage import Storage

_ASSIGNMENT: HassKey[Assignment] = HassKey(f"{DOMAIN}.assignment")


@callback
def assignment(hass: HomeAssistant) -> Assignment:
    """Return the assignment of all cars."""
    if _ASSIGNMENT not in hass.data:
        hass.data[_ASSIGNMENT] = Assignment(hass)
    return hass.data[_ASSIGNMENT]


class Assignment:
    """The entry of each car, and the entries that wait for cars of other entries."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Start with the cars of each entry at the last start, independent of which is loaded first."""
        self._hass = hass
        self._entries: dict[str, str] = {}
        self._waiting: dict[str, frozenset[str]] = {}
        self._left: dict[str, dict[str, Any]] = {}
        for entry in self._enabled():
            for vin in vins_of(hass, entry):
                self._entries.setdefault(vin, entry.entry_id)

    @callback
    def has(self, entry: ConfigEntry[Any], vin: str) -> bool:
        """Return whether an entry has a car, even if its device is disabled."""
        return self._entries.get(vin) == entry.entry_id

    @callback
    def elsewhere(self, vin: str, entry_id: str | None) -> str | None:
        """Return the other entry that has a car, None if there is no other."""
        found = self._entries.get(vin)
        return None if found == entry_id else found

    @callback
    def is_to_move(self, vin: str, entry: ConfigEntry[Any]) -> bool:
        """Return whether the entry that has a car now has yet to take over its device."""
        found = self._hass.config_entries.async_get_entry(self.elsewhere(vin, entry.entry_id) or "")
        return found is not None and device_of(self._hass, found, vin) is None

    async def assign(self, entry: ConfigEntry[Any], vins: Collection[str]) -> frozenset[str]:
        """Assign cars of an account to its entry, and return those; it waits for the others."""
        if not self._entries.keys() >= set(vins):
            await self._wait_for_older(entry)
        mine = frozenset(vin for vin in vins if self._entries.setdefault(vin, entry.entry_id) == entry.entry_id)
        self._waiting[entry.entry_id] = frozenset(vins) - mine
        self._pass_on(entry, except_for=mine)
        return mine

    @callback
    def withdraw(self, entry: ConfigEntry[Any]) -> None:
        """Let an entry no longer wait for cars."""
        self._waiting.pop(entry.entry_id, None)

    @callback
    def release(self, entry: ConfigEntry[Any]) -> None:
        """Pass on all cars of an entry."""
        self._pass_on(entry, except_for=frozenset())

    async def pass_on_data(self, entry: ConfigEntry[Any], storage: Storage) -> None:
        """Pass the stored data of a removed entry's cars on to their next entries, even across a restart."""
        mine = {vin for vin in self._entries if self.has(entry, vin)}
        for vin in mine | vins_of(self._hass, entry):
            next_id = self.elsewhere(vin, entry.entry_id) or self._next_entry(vin)
            if next_id is None:
                self._left.pop(vin, None)
            elif self._has_no_device(next_id, vin) and (data := storage.car_data(vin)):
                self._left[vin] = data
                await Storage.pass_on(self._hass, next_id, vin, data)

    async def take_over(
        self, entry: ConfigEntry[Any], storage: Storage, vins: Collection[str]
    ) -> dict[str, dict[str, Any]]:
        """Take over the device, entities and plan of cars of other entries; return their stored data by VIN."""
        taken = {}
        for vin in [vin for vin in vins if device_of(self._hass, entry, vin) is None]:
            left = self._left.pop(vin, None)
            if (former := self._former(entry, vin)) is not None:
                move(self._hass, vin, former, entry)
                left = left or await self._stored_data(former, vin)
            left = left or storage.inherited(vin)
            if left is not None:
                taken[vin] = left
                storage.take_over(vin, left)
                storage.remember_disabled(vin, dt_util.utcnow(), disabled=is_device_disabled(self._hass, entry, vin))
        return taken

    def _pass_on(self, entry: ConfigEntry[Any], *, except_for: frozenset[str]) -> None:
        """Assign the other cars of an entry to the oldest entry that waits for each."""
        next_entries = set()
        for vin in [
            vin for vin, entry_id in self._entries.items() if entry_id == entry.entry_id and vin not in except_for
        ]:
            del self._entries[vin]
            if (next_id := self._next_entry(vin)) is not None:
                self._entries[vin] = next_id
                # If its setup fails, it passes the car on and does not get it again, or that would never end.
                self._waiting[next_id] -= {vin}
                next_entries.add(next_id)
        for next_id in next_entries:
            self._hass.config_entries.async_schedule_reload(next_id)

    def _next_entry(self, vin: str) -> str | None:
        """Return the id of the oldest entry that waits for a car."""
        waiting = (each.entry_id for each in self._enabled() if vin in self._waiting.get(each.entry_id, ()))
        return next(waiting, None)

    def _has_no_device(self, entry_id: str, vin: str) -> bool:
        """Return whether an entry has yet to take over a car."""
        entry = self._hass.config_entries.async_get_entry(entry_id)
        return entry is not None and device_of(self._hass, entry, vin) is None

    async def _wait_for_older(self, entry: ConfigEntry[Any]) -> None:
        """Wait for the setup of older entries, which come first for a new car."""
        for each in takewhile(lambda each: each is not entry, self._enabled()):
            if each.state is ConfigEntryState.SETUP_IN_PROGRESS:
                async with each.setup_lock:
                    pass

    def _former(self, entry: ConfigEntry[Any], vin: str) -> ConfigEntry[Any] | None:
        """Return another entry with a device of a car, None if there is none."""
        others = (each for each in self._hass.config_entries.async_entries(DOMAIN) if each is not entry)
        return next((each for each in others if device_of(self._hass, each, vin) is not None), None)

    async def _stored_data(self, entry: ConfigEntry[Any], vin: str) -> dict[str, Any]:
        """Return the stored data of a car of another entry."""
        return (await Storage.read(self._hass, entry.entry_id)).car_data(vin)

    def _enabled(self) -> list[ConfigEntry[Any]]:
        """Return the entries that may be loaded, the oldest first."""
        return self._hass.config_entries.async_entries(DOMAIN, include_ignore=False, include_disabled=False)
