"""The owner's messages: which he wants, when he sleeps, and what was sent."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time
from enum import StrEnum
from zoneinfo import ZoneInfo


class Channel(StrEnum):
    """How a message travels."""

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
    """A daily time of quiet on the vehicle's wall clock, past midnight if the end is earlier than the start."""

    start: time
    end: time

    def covers(self, clock: time) -> bool:
        """Say whether a time of day is quiet."""
        if self.start <= self.end:
            return self.start <= clock < self.end
        return clock >= self.start or clock < self.end


def _defaults() -> Mapping[Event, Channel]:
    """Return the settings of a new account."""
    return dict.fromkeys(Event, Channel.EMAIL)


@dataclass(frozen=True)
class Settings:
    """The channel of each event, and the time of quiet."""

    channels: Mapping[Event, Channel] = field(default_factory=_defaults)
    do_not_disturb: DoNotDisturb | None = None


@dataclass(frozen=True)
class Message:
    """A message, sent or kept back for the time of quiet."""

    at: datetime
    event: Event
    channel: Channel
    text: str
    suppressed: bool


@dataclass
class Outbox:
    """Every message there would have been, oldest first; quiet is judged by the vehicle's wall clock."""

    zone: ZoneInfo
    settings: Settings = field(default_factory=Settings)
    messages: list[Message] = field(default_factory=list)

    def notify(self, at: datetime, event: Event, text: str) -> None:
        """Send a message if its event has a channel; in the time of quiet note that it was suppressed."""
        channel = self.settings.channels[event]
        if channel is Channel.NONE:
            return
        quiet = self.settings.do_not_disturb
        suppressed = quiet is not None and quiet.covers(at.astimezone(self.zone).time())
        self.messages.append(Message(at, event, channel, text, suppressed))
