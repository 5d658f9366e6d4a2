"""What outlives a restart of Home Assistant: the cloud's session, and for each car its plan and the week last set."""

from collections.abc import Callable, Mapping
from copy import deepcopy
from datetime import datetime
from typing import Any, Protocol

from homeassistant.core import HomeAssistant
from homeassistant.util.hass_dict import HassKey

from ..cloud.codec import dump, load
from ..cloud.models import ChargeSchedule, DoNotDisturb
from ..const import DOMAIN, LOGGER
from ..plan.settings import Disabled, spans_by_now, with_begun, with_ended
from ..vehicle.state import Command
from ..vehicle.trips import Journal
from .file import ALL, OF_CARS, Lost, StoredFile, salvaged

_HANDED_OVER: HassKey[dict[str, dict[str, Any]]] = HassKey(f"{DOMAIN}.handed_over")
_OPEN: HassKey[dict[str, Memory]] = HassKey(f"{DOMAIN}.open")


class Keeper(Protocol):
    """Who keeps the session of a cloud."""

    @property
    def session(self) -> dict[str, Any] | None:
        """Return the session, None where there is none yet."""

    def remember_session(self, session: dict[str, Any]) -> None:
        """Keep the session."""

    def note_session(self, session: dict[str, Any]) -> None:
        """Keep a session in which nothing has changed that a new login would not make up for."""

    async def flush(self) -> bool:
        """Write at once what still waits, and tell whether all of it is on the disk."""


class Bearer:
    """A session that begins while somebody signs in, and then is its entry's: a code is asked for once."""

    def __init__(self, session: dict[str, Any] | None = None) -> None:
        """Begin with nothing, or with what an entry's last session left."""
        self.session = session

    def remember_session(self, session: dict[str, Any]) -> None:
        """Keep the session until it is handed over."""
        self.session = session

    note_session = remember_session

    async def flush(self) -> bool:
        """Write nothing: what is handed over is written then."""
        return True

    def hand_over(self, hass: HomeAssistant, account: str) -> None:
        """Leave the session for the entry of an account, by its unique id."""
        if self.session is not None:
            hass.data.setdefault(_HANDED_OVER, {})[account] = self.session


