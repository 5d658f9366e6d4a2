"""The changes that the control API accepts, with validation."""

from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from ..codec import InputError, as_object, build, update
from ..world.accounts import Account, Restriction, Scope
from ..world.battery import ChargingPoint
from ..world.clock import Clock
from ..world.delivery import Link
from ..world.vehicle import Vehicle
from ..zeservices.backend import Backend
from ..zeservices.tokens import LIFETIME

FULL = 100


@dataclass
class ClockChange:
    """Advance the clock by seconds or to a time, or change its speed or the server's clock skew."""

    advance: float | None = None
    set: datetime | None = None
    speed: float | None = None
    skew: float | None = None

    def apply(self, clock: Clock) -> None:
        """Apply the change; raise ValueError for a time in the past."""
        if self.advance is not None:
            clock.advance(self.advance)
        if self.set is not None:
            clock.set(self.set)
        if self.speed is not None:
            clock.speed = self.speed
        if self.skew is not None:
            clock.skew_seconds = self.skew


@dataclass
class CarChange:
    """Change a car, except its link."""

    level: float | None = None
    plugged: bool | None = None
    charging_point: ChargingPoint | None = None
    capacity: float | None = None
    consumption: float | None = None
    run_minutes: float | None = None
    threshold: int | None = None
    timezone: ZoneInfo | None = None
    glitch: bool = False
    report: bool = False

    def __post_init__(self) -> None:
        """Raise ValueError for values that no car can have."""
        if self.level is not None and not 0 <= self.level <= FULL:
            raise ValueError(f"level: 0 to {FULL} expected, not {self.level:g}")
        for name in ("capacity", "consumption", "run_minutes"):
            value = getattr(self, name)
            if value is not None and value <= 0:
                raise ValueError(f"{name}: more than 0 expected, not {value:g}")

    def apply(self, vehicle: Vehicle) -> None:
        """Apply the change; raise ValueError when plugging in a car while it is driving."""
        self._apply_to_make(vehicle)
        if self.level is not None:
            vehicle.car.fill(self.level)
        self._apply_to_plug(vehicle)
        if self.glitch:
            vehicle.glitch()
        if self.report:
            vehicle.report_now()

    def _apply_to_make(self, vehicle: Vehicle) -> None:
        """Change the type of car and its time zone; the battery level in percent stays."""
        car, level = vehicle.car, vehicle.car.battery.level
        car.battery.capacity_kwh = self.capacity or car.battery.capacity_kwh
        car.battery.consumption_kwh_per_km = self.consumption or car.battery.consumption_kwh_per_km
        car.threshold = car.threshold if self.threshold is None else self.threshold
        car.run = timedelta(minutes=self.run_minutes) if self.run_minutes else car.run
        if self.capacity:
            car.fill(level)
        if self.timezone:
            vehicle.zone = self.timezone

    def _apply_to_plug(self, vehicle: Vehicle) -> None:
        """Plug in or unplug the car."""
        if self.plugged is False:
            vehicle.car.unplug()
        elif self.charging_point:
            vehicle.car.unplug()
            vehicle.car.plug(self.charging_point)
        elif self.plugged and not vehicle.car.plugged:
            vehicle.car.plug()


@dataclass
class Plug:
    """Plug a car in."""

    charging_point: ChargingPoint = ChargingPoint.ACCELERATED

    def apply(self, vehicle: Vehicle) -> None:
        """Apply the change; raise ValueError if the car is already plugged in or is driving."""
        if vehicle.car.plugged:
            raise ValueError("the car is already plugged in")
        vehicle.car.plug(self.charging_point)


@dataclass
class Unplug:
    """Unplug a car."""

    def apply(self, vehicle: Vehicle) -> None:
        """Apply the change."""
        vehicle.car.unplug()


@dataclass
class Drive:
    """Drive a distance in km, at once or over some minutes."""

    km: float
    minutes: float = 0.0

    def __post_init__(self) -> None:
        """Raise ValueError for a distance or duration that is not positive."""
        if self.km <= 0 or self.minutes < 0:
            raise ValueError("km: more than 0, minutes: 0 or more expected")

    def apply(self, vehicle: Vehicle) -> None:
        """Apply the change; raise ValueError if the distance exceeds the range."""
        vehicle.car.drive(self.km, timedelta(minutes=self.minutes))


@dataclass
class Report:
    """Let the server receive the car's current reading."""

    def apply(self, vehicle: Vehicle) -> None:
        """Apply the change."""
        vehicle.report_now()


@dataclass
class AccountChange:
    """Change an account, by default the first; an unknown name with a password creates one."""

    username: str | None = None
    password: str | None = None
    restriction: Restriction | None = None
    scopes: list[Scope] | None = None
    vehicles: list[str] | None = None
    country: str | None = None
    locale: str | None = None
    timezone: ZoneInfo | None = None
    generation: int | None = None

    def __post_init__(self) -> None:
        """Raise ValueError for an unknown generation."""
        if self.generation is not None and self.generation not in LIFETIME:
            raise ValueError(f"generation: 1 or 2 expected, not {self.generation}")

    def apply(self, backend: Backend) -> Account:
        """Apply the change and return the account; raise InputError for an unknown name without a password."""
        account = self._account(backend)
        for name in ("password", "restriction", "scopes", "country", "locale"):
            if (value := getattr(self, name)) is not None:
                setattr(account, name, value)
        account.timezone = str(self.timezone or account.timezone)
        if self.vehicles is not None:
            account.vins = [vin.upper() for vin in self.vehicles]
        backend.add_account(account)
        backend.tokens.generation = self.generation or backend.tokens.generation
        return account

    def _account(self, backend: Backend) -> Account:
        """Return the selected account, creating it if needed."""
        if self.username is None:
            return next(iter(backend.accounts.values()))
        if account := backend.accounts.get(self.username.casefold()):
            return account
        if self.password is None:
            raise InputError(f"unknown account {self.username!r}; send a password to create it")
        return Account(self.username, self.password, [])


def change_car(vehicle: Vehicle, given: Any) -> None:
    """Change the fields of a car and its link that a JSON object contains."""
    link_names = {each.name for each in fields(Link)}
    parts = as_object(given)
    change = build(CarChange, {name: value for name, value in parts.items() if name not in link_names})
    update(vehicle.link, {name: value for name, value in parts.items() if name in link_names})
    change.apply(vehicle)
