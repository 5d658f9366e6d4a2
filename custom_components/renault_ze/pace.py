"""How long a vehicle waits from one poll to the next; takes the time, owns no clock."""

from datetime import datetime, timedelta

from . import freshness
from .cloud.state import VehicleState
from .cloud.wall_clock import Wait
from .const import WATCH_INTERVAL


class Pace:
    """The regular polls of a vehicle; a look at a command between two of them does not put the next one off."""

    def __init__(self, base: timedelta) -> None:
        """Begin with the interval that the owner chose."""
        self.base = base
        self._turn = 1.0
        self._polled = True
        self._next: Wait | None = None

    def take_turn(self, number: int, of_all: int) -> None:
        """Wait for the second poll so much of an interval that the vehicles of an account come one after the other."""
        self._turn = number / of_all

    def note_poll(self) -> None:
        """Begin another interval."""
        self._polled = True

    def until_poll(self, state: VehicleState, least: timedelta, now: datetime) -> timedelta:
        """Return how long to wait until the next poll, which an account allows no more often than each `least`."""
        if state.charge.lookups:
            return max(WATCH_INTERVAL, least / 10)
        if self._polled:
            share, self._turn, self._polled = self._turn, 1.0, False
            span = max(freshness.interval(state, self.base), least) * share
            self._next = Wait(now, span)
            return span
        return WATCH_INTERVAL if self._next is None else max(self._next.left(now), WATCH_INTERVAL)
