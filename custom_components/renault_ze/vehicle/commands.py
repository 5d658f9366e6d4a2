"""The commands a vehicle takes: how each is sent, and which state of the vehicle confirms it."""

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import override

from ..cloud.models import SCHEDULE_COMMANDS, ChargeSchedule, ChargeWindow, CommandKind, Part, Result
from ..cloud.notifications import NotificationSettings
from ..cloud.protocol import Cloud
from .command import Command
from .results import CommandReason
from .state import CLOCK_TOLERANCE, RUN_PARTS, VehicleState, has_new_report, has_risen, result_since, running_since

# Reported by most owners; 10 or 20 minutes with other firmware.
_USUAL_RUN = timedelta(minutes=5)
_FULL_LEVEL = 100
_CABIN_FIELDS = {Part.CABIN: "preconditioning"}
_CHARGE_FIELDS = {Part.BATTERY: "charging"}
_REPORT_FIELDS = {Part.BATTERY: "reported_at"}
_TIMER_KINDS = frozenset({CommandKind.PRECONDITION_AT, CommandKind.CANCEL_PRECONDITION})


@dataclass(frozen=True, kw_only=True)
class Precondition(Command):
    """Precondition now, to a temperature (°C) if one is given, unless the car already does; a run takes `run_length`.

    A battery below `threshold` (percent) explains a refusal. Sent `again`, it replaces a pending command of its kind.
    """

    kind = CommandKind.PRECONDITION
    parts = RUN_PARTS
    fields = _CABIN_FIELDS
    threshold: int = field(compare=False)
    run_length: timedelta = field(default=_USUAL_RUN, compare=False)
    temperature: float | None = None
    again: bool = False

    @property
    @override
    def replaces(self) -> frozenset[CommandKind]:  # type: ignore[override]
        return frozenset({self.kind}) if self.again else frozenset()

    @override
    async def send(self, cloud: Cloud, vin: str, state: VehicleState, route: str | None = None) -> None:
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
    async def send(self, cloud: Cloud, vin: str, state: VehicleState, route: str | None = None) -> None:
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
    async def send(self, cloud: Cloud, vin: str, state: VehicleState, route: str | None = None) -> None:
        await cloud.cancel_preconditioning_timer(vin)

    @override
    def confirmed_by(self, before: VehicleState, now: VehicleState, since: datetime) -> bool:
        return now.preconditioning_timer is None


@dataclass(frozen=True)
class _ChargeCommand(Command):
    """A command whose effect the charging state shows, if the car reports it."""

    parts = (Part.BATTERY,)
    fields = _CHARGE_FIELDS

    @override
    def timeout_reason(self, state: VehicleState) -> CommandReason:
        is_silent = state.battery is not None and state.battery.charging is None
        return CommandReason.UNCONFIRMABLE if is_silent else CommandReason.NO_CONFIRMATION

    @override
    def has_reaction(self, before: VehicleState, now: VehicleState) -> bool:
        states = [None if each.battery is None else each.battery.charge_state for each in (before, now)]
        return None not in states and states[0] is not states[1]


@dataclass(frozen=True)
class StartCharge(_ChargeCommand):
    """Start charging now, regardless of the schedule."""

    kind = CommandKind.START_CHARGE
    replaces = frozenset({CommandKind.STOP_CHARGE})

    @override
    async def send(self, cloud: Cloud, vin: str, state: VehicleState, route: str | None = None) -> None:
        await cloud.start_charge(vin, route=route)

    @override
    def needless(self, state: VehicleState, now: datetime) -> str | None:
        return "already_charging" if state.is_charging and _is_just_read(state, "charging", now) else None

    @override
    def obstacle(self, state: VehicleState, now: datetime) -> str | None:
        is_unplugged = state.battery is not None and state.battery.plugged_in is False
        # A car that has not reported for long may have been plugged in since.
        is_known = _is_just_read(state, "plugged_in", now) and not state.is_outdated
        return "not_plugged_in" if is_unplugged and is_known else None

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
        return super().timeout_reason(state)


@dataclass(frozen=True)
class StopCharge(_ChargeCommand):
    """Stop charging; a schedule that the car loses with this is restored later."""

    kind = CommandKind.STOP_CHARGE
    replaces = frozenset({CommandKind.START_CHARGE})

    @override
    async def send(self, cloud: Cloud, vin: str, state: VehicleState, route: str | None = None) -> None:
        await cloud.stop_charge(vin, route=route)

    @override
    def needless(self, state: VehicleState, now: datetime) -> str | None:
        is_idle = state.battery is not None and state.battery.charging is False
        return "not_charging" if is_idle and _is_just_read(state, "charging", now) else None

    @override
    def confirmed_by(self, before: VehicleState, now: VehicleState, since: datetime) -> bool:
        return now.battery is not None and now.battery.charging is False


@dataclass(frozen=True)
class RequestUpdate(Command):
    """Ask the car for a new report."""

    kind = CommandKind.REQUEST_UPDATE
    parts = (Part.BATTERY,)
    fields = _REPORT_FIELDS

    @override
    async def send(self, cloud: Cloud, vin: str, state: VehicleState, route: str | None = None) -> None:
        await cloud.request_update(vin)

    @override
    def confirmed_by(self, before: VehicleState, now: VehicleState, since: datetime) -> bool:
        return has_new_report(before, now, since)


@dataclass(frozen=True)
class SetChargeSchedule(Command):
    """Replace the charge schedule in the car and enable it."""

    kind = CommandKind.SET_CHARGE_SCHEDULE
    parts = (Part.CHARGE_SCHEDULE,)
    replaces = SCHEDULE_COMMANDS
    windows: tuple[ChargeWindow, ...]

    @override
    async def send(self, cloud: Cloud, vin: str, state: VehicleState, route: str | None = None) -> None:
        await cloud.set_charge_schedule(vin, self.windows, route=route)

    @override
    def confirmed_by(self, before: VehicleState, now: VehicleState, since: datetime) -> bool:
        return now.charge_schedule == ChargeSchedule(enabled=True, windows=self.windows)


@dataclass(frozen=True)
class DisableChargeSchedule(Command):
    """Let the car charge whenever it is plugged in."""

    kind = CommandKind.DISABLE_CHARGE_SCHEDULE
    parts = (Part.CHARGE_SCHEDULE,)
    replaces = SCHEDULE_COMMANDS

    @override
    async def send(self, cloud: Cloud, vin: str, state: VehicleState, route: str | None = None) -> None:
        await cloud.disable_charge_schedule(vin, route=route)

    @override
    def confirmed_by(self, before: VehicleState, now: VehicleState, since: datetime) -> bool:
        return now.charge_schedule is not None and now.charge_schedule.enabled is False


def schedule_command(schedule: ChargeSchedule) -> SetChargeSchedule | DisableChargeSchedule:
    """Return the command that writes a charge schedule into the car."""
    return SetChargeSchedule(schedule.windows) if schedule.enabled else DisableChargeSchedule()


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
    async def send(self, cloud: Cloud, vin: str, state: VehicleState, route: str | None = None) -> None:
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


def _is_just_read(state: VehicleState, name: str, now: datetime) -> bool:
    """Return whether the value of a field of the battery was just read."""
    return state.was_read_since(now - CLOCK_TOLERANCE, Part.BATTERY, name)
