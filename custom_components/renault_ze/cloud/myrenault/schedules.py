"""The week of charging in a car, and our copy of it, which outlives the car's."""

from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from .. import redaction
from ..exceptions import CloudError, ConnectionFailedError, RejectedError, UnsupportedError
from ..models import Capability, ChargeSchedule
from . import decode
from .capabilities import BATTERY, CALENDAR, MODE, SET_MODE, SET_SCHEDULE, SETTINGS
from .programs import Programs, ScheduleClock, Week, switched_off
from .storage import Copy, Memory
from .vehicle import Car

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

    @property
    def _now(self) -> datetime:
        """Return the time."""
        return self.memory.clock.now()

    async def schedule(self, car: Car) -> ChargeSchedule:
        """Return the week a car holds, or our copy of it while the car shows none because it does not heed it.

        Sent again first where the clocks have moved a week of ours, or a charge at once has made the car forget it; it
        is unsettled until the car shows it so.
        """
        self.memory.put_right(car.vin)
        held = await self._held(car)
        if held.forgotten and (copy := await self._aside(car)) is not None:
            return ChargeSchedule(enabled=True, windows=copy.windows, unsettled=True)
        ours = await self._ours(car, held)
        windows = car.dial().local(held.week) if ours is None else ours
        return ChargeSchedule(
            enabled=held.heeded, windows=windows, unsettled=_moving(self.memory.copies.get(car.vin), held, self._now)
        )

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
        except ConnectionFailedError as err:
            # The week itself has left.
            err.unsent = False
            raise

    async def set_aside(self, car: Car) -> None:
        """Keep in mind that a car which is about to charge at once is to have the week it heeds back."""
        if car.first or Capability.CHARGE_SCHEDULE not in car.abilities.capabilities:
            return
        # What cannot be read now may not come back by itself, but the charge matters more.
        with suppress(CloudError):
            heeded = (await self.schedule(car)).enabled
            copy = self.memory.copies.get(car.vin)
            if heeded and copy is not None:
                self.memory.keep_copy(car.vin, replace(copy, aside_since=self._now))
                await self.memory.write()

    async def disable(self, car: Car) -> None:
        """Let a car charge whenever it is plugged in."""
        _supported(car)
        await self._remember(car)
        self._give_up(car)
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

    async def _aside(self, car: Car) -> Copy | None:
        """Return the week that a car is to have back, sent if it charges no more; None where there is none such."""
        copy = self.memory.copies.get(car.vin)
        if copy is None or copy.aside_since is None:
            return None
        if _settling(copy, self._now) or _lately(copy.aside_since, self._now):
            return copy
        report = decode.battery(await car.content(BATTERY), first=car.first)
        if report is None or report.charging is not False:
            return copy
        if copy.sent_at is not None and copy.sent_at > copy.aside_since:
            # It was sent, and the car does not show it: that is for its owner to know.
            self._give_up(car)
            return None
        return await self._brought_back(car, copy)

    async def _brought_back(self, car: Car, copy: Copy) -> Copy | None:
        """Send a week that was set aside; None where that cannot be done."""
        try:
            await self.send(car, copy.windows)
        except RejectedError, UnsupportedError:
            redaction.note("A charge schedule could not be sent again after a charge at once")
            self._give_up(car)
            return None
        sent = replace(self.memory.copies[car.vin], aside_since=copy.aside_since)
        self.memory.keep_copy(car.vin, sent)
        return sent

    def _give_up(self, car: Car) -> None:
        """Have no week in mind any more that a car is to have back."""
        if (copy := self.memory.copies.get(car.vin)) is not None:
            self.memory.keep_copy(car.vin, replace(copy, aside_since=None))

    async def _ours(self, car: Car, held: _Held) -> Week | None:
        """Return the week by our copy, sent again if need be; None where the car's is another, which is copied."""
        copy = self._copy(car, held)
        if copy is not None and copy.aside_since is not None and not _lately(copy.aside_since, self._now):
            # It is back, or was never gone.
            copy = replace(copy, aside_since=None)
            self.memory.keep_copy(car.vin, copy)
        if copy is not None and _holds(held, copy.sent):
            right = not held.heeded or await self._moved(car, copy)
            return copy.windows if right else None
        if copy is not None and (held.forgotten or _moving(copy, held, self._now)):
            return copy.windows
        if held.week and not (copy is not None and _settling(copy, self._now)):
            aside_since = None if copy is None else copy.aside_since
            self.memory.keep_copy(car.vin, Copy(windows=car.dial().local(held.week), aside_since=aside_since))
        return None

    def _copy(self, car: Car, held: _Held) -> Copy | None:
        """Return our copy, which is the week that was sent without an answer if it has arrived after all."""
        unanswered = self.memory.unanswered.get(car.vin)
        if unanswered is not None and _holds(held, unanswered.sent):
            self.memory.keep_copy(car.vin, unanswered)
        return self.memory.copies.get(car.vin)

    async def _moved(self, car: Car, copy: Copy) -> bool:
        """Send a week of ours again where the clocks have moved it; tell whether that, if needed, could be done."""
        try:
            sent = car.dial().packed(copy.windows, car.abilities.limits)
            if sent != copy.sent:
                await self._send(car, Copy(windows=copy.windows, sent=sent, replaced=copy.sent))
        except RejectedError, UnsupportedError:
            redaction.note("A charge schedule could not be sent again after the clocks have changed")
            return False
        return True

    async def _remember(self, car: Car) -> None:
        """Read the week before it is forgotten, unless we have it already."""
        if car.vin not in self.memory.copies:
            await self.schedule(car)
            await self.memory.write()

    async def _send(self, car: Car, copy: Copy) -> None:
        """Send programs, which replace all the car holds, and keep them; they may arrive before that is known."""
        sent, before = replace(copy, sent_at=self._now), self.memory.unanswered.get(car.vin)
        self.memory.keep_unanswered(car.vin, sent)
        await self.memory.write()
        try:
            await car.act(SET_SCHEDULE, {"schedules": copy.sent})
        except CloudError as err:
            if not isinstance(err, ConnectionFailedError) or err.unsent:
                self.memory.keep_unanswered(car.vin, before)
            raise
        self.memory.keep_copy(car.vin, sent)


def _holds(held: _Held, sent: Programs | None) -> bool:
    """Tell whether a car holds what it was sent."""
    return sent is not None and held.week == decode.program_week(sent)


def _settling(copy: Copy, now: datetime) -> bool:
    """Tell whether the car may still show what it held before."""
    return copy.sent_at is not None and _lately(copy.sent_at, now)


def _lately(at: datetime, now: datetime) -> bool:
    """Tell whether the car may not show yet what it was told then."""
    return now - at < _SETTLING


def _moving(copy: Copy | None, held: _Held, now: datetime) -> bool:
    """Tell whether a week of ours that was sent again for the clocks' sake is still on its way."""
    return copy is not None and _settling(copy, now) and _holds(held, copy.replaced)


def _supported(car: Car) -> None:
    """Raise UnsupportedError for a car whose week cannot be written."""
    if Capability.CHARGE_SCHEDULE not in car.abilities.capabilities:
        raise UnsupportedError("This car's cloud cannot set a charge schedule")
