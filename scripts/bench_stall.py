"""How long Home Assistant does nothing else while accounts are set up and reloaded, and while a plan is edited."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, time, timedelta
import gc
from itertools import batched
from time import thread_time
from typing import NamedTuple

from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import MAX_ENABLED_ENTITIES_PER_CONFIG_ENTRY

from bench_house import CREDENTIALS, Server, account, check_entities, entities, home, house, set_up, simulated
from bench_table import Row, Work
from custom_components.renault_ze.cloud.models import ChargeWindow, Weekday
from custom_components.renault_ze.coordinator import RenaultZeConfigEntry, VehicleCoordinator
from custom_components.renault_ze.plan import edits
from custom_components.renault_ze.plan.model import Plan, PlannedWindow

WORKS = ("set-up", "reload", "edit")
WINDOWS_A_DAY = 48
PASSES = 5


class Stall(NamedTuple):
    """The longest time for which the event loop did one thing (ms): `whole`, and without the garbage collector."""

    whole: float
    own: float


@contextmanager
def _collections() -> Iterator[list[float]]:
    """Keep how long each pass of the garbage collector takes."""
    passes: list[float] = []
    begin = 0.0

    def note(phase: str, _: dict[str, int]) -> None:
        """Begin or end a pass."""
        nonlocal begin
        if phase == "start":
            begin = thread_time()
        else:
            passes.append(thread_time() - begin)

    gc.callbacks.append(note)
    try:
        yield passes
    finally:
        gc.callbacks.remove(note)


async def longest_stall(work: Work) -> Stall:
    """Return the longest time the event loop worked without looking up, in milliseconds of processor time."""
    whole = own = 0.0

    async def watch(passes: list[float]) -> None:
        """Ask for every turn of the loop."""
        nonlocal whole, own
        while True:
            passes.clear()
            begin = thread_time()
            await asyncio.sleep(0)
            took = thread_time() - begin
            whole, own = max(whole, took), max(own, took - sum(passes))

    with _collections() as passes:
        watcher = asyncio.create_task(watch(passes))
        # The watcher looks up before the work begins, and once more after it.
        await asyncio.sleep(0)
        await work()
        await asyncio.sleep(0)
        watcher.cancel()
    return Stall(whole * 1000, own * 1000)


async def cars_that_fit() -> tuple[int, int]:
    """Return how many cars of an account Home Assistant has room for, and how many entities each has."""
    async with simulated() as server, home(server) as entry:
        (coordinator,) = entry.runtime_data.vehicles.values()
        each = entities(coordinator.hass, entry)
    return MAX_ENABLED_ENTITIES_PER_CONFIG_ENTRY // each, each


async def a_collection() -> list[Row]:
    """Measure a pass of the garbage collector through all there is in a Home Assistant with one car."""
    async with simulated() as server, home(server):
        passes = [await longest_stall(_collect) for _ in range(PASSES)]
    least = min(each.whole for each in passes)
    return [Row("beside it, one pass of the garbage collector with an account of 1", f"{least:.0f} ms")]


async def _collect() -> None:
    """Run the garbage collector."""
    gc.collect()


async def of_a_size(count: int, entities_each: int) -> list[Stall]:
    """Measure the set-up, the reload and an edit of an account of some cars."""
    async with simulated(count) as server, house() as hass:
        entry = account(hass, server)
        stalls = [await longest_stall(lambda: set_up(hass, entry)), await longest_stall(lambda: _reload(hass, entry))]
        check_entities(hass, [entry], count, entities_each)
        coordinator = next(iter(entry.runtime_data.vehicles.values()))
        # The first windows are in the place of none, and only the next are compared with others.
        await _edit(coordinator, 0)
        stalls.append(await longest_stall(lambda: _edit(coordinator, 15)))
        await hass.config_entries.async_unload(entry.entry_id)
    return stalls


async def many_accounts(count: int, cars_each: int, entities_each: int) -> list[Stall]:
    """Measure the set-up and the reload of many accounts at once, as a start of Home Assistant sets them up."""
    async with simulated(count * cars_each) as server, house() as hass:
        entries = [account(hass, server, name) for name in await _owners(server, count, cars_each)]
        stalls = [
            await longest_stall(lambda: asyncio.gather(*(set_up(hass, each) for each in entries))),
            await longest_stall(lambda: asyncio.gather(*(_reload(hass, each) for each in entries))),
        ]
        check_entities(hass, entries, count * cars_each, entities_each)
        for each in entries:
            await hass.config_entries.async_unload(each.entry_id)
    return stalls


async def _owners(server: Server, count: int, cars_each: int) -> list[str]:
    """Give the cars to several accounts, and return their names."""
    await server.log_in()
    names = [f"owner{number}@example.com" for number in range(count)]
    for name, vins in zip(names, batched(server.vins, cars_each, strict=True), strict=True):
        owner = {"username": name, "password": CREDENTIALS["password"], "vehicles": list(vins)}
        await server.control("POST", "accounts", owner)
    return names


def stall_row(whose: str, rounds: list[list[Stall]], aim: str) -> Row:
    """Return the least of some rounds, of each work."""
    least = [
        ", ".join(
            f"{min(values):.0f}" for values in zip(*([each[part] for each in works] for works in rounds), strict=True)
        )
        for part in range(2)
    ]
    works = ", ".join(WORKS[: len(rounds[0])])
    return Row(f"longest stall of {works}: {whose}", f"{least[1]} ms; with garbage collection {least[0]} ms", aim=aim)


async def _reload(hass: HomeAssistant, entry: RenaultZeConfigEntry) -> None:
    """Start an account anew, and wait for what follows."""
    if not await hass.config_entries.async_reload(entry.entry_id):
        raise RuntimeError(f"the entry was not reloaded: {entry.state}, {entry.reason}")
    await hass.async_block_till_done(wait_background_tasks=True)


async def _edit(coordinator: VehicleCoordinator, minute: int) -> None:
    """Plan many windows a day."""
    starts = [time(number // 2, number % 2 * 30 + minute) for number in range(WINDOWS_A_DAY)]
    windows = [PlannedWindow(ChargeWindow(day, start, timedelta(minutes=15))) for day in Weekday for start in starts]

    def change(plan: Plan, now: datetime) -> Plan:
        """Put the windows in the place of all, in a car that is to keep them."""
        return edits.switch_charging(edits.with_windows(plan, windows, now), now, on=True)

    coordinator.edit_plan(change)
    await coordinator.hass.async_block_till_done()
