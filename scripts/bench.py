"""Measure what owners notice, compared with Home Assistant's own integration: the same simulated car in the same run.

Each scenario has a process of its own, and both integrations take turns. Times are processor time unless said
otherwise.
"""

from argparse import ArgumentParser
from collections.abc import Callable, Sequence
from datetime import datetime
import os
import platform

from benchmarks import cards, day, display, poll, price_month, setup_cost, stall

GROUPS: dict[str, Callable[[int], Sequence[tuple[str, ...]]]] = {
    "setup": setup_cost.rows,
    "day": day.rows,
    "display": display.rows,
    "stall": stall.rows,
    "poll": poll.rows,
    "cards": cards.rows,
    "prices": price_month.rows,
}
HEADER = ("figure", "renault", "renault_ze", "ratio", "aim")
# The reference of a poll is what its requests cost by themselves: Home Assistant's own integration sends others. It has
# no cards; that of dragging is the same page while nothing is dragged. It does not charge by prices.
HEADERS = {
    "poll": ("figure", "aiohttp + orjson", *HEADER[2:]),
    "cards": ("figure", "reference", *HEADER[2:]),
    "prices": price_month.HEADER,
}


def main() -> None:
    """Print the tables of all groups, or of those that were asked for."""
    parser = ArgumentParser(prog="scripts/bench", description=__doc__)
    parser.add_argument("--only", action="append", choices=GROUPS, help="what to measure, several times (everything)")
    parser.add_argument("--runs", type=int, default=3, help="how often to repeat each figure (%(default)s)")
    options = parser.parse_args()
    machine = f"{os.cpu_count()} cores, {platform.freedesktop_os_release()['PRETTY_NAME']}"
    print(f"{datetime.now().astimezone():%Y-%m-%d}, {machine}, Python {platform.python_version()}", flush=True)
    header = None
    for group in options.only or GROUPS:
        found = GROUPS[group](options.runs)
        if (now := HEADERS.get(group, HEADER)) != header:
            header = now
            print(f"\n| {' | '.join(header)} |\n|{'---|' * len(header)}", flush=True)
        for row in found:
            print(f"| {' | '.join(row)} |", flush=True)


if __name__ == "__main__":
    main()
