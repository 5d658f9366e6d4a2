"""The cloud of the simulated car: no server, and nothing but what is stored."""

import asyncio
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Any, Final, override

from ..charging import ChargeState
from ..codec import dump, load_or_none
from ..models import (
    Account,
    Battery,
    Capability,
    ChargeEvent,
    ChargeSchedule,
    ChargeWindow,
    CommandKind,
    PreconditioningRun,
    Vehicle,
)
from ..plain import PlainCloud
from ..protocol import SYSTEM_CLOCK, Clock
from ..reports import Cabin
from ..schedule import check_supported, month_span, next_at
from .car import (
    CAPACITY_KWH,
    CHARGING_W,
    MINIMUM_LEVEL,
    DemoCar,
    advanced,
    in_window,
    is_plugged_in,
    new_car,
    obeying,
    outside_temperature,
)

# No car has this number: the letter O is not used.
DEMO_VIN: Final = "VF1DEMO0000000001"
_PRECONDITIONED = 21.0
_CAPABILITIES = frozenset(
    {
        Capability.BATTERY,
        Capability.BATTERY_ENERGY,
        Capability.CABIN,
        Capability.CABIN_TEMPERATURE,
        Capability.CANCEL_PRECONDITIONING,
        Capability.CHARGE_HISTORY,
        Capability.CHARGE_SCHEDULE,
        Capability.CHARGE_STATE,
        Capability.CHARGING_POWER,
        Capability.MILEAGE,
        Capability.OUTSIDE_TEMPERATURE,
        Capability.PRECONDITIONING,
        Capability.PRECONDITIONING_HISTORY,
        Capability.PRECONDITIONING_STATE,
        Capability.PRECONDITIONING_TIMER,
        Capability.PRECONDITIONING_TIMER_STATE,
        Capability.REQUEST_UPDATE,
        Capability.START_CHARGE,
        Capability.STOP_CHARGE,
    }
)


