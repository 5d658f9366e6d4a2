"""A session at the server: logs in, renews the token, and sends requests under it."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from copy import copy
from datetime import timedelta
from http import HTTPMethod, HTTPStatus
from typing import Any

from ..exceptions import (
    AuthenticationError,
    CloudError,
    ConnectionFailedError,
    CountryMovedError,
    RejectedError,
    ThrottledError,
    UnexpectedResponseError,
)
from .errors import UnauthorizedError, check, content
from .tokens import Login
from .transport import JSON_HEADERS, Request, Response, Transport

_REFUSED = {HTTPStatus.BAD_REQUEST, HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}


class ZeServicesSession:
    """Sends requests under a valid token, and logs in only when needed."""

    def __init__(
        self,
        transport: Transport,
        *,
        username: str,
        password: str,
        stored: Mapping[str, Any] | None,
        on_change: Callable[[dict[str, Any]], None] | None,
        on_renewal: Callable[[dict[str, Any]], None] | None,
    ) -> None:
        """Use a stored login if it belongs to this account and server.

        `on_change` is called with each new login, `on_renewal` with each renewed token.
        """
        self._transport = transport
        self._credentials = {"username": username, "password": password}
        self._owner = {"address": transport.address, "username": username}
        self._on_change = on_change
        self._on_renewal = on_renewal
        self._login = Login.from_stored(stored, owner=self._owner) if isinstance(stored, Mapping) else None
        if self._login is not None:
            self._hide(self._login)
        self._lock = asyncio.Lock()
        self._failures = 0
        self._failure: CloudError | None = None

    async def read(self, path: str, vin: str, *, query: str = "") -> Any:
        """Return the content of a response, None if there is none; a dropped connection is retried once."""
        request = Request(verb=HTTPMethod.GET, path=path, vin=vin, query=query, repeatable=True)
        return await self._authorized(request, content)

    async def command(self, verb: HTTPMethod, path: str, vin: str, *, body: object = None) -> None:
        """Send a command; it is only repeated if the server refused the token without reading it."""
        await self._authorized(Request(verb=verb, path=path, vin=vin, body=body), check)

    async def login(self, *, max_age: timedelta) -> Login:
        """Return the last login, or log in again if it is older than `max_age`."""

        def is_outdated(login: Login) -> bool:
            now = self._now()
            # A login from the future was stored under a wrong clock.
            return not now - max_age.total_seconds() < login.logged_in_at <= now

        return await self._valid_login(is_outdated, self._log_in)

    async def _authorized[T](self, request: Request, decode: Callable[[Response], T]) -> T:
        """Send a request at most three times: under the current token, a renewed token, and that of a new login."""
        login = await self._valid_login(lambda login: login.needs_renewal(self._now()), self._renew)
        with suppress(UnauthorizedError):
            return await self._send(request, login, decode)
        login = await self._valid_login(login.has_same_token, self._renew)
        with suppress(UnauthorizedError):
            return await self._send(request, login, decode)
        if login.renewed:
            login = await self._valid_login(login.has_same_token, self._log_in)
            with suppress(UnauthorizedError):
                return await self._send(request, login, decode)
        raise AuthenticationError(f"{request.name}: refused even after a new login")

    async def _send[T](self, request: Request, login: Login, decode: Callable[[Response], T]) -> T:
        """Send a request under one token; raise UnauthorizedError if it may be repeated under another."""
        response = await self._transport.send(request, login.headers)
        try:
            return decode(response)
        except UnauthorizedError as err:
            if request.repeatable or response.status == HTTPStatus.UNAUTHORIZED:
                raise
            # Servers check the token first, so this command was most likely not executed. But only a 401 is certain:
            # without it the token is renewed for the next request, and the command counts as refused.
            self._expire(login)
            raise RejectedError(str(err), reason=err.reason) from None

    def _now(self) -> float:
        """Return the time in seconds since 1970."""
        return self._transport.clock.now().timestamp()

    def _expire(self, login: Login) -> None:
        """Renew a token before its next use, unless it was replaced already."""
        if self._login is not None and self._login.has_same_token(login):
            self._set_login(self._login.expired())

    async def _valid_login(self, is_outdated: Callable[[Login], bool], renew: Callable[[], Awaitable[Login]]) -> Login:
        """Return the login, replaced if it is outdated; tasks that wait for this share the new login or the error."""
        failures = self._failures
        if self._login is not None and not is_outdated(self._login):
            return self._login
        async with self._lock:
            if self._login is not None and not is_outdated(self._login):
                return self._login
            if self._failure is not None and self._failures != failures:
                raise copy(self._failure)
            try:
                login = await renew()
            except CloudError as err:
                if isinstance(err, ConnectionFailedError):
                    # The request itself was not sent yet, or was refused unread.
                    err.unsent = True
                self._failures += 1
                self._failure = copy(err)
                raise
            self._set_login(login)
            return login

    def _set_login(self, login: Login) -> None:
        """Use and store a new login or renewed tokens."""
        is_new = self._login is None or self._login.logged_in_at != login.logged_in_at
        self._login = login
        self._hide(login)
        if (store := self._on_change if is_new else self._on_renewal) is not None:
            store(login.to_stored(owner=self._owner))

    def _hide(self, login: Login) -> None:
        """Hide the tokens and personal data of a login in all messages."""
        self._transport.tokens = login.tokens
        self._transport.fingerprints = login.fingerprints

    async def _renew(self) -> Login:
        """Renew the token, or log in if there is none or the server refuses."""
        login = self._login
        if login is not None and (renewal := login.renewal) is not None:
            response = await self._transport.send(renewal.request, renewal.headers, cookie=renewal.cookie)
            if (renewed := login.with_renewal(response, _renewal_content(response), self._now())) is not None:
                return renewed
        self._login = None
        return await self._log_in()

    async def _log_in(self) -> Login:
        """Log in with username and password."""
        request = Request(verb=HTTPMethod.POST, path="/user/login", body=self._credentials)
        response = await self._transport.send(request, JSON_HEADERS)
        return Login.from_response(response, _login_content(response), self._now())


def _renewal_content(response: Response) -> Any:
    """Return the content of a renewal, None for a refusal after which a login may help."""
    try:
        return content(response)
    except ThrottledError, CountryMovedError:
        raise
    except CloudError:
        return None


def _login_content(response: Response) -> Any:
    """Return the content of a login; raise AuthenticationError if the credentials are refused."""
    try:
        return content(response)
    except ThrottledError, CountryMovedError:
        raise
    except CloudError as err:
        if (
            response.status in _REFUSED
            or isinstance(err, UnauthorizedError)
            or (response.ok and isinstance(err, RejectedError))
        ):
            raise AuthenticationError(str(err)) from None
        if response.status == HTTPStatus.NOT_FOUND:
            raise UnexpectedResponseError(f"{response.request.name}: no such server") from None
        raise
