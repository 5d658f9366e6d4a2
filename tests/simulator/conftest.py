"""Fixtures: a simulator whose time stands still until a test advances it, and an HTTP client."""

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
class Response:
    """A response: status, headers, cookies by name, the raw body, and the JSON body if there is one."""

    status: int
    headers: Mapping[str, str]
    cookies: dict[str, str]
    raw: bytes
    json: Any


def as_json(raw: bytes) -> Any:
    """Return a JSON body, None if it is not JSON."""
    try:
        return json.loads(raw)
    except ValueError:
        return None


@dataclass
class Client:
    """An HTTP client with a token."""

    url: str
    session: ClientSession
    token: str = ""
    login: Response | None = None
    vin: str = EXAMPLE_VIN
    extra: dict[str, str] = field(default_factory=dict)

    async def send(self, method: str, path: str, **options: Any) -> Response:
        """Send a request with the token."""
        headers = {"Authorization": f"Bearer {self.token}", **self.extra, **options.pop("headers", {})}
        async with self.session.request(method, self.url + path, headers=headers, **options) as response:
            raw = await response.read()
            cookies = {name: morsel.value for name, morsel in response.cookies.items()}
            return Response(response.status, response.headers, cookies, raw, as_json(raw))

    async def log_in(self, username: str = "you@example.com", password: str = PASSWORD) -> Response:
        """Log in and store the token."""
        body = {"username": username, "password": password}
        self.login = await self.send("POST", "/api/user/login", json=body)
        if self.login.status == 200:
            self.token = self.login.json["token"]
        return self.login

    async def car(self, method: str, path: str, **options: Any) -> Response:
        """Send a request about the car."""
        return await self.send(method, f"/api/vehicle/{self.vin}{path}", **options)

    async def control(self, method: str, path: str, content: Any = None) -> Any:
        """Send a request to the control API and require success."""
        response = await self.send(method, f"/simulator{path}", json=content)
        assert response.status == 200, response.raw
        return response.json


async def set_fault(client: Client, kind: str, path: str = "*/battery", **parameters: Any) -> None:
    """Set a single set_fault rule."""
    await client.control("PUT", "/faults", [{"kind": kind, "path": path, **parameters}])


def outbox(simulator: Simulator) -> list[tuple[str, str, bool]]:
    """Return event, channel, and whether it was suppressed, for each message."""
    messages = simulator.vehicle().records.outbox.messages
    return [(message.event, message.channel, message.suppressed) for message in messages]


@pytest.fixture
async def simulator(socket_enabled: None) -> AsyncIterator[Simulator]:
    """Run a simulator whose time stands still."""
    simulator = Simulator(Clock(MONDAY_EVENING, speed=0))
    await simulator.start()
    yield simulator
    await simulator.stop()


@pytest.fixture
async def anonymous_client(simulator: Simulator) -> AsyncIterator[Client]:
    """Return a client that is not logged in and stores no cookies."""
    async with ClientSession(cookie_jar=DummyCookieJar()) as session:
        yield Client(simulator.url, session)


@pytest.fixture
async def client(anonymous_client: Client) -> Client:
    """Return a logged-in client."""
    await anonymous_client.log_in()
    return anonymous_client
