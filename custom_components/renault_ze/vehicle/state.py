"""The state of a vehicle, and questions to it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
from typing import Any, Final

from ..cloud.models import (
    SCHEDULE_COMMANDS,
    Battery,
    ChargeEvent,
    ChargeSchedule,
    CommandKind,
    Part,
    PreconditioningRun,
    PreconditioningSource,
    Result,
)
from ..cloud.notifications import NotificationSettings
from ..cloud.reports import Cabin, ChargeLimits, Fuel, Location, Locks, TirePressures
from ..cloud.schedule import CarDepartures
from .results import CommandResult, CommandStatus

# When the value of each field was read.
type FieldTimes = Mapping[str, datetime]
# The parts that show a preconditioning run, if the car has them.
RUN_PARTS = (Part.LAST_PRECONDITIONING, Part.PRECONDITIONING_HISTORY, Part.CABIN)
# An effect may be dated this much before its command, because the clocks of car, cloud, and home differ.
CLOCK_TOLERANCE: Final = timedelta(minutes=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Charge:
    """The current or last charge: `running` as last reported, `seen_at` when the car last reported charging.

    `lookups` is how many more times the history is read to find its end; `interrupted` means that this may take long.
    `by_level` means that the car does not report the charge, and only the rising level shows it.
    """

    running: bool | None = None
    seen_at: datetime | None = None
    lookups: int = 0
    interrupted: bool = False
    by_level: bool = False

    @property
    def awaits_history(self) -> bool:
        """Return whether the history may soon show how it ended."""
        return self.lookups > 0 and not self.interrupted


@dataclass(frozen=True, kw_only=True, slots=True)
class VehicleState:
    """The state of a vehicle.

    `earlier_commands` are the last ones before a restart. Preconditioning runs up to `runs_reported_until` were already
    reported. `read_at` is when each part was last read, `known` the parts whose values are recent enough to
    use, `outdated_parts` when the outdated ones of these were last read. `is_outdated` means that a part or the battery
    report is outdated, `is_silent` that the car has not reported for days. `failing_parts` could not be read for a day.
    `kept_fields` are the fields that were missing in the last response, with when their values were read.
    `accepts_commands` is False for a day after the car has refused all commands. `future_dated` are the runs and report
    times dated in the future, by the part that contains them.
    """

    battery: Battery | None = None
    charge: Charge = Charge()
    last_preconditioning: PreconditioningRun | None = None
    runs_reported_until: datetime | None = None
    preconditioning_timer: time | None = None
    preconditioning_starts_at: datetime | None = None
    charge_schedule: ChargeSchedule | None = None
    notifications: NotificationSettings | None = None
    charge_history: tuple[ChargeEvent, ...] = ()
    preconditioning_history: tuple[PreconditioningRun, ...] = ()
    mileage_km: float | None = None
    location: Location | None = None
    cabin: Cabin | None = None
    charge_limits: ChargeLimits | None = None
    fuel: Fuel | None = None
    tire_pressures: TirePressures | None = None
    locks: Locks | None = None
    alerts: tuple[str, ...] = ()
    car_departures: CarDepartures | None = None
    commands: Mapping[CommandKind, CommandResult] = field(default_factory=dict)
    earlier_commands: Mapping[CommandKind, CommandResult] = field(default_factory=dict)
    known: frozenset[Part] = frozenset()
    outdated_parts: Mapping[Part, datetime] = field(default_factory=dict)
    is_outdated: bool = False
    is_silent: bool = False
    failing_parts: frozenset[Part] = frozenset()
    accepts_commands: bool = True
    read_at: Mapping[Part, datetime] = field(default_factory=dict, compare=False)
    kept_fields: Mapping[Part, FieldTimes] = field(default_factory=dict, compare=False)
    future_dated: Mapping[Part, tuple[PreconditioningRun | datetime, ...]] = field(default_factory=dict, compare=False)

    def field_read_at(self, part: Part, name: str) -> datetime | None:
        """Return when the value of a field was last read."""
        return self.kept_fields.get(part, {}).get(name, self.read_at.get(part))

    def was_read_since(self, at: datetime, part: Part, name: str | None = None) -> bool:
        """Return whether a part, or the value of one of its fields, was read since an instant."""
        read_at = self.read_at.get(part) if name is None else self.field_read_at(part, name)
        return read_at is not None and read_at >= at

    def without(self, parts: Iterable[Part]) -> VehicleState:
        """Return the state as if some parts were never read."""
        return replace(self, **{part.value: getattr(_UNREAD, part.value) for part in parts})

    @property
    def charging(self) -> bool | None:
        """Return whether the car is charging, by its rising level if it does not report it; None if unknown."""
        reported = None if self.battery is None else self.battery.charging
        return True if reported is None and self.charge.by_level else reported

    @property
    def is_charging(self) -> bool:
        """Return whether the car last reported that it is charging."""
        return self.battery is not None and bool(self.battery.charging)

    @property
    def is_sending_schedule(self) -> bool:
        """Return whether a command for the charge schedule has no result yet."""
        found = (self.commands.get(kind) for kind in SCHEDULE_COMMANDS)
        return any(each is not None and not each.status.is_settled for each in found)

    @property
    def last_command(self) -> CommandResult | None:
        """Return the last command, from before a restart if there was none since."""
        found = self.commands or self.earlier_commands
        return max(found.values(), key=lambda command: command.sent_at, default=None)

    @property
    def last_commands(self) -> Mapping[CommandKind, CommandResult]:
        """Return the last command of each kind, from before a restart if there was none since."""
        return {**self.earlier_commands, **self.commands}

    @property
    def last_schedule_command(self) -> CommandResult | None:
        """Return the last command for the charge schedule since the start."""
        found = (self.commands[kind] for kind in SCHEDULE_COMMANDS if kind in self.commands)
        return max(found, key=lambda command: command.sent_at, default=None)


_UNREAD = VehicleState()


def known_runs(state: VehicleState) -> Iterator[PreconditioningRun]:
    """Yield the preconditioning runs that the cloud has reported."""
    yield from state.preconditioning_history
    if state.last_preconditioning is not None:
        yield state.last_preconditioning


def command_since(state: VehicleState, at: datetime) -> CommandResult | None:
    """Return the last command to start preconditioning, if it was not sent before an instant."""
    sent = state.commands.get(CommandKind.PRECONDITION)
    return sent if sent is not None and sent.sent_at >= at else None


def refused_since(state: VehicleState, at: datetime) -> bool:
    """Return whether the car has refused to precondition since an instant."""
    return any(_decisive_result(run) is Result.ERROR for run in known_runs(state) if run.at >= at)


def read_since(state: VehicleState, at: datetime) -> bool:
    """Return whether a part that shows a run was read since an instant."""
    is_shown = {part: part is not Part.CABIN or _preconditioning_on(state) is not None for part in RUN_PARTS}
    return any(is_shown[part] and state.was_read_since(at, part, "preconditioning") for part in RUN_PARTS)


def seen_preconditioning(state: VehicleState, begin: datetime, end: datetime) -> bool:
    """Return whether the cabin was last read between two instants, and preconditioning was on."""
    read_at = state.field_read_at(Part.CABIN, "preconditioning")
    return bool(_preconditioning_on(state)) and read_at is not None and begin <= read_at <= end


def running_since(state: VehicleState, now: datetime, length: timedelta) -> datetime | None:
    """Return since when the car is preconditioning, None if it is not or unknown; a run takes `length`."""
    recent = [each for each in _starts(state) if now - length < each <= now]
    read_at = state.field_read_at(Part.CABIN, "preconditioning")
    # A cabin read longer ago may have changed since.
    if read_at is not None and now - read_at < CLOCK_TOLERANCE and _preconditioning_on(state):
        recent.append(read_at)
    elif read_at is not None and _preconditioning_on(state) is False:
        # The run has ended or was stopped.
        recent = [each for each in recent if each >= read_at - CLOCK_TOLERANCE]
    return min(recent, default=None)


def _starts(state: VehicleState) -> Iterator[datetime]:
    """Yield when runs started, or when commands were sent that the car has confirmed."""
    yield from (run.at for run in known_runs(state) if run.result is Result.SUCCESS)
    command = state.commands.get(CommandKind.PRECONDITION)
    if command is not None and command.status is CommandStatus.CONFIRMED:
        yield command.sent_at


def _preconditioning_on(state: VehicleState) -> bool | None:
    """Return whether preconditioning is on, None if the car does not report it."""
    return None if state.cabin is None else state.cabin.preconditioning


def result_since(before: VehicleState, now: VehicleState, since: datetime) -> Result | None:
    """Return the result of the preconditioning that a command has started, None if there is none yet.

    `before` is the state just before the command. Runs requested by the user count more than the car's own.
    """
    read_at = before.read_at.get(Part.LAST_PRECONDITIONING)
    latest = _latest_before((run.at for run in known_runs(before)), read_at, since)
    new = {run for run in known_runs(now) if run.at > latest}
    for part in (Part.LAST_PRECONDITIONING, Part.PRECONDITIONING_HISTORY):
        new |= _new_future_dated(before, now, part, since)
    ordered = sorted(new, key=lambda run: (run.source is PreconditioningSource.CAR, -run.at.timestamp()))
    return next(filter(None, map(_decisive_result, ordered)), None)


def has_risen(before: Battery | None, now: Battery | None) -> bool:
    """Return whether the level has risen between two reports of a car that does not report whether it charges."""
    if before is None or now is None or before.level is None or now.level is None:
        return False
    return now.charging is None and now.level > before.level


def has_new_report(before: VehicleState, now: VehicleState, since: datetime) -> bool:
    """Return whether the car has reported its battery after a command; `before` is the state just before it."""
    latest = _latest_before(_reports(before), before.read_at.get(Part.BATTERY), since)
    return any(at > latest for at in _reports(now)) or bool(_new_future_dated(before, now, Part.BATTERY, since))


def _decisive_result(run: PreconditioningRun) -> Result | None:
    """Return the result of a run, None for the ERROR that the car adds a minute after a successful run (observed)."""
    return None if run.result is Result.ERROR and run.source is PreconditioningSource.CAR else run.result


def _new_future_dated(before: VehicleState, now: VehicleState, part: Part, since: datetime) -> set[Any]:
    """Return the entries dated in the future that were missing when the part was read just before a command."""
    read_at = before.read_at.get(part)
    if read_at is None or read_at < since:
        return set()
    return {*now.future_dated.get(part, ())}.difference(before.future_dated.get(part, ()))


def _latest_before(dates: Iterable[datetime], read_at: datetime | None, since: datetime) -> datetime:
    """Return the latest date of what existed before a command; nothing up to then is an effect of it.

    If the part was read just before, this is its newest date. Otherwise the clocks of cloud and home are compared.
    """
    is_fresh = read_at is not None and read_at >= since
    return max([*dates, *(() if is_fresh else (since,))], default=datetime.min.replace(tzinfo=UTC))


def _reports(state: VehicleState) -> Iterator[datetime]:
    """Yield the time of the last battery report, if there is one."""
    if state.battery is not None and state.battery.reported_at is not None:
        yield state.battery.reported_at
