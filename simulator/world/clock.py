"""The simulated clock of the cars, whose speed can be changed, and the real-time clock of the server."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime, timedelta
import time

_REQUEST_SKEW: ContextVar[float] = ContextVar("request_skew", default=0.0)


class Clock:
    """The simulated time (cars) and the server time (tokens, Date header)."""

    def __init__(self, start: datetime | None = None, *, speed: float = 1.0) -> None:
        """Start the simulated time at an aware datetime, by default now; with speed 0 it stands still."""
        self._wall = time.time()
        self._backend = start.astimezone(UTC) if start else datetime.fromtimestamp(self._wall, UTC)
        self._speed = speed
        self.skew_seconds = 0.0

    @property
    def speed(self) -> float:
        """Return how many simulated seconds pass in a real second."""
        return self._speed

    @speed.setter
    def speed(self, speed: float) -> None:
        """Change the speed from now on."""
        if speed < 0:
            raise ValueError("speed must not be negative")
        self._backend, self._wall = self.now(), time.time()
        self._speed = speed

    def now(self) -> datetime:
        """Return the simulated time."""
        elapsed = max(0.0, time.time() - self._wall)
        return self._backend + timedelta(seconds=elapsed * self._speed)

    def advance(self, seconds: float) -> None:
        """Advance the simulated time."""
        if seconds < 0:
            raise ValueError("the clock cannot go back")
        self._backend += timedelta(seconds=seconds)

    def set(self, instant: datetime) -> None:
        """Advance the simulated time to a datetime."""
        self.advance((instant - self.now()).total_seconds())

    def server_now(self) -> datetime:
        """Return the server's time: real time plus its skew."""
        return datetime.fromtimestamp(time.time(), UTC) + timedelta(seconds=self._skew())

    def stamp(self, instant: datetime) -> int:
        """Return a datetime as the server sends it: in epoch milliseconds, with the skew of its clock."""
        return round((instant.timestamp() + self._skew()) * 1000)

    @contextmanager
    def skewed(self, seconds: float) -> Iterator[None]:
        """Shift the server's clock during one request."""
        token = _REQUEST_SKEW.set(_REQUEST_SKEW.get() + seconds)
        try:
            yield
        finally:
            _REQUEST_SKEW.reset(token)

    def _skew(self) -> float:
        """Return how far the server's clock is ahead, in seconds."""
        return self.skew_seconds + _REQUEST_SKEW.get()
