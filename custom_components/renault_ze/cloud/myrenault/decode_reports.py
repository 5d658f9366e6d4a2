"""Decode what only some cars report: charge limits, fuel, tire pressures, doors, and alerts."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ..models import Part
from ..reports import ChargeLimits, Fuel, Locks, TirePressures
from ..response import as_object, field, missing, word
from .decode import instant, number, percentage
from .endpoints import ALERTS, LOCK_STATUS, MILEAGE, PRESSURE, SOC_LEVELS

_FUEL = {"liters": "fuelQuantity", "range_km": "fuelAutonomy"}
_TIRES = {
    "front_left": "flPressure",
    "front_right": "frPressure",
    "rear_left": "rlPressure",
    "rear_right": "rrPressure",
}
_DOORS = {
    "driver_door_open": "doorStatusDriver",
    "passenger_door_open": "doorStatusPassenger",
    "rear_left_door_open": "doorStatusRearLeft",
    "rear_right_door_open": "doorStatusRearRight",
    "hatch_open": "hatchStatus",
}
_LOCKED = {"locked": True, "unlocked": False}
_OPEN = {"open": True, "opened": True, "closed": False}
_LARGEST_TANK, _LONGEST_RANGE, _HIGHEST_PRESSURE = 200, 10_000, 10_000
# What a list of alerts in Home Assistant can show.
_MOST_ALERTS, _LONGEST_ALERT = 20, 100
_TEXTS = ("shortDescription", "alertCodeTitle", "alertCode")


def charge_limits(found: dict[str, Any]) -> ChargeLimits | None:
    """Decode the charge limits, None if one of them is missing: they can only be sent together."""
    target, minimum = (field(found, name, percentage) for name in ("socTarget", "socMin"))
    return None if target is None or minimum is None else ChargeLimits(target=target, minimum=minimum)


def fuel(found: dict[str, Any]) -> Fuel | None:
    """Decode the fuel, None if neither value is known."""
    liters = number(found.get("fuelQuantity"), 0, _LARGEST_TANK)
    range_km = number(found.get("fuelAutonomy"), 0, _LONGEST_RANGE)
    return (
        None
        if liters is None and range_km is None
        else Fuel(liters=liters, range_km=range_km, missing=missing(found, _FUEL))
    )


def tire_pressures(found: dict[str, Any]) -> TirePressures | None:
    """Decode the tire pressures (mbar), None if none is known; zero is no pressure."""
    pressures = {each: number(found.get(name), 1, _HIGHEST_PRESSURE) for each, name in _TIRES.items()}
    if not any(pressures.values()):
        return None
    return TirePressures(**pressures, missing=missing(found, _TIRES))


def locks(found: dict[str, Any]) -> Locks | None:
    """Decode the state of locks and doors, None if none is known."""
    locked = word(found.get("lockStatus"), _LOCKED, "lockStatus")
    doors = {each: word(found.get(name), _OPEN, name) for each, name in _DOORS.items()}
    if locked is None and not any(each is not None for each in doors.values()):
        return None
    lacking = missing(found, {"locked": "lockStatus", **_DOORS})
    return Locks(locked=locked, **doors, at=instant(found.get("lastUpdateTime")), missing=lacking)


def alerts(found: dict[str, Any]) -> tuple[str, ...]:
    """Decode the names of the alerts that are not closed, in the language of the account."""
    rows = found.get("alerts")
    return tuple(dict.fromkeys(_names(rows if isinstance(rows, list) else [])))[:_MOST_ALERTS]


def _names(rows: list[Any]) -> Iterator[str]:
    """Yield the name of each open alert; a captured one that is closed has a reason for that."""
    for row in map(as_object, rows):
        texts = (row.get(name) for name in _TEXTS)
        name = next((each.strip() for each in texts if isinstance(each, str) and each.strip()), None)
        if name is not None and row.get("closureReason") is None:
            yield name[:_LONGEST_ALERT]


# Where each part is read, and how it is decoded.
EQUIPMENT: Mapping[Part, tuple[str, Callable[[dict[str, Any]], Any]]] = {
    Part.CHARGE_LIMITS: (SOC_LEVELS, charge_limits),
    Part.FUEL: (MILEAGE, fuel),
    Part.TIRE_PRESSURES: (PRESSURE, tire_pressures),
    Part.LOCKS: (LOCK_STATUS, locks),
    Part.ALERTS: (ALERTS, alerts),
}
