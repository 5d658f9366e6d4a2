"""Send the commands of a vehicle, each once, and track them until their outcome is known."""

import asyncio
from collections.abc import Callable, Coroutine, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final, Protocol

from ..cloud.exceptions import (
    AuthenticationError,
    CloudError,
    ConnectionFailedError,
    RedirectedError,
    RequestLimitError,
    ThrottledError,
)
from ..cloud.models import RESPONSE_TIME, Account, ChargeSchedule, CommandKind, Part, Vehicle
from ..cloud.protocol import Cloud
from .commands import Command
from .reading import READERS
from .state import (
    CLOCK_TOLERANCE,
    CommandError,
    CommandOutcome,
    CommandReason,
    CommandResult,
    CommandStatus,
    VehicleState,
)
from .update import Responses, not_after

# A timer may fire this much too early.
_TIMER_MARGIN = timedelta(seconds=1)
# A command may be repeated once, and both are polled for three times the response time.
_COMMANDS = 2
_RESPONSE_TIMES = 3
# The car is reached by SMS, which takes minutes.
COMMAND_POLL_INTERVAL: Final = timedelta(seconds=30)
COMMAND_TIMEOUT: Final = timedelta(minutes=10)


@dataclass(kw_only=True)
class PendingCommand:
    """A command to a vehicle, the state just before it was sent, and its result so far."""

    command: Command
    vehicle: Vehicle
    before: VehicleState
    sent_at: datetime
    result: CommandResult = field(init=False)
    _settled: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def parts(self) -> tuple[Part, ...]:
        """Return the parts in which the vehicle shows the effect."""
        return tuple(filter(self.vehicle.shows, self.command.parts))

    def update(self, outcome: CommandOutcome, now: datetime) -> CommandResult:
        """Set and return the result."""
        result = CommandResult(
            kind=self.command.kind, status=outcome.status, reason=outcome.reason, sent_at=self.sent_at
        )
        self.result = replace(result, settled_at=now) if result.is_settled else result
        if result.is_settled:
            self.release()
        return self.result

    def fail(self, err: CloudError, now: datetime) -> CommandResult:
        """Set and return the result of a command that the cloud did not accept."""
        return self.update(CommandOutcome(CommandStatus.FAILED, _failure_reason(err)), now)

    async def wait(self) -> CommandResult:
        """Wait until the command is settled or no longer tracked, and return its result."""
        await self._settled.wait()
        return self.result

    def release(self) -> None:
        """End all waiting for the result."""
        self._settled.set()

    def outcome(self, state: VehicleState, now: datetime, timeout: timedelta) -> CommandOutcome | None:
        """Return the outcome that a state shows, None until it does or the timeout has passed."""
        outcome = self.command.outcome(self.before, state, self.sent_at - CLOCK_TOLERANCE)
        if outcome is not None or now - self.sent_at < timeout:
            return outcome
        reason = CommandReason.UNOBSERVED if self.is_unread(state) else self.command.timeout_reason(state)
        is_final = reason is not CommandReason.UNCONFIRMABLE
        return CommandOutcome(CommandStatus.TIMED_OUT if is_final else CommandStatus.ACCEPTED, reason)

    def is_unread(self, state: VehicleState) -> bool:
        """Return whether no part that shows the effect was read since the car had time to respond."""
        responded_at = self.sent_at + RESPONSE_TIME
        return not any(part in state.read_at and state.read_at[part] >= responded_at for part in self.parts)


class CommandTracker:
    """The pending commands of a vehicle, at most one of each kind."""

    def __init__(self) -> None:
        """Start without pending commands."""
        self._pending: dict[CommandKind, PendingCommand] = {}

    def __bool__(self) -> bool:
        """Return whether any command is pending."""
        return bool(self._pending)

    @property
    def parts(self) -> set[Part]:
        """Return the parts that show the effects of the pending commands."""
        return {part for pending in self._pending.values() for part in pending.parts}

    def is_unread(self, state: VehicleState) -> bool:
        """Return whether the effect of a command was not read yet although the car had time to respond."""
        return any(pending.is_unread(state) for pending in self._pending.values())

    def until_poll(self, vehicle: Vehicle, allowance: float | None, now: datetime) -> timedelta:
        """Return how long to wait until the next poll for a command; `allowance` is that of the account."""
        parts = {part for part in self.parts if READERS[part].capability in vehicle.capabilities}
        interval = command_poll_interval(allowance, sum(vehicle.requests.get(part, 1) for part in parts))
        return min(until_command_poll(now - each.sent_at, interval, allowance) for each in self._pending.values())

    def is_pending(self, command: Command) -> bool:
        """Return whether another command of its kind is pending that this one does not replace."""
        return command.kind in self._pending and command.kind not in command.replaces

    def add(self, pending: PendingCommand, now: datetime) -> Iterator[CommandResult]:
        """Start tracking a command; yield the results of those it replaces."""
        for kind in pending.command.replaces & self._pending.keys():
            yield self._pending.pop(kind).update(CommandOutcome(CommandStatus.FAILED, CommandReason.SUPERSEDED), now)
        self._pending[pending.command.kind] = pending

    def settle(self, state: VehicleState, now: datetime, timeout: timedelta) -> Iterator[CommandResult]:
        """Stop tracking commands that a state confirms, that failed, or that timed out; yield their results."""
        for kind, pending in tuple(self._pending.items()):
            pending.sent_at = not_after(pending.sent_at, now)
            if (outcome := pending.outcome(state, now, timeout)) is not None:
                yield self._pending.pop(kind).update(outcome, now)

    def close(self) -> None:
        """End all waiting for results."""
        for pending in self._pending.values():
            pending.release()


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
        case ThrottledError():
            return CommandReason.THROTTLED
        case ConnectionFailedError():
            return CommandReason.UNSENT
    return CommandReason.CLOUD_REFUSED


