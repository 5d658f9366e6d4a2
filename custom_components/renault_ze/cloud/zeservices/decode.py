"""Decode the JSON of responses; only a response of another type raises UnexpectedResponseError."""

from collections.abc import Callable, Iterator
from datetime import time, tzinfo
from typing import Any, Literal
from zoneinfo import ZoneInfo

from ..exceptions import UnexpectedResponseError
from ..models import (
    Account,
    Battery,
    Capability,
    ChargeEvent,
    ChargeEventKind,
    ChargeSchedule,
    ChargeWindow,
    PreconditioningRun,
    Result,
    Vehicle,
    Weekday,
)
from ..notifications import DoNotDisturb, NotificationSettings
from ..redaction import for_log, log_once
from ..response import MOST_ROWS, as_object, field, flag, missing, newest_rows, word
from . import fields

_BATTERY = {
    "level": "charge_level",
    "range_km": "remaining_range",
    "plugged_in": "plugged",
    "charging": "charging",
    "charging_point": "charging_point",
    "charging_time_remaining": "remaining_time",
    "reported_at": "last_update",
}


def account(user: Any, *, username: str, default_time_zone: tzinfo) -> Account:
    """Decode the account in a login; reads time zones from disk, so do not call it in an event loop."""
    found = _object(user, "the account")
    details = as_object(found.get("vehicle_details"))
    home = _time_zone(found.get("timezone")) or default_time_zone
    active = fields.text(details.get("VIN"))
    zones = {active: _time_zone(details.get("timezone")) or home}
    capabilities = _capabilities(found.get("scopes"))
    return Account(
        id=_identity(found.get("id")) or username.lower(),
        vehicles=tuple(
            Vehicle(vin=vin, time_zone=zones.get(vin, home), capabilities=capabilities)
            for vin in _vins(found.get("associated_vehicles"), active)
        ),
    )


def battery(content: Any) -> Battery | None:
    """Decode the last battery report, None if there is no plausible one."""
    if content is None:
        return None
    found = _object(content, "the battery")
    charging, plugged_in = field(found, "charging", flag), field(found, "plugged", flag)
    is_idle = charging is False or (charging is None and plugged_in is False)
    report = Battery(
        level=field(found, "charge_level", fields.percentage),
        range_km=field(found, "remaining_range", fields.kilometers),
        plugged_in=plugged_in,
        charging=charging,
        charging_point=word(found.get("charging_point"), fields.CHARGING_POINTS, "charging_point"),
        # Cars that do not charge send a time as well (observed).
        charging_time_remaining=None if is_idle else field(found, "remaining_time", fields.minutes),
        reported_at=field(found, "last_update", fields.instant),
        missing=missing(found, _BATTERY),
    )
    return report if _is_plausible(report) else None


def preconditioning_run(content: Any) -> PreconditioningRun | None:
    """Decode the last preconditioning, None if the server no longer has it."""
    if content is None:
        return None
    run = _run(_object(content, "the last preconditioning"))
    if run is None:
        log_once("The server sent a last preconditioning without a date")
    return run


def preconditioning_history(content: Any) -> tuple[PreconditioningRun, ...]:
    """Decode a list of preconditioning runs, newest first."""
    return _rows(content, _run, "the preconditioning history")


def preconditioning_timer(content: Any) -> time | None:
    """Decode the timer, None if none is set."""
    found = {} if content is None else _object(content, "the timer")
    # No response with a timer was ever captured: the key of the request is accepted as well.
    return field(found, "next_start", fields.clock) or field(found, "start", fields.clock)


def charge_history(content: Any) -> tuple[ChargeEvent, ...]:
    """Decode a list of charge events, newest first."""
    return _rows(content, _charge_event, "the charge history")


def adjacent_charges(content: Any) -> fields.AdjacentCharges:
    """Decode the previous charge and the next; both may be missing."""
    found = {} if content is None else _object(content, "the adjacent charges")
    following = as_object(found.get("next"))
    return fields.AdjacentCharges(
        previous=_charge_event(as_object(found.get("previous"))), next_at=fields.instant(following.get("date"))
    )


def charge_schedule(content: Any) -> ChargeSchedule:
    """Decode a charge schedule, the car's or the draft.

    No response with a draft was ever captured: the format of the request and that of the car's schedule are accepted.
    """
    found = {} if content is None else _object(content, "the charge schedule")
    week = _week(found)
    windows = (_window(weekday, week.get(key)) for key, weekday in fields.WEEKDAYS.items())
    return ChargeSchedule(
        enabled=field(found, "enabled", flag), windows=tuple(window for window in windows if window is not None)
    )


def held_schedule(content: Any) -> ChargeSchedule:
    """Decode the charge schedule in the car, an empty one if the response lacks a part of it."""
    has_days = isinstance(content, dict) and not content.keys().isdisjoint({"schedule", *fields.WEEKDAYS})
    if isinstance(content, dict) and not ("enabled" in content and has_days):
        return ChargeSchedule()
    return charge_schedule(content)


def notifications(content: Any) -> NotificationSettings:
    """Decode the notification settings."""
    found = {} if content is None else _object(content, "the notification settings")
    channels = {name: word(found.get(name), fields.CHANNELS, name) for name in fields.NOTIFICATIONS}
    return NotificationSettings(**channels, do_not_disturb=_do_not_disturb(found.get("do_not_disturb")))


