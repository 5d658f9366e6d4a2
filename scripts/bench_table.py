"""What the table is made of: a measured time, and a line that compares it."""

from collections.abc import Awaitable, Callable
import time
from typing import NamedTuple

type Work = Callable[[], Awaitable[object]]


class Row(NamedTuple):
    """One line of the table."""

    figure: str
    ours: str
    raw: str = "-"
    ratio: str = "-"
    aim: str = "-"


async def cost(work: Work) -> float:
    """Return the processor time of some work, in milliseconds."""
    begin = time.process_time()
    await work()
    return (time.process_time() - begin) * 1000


def compared(figure: str, ours: float, raw: float, unit: str, aim: str = "-") -> Row:
    """Return a figure beside its reference."""
    digits = 2 if raw < 10 else 0  # noqa: PLR2004
    return Row(figure, f"{ours:.{digits}f} {unit}", f"{raw:.{digits}f} {unit}", f"{ours / raw:.2f}", aim)
