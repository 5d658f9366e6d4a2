"""Storage across restarts: the session of the cloud, and the plan, trips, and charges of each car."""

from collections.abc import Callable, Iterable, Mapping
from copy import deepcopy
from datetime import datetime
from typing import Any, Protocol

from homeassistant.core import HomeAssistant
from homeassistant.util.hass_dict import HassKey

from ..cloud.codec import dump, load, load_or_none
from ..cloud.models import CommandKind
from ..cloud.notifications import DoNotDisturb
from ..const import DOMAIN, LOGGER
from ..plan.settings import Disabled, with_begun, with_ended, without_future_spans
from ..vehicle.charge_log import ChargeLog
from ..vehicle.poller import PartRecord
from ..vehicle.results import CommandResult
from ..vehicle.trips import TripLog
from .file import ALL, OF_CARS, StoredFile, Unreadable, readable

_NEW_SESSIONS: HassKey[dict[str, dict[str, Any]]] = HassKey(f"{DOMAIN}.new_sessions")
_OPEN: HassKey[dict[str, Storage]] = HassKey(f"{DOMAIN}.open")


class SessionStorage(Protocol):
    """Storage of the session of a cloud."""

    @property
    def session(self) -> dict[str, Any] | None:
        """Return the session, None if there is none yet."""

    def remember_session(self, session: dict[str, Any]) -> None:
        """Store the session soon."""

    def remember_session_later(self, session: dict[str, Any]) -> None:
        """Store a session within hours: without its changes, a new login would do."""

    async def flush(self) -> bool:
        """Write pending changes now, and return whether all are on disk."""


class NewSession:
    """A session started in a configuration flow and handed over to its entry, so that a code is asked for once."""

    def __init__(self, session: dict[str, Any] | None = None) -> None:
        """Start without a session, or with the one an entry has stored."""
        self.session = session

    def remember_session(self, session: dict[str, Any]) -> None:
        """Keep the session until it is handed over."""
        self.session = session

    remember_session_later = remember_session

    async def flush(self) -> bool:
        """Return that nothing is left to write: the session is written by its entry."""
        return True

    def hand_over(self, hass: HomeAssistant, account: str) -> None:
        """Leave the session for the entry of an account, by its unique id."""
        if self.session is not None:
            hass.data.setdefault(_NEW_SESSIONS, {})[account] = self.session


