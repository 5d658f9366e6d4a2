"""How long a cloud wants to be left alone."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from homeassistant.util import dt as dt_util

from .cloud.exceptions import CloudError, SparedError
from .errors import retry_after


class Pause:
    """The longest pause that was asked for; what is only spared here may be spent on an order."""

    def __init__(self) -> None:
        """Begin without one."""
        self._until = datetime.min.replace(tzinfo=UTC)

    @property
    def left(self) -> timedelta:
        """Return how much of it is left."""
        return max(self._until - dt_util.utcnow(), timedelta())

    def note(self, answers: Iterable[Any]) -> None:
        """Heed what answers ask for."""
        now = dt_util.utcnow()
        for answer in answers:
            if isinstance(answer, CloudError) and not isinstance(answer, SparedError):
                self._until = max(self._until, now + (retry_after(answer) or timedelta()))
