"""Notifications to the owner: settings, do-not-disturb hours, and sent messages."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time
from enum import StrEnum
from zoneinfo import ZoneInfo


class Channel(StrEnum):
    """How a message is sent."""

    NONE = "NONE"
    EMAIL = "EMAIL"
    SMS = "SMS"


class Event(StrEnum):
    """What a message is about."""

    BATTERY_STATUS = "battery_status"
    CHARGE_START = "charge_start"
    CHARGE_END = "charge_end"
    CHARGE_PROBLEM = "charge_problem"
    LOW_BATTERY = "low_battery"
    LOW_BATTERY_REMINDER = "low_battery_reminder"


@dataclass(frozen=True)
class DoNotDisturb:
    """Daily do-not-disturb hours in the vehicle's time zone; they can span midnight."""

    start: time
    end: time

    def covers(self, clock: time) -> bool:
        """Return whether a time of day is within the hours."""
        if self.start <= self.end:
            return self.start <= clock < self.end
        return clock >= self.start or clock < self.end


def _defaults() -> Mapping[Event, Channel]:
    """Return the settings of a new account."""
    return dict.fromkeys(Event, Channel.EMAIL)


@dataclass(frozen=True)
class Settings:
    """The channel of each event, and the do-not-disturb hours."""

    channels: Mapping[Event, Channel] = field(default_factory=_defaults)
    do_not_disturb: DoNotDisturb | None = None


@dataclass(frozen=True)
class Message:
    """A message, which is either sent or suppressed by the do-not-disturb hours."""

    at: datetime
    event: Event
    channel: Channel
    text: str
    suppressed: bool


@dataclass
class Outbox:
    """All messages, oldest first; the do-not-disturb hours use the vehicle's time zone."""

    zone: ZoneInfo
    settings: Settings = field(default_factory=Settings)
    messages: list[Message] = field(default_factory=list)

    def notify(self, at: datetime, event: Event, text: str) -> None:
        """Add a message if its event has a channel, marked as suppressed during the do-not-disturb hours."""
        channel = self.settings.channels[event]
        if channel is Channel.NONE:
            return
        quiet = self.settings.do_not_disturb
        suppressed = quiet is not None and quiet.covers(at.astimezone(self.zone).time())
        self.messages.append(Message(at, event, channel, text, suppressed))
