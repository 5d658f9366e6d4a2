"""What entities show of the plan."""

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import Any, NamedTuple

from ..cloud.models import CommandKind
from ..cloud.schedule import DAY, instant
from ..plan import sending
from ..plan.forecast import forecast
from ..plan.preconditioning import planned_start
from ..plan.settings import Settings, was_disabled
from ..plan.situation import Situation
from ..plan.steps import DepartureMessage, DepartureTime, Forecast, Message, RefusalMessage, StepReason, WindowMessage
from ..plan.timetable import skipped_times
from ..vehicle.prices import UnitPrice
from . import reasons
from .reasons import (
    GRACE,
    REMEMBERED,
    ChargingExplanation,
    ChargingReason,
    PreconditioningExplanation,
    PreconditioningReason,
)
from .sentences import Placeholder, Sentence, charge_problem, preconditioning_problems, schedule_problem

_DISABLED = {False: "", True: "_disabled"}
# These have a text of their own if the account or the device was disabled.
_MISSED = {StepReason.MISSED, StepReason.WINDOW_MISSED}
# Reasons without a time.
_TIMELESS = {ChargingReason.FULL, ChargingReason.LIMIT_REACHED, ChargingReason.BLOCKED, ChargingReason.UNKNOWN}


class Method(StrEnum):
    """How preconditioning is started: by a command just before the departure, or by the car's timer."""

    COMMAND = "late"
    TIMER = "robust"


class WindowKind(StrEnum):
    """The main window of a day, or an additional one."""

    MAIN = "main"
    ADDITIONAL = "additional"


class ScheduleStatus(StrEnum):
    """The charge schedule in the car, as a copy of the user's."""

    ENABLED = "enabled"
    DISABLED = "disabled"
    SENDING = "sending"
    DIFFERS = "differs"
    FAILED = "failed"
    DELAYED = "delayed"
    DELEGATED = "delegated"


class Shown(NamedTuple):
    """The state of an entity, its attributes, those that are sentences, and the currency of an amount, if known."""

    value: str | float | datetime | None
    attributes: Mapping[str, Any]
    sentences: Mapping[str, Sentence]
    currency: str | None = None


NOTHING = Shown(None, {}, {})


def next_departure(situation: Situation) -> Shown:
    """Show the next departure, and until when it can be canceled."""
    each = situation.next_departure()
    return NOTHING if each is None else Shown(each.ready_at, _departure(situation, each), {})


def skip_next_departure(situation: Situation) -> dict[str, Any]:
    """Return the attributes of the switch that skips a departure: which one, when, and until when it can."""
    each = situation.next_to_skip
    if each is None:
        return {}
    until = each.ready_at if each.is_skipped else each.can_skip_until
    return {"departure": each.departure.name, "ready_at": each.ready_at, "can_change_until": until}


def next_charge_window(situation: Situation) -> Shown:
    """Show the next charge window, none while the car does not charge by the user's schedule."""
    coming = situation.next_windows if situation.follows_plan else []
    found = next((each for each in coming if each.begin > situation.now), None)
    if found is None:
        return NOTHING
    is_main = found.planned.on is None and found.planned.window in situation.main_windows
    kind = WindowKind.MAIN if is_main else WindowKind.ADDITIONAL
    in_car = found.planned.window in situation.held_windows
    return Shown(found.begin, {"end": found.end, "kind": kind, "in_the_car": in_car}, {})


def planned_charge(situation: Situation) -> Shown:
    """Show when the car will charge next in the cheapest hours, with all times, the energy, and the cost."""
    planned = situation.planned
    if planned is None:
        return NOTHING
    outcome, goal = planned.outcome, planned.goal
    attributes = {
        "slots": [{"start": each.begin, "end": each.end, "price": each.price} for each in outcome.slots],
        "energy": round(outcome.energy_kwh, 1),
        "cost": round(outcome.cost, 2),
        "ready_by": goal.deadline,
        "target_level": round(goal.target),
        "expected_level": round(outcome.level),
    }
    begin = next((each.begin for each in outcome.slots if each.begin > situation.now), None)
    return Shown(begin, attributes, {})


def saved(situation: Situation) -> Shown:
    """Show what was saved this month, compared with charging as soon as the car is plugged in."""
    savings = situation.plan.savings
    if savings is None:
        return NOTHING
    return Shown(round(savings.amount, 2) + 0.0, {"since": savings.month.isoformat()}, {}, savings.currency)


