"""All that is known of a vehicle at a time."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import Final

from ..cloud.models import (
    Battery,
    Cabin,
    ChargeEvent,
    ChargeSchedule,
    CommandKind,
    Location,
    NotificationSettings,
    Part,
    PreconditioningRun,
    PreconditioningSource,
    Result,
)

# The parts in which a run is seen, as far as a car has them.
RUN_PARTS = (Part.LAST_PRECONDITIONING, Part.PRECONDITIONING_HISTORY, Part.CABIN)
# The clocks of car, cloud and home differ a little, and a cabin read longer ago may have changed since.
TOLERANCE = timedelta(minutes=1)
# By so much the clocks of car, cloud and home may differ.
CLOCKS_APART: Final = timedelta(minutes=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Charge:
    """The charge that runs or ran last: `running` as the car last said, `seen_at` when it was last seen to charge.

    `lookups` is how often its end is still looked for in the history, `interrupted` that this may take long.
    """

    running: bool | None = None
    seen_at: datetime | None = None
    lookups: int = 0
    interrupted: bool = False

    @property
    def awaits_history(self) -> bool:
        """Tell whether what it has brought may be known in a moment."""
        return self.lookups > 0 and not self.interrupted


@dataclass(frozen=True, kw_only=True, slots=True)
class VehicleState:
    """All we know of a vehicle now.

    `wanted_schedule` is the one last set here, `earlier_command` the last order of an earlier run. No run of the
    preconditioning up to `runs_told_until` is news. `read_at` tells how old each part is, `known` which parts still
    count, `kept` when those of them were last read that have been asked for in vain since. `stale` is that there are
    such or that the battery's report is older than it should be, `silent` that it is days old. `undated` are the runs,
    and of reports the dates, that lie in the future, by the part that was read.
    """

    battery: Battery | None = None
    charge: Charge = Charge()
    last_preconditioning: PreconditioningRun | None = None
    runs_told_until: datetime | None = None
    preconditioning_timer: time | None = None
    preconditioning_starts_at: datetime | None = None
    charge_schedule: ChargeSchedule | None = None
    wanted_schedule: ChargeSchedule | None = None
    notifications: NotificationSettings | None = None
    charge_history: tuple[ChargeEvent, ...] = ()
    preconditioning_history: tuple[PreconditioningRun, ...] = ()
    mileage_km: float | None = None
    location: Location | None = None
    cabin: Cabin | None = None
    commands: Mapping[CommandKind, Command] = field(default_factory=dict)
    earlier_command: Command | None = None
    known: frozenset[Part] = frozenset()
    kept: Mapping[Part, datetime] = field(default_factory=dict)
    stale: bool = False
    silent: bool = False
    read_at: Mapping[Part, datetime] = field(default_factory=dict, compare=False)
    undated: Mapping[Part, tuple[PreconditioningRun | datetime, ...]] = field(default_factory=dict, compare=False)

    @property
    def last_command(self) -> Command | None:
        """Return the order given last, in an earlier run if there was none since."""
        return max(self.commands.values(), key=lambda command: command.sent_at, default=self.earlier_command)

    def last_of(self, kind: CommandKind) -> Command | None:
        """Return the last order of a kind, of an earlier run if there was none since and that one is known."""
        earlier = self.earlier_command
        return self.commands.get(kind, earlier if earlier is not None and earlier.kind is kind else None)

    @property
    def schedule_differs(self) -> bool:
        """Tell whether the car holds another week than the one last set here."""
        held, wanted = self.charge_schedule, self.wanted_schedule
        if held is None or wanted is None:
            return False
        return held.enabled is not wanted.enabled or (bool(wanted.enabled) and held.windows != wanted.windows)


def known_runs(state: VehicleState) -> Iterator[PreconditioningRun]:
    """Yield the runs the cloud tells of."""
    yield from state.preconditioning_history
    if state.last_preconditioning is not None:
        yield state.last_preconditioning


def command_since(state: VehicleState, at: datetime) -> Command | None:
    """Return the command to start that was sent last, if not before an instant."""
    sent = state.commands.get(CommandKind.PRECONDITION)
    return sent if sent is not None and sent.sent_at >= at else None


def refused_since(state: VehicleState, at: datetime) -> bool:
    """Tell whether the car was seen to refuse; what it adds by itself after a good run is no refusal (observed)."""
    fresh = (run for run in known_runs(state) if run.source is not PreconditioningSource.CAR and run.at >= at)
    return any(run.result is Result.ERROR for run in fresh)


def read_since(state: VehicleState, at: datetime) -> bool:
    """Tell whether a part that shows a run was read since an instant."""
    says = {part: part is not Part.CABIN or _on(state) is not None for part in RUN_PARTS}
    return any(says[part] and part in state.read_at and state.read_at[part] >= at for part in RUN_PARTS)


def seen_preconditioning(state: VehicleState, begin: datetime, end: datetime) -> bool:
    """Tell whether the cabin was last read between two instants, and seen to be preconditioned."""
    read_at = state.read_at.get(Part.CABIN)
    return bool(_on(state)) and read_at is not None and begin <= read_at <= end


def running_since(state: VehicleState, now: datetime, length: timedelta) -> datetime | None:
    """Return since when the car preconditions, None where that is not known; a run takes `length`."""
    recent = [each for each in _starts(state) if now - length < each <= now]
    read_at = state.read_at.get(Part.CABIN)
    if read_at is not None and now - read_at < TOLERANCE and _on(state):
        recent.append(read_at)
    elif read_at is not None and _on(state) is False:
        # It is over, or was stopped.
        recent = [each for each in recent if each >= read_at - TOLERANCE]
    return min(recent, default=None)


def _starts(state: VehicleState) -> Iterator[datetime]:
    """Yield the instants at which runs began, or were asked for and then seen."""
    yield from (run.at for run in known_runs(state) if run.result is Result.SUCCESS)
    command = state.commands.get(CommandKind.PRECONDITION)
    if command is not None and command.status is CommandStatus.CONFIRMED:
        yield command.sent_at


def _on(state: VehicleState) -> bool | None:
    """Return whether the cabin is preconditioned as far as the car says."""
    return None if state.cabin is None else state.cabin.preconditioning


class CommandStatus(StrEnum):
    """How far an order has come; the last three are its possible fates."""

    UNANSWERED = "unanswered"
    ACCEPTED = "accepted"
    CONFIRMED = "confirmed"
    FAILED = "failed"
    TIMED_OUT = "timed_out"

    @property
    def settled(self) -> bool:
        """Tell whether nothing more will happen to the order."""
        return self not in {CommandStatus.UNANSWERED, CommandStatus.ACCEPTED}


class CommandReason(StrEnum):
    """Why an order failed, as far as can be known_runs, or why no more will be known of it."""

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
    UNOBSERVED = "unobserved"


@dataclass(frozen=True, kw_only=True, slots=True)
class Command:
    """An order and its fate."""

    kind: CommandKind
    status: CommandStatus
    sent_at: datetime
    settled_at: datetime | None = None
    reason: CommandReason | None = None

    @property
    def settled(self) -> bool:
        """Tell whether nothing more will be known of the order."""
        return self.status.settled or self.reason is CommandReason.UNCONFIRMABLE

    @property
    def believed(self) -> bool:
        """Tell whether the car obeyed as far as can be known: its cloud may never show more than that it accepted."""
        return self.status is CommandStatus.CONFIRMED or (self.status is CommandStatus.ACCEPTED and self.settled)

    def left(self, now: datetime) -> Command:
        """Return the order as who follows it no more has to leave it."""
        if self.settled:
            return self
        return replace(self, status=CommandStatus.TIMED_OUT, reason=CommandReason.UNOBSERVED, settled_at=now)
