"""Actions that edit or return the plan."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime, time, tzinfo
from typing import Any

from homeassistant.core import ServiceCall
from homeassistant.util import dt as dt_util
from homeassistant.util.uuid import random_uuid_hex

from ..cloud.models import DAYS
from ..cloud.schedule import DAY, ScheduleError, check_date, instant
from ..coordinator import VehicleCoordinator
from ..messages import schedule_error
from ..plan import edits
from ..plan.forecast import forecast
from ..plan.model import Departure, Plan
from ..plan.settings import AHEAD, Settings
from ..plan.situation import Situation
from ..plan.steps import DepartureMessage, SendSchedule, SetTimer, Start, Step, WindowMessage
from ..plan.timetable import departure_times
from ..plan.window_edits import is_to_send
from ..plan_input import PlanEdit
from ..schedule_sender import edit_and_send
from ..views import plan_entities, responses
from ..views.responses import Json
from .vehicle import result_of

type Data = Mapping[str, Any]


async def plan(coordinator: VehicleCoordinator, _: ServiceCall) -> Json:
    """Return the plan."""
    return _response(coordinator)


async def set_plan(coordinator: VehicleCoordinator, call: ServiceCall) -> Json:
    """Replace the given windows and departures in one edit; return the plan, and the command if one was sent.

    The charge schedule is only sent if the schedule in the car has to change.
    """
    vehicle, planner = coordinator.vehicle, coordinator.planner

    def change(plan: Plan, now: datetime) -> Plan:
        edit = PlanEdit(plan=plan, data=call.data, now=now, vehicle=vehicle, settings=planner.settings)
        return edit.apply()

    result = None
    try:
        if is_to_send(planner.plan, change(planner.plan, dt_util.utcnow())):
            result = await edit_and_send(coordinator, change, wait=call.data["wait"])
        else:
            coordinator.edit_plan(change)
    except ScheduleError as err:
        raise await schedule_error(coordinator.hass, err) from err
    return {**_response(coordinator), "command": result and result_of(call, result, coordinator)}


async def set_departure(coordinator: VehicleCoordinator, call: ServiceCall) -> Json:
    """Add or change a departure, and return it."""
    planner = coordinator.planner
    try:
        departure = _departure(planner.plan, call.data, planner.settings)
        edits.check_not_past(departure, planner.settings.zone, dt_util.utcnow())
        edits.check_timer(departure, coordinator.vehicle)
        coordinator.edit_plan(lambda plan, now: edits.with_departure(plan, departure, now))
    except ScheduleError as err:
        raise await schedule_error(call.hass, err) from err
    # The plan stores times to the minute.
    stored = planner.plan.departure(departure.id) or departure
    return responses.departure(coordinator.situation(dt_util.utcnow()), stored)


async def remove_departure(coordinator: VehicleCoordinator, call: ServiceCall) -> Json:
    """Remove a departure."""
    name, settings = call.data["departure"], coordinator.planner.settings
    return await _edit(coordinator, lambda plan, _: edits.without_departure(plan, _named(plan, name, settings).id))


async def skip_departure(coordinator: VehicleCoordinator, call: ServiceCall) -> Json:
    """Skip a departure, the next one or those of a date, or restore them."""
    settings, day = coordinator.planner.settings, call.data.get("date")

    def skip(plan: Plan, now: datetime) -> Plan:
        if day is not None:
            check_date(day, now)
        only = _named(plan, call.data["departure"], settings).id if "departure" in call.data else None
        if not call.data["skip"]:
            return edits.unskip(plan, now, settings, only, day)
        return edits.skip_next(plan, now, settings, only) if day is None else _skip_date(plan, now, settings, only, day)

    return await _edit(coordinator, skip)


async def pause_departures(coordinator: VehicleCoordinator, call: ServiceCall) -> Json:
    """Pause departures for a span, or resume them."""
    today = dt_util.now(coordinator.vehicle.time_zone).date()
    if not {"from", "to"} & call.data.keys():
        return await _edit(coordinator, lambda plan, _: edits.resume(plan))
    first, until = call.data.get("from", (today, today))
    last = call.data.get("to", (first, until))[1]

    def pause(plan: Plan, now: datetime) -> Plan:
        if first <= last < today:
            raise ScheduleError("event_past", (), last)
        return edits.pause(plan, first, last, now)

    return await _edit(coordinator, pause)


async def _edit(coordinator: VehicleCoordinator, change: Callable[[Plan, datetime], Plan]) -> Json:
    """Edit the plan and return it; raise a translated error if that is not possible."""
    try:
        coordinator.edit_plan(change)
    except ScheduleError as err:
        raise await schedule_error(coordinator.hass, err) from err
    return _response(coordinator)


def _response(coordinator: VehicleCoordinator) -> Json:
    """Return the current plan."""
    return plan_response(coordinator.situation(dt_util.utcnow()), coordinator.planner.next_step)


def _departure(plan: Plan, data: Data, settings: Settings) -> Departure:
    """Return the named departure with the fields of a call, or a new one."""
    changes = {key: data[key] for key in ("name", "precondition", "enabled", "override", "target_level") if key in data}
    if "robust" in data:
        changes["uses_timer"] = data["robust"]
    if "time" in data:
        changes["at"] = data["time"]
    if "days" in data or "date" in data:
        changes["weekdays"] = frozenset(DAYS[day] for day in data.get("days", ()))
        changes["on"] = data.get("date")
    if "date" in data:
        changes["skipped"] = frozenset()
    if "departure" in data or _with_name(plan, data.get("name", ""), settings):
        return replace(_named(plan, data.get("departure", data.get("name")), settings), **changes)
    if not {"name", "at"} <= changes.keys():
        raise ScheduleError("departure_incomplete", ())
    return Departure(id=random_uuid_hex(), **changes)


def _named(plan: Plan, name: str, settings: Settings) -> Departure:
    """Return a departure by its id or name; raise `ScheduleError` if there is none or several."""
    found = [each for each in plan.departures if each.id == name] or _with_name(plan, name, settings)
    if len(found) != 1:
        raise ScheduleError("departure_ambiguous" if found else "departure_unknown", (), name)
    return found[0]


def _with_name(plan: Plan, name: str, settings: Settings) -> list[Departure]:
    """Return the departures with a name, ignoring case; past ones only if there is no other."""
    found = [each for each in plan.departures if each.name.casefold() == name.strip().casefold()]
    return [each for each in found if not edits.is_past(each, settings.zone, dt_util.utcnow())] or found


def _skip_date(plan: Plan, now: datetime, settings: Settings, only: str | None, day: date) -> Plan:
    """Skip the departures of a date, or one of them, as far as they can still be canceled."""
    begin, end = (instant(each, time.min, settings.zone) for each in (day, day + DAY))
    coming = (each for each in departure_times(plan, settings, max(begin, now), end) if each.can_skip_until > now)
    skipped = {each.departure.id for each in coming if each.day == day and only in {None, each.departure.id}}
    if not skipped:
        raise ScheduleError("departure_none_to_skip", ())
    return edits.skip_all(plan, skipped, day)


def plan_response(situation: Situation, next_step: Step | None) -> Json:
    """Return the plan with its next step, forecast and reasons."""
    held, zone = situation.plan, situation.zone
    return {
        "time_zone": str(zone),
        "now": responses.local(situation.now, zone),
        "revision": held.revision,
        "departures_enabled": held.departures_enabled,
        "charge_enabled": held.charge_enabled,
        "paused": responses.pause(held.paused, situation.today),
        "departures": [responses.departure(situation, each) for each in held.departures],
        "windows": responses.windows(situation),
        "limit": responses.limit(situation),
        "next_step": None if next_step is None else _step(next_step, zone),
        "projection": _projection(situation),
        "charging_reason": plan_entities.charging_reason(situation).value,
        "preconditioning_reason": plan_entities.preconditioning_reason(situation).value,
    }


def _step(step: Step, zone: tzinfo) -> Json:
    """Return a step of the plan."""
    found: Json = {"departure": None, "windows": []}
    match step:
        case Start() | SetTimer() | DepartureMessage():
            found["departure"] = step.departure.departure.name
        case SendSchedule():
            found["windows"] = [responses.window(each) for each in step.schedule.windows]
        case WindowMessage():
            found["windows"] = [responses.window(step.window)]
    return {"kind": step.kind, "reason": step.reason, "at": responses.local(step.at, zone), **found}


def _projection(situation: Situation) -> Json | None:
    """Return the forecast for the next departure."""
    following = next(iter(situation.departures(situation.now, situation.now + AHEAD)), None)
    if following is None:
        return None
    expected = forecast(situation, max(situation.now, following.start_at))
    return {
        "at": responses.local(expected.at, situation.zone),
        "level_percent": expected.level,
        "shortage": expected.shortage,
        "charge_needed_minutes": responses.minutes(expected.charge_needed),
    }
