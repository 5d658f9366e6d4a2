"""How old what we know may get, and how soon to look again; takes the time, owns no clock."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, time, timedelta

from .cloud.models import Battery, Part
from .cloud.orders import Command
from .cloud.state import VehicleState
from .cloud.wall_clock import A_FEW_MINUTES, is_ahead
from .const import EXPIRED_AFTER, MISSED_AFTER, SILENT_AFTER, STALE_AFTER, STALE_WHILE_CHARGING, TIMER_CLEARED_AFTER

# The car's timer fires within a day, which has 25 hours on the night the clocks change.
_A_DAY = timedelta(hours=25)


def put_right(state: VehicleState, now: datetime) -> VehicleState:
    """Return a state that was learnt while the clock was ahead: what has happened did so by now at the latest."""
    earlier, seen_at, starts_at = state.earlier_command, state.charge.seen_at, state.preconditioning_starts_at
    told_until = state.runs_told_until
    return replace(
        state,
        read_at={part: by_now(at, now) for part, at in state.read_at.items()},
        commands={kind: _given(each, now) for kind, each in state.commands.items()},
        earlier_command=None if earlier is None else _given(earlier, now),
        runs_told_until=None if told_until is None else by_now(told_until, now),
        charge=replace(state.charge, seen_at=None) if seen_at and by_now(seen_at, now) != seen_at else state.charge,
        preconditioning_starts_at=None if starts_at and is_ahead(starts_at, now, _A_DAY) else starts_at,
    )


def by_now(at: datetime, now: datetime) -> datetime:
    """Return when something happened, now if that was noted while the clock was ahead."""
    return now if is_ahead(at, now, A_FEW_MINUTES) else at


def _given(command: Command, now: datetime) -> Command:
    """Return an order as one that was given, and settled, by now."""
    settled_at = None if command.settled_at is None else by_now(command.settled_at, now)
    return replace(command, sent_at=by_now(command.sent_at, now), settled_at=settled_at)


def known(read_at: Mapping[Part, datetime], now: datetime) -> frozenset[Part]:
    """Return the parts that were read recently enough to say anything about the car."""
    return frozenset(part for part, at in read_at.items() if now - at < EXPIRED_AFTER)


def stale(battery: Battery | None, read_at: datetime | None, base: timedelta, now: datetime) -> bool:
    """Tell whether the battery's report is older than it should be, or was asked for in vain for long.

    `base` is how often it is meant to be asked for.
    """
    if battery is None or battery.reported_at is None or read_at is None:
        return True
    allowed = STALE_WHILE_CHARGING if battery.charging else STALE_AFTER
    return now - battery.reported_at > allowed or now - read_at > max(MISSED_AFTER, base * 6)


def kept(
    read_at: Mapping[Part, datetime], every: Mapping[Part, timedelta], pace: timedelta, now: datetime
) -> Mapping[Part, datetime]:
    """Return when each part was last read that still counts, although it was asked for in vain for long."""
    patience = max(MISSED_AFTER, pace * 6)
    due = {part: often + patience for part, often in every.items() if part in read_at}
    return {part: read_at[part] for part, allowed in due.items() if allowed < now - read_at[part] < EXPIRED_AFTER}


def silent(battery: Battery | None, now: datetime) -> bool:
    """Tell whether the car has not been heard of for days."""
    reported_at = None if battery is None else battery.reported_at
    return reported_at is not None and now - reported_at > SILENT_AFTER


def interval(state: VehicleState, base: timedelta) -> timedelta:
    """Return how long to wait: short while the car charges, long while it just stands."""
    battery = state.battery
    if battery is not None and battery.charging:
        return base / 2
    if battery is not None and battery.plugged_in is False:
        return base * 2
    return base


def timer_fired(state: VehicleState, now: datetime) -> bool:
    """Tell whether the timer that was read last has fired, so that it is time to read what the car has now."""
    starts_at = state.preconditioning_starts_at
    return starts_at is not None and now >= starts_at + TIMER_CLEARED_AFTER


def timer_lingers(state: VehicleState, timer: time | None, now: datetime) -> bool:
    """Tell whether a timer that was read now is still the one of before, which has just fired."""
    starts_at = state.preconditioning_starts_at
    fired = starts_at is not None and starts_at <= now < starts_at + TIMER_CLEARED_AFTER
    return fired and timer == state.preconditioning_timer
