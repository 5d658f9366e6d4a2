"""How long the steps of the plan wait after a cloud that would not answer."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from .cloud.exceptions import AuthenticationError, CloudError, CountryMovedError, SparedError, ThrottledError
from .cloud.wall_clock import Wait
from .const import MOVED_RETRY_AFTER
from .plan import StepKind

# A cloud that is away is asked again this soon; what has to be done before a departure cannot wait for long.
_AGAIN = timedelta(minutes=5)
_AGAIN_SOON = timedelta(minutes=1)
_PRESSING = {StepKind.START, StepKind.CANCEL_TIMER}
# Credentials that were refused are not tried again before somebody signs in, which starts the entry anew.
_REFUSED = timedelta(days=1)


class Patience:
    """What the planner has with each kind of step."""

    def __init__(self) -> None:
        """Begin without any."""
        self._waits: dict[StepKind, Wait] = {}

    def begin(self, kind: StepKind, now: datetime, errors: Collection[CloudError] = ()) -> None:
        """Let steps of a kind wait for what the cloud said, or a moment if something else went wrong."""
        self._waits[kind] = Wait(now, _length(kind, errors))

    def until(self, now: datetime) -> Mapping[StepKind, datetime]:
        """Return until when steps wait."""
        return {kind: wait.until for kind, wait in self._waits.items() if wait.left(now)}


def _length(kind: StepKind, errors: Collection[CloudError]) -> timedelta:
    """Return how long to wait before a step is tried again."""
    pauses = [_AGAIN_SOON if kind in _PRESSING or not errors else _AGAIN]
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
