"""How long a cloud wants to be left alone."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from homeassistant.util import dt as dt_util

from .cloud.exceptions import CloudError, SparedError
from .cloud.wall_clock import Wait
from .errors import retry_after


class Pause:
    """The longest pause that was asked for; what is only spared here may be spent on an order."""

    def __init__(self) -> None:
        """Begin without one."""
        self._wait = Wait(dt_util.utcnow(), timedelta())

    @property
    def left(self) -> timedelta:
        """Return how much of it is left."""
        return self._wait.left(dt_util.utcnow())

    def note(self, answers: Iterable[Any]) -> None:
        """Heed what answers ask for."""
        now = dt_util.utcnow()
        for answer in answers:
            if isinstance(answer, CloudError) and not isinstance(answer, SparedError):
                asked_for = Wait(now, retry_after(answer) or timedelta())
                self._wait = max(self._wait, asked_for, key=lambda each: each.left(now))
