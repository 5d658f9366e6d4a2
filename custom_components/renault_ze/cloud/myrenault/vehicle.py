"""Requests for one car, as far as its cloud supports them."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, date, tzinfo
from typing import Any, Final

from renault_api.kamereon import ACCOUNT_ENDPOINT_ROOT
from renault_api.renault_vehicle import RenaultVehicle

from ..exceptions import AuthenticationError, CloudError, NoRemoteCommandsError, ThrottledError, UnsupportedError
from ..models import CommandKind, Vehicle
from ..response import as_object
from ..schedule import DAY, month_span
from . import decode, routes
from .capabilities import FIELDS, OPTIONAL, ModelEndpoints, battery_kwh, has_plug
from .endpoints import BATTERY, CALENDAR, CHARGE_START, CHARGES, FIRST, SESSIONS, SET_MODE, SET_SCHEDULE
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
DETAILS: Final = "details"
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
        self.update(link, details)
        self._cache: dict[str, tuple[float, dict[str, Any]]] = {}
        self._urgent_until = 0.0
        self._before_command_until = 0.0
        # What only an entity shows is never urgent.
        self._read_since_start: set[str] = set(OPTIONAL)
        self._reading = asyncio.Lock()

    def update(self, link: RenaultVehicle, details: Any) -> None:
        """Use the account and the details of the car; without any details, only what all models support is known."""
        self.details = details or self.details
        self.link = RenaultVehicle(link.account_id, self.vin, session=link.session, vehicle_details=self.details)
        self.endpoints = ModelEndpoints.of(self.details, self._is_absent)

    def _is_absent(self, endpoint: str) -> bool:
        """Return whether the server does not have an endpoint; one that was ever served is assumed to exist."""
        was_served = self.storage.was_served(self.vin, endpoint)
        # Reported to be gone, or a field that few cars report: only offered after it was served once.
        return was_served is False or (was_served is None and endpoint in {SESSIONS, *FIELDS.values()})

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
    def _brand(self) -> str | None:
        """Return the brand of the car, which the server writes in capitals, None if unknown."""
        return None if self.details is None else (self.details.get_brand_label() or "").title()[:_LONGEST_NAME] or None

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
            brand=self._brand,
            battery_kwh=battery_kwh(self.details),
            windows_a_day=self.endpoints.limits.windows_a_day,
            max_window_times=self.endpoints.limits.programs,
            schedule_zone=UTC if self._schedule_clock is ScheduleClock.UTC else None,
            every_day=False,
            unconfirmable=self.endpoints.unconfirmable,
            requests=self.endpoints.requests,
            temperatures=self.endpoints.temperatures,
        )

    @property
    def _schedule_clock(self) -> ScheduleClock:
        """Return the clock of the car's programs."""
        # Settings have local times, as captured.
        chosen = None if self.endpoints.has_settings else self._chosen_clock
        return chosen or self.endpoints.schedule_clock

    def converter(self, clock: ScheduleClock | None = None) -> ProgramConverter:
        """Return the converter of the car's programs, by its own clock or by another one."""
        return ProgramConverter(clock=clock or self._schedule_clock, zone=self._time_zone, now=self.storage.clock.now())

    async def content(self, endpoint: str, *, command: bool = False, max_age: float = CACHE_SECONDS) -> dict[str, Any]:
        """Return the content of an endpoint, at most some seconds old; raise UnsupportedError if the car has none.

        A `command` that needs it may exceed the request limit, and tries an endpoint that was refused before.
        """
        if not command:
            self._require(endpoint)
        async with self._reading:
            return await self._cached(endpoint, max_age, command=command)

    async def contents(self, endpoint: str, other: str, *, max_age: float) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return the contents of two endpoints that are useless alone; the first may be `max_age` seconds old."""
        self._require(endpoint)
        self._require(other)
        async with self._reading:
            return await self._cached(endpoint, max_age), await self._cached(other, CACHE_SECONDS)

    async def _cached(self, endpoint: str, max_age: float, *, command: bool = False) -> dict[str, Any]:
        """Return the content of an endpoint, which is requested if it is older than some seconds."""
        read_at, content = self._cache.pop(endpoint, (0.0, {}))
        if not content or self.storage.clock.monotonic() - read_at >= max_age:
            return await self._request_content(endpoint, command=command)
        self._cache[endpoint] = read_at, content
        return content

    async def history(self, endpoint: str, begin: date, end: date) -> dict[str, Any]:
        """Return the history of charges or preconditioning from one day to another, both included."""
        self._require(endpoint)
        if endpoint == CHARGES:
            # The charge history is never urgent, unlike the present state.
            self._read_since_start.add(endpoint)
        path = self._path(endpoint, begin, end)
        # What setup has just read is used only once: a later read may look for a charge that has just ended.
        read_at, found = self._cache.pop(path, (0.0, {}))
        is_new = found and self.storage.clock.monotonic() - read_at < CACHE_SECONDS
        return found if is_new else await self._history(endpoint, path)

    def expect_command(self, *, essential: bool) -> None:
        """Let reads before a command use the reserve; those it does not need, only what commands of all cars leave."""
        if essential:
            self._allow_urgent(_BEFORE_COMMAND_SECONDS)
        else:
            self._before_command_until = self.storage.clock.monotonic() + _OPTIONAL_SECONDS

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

    async def act(self, endpoint: str, kind: str, **attributes: Any) -> None:
        """Send a command to an endpoint of the model."""
        body = {"data": {"type": kind, **({"attributes": attributes} if attributes else {})}}
        await self.command(endpoint, lambda: self.link.http_post(self.endpoints.paths[endpoint], body))

    async def settings(self, *, max_age: float = 0.0) -> dict[str, Any]:
        """Return the settings that newer cars have instead of charge programs; those for a command must not be old."""
        async with self._reading:
            read_at, found = self._cache.get(CALENDAR, (0.0, {}))
            if not found or self.storage.clock.monotonic() - read_at >= max_age:
                found = await self._request_settings(command=not max_age)
        return found

    async def _request_settings(self, *, command: bool = False) -> dict[str, Any]:
        """Request the settings, which come without the usual envelope."""
        path = ACCOUNT_ENDPOINT_ROOT + routes.path(Route.KCM_SETTINGS)
        response = await self._request(CALENDAR, lambda: self.link.http_get(path), command=command)
        found = as_object(response.raw_data)
        self._cache[CALENDAR] = (self.storage.clock.monotonic(), found)
        self.storage.set_served(self.vin, CALENDAR)
        return found

    async def read_details(self) -> None:
        """Request the details that the account did not contain."""
        self.update(self.link, await self._request(DETAILS, self.link.get_details))

    async def probe(self, endpoint: str) -> None:
        """Request an endpoint even if it was refused before."""
        if endpoint == CALENDAR and self.endpoints.has_settings:
            await self._request_settings()
            return
        if endpoint not in {CHARGES, SESSIONS}:
            await self._request_content(endpoint)
            return
        today = self.storage.clock.now().date()
        # The first poll reads the same months.
        path = self._path(endpoint, *month_span(today - DAY, today + DAY))
        self._cache[path] = (self.storage.clock.monotonic(), await self._history(endpoint, path))

    async def _request_content(self, endpoint: str, *, command: bool = False) -> dict[str, Any]:
        """Request the content of an endpoint."""
        response = await self._request(endpoint, lambda: self._session.get(self._path(endpoint)), command=command)
        found = decode.attributes(response.raw_data, endpoint)
        self._cache[endpoint] = (self.storage.clock.monotonic(), found)
        self.storage.set_served(self.vin, endpoint)
        if endpoint in FIELDS and found.get(FIELDS[endpoint].partition(":")[2]) is not None:
            self.storage.set_served(self.vin, FIELDS[endpoint])
        return found

    def _path(self, endpoint: str, *days: date) -> str:
        """Return the path of an endpoint, of a history with its first and last day."""
        path = self.endpoints.paths[endpoint].format(account_id=self.link.account_id, vin=self.vin)
        return path + "?start={:%Y%m%d}&end={:%Y%m%d}".format(*days) if days else path

    async def _history(self, endpoint: str, path: str) -> dict[str, Any]:
        """Request a history."""
        response = await self._request(endpoint, lambda: self._session.get(path))
        found = as_object(as_object(response.raw_data.get("data")).get("attributes"))
        # Where it is gone, the server sends an empty object; a list may be empty if it was served before.
        empty: tuple[Any, ...] = (None,) if self.storage.was_served(self.vin, endpoint) else (None, [])
        if endpoint == SESSIONS and found.get("hvacSessions") in empty:
            self.storage.set_refused(self.vin, endpoint)
            raise UnsupportedError(f"{endpoint}: the response has no sessions")
        self.storage.set_served(self.vin, endpoint)
        return found

    def _require(self, endpoint: str) -> None:
        """Raise UnsupportedError if the car does not have an endpoint."""
        if not self.endpoints.has(endpoint):
            raise UnsupportedError(f"{endpoint}: not supported by this car's cloud")

    def _allow_urgent(self, seconds: float) -> None:
        """Let reads use the reserve for some time."""
        self._urgent_until = max(self._urgent_until, self.storage.clock.monotonic() + seconds)
        self._before_command_until = 0.0

    async def _request[T](self, endpoint: str, call: Callable[[], Awaitable[T]], *, command: bool = False) -> T:
        """Send a request, and remember if the server refuses the endpoint."""
        # The first read after a start is urgent, of the battery until it succeeds: the car would be unknown for long.
        now = self.storage.clock.monotonic()
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
