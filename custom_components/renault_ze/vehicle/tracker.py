"""Track the commands of a vehicle until their outcome is known."""

import asyncio
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from ..cloud.exceptions import BusyError
from ..cloud.models import RESPONSE_TIME, Account, CommandKind, Part, Vehicle
from .command import Command
from .reading import READERS
from .results import CommandOutcome, CommandReason, CommandResult, CommandStatus
from .state import CLOCK_TOLERANCE, VehicleState
from .update import without_future_time

# A timer may fire this much too early.
_TIMER_MARGIN = timedelta(seconds=1)
# A command may be repeated once, and both are polled for three times the response time.
_COMMANDS = 2
_RESPONSE_TIMES = 3
# The car is reached by SMS, which takes minutes.
COMMAND_POLL_INTERVAL: Final = timedelta(seconds=30)
COMMAND_TIMEOUT: Final = timedelta(minutes=10)
# How long a car is watched after a command over one of several routes, and how often it is read then.
ROUTE_TIME: Final = timedelta(minutes=3)
_ROUTE_POLLS = 4
# Most cars respond within these times; a poll sooner shows nothing.
_EARLY = tuple(timedelta(seconds=seconds) for seconds in (30, 60, 90))


@dataclass(kw_only=True)
class PendingCommand:
    """A command to a vehicle, the state just before it was sent, and its result so far.

    It is first sent at `sent_at`, and last over its `route`; `routes` are those not tried yet. `busy` is the error of a
    car that has to be asked again over the same route.
    """

    command: Command
    vehicle: Vehicle
    before: VehicleState
    sent_at: datetime
    routes: tuple[str, ...] = ()
    route: str | None = None
    busy: BusyError | None = None
    result: CommandResult = field(init=False)
    tried_at: datetime = field(init=False)
    _has_reaction: bool = False
    _settled: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        """Watch the car from now on."""
        self.tried_at = self.sent_at

    @property
    def parts(self) -> tuple[Part, ...]:
        """Return the parts in which the vehicle shows the effect."""
        return tuple(filter(self.vehicle.shows, self.command.parts))

    def update(self, outcome: CommandOutcome, now: datetime) -> CommandResult:
        """Set and return the result."""
        result = CommandResult(
            kind=self.command.kind,
            status=outcome.status,
            reason=outcome.reason,
            sent_at=self.sent_at,
            route=self.route,
        )
        self.result = replace(result, settled_at=now) if result.is_settled else result
        if result.is_settled:
            self.release()
        return self.result

    async def wait(self) -> CommandResult:
        """Wait until the command is settled or no longer tracked, and return its result."""
        await self._settled.wait()
        return self.result

    def release(self) -> None:
        """End all waiting for the result."""
        self._settled.set()

    def outcome(self, state: VehicleState, now: datetime, timeout: timedelta) -> CommandOutcome | None:
        """Return the outcome that a state shows, None until it does or the timeout has passed."""
        seen = self._seen(state)
        outcome = None if seen is None else self.command.outcome(self.before, seen, self.sent_at - CLOCK_TOLERANCE)
        if outcome is not None or now - self.sent_at < timeout or self._awaits_last_route(now):
            return outcome
        reason = self._timeout_reason(state)
        is_final = reason is not CommandReason.UNCONFIRMABLE
        return CommandOutcome(CommandStatus.TIMED_OUT if is_final else CommandStatus.ACCEPTED, reason)

    def needs_another_route(self, state: VehicleState) -> bool:
        """Return whether the car was watched long enough over one route without a reaction, and there is another.

        Nothing else must explain the lack of an effect.
        """
        seen = self._seen(state)
        if seen is not None and self.command.has_reaction(self.before, seen):
            self._has_reaction = True
        if not self.routes or self._has_reaction or not self._read_since(self.tried_at + ROUTE_TIME, state):
            return False
        return self.command.timeout_reason(state) is CommandReason.NO_CONFIRMATION

    def until_poll(self, polls: int, now: datetime) -> timedelta:
        """Return how long to wait until the next of so many polls; the last one over a route is when its time ends."""
        since = now - self.tried_at
        if not self.routes:
            return until_command_poll(since, RESPONSE_TIME, polls)
        most = -(-polls * ROUTE_TIME // RESPONSE_TIME)
        return until_command_poll(since, ROUTE_TIME, min(most, _ROUTE_POLLS))

    def correct_times(self, now: datetime) -> None:
        """Correct times that were recorded while the clock was ahead."""
        self.sent_at, self.tried_at = without_future_time(self.sent_at, now), without_future_time(self.tried_at, now)

    def _awaits_last_route(self, now: datetime) -> bool:
        """Return whether the car had no time to respond to the last of several routes."""
        return self.tried_at > self.sent_at and now - self.tried_at < RESPONSE_TIME

    def _timeout_reason(self, state: VehicleState) -> CommandReason:
        """Return the likeliest reason if the effect was not seen in time."""
        if self.busy is not None:
            return CommandReason.SCHEDULE_NOT_ENABLED if self.busy.is_sent else CommandReason.BUSY
        return CommandReason.UNOBSERVED if self.is_unread(state) else self.command.timeout_reason(state)

    def is_unread(self, state: VehicleState) -> bool:
        """Return whether nothing that shows the effect was read since the car had time to respond."""
        return not self._read_since(self.sent_at + RESPONSE_TIME, state)

    def _seen(self, state: VehicleState) -> VehicleState | None:
        """Return a state with only what may show the effect: read since the command; None if nothing was."""
        read = self._read_since(self.sent_at, state)
        return state.without(set(self.command.parts) - read) if read else None

    def _read_since(self, at: datetime, state: VehicleState) -> set[Part]:
        """Return the parts whose values that show the effect were read since an instant."""
        return {part for part in self.parts if state.was_read_since(at, part, self.command.fields.get(part))}


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
        if allowance is None:
            return COMMAND_POLL_INTERVAL
        parts = {part for part in self.parts if READERS[part].capability in vehicle.capabilities}
        polls = command_polls(allowance, sum(vehicle.requests.get(part, 1) for part in parts))
        return min(each.until_poll(polls, now) for each in self._pending.values())

    def to_send(self, state: VehicleState) -> list[PendingCommand]:
        """Return the commands to send again, because the car was busy, or over another route."""
        pending = self._pending.values()
        return [each for each in pending if each.busy is not None or each.needs_another_route(state)]

    def is_tracked(self, pending: PendingCommand) -> bool:
        """Return whether a command is still pending."""
        return self._pending.get(pending.command.kind) is pending

    def of(self, kinds: Iterable[CommandKind]) -> PendingCommand | None:
        """Return the pending command of some kinds."""
        return next((self._pending[kind] for kind in kinds if kind in self._pending), None)

    def is_pending(self, command: Command) -> bool:
        """Return whether another command of its kind is pending that this one does not replace."""
        return command.kind in self._pending and command.kind not in command.replaces

    def add(self, pending: PendingCommand, now: datetime) -> Iterator[CommandResult]:
        """Start tracking a command; yield the results of those it replaces."""
        for kind in pending.command.replaces & self._pending.keys():
            yield self._pending.pop(kind).update(CommandOutcome(CommandStatus.FAILED, CommandReason.SUPERSEDED), now)
        self._pending[pending.command.kind] = pending

    def update(self, pending: PendingCommand, outcome: CommandOutcome, now: datetime) -> CommandResult:
        """Return the result of a pending command, which is no longer tracked if that is final."""
        result = pending.update(outcome, now)
        if result.is_settled:
            del self._pending[result.kind]
        return result

    def settle(self, state: VehicleState, now: datetime, timeout: timedelta) -> Iterator[CommandResult]:
        """Stop tracking commands that a state confirms, that failed, or that timed out; yield their results."""
        for kind, pending in tuple(self._pending.items()):
            pending.correct_times(now)
            if (outcome := pending.outcome(state, now, timeout)) is not None:
                yield self._pending.pop(kind).update(outcome, now)

    def close(self) -> None:
        """End all waiting for results."""
        for pending in self._pending.values():
            pending.release()


def command_allowance(account: Account) -> float | None:
    """Return how many requests a command and its repetition may take for each car; None without a request limit."""
    return None if account.reads_an_hour is None else account.reserve / max(1, len(account.vehicles))


def command_polls(allowance: float, requests: int) -> int:
    """Return how many polls with so many requests each fit into the response time of a command."""
    polls = int((allowance - _COMMANDS) / (_RESPONSE_TIMES * max(1, requests)))
    return min(max(polls, 1), RESPONSE_TIME // COMMAND_POLL_INTERVAL)


def poll_times(span: timedelta, polls: int) -> list[timedelta]:
    """Return when to poll within a span after a command, at last when it ends."""
    early = _EARLY if polls > len(_EARLY) else ()
    begin, left = (early[-1] if early else timedelta()), polls - len(early)
    return [*early, *(begin + (span - begin) * number / left for number in range(1, left + 1))]


def until_command_poll(since: timedelta, span: timedelta, polls: int) -> timedelta:
    """Return the wait until the next poll for a command that was sent `since` ago; after the span, they are regular."""
    interval = span / polls
    later = span + interval * ((since - span) // interval + 1)
    return next((at for at in poll_times(span, polls) if at > since), later) - since + _TIMER_MARGIN
