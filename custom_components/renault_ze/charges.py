"""Whether the car charges, as far as it has said, and what a charge that ended has brought."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from .cloud.exceptions import AuthenticationError, RefusedError, SparedError, ThrottledError
from .cloud.models import Battery, ChargeEvent
from .cloud.state import Charge
from .const import CLOCKS_APART, HISTORY_LOOKUPS
from .schedule import ChargeSession, sessions


def seen(charge: Charge, battery: Battery, now: datetime, *, has_history: bool) -> Charge:
    """Return the charge as a report of the battery shows it; one that leaves the question open changes nothing."""
    if battery.charging is None:
        return charge
    if battery.charging:
        return Charge(running=True, seen_at=battery.reported_at or now)
    if not charge.running:
        return replace(charge, running=False)
    return replace(charge, running=False, lookups=HISTORY_LOOKUPS if has_history else 0)


def looked_up(charge: Charge, answer: Any) -> Charge:
    """Return the charge once its end was looked for in the history: found, refused for good, or tried in vain."""
    if isinstance(answer, ThrottledError | AuthenticationError):
        # A quota comes back within minutes; another pause, or a new password, may be hours away.
        return replace(charge, interrupted=not isinstance(answer, SparedError))
    told = isinstance(answer, tuple) and brought(charge, answer) is not None
    settled = told or isinstance(answer, RefusedError)
    return replace(charge, lookups=0 if settled else max(charge.lookups - 1, 0))


def brought(charge: Charge, history: Iterable[ChargeEvent]) -> ChargeSession | None:
    """Return the session a charge was, None where the history tells of no end since it was last seen."""
    session = next(iter(sessions(history)), None)
    if session is None or (charge.seen_at is not None and session.ended.at < charge.seen_at - CLOCKS_APART):
        return None
    return session
