"""A login kept alive: who may send what, and under which token."""

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
from .errors import UnauthorisedError, acknowledge, content
from .tokens import Login
from .transport import JSON_HEADERS, Answer, Request, Transport

_REFUSED = {HTTPStatus.BAD_REQUEST, HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}


class Session:
    """Sends requests under a valid token, and logs in as seldom as it can."""

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
        """Take up a stored login if it is this account's at this server.

        `on_change` is told each new one, and `on_renewal` each time it has other tokens.
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
        """Return what the server knows, None for no content; asked twice if the connection drops."""
        request = Request(verb=HTTPMethod.GET, path=path, vin=vin, query=query, repeatable=True)
        return await self._authorised(request, content)

    async def order(self, verb: HTTPMethod, path: str, vin: str, *, body: object = None) -> None:
        """Give an order; it is sent again only where the server refused it unread."""
        await self._authorised(Request(verb=verb, path=path, vin=vin, body=body), acknowledge)

    async def login(self, *, max_age: timedelta) -> Login:
        """Return the last login, or a new one if it is older than `max_age`."""

        def is_outdated(login: Login) -> bool:
            now = self._now()
            # A login from the future was stored under a wrong clock.
            return not now - max_age.total_seconds() < login.logged_in_at <= now

        return await self._turn(is_outdated, self._log_in)

    async def _authorised[T](self, request: Request, opened: Callable[[Answer], T]) -> T:
        """Send a request, at most three times: under the token at hand, a renewed one, one of a new login."""
        login = await self._turn(lambda login: login.due(self._now()), self._renew)
        with suppress(UnauthorisedError):
            return await self._tried(request, login, opened)
        login = await self._turn(login.shares_token, self._renew)
        with suppress(UnauthorisedError):
            return await self._tried(request, login, opened)
        if login.renewed:
            login = await self._turn(login.shares_token, self._log_in)
            with suppress(UnauthorisedError):
                return await self._tried(request, login, opened)
        raise AuthenticationError(f"{request.name}: refused even after a new login")

    async def _tried[T](self, request: Request, login: Login, opened: Callable[[Answer], T]) -> T:
        """Send a request under one token; raise UnauthorisedError where it may be sent again under another."""
        answer = await self._transport.exchange(request, login.headers)
        try:
            return opened(answer)
        except UnauthorisedError as err:
            if request.repeatable or answer.status == HTTPStatus.UNAUTHORIZED:
                raise
            # A server looks at the token first, so this order was most likely not heeded: it counts as refused. But
            # only a 401 says so; without one the token is renewed, and whoever gave the order may give it again.
            self._spend(login)
            raise RejectedError(str(err), reason=err.reason) from None

    def _now(self) -> float:
        """Return the time in seconds since 1970."""
        return self._transport.clock.now().timestamp()

    def _spend(self, login: Login) -> None:
        """Have a token renewed before it is used again, unless another has taken its place."""
        if self._login is not None and self._login.shares_token(login):
            self._keep(self._login.spent())

    async def _turn(self, stale: Callable[[Login], bool], replace: Callable[[], Awaitable[Login]]) -> Login:
        """Replace a stale login; tasks that wait for each other share one new login, or one failure to get it."""
        failures = self._failures
        if self._login is not None and not stale(self._login):
            return self._login
        async with self._lock:
            if self._login is not None and not stale(self._login):
                return self._login
            if self._failure is not None and self._failures != failures:
                raise copy(self._failure)
            try:
                login = await replace()
            except CloudError as err:
                if isinstance(err, ConnectionFailedError):
                    # What the login was for was not sent yet, or was refused unread.
                    err.unsent = True
                self._failures += 1
                self._failure = copy(err)
                raise
            self._keep(login)
            return login

    def _keep(self, login: Login) -> None:
        """Use a new login or its new tokens from now on, and have them stored."""
        is_new = self._login is None or self._login.logged_in_at != login.logged_in_at
        self._login = login
        self._hide(login)
        if (tell := self._on_change if is_new else self._on_renewal) is not None:
            tell(login.to_store(owner=self._owner))

    def _hide(self, login: Login) -> None:
        """Keep what a login holds out of every text."""
        self._transport.tokens = login.tokens
        self._transport.fingerprints = login.fingerprints

    async def _renew(self) -> Login:
        """Renew the token; log in where there is none to renew or the server will not."""
        login = self._login
        if login is not None and (renewal := login.renewal) is not None:
            answer = await self._transport.exchange(renewal.request, renewal.headers, cookie=renewal.cookie)
            if (renewed := login.with_renewal(answer, _renewal_content(answer), self._now())) is not None:
                return renewed
        self._login = None
        return await self._log_in()

    async def _log_in(self) -> Login:
        """Log in with username and password."""
        request = Request(verb=HTTPMethod.POST, path="/user/login", body=self._credentials)
        answer = await self._transport.exchange(request, JSON_HEADERS)
        return Login.from_answer(answer, _login_content(answer), self._now())


def _renewal_content(answer: Answer) -> Any:
    """Return what a renewal was answered with, None for any refusal that a login may mend."""
    try:
        return content(answer)
    except ThrottledError, CountryMovedError:
        raise
    except CloudError:
        return None


def _login_content(answer: Answer) -> Any:
    """Return what a login was answered with; raise AuthenticationError where the credentials are refused."""
    try:
        return content(answer)
    except ThrottledError, CountryMovedError:
        raise
    except CloudError as err:
        if (
            answer.status in _REFUSED
            or isinstance(err, UnauthorisedError)
            or (answer.ok and isinstance(err, RejectedError))
        ):
            raise AuthenticationError(str(err)) from None
        if answer.status == HTTPStatus.NOT_FOUND:
            raise UnexpectedResponseError(f"{answer.request.name}: there is no such server here") from None
        raise
