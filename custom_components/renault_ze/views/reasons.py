"""Why the car charges or does not, and why it will be warm or not: one word each, with the instant it speaks of."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from ..cloud.models import Battery, ChargeSchedule, CommandKind, Part, Result
from ..cloud.schedule import DAY, Occurrence, occurrences
from ..plan import departures, loading, windows
from ..plan.departures import Leaving
from ..plan.model import Outcome, Plan, Projection
from ..plan.preconditioning import FULL, project
from ..plan.settings import Settings, is_disabled
from ..vehicle.state import CommandResult, CommandStatus, VehicleState

# A car that is allowed to charge and has not said so for this long does not charge.
GRACE = timedelta(minutes=30)
# Who comes to a cold car wants to know why it is cold, and not yet what the next departure will be like.
REMEMBERED = timedelta(hours=4)
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
    """Why the car charges or does not; `at` is the end of a charge, else the window that comes, `begun` or missed."""

    reason: ChargingReason
    at: datetime | None = None
    begun: bool = False


class PreconditioningWhy(NamedTuple):
    """Why the car will be warm or not; `at` is the start meant, that of the run, or the departure that is `over`.

    `last` is the last day of a pause, `foreseen` a battery that will be too low, `disabled` whether the car was when it
    should have been told to start.
    """

    reason: PreconditioningReason
    at: datetime | None = None
    departure: str | None = None
    over: bool = False
    last: date | None = None
    foreseen: Projection | None = None
    disabled: bool = False


def charging_reason(plan: Plan, state: VehicleState, now: datetime, settings: Settings) -> ChargingWhy:
    """Say why the car charges or does not; a window that comes is the car's, or the plan's where that is sooner."""
    battery = state.battery
    if battery is None or Part.BATTERY not in state.known:
        return ChargingWhy(ChargingReason.UNKNOWN)
    if battery.charging:
        ends_at = battery.charge_ends_at
        # An end that is past was told by a report from before it, and the car has said nothing since.
        return ChargingWhy(ChargingReason.CHARGING, None if ends_at is not None and ends_at <= now else ends_at)
    if battery.level == FULL:
        return ChargingWhy(ChargingReason.FULL)
    held = windows.held_schedule(state)
    if battery.plugged_in is False:
        begun = _begun(plan, held, now, settings)
        at = _next_begin(plan, held, now, settings) if begun is None else begun
        return ChargingWhy(ChargingReason.NOT_PLUGGED_IN, at, begun is not None)
    if held is None or battery.plugged_in is None or battery.charging is None:
        return ChargingWhy(ChargingReason.UNKNOWN)
    return _while_plugged(plan, held, battery, now, settings)


def preconditioning_reason(plan: Plan, state: VehicleState, now: datetime, settings: Settings) -> PreconditioningWhy:
    """Say why the car will be warm for the next departure or will not, or why it was not for the last one."""
    if (under_way := _under_way(state, now, settings)) is not None:
        return under_way
    if not plan.departures_enabled:
        return PreconditioningWhy(PreconditioningReason.SWITCHED_OFF)
    following = _first(plan, departures.live(plan, settings, now + timedelta.resolution, now + _AHEAD))
    if following is None or now < departures.checks(following, settings)[1]:
        latest = _first(plan, reversed(departures.live(plan, settings, now - REMEMBERED, now)))
        if (
            latest is not None
            and not _warm_since(state, latest)
            and (wrong := _wrong(plan, settings, latest)) is not None
        ):
            return wrong
    if following is not None:
        return _before(plan, state, now, settings, following)
    return _without(plan, now, settings)


def _under_way(state: VehicleState, now: datetime, settings: Settings) -> PreconditioningWhy | None:
    """Say that the car warms up, or was ordered to and may do so."""
    run, order = state.last_preconditioning, state.commands.get(CommandKind.PRECONDITION)
    if run is not None and run.result is Result.SUCCESS and now - settings.run_length < run.at <= now:
        return PreconditioningWhy(PreconditioningReason.RUNNING, run.at)
    if order is not None and not order.is_settled:
        return PreconditioningWhy(PreconditioningReason.STARTING, order.sent_at)
    if order is not None and order.is_done and now - settings.run_length < order.sent_at <= now:
        return PreconditioningWhy(_obeyed(order), order.sent_at)
    return None


def _while_plugged(
    plan: Plan, held: ChargeSchedule, battery: Battery, now: datetime, settings: Settings
) -> ChargingWhy:
    """Say why a car that is plugged in and not full does not charge."""
    running = _held(held, now, now + timedelta.resolution, settings)
    if running is not None or not held.enabled:
        return _though_allowed(battery, None if running is None else running.begin, now)
    planned = _planned(plan, now, settings)
    if planned is not None and planned.begin <= now:
        lost = planned.end - now < windows.WORTH_LOADING and not loading.may_arrive(plan, planned, now)
        reason = ChargingReason.WINDOW_MISSED if lost else ChargingReason.SCHEDULE_NOT_CONFIRMED
        return ChargingWhy(reason, planned.begin)
    if plan.claimed and plan.charge_enabled:
        return ChargingWhy(ChargingReason.SCHEDULE_NOT_CONFIRMED, None if planned is None else planned.begin)
    at = _next_begin(plan, held, now, settings)
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


def _begun(plan: Plan, held: ChargeSchedule | None, now: datetime, settings: Settings) -> datetime | None:
    """Return when the window began that runs."""
    return next((each for each in _begins(plan, held, now, now + timedelta.resolution, settings) if each <= now), None)


def _next_begin(plan: Plan, held: ChargeSchedule | None, now: datetime, settings: Settings) -> datetime | None:
    """Return when the next window begins."""
    return next((each for each in _begins(plan, held, now, now + _AHEAD, settings) if each > now), None)


def _begins(
    plan: Plan, held: ChargeSchedule | None, begin: datetime, end: datetime, settings: Settings
) -> list[datetime]:
    """Return, in order, when the windows begin that touch a span, the car's own and the plan's."""
    own = () if held is None or not held.enabled else occurrences(held.windows, settings.zone, begin, end)
    planned = windows.occurrences(plan, settings.zone, begin, end) if plan.charge_enabled else ()
    return sorted(each.begin for each in (*own, *planned))


def _first(plan: Plan, leavings: Iterable[Leaving]) -> Leaving | None:
    """Return the first departure the car is to be warm for and whose timer the owner has not deleted."""
    wanted = (each for each in leavings if each.departure.precondition)
    return next((each for each in wanted if departures.attempt_at(plan, each).outcome is not Outcome.CALLED_OFF), None)


def _wrong(plan: Plan, settings: Settings, each: Leaving) -> PreconditioningWhy | None:
    """Say what went wrong with a departure, if anything did."""
    outcome = departures.attempt_at(plan, each).outcome
    if outcome is None or outcome not in _WRONG:
        return None
    disabled = outcome is Outcome.MISSED and is_disabled(settings.disabled, each.start_at)
    return PreconditioningWhy(_WRONG[outcome], each.ready_at, each.departure.name, over=True, disabled=disabled)


_WRONG = {
    Outcome.FAILED: PreconditioningReason.FAILED,
    Outcome.MISSED: PreconditioningReason.FAILED,
    Outcome.TOO_LOW: PreconditioningReason.BATTERY_LOW,
}


def _warm_since(state: VehicleState, each: Leaving) -> bool:
    """Tell whether the car was warmed up after all."""
    run = state.last_preconditioning
    return run is not None and run.result is Result.SUCCESS and run.at >= each.start_at


def _without(plan: Plan, now: datetime, settings: Settings) -> PreconditioningWhy:
    """Say why no departure comes in the next days."""
    today, paused = now.astimezone(settings.zone).date(), plan.paused
    if paused is not None and plan.departures and paused.first <= today + _AHEAD and today <= paused.last:
        return PreconditioningWhy(PreconditioningReason.PAUSED, last=paused.last)
    return PreconditioningWhy(PreconditioningReason.NO_DEPARTURE)


def _obeyed(order: CommandResult) -> PreconditioningReason:
    """Say what is known of an order that was obeyed as far as can be known."""
    seen = order.status is CommandStatus.CONFIRMED
    return PreconditioningReason.RUNNING if seen else PreconditioningReason.ORDERED


def _before(plan: Plan, state: VehicleState, now: datetime, settings: Settings, each: Leaving) -> PreconditioningWhy:
    """Say what the next departure can count on."""
    attempt, has_timer = departures.attempt_at(plan, each), departures.has_timer(plan, each)
    if (wrong := _wrong(plan, settings, each)) is not None:
        return wrong
    if attempt.outcome is Outcome.ORDERED:
        return PreconditioningWhy(PreconditioningReason.ORDERED, attempt.sent_at or each.start_at)
    if attempt.sent and attempt.outcome is None:
        return PreconditioningWhy(PreconditioningReason.STARTING, attempt.sent_at)
    if has_timer and now >= each.start_at:
        return PreconditioningWhy(PreconditioningReason.STARTING, each.start_at)
    foreseen = project(plan, state, settings, now, max(now, each.start_at))
    if foreseen.shortage is not None and not each.departure.override:
        return PreconditioningWhy(
            PreconditioningReason.BATTERY_LOW, each.start_at, each.departure.name, foreseen=foreseen
        )
    reason = PreconditioningReason.TIMER_IN_THE_CAR if has_timer else PreconditioningReason.WAITING_FOR_DEPARTURE
    return PreconditioningWhy(reason, each.start_at, each.departure.name)
