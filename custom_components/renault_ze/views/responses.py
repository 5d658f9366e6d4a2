"""The JSON that actions and cards receive, with units in the names and times in the vehicle's time zone."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Any

from ..cloud.models import DAY_NAMES, ChargeSchedule, ChargeWindow, CommandKind, Part, Vehicle
from ..cloud.schedule import GRID, end_of, merged
from ..plan import limits
from ..plan.edits import has_timer, is_past
from ..plan.forecast import lasting_limit
from ..plan.model import Departure, Pause, PlannedWindow
from ..plan.situation import Situation
from ..plan.steps import SendSchedule, Step
from ..plan.window_edits import to_come
from ..vehicle.prices import Prices, UnitPrice
from ..vehicle.results import CommandResult, CommandStatus
from ..vehicle.state import VehicleState
from . import plan_entities
from .sentences import Placeholder, Sentence

type Json = dict[str, Any]


def command(result: CommandResult, zone: tzinfo) -> Json:
    """Return a command and its result."""
    return {
        "command": result.kind,
        "status": result.status,
        "reason": result.reason,
        "route": result.route,
        "sent_at": local(result.sent_at, zone),
        "settled_at": local(result.settled_at, zone),
    }


def nothing_sent(kind: CommandKind) -> Json:
    """Return the result of a command that was not needed."""
    unset = dict.fromkeys(("reason", "route", "sent_at", "settled_at"))
    return {"command": kind, "status": CommandStatus.CONFIRMED, **unset}


def charge_schedule(situation: Situation, next_step: Step | None) -> Json:
    """Return the user's charge schedule, and its copy in the car."""
    return {
        "enabled": situation.plan.charge_enabled,
        "status": plan_entities.schedule_status(situation).value,
        "windows": windows(situation),
        "in_the_car": _held(situation.state.charge_schedule or ChargeSchedule()),
        "next_change": _next_change(situation, next_step),
    }


def _held(schedule: ChargeSchedule) -> Json:
    """Return the charge schedule in the car."""
    windows = [window(each) for each in schedule.windows]
    return {"enabled": schedule.enabled, "mode": schedule.mode, "windows": windows}


def _next_change(situation: Situation, next_step: Step | None) -> str | None:
    """Return when the copy of the charge schedule in the car changes next."""
    return local(next_step.at, situation.zone) if isinstance(next_step, SendSchedule) else None


def window(each: ChargeWindow) -> Json:
    """Return a charge window."""
    return {
        "day": DAY_NAMES[each.weekday],
        "start": clock(each.start),
        "end": clock(end_of(each)),
        "duration_minutes": minutes(each.duration),
    }


def local(at: datetime | None, zone: tzinfo) -> str | None:
    """Return a time with the offset of a zone."""
    return None if at is None else at.astimezone(zone).isoformat(timespec="seconds")


def clock(wall_clock: time) -> str:
    """Return a wall-clock time to the minute."""
    return wall_clock.isoformat("minutes")


def minutes(span: timedelta | None) -> float | None:
    """Return a span in minutes."""
    return None if span is None else round(span / timedelta(minutes=1), 1)


def departure(situation: Situation, each: Departure) -> Json:
    """Return a departure with its next time."""
    following = situation.with_plan(replace(situation.plan, departures=(each,))).next_departure()
    return {
        "id": each.id,
        "name": each.name,
        "time": each.at.isoformat("minutes"),
        "days": [DAY_NAMES[day] for day in sorted(each.weekdays)],
        "date": _date(each.on),
        "precondition": each.precondition,
        "enabled": each.enabled,
        "robust": each.uses_timer,
        "override": each.override,
        "target_level": each.target_level,
        "skipped": [day.isoformat() for day in sorted(each.skipped) if day >= situation.today],
        "next_at": None if following is None else local(following.ready_at, situation.zone),
    }


def pause(paused: Pause | None, today: date) -> Json | None:
    """Return a pause, None if it is over."""
    if paused is None or paused.last < today:
        return None
    return {"from": paused.first.isoformat(), "to": paused.last.isoformat()}


def limit(situation: Situation) -> Json:
    """Return the charge limit, and how it is enforced."""
    return {"percent": lasting_limit(situation), "how": limits.method(situation).value}


def windows(situation: Situation) -> list[Json]:
    """Return the charge windows of the plan that are not over."""
    found = to_come(situation.plan.windows, situation.now, situation.zone)
    return [_window(each, situation.today) for each in found]


def _window(each: PlannedWindow, today: date) -> Json:
    """Return a charge window of the plan, with the dates on which it is skipped."""
    skipped = [day.isoformat() for day in sorted(each.skipped) if day >= today]
    return {**window(each.window), "date": _date(each.on), "main": each.is_main, "skipped": skipped}


def _date(day: date | None) -> str | None:
    """Return a date in ISO format."""
    return None if day is None else day.isoformat()


def car(situation: Situation, vehicle: Vehicle, next_step: Step | None, *, has_prices: bool) -> Json:
    """Return the state of a car for the cards, without its name and availability."""
    state, zone = situation.state, situation.zone
    return {
        "model": vehicle.model,
        "time_zone": str(zone),
        "now": local(situation.now, zone),
        "features": sorted(vehicle.capabilities),
        "accepts_commands": state.accepts_commands,
        "outdated": state.is_outdated,
        "battery": _battery(state, zone),
        "battery_read_at": local(state.read_at.get(Part.BATTERY), zone),
        "threshold_percent": situation.settings.threshold,
        "charging": _explanation(plan_entities.charging_reason(situation), zone),
        "preconditioning": _explanation(plan_entities.preconditioning_reason(situation), zone),
        "commands": [_command_so_far(each, zone) for each in state.last_commands.values()],
        "plan": _plan_of_card(situation, has_prices=has_prices),
        "copy": _copy(situation, next_step),
        "planned_charge": _planned_charge(situation),
        "limits": {
            "step_minutes": minutes(GRID),
            "every_day": vehicle.every_day,
            "max_window_times": vehicle.max_window_times,
            "windows_a_day": vehicle.windows_a_day,
            "timer": has_timer(vehicle),
        },
    }


