"""Send commands to a vehicle, each once, and follow them until their result is known."""

import asyncio
from collections.abc import Callable, Coroutine, Hashable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final, Protocol

from ..cloud.exceptions import AuthenticationError, CloudError, ConnectionFailedError, SparedError
from ..cloud.models import RESPONSE_TIME, Account, ChargeSchedule, CommandKind, Part, Vehicle
from ..cloud.protocol import Cloud
from .commands import CommandError, Fate, Order, not_accepted, reason_of
from .reading import READINGS
from .state import CLOCKS_APART, Command, CommandReason, CommandStatus, VehicleState
from .update import Answers, by_now

# A timer may fire so much too early.
_LATE = timedelta(seconds=1)
# A command and its repetition, and the looks of both as a multiple of those in the time to respond.
_COMMANDS = 2
_SPANS = 3
# An order is looked after this often, and given up after this long: the car is reached by SMS, which takes minutes.
WATCH_INTERVAL: Final = timedelta(seconds=30)
COMMAND_TIMEOUT: Final = timedelta(minutes=10)


@dataclass(kw_only=True)
class Dispatch:
    """An order, the state it was based on, and how far it has come."""

    order: Order
    before: VehicleState
    sent_at: datetime
    command: Command = field(init=False)
    _settled: asyncio.Event = field(default_factory=asyncio.Event)

    def become(self, fate: Fate, now: datetime) -> Command:
        """Return the order with what became of it."""
        fresh = Command(kind=self.order.kind, status=fate.status, reason=fate.reason, sent_at=self.sent_at)
        self.command = replace(fresh, settled_at=now) if fresh.settled else fresh
        if fresh.settled:
            self.leave()
        return self.command

    async def fate(self) -> Command:
        """Return what became of the order once that is known, or nobody follows it any more."""
        await self._settled.wait()
        return self.command

    def leave(self) -> None:
        """Let nobody wait any longer."""
        self._settled.set()

    def verdict(self, state: VehicleState, now: datetime, patience: timedelta) -> Fate | None:
        """Return what a state tells of the order, None while there is still time to wait."""
        fate = self.order.verdict(self.before, state, self.sent_at - CLOCKS_APART)
        if fate is not None or now - self.sent_at < patience:
            return fate
        reason = CommandReason.UNOBSERVED if self.is_unread(state) else self.order.excuse(state)
        return Fate(CommandStatus.TIMED_OUT, reason)

    def is_unread(self, state: VehicleState) -> bool:
        """Tell whether nothing that shows an effect was read since the car has had the time to respond."""
        late = self.sent_at + RESPONSE_TIME
        return not any(part in state.read_at and state.read_at[part] >= late for part in self.order.watch)


class Ledger:
    """What was sent and not settled yet, at most one order of a kind."""

    def __init__(self) -> None:
        """Begin with nothing under way."""
        self._open: dict[CommandKind, Dispatch] = {}

    def __bool__(self) -> bool:
        """Tell whether any order is under way."""
        return bool(self._open)

    @property
    def watched(self) -> set[Part]:
        """Return the parts of the state that orders wait to see changed."""
        return {part for dispatch in self._open.values() for part in dispatch.order.watch}

    def is_unread(self, state: VehicleState) -> bool:
        """Tell whether an order was not looked after yet once its car had the time to respond."""
        return any(dispatch.is_unread(state) for dispatch in self._open.values())

    def until_look(self, vehicle: Vehicle, allowed: float | None, now: datetime) -> timedelta:
        """Return how long to wait until one of the orders is looked after again, with so many requests for each car."""
        able = {part for part in self.watched if READINGS[part].capability in vehicle.capabilities}
        every = watch_interval(allowed, sum(vehicle.requests.get(part, 1) for part in able))
        return min(watch_wait(now - dispatch.sent_at, every, allowed) for dispatch in self._open.values())

    def repeats(self, order: Order) -> bool:
        """Tell whether an order would be given twice: one of its kind is under way, and it is not a newer version."""
        return order.kind in self._open and order.kind not in order.replaces

    def follow(self, dispatch: Dispatch, now: datetime) -> Iterator[Command]:
        """Begin to look for an order's effect; yield those it makes obsolete as they end."""
        for kind in dispatch.order.replaces & self._open.keys():
            yield self._open.pop(kind).become(Fate(CommandStatus.FAILED, CommandReason.SUPERSEDED), now)
        self._open[dispatch.order.kind] = dispatch

    def judge(self, state: VehicleState, now: datetime, patience: timedelta) -> Iterator[Command]:
        """Yield the orders whose fate a state tells, and those that waited too long, as they end."""
        for kind, dispatch in tuple(self._open.items()):
            dispatch.sent_at = by_now(dispatch.sent_at, now)
            if (fate := dispatch.verdict(state, now, patience)) is not None:
                yield self._open.pop(kind).become(fate, now)

    def close(self) -> None:
        """Let nobody wait any longer."""
        for dispatch in self._open.values():
            dispatch.leave()


