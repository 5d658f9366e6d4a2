"""What the plan and the car have ahead of them, as a person looks at it; pure, like all that is known of the plan.

What is to be read is a `Sentence`: the key of a text and what is filled in; the text itself is the owner's language.
"""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any, NamedTuple

from ..cloud.models import CommandKind
from ..cloud.schedule import DAY, instant, occurrences
from ..plan import departures, windows
from ..plan.departures import AHEAD, Leaving
from ..plan.model import Plan, Projection, Step, StepReason
from ..plan.preconditioning import project
from ..plan.settings import Settings, is_disabled
from ..plan.windows import schedule_differs
from ..vehicle.state import VehicleState
from . import reasons
from .reasons import GRACE, REMEMBERED, ChargingReason, ChargingWhy, PreconditioningWhy

_SOON = timedelta.resolution
_DISABLED = {False: "", True: "_disabled"}
# What is missed because the account or the device was disabled is explained by that.
_MISSED = {StepReason.MISSED, StepReason.WINDOW_MISSED}
# A charge that does not run for these is explained without a time.
_TIMELESS = {ChargingReason.FULL, ChargingReason.BLOCKED, ChargingReason.UNKNOWN}


class Way(StrEnum):
    """How a departure warms the car: by an order at the last moment, or by the car's own timer set ahead."""

    LATE = "late"
    ROBUST = "robust"


class WindowKind(StrEnum):
    """Whose a charge window is: the one of its day that survives an outage, another of the plan, or the car's own."""

    BASE = "base"
    FURTHER = "further"
    CAR = "car"


class ScheduleStatus(StrEnum):
    """How the week in the car stands to the one that is wanted here."""

    ENABLED = "enabled"
    DISABLED = "disabled"
    SENDING = "sending"
    DIFFERS = "differs"


class Sentence(NamedTuple):
    """A text by its key, and what is filled in; a message for an error has a category of its own."""

    key: str
    particulars: Mapping[str, str | date | time | Sentence]
    category: str = "common"


class Shown(NamedTuple):
    """What is shown of something: a value, what belongs to it, and what is to be read about it."""

    value: str | datetime | None
    attributes: Mapping[str, Any]
    sentences: Mapping[str, Sentence]


NOTHING = Shown(None, {}, {})


def next_departure(plan: Plan, state: VehicleState, now: datetime, settings: Settings) -> Shown:
    """Show when the owner leaves next, and until when the car can still be kept from warming up."""
    each = departures.coming(plan, settings, now)
    return NOTHING if each is None else Shown(each.ready_at, _leaving(each, now, settings), {})


def next_charge_window(plan: Plan, state: VehicleState, now: datetime, settings: Settings) -> Shown:
    """Show the charge window that begins next: the plan's if it keeps the windows, else the car's own."""
    held = windows.held_schedule(state)
    on_board = held.windows if held is not None and held.enabled else ()
    if not (plan.charge_enabled and plan.windows):
        own = (each for each in occurrences(on_board, settings.zone, now, now + AHEAD) if each.begin > now)
        return next((_window(each.begin, each.end, WindowKind.CAR, in_the_car=True) for each in own), NOTHING)
    base = windows.base_week(plan.windows, now, settings)
    for begin, end, planned in windows.occurrences(plan, settings.zone, now, now + AHEAD):
        if begin > now:
            kind = WindowKind.BASE if planned.on is None and planned.window in base else WindowKind.FURTHER
            return _window(begin, end, kind, in_the_car=planned.window in on_board)
    return NOTHING


def next_preconditioning(plan: Plan, state: VehicleState, now: datetime, settings: Settings) -> Shown:
    """Show when the car is to begin to warm up next, whether its battery will allow it, and what would help."""
    for each in departures.live(plan, settings, now + _SOON, now + AHEAD):
        if each.departure.precondition and each.start_at > now and departures.is_open(plan, each):
            foreseen = project(plan, state, settings, now, each.start_at)
            attributes = {
                "departure": each.departure.name,
                "ready_at": each.ready_at,
                "projected_level": foreseen.level,
                "threshold": settings.threshold,
                "shortage": foreseen.shortage,
                "advice": None,
            }
            return Shown(each.start_at, attributes, {"advice": _advice(foreseen)} if foreseen.shortage else {})
    return NOTHING


def schedule_status(plan: Plan, state: VehicleState, now: datetime, settings: Settings) -> Shown:
    """Show how the week in the car stands to the one that is wanted here."""
    held = state.charge_schedule
    if windows.is_open(state):
        return Shown(ScheduleStatus.SENDING, {}, {})
    if schedule_differs(plan, state, now):
        return Shown(ScheduleStatus.DIFFERS, {}, {})
    if held is None or held.enabled is None:
        return NOTHING
    if held.unsettled:
        return Shown(ScheduleStatus.SENDING, {}, {})
    return Shown(ScheduleStatus.ENABLED if held.enabled else ScheduleStatus.DISABLED, {}, {})


def charging_reason(plan: Plan, state: VehicleState, now: datetime, settings: Settings) -> Shown:
    """Show why the car charges or does not."""
    why = reasons.charging_reason(plan, state, now, settings)
    missed_at = why.at if why.reason is ChargingReason.WINDOW_MISSED else None
    disabled = missed_at is not None and is_disabled(settings.disabled, missed_at)
    return Shown(why.reason, {"at": why.at}, {"explanation": explained(why, disabled=disabled)})


