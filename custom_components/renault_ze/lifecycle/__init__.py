"""The end of an entry and of its cars: released to other entries, noted as disabled, and left at rest.

Home Assistant tells an entry that it is unloaded, but not what for: to be loaded again at once, as after a change of
its options, to be disabled or to be removed. Only when whoever unloads it is done can it be seen that it is gone.
"""

from collections.abc import Callable, Coroutine, Iterable
from typing import Any

from homeassistant.config_entries import SIGNAL_CONFIG_ENTRY_CHANGED, ConfigEntry, ConfigEntryChange, ConfigEntryState
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.dispatcher import async_dispatcher_connect
from homeassistant.util import dt as dt_util
from homeassistant.util.hass_dict import HassKey

from ..const import DOMAIN
from ..devices import is_disabled
from ..repairs import forget
from ..storage import Memory
from . import cleanup
from .assignment import assignment

# An entry in one of these states is not loaded again by itself.
_ENDED = {ConfigEntryState.NOT_LOADED, ConfigEntryState.SETUP_ERROR, ConfigEntryState.MIGRATION_ERROR}
# A run of an entry in one of these states is not over.
_UNDER_WAY = {
    ConfigEntryState.SETUP_IN_PROGRESS,
    ConfigEntryState.LOADED,
    ConfigEntryState.UNLOAD_IN_PROGRESS,
    ConfigEntryState.FAILED_UNLOAD,
}
# The cars that run of each entry that has not ended.
_RUNNING: HassKey[dict[str, frozenset[str]]] = HassKey(f"{DOMAIN}.running")


@callback
def watch(hass: HomeAssistant) -> None:
    """Look at each entry that may have ended."""

    @callback
    def look(change: ConfigEntryChange, entry: ConfigEntry[Any]) -> None:
        if entry.domain != DOMAIN:
            return
        if change is ConfigEntryChange.REMOVED:
            assignment(hass).withdraw(entry)
            _release(hass, entry)
            return
        if entry.state not in _ENDED:
            return
        if entry.disabled_by is not None:
            forget(hass, entry.entry_id)
            assignment(hass).withdraw(entry)
        if entry.entry_id in _running(hass) or entry.disabled_by is not None:
            hass.async_create_background_task(_see(hass, entry), "renault_ze end", eager_start=False)

    async_dispatcher_connect(hass, SIGNAL_CONFIG_ENTRY_CHANGED, look)


@callback
def at_end(hass: HomeAssistant, entry: ConfigEntry[Any], deed: Callable[[], Coroutine[Any, Any, None] | None]) -> None:
    """Do something once the run of an entry is over; while it is unloaded, its last commands are still waited for."""

    @callback
    def look() -> None:
        if entry.state in _UNDER_WAY:
            return
        # Those who are told are counted through just now.
        hass.loop.call_soon(unlisten)
        if (work := deed()) is not None:
            hass.async_create_task(work, "renault_ze end")

    unlisten = entry.async_on_state_change(look)


@callback
def begin(hass: HomeAssistant, entry: ConfigEntry[Any], memory: Memory) -> None:
    """Begin to set an entry up: until when it was disabled is known now, whatever becomes of that."""
    _running(hass).setdefault(entry.entry_id, frozenset())
    for vin in memory.plans:
        memory.note_disabled(vin, dt_util.utcnow(), disabled=is_disabled(hass, entry, vin))


@callback
def begun(hass: HomeAssistant, entry: ConfigEntry[Any], memory: Memory, vins: Iterable[str]) -> None:
    """Note which cars run; one that ran before and whose device was disabled since is left at rest."""
    before, running = _running(hass)[entry.entry_id], frozenset(vins)
    _running(hass)[entry.entry_id] = running
    cleanup.begin(hass, entry, memory, {vin for vin in before - running if is_disabled(hass, entry, vin)})


async def _see(hass: HomeAssistant, entry: ConfigEntry[Any]) -> None:
    """Do what the end of an entry asks for, should it not be loaded again."""
    async with entry.setup_lock:
        there = hass.config_entries.async_get_entry(entry.entry_id) is entry
        if not there or entry.state not in _ENDED:
            return
        memory = Memory(hass, entry.entry_id)
        await memory.load(None)
        if entry.disabled_by is not None:
            for vin in memory.plans:
                memory.note_disabled(vin, dt_util.utcnow(), disabled=True)
        await memory.close()
        if entry.entry_id not in _running(hass):
            return
        _release(hass, entry)
        if entry.state is ConfigEntryState.NOT_LOADED:
            assignment(hass).withdraw(entry)
            cleanup.begin(hass, entry, memory)


@callback
def _release(hass: HomeAssistant, entry: ConfigEntry[Any]) -> None:
    """Pass on the cars of an entry that has ended."""
    _running(hass).pop(entry.entry_id, None)
    assignment(hass).release(entry)


def _running(hass: HomeAssistant) -> dict[str, frozenset[str]]:
    """Return the cars that run of each entry that has not ended."""
    return hass.data.setdefault(_RUNNING, {})
