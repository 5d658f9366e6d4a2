"""Send the commands of a vehicle, each once over each route."""

import asyncio
from collections.abc import Callable, Coroutine, Iterable
from datetime import datetime, timedelta
import logging
from typing import Any, Final, Protocol

from ..cloud.exceptions import (
    AuthenticationError,
    BusyError,
    CloudError,
    ConnectionFailedError,
    InvalidRequestError,
    NoRemoteCommandsError,
    RefusedError,
    RejectedError,
    RequestLimitError,
    ThrottledError,
    UnexpectedResponseError,
    UnsupportedError,
)
from ..cloud.models import Part, Vehicle
from ..cloud.protocol import Cloud
from .command import Command
from .results import CommandError, CommandOutcome, CommandReason, CommandResult, CommandStatus
from .state import VehicleState
from .tracker import CommandTracker, PendingCommand
from .update import Responses

_LOGGER = logging.getLogger(__name__)
# A car that refuses remote commands is sent another one after a day, and after a reload.
_REFUSED_FOR = timedelta(days=1)
# While the car accepts no commands, steps of the plan are retried hourly.
WAIT_FOR_CAR: Final = ThrottledError("The car accepts no remote commands", retry_after=timedelta(hours=1))


class Deduplication[T]:
    """Sends equal commands once; all their senders get the same result."""

    def __init__(self, start_task: Callable[[Coroutine[Any, Any, T]], asyncio.Task[T]]) -> None:
        """Prepare; `start_task` starts a task that continues if its waiters are cancelled."""
        self._start_task = start_task
        self._tasks: dict[Command, asyncio.Task[T]] = {}

    async def send(self, command: Command, send: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """Send a command unless an equal one is being sent; return or raise the result."""
        # A command that this one replaces must be sent again if it is given again.
        self._tasks = {
            each: task for each, task in self._tasks.items() if each == command or each.kind not in command.replaces
        }
        task = self._tasks.get(command)
        if task is None or task.done():
            task = self._tasks[command] = self._start_task(send())
            # Its waiters may be gone, and asyncio logs an exception that was not retrieved.
            task.add_done_callback(lambda done: done.cancelled() or done.exception())
        await asyncio.wait([task])
        return task.result()


def _failure_reason(err: CloudError) -> CommandReason:
    """Return why a command failed that the cloud did not accept."""
    match err:
        case NoRemoteCommandsError():
            return CommandReason.NO_REMOTE_COMMANDS
        case RejectedError(is_sent=True):
            return CommandReason.SCHEDULE_NOT_ENABLED
        case ThrottledError():
            return CommandReason.THROTTLED
        case ConnectionFailedError():
            return CommandReason.UNSENT
    return CommandReason.CLOUD_REFUSED


def _not_accepted(err: CloudError, *, is_shown: bool) -> CloudError | CommandError:
    """Return the error of a command that was not accepted; `is_shown` is whether the car shows its effect."""
    if not isinstance(err, ConnectionFailedError) or (isinstance(err, UnexpectedResponseError) and err.unsent):
        # The server was reached.
        return err
    if err.unsent:
        return CommandError("command_unsent")
    return CommandError("command_unanswered" if is_shown else "command_unknown")


class CommandContext(Protocol):
    """What a command needs of its vehicle: the state, polls, and who must know of its result."""

    data: VehicleState
    vehicle: Vehicle

    async def read_before_command(self, command: Command, parts: Iterable[Part]) -> Responses:
        """Read parts before a command is sent."""

    async def poll_after_command(self) -> None:
        """Poll at once where requests are not limited."""

    def publish_pending(self, result: CommandResult) -> None:
        """Show the result of a command that was just sent, and poll when its effect can be visible."""

    def publish(self, result: CommandResult) -> None:
        """Show the result of a command."""


class CommandSender:
    """Sends the commands of a vehicle, each once, and tracks them."""

    def __init__(
        self,
        cloud: Cloud,
        context: CommandContext,
        clock: Callable[[], datetime],
        start_task: Callable[[Coroutine[Any, Any, PendingCommand]], asyncio.Task[PendingCommand]],
    ) -> None:
        """Start without pending commands; `start_task` starts a task that continues if its waiters are cancelled."""
        self._cloud = cloud
        self._context = context
        self._clock = clock
        self._refused_before = cloud.commands_refused_at(context.vehicle.vin)
        self._sending = asyncio.Lock()
        self._deduplication = Deduplication[PendingCommand](start_task)
        self.tracker = CommandTracker()

    @property
    def accepts_commands(self) -> bool:
        """Return whether a command may be sent: not for a day after a refusal because the car accepts none at all.

        A refusal before the start does not count.
        """
        refused_at = self._cloud.commands_refused_at(self._context.vehicle.vin)
        if refused_at is None or refused_at == self._refused_before:
            return True
        return not timedelta() <= self._clock() - refused_at < _REFUSED_FOR

    async def send(self, command: Command) -> PendingCommand:
        """Send a command unless an equal one is being sent; raise CloudError or CommandError if not accepted."""
        return await self._deduplication.send(command, lambda: self._check_and_send(command))

    async def _check_and_send(self, command: Command) -> PendingCommand:
        """Send a command unless there is an obstacle, and poll the car if there is no request limit."""
        is_shown = command.kind not in self._context.vehicle.unconfirmable
        if not self.accepts_commands:
            raise CommandError("no_remote_commands")
        async with self._sending:
            if self.tracker.is_pending(command):
                raise CommandError("still_waiting")
            await self._check(command, filter(self._context.vehicle.shows, command.parts) if is_shown else ())
            pending = await self._send(command, is_shown=is_shown)
        if is_shown:
            await self._context.poll_after_command()
        return pending

    async def _check(self, command: Command, parts: Iterable[Part]) -> None:
        """Read the parts of a command; raise what prevents it."""
        responses = await self._context.read_before_command(command, parts)
        errors = [each for each in responses.values() if isinstance(each, CloudError)]
        for err in errors:
            if command.needs_fresh_state or isinstance(err, AuthenticationError):
                raise err
        # An outdated state is no obstacle.
        if not all(isinstance(err, RequestLimitError) for err in errors):
            return
        state, now = self._context.data, self._clock()
        replaces_opposite = self.tracker.of(command.replaces - {command.kind}) is not None
        needless = None if replaces_opposite else command.needless(state, now)
        if (key := needless or command.obstacle(state, now)) is not None:
            raise CommandError(key)

    async def _send(self, command: Command, *, is_shown: bool) -> PendingCommand:
        """Send a command; one without a response may have arrived, so it is tracked as well."""
        vehicle, before = self._context.vehicle, self._context.data
        routes = self._cloud.routes(vehicle.vin, command.kind)
        pending = PendingCommand(command=command, vehicle=vehicle, before=before, sent_at=self._clock(), routes=routes)
        try:
            await self._try_routes(pending)
        except CloudError as err:
            if _may_have_arrived(err):
                self._track(pending, CommandStatus.UNANSWERED, is_shown=is_shown)
            else:
                outcome = CommandOutcome(CommandStatus.FAILED, _failure_reason(err))
                self._context.publish(pending.update(outcome, self._clock()))
            raise _not_accepted(err, is_shown=is_shown) from err
        self._track(pending, CommandStatus.ACCEPTED, is_shown=is_shown)
        return pending

    async def send_again(self) -> list[CommandResult]:
        """Send commands again if the car was busy, or over another route if they had no effect.

        Return the progress of those that may have arrived, and the result if the car accepts no remote commands.
        """
        sent = []
        for pending in self.tracker.to_send(self._context.data):
            async with self._sending:
                allowed = self._cloud.allows_another_route(pending.vehicle.vin)
                if allowed and self.tracker.is_tracked(pending) and (outcome := await self._send_again(pending)):
                    sent.append(self.tracker.update(pending, outcome, self._clock()))
        return sent

    async def _send_again(self, pending: PendingCommand) -> CommandOutcome | None:
        """Send a command over its next route, or over the same one if the car was busy.

        Return how far it has come, None if it did not arrive; errors are only logged.
        """
        tried = pending.route, pending.routes, pending.busy, pending.tried_at
        try:
            await self._try_routes(pending)
        except CloudError as err:
            _LOGGER.debug("A command could not be sent over another route: %s", err)
            if isinstance(err, NoRemoteCommandsError):
                return CommandOutcome(CommandStatus.FAILED, _failure_reason(err))
            if not _may_have_arrived(err):
                pending.route, pending.routes, pending.busy, pending.tried_at = tried
                if isinstance(err, RefusedError):
                    # Any other error may be over with the next poll.
                    pending.routes, pending.busy = (), None
                return None
        return _progress(pending, CommandStatus.ACCEPTED)

    async def _try_routes(self, pending: PendingCommand) -> None:
        """Send a command over its next route; if the server does not accept it, try the next one at once."""
        while True:
            if pending.busy is None and pending.routes:
                pending.route, *left = pending.routes
                pending.routes = tuple(left)
            busy_since, pending.busy, pending.tried_at = pending.tried_at, None, self._clock()
            try:
                await pending.command.send(self._cloud, pending.vehicle.vin, pending.before, pending.route)
            except BusyError as err:
                pending.busy, pending.tried_at = err, busy_since
            except (UnsupportedError, InvalidRequestError) as err:
                if err.key or not pending.routes:
                    raise
                continue
            return

    def _track(self, pending: PendingCommand, status: CommandStatus, *, is_shown: bool) -> None:
        """Track a command; one whose effect the cloud never shows is settled at once."""
        now, context = self._clock(), self._context
        if not is_shown:
            context.publish(pending.update(CommandOutcome(status, CommandReason.UNCONFIRMABLE), now))
            return
        for result in self.tracker.add(pending, now):
            context.publish(result)
        context.publish_pending(pending.update(_progress(pending, status), now))


def _progress(pending: PendingCommand, status: CommandStatus) -> CommandOutcome:
    """Return how far a command has come that is not settled."""
    return CommandOutcome(status, None if pending.busy is None else CommandReason.BUSY)


def _may_have_arrived(err: CloudError) -> bool:
    """Return whether a command with this error may have been executed."""
    return isinstance(err, ConnectionFailedError) and not err.unsent
