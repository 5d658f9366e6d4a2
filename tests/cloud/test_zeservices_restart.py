"""A stored session: complete, outdated, of another account, or damaged."""

from datetime import timedelta
import json
import math
from typing import Any

import aiohttp
import pytest

from simulator import Simulator
from tests.cloud.conftest import Wait
from tests.cloud.endpoints import HOUR, LIFETIME, PASSWORD, USERNAME, VIN, asked, client, steps


class Store:
    """Stores a session as Home Assistant's storage does, as JSON."""

    def __init__(self) -> None:
        """Start empty."""
        self.kept: list[str] = []

    def keep(self, session: dict[str, Any]) -> None:
        """Store a session."""
        self.kept.append(json.dumps(session))

    @property
    def last(self) -> dict[str, Any]:
        """Return the last stored session."""
        found: dict[str, Any] = json.loads(self.kept[-1])
        return found


async def test_restart_needs_no_login(
    http: aiohttp.ClientSession, simulator: Simulator, generation: int, wait: Wait
) -> None:
    """Not at once, nor after the token has expired or was renewed."""
    store = Store()
    account = await client(http, simulator.url, on_session=store.keep).account(max_age=HOUR)
    for _ in range(3):
        cloud = client(http, simulator.url, stored=store.last, on_session=store.keep)
        assert await cloud.account(max_age=timedelta(days=30)) == account
        await cloud.battery(VIN)
        wait(LIFETIME[generation])
    assert asked(simulator) == {"login": 1, "refresh": 2, "battery": 3}
    assert len(store.kept) == 3


async def test_session_contains_only_what_is_needed(
    http: aiohttp.ClientSession, simulator: Simulator, generation: int
) -> None:
    """No password, telephone number, activation code, or name."""
    store = Store()
    await client(http, simulator.url, on_session=store.keep).battery(VIN)
    (text,) = store.kept
    assert not [secret for secret in (PASSWORD, "7700900123", "activation", "Alex", "phone") if secret in text]
    assert store.last["username"] == USERNAME


async def test_outdated_cookie_needs_one_login(http: aiohttp.ClientSession, simulator: Simulator, wait: Wait) -> None:
    """As from a backup, after the token was renewed."""
    store = Store()
    cloud = client(http, simulator.url, on_session=store.keep)
    await cloud.battery(VIN)
    wait(LIFETIME[2])
    await cloud.battery(VIN)
    old = json.loads(store.kept[0])
    simulator.log.entries.clear()
    await client(http, simulator.url, stored=old).battery(VIN)
    assert steps(simulator) == [("refresh", 401), ("login", 200), ("battery", 200)]


@pytest.mark.parametrize(
    "change",
    [
        {"username": "somebody@example.com"},
        {"username": None},
        {"address": "http://127.0.0.1:1/api"},
        {"token": None},
        {"token": "A\r\nHost: example.com"},
        {"token": ""},
        {"user": None},
        {"user": []},
        {"logged_in_at": None},
        {"logged_in_at": "yesterday"},
        {"logged_in_at": True},
    ],
)
async def test_foreign_or_broken_session_is_ignored(
    http: aiohttp.ClientSession, simulator: Simulator, change: dict[str, Any]
) -> None:
    """A token is only sent to its server for its account."""
    store = Store()
    await client(http, simulator.url, on_session=store.keep).battery(VIN)
    simulator.log.entries.clear()
    await client(http, simulator.url, stored={**store.last, **change}).battery(VIN)
    assert steps(simulator) == [("login", 200), ("battery", 200)]


@pytest.mark.parametrize("stored", [{}, [], "text", 5, {"token": "AAAA"}, {"user": {}}])
async def test_invalid_session_is_ignored(http: aiohttp.ClientSession, simulator: Simulator, stored: Any) -> None:
    """With any content of the file."""
    await client(http, simulator.url, stored=stored).battery(VIN)
    assert steps(simulator) == [("login", 200), ("battery", 200)]


@pytest.mark.parametrize(
    "change",
    [
        {"renew_at": None},
        {"renew_at": "soon"},
        {"renew_at": math.inf},
        {"renew_at": 1e300},
        {"refresh_token": 5, "xsrf_token": [], "refresh_cookie": "é"},
        {"user": {"scopes": 5, "vehicle_details": 7, "associated_vehicles": "x"}},
        {"fingerprints": [[], "x", 1.5, None, True]},
        {"fingerprints": 5},
        {"extra": 1},
    ],
)
async def test_damaged_session_is_used_as_far_as_possible(
    http: aiohttp.ClientSession, simulator: Simulator, change: dict[str, Any]
) -> None:
    """The server refuses invalid tokens."""
    store = Store()
    await client(http, simulator.url, on_session=store.keep).battery(VIN)
    simulator.log.entries.clear()
    cloud = client(http, simulator.url, stored={**store.last, **change})
    await cloud.account(max_age=HOUR)
    await cloud.battery(VIN)
    assert steps(simulator) == [("battery", 200)]


async def test_account_from_the_future_is_outdated(http: aiohttp.ClientSession, simulator: Simulator) -> None:
    """It was stored while the clock was wrong."""
    store = Store()
    await client(http, simulator.url, on_session=store.keep).battery(VIN)
    simulator.log.entries.clear()
    stored = {**store.last, "logged_in_at": store.last["logged_in_at"] + 365 * 86_400}
    await client(http, simulator.url, stored=stored).account(max_age=HOUR)
    assert steps(simulator) == [("login", 200)]
