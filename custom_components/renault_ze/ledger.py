"""The orders under way to a vehicle, each followed until its fate is known."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from . import watch
from .cloud.models import Part, Vehicle
from .cloud.orders import RESPONSE_TIME, Command, CommandKind, CommandReason, CommandStatus
from .cloud.state import VehicleState
from .commands import Fate, Order
from .const import CLOCKS_APART
from .freshness import by_now
from .parts import READINGS


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
        every = watch.interval(allowed, sum(vehicle.requests.get(part, 1) for part in able))
        return min(watch.wait(now - dispatch.sent_at, every, allowed) for dispatch in self._open.values())

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
