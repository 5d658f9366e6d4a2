"""Measure the integration against raw aiohttp and orjson, in the same run and against the same simulator.

Each scenario has a process of its own, so that none inherits what another left. Times are processor time unless said
otherwise: what waits, for the simulator or for other work on the machine, is not counted.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from datetime import datetime, timedelta
import gc
import logging
from multiprocessing import get_context
import os
import platform
from statistics import median
import subprocess
import sys
from tempfile import TemporaryDirectory
import time
import tracemalloc
from typing import Any
from unittest.mock import patch

from homeassistant.util import dt as dt_util

# First, for it sees to it that our `custom_components` is the one that is found.
from bench_house import POLLED, ROOT, check_entities, home, simulated
from bench_poll import a_poll
from bench_stall import Stall, a_collection, cars_that_fit, longest_stall, many_accounts, of_a_size, stall_row
from bench_table import Row, Work, compared, cost
from custom_components.renault_ze.const import PLATFORMS

MODULES = ("", ".config_flow", ".diagnostics", ".repairs", *(f".{each}" for each in PLATFORMS))
CORE_PLATFORMS = ("binary_sensor", "button", "device_tracker", "select", "sensor")
CORE_MODULES = ("", ".config_flow", ".diagnostics", *(f".{each}" for each in CORE_PLATFORMS))
IMPORTS = 5
HOUR_OF_POLLS = 6
DELAY_SECONDS = 0.5
FURTHER = 50
ROUNDS = 3
SIZES = (1, 10, 100)
AIMS = {10: "20 ms", 100: "160 ms"}


async def an_idle_hour() -> list[Row]:
    """Count the requests of an hour in which nothing happens, the token's renewals apart."""
    async with simulated() as server, home(server) as entry:
        (coordinator,) = entry.runtime_data.vehicles.values()
        await server.control("DELETE", "requests")
        for number in range(1, HOUR_OF_POLLS + 1):
            ahead = timedelta(minutes=10 * number)
            await server.control("POST", "clock", {"advance": 600, "skew": ahead.total_seconds()})
            with _later(ahead):
                await coordinator.async_refresh()
        log = await server.control("GET", "requests")
    kinds = Counter(each["path"].split("/", 4)[-1] for each in log)
    each = sum(kinds.pop(path) for path in POLLED) / HOUR_OF_POLLS
    renewals = kinds.pop("refresh", 0)
    others = ", ".join(f"{count} of {path}" for path, count in sorted(kinds.items()))
    renewed = f"{renewals} renewals of the token, which lives for 15 minutes"
    return [
        Row("requests of an idle poll", f"{each:g}", str(len(POLLED)), f"{each / len(POLLED):.2f}", "2"),
        Row("beside them in an hour of polls", f"{others}; {renewed}"),
    ]


@contextmanager
def _later(ahead: timedelta) -> Iterator[None]:
    """Let both clocks the integration reads be ahead."""
    now, epoch = dt_util.utcnow, time.time
    with (
        patch.object(dt_util, "utcnow", lambda: now() + ahead),
        patch.object(time, "time", lambda: epoch() + ahead.total_seconds()),
    ):
        yield


async def a_set_up() -> list[Row]:
    """See at the server how a set-up asks, when every answer takes half a second."""
    async with simulated() as server:
        await server.control("PUT", "faults", [{"kind": "delay", "seconds": DELAY_SECONDS}])
        await server.log_in()
        await server.poll()
        raw = _asked(await server.control("GET", "requests"))
        await server.control("DELETE", "requests")
        async with home(server):
            ours = _asked(await server.control("GET", "requests"))
    figure = f"set-up, every answer taking {DELAY_SECONDS:g} s: requests, most in flight, time"
    return [Row(figure, ours[0], raw[0], f"{ours[1] / raw[1]:.2f}", "login, then reads at once")]


def _asked(log: list[dict[str, Any]]) -> tuple[str, float]:
    """Return how many requests arrived, how many of them waited at the same time, and how long all took in seconds."""
    arrivals = sorted(datetime.fromisoformat(each["server_at"]) for each in log)
    delay = timedelta(seconds=DELAY_SECONDS)
    most = max(sum(at <= other < at + delay for other in arrivals) for at in arrivals)
    seconds = (arrivals[-1] - arrivals[0] + delay).total_seconds()
    return f"{len(arrivals)}, {most}, {seconds:.2f} s", seconds


async def memory(count: int) -> int:
    """Return the memory that Home Assistant takes once it knows some vehicles, in bytes."""
    tracemalloc.start()
    async with simulated(count) as server, home(server):
        gc.collect()
        return tracemalloc.get_traced_memory()[0]


async def raw_memory() -> float:
    """Return the memory of what was read about one vehicle, merely kept, in bytes."""
    async with simulated(FURTHER) as server:
        await server.log_in()
        await server.poll()
        tracemalloc.start()
        kept = await server.poll()
        gc.collect()
        return tracemalloc.get_traced_memory()[0] / len(kept) * len(POLLED)


