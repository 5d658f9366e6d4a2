"""Answers that no honest server gives, as faults of the simulators, and what they must not cost."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any, override

from aiohttp import web
from aiohttp.typedefs import Handler

from simulator import Clock, Simulator
from simulator.control.fault_kinds import Fault
from simulator.control.faults import FaultRule, Match
from tests.cloud.wire import Arrival, Wire, listening, said

REDIRECTS = (300, 301, 302, 303, 305, 307, 308)


class _AsItIs(web.Response):
    """A response that is not packed once more."""

    @override
    def enable_compression(self, *_: Any, **__: Any) -> None: ...


@dataclass
class Says(Fault):
    """Answer with a body; nothing is done about the request."""

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)

    @override
    async def respond(self, request: web.Request, *, handler: Handler, clock: Clock) -> web.StreamResponse:
        headers = {"Content-Type": "application/json", **self.headers}
        return _AsItIs(body=self.body, status=self.status, headers=headers)


@dataclass
class Endless(Fault):
    """Answer with a body that never ends; `sent` is how much of it was, and `pause` are seconds between its parts."""

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
    """Let requests meet a fault, and no other one."""
    simulator.faults.rules = [FaultRule(Match(method=method, path=path), "hostile", fault)]


def redirect(status: int, location: str) -> Says:
    """Return an answer that leads elsewhere."""
    return Says(status=status, headers={"Location": location})


@asynccontextmanager
async def elsewhere(answer: Any = None) -> AsyncIterator[Wire]:
    """Run a server that nobody is to ask; whoever does is told that all went well."""

    def reply(_: Arrival) -> bytes:
        return said(200, {"data": {"attributes": {}}} if answer is None else answer)

    async with listening(reply) as wire:
        yield wire


@contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """Fail where something takes longer, with room for a busy machine."""
    started = perf_counter()
    yield
    assert perf_counter() - started < seconds
