"""The notifications of a cloud: which are sent, how, and when not."""

from dataclasses import dataclass, fields
from datetime import time
from enum import StrEnum
from typing import Literal


class NotificationChannel(StrEnum):
    """How the cloud sends a notification."""

    NONE = "none"
    EMAIL = "email"
    SMS = "sms"


@dataclass(frozen=True, kw_only=True, slots=True)
class DoNotDisturb:
    """The daily time without notifications, in the vehicle's wall clock."""

    start: time
    end: time

    @property
    def empty(self) -> bool:
        """Return whether start and end are equal, which a server may take for the whole day or for no time at all."""
        return self.start == self.end


@dataclass(frozen=True, kw_only=True, slots=True)
class NotificationSettings:
    """The channel of each notification, None for an unknown one.

    `do_not_disturb` is None if it is off, and `unknown` if it cannot be decoded.
    """

    battery_status: NotificationChannel | None = None
    charge_start: NotificationChannel | None = None
    charge_end: NotificationChannel | None = None
    charge_problem: NotificationChannel | None = None
    low_battery: NotificationChannel | None = None
    low_battery_reminder: NotificationChannel | None = None
    do_not_disturb: DoNotDisturb | Literal["unknown"] | None = None

    @property
    def silence(self) -> DoNotDisturb | None:
        """Return the do not disturb time, None if it is off or unknown."""
        return self.do_not_disturb if isinstance(self.do_not_disturb, DoNotDisturb) else None


# The kinds of notification by their names in the cloud and in actions.
CHANNELS = tuple(each.name for each in fields(NotificationSettings) if each.name != "do_not_disturb")