def next_preconditioning(situation: Situation) -> Shown:
    """Show when preconditioning starts next, whether the battery will allow it, and what would help."""
    for each in situation.coming_departures:
        start_at = planned_start(situation, each) if each.departure.precondition and situation.is_open(each) else None
        if start_at is not None and start_at > situation.now:
            expected = forecast(situation, start_at)
            attributes = {
                "departure": each.departure.name,
                "ready_at": each.ready_at,
                "projected_level": expected.level,
                "threshold": situation.settings.threshold,
                "shortage": expected.shortage,
                "advice": None,
            }
            return Shown(start_at, attributes, {"advice": _advice(expected)} if expected.shortage else {})
    return NOTHING


def schedule_status(situation: Situation) -> Shown:
    """Show whether the car holds the user's charge schedule."""
    status = _schedule_status(situation)
    return NOTHING if status is None else Shown(status, {}, schedule_problem(situation))


def _schedule_status(situation: Situation) -> ScheduleStatus | None:
    """Return the status of the charge schedule in the car, None if it is unknown."""
    held, last = situation.state.charge_schedule, situation.state.last_schedule_command
    is_due = sending.unsent(situation) is not None
    if held is None or situation.is_changed_elsewhere:
        return None if held is None else ScheduleStatus.DIFFERS
    has_failed = last is not None and last.is_settled and not last.is_done
    if is_due and (has_failed or not situation.state.accepts_commands):
        return ScheduleStatus.FAILED
    if is_due or situation.state.is_sending_schedule or held.unsettled:
        return ScheduleStatus.SENDING
    if held.override is not None:
        return ScheduleStatus(held.override)
    return {True: ScheduleStatus.ENABLED, False: ScheduleStatus.DISABLED, None: None}[held.enabled]


def charging_reason(situation: Situation) -> Shown:
    """Show why the car charges or not."""
    found = reasons.explain_charging(situation)
    currency = None if situation.planned is None else situation.planned.currency
    sentences = {"explanation": explanation(found, currency), **charge_problem(situation)}
    return Shown(found.reason, {"at": found.at}, sentences)


def preconditioning_reason(situation: Situation) -> Shown:
    """Show why the car will be preconditioned or not."""
    found = reasons.explain_preconditioning(situation)
    sentences = {"explanation": explanation(found), **preconditioning_problems(situation)}
    return Shown(found.reason, {"at": found.at}, sentences)


def explanation(found: ChargingExplanation | PreconditioningExplanation, currency: str | None = None) -> Sentence:
    """Return a reason as a sentence, with the code of the currency of its price."""
    if isinstance(found, PreconditioningExplanation):
        ending = "_over" if found.over else ""
        if found.reason is PreconditioningReason.RUNNING and found.at is None:
            ending = "_now"
        return Sentence(f"preconditioning_{found.reason}{ending}{_DISABLED[found.disabled]}", _placeholders(found))
    if found.at is None or found.reason in _TIMELESS:
        return Sentence(f"charging_{found.reason}", {})
    ending = "begun" if found.begun else "at"
    values: dict[str, Placeholder] = {"time": found.at}
    if found.price is not None:
        values["price"] = UnitPrice(found.price, currency)
    return Sentence(f"charging_{found.reason}_{ending}{_DISABLED[found.disabled]}", values)


def step_message(message: Message, settings: Settings) -> Shown:
    """Show a message of the plan."""
    departure = None if isinstance(message, WindowMessage | RefusalMessage) else message.departure
    begins_at = message.begins_at if isinstance(message, WindowMessage) else None
    expected = message.forecast if isinstance(message, DepartureMessage) else None
    attributes = {
        "departure": None if departure is None else departure.departure.name,
        "ready_at": None if departure is None else departure.ready_at,
        "window_begins_at": begins_at,
        "projected_level": None if expected is None else expected.level,
        "shortage": None if expected is None else expected.shortage,
    }
    missed_at = begins_at if departure is None else departure.start_at
    disabled = message.reason in _MISSED and missed_at is not None and was_disabled(settings.disabled, missed_at)
    # Without a command, the car was left to start by itself.
    is_by_timer = message.reason is StepReason.SENT and departure is not None and departure.departure.uses_timer
    ending = "_timer" if is_by_timer else _DISABLED[disabled]
    text = Sentence(f"said_{message.reason}{ending}", _message_placeholders(message, settings))
    return Shown(message.reason, attributes, {"message": text})


