"""Equal commands given at the same moment: one is sent, and all who gave it learn what came of it."""

import asyncio
from collections.abc import Callable, Coroutine, Hashable
from typing import Any

from .cloud.orders import CommandKind
from .commands import Order


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
