"""A server that sends exactly the bytes of a test, for what the simulator cannot send."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
import json
import traceback
from typing import Any

from custom_components.renault_ze.cloud.exceptions import CloudError
from tests.cloud.endpoints import PASSWORD, USERNAME, VIN

DROP = b""
LOGIN = "/api/user/login"
RENEWAL = "/api/user/token/refresh"

WELCOME = {"token": "AAAA", "xsrfToken": "XXXX", "user": {"id": "CCCC", "vehicle_details": {"VIN": VIN}}}
REPORT = {"charging": False, "plugged": True, "charge_level": 34}
SECRETS = (USERNAME, PASSWORD, VIN, "AAAA", "XXXX", "7700900123", "SECRETCOOKIE")


@dataclass(frozen=True, kw_only=True)
class Arrival:
    """A request as received."""

    verb: str
    target: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """Return the decoded body."""
        return json.loads(self.body)


@dataclass
class Wire:
    """The requests a server has received, and its replies; `DROP` closes the connection, None never replies."""

    reply: Callable[[Arrival], bytes | None]
    arrivals: list[Arrival] = field(default_factory=list)
    port: int = 0

    @property
    def address(self) -> str:
        """Return the address of the server."""
        return f"http://127.0.0.1:{self.port}/api"

    def targets(self, verb: str | None = None) -> list[str]:
        """Return the paths of the requests, in order."""
        return [arrival.target for arrival in self.arrivals if verb in (None, arrival.verb)]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Reply to the requests of one connection."""
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                arrival = await _arrival(reader)
                self.arrivals.append(arrival)
                reply = self.reply(arrival)
                if reply is None:
                    await reader.read()
                    break
                writer.write(reply)
                await writer.drain()
                if reply == DROP or b"connection: close" in reply.lower():
                    break
        writer.close()


@asynccontextmanager
async def listening(reply: Callable[[Arrival], bytes | None]) -> AsyncIterator[Wire]:
    """Run a server that replies with `reply`."""
    wire = Wire(reply)
    server = await asyncio.start_server(wire.serve, "127.0.0.1", 0)
    wire.port = server.sockets[0].getsockname()[1]
    try:
        yield wire
    finally:
        server.close()
        server.close_clients()
        await server.wait_closed()


def said(status: int = 200, body: Any = None, **headers: str) -> bytes:
    """Return an HTTP response; a body that is not bytes is sent as JSON."""
    content = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
    lines = [f"HTTP/1.1 {status} Whatever", f"Content-Length: {len(content)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + content


def answering(*replies: bytes | None) -> Callable[[Arrival], bytes | None]:
    """Return the reply of a server that accepts every login and then sends the responses, the last one repeatedly."""
    waiting = list(replies)

    def reply(arrival: Arrival) -> bytes | None:
        if arrival.target == LOGIN:
            return said(200, WELCOME, Set_Cookie="refreshToken=SECRETCOOKIE; Path=/; HttpOnly")
        return waiting.pop(0) if len(waiting) > 1 else waiting[0]

    return reply


def envelope(code: int, message: Any, **extra: Any) -> dict[str, Any]:
    """Return the server's error object."""
    return {"code": code, "message": message, "timestamp": 1545747446000, **extra}


def chain(err: BaseException | None) -> Iterator[BaseException]:
    """Yield an exception and its causes."""
    while err is not None:
        yield err
        err = err.__cause__ or err.__context__


def assert_clean(err: BaseException) -> None:
    """Check that an exception and its causes contain no secret."""
    shown = "".join(traceback.format_exception_only(err)) + "".join(f"{each} {each!r}" for each in chain(err))
    assert not [secret for secret in SECRETS if secret in shown]
    assert all(isinstance(each, CloudError) for each in chain(err))


RESTRICTED = envelope(403900, "com.worldline.renault.myzeonline.user.exception.RestrictedCountryException")


async def _arrival(reader: asyncio.StreamReader) -> Arrival:
    """Read one request."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
    verb, target, _ = head[0].split(" ")
    pairs = (line.split(": ", 1) for line in head[1:] if line)
    headers = {name.lower(): value for name, value in pairs}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Arrival(verb=verb, target=target, headers=headers, body=body)
