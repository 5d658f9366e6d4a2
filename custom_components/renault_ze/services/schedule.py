"""Actions for the user's charge schedule."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from homeassistant.core import ServiceCall
from homeassistant.exceptions import ServiceValidationError
from homeassistant.util import dt as dt_util

from ..cloud.exceptions import CloudError
from ..cloud.models import CommandKind, Part, Vehicle
from ..cloud.schedule import ScheduleError
from ..const import DOMAIN
from ..coordinator import VehicleCoordinator
from ..messages import schedule_error
from ..plan import window_edits as edits
from ..plan.model import Plan, PlannedWindow
from ..plan_input import windows_of
from ..repairs.issues import report_deprecated_action
from ..schedule_sender import edit_and_send
from ..vehicle.results import CommandResult
from ..views import responses
from ..views.responses import Json
from .plan import plan_response
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
    return plan_response(coordinator.situation(dt_util.utcnow()), coordinator.planner.next_step)


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
            given = windows_of(data["windows"], known.windows, now, vehicle.time_zone)
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
