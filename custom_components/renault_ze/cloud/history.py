"""How much of a history is kept."""

from collections.abc import Callable, Iterable
from datetime import datetime
from operator import itemgetter
from typing import Any

# A year of a car that is charged every day.
MOST_ROWS = 1_000


def newest[T](items: Iterable[T], at: Callable[[T], datetime | float]) -> tuple[T, ...]:
    """Return the newest items, newest first; the server's order does not matter."""
    return tuple(sorted(items, key=at, reverse=True)[:MOST_ROWS])


def newest_rows(rows: Iterable[Any], at: Callable[[dict[str, Any]], datetime | float | None]) -> list[dict[str, Any]]:
    """Return the newest rows that have a date, and read nothing else of a row: there may be any number of them."""
    dated = ((date, row) for row in rows if isinstance(row, dict) and (date := at(row)) is not None)
    return [row for _, row in newest(dated, itemgetter(0))]
