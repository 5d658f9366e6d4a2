"""Malicious responses as faults of the simulators, and the limits of what they may cost."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from time import process_time
from typing import Any, override

from aiohttp import web
from aiohttp.typedefs import Handler
import pytest

from simulator import Clock, Simulator
from simulator.control.fault_kinds import Fault
from simulator.control.faults import FaultRule, Match
from tests.cloud.wire import Arrival, Wire, listening, said

REDIRECTS = (300, 301, 302, 303, 305, 307, 308)


class _Uncompressed(web.Response):
    """A response that is not compressed again."""

    @override
    def enable_compression(self, *_: Any, **__: Any) -> None: ...


@dataclass
class Replies(Fault):
    """Reply with a body, without executing the request."""

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)

    @override
    async def respond(self, request: web.Request, *, handler: Handler, clock: Clock) -> web.StreamResponse:
        headers = {"Content-Type": "application/json", **self.headers}
        return _Uncompressed(body=self.body, status=self.status, headers=headers)


@dataclass
class Endless(Fault):
    """Reply with an endless body; `sent` is its size so far, and `pause` the seconds between its parts."""

    chunk: bytes
    pause: float = 0.0
    sent: int = 0

    @override
    async def respond(self, request: web.Request, *, handler: Handler, clock: Clock) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "application/json"})
        await response.prepare(request)
        with suppress(ConnectionError):
            while True:
                await response.write(self.chunk)
                self.sent += len(self.chunk)
                await asyncio.sleep(self.pause)
        return response


def meet(simulator: Simulator, fault: Fault, path: str = "*", method: str = "*") -> None:
    """Set the only fault of a simulator."""
    simulator.faults.rules = [FaultRule(Match(method=method, path=path), "hostile", fault)]


def redirect(status: int, location: str) -> Replies:
    """Return a redirect."""
    return Replies(status=status, headers={"Location": location})


@asynccontextmanager
async def elsewhere(content: Any = None) -> AsyncIterator[Wire]:
    """Run a server that must not get any request, and replies with success."""

    def reply(_: Arrival) -> bytes:
        return said(200, {"data": {"attributes": {}}} if content is None else content)

    async with listening(reply) as wire:
        yield wire


@pytest.fixture
async def other(socket_enabled: None) -> AsyncIterator[Wire]:
    """Return a server that must not get any request."""
    async with elsewhere() as wire:
        yield wire


@contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """Fail if something takes more processor time, which other programs do not change."""
    started = process_time()
    yield
    assert process_time() - started < seconds
