"""The data that both clouds return, in common terms."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta, tzinfo
from enum import IntEnum, StrEnum

from .charging import ChargeMode, ChargeState, ChargingPoint
from .reports import TemperatureRange
from .response import Report

RESPONSE_TIME = timedelta(minutes=5)  # According to owners.
# An estimate in minutes and the seconds of a report give another end with each report.
_SAME_END = timedelta(minutes=1)


class Capability(StrEnum):
    """A feature of a vehicle that its cloud supports."""

    ALERTS = "alerts"
    BATTERY = "battery"
    BATTERY_ENERGY = "battery_energy"
    CABIN = "cabin"
    CABIN_TEMPERATURE = "cabin_temperature"
    CANCEL_PRECONDITIONING = "cancel_preconditioning"
    CAR_DEPARTURES = "car_departures"
    CHARGE_HISTORY = "charge_history"
    CHARGE_LIMIT = "charge_limit"
    CHARGE_SCHEDULE = "charge_schedule"
    CHARGE_STATE = "charge_state"
    CHARGING_POINT = "charging_point"
    CHARGING_POWER = "charging_power"
    FLASH_LIGHTS = "flash_lights"
    FUEL = "fuel"
    LOCATION = "location"
    LOCKS = "locks"
    MILEAGE = "mileage"
    NOTIFICATIONS = "notifications"
    OUTSIDE_TEMPERATURE = "outside_temperature"
    PICTURE = "picture"
    PRECONDITIONING = "preconditioning"
    PRECONDITIONING_HISTORY = "preconditioning_history"
    PRECONDITIONING_STATE = "preconditioning_state"
    PRECONDITIONING_TEMPERATURE = "preconditioning_temperature"
    PRECONDITIONING_TIMER = "preconditioning_timer"
    PRECONDITIONING_TIMER_STATE = "preconditioning_timer_state"
    REFRESH_LOCATION = "refresh_location"
    REQUEST_UPDATE = "request_update"
    SOUND_HORN = "sound_horn"
    START_CHARGE = "start_charge"
    STOP_CHARGE = "stop_charge"
    TIRE_PRESSURES = "tire_pressures"
    USABLE_CAPACITY = "usable_capacity"


class Part(StrEnum):
    """The parts of a vehicle's state that are read separately; the values are the fields of `VehicleState`."""

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
    CHARGE_LIMITS = "charge_limits"
    FUEL = "fuel"
    TIRE_PRESSURES = "tire_pressures"
    LOCKS = "locks"
    ALERTS = "alerts"
    CAR_DEPARTURES = "car_departures"


class PreconditioningSource(StrEnum):
    """What requested a preconditioning run."""

    USER_REQUEST = "user_request"
    CAR = "car"


class Result(StrEnum):
    """The result of a request to the car."""

    SUCCESS = "success"
    ERROR = "error"


class ChargeEventKind(StrEnum):
    """The kind of an event in the charge history."""

    STARTED = "started"
    ENDED = "ended"
    START_REQUESTED = "start_requested"


class Weekday(IntEnum):
    """A day of the week, with the numbers of `date.weekday`."""

    MONDAY = 0
    TUESDAY = 1
    WEDNESDAY = 2
    THURSDAY = 3
    FRIDAY = 4
    SATURDAY = 5
    SUNDAY = 6


# The weekdays by their names in actions.
DAYS = {day.name[:3].lower(): day for day in Weekday}
DAY_NAMES = {day: name for name, day in DAYS.items()}
# In actions, for all weekdays.
EVERY_DAY = "every_day"


@dataclass(frozen=True, kw_only=True, slots=True)
class Vehicle:
    """A vehicle of an account; `time_zone` is that of its wall clock.

    The car holds `windows_a_day` charge windows for each weekday, with `max_window_times` different pairs of start and
    duration; None means any number. `every_day` means that each day needs a window, `schedule_zone` is the time zone of
    the days if it is not `time_zone`. `battery_kwh` is the usable energy of a full battery. `unconfirmable` are the
    commands whose effect the cloud never shows. `requests` is how many requests reading a part takes, if not one.
    `temperatures` are those it can precondition to, None if its cloud takes none. `is_demo` marks a simulated car.
    """

    vin: str
    time_zone: tzinfo
    capabilities: frozenset[Capability]
    model: str | None = None
    brand: str | None = None
    windows_a_day: int | None = 1
    max_window_times: int | None = None
    schedule_zone: tzinfo | None = None
    every_day: bool = True
    battery_kwh: float | None = None
    unconfirmable: frozenset[CommandKind] = frozenset()
    requests: Mapping[Part, int] = field(default_factory=dict)
    temperatures: TemperatureRange | None = None
    is_demo: bool = False

    def shows(self, part: Part) -> bool:
        """Return whether a part shows the effect of commands: not every car reports its preconditioning."""
        return part is not Part.CABIN or Capability.PRECONDITIONING_STATE in self.capabilities


