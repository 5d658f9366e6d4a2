"""A ZOE as MY Renault knows it: the car with an odometer and a place, and the orders this cloud gives."""

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
# Where a new car stands, Greenwich Observatory, and where every other trip ends; nobody lives at either.
HOME = (51.47695, -0.00050)
AWAY = (51.50087, -0.12462)


class ProgramClock(StrEnum):
    """What the car takes the `Z` of a program's time for."""

    UTC = "utc"
    LOCAL = "local"


@dataclass
class Quirks:
    """How a car and its account differ from what they are at first; README.md names the source of each."""

    program_clock: ProgramClock = ProgramClock.UTC
    silent_charging: bool = False
    serves_sessions: bool = False
    privacy: bool = False
    refuses_mode: bool = False
    tells_low_battery: bool = False
    ghost_remaining_time: bool = False


@dataclass
class ZoeCar(Car):
    """A car that counts its kilometres and stands somewhere."""

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
        """Return the temperature of the air in °C: coldest at four in the morning, the same every day."""
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
    """An errand that may carry a ZOE's schedule."""

    schedule: ZoeSchedule | None = None


@dataclass(frozen=True)
class Charge:
    """A charge from end to end."""

    started: ChargeEntry
    ended: ChargeEntry


@dataclass
class ZoeVehicle(Vehicle):
    """A ZOE and what the server makes of it."""

    car: ZoeCar
    # Narrower than the base, so that `load` restores the programs a delivery carries.
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
        """Say whether charging at once, for now or for good, makes the car forget its programs."""
        return self.model.max_programs > 1

    @property
    def program_clock(self) -> ZoneInfo | None:
        """Return the zone of the programs, None for the car's own."""
        return ZoneInfo("UTC") if self.quirks.program_clock is ProgramClock.UTC else None

    @property
    def preconditioning(self) -> bool:
        """Say whether the car is preconditioning."""
        return self.car.preconditioning_until is not None

    @property
    def charges(self) -> Iterator[Charge]:
        """Give the finished charges, oldest first."""
        started = None
        for entry in self.ledger.charges:
            if entry.event is ChargeEvent.START:
                started = entry
            elif started:
                yield Charge(started, entry)
                started = None

    def precondition_to(self, temperature: float, at: datetime | None) -> None:
        """Order preconditioning to a temperature (°C), now or at an instant."""
        self.temperature = temperature
        if at is None:
            self.precondition()
            return
        self.starts_at = at
        self._send(DeliveryKind.TIMER, self.link.order_seconds, timer_at=at)

    @override
    def precondition(self) -> None:
        # Nobody tells of a second order that was refused for coming too soon.
        self._send(DeliveryKind.PRECONDITION, self.link.order_seconds)

    def cancel_preconditioning(self) -> None:
        """Cancel what runs and what is to come; the second generation accepts that and does nothing."""
        if not self.forgets_programs:
            self.starts_at = None
            self._send(DeliveryKind.TIMER, self.link.order_seconds)

    def pause(self) -> None:
        """Order a running charge to pause: the car waits for its programs again."""
        self._send(DeliveryKind.ENABLE, self.link.order_seconds, enabled=True)

    def set_programs(self, programs: tuple[Program, ...]) -> None:
        """Send other programs to the car, which replace all it holds."""
        week = ProgramWeek(programs=programs, clock=self.program_clock)
        schedule = ZoeSchedule(enabled=self.car.schedule.enabled, week=week)
        self._send(DeliveryKind.SCHEDULE, self.link.deploy_seconds, schedule=schedule)

    def set_quirks(self, quirks: Quirks) -> None:
        """Be as the quirks say from now on."""
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
        if delivery.errand is DeliveryKind.ENABLE and not delivery.enabled:
            self._forget()
        elif delivery.errand is DeliveryKind.ENABLE and self.car.override:
            self.car.override = False
            self.car.apply_due_changes()

    def _forget(self) -> None:
        """Forget the programs and charge whenever plugged, if this is a car that does."""
        if self.forgets_programs:
            self.car.load(ZoeSchedule(enabled=False, week=ProgramWeek(clock=self.program_clock)))
