"""The weeks sent to the car: how soon after one the next may follow, and which of them it may still be given."""

from dataclasses import replace
from datetime import datetime, timedelta

from .cloud.models import ChargeWindow
from .cloud.orders import Command, CommandKind, CommandReason
from .cloud.state import VehicleState
from .plan import Load, Plan, Refusal, Step, StepKind, StepReason

# The car is reached by SMS: a week sent sooner than this after another might overtake it.
DEPLOY_GAP = timedelta(minutes=10)
# A car that does not take a week is asked less and less often, for each time may cost an SMS.
LONGEST_GAP = timedelta(hours=1)
# More of them exceed the longest gap, and after a day of trying once an hour what a timedelta can hold.
_MOST_DOUBLINGS = 3
# A car that was out of reach may be given a week after one that was sent later.
MAY_COME_LATE = timedelta(days=2)
_LOOK_AGAIN = timedelta(minutes=1)
_KINDS = (CommandKind.SET_CHARGE_SCHEDULE, CommandKind.DISABLE_CHARGE_SCHEDULE)
_NEVER_LEFT = {CommandReason.CLOUD_REFUSED, CommandReason.UNSENT, CommandReason.THROTTLED}


def noted(plan: Plan, state: VehicleState) -> Plan:
    """Return the plan with the week sent last, whoever asked for it."""
    last, lately = plan.load, _last_order(state) if plan.windows or plan.former else None
    if lately is None or lately.reason in _NEVER_LEFT or (last is not None and lately.sent_at <= last.at):
        return plan
    wanted = state.wanted_schedule
    windows = wanted.windows if wanted is not None and wanted.enabled else ()
    if last is not None and last.windows == windows:
        return replace(plan, load=replace(last, at=lately.sent_at))
    return replace(plan, load=Load(at=lately.sent_at, windows=windows))


def taken(plan: Plan, windows: tuple[ChargeWindow, ...], now: datetime) -> Plan:
    """Return the plan once a week is sent."""
    tries = plan.load.tries + 1 if plan.load is not None and is_repeated(plan, windows, now) else 1
    return replace(plan, load=Load(at=now, windows=windows, tries=tries))


def refused(step: Step, refusal: Refusal) -> Step:
    """Return what is to be said of a week that the cloud refuses."""
    reason = StepReason.WEEK_REFUSED
    return replace(step, kind=StepKind.SAY, reason=reason, refusal=refusal)


def is_repeated(plan: Plan, windows: tuple[ChargeWindow, ...], now: datetime) -> bool:
    """Tell whether a week is the one that was sent last."""
    last = plan.load
    return last is not None and last.windows == windows and timedelta() <= now - last.at < 2 * LONGEST_GAP


def not_before(plan: Plan, state: VehicleState, windows: tuple[ChargeWindow, ...], now: datetime) -> datetime:
    """Return when a week may be sent: not too soon after the last, and while no order about the schedule is open."""
    at, last = now, plan.load
    if last is not None and last.at <= now:
        gap = DEPLOY_GAP * 2 ** min(last.tries - 1, _MOST_DOUBLINGS) if is_repeated(plan, windows, now) else DEPLOY_GAP
        at = max(now, last.at + min(gap, LONGEST_GAP))
    return max(at, now + _LOOK_AGAIN) if is_open(state) else at


def is_open(state: VehicleState) -> bool:
    """Tell whether an order about the schedule still waits for its fate."""
    return any(kind in state.commands and not state.commands[kind].status.settled for kind in _KINDS)


def may_arrive(plan: Plan, window: ChargeWindow, now: datetime) -> bool:
    """Tell whether a window was sent so lately that the car may have it already."""
    return plan.load is not None and window in plan.load.windows and now - plan.load.at < DEPLOY_GAP


def is_last(plan: Plan, windows: tuple[ChargeWindow, ...], now: datetime) -> bool:
    """Tell whether no other week than this may still come to the car."""
    last = plan.load
    return last is None or last.windows == windows or not timedelta() <= now - last.at < MAY_COME_LATE


def _last_order(state: VehicleState) -> Command | None:
    """Return the order about the schedule that was given last."""
    given = [state.commands[kind] for kind in _KINDS if kind in state.commands]
    return max(given, key=lambda each: each.sent_at, default=None)
