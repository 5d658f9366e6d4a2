"""Actions that edit or return the plan."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime, time
from typing import Any

from homeassistant.core import ServiceCall
from homeassistant.util import dt as dt_util
from homeassistant.util.uuid import random_uuid_hex

from ..cloud.schedule import DAY, ScheduleError, check_date, instant
from ..const import DAYS
from ..coordinator import VehicleCoordinator
from ..messages import schedule_error
from ..plan import edits
from ..plan.model import Departure, Plan
from ..plan.settings import Settings
from ..plan.timetable import departure_times
from . import responses
from .responses import Json

type Data = Mapping[str, Any]


async def plan(coordinator: VehicleCoordinator, _: ServiceCall) -> Json:
    """Return the plan."""
    return _response(coordinator)


async def set_departure(coordinator: VehicleCoordinator, call: ServiceCall) -> Json:
    """Add or change a departure, and return it."""
    planner = coordinator.planner
    try:
        departure = _departure(planner.plan, call.data, planner.settings)
        _check_not_past(departure, planner.settings)
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
    return responses.plan(coordinator.situation(dt_util.utcnow()), coordinator.planner.next_step)


def _departure(plan: Plan, data: Data, settings: Settings) -> Departure:
    """Return the named departure with the fields of a call, or a new one."""
    changes = {key: data[key] for key in ("name", "precondition", "enabled", "override") if key in data}
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


def _check_not_past(departure: Departure, settings: Settings) -> None:
    """Raise `ScheduleError` for a departure in the past."""
    if departure.on is not None and _is_past(departure, settings):
        raise ScheduleError("event_past", (), datetime.combine(departure.on, departure.at))


def _is_past(departure: Departure, settings: Settings) -> bool:
    """Return whether a departure is in the past."""
    return departure.on is not None and instant(departure.on, departure.at, settings.zone) <= dt_util.utcnow()


def _named(plan: Plan, name: str, settings: Settings) -> Departure:
    """Return a departure by its id or name; raise `ScheduleError` if there is none or several."""
    found = [each for each in plan.departures if each.id == name] or _with_name(plan, name, settings)
    if len(found) != 1:
        raise ScheduleError("departure_ambiguous" if found else "departure_unknown", (), name)
    return found[0]


def _with_name(plan: Plan, name: str, settings: Settings) -> list[Departure]:
    """Return the departures with a name, ignoring case; past ones only if there is no other."""
    found = [each for each in plan.departures if each.name.casefold() == name.strip().casefold()]
    return [each for each in found if not _is_past(each, settings)] or found


def _skip_date(plan: Plan, now: datetime, settings: Settings, only: str | None, day: date) -> Plan:
    """Skip the departures of a date, or one of them, as far as they can still be canceled."""
    begin, end = (instant(each, time.min, settings.zone) for each in (day, day + DAY))
    coming = (each for each in departure_times(plan, settings, max(begin, now), end) if each.can_skip_until > now)
    skipped = {each.departure.id for each in coming if each.day == day and only in {None, each.departure.id}}
    if not skipped:
        raise ScheduleError("departure_none_to_skip", ())
    return edits.skip_all(plan, skipped, day)
