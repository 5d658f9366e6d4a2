"""The charge schedule in a car, and our copy of it, which survives when the car loses it."""

from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime

from .. import redaction
from ..charging import ChargeMode
from ..exceptions import CloudError, RejectedError, UnsupportedError
from ..models import Battery, ChargeSchedule, CommandKind
from . import decode_schedule
from .capabilities import CALENDAR, MODE, SETTINGS
from .programs import Programs, ScheduleClock, Windows
from .routes import Route
from .schedule_copy import Held, ScheduleCopy, is_recent, is_settling
from .schedule_writer import ScheduleWriter
from .storage import AccountStorage
from .suspension import Suspensions, is_over
from .vehicle import CACHE_SECONDS, VehicleClient

# How long one half of a schedule waits for the other, which the account may only be able to read hours later; a command
# ends this.
_HALF_SECONDS = 6 * 3600.0


@dataclass(kw_only=True)
class Schedules:
    """The charge schedules of an account's cars."""

    storage: AccountStorage
    writer: ScheduleWriter = field(init=False)
    suspensions: Suspensions = field(init=False)
    _half_read: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        """Write and suspend schedules with the same storage."""
        self.writer = ScheduleWriter(storage=self.storage)
        self.suspensions = Suspensions(storage=self.storage, writer=self.writer)

    @property
    def _now(self) -> datetime:
        """Return the time."""
        return self.storage.clock.now()

    async def schedule(self, car: VehicleClient) -> ChargeSchedule:
        """Return the charge schedule in a car, or our copy of it while the car shows none because it is disabled.

        A schedule of ours is sent again after a daylight saving time change, and any after the car has lost it with a
        command to start or stop charging; it is unsettled until the car shows it.
        """
        self.storage.correct_times(car.vin)
        if (held := await self._held(car)) is None:
            return ChargeSchedule()
        if (copy := await self.suspensions.shown(car, held)) is not None:
            return ChargeSchedule(enabled=copy.was_enabled, windows=copy.windows, unsettled=True)
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

    async def send(self, car: VehicleClient, windows: Windows, route: Route) -> None:
        """Send and enable a charge schedule; raise UnsupportedError if the car cannot hold it."""
        if car.is_first_generation and self.writer.own_programs(car, tuple(sorted(windows))):
            # Sending is only needed for another schedule, and not proven to keep inactive days.
            await self.writer.enable(car, [], route)
        else:
            await self.writer.send(car, windows, route)

    async def suspend(self, car: VehicleClient, *, stops: bool = False) -> None:
        """Remember to restore the schedule of a car that is about to start or stop charging."""
        if car.is_first_generation or not car.endpoints.has(SETTINGS):
            return
        copy = self.storage.copies.get(car.vin)
        try:
            if copy is None or copy.suspended_at is None or not is_recent(copy.suspended_at, self._now):
                copy = await self._to_suspend(car, stops=stops)
        except CloudError:
            # A schedule that cannot be read now is not restored, but the charge is more important.
            if stops:
                raise
            return
        if copy is not None:
            await self.suspensions.begin(car, copy, stops=stops)

    async def review(self, car: VehicleClient, report: Battery | None) -> None:
        """Restore the suspended schedule of a car if its report shows that this neither starts nor ends a charge."""
        copy, now = self.storage.copies.get(car.vin), self._now
        if copy is None or copy.suspended_at is None or is_recent(copy.suspended_at, now) or is_settling(copy, now):
            return
        if not is_over(copy, report, now):
            return
        with suppress(CloudError):
            if car.endpoints.has(SETTINGS):
                await self.schedule(car)
            else:
                await self.suspensions.restore_settings(car, copy)

    async def disable(self, car: VehicleClient, route: Route) -> None:
        """Let a car charge whenever it is plugged in."""
        await self._copy_schedule(car)
        self.suspensions.end(car)
        await self.writer.disable(car, route, await self.programs(car, route))

    async def _to_suspend(self, car: VehicleClient, *, stops: bool) -> ScheduleCopy | None:
        """Return a copy of the schedule that a car has, or is to get back; None if there is nothing to lose."""
        shown = await self.schedule(car)
        copy = self.storage.copies.get(car.vin) or ScheduleCopy(windows=())
        if copy.suspended_at is not None:
            return copy
        if shown.enabled is None or not (shown.enabled or stops):
            return None
        held = await self._held(car)
        programs = None if held is None else held.programs
        return replace(copy, windows=shown.windows, programs=programs, was_enabled=shown.enabled)

    async def programs(self, car: VehicleClient, route: Route) -> Programs:
        """Return the programs of a car for a route that sends them with the mode, or disables them."""
        if route is Route.KCA_MODE_WITH_PROGRAMS:
            held = await self._held(car)
            return [] if held is None else held.programs or []
        copy = self.storage.copies.get(car.vin)
        if route is not Route.KCA_SCHEDULE or copy is None:
            return []
        return self.writer.programs(car, copy.windows)

    async def _held(self, car: VehicleClient) -> Held | None:
        """Read the charge schedule in a car, None if the response lacks a part of it."""
        if car.is_first_generation:
            return await self._held_by_first_generation(car)
        found = await car.content(SETTINGS)
        if (mode := decode_schedule.charge_mode(found)) is None:
            return None
        if mode is ChargeMode.SCHEDULED and "schedules" not in found:
            return None
        rows = found.get("schedules")
        return Held(
            mode=mode, windows=decode_schedule.program_windows(rows), programs=decode_schedule.own_programs(rows)
        )

    async def _held_by_first_generation(self, car: VehicleClient) -> Held | None:
        """Read the charge schedule in a car of the first generation, which takes two requests.

        If the request limit allows only one of them, the next read continues with the other one.
        """
        max_age = _HALF_SECONDS if car.vin in self._half_read else CACHE_SECONDS
        self._half_read.add(car.vin)
        found, calendar = await car.contents(MODE, CALENDAR, max_age=max_age)
        self._half_read.discard(car.vin)
        mode = decode_schedule.charge_mode(found)
        if mode is None or "calendar" not in calendar:
            return None
        windows, programs = decode_schedule.calendar(calendar), decode_schedule.calendar_programs(calendar)
        return Held(mode=mode, windows=windows, programs=programs)

    async def _ours(self, car: VehicleClient, held: Held) -> Windows | None:
        """Return the windows of our copy, sent again if needed; None if the car has others, which are copied."""
        copy = self._copy(car, held)
        if copy is not None and copy.suspended_at is not None and not is_recent(copy.suspended_at, self._now):
            # It was restored, or never lost.
            self.suspensions.end(car, confirmed=True)
            copy = self.storage.copies[car.vin]
        if copy is not None and copy.own is None and held.holds(copy.sent):
            is_current = not held.enabled or await self._send_if_moved(car, copy)
            return copy.windows if is_current else None
        if copy is not None and (held.is_lost or _is_moving(copy, held, self._now)):
            return copy.windows
        if held.windows and not (copy is not None and is_settling(copy, self._now)):
            windows = car.converter().to_local(held.windows)
            found = copy or ScheduleCopy(windows=())
            other = replace(found, windows=windows, own=held.programs, sent=None, sent_at=None, replaced=None)
            self.storage.set_copy(car.vin, other)
        return None

    def _copy(self, car: VehicleClient, held: Held) -> ScheduleCopy | None:
        """Return our copy; it is the schedule that was sent without a response if this has arrived."""
        unanswered = self.storage.unanswered.get(car.vin)
        if unanswered is not None and held.holds(unanswered.sent):
            self.storage.set_copy(car.vin, unanswered)
        return self.storage.copies.get(car.vin)

    async def _send_if_moved(self, car: VehicleClient, copy: ScheduleCopy) -> bool:
        """Send a schedule of ours again after a daylight saving time change; return False if the car refuses it."""
        try:
            if (sent := self.writer.programs(car, copy.windows)) != copy.sent:
                resent = ScheduleCopy(windows=copy.windows, sent=sent, replaced=copy.sent)
                await self.writer.send_copy(car, resent, Route(car.routes(CommandKind.SET_CHARGE_SCHEDULE)[0]))
        except RejectedError, UnsupportedError:
            redaction.log_once("A charge schedule could not be sent again after the clocks have changed")
            return False
        return True

    async def _copy_schedule(self, car: VehicleClient) -> None:
        """Copy the schedule before the car loses it, unless there is a copy."""
        if car.vin not in self.storage.copies:
            await self.schedule(car)
            await self.storage.write()


def _is_moving(copy: ScheduleCopy | None, held: Held, now: datetime) -> bool:
    """Return whether a schedule that was sent again after a daylight saving time change is still on its way."""
    return copy is not None and is_settling(copy, now) and held.holds(copy.replaced)
