"""When and what to poll, and what was said of parts that failed."""

import asyncio
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
import logging
from typing import Any

from ..cloud.exceptions import AuthenticationError, CloudError, RefusedError
from ..cloud.models import Part, Vehicle
from ..cloud.protocol import Cloud
from ..cloud.schedule import Wait
from . import update
from .backoff import Pause
from .reading import READINGS, good_for, in_turn, regular
from .state import VehicleState
from .tracker import WATCH_INTERVAL

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
            return max(WATCH_INTERVAL, least / 10)
        if self._polled:
            share, self._turn, self._polled = self._turn, 1.0, False
            span = max(update.poll_interval(state, self.base), least) * share
            self._next = Wait(now, span)
            return span
        return WATCH_INTERVAL if self._next is None else max(self._next.left(now), WATCH_INTERVAL)


class Poller:
    """Reads the parts of a vehicle, each failing by itself, and knows when each is due again."""

    def __init__(self, cloud: Cloud, vehicle: Vehicle) -> None:
        """Begin with every part due."""
        self._cloud = cloud
        self._vehicle = vehicle
        self._regular = frozenset(regular(vehicle))
        self._due: dict[Part, Wait] = {}
        self._pause = Pause()
        # The error of the last read, if it was that the credentials are refused.
        self.refusal: AuthenticationError | None = None

    def due(self, state: VehicleState, now: datetime) -> set[Part]:
        """Return the parts to read in a regular poll."""
        # What the car charged lately is shown in its calendar, and tells how fast it charges.
        unread = {Part.CHARGE_HISTORY} - state.read_at.keys()
        due = {part for part in self._regular | unread if part not in self._due or not self._due[part].left(now)}
        return due | update.awaited(state, now)

    def pause(self, now: datetime) -> timedelta:
        """Return how long the cloud still wants to be left alone."""
        return self._pause.left(now)

    def in_turn(self, parts: Iterable[Part], state: VehicleState) -> list[Part]:
        """Return those of some parts that the vehicle has, in the order in which they are read."""
        return in_turn(parts, self._vehicle, state.read_at)

    async def read(self, parts: Collection[Part]) -> dict[Part, Any]:
        """Read parts side by side, and return each one's value or error."""
        answers = await asyncio.gather(*(self._answer(part) for part in parts))
        return dict(zip(parts, answers, strict=True))

    def note(self, answers: Mapping[Part, Any], now: datetime) -> None:
        """Note when each part is due again, and what the cloud asks for.

        A part that failed is due at once, unless it is refused or not read regularly.
        """
        for part, answer in answers.items():
            if not isinstance(answer, CloudError) or isinstance(answer, RefusedError) or part not in self._regular:
                self._due[part] = Wait(now, good_for(part, answer))
        self.refusal = next((each for each in answers.values() if isinstance(each, AuthenticationError)), None)
        self._pause.note(answers.values(), now)

    async def _answer(self, part: Part) -> Any:
        """Return the value of a part, or why it cannot be read."""
        try:
            return await READINGS[part].read(self._cloud, self._vehicle.vin)
        except CloudError as err:
            return err
