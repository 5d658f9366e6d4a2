"""Read responses safely: no redirects, a limited size and number of rows, and values of any type."""

from collections.abc import Callable, Iterable, Mapping
import dataclasses
from datetime import datetime
from http import HTTPStatus
from math import isfinite
from operator import itemgetter
import re
from typing import Any

import aiohttp

from .exceptions import UnexpectedResponseError
from .redaction import for_log, log_once

_MOST_BYTES = 2_000_000
_CHUNK_BYTES = 1 << 16
# A year of a car that is charged every day.
MOST_ROWS = 1_000
_NUMBER = re.compile(r"-?[0-9]{1,15}(?:\.[0-9]{1,15})?")
_FLAGS = {"true": True, "false": False}


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """Values of one response; the fields that it did not contain are `missing`, and may keep their last values."""

    missing: frozenset[str] = dataclasses.field(default=frozenset(), compare=False)


def is_redirect(status: int) -> bool:
    """Return whether a status is a redirect; "not modified" is only for caches."""
    return HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST and status != HTTPStatus.NOT_MODIFIED


async def body_of(response: aiohttp.ClientResponse) -> bytes:
    """Return the decompressed body; raise UnexpectedResponseError for more than 2 MB, and read no further."""
    body = bytearray()
    # aiohttp decompresses one chunk at a time here, while `read()` would expand a small response to any size.
    async for chunk in response.content.iter_chunked(_CHUNK_BYTES):
        body += chunk
        if len(body) > _MOST_BYTES:
            response.close()
            raise UnexpectedResponseError("the response is larger than 2 MB")
    return bytes(body)


def newest[T](items: Iterable[T], at: Callable[[T], datetime | float]) -> tuple[T, ...]:
    """Return the newest items, newest first."""
    return tuple(sorted(items, key=at, reverse=True)[:MOST_ROWS])


def newest_rows(rows: Iterable[Any], at: Callable[[dict[str, Any]], datetime | float | None]) -> list[dict[str, Any]]:
    """Return the newest rows with a date, without decoding the others: there may be any number of them."""
    dated = ((date, row) for row in rows if isinstance(row, dict) and (date := at(row)) is not None)
    return [row for _, row in newest(dated, itemgetter(0))]


def as_object(value: Any) -> dict[str, Any]:
    """Return a JSON object, an empty one for anything else."""
    return value if isinstance(value, dict) else {}


def number(value: Any) -> int | float | None:
    """Return a finite number, also one sent as a string."""
    if isinstance(value, str) and _NUMBER.fullmatch(value.strip()):
        value = float(value) if "." in value else int(value)
    return value if type(value) is int or (type(value) is float and isfinite(value)) else None


def flag(value: Any) -> bool | None:
    """Return a boolean, also one sent as a string."""
    if isinstance(value, str):
        value = _FLAGS.get(value.strip().lower())
    return value if value is True or value is False else None


def missing(found: Mapping[str, Any], names: Mapping[str, str]) -> frozenset[str]:
    """Return the fields whose names in a response are missing; null means that the value is unknown now."""
    return frozenset(each for each, name in names.items() if name not in found)


def field[T](found: Mapping[str, Any], name: str, decode: Callable[[Any], T | None]) -> T | None:
    """Return the decoded value of a field; one that is not understood is logged."""
    value = decode(found.get(name))
    if value is None and found.get(name) is not None:
        log_once(f"The server sent {for_log(found[name])} for {name}, which is not understood")
    return value


def word[T](value: Any, words: Mapping[str, T], name: str) -> T | None:
    """Return the meaning of a word; an unknown one is logged."""
    if isinstance(value, str) and value in words:
        return words[value]
    if value is not None:
        log_once(f"The server sent {for_log(value)} for {name}, which is unknown")
    return None
