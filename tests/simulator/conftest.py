"""A simulator whose world stands still until a test moves it, and a client that knows nothing but HTTP."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
import json
from typing import Any

from aiohttp import ClientSession, DummyCookieJar
import pytest

from simulator import EXAMPLE_VIN, Clock, Simulator

PASSWORD = "P4ssw0rd"
MONDAY_EVENING = datetime(2026, 1, 12, 18, tzinfo=UTC)


@dataclass
class Answer:
    """What came back: status, headers, cookies by name, the raw body and the body as JSON if it is any."""

    status: int
    headers: Mapping[str, str]
    cookies: dict[str, str]
    raw: bytes
    json: Any


def as_json(raw: bytes) -> Any:
    """Return a body as JSON, None if it is none."""
    try:
        return json.loads(raw)
    except ValueError:
        return None


@dataclass
class Client:
    """A client with a token."""

    url: str
    session: ClientSession
    token: str = ""
    login: Answer | None = None
    vin: str = EXAMPLE_VIN
    extra: dict[str, str] = field(default_factory=dict)

    async def send(self, method: str, path: str, **options: Any) -> Answer:
        """Send a request with the token."""
        headers = {"Authorization": f"Bearer {self.token}", **self.extra, **options.pop("headers", {})}
        async with self.session.request(method, self.url + path, headers=headers, **options) as response:
            raw = await response.read()
            cookies = {name: morsel.value for name, morsel in response.cookies.items()}
            return Answer(response.status, response.headers, cookies, raw, as_json(raw))

    async def log_in(self, username: str = "you@example.com", password: str = PASSWORD) -> Answer:
        """Log in and keep the token."""
        body = {"username": username, "password": password}
        self.login = await self.send("POST", "/api/user/login", json=body)
        if self.login.status == 200:
            self.token = self.login.json["token"]
        return self.login

    async def car(self, method: str, path: str, **options: Any) -> Answer:
        """Send a request about the car."""
        return await self.send(method, f"/api/vehicle/{self.vin}{path}", **options)

    async def control(self, method: str, path: str, content: Any = None) -> Any:
        """Use the control API, which must not refuse."""
        answer = await self.send(method, f"/simulator{path}", json=content)
        assert answer.status == 200, answer.raw
        return answer.json


async def fault(client: Client, kind: str, path: str = "*/battery", **parameters: Any) -> None:
    """Put one fault in force."""
    await client.control("PUT", "/faults", [{"kind": kind, "path": path, **parameters}])


def outbox(simulator: Simulator) -> list[tuple[str, str, bool]]:
    """Return event, channel and whether it was suppressed, of each message."""
    messages = simulator.vehicle().ledger.outbox.messages
    return [(message.event, message.channel, message.suppressed) for message in messages]


@pytest.fixture
async def simulator(socket_enabled: None) -> AsyncIterator[Simulator]:
    """Serve a still world."""
    simulator = Simulator(Clock(MONDAY_EVENING, speed=0))
    await simulator.start()
    yield simulator
    await simulator.stop()


@pytest.fixture
async def stranger(simulator: Simulator) -> AsyncIterator[Client]:
    """Return a client that has not logged in, and keeps no cookies by itself."""
    async with ClientSession(cookie_jar=DummyCookieJar()) as session:
        yield Client(simulator.url, session)


@pytest.fixture
async def client(stranger: Client) -> Client:
    """Return a client that has logged in."""
    await stranger.log_in()
    return stranger
