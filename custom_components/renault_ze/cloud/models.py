"""The vocabulary both clouds fill and everything above them reads."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta, tzinfo
from enum import IntEnum, StrEnum
from typing import Literal

# The word of a car that obeys comes within five minutes (owners' word): sooner, its silence says nothing.
RESPONSE_TIME = timedelta(minutes=5)


class Capability(StrEnum):
    """What an account may do with a vehicle."""

    BATTERY = "battery"
    BATTERY_ENERGY = "battery_energy"
    CABIN = "cabin"
    CANCEL_PRECONDITIONING = "cancel_preconditioning"
    CHARGE_HISTORY = "charge_history"
    CHARGE_SCHEDULE = "charge_schedule"
    CHARGE_STATE = "charge_state"
    CHARGING_POINT = "charging_point"
    LOCATION = "location"
    MILEAGE = "mileage"
    NOTIFICATIONS = "notifications"
    OUTSIDE_TEMPERATURE = "outside_temperature"
    PRECONDITIONING = "preconditioning"
    PRECONDITIONING_HISTORY = "preconditioning_history"
    PRECONDITIONING_STATE = "preconditioning_state"
    PRECONDITIONING_TEMPERATURE = "preconditioning_temperature"
    PRECONDITIONING_TIMER = "preconditioning_timer"
    PRECONDITIONING_TIMER_STATE = "preconditioning_timer_state"
    REQUEST_UPDATE = "request_update"
    START_CHARGE = "start_charge"


class Part(StrEnum):
    """The parts of a vehicle's state, each read by itself; the values are the fields of `VehicleState`."""

    BATTERY = "battery"
    LAST_PRECONDITIONING = "last_preconditioning"
    PRECONDITIONING_TIMER = "preconditioning_timer"
    CHARGE_SCHEDULE = "charge_schedule"
    NOTIFICATIONS = "notifications"
    CHARGE_HISTORY = "charge_history"
    PRECONDITIONING_HISTORY = "preconditioning_history"
    MILEAGE = "mileage_km"
    LOCATION = "location"
    CABIN = "cabin"


class ChargingPoint(StrEnum):
    """The kind of supply the car sees; `NONE` is the car's own word for an idle one."""

    NONE = "none"
    SLOW = "slow"
    ACCELERATED = "accelerated"
    FAST = "fast"


class ChargeState(StrEnum):
    """What a car that tells more than `charging` says of its charge; both kinds of waiting are with the cable in."""

    NOT_CHARGING = "not_charging"
    WAITING_FOR_SCHEDULE = "waiting_for_schedule"
    WAITING_FOR_POWER = "waiting_for_power"
    CHARGING = "charging"
    ENDED = "ended"
    FLAP_OPEN = "flap_open"
    ERROR = "error"


class PreconditioningSource(StrEnum):
    """Who asked for a preconditioning run."""

    USER_REQUEST = "user_request"
    CAR = "car"


class Result(StrEnum):
    """How a request to the car ended."""

    SUCCESS = "success"
    ERROR = "error"


class ChargeEventKind(StrEnum):
    """What a line of the charge history tells."""

    STARTED = "started"
    ENDED = "ended"
    START_REQUESTED = "start_requested"


class NotificationChannel(StrEnum):
    """Where the cloud sends a message."""

    NONE = "none"
    EMAIL = "email"
    SMS = "sms"


class Weekday(IntEnum):
    """A day of the week, numbered as `date.weekday` does."""

    MONDAY = 0
    TUESDAY = 1
    WEDNESDAY = 2
    THURSDAY = 3
    FRIDAY = 4
    SATURDAY = 5
    SUNDAY = 6


@dataclass(frozen=True, kw_only=True, slots=True)
class Vehicle:
    """A vehicle of an account; `time_zone` is the one its wall clock runs in.

    `windows_a_day` is how many charge windows it holds for each weekday, None for any number; `windows_alike` how many
    different pairs of start and duration they may have, None where each may be another; `every_day` whether each day
    needs one; `schedule_zone` the zone it counts those days in, None for its own. `battery_kwh` is the usable energy of
    a full battery of this build. `unconfirmed` are the orders whose effect its cloud never shows: they can be accepted,
    and no more be known of them. `requests` is how many it takes to read a part, where that is not one.
    """

    vin: str
    time_zone: tzinfo
    capabilities: frozenset[Capability]
    model: str | None = None
    windows_a_day: int | None = 1
    windows_alike: int | None = None
    schedule_zone: tzinfo | None = None
    every_day: bool = True
    battery_kwh: float | None = None
    unconfirmed: frozenset[CommandKind] = frozenset()
    requests: Mapping[Part, int] = field(default_factory=dict)

    def shows(self, part: Part) -> bool:
        """Tell whether the effect of a command can be seen in a part: not every car says that it preconditions."""
        return part is not Part.CABIN or Capability.PRECONDITIONING_STATE in self.capabilities


