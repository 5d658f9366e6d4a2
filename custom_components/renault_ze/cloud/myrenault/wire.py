"""The HTTP session the library is given: it knows what the library keeps to itself, and what it trusts too far.

The status of the last answer, and whether anything was sent that may reach a car. No request leaves the configured
servers, and the library gets no more of a response than can be held.
"""

from collections.abc import AsyncIterator, Iterable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
import json
from typing import Any

import aiohttp

from ..exceptions import RedirectedError, UnexpectedAnswerError
from ..response import body_of, is_redirect

# Where the cars are; a token for it is fetched from another server first.
_CARS = "/commerce/"
_JWT = "x-gigya-id_token"
# The library makes an object of each row of these, some 50 µs each; fifty cars take no more.
_ROWS, _MOST_ROWS = ("/persons/", "/vehicles"), 5_000


class Response:
    """A response whose body was read; the rest is aiohttp's."""

    def __init__(self, response: aiohttp.ClientResponse, body: bytes) -> None:
        """Hold the body, so that nobody reads it without a limit."""
        self._response = response
        self._body = body

    def __getattr__(self, name: str) -> Any:
        """Return what the library wants to know beside the body: its status, its cookies."""
        return getattr(self._response, name)

    async def read(self) -> bytes:
        """Return the body."""
        return self._body

    async def text(self) -> str:
        """Return the body decoded as UTF-8, as JSON is: other encodings can take minutes to decode."""
        return self._body.decode("utf-8", "replace")

    async def json(self, **_: Any) -> Any:
        """Return the JSON of the body."""
        return json.loads(self._body)


class Wire:
    """An HTTP session that sends one request at a time."""

    def __init__(self, http: aiohttp.ClientSession, addresses: Iterable[str]) -> None:
        """Begin without an answer; only below `addresses` anything is asked."""
        self._http = http
        self._roots = tuple(f"{address}/" for address in addresses)
        self.status: int | None = None
        self.ordered = False
        self.jwt = ""

    def get(self, url: str, **options: Any) -> AbstractAsyncContextManager[Response]:
        """Send a request for something."""
        return self.request("GET", url, **options)

    @asynccontextmanager
    async def request(self, method: str, url: str, **options: Any) -> AsyncIterator[Response]:
        """Send a request, and note the status of its answer; raise RedirectedError for one that leads elsewhere."""
        if not url.startswith(self._roots):
            raise UnexpectedAnswerError("another server was to be asked")
        self.status, ordered_before = None, self.ordered
        self.ordered |= method != "GET" and _CARS in url
        self.jwt = (options.get("headers") or {}).get(_JWT, self.jwt)
        # Home Assistant's middleware follows nothing either, but fails a redirect to this machine with its own error.
        options |= {"allow_redirects": False, "middlewares": ()}
        try:
            async with self._http.request(method, url, **options) as response:
                self.status = response.status
                if is_redirect(response.status):
                    raise RedirectedError(f"HTTP {response.status}")
                yield Response(response, _parsable(url, await body_of(response)))
        except aiohttp.ClientConnectorError:
            self.ordered = ordered_before
            raise


def _parsable(url: str, body: bytes) -> bytes:
    """Return a body; raise UnexpectedAnswerError for one that would keep the library busy for seconds."""
    if any(part in url for part in _ROWS) and body.count(b"{") > _MOST_ROWS:
        raise UnexpectedAnswerError("the response has more rows than any account")
    return body
