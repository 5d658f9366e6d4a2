"""The endpoints of a vehicle: path, verb, scope, and what each does."""

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
from .responses import answer, nothing, several


class Dated(Protocol):
    """An entry of a history."""

    @property
    def at(self) -> datetime:
        """Return its instant."""


@dataclass(frozen=True)
class Call:
    """A request about a vehicle, already authenticated."""

    vehicle: Vehicle
    clock: Clock
    rules: ServerRules
    query: Mapping[str, str]
    text: str

    @property
    def body(self) -> Any:
        """Return the body as JSON; ApiError if it is none. Endpoints that need no body never look at it."""
        return payloads.parsed(self.text)


type Endpoint = Callable[[Call], web.Response]


def battery(call: Call) -> web.Response:
    """Answer with the last reading."""
    hide = call.vehicle.link.hide_remaining_time
    return answer(payloads.battery(call.vehicle.ledger.snapshot, call.clock, hide_remaining_time=hide))


def ask(call: Call) -> web.Response:
    """Ask the car for a reading."""
    try:
        call.vehicle.ask()
    except TooManyRequests:
        raise errors.sms_refused() from None
    return nothing(202)


def battery_history(call: Call) -> web.Response:
    """Answer with the requests to charge."""
    entries = _within(call, call.vehicle.ledger.requests)
    return several([payloads.charge_request(entry, call.clock) for entry in entries])


def precondition(call: Call) -> web.Response:
    """Order preconditioning."""
    try:
        call.vehicle.precondition()
    except TooManyRequests:
        raise errors.too_soon() from None
    return nothing(202)


def last_preconditioning(call: Call) -> web.Response:
    """Answer with the newest outcome."""
    last = call.vehicle.last_preconditioning
    return answer(payloads.preconditioning(last, call.clock)) if last else nothing(204)


def preconditioning_history(call: Call) -> web.Response:
    """Answer with the outcomes of some months."""
    entries = _within(call, call.vehicle.ledger.preconditionings)
    return several([payloads.preconditioning(entry, call.clock) for entry in entries])


def set_timer(call: Call) -> web.Response:
    """Set the time of the next preconditioning."""
    call.vehicle.set_timer(payloads.as_clock(payloads.as_text(call.body, "start"), "start"))
    return nothing(202)


def timer(call: Call) -> web.Response:
    """Answer with the time of the next preconditioning, under another key than it was set with."""
    clock = call.vehicle.timer
    return answer({"next_start": payloads.hhmm(clock)}) if clock else nothing(204)


def cancel_timer(call: Call) -> web.Response:
    """Cancel the next preconditioning."""
    call.vehicle.set_timer(None)
    return nothing(204)


def charge(call: Call) -> web.Response:
    """Order a charge."""
    call.vehicle.charge()
    return nothing(202)


def charge_history(call: Call) -> web.Response:
    """Answer with the starts and ends of charges."""
    return several([payloads.charge(entry, call.clock) for entry in _within(call, call.vehicle.ledger.charges)])


def siblings(call: Call) -> web.Response:
    """Answer with the last and the next charge."""
    vehicle = call.vehicle
    last, schedule = vehicle.ledger.charges[-1:], vehicle.car.schedule
    begins_at = schedule.week.next_start(vehicle.car.at, vehicle.zone) if schedule.enabled else None
    previous = {"previous": _sibling(payloads.charge(last[0], call.clock))} if last else {}
    date = {"date": call.clock.stamp(begins_at)} if begins_at else {}
    state = "ACTIVATED" if schedule.enabled else "DEACTIVATED"
    return answer({**previous, "next": {"calendar_status": "DRAFT", **date, "on_board_calendar_status": state}})


def set_draft(call: Call) -> web.Response:
    """Store a draft of the week."""
    body = payloads.as_object(call.body)
    week = payloads.as_week(body)
    if call.rules.require_all_days and None in week.days:
        raise errors.invalid("EveryDayRequired")
    optimized = "optimized_charge" in body and payloads.as_flag(body, "optimized_charge")
    call.vehicle.plan(week, optimized_charge=optimized)
    return nothing(200)


def draft(call: Call) -> web.Response:
    """Answer with the draft."""
    return answer({"optimized_charge": call.vehicle.optimized_charge, **payloads.week(call.vehicle.draft)})


def deploy(call: Call) -> web.Response:
    """Send the draft to the car."""
    call.vehicle.deploy()
    return nothing(202)


def schedule(call: Call) -> web.Response:
    """Answer with what the car holds; as a switch, with a draft not deployed yet."""
    vehicle, held = call.vehicle, call.vehicle.car.schedule
    if call.rules.mirror_draft and vehicle.draft_pending:
        return answer({"enabled": False, "schedule": payloads.week(vehicle.draft)})
    return answer({"enabled": held.enabled, "schedule": payloads.week(held.week)})


def enable(call: Call) -> web.Response:
    """Tell the car to heed its schedule or not."""
    call.vehicle.enable(enabled=payloads.as_flag(call.body, "enabled"))
    return nothing(202)


def settings(call: Call) -> web.Response:
    """Answer with the notification settings."""
    return answer(payloads.settings(call.vehicle.ledger.outbox.settings))


def set_settings(call: Call) -> web.Response:
    """Store notification settings."""
    outbox = call.vehicle.ledger.outbox
    outbox.settings = payloads.as_settings(call.body, outbox.settings)
    return nothing(200)


VEHICLE_ENDPOINTS: tuple[tuple[str, str, Scope | None, Endpoint], ...] = (
    ("GET", "/battery", Scope.STATUS, battery),
    ("POST", "/battery", Scope.STATUS, ask),
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


def _within[Entry: Dated](call: Call, entries: Sequence[Entry]) -> list[Entry]:
    """Return the entries from one month to another, newest first; a missing end is the beginning's month."""
    begin, end = call.query.get("begin"), call.query.get("end")
    if call.rules.require_history_range and not (begin and end):
        raise errors.invalid("RangeRequired")
    first = payloads.as_month(begin, "begin") if begin else None
    last = payloads.as_month(end, "end") if end else first
    zone = call.vehicle.zone
    return [
        entry
        for entry in reversed(entries)
        if (first is None or first <= payloads.month_of(entry.at, zone))
        and (last is None or payloads.month_of(entry.at, zone) <= last)
    ]


def _sibling(entry: dict[str, Any]) -> dict[str, Any]:
    """Return an entry as a sibling shows it, without the remaining time."""
    return {key: value for key, value in entry.items() if key != "remaining_time"}
