"""Deliveries between the server and a car, and the quality of their link."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from .reports import Reading
from .week import Schedule


class DeliveryKind(StrEnum):
    """The kind of a delivery."""

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
    FOLLOW = "follow"
    SETTINGS = "settings"
    SIGNAL = "signal"


TO_SERVER = {DeliveryKind.SNAPSHOT, DeliveryKind.REMINDER, DeliveryKind.CLOSURE, DeliveryKind.LATE_ERROR}


RETRIED_UNTIL_DELIVERED = {
    DeliveryKind.SCHEDULE,
    DeliveryKind.ENABLE,
    DeliveryKind.TIMER,
    DeliveryKind.FOLLOW,
    DeliveryKind.SETTINGS,
}


@dataclass(frozen=True)
class Delivery:
    """A message on its way to the car or the server, and its content."""

    at: datetime
    sent_at: datetime
    kind: DeliveryKind
    reading: Reading | None = None
    schedule: Schedule | None = None
    enabled: bool = False
    timer_at: datetime | None = None
    settings: dict[str, Any] | None = None

    def later(self, seconds: float) -> Delivery:
        """Return the same delivery with a later arrival."""
        return replace(self, at=self.at + timedelta(seconds=seconds))


@dataclass(slots=True)
class Link:
    """The delays and failures of commands; durations are in seconds."""

    in_reach: bool = True
    obeys_charge: bool = True
    obeys_preconditioning: bool = True
    obeys_schedule: bool = True
    command_seconds: float = 30.0
    deploy_seconds: float = 60.0
    give_up_seconds: float = 180.0
    late_error: bool = False
    hide_remaining_time: bool = False
