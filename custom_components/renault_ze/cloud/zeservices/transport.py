"""One request over the wire: sent, timed, logged, and its failures named."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from http import HTTPMethod, HTTPStatus
import logging
from time import perf_counter
from urllib.parse import quote

import aiohttp
from aiohttp import hdrs
import orjson

from ..exceptions import ConnectionFailedError, UnexpectedResponseError
from ..protocol import Clock
from ..response import body_of

# One client of this server had to add the charset before its orders took effect (observed).
JSON_HEADERS: dict[str, str] = {hdrs.ACCEPT: "application/json", hdrs.CONTENT_TYPE: "application/json;charset=UTF-8"}
_LOGGER = logging.getLogger(__name__)
# The longest that a client of the real, slow server gave it (observed: 10, 20 and 30 s); spans connection and body.
_TIMEOUT = aiohttp.ClientTimeout(total=30)
# All that aiohttp raises on bad networks, bad answers and unusable addresses; RuntimeError is its closed session.
_FAILURES = (ConnectionFailedError, aiohttp.ClientError, OSError, ValueError, RuntimeError, orjson.JSONEncodeError)
_DROPS = (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError, aiohttp.ClientPayloadError, ConnectionError)


class DroppedError(ConnectionFailedError):
    """The connection broke after it stood; what was sent may have arrived."""


@dataclass(frozen=True, kw_only=True, slots=True, repr=False)
class Request:
    """What to send; `{vin}` in the path keeps the VIN out of every text that quotes it."""

    verb: HTTPMethod
    path: str
    vin: str = ""
    query: str = ""
    body: object = None
    repeatable: bool = False

    @property
    def name(self) -> str:
        """Return the request as it may be shown to anybody."""
        return f"{self.verb} {self.path.replace('{vin}', '***')}"

    @property
    def target(self) -> str:
        """Return the path and query as the server wants them."""
        return self.path.replace("{vin}", quote(self.vin, safe="")) + self.query


@dataclass(frozen=True, kw_only=True, slots=True, repr=False)
class Answer:
    """What came back, whole; no text may repeat the words that are `private`, or have one of the `fingerprints`."""

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
        """Tell whether the status speaks of success."""
        return HTTPStatus.OK <= self.status < HTTPStatus.MULTIPLE_CHOICES


class Transport:
    """Carries requests to one server; `private` and `tokens` are words its texts must not repeat."""

    def __init__(self, http: aiohttp.ClientSession, address: str, *, private: tuple[str, ...], clock: Clock) -> None:
        """Use somebody's aiohttp session; its cookie jar is neither trusted nor needed."""
        self._http = http
        self.address = address
        self.clock = clock
        self._private = private
        self.tokens: tuple[str, ...] = ()
        self.fingerprints: frozenset[int] = frozenset()

    async def exchange(self, request: Request, headers: Mapping[str, str], *, cookie: str | None = None) -> Answer:
        """Send a request and return its answer, whatever its status; repeat a repeatable one once if dropped."""
        try:
            return await self._send(request, headers, cookie)
        except DroppedError:
            if not request.repeatable:
                raise
        return await self._send(request, headers, cookie)

    async def _send(self, request: Request, headers: Mapping[str, str], cookie: str | None) -> Answer:
        """Send a request once."""
        started = perf_counter()
        try:
            async with self._http.request(
                request.verb,
                self.address + request.target,
                data=None if request.body is None else orjson.dumps(request.body),
                headers=headers,
                timeout=_TIMEOUT,
                allow_redirects=False,
                raise_for_status=False,
                middlewares=(_Courier(cookie),),
            ) as response:
                answer = Answer(
                    request=request,
                    status=response.status,
                    headers=response.headers,
                    cookies=response.headers.getall(hdrs.SET_COOKIE, []),
                    body=await body_of(response),
                    received_at=self.clock.now(),
                    private=(request.vin, *self._private, *self.tokens),
                    fingerprints=self.fingerprints,
                )
        except _FAILURES as err:
            # Raised outside this block: the original names the whole address in its text, VIN and all.
            failure = _failure(request, err)
        else:
            _log(request, answer.status, started)
            return answer
        _log(request, failure, started)
        raise failure


class _Courier:
    """Puts on our cookie in place of the jar's, and keeps aiohttp from repeating a request by itself."""

    def __init__(self, cookie: str | None) -> None:
        """Remember the only cookie to send."""
        self._cookie = cookie

    async def __call__(
        self, request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType
    ) -> aiohttp.ClientResponse:
        """Send a request once, and say so in words aiohttp does not take for an invitation to send it again."""
        request.headers.popall(hdrs.COOKIE, None)
        if self._cookie is not None:
            request.headers[hdrs.COOKIE] = self._cookie
        try:
            return await handler(request)
        except aiohttp.ClientConnectorError:
            raise
        except aiohttp.ClientOSError, aiohttp.ServerDisconnectedError:
            # aiohttp sends PUT and DELETE twice when a kept-alive connection drops: an order would be given twice.
            raise _BrokenOffError from None


class _BrokenOffError(aiohttp.ClientError):
    """A dropped connection that aiohttp does not repeat the request for."""


def _failure(request: Request, err: Exception) -> ConnectionFailedError:
    """Name a failure by its kind alone; its own text may quote the address."""
    if isinstance(err, UnexpectedResponseError):
        return UnexpectedResponseError(f"{request.name}: {err}")
    if isinstance(err, TimeoutError):
        return ConnectionFailedError(f"{request.name}: no answer within {_TIMEOUT.total} s")
    if isinstance(err, aiohttp.ClientConnectorError):
        failure = ConnectionFailedError(f"{request.name}: cannot connect to the server ({type(err).__name__})")
        failure.unsent = True
        return failure
    if isinstance(err, (_BrokenOffError, *_DROPS)):
        return DroppedError(f"{request.name}: the connection broke off")
    if isinstance(err, aiohttp.ClientResponseError):
        return UnexpectedResponseError(f"{request.name}: the answer is not HTTP")
    return ConnectionFailedError(f"{request.name}: cannot be sent ({type(err).__name__})")


def _log(request: Request, outcome: object, started: float) -> None:
    """Log what was asked, what came of it and how long it took."""
    if _LOGGER.isEnabledFor(logging.DEBUG):
        _LOGGER.debug("%s: %s in %.0f ms", request.name, outcome, (perf_counter() - started) * 1000)
