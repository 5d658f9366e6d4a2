"""The world's clock, which can be hurried, and the server's, which runs like everybody's."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime, timedelta
import time

_REQUEST_SKEW: ContextVar[float] = ContextVar("request_skew", default=0.0)


class Clock:
    """Tell the time of the world (the cars) and of the server (tokens, dates of answers)."""

    def __init__(self, start: datetime | None = None, *, speed: float = 1.0) -> None:
        """Start the world at an aware instant, now unless given; speed 0 moves only when told to."""
        self._wall = time.time()
        self._backend = start.astimezone(UTC) if start else datetime.fromtimestamp(self._wall, UTC)
        self._speed = speed
        self.skew_seconds = 0.0

    @property
    def speed(self) -> float:
        """Backend seconds that pass in one real second."""
        return self._speed

    @speed.setter
    def speed(self, speed: float) -> None:
        """Change the pace from now on."""
        if speed < 0:
            raise ValueError("speed must not be negative")
        self._backend, self._wall = self.now(), time.time()
        self._speed = speed

    def now(self) -> datetime:
        """Return the instant of the world."""
        elapsed = max(0.0, time.time() - self._wall)
        return self._backend + timedelta(seconds=elapsed * self._speed)

    def advance(self, seconds: float) -> None:
        """Move the world forward."""
        if seconds < 0:
            raise ValueError("the world cannot go back")
        self._backend += timedelta(seconds=seconds)

    def set(self, instant: datetime) -> None:
        """Move the world forward to an instant."""
        self.advance((instant - self.now()).total_seconds())

    def server_now(self) -> datetime:
        """Return the instant the server believes in: real time and its skew."""
        return datetime.fromtimestamp(time.time(), UTC) + timedelta(seconds=self._skew())

    def stamp(self, instant: datetime) -> int:
        """Return an instant as the server writes it: epoch milliseconds, skewed like its clock."""
        return round((instant.timestamp() + self._skew()) * 1000)

    @contextmanager
    def skewed(self, seconds: float) -> Iterator[None]:
        """Let the server's clock be wrong while one request is answered."""
        token = _REQUEST_SKEW.set(_REQUEST_SKEW.get() + seconds)
        try:
            yield
        finally:
            _REQUEST_SKEW.reset(token)

    def _skew(self) -> float:
        """Return how far the server's clock is ahead, in seconds."""
        return self.skew_seconds + _REQUEST_SKEW.get()
