"""Fixtures of the cloud tests."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
import time

import aiohttp
import pytest

from custom_components.renault_ze.cloud import protocol, redaction
from custom_components.renault_ze.cloud.myrenault import MyRenault
from custom_components.renault_ze.cloud.zeservices import ZeServices
from simulator import Clock, Simulator
from simulator.myrenault import MyRenaultSimulator
from tests.cloud.endpoints import client
from tests.cloud.myrenault import my_renault


@pytest.fixture(autouse=True)
def enable_event_loop_debug() -> None:
    """Override the fixture of Home Assistant's plugin, which takes half of the time and is not needed here."""


@pytest.fixture(autouse=True)
def empty_warnings() -> None:
    """Forget the warnings that are logged once per process."""
    redaction.log_once.cache_clear()


@pytest.fixture
async def http(socket_enabled: None) -> AsyncIterator[aiohttp.ClientSession]:
    """Return an aiohttp session with the cookie jar it has by default."""
    async with aiohttp.ClientSession() as session:
        yield session


class Wait:
    """Advances the time for the client and for the server's tokens."""

    def __init__(self) -> None:
        """Start at the present."""
        self._time = time.time
        self._passed = 0.0

    def __call__(self, seconds: float) -> None:
        """Advance the time."""
        self._passed += seconds

    def time(self) -> float:
        """Return the seconds since 1970."""
        return self._time() + self._passed


@pytest.fixture
def wait(monkeypatch: pytest.MonkeyPatch) -> Wait:
    """Return what advances the time."""
    found = Wait()
    monkeypatch.setattr(time, "time", found.time)
    monkeypatch.setattr(protocol.Clock, "now", lambda _: datetime.fromtimestamp(found.time(), UTC))
    return found


@pytest.fixture(params=[2, 1], ids=["generation 2", "generation 1"])
def generation(request: pytest.FixtureRequest) -> int:
    """Return each generation of authentication."""
    generation: int = request.param
    return generation


@pytest.fixture
async def simulator(request: pytest.FixtureRequest, socket_enabled: None) -> AsyncIterator[Simulator]:
    """Return a running simulator, of the test's generation if it has one, with its clock stopped in 2016."""
    generation = request.getfixturevalue("generation") if "generation" in request.fixturenames else 2
    found = Simulator(Clock(datetime(2016, 10, 14, 6, tzinfo=UTC), speed=0), generation=generation)
    await found.start()
    yield found
    await found.stop()


@pytest.fixture
def cloud(http: aiohttp.ClientSession, simulator: Simulator) -> ZeServices:
    """Return a client of the simulator."""
    return client(http, simulator.url)


@pytest.fixture
async def renault(socket_enabled: None) -> AsyncIterator[MyRenaultSimulator]:
    """Return a running simulator of MY Renault, with its clock stopped now, because commands need a future time."""
    found = MyRenaultSimulator(Clock(datetime.now(UTC).replace(microsecond=0), speed=0))
    await found.start()
    yield found
    await found.stop()


@pytest.fixture
def adapter(http: aiohttp.ClientSession, renault: MyRenaultSimulator) -> MyRenault:
    """Return a client of MY Renault."""
    return my_renault(http, renault.url)