def next_change(situation: Situation) -> datetime:
    """Return when time alone will change what is shown next, or the plan has to look further ahead."""
    now, zone, run_length = situation.now, situation.zone, situation.settings.run_length
    # Sentences name today without its weekday.
    midnight = instant(situation.today + DAY, time.min, zone)
    coming = situation.departures(now, midnight + 2 * DAY)
    changes = [at for each in coming for at in (each.start_at, each.ready_at, *each.checks(situation.settings))]
    changes += filter(None, (planned_start(situation, each) for each in coming))
    windows = (*situation.car_windows(now, midnight), *situation.planned_windows(now, midnight))
    changes += [at for each in windows for at in (each.begin, each.begin + GRACE, each.end)]
    changes += [each.ready_at + REMEMBERED for each in situation.plan.attempts]
    changes += [each.ready_at for each in skipped_times(situation.plan, situation.settings, now, midnight)]
    changes += [each + run_length for each in _last_runs(situation)]
    changes += [each + REMEMBERED for each in _commands_sent(situation)]
    if situation.state.preconditioning_starts_at is not None:
        changes.append(situation.state.preconditioning_starts_at)
    return min((at for at in changes if now < at < midnight), default=midnight)


def change_sources(situation: Situation) -> tuple[object, ...]:
    """Return all that `next_change` depends on, except the time."""
    starts_at = situation.state.preconditioning_starts_at
    sent = _commands_sent(situation)
    return situation.plan, situation.settings, situation.held_windows, _last_runs(situation), sent, starts_at


def _last_runs(situation: Situation) -> list[datetime]:
    """Return when preconditioning last started, and was last commanded."""
    run, command = situation.state.last_preconditioning, situation.state.commands.get(CommandKind.PRECONDITION)
    return [*([] if run is None else [run.at]), *([] if command is None else [command.sent_at])]


def _commands_sent(situation: Situation) -> list[datetime]:
    """Return when the last command of each kind was sent."""
    return [each.sent_at for each in situation.state.commands.values()]


def _departure(situation: Situation, each: DepartureTime) -> dict[str, Any]:
    """Return the attributes of a departure."""
    departure = each.departure
    return {
        "departure": departure.name,
        "way": Method.TIMER if departure.uses_timer else Method.COMMAND,
        "precondition": departure.precondition,
        "can_cancel_until": each.start_at if departure.precondition and each.start_at > situation.now else None,
        "skipped": [day.isoformat() for day in sorted(departure.skipped) if day >= situation.today],
    }


def _placeholders(found: PreconditioningExplanation) -> dict[str, Placeholder]:
    """Return the placeholders of an explanation."""
    advice = None if found.forecast is None else _advice(found.forecast)
    values = {"time": found.at, "departure": found.departure, "last": found.last, "advice": advice}
    return {name: each for name, each in values.items() if each is not None}


def _advice(expected: Forecast) -> Sentence:
    """Return what would help against a battery that will be too low."""
    return Sentence(f"advice_{expected.shortage}", {"duration": expected.charge_needed or timedelta()})


def _message_placeholders(message: Message, settings: Settings) -> dict[str, Placeholder]:
    """Return the placeholders of a message."""
    if isinstance(message, RefusalMessage):
        return {"refusal": Sentence(f"{message.refusal.key}.message", message.refusal.placeholders, "exceptions")}
    if isinstance(message, WindowMessage):
        return {"time": message.begins_at}
    departure, ready_at = message.departure.departure, message.departure.ready_at
    values: dict[str, Placeholder] = {"departure": departure.name, "time": ready_at}
    if message.reason is StepReason.TOO_LOW:
        values["threshold"] = str(settings.threshold)
    if isinstance(message, DepartureMessage) and message.forecast is not None:
        expected = message.forecast
        values["level"] = str(expected.level)
        if message.reason is StepReason.LEVEL_UNREACHABLE:
            values["target"] = str(departure.target_level)
        else:
            values |= {"threshold": str(settings.threshold), "advice": _advice(expected)}
    return values
