"""Responses of the actions as JSON, with units in the names and times in the vehicle's time zone."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Any

from ..cloud.models import (
    ChargeEvent,
    ChargeSchedule,
    ChargeWindow,
    CommandKind,
    DoNotDisturb,
    NotificationSettings,
    PreconditioningRun,
)
from ..cloud.schedule import end_of
from ..const import CHANNELS, DAY_NAMES
from ..plan.model import Departure, Pause, PlannedWindow
from ..plan.preconditioning import forecast
from ..plan.settings import AHEAD
from ..plan.situation import Situation
from ..plan.steps import DepartureMessage, SendSchedule, SetTimer, Start, Step, WindowMessage
from ..plan.window_edits import to_come
from ..vehicle.results import CommandResult, CommandStatus
from ..vehicle.update import ChargeSession, sessions
from ..views import plan_entities

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
    """Return the owner's charge schedule, and its copy in the car."""
    plan, held = situation.plan, situation.state.charge_schedule or ChargeSchedule()
    change_at = next_step.at if isinstance(next_step, SendSchedule) else None
    return {
        "enabled": plan.charge_enabled,
        "status": plan_entities.schedule_status(situation).value,
        "windows": _windows(situation),
        "in_the_car": {
            "enabled": held.enabled,
            "mode": held.mode,
            "windows": [window(each) for each in held.windows],
        },
        "next_change": local(change_at, situation.zone),
    }


def notifications(settings: NotificationSettings) -> Json:
    """Return the notification settings."""
    hours = settings.do_not_disturb
    value = {"start": _clock(hours.start), "end": _clock(hours.end)} if isinstance(hours, DoNotDisturb) else hours
    return {**{channel: getattr(settings, channel) for channel in CHANNELS}, "do_not_disturb": value}


def charge_history(events: Iterable[ChargeEvent], zone: tzinfo) -> Json:
    """Return the events of the charge history and the sessions they form."""
    events = tuple(events)
    return {
        "time_zone": str(zone),
        "events": [_charge_event(each, zone) for each in events],
        "sessions": [_session(each, zone) for each in sessions(events)],
    }


def preconditioning_history(runs: Iterable[PreconditioningRun], zone: tzinfo) -> Json:
    """Return the preconditioning history."""
    return {
        "time_zone": str(zone),
        "runs": [{"at": local(run.at, zone), "source": run.source, "result": run.result} for run in runs],
    }


def window(each: ChargeWindow) -> Json:
    """Return a charge window."""
    return {
        "day": DAY_NAMES[each.weekday],
        "start": _clock(each.start),
        "end": _clock(end_of(each)),
        "duration_minutes": minutes(each.duration),
    }


def _charge_event(event: ChargeEvent, zone: tzinfo) -> Json:
    """Return an event of the charge history."""
    return {
        "at": local(event.at, zone),
        "kind": event.kind,
        "charging_point": event.charging_point,
        "level_percent": event.level,
        "range_km": event.range_km,
        "charging_time_remaining_minutes": minutes(event.charging_time_remaining),
        "result": event.result,
    }


def _session(session: ChargeSession, zone: tzinfo) -> Json:
    """Return a charge session."""
    return {
        "started_at": local(session.started.at, zone),
        "ended_at": local(session.ended.at, zone),
        "duration_minutes": minutes(session.duration),
        "charging_point": session.started.charging_point,
        "level_at_start_percent": session.started.level,
        "level_at_end_percent": session.ended.level,
        "level_gained_percent": session.level_gained,
    }


def local(at: datetime | None, zone: tzinfo) -> str | None:
    """Return a time with the offset of a zone."""
    return None if at is None else at.astimezone(zone).isoformat(timespec="seconds")


def _clock(wall_clock: time) -> str:
    """Return a wall-clock time to the minute."""
    return wall_clock.isoformat("minutes")


def minutes(span: timedelta | None) -> float | None:
    """Return a span in minutes."""
    return None if span is None else round(span / timedelta(minutes=1), 1)


def plan(situation: Situation, next_step: Step | None) -> Json:
    """Return the plan with its next step, forecast and reasons."""
    held, zone = situation.plan, situation.zone
    return {
        "time_zone": str(zone),
        "now": local(situation.now, zone),
        "departures_enabled": held.departures_enabled,
        "charge_enabled": held.charge_enabled,
        "paused": _pause(held.paused, situation.today),
        "departures": [departure(situation, each) for each in held.departures],
        "windows": _windows(situation),
        "next_step": None if next_step is None else _step(next_step, zone),
        "projection": _projection(situation),
        "charging_reason": plan_entities.charging_reason(situation).value,
        "preconditioning_reason": plan_entities.preconditioning_reason(situation).value,
    }


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
        "skipped": [day.isoformat() for day in sorted(each.skipped) if day >= situation.today],
        "next_at": None if following is None else local(following.ready_at, situation.zone),
    }


def _pause(paused: Pause | None, today: date) -> Json | None:
    """Return a pause, None if it is over."""
    if paused is None or paused.last < today:
        return None
    return {"from": paused.first.isoformat(), "to": paused.last.isoformat()}


def _windows(situation: Situation) -> list[Json]:
    """Return the charge windows of the plan that are not over."""
    found = to_come(situation.plan.windows, situation.now, situation.zone)
    return [_window(each, situation.today) for each in found]


def _window(each: PlannedWindow, today: date) -> Json:
    """Return a charge window of the plan, with the dates on which it is skipped."""
    skipped = [day.isoformat() for day in sorted(each.skipped) if day >= today]
    return {**window(each.window), "date": _date(each.on), "main": each.is_main, "skipped": skipped}


def _step(step: Step, zone: tzinfo) -> Json:
    """Return a step of the plan."""
    found: Json = {"departure": None, "windows": []}
    match step:
        case Start() | SetTimer() | DepartureMessage():
            found["departure"] = step.departure.departure.name
        case SendSchedule():
            found["windows"] = [window(each) for each in step.schedule.windows]
        case WindowMessage():
            found["windows"] = [window(step.window)]
    return {"kind": step.kind, "reason": step.reason, "at": local(step.at, zone), **found}


def _projection(situation: Situation) -> Json | None:
    """Return the forecast for the next departure."""
    following = next(iter(situation.departures(situation.now, situation.now + AHEAD)), None)
    if following is None:
        return None
    expected = forecast(situation, max(situation.now, following.start_at))
    return {
        "at": local(expected.at, situation.zone),
        "level_percent": expected.level,
        "shortage": expected.shortage,
        "charge_needed_minutes": minutes(expected.charge_needed),
    }


def _date(day: date | None) -> str | None:
    """Return a date in ISO format."""
    return None if day is None else day.isoformat()
