"""Journeys, guessed from what the odometer and the battery say in passing; an estimate, never a measurement.

The car tells its mileage and its level now and then, in whole kilometres and percents. What lies between two reports
with more kilometres on the clock was driven; what left the battery meanwhile was used, unless it was charged as well.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta, tzinfo
from typing import Protocol

from ..cloud.models import Battery, Part, Vehicle
from ..cloud.schedule import is_ahead
from .state import VehicleState

# A stop shorter than this, at the shops say, does not end a journey. The odometer is read every hour or a little more:
# one that has moved each time is on one journey.
STOP = timedelta(minutes=90)
# Below this, whole kilometres and percents say more about rounding than about driving.
LEAST_KM = 5.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Drive:
    """Kilometres that were driven, and the energy they took (kWh), None where that cannot be told."""

    distance_km: float = 0.0
    energy_kwh: float | None = 0.0

    @property
    def consumption(self) -> float | None:
        """Return the consumption in kWh/100 km, None for a drive too short to tell: no drive takes nothing."""
        if not self.energy_kwh or self.distance_km < LEAST_KM:
            return None
        return self.energy_kwh / self.distance_km * 100

    def plus(self, other: Drive) -> Drive:
        """Return two drives as one."""
        energies = (self.energy_kwh, other.energy_kwh)
        known = None if None in energies else sum(each for each in energies if each is not None)
        return Drive(distance_km=self.distance_km + other.distance_km, energy_kwh=known)


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """What the car said at an instant: the odometer, and what was in the battery (kWh)."""

    at: datetime
    mileage_km: float
    energy_kwh: float | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Journal:
    """The last journey with its end, and what was driven on a day of the vehicle's calendar."""

    reading: Reading | None = None
    journey: Drive | None = None
    ended_at: datetime | None = None
    today: Drive = Drive()
    day: date | None = None

    def on(self, day: date) -> Drive:
        """Return what was driven on a day, as far as it is this one."""
        return self.today if self.day == day else Drive()


def reading(
    battery: Battery | None, mileage_km: float | None, battery_kwh: float | None, now: datetime
) -> Reading | None:
    """Return what the car says now, None where the odometer is unknown."""
    if mileage_km is None:
        return None
    return Reading(at=now, mileage_km=mileage_km, energy_kwh=_energy(battery, battery_kwh))


def with_reading(journal: Journal, now: Reading, zone: tzinfo) -> Journal:
    """Return the journal after another reading."""
    before, day = journal.reading, now.at.astimezone(zone).date()
    journal = _put_right(journal, now.at, day)
    if before is None or now.mileage_km < before.mileage_km:
        return replace(journal, reading=now)
    if now.mileage_km == before.mileage_km:
        # The battery between two journeys: charged, or a little emptier after a cold night.
        return replace(journal, reading=replace(now, at=before.at))
    drive = Drive(distance_km=now.mileage_km - before.mileage_km, energy_kwh=_used(before, now))
    goes_on = journal.journey is not None and journal.ended_at is not None and now.at - journal.ended_at < STOP
    return Journal(
        reading=now,
        journey=journal.journey.plus(drive) if goes_on and journal.journey is not None else drive,
        ended_at=now.at,
        today=journal.on(day).plus(drive),
        day=day,
    )


def _put_right(journal: Journal, now: datetime, day: date) -> Journal:
    """Return the journal without the days and journeys to come, which were noted while the clock was ahead."""
    if journal.ended_at is not None and is_ahead(journal.ended_at, now, STOP):
        journal = replace(journal, ended_at=None)
    return replace(journal, today=Drive(), day=None) if journal.day is not None and journal.day > day else journal


def _energy(battery: Battery | None, battery_kwh: float | None) -> float | None:
    """Return what is in the battery: by the car's own word, else by its level."""
    if battery is None:
        return None
    if battery.energy_kwh is not None:
        return battery.energy_kwh
    return None if battery.level is None or battery_kwh is None else battery.level / 100 * battery_kwh


def _used(before: Reading, now: Reading) -> float | None:
    """Return what left the battery, None where it was charged on the way or nobody knows."""
    if before.energy_kwh is None or now.energy_kwh is None or now.energy_kwh > before.energy_kwh:
        return None
    return before.energy_kwh - now.energy_kwh


class Journals(Protocol):
    """Where journals outlive a restart."""

    def journal(self, vin: str) -> Journal:
        """Return the journal of a vehicle."""

    def remember_journal(self, vin: str, journal: Journal) -> None:
        """Keep the journal of a vehicle."""


class Chronicle:
    """Writes a journey down each time the odometer was read."""

    def __init__(self, memory: Journals, vehicle: Vehicle) -> None:
        """Take up the journal an earlier run left."""
        self._memory = memory
        self._vehicle = vehicle
        self._read_at: datetime | None = None
        self.journal = memory.journal(vehicle.vin)

    def note(self, state: VehicleState, now: datetime) -> None:
        """Note what an odometer that was read since tells."""
        read_at = state.read_at.get(Part.MILEAGE)
        if read_at is None or read_at == self._read_at:
            return
        self._read_at = read_at
        latest = reading(state.battery, state.mileage_km, self._vehicle.battery_kwh, now)
        if latest is not None:
            self.journal = with_reading(self.journal, latest, self._vehicle.time_zone)
            self._memory.remember_journal(self._vehicle.vin, self.journal)