def _week(found: dict[str, Any]) -> dict[str, Any]:
    """Return the days of a charge schedule."""
    return as_object(found.get("schedule", found))


def _object(content: Any, name: str) -> dict[str, Any]:
    """Return an object; raise UnexpectedResponseError for anything else."""
    if isinstance(content, dict):
        return content
    raise UnexpectedResponseError(f"The server sent {name} as {type(content).__name__}, not as an object")


def _rows[T](content: Any, row: Callable[[dict[str, Any]], T | None], name: str) -> tuple[T, ...]:
    """Decode the newest rows of a list, newest first; no content is an empty list."""
    if content is None:
        return ()
    if not isinstance(content, list):
        raise UnexpectedResponseError(f"The server sent {name} as {type(content).__name__}, not as a list")
    newest = newest_rows(content, lambda each: fields.seconds(each.get("date")))
    if len(newest) < min(len(content), MOST_ROWS):
        log_once(f"The server sent rows without a date in {name}; they are ignored")
    if len(content) > MOST_ROWS:
        log_once(f"The server sent more than {MOST_ROWS} rows in {name}; only the newest are kept")
    return tuple(item for item in map(row, newest) if item is not None)


def _is_plausible(report: Battery) -> bool:
    """Return whether a report is neither empty nor the glitch of an idle car at level 0 without a range (observed)."""
    if report.level == 0 and report.range_km is None:
        return bool(report.plugged_in or report.charging)
    return (report.level, report.range_km, report.plugged_in, report.charging) != (None, None, None, None)


def _run(row: dict[str, Any]) -> PreconditioningRun | None:
    """Decode a preconditioning run, None if it has no date."""
    at = fields.instant(row.get("date"))
    if at is None:
        return None
    return PreconditioningRun(
        at=at,
        source=word(row.get("type"), fields.SOURCES, "the source of a preconditioning"),
        result=word(row.get("result"), fields.RESULTS, "the result of a preconditioning"),
    )


def _charge_event(row: dict[str, Any]) -> ChargeEvent | None:
    """Decode a charge event, None if it has no date."""
    at = fields.instant(row.get("date"))
    if at is None:
        return None
    kind = word(row.get("type"), fields.CHARGE_EVENT_KINDS, "the kind of a charge event")
    result = word(row.get("result"), fields.RESULTS, "the result of a charge")
    if kind is ChargeEventKind.START_REQUESTED and result is Result.ERROR:
        # A failed request has zeros for missing values (observed).
        row = {key: value for key, value in row.items() if value != 0}
    return ChargeEvent(
        at=at,
        kind=kind,
        charging_point=word(row.get("charging_point"), fields.CHARGING_POINTS, "charging_point"),
        level=fields.percentage(row.get("charge_level")),
        range_km=fields.kilometers(row.get("remaining_autonomy")),
        charging_time_remaining=fields.milliseconds(row.get("remaining_time")),
        result=result,
    )


def _window(weekday: Weekday, content: Any) -> ChargeWindow | None:
    """Decode the window of a day, None for a day without one."""
    if content is None:
        return None
    start, length = fields.clock(as_object(content).get("start")), fields.length(as_object(content).get("duration"))
    if start is None or length is None:
        log_once("The server sent an invalid charge window; it is ignored")
        return None
    return ChargeWindow(weekday, start, length)


def _do_not_disturb(content: Any) -> DoNotDisturb | Literal["unknown"] | None:
    """Decode do not disturb, None if it is off, `unknown` if it cannot be decoded."""
    if content is None:
        return None
    start, end = fields.clock(as_object(content).get("start")), fields.clock(as_object(content).get("end"))
    if start is None or end is None:
        log_once("The server sent an invalid do not disturb time")
        return "unknown"
    return DoNotDisturb(start=start, end=end)


def _identity(value: Any) -> str | None:
    """Return the id of an account."""
    return str(value) if type(value) is int else fields.text(value)


def _vins(associated: Any, active: str | None) -> list[str]:
    """Return the VINs of an account, each once; the active one may be missing in the list."""
    rows = associated if isinstance(associated, list) else []
    found = [fields.text(as_object(row).get("VIN")) for row in rows]
    if None in found:
        log_once("The server sent vehicles without a VIN; they are ignored")
    return list(dict.fromkeys(vin for vin in (*found, active) if vin is not None))


def _capabilities(scopes: Any) -> frozenset[Capability]:
    """Return the capabilities of an account: all of them if the server sends no scopes."""
    if not isinstance(scopes, list):
        return fields.EVERYTHING
    return frozenset(_allowed(scopes))


def _allowed(scopes: list[Any]) -> Iterator[Capability]:
    """Yield the capabilities of known scopes."""
    for scope in scopes:
        yield from word(scope, fields.SCOPES, "a scope") or ()


def _time_zone(name: Any) -> ZoneInfo | None:
    """Return a time zone by its name, None for an unknown one, which is logged."""
    if name is None:
        return None
    try:
        return ZoneInfo(name)
    except KeyError, ValueError, OSError, TypeError:
        log_once(f"The server sent an unknown time zone: {for_log(name)}")
        return None
