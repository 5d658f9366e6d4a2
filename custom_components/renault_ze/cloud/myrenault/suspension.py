"""A charge schedule that a command to start or stop charging has replaced in a car, until the car shows one again."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from ..charging import ChargeMode, ChargeState
from ..codec import load_or_none
from ..models import Battery, ChargeWindow
from ..response import as_object
from ..schedule import CLOCK_ERROR, DAY, MINUTE, is_ahead
from .programs import load_windows
from .schedule_copy import Held

# A window that only stops a charge, as short as the reported one.
STOP_WINDOW: Final = MINUTE
# A car may be reached this late by a command; until then, an untouched schedule may still be replaced.
_LATE = timedelta(hours=2)
# A charge that waits for so long has ended; a charging point may withdraw the current for a while.
_PAUSE = timedelta(hours=3)
# A level that falls by more (percent) shows a trip; preconditioning and standing take less.
_TRIP_LEVEL = 5
_FULL = 100
_ENDED = {ChargeState.ENDED, ChargeState.NOT_CHARGING}
# The level falls without a trip.
_SUPPLYING = {
    ChargeState.V2G_CHARGING,
    ChargeState.V2G_WAITING,
    ChargeState.V2G_DISCHARGING,
    ChargeState.V2L_CONNECTED,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class KeptSchedule:
    """A charge schedule as a car has shown it: its mode, its windows, and the programs if they can be sent back."""

    mode: ChargeMode
    windows: tuple[ChargeWindow, ...] = ()
    programs: list[Any] | None = None

    @property
    def enabled(self) -> bool:
        """Return whether the car followed the schedule."""
        return self.mode is ChargeMode.SCHEDULED


@dataclass(frozen=True, kw_only=True, slots=True)
class Suspension:
    """A suspended schedule: what is to be restored, what is in the car because of us, when to restore, the attempts.

    `since` is when the last command to start or stop was sent, after `has_stopped` one to stop. `is_seen` is whether
    the car has shown what has replaced its schedule, and `disabled_at` when the user has disabled the schedule since.
    `stopped_until` is the end of the window in which the charge was stopped, None after a start; `level` is the
    highest since the command, and `idle_since` when the car was first seen not to charge. A schedule that is due since
    `due_since` was sent over the routes `tried`, last over `sent_by`.
    """

    kept: KeptSchedule
    since: datetime
    has_stopped: bool = False
    is_seen: bool = False
    disabled_at: datetime | None = None
    stopped_until: datetime | None = None
    level: int | None = None
    odometer_km: float | None = None
    idle_since: datetime | None = None
    has_driven: bool = False
    due_since: datetime | None = None
    tried: tuple[str, ...] = ()
    sent_by: str | None = None
    sent_at: datetime | None = None

    def has_lasted(self, span: timedelta, now: datetime) -> bool:
        """Return whether the last command was sent so long ago."""
        return now - self.since >= span

    def may_still_come(self, now: datetime) -> bool:
        """Return whether an untouched schedule may still be replaced by the command."""
        return not self.is_seen and self.sent_at is None and not self.has_lasted(_LATE, now)

    def without_future_times(self, now: datetime) -> Suspension:
        """Return the suspension with times recorded while the clock was ahead moved to now."""
        times = {name: getattr(self, name) for name in ("since", "disabled_at", "idle_since", "due_since", "sent_at")}
        known = {name: at for name, at in times.items() if at is not None}
        ahead: dict[str, Any] = {name: now for name, at in known.items() if is_ahead(at, now, CLOCK_ERROR)}
        return replace(self, **ahead) if ahead else self

    def with_report(self, report: Battery | None, now: datetime) -> Suspension:
        """Return the suspension with what a report shows: a pause of the charge, that it was unplugged, or a trip."""
        if report is None:
            return self
        idle_since = self.idle_since
        if report.charging is not None:
            idle_since = None if report.charging else idle_since or now
        # Only a new report counts: the car may have been plugged in for the command.
        is_new = report.reported_at is not None and report.reported_at >= self.since
        has_driven = self.has_driven or (is_new and report.plugged_in is False)
        if (level := report.level) is None:
            return replace(self, idle_since=idle_since, has_driven=has_driven)
        highest = level if self.level is None or report.charge_state in _SUPPLYING else max(level, self.level)
        has_driven = has_driven or level <= highest - _TRIP_LEVEL
        return replace(self, idle_since=idle_since, level=highest, has_driven=has_driven)

    def with_odometer(self, kilometers: float) -> Suspension:
        """Return the suspension with what the odometer shows: a trip since the command."""
        if self.odometer_km is None:
            return replace(self, odometer_km=kilometers)
        return replace(self, has_driven=self.has_driven or kilometers >= self.odometer_km + 1)


def is_stop_window(held: Held) -> bool:
    """Return whether a car shows only a window that stops a charge."""
    return {each.duration for each in held.windows} == {STOP_WINDOW}


def is_replaced(held: Held, suspension: Suspension) -> bool:
    """Return whether a car shows what a command has put in the place of its schedule."""
    if is_stop_window(held):
        return True
    if held.mode is ChargeMode.DELAYED:
        return suspension.has_stopped
    return suspension.kept.enabled and held.mode is ChargeMode.ALWAYS


def is_disabled(held: Held) -> bool:
    """Return whether a car shows that its schedule is disabled."""
    if is_stop_window(held):
        return False
    return held.mode is ChargeMode.ALWAYS or (held.mode is ChargeMode.SCHEDULED and not held.windows)


def is_over(suspension: Suspension, report: Battery | None, now: datetime) -> bool:
    """Return whether a schedule can be restored without starting or ending a charge."""
    has_lasted = suspension.has_lasted(DAY, now)
    if report is None:
        return has_lasted
    if report.plugged_in is False or suspension.has_driven:
        return True
    if report.charging:
        return False
    is_silent = report.plugged_in is None or report.charging is None
    if suspension.stopped_until is not None:
        is_past = suspension.kept.enabled and not now < suspension.stopped_until <= now + DAY
        return is_past or (is_silent and has_lasted)
    is_idle = suspension.idle_since is not None and now - suspension.idle_since >= _PAUSE
    has_ended = report.charge_state in _ENDED or report.level == _FULL
    return has_ended or is_idle or (is_silent and has_lasted)


def load_suspensions(stored: Any, copies: Any) -> dict[str, Suspension]:
    """Return the stored suspensions that are valid, with those stored among the copies until November 2026."""
    earlier = {vin: _earlier(each) for vin, each in as_object(copies).items()}
    found = {**earlier, **{vin: _valid(load_or_none(Suspension, each)) for vin, each in as_object(stored).items()}}
    return {vin: each for vin, each in found.items() if each is not None}


def load_kept(stored: Any) -> dict[str, KeptSchedule]:
    """Return the stored schedules that are valid."""
    found = {vin: load_or_none(KeptSchedule, each) for vin, each in as_object(stored).items()}
    return {vin: each for vin, each in found.items() if each is not None and _has_programs(each)}


def _valid(found: Suspension | None) -> Suspension | None:
    """Return a suspension, None if its programs are invalid."""
    return found if found is not None and _has_programs(found.kept) else None


def _has_programs(kept: KeptSchedule) -> bool:
    """Return whether a stored schedule has valid programs, or none."""
    return all(isinstance(each, dict) for each in kept.programs or ())


def _earlier(copy: Any) -> Suspension | None:
    """Return the suspension in a stored copy of November 2026."""
    found = as_object(copy)
    since, until = (load_or_none(datetime, found.get(name)) for name in ("aside_since", "stopped_until"))
    if since is None:
        return None
    mode = ChargeMode.ALWAYS if found.get("was_enabled") is False else ChargeMode.SCHEDULED
    programs = found.get("programs")
    try:
        windows = load_windows(found["windows"])
        kept = KeptSchedule(mode=mode, windows=windows, programs=programs if isinstance(programs, list) else None)
    except KeyError, ValueError, TypeError, OverflowError:
        return None
    return _valid(Suspension(kept=kept, since=since, has_stopped=until is not None, is_seen=True, stopped_until=until))
