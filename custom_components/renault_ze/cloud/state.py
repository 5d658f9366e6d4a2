"""All that is known of a vehicle at a time."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time

from .models import (
    Battery,
    Cabin,
    ChargeEvent,
    ChargeSchedule,
    Location,
    NotificationSettings,
    Part,
    PreconditioningRun,
)
from .orders import Command, CommandKind


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
