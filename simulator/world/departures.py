"""The weekly departures for which a car preconditions itself."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time
from zoneinfo import ZoneInfo

from .week import DAYS, next_occurrence


@dataclass(frozen=True)
class Departure:
    """A time on some days of the week (0 is Monday), in the car's time zone unless it has its own."""

    clock: time
    days: frozenset[int]
    zone: ZoneInfo | None = None

    def next_after(self, instant: datetime, zone: ZoneInfo) -> datetime | None:
        """Return when the car next has to be ready, within the next days of a week and a clock change."""
        zone = self.zone or zone
        for _ in range(2 * len(DAYS)):
            instant = next_occurrence(instant, self.clock, zone)
            if instant.astimezone(zone).weekday() in self.days:
                return instant
        return None


def next_departure(departures: Iterable[Departure], instant: datetime, zone: ZoneInfo) -> datetime | None:
    """Return the next of all departures after a time."""
    found = (departure.next_after(instant, zone) for departure in departures)
    return min(filter(None, found), default=None)
