"""The steps of a plan: what each sends to the car or tells the user, and when."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from typing import ClassVar, NamedTuple

from ..cloud.models import ChargeSchedule, ChargeWindow, Weekday
from ..cloud.schedule import DAY, CarDeparture, instant
from .model import Departure
from .settings import Settings


class StepKind(StrEnum):
    """What a step does, the most urgent first; `MESSAGE` only tells the user something."""

    START = "start"
    STOP_CHARGE = "stop_charge"
    CANCEL_TIMER = "cancel_timer"
    SET_TIMER = "set_timer"
    SET_CAR_DEPARTURES = "set_car_departures"
    SEND_SCHEDULE = "load"
    MESSAGE = "say"


class StepReason(StrEnum):
    """Why a step is taken; the values are public, so they keep their former names."""

    PLAN_CHANGED = "plan_changed"
    ADDITIONAL_WINDOW = "further_window"
    MAIN_WINDOW = "base_back"
    NOT_CONFIRMED = "not_confirmed"
    SWITCHED_OFF = "switched_off"
    WINDOW_LATE = "window_late"
    WINDOW_MISSED = "window_missed"
    SCHEDULE_REFUSED = "week_refused"
    LIMIT_REACHED = "limit_reached"
    LEVEL_UNREACHABLE = "level_unreachable"
    DEPARTURE = "departure"
    RETRY = "retry"
    TIMER_SILENT = "timer_silent"
    CANCELED = "called_off"
    TIMER_LEFT_OVER = "timer_left_over"
    TIMER_SET_ELSEWHERE = "timer_taken"
    TIMER_FAILED = "timer_failed"
    LOW_FORECAST = "foreseen"
    TOO_LOW = "too_low"
    READY = "ready"
    SENT = "ordered"
    FAILED = "failed"
    MISSED = "missed"


# The reasons that the user is told.
MESSAGE_REASONS = (
    StepReason.LOW_FORECAST,
    StepReason.LEVEL_UNREACHABLE,
    StepReason.TOO_LOW,
    StepReason.RETRY,
    StepReason.TIMER_SILENT,
    StepReason.READY,
    StepReason.SENT,
    StepReason.FAILED,
    StepReason.MISSED,
    StepReason.TIMER_SET_ELSEWHERE,
    StepReason.TIMER_FAILED,
    StepReason.WINDOW_LATE,
    StepReason.WINDOW_MISSED,
    StepReason.SCHEDULE_REFUSED,
)


class Shortage(StrEnum):
    """Why the battery will be too low, which decides the advice."""

    NOT_PLUGGED_IN = "not_plugged_in"
    PLUG_UNKNOWN = "plug_unknown"
    NO_WINDOW_BEFORE = "no_window_before"
    WINDOW_TOO_SHORT = "window_too_short"
    BATTERY_LOW = "battery_low"


@dataclass(frozen=True, kw_only=True, slots=True)
class Forecast:
    """The battery level (percent) expected at an instant; with a shortage, the charging time that would be enough."""

    at: datetime
    level: int | None
    shortage: Shortage | None = None
    charge_needed: timedelta | None = None


class Refusal(NamedTuple):
    """Why a cloud refuses a charge schedule: a message key and its placeholders."""

    key: str
    placeholders: Mapping[str, str]


class DepartureTime(NamedTuple):
    """A departure on one day: when the car is to be ready, and when preconditioning starts for that."""

    ready_at: datetime
    start_at: datetime
    day: date
    departure: Departure

    @property
    def can_skip_until(self) -> datetime:
        """Return until when it can be skipped: a preconditioning run cannot be stopped."""
        return self.start_at if self.departure.precondition else self.ready_at

    @property
    def is_skipped(self) -> bool:
        """Return whether it is skipped."""
        return self.day in self.departure.skipped

    @property
    def in_car(self) -> CarDeparture:
        """Return it as a car keeps it, every week."""
        return CarDeparture(Weekday(self.day.weekday()), self.departure.at)

    def is_shown_once(self, zone: tzinfo) -> bool:
        """Return whether the clock shows its time once on its day, so that a car that keeps it is ready once."""
        local = self.ready_at.astimezone(zone)
        is_once = local.replace(fold=0).utcoffset() == local.replace(fold=1).utcoffset()
        return is_once and local.replace(tzinfo=None) == datetime.combine(self.day, self.departure.at)

    def checks(self, settings: Settings) -> tuple[datetime, datetime]:
        """Return when the battery is checked: the evening before it, and an hour before."""
        return instant(self.day - DAY, settings.evening, settings.zone), self.ready_at - timedelta(hours=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Step:
    """A step is due `at` an instant, now if that is past."""

    at: datetime
    reason: StepReason


@dataclass(frozen=True, kw_only=True, slots=True)
class Start(_Step):
    """Start preconditioning for a departure."""

    kind: ClassVar = StepKind.START
    departure: DepartureTime


@dataclass(frozen=True, kw_only=True, slots=True)
class SetTimer(_Step):
    """Set the car's timer for a departure; `start` is by the vehicle's wall clock."""

    kind: ClassVar = StepKind.SET_TIMER
    departure: DepartureTime
    start: time


@dataclass(frozen=True, kw_only=True, slots=True)
class CancelTimer(_Step):
    """Delete the plan's timer from the car."""

    kind: ClassVar = StepKind.CANCEL_TIMER


@dataclass(frozen=True, kw_only=True, slots=True)
class SetCarDepartures(_Step):
    """Replace our departures in a car that keeps them itself."""

    kind: ClassVar = StepKind.SET_CAR_DEPARTURES
    departures: tuple[CarDeparture, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class StopCharge(_Step):
    """Stop a charge that has reached its limit."""

    kind: ClassVar = StepKind.STOP_CHARGE


@dataclass(frozen=True, kw_only=True, slots=True)
class SendSchedule(_Step):
    """Send a charge schedule to the car, a disabled one to let it charge at any time."""

    kind: ClassVar = StepKind.SEND_SCHEDULE
    schedule: ChargeSchedule


@dataclass(frozen=True, kw_only=True, slots=True)
class DepartureMessage(_Step):
    """Tell the user something about a departure, with the `forecast` if that is the reason."""

    kind: ClassVar = StepKind.MESSAGE
    departure: DepartureTime
    forecast: Forecast | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class WindowMessage(_Step):
    """Tell the user that a charge window, which begins at `begins_at`, is not in the car."""

    kind: ClassVar = StepKind.MESSAGE
    window: ChargeWindow
    begins_at: datetime


class RefusalMessage(NamedTuple):
    """Tell the user that the cloud refuses a charge schedule; follows a `SendSchedule`, and is no step by itself."""

    refusal: Refusal
    reason: StepReason = StepReason.SCHEDULE_REFUSED


type Step = (
    Start | StopCharge | SetTimer | CancelTimer | SetCarDepartures | SendSchedule | DepartureMessage | WindowMessage
)
# What is told; a `Start` only for one of the reasons in `MESSAGE_REASONS`.
type Message = Start | DepartureMessage | WindowMessage | RefusalMessage
