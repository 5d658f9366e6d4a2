"""When an account or a device was disabled: in that time the plan sent nothing."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from .cloud.wall_clock import is_ahead

# Nothing older is still explained to anybody.
_KEPT = timedelta(days=2)


@dataclass(frozen=True, kw_only=True, slots=True)
class Disabled:
    """A span in which the account or the device was disabled; without an end it still is."""

    since: datetime
    until: datetime | None = None


def put_right(spans: tuple[Disabled, ...], now: datetime) -> tuple[Disabled, ...]:
    """Return the spans without instants that cannot have been yet: the clock was ahead, and they were by now."""
    return tuple(
        Disabled(since=_by_now(each.since, now), until=each.until and _by_now(each.until, now)) for each in spans
    )


def begun(spans: tuple[Disabled, ...], now: datetime) -> tuple[Disabled, ...]:
    """Return the spans with one that lasts from now on."""
    kept = tuple(each for each in put_right(spans, now) if each.until is None or now - each.until < _KEPT)
    return kept if any(each.until is None for each in kept) else (*kept, Disabled(since=now))


def ended(spans: tuple[Disabled, ...], now: datetime) -> tuple[Disabled, ...]:
    """Return the spans with none that still lasts."""
    return tuple(replace(each, until=each.until or now) for each in put_right(spans, now))


def covers(spans: Iterable[Disabled], at: datetime) -> bool:
    """Return whether the account or the device was disabled at an instant."""
    return any(each.since <= at and (each.until is None or at < each.until) for each in spans)


def _by_now(at: datetime, now: datetime) -> datetime:
    """Return when something was noted, now if that was while the clock was ahead."""
    return now if is_ahead(at, now, timedelta()) else at
