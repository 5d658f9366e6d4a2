"""The charge schedule in a car, and our copy of it, which survives when the car loses it."""

from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from .. import redaction
from ..charge_mode import ChargeMode
from ..exceptions import CloudError, ConnectionFailedError, RejectedError, UnsupportedError
from ..models import Capability, ChargeSchedule
from . import decode, decode_schedule
from .capabilities import BATTERY, CALENDAR, MODE, SET_MODE, SET_SCHEDULE, SETTINGS
from .programs import Programs, ScheduleClock, Windows, disabled
from .storage import AccountStorage, ScheduleCopy
from .vehicle import VehicleClient

_ENABLED = "schedule_mode"
_DISABLED = "always_charging"
# Until then the car may still show the schedule of before a command.
_SETTLING = timedelta(minutes=15)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Held:
    """The charge schedule a car reports; its windows are in the clock of the car, `programs` as the car has them."""

    mode: ChargeMode
    windows: Windows
    programs: Programs | None = None

    @property
    def enabled(self) -> bool | None:
        """Return whether the car charges by its schedule, None if something else decides."""
        return None if self.override is not None else self.mode is ChargeMode.SCHEDULED

    @property
    def override(self) -> ChargeMode | None:
        """Return the mode in which something else decides when the car charges."""
        return self.mode if self.mode in {ChargeMode.DELAYED, ChargeMode.DELEGATED} else None

    @property
    def is_lost(self) -> bool:
        """Return whether the car shows no schedule because it does not follow it."""
        return not self.windows and not self.enabled


