"""The life of a Home Assistant with one account, moved forward in simulated time and watched."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
import time
from typing import Any, Self

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import EVENT_STATE_CHANGED
from homeassistant.core import Event, HomeAssistant, callback

from .clock import SimulatedClock
from .house import Domain, account, folder, house
from .server import Server, simulated

# A Sunday evening: the day that follows has a departure.
START = datetime(2026, 11, 15, 22, tzinfo=UTC)
STEP_SECONDS = 1.0


class Life:
    """One Home Assistant in simulated time, and what it has done since `reset`."""

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry[Any], server: Server, clock: SimulatedClock) -> None:
        """Watch an account."""
        self.hass = hass
        self.entry = entry
        self.server = server
        self.clock = clock
        self._storage = Path(hass.config.path(".storage"))
        self._files: dict[str, tuple[int, int]] = {}
        hass.bus.async_listen(EVENT_STATE_CHANGED, self._count_state)

    async def reset(self) -> Self:
        """Count from now on."""
        self.cpu_seconds = 0.0
        self.states = self.writes = self.written_bytes = 0
        self._files = self._stored()
        await self.server.control("DELETE", "requests")
        return self

    @property
    async def requests(self) -> int:
        """Return how many requests have arrived."""
        return len(await self.server.control("GET", "requests"))

    async def pass_by(self, seconds: float, step: float = STEP_SECONDS) -> None:
        """Let time pass, from timer to timer, for Home Assistant and for the cars."""
        end = self.clock.time() + seconds
        while self.clock.time() < end:
            due = self.clock.next_timer(end, step)
            await self.tell(due)
            self.clock.move_to(due)
            await self.settle()
            self._count_writes()

    async def tell(self, seconds: float) -> None:
        """Set the clocks of the simulator to a moment since the epoch."""
        at = datetime.fromtimestamp(seconds, UTC).isoformat()
        await self.server.control("POST", "clock", {"set": at})

    async def settle(self) -> None:
        """Run what is due, and wait for what follows from it; what the waiting itself costs is not counted."""
        self.cpu_seconds += await self._wait()
        self.cpu_seconds -= await self._wait()

    async def _wait(self) -> float:
        """Wait until nothing is left to do, and return the processor time of all that was done (s)."""
        begin = time.process_time()
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        await self.hass.async_block_till_done(wait_background_tasks=True)
        return time.process_time() - begin

    @callback
    def _count_state(self, _: Event[Any]) -> None:
        """Count a change of a state or of its attributes."""
        self.states += 1

    def _count_writes(self) -> None:
        """Count the files that were written since the last look."""
        files = self._stored()
        changed = {name for name, version in files.items() if version != self._files.get(name)}
        self.writes += len(changed)
        self.written_bytes += sum((self._storage / name).stat().st_size for name in changed)
        self._files = files

    def _stored(self) -> dict[str, tuple[int, int]]:
        """Return which version of each stored file there is."""
        found = {}
        for path in self._storage.rglob("*") if self._storage.exists() else ():
            status = path.stat()
            found[str(path.relative_to(self._storage))] = (status.st_ino, status.st_mtime_ns)
        return found


@asynccontextmanager
async def life(domain: Domain, cloud: str, count: int = 1, start: datetime = START) -> AsyncIterator[Life]:
    """Run a Home Assistant with an account that is not set up yet, in simulated time."""
    async with simulated(cloud, count, start) as server:
        clock = SimulatedClock(start)
        clock.install()
        with folder() as config:
            async with house(config) as hass:
                entry = account(hass, server, domain)
                found = await Life(hass, entry, server, clock).reset()
                await found.tell(clock.time())
                yield found
                await hass.config_entries.async_unload(entry.entry_id)
