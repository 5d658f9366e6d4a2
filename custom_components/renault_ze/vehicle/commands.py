"""The commands a vehicle takes: how each is sent, and which state of the vehicle confirms it."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import ClassVar, override

from ..cloud.models import ChargeSchedule, ChargeWindow, CommandKind, NotificationSettings, Part, Result
from ..cloud.protocol import Cloud
from .state import (
    CLOCK_TOLERANCE,
    CONFIRMED,
    RUN_PARTS,
    CommandOutcome,
    CommandReason,
    CommandStatus,
    VehicleState,
    has_new_report,
    has_risen,
    result_since,
    running_since,
)

# Reported by most owners; 10 or 20 minutes with other firmware.
_USUAL_RUN = timedelta(minutes=5)
_FULL_LEVEL = 100
_TIMER_KINDS = frozenset({CommandKind.PRECONDITION_AT, CommandKind.CANCEL_PRECONDITION})
_SCHEDULE_KINDS = frozenset({CommandKind.SET_CHARGE_SCHEDULE, CommandKind.DISABLE_CHARGE_SCHEDULE})


@dataclass(frozen=True)
class Command(ABC):
    """A command to a vehicle; equal commands ask for the same.

    `parts` of the vehicle's state show its effect. A command that `needs_fresh_state` is only sent if these parts were
    just read, because it is based on them. `replaces` are the kinds of pending commands that it makes obsolete; while a
    command is pending, another of its kind is only sent if it replaces it.
    """

    kind: ClassVar[CommandKind]
    parts: ClassVar[tuple[Part, ...]]
    needs_fresh_state: ClassVar[bool] = False
    replaces: ClassVar[frozenset[CommandKind]] = frozenset()

    @abstractmethod
    async def send(self, cloud: Cloud, vin: str, state: VehicleState) -> None:
        """Send the command once; `state` is the vehicle's just before."""

    @abstractmethod
    def confirmed_by(self, before: VehicleState, now: VehicleState, since: datetime) -> bool:
        """Return whether the state now shows the effect; nothing dated before `since` is an effect of the command."""

    def failed_by(self, before: VehicleState, now: VehicleState, since: datetime) -> CommandReason | None:
        """Return why the vehicle has refused the command, None if the state does not show a refusal."""
        return None

    def timeout_reason(self, state: VehicleState) -> CommandReason:
        """Return the likeliest reason if the effect was not seen in time."""
        return CommandReason.NO_CONFIRMATION

    def obstacle(self, state: VehicleState, now: datetime) -> str | None:
        """Return the translation key of the reason not to send the command at all, None to send it."""
        return None

    def wanted_schedule(self, before: VehicleState) -> ChargeSchedule | None:
        """Return the charge schedule the vehicle should hold after the command, None if it does not change."""
        return None

    def outcome(self, before: VehicleState, now: VehicleState, since: datetime) -> CommandOutcome | None:
        """Return whether the command was confirmed or failed, None if the state does not tell yet."""
        if self.confirmed_by(before, now, since):
            return CONFIRMED
        reason = self.failed_by(before, now, since)
        return None if reason is None else CommandOutcome(CommandStatus.FAILED, reason)


@dataclass(frozen=True, kw_only=True)
class Precondition(Command):
    """Precondition now, to a temperature (°C) if one is given, unless the car already does; a run takes `run_length`.

    A battery below `threshold` (percent) explains a refusal. Sent `again`, it replaces a pending command of its kind.
    """

    kind = CommandKind.PRECONDITION
    parts = RUN_PARTS
    threshold: int = field(compare=False)
    run_length: timedelta = field(default=_USUAL_RUN, compare=False)
    temperature: float | None = None
    again: bool = False

    @property
    @override
    def replaces(self) -> frozenset[CommandKind]:  # type: ignore[override]
        return frozenset({self.kind}) if self.again else frozenset()

    @override
    async def send(self, cloud: Cloud, vin: str, state: VehicleState) -> None:
        await cloud.start_preconditioning(vin, temperature=self.temperature)

    @override
    def obstacle(self, state: VehicleState, now: datetime) -> str | None:
        return "already_preconditioning" if running_since(state, now, self.run_length) else None

    @override
    def confirmed_by(self, before: VehicleState, now: VehicleState, since: datetime) -> bool:
        return bool(now.cabin and now.cabin.preconditioning) or result_since(before, now, since) is Result.SUCCESS

    @override
    def failed_by(self, before: VehicleState, now: VehicleState, since: datetime) -> CommandReason | None:
        if result_since(before, now, since) is not Result.ERROR:
            return None
        level = None if now.battery is None else now.battery.level
        is_too_low = level is not None and level < self.threshold
        return CommandReason.BELOW_THRESHOLD if is_too_low else CommandReason.CAR_REFUSED


@dataclass(frozen=True)
class PreconditionAt(Command):
    """Precondition at a time of the vehicle's wall clock, to a temperature (°C) if one is given."""

    kind = CommandKind.PRECONDITION_AT
    parts = (Part.PRECONDITIONING_TIMER,)
    replaces = _TIMER_KINDS
    start: time
    temperature: float | None = field(default=None, kw_only=True)

    @override
    async def send(self, cloud: Cloud, vin: str, state: VehicleState) -> None:
        await cloud.set_preconditioning_timer(vin, self.start, temperature=self.temperature)

    @override
    def confirmed_by(self, before: VehicleState, now: VehicleState, since: datetime) -> bool:
        return now.preconditioning_timer == self.start


