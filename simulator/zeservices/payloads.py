"""Parse the payloads of requests and build those of responses."""

from collections.abc import Mapping
from datetime import datetime, time, timedelta
import json
import re
from typing import Any
from zoneinfo import ZoneInfo

from .. import errors
from ..world.accounts import Account, activation_code
from ..world.clock import Clock
from ..world.notifications import Channel, DoNotDisturb, Event, Settings
from ..world.records import ChargeEntry, PreconditioningEntry, RequestEntry, Snapshot
from ..world.reports import Reading
from ..world.week import DAYS, Week, Window

GRID_MINUTES = 15
DAY_MINUTES = 24 * 60
HHMM = re.compile(r"(\d\d)([0-5]\d)", re.ASCII)
MMYY = re.compile(r"(0[1-9]|1[0-2])(\d\d)", re.ASCII)


def parse_json(text: str) -> Any:
    """Return a JSON body, None if it is empty."""
    if not text:
        return None
    try:
        return json.loads(text)
    except ValueError:
        raise errors.invalid("MalformedBody") from None


def as_object(body: Any) -> Mapping[str, Any]:
    """Return a body that has to be an object."""
    if not isinstance(body, dict):
        raise errors.invalid("ObjectExpected")
    return body


def as_text(body: Any, key: str) -> str:
    """Return a required, non-empty string."""
    value = as_object(body).get(key)
    if not isinstance(value, str) or not value:
        raise errors.invalid(key)
    return value


def as_flag(body: Any, key: str) -> bool:
    """Return a required boolean."""
    value = as_object(body).get(key)
    if not isinstance(value, bool):
        raise errors.invalid(key)
    return value


def as_clock(value: Any, key: str) -> time:
    """Return a time of day from HHMM."""
    minutes = _minutes(value, key)
    if minutes >= DAY_MINUTES:
        raise errors.invalid(key)
    return time(*divmod(minutes, 60))


def as_week(body: Any) -> Week:
    """Return the weekly schedule of a draft; days can be missing."""
    days = as_object(body)
    return Week(tuple(None if days.get(day) is None else _window(days[day], day) for day in DAYS))


def as_settings(body: Any, before: Settings) -> Settings:
    """Return notification settings; missing keys keep their values."""
    given = as_object(body)
    channels = {event: _channel(given[event], event) if event in given else before.channels[event] for event in Event}
    if "do_not_disturb" not in given:
        return Settings(channels, before.do_not_disturb)
    return Settings(channels, _quiet(given["do_not_disturb"]))


def as_month(value: str, key: str) -> tuple[int, int]:
    """Return year and month from MMYY."""
    given = MMYY.fullmatch(value)
    if given is None:
        raise errors.invalid(key)
    return 2000 + int(given[2]), int(given[1])


def month_of(instant: datetime, zone: ZoneInfo) -> tuple[int, int]:
    """Return year and month of a datetime in a time zone."""
    local = instant.astimezone(zone)
    return local.year, local.month


def envelope(error: errors.ApiError, clock: Clock) -> dict[str, Any]:
    """Return the error envelope."""
    return {
        "code": error.code,
        "message": error.message,
        "timestamp": round(clock.server_now().timestamp() * 1000),
        **error.extra,
    }


def user(account: Account, zones: Mapping[str, ZoneInfo]) -> dict[str, Any]:
    """Return an account as in the login response."""
    return {
        "id": account.identifier("user"),
        "locale": account.locale,
        "country": account.country,
        "timezone": account.timezone,
        "email": account.username,
        "first_name": account.first_name,
        "last_name": account.last_name,
        "phone_number": account.phone_number,
        **_vehicle_details(account, zones),
        "scopes": list(account.scopes),
        "active_account": account.identifier("account"),
        "associated_vehicles": [
            {"VIN": vin, "activation_code": activation_code(vin), "user_id": account.identifier("user")}
            for vin in account.vins
        ],
        "gdc_uid": account.identifier("gdc"),
    }


def battery(snapshot: Snapshot, clock: Clock, *, hide_remaining_time: bool) -> dict[str, Any]:
    """Return the payload of the last reading."""
    reading = snapshot.reading
    payload: dict[str, Any] = {
        "charging": reading.charging,
        "plugged": reading.plugged,
        "charge_level": reading.level,
        "remaining_range": None if reading.range_km is None else float(reading.range_km),
        "last_update": clock.stamp(snapshot.received_at),
        "charging_point": reading.point,
        "remaining_time": None if hide_remaining_time else _whole_minutes(reading),
    }
    return _without_none(payload)


