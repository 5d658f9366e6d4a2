"""Renault's servers, and the HTTP session that the library is given.

It knows what the library keeps to itself: the status of the last response, and whether anything was sent that may
reach a car. No request leaves the configured servers, and the library gets no more of a response than can be held.
"""

from collections.abc import AsyncIterator, Iterable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
import json
from typing import Any, Self
from urllib.parse import urlsplit

import aiohttp
from renault_api.const import (
    AVAILABLE_LOCALES,
    CONF_GIGYA_APIKEY,
    CONF_GIGYA_URL,
    CONF_KAMEREON_APIKEY,
    CONF_KAMEREON_URL,
)

from ..exceptions import RedirectedError, UnexpectedResponseError
from ..response import body_of, is_redirect

_ANY_KEY = "any"
# An unknown one would send the library to a server of Renault's that no longer answers.
LOCALES = tuple(sorted(AVAILABLE_LOCALES))
_FALLBACK = "en_GB"
# Where the cars are; a token for it is fetched from another server first.
_CARS = "/commerce/"
_JWT = "x-gigya-id_token"
# The library makes an object of each row of these, some 50 µs each; fifty cars take no more.
_ROWS, _MOST_ROWS = ("/persons/", "/vehicles"), 5_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Servers:
    """Servers in place of Renault's own; addresses without a slash at their end, which the library would double."""

    gigya: str
    gigya_key: str
    kamereon: str
    kamereon_key: str

    @classmethod
    def at(cls, address: str) -> Self:
        """Return both servers below one address, such as the simulator's; raise ValueError for one that is none."""
        root = address.strip().rstrip("/")
        parts = urlsplit(root)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
            raise ValueError("An address begins with http:// or https:// and ends with its path")
        return cls(gigya=f"{root}/gigya", gigya_key=_ANY_KEY, kamereon=f"{root}/kamereon", kamereon_key=_ANY_KEY)

    @property
    def details(self) -> dict[str, str]:
        """Return them as the library takes them: all four, or it would fill the gaps with Renault's own."""
        return {
            CONF_GIGYA_URL: self.gigya,
            CONF_GIGYA_APIKEY: self.gigya_key,
            CONF_KAMEREON_URL: self.kamereon,
            CONF_KAMEREON_APIKEY: self.kamereon_key,
        }


def addresses(servers: Servers | None, locale: str) -> list[str]:
    """Return which addresses may be asked: those of the servers, or Renault's own for a locale."""
    details = AVAILABLE_LOCALES.get(locale, {}) if servers is None else servers.details
    return [details[key] for key in (CONF_GIGYA_URL, CONF_KAMEREON_URL) if key in details]


@dataclass(frozen=True, kw_only=True, slots=True)
class Garage:
    """One of an owner's accounts that holds cars: its id, its kind such as MYRENAULT, and their VINs."""

    id: str
    kind: str
    vins: tuple[str, ...]


def locale_for(country: str | None, language: str | None) -> str:
    """Return the locale of a country (ISO 3166), in a language (ISO 639) where there are several.

    A country without one is served from next door: by its language, else in English.
    """
    spoken = [locale for locale in LOCALES if locale[:2] == (language or "")[:2].lower()]
    at_home = [locale for locale in LOCALES if locale[-2:] == (country or "").upper()]
    both = [locale for locale in at_home if locale in spoken]
    return next(iter(both or at_home or spoken), _FALLBACK)


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
            raise UnexpectedResponseError("another server was to be asked")
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
    """Return a body; raise UnexpectedResponseError for one that would keep the library busy for seconds."""
    if any(part in url for part in _ROWS) and body.count(b"{") > _MOST_ROWS:
        raise UnexpectedResponseError("the response has more rows than any account")
    return body
