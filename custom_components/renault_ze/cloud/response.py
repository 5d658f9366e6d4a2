"""How far a server's response is trusted: it leads to no other server, and its size and rows have a limit."""

from collections.abc import Callable, Iterable
from datetime import datetime
from http import HTTPStatus
from operator import itemgetter
from typing import Any

import aiohttp

from .exceptions import UnexpectedResponseError

_MOST_BYTES = 2_000_000
_CHUNK_BYTES = 1 << 16
# A year of a car that is charged every day.
MOST_ROWS = 1_000


def is_redirect(status: int) -> bool:
    """Tell whether a status leads elsewhere; "not modified" belongs to caches, which nobody here has."""
    return HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST and status != HTTPStatus.NOT_MODIFIED


async def body_of(response: aiohttp.ClientResponse) -> bytes:
    """Return the decompressed body; raise UnexpectedResponseError for more than 2 MB, and read no further."""
    body = bytearray()
    # aiohttp decompresses no more at once than is asked for, where `read()` would expand a small bomb as a whole.
    async for chunk in response.content.iter_chunked(_CHUNK_BYTES):
        body += chunk
        if len(body) > _MOST_BYTES:
            response.close()
            raise UnexpectedResponseError("the response is larger than 2 MB")
    return bytes(body)


def newest[T](items: Iterable[T], at: Callable[[T], datetime | float]) -> tuple[T, ...]:
    """Return the newest items, newest first; the server's order does not matter."""
    return tuple(sorted(items, key=at, reverse=True)[:MOST_ROWS])


def newest_rows(rows: Iterable[Any], at: Callable[[dict[str, Any]], datetime | float | None]) -> list[dict[str, Any]]:
    """Return the newest rows that have a date, and read nothing else of a row: there may be any number of them."""
    dated = ((date, row) for row in rows if isinstance(row, dict) and (date := at(row)) is not None)
    return [row for _, row in newest(dated, itemgetter(0))]
