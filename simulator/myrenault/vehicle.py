"""A ZOE at MY Renault: a car with odometer and location, and the commands of this cloud."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from math import cos, pi
from typing import override
from zoneinfo import ZoneInfo

from ..world.battery import HOUR
from ..world.car import Car
from ..world.delivery import Delivery, DeliveryKind
from ..world.ledger import ChargeEntry, ChargeEvent
from ..world.vehicle import Vehicle
from .models import MODELS, X101VE, Model
from .programs import Program, ProgramWeek, ZoeSchedule, nightly

FIRST_ODOMETER_KM = 21_042.0
# Public places: Greenwich Observatory, where a new car is parked, and the end of every other trip.
HOME = (51.47695, -0.00050)
AWAY = (51.50087, -0.12462)


class ProgramClock(StrEnum):
    """How the car interprets the `Z` in the times of a program."""

    UTC = "utc"
    LOCAL = "local"


@dataclass
class Quirks:
    """Differences of a car and its account; README.md lists the source of each."""

    program_clock: ProgramClock = ProgramClock.UTC
    silent_charging: bool = False
    serves_sessions: bool = False
    privacy: bool = False
    refuses_mode: bool = False
    tells_low_battery: bool = False
    ghost_remaining_time: bool = False


@dataclass
class ZoeCar(Car):
    """A car with an odometer and a location."""

    schedule: ZoeSchedule = field(default_factory=nightly)
    odometer_km: float = FIRST_ODOMETER_KM
    trips: int = 0
    parked_at: datetime | None = None

    @property
    def place(self) -> tuple[float, float]:
        """Return latitude and longitude in degrees."""
        return AWAY if self.trips % 2 else HOME

    @property
    def outside(self) -> float:
        """Return the outside temperature in °C: lowest at 04:00, the same every day."""
        hour = self.at.astimezone(self.zone).hour
        return 8.5 - 4.0 * cos((hour - 4) / 24 * 2 * pi)

    @override
    def drive(self, km: float, duration: timedelta = timedelta()) -> None:
        super().drive(km, duration)
        self.trips += 1
        self.parked_at = self.at + duration
        if not duration:
            self.odometer_km += km

    @override
    def _flow(self, to: datetime) -> None:
        hours = (to - self.at).total_seconds() / HOUR
        self.odometer_km += self.trip_kw * hours / self.battery.consumption_kwh_per_km
        super()._flow(to)


@dataclass(frozen=True)
class ZoeDelivery(Delivery):
    """A delivery that can contain the schedule of a ZOE."""

    schedule: ZoeSchedule | None = None


@dataclass(frozen=True)
class Charge:
    """A completed charge."""

    started: ChargeEntry
    ended: ChargeEntry


@dataclass
class ZoeVehicle(Vehicle):
    """A ZOE and its records on the server."""

    car: ZoeCar
    # Narrower than in the base class, so that `load` restores the programs in a delivery.
    in_flight: list[ZoeDelivery] = field(default_factory=list)  # type: ignore[assignment]
    model_code: str = X101VE.code
    quirks: Quirks = field(default_factory=Quirks)
    starts_at: datetime | None = None
    temperature: float | None = None

    @property
    def model(self) -> Model:
        """Return the model."""
        return MODELS[self.model_code]

    @property
    def forgets_programs(self) -> bool:
        """Return whether charging now, or whenever plugged in, deletes the programs in the car."""
        return self.model.max_programs > 1

    @property
    def program_clock(self) -> ZoneInfo | None:
        """Return the time zone of the programs, None for the car's own."""
        return ZoneInfo("UTC") if self.quirks.program_clock is ProgramClock.UTC else None

    @property
    def preconditioning(self) -> bool:
        """Return whether the car is preconditioning."""
        return self.car.preconditioning_until is not None

    @property
    def charges(self) -> Iterator[Charge]:
        """Yield the completed charges, oldest first."""
        started = None
        for entry in self.ledger.charges:
            if entry.event is ChargeEvent.START:
                started = entry
            elif started:
                yield Charge(started, entry)
                started = None

    def precondition_to(self, temperature: float, at: datetime | None) -> None:
        """Start preconditioning to a temperature (°C), now or at a time."""
        self.temperature = temperature
        if at is None:
            self.precondition()
            return
        self.starts_at = at
        self._send(DeliveryKind.TIMER, self.link.order_seconds, timer_at=at)

    @override
    def precondition(self) -> None:
        # No refusal of a second command is known for this cloud.
        self._send(DeliveryKind.PRECONDITION, self.link.order_seconds)

    def cancel_preconditioning(self) -> None:
        """Cancel current and planned preconditioning; the second generation accepts this without effect."""
        if not self.forgets_programs:
            self.starts_at = None
            self._send(DeliveryKind.TIMER, self.link.order_seconds)

    def pause(self) -> None:
        """Pause charging until the next program starts."""
        self._send(DeliveryKind.ENABLE, self.link.order_seconds, enabled=True)

    def set_programs(self, programs: tuple[Program, ...]) -> None:
        """Send programs to the car, which replace all others."""
        week = ProgramWeek(programs=programs, clock=self.program_clock)
        schedule = ZoeSchedule(enabled=self.car.schedule.enabled, week=week)
        self._send(DeliveryKind.SCHEDULE, self.link.deploy_seconds, schedule=schedule)

    def set_quirks(self, quirks: Quirks) -> None:
        """Apply quirks from now on."""
        self.quirks = quirks
        week = ProgramWeek(programs=self.car.schedule.week.programs, clock=self.program_clock)
        self.car.load(ZoeSchedule(enabled=self.car.schedule.enabled, week=week))

    @override
    def _end_timer(self) -> None:
        super()._end_timer()
        self.starts_at = None

    @override
    def _deliver_timer(self, delivery: Delivery) -> None:
        super()._deliver_timer(delivery)
        if delivery.timer_at is None and self.preconditioning:
            self.car.preconditioning_until = None
            self.car.apply_due_changes()

    @override
    def _deliver_charge(self) -> None:
        super()._deliver_charge()
        self._forget()

    @override
    def _deliver_schedule(self, delivery: Delivery) -> None:
        super()._deliver_schedule(delivery)
        if delivery.kind is DeliveryKind.ENABLE and not delivery.enabled:
            self._forget()
        elif delivery.kind is DeliveryKind.ENABLE and self.car.override:
            self.car.override = False
            self.car.apply_due_changes()

    def _forget(self) -> None:
        """Delete the programs and charge whenever plugged in, if the model does that."""
        if self.forgets_programs:
            self.car.load(ZoeSchedule(enabled=False, week=ProgramWeek(clock=self.program_clock)))
