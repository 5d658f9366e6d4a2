"""The time of a test stands still everywhere, also where it costs less to ask."""

import asyncio
from datetime import UTC, datetime, timedelta
import sys
import time
from types import ModuleType

from freezegun import freeze_time
from freezegun.api import FrozenDateTimeFactory, real_monotonic
import pytest


async def test_loop_has_the_frozen_time(freezer: FrozenDateTimeFactory) -> None:
    """Follow each change of the frozen time."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    assert began == time.monotonic()
    for seconds in (0.25, 60, 86_400):
        freezer.tick(timedelta(seconds=seconds))
        assert loop.time() == time.monotonic()
    assert loop.time() - began == 86_460.25
    freezer.move_to("2026-11-19T06:00:00+00:00")
    assert loop.time() == time.monotonic()


async def test_loop_has_the_real_time() -> None:
    """Continue where no time is frozen, before and after another time was."""
    loop = asyncio.get_running_loop()
    assert abs(loop.time() - real_monotonic()) < 60
    with freeze_time("2026-11-19"):
        assert loop.time() == time.monotonic()
    assert abs(loop.time() - real_monotonic()) < 60


def test_module_that_changed_is_frozen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Freeze what a module has imported since time was frozen before."""
    module = ModuleType("late_module")
    monkeypatch.setitem(sys.modules, module.__name__, module)
    at = datetime(2026, 11, 19, tzinfo=UTC)
    with freeze_time(at):
        pass
    module.now = time.time
    with freeze_time(at):
        assert module.now() == at.timestamp()
    assert module.now is time.time
