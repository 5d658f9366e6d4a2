"""Which entry has which car: one that is in several accounts belongs to one entry at a time.

An entry keeps its cars as long as it is loaded or will be by itself. The cars of one that was unloaded, disabled or
removed, or that only a person can mend, go to the entry that left them out, with their device, entities and plan.
"""

from collections.abc import Collection
from itertools import takewhile
from typing import Any

from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.core import HomeAssistant, callback
from homeassistant.util import dt as dt_util
from homeassistant.util.hass_dict import HassKey

from ..const import DOMAIN
from ..devices import device_of, is_disabled, move, vins_of
from ..storage import Storage

_ASSIGNMENT: HassKey[Assignment] = HassKey(f"{DOMAIN}.assignment")


@callback
def assignment(hass: HomeAssistant) -> Assignment:
    """Return who has which car."""
    if _ASSIGNMENT not in hass.data:
        hass.data[_ASSIGNMENT] = Assignment(hass)
    return hass.data[_ASSIGNMENT]


class Assignment:
    """The entry of each car, and the entries that wait for cars of others."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Begin with the cars the entries had at the last start, whichever of them loads first."""
        self._hass = hass
        self._entries: dict[str, str] = {}
        self._waiting: dict[str, frozenset[str]] = {}
        self._left: dict[str, dict[str, Any]] = {}
        for entry in self._enabled():
            for vin in vins_of(hass, entry):
                self._entries.setdefault(vin, entry.entry_id)

    @callback
    def has(self, entry: ConfigEntry[Any], vin: str) -> bool:
        """Return whether an entry has a car, also one whose device is disabled."""
        return self._entries.get(vin) == entry.entry_id

    @callback
    def elsewhere(self, vin: str, entry_id: str | None) -> str | None:
        """Return the entry that has a car, None where that is no other than the one given."""
        found = self._entries.get(vin)
        return None if found == entry_id else found

    @callback
    def is_to_move(self, vin: str, entry: ConfigEntry[Any]) -> bool:
        """Return whether the device of a car is still to be taken over by the entry that has the car now."""
        found = self._hass.config_entries.async_get_entry(self.elsewhere(vin, entry.entry_id) or "")
        return found is not None and device_of(self._hass, found, vin) is None

    async def assign(self, entry: ConfigEntry[Any], vins: Collection[str]) -> frozenset[str]:
        """Return those cars of an account that its entry has from now on; it waits for the others."""
        if not self._entries.keys() >= set(vins):
            await self._let_older_load(entry)
        mine = frozenset(vin for vin in vins if self._entries.setdefault(vin, entry.entry_id) == entry.entry_id)
        self._waiting[entry.entry_id] = frozenset(vins) - mine
        self._pass_on(entry, kept=mine)
        return mine

    @callback
    def withdraw(self, entry: ConfigEntry[Any]) -> None:
        """Wait no longer for cars on behalf of an entry."""
        self._waiting.pop(entry.entry_id, None)

    @callback
    def release(self, entry: ConfigEntry[Any]) -> None:
        """Pass on all cars of an entry."""
        self._pass_on(entry, kept=frozenset())

    async def leave_behind(self, entry: ConfigEntry[Any], storage: Storage) -> None:
        """Leave what a removed entry kept of its cars to their heirs, which may have to be restarted to get there."""
        mine = {vin for vin in self._entries if self.has(entry, vin)}
        for vin in mine | vins_of(self._hass, entry):
            heir = self.elsewhere(vin, entry.entry_id) or self._heir(vin)
            if heir is None:
                self._left.pop(vin, None)
            elif self._lacks(heir, vin) and (kept := storage.car_data(vin)):
                self._left[vin] = kept
                await Storage.pass_on(self._hass, heir, vin, kept)

    async def take_over(
        self, entry: ConfigEntry[Any], storage: Storage, vins: Collection[str]
    ) -> dict[str, dict[str, Any]]:
        """Take over the device, entities and plan of cars that another entry had; return by VIN what that one kept."""
        taken = {}
        for vin in [vin for vin in vins if device_of(self._hass, entry, vin) is None]:
            left = self._left.pop(vin, None)
            if (former := self._former(entry, vin)) is not None:
                move(self._hass, vin, former, entry)
                left = left or await self._kept_by(former, vin)
            left = left or storage.inherited(vin)
            if left is not None:
                taken[vin] = left
                storage.take_over(vin, left)
                storage.remember_disabled(vin, dt_util.utcnow(), disabled=is_disabled(self._hass, entry, vin))
        return taken

    def _pass_on(self, entry: ConfigEntry[Any], *, kept: frozenset[str]) -> None:
        """Give the other cars of an entry to the oldest one that waits for them."""
        heirs = set()
        for vin in [vin for vin, entry_id in self._entries.items() if entry_id == entry.entry_id and vin not in kept]:
            del self._entries[vin]
            if (heir := self._heir(vin)) is not None:
                self._entries[vin] = heir
                # Who cannot be set up with it passes it on and does not get it again: that would never end.
                self._waiting[heir] -= {vin}
                heirs.add(heir)
        for heir in heirs:
            self._hass.config_entries.async_schedule_reload(heir)

    def _heir(self, vin: str) -> str | None:
        """Return the oldest entry that waits for a car."""
        waiting = (each.entry_id for each in self._enabled() if vin in self._waiting.get(each.entry_id, ()))
        return next(waiting, None)

    def _lacks(self, entry_id: str, vin: str) -> bool:
        """Return whether an entry has yet to take a car over."""
        entry = self._hass.config_entries.async_get_entry(entry_id)
        return entry is not None and device_of(self._hass, entry, vin) is None

    async def _let_older_load(self, entry: ConfigEntry[Any]) -> None:
        """Wait for older entries: of two that find a new car at the same time the older one has it."""
        for each in takewhile(lambda each: each is not entry, self._enabled()):
            if each.state is ConfigEntryState.SETUP_IN_PROGRESS:
                async with each.setup_lock:
                    pass

    def _former(self, entry: ConfigEntry[Any], vin: str) -> ConfigEntry[Any] | None:
        """Return another entry with a device of a car."""
        others = (each for each in self._hass.config_entries.async_entries(DOMAIN) if each is not entry)
        return next((each for each in others if device_of(self._hass, each, vin) is not None), None)

    async def _kept_by(self, entry: ConfigEntry[Any], vin: str) -> dict[str, Any]:
        """Return what another entry kept of a car."""
        return (await Storage.read(self._hass, entry.entry_id)).car_data(vin)

    def _enabled(self) -> list[ConfigEntry[Any]]:
        """Return the entries that may be loaded, the oldest first."""
        return self._hass.config_entries.async_entries(DOMAIN, include_ignore=False, include_disabled=False)
