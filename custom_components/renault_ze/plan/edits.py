"""Edits of departures by the user: each takes a plan and returns a changed one, or raises `ScheduleError`.

The error has a message `key`, the affected weekdays, and a `value` for the message. What began before an edit, made at
`now`, cannot be missed.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta, tzinfo

from ..cloud.models import Capability, CommandKind, Vehicle
from ..cloud.schedule import ScheduleError, check_date, instant
from .model import Departure, Pause, Plan
from .settings import AHEAD, Settings
from .timetable import departure_times, next_to_skip

_TIMER = frozenset(
    {
        Capability.PRECONDITIONING_TIMER,
        Capability.PRECONDITIONING_TIMER_STATE,
        Capability.CANCEL_PRECONDITIONING,
    }
)
_TIMER_COMMANDS = frozenset({CommandKind.PRECONDITION_AT, CommandKind.CANCEL_PRECONDITION})


def with_departure(plan: Plan, departure: Departure, now: datetime) -> Plan:
    """Add a departure, or replace the one with its id."""
    others = (each for each in plan.departures if each.id != departure.id)
    return with_departures(plan, (*others, valid_departure(departure, now)))


def valid_departure(departure: Departure, now: datetime) -> Departure:
    """Return a departure as it is stored after an edit; refuse one without days or a date, or with both."""
    if (departure.on is None) == (not departure.weekdays):
        raise ScheduleError("departure_weekdays_or_date", (), departure.name)
    if departure.on is not None:
        check_date(departure.on, now)
    return replace(departure, at=departure.at.replace(second=0, microsecond=0, fold=0), since=now)


def with_departures(plan: Plan, departures: Iterable[Departure]) -> Plan:
    """Replace all departures."""
    return replace(plan, departures=tuple(sorted(departures, key=lambda each: (each.at, each.id))))


def check_not_past(departure: Departure, zone: tzinfo, now: datetime) -> None:
    """Refuse a departure in the past."""
    if departure.on is not None and is_past(departure, zone, now):
        raise ScheduleError("event_past", (), datetime.combine(departure.on, departure.at))


def is_past(departure: Departure, zone: tzinfo, now: datetime) -> bool:
    """Return whether a departure is on a single date in the past."""
    return departure.on is not None and instant(departure.on, departure.at, zone) <= now


def check_not_begun(departure: Departure, days: Iterable[date], settings: Settings, now: datetime) -> None:
    """Refuse to skip a departure whose preconditioning has started, because a run cannot be stopped."""
    ahead = settings.start_before if departure.precondition else timedelta()
    for day in days:
        if instant(day, departure.at, settings.zone) - ahead <= now:
            raise ScheduleError("departure_begun", (), day)


def has_timer(vehicle: Vehicle) -> bool:
    """Return whether the car's timer can be set, read, and deleted, or the car keeps departures itself."""
    if Capability.CAR_DEPARTURES in vehicle.capabilities:
        return True
    return vehicle.capabilities >= _TIMER and vehicle.unconfirmable.isdisjoint(_TIMER_COMMANDS)


def check_timer(departure: Departure, vehicle: Vehicle) -> None:
    """Refuse to use a timer that cannot be read or deleted: a canceled departure would still start the car."""
    if departure.uses_timer and not has_timer(vehicle):
        raise ScheduleError("departure_timer_unseen", (), departure.name)


def without_departure(plan: Plan, departure_id: str) -> Plan:
    """Remove a departure."""
    _departure(plan, departure_id)
    return replace(plan, departures=tuple(each for each in plan.departures if each.id != departure_id))


def skip_next(plan: Plan, now: datetime, settings: Settings, departure_id: str | None = None) -> Plan:
    """Skip the next time of a departure, by default of the first one, that can still be skipped."""
    if departure_id is not None:
        _departure(plan, departure_id)
    for each in departure_times(plan, settings, now, now + AHEAD):
        if each.can_skip_until > now and departure_id in {None, each.departure.id}:
            return skip(plan, each.departure.id, each.day)
    raise ScheduleError("departure_none_to_skip", ())


def switch_skip(plan: Plan, now: datetime, settings: Settings, *, on: bool) -> Plan:
    """Skip the first departure that is skipped or can be, or restore it."""
    each = next_to_skip(departure_times(plan, settings, now, now + AHEAD), plan, settings, now)
    if each is None:
        raise ScheduleError("departure_none_to_skip", ())
    skipped = each.departure.skipped | {each.day} if on else each.departure.skipped - {each.day}
    return _with_skipped(plan, {each.departure.id: skipped})


def skip(plan: Plan, departure_id: str, day: date) -> Plan:
    """Skip a departure on one date."""
    _departure(plan, departure_id)
    return skip_all(plan, {departure_id}, day)


def skip_all(plan: Plan, departure_ids: Collection[str], day: date) -> Plan:
    """Skip several departures on one date."""
    return _with_skipped(plan, {each.id: each.skipped | {day} for each in plan.departures if each.id in departure_ids})


def unskip(
    plan: Plan, now: datetime, settings: Settings, departure_id: str | None = None, day: date | None = None
) -> Plan:
    """Restore the skipped times of a date, or the next skipped time, of all departures or of one."""
    if departure_id is not None:
        _departure(plan, departure_id)
    restored = [
        (departure, on)
        for ready_at, departure, on in _skipped(plan, settings.zone)
        if ready_at > now and departure_id in {None, departure} and day in {None, on}
    ]
    if not restored:
        raise ScheduleError("departure_none_skipped", ())
    dates: dict[str, set[date]] = {}
    for departure, on in restored[: 1 if day is None else None]:
        dates.setdefault(departure, set()).add(on)
    skipped = {each.id: each.skipped - dates[each.id] for each in plan.departures if each.id in dates}
    return _with_skipped(plan, skipped)


def pause(plan: Plan, first: date, last: date, now: datetime) -> Plan:
    """Pause departures from one date to another, both included."""
    if last < first:
        raise ScheduleError("pause_reversed", (), last)
    check_date(last, now)
    return replace(plan, paused=Pause(first=first, last=last))


def resume(plan: Plan) -> Plan:
    """End a pause of the departures."""
    return replace(plan, paused=None)


def switch_departures(plan: Plan, now: datetime, *, on: bool) -> Plan:
    """Switch departures on or off."""
    if on == plan.departures_enabled:
        return plan
    return replace(plan, departures_enabled=on, departures=tuple(replace(each, since=now) for each in plan.departures))


def _departure(plan: Plan, departure_id: str) -> Departure:
    """Return a departure, or raise `ScheduleError`."""
    if (found := plan.departure(departure_id)) is None:
        raise ScheduleError("departure_unknown", (), departure_id)
    return found


def _with_skipped(plan: Plan, skipped: Mapping[str, frozenset[date]]) -> Plan:
    """Return the plan with other skipped dates of some departures, by id."""
    departures = (replace(each, skipped=skipped[each.id]) if each.id in skipped else each for each in plan.departures)
    return replace(plan, departures=tuple(departures))


def _skipped(plan: Plan, zone: tzinfo) -> list[tuple[datetime, str, date]]:
    """Return, in order, the skipped times: when each would be, the departure id, and the date."""
    return sorted(
        (instant(day, each.at, zone), each.id, day)
        for each in plan.departures
        for day in each.skipped
        if each.is_on(day)
    )
