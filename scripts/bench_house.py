"""The ground the measurements stand on: a simulator in another process, and a new Home Assistant with its account."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager, suppress
from pathlib import Path
import subprocess
import sys
from tempfile import TemporaryDirectory
from typing import Any

import aiohttp
import orjson

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from homeassistant import loader  # noqa: E402
from homeassistant.core import HomeAssistant  # noqa: E402
from homeassistant.helpers import entity_registry as er  # noqa: E402
from homeassistant.setup import async_setup_component  # noqa: E402
from pytest_homeassistant_custom_component.common import (  # type: ignore[import-untyped] # noqa: E402
    MockConfigEntry,
    async_test_home_assistant,
)

from custom_components.renault_ze.const import DOMAIN  # noqa: E402
from custom_components.renault_ze.coordinator import RenaultZeConfigEntry  # noqa: E402

CREDENTIALS = {"username": "you@example.com", "password": "P4ssw0rd"}
POLLED = ("battery", "air-conditioning/last")


class Server:
    """A simulator and the raw reference at it: nothing but aiohttp and orjson."""

    def __init__(self, http: aiohttp.ClientSession, url: str) -> None:
        """Remember where to ask."""
        self._http = http
        self.url = url
        self._headers: dict[str, str] = {}
        self.vins: list[str] = []

    async def control(self, method: str, path: str, body: object = None) -> Any:
        """Ask the control API of the simulator for something."""
        async with self._http.request(method, f"{self.url}/simulator/{path}", json=body) as response:
            response.raise_for_status()
            return orjson.loads(await response.read())

    async def change(self, change: dict[str, Any]) -> None:
        """Change all cars, each change a second after the one before."""
        await self.control("POST", "clock", {"advance": 1})
        for vin in self.vins:
            await self.control("POST", f"cars/{vin}", change)

    async def log_in(self) -> None:
        """Get a token and the vehicles."""
        async with self._http.post(f"{self.url}/api/user/login", json=CREDENTIALS) as response:
            login = orjson.loads(await response.read())
        self._headers = {"Authorization": f"Bearer {login['token']}"}
        self.vins = [each["VIN"] for each in login["user"]["associated_vehicles"]]

    async def poll(self) -> list[Any]:
        """Read battery and last preconditioning of every vehicle, all side by side."""
        paths = [f"{vin}/{path}" for vin in self.vins for path in POLLED]
        return await asyncio.gather(*map(self._read, paths))

    async def _read(self, path: str) -> Any:
        """Read one path."""
        async with self._http.get(f"{self.url}/api/vehicle/{path}", headers=self._headers) as response:
            body = await response.read()
        return orjson.loads(body) if body else None


@asynccontextmanager
async def simulated(count: int = 1) -> AsyncIterator[Server]:
    """Serve some cars from another process."""
    vins = [f"--vin=VF1AGVYF0ZE{number:06}" for number in range(1, count + 1)]
    # Their world stands still: to move many cars at each request would cost more than to answer it.
    command = (sys.executable, "-m", "simulator", "--port", "0", "--speed", "0", *vins)
    process = await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdout=subprocess.PIPE)
    try:
        line = await process.stdout.readline() if process.stdout else b""
        async with aiohttp.ClientSession() as http:
            yield Server(http, line.decode().split()[-1])
    finally:
        with suppress(ProcessLookupError):
            process.terminate()
        await process.wait()


@asynccontextmanager
async def house() -> AsyncIterator[HomeAssistant]:
    """Run a new Home Assistant without an account."""
    with TemporaryDirectory() as folder:
        async with async_test_home_assistant(config_dir=folder) as hass:
            hass.data.pop(loader.DATA_CUSTOM_COMPONENTS, None)
            # Home Assistant's own sessions ask it which networks there are.
            await async_setup_component(hass, "network", {})
            try:
                yield hass
            finally:
                await hass.async_stop(force=True)


def account(hass: HomeAssistant, server: Server, username: str = CREDENTIALS["username"]) -> RenaultZeConfigEntry:
    """Enter an account of a simulator, which is not set up yet."""
    data = {**CREDENTIALS, "username": username, "address": f"{server.url}/api"}
    entry = MockConfigEntry(domain=DOMAIN, unique_id=username, data=data)
    entry.add_to_hass(hass)
    return entry  # type: ignore[no-any-return]


async def set_up(hass: HomeAssistant, entry: RenaultZeConfigEntry) -> None:
    """Set an account up, and wait for what follows."""
    if not await hass.config_entries.async_setup(entry.entry_id):
        raise RuntimeError(f"the entry was not set up: {entry.state}, {entry.reason}")
    await hass.async_block_till_done(wait_background_tasks=True)


@asynccontextmanager
async def home(server: Server) -> AsyncIterator[RenaultZeConfigEntry]:
    """Run a new Home Assistant with the account of a simulator."""
    async with house() as hass:
        entry = account(hass, server)
        await set_up(hass, entry)
        yield entry
        await hass.config_entries.async_unload(entry.entry_id)


def entities(hass: HomeAssistant, entry: RenaultZeConfigEntry) -> int:
    """Return how many enabled entities each car of an account has; all have as many, and each has a state."""
    registered = er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id)
    enabled = [each for each in registered if not each.disabled]
    counts = Counter(each.device_id for each in enabled)
    shown = all(hass.states.get(each.entity_id) for each in enabled)
    if not shown or len(counts) != len(entry.runtime_data.vehicles) or len(set(counts.values())) != 1:
        raise RuntimeError(f"some entities are missing: {counts}")
    return next(iter(counts.values()))


def check_entities(hass: HomeAssistant, entries: Collection[RenaultZeConfigEntry], cars: int, each: int) -> None:
    """Fail unless so many cars have so many entities each: what is not there costs nothing."""
    found = [entities(hass, entry) for entry in entries]
    vehicles = sum(len(entry.runtime_data.vehicles) for entry in entries)
    if vehicles != cars or set(found) != {each}:
        raise RuntimeError(f"{vehicles} cars with {found} entities instead of {cars} with {each}")