class Memory:
    """What is stored of one entry; private, since it holds tokens.

    Each run of an entry opens its own and closes it: what belongs to an earlier run changes nothing any more.
    """

    def __init__(self, hass: HomeAssistant, entry_id: str, report: Callable[[bool], None] | None = None) -> None:
        """Name the file after the entry; `report` is told of each write whether it succeeded."""
        self._hass = hass
        self._entry_id = entry_id
        self._open = hass.data.setdefault(_OPEN, {})
        self._file = StoredFile(hass, f"{DOMAIN}.{entry_id}", lambda: self._content, report)
        self._content: dict[str, Any] = {}
        self._damaged: frozenset[str] = frozenset()
        self._closed = False

    async def load(self, account: str | None) -> None:
        """Take up what an earlier run left, and take up the session of who has just signed in to an account."""
        earlier = self._open.get(self._entry_id)
        if earlier is not None and await self._succeed(earlier):
            self._content = deepcopy(earlier._content)  # noqa: SLF001
        else:
            self._content, lost = salvaged(await self._file.read())
            self._note_damage(lost)
        self._damaged = frozenset(_list(self._content.get("untold")))
        self._open[self._entry_id] = self
        if account is not None and (session := self._hass.data.get(_HANDED_OVER, {}).pop(account, None)) is not None:
            self.remember_session(session)

    async def _succeed(self, earlier: Memory) -> bool:
        """Take the place of an earlier run, and tell whether there is content of that left to write."""
        await earlier.close()
        return await self._file.succeed(earlier._file)

    @staticmethod
    async def peek(hass: HomeAssistant, entry_id: str) -> Memory:
        """Return what is stored of an entry as it is now, loaded or not, to be read only."""
        if (found := hass.data.get(_OPEN, {}).get(entry_id)) is not None:
            return found
        memory = Memory(hass, entry_id)
        memory._content, _ = salvaged(await memory._file.read())
        await memory.close()
        return memory

    @staticmethod
    async def bequeath(hass: HomeAssistant, entry_id: str, vin: str, kept: Mapping[str, Any]) -> None:
        """Store with an entry, loaded or not, what another one kept of a car that it will take over."""
        memory = found = hass.data.get(_OPEN, {}).get(entry_id)
        if memory is None or memory._closed:  # noqa: SLF001
            memory = Memory(hass, entry_id)
            await memory.load(None)
        memory.take_over(vin, kept)
        memory._keep(memory._content, "inherited", sorted({*_list(memory._content.get("inherited")), vin}))
        await (memory.flush() if memory is found else memory.close())

    async def flush(self) -> bool:
        """Write at once what still waits, and tell whether all of it is on the disk."""
        return await self._file.flush()

    async def close(self) -> None:
        """Change nothing any more, and write what still waits, once there is room, or leave it to the next run."""
        self._closed = True
        await self._file.close()
        if not self._file.unsaved and self._open.get(self._entry_id) is self:
            del self._open[self._entry_id]

    async def remove(self) -> None:
        """Forget everything."""
        self._closed = True
        self._open.pop(self._entry_id, None)
        await self._file.remove()

    def is_damaged(self, vin: str) -> bool:
        """Return whether something stored of a vehicle could not be read, now or by a run that told nobody."""
        return not self._damaged.isdisjoint({vin, ALL})

    def damage_is_told(self) -> None:
        """Let the next run say nothing of what could not be read."""
        if self._damaged:
            self._keep(self._content, "untold", [])

    @property
    def session(self) -> dict[str, Any] | None:
        """Return the cloud's session."""
        return self._content.get("session")

    def remember_session(self, session: dict[str, Any]) -> None:
        """Keep the cloud's session."""
        self._keep(self._content, "session", session)

    def note_session(self, session: dict[str, Any]) -> None:
        """Keep a session in which nothing has changed that a new login would not make up for."""
        self._keep(self._content, "session", session, soon=False)

    def wanted_schedule(self, vin: str) -> ChargeSchedule | None:
        """Return the week last set here, None if none ever was."""
        return self._stored(ChargeSchedule, "schedules", vin)

    def want_schedule(self, vin: str, schedule: ChargeSchedule) -> None:
        """Keep the week that the car is meant to hold."""
        self._remember("schedules", vin, dump(schedule))

    def quiet_hours(self, vin: str) -> DoNotDisturb | None:
        """Return the do-not-disturb hours of a vehicle, None if there are none."""
        return self._stored(DoNotDisturb, "quiet_hours", vin)

    def store_quiet_hours(self, vin: str, hours: DoNotDisturb) -> None:
        """Store the do-not-disturb hours of a vehicle."""
        self._remember("quiet_hours", vin, dump(hours))

    @property
    def plans(self) -> dict[str, dict[str, Any]]:
        """Return the plans of all vehicles as JSON, by their number."""
        return dict(self._content.get("plans", {}))

    def command(self, vin: str, now: datetime) -> Command | None:
        """Return the last order of an earlier run, which is not followed any more; None if none was ever given."""
        command = self._stored(Command, "commands", vin)
        return None if command is None else command.left(now)

    def remember_command(self, vin: str, command: Command) -> None:
        """Keep the last order and how far it has come."""
        self._remember("commands", vin, dump(command))

    def plan(self, vin: str) -> dict[str, Any] | None:
        """Return the plan of a vehicle as JSON, None if it has none."""
        return self.plans.get(vin)

    def remember_plan(self, vin: str, plan: dict[str, Any]) -> None:
        """Keep the plan of a vehicle."""
        self._remember("plans", vin, plan)

    def journal(self, vin: str) -> Journal:
        """Return the journal of a vehicle."""
        return self._stored(Journal, "journals", vin) or Journal()

    def remember_journal(self, vin: str, journal: Journal) -> None:
        """Keep the journal of a vehicle."""
        self._remember("journals", vin, dump(journal))

    def zone(self, vin: str) -> str | None:
        """Return the name of the time zone a vehicle's plan was last kept in."""
        return self._stored(str, "zones", vin)

    def remember_zone(self, vin: str, zone: str) -> None:
        """Keep the name of the time zone a vehicle's plan is kept in."""
        self._remember("zones", vin, zone)

    def disabled(self, vin: str, now: datetime) -> tuple[Disabled, ...]:
        """Return when a vehicle's account or device was disabled lately."""
        return spans_by_now(self._disabled(vin), now)

    def note_disabled(self, vin: str, now: datetime, *, disabled: bool) -> None:
        """Keep since when a vehicle's account or device is disabled, or until when it was."""
        spans = self._disabled(vin)
        changed = with_begun(spans, now) if disabled else with_ended(spans, now)
        if changed != spans:
            self._remember("disabled", vin, dump(changed))

    def _disabled(self, vin: str) -> tuple[Disabled, ...]:
        """Return when a vehicle's account or device was disabled, as it was noted."""
        return self._stored(tuple[Disabled, ...], "disabled", vin) or ()

    def of_car(self, vin: str) -> dict[str, Any]:
        """Return all that is kept of a vehicle, for the entry that takes it over."""
        kept = {section: self._content.get(section, {}) for section in OF_CARS}
        return {section: found[vin] for section, found in kept.items() if vin in found}

    def take_over(self, vin: str, kept: Mapping[str, Any]) -> None:
        """Keep what another entry kept of a vehicle, in the place of what was known of that here."""
        for section, value in kept.items():
            self._remember(section, vin, value)
        if vin in (inherited := _list(self._content.get("inherited"))):
            self._keep(self._content, "inherited", [each for each in inherited if each != vin])

    def inherited(self, vin: str) -> dict[str, Any] | None:
        """Return what a removed entry left of a vehicle that has not been taken over yet."""
        return self.of_car(vin) if vin in _list(self._content.get("inherited")) else None

    def _note_damage(self, lost: Lost) -> None:
        """Write down that what cannot be read is now beside the rest, and that it has yet to be told."""
        if lost:
            names = sorted({name for each in lost.values() for name in each})
            LOGGER.warning("Stored data cannot be read and is set aside: %s", ", ".join(names))
            self._keep(self._content, "untold", sorted({*_list(self._content.get("untold")), *lost}))

    def _stored[T](self, kind: type[T], section: str, vin: str) -> T | None:
        """Return what was stored of a vehicle."""
        stored = self._content.get(section, {}).get(vin)
        return None if stored is None else load(kind, stored)

    def _remember(self, section: str, vin: str, value: Any) -> None:
        """Keep something of a vehicle."""
        self._keep(self._content.setdefault(section, {}), vin, value)

    def _keep(self, where: dict[str, Any], key: str, value: Any, *, soon: bool = True) -> None:
        """Keep what has changed, and have it written in time."""
        if self._closed or where.get(key) == value:
            return
        where[key] = value
        self._file.changed(soon=soon)


def _list(value: Any) -> list[str]:
    """Return the texts of a list, none of anything else."""
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []
