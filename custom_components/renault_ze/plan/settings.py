"""The settings of a plan, how long car and cloud take, and when the account or device was disabled."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta, tzinfo
from typing import Any, Final

from ..cloud.models import Capability, CommandKind, Vehicle
from ..cloud.schedule import DAY, is_ahead
from ..vehicle.charge_log import CONF_BATTERY_CAPACITY, CONF_CHARGING_LOSS, DEFAULT_LOSS_PERCENT

# Within this time another command to start is refused (observed; that it is 5 minutes is inferred).
RETRY_AFTER = timedelta(minutes=5)
# How long a command is tracked; one sent before a restart may arrive as late.
GIVEN_UP_AFTER = timedelta(minutes=10)
# How long a timer takes to reach the car, and the report of its run to come back.
TIMER_DELAY = timedelta(minutes=3)
# How often a command is sent for one departure.
MOST_SENT = 2
# How far ahead the next departure and the next window are looked for: a week and a day.
AHEAD = 8 * DAY
# How long a disabled span is kept, as nothing older is explained.
_KEPT = timedelta(days=2)
CONF_THRESHOLD: Final = "preconditioning_threshold"
CONF_START_EARLIER: Final = "lead"
CONF_RUN_LENGTH: Final = "run_length"
CONF_TIMER_AHEAD: Final = "robust_lead"
CONF_SEND_AHEAD: Final = "load_lead"
CONF_EVENING: Final = "evening_check"
# Below this level (percent) the car refuses to precondition (documented); later cars report 40.
DEFAULT_THRESHOLD: Final = 45
DEFAULT_PLAN_MINUTES: Final = {
    # Most owners report 5, others 10 or 20.
    CONF_RUN_LENGTH: 5,
    # Leaves time for a retry.
    CONF_START_EARLIER: 5,
    # Advised by Renault for the car's timer.
    CONF_TIMER_AHEAD: 120,
    # How long a charge schedule takes to reach a real car is not recorded.
    CONF_SEND_AHEAD: 45,
}
LEAST_RUN_MINUTES: Final = 1
# Late enough to know whether the car is plugged in, early enough to plug it in.
DEFAULT_EVENING: Final = "20:00:00"
CONF_READY_BY: Final = "ready_by"
CONF_MINIMUM_LEVEL: Final = "minimum_level"
CONF_LEAST_SAVING: Final = "least_saving"
DEFAULT_READY_BY: Final = "07:00:00"
DEFAULT_MINIMUM_LEVEL: Final = 20
# In the currency of Home Assistant: a charge schedule that is sent for less costs more than it saves, an SMS at least.
DEFAULT_LEAST_SAVING: Final = 0.1


def settings_of(
    options: Mapping[str, Any],
    vehicle: Vehicle,
    disabled: tuple[Disabled, ...] = (),
    temperature: float | None = None,
) -> Settings:
    """Return the settings of a plan from the vehicle, its chosen temperature, and the options, with defaults."""
    minutes = {key: timedelta(minutes=options.get(key, default)) for key, default in DEFAULT_PLAN_MINUTES.items()}
    return Settings(
        zone=vehicle.time_zone,
        windows_a_day=vehicle.windows_a_day,
        max_window_times=vehicle.max_window_times,
        schedule_zone=vehicle.schedule_zone,
        every_day=vehicle.every_day,
        can_stop=Capability.STOP_CHARGE in vehicle.capabilities,
        run_length=max(minutes[CONF_RUN_LENGTH], timedelta(minutes=LEAST_RUN_MINUTES)),
        margin=minutes[CONF_START_EARLIER],
        timer_ahead=minutes[CONF_TIMER_AHEAD],
        send_ahead=minutes[CONF_SEND_AHEAD],
        evening=time.fromisoformat(options.get(CONF_EVENING, DEFAULT_EVENING)),
        threshold=int(options.get(CONF_THRESHOLD, DEFAULT_THRESHOLD)),
        disabled=disabled,
        shows_runs=CommandKind.PRECONDITION not in vehicle.unconfirmable,
        has_schedule=Capability.CHARGE_SCHEDULE in vehicle.capabilities,
        keeps_departures=Capability.CAR_DEPARTURES in vehicle.capabilities,
        ready_by=time.fromisoformat(options.get(CONF_READY_BY, DEFAULT_READY_BY)),
        minimum_level=int(options.get(CONF_MINIMUM_LEVEL, DEFAULT_MINIMUM_LEVEL)),
        least_saving=float(options.get(CONF_LEAST_SAVING, DEFAULT_LEAST_SAVING)),
        charging_loss=float(options.get(CONF_CHARGING_LOSS, DEFAULT_LOSS_PERCENT)),
        battery_kwh=vehicle.battery_kwh or options.get(CONF_BATTERY_CAPACITY),
        temperature=temperature_for(vehicle, temperature),
    )


def temperature_for(vehicle: Vehicle, chosen: float | None) -> float | None:
    """Return the temperature (°C) to precondition to, None if the vehicle's cloud takes none."""
    allowed = vehicle.temperatures
    if allowed is None or Capability.PRECONDITIONING_TEMPERATURE not in vehicle.capabilities:
        return None
    return allowed.default if chosen is None else allowed.nearest(chosen)