def preconditioning_reason(plan: Plan, state: VehicleState, now: datetime, settings: Settings) -> Shown:
    """Show why the car will be warm or will not."""
    why = reasons.preconditioning_reason(plan, state, now, settings)
    return Shown(why.reason, {"at": why.at}, {"explanation": explained(why)})


def explained(why: ChargingWhy | PreconditioningWhy, *, disabled: bool = False) -> Sentence:
    """Return a reason as a sentence; `disabled` is whether the car was when a window should have been sent."""
    if isinstance(why, PreconditioningWhy):
        over = "_over" if why.over else ""
        return Sentence(f"preconditioning_{why.reason}{over}{_DISABLED[why.disabled]}", _about(why))
    if why.at is None or why.reason in _TIMELESS:
        return Sentence(f"charging_{why.reason}", {})
    ending = "begun" if why.begun else "at"
    return Sentence(f"charging_{why.reason}_{ending}{_DISABLED[disabled]}", {"time": why.at})


def said(step: Step, settings: Settings) -> Shown:
    """Show what a step says."""
    foreseen = step.projection
    attributes = {
        "departure": None if step.departure is None else step.departure.name,
        "ready_at": step.ready_at,
        "window_begins_at": step.begins_at,
        "projected_level": None if foreseen is None else foreseen.level,
        "shortage": None if foreseen is None else foreseen.shortage,
    }
    wanted_at = (step.begins_at or step.start_at) if step.reason in _MISSED else None
    disabled = wanted_at is not None and is_disabled(settings.disabled, wanted_at)
    message = Sentence(f"said_{step.reason}{_DISABLED[disabled]}", _particulars(step, settings))
    return Shown(step.reason, attributes, {"message": message})


def next_turn(plan: Plan, state: VehicleState, now: datetime, settings: Settings) -> datetime:
    """Return when the passing of time alone will next change what is shown or give reason to look ahead again."""
    # What is told of today is told without its day.
    midnight = instant(now.astimezone(settings.zone).date() + DAY, time.min, settings.zone)
    coming = departures.live(plan, settings, now, midnight + 2 * DAY)
    turns = [turn for each in coming for turn in (each.start_at, each.ready_at, *departures.checks(each, settings))]
    held = windows.held_schedule(state)
    own = () if held is None or not held.enabled else occurrences(held.windows, settings.zone, now, midnight)
    planned = windows.occurrences(plan, settings.zone, now, midnight)
    turns += [turn for each in (*own, *planned) for turn in (each.begin, each.begin + GRACE, each.end)]
    turns += [each.ready_at + REMEMBERED for each in plan.attempts]
    if state.preconditioning_starts_at is not None:
        turns.append(state.preconditioning_starts_at)
    if state.last_preconditioning is not None:
        turns.append(state.last_preconditioning.at + settings.run_length)
    if (order := state.commands.get(CommandKind.PRECONDITION)) is not None:
        turns.append(order.sent_at + settings.run_length)
    return min([midnight, *(turn for turn in turns if turn > now)])


def _leaving(each: Leaving, now: datetime, settings: Settings) -> dict[str, Any]:
    """Return what belongs to a departure."""
    departure, today = each.departure, now.astimezone(settings.zone).date()
    return {
        "departure": departure.name,
        "way": Way.ROBUST if departure.robust else Way.LATE,
        "precondition": departure.precondition,
        "can_cancel_until": each.start_at if departure.precondition and each.start_at > now else None,
        "skipped": [day.isoformat() for day in sorted(departure.skipped) if day >= today],
    }


def _window(begin: datetime, end: datetime, kind: WindowKind, *, in_the_car: bool) -> Shown:
    """Return a charge window as it is shown."""
    return Shown(begin, {"end": end, "kind": kind, "in_the_car": in_the_car}, {})


def _about(why: PreconditioningWhy) -> dict[str, str | date | time | Sentence]:
    """Return what is filled into the reason why the car will be warm or will not."""
    advice = None if why.foreseen is None else _advice(why.foreseen)
    told = {"time": why.at, "departure": why.departure, "last": why.last, "advice": advice}
    return {name: each for name, each in told.items() if each is not None}


def _advice(foreseen: Projection) -> Sentence:
    """Return what would help against a battery that will be too low."""
    needed = foreseen.charge_needed or timedelta()
    return Sentence(f"advice_{foreseen.shortage}", {"minutes": str(needed // timedelta(minutes=1))})


def _particulars(step: Step, settings: Settings) -> dict[str, str | date | time | Sentence]:
    """Return what is filled into what a step says."""
    if step.refusal is not None:
        return {"refusal": Sentence(f"{step.refusal.key}.message", step.refusal.particulars, "exceptions")}
    if step.departure is None or step.ready_at is None:
        return {} if step.begins_at is None else {"time": step.begins_at}
    about: dict[str, str | date | time | Sentence] = {"departure": step.departure.name, "time": step.ready_at}
    if step.reason is StepReason.TOO_LOW:
        about["threshold"] = str(settings.threshold)
    if step.projection is not None:
        about |= {
            "level": str(step.projection.level),
            "threshold": str(settings.threshold),
            "advice": _advice(step.projection),
        }
    return about
