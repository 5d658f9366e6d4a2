"""What an account stores across restarts: the login, and what is known about the account and its cars."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
import math
from typing import Any

from ..codec import dump, load_or_none
from ..protocol import SYSTEM_CLOCK, Clock
from ..response import as_object
from ..schedule import is_ahead
from .capabilities import UNCERTAIN
from .schedule_copy import ScheduleCopy, SentPrograms, dump_copy, load_copies, load_sent_programs
from .suspension import KeptSchedule, Suspension, load_kept, load_suspensions

_EVER = datetime(2000, 1, 1, tzinfo=UTC)
# No pause is longer, see `quota`.
_LONGEST_PAUSE = timedelta(minutes=15)
# After so many requests the count is written: a crash must not refill the quota by more.
_UNSAVED_REQUESTS = 12.0


@dataclass(frozen=True)
class RequestsLeft:
    """The number of requests an account had left, and when."""

    left: float
    at: datetime

    def stored(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {"left": self.left, "at": self.at.isoformat()}

    def age(self, now: datetime) -> timedelta:
        """Return how long ago that was; a time in the future was recorded while the clock was wrong."""
        return timedelta() if is_ahead(self.at, now, timedelta()) else now - self.at


@dataclass(kw_only=True)
class AccountStorage:
    """The storage of one account; it contains tokens, but no API keys, which change and come with the library."""

    owner: str
    on_change: Callable[[dict[str, Any]], None] | None = None
    on_request: Callable[[dict[str, Any]], None] | None = None
    flush: Callable[[], Awaitable[Any]] | None = None
    clock: Clock = SYSTEM_CLOCK
    login_token: str | None = None
    device_ids: dict[str, str] = field(default_factory=dict)
    account_id: str | None = None
    endpoints: dict[str, dict[str, bool]] = field(default_factory=dict)
    copies: dict[str, ScheduleCopy] = field(default_factory=dict)
    unanswered: dict[str, ScheduleCopy] = field(default_factory=dict)
    kept: dict[str, KeptSchedule] = field(default_factory=dict)
    suspensions: dict[str, Suspension] = field(default_factory=dict)
    sent_programs: dict[str, SentPrograms] = field(default_factory=dict)
    routes: dict[str, dict[str, str]] = field(default_factory=dict)
    commands_refused: dict[str, datetime] = field(default_factory=dict)
    paused_until: datetime = _EVER
    requests: RequestsLeft | None = None
    saved_requests: float = math.inf
    _saved: dict[str, Any] | None = None

    def load(self, stored: Mapping[str, Any] | None) -> None:
        """Load what was stored for the same owner; invalid values are dropped."""
        if stored is None or stored.get("owner") != self.owner:
            return
        self.login_token = _text(stored.get("login_token"))
        self.account_id = _text(stored.get("garage"))
        self.device_ids = _texts(stored.get("device_ids"))
        self.endpoints = _endpoints(stored)
        self.copies = load_copies(stored.get("schedules"))
        self.unanswered = load_copies(stored.get("unanswered"))
        self.kept = load_kept(stored.get("kept"))
        self.suspensions = load_suspensions(stored.get("suspended"), stored.get("schedules"))
        self.sent_programs = load_sent_programs(stored.get("sent_programs"))
        self.routes = {vin: _texts(routes) for vin, routes in as_object(stored.get("routes")).items()}
        self.commands_refused = _times(stored.get("commands_refused"))
        self.paused_until = load_or_none(datetime, stored.get("paused_until")) or _EVER
        self.requests = load_or_none(RequestsLeft, stored.get("requests"))

    def stored(self) -> dict[str, Any]:
        """Return the content as JSON, with its owner: a token must not be sent to another server."""
        return {
            "owner": self.owner,
            "login_token": self.login_token,
            "device_ids": dict(self.device_ids),
            "garage": self.account_id,
            "endpoints": {vin: dict(served) for vin, served in self.endpoints.items()},
            "schedules": {vin: dump_copy(copy) for vin, copy in self.copies.items()},
            "unanswered": {vin: dump_copy(copy) for vin, copy in self.unanswered.items()},
            "kept": dump(self.kept),
            "suspended": dump(self.suspensions),
            "sent_programs": dump(self.sent_programs),
            "routes": {vin: dict(routes) for vin, routes in self.routes.items()},
            "commands_refused": dump(self.commands_refused),
            "paused_until": dump(self.paused_until),
            "requests": self.requests and self.requests.stored(),
        }

    def save(self) -> None:
        """Pass the content to the storage callback."""
        self.saved_requests = math.inf if self.requests is None else self.requests.left
        self._saved = self.stored()
        if self.on_change is not None:
            self.on_change(self._saved)

    async def write(self) -> None:
        """Write what was saved at once, because the next request may arrive without a response."""
        if self.flush is not None:
            await self.flush()

    def set_requests_left(self, left: float) -> None:
        """Set the number of requests left, and save it at first and after every few requests."""
        self.requests = RequestsLeft(left, self.clock.now())
        self.saved_requests = max(self.saved_requests, left)
        if self.saved_requests - left >= _UNSAVED_REQUESTS:
            self.save()
        elif self.on_request is not None:
            # All other changes are saved at once, and this is for each request.
            self._saved = {**(self._saved or self.stored()), "requests": self.requests.stored()}
            self.on_request(self._saved)

    @property
    def pause(self) -> timedelta:
        """Return how much is left of the pause a server asked for; it survives a retried setup."""
        now = self.clock.now()
        ahead = is_ahead(self.paused_until, now, _LONGEST_PAUSE)
        return timedelta() if ahead else max(self.paused_until - now, timedelta())

    def set_pause(self, span: timedelta) -> None:
        """Set a pause without requests."""
        self.paused_until = self.clock.now() + span
        self.save()

    def set_served(self, vin: str, endpoint: str) -> None:
        """Remember that the server has served an endpoint for a car."""
        if not self.was_served(vin, endpoint):
            self.endpoints.setdefault(vin, {})[endpoint] = True
            self.save()

    def set_refused(self, vin: str, endpoint: str) -> None:
        """Remember that the server refuses an endpoint; one that it has served before is assumed to exist."""
        if self.was_served(vin, endpoint) is None:
            self.endpoints.setdefault(vin, {})[endpoint] = False
            self.save()

    def was_served(self, vin: str, endpoint: str) -> bool | None:
        """Return whether an endpoint was ever served, None if it was not tried or failed in another way."""
        return self.endpoints.get(vin, {}).get(endpoint)

    def set_route(self, vin: str, kind: str, route: str) -> None:
        """Remember the route over which a command had its effect."""
        known = self.routes.setdefault(vin, {})
        if known.get(kind) != route:
            known[kind] = route
            self.save()

    def set_commands_refused(self, vin: str, at: datetime | None) -> None:
        """Remember when a car refused a command because it accepts no remote commands, None if it has accepted one."""
        if at is not None:
            self.commands_refused[vin] = at
        elif self.commands_refused.pop(vin, None) is None:
            return
        self.save()

    def correct_times(self, vin: str) -> None:
        """Correct the times of a car's schedules that were recorded while the clock was ahead."""
        now = self.clock.now()
        for copies in (self.copies, self.unanswered):
            if vin in copies:
                copies[vin] = copies[vin].without_future_times(now)
        if vin in self.suspensions:
            self.suspensions[vin] = self.suspensions[vin].without_future_times(now)

    def set_copy(self, vin: str, copy: ScheduleCopy) -> None:
        """Set the copy of a car's schedule; one that was sent replaces what was sent without a response."""
        if copy.sent is not None:
            self.unanswered.pop(vin, None)
        if self.copies.get(vin) != copy:
            self.copies[vin] = copy
            self.save()

    def set_kept(self, vin: str, kept: KeptSchedule) -> None:
        """Remember the schedule that a car has shown last."""
        if self.kept.get(vin) != kept:
            self.kept[vin] = kept
            self.save()

    def set_suspension(self, vin: str, suspension: Suspension | None) -> None:
        """Set the suspended schedule of a car, None if it has its own."""
        if self.suspensions.get(vin) == suspension:
            return
        if suspension is None:
            self.suspensions.pop(vin, None)
        else:
            self.suspensions[vin] = suspension
        self.save()

    def set_sent_programs(self, vin: str, sent: SentPrograms | None) -> None:
        """Set the programs last sent to a car, None if there are none."""
        if sent is None:
            self.sent_programs.pop(vin, None)
        else:
            self.sent_programs[vin] = sent
        self.save()

    def set_unanswered(self, vin: str, copy: ScheduleCopy | None) -> None:
        """Set the schedule that was sent to a car without a response, None if there is none."""
        if copy is None:
            self.unanswered.pop(vin, None)
        else:
            self.unanswered[vin] = copy
        self.save()


