"""The week of charging in a car, and our copy of it, which outlives the car's."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from ..exceptions import RejectedError, UnsupportedError
from ..models import ChargeSchedule
from . import decode
from .abilities import CALENDAR, MODE, SETTINGS
from .cars import Car
from .memory import Copy, Memory
from .programs import Programs, ScheduleClock, Week, switched_off

SET_SCHEDULE = "actions/charge-schedule"
SET_MODE = "actions/charge-mode"
_HEEDED = "schedule_mode"
_NOT_HEEDED = "always_charging"

# Until the car must have taken over what it was sent, what it shows is no news.
_SETTLING = timedelta(minutes=15)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Held:
    """What a car says it holds, its week still told by its own clock."""

    heeded: bool | None
    week: Week

    @property
    def forgotten(self) -> bool:
        """Tell whether the car shows no week because it heeds none."""
        return not self.week and self.heeded is False


@dataclass(kw_only=True)
class Weeks:
    """The weeks of an account's cars."""

    memory: Memory

    async def schedule(self, car: Car) -> ChargeSchedule:
        """Return the week a car holds, or our copy of it while the car shows none because it does not heed it.

        Sent again first where the clocks have moved a week of ours; it is unsettled until the car shows it so.
        """
        held = await self._held(car)
        await self._keep(car, held)
        copy = self.memory.copies.get(car.vin)
        moving = _moving(copy, held)
        ours = moving or held.forgotten or (copy is not None and _holds(held, copy.sent))
        windows = copy.windows if copy is not None and ours else car.dial().local(held.week)
        return ChargeSchedule(enabled=held.heeded, windows=windows, unsettled=moving)

    async def schedule_by(self, car: Car, clock: ScheduleClock) -> ChargeSchedule:
        """Return the week a car holds if it went by a clock."""
        held = await self._held(car)
        copy = self.memory.copies.get(car.vin)
        windows = copy.windows if copy is not None and held.forgotten else car.dial(clock).local(held.week)
        return ChargeSchedule(enabled=held.heeded, windows=windows)

    async def send(self, car: Car, windows: Week) -> None:
        """Give a car a week and let it heed it; UnsupportedError, which names the limit, for one it does not take."""
        _supported(car)
        sent = car.dial().packed(windows, car.abilities.limits)
        await self._send(car, Copy(windows=tuple(sorted(set(windows))), sent=sent))
        try:
            await car.act(SET_MODE, {"action": _HEEDED})
        except RejectedError, UnsupportedError:
            # Not proven on the second generation, whose programs say themselves that they count.
            if car.first:
                raise

    async def disable(self, car: Car) -> None:
        """Let a car charge whenever it is plugged in."""
        _supported(car)
        await self._remember(car)
        try:
            await car.act(SET_MODE, {"action": _NOT_HEEDED})
        except RejectedError, UnsupportedError:
            copy = self.memory.copies.get(car.vin)
            if car.first or copy is None:
                raise
            programs = car.dial().packed(copy.windows, car.abilities.limits)
            await car.act(SET_SCHEDULE, {"schedules": switched_off(programs)})

    async def _held(self, car: Car) -> _Held:
        """Read what a car holds."""
        if car.first:
            heeded = decode.scheduled(await car.content(MODE))
            return _Held(heeded=heeded, week=decode.calendar(await car.content(CALENDAR), heeded=heeded))
        settings = await car.content(SETTINGS)
        return _Held(heeded=decode.scheduled(settings), week=decode.program_week(settings.get("schedules")))

    async def _keep(self, car: Car, held: _Held) -> None:
        """Bring our copy up to date, or the car where it is our week and only the clocks have changed."""
        copy = self.memory.copies.get(car.vin)
        if copy is not None and _holds(held, copy.sent):
            sent = car.dial().packed(copy.windows, car.abilities.limits)
            if held.heeded and sent != copy.sent:
                await self._send(car, Copy(windows=copy.windows, sent=sent, replaced=copy.sent))
        elif held.week and not (copy is not None and _settling(copy)):
            self.memory.keep_copy(car.vin, Copy(windows=car.dial().local(held.week)))

    async def _remember(self, car: Car) -> None:
        """Read the week before it is forgotten, unless we have it already."""
        if car.vin not in self.memory.copies:
            await self.schedule(car)

    async def _send(self, car: Car, copy: Copy) -> None:
        """Send programs, which replace all the car holds, and keep them."""
        await car.act(SET_SCHEDULE, {"schedules": copy.sent})
        self.memory.keep_copy(car.vin, replace(copy, sent_at=datetime.now(UTC)))


def _holds(held: _Held, sent: Programs | None) -> bool:
    """Tell whether a car holds what it was sent."""
    return sent is not None and held.week == decode.program_week(sent)


def _settling(copy: Copy) -> bool:
    """Tell whether the car may still show what it held before."""
    return copy.sent_at is not None and datetime.now(UTC) - copy.sent_at < _SETTLING


def _moving(copy: Copy | None, held: _Held) -> bool:
    """Tell whether a week of ours that was sent again for the clocks' sake is still on its way."""
    return copy is not None and _settling(copy) and _holds(held, copy.replaced)


def _supported(car: Car) -> None:
    """Raise UnsupportedError for a car whose week cannot be written."""
    needed: Any = (MODE, CALENDAR) if car.first else (SETTINGS,)
    if not all(map(car.abilities.has, needed)):
        raise UnsupportedError("This car's cloud cannot set a charge schedule")
