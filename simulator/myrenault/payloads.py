"""The payloads of Kamereon's responses about a car, which differ by model."""

from datetime import UTC, date, datetime, timedelta
from struct import pack, unpack
from typing import Any

from ..world.battery import CHARGERS, ChargingPoint
from ..world.clock import Clock
from .models import X101VE, X102VE, ScheduleKind
from .programs import ChargeMode, as_calendar, as_settings
from .vehicle import Charge, MyRenaultVehicle

FULL = 100
KEPT_CHARGES = 10
GHOST_MINUTES = 2555
POWERS = {ChargingPoint.SLOW: "slow", ChargingPoint.ACCELERATED: "accelerated", ChargingPoint.FAST: "fast"}


def battery_status(vehicle: MyRenaultVehicle, clock: Clock) -> dict[str, Any]:
    """Return the last reading."""
    reading, first = vehicle.records.snapshot.reading, vehicle.model is X101VE
    payload: dict[str, Any] = {
        "timestamp": _stamp(vehicle.records.snapshot.received_at, clock, vehicle),
        "batteryLevel": reading.level,
        "batteryAutonomy": reading.range_km,
        "batteryCapacity": 0,
        "batteryAvailableEnergy": 0 if first else int(vehicle.model.capacity_kwh * reading.level / FULL),
        "batteryTemperature": round(vehicle.car.outside) + 4,
        "plugStatus": _plug_status(vehicle),
        "chargingStatus": _charging_status(vehicle),
    }
    if reading.remaining is not None:
        payload["chargingRemainingTime"] = _minutes(reading.remaining)
    elif vehicle.quirks.ghost_remaining_time:
        payload["chargingRemainingTime"] = GHOST_MINUTES
    if reading.charging:
        payload |= _charging_power(vehicle)
    return _newer_battery(payload) if vehicle.model.schedule is ScheduleKind.SETTINGS else payload


def cockpit(vehicle: MyRenaultVehicle) -> dict[str, Any]:
    """Return the odometer, and the fuel of a car with a tank."""
    payload = {"totalMileage": round(vehicle.car.odometer_km, 2)}
    if vehicle.model.has_fuel:
        return {**vehicle.equipment.fuel, **payload}
    return {"fuelQuantity": 0.0, **payload} if vehicle.model.shows_empty_tank else payload


def hvac_status(vehicle: MyRenaultVehicle, clock: Clock) -> dict[str, Any]:
    """Return the HVAC status; the first generation is always off and includes the outside temperature."""
    if vehicle.model is X101VE:
        return {"externalTemperature": round(vehicle.car.outside * 2) / 2, "hvacStatus": "off"}
    payload: dict[str, Any] = {
        "socThreshold": float(vehicle.car.threshold),
        "lastUpdateTime": _stamp(vehicle.car.at, clock, vehicle),
        "hvacStatus": "on" if vehicle.preconditioning else "off",
    }
    if vehicle.model.has_cabin_temperature:
        payload["internalTemperature"] = round(vehicle.car.cabin * 2) / 2
    return (
        payload
        if vehicle.starts_at is None
        else {**payload, "nextHvacStartDate": _stamp(vehicle.starts_at, clock, vehicle)}
    )


def location(vehicle: MyRenaultVehicle, clock: Clock) -> dict[str, Any]:
    """Return the location of the car."""
    latitude, longitude = vehicle.car.place
    parked_at = vehicle.car.parked_at or vehicle.car.at
    located_at = max(parked_at, vehicle.signals.get("location", parked_at))
    return {
        "gpsDirection": None,
        "gpsLatitude": latitude,
        "gpsLongitude": longitude,
        "lastUpdateTime": _stamp(located_at, clock, vehicle),
    }


def lock_status(vehicle: MyRenaultVehicle, clock: Clock) -> dict[str, Any]:
    """Return whether the car is locked, and which doors are open."""
    return {**vehicle.equipment.lock_status, "lastUpdateTime": _stamp(vehicle.car.at, clock, vehicle)}


