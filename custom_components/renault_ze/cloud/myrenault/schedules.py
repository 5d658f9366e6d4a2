"""The charge schedule in a car, and our copy of it, which survives when the car loses it."""

from dataclasses import dataclass, field, replace
from datetime import datetime

from .. import redaction
from ..charging import ChargeMode
from ..exceptions import (
    AuthenticationError,
    CloudError,
    ConnectionFailedError,
    RefusedError,
    RejectedError,
    ThrottledError,
    UnexpectedResponseError,
    UnsupportedError,
)
from ..models import Battery, ChargeSchedule, CommandKind
from . import decode_schedule, ev_settings
from .endpoints import CALENDAR, CHARGING_SETTINGS, MODE
from .errors import unsent
from .programs import Programs, ScheduleClock, Windows
from .restoring import Suspensions
from .routes import Route
from .schedule_copy import Held, ScheduleCopy, is_moving, is_recent, is_settling
from .schedule_writer import ScheduleWriter
from .storage import AccountStorage
from .suspension import KeptSchedule, is_stop_window
from .vehicle import CACHE_SECONDS, VehicleClient

# How long one half of a schedule waits for the other, which the account may only be able to read hours later; a command
# ends this.
_HALF_SECONDS = 6 * 3600.0
# The routes that disable a schedule by sending it.
_WITH_PROGRAMS = {Route.KCA_MODE_WITH_PROGRAMS, Route.KCA_SCHEDULE}


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
        self.suspensions = Suspensions(storage=self.storage)

    @property
    def _now(self) -> datetime:
        """Return the time."""
        return self.storage.clock.now()

    async def schedule(self, car: VehicleClient, *, command: bool = False) -> ChargeSchedule:
        """Return the charge schedule in a car, or our copy of it while the car shows none because it is disabled.

        A schedule of ours is sent again after a daylight saving time change, and any after the car has lost it with a
        command to start or stop charging; it is unsettled until the car shows it. A `command` may need this read.
        """
        self.storage.correct_times(car.vin)
        if car.endpoints.has_settings:
            return await ev_settings.schedule(self.suspensions, car, command=command)
        if (held := await self._held(car, command=command)) is None:
            return ChargeSchedule()
        if (kept := self.suspensions.suspended_schedule(car, held)) is not None:
            return ChargeSchedule(enabled=kept.enabled, windows=kept.windows, unsettled=True)
        ours = await self._ours(car, held)
        windows = car.converter().to_local(held.windows) if ours is None else ours
        self._keep(car, held, windows)
        return ChargeSchedule(
            enabled=held.enabled,
            override=held.override,
            windows=windows,
            unsettled=is_moving(self.storage.copies.get(car.vin), held, self._now),
        )

    async def schedule_by(self, car: VehicleClient, clock: ScheduleClock) -> ChargeSchedule:
        """Return the charge schedule in a car, converted by a clock if it has one of its own."""
        if car.endpoints.has_settings:
            return await ev_settings.schedule(self.suspensions, car)
        if (held := await self._held(car)) is None:
            return ChargeSchedule()
        known = self.suspensions.suspended_schedule(car, held) or (
            self.storage.copies.get(car.vin) if held.is_lost else None
        )
        windows = car.converter(clock).to_local(held.windows) if known is None else known.windows
        return ChargeSchedule(enabled=held.enabled, override=held.override, windows=windows)

    async def send(self, car: VehicleClient, windows: Windows, route: Route) -> None:
        """Send and enable a charge schedule; raise UnsupportedError if the car cannot hold it."""
        if car.endpoints.has_settings:
            await ev_settings.send_schedule(self.suspensions, car, windows)
        elif car.is_first_generation and self.writer.programs_set_elsewhere(car, tuple(sorted(windows))):
            # Sending is only needed for another schedule, and not proven to keep inactive days.
            await self.writer.enable(car, [], route)
        else:
            await self.writer.send(car, windows, route)

    async def suspend(self, car: VehicleClient, *, stops: bool = False) -> None:
        """Remember to restore the schedule of a car that is about to start or stop charging.

        Raise RejectedError if it is unknown: it would be lost.
        """
        if car.is_first_generation or CHARGING_SETTINGS not in car.endpoints.paths:
            return
        async with self.suspensions.lock:
            kept = await self._to_restore(car)
            if kept is not None and (stops or kept.enabled):
                await self.suspensions.begin(car, kept, stops=stops)

    async def restore_if_over(self, car: VehicleClient, report: Battery | None) -> None:
        """Restore the suspended schedule of a car if its report shows that this neither starts nor ends a charge."""
        self.storage.correct_times(car.vin)
        if not self.suspensions.is_due(car, report):
            return
        try:
            await self._restore(car)
        except ThrottledError:
            return
        except CloudError:
            self.suspensions.postpone(car)

    def note_mileage(self, car: VehicleClient, kilometers: float | None) -> None:
        """Remember the mileage of a car, which shows a trip that nobody saw."""
        if kilometers is not None:
            self.suspensions.note_odometer(car, kilometers)

    async def restore(self, car: VehicleClient) -> bool:
        """Send a suspended schedule back now; return whether the car shows it."""
        self.storage.correct_times(car.vin)
        if self.suspensions.of(car) is not None:
            await self._restore(car)
        left = self.suspensions.of(car)
        # Long after a command, a car that still has its schedule is most likely to keep it.
        return left is None or not (left.is_seen or is_recent(left.since, self._now))

    def overdue(self, vin: str) -> ChargeSchedule | None:
        """Return the schedule of a car that could not be restored for a day, None if there is none."""
        kept = self.suspensions.overdue(vin)
        return None if kept is None else ChargeSchedule(enabled=kept.enabled, windows=kept.windows)

    async def disable(self, car: VehicleClient, route: Route) -> None:
        """Let a car charge whenever it is plugged in; a suspension ends once the car shows that."""
        if car.endpoints.has_settings:
            await ev_settings.disable(self.suspensions, car)
            return
        await self._copy_schedule(car)
        try:
            await self.writer.disable(car, route, await self.programs(car, route))
        except ConnectionFailedError as err:
            if not err.unsent:
                self.suspensions.update(car, disabled_at=self._now)
            raise
        self.suspensions.update(car, disabled_at=self._now)

    async def _to_restore(self, car: VehicleClient) -> KeptSchedule | None:
        """Return what a car is to get back: its schedule, or the last one it has shown; None if it can have none."""
        before = self.suspensions.of(car)
        if before is not None and is_recent(before.since, self._now):
            return before.kept
        shown: ChargeSchedule | CloudError
        try:
            shown = await self.schedule(car, command=True)
        except CloudError as err:
            shown = err
        suspension = self.suspensions.of(car)
        if (kept := self.storage.kept.get(car.vin) if suspension is None else suspension.kept) is not None:
            return kept
        if isinstance(shown, ChargeSchedule) and shown.override is not None:
            # Nothing can bring this mode back.
            return KeptSchedule(mode=ChargeMode.ALWAYS)
        if isinstance(shown, AuthenticationError | ThrottledError | ConnectionFailedError):
            raise unsent(shown)
        if isinstance(shown, UnsupportedError) and not self.storage.was_served(car.vin, CHARGING_SETTINGS):
            return None
        raise RejectedError("The charge schedule in the car cannot be read, and would be lost", key="schedule_unread")

    async def _restore(self, car: VehicleClient) -> None:
        """Send a suspended schedule back, unless the car shows another one than what has replaced it."""
        async with self.suspensions.lock:
            if (suspension := self.suspensions.of(car)) is None:
                return
            if ev_settings.is_kept_of_settings(suspension.kept):
                await ev_settings.restore(self.suspensions, car)
                return
            kept = await self._to_send_back(car)
            if kept is None:
                self.suspensions.postpone(car)
            if kept is None or self.suspensions.is_settling(car):
                return
            kind = CommandKind.SET_CHARGE_SCHEDULE if kept.enabled else CommandKind.DISABLE_CHARGE_SCHEDULE
            await self.suspensions.send_back(car, kind, lambda route: self._send_back(car, kept, route))

    async def _to_send_back(self, car: VehicleClient) -> KeptSchedule | None:
        """Return what a car is sent back, None if it shows another schedule than what has replaced its own.

        A server that does not show the schedule in the car may still accept another one.
        """
        try:
            # As a part of the command: polls may leave no other request.
            held = await self._held(car, command=True)
        except RefusedError, UnexpectedResponseError:
            held = None
        return self.suspensions.unseen_schedule(car) if held is None else self.suspensions.suspended_schedule(car, held)

    async def _send_back(self, car: VehicleClient, kept: KeptSchedule, route: Route) -> None:
        """Send a schedule back over a route."""
        programs = self.writer.kept_programs(car, kept)
        if kept.enabled:
            await self.writer.send_programs(car, programs, route)
        else:
            await self.writer.disable(car, route, programs)

    async def programs(self, car: VehicleClient, route: Route) -> Programs:
        """Return the programs of a car for a route that sends them with the mode, or disables them."""
        suspension, copy = self.suspensions.of(car), self.storage.copies.get(car.vin)
        if route not in _WITH_PROGRAMS:
            return []
        if suspension is not None:
            return self.writer.kept_programs(car, suspension.kept)
        if route is Route.KCA_MODE_WITH_PROGRAMS:
            held = await self._held(car)
            return [] if held is None else held.programs or []
        return [] if copy is None else self.writer.programs(car, copy.windows)

    def _keep(self, car: VehicleClient, held: Held, windows: Windows) -> None:
        """Remember the schedule that a car shows, or that was just sent to it, to restore it after a command."""
        if car.is_first_generation or held.override is not None or is_stop_window(held):
            return
        kept, copy = KeptSchedule(mode=held.mode, windows=windows, programs=held.programs), self._copy(car, held)
        if copy is not None and copy.sent is not None and is_settling(copy, self._now) and not held.holds(copy.sent):
            kept = KeptSchedule(mode=ChargeMode.SCHEDULED, windows=copy.windows, programs=copy.sent)
        self.storage.set_kept(car.vin, kept)
        self.suspensions.update(car, kept=kept)

    async def _held(self, car: VehicleClient, *, command: bool = False) -> Held | None:
        """Read the charge schedule in a car, None if the response lacks a part of it."""
        if car.is_first_generation:
            return await self._held_by_first_generation(car)
        found = await car.content(CHARGING_SETTINGS, command=command)
        if command:
            self.suspensions.just_read.add(car.vin)
        if (mode := decode_schedule.charge_mode(found)) is None:
            return None
        if mode is ChargeMode.SCHEDULED and "schedules" not in found:
            return None
        rows = found.get("schedules")
        return Held(
            mode=mode, windows=decode_schedule.program_windows(rows), programs=decode_schedule.reported_programs(rows)
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
        if copy is not None and copy.set_elsewhere is None and held.holds(copy.sent):
            is_current = not held.enabled or await self._send_if_moved(car, copy)
            return copy.windows if is_current else None
        if copy is not None and (held.is_lost or is_moving(copy, held, self._now)):
            return copy.windows
        if held.windows and not is_stop_window(held) and not (copy is not None and is_settling(copy, self._now)):
            windows = car.converter().to_local(held.windows)
            found = copy or ScheduleCopy(windows=())
            other = replace(found, windows=windows, set_elsewhere=held.programs, sent=None, sent_at=None, replaced=None)
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
