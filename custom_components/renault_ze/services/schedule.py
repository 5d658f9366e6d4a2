"""Actions for the owner's charge schedule."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime, tzinfo
from typing import Any

from homeassistant.core import ServiceCall
from homeassistant.exceptions import ServiceValidationError
from homeassistant.util import dt as dt_util

from ..cloud.exceptions import CloudError
from ..cloud.models import CommandKind, Part, Vehicle, Weekday
from ..cloud.schedule import ScheduleError, window
from ..const import DAYS, DOMAIN
from ..coordinator import VehicleCoordinator
from ..messages import schedule_error
from ..plan import window_edits as edits
from ..plan.model import Plan, PlannedWindow
from ..repairs.issues import report_deprecated_action
from ..schedule_sender import edit_and_send
from ..vehicle.results import CommandResult
from . import responses
from .responses import Json
from .vehicle import result_of

type Data = Mapping[str, Any]


async def set_charge_schedule(coordinator: VehicleCoordinator, call: ServiceCall) -> Json:
    """Replace the windows of the charge schedule, by default enable it, and send it to the car."""
    data = call.data
    if "windows" not in data and not data["enable"]:
        raise ServiceValidationError(translation_domain=DOMAIN, translation_key="schedule_nothing_to_set")
    change = _change(data, coordinator.vehicle, enable=data["enable"])
    return await _send(coordinator, call, change, CommandKind.SET_CHARGE_SCHEDULE)


async def disable_charge_schedule(coordinator: VehicleCoordinator, call: ServiceCall) -> Json:
    """Let the car charge at any time."""

    def change(plan: Plan, now: datetime) -> Plan:
        return edits.select_mode(plan, now, coordinator.vehicle, by_schedule=False)

    return await _send(coordinator, call, change, CommandKind.DISABLE_CHARGE_SCHEDULE)


async def set_charge_windows(coordinator: VehicleCoordinator, call: ServiceCall) -> Json:
    """Replace the charge schedule as `set_charge_schedule` does, and return the plan."""
    await report_deprecated_action(call.hass, "set_charge_windows", "set_charge_schedule")
    await _edit_and_send(coordinator, _change(call.data, coordinator.vehicle, enable=call.data["switch_on"]))
    return responses.plan(coordinator.situation(dt_util.utcnow()), coordinator.planner.next_step)


async def charge_schedule(coordinator: VehicleCoordinator, _: ServiceCall) -> Json:
    """Read the car, and return the charge schedule with its copy there."""
    found = (await coordinator.read_now([Part.CHARGE_SCHEDULE], for_command=True))[Part.CHARGE_SCHEDULE]
    # What was read is shown everywhere at once.
    coordinator.async_update_listeners()
    if isinstance(found, CloudError):
        raise coordinator.translated(found) from found
    return responses.charge_schedule(coordinator.situation(dt_util.utcnow()), coordinator.planner.next_step)


def _change(data: Data, vehicle: Vehicle, *, enable: bool) -> Callable[[Plan, datetime], Plan]:
    """Return the edit of a call."""

    def change(plan: Plan, now: datetime) -> Plan:
        if "windows" in data:
            known = replace(plan, windows=edits.without_past(plan.windows, now, vehicle.time_zone))
            given = _with_skips(_not_past(_windows(data["windows"]), now, vehicle.time_zone), known)
            plan = edits.with_windows(plan, [*given, *_other_days(known, data, given)], now)
            edits.check_fit(plan, vehicle)
        return edits.select_mode(plan, now, vehicle, by_schedule=True) if enable else plan

    return change


async def _send(
    coordinator: VehicleCoordinator, call: ServiceCall, change: Callable[[Plan, datetime], Plan], kind: CommandKind
) -> Json:
    """Edit and send the charge schedule, and return the progress or result."""
    result = await _edit_and_send(coordinator, change, wait=call.data["wait"])
    return responses.nothing_sent(kind) if result is None else result_of(call, result, coordinator)


async def _edit_and_send(
    coordinator: VehicleCoordinator, change: Callable[[Plan, datetime], Plan], *, wait: bool = False
) -> CommandResult | None:
    """Edit and send the charge schedule; raise a translated error if that is not possible."""
    try:
        return await edit_and_send(coordinator, change, wait=wait)
    except ScheduleError as err:
        raise await schedule_error(coordinator.hass, err) from err


def _other_days(plan: Plan, data: Data, given: Iterable[PlannedWindow]) -> Iterable[PlannedWindow]:
    """Return the windows of the days that are kept."""
    if not data.get("keep_other_days"):
        return ()
    if not plan.is_adopted:
        raise ScheduleError("charge_schedule_unknown", ())
    days = {each.window.weekday for each in given if each.on is None}
    return (each for each in plan.windows if each.window.weekday not in days)


def _not_past(windows: list[PlannedWindow], now: datetime, zone: tzinfo) -> tuple[PlannedWindow, ...]:
    """Return the windows that are not past; raise `ScheduleError` if all are, instead of deleting all windows."""
    left = edits.to_come(windows, now, zone)
    if windows and not left:
        raise ScheduleError("event_past", (), windows[-1].on or "")
    return left


def _with_skips(windows: Iterable[PlannedWindow], plan: Plan) -> tuple[PlannedWindow, ...]:
    """Return windows that are still skipped on the dates on which the plan skips them.

    One that was moved on a date occurs again if that other window of the date is not given.
    """
    windows = tuple(windows)
    lost = {each.on for each in plan.windows} - {each.on for each in windows}
    skipped = {each.window: each.skipped - lost for each in plan.windows if each.on is None}
    weekly = ((each, skipped.get(each.window, frozenset()) if each.on is None else frozenset()) for each in windows)
    return tuple(replace(each, skipped=days) for each, days in weekly)


def _windows(rows: Iterable[Data]) -> list[PlannedWindow]:
    """Return one window for each day of each row."""
    return [each for row in rows for each in _row(row)]


def _row(row: Data) -> Iterable[PlannedWindow]:
    """Yield the windows of a row."""
    on: date | None = row.get("date")
    days = [DAYS[day] for day in row.get("days", ())]
    if bool(days) == (on is not None):
        raise ScheduleError("window_days_or_date", (), row["start"])
    for day in days if on is None else [Weekday(on.weekday())]:
        each = window(day, row["start"], end=row.get("end"), duration=row.get("duration"))
        yield PlannedWindow(each, on, row["main"] or row["base"])
