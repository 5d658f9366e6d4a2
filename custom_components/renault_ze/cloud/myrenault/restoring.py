"""Restore the charge schedules that commands to start or stop charging have replaced, until the cars show them."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from ..charging import ChargeMode
from ..exceptions import (
    BusyError,
    CloudError,
    ConnectionFailedError,
    NoRemoteCommandsError,
    RefusedError,
    ThrottledError,
)
from ..models import Battery, CommandKind
from ..schedule import DAY, RetryTimes
from .programs import Windows
from .routes import Route
from .schedule_copy import Held, ScheduleCopy, is_recent
from .storage import AccountStorage
from .suspension import KeptSchedule, Suspension, is_disabled, is_over, is_replaced
from .vehicle import VehicleClient


@dataclass(kw_only=True)
class Suspensions:
    """The suspended charge schedules of an account's cars.

    A suspension only ends when the car shows another schedule than what has replaced its own. Until then the schedule
    is sent over one route after another, and again after all of them, with increasing delays.
    """

    storage: AccountStorage
    # A command must not begin while a schedule is being restored.
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    # The cars whose schedule was read for a command, or to restore it.
    just_read: set[str] = field(default_factory=set)
    _retries: RetryTimes[str] = field(default_factory=RetryTimes)
    _odometers: dict[str, float] = field(default_factory=dict)

    @property
    def _now(self) -> datetime:
        """Return the time."""
        return self.storage.clock.now()

    def of(self, car: VehicleClient) -> Suspension | None:
        """Return the suspension of a car, None if it has none."""
        return self.storage.suspensions.get(car.vin)

    async def begin(self, car: VehicleClient, kept: KeptSchedule, *, stops: bool) -> None:
        """Store a schedule that a car is about to lose, before the command is sent."""
        before = self.of(car)
        suspension = Suspension(
            kept=kept,
            since=self._now,
            has_stopped=stops or (before is not None and before.has_stopped),
            is_seen=before is not None and before.is_seen,
            stopped_until=(_window_end(car, kept.windows, self._now) or self._now) if stops else None,
            odometer_km=self._odometers.get(car.vin),
        )
        self._retries.succeeded(car.vin)
        self.storage.set_suspension(car.vin, suspension)
        await self.storage.write()

    def suspended_schedule(self, car: VehicleClient, held: Held) -> KeptSchedule | None:
        """Return the suspended schedule of a car that shows what has replaced it; end it once the car shows another."""
        if (suspension := self.of(car)) is None:
            return None
        if suspension.disabled_at is not None and is_disabled(held):
            self.end(car)
            return None
        if is_replaced(held, suspension):
            self.update(car, is_seen=True)
            return suspension.kept
        # A mode without programs says nothing about those that the car holds, unless it stays.
        if held.override is None or suspension.has_lasted(DAY, self._now):
            self.shown_again(car)
        return None

    def unseen_schedule(self, car: VehicleClient) -> KeptSchedule | None:
        """Return what to send back if the schedule in a car cannot be read: the one sent last, or else the one it lost.

        None if it was disabled since, or was already sent over all routes: the car may have another schedule by now.
        """
        suspension = self.of(car)
        copy = self.storage.unanswered.get(car.vin) or self.storage.copies.get(car.vin)
        if suspension is None or (suspension.sent_at is not None and not suspension.tried):
            return None
        disabled_at = suspension.disabled_at
        if copy is not None and copy.sent_at is not None and copy.sent_at > (disabled_at or suspension.since):
            return KeptSchedule(mode=ChargeMode.SCHEDULED, windows=copy.windows, programs=copy.sent)
        return suspension.kept if disabled_at is None else None

    def retry_in(self, vin: str) -> timedelta | None:
        """Return the wait until a schedule that could not be restored is sent again, None if none waits."""
        left = self._retries.left(vin, self._now)
        return left if left and vin in self.storage.suspensions else None

    def clear_read(self, vin: str) -> bool:
        """Forget that the schedule was read for a command, or to restore it, and return whether it was."""
        is_read = vin in self.just_read
        self.just_read.discard(vin)
        return is_read

    def shown_again(self, car: VehicleClient) -> None:
        """End the suspension of a car that shows its schedule, unless the command may still replace it."""
        suspension = self.of(car)
        if suspension is not None and not suspension.may_still_come(self._now):
            if suspension.sent_by is not None and suspension.kept.enabled:
                self.storage.set_route(car.vin, CommandKind.SET_CHARGE_SCHEDULE, suspension.sent_by)
            self.end(car)

    def end(self, car: VehicleClient) -> None:
        """Forget the suspension of a car; its schedule stays known if the car shows none."""
        suspension = self.of(car)
        if suspension is not None and suspension.kept.windows and car.vin not in self.storage.copies:
            copy = ScheduleCopy(windows=suspension.kept.windows, set_elsewhere=suspension.kept.programs)
            self.storage.set_copy(car.vin, copy)
        self._retries.succeeded(car.vin)
        self.storage.set_suspension(car.vin, None)

    def update(self, car: VehicleClient, **changes: Any) -> None:
        """Change the suspension of a car, if it has one."""
        if (suspension := self.of(car)) is not None:
            self.storage.set_suspension(car.vin, replace(suspension, **changes))

    def note_odometer(self, car: VehicleClient, kilometers: float) -> None:
        """Remember the mileage of a car, which shows a trip that nobody saw."""
        self._odometers[car.vin] = kilometers
        if (suspension := self.of(car)) is not None:
            self.storage.set_suspension(car.vin, suspension.with_odometer(kilometers))

    def is_due(self, car: VehicleClient, report: Battery | None) -> bool:
        """Return whether to restore the schedule of a car now, by its last report."""
        now = self._now
        if (suspension := self.of(car)) is None:
            return False
        suspension = suspension.with_report(report, now)
        self.storage.set_suspension(car.vin, suspension)
        if self.is_expecting(car, suspension) or not is_over(suspension, report, now):
            return False
        self.update(car, due_since=suspension.due_since or now)
        return self._retries.is_due(car.vin, now)

    def is_expecting(self, car: VehicleClient, suspension: Suspension) -> bool:
        """Return whether the car may not show yet what was sent to it last."""
        copy, now = self.storage.copies.get(car.vin), self._now
        sent_at = None if copy is None else copy.sent_at
        times = (suspension.since, suspension.disabled_at, suspension.sent_at, sent_at)
        return any(at is not None and is_recent(at, now) for at in times)

    def postpone(self, car: VehicleClient) -> None:
        """Wait before the next attempt to restore the schedule of a car, longer each time."""
        if self.of(car) is not None:
            self._retries.failed(car.vin, self._now)

    def is_settling(self, car: VehicleClient) -> bool:
        """Return whether the car may not show yet what was sent to restore its schedule."""
        suspension = self.of(car)
        return suspension is not None and suspension.sent_at is not None and is_recent(suspension.sent_at, self._now)

    def overdue(self, vin: str) -> KeptSchedule | None:
        """Return the schedule of a car that could not be restored for a day, None if there is none."""
        suspension = self.storage.suspensions.get(vin)
        due_since = None if suspension is None else suspension.due_since
        return None if suspension is None or due_since is None or self._now - due_since < DAY else suspension.kept

    async def send_back(self, car: VehicleClient, kind: CommandKind, send: Callable[[Route], Awaitable[None]]) -> None:
        """Send a schedule back over the next route; if the server refuses it, over the one after it."""
        suspension, routes = self.of(car), car.routes(kind)
        tried = () if suspension is None else suspension.tried
        for route in (each for each in routes if each not in tried):
            is_final = await self._is_sent(car, Route(route), send)
            if is_final is None:
                return
            tried = (*tried, route)
            self.update(car, tried=tried)
            if is_final:
                break
        if set(routes) <= set(tried):
            self.update(car, tried=())
            self.postpone(car)

    async def _is_sent(self, car: VehicleClient, route: Route, send: Callable[[Route], Awaitable[None]]) -> bool | None:
        """Send a schedule back; return whether it may arrive, None if the same route is needed later."""
        try:
            await send(route)
        except BusyError, NoRemoteCommandsError:
            self.postpone(car)
            return None
        except RefusedError:
            return False
        except CloudError as err:
            if not isinstance(err, ConnectionFailedError) or err.unsent:
                if not isinstance(err, ThrottledError):
                    self.postpone(car)
                return None
        self.update(car, sent_by=route, sent_at=self._now)
        return True


def _window_end(car: VehicleClient, windows: Windows, now: datetime) -> datetime | None:
    """Return when the current window of a schedule ends, None outside of its windows."""
    ends = (end for begin, end in car.converter().spans(windows) if begin <= now < end)
    return max(ends, default=None)
