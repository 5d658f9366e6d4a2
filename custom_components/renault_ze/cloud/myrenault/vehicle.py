"""One car: what is read of it and sent to it, by what its cloud can do."""

import asyncio
from calendar import monthrange
from collections.abc import Awaitable, Callable, Iterable
from datetime import UTC, date, datetime, tzinfo
from typing import Any

from renault_api.renault_vehicle import RenaultVehicle

from ..exceptions import AuthenticationError, CloudError, ThrottledError, UnsupportedError
from ..models import Vehicle
from . import decode
from .capabilities import BATTERY, CHARGES, FIRST, SESSIONS, SET_MODE, SET_SCHEDULE, Abilities, battery_kwh
from .programs import Dial, ScheduleClock
from .session import Gateway
from .storage import Memory

# Several parts of a car's state stand in one answer, and set-up reads what the first poll wants again.
_FRESH_SECONDS = 25.0
# How long the effect of an order is looked for, with reads the quota is otherwise spared: 10 minutes and the last look.
_WATCHED_SECONDS = 660.0
# How long what an order is based on may take to be read, one request after another.
_EXPECTED_SECONDS = 120.0
_LONGEST_NAME = 100
# How long a look may take that leaves what the orders themselves need.
_LOOK_SECONDS = 30.0
# What the library can send to any model by the last part of its path, whatever it has a method for.
_ACTIONS = {SET_MODE: "actions/charge-mode", SET_SCHEDULE: "actions/charge-schedule"}


