"""The endpoints of a vehicle: method, path, scope, and handler."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from aiohttp import web

from .. import errors
from ..world.accounts import Scope
from ..world.clock import Clock
from ..world.rules import ServerRules
from ..world.vehicle import TooManyRequests, Vehicle
from . import payloads
from .responses import empty_response, json_response, list_response


class HistoryEntry(Protocol):
    """An entry of a history."""

    @property
    def at(self) -> datetime:
        """Return the time of the entry."""


@dataclass(frozen=True)
class VehicleRequest:
    """An authenticated request about a vehicle."""

    vehicle: Vehicle
    clock: Clock
    rules: ServerRules
    query: Mapping[str, str]
    text: str

    @property
    def body(self) -> Any:
        """Return the JSON body; raise ApiError if it is invalid. Endpoints without a body never read it."""
        return payloads.parse_json(self.text)


type Endpoint = Callable[[VehicleRequest], web.Response]


def battery(request: VehicleRequest) -> web.Response:
    """Return the last reading."""
    hide = request.vehicle.link.hide_remaining_time
    return json_response(payloads.battery(request.vehicle.records.snapshot, request.clock, hide_remaining_time=hide))


def request_reading(request: VehicleRequest) -> web.Response:
    """Request a new reading from the car."""
    try:
        request.vehicle.request_reading()
    except TooManyRequests:
        raise errors.sms_refused() from None
    return empty_response(202)


def battery_history(request: VehicleRequest) -> web.Response:
    """Return the charge requests."""
    entries = _in_months(request, request.vehicle.records.requests)
    return list_response([payloads.charge_request(entry, request.clock) for entry in entries])


def precondition(request: VehicleRequest) -> web.Response:
    """Start preconditioning."""
    try:
        request.vehicle.precondition()
    except TooManyRequests:
        raise errors.too_soon() from None
    return empty_response(202)


def last_preconditioning(request: VehicleRequest) -> web.Response:
    """Return the latest preconditioning result."""
    last = request.vehicle.last_preconditioning
    return json_response(payloads.preconditioning(last, request.clock)) if last else empty_response(204)


def preconditioning_history(request: VehicleRequest) -> web.Response:
    """Return the preconditioning results of a range of months."""
    entries = _in_months(request, request.vehicle.records.preconditionings)
    return list_response([payloads.preconditioning(entry, request.clock) for entry in entries])


def set_timer(request: VehicleRequest) -> web.Response:
    """Set the time of the next preconditioning."""
    request.vehicle.set_timer(payloads.as_clock(payloads.as_text(request.body, "start"), "start"))
    return empty_response(202)


def timer(request: VehicleRequest) -> web.Response:
    """Return the time of the next preconditioning; the key differs from the one used to set it."""
    clock = request.vehicle.timer
    return json_response({"next_start": payloads.hhmm(clock)}) if clock else empty_response(204)


def cancel_timer(request: VehicleRequest) -> web.Response:
    """Cancel the next preconditioning."""
    request.vehicle.set_timer(None)
    return empty_response(204)


def charge(request: VehicleRequest) -> web.Response:
    """Start charging."""
    request.vehicle.charge()
    return empty_response(202)


def charge_history(request: VehicleRequest) -> web.Response:
    """Return the starts and ends of charges."""
    return list_response(
        [payloads.charge(entry, request.clock) for entry in _in_months(request, request.vehicle.records.charges)]
    )


def siblings(request: VehicleRequest) -> web.Response:
    """Return the last and the next charge."""
    vehicle = request.vehicle
    last, schedule = vehicle.records.charges[-1:], vehicle.car.schedule
    begins_at = schedule.week.next_start(vehicle.car.at, vehicle.zone) if schedule.enabled else None
    previous = {"previous": _sibling(payloads.charge(last[0], request.clock))} if last else {}
    date = {"date": request.clock.stamp(begins_at)} if begins_at else {}
    state = "ACTIVATED" if schedule.enabled else "DEACTIVATED"
    return json_response({**previous, "next": {"calendar_status": "DRAFT", **date, "on_board_calendar_status": state}})


def set_draft(request: VehicleRequest) -> web.Response:
    """Store a draft of the weekly schedule."""
    body = payloads.as_object(request.body)
    week = payloads.as_week(body)
    if request.rules.require_all_days and None in week.days:
        raise errors.invalid("EveryDayRequired")
    optimized = "optimized_charge" in body and payloads.as_flag(body, "optimized_charge")
    request.vehicle.plan(week, optimized_charge=optimized)
    return empty_response(200)


def draft(request: VehicleRequest) -> web.Response:
    """Return the draft."""
    return json_response({"optimized_charge": request.vehicle.optimized_charge, **payloads.week(request.vehicle.draft)})


def deploy(request: VehicleRequest) -> web.Response:
    """Send the draft to the car."""
    request.vehicle.deploy()
    return empty_response(202)


def schedule(request: VehicleRequest) -> web.Response:
    """Return the schedule in the car, or with `mirror_draft` a draft that is not deployed yet."""
    vehicle, held = request.vehicle, request.vehicle.car.schedule
    if request.rules.mirror_draft and vehicle.draft_pending:
        return json_response({"enabled": False, "schedule": payloads.week(vehicle.draft)})
    return json_response({"enabled": held.enabled, "schedule": payloads.week(held.week)})


def enable(request: VehicleRequest) -> web.Response:
    """Enable or disable the schedule in the car."""
    request.vehicle.enable(enabled=payloads.as_flag(request.body, "enabled"))
    return empty_response(202)


def settings(request: VehicleRequest) -> web.Response:
    """Return the notification settings."""
    return json_response(payloads.settings(request.vehicle.records.outbox.settings))


def set_settings(request: VehicleRequest) -> web.Response:
    """Store notification settings."""
    outbox = request.vehicle.records.outbox
    outbox.settings = payloads.as_settings(request.body, outbox.settings)
    return empty_response(200)


VEHICLE_ENDPOINTS: tuple[tuple[str, str, Scope | None, Endpoint], ...] = (
    ("GET", "/battery", Scope.STATUS, battery),
    ("POST", "/battery", Scope.STATUS, request_reading),
    ("GET", "/battery/history", Scope.HISTORY, battery_history),
    ("POST", "/air-conditioning", Scope.PRECONDITIONING, precondition),
    ("GET", "/air-conditioning", Scope.PRECONDITIONING, preconditioning_history),
    ("GET", "/air-conditioning/last", Scope.PRECONDITIONING, last_preconditioning),
    ("POST", "/air-conditioning/scheduler", Scope.PRECONDITIONING, set_timer),
    ("GET", "/air-conditioning/scheduler", Scope.PRECONDITIONING, timer),
    ("DELETE", "/air-conditioning/scheduler", Scope.PRECONDITIONING, cancel_timer),
    ("POST", "/charge", Scope.ACTIVATION, charge),
    ("GET", "/charge/history", Scope.HISTORY, charge_history),
    ("GET", "/charge/siblings", Scope.HISTORY, siblings),
    ("PUT", "/charge/scheduler/offboard", Scope.SCHEDULING, set_draft),
    ("GET", "/charge/scheduler/offboard", Scope.SCHEDULING, draft),
    ("POST", "/charge/scheduler/offboard/deploy", Scope.SCHEDULING, deploy),
    ("GET", "/charge/scheduler/onboard", Scope.SCHEDULING, schedule),
    ("PUT", "/charge/scheduler/onboard", Scope.SCHEDULING, enable),
    ("GET", "/settings/notification", None, settings),
    ("PUT", "/settings/notification", None, set_settings),
)


def _in_months[Entry: HistoryEntry](request: VehicleRequest, entries: Sequence[Entry]) -> list[Entry]:
    """Return the entries of a range of months, newest first; without `end`, of the month `begin`."""
    begin, end = request.query.get("begin"), request.query.get("end")
    if request.rules.require_history_range and not (begin and end):
        raise errors.invalid("RangeRequired")
    first = payloads.as_month(begin, "begin") if begin else None
    last = payloads.as_month(end, "end") if end else first
    zone = request.vehicle.zone
    return [
        entry
        for entry in reversed(entries)
        if (first is None or first <= payloads.month_of(entry.at, zone))
        and (last is None or payloads.month_of(entry.at, zone) <= last)
    ]


def _sibling(entry: dict[str, Any]) -> dict[str, Any]:
    """Return an entry as `siblings` shows it, without the remaining time."""
    return {key: value for key, value in entry.items() if key != "remaining_time"}