def signed_out(stored: Mapping[str, Any]) -> dict[str, Any]:
    """Return stored content without the login, which is replaced by a new one."""
    return {**stored, "login_token": None}


def _text(value: Any) -> str | None:
    """Return a text that is not empty, None for anything else."""
    return value if isinstance(value, str) and value else None


def _texts(value: Any) -> dict[str, str]:
    """Return the texts of an object."""
    return {key: text for key, text in as_object(value).items() if isinstance(text, str)}


def _endpoints(stored: Mapping[str, Any]) -> dict[str, dict[str, bool]]:
    """Return by VIN whether each endpoint was ever served."""
    if "endpoints" not in stored:
        return _earlier_endpoints(stored)
    return {
        vin: {name: served for name, served in as_object(found).items() if isinstance(served, bool)}
        for vin, found in as_object(stored["endpoints"]).items()
    }


def _earlier_endpoints(stored: Mapping[str, Any]) -> dict[str, dict[str, bool]]:
    """Return the endpoints as stored until November 2026: refused ones by VIN, and the cars with which all were tried.

    A refused endpoint may have been served before; it is tried again at the start. Commands are always sent.
    """
    refused, probed = as_object(stored.get("refused")), stored.get("probed")
    served = dict.fromkeys(UNCERTAIN, True)
    tried = {vin: dict(served) for vin in probed if isinstance(vin, str)} if isinstance(probed, list) else {}
    for vin, names in refused.items():
        tried.setdefault(vin, {}).update(dict.fromkeys(as_object(names).keys() & served.keys(), False))
    return tried


def _times(value: Any) -> dict[str, datetime]:
    """Return the times of an object."""
    found = {key: load_or_none(datetime, text) for key, text in as_object(value).items()}
    return {key: at for key, at in found.items() if at is not None}