@dataclass(frozen=True, kw_only=True, slots=True)
class Account:
    """An account and its vehicles; `left_out` is, by name, why other cars are not supported.

    `reads_an_hour` is its request limit, None if there is none, `reserve` how many requests are kept for commands.
    """

    id: str
    vehicles: tuple[Vehicle, ...]
    reads_an_hour: float | None = None
    reserve: float = 0.0
    left_out: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Battery(Report):
    """The battery as the car last reported it; None is a value the car does not report.

    `earlier_end` is when the charge was to end according to the reports before.
    """

    level: int | None = None
    range_km: float | None = None
    plugged_in: bool | None = None
    charging: bool | None = None
    charging_point: ChargingPoint | None = None
    charging_time_remaining: timedelta | None = None
    reported_at: datetime | None = None
    charge_state: ChargeState | None = None
    energy_kwh: float | None = None
    charging_power_w: float | None = None
    earlier_end: datetime | None = field(default=None, compare=False)

    @property
    def charge_ends_at(self) -> datetime | None:
        """Return when the running charge will end, as estimated by the car."""
        if not self.charging or self.reported_at is None or self.charging_time_remaining is None:
            return None
        ends_at, earlier = self.reported_at + self.charging_time_remaining, self.earlier_end
        return ends_at if earlier is None or abs(ends_at - earlier) >= _SAME_END else earlier


@dataclass(frozen=True, kw_only=True, slots=True)
class PreconditioningRun:
    """A preconditioning run, or the refusal of one."""

    at: datetime
    source: PreconditioningSource | None = None
    result: Result | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class ChargeEvent:
    """An event in the charge history; `energy_kwh` is what the car has measured until then."""

    at: datetime
    kind: ChargeEventKind | None = None
    charging_point: ChargingPoint | None = None
    level: int | None = None
    range_km: float | None = None
    charging_time_remaining: timedelta | None = None
    result: Result | None = None
    energy_kwh: float | None = None


@dataclass(frozen=True, order=True, slots=True)
class ChargeWindow:
    """A weekly charge window; `start` is in the vehicle's wall clock, and the window may pass midnight."""

    weekday: Weekday
    start: time
    duration: timedelta


@dataclass(frozen=True, kw_only=True, slots=True)
class ChargeSchedule:
    """The charge schedule of a car, which charges whenever plugged in if disabled; `unsettled` while it is being sent.

    In an `override` mode the car does neither, and `enabled` is None.
    """

    enabled: bool | None = None
    windows: tuple[ChargeWindow, ...] = ()
    unsettled: bool = False
    override: ChargeMode | None = None

    @property
    def mode(self) -> ChargeMode | None:
        """Return the charge mode, None if unknown."""
        return {True: ChargeMode.SCHEDULED, False: ChargeMode.ALWAYS, None: self.override}[self.enabled]

    def on(self, weekday: Weekday) -> tuple[ChargeWindow, ...]:
        """Return the windows that start on a weekday."""
        return tuple(window for window in self.windows if window.weekday is weekday)


class CommandKind(StrEnum):
    """The commands of a car."""

    PRECONDITION = "precondition"
    PRECONDITION_AT = "precondition_at"
    CANCEL_PRECONDITION = "cancel_precondition"
    START_CHARGE = "start_charge"
    STOP_CHARGE = "stop_charge"
    REQUEST_UPDATE = "request_update"
    SET_CHARGE_SCHEDULE = "set_charge_schedule"
    DISABLE_CHARGE_SCHEDULE = "disable_charge_schedule"
    SET_NOTIFICATIONS = "set_notifications"
    SET_CHARGE_LIMITS = "set_charge_limits"
    SET_CAR_DEPARTURES = "set_car_departures"
    REFRESH_LOCATION = "refresh_location"
    SOUND_HORN = "sound_horn"
    FLASH_LIGHTS = "flash_lights"


# The commands that change the charge schedule in the car.
SCHEDULE_COMMANDS = frozenset({CommandKind.SET_CHARGE_SCHEDULE, CommandKind.DISABLE_CHARGE_SCHEDULE})