class Car:
    """A car of the account."""

    def __init__(
        self,
        gateway: Gateway,
        memory: Memory,
        link: RenaultVehicle,
        details: Any,
        *,
        time_zone: tzinfo,
        clock: ScheduleClock | None,
    ) -> None:
        """Know a car by the library's own object for it and what the account tells of it."""
        self._gateway = gateway
        self.memory = memory
        self.link = link
        self.vin = link.vin
        self._details = details
        self._time_zone = time_zone
        self.abilities = Abilities.of(details, lambda endpoint: memory.refuses(link.vin, endpoint))
        self._clock = clock or self.abilities.clock
        self._answers: dict[str, tuple[float, dict[str, Any]]] = {}
        self._urgent_until = 0.0
        self._basis_until = 0.0
        self._can_wait: set[str] = set()
        self._reading = asyncio.Lock()

    @property
    def first(self) -> bool:
        """Tell whether this is a car of the older generation."""
        return self.abilities.model == FIRST

    @property
    def time_zone(self) -> tzinfo:
        """Return the zone of its wall clock."""
        return self._time_zone

    @property
    def vehicle(self) -> Vehicle:
        """Return the car in the words of the vocabulary."""
        return Vehicle(
            vin=self.vin,
            time_zone=self._time_zone,
            capabilities=self.abilities.capabilities,
            model=None if self._details is None else (self._details.get_model_label() or "")[:_LONGEST_NAME] or None,
            battery_kwh=battery_kwh(self._details),
            windows_a_day=self.abilities.limits.windows_a_day,
            windows_alike=self.abilities.limits.programs,
            schedule_zone=UTC if self._clock is ScheduleClock.UTC else None,
            every_day=False,
            unconfirmed=self.abilities.unconfirmed,
            requests=self.abilities.requests,
        )

    def dial(self, clock: ScheduleClock | None = None) -> Dial:
        """Return how the car tells the time of its programs now, or would by another clock."""
        return Dial(clock=clock or self._clock, zone=self._time_zone, now=self.memory.clock.now())

    async def content(self, endpoint: str) -> dict[str, Any]:
        """Return what an endpoint says; UnsupportedError where it is not there for this car."""
        self._require(endpoint)
        async with self._reading:
            answered_at, known = self._answers.get(endpoint, (0.0, {}))
            return (
                known
                if known and self.memory.clock.monotonic() - answered_at < _FRESH_SECONDS
                else await self._content(endpoint)
            )

    async def history(self, endpoint: str, begin: date, end: date) -> dict[str, Any]:
        """Return what happened from one day to another, both included; only charges and sessions are kept."""
        self._require(endpoint)
        if endpoint == CHARGES:
            # What the car charged before can wait for the quota, unlike what it is like now.
            self._can_wait.add(endpoint)
        return await self._history(endpoint, begin, end)

    def expect_command(self, *, essential: bool) -> None:
        """Let what an order is to be based on be read as if it was part of it, or as far as the commands leave any."""
        if essential:
            self._hurry(_EXPECTED_SECONDS)
        else:
            self._basis_until = self.memory.clock.monotonic() + _LOOK_SECONDS

    async def order(self, endpoint: str, call: Callable[[], Awaitable[Any]]) -> None:
        """Send an order; what was read before it counts no longer."""
        self._answers.clear()
        self._hurry(_WATCHED_SECONDS)
        await self._ask(endpoint, call, order=True)

    async def act(self, endpoint: str, attributes: dict[str, Any]) -> None:
        """Send an order the library has no word for on this model, to the path it has for it on others."""
        send, action = self.link.session.set_vehicle_action, _ACTIONS[endpoint]
        await self.order(endpoint, lambda: send(self.link.account_id, self.vin, action, attributes))

    async def probe(self) -> None:
        """Try once what is in doubt, so that what the server refuses makes no promise; trouble waits for next time."""
        # Told to be gone: it is promised to nobody before it was served once.
        self.memory.doubt(self.vin, SESSIONS)
        if await self._try(self.abilities.doubtful):
            self.memory.note_probed(self.vin)

    async def retry(self) -> None:
        """Try again what was refused long ago: only where there is an answer it makes a promise again."""
        refused = self.memory.long_refused(self.vin)
        await self._try(endpoint for endpoint in self.abilities.doubtful if endpoint in refused)

    async def _try(self, endpoints: Iterable[str]) -> bool:
        """Ask for each once, and tell whether nothing is in doubt any more."""
        certain = True
        for endpoint in endpoints:
            try:
                await self._trial(endpoint)
            except AuthenticationError, ThrottledError:
                return False
            except UnsupportedError:
                continue
            except CloudError:
                certain = False
            else:
                self.memory.note_served(self.vin, endpoint)
        return certain

    async def _trial(self, endpoint: str) -> None:
        """Ask for an endpoint, whatever is remembered of it."""
        today = self.memory.clock.now().date()
        await (self._history(endpoint, today, today) if endpoint in (CHARGES, SESSIONS) else self._content(endpoint))

    async def _content(self, endpoint: str) -> dict[str, Any]:
        """Ask what an endpoint says."""
        path = self.abilities.paths[endpoint]
        answer = await self._ask(endpoint, lambda: self.link.http_get(path))
        found = decode.attributes(answer.raw_data, endpoint)
        self._answers[endpoint] = (self.memory.clock.monotonic(), found)
        return found

    async def _history(self, endpoint: str, begin: date, end: date) -> dict[str, Any]:
        """Ask what happened from one day to another."""
        read = self.link.get_charges if endpoint == CHARGES else self.link.get_hvac_sessions
        first, last = _midnight(begin), _midnight(end)
        answer: Any = await self._ask(endpoint, lambda: read(first, last))
        found: dict[str, Any] = answer.raw_data
        return found

    def _require(self, endpoint: str) -> None:
        """Raise UnsupportedError where an endpoint is not there for this car."""
        if not self.abilities.has(endpoint):
            raise UnsupportedError(f"{endpoint}: this car's cloud has no such thing")

    def _hurry(self, seconds: float) -> None:
        """Let reads use what the quota is otherwise spared."""
        self._urgent_until = max(self._urgent_until, self.memory.clock.monotonic() + seconds)
        self._basis_until = 0.0

    async def _ask[T](self, endpoint: str, call: Callable[[], Awaitable[T]], *, order: bool = False) -> T:
        """Send a request, and remember what the server does not serve."""
        # What was never read since the start is no idle reading either: a car would be unknown for long.
        basis = self.memory.clock.monotonic() < self._basis_until
        urgent = endpoint not in self._can_wait or (self.memory.clock.monotonic() < self._urgent_until and not basis)
        try:
            answer = await self._gateway.ask(endpoint, call, urgent=urgent, basis=basis, order=order)
        except UnsupportedError:
            # Every car tells of its battery: one that does not for once would be taken for gone.
            if endpoint != BATTERY:
                self.memory.note_refused(self.vin, endpoint)
            raise
        self._can_wait.add(endpoint)
        return answer


def month_span(begin: date, end: date) -> tuple[date, date]:
    """Return the first and the last day of whole months."""
    return begin.replace(day=1), end.replace(day=monthrange(end.year, end.month)[1])


def _midnight(day: date) -> datetime:
    """Return a day as the library takes it."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
