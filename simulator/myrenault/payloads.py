"""The payloads of Kamereon's responses, which differ by generation."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from ..world.accounts import Account
from ..world.battery import ChargingPoint
from ..world.clock import Clock
from .backend import KamereonAccount, license_plate
from .models import X101VE
from .programs import as_calendar, as_settings
from .vehicle import Charge, ZoeVehicle

FULL = 100
KEPT_CHARGES = 10
GHOST_MINUTES = 2555
POWERS = {ChargingPoint.SLOW: "slow", ChargingPoint.ACCELERATED: "accelerated", ChargingPoint.FAST: "fast"}


def person(account: Account, kamereon_accounts: list[KamereonAccount]) -> dict[str, Any]:
    """Return a person with their accounts."""
    identifier = account.identifier("person")
    return {
        "personId": identifier,
        "type": "I",
        "country": account.country,
        "firstName": account.first_name,
        "lastName": account.last_name,
        "idp": {"idpType": "GIGYA", "idpStatus": "ACTIVE", "login": account.username, "loginType": "EMAIL"},
        "emails": [{"emailType": "MAIN", "emailValue": account.username, "validityFlag": True}],
        "phones": [{"phoneType": "MOBILE", "phoneValue": account.phone_number}],
        "accounts": [
            {
                "accountId": kamereon_account.id,
                "accountType": kamereon_account.kind,
                "accountStatus": "ACTIVE",
                "country": account.country,
                "personId": identifier,
                "relationType": "OWNER",
            }
            for kamereon_account in kamereon_accounts
        ],
        "locale": account.locale.replace("_", "-"),
    }


def details(zoe: ZoeVehicle, country: str) -> dict[str, Any]:
    """Return the details of a car; the first generation has no `engineEnergyType`."""
    model = zoe.model
    energy = {} if model is X101VE else {"engineEnergyType": "ELEC"}
    return {
        "vin": zoe.vin,
        "registrationNumber": license_plate(zoe.vin),
        "radioCode": "",
        "brand": {"label": "RENAULT"},
        "model": {"group": "971", "code": model.code, "label": "ZOE"},
        "energy": {"group": "019", "code": "ELEC", "label": "ELECTRIQUE"},
        "engineType": model.engine,
        "tcu": {"group": "E70", "code": model.tcu},
        "battery": {"group": "968", "code": "BT4AR1"},
        "registrationCountry": {"code": country},
        "deliveryDate": "2020-01-22",
        "electrical": True,
        "modelSCR": "ZOE",
        "vcd": model.vcd,
        "assets": [],
        **energy,
    }


def vehicles(kamereon_account: KamereonAccount, zoes: list[ZoeVehicle], country: str) -> dict[str, Any]:
    """Return the cars of an account."""
    return {
        "accountId": kamereon_account.id,
        "country": country,
        "vehicleLinks": [
            {
                "vin": zoe.vin,
                "brand": "RENAULT",
                "status": "ACTIVE",
                "linkType": "OWNER",
                "garageBrand": "RENAULT",
                "startDate": "2020-08-21",
                "ownershipEndDate": "2020-08-21",
                "connectedDriver": {"role": "MAIN_DRIVER"},
                "vehicleDetails": details(zoe, country),
            }
            for zoe in zoes
        ],
    }


def battery_status(zoe: ZoeVehicle, clock: Clock) -> dict[str, Any]:
    """Return the last reading."""
    reading, first = zoe.ledger.snapshot.reading, zoe.model is X101VE
    payload: dict[str, Any] = {
        "timestamp": _stamp(zoe.ledger.snapshot.received_at, clock, zoe),
        "batteryLevel": reading.level,
        "batteryAutonomy": reading.range_km,
        "batteryCapacity": 0,
        "batteryAvailableEnergy": 0 if first else int(zoe.model.capacity_kwh * reading.level / FULL),
        "batteryTemperature": round(zoe.car.outside) + 4,
        "plugStatus": _plug_status(zoe),
        "chargingStatus": _charging_status(zoe),
    }
    if reading.remaining is not None:
        payload["chargingRemainingTime"] = _minutes(reading.remaining)
    elif zoe.quirks.ghost_remaining_time:
        payload["chargingRemainingTime"] = GHOST_MINUTES
    if not first and reading.charging:
        # Captured during a charge of about 7 kW; owners report that the value is always wrong.
        payload["chargingInstantaneousPower"] = 27.0
    return payload


def cockpit(zoe: ZoeVehicle) -> dict[str, Any]:
    """Return the odometer."""
    return {"totalMileage": round(zoe.car.odometer_km, 2)}


def hvac_status(zoe: ZoeVehicle, clock: Clock) -> dict[str, Any]:
    """Return the HVAC status; the first generation is always off and includes the outside temperature."""
    if zoe.model is X101VE:
        return {"externalTemperature": round(zoe.car.outside * 2) / 2, "hvacStatus": "off"}
    payload: dict[str, Any] = {
        "socThreshold": float(zoe.car.threshold),
        "lastUpdateTime": _stamp(zoe.car.at, clock, zoe),
        "hvacStatus": "on" if zoe.preconditioning else "off",
    }
    return payload if zoe.starts_at is None else {**payload, "nextHvacStartDate": _stamp(zoe.starts_at, clock, zoe)}


def location(zoe: ZoeVehicle, clock: Clock) -> dict[str, Any]:
    """Return the location of the car."""
    latitude, longitude = zoe.car.place
    parked_at = zoe.car.parked_at or zoe.car.at
    return {
        "gpsDirection": None,
        "gpsLatitude": latitude,
        "gpsLongitude": longitude,
        "lastUpdateTime": _stamp(parked_at, clock, zoe),
    }


def charge_mode(zoe: ZoeVehicle) -> dict[str, Any]:
    """Return the charge mode of the first generation."""
    return {"chargeMode": "schedule_mode" if zoe.car.schedule.enabled else "always_charging"}


def charge_schedule(zoe: ZoeVehicle) -> dict[str, Any]:
    """Return the calendar of the first generation."""
    return {"calendar": as_calendar(zoe.car.schedule)}


def charging_settings(zoe: ZoeVehicle) -> dict[str, Any]:
    """Return mode and programs; the second generation has none while it charges whenever plugged in."""
    schedule = zoe.car.schedule
    hidden = zoe.forgets_programs and not schedule.enabled
    return {
        "mode": "scheduled" if schedule.enabled else "always",
        "schedules": [] if hidden else as_settings(schedule.week.programs),
    }


def charges(zoe: ZoeVehicle, clock: Clock, begin: date, end: date) -> dict[str, Any]:
    """Return the last charges that started in a range of days."""
    recent = list(zoe.charges)[-KEPT_CHARGES:]
    within = [each for each in recent if begin <= each.started.at.astimezone(UTC).date() <= end]
    write = _first_charge if zoe.model is X101VE else _second_charge
    return {"charges": [write(each, clock, number) for number, each in enumerate(within)]}


def hvac_sessions(zoe: ZoeVehicle, clock: Clock, begin: date, end: date) -> dict[str, Any]:
    """Return the preconditioning results of a range of days."""
    entries = [
        {
            "hvacSessionRequestDate": _zulu(entry.at, clock),
            "hvacSessionStartDate": _zulu(entry.at, clock),
            "hvacSessionEndStatus": "ok" if entry.success else "error",
        }
        for entry in zoe.ledger.preconditionings
        if begin <= entry.at.astimezone(UTC).date() <= end
    ]
    return {"hvacSessions": entries}


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


def _plug_status(zoe: ZoeVehicle) -> int:
    """Return the plug status; 3 is a second-generation car that waits for its program."""
    reading = zoe.ledger.snapshot.reading
    if not reading.plugged:
        return 0
    return 3 if zoe.model is not X101VE and _waits(zoe) else 1


def _charging_status(zoe: ZoeVehicle) -> float:
    """Return the charging status, whose values differ by generation."""
    reading = zoe.ledger.snapshot.reading
    if zoe.quirks.silent_charging:
        return -1.1
    if reading.charging:
        return 1.0
    if zoe.model is X101VE:
        return -1.0
    if _waits(zoe):
        return 0.1
    return 0.2 if reading.plugged else 0.0


def _waits(zoe: ZoeVehicle) -> bool:
    """Return whether the car is plugged in and not full, but does not charge."""
    reading = zoe.ledger.snapshot.reading
    return reading.plugged and not reading.charging and reading.point is not ChargingPoint.INVALID


def _stamp(instant: datetime, clock: Clock, zoe: ZoeVehicle) -> str:
    """Return a time in the generation's format: with the car's UTC offset, or in UTC."""
    if zoe.model is X101VE:
        return _skewed(instant, clock).astimezone(zoe.zone).isoformat(timespec="seconds")
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
