"""What a car reports beside its battery: location, cabin, tires, doors, fuel, charge limits, and alerts."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from .response import Report

# The limits that cars accept, in percent (from Home Assistant's own integration; the server checks poorly).
CHARGE_TARGETS: Final = range(55, 101, 5)
MINIMUM_LEVELS: Final = range(15, 46, 5)


@dataclass(frozen=True, kw_only=True, slots=True)
class TemperatureRange:
    """The temperatures (°C) to which a car can precondition, in steps; the `default` is used unless one is chosen."""

    lowest: float
    highest: float
    step: float
    default: float

    def nearest(self, temperature: float) -> float:
        """Return the temperature of the range that is nearest to another one."""
        stepped = self.lowest + round((temperature - self.lowest) / self.step) * self.step
        return min(max(stepped, self.lowest), self.highest)


@dataclass(frozen=True, kw_only=True, slots=True)
class Location(Report):
    """The last reported location of the car; latitude and longitude are in degrees (WGS 84)."""

    latitude: float
    longitude: float
    at: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Cabin(Report):
    """The cabin; temperatures in °C, `minimum_level` is the battery level (percent) needed for preconditioning."""

    preconditioning: bool | None = None
    preconditioning_starts_at: datetime | None = None
    outside_temperature: float | None = None
    temperature: float | None = None
    minimum_level: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class ChargeLimits:
    """The levels (percent) between which the car itself charges: always up to `minimum`, and never above `target`."""

    target: int
    minimum: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Fuel(Report):
    """The tank of a hybrid: what is in it, and how far the car gets with that."""

    liters: float | None = None
    range_km: float | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class TirePressures(Report):
    """The pressure of each tire, in mbar."""

    front_left: float | None = None
    front_right: float | None = None
    rear_left: float | None = None
    rear_right: float | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Locks(Report):
    """Whether the car is locked, and which doors are open."""

    locked: bool | None = None
    driver_door_open: bool | None = None
    passenger_door_open: bool | None = None
    rear_left_door_open: bool | None = None
    rear_right_door_open: bool | None = None
    hatch_open: bool | None = None
    at: datetime | None = None
