"""Requests for one car, as far as its cloud supports them."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import partial
from typing import Any

from renault_api.kamereon import ACCOUNT_ENDPOINT_ROOT
from renault_api.renault_vehicle import RenaultVehicle

from ..exceptions import AuthenticationError, CloudError, NoRemoteCommandsError, ThrottledError, UnsupportedError
from ..models import CommandKind, Vehicle
from ..response import as_object
from ..schedule import FIRST_RETRY, LONGEST_RETRY, RetryTimes, month_span
from . import decode, routes
from .capabilities import (
    BATTERY,
    CHARGE_START,
    CHARGES,
    FIRST,
    SESSIONS,
    SET_MODE,
    SET_SCHEDULE,
    ModelEndpoints,
    battery_kwh,
    has_plug,
)
from .programs import ProgramConverter, ScheduleClock
from .routes import Route
from .session import MyRenaultSession
from .storage import AccountStorage

# Several parts of a car's state are in one response, and the first poll reads what setup has just read.
CACHE_SECONDS = 25.0
# How long reads are urgent after a command: 10 minutes, and the last poll for it.
_COMMAND_SECONDS = 660.0
# How long reads are urgent before a command that needs them, one request after another.
_BEFORE_COMMAND_SECONDS = 120.0
_LONGEST_NAME = 100
_DETAILS = "details"
# How long reads may take before a command that does not need them.
_OPTIONAL_SECONDS = 30.0
# The endpoints of the routes of the first generation, which has no others.
_ENDPOINTS = {Route.KCA_MODE: SET_MODE, Route.KCA_SCHEDULE: SET_SCHEDULE, Route.KCA_START: CHARGE_START}


class VehicleClient:
    """The client for a car of the account."""

    def __init__(
        self,
        session: MyRenaultSession,
        storage: AccountStorage,
        link: RenaultVehicle,
        details: Any,
        *,
        time_zone: tzinfo,
        clock: ScheduleClock | None,
    ) -> None:
        """Prepare; `link` is the library's object for the car, `details` are those of the account."""
        self._session = session
        self.storage = storage
        self.vin = link.vin
        self.details: Any = None
        self._time_zone = time_zone
        self._chosen_clock = clock
        self._retries = RetryTimes[str]()
        self.update(link, details)
        self._cache: dict[str, tuple[float, dict[str, Any]]] = {}
        self._urgent_until = 0.0
        self._before_command_until = 0.0
        self._read_since_start: set[str] = set()
        self._reading = asyncio.Lock()

    def update(self, link: RenaultVehicle, details: Any) -> None:
        """Use the account and the details of the car; without any details, only what all models support is known."""
        self.details = details or self.details
        self.link = RenaultVehicle(link.account_id, self.vin, session=link.session, vehicle_details=self.details)
        self.endpoints = ModelEndpoints.of(self.details, self._is_absent)

    def _is_absent(self, endpoint: str) -> bool:
        """Return whether the server does not have an endpoint; one that was ever served is assumed to exist."""
        was_served = self.storage.was_served(self.vin, endpoint)
        # Reported to be gone, so it is only offered after it was served once.
        return was_served is False or (was_served is None and endpoint == SESSIONS)

    @property
    def left_out(self) -> str | None:
        """Return why the car is not supported, None if it is."""
        if not has_plug(self.details):
            return "no_plug"
        return None if self.endpoints.has(BATTERY) else "unsupported_model"

    @property
    def model(self) -> str | None:
        """Return the name of the model, None if unknown."""
        return None if self.details is None else (self.details.get_model_label() or "")[:_LONGEST_NAME] or None

    @property
    def is_first_generation(self) -> bool:
        """Return whether this is a car of the first generation."""
        return self.endpoints.model == FIRST

    @property
    def time_zone(self) -> tzinfo:
        """Return the time zone of the car's wall clock."""
        return self._time_zone

    @property
    def vehicle(self) -> Vehicle:
        """Return the car with its capabilities and limits."""
        return Vehicle(
            vin=self.vin,
            time_zone=self._time_zone,
            capabilities=self.endpoints.capabilities,
            model=self.model,
            battery_kwh=battery_kwh(self.details),
            windows_a_day=self.endpoints.limits.windows_a_day,
            max_window_times=self.endpoints.limits.programs,
            schedule_zone=UTC if self._schedule_clock is ScheduleClock.UTC else None,
            every_day=False,
            unconfirmable=self.endpoints.unconfirmable,
            requests=self.endpoints.requests,
        )

    @property
    def _schedule_clock(self) -> ScheduleClock:
        """Return the clock of the car's programs."""
        return self._chosen_clock or self.endpoints.schedule_clock

    def converter(self, clock: ScheduleClock | None = None) -> ProgramConverter:
        """Return the converter of the car's programs, by its own clock or by another one."""
        return ProgramConverter(clock=clock or self._schedule_clock, zone=self._time_zone, now=self.storage.clock.now())

    async def content(self, endpoint: str, *, command: bool = False) -> dict[str, Any]:
        """Return the content of an endpoint, possibly cached; raise UnsupportedError if the car does not have it.

        A `command` that needs it may exceed the request limit, and tries an endpoint that was refused before.
        """
        if not command:
            self._require(endpoint)
        async with self._reading:
            return await self._cached(endpoint, CACHE_SECONDS, command=command)

    async def contents(self, endpoint: str, other: str, *, max_age: float) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return the contents of two endpoints that are useless alone; the first may be `max_age` seconds old."""
        self._require(endpoint)
        self._require(other)
        async with self._reading:
            return await self._cached(endpoint, max_age), await self._cached(other, CACHE_SECONDS)

    async def _cached(self, endpoint: str, max_age: float, *, command: bool = False) -> dict[str, Any]:
        """Return the content of an endpoint, which is requested if it is older than some seconds."""
        read_at, content = self._cache.pop(endpoint, (0.0, {}))
        if not content or self._monotonic() - read_at >= max_age:
            return await self._request_content(endpoint, command=command)
        self._cache[endpoint] = read_at, content
        return content

    async def history(self, endpoint: str, begin: date, end: date) -> dict[str, Any]:
        """Return the history of charges or preconditioning from one day to another, both included."""
        self._require(endpoint)
        if endpoint == CHARGES:
            # The charge history is never urgent, unlike the present state.
            self._read_since_start.add(endpoint)
        return await self._history(endpoint, begin, end)

    def expect_command(self, *, essential: bool) -> None:
        """Let reads before a command use the reserve; those it does not need, only what commands of all cars leave."""
        if essential:
            self._allow_urgent(_BEFORE_COMMAND_SECONDS)
        else:
            self._before_command_until = self._monotonic() + _OPTIONAL_SECONDS

    async def command(self, endpoint: str, call: Callable[[], Awaitable[Any]]) -> None:
        """Send a command and clear the cache; remember whether the car accepts remote commands."""
        self._cache.clear()
        self._allow_urgent(_COMMAND_SECONDS)
        try:
            await self._request(endpoint, call, command=True)
        except NoRemoteCommandsError:
            self.storage.set_commands_refused(self.vin, self.storage.clock.now())
            raise
        self.storage.set_commands_refused(self.vin, None)

    def routes(self, kind: CommandKind) -> tuple[str, ...]:
        """Return the routes of a command, the one that has worked first."""
        found = self.endpoints.routes.get(kind, ())
        known = self.storage.routes.get(self.vin, {}).get(kind)
        return tuple(sorted(found, key=lambda route: route != known))

    async def post(self, route: Route, body: dict[str, Any]) -> None:
        """Send a command over a route."""
        endpoint = _ENDPOINTS.get(route, route) if self.is_first_generation else route
        await self.command(endpoint, lambda: self.link.http_post(ACCOUNT_ENDPOINT_ROOT + routes.path(route), body))

    async def settings(self) -> dict[str, Any]:
        """Return the settings that newer cars have instead of charge programs; only commands need them."""
        path = ACCOUNT_ENDPOINT_ROOT + routes.path(Route.KCM_SETTINGS)
        response = await self._request(Route.KCM_SETTINGS, lambda: self.link.http_get(path), command=True)
        return as_object(response.raw_data)

    async def request_missing(self) -> None:
        """Request missing details, and try the endpoints that were never served."""
        with suppress(AuthenticationError, ThrottledError):
            if self.details is None:
                await self._try(_DETAILS, self._read_details, FIRST_RETRY)
            for endpoint in self.endpoints.uncertain:
                if not self.storage.was_served(self.vin, endpoint):
                    # It may not exist, and the reads of all cars share the request limit.
                    await self._try(endpoint, partial(self._probe, endpoint), LONGEST_RETRY)

    async def _try(self, name: str, request: Callable[[], Awaitable[None]], first_delay: timedelta) -> None:
        """Send a request that may be refused, unless it failed recently."""
        now = self.storage.clock.now()
        if not self._retries.is_due(name, now):
            return
        try:
            await request()
        except AuthenticationError, ThrottledError:
            raise
        except CloudError:
            self._retries.failed(name, now, first_delay)

    async def _read_details(self) -> None:
        """Request the details that the account did not contain."""
        self.update(self.link, await self._request(_DETAILS, self.link.get_details))

    async def _probe(self, endpoint: str) -> None:
        """Request an endpoint even if it was refused before."""
        if endpoint not in {CHARGES, SESSIONS}:
            await self._request_content(endpoint)
            return
        today = self.storage.clock.now().date()
        await self._history(endpoint, *month_span(today, today))

    async def _request_content(self, endpoint: str, *, command: bool = False) -> dict[str, Any]:
        """Request the content of an endpoint."""
        path = self.endpoints.paths[endpoint].format(account_id=self.link.account_id, vin=self.vin)
        response = await self._request(endpoint, lambda: self._session.get(path), command=command)
        found = decode.attributes(response.raw_data, endpoint)
        self._cache[endpoint] = (self._monotonic(), found)
        self.storage.set_served(self.vin, endpoint)
        return found

    async def _history(self, endpoint: str, begin: date, end: date) -> dict[str, Any]:
        """Request the history from one day to another."""
        read = self.link.get_charges if endpoint == CHARGES else self.link.get_hvac_sessions
        response: Any = await self._request(endpoint, lambda: read(_midnight(begin), _midnight(end)))
        found: dict[str, Any] = response.raw_data
        # Where it is gone, the server sends an empty object; a list may be empty if it was served before.
        empty: tuple[Any, ...] = (None,) if self.storage.was_served(self.vin, endpoint) else (None, [])
        if endpoint == SESSIONS and found.get("hvacSessions") in empty:
            self.storage.set_refused(self.vin, endpoint)
            raise UnsupportedError(f"{endpoint}: the response has no sessions")
        self.storage.set_served(self.vin, endpoint)
        return found

    def _monotonic(self) -> float:
        """Return the seconds of the monotonic clock."""
        return self.storage.clock.monotonic()

    def _require(self, endpoint: str) -> None:
        """Raise UnsupportedError if the car does not have an endpoint."""
        if not self.endpoints.has(endpoint):
            raise UnsupportedError(f"{endpoint}: not supported by this car's cloud")

    def _allow_urgent(self, seconds: float) -> None:
        """Let reads use the reserve for some time."""
        self._urgent_until = max(self._urgent_until, self._monotonic() + seconds)
        self._before_command_until = 0.0

    async def _request[T](self, endpoint: str, call: Callable[[], Awaitable[T]], *, command: bool = False) -> T:
        """Send a request, and remember if the server refuses the endpoint."""
        # The first read after a start is urgent, of the battery until it succeeds: the car would be unknown for long.
        now = self._monotonic()
        before_command = now < self._before_command_until
        urgent = endpoint not in self._read_since_start or (now < self._urgent_until and not before_command)
        try:
            response = await self._session.request(
                endpoint, call, urgent=urgent, before_command=before_command, command=command
            )
        except CloudError as err:
            if not isinstance(err, AuthenticationError | ThrottledError) and endpoint != BATTERY:
                self._read_since_start.add(endpoint)
            if isinstance(err, UnsupportedError) and self.storage.was_served(self.vin, endpoint) and err.reason:
                err.key, err.placeholders = "refused_now", {"reason": err.reason}
            elif isinstance(err, UnsupportedError) and endpoint in self.endpoints.uncertain:
                self.storage.set_refused(self.vin, endpoint)
            raise
        self._read_since_start.add(endpoint)
        return response


def _midnight(day: date) -> datetime:
    """Return the start of a day as the library takes it."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
