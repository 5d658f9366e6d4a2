"""Send one request, log it, and raise an exception of ours if it fails."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from http import HTTPMethod, HTTPStatus
import logging
from urllib.parse import quote

import aiohttp
from aiohttp import hdrs
import orjson

from ..exceptions import ConnectionFailedError, UnexpectedResponseError
from ..protocol import Clock
from ..response import body_of

# One client of this server had to add the charset before its commands took effect (observed).
JSON_HEADERS: dict[str, str] = {hdrs.ACCEPT: "application/json", hdrs.CONTENT_TYPE: "application/json;charset=UTF-8"}
_LOGGER = logging.getLogger(__name__)
# The longest timeout of other clients of the real, slow server (observed: 10, 20, and 30 s), for connection and body.
_TIMEOUT = aiohttp.ClientTimeout(total=30)
# What aiohttp raises for network errors, bad responses, and bad addresses; RuntimeError is a closed session.
_FAILURES = (ConnectionFailedError, aiohttp.ClientError, OSError, ValueError, RuntimeError, orjson.JSONEncodeError)
_DROPPED = (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError, aiohttp.ClientPayloadError, ConnectionError)


class ConnectionDroppedError(ConnectionFailedError):
    """The connection was lost after it was established; the request may have arrived."""


@dataclass(frozen=True, kw_only=True, slots=True, repr=False)
class Request:
    """A request; the path contains `{vin}` so that no message shows the VIN."""

    verb: HTTPMethod
    path: str
    vin: str = ""
    query: str = ""
    body: object = None
    repeatable: bool = False

    @property
    def name(self) -> str:
        """Return verb and path without the VIN."""
        return f"{self.verb} {self.path.replace('{vin}', '***')}"

    @property
    def target(self) -> str:
        """Return path and query with the VIN."""
        return self.path.replace("{vin}", quote(self.vin, safe="")) + self.query


@dataclass(frozen=True, kw_only=True, slots=True, repr=False)
class Response:
    """A complete response; no message may show `private` words or words with one of the `fingerprints`."""

    request: Request
    status: int
    headers: Mapping[str, str]
    cookies: list[str]
    body: bytes
    received_at: datetime
    private: tuple[str, ...]
    fingerprints: frozenset[int]

    @property
    def ok(self) -> bool:
        """Return whether the status is a success."""
        return HTTPStatus.OK <= self.status < HTTPStatus.MULTIPLE_CHOICES


class Transport:
    """Sends requests to one server; no message may show the `private` words and `tokens`."""

    def __init__(self, http: aiohttp.ClientSession, address: str, *, private: tuple[str, ...], clock: Clock) -> None:
        """Use an aiohttp session without its cookie jar."""
        self._http = http
        self.address = address
        self.clock = clock
        self._private = private
        self.tokens: tuple[str, ...] = ()
        self.fingerprints: frozenset[int] = frozenset()

    async def send(self, request: Request, headers: Mapping[str, str], *, cookie: str | None = None) -> Response:
        """Send a request and return its response with any status; retry a repeatable one after a lost connection."""
        try:
            return await self._send(request, headers, cookie)
        except ConnectionDroppedError:
            if not request.repeatable:
                raise
        return await self._send(request, headers, cookie)

    async def _send(self, request: Request, headers: Mapping[str, str], cookie: str | None) -> Response:
        """Send a request once."""
        started = self.clock.monotonic()
        try:
            async with self._http.request(
                request.verb,
                self.address + request.target,
                data=None if request.body is None else orjson.dumps(request.body),
                headers=headers,
                timeout=_TIMEOUT,
                allow_redirects=False,
                raise_for_status=False,
                middlewares=(_CookieMiddleware(cookie),),
            ) as received:
                response = Response(
                    request=request,
                    status=received.status,
                    headers=received.headers,
                    cookies=received.headers.getall(hdrs.SET_COOKIE, []),
                    body=await body_of(received),
                    received_at=self.clock.now(),
                    private=(request.vin, *self._private, *self.tokens),
                    fingerprints=self.fingerprints,
                )
        except _FAILURES as err:
            # Raised outside this block: the message of the original contains the address with the VIN.
            failure = _failure(request, err)
        else:
            self._log(request, response.status, started)
            return response
        self._log(request, failure, started)
        raise failure

    def _log(self, request: Request, outcome: object, started: float) -> None:
        """Log a request with its outcome and duration."""
        if _LOGGER.isEnabledFor(logging.DEBUG):
            _LOGGER.debug("%s: %s in %.0f ms", request.name, outcome, (self.clock.monotonic() - started) * 1000)


class _CookieMiddleware:
    """Sends our cookie instead of the jar's, and prevents aiohttp from repeating a request."""

    def __init__(self, cookie: str | None) -> None:
        """Set the only cookie to send."""
        self._cookie = cookie

    async def __call__(
        self, request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType
    ) -> aiohttp.ClientResponse:
        """Send a request once; raise an error after which aiohttp does not repeat it."""
        request.headers.popall(hdrs.COOKIE, None)
        if self._cookie is not None:
            request.headers[hdrs.COOKIE] = self._cookie
        try:
            return await handler(request)
        except aiohttp.ClientConnectorError:
            raise
        except aiohttp.ClientOSError, aiohttp.ServerDisconnectedError:
            # aiohttp repeats PUT and DELETE when a kept-alive connection is lost: a command would be sent twice.
            raise _ConnectionLostError from None


class _ConnectionLostError(aiohttp.ClientError):
    """A lost connection after which aiohttp does not repeat the request."""


def _failure(request: Request, err: Exception) -> ConnectionFailedError:
    """Return our exception for a failure, without its original message, which may contain the address."""
    if isinstance(err, UnexpectedResponseError):
        return UnexpectedResponseError(f"{request.name}: {err}")
    if isinstance(err, TimeoutError):
        return ConnectionFailedError(f"{request.name}: no response within {_TIMEOUT.total} s")
    if isinstance(err, aiohttp.ClientConnectorError):
        failure = ConnectionFailedError(f"{request.name}: cannot connect to the server ({type(err).__name__})")
        failure.unsent = True
        return failure
    if isinstance(err, (_ConnectionLostError, *_DROPPED)):
        return ConnectionDroppedError(f"{request.name}: the connection was lost")
    if isinstance(err, aiohttp.ClientResponseError):
        return UnexpectedResponseError(f"{request.name}: the response is not HTTP")
    return ConnectionFailedError(f"{request.name}: cannot be sent ({type(err).__name__})")
