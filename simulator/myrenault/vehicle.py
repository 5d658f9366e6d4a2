"""A car at MY Renault, its settings, and the commands of this cloud."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, override
from zoneinfo import ZoneInfo

from ..world.delivery import Delivery, DeliveryKind
from ..world.departures import Departure
from ..world.records import ChargeEntry, ChargeEvent
from ..world.vehicle import Vehicle
from .car import MyRenaultCar
from .equipment import Equipment
from .ev_settings import default_limits, default_settings, departures_of, hvac_departures, schedule_of
from .models import MODELS, X101VE, X102VE, Model, ScheduleKind
from .programs import ChargeMode, MyRenaultSchedule, Program, ProgramWeek, nightly
from .quirks import ProgramClock, Quirks


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
    equipment: Equipment = field(default_factory=Equipment)
    signals: dict[str, datetime] = field(default_factory=dict)

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
                self._load_settings()
            case ScheduleKind.NONE:
                self.car.load(MyRenaultSchedule(enabled=False, week=self._week(())))
            case _:
                self.car.load(nightly(self.program_clock))
        self.load_limits_and_departures()

    def load_limits_and_departures(self) -> None:
        """Load the charge limits, and the departures of both kinds of programs, into the car."""
        if self.model.has_limits:
            self.car.set_limits(self.soc_levels["socMin"], self.soc_levels["socTarget"])
        if self.model.schedule is ScheduleKind.SETTINGS:
            self.car.departure_temperature = float(self.ev_settings["preconditioningTemperature"])
        self.car.set_departures(self._departures() if self.quirks.follows_departures else ())

    def precondition_to(self, temperature: float, at: datetime | None) -> None:
        """Start preconditioning to a temperature (°C), now or at a time."""
        self.temperature = self.car.temperature = temperature
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

    def signal(self, name: str) -> None:
        """Let the car sound its horn, flash its lights, or report its location, and store when it did."""
        self._send(DeliveryKind.SIGNAL, self.link.command_seconds, settings={"name": name})

    def apply_settings(self, settings: dict[str, Any]) -> None:
        """Store settings of the car, which take effect."""
        for name, value in settings.items():
            setattr(self, name, value)
        if "ev_settings" in settings and self.model.schedule is ScheduleKind.SETTINGS:
            self.car.override = False
            self._load_settings()
        self.load_limits_and_departures()

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
        before, self.quirks = self.quirks, quirks
        if self.model.schedule is ScheduleKind.SETTINGS:
            if quirks.daily_window is not before.daily_window:
                self._load_settings()
        else:
            schedule = self.car.schedule
            self.car.load(replace(schedule, week=replace(schedule.week, clock=self.program_clock)))
        self.load_limits_and_departures()

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
        elif delivery.kind is DeliveryKind.SIGNAL and delivery.settings:
            self.signals[delivery.settings["name"]] = self.car.at
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

    def _load_settings(self) -> None:
        """Load the charge schedule of `ev/settings` into the car."""
        self.car.load(schedule_of(self.ev_settings, daily=self.quirks.daily_window))

    def _departures(self) -> tuple[Departure, ...]:
        """Return the departures for which the car is to be preconditioned."""
        own = departures_of(self.ev_settings) if self.model.schedule is ScheduleKind.SETTINGS else ()
        return (*own, *hvac_departures(self.hvac_programs, self.program_clock))

    def _forget(self) -> None:
        """Delete the programs and charge whenever plugged in, if the model does that."""
        if self.forgets_programs:
            self.car.load(MyRenaultSchedule(enabled=False, week=self._week(())))

    def _week(self, programs: tuple[Program, ...]) -> ProgramWeek:
        """Return the programs with their time zone."""
        return ProgramWeek(programs=programs, clock=self.program_clock)
