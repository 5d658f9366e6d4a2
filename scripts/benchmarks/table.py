"""The table of the report, and the processes its figures come from."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
import logging
from multiprocessing import get_context
from typing import NamedTuple

type Work = Callable[[], Awaitable[object]]

PRECISE_BELOW = 10


class Row(NamedTuple):
    """One line of the table."""

    figure: str
    core: str
    ours: str
    ratio: str = "-"
    aim: str = "-"


def compared(figure: str, values: Iterable[float], unit: str = "", aim: str = "-") -> Row:
    """Return two values of a figure, the first of which is the reference."""
    core, ours = values
    ratio = f"{ours / core:.2f}" if core else "-"
    return Row(figure, shown(core, unit), shown(ours, unit), ratio, aim)


def shown(value: float, unit: str = "") -> str:
    """Return a number as the table shows it."""
    whole = value == round(value) or value >= PRECISE_BELOW
    return f"{value:,.{0 if whole else 2}f} {unit}".strip()


def alone[*Arguments, T](scenario: Callable[[*Arguments], Awaitable[T]], *arguments: *Arguments) -> T:
    """Run a scenario in a new process and return its result, so that no scenario inherits what another left."""
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        return pool.submit(_run, scenario, *arguments).result()


def _run[T](scenario: Callable[..., Awaitable[T]], *arguments: object) -> T:
    """Run a scenario, and let warnings through: a figure without its entities would look good."""
    logging.disable(logging.INFO)
    # It warns of every custom integration.
    logging.getLogger("homeassistant.loader").setLevel(logging.ERROR)

    async def run() -> T:
        """Wait for the scenario."""
        return await scenario(*arguments)

    return asyncio.run(run())
