"""What travels between the server and a car, and how well it travels."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from .car import Reading
from .week import Schedule


class DeliveryKind(StrEnum):
    """What is on its way."""

    SNAPSHOT = "snapshot"
    REMINDER = "reminder"
    CLOSURE = "closure"
    LATE_ERROR = "late_error"
    ASK = "ask"
    CHARGE = "charge"
    PRECONDITION = "precondition"
    SCHEDULE = "schedule"
    ENABLE = "enable"
    TIMER = "timer"


TO_SERVER = {DeliveryKind.SNAPSHOT, DeliveryKind.REMINDER, DeliveryKind.CLOSURE, DeliveryKind.LATE_ERROR}


RETRIED_UNTIL_DELIVERED = {DeliveryKind.SCHEDULE, DeliveryKind.ENABLE, DeliveryKind.TIMER}


@dataclass(frozen=True)
class Delivery:
    """An errand, when it was sent and when it arrives, and what it carries."""

    at: datetime
    sent_at: datetime
    errand: DeliveryKind
    reading: Reading | None = None
    schedule: Schedule | None = None
    enabled: bool = False
    timer_at: datetime | None = None

    def later(self, seconds: float) -> Delivery:
        """Return the same delivery, arriving later."""
        return replace(self, at=self.at + timedelta(seconds=seconds))


@dataclass
class Link:
    """How orders fare on their way to the car and whether it obeys them; durations in seconds."""

    in_reach: bool = True
    obeys_charge: bool = True
    obeys_preconditioning: bool = True
    obeys_schedule: bool = True
    order_seconds: float = 30.0
    deploy_seconds: float = 60.0
    give_up_seconds: float = 180.0
    late_error: bool = False
    hide_remaining_time: bool = False
