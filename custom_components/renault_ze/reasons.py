"""Why the car charges or does not, and why it will be warm or not: one word each, with the instant it speaks of."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from . import departures, windows
from .cloud.models import Battery, ChargeSchedule, Part, Result, VehicleState
from .cloud.orders import Command, CommandKind, CommandStatus
from .departures import Leaving
from .foresight import FULL, project
from .plan import Outcome, Plan, Settings
from .schedule import DAY, Occurrence, occurrences

# A car that is allowed to charge and has not said so for this long does not charge.
GRACE = timedelta(minutes=30)
_AHEAD = 8 * DAY


class ChargingReason(StrEnum):
    """Why the car charges, or does not."""

    CHARGING = "charging"
    FULL = "full"
    NOT_PLUGGED_IN = "not_plugged_in"
    WAITING_FOR_WINDOW = "waiting_for_window"
    WINDOW_MISSED = "window_missed"
    SCHEDULE_NOT_CONFIRMED = "schedule_not_confirmed"
    BLOCKED = "blocked"
    UNKNOWN = "unknown"


class PreconditioningReason(StrEnum):
    """Why the car will be warm for the next departure, or will not."""

    RUNNING = "running"
    STARTING = "starting"
    ORDERED = "ordered"
    WAITING_FOR_DEPARTURE = "waiting_for_departure"
    TIMER_IN_THE_CAR = "timer_in_the_car"
    BATTERY_LOW = "battery_low"
    FAILED = "failed"
    SWITCHED_OFF = "switched_off"
    PAUSED = "paused"
    NO_DEPARTURE = "no_departure"


class ChargingWhy(NamedTuple):
    """Why the car charges or does not; `at` is the end of a charge, else the window that comes or was missed."""

    reason: ChargingReason
    at: datetime | None = None


class PreconditioningWhy(NamedTuple):
    """Why the car will be warm or not; `at` is the start meant, or that of the run."""

    reason: PreconditioningReason
    at: datetime | None = None


def charging_reason(plan: Plan, state: VehicleState, now: datetime, settings: Settings) -> ChargingWhy:
    """Say why the car charges or does not; a window that comes is the car's, or the plan's where that is sooner."""
    battery = state.battery
    if battery is None or Part.BATTERY not in state.known:
        return ChargingWhy(ChargingReason.UNKNOWN)
    if battery.charging:
        return ChargingWhy(ChargingReason.CHARGING, battery.charge_ends_at)
    if battery.level == FULL:
        return ChargingWhy(ChargingReason.FULL)
    held = windows.held_schedule(state)
    if battery.plugged_in is False:
        return ChargingWhy(ChargingReason.NOT_PLUGGED_IN, _next_begin(plan, held, now, settings))
    if held is None or battery.plugged_in is None or battery.charging is None:
        return ChargingWhy(ChargingReason.UNKNOWN)
    return _while_plugged(plan, held, battery, now, settings)


def preconditioning_reason(plan: Plan, state: VehicleState, now: datetime, settings: Settings) -> PreconditioningWhy:
    """Say why the car will be warm for the next departure or will not."""
    run = state.last_preconditioning
    if run is not None and run.result is Result.SUCCESS and now - settings.run_length < run.at <= now:
        return PreconditioningWhy(PreconditioningReason.RUNNING, run.at)
    order = state.commands.get(CommandKind.PRECONDITION)
    if order is not None and not order.settled:
        return PreconditioningWhy(PreconditioningReason.STARTING, order.sent_at)
    if order is not None and order.believed and now - settings.run_length < order.sent_at <= now:
        return PreconditioningWhy(_obeyed(order), order.sent_at)
    if not plan.departures_enabled:
        return PreconditioningWhy(PreconditioningReason.SWITCHED_OFF)
    coming = departures.live(plan, settings, now + timedelta.resolution, now + _AHEAD)
    wanted = (each for each in coming if each.departure.precondition)
    following = next((each for each in wanted if not _called_off(plan, each)), None)
    if following is not None:
        return _before(plan, state, now, settings, following)
    today = now.astimezone(settings.zone).date()
    paused = plan.paused is not None and plan.departures and plan.paused.first - _AHEAD <= today <= plan.paused.last
    return PreconditioningWhy(PreconditioningReason.PAUSED if paused else PreconditioningReason.NO_DEPARTURE)


def _while_plugged(
    plan: Plan, held: ChargeSchedule, battery: Battery, now: datetime, settings: Settings
) -> ChargingWhy:
    """Say why a car that is plugged in and not full does not charge."""
    running = _held(held, now, now + timedelta.resolution, settings)
    if running is not None or not held.enabled:
        return _though_allowed(battery, None if running is None else running.begin, now)
    planned = _planned(plan, now, settings)
    if planned is not None and planned.begin <= now:
        lost = planned.end - now < windows.WORTH_LOADING and not windows.may_arrive(plan, planned, now)
        reason = ChargingReason.WINDOW_MISSED if lost else ChargingReason.SCHEDULE_NOT_CONFIRMED
        return ChargingWhy(reason, planned.begin)
    at = _next_begin(plan, held, now, settings)
    if plan.claimed and plan.charge_enabled:
        return ChargingWhy(ChargingReason.SCHEDULE_NOT_CONFIRMED, at)
    return ChargingWhy(ChargingReason.BLOCKED if at is None else ChargingReason.WAITING_FOR_WINDOW, at)


def _though_allowed(battery: Battery, since: datetime | None, now: datetime) -> ChargingWhy:
    """Say why a car that is allowed to charge does not: it is blocked, unless its report may be older than that."""
    if since is None or now - since >= GRACE or (battery.reported_at is not None and battery.reported_at > since):
        return ChargingWhy(ChargingReason.BLOCKED, since)
    return ChargingWhy(ChargingReason.UNKNOWN, since)


def _held(held: ChargeSchedule, begin: datetime, end: datetime, settings: Settings) -> Occurrence | None:
    """Return the first window the car will keep in a span."""
    return next(occurrences(held.windows, settings.zone, begin, end), None) if held.enabled else None


def _planned(plan: Plan, now: datetime, settings: Settings) -> windows.Occurrence | None:
    """Return the window of the plan that runs or comes next."""
    if not plan.charge_enabled:
        return None
    return next(iter(windows.occurrences(plan, settings.zone, now, now + _AHEAD)), None)


def _next_begin(plan: Plan, held: ChargeSchedule | None, now: datetime, settings: Settings) -> datetime | None:
    """Return when the next window begins."""
    own = None if held is None else _held(held, now, now + _AHEAD, settings)
    coming = (own, _planned(plan, now, settings))
    return min((each.begin for each in coming if each is not None), default=None)


def _called_off(plan: Plan, each: Leaving) -> bool:
    """Tell whether the owner deleted the timer of a departure."""
    return departures.attempt_at(plan, each).outcome is Outcome.CALLED_OFF


def _obeyed(order: Command) -> PreconditioningReason:
    """Say what is known of an order that was obeyed as far as can be known."""
    seen = order.status is CommandStatus.CONFIRMED
    return PreconditioningReason.RUNNING if seen else PreconditioningReason.ORDERED


def _before(plan: Plan, state: VehicleState, now: datetime, settings: Settings, each: Leaving) -> PreconditioningWhy:
    """Say what the next departure can count on."""
    attempt = departures.attempt_at(plan, each)
    if attempt.outcome is Outcome.FAILED:
        return PreconditioningWhy(PreconditioningReason.FAILED, each.start_at)
    if attempt.outcome is Outcome.ORDERED:
        return PreconditioningWhy(PreconditioningReason.ORDERED, attempt.sent_at or each.start_at)
    if attempt.sent and attempt.outcome is None:
        return PreconditioningWhy(PreconditioningReason.STARTING, attempt.sent_at)
    foreseen = project(plan, state, settings, now, max(now, each.start_at))
    if foreseen.shortage is not None and not each.departure.override:
        return PreconditioningWhy(PreconditioningReason.BATTERY_LOW, each.start_at)
    if departures.has_timer(plan, each):
        return PreconditioningWhy(PreconditioningReason.TIMER_IN_THE_CAR, each.start_at)
    return PreconditioningWhy(PreconditioningReason.WAITING_FOR_DEPARTURE, each.start_at)