class Sharing[T]:
    """The commands being sent now, each with what it brings to whoever waits for it."""

    def __init__(self, begin: Callable[[Coroutine[Any, Any, T]], asyncio.Task[T]]) -> None:
        """Begin with none; `begin` starts a task that goes on when those who wait are gone."""
        self._begin = begin
        self._tasks: dict[tuple[CommandKind, Hashable], asyncio.Task[T]] = {}

    async def send(self, order: Order, send: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """Send a command, unless an equal one is being sent; return or raise what came of it."""
        # What this one makes obsolete must be sent again by whoever wants it after all.
        mine = order.kind, order.key
        self._tasks = {key: task for key, task in self._tasks.items() if key == mine or key[0] not in order.replaces}
        task = self._tasks.get(mine)
        if task is None or task.done() or order.key is None:
            task = self._tasks[mine] = self._begin(send())
            task.add_done_callback(_retrieved)
        await asyncio.wait([task])
        return task.result()


def _retrieved(task: asyncio.Task[Any]) -> None:
    """Let nobody miss an error whose last reader is gone."""
    if not task.cancelled():
        task.exception()


def allowance(account: Account) -> float | None:
    """Return how many requests a command and its repetition may take for each car; None without a request limit."""
    return None if account.reads_an_hour is None else account.reserve / max(1, len(account.vehicles))


def watch_interval(allowed: float | None, requests: int) -> timedelta:
    """Return how far apart the looks of so many requests are; one is always at the end of the time to respond."""
    if allowed is None:
        return WATCH_INTERVAL
    looks = int((allowed - _COMMANDS) / (_SPANS * max(1, requests)))
    return RESPONSE_TIME / min(max(looks, 1), RESPONSE_TIME // WATCH_INTERVAL)


def watch_wait(since: timedelta, every: timedelta, allowed: float | None) -> timedelta:
    """Return how long to wait until the next look at a command that was sent so long ago."""
    return every if allowed is None else every - since % every + _LATE


class Car(Protocol):
    """What is known of the vehicle, and who has to know of a command."""

    data: VehicleState
    vehicle: Vehicle

    async def look_before_command(self, order: Order, parts: Iterable[Part]) -> Answers:
        """Read parts before a command is sent."""

    async def look_after_command(self) -> None:
        """Look at the car where that costs nothing."""

    def follow_command(self) -> None:
        """Poll again when the effect of a command that was just sent can be seen."""

    def publish(self, command: Command) -> None:
        """Show how far a command has come."""

    def want(self, schedule: ChargeSchedule) -> None:
        """Keep the schedule that the car is meant to hold."""


class Sender:
    """The commands to one vehicle; equal ones given at the same moment are sent once."""

    def __init__(
        self,
        cloud: Cloud,
        car: Car,
        clock: Callable[[], datetime],
        begin: Callable[[Coroutine[Any, Any, Dispatch]], asyncio.Task[Dispatch]],
    ) -> None:
        """Begin with nothing under way; `begin` starts a task that goes on when those who wait are gone."""
        self._cloud = cloud
        self._car = car
        self._clock = clock
        self._sending = asyncio.Lock()
        self._sharing = Sharing[Dispatch](begin)
        self.ledger = Ledger()

    def close(self) -> None:
        """Let nobody wait for a command that is no longer followed."""
        self.ledger.close()

    async def send(self, order: Order) -> Dispatch:
        """Send a command, unless an equal one is being sent; raise `CloudError` or `CommandError` if not accepted."""
        order = replace(order, watch=tuple(filter(self._car.vehicle.shows, order.watch)))
        return await self._sharing.send(order, lambda: self._give(order))

    async def _give(self, order: Order) -> Dispatch:
        """Send a command, if nothing speaks against it, and look at the car where that costs nothing."""
        shown = order.kind not in self._car.vehicle.unconfirmed
        async with self._sending:
            if self.ledger.repeats(order):
                raise CommandError("still_waiting")
            await self._check(order, order.watch if shown else ())
            dispatch = await self._send(order)
        if shown:
            await self._car.look_after_command()
        return dispatch

    async def _check(self, order: Order, parts: Iterable[Part]) -> None:
        """Read what a command is about; raise what speaks against it."""
        answers = await self._car.look_before_command(order, parts)
        errors = [answer for answer in answers.values() if isinstance(answer, CloudError)]
        for err in errors:
            if order.changes or isinstance(err, AuthenticationError):
                raise err
        # What is known from long ago keeps nobody from a command.
        asked = all(isinstance(err, SparedError) for err in errors)
        if asked and (objection := order.objection(self._car.data, self._clock())) is not None:
            raise CommandError(objection)

    async def _send(self, order: Order) -> Dispatch:
        """Send a command; one whose response was lost may have arrived, so it is followed like any other that left."""
        dispatch = Dispatch(order=order, before=self._car.data, sent_at=self._clock())
        try:
            await order.send(self._cloud, self._car.vehicle.vin, dispatch.before)
        except CloudError as err:
            if isinstance(err, ConnectionFailedError) and not err.unsent:
                self._follow(dispatch, CommandStatus.UNANSWERED)
            else:
                self._car.publish(dispatch.become(Fate(CommandStatus.FAILED, reason_of(err)), self._clock()))
            raise not_accepted(err, is_shown=order.kind not in self._car.vehicle.unconfirmed) from err
        self._follow(dispatch, CommandStatus.ACCEPTED)
        return dispatch

    def _follow(self, dispatch: Dispatch, status: CommandStatus) -> None:
        """Begin to look for a command's effect; one that the cloud never shows is at its end."""
        now, order = self._clock(), dispatch.order
        if order.kind in self._car.vehicle.unconfirmed:
            self._car.publish(dispatch.become(Fate(status, CommandReason.UNCONFIRMABLE), now))
            return
        for command in self.ledger.follow(dispatch, now):
            self._car.publish(command)
        if order.wants is not None:
            self._car.want(order.wants(dispatch.before))
        self._car.publish(dispatch.become(Fate(status), now))
        self._car.follow_command()