class Demo(PlainCloud):
    """An account with the simulated car."""

    def __init__(
        self,
        *,
        time_zone: tzinfo,
        stored: Mapping[str, Any] | None = None,
        on_session: Callable[[dict[str, Any]], None] = lambda _: None,
        on_progress: Callable[[dict[str, Any]], None] = lambda _: None,
        clock: Clock = SYSTEM_CLOCK,
    ) -> None:
        """Start with the car as `stored`; `on_session` is called with it after a command, `on_progress` as it ages."""
        self._zone, self._clock = time_zone, clock
        self._on_session, self._on_progress = on_session, on_progress
        self._stored: DemoCar | None = load_or_none(DemoCar, (stored or {}).get("car"))

    async def account(self, *, max_age: timedelta) -> Account:
        """Return the account with the car, whose past takes a moment to compute."""
        if self._stored is None:
            self._stored = await asyncio.to_thread(new_car, self._clock.now(), self._zone)
            self._on_session({"car": dump(self._stored)})
        car = Vehicle(
            vin=DEMO_VIN,
            time_zone=self._zone,
            capabilities=_CAPABILITIES,
            model="Simulated car",
            windows_a_day=None,
            every_day=False,
            battery_kwh=CAPACITY_KWH,
            is_demo=True,
        )
        return Account(id=DEMO_VIN, vehicles=(car,))

    async def battery(self, vin: str) -> Battery | None:
        """Return the battery as it is now."""
        car = self._car
        self._on_progress({"car": dump(car)})
        left = timedelta(minutes=-(-car.charging_seconds_left // 60)) if car.charging else None
        return Battery(
            level=car.level,
            range_km=car.range_km,
            plugged_in=is_plugged_in(self._local(car)),
            charging=car.charging,
            charging_time_remaining=left,
            reported_at=car.at,
            charge_state=self._charge_state(car),
            energy_kwh=round(car.energy_ws / 3_600_000, 1),
            charging_power_w=CHARGING_W if car.charging else 0,
        )

    @override
    async def mileage(self, vin: str) -> float | None:
        """Return the mileage in kilometers."""
        return self._car.meters / 1000

    @override
    async def cabin(self, vin: str) -> Cabin:
        """Return the state of the cabin, which has the temperature outside unless it is preconditioned."""
        car = self._car
        outside = outside_temperature(self._local(car))
        return Cabin(
            preconditioning=car.is_preconditioning,
            preconditioning_starts_at=car.timer_at,
            outside_temperature=outside,
            temperature=_PRECONDITIONED if car.is_preconditioning else outside,
            minimum_level=MINIMUM_LEVEL,
        )

    async def last_preconditioning(self, vin: str) -> PreconditioningRun | None:
        """Return the last run."""
        return next(reversed(self._car.runs), None)

    async def preconditioning_history(self, vin: str, begin: date, end: date) -> tuple[PreconditioningRun, ...]:
        """Return the runs of whole months, newest first."""
        return self._of_months(self._car.runs, begin, end)

    async def charge_history(self, vin: str, begin: date, end: date) -> tuple[ChargeEvent, ...]:
        """Return the charge events of whole months, newest first."""
        return self._of_months(self._car.events, begin, end)

    async def preconditioning_timer(self, vin: str) -> time | None:
        """Return the time of the preconditioning timer on the wall clock."""
        at = self._car.timer_at
        return None if at is None else at.astimezone(self._zone).time()

    async def charge_schedule(self, vin: str) -> ChargeSchedule:
        """Return the charge schedule in the car."""
        return self._car.schedule

    async def start_preconditioning(self, vin: str, *, temperature: float | None = None) -> None:
        """Start preconditioning."""
        self._send(CommandKind.PRECONDITION)

    async def set_preconditioning_timer(self, vin: str, start: time, *, temperature: float | None = None) -> None:
        """Start preconditioning at the next `start` of the wall clock."""
        self._send(CommandKind.PRECONDITION_AT, starts_at=next_at(start, self._zone, self._car.at))

    async def cancel_preconditioning_timer(self, vin: str) -> None:
        """Delete the preconditioning timer."""
        self._send(CommandKind.CANCEL_PRECONDITION)

    async def start_charge(self, vin: str, *, route: str | None = None) -> None:
        """Start charging, up to a full battery."""
        self._send(CommandKind.START_CHARGE)

    @override
    async def stop_charge(self, vin: str, *, route: str | None = None) -> None:
        """Stop charging until the next window, or until the car is plugged in again."""
        self._send(CommandKind.STOP_CHARGE)

    async def request_update(self, vin: str) -> None:
        """Do nothing: the car reports whenever it is read."""

    async def set_charge_schedule(
        self, vin: str, windows: tuple[ChargeWindow, ...], *, route: str | None = None
    ) -> None:
        """Write the charge schedule, enabled."""
        for each in windows:
            check_supported(each)
        self._send(CommandKind.SET_CHARGE_SCHEDULE, schedule=ChargeSchedule(enabled=True, windows=windows))

    async def disable_charge_schedule(self, vin: str, *, route: str | None = None) -> None:
        """Let the car charge whenever it is plugged in."""
        self._send(CommandKind.DISABLE_CHARGE_SCHEDULE)

    @property
    def _car(self) -> DemoCar:
        """Return the car as it is now."""
        now = self._clock.now()
        self._stored = new_car(now, self._zone) if self._stored is None else advanced(self._stored, now, self._zone)
        return self._stored

    def _local(self, car: DemoCar) -> datetime:
        """Return the car's wall clock."""
        return car.at.astimezone(self._zone)

    def _send(
        self, kind: CommandKind, *, schedule: ChargeSchedule | None = None, starts_at: datetime | None = None
    ) -> None:
        """Send a command to the car, and store it."""
        self._stored = obeying(self._car, kind, schedule=schedule, starts_at=starts_at)
        self._on_session({"car": dump(self._stored)})

    def _charge_state(self, car: DemoCar) -> ChargeState:
        """Return the charge in more detail."""
        local = self._local(car)
        if car.charging:
            return ChargeState.CHARGING
        if not is_plugged_in(local) or not car.can_charge:
            return ChargeState.NOT_CHARGING if car.can_charge else ChargeState.ENDED
        waits = car.schedule.enabled and not in_window(car.schedule, local)
        return ChargeState.WAITING_FOR_SCHEDULE if waits else ChargeState.NOT_CHARGING

    def _of_months[T: (PreconditioningRun, ChargeEvent)](
        self, records: tuple[T, ...], begin: date, end: date
    ) -> tuple[T, ...]:
        """Return the records of whole months, newest first."""
        first, last = month_span(begin, end)
        return tuple(each for each in reversed(records) if first <= each.at.astimezone(self._zone).date() <= last)
