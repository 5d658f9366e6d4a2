"""How long Home Assistant does nothing else during setup, reload, edits, and polls."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
import gc
from time import thread_time
from typing import Any, NamedTuple

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant

from .house import Domain, device_id, entities, reload, set_up
from .life import Life, life
from .server import MY_RENAULT, ZE_SERVICES
from .table import Row, Work, alone

SIZES = (1, 10, 100)
# This car holds five different windows at MY Renault, and Home Assistant loads any number at Z.E. Services.
WINDOWS_A_DAY = {MY_RENAULT: 5, ZE_SERVICES: 48}
POLLED_SECONDS = 1800.0
POLL_STEP = 20.0
EVERY_DAY = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
AIMS = {10: "20 ms", 100: "160 ms"}


class Kind(StrEnum):
    """What is going on meanwhile."""

    SET_UP = "setup"
    RELOAD = "reload"
    POLL = "polls"
    EDIT = "edit"


class Stall(NamedTuple):
    """The longest time (ms) for which the event loop did one thing: `whole`, and without the garbage collector."""

    whole: float
    own: float


@contextmanager
def _collections() -> Iterator[list[float]]:
    """Collect how long each pass of the garbage collector takes."""
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
    """Return the longest turn of the event loop during some work, in processor time."""
    whole = own = 0.0

    async def watch(passes: list[float]) -> None:
        """Take part in every turn of the loop."""
        nonlocal whole, own
        while True:
            passes.clear()
            begin = thread_time()
            await asyncio.sleep(0)
            took = thread_time() - begin
            whole, own = max(whole, took), max(own, took - sum(passes))

    with _collections() as passes:
        watcher = asyncio.create_task(watch(passes))
        # The watcher has to start before the work, and to take one more turn after it.
        await asyncio.sleep(0)
        await work()
        await asyncio.sleep(0)
        watcher.cancel()
    return Stall(whole * 1000, own * 1000)


async def stalls(domain: Domain, cloud: str, count: int) -> dict[Kind, Stall]:
    """Measure an account of some cars."""
    async with life(domain, cloud, count) as running:
        hass, entry = running.hass, running.entry
        await running.server.change({"level": 50, "plugged": True, "report": True})
        found = {Kind.SET_UP: await longest_stall(lambda: set_up(hass, entry))}
        found[Kind.RELOAD] = await longest_stall(lambda: reload(hass, entry))
        entities(hass, entry)
        found[Kind.POLL] = await longest_stall(lambda: _poll(running))
        if domain is Domain.OURS:
            # The first windows replace none, and only the next are compared with others.
            await _edit(hass, entry, WINDOWS_A_DAY[cloud], 0)
            found[Kind.EDIT] = await longest_stall(lambda: _edit(hass, entry, WINDOWS_A_DAY[cloud], 15))
    return found


async def _edit(hass: HomeAssistant, entry: ConfigEntry[Any], count: int, minute: int) -> None:
    """Replace the charge windows of one car by many."""
    starts = [f"{number // 2:02}:{number % 2 * 30 + minute:02}" for number in range(count)]
    windows = [{"days": EVERY_DAY, "start": start, "duration": {"minutes": 15}} for start in starts]
    given = {"device_id": device_id(hass, entry), "windows": windows}
    await hass.services.async_call(Domain.OURS, "set_charge_schedule", given, blocking=True)
    await hass.async_block_till_done()


async def _poll(running: Life) -> None:
    """Let all cars report another level, and be polled."""
    await running.server.change({"level": 60, "report": True})
    await running.pass_by(POLLED_SECONDS, POLL_STEP)


def rows(runs: int) -> list[Row]:
    """Measure accounts of several sizes, both integrations in turn; other programs only add, so the least is shown."""
    table: list[Row] = []
    for count in SIZES:
        core, ours = _least(count, runs)
        table += [_row(figure(kind, count), core.get(kind), ours[kind], AIMS.get(count, "-")) for kind in Kind]
    return table


def _least(count: int, runs: int) -> list[dict[Kind, Stall]]:
    """Return the stalls of core's integration and of ours.

    The request limit of MY Renault leaves most values of many cars unread, so ours reads those at Z.E. Services.
    """
    cases = ((Domain.CORE, MY_RENAULT), (Domain.OURS, MY_RENAULT if count == 1 else ZE_SERVICES))
    found = [[alone(stalls, domain, cloud, count) for domain, cloud in cases] for _ in range(runs)]
    return [
        {kind: Stall(*map(min, zip(*(run[kind] for run in case), strict=True))) for kind in case[0]}
        for case in zip(*found, strict=True)
    ]


def figure(kind: Kind, count: int) -> str:
    """Return what the table calls a stall."""
    return f"longest stall of {kind}, {count} car{'s' * (count > 1)}"


def _row(name: str, core: Stall | None, ours: Stall, aim: str = "-") -> Row:
    """Return a row with both durations."""
    ratio = f"{ours.own / core.own:.2f}" if core else "-"
    return Row(name, _cell(core) if core else "-", _cell(ours), ratio, aim)


def _cell(stall: Stall) -> str:
    """Return a stall, and what it is with garbage collection."""
    return f"{stall.own:.1f} ms ({stall.whole:.1f})"