@dataclass(kw_only=True)
class Schedules:
    """The charge schedules of an account's cars."""

    storage: AccountStorage

    @property
    def _now(self) -> datetime:
        """Return the time."""
        return self.storage.clock.now()

    async def schedule(self, car: VehicleClient) -> ChargeSchedule:
        """Return the charge schedule in a car, or our copy of it while the car shows none because it is disabled.

        A schedule of ours is sent again after a change of the clocks, or after the car has lost it with a command to
        charge now; it is unsettled until the car shows it.
        """
        self.storage.correct_times(car.vin)
        held = await self._held(car)
        if held is None:
            return ChargeSchedule()
        if held.is_lost and held.override is None and (copy := await self._suspended(car)) is not None:
            return ChargeSchedule(enabled=True, windows=copy.windows, unsettled=True)
        ours = await self._ours(car, held)
        windows = car.converter().to_local(held.windows) if ours is None else ours
        return ChargeSchedule(
            enabled=held.enabled,
            override=held.override,
            windows=windows,
            unsettled=_is_moving(self.storage.copies.get(car.vin), held, self._now),
        )

    async def schedule_by(self, car: VehicleClient, clock: ScheduleClock) -> ChargeSchedule:
        """Return the charge schedule in a car, converted by a clock."""
        if (held := await self._held(car)) is None:
            return ChargeSchedule()
        copy = self.storage.copies.get(car.vin)
        windows = copy.windows if copy is not None and held.is_lost else car.converter(clock).to_local(held.windows)
        return ChargeSchedule(enabled=held.enabled, override=held.override, windows=windows)

    async def send(self, car: VehicleClient, windows: Windows) -> None:
        """Send and enable a charge schedule; raise UnsupportedError if the car cannot hold it."""
        _require_schedule(car)
        if not await self._has_inactive_days(car, windows):
            wanted = tuple(sorted(set(windows)))
            own = self._own_programs(car, wanted)
            sent = own or car.converter().to_programs(windows, car.endpoints.limits)
            await self._send(car, ScheduleCopy(windows=wanted, sent=sent, own=own))
        try:
            await car.action(SET_MODE, {"action": _ENABLED})
        except RejectedError, UnsupportedError:
            # Not proven for the second generation, where each program has its own switch.
            if car.is_first_generation:
                raise
        except ConnectionFailedError as err:
            # The schedule itself was sent.
            err.unsent = False
            raise

    async def suspend(self, car: VehicleClient) -> None:
        """Remember to restore the enabled schedule of a car that is about to charge now."""
        if car.is_first_generation or Capability.CHARGE_SCHEDULE not in car.endpoints.capabilities:
            return
        # A schedule that cannot be read now is not restored, but the charge is more important.
        with suppress(CloudError):
            is_enabled = (await self.schedule(car)).enabled
            copy = self.storage.copies.get(car.vin)
            if is_enabled and copy is not None:
                self.storage.set_copy(car.vin, replace(copy, suspended_at=self._now))
                await self.storage.write()

    async def disable(self, car: VehicleClient) -> None:
        """Let a car charge whenever it is plugged in."""
        _require_schedule(car)
        await self._copy_schedule(car)
        self._give_up(car)
        try:
            await car.action(SET_MODE, {"action": _DISABLED})
        except RejectedError, UnsupportedError:
            copy = self.storage.copies.get(car.vin)
            if car.is_first_generation or copy is None:
                raise
            own = self._own_programs(car, copy.windows)
            programs = own or car.converter().to_programs(copy.windows, car.endpoints.limits)
            await car.action(SET_SCHEDULE, {"schedules": disabled(programs)})

    def _own_programs(self, car: VehicleClient, windows: Windows) -> Programs | None:
        """Return the programs of a schedule that was not written here, which are sent back unchanged."""
        copy = self.storage.copies.get(car.vin)
        return copy.own if copy is not None and copy.windows == windows else None

    async def _has_inactive_days(self, car: VehicleClient, windows: Windows) -> bool:
        """Return whether a car of the first generation has windows, and inactive days that sending would remove."""
        if not car.is_first_generation or self._is_ours(car):
            return False
        with suppress(CloudError):
            calendar = await car.content(CALENDAR)
            is_same = car.converter().to_local(decode_schedule.calendar(calendar)) == tuple(sorted(windows))
            return is_same and decode_schedule.has_inactive_days(calendar)
        return False

    def _is_ours(self, car: VehicleClient) -> bool:
        """Return whether a schedule was last sent to a car from here."""
        copy = self.storage.copies.get(car.vin)
        return car.vin in self.storage.unanswered or (copy is not None and copy.sent is not None)

    async def _held(self, car: VehicleClient) -> _Held | None:
        """Read the charge schedule in a car, None if the response lacks a part of it."""
        found = await car.content(MODE if car.is_first_generation else SETTINGS)
        if (mode := decode_schedule.charge_mode(found)) is None:
            return None
        if car.is_first_generation:
            calendar = await car.content(CALENDAR)
            return _Held(mode=mode, windows=decode_schedule.calendar(calendar)) if "calendar" in calendar else None
        if mode is ChargeMode.SCHEDULED and "schedules" not in found:
            return None
        rows = found.get("schedules")
        return _Held(
            mode=mode, windows=decode_schedule.program_windows(rows), programs=decode_schedule.own_programs(rows)
        )

    async def _suspended(self, car: VehicleClient) -> ScheduleCopy | None:
        """Return the schedule to restore, sent once the car has stopped charging; None if there is none."""
        copy = self.storage.copies.get(car.vin)
        if copy is None or copy.suspended_at is None:
            return None
        if _is_settling(copy, self._now) or _is_recent(copy.suspended_at, self._now):
            return copy
        report = decode.battery(await car.content(BATTERY), first=car.is_first_generation)
        if report is None or report.charging is not False:
            return copy
        if copy.sent_at is not None and copy.sent_at > copy.suspended_at:
            # It was sent, and the car does not show it: the user must see this.
            self._give_up(car)
            return None
        return await self._restored(car, copy)

    async def _restored(self, car: VehicleClient, copy: ScheduleCopy) -> ScheduleCopy | None:
        """Send the schedule to restore and return it, None if the car refuses it."""
        try:
            await self.send(car, copy.windows)
        except RejectedError, UnsupportedError:
            redaction.log_once("A charge schedule could not be restored after a command to charge now")
            self._give_up(car)
            return None
        sent = replace(self.storage.copies[car.vin], suspended_at=copy.suspended_at)
        self.storage.set_copy(car.vin, sent)
        return sent

    def _give_up(self, car: VehicleClient) -> None:
        """Do not restore the schedule of a car any more."""
        if (copy := self.storage.copies.get(car.vin)) is not None:
            self.storage.set_copy(car.vin, replace(copy, suspended_at=None))

    async def _ours(self, car: VehicleClient, held: _Held) -> Windows | None:
        """Return the windows of our copy, sent again if needed; None if the car has others, which are copied."""
        copy = self._copy(car, held)
        if copy is not None and copy.suspended_at is not None and not _is_recent(copy.suspended_at, self._now):
            # It was restored, or never lost.
            copy = replace(copy, suspended_at=None)
            self.storage.set_copy(car.vin, copy)
        if copy is not None and copy.own is None and _holds(held, copy.sent):
            is_current = not held.enabled or await self._send_if_moved(car, copy)
            return copy.windows if is_current else None
        if copy is not None and (held.is_lost or _is_moving(copy, held, self._now)):
            return copy.windows
        if held.windows and not (copy is not None and _is_settling(copy, self._now)):
            suspended_at = None if copy is None else copy.suspended_at
            windows = car.converter().to_local(held.windows)
            copy = ScheduleCopy(windows=windows, own=held.programs, suspended_at=suspended_at)
            self.storage.set_copy(car.vin, copy)
        return None

    def _copy(self, car: VehicleClient, held: _Held) -> ScheduleCopy | None:
        """Return our copy; it is the schedule that was sent without a response if this has arrived."""
        unanswered = self.storage.unanswered.get(car.vin)
        if unanswered is not None and _holds(held, unanswered.sent):
            self.storage.set_copy(car.vin, unanswered)
        return self.storage.copies.get(car.vin)

    async def _send_if_moved(self, car: VehicleClient, copy: ScheduleCopy) -> bool:
        """Send a schedule of ours again after a change of the clocks; return False if the car refuses it."""
        try:
            sent = car.converter().to_programs(copy.windows, car.endpoints.limits)
            if sent != copy.sent:
                await self._send(car, ScheduleCopy(windows=copy.windows, sent=sent, replaced=copy.sent))
        except RejectedError, UnsupportedError:
            redaction.log_once("A charge schedule could not be sent again after the clocks have changed")
            return False
        return True

    async def _copy_schedule(self, car: VehicleClient) -> None:
        """Copy the schedule before the car loses it, unless there is a copy."""
        if car.vin not in self.storage.copies:
            await self.schedule(car)
            await self.storage.write()

    async def _send(self, car: VehicleClient, copy: ScheduleCopy) -> None:
        """Send programs, which replace all in the car, and store them before: they may arrive without a response."""
        sent, before = replace(copy, sent_at=self._now), self.storage.unanswered.get(car.vin)
        self.storage.set_unanswered(car.vin, sent)
        await self.storage.write()
        try:
            await car.action(SET_SCHEDULE, {"schedules": copy.sent})
        except CloudError as err:
            if not isinstance(err, ConnectionFailedError) or err.unsent:
                self.storage.set_unanswered(car.vin, before)
            raise
        self.storage.set_copy(car.vin, sent)


def _holds(held: _Held, sent: Programs | None) -> bool:
    """Return whether a car holds the programs it was sent."""
    return sent is not None and held.windows == decode_schedule.program_windows(sent)


def _is_settling(copy: ScheduleCopy, now: datetime) -> bool:
    """Return whether the car may still show its former schedule."""
    return copy.sent_at is not None and _is_recent(copy.sent_at, now)


def _is_recent(at: datetime, now: datetime) -> bool:
    """Return whether the car may not show the effect of a command yet."""
    return now - at < _SETTLING


def _is_moving(copy: ScheduleCopy | None, held: _Held, now: datetime) -> bool:
    """Return whether a schedule that was sent again after a change of the clocks is still on its way."""
    return copy is not None and _is_settling(copy, now) and _holds(held, copy.replaced)


def _require_schedule(car: VehicleClient) -> None:
    """Raise UnsupportedError for a car without a writable schedule."""
    if Capability.CHARGE_SCHEDULE not in car.endpoints.capabilities:
        raise UnsupportedError("This car's cloud cannot set a charge schedule")
