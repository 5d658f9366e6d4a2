"""The request quota of an account; the real one is unpublished and shared with the user's app."""

from collections.abc import Callable
from datetime import timedelta

from ..exceptions import RequestLimitError, ThrottledError
from ..protocol import SYSTEM_CLOCK, Clock
from .storage import AccountStorage

# Home Assistant's own integration reads 60 times an hour; this is never more, and 12 on average.
_PER_HOUR = 12.0
_SAVED = 48.0
# The share of the saved requests that is reserved for commands and the polls for them.
_RESERVE = 0.5
# The requests for a car that does not respond at once: a command, a poll, the command again, and a poll.
_PER_CAR = 4.0
# How many commands may be sent when no request is left; Home Assistant's own integration does not count them.
_OVERDRAFT = 6.0
_HOUR = 3600.0
# After this, users could send requests again.
_PAUSE = timedelta(minutes=15)


class RequestQuota:
    """The requests an account has left: new ones are added at a constant rate, up to a maximum."""

    def __init__(
        self,
        *,
        share: Callable[[], float] = lambda: 1.0,
        left: float | None = None,
        age: timedelta = timedelta(),
        clock: Clock = SYSTEM_CLOCK,
    ) -> None:
        """Start with the requests that were left some time ago, by default with the maximum.

        `share` returns our part of the quota while others use the account as well.
        """
        self._share = share
        self._clock = clock
        self.cars = 1
        self._left = _SAVED * share() if left is None else max(left, -_OVERDRAFT)
        self._paused_until = clock.monotonic()
        self._counted_at = self._paused_until - age.total_seconds()

    @property
    def reads_an_hour(self) -> float:
        """Return how many requests are added in an hour."""
        return _PER_HOUR * self._share()

    @property
    def reserve(self) -> float:
        """Return how many requests are reserved for commands."""
        return _SAVED * self._share() * _RESERVE

    @property
    def left(self) -> float:
        """Return how many requests are left, none during a pause."""
        return self._left_of(self._share())

    def _left_of(self, share: float) -> float:
        """Return how many requests are left of our share."""
        now = self._clock.monotonic()
        added = (now - self._counted_at) * (_PER_HOUR * share) / _HOUR
        return 0.0 if now < self._paused_until else min(_SAVED * share, self._left + added)

    def spend(self, *, urgent: bool, before_command: bool = False, command: bool = False) -> float:
        """Use one request and return how many are left; raise ThrottledError if none is available.

        Requests that are not `urgent` leave the reserve. Reads `before_command` that the command does not need leave
        what the commands of all cars may need.
        """
        now, share = self._clock.monotonic(), self._share()
        if now < self._paused_until:
            wait = timedelta(seconds=self._paused_until - now)
            raise ThrottledError("The server asked for a pause", retry_after=wait)
        self._left, self._counted_at = self._left_of(share), now
        if self._left < 1 + self._reserved(share, urgent=urgent, before_command=before_command, command=command):
            wait = timedelta(seconds=_HOUR / (_PER_HOUR * share))
            raise RequestLimitError("The request limit of the account is reached", retry_after=wait)
        self._left -= 1
        return self._left

    def _reserved(self, share: float, *, urgent: bool, before_command: bool, command: bool) -> float:
        """Return how many requests of our share must stay for what is more important."""
        if command:
            return -_OVERDRAFT * share
        if urgent:
            return 0
        reserve = _SAVED * share * _RESERVE
        return min(reserve, self.cars * _PER_CAR) if before_command else reserve

    def pause(self, rest: timedelta = _PAUSE) -> timedelta:
        """Allow no requests for some time, which is returned; `rest` is what is left of an earlier pause."""
        span = min(rest, _PAUSE)
        self._paused_until = self._clock.monotonic() + span.total_seconds()
        return span


def stored_quota(storage: AccountStorage, share: Callable[[], float]) -> RequestQuota:
    """Return the stored request quota, by default a full one."""
    left = storage.requests
    clock = storage.clock
    age = timedelta() if left is None else left.age(clock.now())
    quota = RequestQuota(share=share, left=None if left is None else left.left, age=age, clock=clock)
    quota.pause(storage.pause)
    return quota