def alerts(vehicle: MyRenaultVehicle, clock: Clock) -> list[dict[str, Any]]:
    """Return the alerts of the car."""
    stamp = _zulu(vehicle.car.at, clock)
    return vehicle.equipment.alert_list(vehicle.vin, vehicle.car.odometer_km, stamp)


def charge_mode(vehicle: MyRenaultVehicle) -> dict[str, Any]:
    """Return the charge mode of the first generation."""
    return {"chargeMode": "schedule_mode" if vehicle.car.schedule.enabled else "always_charging"}


def charge_schedule(vehicle: MyRenaultVehicle) -> dict[str, Any]:
    """Return the calendar of the first generation."""
    return {"calendar": as_calendar(vehicle.car.schedule)}


def charging_settings(vehicle: MyRenaultVehicle, clock: Clock) -> dict[str, Any]:
    """Return mode and programs; the second generation has none unless it follows them."""
    schedule = vehicle.car.schedule
    shown = schedule.mode is ChargeMode.SCHEDULED or (
        schedule.mode is ChargeMode.ALWAYS and not vehicle.forgets_programs
    )
    payload = {"mode": schedule.mode.value, "schedules": as_settings(schedule.week.programs) if shown else []}
    if schedule.week.starts_at is None:
        return payload
    return {**payload, "startDateTime": _zulu(schedule.week.starts_at, clock), "delay": vehicle.delay}


def charges(vehicle: MyRenaultVehicle, clock: Clock, begin: date, end: date) -> dict[str, Any]:
    """Return the last charges that started in a range of days."""
    recent = list(vehicle.charges)[-KEPT_CHARGES:]
    within = [each for each in recent if begin <= each.started.at.astimezone(UTC).date() <= end]
    write = {X101VE.code: _first_charge, X102VE.code: _second_charge}.get(vehicle.model_code, _later_charge)
    return {"charges": [write(each, clock, number) for number, each in enumerate(within)]}


def hvac_sessions(vehicle: MyRenaultVehicle, clock: Clock, begin: date, end: date) -> dict[str, Any]:
    """Return the preconditioning results of a range of days."""
    entries = [
        {
            "hvacSessionRequestDate": _zulu(entry.at, clock),
            "hvacSessionStartDate": _zulu(entry.at, clock),
            "hvacSessionEndStatus": "ok" if entry.success else "error",
        }
        for entry in vehicle.records.preconditionings
        if begin <= entry.at.astimezone(UTC).date() <= end
    ]
    return {"hvacSessions": entries}


def _charging_power(vehicle: MyRenaultVehicle) -> dict[str, float]:
    """Return the charging power: in watts from the first generation, if at all, and always wrong from the others."""
    if vehicle.model is not X101VE:
        # Captured during a charge of about 7 kW.
        return {"chargingInstantaneousPower": 27.0}
    point = vehicle.car.point
    if not vehicle.quirks.reports_power or point is None:
        return {}
    return {"chargingInstantaneousPower": round(vehicle.car.battery.power_kw(CHARGERS[point]) * 1000.0)}


def _newer_battery(payload: dict[str, Any]) -> dict[str, Any]:
    """Return the battery status as newer cars report it: fewer values, and a remaining time that is never missing."""
    missing = ("batteryCapacity", "batteryAvailableEnergy", "batteryTemperature", "chargingInstantaneousPower")
    remaining = payload.get("chargingRemainingTime")
    since = {} if remaining is None else {"chargingRemainingTimeLastUpdateDateTime": payload["timestamp"]}
    kept = {name: value for name, value in payload.items() if name not in missing}
    return {**kept, "chargingRemainingTime": remaining or 0, **since, "V2L_SystemStatusDisplay": 0}


