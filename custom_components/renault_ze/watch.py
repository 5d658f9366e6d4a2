"""How often a car is read while a command is followed: as often as the request limit of its account allows."""

from datetime import timedelta

from .cloud.models import Account
from .cloud.orders import RESPONSE_TIME
from .const import WATCH_INTERVAL

# A timer may fire so much too early.
_LATE = timedelta(seconds=1)
# A command and its repetition, and the looks of both as a multiple of those in the time to respond.
_COMMANDS = 2
_SPANS = 3


def allowance(account: Account) -> float | None:
    """Return how many requests a command and its repetition may take for each car; None without a request limit."""
    return None if account.reads_an_hour is None else account.reserve / max(1, len(account.vehicles))


def interval(allowed: float | None, requests: int) -> timedelta:
    """Return how far apart the looks of so many requests are; one is always at the end of the time to respond."""
    if allowed is None:
        return WATCH_INTERVAL
    looks = int((allowed - _COMMANDS) / (_SPANS * max(1, requests)))
    return RESPONSE_TIME / min(max(looks, 1), RESPONSE_TIME // WATCH_INTERVAL)


def wait(since: timedelta, every: timedelta, allowed: float | None) -> timedelta:
    """Return how long to wait until the next look at a command that was sent so long ago."""
    return every if allowed is None else every - since % every + _LATE
