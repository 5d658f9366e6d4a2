"""Merge responses into the state of a vehicle, and mark its outdated values."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Any, Final

from ..cloud.exceptions import AuthenticationError, CloudError, RefusedError, RequestLimitError, ThrottledError
from ..cloud.models import Battery, Capability, ChargeEvent, Part, PreconditioningRun, Vehicle
from ..cloud.schedule import CLOCK_ERROR, is_ahead, next_at
from .missing_fields import EXPIRED_AFTER, oldest, with_last_values, without_expired_fields
from .reading import INTERVALS, is_empty, only_future, without_future
from .results import CommandResult
from .sessions import ChargeSession, all_sessions
from .state import CLOCK_TOLERANCE, Charge, FieldTimes, VehicleState, has_risen

# The value of each part that was read, or the error.
type Responses = Mapping[Part, Any]
# The car's timer fires within a day, which has 25 hours when the clocks change.
_LONGEST_DAY = timedelta(hours=25)
# How often the history is read to find the end of a charge.
HISTORY_LOOKUPS: Final = 3
# A timer that has fired is still shown until the car reports it.
TIMER_CLEARED_AFTER: Final = timedelta(minutes=3)
# A charging car reports every half hour, so three reports are missing. A parked car may not report all day.
OUTDATED_WHILE_CHARGING: Final = timedelta(minutes=90)
OUTDATED_AFTER: Final = timedelta(hours=24)
# A part that was not read for this long, or for six polls, is outdated.
MISSED_AFTER: Final = timedelta(hours=1)
# Longer than a weekend: the cause may be the subscription, the signal, or the 12 V battery.
SILENT_AFTER: Final = timedelta(days=4)
# The slowest charging point takes about 20 minutes for a percent.
RISES_WITHIN: Final = timedelta(hours=1)
_FULL_LEVEL = 100
# What does not change while the car charges.
_STILL = (Part.MILEAGE, Part.LOCATION, Part.FUEL)


def merge(state: VehicleState, responses: Responses, vehicle: Vehicle, now: datetime) -> VehicleState:
    """Return the state with the values that were read; a part with an error keeps its last value."""
    if not responses:
        return state
    raw = {
        part: response
        for part, response in responses.items()
        if not isinstance(response, CloudError) and not is_empty(part, response)
    }
    values = {part: without_future(value, now) for part, value in raw.items()}
    merged = {part: with_last_values(state, part, value) for part, value in values.items()}
    changes: dict[str, Any] = {part.value: value for part, (value, _) in merged.items()}
    kept_fields = {**state.kept_fields, **{part: times for part, (_, times) in merged.items()}}
    changes["kept_fields"] = {part: times for part, times in kept_fields.items() if times}
    future_dated = {**state.future_dated, **{part: only_future(value, now) for part, value in raw.items()}}
    changes["future_dated"] = {part: each for part, each in future_dated.items() if each}
    changes["charge"] = _charge(state, {**responses, **values}, values, vehicle, now)
    if Part.PRECONDITIONING_TIMER in values:
        changes |= _timer_start(state, values[Part.PRECONDITIONING_TIMER], vehicle, now)
    if Part.LAST_PRECONDITIONING in responses:
        changes["runs_reported_until"] = _reported_until(state, values.get(Part.LAST_PRECONDITIONING), now)
    # Our own clock may be behind: a history with dates in the future is read again.
    complete = [part for part in values if part is not Part.CHARGE_HISTORY or values[part] == raw[part]]
    return replace(state, **changes, read_at={**state.read_at, **dict.fromkeys(complete, now)})


def with_unmoved(responses: dict[Part, Any], state: VehicleState) -> dict[Part, Any]:
    """Return responses with the mileage and location read during the charge that they continue: the car has not moved.

    If the level has fallen, the car may have been driven since the last report.
    """
    battery, before, seen_at = responses.get(Part.BATTERY), state.battery, state.charge.seen_at
    if not isinstance(battery, Battery) or before is None or not (battery.charging and before.charging):
        return responses
    if seen_at is None or battery.level is None or before.level is None or battery.level < before.level:
        return responses
    read = (part for part in _STILL if state.was_read_since(seen_at, part) and part not in state.kept_fields)
    return {**{part: getattr(state, part.value) for part in read}, **responses}


def _charge(state: VehicleState, responses: Responses, values: Responses, vehicle: Vehicle, now: datetime) -> Charge:
    """Return the charge as battery and history show it."""
    charge, before = state.charge, state.battery
    if Part.BATTERY in values:
        has_history = Capability.CHARGE_HISTORY in vehicle.capabilities
        report = values[Part.BATTERY]
        if report.charging is None and "charging" not in report.missing:
            charge = charge_by_level(charge, before, report, now, has_history=has_history)
        charge = charge_after_report(charge, report, now, has_history=has_history)
    if Part.CHARGE_HISTORY in responses:
        charge = charge_after_history(charge, responses[Part.CHARGE_HISTORY])
    return charge


def _timer_start(state: VehicleState, timer: time | None, vehicle: Vehicle, now: datetime) -> Mapping[str, Any]:
    """Return when a timer that was read will fire, nothing for one that has just fired."""
    if is_fired_timer(state, timer, now):
        return {}
    return {"preconditioning_starts_at": None if timer is None else next_at(timer, vehicle.time_zone, now)}


def _reported_until(state: VehicleState, run: PreconditioningRun | None, now: datetime) -> datetime:
    """Return the time of the newest run with a result, or of the first time that runs were read."""
    if run is None or run.result is None:
        return state.runs_reported_until or now - CLOCK_TOLERANCE
    return max(state.runs_reported_until or run.at, run.at)


def with_age(state: VehicleState, interval: timedelta, now: datetime) -> VehicleState:
    """Return the state with its outdated values marked; `interval` is the update interval."""
    read_at = {part: without_future_time(at, now) for part, at in state.read_at.items()}
    if state.kept_fields:
        state = replace(state, kept_fields=_fields_without_future(state.kept_fields, now))
        state = replace(state, **without_expired_fields(state, now))
    outdated = outdated_parts(oldest(read_at, state.kept_fields), INTERVALS, interval, now)
    return with_changes(
        state,
        read_at=read_at,
        known=valid_parts(read_at, now),
        outdated_parts=outdated,
        is_outdated=bool(outdated) or is_report_outdated(state.battery, read_at.get(Part.BATTERY), interval, now),
        is_silent=is_silent(state.battery, now),
        **_times_without_future(state, now),
    )


def with_changes(state: VehicleState, **changes: Any) -> VehicleState:
    """Return the state with other values, the same state if they are the same: copies take most of a check."""
    return state if all(getattr(state, name) == value for name, value in changes.items()) else replace(state, **changes)


def expected_parts(state: VehicleState, now: datetime) -> set[Part]:
    """Return the parts that must have changed: the timer after it has fired, the history after a charge has ended."""
    fired = {Part.PRECONDITIONING_TIMER} if has_timer_fired(state, now) else set()
    return fired | ({Part.CHARGE_HISTORY} if state.charge.lookups else set())


def _times_without_future(state: VehicleState, now: datetime) -> dict[str, Any]:
    """Return the fields without times in the future, which were recorded while the clock was ahead."""
    seen_at, starts_at = state.charge.seen_at, state.preconditioning_starts_at
    reported_until = state.runs_reported_until
    return {
        "commands": {kind: _result_without_future(each, now) for kind, each in state.commands.items()},
        "earlier_commands": {kind: _result_without_future(each, now) for kind, each in state.earlier_commands.items()},
        "runs_reported_until": None if reported_until is None else without_future_time(reported_until, now),
        "charge": replace(state.charge, seen_at=None)
        if seen_at and is_ahead(seen_at, now, CLOCK_ERROR)
        else state.charge,
        "preconditioning_starts_at": None if starts_at and is_ahead(starts_at, now, _LONGEST_DAY) else starts_at,
    }


def _fields_without_future(kept_fields: Mapping[Part, FieldTimes], now: datetime) -> dict[Part, FieldTimes]:
    """Return the times of kept fields without those in the future."""
    kept = kept_fields.items()
    return {part: {name: without_future_time(at, now) for name, at in times.items()} for part, times in kept}


def without_future_time(at: datetime, now: datetime) -> datetime:
    """Return a time, or now if it was recorded while the clock was ahead."""
    return now if is_ahead(at, now, CLOCK_ERROR) else at


def _result_without_future(result: CommandResult, now: datetime) -> CommandResult:
    """Return the result of a command without times in the future."""
    sent_at = without_future_time(result.sent_at, now)
    settled_at = result.settled_at and without_future_time(result.settled_at, now)
    is_same = (sent_at, settled_at) == (result.sent_at, result.settled_at)
    return result if is_same else replace(result, sent_at=sent_at, settled_at=settled_at)


def valid_parts(read_at: Mapping[Part, datetime], now: datetime) -> frozenset[Part]:
    """Return the parts that were read recently enough to be shown."""
    return frozenset(part for part, at in read_at.items() if now - at < EXPIRED_AFTER)


def is_report_outdated(battery: Battery | None, read_at: datetime | None, interval: timedelta, now: datetime) -> bool:
    """Return whether the battery report is older than expected, or was not read for long."""
    if battery is None or battery.reported_at is None or read_at is None:
        return True
    allowed = OUTDATED_WHILE_CHARGING if battery.charging else OUTDATED_AFTER
    return now - battery.reported_at > allowed or now - read_at > max(MISSED_AFTER, interval * 6)


def outdated_parts(
    read_at: Mapping[Part, datetime], intervals: Mapping[Part, timedelta], interval: timedelta, now: datetime
) -> Mapping[Part, datetime]:
    """Return when each outdated part was last read; expired parts are left out."""
    tolerance = max(MISSED_AFTER, interval * 6)
    allowed = {part: each + tolerance for part, each in intervals.items() if part in read_at}
    return {part: read_at[part] for part, age in allowed.items() if age < now - read_at[part] < EXPIRED_AFTER}


def is_silent(battery: Battery | None, now: datetime) -> bool:
    """Return whether the car has not reported for days."""
    reported_at = None if battery is None else battery.reported_at
    return reported_at is not None and now - reported_at > SILENT_AFTER


def poll_interval(state: VehicleState, base: timedelta) -> timedelta:
    """Return the interval until the next poll: half the base while charging, double while unplugged."""
    battery = state.battery
    if state.charging:
        return base / 2
    if battery is not None and battery.plugged_in is False:
        return base * 2
    return base


def has_timer_fired(state: VehicleState, now: datetime) -> bool:
    """Return whether the timer that was read last has fired and should be read again."""
    starts_at = state.preconditioning_starts_at
    return starts_at is not None and now >= starts_at + TIMER_CLEARED_AFTER


def is_fired_timer(state: VehicleState, timer: time | None, now: datetime) -> bool:
    """Return whether a timer that was read now is the one that has just fired."""
    starts_at = state.preconditioning_starts_at
    has_just_fired = starts_at is not None and starts_at <= now < starts_at + TIMER_CLEARED_AFTER
    return has_just_fired and timer == state.preconditioning_timer


def charge_after_report(charge: Charge, battery: Battery, now: datetime, *, has_history: bool) -> Charge:
    """Return the charge after a battery report; one without the charging state only shows that it was unplugged."""
    if battery.charging is None and battery.plugged_in is not False:
        return charge
    if battery.charging:
        return Charge(running=True, seen_at=battery.reported_at or now)
    return _ended(charge, has_history=has_history)


def charge_by_level(
    charge: Charge, before: Battery | None, report: Battery, now: datetime, *, has_history: bool
) -> Charge:
    """Return the charge of a car that does not report whether it charges: its level rises, until it no longer does."""
    at, seen_at = report.reported_at or now, charge.seen_at
    can_rise = report.plugged_in is not False and report.level != _FULL_LEVEL
    if can_rise and has_risen(before, report):
        return replace(charge, running=True, seen_at=at, lookups=0, by_level=True)
    is_recent = seen_at is not None and at - seen_at <= RISES_WITHIN and now - seen_at <= OUTDATED_WHILE_CHARGING
    return charge if (can_rise and is_recent) or not charge.by_level else _ended(charge, has_history=has_history)


def _ended(charge: Charge, *, has_history: bool) -> Charge:
    """Return the charge after the car no longer charges."""
    if not charge.running:
        return replace(charge, running=False)
    return replace(charge, running=False, by_level=False, lookups=HISTORY_LOOKUPS if has_history else 0)


def charge_after_history(charge: Charge, response: Any) -> Charge:
    """Return the charge after the history was read to find its end: `response` is the history or an error."""
    if isinstance(response, ThrottledError | AuthenticationError):
        # Our own request limit allows another request within minutes; the cloud's, or a new password, may take hours.
        return replace(charge, interrupted=not isinstance(response, RequestLimitError))
    is_found = isinstance(response, tuple) and finished_session(charge, response) is not None
    is_final = is_found or isinstance(response, RefusedError)
    return replace(charge, lookups=0 if is_final else max(charge.lookups - 1, 0))


def finished_session(charge: Charge, history: Iterable[ChargeEvent]) -> ChargeSession | None:
    """Return the session of a charge, None if the history does not contain its end."""
    session = next(iter(all_sessions(history)), None)
    if session is None or (charge.seen_at is not None and session.end < charge.seen_at - CLOCK_TOLERANCE):
        return None
    return session
