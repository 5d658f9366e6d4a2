"""The orders under way to a vehicle, each followed until its fate is known."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime

from .cloud.models import Part, VehicleState
from .cloud.orders import Command, CommandKind, CommandReason, CommandStatus
from .commands import Fate, Order
from .const import COMMAND_TIMEOUT


@dataclass(frozen=True, kw_only=True)
class Dispatch:
    """An order, the state it was based on, and the future of whoever waits for its fate."""

    order: Order
    before: VehicleState
    sent_at: datetime
    settled: asyncio.Future[None] = field(default_factory=lambda: asyncio.get_running_loop().create_future())

    def command(self, fate: Fate, now: datetime) -> Command:
        """Return how far the order has come."""
        command = Command(kind=self.order.kind, status=fate.status, reason=fate.reason, sent_at=self.sent_at)
        return replace(command, settled_at=now) if command.settled else command


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

    def repeats(self, order: Order) -> bool:
        """Tell whether an order would be given twice: one of its kind is under way, and it is not a newer version."""
        return order.kind in self._open and order.kind not in order.replaces

    def follow(self, dispatch: Dispatch, now: datetime) -> Iterator[Command]:
        """Begin to look for an order's effect; yield those it makes obsolete as they end."""
        for kind in dispatch.order.replaces & self._open.keys():
            yield self._settle(kind, Fate(CommandStatus.FAILED, CommandReason.SUPERSEDED), now)
        self._open[dispatch.order.kind] = dispatch

    def judge(self, state: VehicleState, now: datetime) -> Iterator[Command]:
        """Yield the orders whose fate a state tells, and those that waited too long, as they end."""
        for kind, dispatch in tuple(self._open.items()):
            fate = dispatch.order.verdict(dispatch.before, state)
            if fate is None and now - dispatch.sent_at >= COMMAND_TIMEOUT:
                fate = Fate(CommandStatus.TIMED_OUT, dispatch.order.excuse(state))
            if fate is not None:
                yield self._settle(kind, fate, now)

    async def settled(self, kind: CommandKind) -> None:
        """Wait until the fate of an order is known, or nobody follows it any more."""
        if (dispatch := self._open.get(kind)) is not None:
            await asyncio.wait([dispatch.settled])

    def close(self) -> None:
        """Let nobody wait any longer."""
        for dispatch in self._open.values():
            dispatch.settled.cancel()

    def _settle(self, kind: CommandKind, fate: Fate, now: datetime) -> Command:
        """Stop following an order and return how it ended."""
        dispatch = self._open.pop(kind)
        if not dispatch.settled.done():
            dispatch.settled.set_result(None)
        return dispatch.command(fate, now)
