"""A car at MY Renault: a car with odometer and location, and the commands of this cloud."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from math import cos, pi
from typing import Any, override
from zoneinfo import ZoneInfo

from ..world.battery import HOUR
from ..world.car import Car
from ..world.delivery import Delivery, DeliveryKind
from ..world.records import ChargeEntry, ChargeEvent
from ..world.vehicle import Vehicle
from .ev_settings import default_limits, default_settings, schedule_of
from .models import MODELS, X101VE, X102VE, Model, ScheduleKind
from .programs import ChargeMode, MyRenaultSchedule, Program, ProgramWeek, nightly
from .quirks import ProgramClock, Quirks

FIRST_ODOMETER_KM = 21_042.0
# Public places: Greenwich Observatory, where a new car is parked, and the end of every other trip.
HOME = (51.47695, -0.00050)
AWAY = (51.50087, -0.12462)


@dataclass
class MyRenaultCar(Car):
    """A car with an odometer and a location."""

    schedule: MyRenaultSchedule = field(default_factory=nightly)
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
class MyRenaultDelivery(Delivery):
    """A delivery that can contain the schedule of a car at MY Renault."""

    schedule: MyRenaultSchedule | None = None


@dataclass(frozen=True)
class Charge:
    """A completed charge."""

    started: ChargeEntry
    ended: ChargeEntry


@dataclass
class MyRenaultVehicle(Vehicle):
    """A car at MY Renault and its records on the server."""

    car: MyRenaultCar
    # Narrower than in the base class, so that `load` restores the programs in a delivery.
    in_flight: list[MyRenaultDelivery] = field(default_factory=list)  # type: ignore[assignment]
    model_code: str = X101VE.code
    quirks: Quirks = field(default_factory=Quirks)
    starts_at: datetime | None = None
    temperature: float | None = None
    delay: int = 300
    ev_settings: dict[str, Any] = field(default_factory=default_settings)
    soc_levels: dict[str, Any] = field(default_factory=default_limits)
    hvac_programs: list[dict[str, Any]] = field(default_factory=list)

    @property
    def model(self) -> Model:
        """Return the model."""
        return MODELS[self.model_code]

    @property
    def forgets_programs(self) -> bool:
        """Return whether charging now, or whenever plugged in, deletes the programs in the car."""
        return self.model.schedule in (ScheduleKind.PROGRAMS, ScheduleKind.NONE)

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
        for entry in self.records.charges:
            if entry.event is ChargeEvent.START:
                started = entry
            elif started:
                yield Charge(started, entry)
                started = None

    def load_first_schedule(self) -> None:
        """Load the schedule of a new car: every night, disabled, if the model has one."""
        match self.model.schedule:
            case ScheduleKind.SETTINGS:
                self.car.load(schedule_of(self.ev_settings))
            case ScheduleKind.NONE:
                self.car.load(MyRenaultSchedule(enabled=False, week=self._week(())))
            case _:
                self.car.load(nightly(self.program_clock))

    def precondition_to(self, temperature: float, at: datetime | None) -> None:
        """Start preconditioning to a temperature (°C), now or at a time."""
        self.temperature = temperature
        if at is None:
            self.precondition()
            return
        self.starts_at = at
        self._send(DeliveryKind.TIMER, self.link.command_seconds, timer_at=at)

    @override
    def precondition(self) -> None:
        # No refusal of a second command is known for this cloud.
        self._send(DeliveryKind.PRECONDITION, self.link.command_seconds)

    def cancel_preconditioning(self) -> None:
        """Cancel current and planned preconditioning; the second generation of the ZOE accepts this without effect."""
        if self.model is not X102VE:
            self.starts_at = None
            self._send(DeliveryKind.TIMER, self.link.command_seconds)

    def pause(self) -> None:
        """Pause charging until the next program starts."""
        self._send(DeliveryKind.ENABLE, self.link.command_seconds, enabled=True)

    def set_programs(self, programs: tuple[Program, ...], *, enabled: bool | None = None) -> None:
        """Send programs to the car, which replace all others, with or without a charge mode."""
        follows = self.car.schedule.enabled if enabled is None else enabled
        schedule = MyRenaultSchedule(enabled=follows, week=self._week(programs))
        self._send(DeliveryKind.SCHEDULE, self.link.deploy_seconds, schedule=schedule)

    def follow(self, programs: tuple[Program, ...]) -> None:
        """Replace the programs and follow them, which ends a charge outside of their windows."""
        schedule = MyRenaultSchedule(enabled=True, week=self._week(programs))
        self._send(DeliveryKind.FOLLOW, self.link.command_seconds, schedule=schedule)

    def delay_charge(self, at: datetime) -> None:
        """Charge from a time on, which ends a charge until then and deletes the programs of some models."""
        kept = () if self.forgets_programs else self.car.schedule.week.programs
        schedule = MyRenaultSchedule(enabled=True, week=replace(self._week(kept), starts_at=at))
        self._send(DeliveryKind.FOLLOW, self.link.command_seconds, schedule=schedule)

    def store(self, **settings: Any) -> None:
        """Send settings to the car, by the name of the field that stores them once they have arrived."""
        self._send(DeliveryKind.SETTINGS, self.link.command_seconds, settings=settings)

    def apply_settings(self, settings: dict[str, Any]) -> None:
        """Store settings of the car; those for charging take effect."""
        for name, value in settings.items():
            setattr(self, name, value)
        if "ev_settings" in settings and self.model.schedule is ScheduleKind.SETTINGS:
            self.car.override = False
            self.car.load(schedule_of(self.ev_settings))

    def set_charge_mode(self, mode: ChargeMode, starts_at: datetime | None = None) -> None:
        """Set the charge mode in the car, delayed by a day unless a time is given; the programs stay."""
        if self.model.schedule is ScheduleKind.SETTINGS and mode is not ChargeMode.DELAYED:
            changed = {"chargeModeRq": "SCHEDULED" if mode is ChargeMode.SCHEDULED else "ALWAYS"}
            delegated = {"delegatedActivated": mode is ChargeMode.DELEGATED}
            self.apply_settings({"ev_settings": {**self.ev_settings, **changed, **delegated}})
            return
        delayed_to = starts_at or self.car.at + timedelta(days=1)
        week = replace(self.car.schedule.week, starts_at=delayed_to if mode is ChargeMode.DELAYED else None)
        follows = mode in (ChargeMode.SCHEDULED, ChargeMode.DELAYED)
        self.car.override = False
        self.car.load(MyRenaultSchedule(enabled=follows, week=week, delegated=mode is ChargeMode.DELEGATED))

    def set_quirks(self, quirks: Quirks) -> None:
        """Apply quirks from now on."""
        self.quirks = quirks
        if self.model.schedule is not ScheduleKind.SETTINGS:
            schedule = self.car.schedule
            self.car.load(replace(schedule, week=replace(schedule.week, clock=self.program_clock)))

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
    def _deliver_to_car(self, delivery: Delivery) -> None:
        if delivery.kind is DeliveryKind.FOLLOW and delivery.schedule and self.link.obeys_schedule:
            self.car.override = False
            self.car.load(delivery.schedule)
        elif delivery.kind is DeliveryKind.SETTINGS and delivery.settings and self.link.obeys_schedule:
            self.apply_settings(delivery.settings)
        else:
            super()._deliver_to_car(delivery)

    @override
    def _deliver_charge(self) -> None:
        super()._deliver_charge()
        self._forget()

    @override
    def _deliver_schedule(self, delivery: Delivery) -> None:
        if delivery.kind is not DeliveryKind.ENABLE:
            super()._deliver_schedule(delivery)
        elif self.model.schedule is ScheduleKind.SETTINGS:
            self.set_charge_mode(ChargeMode.SCHEDULED if delivery.enabled else ChargeMode.ALWAYS)
        else:
            kept = delivery.enabled or not self.forgets_programs
            self.car.override = self.car.override and not delivery.enabled
            week = self._week(self.car.schedule.week.programs if kept else ())
            self.car.load(MyRenaultSchedule(enabled=delivery.enabled, week=week))

    def _forget(self) -> None:
        """Delete the programs and charge whenever plugged in, if the model does that."""
        if self.forgets_programs:
            self.car.load(MyRenaultSchedule(enabled=False, week=self._week(())))

    def _week(self, programs: tuple[Program, ...]) -> ProgramWeek:
        """Return the programs with their time zone."""
        return ProgramWeek(programs=programs, clock=self.program_clock)
