"""What outlives a restart of Home Assistant: the cloud's session, and for each car its plan and the week last set."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, Protocol

from homeassistant.core import HomeAssistant
from homeassistant.helpers.storage import Store
from homeassistant.util.hass_dict import HassKey

from .cloud.models import ChargeSchedule, DoNotDisturb
from .cloud.orders import Command
from .codec import UNREADABLE, dump, load
from .const import DEFAULT_QUIET_HOURS, DOMAIN, LOGGER
from .disabling import Disabled, begun, ended
from .journeys import Journal

_VERSION = 1
# Schedules may wait for a quiet moment; the session may not, its tokens are only good in pairs.
_SAVE_DELAY = 1
# What is kept of each car, by its number.
_OF_CARS = ("schedules", "quiet_hours", "plans", "unread_plans", "commands", "journals", "zones", "disabled")

_HANDED_OVER: HassKey[dict[str, dict[str, Any]]] = HassKey(f"{DOMAIN}.handed_over")


class Keeper(Protocol):
    """Who keeps the session of a cloud."""

    @property
    def session(self) -> dict[str, Any] | None:
        """Return the session, None where there is none yet."""

    def remember_session(self, session: dict[str, Any]) -> None:
        """Keep the session."""


class Bearer:
    """A session that begins while somebody signs in, and then is its entry's: a code is asked for once."""

    def __init__(self, session: dict[str, Any] | None = None) -> None:
        """Begin with nothing, or with what an entry's last session left."""
        self.session = session

    def remember_session(self, session: dict[str, Any]) -> None:
        """Keep the session until it is handed over."""
        self.session = session

    def hand_over(self, hass: HomeAssistant, account: str) -> None:
        """Leave the session for the entry of an account, by its unique id."""
        if self.session is not None:
            hass.data.setdefault(_HANDED_OVER, {})[account] = self.session


class Memory:
    """The stored memory of one entry; private, since it holds tokens."""

    def __init__(self, hass: HomeAssistant, entry_id: str) -> None:
        """Name the file after the entry."""
        self._hass = hass
        self._store = Store[dict[str, Any]](hass, _VERSION, f"{DOMAIN}.{entry_id}", private=True)
        self._content: dict[str, Any] = {}
        self._unsaved = False

    async def load(self, account: str | None) -> None:
        """Read what an earlier run left, and take up the session of who has just signed in to an account."""
        self._content = await self._store.async_load() or {}
        if account is not None and (session := self._hass.data.get(_HANDED_OVER, {}).pop(account, None)) is not None:
            self.remember_session(session)

    async def flush(self) -> None:
        """Write at once what still waits: the next run of the entry reads the file, and a removed one leaves none."""
        if self._unsaved:
            await self._store.async_save(self._saved())

    async def remove(self) -> None:
        """Forget everything."""
        await self._store.async_remove()

    @property
    def session(self) -> dict[str, Any] | None:
        """Return the cloud's session."""
        return self._content.get("session")

    def remember_session(self, session: dict[str, Any]) -> None:
        """Keep the cloud's session."""
        self._content["session"] = session
        self._save()

    def wanted_schedule(self, vin: str) -> ChargeSchedule | None:
        """Return the week last set here, None if none ever was."""
        return self._stored(ChargeSchedule, "schedules", vin)

    def want_schedule(self, vin: str, schedule: ChargeSchedule) -> None:
        """Keep the week that the car is meant to hold."""
        self._content.setdefault("schedules", {})[vin] = dump(schedule)
        self._save()

    def quiet_hours(self, vin: str) -> DoNotDisturb:
        """Return the daily silence in force, else the one to be used when it is next switched on."""
        return self._stored(DoNotDisturb, "quiet_hours", vin) or DEFAULT_QUIET_HOURS

    def remember_quiet_hours(self, vin: str, quiet: DoNotDisturb) -> None:
        """Keep a daily silence, also for when it is switched on again."""
        if quiet == self.quiet_hours(vin):
            return
        self._content.setdefault("quiet_hours", {})[vin] = dump(quiet)
        self._save()

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
        self._content.setdefault("commands", {})[vin] = dump(command)
        self._save()

    def plan(self, vin: str) -> dict[str, Any] | None:
        """Return the plan of a vehicle as JSON, None if it has none."""
        plan: dict[str, Any] | None = self._content.get("plans", {}).get(vin)
        return plan

    def remember_plan(self, vin: str, plan: dict[str, Any]) -> None:
        """Keep the plan of a vehicle."""
        self._content.setdefault("plans", {})[vin] = plan
        self._save()

    def salvage_plan(self, vin: str, plan: dict[str, Any], lost: Collection[str]) -> None:
        """Keep what could be read of the plan of a vehicle, and set the whole aside."""
        LOGGER.warning("What was stored of the plan cannot be read and is left out: %s", ", ".join(lost))
        self._content.setdefault("unread_plans", {})[vin] = self._content["plans"][vin]
        self.remember_plan(vin, plan)

    def journal(self, vin: str) -> Journal:
        """Return the journal of a vehicle."""
        return self._stored(Journal, "journals", vin) or Journal()

    def remember_journal(self, vin: str, journal: Journal) -> None:
        """Keep the journal of a vehicle."""
        self._content.setdefault("journals", {})[vin] = dump(journal)
        self._save()

    def zone(self, vin: str) -> str | None:
        """Return the name of the time zone a vehicle's plan was last kept in."""
        zone: str | None = self._content.get("zones", {}).get(vin)
        return zone

    def remember_zone(self, vin: str, zone: str) -> None:
        """Keep the name of the time zone a vehicle's plan is kept in."""
        if zone != self.zone(vin):
            self._content.setdefault("zones", {})[vin] = zone
            self._save()

    def disabled(self, vin: str) -> tuple[Disabled, ...]:
        """Return when a vehicle's account or device was disabled lately."""
        return self._stored(tuple[Disabled, ...], "disabled", vin) or ()

    def note_disabled(self, vin: str, now: datetime, *, disabled: bool) -> None:
        """Keep since when a vehicle's account or device is disabled, or until when it was."""
        spans = self.disabled(vin)
        changed = begun(spans, now) if disabled else ended(spans, now)
        if changed != spans:
            self._content.setdefault("disabled", {})[vin] = dump(changed)
            self._save()

    def of_car(self, vin: str) -> dict[str, Any]:
        """Return all that is kept of a vehicle, for the entry that takes it over."""
        kept = {section: self._content.get(section, {}) for section in _OF_CARS}
        return {section: found[vin] for section, found in kept.items() if vin in found}

    def take_over(self, vin: str, kept: Mapping[str, Any]) -> None:
        """Keep what another entry kept of a vehicle, in the place of what was known of that here."""
        for section, value in kept.items():
            self._content.setdefault(section, {})[vin] = value
        self._save()

    def _stored[T](self, kind: type[T], section: str, vin: str) -> T | None:
        """Return what was stored of a vehicle; what another version wrote otherwise says nothing."""
        stored = self._content.get(section, {}).get(vin)
        try:
            return None if stored is None else load(kind, stored)
        except UNREADABLE:
            LOGGER.warning("What was stored cannot be read and is left out: %s", section)
            return None

    def _save(self) -> None:
        """Write soon, and in any case before Home Assistant ends."""
        self._unsaved = True
        self._store.async_delay_save(self._saved, _SAVE_DELAY)

    def _saved(self) -> dict[str, Any]:
        """Return what is written."""
        self._unsaved = False
        return self._content
