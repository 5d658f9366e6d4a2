"""Estimates of trips from the reports of odometer and battery.

The car reports its mileage and battery level now and then, in whole kilometers and percent. The difference of two
mileages was driven; the difference of the battery energy was used for it, unless the car was charged in between.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta, tzinfo
from functools import reduce
from typing import Protocol

from ..cloud.models import Battery, Part, Vehicle
from ..cloud.schedule import is_ahead
from .state import VehicleState

# A shorter stop does not end a trip. The odometer is read about every hour, so a car that has moved each time is still
# on the same trip.
STOP = timedelta(minutes=90)
# Below this, rounding to whole kilometers and percent counts more than driving.
MIN_DISTANCE_KM = 5.0
# Long enough for a mean, short enough to show the season.
_AVERAGED = timedelta(days=30)


@dataclass(frozen=True, kw_only=True, slots=True)
class Drive:
    """A distance driven, and the energy used for it (kWh), None if unknown."""

    distance_km: float = 0.0
    energy_kwh: float | None = 0.0

    @property
    def consumption(self) -> float | None:
        """Return the consumption in kWh/100 km, None if the distance is too short or no energy was measured."""
        if not self.energy_kwh or self.distance_km < MIN_DISTANCE_KM:
            return None
        return self.energy_kwh / self.distance_km * 100

    def plus(self, other: Drive) -> Drive:
        """Return the sum of two drives."""
        energies = (self.energy_kwh, other.energy_kwh)
        known = None if None in energies else sum(each for each in energies if each is not None)
        return Drive(distance_km=self.distance_km + other.distance_km, energy_kwh=known)


@dataclass(frozen=True, kw_only=True, slots=True)
class DayDrive:
    """The driving of a day of which the energy is known."""

    day: date
    drive: Drive


@dataclass(frozen=True, kw_only=True, slots=True)
class OdometerReading:
    """The odometer and the energy in the battery (kWh) at an instant."""

    at: datetime
    mileage_km: float
    energy_kwh: float | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class TripLog:
    """The last trip and its end, and the driving on a day of the vehicle's calendar and on those before."""

    reading: OdometerReading | None = None
    journey: Drive | None = None
    ended_at: datetime | None = None
    today: Drive = Drive()
    day: date | None = None
    earlier: tuple[DayDrive, ...] = ()

    def average(self, day: date) -> Drive:
        """Return the driving of the last 30 days, without distances of which the energy is unknown."""
        recent = (each.drive for each in self.earlier if timedelta() < day - each.day < _AVERAGED)
        known = self.on(day) if self.on(day).energy_kwh is not None else Drive()
        return reduce(Drive.plus, recent, known)

    def on(self, day: date) -> Drive:
        """Return the driving on a day, nothing if the log is of another day."""
        return self.today if self.day == day else Drive()


def odometer_reading(
    battery: Battery | None, mileage_km: float | None, battery_kwh: float | None, now: datetime
) -> OdometerReading | None:
    """Return the reading of now, None if the mileage is unknown; `battery_kwh` is the energy of a full battery."""
    if mileage_km is None:
        return None
    return OdometerReading(at=now, mileage_km=mileage_km, energy_kwh=_energy(battery, battery_kwh))


def add_reading(log: TripLog, now: OdometerReading, zone: tzinfo) -> TripLog:
    """Return the log after another reading; `zone` is the vehicle's."""
    before, day = log.reading, now.at.astimezone(zone).date()
    log = _without_future(log, now.at, day)
    if before is None or now.mileage_km < before.mileage_km:
        return replace(log, reading=now)
    if now.mileage_km == before.mileage_km:
        # Between two trips the car may be charged, or lose a little energy in a cold night.
        return replace(log, reading=replace(now, at=before.at))
    drive = Drive(distance_km=now.mileage_km - before.mileage_km, energy_kwh=_used(before, now))
    is_same_trip = log.ended_at is not None and now.at - log.ended_at < STOP
    return TripLog(
        reading=now,
        journey=log.journey.plus(drive) if is_same_trip and log.journey is not None else drive,
        ended_at=now.at,
        today=log.on(day).plus(drive),
        day=day,
        earlier=_earlier(log, day),
    )


def _earlier(log: TripLog, day: date) -> tuple[DayDrive, ...]:
    """Return the days before a day, with the last one that was driven on."""
    kept = tuple(each for each in log.earlier if day - each.day < _AVERAGED)
    if log.day is None or log.day >= day or log.today.energy_kwh is None:
        return kept
    return (*(each for each in kept if each.day != log.day), DayDrive(day=log.day, drive=log.today))


def _without_future(log: TripLog, now: datetime, day: date) -> TripLog:
    """Return the log without future days and trip ends, which were recorded while the clock was ahead."""
    if log.ended_at is not None and is_ahead(log.ended_at, now, STOP):
        log = replace(log, ended_at=None)
    return replace(log, today=Drive(), day=None) if log.day is not None and log.day > day else log


def _energy(battery: Battery | None, battery_kwh: float | None) -> float | None:
    """Return the energy in the battery: reported by the car, otherwise computed from its level."""
    if battery is None:
        return None
    if battery.energy_kwh is not None:
        return battery.energy_kwh
    return None if battery.level is None or battery_kwh is None else battery.level / 100 * battery_kwh


def _used(before: OdometerReading, now: OdometerReading) -> float | None:
    """Return the energy used between two readings, None if unknown or if the car was charged in between."""
    if before.energy_kwh is None or now.energy_kwh is None or now.energy_kwh > before.energy_kwh:
        return None
    return before.energy_kwh - now.energy_kwh


def _without_energy(log: TripLog) -> TripLog:
    """Return the log as it is stored during a charge, which changes the energy at each reading until it ends.

    After a restart, the first reading contains the energy again, unless the car was driven before.
    """
    return log if log.reading is None else replace(log, reading=replace(log.reading, energy_kwh=None))


class TripStorage(Protocol):
    """Where trip logs survive a restart."""

    def journal(self, vin: str) -> TripLog:
        """Return the log of a vehicle."""

    def remember_journal(self, vin: str, journal: TripLog) -> None:
        """Store the log of a vehicle."""


class TripRecorder:
    """Updates and stores the trip log of a vehicle each time the odometer was read."""

    def __init__(self, storage: TripStorage, vehicle: Vehicle) -> None:
        """Start with the stored log."""
        self._storage = storage
        self._vehicle = vehicle
        self._read_at: datetime | None = None
        self.log = self._stored = storage.journal(vehicle.vin)

    def record(self, state: VehicleState, now: datetime) -> None:
        """Add the odometer to the log if it was read since the last call."""
        read_at = state.read_at.get(Part.MILEAGE)
        if read_at is None or read_at == self._read_at:
            return
        self._read_at = read_at
        latest = odometer_reading(state.battery, state.mileage_km, self._vehicle.battery_kwh, now)
        if latest is None:
            return
        self.log = add_reading(self.log, latest, self._vehicle.time_zone)
        stored = _without_energy(self.log) if state.charging else self.log
        if stored != self._stored:
            self._stored = stored
            self._storage.remember_journal(self._vehicle.vin, stored)