def _planned_charge(situation: Situation) -> Json | None:
    """Return the charge in the cheapest hours, None if none is planned."""
    if (planned := situation.planned) is None:
        return None
    goal, outcome, zone = planned.goal, planned.outcome, situation.zone
    # A slot ends with its price, which may be each quarter of an hour.
    times = merged((each.begin, each.end) for each in outcome.slots)
    return {
        "slots": [[local(begin, zone), local(end, zone)] for begin, end in times],
        "energy_kwh": outcome.energy_kwh,
        "cost": outcome.cost,
        "ready_by": local(goal.deadline, zone),
        "target": round(goal.target),
    }


def prices(known: Prices, zone: tzinfo) -> Json:
    """Return the known prices of a kWh, and their currency."""
    slots = [[local(each.begin, zone), local(each.end, zone), each.per_kwh] for each in known.slots]
    return {"prices": slots, "currency": known.currency}


def _battery(state: VehicleState, zone: tzinfo) -> Json | None:
    """Return the battery, None if it is not known."""
    battery = state.battery
    if battery is None or Part.BATTERY not in state.known:
        return None
    return {
        "level_percent": battery.level,
        "range_km": battery.range_km,
        "plugged_in": battery.plugged_in,
        "charging": state.charging,
        "charging_point": battery.charging_point,
        "charge_state": battery.charge_state,
        "charge_ends_at": local(battery.charge_ends_at, zone),
        "charging_time_remaining_minutes": minutes(battery.charging_time_remaining),
        "energy_kwh": battery.energy_kwh,
        "reported_at": local(battery.reported_at, zone),
    }


def _explanation(shown: plan_entities.Shown, zone: tzinfo) -> Json:
    """Return a reason with its sentence."""
    return {"reason": shown.value, "text": placeholder(shown.sentences["explanation"], zone)}


def placeholder(value: Placeholder, zone: tzinfo) -> object:
    """Return a value of a text, or a sentence, which the card formats in the language of its user."""
    match value:
        case Sentence():
            values = {name: placeholder(each, zone) for name, each in value.placeholders.items()}
            return {"key": f"{value.category}.{value.key}", "placeholders": values}
        case UnitPrice():
            return {"price": value.per_kwh, "currency": value.currency}
        case timedelta():
            return {"minutes": minutes(value)}
        case datetime() if value.tzinfo is not None:
            return {"at": local(value, zone)}
        case date() | time():
            return _wall_clock(value)
    return value


def _wall_clock(value: date | time) -> Json:
    """Return a date, a time of day, or both."""
    day = {"date": value.isoformat()[:10]} if isinstance(value, date) else {}
    return {**day, "clock": f"{value:%H:%M}"} if isinstance(value, datetime | time) else day


def _command_so_far(result: CommandResult, zone: tzinfo) -> Json:
    """Return a command, whether its result is final, and whether it succeeded."""
    return {**command(result, zone), "settled": result.is_settled, "done": result.is_done}


def _plan_of_card(situation: Situation, *, has_prices: bool) -> Json:
    """Return the plan for the cards, with the next departure and window, without past departures on single dates.

    Only with a source of prices, the cheapest hours can be selected.
    """
    plan, now = situation.plan, situation.now
    upcoming = [each for each in plan.departures if not is_past(each, situation.zone, now)]
    return {
        "revision": plan.revision,
        "charge_enabled": plan.charge_enabled,
        **({"cheapest_hours": plan.cheapest_hours} if has_prices else {}),
        "departures_enabled": plan.departures_enabled,
        "paused": pause(plan.paused, situation.today),
        "departures": [departure(situation, each) for each in upcoming],
        "windows": windows(situation),
        "limit": limit(situation),
        "next_departure": _next_departure(situation),
        "next_window": _next_window(situation),
    }


def _next_departure(situation: Situation) -> Json | None:
    """Return the next departure that is skipped or can be skipped."""
    each = situation.next_to_skip
    if each is None:
        return None
    return {
        "id": each.departure.id,
        "name": each.departure.name,
        "at": local(each.ready_at, situation.zone),
        "skipped": each.is_skipped,
        "can_cancel_until": local(each.can_skip_until, situation.zone),
        "precondition": each.departure.precondition,
    }


def _next_window(situation: Situation) -> Json | None:
    """Return the next window that the car follows."""
    shown, zone = plan_entities.next_charge_window(situation), situation.zone
    if not isinstance(shown.value, datetime):
        return None
    is_main = shown.attributes["kind"] is plan_entities.WindowKind.MAIN
    return {"begin": local(shown.value, zone), "end": local(shown.attributes["end"], zone), "main": is_main}


def _copy(situation: Situation, next_step: Step | None) -> Json | None:
    """Return the copy of the charge schedule in the car, None if it is not known."""
    state = situation.state
    if state.charge_schedule is None or Part.CHARGE_SCHEDULE not in state.known:
        return None
    return {
        "status": plan_entities.schedule_status(situation).value,
        **_held(state.charge_schedule),
        "read_at": local(state.read_at.get(Part.CHARGE_SCHEDULE), situation.zone),
        "next_change": _next_change(situation, next_step),
    }
