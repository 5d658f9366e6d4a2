"""What is known of the runs of the preconditioning; pure, and shared by the commands and the plan."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from .cloud.models import Part, PreconditioningRun, PreconditioningSource, Result
from .cloud.orders import Command, CommandKind, CommandStatus
from .cloud.state import VehicleState

# The parts in which a run is seen, as far as a car has them.
PARTS = (Part.LAST_PRECONDITIONING, Part.PRECONDITIONING_HISTORY, Part.CABIN)
# The clocks of car, cloud and home differ a little, and a cabin read longer ago may have changed since.
TOLERANCE = timedelta(minutes=1)


def told(state: VehicleState) -> Iterator[PreconditioningRun]:
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
    fresh = (run for run in told(state) if run.source is not PreconditioningSource.CAR and run.at >= at)
    return any(run.result is Result.ERROR for run in fresh)


def looked_since(state: VehicleState, at: datetime) -> bool:
    """Tell whether a part that shows a run was read since an instant."""
    says = {part: part is not Part.CABIN or _on(state) is not None for part in PARTS}
    return any(says[part] and part in state.read_at and state.read_at[part] >= at for part in PARTS)


def seen_on(state: VehicleState, begin: datetime, end: datetime) -> bool:
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
    yield from (run.at for run in told(state) if run.result is Result.SUCCESS)
    command = state.commands.get(CommandKind.PRECONDITION)
    if command is not None and command.status is CommandStatus.CONFIRMED:
        yield command.sent_at


def _on(state: VehicleState) -> bool | None:
    """Return whether the cabin is preconditioned as far as the car says."""
    return None if state.cabin is None else state.cabin.preconditioning
