"""Why the car charges or not, and why it will be preconditioned or not: one reason each, with the time it is about."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from ..cloud.charging import ChargeState
from ..cloud.models import Battery, CommandKind, Part, Result
from ..plan import limits
from ..plan.charge_model import FULL
from ..plan.desired import WORTH_SENDING
from ..plan.forecast import forecast
from ..plan.preconditioning import planned_start
from ..plan.records import Outcome
from ..plan.sending import may_arrive, unsent
from ..plan.settings import AHEAD, was_disabled
from ..plan.situation import INSTANT, Situation
from ..plan.steps import DepartureTime, Forecast
from ..vehicle.results import CommandResult, CommandStatus
from ..vehicle.state import VehicleState

# A car that may charge and has not reported charging after this time is blocked.
GRACE = timedelta(minutes=30)
# For this time after a departure that failed, its reason is shown instead of the next departure.
REMEMBERED = timedelta(hours=4)


class ChargingReason(StrEnum):
    """Why the car charges or not."""

    CHARGING = "charging"
    STARTING = "starting"
    FULL = "full"
    LIMIT_REACHED = "limit_reached"
    NOT_PLUGGED_IN = "not_plugged_in"
    WAITING_FOR_WINDOW = "waiting_for_window"
    WAITING_FOR_PRICE = "waiting_for_price"
    PRICES_MISSING = "prices_missing"
    WINDOW_MISSED = "window_missed"
    SCHEDULE_NOT_CONFIRMED = "schedule_not_confirmed"
    BLOCKED = "blocked"
    UNKNOWN = "unknown"


class PreconditioningReason(StrEnum):
    """Why the car will be preconditioned for the next departure or not."""

    RUNNING = "running"
    STARTING = "starting"
    SENT = "ordered"
    WAITING_FOR_DEPARTURE = "waiting_for_departure"
    TIMER_IN_THE_CAR = "timer_in_the_car"
    BATTERY_LOW = "battery_low"
    FAILED = "failed"
    SWITCHED_OFF = "switched_off"
    PAUSED = "paused"
    NO_DEPARTURE = "no_departure"


class ChargingExplanation(NamedTuple):
    """Why the car charges or not; `at` is its end or command, else the next window, or one `begun` or missed.

    `disabled` is whether the account or the device was when the window should have been sent, `price` that of a kWh
    then.
    """

    reason: ChargingReason
    at: datetime | None = None
    begun: bool = False
    disabled: bool = False
    price: float | None = None


class PreconditioningExplanation(NamedTuple):
    """Why the car will be preconditioned or not; `at` is the planned start, that of the run, or a departure `over`.

    `last` is the last day of a pause, `forecast` that of a battery that will be too low, `disabled` whether the account
    or the device was when the command should have been sent.
    """

    reason: PreconditioningReason
    at: datetime | None = None
    departure: str | None = None
    over: bool = False
    last: date | None = None
    forecast: Forecast | None = None
    disabled: bool = False


# By a schedule or a limit that the car does not report.
_OWN_DECISIONS = {ChargeState.WAITING_FOR_SCHEDULE, ChargeState.ENDED}
_FAILURES = {
    Outcome.FAILED: PreconditioningReason.FAILED,
    Outcome.MISSED: PreconditioningReason.FAILED,
    Outcome.TOO_LOW: PreconditioningReason.BATTERY_LOW,
}


def explain_charging(situation: Situation) -> ChargingExplanation:
    """Return why the car charges or not; the next window is the car's, or the plan's if that is sooner."""
    battery = situation.state.battery
    if battery is None or Part.BATTERY not in situation.state.known:
        return ChargingExplanation(ChargingReason.UNKNOWN)
    if (charge := _charge(situation, battery)) is not None:
        return charge
    if (ended := _ended(situation, battery)) is not None:
        return ChargingExplanation(ended)
    if battery.plugged_in is False:
        begun = _begun(situation)
        at = _next_begin(situation) if begun is None else begun
        return ChargingExplanation(ChargingReason.NOT_PLUGGED_IN, at, begun is not None)
    if battery.plugged_in is None or situation.state.charging is None:
        return ChargingExplanation(ChargingReason.UNKNOWN)
    return _while_plugged_in(situation, battery)


def explain_preconditioning(situation: Situation) -> PreconditioningExplanation:
    """Return why the car will be preconditioned for the next departure or not, or why it was not for the last one."""
    if (running := _running(situation)) is not None:
        return running
    if not situation.plan.departures_enabled:
        return PreconditioningExplanation(PreconditioningReason.SWITCHED_OFF)
    coming = (each for each in situation.coming_departures if situation.attempt(each).outcome is not Outcome.READY)
    following = _first(situation, coming)
    if following is None or situation.now < following.checks(situation.settings)[1]:
        past = situation.departures(situation.now - REMEMBERED, situation.now)
        latest = _first(situation, reversed(past))
        if latest is not None and not _is_done_since(situation.state, latest):
            failure = _failure(situation, latest)
            if failure is not None:
                return failure
    return _without(situation) if following is None else _before(situation, following)


def _running(situation: Situation) -> PreconditioningExplanation | None:
    """Return that the car preconditions, or that a command may start it."""
    run, command = situation.state.last_preconditioning, situation.state.commands.get(CommandKind.PRECONDITION)
    begin, now = situation.now - situation.settings.run_length, situation.now
    if run is not None and run.result is Result.SUCCESS and begin < run.at <= now:
        return PreconditioningExplanation(PreconditioningReason.RUNNING, run.at)
    if command is not None and not command.is_settled:
        return PreconditioningExplanation(PreconditioningReason.STARTING, command.sent_at)
    if command is not None and command.is_done and begin < command.sent_at <= now:
        return PreconditioningExplanation(_believed(command), command.sent_at)
    cabin = situation.state.cabin
    if cabin is not None and cabin.preconditioning and Part.CABIN in situation.state.known:
        return PreconditioningExplanation(PreconditioningReason.RUNNING)
    return None


def _believed(command: CommandResult) -> PreconditioningReason:
    """Return the reason for a command that is done: confirmed, or accepted by a cloud that shows no more."""
    is_confirmed = command.status is CommandStatus.CONFIRMED
    return PreconditioningReason.RUNNING if is_confirmed else PreconditioningReason.SENT


def _charge(situation: Situation, battery: Battery) -> ChargingExplanation | None:
    """Return that the car charges, or that a command may start it."""
    if situation.state.charging:
        ends_at = battery.charge_ends_at
        # An end in the past comes from a report before it.
        is_over = ends_at is not None and ends_at <= situation.now
        return ChargingExplanation(ChargingReason.CHARGING, None if is_over else ends_at)
    command = situation.state.commands.get(CommandKind.START_CHARGE)
    if command is not None and not command.is_settled:
        return ChargingExplanation(ChargingReason.STARTING, command.sent_at)
    return None


def _ended(situation: Situation, battery: Battery) -> ChargingReason | None:
    """Return that the battery is full, or as full as it is to become."""
    if battery.level == FULL:
        return ChargingReason.FULL
    is_waiting = battery.plugged_in and situation.state.charging is False
    return ChargingReason.LIMIT_REACHED if is_waiting and limits.is_reached(situation) else None


def _while_plugged_in(situation: Situation, battery: Battery) -> ChargingExplanation:
    """Return why a car that is plugged in and not full does not charge; one without a schedule may at any time."""
    now, plan = situation.now, situation.plan
    if situation.held is None:
        is_unknown = situation.settings.has_schedule or battery.charge_state in _OWN_DECISIONS
        return ChargingExplanation(ChargingReason.UNKNOWN) if is_unknown else _though_allowed(battery, None, now)
    current = next(iter(situation.car_windows(now, now + INSTANT)), None)
    if current is not None or not situation.held.enabled:
        return _though_allowed(battery, None if current is None else current.begin, now)
    planned = next(iter(situation.next_windows), None) if situation.follows_plan else None
    if planned is not None and planned.begin <= now:
        is_missed = planned.end - now < WORTH_SENDING and not may_arrive(plan, planned, now)
        reason = ChargingReason.WINDOW_MISSED if is_missed else ChargingReason.SCHEDULE_NOT_CONFIRMED
        disabled = is_missed and was_disabled(situation.settings.disabled, planned.begin)
        return ChargingExplanation(reason, planned.begin, disabled=disabled)
    is_unconfirmed = situation.state.is_sending_schedule or situation.held.unsettled or unsent(situation) is not None
    if plan.claimed and plan.charge_enabled and is_unconfirmed:
        at = None if planned is None else planned.begin
        return ChargingExplanation(ChargingReason.SCHEDULE_NOT_CONFIRMED, at)
    at = _next_begin(situation)
    return ChargingExplanation(ChargingReason.BLOCKED) if at is None else _waiting(situation, at)


def _waiting(situation: Situation, at: datetime) -> ChargingExplanation:
    """Return that the car waits for a window, which may have been chosen for its price."""
    planned = situation.planned
    if planned is None:
        return ChargingExplanation(ChargingReason.WAITING_FOR_WINDOW, at)
    if not planned.has_prices:
        return ChargingExplanation(ChargingReason.PRICES_MISSING, at)
    coming = (each for each in planned.outcome.slots if each.begin > situation.now and each.price is not None)
    if (slot := next(coming, None)) is None:
        return ChargingExplanation(ChargingReason.WAITING_FOR_WINDOW, at)
    return ChargingExplanation(ChargingReason.WAITING_FOR_PRICE, slot.begin, price=slot.price)


def _though_allowed(battery: Battery, since: datetime | None, now: datetime) -> ChargingExplanation:
    """Return why a car that may charge does not: blocked, or unknown if its report may be older than that."""
    if since is None or now - since >= GRACE or (battery.reported_at is not None and battery.reported_at > since):
        return ChargingExplanation(ChargingReason.BLOCKED, since)
    return ChargingExplanation(ChargingReason.UNKNOWN, since)


def _begun(situation: Situation) -> datetime | None:
    """Return when the current window began."""
    return next((each for each in _begins(situation) if each <= situation.now), None)


def _next_begin(situation: Situation) -> datetime | None:
    """Return when the next window begins."""
    return next((each for each in _begins(situation) if each > situation.now), None)


def _begins(situation: Situation) -> list[datetime]:
    """Return, in order, when the windows begin that are not over, those of the car and of a plan it follows."""
    planned = situation.next_windows if situation.follows_plan else []
    return sorted(each.begin for each in (*situation.next_car_windows, *planned))


def _first(situation: Situation, departures: Iterable[DepartureTime]) -> DepartureTime | None:
    """Return the first departure with preconditioning whose timer the user has not deleted."""
    wanted = (each for each in departures if each.departure.precondition)
    return next((each for each in wanted if situation.attempt(each).outcome is not Outcome.CANCELED), None)


def _failure(situation: Situation, each: DepartureTime) -> PreconditioningExplanation | None:
    """Return what went wrong with a departure, None if nothing did."""
    outcome = situation.attempt(each).outcome
    if outcome is None or outcome not in _FAILURES:
        return None
    disabled = outcome is Outcome.MISSED and was_disabled(situation.settings.disabled, each.start_at)
    name = each.departure.name
    return PreconditioningExplanation(_FAILURES[outcome], each.ready_at, name, over=True, disabled=disabled)


def _is_done_since(state: VehicleState, each: DepartureTime) -> bool:
    """Return whether the car was preconditioned for a departure after all."""
    run = state.last_preconditioning
    return run is not None and run.result is Result.SUCCESS and run.at >= each.start_at


def _without(situation: Situation) -> PreconditioningExplanation:
    """Return why there is no departure in the next days."""
    plan, today = situation.plan, situation.today
    if plan.paused is not None and plan.departures and plan.paused.first <= today + AHEAD and today <= plan.paused.last:
        return PreconditioningExplanation(PreconditioningReason.PAUSED, last=plan.paused.last)
    return PreconditioningExplanation(PreconditioningReason.NO_DEPARTURE)


def _before(situation: Situation, each: DepartureTime) -> PreconditioningExplanation:
    """Return whether the car will be preconditioned for the next departure."""
    attempt, has_timer = situation.attempt(each), situation.has_timer(each)
    if (failure := _failure(situation, each)) is not None:
        return failure
    if attempt.outcome is Outcome.SENT:
        return PreconditioningExplanation(PreconditioningReason.SENT, attempt.sent_at or each.start_at)
    if attempt.sent and attempt.outcome is None:
        return PreconditioningExplanation(PreconditioningReason.STARTING, attempt.sent_at)
    if has_timer and situation.now >= each.start_at:
        return PreconditioningExplanation(PreconditioningReason.STARTING, each.start_at)
    start_at = planned_start(situation, each) or each.start_at
    expected, name = forecast(situation, max(situation.now, start_at)), each.departure.name
    if expected.shortage is not None and not each.departure.override:
        reason = PreconditioningReason.BATTERY_LOW
        return PreconditioningExplanation(reason, start_at, name, forecast=expected)
    reason = PreconditioningReason.TIMER_IN_THE_CAR if has_timer else PreconditioningReason.WAITING_FOR_DEPARTURE
    return PreconditioningExplanation(reason, start_at, name)
