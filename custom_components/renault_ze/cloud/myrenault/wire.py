"""The HTTP session the library is given: it knows what the library keeps to itself.

The status of the last answer, and whether anything was sent that a car may heed.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp

# Where the cars are; a token for it is fetched from another server first.
_CARS = "/commerce/"


class Wire:
    """An HTTP session that sends one request at a time."""

    def __init__(self, http: aiohttp.ClientSession) -> None:
        """Begin without an answer."""
        self._http = http
        self.status: int | None = None
        self.ordered = False

    def __getattr__(self, name: str) -> Any:
        """Return whatever else another version of the library may want of a session."""
        return getattr(self._http, name)

    @asynccontextmanager
    async def request(self, method: str, url: str, **options: Any) -> AsyncIterator[aiohttp.ClientResponse]:
        """Send a request, and note the status of its answer."""
        self.status, ordered_before = None, self.ordered
        self.ordered |= method != "GET" and _CARS in url
        try:
            async with self._http.request(method, url, **options) as response:
                self.status = response.status
                yield response
        except aiohttp.ClientConnectorError:
            self.ordered = ordered_before
            raise
