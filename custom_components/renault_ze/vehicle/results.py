"""The results of commands to a vehicle."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from ..cloud.models import CommandKind


class CommandError(Exception):
    """A command that was not sent or not accepted; `key` is the translation key of the reason."""

    def __init__(self, key: str) -> None:
        """Name the reason."""
        super().__init__(key)
        self.key = key


class CommandStatus(StrEnum):
    """How far a command has come; the last three are final."""

    UNANSWERED = "unanswered"
    ACCEPTED = "accepted"
    CONFIRMED = "confirmed"
    FAILED = "failed"
    TIMED_OUT = "timed_out"

    @property
    def is_settled(self) -> bool:
        """Return whether the status is final."""
        return self not in {CommandStatus.UNANSWERED, CommandStatus.ACCEPTED}


class CommandReason(StrEnum):
    """The likeliest reason why a command failed, or why its outcome stays unknown."""

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
    BUSY = "busy"
    SCHEDULE_NOT_ENABLED = "schedule_not_enabled"
    NO_REMOTE_COMMANDS = "no_remote_commands"
    UNOBSERVED = "unobserved"


@dataclass(frozen=True, kw_only=True, slots=True)
class CommandResult:
    """How far a command has come; `route` is the request of the cloud over which it was sent, if there are several."""

    kind: CommandKind
    status: CommandStatus
    sent_at: datetime
    settled_at: datetime | None = None
    reason: CommandReason | None = None
    route: str | None = None

    @property
    def is_settled(self) -> bool:
        """Return whether the result is final."""
        return self.status.is_settled or self.reason is CommandReason.UNCONFIRMABLE

    @property
    def is_done(self) -> bool:
        """Return whether the command counts as done: confirmed, or accepted by a cloud that shows no more."""
        return self.status is CommandStatus.CONFIRMED or (self.status is CommandStatus.ACCEPTED and self.is_settled)

    def abandoned(self, now: datetime) -> CommandResult:
        """Return the final result of a command that is no longer tracked."""
        if self.is_settled:
            return self
        return replace(self, status=CommandStatus.TIMED_OUT, reason=CommandReason.UNOBSERVED, settled_at=now)


class CommandOutcome(NamedTuple):
    """A status that a command has reached, and the reason if it failed."""

    status: CommandStatus
    reason: CommandReason | None = None


CONFIRMED = CommandOutcome(CommandStatus.CONFIRMED)