def _not_accepted(err: CloudError, *, is_shown: bool) -> CloudError | CommandError:
    """Return the error of a command that was not accepted; `is_shown` is whether the car shows its effect."""
    if not isinstance(err, ConnectionFailedError) or (isinstance(err, RedirectedError) and err.unsent):
        return err
    if err.unsent:
        return CommandError("command_unsent")
    return CommandError("command_unanswered" if is_shown else "command_unknown")


class CommandPort(Protocol):
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

    def remember_wanted_schedule(self, schedule: ChargeSchedule) -> None:
        """Store the schedule that the car should hold."""


class CommandSender:
    """Sends the commands of a vehicle, each once, and tracks them."""

    def __init__(
        self,
        cloud: Cloud,
        port: CommandPort,
        clock: Callable[[], datetime],
        start_task: Callable[[Coroutine[Any, Any, PendingCommand]], asyncio.Task[PendingCommand]],
    ) -> None:
        """Start without pending commands; `start_task` starts a task that continues if its waiters are cancelled."""
        self._cloud = cloud
        self._port = port
        self._clock = clock
        self._sending = asyncio.Lock()
        self._deduplication = Deduplication[PendingCommand](start_task)
        self.tracker = CommandTracker()

    async def send(self, command: Command) -> PendingCommand:
        """Send a command unless an equal one is being sent; raise CloudError or CommandError if not accepted."""
        return await self._deduplication.send(command, lambda: self._check_and_send(command))

    async def _check_and_send(self, command: Command) -> PendingCommand:
        """Send a command unless there is an obstacle, and poll the car if there is no request limit."""
        is_shown = command.kind not in self._port.vehicle.unconfirmed
        async with self._sending:
            if self.tracker.is_pending(command):
                raise CommandError("still_waiting")
            await self._check(command, filter(self._port.vehicle.shows, command.parts) if is_shown else ())
            pending = await self._send(command, is_shown=is_shown)
        if is_shown:
            await self._port.poll_after_command()
        return pending

    async def _check(self, command: Command, parts: Iterable[Part]) -> None:
        """Read the parts of a command; raise what prevents it."""
        responses = await self._port.read_before_command(command, parts)
        errors = [each for each in responses.values() if isinstance(each, CloudError)]
        for err in errors:
            if command.needs_fresh_state or isinstance(err, AuthenticationError):
                raise err
        # An outdated state is no obstacle.
        is_fresh = all(isinstance(err, RequestLimitError) for err in errors)
        if is_fresh and (obstacle := command.obstacle(self._port.data, self._clock())) is not None:
            raise CommandError(obstacle)

    async def _send(self, command: Command, *, is_shown: bool) -> PendingCommand:
        """Send a command; one without a response may have arrived, so it is tracked as well."""
        port = self._port
        pending = PendingCommand(command=command, vehicle=port.vehicle, before=port.data, sent_at=self._clock())
        try:
            await command.send(self._cloud, port.vehicle.vin, pending.before)
        except CloudError as err:
            if isinstance(err, ConnectionFailedError) and not err.unsent:
                self._track(pending, CommandStatus.UNANSWERED, is_shown=is_shown)
            else:
                port.publish(pending.fail(err, self._clock()))
            raise _not_accepted(err, is_shown=is_shown) from err
        self._track(pending, CommandStatus.ACCEPTED, is_shown=is_shown)
        return pending

    def _track(self, pending: PendingCommand, status: CommandStatus, *, is_shown: bool) -> None:
        """Track a command; one whose effect the cloud never shows is settled at once."""
        now, port = self._clock(), self._port
        if not is_shown:
            port.publish(pending.update(CommandOutcome(status, CommandReason.UNCONFIRMABLE), now))
            return
        for result in self.tracker.add(pending, now):
            port.publish(result)
        if (wanted := pending.command.wanted_schedule(pending.before)) is not None:
            port.remember_wanted_schedule(wanted)
        port.publish_pending(pending.update(CommandOutcome(status), now))


def command_allowance(account: Account) -> float | None:
    """Return how many requests a command and its repetition may take for each car; None without a request limit."""
    return None if account.reads_an_hour is None else account.reserve / max(1, len(account.vehicles))


def command_poll_interval(allowance: float | None, requests: int) -> timedelta:
    """Return the interval of polls that take so many requests each; one of them is at the end of the response time."""
    if allowance is None:
        return COMMAND_POLL_INTERVAL
    polls = int((allowance - _COMMANDS) / (_RESPONSE_TIMES * max(1, requests)))
    return RESPONSE_TIME / min(max(polls, 1), RESPONSE_TIME // COMMAND_POLL_INTERVAL)


def until_command_poll(since: timedelta, interval: timedelta, allowance: float | None) -> timedelta:
    """Return how long to wait until the next poll for a command that was sent `since` ago."""
    return interval if allowance is None else interval - since % interval + _TIMER_MARGIN
