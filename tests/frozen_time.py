"""Frozen time at a lower cost: tests ask for it hundreds of thousands of times, and freeze it thousands of times."""

import asyncio
from types import ModuleType

from freezegun import api
from pytest_homeassistant_custom_component import patch_time


def module_version(module: ModuleType) -> tuple[int, int]:
    """Return what changes when a module gets an attribute that may have to be frozen."""
    # The plugin's own hashes the names of all attributes of all modules at each freeze.
    return id(module), len(getattr(module, "__dict__", ()))


def use_fast_time() -> None:
    """Freeze the modules that Home Assistant's plugin would freeze, in half of the time."""
    patch_time.ha_get_module_attributes_hash = module_version


class LoopTime:
    """The frozen time for an event loop, which asks for it before and after each callback; without one, the real time.

    The loop's own asks freezegun, which first searches the call stack, and calculates the same seconds again.
    """

    def __init__(self) -> None:
        """Calculate nothing yet."""
        self._at: object = None
        self._seconds = 0.0

    def __call__(self) -> float:
        """Return the seconds of `time.monotonic`."""
        try:
            at = api.freeze_factories[-1]()
        except IndexError:
            return api.real_monotonic()
        if at is not self._at:
            self._seconds, self._at = api._get_fake_monotonic(), at
        return self._seconds

    @classmethod
    def install(cls, loop: asyncio.AbstractEventLoop) -> None:
        """Give a loop this time."""
        loop.time = cls()
