"""Responses of the actions as JSON, with units in the names and times in the vehicle's time zone."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Any

from ..cloud.models import (
    ChargeEvent,
    ChargeSchedule,
    ChargeWindow,
    DoNotDisturb,
    NotificationSettings,
    PreconditioningRun,
)
from ..cloud.schedule import end_of
from ..const import CHANNELS, DAY_NAMES
from ..plan import departures, edits
from ..plan.model import Departure, Pause, Plan, PlannedWindow, Step
from ..plan.preconditioning import project
from ..plan.settings import Settings
from ..vehicle.state import CommandResult, VehicleState
from ..vehicle.update import ChargeSession, sessions
from ..views import plan_entities

type Json = dict[str, Any]


def command(result: CommandResult, zone: tzinfo) -> Json:
    """Return a command and its result."""
    return {
        "command": result.kind,
        "status": result.status,
        "reason": result.reason,
        "sent_at": local(result.sent_at, zone),
        "settled_at": local(result.settled_at, zone),
    }


def charge_schedule(held: ChargeSchedule, *, differs: bool) -> Json:
    """Return the car's charge schedule."""
    return {
        "enabled": held.enabled,
        "differs_from_last_set": differs,
        "windows": [window(each) for each in held.windows],
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


def plan(held: Plan, state: VehicleState, now: datetime, settings: Settings, next_step: Step | None) -> Json:
    """Return the plan with its next step, forecast and reasons."""
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
        "charging_reason": plan_entities.charging_reason(held, state, now, settings).value,
        "preconditioning_reason": plan_entities.preconditioning_reason(held, state, now, settings).value,
    }


def departure(held: Plan, each: Departure, now: datetime, settings: Settings) -> Json:
    """Return a departure with its next time."""
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
    """Return a pause, None if it is over."""
    if paused is None or paused.last < today:
        return None
    return {"from": paused.first.isoformat(), "to": paused.last.isoformat()}


def _window(each: PlannedWindow) -> Json:
    """Return a charge window of the plan."""
    return {**window(each.window), "date": _date(each.on), "base": each.base}


def _step(step: Step, zone: tzinfo) -> Json:
    """Return a step of the plan."""
    return {
        "kind": step.kind,
        "reason": step.reason,
        "at": local(step.at, zone),
        "departure": None if step.departure is None else step.departure.name,
        "windows": [window(each) for each in step.windows],
    }


def _projection(held: Plan, state: VehicleState, now: datetime, settings: Settings) -> Json | None:
    """Return the forecast for the next departure."""
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
    """Return a date in ISO format."""
    return None if day is None else day.isoformat()
