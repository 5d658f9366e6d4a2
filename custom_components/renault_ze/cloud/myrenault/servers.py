"""Renault's servers, and the HTTP session that the library uses.

The session records what the library does not expose: the status of the last response, and whether a command may have
arrived. It only sends requests to the configured servers, and limits the size of responses.
"""

from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
import json
from typing import Any, Self
from urllib.parse import urlencode, urlsplit

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
# For an unknown locale, the library would use a server that is offline.
LOCALES = tuple(sorted(AVAILABLE_LOCALES))
_FALLBACK = "en_GB"
# Requests to cars; their token comes from another server.
_CARS = "/commerce/"
_JWT = "x-gigya-id_token"
# The library asks for 15 minutes; other clients ask for 24 hours (observed). Renewing takes a connection of its own.
_LIFETIME, _TOKEN_SECONDS = "expiration", 3600
_FORM = "application/x-www-form-urlencoded"
# The session has its own, which is shorter than any of aiohttp's.
_NO_TIMEOUT = aiohttp.ClientTimeout(total=None, sock_connect=None)
# The library creates an object for each row of these, in about 50 µs; fifty cars have fewer rows.
_ROWS, _MOST_ROWS = ("/persons/", "/vehicles"), 5_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Servers:
    """Servers other than Renault's own; the addresses have no slash at the end, because the library adds one."""

    gigya: str
    gigya_key: str
    kamereon: str
    kamereon_key: str

    @classmethod
    def at(cls, address: str) -> Self:
        """Return both servers below one address, such as the simulator's; raise ValueError for an invalid address."""
        root = address.strip().rstrip("/")
        parts = urlsplit(root)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
            raise ValueError("An address must start with http:// or https:// and have no query or fragment")
        return cls(gigya=f"{root}/gigya", gigya_key=_ANY_KEY, kamereon=f"{root}/kamereon", kamereon_key=_ANY_KEY)

    @property
    def details(self) -> dict[str, str]:
        """Return the servers for the library: all four values, as it would use Renault's for missing ones."""
        return {
            CONF_GIGYA_URL: self.gigya,
            CONF_GIGYA_APIKEY: self.gigya_key,
            CONF_KAMEREON_URL: self.kamereon,
            CONF_KAMEREON_APIKEY: self.kamereon_key,
        }


def addresses(servers: Servers | None, locale: str) -> list[str]:
    """Return the allowed addresses: those of the servers, otherwise Renault's own for a locale."""
    details = AVAILABLE_LOCALES.get(locale, {}) if servers is None else servers.details
    return [details[key] for key in (CONF_GIGYA_URL, CONF_KAMEREON_URL) if key in details]


@dataclass(frozen=True, kw_only=True, slots=True)
class AccountChoice:
    """An account: its id, its kind such as MYRENAULT, the VINs, and by name why other cars are left out."""

    id: str
    kind: str
    vins: tuple[str, ...]
    left_out: Mapping[str, str] = field(default_factory=dict)


def locale_for(country: str | None, language: str | None) -> str:
    """Return the locale for a country (ISO 3166) and a language (ISO 639).

    A country without a locale uses one of its language, otherwise English.
    """
    spoken = [locale for locale in LOCALES if locale[:2] == (language or "")[:2].lower()]
    at_home = [locale for locale in LOCALES if locale[-2:] == (country or "").upper()]
    both = [locale for locale in at_home if locale in spoken]
    return next(iter(both or at_home or spoken), _FALLBACK)


class BufferedResponse:
    """A response whose body was read already."""

    def __init__(self, response: aiohttp.ClientResponse, body: bytes) -> None:
        """Set the body, which was read with a size limit."""
        self._response = response
        self._body = body

    def __getattr__(self, name: str) -> Any:
        """Return another attribute of the response, such as status or cookies."""
        return getattr(self._response, name)

    async def read(self) -> bytes:
        """Return the body."""
        return self._body

    async def text(self) -> str:
        """Return the body decoded as UTF-8, as other encodings can take minutes to decode."""
        return self._body.decode("utf-8", "replace")

    async def json(self, **_: Any) -> Any:
        """Return the JSON of the body."""
        return json.loads(self._body)


class RestrictedHttp:
    """An HTTP session that only sends requests to the allowed addresses, one at a time."""

    def __init__(self, http: aiohttp.ClientSession, addresses: Iterable[str]) -> None:
        """Prepare; only requests below `addresses` are sent."""
        self._http = http
        self._roots = tuple(f"{address}/" for address in addresses)
        self.status: int | None = None
        self.may_have_arrived = False
        self.jwt = ""

    def get(self, url: str, **options: Any) -> AbstractAsyncContextManager[BufferedResponse]:
        """Send a GET request."""
        return self.request("GET", url, **options)

    @asynccontextmanager
    async def request(self, method: str, url: str, **options: Any) -> AsyncIterator[BufferedResponse]:
        """Send a request and remember the status of its response; raise RedirectedError for a redirect."""
        if not url.startswith(self._roots):
            raise UnexpectedResponseError("request to another server")
        self.status, before = None, self.may_have_arrived
        self.may_have_arrived |= method != "GET" and _CARS in url
        self.jwt = (options.get("headers") or {}).get(_JWT, self.jwt)
        # Home Assistant's middleware does not follow redirects either, but raises its own error for some.
        options |= {"allow_redirects": False, "middlewares": (), "timeout": _NO_TIMEOUT}
        if (form := options.get("data")) is not None:
            if _LIFETIME in form:
                form = {**form, _LIFETIME: _TOKEN_SECONDS}
            # aiohttp would prepare a multipart message before it encodes the form in the same way.
            options |= {"data": urlencode(form).encode(), "headers": {"Content-Type": _FORM}}
        try:
            async with self._http.request(method, url, **options) as response:
                self.status = response.status
                if is_redirect(response.status):
                    raise RedirectedError(f"HTTP {response.status}")
                yield BufferedResponse(response, _parsable(url, await body_of(response)))
        except aiohttp.ClientConnectorError:
            self.may_have_arrived = before
            raise


def _parsable(url: str, body: bytes) -> bytes:
    """Return a body; raise UnexpectedResponseError for one that the library would decode for seconds."""
    if any(part in url for part in _ROWS) and body.count(b"{") > _MOST_ROWS:
        raise UnexpectedResponseError("the response has more rows than any account")
    return body