@dataclass(frozen=True)
class CancelPrecondition(Command):
    """Delete the preconditioning timer."""

    kind = CommandKind.CANCEL_PRECONDITION
    parts = (Part.PRECONDITIONING_TIMER,)
    replaces = _TIMER_KINDS

    @override
    async def send(self, cloud: Cloud, vin: str, state: VehicleState) -> None:
        await cloud.cancel_preconditioning_timer(vin)

    @override
    def confirmed_by(self, before: VehicleState, now: VehicleState, since: datetime) -> bool:
        return now.preconditioning_timer is None


@dataclass(frozen=True)
class StartCharge(Command):
    """Start charging now, regardless of the schedule."""

    kind = CommandKind.START_CHARGE
    parts = (Part.BATTERY,)

    @override
    async def send(self, cloud: Cloud, vin: str, state: VehicleState) -> None:
        await cloud.start_charge(vin)

    @override
    def obstacle(self, state: VehicleState, now: datetime) -> str | None:
        read_at = state.field_read_at(Part.BATTERY, "charging")
        is_fresh = read_at is not None and now - read_at <= CLOCK_TOLERANCE
        return "already_charging" if is_fresh and state.is_charging else None

    @override
    def confirmed_by(self, before: VehicleState, now: VehicleState, since: datetime) -> bool:
        return now.is_charging or has_risen(before.battery, now.battery)

    @override
    def timeout_reason(self, state: VehicleState) -> CommandReason:
        battery = state.battery
        if battery is not None and battery.plugged_in is False:
            return CommandReason.NOT_PLUGGED_IN
        if battery is not None and battery.level == _FULL_LEVEL:
            return CommandReason.BATTERY_FULL
        is_silent = battery is not None and battery.charging is None
        return CommandReason.UNCONFIRMABLE if is_silent else CommandReason.NO_CONFIRMATION


@dataclass(frozen=True)
class RequestUpdate(Command):
    """Ask the car for a new report."""

    kind = CommandKind.REQUEST_UPDATE
    parts = (Part.BATTERY,)

    @override
    async def send(self, cloud: Cloud, vin: str, state: VehicleState) -> None:
        await cloud.request_update(vin)

    @override
    def confirmed_by(self, before: VehicleState, now: VehicleState, since: datetime) -> bool:
        return has_new_report(before, now, since)


@dataclass(frozen=True)
class _WriteChargeSchedule(Command):
    """Write a charge schedule into the car and enable it."""

    kind = CommandKind.SET_CHARGE_SCHEDULE
    parts = (Part.CHARGE_SCHEDULE,)
    replaces = _SCHEDULE_KINDS

    @override
    @abstractmethod
    def wanted_schedule(self, before: VehicleState) -> ChargeSchedule: ...

    @override
    async def send(self, cloud: Cloud, vin: str, state: VehicleState) -> None:
        await cloud.set_charge_schedule(vin, self.wanted_schedule(state).windows)

    @override
    def confirmed_by(self, before: VehicleState, now: VehicleState, since: datetime) -> bool:
        return now.charge_schedule == self.wanted_schedule(before)


@dataclass(frozen=True)
class SetChargeSchedule(_WriteChargeSchedule):
    """Replace the charge schedule in the car and enable it."""

    windows: tuple[ChargeWindow, ...]

    @override
    def wanted_schedule(self, before: VehicleState) -> ChargeSchedule:
        return ChargeSchedule(enabled=True, windows=self.windows)


@dataclass(frozen=True)
class EnableChargeSchedule(_WriteChargeSchedule):
    """Enable the charge schedule that the car holds."""

    needs_fresh_state = True

    @override
    def wanted_schedule(self, before: VehicleState) -> ChargeSchedule:
        held = before.charge_schedule
        return ChargeSchedule(enabled=True, windows=() if held is None else held.windows)

    @override
    def obstacle(self, state: VehicleState, now: datetime) -> str | None:
        return None if self.wanted_schedule(state).windows else "schedule_empty"


@dataclass(frozen=True)
class DisableChargeSchedule(Command):
    """Let the car charge whenever it is plugged in."""

    kind = CommandKind.DISABLE_CHARGE_SCHEDULE
    parts = (Part.CHARGE_SCHEDULE,)
    replaces = _SCHEDULE_KINDS

    @override
    async def send(self, cloud: Cloud, vin: str, state: VehicleState) -> None:
        await cloud.disable_charge_schedule(vin)

    @override
    def confirmed_by(self, before: VehicleState, now: VehicleState, since: datetime) -> bool:
        return now.charge_schedule is not None and now.charge_schedule.enabled is False

    @override
    def wanted_schedule(self, before: VehicleState) -> ChargeSchedule:
        return ChargeSchedule(enabled=False)


@dataclass(frozen=True)
class SetNotifications(Command):
    """Change the notification settings, which the cloud only takes as a whole; equal changes have an equal `key`."""

    kind = CommandKind.SET_NOTIFICATIONS
    parts = (Part.NOTIFICATIONS,)
    needs_fresh_state = True
    replaces = frozenset({CommandKind.SET_NOTIFICATIONS})
    change: Callable[[NotificationSettings], NotificationSettings] = field(compare=False)
    key: Hashable = field(default_factory=object, kw_only=True)

    @override
    async def send(self, cloud: Cloud, vin: str, state: VehicleState) -> None:
        await cloud.set_notifications(vin, self._wanted(state))

    @override
    def confirmed_by(self, before: VehicleState, now: VehicleState, since: datetime) -> bool:
        return now.notifications == self._wanted(before)

    @override
    def obstacle(self, state: VehicleState, now: datetime) -> str | None:
        silence = self._wanted(state).silence
        is_changed = state.notifications is None or silence != state.notifications.silence
        return "do_not_disturb_empty" if is_changed and silence is not None and silence.empty else None

    def _wanted(self, state: VehicleState) -> NotificationSettings:
        """Return the settings with the change."""
        return self.change(state.notifications or NotificationSettings())
