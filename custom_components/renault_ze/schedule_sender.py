"""Edits of the charge schedule that are sent to the car at once."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Protocol

from homeassistant.exceptions import HomeAssistantError
from homeassistant.util import dt as dt_util

from .cloud.exceptions import CloudError
from .cloud.models import SCHEDULE_COMMANDS, CommandKind, Part
from .const import DOMAIN
from .messages import is_unsent
from .plan.model import Plan
from .plan.planner import Planner
from .step_runner import StepRunner
from .vehicle.poller import Poller
from .vehicle.results import CommandError, CommandResult
from .vehicle.state import VehicleState
from .vehicle.tracker import PendingCommand
from .vehicle.update import Responses


class Coordinator(Protocol):
    """What is needed of the coordinator of a vehicle."""

    data: VehicleState
    planner: Planner
    poller: Poller
    runner: StepRunner

    def edit_plan(self, change: Callable[[Plan, datetime], Plan]) -> None:
        """Edit the plan."""

    def pending_command(self, kinds: Iterable[CommandKind]) -> PendingCommand | None:
        """Return the command of some kinds that has no result yet."""

    async def read_now(self, parts: Iterable[Part], *, for_command: bool = False) -> Responses:
        """Read parts now."""

    def translated(self, err: CloudError | CommandError) -> HomeAssistantError:
        """Return a translated error."""


async def edit_and_send(
    coordinator: Coordinator, change: Callable[[Plan, datetime], Plan], *, wait: bool = False
) -> CommandResult | None:
    """Edit the charge schedule and send it; return the result so far, or None if there is nothing to send.

    Raise `ScheduleError` if the edit is not possible, or `HomeAssistantError` if the schedule was not accepted; the
    edit is stored in that case, and sent later.
    """
    async with coordinator.runner.paused():
        coordinator.edit_plan(change)
        is_sent = await _send(coordinator)
        pending = coordinator.pending_command(SCHEDULE_COMMANDS)
    if not is_sent:
        return None
    if pending is None:
        return coordinator.data.last_schedule_command
    return await pending.wait() if wait else pending.result


async def _send(coordinator: Coordinator) -> bool:
    """Send the charge schedule; return False if there is nothing to send. Errors are translated."""
    # Refused credentials may be accepted again.
    coordinator.poller.refusal = None
    responses = await coordinator.read_now([Part.CHARGE_SCHEDULE], for_command=True)
    try:
        return await coordinator.planner.send_schedule(responses, coordinator.data, dt_util.utcnow())
    except (CloudError, CommandError) as err:
        error = coordinator.translated(err)
        if is_unsent(err):
            error = HomeAssistantError(translation_domain=DOMAIN, translation_key="schedule_saved")
        raise error from err
