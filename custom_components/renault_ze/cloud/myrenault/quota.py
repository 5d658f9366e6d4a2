"""How often an account may ask: the quota is unpublished, and shared with the app on the owner's telephone."""

from collections.abc import Callable
from datetime import timedelta

from ..exceptions import RequestLimitError, ThrottledError
from ..protocol import SYSTEM_CLOCK, Clock

# Home Assistant's own integration holds to 60 reads an hour and was served; this adds up to no more, and idles at 12.
_AN_HOUR = 12.0
_SAVED = 48.0
# What idle reading leaves for orders and for looking after them.
_RESERVE = 0.5
# What a car takes that does not obey at once: an order, a look at the car, the order again, and another look.
_A_CAR = 4.0
# So many orders may be sent when nothing is left; Home Assistant's own integration does not count them at all.
_OVERDRAFT = 6.0
_HOUR = 3600.0
# What cured a refusal for those who tell of one.
_COOL_DOWN = timedelta(minutes=15)


class Budget:
    """The requests an account has left: they come back at an even pace, and so many can be saved."""

    def __init__(
        self,
        *,
        share: Callable[[], float] = lambda: 1.0,
        left: float | None = None,
        age: timedelta = timedelta(),
        clock: Clock = SYSTEM_CLOCK,
    ) -> None:
        """Begin with what was left some time ago, by default with all that can be saved.

        `share` tells which part is ours, now that others ask for the account.
        """
        self._share = share
        self._clock = clock
        self.cars = 1
        self._left = self._most if left is None else max(left, -_OVERDRAFT)
        self._cool_at = clock.monotonic()
        self._counted_at = self._cool_at - age.total_seconds()

    @property
    def reads_an_hour(self) -> float:
        """Return how many requests come back in an hour."""
        return _AN_HOUR * self._share()

    @property
    def reserve(self) -> float:
        """Return how many requests idle reading leaves for commands."""
        return self._most * _RESERVE

    @property
    def _most(self) -> float:
        """Return how many requests can be saved."""
        return _SAVED * self._share()

    def spend(self, *, urgent: bool, basis: bool = False, order: bool = False) -> float:
        """Take one request, and return how many are left.

        Raise ThrottledError where there is none left, or none but the reserve and no urgency. `basis` is a look before
        an order that can be given without it: it leaves what the orders of all cars need.
        """
        now = self._clock.monotonic()
        if now < self._cool_at:
            wait = timedelta(seconds=self._cool_at - now)
            raise ThrottledError("The server asked for a pause", retry_after=wait)
        a_second = self.reads_an_hour / _HOUR
        self._left = min(self._most, self._left + (now - self._counted_at) * a_second)
        self._counted_at = now
        if self._left < 1 + self._kept(urgent=urgent, basis=basis, order=order):
            raise RequestLimitError("The account's quota is spared", retry_after=timedelta(seconds=1 / a_second))
        self._left -= 1
        return self._left

    def _kept(self, *, urgent: bool, basis: bool, order: bool) -> float:
        """Return how many requests are left for what matters more."""
        if order:
            return -_OVERDRAFT * self._share()
        if urgent:
            return 0
        return min(self.reserve, self.cars * _A_CAR) if basis else self.reserve

    def cool_down(self, rest: timedelta = _COOL_DOWN) -> timedelta:
        """Let nothing pass for a while, which is returned: for the rest of a pause that an earlier run began."""
        span = min(rest, _COOL_DOWN)
        self._cool_at = self._clock.monotonic() + span.total_seconds()
        return span
