"""Charge schedules that a car loses with a command to charge or stop: stored beforehand, and restored afterwards."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final

from .. import redaction
from ..charging import ChargeMode
from ..exceptions import CloudError, ConnectionFailedError, RefusedError
from ..models import Battery, CommandKind
from ..response import as_object
from ..schedule import DAY, MINUTE
from . import decode
from .capabilities import BATTERY
from .programs import Programs
from .routes import Route
from .schedule_copy import Held, ScheduleCopy, is_recent, is_settling
from .schedule_writer import ScheduleWriter
from .storage import AccountStorage
from .vehicle import VehicleClient

# A window that only stops a charge, as short as the reported one.
STOP_WINDOW: Final = MINUTE
_STAMP = "lastSettingsUpdateTimestamp"
_ACTIVE = "programActivationStatus"


@dataclass(kw_only=True)
class Suspensions:
    """The suspended charge schedules of an account's cars."""

    storage: AccountStorage
    writer: ScheduleWriter
    _restoring: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def _now(self) -> datetime:
        """Return the time."""
        return self.storage.clock.now()

    async def begin(self, car: VehicleClient, copy: ScheduleCopy, *, stops: bool) -> None:
        """Store a schedule that a car is about to lose, before the command is sent."""
        until = (_window_end(car, copy, self._now) or self._now) if stops else None
        suspended = replace(copy, suspended_at=self._now, stopped_until=until, restored_by=())
        self.storage.set_copy(car.vin, suspended)
        await self.storage.write()

    async def shown(self, car: VehicleClient, held: Held) -> ScheduleCopy | None:
        """Return the suspended schedule of a car, if any; send it back once that neither starts nor ends a charge."""
        # Battery and schedule may be read at the same time, and each can show that the charge has ended.
        async with self._restoring:
            copy = self.storage.copies.get(car.vin)
            if copy is None or copy.suspended_at is None or not _is_replaced(held, copy):
                return None
            if is_settling(copy, self._now) or is_recent(copy.suspended_at, self._now):
                return copy
            report = decode.battery(await car.content(BATTERY), first=car.is_first_generation)
            return await self._restored(car, copy) if is_over(copy, report, self._now) else copy

    def end(self, car: VehicleClient, *, confirmed: bool = False) -> None:
        """Forget the suspension of a car; if `confirmed`, the last route has restored its schedule."""
        copy = self.storage.copies.get(car.vin)
        if copy is None:
            return
        if confirmed and copy.restored_by and copy.was_enabled:
            self.storage.set_route(car.vin, CommandKind.SET_CHARGE_SCHEDULE, copy.restored_by[-1])
        self.storage.set_copy(car.vin, replace(copy, suspended_at=None, stopped_until=None, restored_by=()))

    async def _restored(self, car: VehicleClient, copy: ScheduleCopy) -> ScheduleCopy | None:
        """Send a schedule back over the next route and return it, None if the car shows that none works."""
        kind = CommandKind.SET_CHARGE_SCHEDULE if copy.was_enabled else CommandKind.DISABLE_CHARGE_SCHEDULE
        for route in car.routes(kind):
            if route in copy.restored_by:
                continue
            copy = replace(copy, restored_by=(*copy.restored_by, route), sent_at=self._now)
            self.storage.set_copy(car.vin, copy)
            await self.storage.write()
            with suppress(RefusedError):
                await self._send_back(car, copy, Route(route))
                return copy
        redaction.log_once("A charge schedule could not be restored after a command to start or stop charging")
        self.end(car)
        return None

    async def _send_back(self, car: VehicleClient, copy: ScheduleCopy, route: Route) -> None:
        """Send a schedule back; what may have arrived is not sent again over this route."""
        programs = copy.programs if copy.programs is not None else _converted(car, copy)
        try:
            if copy.was_enabled:
                await self.writer.send_programs(car, programs, route)
            else:
                await self.writer.disable(car, route, programs)
        except RefusedError:
            raise
        except CloudError as err:
            if not isinstance(err, ConnectionFailedError) or err.unsent:
                self.storage.set_copy(car.vin, replace(copy, restored_by=copy.restored_by[:-1], sent_at=None))

    async def start_by_settings(self, car: VehicleClient) -> None:
        """Start the charge of a car that charges once no program is active; its programs are restored afterwards."""
        settings = await car.settings()
        programs, copy = _programs(settings), self.storage.copies.get(car.vin)
        if any(program.get(_ACTIVE) for program in programs):
            copy = ScheduleCopy(windows=(), programs=programs)
        elif copy is None or copy.suspended_at is None:
            copy = None
        if copy is not None:
            await self.begin(car, copy, stops=False)
        inactive = [{**program, _ACTIVE: False} for program in programs]
        await self._send_settings(car, {**settings, "programs": inactive})

    async def restore_settings(self, car: VehicleClient, copy: ScheduleCopy) -> None:
        """Restore the programs of such a car after its charge; any that were activated since stay."""
        settings = await car.settings()
        if any(program.get(_ACTIVE) for program in _programs(settings)) or copy.restored_by:
            self.end(car)
            return
        self.storage.set_copy(car.vin, replace(copy, restored_by=(Route.KCM_SETTINGS,), sent_at=self._now))
        await self.storage.write()
        await self._send_settings(car, {**settings, "programs": copy.programs})

    async def _send_settings(self, car: VehicleClient, settings: dict[str, Any]) -> None:
        """Send all settings; a car may ignore those with an old time."""
        await car.post(Route.KCM_SETTINGS, {**settings, _STAMP: f"{self._now:%Y-%m-%dT%H:%M:%SZ}"})


def is_over(copy: ScheduleCopy, report: Battery | None, now: datetime) -> bool:
    """Return whether a schedule can be restored without starting or ending a charge."""
    if report is None:
        return False
    if report.plugged_in is False:
        return True
    if copy.stopped_until is None:
        return report.charging is False
    return copy.was_enabled and not now < copy.stopped_until <= now + DAY


def _is_replaced(held: Held, copy: ScheduleCopy) -> bool:
    """Return whether a car shows what a command has put in the place of its schedule."""
    if copy.was_enabled and held.is_lost and held.override is None:
        return True
    if copy.stopped_until is None:
        return False
    # A delayed start shows no programs.
    return held.override is ChargeMode.DELAYED or {each.duration for each in held.windows} == {STOP_WINDOW}


def _window_end(car: VehicleClient, copy: ScheduleCopy, now: datetime) -> datetime | None:
    """Return when the current window of a schedule ends, None outside of its windows."""
    ends = (end for begin, end in car.converter().spans(copy.windows) if begin <= now < end)
    return max(ends, default=None)


def _converted(car: VehicleClient, copy: ScheduleCopy) -> Programs:
    """Return the programs of a copy that was stored without those of the car."""
    return copy.sent or car.converter().to_programs(copy.windows, car.endpoints.limits)


def _programs(settings: dict[str, Any]) -> Programs:
    """Return the programs among the settings of a car."""
    found = settings.get("programs")
    return [as_object(each) for each in found] if isinstance(found, list) else []
