"""When an account or a device was disabled: in that time nothing was sent, whatever the plan wanted."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

# Nothing older is still explained to anybody.
_KEPT = timedelta(days=2)


@dataclass(frozen=True, kw_only=True, slots=True)
class Disabled:
    """A span in which the account or the device was disabled; without an end it still is."""

    since: datetime
    until: datetime | None = None


def begun(spans: tuple[Disabled, ...], now: datetime) -> tuple[Disabled, ...]:
    """Return the spans with one that lasts from now on."""
    kept = tuple(each for each in spans if each.until is None or now - each.until < _KEPT)
    return kept if any(each.until is None for each in kept) else (*kept, Disabled(since=now))


def ended(spans: tuple[Disabled, ...], now: datetime) -> tuple[Disabled, ...]:
    """Return the spans with none that still lasts."""
    return tuple(replace(each, until=each.until or now) for each in spans)


def covers(spans: Iterable[Disabled], at: datetime) -> bool:
    """Return whether the account or the device was disabled at an instant."""
    return any(each.since <= at and (each.until is None or at < each.until) for each in spans)