class Storage:
    """What is stored of one entry; private, because it contains tokens.

    Each run of an entry opens its own and closes it; after that it changes nothing.
    """

    def __init__(self, hass: HomeAssistant, entry_id: str, report: Callable[[bool], None] | None = None) -> None:
        """Name the file after the entry; `report` is called after each write with whether it succeeded."""
        self._hass = hass
        self._entry_id = entry_id
        self._open = hass.data.setdefault(_OPEN, {})
        self._file = StoredFile(hass, f"{DOMAIN}.{entry_id}", lambda: self._content, report)
        self._content: dict[str, Any] = {}
        self._damaged: frozenset[str] = frozenset()
        self._closed = False

    async def load(self, account: str | None) -> None:
        """Load what an earlier run stored, and the session of a new login to an account, if there is one."""
        earlier = self._open.get(self._entry_id)
        if earlier is not None and await self._replace(earlier):
            self._content = deepcopy(earlier._content)  # noqa: SLF001
        else:
            self._content, unreadable = readable(await self._file.read())
            self._remember_damage(unreadable)
        self._damaged = frozenset(_list(self._content.get("untold")))
        self._open[self._entry_id] = self
        if account is not None and (session := self._hass.data.get(_NEW_SESSIONS, {}).pop(account, None)) is not None:
            self.remember_session(session)

    async def _replace(self, earlier: Storage) -> bool:
        """Close the storage of an earlier run, and return whether it has content left to write."""
        await earlier.close()
        return await self._file.replace(earlier._file)

    @staticmethod
    async def read(hass: HomeAssistant, entry_id: str) -> Storage:
        """Return what is stored of an entry, loaded or not, for reading only."""
        if (found := hass.data.get(_OPEN, {}).get(entry_id)) is not None:
            return found
        storage = Storage(hass, entry_id)
        storage._content, _ = readable(await storage._file.read())
        await storage.close()
        return storage

    @staticmethod
    async def pass_on(hass: HomeAssistant, entry_id: str, vin: str, data: Mapping[str, Any]) -> None:
        """Store with an entry, loaded or not, the data of a car that it will take over from another one."""
        storage = found = hass.data.get(_OPEN, {}).get(entry_id)
        if storage is None or storage._closed:  # noqa: SLF001
            storage = Storage(hass, entry_id)
            await storage.load(None)
        storage.take_over(vin, data)
        storage._set(storage._content, "inherited", sorted({*_list(storage._content.get("inherited")), vin}))
        await (storage.flush() if storage is found else storage.close())

    async def flush(self) -> bool:
        """Write pending changes now, and return whether all are on disk."""
        return await self._file.flush()

    async def close(self) -> None:
        """Accept no more changes, and write pending ones, now or as soon as that is possible."""
        self._closed = True
        await self._file.close()
        if not self._file.is_unsaved and self._open.get(self._entry_id) is self:
            del self._open[self._entry_id]

    async def remove(self) -> None:
        """Delete the file."""
        self._closed = True
        self._open.pop(self._entry_id, None)
        await self._file.remove()

    def is_damaged(self, vin: str) -> bool:
        """Return whether stored data of a vehicle was unreadable, now or in a run that did not report it."""
        return not self._damaged.isdisjoint({vin, ALL})

    def damage_reported(self) -> None:
        """Let the next run not report the damage again."""
        if self._damaged:
            self._set(self._content, "untold", [])

    @property
    def session(self) -> dict[str, Any] | None:
        """Return the cloud's session."""
        return self._content.get("session")

    def remember_session(self, session: dict[str, Any]) -> None:
        """Store the cloud's session soon."""
        self._set(self._content, "session", session)

    def remember_session_later(self, session: dict[str, Any]) -> None:
        """Store the cloud's session within hours: without its changes, a new login would do."""
        self._set(self._content, "session", session, soon=False)

    def quiet_hours(self, vin: str) -> DoNotDisturb | None:
        """Return the do-not-disturb hours of a vehicle, None if there are none."""
        return self._stored(DoNotDisturb, "quiet_hours", vin)

    def remember_quiet_hours(self, vin: str, hours: DoNotDisturb) -> None:
        """Store the do-not-disturb hours of a vehicle."""
        self._remember("quiet_hours", vin, dump(hours))

    @property
    def plans(self) -> dict[str, dict[str, Any]]:
        """Return the plans of all vehicles as JSON, by VIN."""
        return dict(self._content.get("plans", {}))

    def commands(self, vin: str, now: datetime) -> dict[CommandKind, CommandResult]:
        """Return the last command of each kind of an earlier run; one that was pending is stored as ended."""
        found = self._stored(tuple[CommandResult, ...], "last_commands", vin) or ()
        ended = {each.kind: each.abandoned(now) for each in found}
        if found:
            self.remember_commands(vin, ended.values())
        return ended

    def remember_commands(self, vin: str, commands: Iterable[CommandResult]) -> None:
        """Store the last command of each kind, and its result."""
        self._remember("last_commands", vin, dump(tuple(commands)))

    def plan(self, vin: str) -> dict[str, Any] | None:
        """Return the plan of a vehicle as JSON, None if it has none."""
        return self.plans.get(vin)

    def remember_plan(self, vin: str, plan: dict[str, Any]) -> None:
        """Store the plan of a vehicle."""
        self._remember("plans", vin, plan)

    def journal(self, vin: str) -> TripLog:
        """Return the trips of a vehicle."""
        return self._stored(TripLog, "journals", vin) or TripLog()

    def remember_journal(self, vin: str, journal: TripLog) -> None:
        """Store the trips of a vehicle."""
        self._remember("journals", vin, dump(journal))

    def charges(self, vin: str) -> ChargeLog:
        """Return the charges of a vehicle."""
        return self._stored(ChargeLog, "charges", vin) or ChargeLog()

    def remember_charges(self, vin: str, charges: ChargeLog, *, soon: bool) -> None:
        """Store the charges of a vehicle, soon or within hours."""
        self._remember("charges", vin, dump(charges), soon=soon)

    def parts(self, vin: str) -> tuple[PartRecord, ...]:
        """Return which parts of a vehicle were read before, and since when they fail."""
        return load_or_none(tuple[PartRecord, ...], self._content.get("parts", {}).get(vin)) or ()

    def remember_parts(self, vin: str, parts: tuple[PartRecord, ...]) -> None:
        """Store which parts of a vehicle were read before, and since when they fail."""
        self._remember("parts", vin, dump(parts))

    def zone(self, vin: str) -> str | None:
        """Return the name of the time zone in which the plan of a vehicle was last stored."""
        return self._stored(str, "zones", vin)

    def remember_zone(self, vin: str, zone: str) -> None:
        """Store the name of the time zone of a vehicle's plan."""
        self._remember("zones", vin, zone)

    def temperature(self, vin: str) -> float | None:
        """Return the temperature (°C) chosen for preconditioning a vehicle, None if none was chosen."""
        return self._stored(float, "temperatures", vin)

    def remember_temperature(self, vin: str, temperature: float) -> None:
        """Store the temperature (°C) chosen for preconditioning a vehicle."""
        self._remember("temperatures", vin, temperature)

    def disabled(self, vin: str, now: datetime) -> tuple[Disabled, ...]:
        """Return the recent spans in which a vehicle's account or device was disabled."""
        return without_future_spans(self._disabled(vin), now)

    def remember_disabled(self, vin: str, now: datetime, *, disabled: bool) -> None:
        """Store since when a vehicle's account or device is disabled, or until when it was."""
        spans = self._disabled(vin)
        changed = with_begun(spans, now) if disabled else with_ended(spans, now)
        if changed != spans:
            self._remember("disabled", vin, dump(changed))

    def _disabled(self, vin: str) -> tuple[Disabled, ...]:
        """Return the stored spans in which a vehicle's account or device was disabled."""
        return self._stored(tuple[Disabled, ...], "disabled", vin) or ()

    def car_data(self, vin: str) -> dict[str, Any]:
        """Return everything stored of a vehicle, for the entry that takes it over."""
        sections = {section: self._content.get(section, {}) for section in OF_CARS}
        return {section: found[vin] for section, found in sections.items() if vin in found}

    def take_over(self, vin: str, data: Mapping[str, Any]) -> None:
        """Store the data of a vehicle from another entry in place of ours."""
        for section, value in data.items():
            self._remember(section, vin, value)
        if vin in (inherited := _list(self._content.get("inherited"))):
            self._set(self._content, "inherited", [each for each in inherited if each != vin])

    def inherited(self, vin: str) -> dict[str, Any] | None:
        """Return the data of a vehicle passed on by a removed entry, until it is taken over."""
        return self.car_data(vin) if vin in _list(self._content.get("inherited")) else None

    def _remember_damage(self, unreadable: Unreadable) -> None:
        """Store that some data is unreadable, until it is reported."""
        if unreadable:
            names = sorted({name for each in unreadable.values() for name in each})
            entry = self._hass.config_entries.async_get_entry(self._entry_id)
            title = self._entry_id if entry is None else entry.title
            LOGGER.warning("%s: Stored data cannot be read and is set aside: %s", title, ", ".join(names))
            self._set(self._content, "untold", sorted({*_list(self._content.get("untold")), *unreadable}))

    def _stored[T](self, kind: type[T], section: str, vin: str) -> T | None:
        """Return the stored value of a vehicle in a section."""
        stored = self._content.get(section, {}).get(vin)
        return None if stored is None else load(kind, stored)

    def _remember(self, section: str, vin: str, value: Any, *, soon: bool = True) -> None:
        """Store a value of a vehicle in a section."""
        self._set(self._content.setdefault(section, {}), vin, value, soon=soon)

    def _set(self, section: dict[str, Any], key: str, value: Any, *, soon: bool = True) -> None:
        """Set a value, and schedule a write if it has changed."""
        if self._closed or section.get(key) == value:
            return
        section[key] = value
        self._file.changed(soon=soon)


def _list(value: Any) -> list[str]:
    """Return the strings of a list, none of anything else."""
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []
