"""Faults that affect a request or its response."""

from abc import ABC, abstractmethod
import asyncio
from dataclasses import dataclass
from email.utils import format_datetime
from enum import StrEnum
from http import HTTPStatus
import json
from typing import Any, override

from aiohttp import web
from aiohttp.typedefs import Handler

from .. import errors
from ..errors import ApiError
from ..world.clock import Clock
from ..zeservices.responses import error_response

PAGE = "<!DOCTYPE html><html><head><title>{title}</title></head><body><h1>{title}</h1><hr>Apache</body></html>"
LAST_STATUS = 599
REDIRECTS = (301, 302, 303, 307, 308)


class DroppedResponse(web.Response):
    """Marks a response that is never sent."""


class Fault(ABC):
    """A fault that affects a request."""

    @abstractmethod
    async def respond(self, request: web.Request, *, handler: Handler, clock: Clock) -> web.StreamResponse:
        """Return the response, with or without calling the handler."""


class FaultWithStatus(Fault):
    """A fault that determines the HTTP status."""

    status: int

    def __post_init__(self) -> None:
        """Raise ValueError for a status outside 200 to 599."""
        if not HTTPStatus.OK <= self.status <= LAST_STATUS:
            raise ValueError(f"status: 200 to {LAST_STATUS} expected, not {self.status}")


@dataclass
class ErrorStatus(FaultWithStatus):
    """Return an error with an envelope; the request is not processed."""

    status: int
    code: int | None = None
    message: str = "com.worldline.renault.myzeonline.exception.SimulatedException"
    retry_after: str | None = None

    @override
    async def respond(self, request: web.Request, *, handler: Handler, clock: Clock) -> web.StreamResponse:
        code = self.status * 1000 if self.code is None else self.code
        return error_response(ApiError(self.status, code, self.message, retry_after=self.retry_after), clock)


@dataclass
class RateLimit(FaultWithStatus):
    """Return the error for too many requests."""

    status: int = 503
    retry_after: str | None = None

    @override
    async def respond(self, request: web.Request, *, handler: Handler, clock: Clock) -> web.StreamResponse:
        error = errors.too_soon()
        return error_response(ApiError(self.status, error.code, error.message, retry_after=self.retry_after), clock)


@dataclass
class ExpiredToken(Fault):
    """Return the error for an expired token."""

    @override
    async def respond(self, request: web.Request, *, handler: Handler, clock: Clock) -> web.StreamResponse:
        return error_response(errors.expired_token(), clock)


@dataclass
class HtmlPage(FaultWithStatus):
    """Return an HTML page, as a proxy does; the request is not processed."""

    status: int = 502
    title: str = "Proxy Error"
    retry_after: str | None = None

    @override
    async def respond(self, request: web.Request, *, handler: Handler, clock: Clock) -> web.StreamResponse:
        headers = {} if self.retry_after is None else {"Retry-After": self.retry_after}
        page = PAGE.format(title=self.title)
        return web.Response(text=page, status=self.status, content_type="text/html", headers=headers)


@dataclass
class Redirect(Fault):
    """Redirect to a location; the request is not processed."""

    location: str
    status: int = 302

    def __post_init__(self) -> None:
        """Raise ValueError for a status that is not a redirect."""
        if self.status not in REDIRECTS:
            raise ValueError(f"status: one of {', '.join(map(str, REDIRECTS))} expected, not {self.status}")

    @override
    async def respond(self, request: web.Request, *, handler: Handler, clock: Clock) -> web.StreamResponse:
        return web.Response(status=self.status, headers={"Location": self.location})


@dataclass
class Delay(Fault):
    """Delay the response by real seconds."""

    seconds: float

    @override
    async def respond(self, request: web.Request, *, handler: Handler, clock: Clock) -> web.StreamResponse:
        await asyncio.sleep(self.seconds)
        return await handler(request)


class DropPoint(StrEnum):
    """When the connection is dropped."""

    BEFORE = "before"
    AFTER = "after"
    DURING = "during"


@dataclass
class DropConnection(Fault):
    """Drop the connection before or after the request is processed, or in the middle of the response."""

    when: DropPoint = DropPoint.BEFORE

    @override
    async def respond(self, request: web.Request, *, handler: Handler, clock: Clock) -> web.StreamResponse:
        if self.when is not DropPoint.BEFORE:
            response = await handler(request)
            if self.when is DropPoint.DURING:
                await _send_half_of_body(request, response)
        if request.transport:
            request.transport.abort()
        return DroppedResponse()


@dataclass
class ClockSkew(Fault):
    """Shift the server's clock for one request: Date header, tokens, and all timestamps."""

    seconds: float

    @override
    async def respond(self, request: web.Request, *, handler: Handler, clock: Clock) -> web.StreamResponse:
        with clock.skewed(self.seconds):
            response = await handler(request)
            response.headers["Date"] = format_datetime(clock.server_now(), usegmt=True)
        return response


@dataclass
class EmptyBody(FaultWithStatus):
    """Process the request and return an empty body."""

    status: int = 200

    @override
    async def respond(self, request: web.Request, *, handler: Handler, clock: Clock) -> web.StreamResponse:
        response = await handler(request)
        if isinstance(response, web.Response):
            response.body = None
            response.set_status(self.status)
        return response


@dataclass
class ReplacedBody(Fault):
    """Process the request and return another body: any JSON, including null, or text."""

    json: Any = None
    text: str | None = None

    @override
    async def respond(self, request: web.Request, *, handler: Handler, clock: Clock) -> web.StreamResponse:
        response = await handler(request)
        if isinstance(response, web.Response):
            if response.status == HTTPStatus.NO_CONTENT:
                response.set_status(HTTPStatus.OK)
            response.body = (json.dumps(self.json) if self.text is None else self.text).encode()
        return response


async def _send_half_of_body(request: web.Request, response: web.StreamResponse) -> None:
    """Announce the full Content-Length and send half of the body."""
    if not isinstance(response, web.Response) or not isinstance(response.body, bytes):
        return
    partial = web.StreamResponse(status=response.status, headers=response.headers)
    partial.content_length = len(response.body)
    await partial.prepare(request)
    await partial.write(response.body[: len(response.body) // 2])
