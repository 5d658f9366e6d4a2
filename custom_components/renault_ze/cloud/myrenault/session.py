"""The one way to the servers: one request at a time, within the budget, logged in, and each failure named."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
import logging
from time import perf_counter
from typing import Any, Protocol, cast, runtime_checkable

import aiohttp
from renault_api.renault_session import RenaultSession

from ..exceptions import AuthenticationError, ConnectionFailedError, RejectedError, ThrottledError, UnsupportedError
from .errors import JwtRefusedError, LoggedOutError, named
from .quota import Budget
from .servers import Servers, Wire, addresses
from .storage import Memory

_LOGGER = logging.getLogger(__name__)
# The library has no time limit of its own but aiohttp's five minutes.
_TIMEOUT_SECONDS = 30.0
# What fits into a form.
_MOST_ADDRESSES, _LONGEST_ADDRESS = 20, 200


@runtime_checkable
class _SecondFactor(Protocol):
    """What a session of renault-api 0.6 can do and one of 0.5 cannot."""

    async def get_two_factor_auth_emails(self) -> list[Any]:
        """Return where a code can be sent."""

    async def request_two_factor_auth_code(self, email_id: str | None = None) -> None:
        """Send a code."""

    async def complete_two_factor_auth(self, code: str) -> None:
        """Log in with a code."""

    @property
    def device_ids(self) -> dict[str, str]:
        """Return the names under which this device is remembered."""

    def set_device_ids(self, device_ids: Mapping[str, str]) -> None:
        """Be the device of an earlier session."""


class Gateway:
    """An account's session at both servers."""

    def __init__(
        self,
        http: aiohttp.ClientSession,
        *,
        locale: str,
        servers: Servers | None,
        credentials: tuple[str, str],
        memory: Memory,
        budget: Budget,
    ) -> None:
        """Prepare without asking anybody; take up an earlier log-in."""
        self._credentials = credentials
        self._memory = memory
        self._budget = budget
        self._lock = asyncio.Lock()
        self._refusal: AuthenticationError | None = None
        self._hidden = {*credentials}
        self._wire = Wire(http, addresses(servers, locale))
        self.session = RenaultSession(
            cast("aiohttp.ClientSession", self._wire),
            locale=locale,
            locale_details=None if servers is None else servers.details,
        )
        if isinstance(self.session, _SecondFactor) and memory.device_ids:
            self.session.set_device_ids(memory.device_ids)
        if memory.login_token is not None:
            self.session.set_login_token(memory.login_token)

    @property
    def reads_an_hour(self) -> float:
        """Return how often the account may be asked when nothing hurries."""
        return self._budget.reads_an_hour

    @property
    def reserve(self) -> float:
        """Return how many requests are kept for commands."""
        return self._budget.reserve

    def serve(self, cars: int) -> None:
        """Keep enough requests for the commands of so many cars."""
        self._budget.cars = max(1, cars)

    def hide(self, *words: str) -> None:
        """Keep words out of every text this makes."""
        self._hidden.update(words)

    @property
    def _private(self) -> tuple[str, ...]:
        """Return the words no text may tell: the account's, and its tokens of now."""
        tokens = (self._memory.login_token or "", self._wire.jwt, *self._memory.device_ids.values())
        return (*self._hidden, *tokens)

    async def ask[T](
        self,
        name: str,
        call: Callable[[], Awaitable[T]],
        *,
        urgent: bool = False,
        basis: bool = False,
        order: bool = False,
    ) -> T:
        """Return what a request was answered with; `name` is how it may be shown to anybody.

        It is sent at most once, but for a refusal of the token, which left it unread.
        """
        async with self._lock:
            self._memory.note_requests(self._budget.spend(urgent=urgent, basis=basis, order=order))
            if self.session.login_token is None:
                await self._log_in()
            return await self._answer(name, call)

    async def addresses(self) -> dict[str, str]:
        """Return where a code can be sent: blotted addresses by their id."""
        async with self._lock:
            session = self._second_factor()
            found = await self._once("second factor", session.get_two_factor_auth_emails)
            names = ((email.id, email.obfuscated or email.id) for email in found[:_MOST_ADDRESSES])
            return {id_: name[:_LONGEST_ADDRESS] for id_, name in names if len(id_) <= _LONGEST_ADDRESS}

    async def send_code(self, address_id: str) -> None:
        """Have a code sent."""
        async with self._lock:
            session = self._second_factor()
            await self._once("second factor", lambda: session.request_two_factor_auth_code(address_id))

    async def enter_code(self, code: str) -> None:
        """Log in with a code; raise WrongCodeError for another than was sent."""
        async with self._lock:
            session = self._second_factor()
            await self._once("second factor", lambda: session.complete_two_factor_auth(code))
            self._logged_in()

    async def _answer[T](self, name: str, call: Callable[[], Awaitable[T]]) -> T:
        """Send a request, and again with a new token where the old one was refused."""
        try:
            return await self._once(name, call)
        except JwtRefusedError:
            self._drop_jwt()
        except LoggedOutError:
            await self._log_in()
        try:
            return await self._once(name, call)
        except LoggedOutError:
            # Another password ends both tokens, the shorter-lived one first.
            await self._log_in()
        return await self._once(name, call)

    async def _once[T](self, name: str, call: Callable[[], Awaitable[T]]) -> T:
        """Send a request, and name what fails."""
        started, self._wire.status, self._wire.ordered = perf_counter(), None, False
        try:
            async with asyncio.timeout(_TIMEOUT_SECONDS):
                answer = await call()
        except Exception as err:  # noqa: BLE001 - the library lets through whatever its own dependencies raise
            # Raised outside this block: the original names the whole address in its text, VIN and all.
            possible = isinstance(self.session, _SecondFactor)
            failure = named(name, err, self._private, status=self._wire.status, second_factor=possible)
        else:
            _log(name, "answered", started)
            return answer
        _log(name, failure, started)
        if isinstance(failure, ConnectionFailedError):
            failure.unsent = failure.unsent or not self._wire.ordered
        if isinstance(failure, ThrottledError):
            failure.retry_after = self._budget.cool_down()
            self._memory.note_pause(failure.retry_after)
        raise failure

    async def _log_in(self) -> None:
        """Log in with the password; one that was refused is not tried again, lest the account be locked."""
        if self._refusal is not None:
            raise self._refusal.with_traceback(None)
        try:
            await self._once("log-in", lambda: self.session.login(*self._credentials))
        except AuthenticationError as err:
            self._refusal = err
            raise
        self._logged_in()

    def _logged_in(self) -> None:
        """Keep the log-in."""
        self._refusal = None
        self._memory.login_token = self.session.login_token
        if isinstance(self.session, _SecondFactor):
            self._memory.device_ids = self.session.device_ids
        self._memory.changed()

    def _drop_jwt(self) -> None:
        """Take the refused token away from the library, which would go on using it."""
        if (token := self.session.login_token) is not None:
            self.session.set_login_token(token)

    def _second_factor(self) -> _SecondFactor:
        """Return the session, if its library can answer a second factor."""
        if not isinstance(self.session, _SecondFactor):
            raise UnsupportedError("The installed renault-api cannot answer a second factor")
        if not isinstance(self._refusal, AuthenticationError):
            raise RejectedError("second factor: none is wanted")
        return self.session


def _log(name: str, outcome: object, started: float) -> None:
    """Log what was asked, what came of it and how long it took."""
    _LOGGER.debug("%s: %s in %.0f ms", name, outcome, (perf_counter() - started) * 1000)
