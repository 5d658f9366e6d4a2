"""What the actions answer: plain JSON, units in the names, instants in the vehicle's own zone."""

from collections.abc import Iterable
from dataclasses import fields
from datetime import datetime, time, timedelta, tzinfo
from typing import Any

from .cloud.models import (
    ChargeEvent,
    ChargeSchedule,
    ChargeWindow,
    DoNotDisturb,
    NotificationSettings,
    PreconditioningRun,
    Weekday,
)
from .cloud.orders import Command
from .schedule import ChargeSession, end_of, sessions

# The days as the actions name them.
DAYS = {day.name[:3].lower(): day for day in Weekday}
DAY_NAMES = {day: name for name, day in DAYS.items()}

# The kinds of message, as the cloud and the actions name them.
CHANNELS = tuple(each.name for each in fields(NotificationSettings) if each.name != "do_not_disturb")

type Json = dict[str, Any]


def command(order: Command, zone: tzinfo) -> Json:
    """Answer with an order and its fate."""
    return {
        "command": order.kind,
        "status": order.status,
        "reason": order.reason,
        "sent_at": local(order.sent_at, zone),
        "settled_at": local(order.settled_at, zone),
    }


def charge_schedule(held: ChargeSchedule, *, differs: bool) -> Json:
    """Answer with the week the car holds."""
    return {
        "enabled": held.enabled,
        "differs_from_last_set": differs,
        "windows": [window(each) for each in held.windows],
    }


def notifications(settings: NotificationSettings) -> Json:
    """Answer with where messages go."""
    quiet = settings.do_not_disturb
    told = {"start": _clock(quiet.start), "end": _clock(quiet.end)} if isinstance(quiet, DoNotDisturb) else quiet
    return {**{channel: getattr(settings, channel) for channel in CHANNELS}, "do_not_disturb": told}


def charge_history(events: Iterable[ChargeEvent], zone: tzinfo) -> Json:
    """Answer with the lines of the charge history and the sessions they make."""
    told = tuple(events)
    return {
        "time_zone": str(zone),
        "events": [_charge_event(each, zone) for each in told],
        "sessions": [_session(each, zone) for each in sessions(told)],
    }


def preconditioning_history(runs: Iterable[PreconditioningRun], zone: tzinfo) -> Json:
    """Answer with the runs of the preconditioning."""
    return {
        "time_zone": str(zone),
        "runs": [{"at": local(run.at, zone), "source": run.source, "result": run.result} for run in runs],
    }


def window(each: ChargeWindow) -> Json:
    """Return a window as a person writes one."""
    return {
        "day": DAY_NAMES[each.weekday],
        "start": _clock(each.start),
        "end": _clock(end_of(each)),
        "duration_minutes": minutes(each.duration),
    }


def _charge_event(event: ChargeEvent, zone: tzinfo) -> Json:
    """Return a line of the charge history."""
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
    """Return a charge from start to end."""
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
    """Return an instant with the offset of the vehicle's zone."""
    return None if at is None else at.astimezone(zone).isoformat(timespec="seconds")


def _clock(wall_clock: time) -> str:
    """Return a wall-clock time to the minute."""
    return wall_clock.isoformat("minutes")


def minutes(span: timedelta | None) -> float | None:
    """Return a span in minutes."""
    return None if span is None else round(span / timedelta(minutes=1), 1)
