"""Base class of the commands to a vehicle."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from ..cloud.models import CommandKind, Part
from ..cloud.protocol import Cloud
from .results import CONFIRMED, CommandOutcome, CommandReason, CommandStatus
from .state import VehicleState


@dataclass(frozen=True)
class Command(ABC):
    """A command to a vehicle; equal commands have the same effect.

    `parts` of the vehicle's state show its effect, each in one of its `fields` or as a whole. A command that
    `needs_fresh_state` is only sent if these parts were just read, because it is based on them. `replaces` are the
    kinds of pending commands that it makes obsolete; while a command is pending, another of its kind is only sent if
    it replaces it.
    """

    kind: ClassVar[CommandKind]
    parts: ClassVar[tuple[Part, ...]]
    fields: ClassVar[Mapping[Part, str]] = {}
    needs_fresh_state: ClassVar[bool] = False
    replaces: ClassVar[frozenset[CommandKind]] = frozenset()

    @abstractmethod
    async def send(self, cloud: Cloud, vin: str, state: VehicleState, route: str | None = None) -> None:
        """Send the command once over a route of the cloud; `state` is the vehicle's just before."""

    @abstractmethod
    def confirmed_by(self, before: VehicleState, now: VehicleState, since: datetime) -> bool:
        """Return whether the state now shows the effect; nothing dated before `since` is an effect of the command."""

    def failed_by(self, before: VehicleState, now: VehicleState, since: datetime) -> CommandReason | None:
        """Return why the vehicle has refused the command, None if the state does not show a refusal."""
        return None

    def has_reaction(self, before: VehicleState, now: VehicleState) -> bool:
        """Return whether the vehicle may have reacted without the effect; if so, no other route may be tried."""
        return False

    def timeout_reason(self, state: VehicleState) -> CommandReason:
        """Return the likeliest reason if the effect was not seen in time."""
        return CommandReason.NO_CONFIRMATION

    def obstacle(self, state: VehicleState, now: datetime) -> str | None:
        """Return the translation key of the reason not to send the command at all, None to send it."""
        return None

    def needless(self, state: VehicleState, now: datetime) -> str | None:
        """Return the translation key of the reason why the command would change nothing, None if it may.

        Not asked while the opposite command is pending, which may still reach the vehicle.
        """
        return None

    def outcome(self, before: VehicleState, now: VehicleState, since: datetime) -> CommandOutcome | None:
        """Return whether the command was confirmed or failed, None if the state does not tell yet."""
        if self.confirmed_by(before, now, since):
            return CONFIRMED
        reason = self.failed_by(before, now, since)
        return None if reason is None else CommandOutcome(CommandStatus.FAILED, reason)
