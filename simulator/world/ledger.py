"""What the server writes down about a vehicle: the last reading, the histories, the messages to the owner."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from .battery import ChargingPoint
from .car import Reading, Reason, Report
from .notifications import Event, Outbox

LOW_LEVEL = 20
# A start at 99 % was captured without a remaining time.
REMAINING_TIME_BELOW = 99


@dataclass(frozen=True)
class Snapshot:
    """A reading, and when the server received it."""

    received_at: datetime
    reading: Reading


class ChargeEvent(StrEnum):
    """The two ends of a charge."""

    START = "START_NOTIFICATION"
    END = "END_NOTIFICATION"


@dataclass(frozen=True)
class ChargeEntry:
    """One end of a charge; the remaining time only at a start, and not at each."""

    at: datetime
    event: ChargeEvent
    point: ChargingPoint
    level: int
    range_km: int
    remaining: timedelta | None


class Source(StrEnum):
    """Who tells of a preconditioning: the request that was made, or the car."""

    USER = "USER_REQUEST"
    CAR = "CAR_NOTIFICATION"


@dataclass(frozen=True)
class PreconditioningEntry:
    """The outcome of a preconditioning."""

    at: datetime
    source: Source
    success: bool


@dataclass(frozen=True)
class RequestEntry:
    """The outcome of a request to charge; all zeros if the car did not answer."""

    at: datetime
    success: bool
    level: int = 0
    range_km: int = 0
    remaining: timedelta = timedelta()


@dataclass
class Ledger:
    """The last reading, the histories (oldest first) and the owner's messages."""

    snapshot: Snapshot
    outbox: Outbox
    charges: list[ChargeEntry] = field(default_factory=list)
    preconditionings: list[PreconditioningEntry] = field(default_factory=list)
    requests: list[RequestEntry] = field(default_factory=list)

    def receive(self, at: datetime, reading: Reading) -> bool:
        """Take a reading for the last one; say whether the battery became low, which the owner is told."""
        before = self.snapshot.reading.level
        self.snapshot = Snapshot(at, reading)
        if not reading.level < LOW_LEVEL <= before:
            return False
        self.outbox.notify(at, Event.LOW_BATTERY, f"The battery is low: {reading.level} %.")
        return True

    def record_charge(self, report: Report) -> None:
        """Write down one end of a charge and tell the owner."""
        started, reading = report.reason is Reason.CHARGE_STARTED, report.reading
        self.charges.append(
            ChargeEntry(
                at=report.at,
                event=ChargeEvent.START if started else ChargeEvent.END,
                point=report.point,
                level=reading.level,
                range_km=reading.range_km or 0,
                remaining=reading.remaining if started and reading.level < REMAINING_TIME_BELOW else None,
            )
        )
        event = Event.CHARGE_START if started else Event.CHARGE_END
        self.outbox.notify(report.at, event, f"The charge {'started' if started else 'ended'} at {reading.level} %.")

    def record_preconditioning(self, at: datetime, source: Source, *, success: bool) -> None:
        """Write down the outcome of a preconditioning and tell the owner of a failure."""
        self.preconditionings.append(PreconditioningEntry(at, source, success))
        if not success:
            self.outbox.notify(at, Event.BATTERY_STATUS, "The preconditioning failed.")

    def record_request(self, at: datetime, reading: Reading | None) -> None:
        """Write down a request to charge, with the reading if it succeeded, and tell the owner of a failure."""
        if reading:
            left = reading.remaining or timedelta()
            self.requests.append(
                RequestEntry(at, success=True, level=reading.level, range_km=reading.range_km or 0, remaining=left)
            )
            return
        self.requests.append(RequestEntry(at, success=False))
        self.outbox.notify(at, Event.CHARGE_PROBLEM, "The charge could not be started.")

    def last_preconditioning(self, since: datetime) -> PreconditioningEntry | None:
        """Return the newest outcome, unless it is older than what the server remembers."""
        newest = self.preconditionings[-1] if self.preconditionings else None
        return newest if newest and newest.at >= since else None