def _first_charge(charge: Charge, clock: Clock, number: int) -> dict[str, Any]:
    """Return a first-generation charge: in minutes, and every second one without its start level."""
    started, ended = charge.started, charge.ended
    payload = {
        "chargeStartDate": _zulu(started.at, clock),
        "chargeEndDate": _zulu(ended.at, clock),
        "chargeDuration": _minutes(ended.at - started.at),
        "chargeEndBatteryLevel": ended.level,
        "chargeEndStatus": "ok",
    }
    if started.point is not ChargingPoint.INVALID:
        payload["chargePower"] = POWERS[started.point]
    if number % 2 == 0:
        payload |= {
            "chargeStartBatteryLevel": started.level,
            "chargeBatteryLevelRecovered": ended.level - started.level,
        }
    return payload


def _second_charge(charge: Charge, clock: Clock, number: int) -> dict[str, Any]:
    """Return a second-generation charge: in seconds, always with an error, rarely with its start level."""
    started, ended = charge.started, charge.ended
    payload = {
        "chargeStartDate": _zulu(started.at, clock),
        "chargeEndDate": _zulu(ended.at, clock),
        "chargeDuration": int((ended.at - started.at).total_seconds()),
        "chargeEndBatteryLevel": ended.level,
        "chargeEndStatus": "error",
    }
    return payload if number else {**payload, "chargeStartBatteryLevel": started.level}


def _later_charge(charge: Charge, clock: Clock, _: int) -> dict[str, Any]:
    """Return a charge of a later car: in minutes, with both levels and the energy that reached the battery."""
    started, ended = charge.started, charge.ended
    return {
        "chargeStartDate": _zulu(started.at, clock),
        "chargeEndDate": _zulu(ended.at, clock),
        "chargeDuration": _minutes(ended.at - started.at),
        "chargeStartBatteryLevel": started.level,
        "chargeEndBatteryLevel": ended.level,
        # Captured as a float of 32 bits in steps of 0.1.
        "chargeEnergyRecovered": _single(round(ended.energy_kwh - started.energy_kwh, 1)),
        "chargeEndStatus": "ok",
    }


def _single(value: float) -> float:
    """Return a number with the rounding of 32 bits."""
    (found,) = unpack("<f", pack("<f", value))
    return float(found)


def _plug_status(vehicle: MyRenaultVehicle) -> int:
    """Return the plug status; some models send 3 when they wait for their program, or when unplugged."""
    if vehicle.quirks.plug_status is not None:
        return vehicle.quirks.plug_status
    if not vehicle.records.snapshot.reading.plugged:
        return vehicle.model.unplugged_status
    return vehicle.model.waiting_status if _waits(vehicle) else 1


def _charging_status(vehicle: MyRenaultVehicle) -> float:
    """Return the charging status, whose values differ by model."""
    reading = vehicle.records.snapshot.reading
    if vehicle.quirks.charging_status is not None:
        return vehicle.quirks.charging_status
    if vehicle.quirks.silent_charging:
        return -1.1
    if reading.charging:
        return 1.0
    if vehicle.model is X101VE:
        return -1.0
    if _waits(vehicle):
        return 0.1
    return 0.2 if reading.plugged else 0.0


def _waits(vehicle: MyRenaultVehicle) -> bool:
    """Return whether the car is plugged in and not full, but does not charge."""
    reading = vehicle.records.snapshot.reading
    return reading.plugged and not reading.charging and reading.point is not ChargingPoint.INVALID


def _stamp(instant: datetime, clock: Clock, vehicle: MyRenaultVehicle) -> str:
    """Return a time in the generation's format: with the car's UTC offset, or in UTC."""
    if vehicle.model is X101VE:
        return _skewed(instant, clock).astimezone(vehicle.zone).isoformat(timespec="seconds")
    return _zulu(instant, clock)


def _zulu(instant: datetime, clock: Clock) -> str:
    """Return a time in UTC."""
    return f"{_skewed(instant, clock):%Y-%m-%dT%H:%M:%SZ}"


def _skewed(instant: datetime, clock: Clock) -> datetime:
    """Return a time as the server's clock shows it."""
    return datetime.fromtimestamp(clock.stamp(instant) / 1000, UTC)


def _minutes(duration: timedelta) -> int:
    """Return a duration in minutes."""
    return int(duration.total_seconds()) // 60
