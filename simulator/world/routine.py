"""The daily routine of a live car: commute on weekdays, a trip on weekends, plugged in every evening."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from .battery import ChargingPoint
from .vehicle import TooManyRequests, Vehicle

SATURDAY = 5


@dataclass(frozen=True)
class Activity:
    """A planned activity of the owner: precondition, drive, or plug in."""

    at: datetime
    km: float = 0.0
    minutes: float = 0.0
    plug: ChargingPoint | None = None

    def perform(self, vehicle: Vehicle) -> None:
        """Perform the activity if the state of the car allows it."""
        if self.km:
            _drive(vehicle, self.km, timedelta(minutes=self.minutes))
        elif self.plug and not vehicle.car.plugged and not vehicle.car.trip_until:
            vehicle.car.plug(self.plug)
        elif not self.plug:
            _precondition(vehicle)


@dataclass
class Routine:
    """The activities of a car, determined by its VIN and the date."""

    vin: str
    lived_until: datetime

    def run(self, vehicle: Vehicle, now: datetime) -> None:
        """Perform all activities due until now, in order."""
        for activity in self._activities(vehicle.zone, now):
            vehicle.advance(activity.at)
            activity.perform(vehicle)
        self.lived_until = max(now, self.lived_until)

    def _activities(self, zone: ZoneInfo, now: datetime) -> Iterator[Activity]:
        """Yield the activities that are due and not done yet."""
        day = self.lived_until.astimezone(zone).date()
        while day <= now.astimezone(zone).date():
            activities = sorted(self._activities_of_day(day, zone), key=lambda activity: activity.at)
            yield from (activity for activity in activities if self.lived_until < activity.at <= now)
            day += timedelta(days=1)

    def _activities_of_day(self, day: date, zone: ZoneInfo) -> Iterator[Activity]:
        """Yield the activities of a day, with small random differences."""
        random = Random(f"{self.vin} {day}")  # noqa: S311

        def at(hour: int, minute: int) -> datetime:
            """Return a time of this day, up to 9 minutes earlier or later."""
            return datetime.combine(day, time(hour, minute), zone).astimezone(UTC) + timedelta(
                minutes=random.randint(-9, 9)
            )

        if day.weekday() < SATURDAY:
            yield Activity(at(7, 20))
            yield Activity(at(7, 45), km=random.randint(16, 24), minutes=35)
            yield Activity(at(17, 15), km=random.randint(18, 30), minutes=40)
        else:
            yield Activity(at(10, 30), km=random.randint(20, 45), minutes=50)
        yield Activity(at(18, 30), plug=ChargingPoint.ACCELERATED)


def _drive(vehicle: Vehicle, km: float, duration: timedelta) -> None:
    """Drive the distance, or as far as the battery allows."""
    range_km = vehicle.car.battery.range_km - 1
    if vehicle.car.trip_until is None and range_km > 0:
        vehicle.car.drive(min(km, range_km), duration)


def _precondition(vehicle: Vehicle) -> None:
    """Start preconditioning as on the website, unless it is too soon."""
    try:
        vehicle.precondition()
    except TooManyRequests:
        return