async def many_vehicles(count: int, entities_each: int) -> list[Row]:
    """Measure a round of all vehicles of a large account, each due at the same instant and with another level."""
    async with simulated(count) as server, home(server) as entry:
        coordinators = entry.runtime_data.vehicles.values()
        check_entities(next(iter(coordinators)).hass, [entry], count, entities_each)

        async def ours() -> None:
            """Poll all vehicles."""
            await asyncio.gather(*(each.async_refresh() for each in coordinators))

        await server.log_in()
        cpu: dict[Work, list[float]] = {ours: [], server.poll: []}
        stall: dict[Work, list[float]] = {ours: [], server.poll: []}
        for number, (measure, kept) in enumerate([(cost, cpu), (_stall, stall)] * ROUNDS):
            await server.change({"level": 20 + number, "report": True})
            for work, times in kept.items():
                times.append(await measure(work))
    return [
        compared(f"CPU of a round of {count} vehicles", median(cpu[ours]), median(cpu[server.poll]), "ms"),
        compared(
            "longest stall of the event loop in it", median(stall[ours]), median(stall[server.poll]), "ms", "20 ms"
        ),
    ]


async def _stall(work: Work) -> float:
    """Return the longest stall of the event loop with all that is in it, in milliseconds."""
    return (await longest_stall(work)).whole


def imports() -> list[Row]:
    """Measure the import of every module of ours that Home Assistant asks for, and of its own for the same cars."""
    ours = _import_time([f"custom_components.renault_ze{each}" for each in MODULES])
    core = _import_time([f"homeassistant.components.renault{each}" for each in CORE_MODULES])
    return [
        Row("import of all modules, on top of Home Assistant's", f"{ours:.0f} ms", aim="30 ms"),
        Row("beside it, that of Home Assistant's own Renault integration and its library", f"{core:.0f} ms"),
    ]


def _import_time(modules: list[str]) -> float:
    """Return the processor time of an import, compiled, once all that Home Assistant brings is there."""
    base = [f"homeassistant.components.{each}" for each in ("diagnostics", "repairs", "network", *PLATFORMS)]
    with TemporaryDirectory() as compiled:
        program = (
            "import sys, time, homeassistant.bootstrap, homeassistant.helpers.update_coordinator\n"
            f"import {', '.join(base)}\n"
            f"sys.dont_write_bytecode, sys.pycache_prefix = False, {compiled!r}\n"
            "begin = time.process_time()\n"
            f"import {', '.join(modules)}\n"
            "print((time.process_time() - begin) * 1000)"
        )
        command = (sys.executable, "-c", program)
        _, *runs = [float(subprocess.check_output(command, cwd=ROOT)) for _ in range(1 + IMPORTS)]
    return median(runs)


def alone[T](scenario: Callable[..., Awaitable[T]], *arguments: int) -> T:
    """Run a scenario in a process of its own and return what it found."""
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        return pool.submit(_run, scenario, *arguments).result()


def _run[T](scenario: Callable[..., Awaitable[T]], *arguments: int) -> T:
    """Run a scenario, and show what Home Assistant warns of: entities that are missing make a figure look good."""
    logging.disable(logging.INFO)

    async def run() -> T:
        """Wait for the scenario."""
        return await scenario(*arguments)

    return asyncio.run(run())


def stalls(whose: str, scenario: Callable[..., Awaitable[list[Stall]]], *arguments: int) -> Row:
    """Return the stalls of some cars, the least of a few runs: other programs on the machine only add to them."""
    return stall_row(whose, [alone(scenario, *arguments) for _ in range(ROUNDS)], AIMS.get(arguments[0], "-"))


def main() -> None:
    """Print the table."""
    rows = [*imports(), *alone(an_idle_hour), *alone(a_set_up), *alone(a_poll)]
    further = (alone(memory, 1 + FURTHER) - alone(memory, 1)) / FURTHER / 1024
    kept = alone(raw_memory) / 1024
    rows.append(Row("memory of a further vehicle, all its entities included", f"{further:.0f} KiB", f"{kept:.0f} KiB"))
    fit, each = alone(cars_that_fit)
    rows += [stalls(f"an account of {count}", of_a_size, count, each) for count in (*SIZES, fit)]
    rows.append(stalls("20 accounts of 5 at once", many_accounts, 20, 5, each))
    rows += [*alone(a_collection), *alone(many_vehicles, fit, each)]
    machine = f"{os.cpu_count()} cores, {platform.freedesktop_os_release()['PRETTY_NAME']}"
    print(f"{datetime.now().astimezone():%Y-%m-%d}, {machine}, Python {platform.python_version()}\n")
    print("| figure | renault_ze | aiohttp + orjson | ratio | aim |\n|---|---|---|---|---|")
    for row in rows:
        print(f"| {' | '.join(row)} |")


if __name__ == "__main__":
    main()
