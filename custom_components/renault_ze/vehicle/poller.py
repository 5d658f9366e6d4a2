"""When and what to poll, and what was said of parts that failed."""

from collections.abc import Mapping
from datetime import datetime, timedelta
import logging
from typing import Any

from ..cloud.exceptions import CloudError
from ..cloud.models import Part
from ..cloud.schedule import Wait
from . import update
from .state import VehicleState
from .tracker import COMMAND_POLL_INTERVAL

_LOGGER = logging.getLogger(__name__)


class Complaints:
    """The parts that failed when they were last asked for."""

    def __init__(self) -> None:
        """Begin without any."""
        self._failing: set[Part] = set()

    def note(self, answers: Mapping[Part, Any]) -> None:
        """Say what has changed; of a part that was not asked for, nothing is known."""
        errors = {part: answer for part, answer in answers.items() if isinstance(answer, CloudError)}
        for part in errors.keys() - self._failing:
            _LOGGER.warning("Cannot read the %s: %s", part, errors[part])
        for part in (self._failing & answers.keys()) - errors.keys():
            _LOGGER.info("Reading the %s again", part)
        self._failing = (self._failing - answers.keys()) | errors.keys()


class Pace:
    """The regular polls of a vehicle; a look at a command between two of them does not put the next one off."""

    def __init__(self, base: timedelta) -> None:
        """Begin with the interval that the owner chose."""
        self.base = base
        self._turn = 1.0
        self._polled = True
        self._next: Wait | None = None

    def take_turn(self, number: int, of_all: int) -> None:
        """Wait for the second poll so much of an interval that the vehicles of an account come one after the other."""
        self._turn = number / of_all

    def note_poll(self) -> None:
        """Begin another interval."""
        self._polled = True

    def until_poll(self, state: VehicleState, least: timedelta, now: datetime) -> timedelta:
        """Return how long to wait until the next poll, which an account allows no more often than each `least`."""
        if state.charge.lookups:
            return max(COMMAND_POLL_INTERVAL, least / 10)
        if self._polled:
            share, self._turn, self._polled = self._turn, 1.0, False
            span = max(update.poll_interval(state, self.base), least) * share
            self._next = Wait(now, span)
            return span
        return COMMAND_POLL_INTERVAL if self._next is None else max(self._next.left(now), COMMAND_POLL_INTERVAL)
