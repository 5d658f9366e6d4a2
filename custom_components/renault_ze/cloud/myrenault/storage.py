"""What outlives a restart: the log-in, and what was learnt of the account and its cars."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
import math
from typing import Any, NamedTuple

from ..models import ChargeWindow
from ..protocol import SYSTEM_CLOCK, Clock
from ..schedule import A_FEW_MINUTES, is_ahead
from . import programs

# A contract may be renewed, and a server repaired: what was refused is asked for again after a week.
_BELIEVED = timedelta(days=7)
_EVER = datetime(2000, 1, 1, tzinfo=UTC)
# No pause is longer (`budget`).
_LONGEST_PAUSE = timedelta(minutes=15)
_ORDER = "actions/"
# So many requests are worth a write of their own: a crash must not refill the budget by more.
_MANY_REQUESTS = 12.0


class Requests(NamedTuple):
    """How many requests an account had left, and when."""

    left: float
    at: datetime

    def age(self, now: datetime) -> timedelta:
        """Return how long ago that was; an instant from the future was taken while the clock was wrong."""
        return timedelta() if is_ahead(self.at, now, timedelta()) else now - self.at


@dataclass(kw_only=True)
class Copy:
    """The week a car was last seen to hold or was given, and how it stood on the wire, None if it was not ours.

    Cars of the second generation forget theirs as soon as they charge at once: `aside_since` is when one was told to,
    and is to have its week back. `replaced` is how the same week stood there before it was sent again for another
    clock's sake.
    """

    windows: tuple[ChargeWindow, ...]
    sent: programs.Programs | None = None
    sent_at: datetime | None = None
    replaced: programs.Programs | None = None
    aside_since: datetime | None = None

    def put_right(self, now: datetime) -> Copy:
        """Return the same week without instants to come, which were noted while the clock was ahead, in their order."""
        noted = [at for at in (self.sent_at, self.aside_since) if at is not None]
        ahead = [at for at in noted if is_ahead(at, now, A_FEW_MINUTES)]
        right = {at: at - (max(ahead) - now) for at in ahead}
        sent_at = self.sent_at and right.get(self.sent_at, self.sent_at)
        aside_since = self.aside_since and right.get(self.aside_since, self.aside_since)
        return replace(self, sent_at=sent_at, aside_since=aside_since)


@dataclass(kw_only=True)
class Memory:
    """The memory of one account; it holds tokens, and no keys: those change, and come with the library."""

    owner: str
    on_change: Callable[[dict[str, Any]], None] | None = None
    on_request: Callable[[dict[str, Any]], None] | None = None
    flush: Callable[[], Awaitable[Any]] | None = None
    clock: Clock = SYSTEM_CLOCK
    login_token: str | None = None
    device_ids: dict[str, str] = field(default_factory=dict)
    garage: str | None = None
    probed: list[str] = field(default_factory=list)
    refused: dict[str, dict[str, datetime]] = field(default_factory=dict)
    copies: dict[str, Copy] = field(default_factory=dict)
    unanswered: dict[str, Copy] = field(default_factory=dict)
    paused_until: datetime = _EVER
    requests: Requests | None = None
    most_requests: float = math.inf

    def load(self, stored: Mapping[str, Any] | None) -> None:
        """Take up what an earlier run left for the same owner; what cannot be read is forgotten."""
        if stored is None or stored.get("owner") != self.owner:
            return
        self.login_token = _text(stored.get("login_token"))
        self.garage = _text(stored.get("garage"))
        self.device_ids = _texts(stored.get("device_ids"))
        probed = stored.get("probed")
        self.probed = [vin for vin in probed if isinstance(vin, str)] if isinstance(probed, list) else []
        self.refused = {vin: _instants(refused) for vin, refused in _object(stored.get("refused")).items()}
        self.copies = _copies(stored.get("schedules"))
        self.unanswered = _copies(stored.get("unanswered"))
        self.paused_until = _instant(_text(stored.get("paused_until")) or "") or _EVER
        self.requests = _requests(stored.get("requests"))

    def stored(self) -> dict[str, Any]:
        """Return all of it as JSON would, marked with its owner: a token is shown to nobody else's server."""
        return {
            "owner": self.owner,
            "login_token": self.login_token,
            "device_ids": dict(self.device_ids),
            "garage": self.garage,
            "probed": list(self.probed),
            "refused": {
                vin: {endpoint: at.isoformat() for endpoint, at in refused.items()}
                for vin, refused in self.refused.items()
            },
            "schedules": {vin: _stored_copy(copy) for vin, copy in self.copies.items()},
            "unanswered": {vin: _stored_copy(copy) for vin, copy in self.unanswered.items()},
            "paused_until": self.paused_until.isoformat(),
            "requests": None if (count := self.requests) is None else {"left": count.left, "at": count.at.isoformat()},
        }

    def changed(self) -> None:
        """Hand it over to be kept."""
        self.most_requests = math.inf if self.requests is None else self.requests.left
        if self.on_change is not None:
            self.on_change(self.stored())

    async def write(self) -> None:
        """Have written at once what was handed over: what is sent next may arrive, whether or not it is answered."""
        if self.flush is not None:
            await self.flush()

    def note_requests(self, left: float) -> None:
        """Keep how many requests are left: a write is due for the first of a run, and each time many were made."""
        self.requests = Requests(left, self.clock.now())
        self.most_requests = max(self.most_requests, left)
        if self.most_requests - left >= _MANY_REQUESTS:
            self.changed()
        elif self.on_request is not None:
            self.on_request(self.stored())

    @property
    def pause(self) -> timedelta:
        """Return how much is left of the pause a server asked for; a set-up that is tried again is a new run."""
        now = self.clock.now()
        ahead = is_ahead(self.paused_until, now, _LONGEST_PAUSE)
        return timedelta() if ahead else max(self.paused_until - now, timedelta())

    def note_pause(self, span: timedelta) -> None:
        """Keep that nothing may be asked for a while."""
        self.paused_until = self.clock.now() + span
        self.changed()

    def note_probed(self, vin: str) -> None:
        """Keep that a car's endpoints have all been tried."""
        self.probed.append(vin)
        self.changed()

    def note_refused(self, vin: str, endpoint: str) -> None:
        """Keep that the server does not serve an endpoint for a car."""
        self.refused.setdefault(vin, {})[endpoint] = self.clock.now()
        self.changed()

    def doubt(self, vin: str, endpoint: str) -> None:
        """Take an endpoint for refused until it is served, unless more is known of it."""
        self.refused.setdefault(vin, {}).setdefault(endpoint, _EVER)

    def note_served(self, vin: str, endpoint: str) -> None:
        """Keep that the server serves an endpoint for a car, whatever it said before."""
        if self.refused.get(vin, {}).pop(endpoint, None) is not None:
            self.changed()

    def refuses(self, vin: str, endpoint: str) -> bool:
        """Tell whether the server refused an endpoint and has not served it since; an order is worth a try in time."""
        at = self.refused.get(vin, {}).get(endpoint)
        return at is not None and not (endpoint.startswith(_ORDER) and self._long_ago(at))

    def long_refused(self, vin: str) -> frozenset[str]:
        """Return the endpoints whose refusal is so old that they are worth a try."""
        return frozenset(endpoint for endpoint, at in self.refused.get(vin, {}).items() if self._long_ago(at))

    def _long_ago(self, at: datetime) -> bool:
        """Tell whether a refusal is no longer believed without asking, as none is from while the clock was ahead."""
        now = self.clock.now()
        return now - at >= _BELIEVED or is_ahead(at, now, A_FEW_MINUTES)

    def put_right(self, vin: str) -> None:
        """Put right what was noted of the week of a car while the clock was ahead."""
        now = self.clock.now()
        for copies in (self.copies, self.unanswered):
            if vin in copies:
                copies[vin] = copies[vin].put_right(now)

    def keep_copy(self, vin: str, copy: Copy) -> None:
        """Keep the week of a car; one that was sent to it takes the place of all that were sent before."""
        if copy.sent is not None:
            self.unanswered.pop(vin, None)
        if self.copies.get(vin) != copy:
            self.copies[vin] = copy
            self.changed()

    def keep_unanswered(self, vin: str, copy: Copy | None) -> None:
        """Keep a week that is sent to a car and may have arrived, if any."""
        if copy is None:
            self.unanswered.pop(vin, None)
        else:
            self.unanswered[vin] = copy
        self.changed()