def charge(entry: ChargeEntry, clock: Clock) -> dict[str, Any]:
    """Return the start or end of a charge; the remaining time is in milliseconds here."""
    payload: dict[str, Any] = {
        "date": clock.stamp(entry.at),
        "type": entry.event,
        "charging_point": entry.point,
        "charge_level": entry.level,
        "remaining_autonomy": entry.range_km,
        "remaining_time": None if entry.remaining is None else _milliseconds(entry.remaining),
    }
    return _without_none(payload)


def preconditioning(entry: PreconditioningEntry, clock: Clock) -> dict[str, Any]:
    """Return the result of a preconditioning."""
    return {"date": clock.stamp(entry.at), "type": entry.source, "result": _result(success=entry.success)}


def charge_request(entry: RequestEntry, clock: Clock) -> dict[str, Any]:
    """Return the result of a charge request."""
    return {
        "charge_level": entry.level,
        "date": clock.stamp(entry.at),
        "remaining_autonomy": entry.range_km,
        "remaining_time": _milliseconds(entry.remaining),
        "result": _result(success=entry.success),
        "type": "START_REQUEST",
    }


def week(days: Week) -> dict[str, Any]:
    """Return a weekly schedule, without days that have no window."""
    return {
        day: {"start": hhmm(window.start), "duration": _duration(window.duration)}
        for day, window in zip(DAYS, days.days, strict=True)
        if window
    }


def settings(current: Settings) -> dict[str, Any]:
    """Return the notification settings."""
    quiet = current.do_not_disturb
    hours = quiet and {"start": hhmm(quiet.start), "end": hhmm(quiet.end)}
    return {**{str(event): channel for event, channel in current.channels.items()}, "do_not_disturb": hours}


def hhmm(clock: time) -> str:
    """Return a time of day as HHMM."""
    return f"{clock:%H%M}"


def _duration(duration: timedelta) -> str:
    """Return a duration as HHMM."""
    hours, minutes = divmod(int(duration.total_seconds()) // 60, 60)
    return f"{hours:02}{minutes:02}"


def _vehicle_details(account: Account, zones: Mapping[str, ZoneInfo]) -> dict[str, Any]:
    """Return the details of the active car, if any."""
    vin = account.active
    if vin is None:
        return {}
    details = {"timezone": str(zones[vin]), "VIN": vin, "activation_code": activation_code(vin)}
    return {"vehicle_details": {**details, "phone_number": account.phone_number}}


def _minutes(value: Any, key: str) -> int:
    """Return the minutes of an HHMM value."""
    given = HHMM.fullmatch(value) if isinstance(value, str) else None
    if given is None:
        raise errors.invalid(key)
    return int(given[1]) * 60 + int(given[2])


def _window(value: Any, day: str) -> Window:
    """Return the window of a day; start and duration have to be multiples of 15 minutes."""
    given = as_object(value)
    start, minutes = as_clock(given.get("start"), f"{day}_start"), _minutes(given.get("duration"), f"{day}_duration")
    if start.minute % GRID_MINUTES:
        raise errors.invalid(f"{day}_start")
    if minutes % GRID_MINUTES or not GRID_MINUTES <= minutes <= DAY_MINUTES:
        raise errors.invalid(f"{day}_duration")
    return Window(start, timedelta(minutes=minutes))


def _channel(value: Any, event: Event) -> Channel:
    """Return a notification channel."""
    if value not in list(Channel):
        raise errors.invalid(event)
    return Channel(value)


def _quiet(value: Any) -> DoNotDisturb | None:
    """Return the do-not-disturb hours, if any."""
    if value is None:
        return None
    hours = as_object(value)
    return DoNotDisturb(as_clock(hours.get("start"), "do_not_disturb"), as_clock(hours.get("end"), "do_not_disturb"))


def _whole_minutes(reading: Reading) -> int | None:
    """Return the minutes until full, None when not charging."""
    return None if reading.remaining is None else round(reading.remaining.total_seconds() / 60)


def _milliseconds(duration: timedelta) -> int:
    """Return a duration in milliseconds."""
    return round(duration.total_seconds() * 1000)


def _result(*, success: bool) -> str:
    """Return the value for success or failure."""
    return "SUCCESS" if success else "ERROR"


def _without_none(payload: dict[str, Any]) -> dict[str, Any]:
    """Return a payload without keys that have no value."""
    return {key: value for key, value in payload.items() if value is not None}
