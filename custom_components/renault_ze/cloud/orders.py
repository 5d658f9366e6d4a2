"""What a car can be ordered, and the fate of an order."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

# The word of a car that obeys comes within five minutes (owners' word): sooner, its silence says nothing.
RESPONSE_TIME = timedelta(minutes=5)


class CommandKind(StrEnum):
    """The orders a car can be given."""

    PRECONDITION = "precondition"
    PRECONDITION_AT = "precondition_at"
    CANCEL_PRECONDITION = "cancel_precondition"
    START_CHARGE = "start_charge"
    REQUEST_UPDATE = "request_update"
    SET_CHARGE_SCHEDULE = "set_charge_schedule"
    DISABLE_CHARGE_SCHEDULE = "disable_charge_schedule"
    SET_NOTIFICATIONS = "set_notifications"


class CommandStatus(StrEnum):
    """How far an order has come; the last three are its possible fates."""

    UNANSWERED = "unanswered"
    ACCEPTED = "accepted"
    CONFIRMED = "confirmed"
    FAILED = "failed"
    TIMED_OUT = "timed_out"

    @property
    def settled(self) -> bool:
        """Tell whether nothing more will happen to the order."""
        return self not in {CommandStatus.UNANSWERED, CommandStatus.ACCEPTED}


class CommandReason(StrEnum):
    """Why an order failed, as far as can be told, or why no more will be known of it."""

    BELOW_THRESHOLD = "below_threshold"
    CAR_REFUSED = "car_refused"
    CLOUD_REFUSED = "cloud_refused"
    UNSENT = "unsent"
    NO_CONFIRMATION = "no_confirmation"
    NOT_PLUGGED_IN = "not_plugged_in"
    BATTERY_FULL = "battery_full"
    SUPERSEDED = "superseded"
    THROTTLED = "throttled"
    UNCONFIRMABLE = "unconfirmable"
    UNOBSERVED = "unobserved"


@dataclass(frozen=True, kw_only=True, slots=True)
class Command:
    """An order and its fate."""

    kind: CommandKind
    status: CommandStatus
    sent_at: datetime
    settled_at: datetime | None = None
    reason: CommandReason | None = None

    @property
    def settled(self) -> bool:
        """Tell whether nothing more will be known of the order."""
        return self.status.settled or self.reason is CommandReason.UNCONFIRMABLE

    @property
    def believed(self) -> bool:
        """Tell whether the car obeyed as far as can be known: its cloud may never show more than that it accepted."""
        return self.status is CommandStatus.CONFIRMED or (self.status is CommandStatus.ACCEPTED and self.settled)

    def left(self, now: datetime) -> Command:
        """Return the order as who follows it no more has to leave it."""
        if self.settled:
            return self
        return replace(self, status=CommandStatus.TIMED_OUT, reason=CommandReason.UNOBSERVED, settled_at=now)
