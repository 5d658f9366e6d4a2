"""What a car reports: its measured values and the reason."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from .battery import ChargingPoint


class Reason(StrEnum):
    """Why the car sends a report."""

    PLUGGED = "plugged"
    UNPLUGGED = "unplugged"
    CHARGE_STARTED = "charge_started"
    CHARGE_ENDED = "charge_ended"
    CHARGING = "charging"
    PARKED = "parked"
    ASKED = "asked"
    TIMER_RAN = "timer_ran"
    TIMER_REFUSED = "timer_refused"
    DEPARTURE_PREPARED = "departure_prepared"
    DEPARTURE_REFUSED = "departure_refused"
    PRECONDITIONING_CUT = "preconditioning_cut"


@dataclass(frozen=True)
class Reading:
    """The measured values; the charging point is None when unplugged."""

    level: int
    range_km: int | None
    plugged: bool
    charging: bool
    point: ChargingPoint | None
    remaining: timedelta | None


@dataclass(frozen=True)
class Report:
    """A reading with its time, reason, the charging point that a charge used, and the energy in the battery."""

    at: datetime
    reason: Reason
    reading: Reading
    point: ChargingPoint
    energy_kwh: float = 0.0
