"""Send requests to the servers: one at a time, within the quota, logged in, and with failures raised as CloudError."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
import json
import logging
from typing import Any, Protocol, cast, runtime_checkable

import aiohttp
from renault_api.kamereon import get_account_url
from renault_api.kamereon.models import KamereonResponse, KamereonVehiclesResponse
from renault_api.kamereon.schemas import KamereonResponseSchema, KamereonVehiclesResponseSchema
from renault_api.renault_session import RenaultSession

from ..exceptions import (
    AuthenticationError,
    ConnectionFailedError,
    RejectedError,
    ThrottledError,
    TokenRefusedError,
    UnsupportedError,
)
from ..response import as_object
from .errors import LoggedOutError, cloud_error
from .picture import first_picture
from .quota import RequestQuota
from .servers import RestrictedHttp, Servers, addresses
from .storage import AccountStorage

_LOGGER = logging.getLogger(__name__)
# The library has no timeout but aiohttp's five minutes.
_TIMEOUT_SECONDS = 30.0
# What a form can show.
_MOST_ADDRESSES, _LONGEST_ADDRESS = 20, 200
# What is used of a vehicle's details; the library would decode dozens of other fields one by one.
_DETAILS = ("model", "energy", "engineEnergyType", "vcd")
_ASSETS = "assets"


@runtime_checkable
class _SecondFactor(Protocol):
    """The second factor, which renault-api supports since 0.6."""

    async def get_two_factor_auth_emails(self) -> list[Any]:
        """Return the addresses to which a code can be sent."""

    async def request_two_factor_auth_code(self, email_id: str | None = None) -> None:
        """Send a code."""

    async def complete_two_factor_auth(self, code: str) -> None:
        """Log in with a code."""

    @property
    def device_ids(self) -> dict[str, str]:
        """Return the ids by which the server recognizes this device."""

    def set_device_ids(self, device_ids: Mapping[str, str]) -> None:
        """Use the ids of an earlier session."""


class _PlainSchema:
    """Decodes a response of a car as the library does, but not field by field, which takes longer than the rest."""

    def loads(self, text: str) -> KamereonResponse:
        """Return a response; one with errors is left to the library."""
        found = json.loads(text)
        if "errors" in found:
            return cast("KamereonResponse", KamereonResponseSchema.load(found))
        return KamereonResponse(raw_data=found, errors=None)


class _VehiclesSchema:
    """Decodes the vehicles of an account as the library does, but only the fields that are used."""

    def loads(self, text: str) -> KamereonVehiclesResponse:
        """Return a response; one of an unexpected form is left to the library."""
        found = json.loads(text)
        if isinstance(links := found.get("vehicleLinks"), list):
            found = {"vehicleLinks": [_used(link) for link in links], "errors": found.get("errors")}
        return cast("KamereonVehiclesResponse", KamereonVehiclesResponseSchema.load(found))


def _used(link: Any) -> Any:
    """Return the used fields of a vehicle, or what is not a vehicle with details."""
    details = as_object(link).get("vehicleDetails")
    if not isinstance(details, dict):
        return link
    used = {key: details[key] for key in _DETAILS if key in details}
    if isinstance(brand := as_object(details.get("brand")).get("label"), str):
        used["brand"] = {"label": brand}
    return {"vin": link.get("vin"), "vehicleDetails": {**used, _ASSETS: first_picture(details.get(_ASSETS))}}


class MyRenaultSession:
    """A user's session at both servers."""

    def __init__(
        self,
        http: aiohttp.ClientSession,
        *,
        locale: str,
        servers: Servers | None,
        credentials: tuple[str, str],
        storage: AccountStorage,
        quota: RequestQuota,
    ) -> None:
        """Prepare without sending requests; use a stored login."""
        self._credentials = credentials
        self._storage = storage
        self._quota = quota
        self._lock = asyncio.Lock()
        self._refusal: AuthenticationError | None = None
        self._hidden = {*credentials}
        self._http = RestrictedHttp(http, addresses(servers, locale))
        self.library = RenaultSession(
            cast("aiohttp.ClientSession", self._http),
            locale=locale,
            locale_details=None if servers is None else servers.details,
        )
        if isinstance(self.library, _SecondFactor) and storage.device_ids:
            self.library.set_device_ids(storage.device_ids)
        if storage.login_token is not None:
            self.library.set_login_token(storage.login_token)

    @property
    def reads_an_hour(self) -> float:
        """Return how many requests an hour the account allows."""
        return self._quota.reads_an_hour

    @property
    def reserve(self) -> float:
        """Return how many requests are reserved for commands."""
        return self._quota.reserve

    @property
    def requests_left(self) -> float:
        """Return how many requests are left."""
        return self._quota.left

    def reserve_for(self, cars: int) -> None:
        """Reserve requests for the commands of a number of cars."""
        self._quota.cars = max(1, cars)

    def hide(self, *words: str) -> None:
        """Hide words in all messages."""
        self._hidden.update(words)

    @property
    def _private(self) -> tuple[str, ...]:
        """Return the words no message may show, the current tokens included."""
        tokens = (self._storage.login_token or "", self._http.jwt, *self._storage.device_ids.values())
        return (*self._hidden, *tokens)

    async def request[T](
        self,
        name: str,
        call: Callable[[], Awaitable[T]],
        *,
        urgent: bool = False,
        before_command: bool = False,
        command: bool = False,
    ) -> T:
        """Return the response to a request; `name` is shown in messages.

        The request is only repeated after a refused token, which left it unread.
        """
        async with self._lock:
            self._storage.set_requests_left(
                self._quota.spend(urgent=urgent, before_command=before_command, command=command)
            )
            if self.library.login_token is None:
                await self._log_in()
            return await self._send_with_new_token(name, call)

    async def get(self, path: str) -> KamereonResponse:
        """Send a GET request to a car, as a call of `request`."""
        return await self.library.http_request("GET", path, schema=cast("Any", _PlainSchema()))

    async def vehicles(self, account_id: str) -> KamereonVehiclesResponse:
        """Request the vehicles of an account, as a call of `request`."""
        path = f"{get_account_url('', account_id)}/vehicles"
        response = await self.library.http_request("GET", path, schema=cast("Any", _VehiclesSchema()))
        return cast("KamereonVehiclesResponse", response)

    async def addresses(self) -> dict[str, str]:
        """Return the obfuscated addresses to which a code can be sent, by their id."""
        async with self._lock:
            session = self._second_factor()
            found = await self._send_once("second factor", session.get_two_factor_auth_emails)
            names = ((email.id, email.obfuscated or email.id) for email in found[:_MOST_ADDRESSES])
            return {id_: name[:_LONGEST_ADDRESS] for id_, name in names if len(id_) <= _LONGEST_ADDRESS}

    async def send_code(self, address_id: str) -> None:
        """Let the server send a code."""
        async with self._lock:
            session = self._second_factor()
            await self._send_once("second factor", lambda: session.request_two_factor_auth_code(address_id))

    async def enter_code(self, code: str) -> None:
        """Log in with a code; raise WrongCodeError for a wrong one."""
        async with self._lock:
            session = self._second_factor()
            await self._send_once("second factor", lambda: session.complete_two_factor_auth(code))
            self._logged_in()

    async def _send_with_new_token[T](self, name: str, call: Callable[[], Awaitable[T]]) -> T:
        """Send a request, and repeat it with a new token after the old one was refused."""
        try:
            return await self._send_once(name, call)
        except TokenRefusedError:
            self._drop_jwt()
        except LoggedOutError:
            await self._log_in()
        try:
            return await self._send_once(name, call)
        except LoggedOutError:
            # A changed password invalidates both tokens, the shorter-lived one first.
            await self._log_in()
        return await self._send_once(name, call)

    async def _send_once[T](self, name: str, call: Callable[[], Awaitable[T]]) -> T:
        """Send a request once; raise our exception if it fails."""
        started, self._http.status, self._http.may_have_arrived = self._storage.clock.monotonic(), None, False
        try:
            async with asyncio.timeout(_TIMEOUT_SECONDS):
                response = await call()
        except Exception as err:  # noqa: BLE001 - the library raises any exception of its dependencies
            # Raised outside this block: the message of the original contains the address with the VIN.
            possible = isinstance(self.library, _SecondFactor)
            failure = cloud_error(name, err, self._private, status=self._http.status, second_factor=possible)
        else:
            self._log(name, "answered", started)
            return response
        self._log(name, failure, started)
        if isinstance(failure, ConnectionFailedError):
            failure.unsent = failure.unsent or not self._http.may_have_arrived
        if isinstance(failure, ThrottledError):
            failure.retry_after = self._quota.pause()
            self._storage.set_pause(failure.retry_after)
        raise failure

    def _log(self, name: str, outcome: object, started: float) -> None:
        """Log a request with its outcome and duration."""
        _LOGGER.debug("%s: %s in %.0f ms", name, outcome, (self._storage.clock.monotonic() - started) * 1000)

    async def _log_in(self) -> None:
        """Log in with the password; a refused one is not sent again, as the account might be locked."""
        if self._refusal is not None:
            raise self._refusal.with_traceback(None)
        try:
            await self._send_once("login", lambda: self.library.login(*self._credentials))
        except AuthenticationError as err:
            self._refusal = err
            raise
        self._logged_in()

    def _logged_in(self) -> None:
        """Store the login."""
        self._refusal = None
        self._storage.login_token = self.library.login_token
        if isinstance(self.library, _SecondFactor):
            self._storage.device_ids = self.library.device_ids
        self._storage.save()

    def _drop_jwt(self) -> None:
        """Remove the refused token from the library, which would keep using it."""
        if (token := self.library.login_token) is not None:
            self.library.set_login_token(token)

    def _second_factor(self) -> _SecondFactor:
        """Return the library's session if it supports a second factor."""
        if not isinstance(self.library, _SecondFactor):
            raise UnsupportedError("The installed renault-api does not support a second factor")
        if not isinstance(self._refusal, AuthenticationError):
            raise RejectedError("second factor: not requested")
        return self.library
