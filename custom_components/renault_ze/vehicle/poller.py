"""When to poll a vehicle, and the log of parts that cannot be read."""

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


class FailureLog:
    """Logs once when a part cannot be read, and once when it can be read again."""

    def __init__(self) -> None:
        """Start without failures."""
        self._failing: set[Part] = set()

    def update(self, responses: Mapping[Part, Any]) -> None:
        """Log what has changed for the parts that were read."""
        errors = {part: response for part, response in responses.items() if isinstance(response, CloudError)}
        for part in errors.keys() - self._failing:
            _LOGGER.warning("Cannot read the %s: %s", part, errors[part])
        for part in (self._failing & responses.keys()) - errors.keys():
            _LOGGER.info("Reading the %s again", part)
        self._failing = (self._failing - responses.keys()) | errors.keys()


class PollTimer:
    """When the next regular poll of a vehicle is due; polls for a command in between do not postpone it."""

    def __init__(self, interval: timedelta) -> None:
        """Start with the update interval the user chose."""
        self.interval = interval
        self._share = 1.0
        self._is_polled = True
        self._next: Wait | None = None

    def stagger(self, number: int, count: int) -> None:
        """Shorten the first interval so that the polls of an account's vehicles are spread evenly."""
        self._share = number / count

    def start_interval(self) -> None:
        """Start the next interval: the vehicle is being polled."""
        self._is_polled = True

    def until_poll(self, state: VehicleState, least: timedelta, now: datetime) -> timedelta:
        """Return how long to wait until the next poll; `least` is the account's shortest interval."""
        if state.charge.lookups:
            return max(COMMAND_POLL_INTERVAL, least / 10)
        if self._is_polled:
            span = max(update.poll_interval(state, self.interval), least) * self._share
            self._share, self._is_polled, self._next = 1.0, False, Wait(now, span)
            return span
        return COMMAND_POLL_INTERVAL if self._next is None else max(self._next.left(now), COMMAND_POLL_INTERVAL)