def signed_out(stored: Mapping[str, Any]) -> dict[str, Any]:
    """Return what was stored without the log-in: a password is to be tried, and the rest is still true."""
    return {**stored, "login_token": None}


def _text(value: Any) -> str | None:
    """Return a text that is not empty."""
    return value if isinstance(value, str) and value else None


def _object(value: Any) -> dict[str, Any]:
    """Return an object, an empty one for anything else."""
    return value if isinstance(value, dict) else {}


def _texts(value: Any) -> dict[str, str]:
    """Return the texts of an object."""
    return {key: text for key, text in _object(value).items() if isinstance(text, str)}


def _instants(value: Any) -> dict[str, datetime]:
    """Return the instants of an object."""
    found = {key: _instant(text) for key, text in _texts(value).items()}
    return {key: at for key, at in found.items() if at is not None}


def _instant(text: str) -> datetime | None:
    """Return an instant that was stored, None for anything else."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return None if at.tzinfo is None else at


def _requests(value: Any) -> Requests | None:
    """Return how many requests were left."""
    left, at = _object(value).get("left"), _instant(_text(_object(value).get("at")) or "")
    if at is None or isinstance(left, bool) or not isinstance(left, int | float):
        return None
    return Requests(left, at)


def _copies(stored: Any) -> dict[str, Copy]:
    """Return the weeks of cars that can be read."""
    found = {vin: _copy(copy) for vin, copy in _object(stored).items()}
    return {vin: copy for vin, copy in found.items() if copy is not None}


def _copy(stored: Any) -> Copy | None:
    """Return the week of a car, None where it cannot be read."""
    found = _object(stored)
    try:
        windows = programs.restored(found["windows"])
    except KeyError, ValueError, TypeError, OverflowError:
        return None
    return Copy(
        windows=windows,
        sent=_programs(found.get("sent")),
        sent_at=_instant(_text(found.get("sent_at")) or ""),
        replaced=_programs(found.get("replaced")),
        aside_since=_instant(_text(found.get("aside_since")) or ""),
    )


def _stored_copy(copy: Copy) -> dict[str, Any]:
    """Return the week of a car as JSON would."""
    return {
        "windows": programs.stored(copy.windows),
        "sent": copy.sent,
        "sent_at": None if copy.sent_at is None else copy.sent_at.isoformat(),
        "replaced": copy.replaced,
        "aside_since": None if copy.aside_since is None else copy.aside_since.isoformat(),
    }


def _programs(value: Any) -> programs.Programs | None:
    """Return programs, None for anything else."""
    return value if isinstance(value, list) else None
