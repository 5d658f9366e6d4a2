"""The server's records of a vehicle: the last reading, the histories, and the notifications."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from .battery import ChargingPoint
from .notifications import Event, Outbox
from .reports import Reading, Reason, Report

LOW_LEVEL = 20
# Captured: a start at 99% has no remaining time.
REMAINING_TIME_BELOW = 99


@dataclass(frozen=True)
class Snapshot:
    """A reading and the time at which the server received it."""

    received_at: datetime
    reading: Reading


class ChargeEvent(StrEnum):
    """The start or end of a charge."""

    START = "START_NOTIFICATION"
    END = "END_NOTIFICATION"


@dataclass(frozen=True)
class ChargeEntry:
    """The start or end of a charge, with the energy in the battery; only some starts have a remaining time."""

    at: datetime
    event: ChargeEvent
    point: ChargingPoint
    level: int
    range_km: int
    remaining: timedelta | None
    energy_kwh: float = 0.0


class Source(StrEnum):
    """Who reports the result of preconditioning."""

    USER = "USER_REQUEST"
    CAR = "CAR_NOTIFICATION"


@dataclass(frozen=True)
class PreconditioningEntry:
    """The result of preconditioning."""

    at: datetime
    source: Source
    success: bool


@dataclass(frozen=True)
class RequestEntry:
    """The result of a charge request; all zeros if the car did not respond."""

    at: datetime
    success: bool
    level: int = 0
    range_km: int = 0
    remaining: timedelta = timedelta()


@dataclass
class Records:
    """The last reading, the histories (oldest first), and the notifications."""

    snapshot: Snapshot
    outbox: Outbox
    charges: list[ChargeEntry] = field(default_factory=list)
    preconditionings: list[PreconditioningEntry] = field(default_factory=list)
    requests: list[RequestEntry] = field(default_factory=list)

    def receive(self, at: datetime, reading: Reading) -> bool:
        """Store a reading; return whether the battery became low, which sends a notification."""
        before = self.snapshot.reading.level
        self.snapshot = Snapshot(at, reading)
        if not reading.level < LOW_LEVEL <= before:
            return False
        self.outbox.notify(at, Event.LOW_BATTERY, f"The battery is low: {reading.level} %.")
        return True

    def record_charge(self, report: Report) -> None:
        """Record the start or end of a charge and notify the owner."""
        started, reading = report.reason is Reason.CHARGE_STARTED, report.reading
        self.charges.append(
            ChargeEntry(
                at=report.at,
                event=ChargeEvent.START if started else ChargeEvent.END,
                point=report.point,
                level=reading.level,
                range_km=reading.range_km or 0,
                remaining=reading.remaining if started and reading.level < REMAINING_TIME_BELOW else None,
                energy_kwh=report.energy_kwh,
            )
        )
        event = Event.CHARGE_START if started else Event.CHARGE_END
        self.outbox.notify(report.at, event, f"The charge {'started' if started else 'ended'} at {reading.level} %.")

    def record_preconditioning(self, at: datetime, source: Source, *, success: bool) -> None:
        """Record the result of preconditioning and notify the owner of a failure."""
        self.preconditionings.append(PreconditioningEntry(at, source, success))
        if not success:
            self.outbox.notify(at, Event.BATTERY_STATUS, "The preconditioning failed.")

    def record_request(self, at: datetime, reading: Reading | None) -> None:
        """Record a charge request, with the reading if it succeeded, and notify the owner of a failure."""
        if reading:
            left = reading.remaining or timedelta()
            self.requests.append(
                RequestEntry(at, success=True, level=reading.level, range_km=reading.range_km or 0, remaining=left)
            )
            return
        self.requests.append(RequestEntry(at, success=False))
        self.outbox.notify(at, Event.CHARGE_PROBLEM, "The charge could not be started.")

    def last_preconditioning(self, since: datetime) -> PreconditioningEntry | None:
        """Return the latest result, unless it is older than `since`."""
        newest = self.preconditionings[-1] if self.preconditionings else None
        return newest if newest and newest.at >= since else None
