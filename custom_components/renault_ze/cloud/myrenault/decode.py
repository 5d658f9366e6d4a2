"""Decode the JSON of responses; only a response of another type raises UnexpectedResponseError.

The library's classes are not used because they reject a whole object for one invalid field.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from .. import response
from ..charging import ChargeState, ChargingPoint
from ..exceptions import UnexpectedResponseError
from ..models import (
    Battery,
    ChargeEvent,
    ChargeEventKind,
    PreconditioningRun,
    Result,
)
from ..redaction import for_log, log_once
from ..reports import Cabin, Location
from ..response import MOST_ROWS, as_object, field, missing, newest, newest_rows, word
from .endpoints import ALERTS, SOC_LEVELS

_CHARGE_STATES = {
    0.0: ChargeState.NOT_CHARGING,
    0.1: ChargeState.WAITING_FOR_SCHEDULE,
    0.2: ChargeState.ENDED,
    0.3: ChargeState.WAITING_FOR_POWER,
    0.4: ChargeState.FLAP_OPEN,
    1.0: ChargeState.CHARGING,
    -1.0: ChargeState.ERROR,
    -1.1: None,
    -1.3: ChargeState.V2G_WAITING,
    -1.4: ChargeState.V2L_CONNECTED,
    -1.5: ChargeState.V2G_DISCHARGING,
    -1.6: ChargeState.V2G_CHARGING,
}
_CHARGING = {ChargeState.CHARGING, ChargeState.V2G_CHARGING}
# Home Assistant's own integration concludes the same.
_NEEDS_A_PLUG = {
    *_CHARGING,
    ChargeState.WAITING_FOR_SCHEDULE,
    ChargeState.WAITING_FOR_POWER,
    ChargeState.ENDED,
    ChargeState.V2G_WAITING,
    ChargeState.V2G_DISCHARGING,
}
# 3 was seen on a Spring that was unplugged, and on a Twingo that was plugged in and waiting.
_PLUGGED: dict[float, bool | None] = {0: False, 1: True, 3: None, -1: None, -2147483648: None}
_POWERS = {"slow": ChargingPoint.SLOW, "accelerated": ChargingPoint.ACCELERATED, "fast": ChargingPoint.FAST}
_RESULTS = {"ok": Result.SUCCESS, "error": Result.ERROR}
_BATTERY = {
    "level": "batteryLevel",
    "range_km": "batteryAutonomy",
    "plugged_in": "plugStatus",
    "charging": "chargingStatus",
    "charge_state": "chargingStatus",
    "charging_time_remaining": "chargingRemainingTime",
    "energy_kwh": "batteryAvailableEnergy",
    "reported_at": "timestamp",
}
_LOCATION = {"at": "lastUpdateTime"}
# The start of preconditioning is left out because it is missing while none is set (observed).
_CABIN = {
    "preconditioning": "hvacStatus",
    "outside_temperature": "externalTemperature",
    "minimum_level": "socThreshold",
}
_EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
_LATEST = datetime(2100, 1, 1, tzinfo=UTC)
_FULL = 100
_LONGEST_CHARGE_MINUTES = 7 * 24 * 60
_LONGEST_RANGE = 10_000
_LONGEST_LIFE = 10_000_000
_LARGEST_BATTERY = 200
_HIGHEST_POWER = 100_000
_COLDEST, _HOTTEST = -60, 70


def attributes(content: Any, name: str) -> dict[str, Any]:
    """Return the attributes in a response; raise UnexpectedResponseError if it has none."""
    found = content
    if name == ALERTS:
        # Both forms were captured: a list, and an object that contains one.
        rows = content.get("data") if isinstance(content, dict) else content
        found = {"alerts": rows} if isinstance(rows, list) else None
    elif name != SOC_LEVELS:
        found = as_object(as_object(content).get("data")).get("attributes")
    if isinstance(found, dict):
        return found
    raise UnexpectedResponseError(f"{name}: the response has no attributes")


def battery(found: dict[str, Any], *, first: bool) -> Battery | None:
    """Decode the last battery report, None if it is empty; `first` means the first generation."""
    state = _charge_state(found.get("chargingStatus"), first=first)
    charging = None if state is None else state in _CHARGING
    plugged_in = _plugged_in(found.get("plugStatus"), state)
    report = Battery(
        level=field(found, "batteryLevel", percentage),
        range_km=field(found, "batteryAutonomy", lambda value: number(value, 0, _LONGEST_RANGE)),
        plugged_in=plugged_in,
        charging=charging,
        charge_state=state,
        # Unplugged cars send a time as well (observed). A car that leaves out its state may go on charging.
        charging_time_remaining=field(found, "chargingRemainingTime", minutes)
        if charging or ("chargingStatus" not in found and plugged_in is not False)
        else None,
        # Zero means unknown.
        energy_kwh=field(found, "batteryAvailableEnergy", lambda value: number(value, 0, _LARGEST_BATTERY)) or None,
        charging_power_w=number(found.get("chargingInstantaneousPower"), 0, _HIGHEST_POWER) if first else None,
        reported_at=field(found, "timestamp", instant),
        missing=missing(found, _BATTERY),
    )
    values = (report.level, report.range_km, report.plugged_in, report.charging)
    return None if values == (None, None, None, None) else report


def mileage(found: dict[str, Any]) -> float | None:
    """Decode the mileage in kilometers."""
    return number(found.get("totalMileage"), 0, _LONGEST_LIFE)


def location(found: dict[str, Any]) -> Location | None:
    """Decode the location, None if it is unknown, which may be sent as 0, 0."""
    latitude = number(found.get("gpsLatitude"), -90, 90)
    longitude = number(found.get("gpsLongitude"), -180, 180)
    if latitude is None or longitude is None or latitude == longitude == 0:
        return None
    at = instant(found.get("lastUpdateTime"))
    return Location(latitude=latitude, longitude=longitude, at=at, missing=missing(found, _LOCATION))


def cabin(found: dict[str, Any], *, first: bool) -> Cabin:
    """Decode the state of the cabin; the first generation always reports that preconditioning is off."""
    status = word(found.get("hvacStatus"), {"on": True, "off": False}, "hvacStatus")
    return Cabin(
        preconditioning=None if first else status,
        preconditioning_starts_at=instant(found.get("nextHvacStartDate")),
        outside_temperature=number(found.get("externalTemperature"), _COLDEST, _HOTTEST),
        temperature=number(found.get("internalTemperature"), _COLDEST, _HOTTEST),
        minimum_level=percentage(found.get("socThreshold")),
        missing=missing(found, _CABIN),
    )


def charges(found: Any) -> tuple[ChargeEvent, ...]:
    """Decode charges, each as start and end, newest first.

    Duration and result are not used: the unit of the duration depends on the model, and the result is often wrong.
    """
    rows = _rows(found, "charges", _charge_date)
    return newest((event for row in rows for event in _charge(row)), lambda event: event.at)


def preconditioning_runs(found: Any) -> tuple[PreconditioningRun, ...]:
    """Decode preconditioning runs, newest first; their source is unknown."""
    rows = _rows(found, "hvacSessions", _run_date)
    return newest((run for row in rows for run in _run(row)), lambda run: run.at)


def _charge_state(value: Any, *, first: bool) -> ChargeState | None:
    """Return the charge state of a number; for the first generation, the error means that the car is not charging."""
    status = response.number(value)
    if status is None or status not in _CHARGE_STATES:
        if value is not None:
            log_once(f"The server sent {for_log(value)} for chargingStatus, which is unknown")
        return None
    state = _CHARGE_STATES[status]
    return ChargeState.NOT_CHARGING if first and state is ChargeState.ERROR else state


def _plugged_in(value: Any, state: ChargeState | None) -> bool | None:
    """Return whether the car is plugged in: by the charge state if it is charging, or if the plug status is unknown."""
    status = response.number(value)
    if status not in _PLUGGED and value is not None:
        log_once(f"The server sent {for_log(value)} for plugStatus, which is unknown")
    plugged_in = None if status is None else _PLUGGED.get(status)
    return True if state in (_CHARGING if plugged_in is not None else _NEEDS_A_PLUG) else plugged_in


def _charge(row: dict[str, Any]) -> Iterator[ChargeEvent]:
    """Yield the start and the end of a charge, if they have a date."""
    point = word(row.get("chargePower"), _POWERS, "chargePower")
    started, ended = instant(row.get("chargeStartDate")), instant(row.get("chargeEndDate"))
    first, last = _levels(row)
    if started is not None:
        yield ChargeEvent(at=started, kind=ChargeEventKind.STARTED, charging_point=point, level=first)
    if ended is not None:
        # Zero means unknown.
        energy = number(row.get("chargeEnergyRecovered"), 0, _LARGEST_BATTERY) or None
        yield ChargeEvent(at=ended, kind=ChargeEventKind.ENDED, charging_point=point, level=last, energy_kwh=energy)


def _levels(row: dict[str, Any]) -> tuple[int | None, int | None]:
    """Return the levels of a charge at its start and end; one may be missing beside the difference."""
    first, last = percentage(row.get("chargeStartBatteryLevel")), percentage(row.get("chargeEndBatteryLevel"))
    gained = percentage(row.get("chargeBatteryLevelRecovered"))
    if gained is not None and first is None and last is not None:
        return percentage(last - gained), last
    if gained is not None and last is None and first is not None:
        return first, percentage(first + gained)
    return first, last


def _run(row: dict[str, Any]) -> Iterator[PreconditioningRun]:
    """Yield a run, if it has a date."""
    if (at := _run_date(row)) is not None:
        yield PreconditioningRun(at=at, result=word(row.get("hvacSessionEndStatus"), _RESULTS, "hvacSessionEndStatus"))


def _charge_date(row: dict[str, Any]) -> datetime | None:
    """Return when a charge ended, otherwise when it started."""
    return instant(row.get("chargeEndDate")) or instant(row.get("chargeStartDate"))


def _run_date(row: dict[str, Any]) -> datetime | None:
    """Return when a run started, otherwise when it was requested."""
    return instant(row.get("hvacSessionStartDate")) or instant(row.get("hvacSessionRequestDate"))


def _rows(found: Any, name: str, at: Callable[[dict[str, Any]], datetime | None]) -> list[dict[str, Any]]:
    """Return the newest rows of a list; raise UnexpectedResponseError for anything else."""
    rows = as_object(found).get(name)
    if not isinstance(rows, list):
        raise UnexpectedResponseError(f"{name}: the response has no list")
    if len(rows) > MOST_ROWS:
        log_once(f"The server sent more than {MOST_ROWS} rows in {name}; only the newest are kept")
    return newest_rows(rows, at)


def number(value: Any, least: float, most: float) -> float | None:
    """Return a number within bounds."""
    found = response.number(value)
    return float(found) if found is not None and least <= found <= most else None


def percentage(value: Any) -> int | None:
    """Return whole percent; the server sometimes sends halves."""
    found = number(value, 0, _FULL)
    return None if found is None else int(found)


def minutes(value: Any) -> timedelta | None:
    """Return a charging time given in minutes."""
    found = number(value, 0, _LONGEST_CHARGE_MINUTES)
    return None if found is None else timedelta(minutes=found)


def instant(value: Any) -> datetime | None:
    """Return a time in ISO 8601, in UTC if it has no time zone."""
    if not isinstance(value, str):
        return None
    try:
        found = datetime.fromisoformat(value)
        found = found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except ValueError, OverflowError:
        return None
    return found if _EARLIEST <= found < _LATEST else None