@dataclass(frozen=True, kw_only=True, slots=True)
class Disabled:
    """A span in which the account or the device was disabled, still open without an end."""

    since: datetime
    until: datetime | None = None


def without_future_spans(spans: tuple[Disabled, ...], now: datetime) -> tuple[Disabled, ...]:
    """Return the spans with instants in the future, noted while the clock was ahead, set to now."""
    return tuple(
        Disabled(since=_not_after(each.since, now), until=each.until and _not_after(each.until, now)) for each in spans
    )


def with_begun(spans: tuple[Disabled, ...], now: datetime) -> tuple[Disabled, ...]:
    """Return the spans with an open one, from now if there was none."""
    kept = tuple(each for each in without_future_spans(spans, now) if each.until is None or now - each.until < _KEPT)
    return kept if any(each.until is None for each in kept) else (*kept, Disabled(since=now))


def with_ended(spans: tuple[Disabled, ...], now: datetime) -> tuple[Disabled, ...]:
    """Return the spans with the open one ended now."""
    return tuple(replace(each, until=each.until or now) for each in without_future_spans(spans, now))


def was_disabled(spans: Iterable[Disabled], at: datetime) -> bool:
    """Return whether the account or the device was disabled at an instant."""
    return any(each.since <= at and (each.until is None or at < each.until) for each in spans)


def _not_after(at: datetime, now: datetime) -> datetime:
    """Return an instant, now if it was noted while the clock was ahead."""
    return now if is_ahead(at, now, timedelta()) else at


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """The vehicle's properties and the user's options that a plan depends on.

    A preconditioning run takes `run_length` and starts `margin` earlier than it must. The timer is set `timer_ahead` of
    a departure, a charge schedule sent `send_ahead` of its window. `threshold` is the battery level (percent) below
    which the car refuses. The car holds `windows_a_day` for each day of `schedule_zone`, its own zone if None, with
    `max_window_times` different times; None is any number. `every_day` is whether each day needs a window. `shows_runs`
    is whether the cloud shows runs of preconditioning, `can_stop` whether charging can be stopped, `has_schedule`
    whether the car has a charge schedule, and `keeps_departures` whether it keeps departures itself. `temperature` (°C)
    is what the car is preconditioned to, None if its cloud takes none.

    In the cheapest hours the car is charged by a departure or else by `ready_by`, below `minimum_level` (percent) at
    once, and windows change for no less than `least_saving`. `charging_loss` is the share of the energy (percent) that
    does not reach the battery, `battery_kwh` the usable energy of a full one.
    """

    zone: tzinfo
    windows_a_day: int | None = 1
    max_window_times: int | None = None
    schedule_zone: tzinfo | None = None
    every_day: bool = False
    can_stop: bool = False
    run_length: timedelta = timedelta(minutes=5)
    margin: timedelta = timedelta(minutes=5)
    timer_ahead: timedelta = timedelta(minutes=120)
    send_ahead: timedelta = timedelta(minutes=45)
    evening: time = time(20)
    threshold: int = 45
    disabled: tuple[Disabled, ...] = ()
    shows_runs: bool = True
    has_schedule: bool = True
    keeps_departures: bool = False
    ready_by: time = time(7)
    minimum_level: int = 0
    least_saving: float = 0.0
    charging_loss: float = DEFAULT_LOSS_PERCENT
    battery_kwh: float | None = None
    temperature: float | None = None

    @property
    def start_before(self) -> timedelta:
        """Return how long before a departure preconditioning starts."""
        return self.run_length + self.margin
