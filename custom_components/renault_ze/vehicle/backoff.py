"""How long polls and the steps of the plan wait after an error."""

from collections.abc import Collection, Hashable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from ..cloud.exceptions import AuthenticationError, CloudError, CountryMovedError, SparedError, ThrottledError
from ..cloud.schedule import Wait

# A cloud that is away is asked again this soon; what has to be done before a departure cannot wait for long.
_AGAIN = timedelta(minutes=5)
_AGAIN_SOON = timedelta(minutes=1)
# Credentials that were refused are not tried again before somebody signs in, which starts the entry anew.
_REFUSED = timedelta(days=1)
# What a cloud that says "wait" without saying how long gets.
DEFAULT_RETRY_AFTER: Final = timedelta(minutes=15)
# A moved country does not come back by itself within a poll.
MOVED_RETRY_AFTER: Final = timedelta(hours=1)


class Pause:
    """The longest pause that was asked for; what is only spared here may be spent on an order."""

    def __init__(self) -> None:
        """Begin without one."""
        self._wait = Wait(datetime.min.replace(tzinfo=UTC), timedelta())

    def left(self, now: datetime) -> timedelta:
        """Return how much of it is left."""
        return self._wait.left(now)

    def note(self, answers: Iterable[Any], now: datetime) -> None:
        """Heed what answers ask for."""
        for answer in answers:
            if isinstance(answer, CloudError) and not isinstance(answer, SparedError):
                asked_for = Wait(now, retry_after(answer) or timedelta())
                self._wait = max(self._wait, asked_for, key=lambda each: each.left(now))


class Patience[K: Hashable]:
    """What the planner has with each kind of step."""

    def __init__(self, pressing: Collection[K]) -> None:
        """Begin without any; pressing kinds are tried again sooner."""
        self._pressing = pressing
        self._waits: dict[K, Wait] = {}

    def begin(self, kind: K, now: datetime, errors: Collection[CloudError] = ()) -> None:
        """Let steps of a kind wait for what the cloud said, or a moment if something else went wrong."""
        self._waits[kind] = Wait(now, _length(errors, is_pressing=kind in self._pressing))

    def until(self, now: datetime) -> Mapping[K, datetime]:
        """Return until when steps wait."""
        return {kind: wait.until for kind, wait in self._waits.items() if wait.left(now)}


def _length(errors: Collection[CloudError], *, is_pressing: bool) -> timedelta:
    """Return how long to wait before a step is tried again."""
    pauses = [_AGAIN_SOON if is_pressing or not errors else _AGAIN]
    for each in errors:
        match each:
            case AuthenticationError():
                return _REFUSED
            case SparedError():
                # Nobody was asked, and there may be a request for this at any time.
                continue
            case ThrottledError(retry_after=timedelta() as asked_for):
                pauses.append(asked_for)
            case CountryMovedError():
                pauses.append(MOVED_RETRY_AFTER)
    return max(pauses)


def retry_after(err: CloudError) -> timedelta | None:
    """Return how long to leave the cloud alone after an error, None for the usual interval."""
    match err:
        case ThrottledError():
            return err.retry_after or DEFAULT_RETRY_AFTER
        case CountryMovedError():
            return MOVED_RETRY_AFTER
    return None
