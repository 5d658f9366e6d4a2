"""One private file of Home Assistant's storage, read even if damaged; writes are delayed and verified."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any, override
from uuid import uuid4

from homeassistant.const import EVENT_HOMEASSISTANT_FINAL_WRITE
from homeassistant.core import CALLBACK_TYPE, CoreState, Event, HassJob, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError, UnsupportedStorageVersionError
from homeassistant.helpers.event import async_call_later
from homeassistant.helpers.storage import Store
from homeassistant.util.json import load_json

from ..cloud.codec import UNREADABLE, load
from ..cloud.models import ChargeSchedule
from ..cloud.notifications import DoNotDisturb
from ..plan.model import as_json, with_readable_parts as readable_plan
from ..plan.settings import Disabled
from ..vehicle.charge_log import ChargeLog
from ..vehicle.results import CommandResult
from ..vehicle.trips import TripLog
from . import migration

_VERSION = 1
# Several changes often come together.
_SOON = timedelta(seconds=1)
# Changes that a new login would replace must not wear out an SD card.
_LATER = timedelta(hours=8)
_RETRY = timedelta(minutes=5)
_WRITE_ID = "write_id"
# What Home Assistant's Store raises for JSON that it has not written.
_INVALID = (*UNREADABLE, NotImplementedError, UnsupportedStorageVersionError)
# In place of a VIN: data of all vehicles.
ALL = "*"
_KINDS: Mapping[str, Any] = {
    # Of minor version 1; only those that could not be migrated are left.
    "schedules": ChargeSchedule,
    "quiet_hours": DoNotDisturb,
    "last_commands": tuple[CommandResult, ...],
    "journals": TripLog,
    "charges": ChargeLog,
    "zones": str,
    "temperatures": float,
    "disabled": tuple[Disabled, ...],
}
_SECTIONS = ("plans", *_KINDS)
_UNREAD = tuple(f"unread_{name}" for name in _SECTIONS)
# The sections with one value for each vehicle, by VIN.
OF_CARS = (*_SECTIONS, *_UNREAD)
_REPLACEABLE = ("session", "parts")
# The names of unreadable data, by VIN.
type Unreadable = dict[str, list[str]]


class _Store(Store[dict[str, Any]]):
    """A store that migrates files of earlier versions."""

    @override
    async def _async_migrate_func(
        self, old_major_version: int, old_minor_version: int, old_data: Any
    ) -> dict[str, Any]:
        if old_major_version != _VERSION or not isinstance(old_data, dict):
            raise NotImplementedError
        return migration.migrated(old_data) if old_minor_version < migration.MINOR_VERSION else old_data


class StoredFile:
    """A file with what `content` returns; `report` is called after each write with whether it succeeded."""

    def __init__(
        self,
        hass: HomeAssistant,
        key: str,
        content: Callable[[], dict[str, Any]],
        report: Callable[[bool], None] | None,
    ) -> None:
        """Prepare the file without reading or writing it."""
        self._hass = hass
        self._key = key
        self._content = content
        self._report = report
        self._changes = 0
        self._stored_changes = 0
        self._closed = False
        self._stopped = False
        self._due = 0.0
        self._timer: CALLBACK_TYPE | None = None
        self._unlisten: CALLBACK_TYPE | None = None
        self._writing = asyncio.Lock()

    @property
    def is_unsaved(self) -> bool:
        """Return whether the content differs from what is on disk."""
        return self._stored_changes != self._changes

    async def read(self) -> Any:
        """Return the content of the file under `data`; an empty dictionary if there is no file."""
        store = self._store()
        with suppress(*_INVALID):
            if (content := await store.async_load()) is not None:
                return {"data": content}
        return await self._hass.async_add_executor_job(load_json, store.path, {})

    @callback
    def changed(self, *, soon: bool = True) -> None:
        """Schedule a write, soon or within hours; at the latest when Home Assistant stops."""
        self._changes += 1
        if self._unlisten is None:
            bus = self._hass.bus
            self._unlisten = bus.async_listen_once(EVENT_HOMEASSISTANT_FINAL_WRITE, self._write_finally)
        self._write_within(_SOON if soon else _LATER)

    async def flush(self) -> bool:
        """Write pending changes now, and return whether all are on disk."""
        return not self._closed and await self._write_pending()

    async def close(self) -> None:
        """Write pending changes; after a failure, retry later, at the latest when Home Assistant stops."""
        self._closed = True
        self._stop_timer()
        await self._write_pending()
        if not self.is_unsaved:
            self._cancel_writes()

    async def replace(self, earlier: StoredFile) -> bool:
        """Stop the file of an earlier run, and return whether it has content left to write."""
        await earlier.close()
        await earlier.stop()
        if earlier.is_unsaved:
            # Its repair is deleted once the content is written.
            self._report = self._report or earlier._report
            self.changed()
        return earlier.is_unsaved

    async def stop(self) -> None:
        """Write nothing from now on."""
        self._closed = self._stopped = True
        self._cancel_writes()
        async with self._writing:
            # Wait for the end of a running write.
            pass

    async def remove(self) -> None:
        """Delete the file and write nothing from now on."""
        await self.stop()
        async with self._writing:
            self._stored_changes = self._changes
            await self._store().async_remove()

    async def _write_pending(self) -> bool:
        """Write pending changes, even if the caller is cancelled: two writes must not overlap."""
        return await asyncio.shield(self._hass.async_create_task(self._write_all(), "renault_ze storage"))

    async def _write_all(self) -> bool:
        """Write pending changes, one write at a time, and return whether all are on disk."""
        async with self._writing:
            if self._stopped or not self.is_unsaved:
                return not self.is_unsaved
            if self._hass.state is CoreState.stopping:
                # Home Assistant delays writes until its final write event, which triggers another one.
                return False
            stored = await self._write()
        if not stored and not self._stopped:
            self._write_within(_RETRY)
        if self._report is not None:
            self._report(stored)
        return stored

    async def _write(self) -> bool:
        """Write the content, and return whether it is on disk: Home Assistant logs a failure without raising it."""
        self._stop_timer()
        changes, write_id = self._changes, uuid4().hex
        with suppress(OSError):
            # Synced to disk: a command that may have been sent must be known after a power failure.
            await self._store(atomic_writes=True).async_save({**self._content(), _WRITE_ID: write_id})
        if stored := await self._stored_id() == write_id:
            self._stored_changes = changes
            if self._closed and not self.is_unsaved:
                self._cancel_writes()
        return stored

    async def _stored_id(self) -> object:
        """Return the id of the write the file is from, None if unreadable."""
        with suppress(*_INVALID, HomeAssistantError):
            return (await self._store().async_load() or {}).get(_WRITE_ID)
        return None

    def _store(self, *, atomic_writes: bool = False) -> _Store:
        """Return a new store without cached content."""
        return _Store(
            self._hass,
            _VERSION,
            self._key,
            private=True,
            atomic_writes=atomic_writes,
            minor_version=migration.MINOR_VERSION,
        )

    def _write_within(self, span: timedelta) -> None:
        """Write after a delay, unless an earlier write is scheduled."""
        due = self._hass.loop.time() + span.total_seconds()
        if self._timer is not None and self._due <= due:
            return
        self._stop_timer()
        self._due = due
        job = HassJob(self._write_on_time, "renault_ze storage", cancel_on_shutdown=True)
        self._timer = async_call_later(self._hass, span, job)

    async def _write_on_time(self, _: datetime) -> None:
        """Write pending changes when the timer fires."""
        self._timer = None
        await self._write_pending()

    async def _write_finally(self, _: Event) -> None:
        """Write pending changes when Home Assistant stops."""
        self._unlisten = None
        await self._write_pending()

    def _cancel_writes(self) -> None:
        """Cancel the timer and the final write."""
        self._stop_timer()
        if self._unlisten is not None:
            self._unlisten()
            self._unlisten = None

    def _stop_timer(self) -> None:
        """Cancel the timer."""
        if self._timer is not None:
            self._timer()
            self._timer = None


def readable(file: Any) -> tuple[dict[str, Any], Unreadable]:
    """Return the readable content of a file, and the names of the rest."""
    if file == {}:
        return {}, {}
    found = file.get("data") if isinstance(file, dict) else None
    if not isinstance(found, dict):
        return {"unread_file": {ALL: file}}, {ALL: ["file"]}
    unreadable: Unreadable = defaultdict(list)
    content = {name: value for name, value in found.items() if name not in OF_CARS and not _is_replaced(name, value)}
    content |= {name: _rows(found[name]) for name in _UNREAD if name in found}
    for name in _SECTIONS:
        for vin, stored in _rows(found.get(name, {})).items():
            value, unread = (None, [name]) if vin == ALL else _read(name, stored)
            if value is not None:
                content.setdefault(name, {})[vin] = value
            if unread:
                unreadable[vin] += unread
                _set_aside(content, name, vin, stored)
    return content, unreadable


def _is_replaced(name: str, value: Any) -> bool:
    """Return whether a value is unreadable that a new login or the next polls replace."""
    return name in _REPLACEABLE and not isinstance(value, dict)


def _rows(section: Any) -> dict[str, Any]:
    """Return the values of a section by VIN; content of another form counts for all vehicles."""
    return section if isinstance(section, dict) else {ALL: section}


def _read(name: str, stored: Any) -> tuple[Any, list[str]]:
    """Return the readable part of a stored value in its stored form, and the names of the rest."""
    if name == "plans":
        plan, lost = readable_plan(stored)
        return as_json(plan) if lost else stored, [f"{name}.{part}" for part in lost]
    try:
        load(_KINDS[name], stored)
    except UNREADABLE:
        return None, [name]
    return stored, []


def _set_aside(content: dict[str, Any], name: str, vin: str, stored: Any) -> None:
    """Keep an unreadable value in a section of its own: another version may read it."""
    content.setdefault(f"unread_{name}", {})[vin] = stored
