"""What the actions of the plan answer, like the other answers: plain JSON, instants in the vehicle's own zone."""

from dataclasses import replace
from datetime import date, datetime, tzinfo

from . import departures, edits, outlook
from .cloud.state import VehicleState
from .foresight import project
from .plan import Departure, Pause, Plan, PlannedWindow, Settings, Step
from .responses import DAY_NAMES, Json, local, minutes, window


def plan(held: Plan, state: VehicleState, now: datetime, settings: Settings, next_step: Step | None) -> Json:
    """Answer with the plan, what is done about it next and why, and what the battery will hold when it matters."""
    return {
        "time_zone": str(settings.zone),
        "now": local(now, settings.zone),
        "departures_enabled": held.departures_enabled,
        "charge_enabled": held.charge_enabled,
        "paused": _pause(held.paused, now.astimezone(settings.zone).date()),
        "departures": [departure(held, each, now, settings) for each in held.departures],
        "windows": [_window(each) for each in edits.to_come(held.windows, now, settings.zone)],
        "next_step": None if next_step is None else _step(next_step, settings.zone),
        "projection": _projection(held, state, now, settings),
        "charging_reason": outlook.charging_reason(held, state, now, settings).value,
        "preconditioning_reason": outlook.preconditioning_reason(held, state, now, settings).value,
    }


def departure(held: Plan, each: Departure, now: datetime, settings: Settings) -> Json:
    """Answer with a departure, and when it comes next."""
    coming = departures.coming(replace(held, departures=(each,)), settings, now)
    return {
        "id": each.id,
        "name": each.name,
        "time": each.at.isoformat("minutes"),
        "days": [DAY_NAMES[day] for day in sorted(each.weekdays)],
        "date": _date(each.on),
        "precondition": each.precondition,
        "enabled": each.enabled,
        "robust": each.robust,
        "override": each.override,
        "skipped": [day.isoformat() for day in sorted(each.skipped) if day >= now.astimezone(settings.zone).date()],
        "next_at": None if coming is None else local(coming.ready_at, settings.zone),
    }


def _pause(paused: Pause | None, today: date) -> Json | None:
    """Return a pause that is not over, its last day included."""
    if paused is None or paused.last < today:
        return None
    return {"from": paused.first.isoformat(), "to": paused.last.isoformat()}


def _window(each: PlannedWindow) -> Json:
    """Return a planned window as a person writes one."""
    return {**window(each.window), "date": _date(each.on), "base": each.base}


def _step(step: Step, zone: tzinfo) -> Json:
    """Return what will be done."""
    return {
        "kind": step.kind,
        "reason": step.reason,
        "at": local(step.at, zone),
        "departure": None if step.departure is None else step.departure.name,
        "windows": [window(each) for each in step.windows],
    }


def _projection(held: Plan, state: VehicleState, now: datetime, settings: Settings) -> Json | None:
    """Return what the battery will hold at the next departure."""
    leaving = departures.following(held, settings, now)
    if leaving is None:
        return None
    foreseen = project(held, state, settings, now, max(now, leaving.start_at))
    return {
        "at": local(foreseen.at, settings.zone),
        "level_percent": foreseen.level,
        "shortage": foreseen.shortage,
        "charge_needed_minutes": minutes(foreseen.charge_needed),
    }


def _date(day: date | None) -> str | None:
    """Return a date as it is written."""
    return None if day is None else day.isoformat()
