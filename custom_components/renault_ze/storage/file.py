"""One private file of Home Assistant's storage: read whatever it holds, written in time, and each write verified."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from homeassistant.const import EVENT_HOMEASSISTANT_FINAL_WRITE
from homeassistant.core import CALLBACK_TYPE, CoreState, Event, HassJob, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError, UnsupportedStorageVersionError
from homeassistant.helpers.event import async_call_later
from homeassistant.helpers.storage import Store
from homeassistant.util.json import load_json

from ..cloud.codec import UNREADABLE, load
from ..cloud.models import ChargeSchedule, DoNotDisturb
from ..plan.model import as_json, salvaged as salvaged_plan
from ..plan.settings import Disabled
from ..vehicle.state import CommandResult
from ..vehicle.trips import TripLog

_VERSION = 1
# Several changes often come together.
_SOON = timedelta(seconds=1)
# What a new login makes up for is no reason to wear out an SD card.
_LATER = timedelta(hours=8)
_AGAIN = timedelta(minutes=5)
_WRITE_ID = "write_id"
# What Home Assistant's Store raises for JSON that it has not written.
_MISSHAPEN = (*UNREADABLE, NotImplementedError, UnsupportedStorageVersionError)
# In place of a vehicle's number: what concerns all of them.
ALL = "*"
_KINDS: Mapping[str, Any] = {
    "schedules": ChargeSchedule,
    "quiet_hours": DoNotDisturb,
    "commands": CommandResult,
    "journals": TripLog,
    "zones": str,
    "disabled": tuple[Disabled, ...],
}
_SECTIONS = ("plans", *_KINDS)
_UNREAD = tuple(f"unread_{name}" for name in _SECTIONS)
# What is kept of each vehicle, by its number.
OF_CARS = (*_SECTIONS, *_UNREAD)
type Lost = dict[str, list[str]]


class StoredFile:
    """A file that holds what `content` returns; `report` is told of each write whether it succeeded."""

    def __init__(
        self,
        hass: HomeAssistant,
        key: str,
        content: Callable[[], dict[str, Any]],
        report: Callable[[bool], None] | None,
    ) -> None:
        """Prepare without reading or writing."""
        self._hass = hass
        self._key = key
        self._content = content
        self._report = report
        self._changes = 0
        self._stored_changes = 0
        self._closed = False
        self._over = False
        self._due = 0.0
        self._timer: CALLBACK_TYPE | None = None
        self._unlisten: CALLBACK_TYPE | None = None
        self._writing = asyncio.Lock()

    @property
    def unsaved(self) -> bool:
        """Return whether the content is other than what is on the disk."""
        return self._stored_changes != self._changes

    async def read(self) -> Any:
        """Return the file as it is, its content under `data`; an empty object where there is none."""
        store = self._store()
        with suppress(*_MISSHAPEN):
            if (content := await store.async_load()) is not None:
                return {"data": content}
        return await self._hass.async_add_executor_job(load_json, store.path, {})

    @callback
    def changed(self, *, soon: bool = True) -> None:
        """Have the content written soon, or within hours; in any case before Home Assistant ends."""
        self._changes += 1
        if self._unlisten is None:
            bus = self._hass.bus
            self._unlisten = bus.async_listen_once(EVENT_HOMEASSISTANT_FINAL_WRITE, self._write_finally)
        self._write_within(_SOON if soon else _LATER)

    async def flush(self) -> bool:
        """Write at once what still waits, and tell whether all of it is on the disk."""
        return not self._closed and await self._settle()

    async def close(self) -> None:
        """Write what still waits: what cannot be written now is tried again, and at the latest when all ends."""
        self._closed = True
        self._stop_timer()
        await self._settle()
        if not self.unsaved:
            self._stop_waiting()

    async def succeed(self, earlier: StoredFile) -> bool:
        """Take the place of the file of an earlier run, and tell whether there is content of that left to write."""
        await earlier.close()
        await earlier.give_up()
        if earlier.unsaved:
            # Whoever was told that nothing can be stored is told, too, once it is.
            self._report = self._report or earlier._report
            self.changed()
        return earlier.unsaved

    async def give_up(self) -> None:
        """Write nothing ever after."""
        self._closed = self._over = True
        self._stop_waiting()
        async with self._writing:
            # A write that was under way has come to its end.
            pass

    async def remove(self) -> None:
        """Delete the file and write nothing ever after."""
        await self.give_up()
        async with self._writing:
            self._stored_changes = self._changes
            await self._store().async_remove()

    async def _settle(self) -> bool:
        """Write what still waits, also where whoever wants it is cancelled: half a write may not meet another."""
        return await asyncio.shield(self._hass.async_create_task(self._write_all(), "renault_ze storage"))

    async def _write_all(self) -> bool:
        """Write what still waits, one write at a time, and tell whether all of it is on the disk."""
        async with self._writing:
            if self._over or not self.unsaved:
                return not self.unsaved
            if self._hass.state is CoreState.stopping:
                # It would only be written at the very end, which has a turn of its own.
                return False
            stored = await self._write()
        if not stored and not self._over:
            self._write_within(_AGAIN)
        if self._report is not None:
            self._report(stored)
        return stored

    async def _write(self) -> bool:
        """Write the content, and tell whether it is on the disk: Home Assistant logs a failure and goes on."""
        self._stop_timer()
        changes, write_id = self._changes, uuid4().hex
        with suppress(OSError):
            # Synced to the disk: what may have been sent must be known after a power failure, too.
            await self._store(atomic_writes=True).async_save({**self._content(), _WRITE_ID: write_id})
        if stored := await self._stored_id() == write_id:
            self._stored_changes = changes
            if self._closed and not self.unsaved:
                self._stop_waiting()
        return stored

    async def _stored_id(self) -> object:
        """Return which write the file is of, None where that cannot be read."""
        with suppress(*_MISSHAPEN, HomeAssistantError):
            return (await self._store().async_load() or {}).get(_WRITE_ID)
        return None

    def _store(self, *, atomic_writes: bool = False) -> Store[dict[str, Any]]:
        """Return a store without a memory of its own."""
        return Store(self._hass, _VERSION, self._key, private=True, atomic_writes=atomic_writes)

    def _write_within(self, span: timedelta) -> None:
        """Write after a span, unless that is to happen before anyway."""
        due = self._hass.loop.time() + span.total_seconds()
        if self._timer is not None and self._due <= due:
            return
        self._stop_timer()
        self._due = due
        job = HassJob(self._write_on_time, "renault_ze storage", cancel_on_shutdown=True)
        self._timer = async_call_later(self._hass, span, job)

    async def _write_on_time(self, _: datetime) -> None:
        """Write what has waited long enough."""
        self._timer = None
        await self._settle()

    async def _write_finally(self, _: Event) -> None:
        """Write what still waits when Home Assistant ends."""
        self._unlisten = None
        await self._settle()

    def _stop_waiting(self) -> None:
        """Wait neither for a time nor for the end."""
        self._stop_timer()
        if self._unlisten is not None:
            self._unlisten()
            self._unlisten = None

    def _stop_timer(self) -> None:
        """Wait for no time."""
        if self._timer is not None:
            self._timer()
            self._timer = None


def salvaged(file: Any) -> tuple[dict[str, Any], Lost]:
    """Return the content of a file as far as it can be read, and what cannot, by the number of the vehicle."""
    if file == {}:
        return {}, {}
    found = file.get("data") if isinstance(file, dict) else None
    if not isinstance(found, dict):
        return {"unread_file": {ALL: file}}, {ALL: ["file"]}
    lost: Lost = defaultdict(list)
    content = {name: value for name, value in found.items() if name not in OF_CARS}
    content |= {name: _rows(found[name]) for name in _UNREAD if name in found}
    if not isinstance(content.get("session"), dict):
        # A login makes up for it.
        content.pop("session", None)
    for name in _SECTIONS:
        for vin, stored in _rows(found.get(name, {})).items():
            kept, unread = (None, [name]) if vin == ALL else _read(name, stored)
            if kept is not None:
                content.setdefault(name, {})[vin] = kept
            if unread:
                lost[vin] += unread
                _set_aside(content, name, vin, stored)
    return content, lost


def _rows(section: Any) -> dict[str, Any]:
    """Return what is stored by vehicle; what is none of that concerns all of them."""
    return section if isinstance(section, dict) else {ALL: section}


def _read(name: str, stored: Any) -> tuple[Any, list[str]]:
    """Return what can be read of what was stored of a vehicle, as it is stored, and the names of the rest."""
    if name == "plans":
        plan, lost = salvaged_plan(stored)
        return as_json(plan) if lost else stored, [f"{name}.{part}" for part in lost]
    try:
        load(_KINDS[name], stored)
    except UNREADABLE:
        return None, [name]
    return stored, []


def _set_aside(content: dict[str, Any], name: str, vin: str, stored: Any) -> None:
    """Keep beside what cannot be read: another version may."""
    content.setdefault(f"unread_{name}", {})[vin] = stored
