"""A clock that jumps from timer to timer, so that a day of Home Assistant takes seconds.

Home Assistant, both integrations, and the event loop read it. It costs next to nothing: unlike with freezegun, dates
stay plain `datetime` objects, whose arithmetic would otherwise be slower for the integration that does more of it.
"""

import asyncio
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, tzinfo
from importlib import import_module
import inspect
import pkgutil
import sys
import time
from types import ModuleType
from typing import Any, override

from homeassistant.util import dt as dt_util
from homeassistant.util.async_ import get_scheduled_timer_handles

PACKAGES = ("custom_components.renault_ze", "homeassistant.components.renault", "renault_api")
READERS = ("custom_components.renault_ze", "homeassistant", "renault_api", "jwt", "aiohttp")
# A timer that Home Assistant finds early by a rounding error is set again.
LATE_SECONDS = 0.001


class _DatetimeMeta(type):
    @override
    def __instancecheck__(cls, instance: object) -> bool:
        """Return whether it is a datetime of any kind."""
        return isinstance(instance, datetime)


class SimulatedClock:
    """The time of this process once it is installed; it stands still until it is moved."""

    def __init__(self, start: datetime) -> None:
        """Start at an aware instant."""
        self._seconds = start.timestamp()

    def time(self) -> float:
        """Return the seconds since the epoch."""
        return self._seconds

    def now(self, zone: tzinfo | None = None) -> datetime:
        """Return the instant as `datetime.now` does."""
        return datetime.fromtimestamp(self._seconds, zone)

    def utcnow(self) -> datetime:
        """Return the instant in UTC."""
        return datetime.fromtimestamp(self._seconds, UTC)

    def home_now(self, time_zone: tzinfo | None = None) -> datetime:
        """Return the instant in the time zone of Home Assistant."""
        return self.now(time_zone or dt_util.get_default_time_zone())

    def move_to(self, seconds: float) -> None:
        """Move forward to a moment since the epoch; timers that are due run in the next turn of the event loop."""
        self._seconds = max(self._seconds, seconds)

    def next_timer(self, until: float, step: float) -> float:
        """Return when the next timer of the event loop is due: not before a step is over, nor after `until`."""
        handles = get_scheduled_timer_handles(asyncio.get_running_loop())
        due = min((each.when() for each in handles if not each.cancelled()), default=until)
        return min(max(due + LATE_SECONDS, self._seconds + step), until)

    def install(self) -> None:
        """Let everything in this process read this clock, for good."""
        import_all()
        replacements: dict[int, tuple[object, object]] = {
            id(real): (real, simulated)
            for real, simulated in (
                (time.time, self.time),
                (time.monotonic, self.time),
                (dt_util.utcnow, self.utcnow),
                (dt_util.now, self.home_now),
            )
        }
        shown = _datetime_of(self.now)
        for module in [time, *_readers()]:
            for name, value in list(vars(module).items()):
                if (found := replacements.get(id(value))) and found[0] is value:
                    setattr(module, name, found[1])
                elif value is datetime and _asks_datetime(module):
                    setattr(module, name, shown)


def import_all() -> None:
    """Import every module of both integrations, so that none is imported while something is measured."""
    for name in PACKAGES:
        package = import_module(name)
        for each in pkgutil.walk_packages(package.__path__, f"{name}."):
            if ".cli" not in each.name:
                import_module(each.name)


def _readers() -> Iterator[ModuleType]:
    """Yield the modules whose clock is replaced."""
    for name, module in list(sys.modules.items()):
        if name.startswith(READERS) and isinstance(module, ModuleType):
            yield module


def _asks_datetime(module: ModuleType) -> bool:
    """Return whether a module asks `datetime` itself for the time; the others keep the plain class."""
    ours = not module.__name__.startswith("homeassistant") or module.__name__.startswith(PACKAGES)
    return ours and "datetime.now(" in inspect.getsource(module)


def _datetime_of(now: Callable[[tzinfo | None], datetime]) -> type:
    """Return a stand-in for `datetime` whose objects are plain ones."""

    def shown(_: type, tz: tzinfo | None = None) -> datetime:
        """Return the time of the simulated clock."""
        return now(tz)

    def new(_: type, *parts: Any, **named: Any) -> datetime:
        """Return a plain datetime."""
        return datetime(*parts, **named)  # noqa: DTZ001

    members = {"__new__": new, "now": classmethod(shown)}
    return _DatetimeMeta("datetime", (datetime,), members)
