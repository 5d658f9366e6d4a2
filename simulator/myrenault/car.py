"""The car at MY Renault: with odometer, location, and temperatures."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import cos, exp, pi
from typing import override

from ..world.battery import HOUR
from ..world.car import Car
from .programs import MyRenaultSchedule, nightly

FIRST_ODOMETER_KM = 21_042.0
# Public places: Greenwich Observatory, where a new car is parked, and the end of every other trip.
HOME = (51.47695, -0.00050)
AWAY = (51.50087, -0.12462)
# The app always preconditioned to 21 °C (hassRenaultZE#31).
USUAL_TEMPERATURE = 21.0
WARMS_IN_HOURS, COOLS_IN_HOURS = 4 / 60, 40 / 60


@dataclass
class MyRenaultCar(Car):
    """A car with an odometer, a location, and a cabin temperature; temperatures are in °C."""

    schedule: MyRenaultSchedule = field(default_factory=nightly)
    odometer_km: float = FIRST_ODOMETER_KM
    trips: int = 0
    parked_at: datetime | None = None
    cabin: float = 8.5
    temperature: float = USUAL_TEMPERATURE
    departure_temperature: float = USUAL_TEMPERATURE

    @property
    def place(self) -> tuple[float, float]:
        """Return latitude and longitude in degrees."""
        return AWAY if self.trips % 2 else HOME

    @property
    def outside(self) -> float:
        """Return the outside temperature in °C: lowest at 04:00, the same every day."""
        hour = self.at.astimezone(self.zone).hour
        return 8.5 - 4.0 * cos((hour - 4) / 24 * 2 * pi)

    @override
    def drive(self, km: float, duration: timedelta = timedelta()) -> None:
        super().drive(km, duration)
        self.trips += 1
        self.parked_at = self.at + duration
        if not duration:
            self.odometer_km += km

    @override
    def start_preconditioning(self, until: datetime | None = None) -> bool:
        if until:
            self.temperature = self.departure_temperature
        return super().start_preconditioning(until)

    @override
    def _flow(self, to: datetime) -> None:
        hours = (to - self.at).total_seconds() / HOUR
        self.odometer_km += self.trip_kw * hours / self.battery.consumption_kwh_per_km
        super()._flow(to)
        goal, within = (
            (self.temperature, WARMS_IN_HOURS) if self.preconditioning_until else (self.outside, COOLS_IN_HOURS)
        )
        self.cabin = goal + (self.cabin - goal) * exp(-hours / within)
