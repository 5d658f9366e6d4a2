"""Backoff after errors of a cloud, for polls and for commands of the plan."""

from collections.abc import Collection, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from ..cloud.exceptions import AuthenticationError, CloudError, CountryMovedError, RequestLimitError, ThrottledError
from ..cloud.schedule import Wait

_RETRY_AFTER = timedelta(minutes=5)
# What must be sent before a departure cannot wait for long.
_URGENT_RETRY_AFTER = timedelta(minutes=1)
# Refused credentials are not sent again before the user signs in, which reloads the entry.
_AUTHENTICATION_RETRY_AFTER = timedelta(days=1)
# For a cloud that asks to wait without a duration.
DEFAULT_RETRY_AFTER: Final = timedelta(minutes=15)
# A moved country does not return by the next poll.
MOVED_RETRY_AFTER: Final = timedelta(hours=1)


class Backoff:
    """The longest wait that was requested."""

    def __init__(self) -> None:
        """Start without a wait."""
        self._wait = Wait(datetime.min.replace(tzinfo=UTC), timedelta())

    def left(self, now: datetime) -> timedelta:
        """Return how much of the wait is left."""
        return self._wait.left(now)

    def extend(self, span: timedelta, now: datetime) -> None:
        """Wait at least for a span from now."""
        if span > self._wait.left(now):
            self._wait = Wait(now, span)


def longest_retry_after(responses: Iterable[Any]) -> timedelta:
    """Return the longest time for which errors among some responses ask to wait, zero if none does."""
    return max((_retry_after(each) for each in responses if isinstance(each, CloudError)), default=timedelta())


def step_backoff(errors: Collection[CloudError], *, is_urgent: bool) -> timedelta:
    """Return how long a step of the plan waits after errors or another failure."""
    waits = [_URGENT_RETRY_AFTER if is_urgent else _RETRY_AFTER]
    for err in errors:
        match err:
            case AuthenticationError():
                return _AUTHENTICATION_RETRY_AFTER
            case RequestLimitError():
                # The cloud was not asked, and a request may be free at any time.
                continue
            case ThrottledError(retry_after=timedelta() as span):
                waits.append(span)
            case CountryMovedError():
                waits.append(MOVED_RETRY_AFTER)
    return max(waits)


def _retry_after(err: CloudError) -> timedelta:
    """Return how long an error asks to wait."""
    match err:
        case ThrottledError():
            return err.retry_after or DEFAULT_RETRY_AFTER
        case CountryMovedError():
            return MOVED_RETRY_AFTER
    return timedelta()
