"""From the JSON of the wire to the vocabulary; only an answer of quite another kind is an UnexpectedResponseError."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

from ..exceptions import UnexpectedResponseError
from ..models import (
    Battery,
    Cabin,
    ChargeEvent,
    ChargeEventKind,
    ChargeState,
    ChargeWindow,
    ChargingPoint,
    Location,
    PreconditioningRun,
    Result,
)
from ..redaction import note, shown
from ..response import MOST_ROWS, newest, newest_rows
from . import fields
from .programs import DAYS, Week

_CHARGE_STATES = {
    0.0: ChargeState.NOT_CHARGING,
    0.1: ChargeState.WAITING_FOR_SCHEDULE,
    0.2: ChargeState.ENDED,
    0.3: ChargeState.WAITING_FOR_POWER,
    0.4: ChargeState.FLAP_OPEN,
    1.0: ChargeState.CHARGING,
    -1.0: ChargeState.ERROR,
    -1.1: None,
}
# 3 is no word of the library's: owners have it from cars that are plugged in and wait.
_PLUGGED = {0: False, 1: True, 3: True, -1: None, -2147483648: None}
_POWERS = {"slow": ChargingPoint.SLOW, "accelerated": ChargingPoint.ACCELERATED, "fast": ChargingPoint.FAST}
_RESULTS = {"ok": Result.SUCCESS, "error": Result.ERROR}
_SCHEDULED = {"schedule_mode": True, "scheduled": True, "always_charging": False, "always": False}
# Cars hold five; each entry here may become seven windows that are compared with all others ever after.
_MOST_PROGRAMS = 50
_LONGEST_RANGE = 10_000
_LONGEST_LIFE = 10_000_000
_LARGEST_BATTERY = 200
_COLDEST, _HOTTEST = -60, 70


def attributes(answer: Any, name: str) -> dict[str, Any]:
    """Return what an answer is about; raise UnexpectedResponseError where it holds no such thing."""
    data = answer.get("data") if isinstance(answer, dict) else None
    found = data.get("attributes") if isinstance(data, dict) else None
    if isinstance(found, dict):
        return found
    raise UnexpectedResponseError(f"{name}: the answer is about nothing")


def battery(found: dict[str, Any], *, first: bool) -> Battery | None:
    """Read the last report of the battery, None where there is nothing in it; `first` is the older generation."""
    state = _charge_state(found.get("chargingStatus"), first=first)
    charging = None if state is None else state is ChargeState.CHARGING
    report = Battery(
        level=fields.percentage(found.get("batteryLevel")),
        range_km=fields.number(found.get("batteryAutonomy"), 0, _LONGEST_RANGE),
        plugged_in=_plugged_in(found.get("plugStatus"), charging=charging),
        charging=charging,
        charge_state=state,
        # Unplugged cars were seen to send a time as well, which ends nothing.
        charging_time_remaining=fields.minutes(found.get("chargingRemainingTime")) if charging else None,
        # Cars that do not know send a zero.
        energy_kwh=fields.number(found.get("batteryAvailableEnergy"), 0, _LARGEST_BATTERY) or None,
        reported_at=fields.instant(found.get("timestamp")),
    )
    told = (report.level, report.range_km, report.plugged_in, report.charging)
    return None if told == (None, None, None, None) else report


def mileage(found: dict[str, Any]) -> float | None:
    """Read the odometer, in kilometres."""
    return fields.number(found.get("totalMileage"), 0, _LONGEST_LIFE)


def location(found: dict[str, Any]) -> Location | None:
    """Read where the car is, None where it does not know; it has never been at 0, 0, off the coast of Africa."""
    latitude = fields.number(found.get("gpsLatitude"), -90, 90)
    longitude = fields.number(found.get("gpsLongitude"), -180, 180)
    if latitude is None or longitude is None or latitude == longitude == 0:
        return None
    return Location(latitude=latitude, longitude=longitude, at=fields.instant(found.get("lastUpdateTime")))


def cabin(found: dict[str, Any], *, first: bool) -> Cabin:
    """Read the air-conditioning; the older generation says that it is off, whatever it does."""
    status = _word(found.get("hvacStatus"), {"on": True, "off": False}, "hvacStatus")
    return Cabin(
        preconditioning=None if first else status,
        preconditioning_starts_at=fields.instant(found.get("nextHvacStartDate")),
        outside_temperature=fields.number(found.get("externalTemperature"), _COLDEST, _HOTTEST),
        minimum_level=fields.percentage(found.get("socThreshold")),
    )


def charges(found: Any) -> tuple[ChargeEvent, ...]:
    """Read charges, each as its start and its end, newest first.

    Their own duration is in minutes or in seconds by model, and how they ended is often told wrong: neither is read.
    """
    rows = _rows(found, "charges", _charge_date)
    return newest((event for row in rows for event in _charge(row)), lambda event: event.at)


def preconditioning_runs(found: Any) -> tuple[PreconditioningRun, ...]:
    """Read preconditioning runs, newest first; who asked for them is not told."""
    rows = _rows(found, "hvacSessions", _run_date)
    return newest((run for row in rows for run in _run(row)), lambda run: run.at)


def scheduled(found: dict[str, Any]) -> bool | None:
    """Read whether the car heeds its week, from the mode as either generation names it."""
    key = "chargeMode" if "chargeMode" in found else "mode"
    mode = found.get(key)
    # "delayed" and "delegated" leave the decision to something else.
    return None if mode in ("delayed", "delegated") else _word(mode, _SCHEDULED, key)


def calendar(found: dict[str, Any], *, heeded: bool | None) -> Week:
    """Read the calendar of the first generation; while it is heeded, only days that are switched on count."""
    days = _part(found.get("calendar"))
    windows = (
        _window(weekday, row)
        for weekday, name in zip(DAYS, DAYS.values(), strict=True)
        for row in _list(days.get(name))
        if not heeded or _part(row).get("activationState") is not False
    )
    return _sorted(windows)


def program_week(found: Any) -> Week:
    """Read the programs that are switched on."""
    active = (_part(row) for row in _list(found) if _part(row).get("activated") is True)
    return _sorted(
        _window(weekday, program[name])
        for program in active
        for weekday, name in DAYS.items()
        if program.get(name) is not None
    )


def _charge_state(value: Any, *, first: bool) -> ChargeState | None:
    """Return what a number says of the charge; one and the same is nothing wrong with the first generation."""
    if value is None or type(value) not in (int, float) or value not in _CHARGE_STATES:
        if value is not None:
            note(f"The server says {shown(value)} for chargingStatus, which is not known here")
        return None
    state = _CHARGE_STATES[value]
    return ChargeState.NOT_CHARGING if first and state is ChargeState.ERROR else state


def _plugged_in(value: Any, *, charging: bool | None) -> bool | None:
    """Return whether the cable is in; a car that charges has one, whatever the number."""
    if charging:
        return True
    if type(value) is int and value in _PLUGGED:
        return _PLUGGED[value]
    if value is not None:
        note(f"The server says {shown(value)} for plugStatus, which is not known here")
    return None


def _charge(row: dict[str, Any]) -> Iterator[ChargeEvent]:
    """Yield the ends of a charge that have a date."""
    point = _word(row.get("chargePower"), _POWERS, "chargePower")
    started, ended = fields.instant(row.get("chargeStartDate")), fields.instant(row.get("chargeEndDate"))
    if started is not None:
        level = fields.percentage(row.get("chargeStartBatteryLevel"))
        yield ChargeEvent(at=started, kind=ChargeEventKind.STARTED, charging_point=point, level=level)
    if ended is not None:
        level = fields.percentage(row.get("chargeEndBatteryLevel"))
        yield ChargeEvent(at=ended, kind=ChargeEventKind.ENDED, charging_point=point, level=level)


def _run(row: dict[str, Any]) -> Iterator[PreconditioningRun]:
    """Yield a run, if it has a date."""
    if (at := _run_date(row)) is not None:
        yield PreconditioningRun(at=at, result=_word(row.get("hvacSessionEndStatus"), _RESULTS, "hvacSessionEndStatus"))


def _window(weekday: Any, row: Any) -> ChargeWindow | None:
    """Read a window, None for one that cannot be read."""
    start, length = fields.clock(_part(row).get("startTime")), fields.length(_part(row).get("duration"))
    if start is None or length is None or length < timedelta(minutes=1):
        note("The server sent a charge window that cannot be read; it is left out")
        return None
    return ChargeWindow(weekday, start, length)


def _sorted(windows: Iterator[ChargeWindow | None]) -> Week:
    """Return the windows there are, in order, each once."""
    return tuple(sorted({window for window in windows if window is not None}))


def _charge_date(row: dict[str, Any]) -> datetime | None:
    """Return when a charge ended, or began at least."""
    return fields.instant(row.get("chargeEndDate")) or fields.instant(row.get("chargeStartDate"))


def _run_date(row: dict[str, Any]) -> datetime | None:
    """Return when a run began, or was asked for at least."""
    return fields.instant(row.get("hvacSessionStartDate")) or fields.instant(row.get("hvacSessionRequestDate"))


def _rows(found: Any, name: str, at: Callable[[dict[str, Any]], datetime | None]) -> list[dict[str, Any]]:
    """Return the newest rows of a list; raise UnexpectedResponseError where it is none."""
    rows = _part(found).get(name)
    if not isinstance(rows, list):
        raise UnexpectedResponseError(f"{name}: the answer is no list")
    if len(rows) > MOST_ROWS:
        note(f"The server sent more than {MOST_ROWS} lines of {name}; only the newest are kept")
    return newest_rows(rows, at)


def _word[T](value: Any, words: dict[str, T], name: str) -> T | None:
    """Return what a word of the wire means; one this version does not know is noted."""
    if isinstance(value, str) and value in words:
        return words[value]
    if value is not None:
        note(f"The server says {shown(value)} for {name}, which is not known here")
    return None


def _part(content: Any) -> dict[str, Any]:
    """Return an object within another, an empty one for anything else."""
    return content if isinstance(content, dict) else {}


def _list(content: Any) -> list[Any]:
    """Return a list within an object, as far as any car could hold it, an empty one for anything else."""
    return content[:_MOST_PROGRAMS] if isinstance(content, list) else []