@dataclass(frozen=True, kw_only=True, slots=True)
class Account:
    """Who is logged in, and the vehicles that are theirs.

    `reads_an_hour` is its quota, None where none is known, `reserve` how many requests of it are kept for commands.
    """

    id: str
    vehicles: tuple[Vehicle, ...]
    reads_an_hour: float | None = None
    reserve: float = 0.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Battery:
    """The battery as the car last reported it; None is a value the car did not give."""

    level: int | None = None
    range_km: float | None = None
    plugged_in: bool | None = None
    charging: bool | None = None
    charging_point: ChargingPoint | None = None
    charging_time_remaining: timedelta | None = None
    reported_at: datetime | None = None
    charge_state: ChargeState | None = None
    energy_kwh: float | None = None

    @property
    def charge_ends_at(self) -> datetime | None:
        """Return when the running charge will end, by the car's own estimate."""
        if not self.charging or self.reported_at is None or self.charging_time_remaining is None:
            return None
        return self.reported_at + self.charging_time_remaining


@dataclass(frozen=True, kw_only=True, slots=True)
class Location:
    """Where the car was when it last said so; latitude and longitude are WGS 84 degrees."""

    latitude: float
    longitude: float
    at: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Cabin:
    """What the car says of its air: temperatures are °C, `minimum_level` the percent below which it stays as it is."""

    preconditioning: bool | None = None
    preconditioning_starts_at: datetime | None = None
    outside_temperature: float | None = None
    minimum_level: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class PreconditioningRun:
    """One run of the preconditioning, or the refusal of one."""

    at: datetime
    source: PreconditioningSource | None = None
    result: Result | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class ChargeEvent:
    """One line of the charge history."""

    at: datetime
    kind: ChargeEventKind | None = None
    charging_point: ChargingPoint | None = None
    level: int | None = None
    range_km: float | None = None
    charging_time_remaining: timedelta | None = None
    result: Result | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class ChargeNeighbours:
    """The charge before now and the one the car will start next."""

    previous: ChargeEvent | None = None
    next_at: datetime | None = None


@dataclass(frozen=True, order=True, slots=True)
class ChargeWindow:
    """One interval of charging a week; `start` is the vehicle's wall clock, and it may pass midnight."""

    weekday: Weekday
    start: time
    duration: timedelta


@dataclass(frozen=True, kw_only=True, slots=True)
class ChargeSchedule:
    """What the car holds: when disabled it charges whenever it is plugged in; `unsettled` is still on its way there."""

    enabled: bool | None = None
    windows: tuple[ChargeWindow, ...] = ()
    unsettled: bool = False

    def on(self, weekday: Weekday) -> tuple[ChargeWindow, ...]:
        """Return the windows that start on a weekday."""
        return tuple(window for window in self.windows if window.weekday is weekday)


@dataclass(frozen=True, kw_only=True, slots=True)
class DoNotDisturb:
    """The daily silence, in the vehicle's wall clock."""

    start: time
    end: time

    @property
    def empty(self) -> bool:
        """Tell whether it ends as it begins: nobody knows whether a server takes that for a whole day or for none."""
        return self.start == self.end


@dataclass(frozen=True, kw_only=True, slots=True)
class NotificationSettings:
    """Where each message goes; None is a channel this version does not know.

    A silence is None where there is none, and `unknown` where the cloud tells of one that cannot be read.
    """

    battery_status: NotificationChannel | None = None
    charge_start: NotificationChannel | None = None
    charge_end: NotificationChannel | None = None
    charge_problem: NotificationChannel | None = None
    low_battery: NotificationChannel | None = None
    low_battery_reminder: NotificationChannel | None = None
    do_not_disturb: DoNotDisturb | Literal["unknown"] | None = None

    @property
    def silence(self) -> DoNotDisturb | None:
        """Return the daily silence in force, None where there is none that can be read."""
        return self.do_not_disturb if isinstance(self.do_not_disturb, DoNotDisturb) else None


class CommandKind(StrEnum):
    """The orders a car can be given."""

    PRECONDITION = "precondition"
    PRECONDITION_AT = "precondition_at"
    CANCEL_PRECONDITION = "cancel_precondition"
    START_CHARGE = "start_charge"
    REQUEST_UPDATE = "request_update"
    SET_CHARGE_SCHEDULE = "set_charge_schedule"
    DISABLE_CHARGE_SCHEDULE = "disable_charge_schedule"
    SET_NOTIFICATIONS = "set_notifications"
