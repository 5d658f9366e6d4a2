"""The processor time of a setup, of a new account and after a restart."""

from statistics import median
import time
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant

from .clock import import_all
from .house import Domain, account, entities, folder, house, set_up
from .server import MY_RENAULT, Server, simulated
from .table import Row, alone, compared

REPEATS = 5


async def set_ups(domain: Domain) -> list[tuple[float, float]]:
    """Return the processor time (ms) of some first set-ups, each with that of the setup after a restart."""
    import_all()
    async with simulated(MY_RENAULT) as server:
        await server.change({"level": 50, "plugged": True, "report": True})
        # Home Assistant imports more during the first one.
        _, *found = [await _twice(server, domain) for _ in range(1 + REPEATS)]
        return found


async def _twice(server: Server, domain: Domain) -> tuple[float, float]:
    """Return the processor time (ms) of the setup of a new account, and of the one after a restart."""
    with folder() as config:
        async with house(config) as hass:
            entry = account(hass, server, domain)
            first = await _cost(hass, entry)
            await hass.config_entries.async_unload(entry.entry_id)
        async with house(config) as hass:
            entry = account(hass, server, domain, entry.entry_id, entry.data)
            again = await _cost(hass, entry)
            await hass.config_entries.async_unload(entry.entry_id)
    return first, again


async def _cost(hass: HomeAssistant, entry: ConfigEntry[Any]) -> float:
    """Return the processor time of a setup (ms)."""
    begin = time.process_time()
    await set_up(hass, entry)
    spent = time.process_time() - begin
    entities(hass, entry)
    return spent * 1000


def rows(runs: int) -> list[Row]:
    """Measure both integrations in turn."""
    found: dict[Domain, list[tuple[float, float]]] = {domain: [] for domain in Domain}
    for _ in range(runs):
        for domain, times in found.items():
            times.extend(alone(set_ups, domain))
    first, again = ([median(each[part] for each in found[domain]) for domain in Domain] for part in range(2))
    return [
        compared("CPU time of the first setup", first, "ms", "1.5"),
        compared("CPU time of the setup after a restart", again, "ms", "1.5"),
    ]
