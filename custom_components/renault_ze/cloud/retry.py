"""Delays after which a refused request is sent again."""

from datetime import datetime, timedelta

from .schedule import Wait

_FIRST = timedelta(minutes=5)
# A feature that returns is shown within hours.
_LONGEST = timedelta(hours=6)


class RetryTimes[K]:
    """When to send each request again that has failed: its delay doubles with each failure."""

    def __init__(self) -> None:
        """Start with every request due."""
        self._waits: dict[K, Wait] = {}

    def failed(self, key: K, now: datetime) -> None:
        """Wait before the next attempt, twice as long as before this one."""
        before = self._waits.get(key)
        self._waits[key] = Wait(now, _FIRST if before is None else min(before.span * 2, _LONGEST))

    def succeeded(self, key: K) -> None:
        """Start with the shortest delay after the next failure."""
        self._waits.pop(key, None)

    def is_due(self, key: K, now: datetime) -> bool:
        """Return whether a request may be sent now."""
        return key not in self._waits or not self._waits[key].left(now)
