"""The endpoints of Kamereon, by generation of the car."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from ..world.clock import Clock
from . import errors, payloads
from .models import X101VE, X102VE, Model
from .programs import parse_programs
from .vehicle import ZoeVehicle

COLDEST, HOTTEST = 13.0, 27.0
MODES = {"schedule_mode": True, "always_charging": False}


@dataclass(frozen=True)
class VehicleRequest:
    """An authenticated request about a car."""

    zoe: ZoeVehicle
    clock: Clock
    query: Mapping[str, str]
    body: Any

    @property
    def attributes(self) -> Mapping[str, Any]:
        """Return the attributes of a command; raise KamereonError if there are none."""
        data = self.body.get("data") if isinstance(self.body, dict) else None
        attributes = data.get("attributes") if isinstance(data, dict) else None
        if not isinstance(attributes, dict):
            raise errors.bad_body()
        return attributes

    def day(self, name: str) -> date:
        """Return a date of the query, YYYYMMDD."""
        try:
            return datetime.strptime(self.query.get(name, ""), "%Y%m%d").replace(tzinfo=UTC).date()
        except ValueError:
            raise errors.invalid("must be a date such as 20260112", name) from None


type Endpoint = Callable[[VehicleRequest], dict[str, Any]]


type Table = Mapping[tuple[str, str], Endpoint]


def always_raise(error: Callable[[], errors.KamereonError]) -> Endpoint:
    """Return an endpoint that always returns an error."""

    def endpoint(_request: VehicleRequest) -> dict[str, Any]:
        """Raise the error."""
        raise error()

    return endpoint


def location(request: VehicleRequest) -> dict[str, Any]:
    """Return the location, unless the car is in privacy mode."""
    if request.zoe.quirks.privacy:
        raise errors.privacy()
    return payloads.location(request.zoe, request.clock)


def charges(request: VehicleRequest) -> dict[str, Any]:
    """Return the charges of a range of days."""
    return payloads.charges(request.zoe, request.clock, request.day("start"), request.day("end"))


def hvac_sessions(request: VehicleRequest) -> dict[str, Any]:
    """Return the preconditioning of a range of days, as the server did until about 2022."""
    if not request.zoe.quirks.serves_sessions:
        raise errors.gone()
    return payloads.hvac_sessions(request.zoe, request.clock, request.day("start"), request.day("end"))


def hvac_settings(_request: VehicleRequest) -> dict[str, Any]:
    """Return the HVAC schedules, which are always empty."""
    return {"mode": "scheduled", "schedules": []}


def hvac_start(request: VehicleRequest) -> dict[str, Any]:
    """Start preconditioning now or later, or cancel it."""
    given = request.attributes
    match given.get("action"):
        case "start":
            _precondition(request.zoe, given)
        case "cancel":
            request.zoe.cancel_preconditioning()
        case _:
            raise errors.bad_body()
    return dict(given)


def charging_start(request: VehicleRequest) -> dict[str, Any]:
    """Start charging."""
    if request.attributes.get("action") != "start":
        raise errors.bad_body()
    request.zoe.charge()
    return dict(request.attributes)


def pause_resume(request: VehicleRequest) -> dict[str, Any]:
    """Pause or resume charging."""
    match request.attributes.get("action"):
        case "pause":
            request.zoe.pause()
        case "resume":
            request.zoe.charge()
        case _:
            raise errors.bad_body()
    return dict(request.attributes)


def set_charge_mode(request: VehicleRequest) -> dict[str, Any]:
    """Follow the programs, or charge whenever plugged in."""
    mode = request.attributes.get("action")
    if request.zoe.quirks.refuses_mode:
        raise errors.bad_body()
    if mode not in MODES:
        raise errors.invalid("must be always_charging or schedule_mode", "/data/attributes/action")
    request.zoe.enable(enabled=MODES[mode])
    return dict(request.attributes)


def set_charge_schedule(request: VehicleRequest) -> dict[str, Any]:
    """Replace the programs; if all of them are disabled, the car charges whenever plugged in."""
    programs = parse_programs(request.attributes, request.zoe.model)
    request.zoe.set_programs(programs)
    if programs and not any(program.activated for program in programs):
        request.zoe.enable(enabled=False)
    elif request.zoe.quirks.refuses_mode:
        request.zoe.enable(enabled=True)
    return dict(request.attributes)


def _precondition(zoe: ZoeVehicle, given: Mapping[str, Any]) -> None:
    """Start preconditioning; raise KamereonError for an invalid temperature or time."""
    temperature, when = given.get("targetTemperature"), given.get("startDateTime")
    if type(temperature) not in (int, float) or not COLDEST <= float(str(temperature)) <= HOTTEST:
        raise errors.invalid("must be a temperature", "/data/attributes/targetTemperature")
    if zoe.quirks.tells_low_battery and zoe.ledger.snapshot.reading.level < zoe.car.threshold:
        raise errors.low_battery()
    zoe.precondition_to(float(str(temperature)), None if when is None else _future(when, zoe.car.at))


def _future(given: Any, now: datetime) -> datetime:
    """Return the start time; raise KamereonError if it is not in the future."""
    try:
        at = datetime.strptime(str(given), "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    except ValueError:
        raise errors.invalid("must be a date", "/data/attributes/startDateTime") from None
    if at <= now:
        raise errors.invalid("must be a future date", "/data/attributes/startDateTime")
    return at


_GONE = always_raise(errors.gone)


_FORBIDDEN = always_raise(errors.forbidden)


_NOT_FOUND = always_raise(errors.not_found)


_NOT_SUPPORTED = always_raise(errors.not_supported)


_BOTH: Table = {
    ("GET", "v2/battery-status"): lambda request: payloads.battery_status(request.zoe, request.clock),
    ("GET", "v1/cockpit"): lambda request: payloads.cockpit(request.zoe),
    ("GET", "v1/hvac-status"): lambda request: payloads.hvac_status(request.zoe, request.clock),
    ("GET", "v1/charging-settings"): lambda request: payloads.charging_settings(request.zoe),
    ("GET", "v1/charges"): charges,
    ("GET", "v1/charge-history"): _GONE,
    ("GET", "v1/hvac-history"): _GONE,
    ("GET", "v1/hvac-sessions"): hvac_sessions,
    ("POST", "v1/actions/charging-start"): charging_start,
    ("POST", "v1/actions/charge-mode"): set_charge_mode,
    ("POST", "v2/actions/charge-schedule"): set_charge_schedule,
    ("POST", "v1/actions/hvac-start"): hvac_start,
    ("POST", "v1/actions/horn-lights"): _FORBIDDEN,
}


ENDPOINTS: Mapping[Model, Table] = {
    X101VE: {
        **_BOTH,
        ("GET", "v1/charge-mode"): lambda request: payloads.charge_mode(request.zoe),
        ("GET", "v1/charge-schedule"): lambda request: payloads.charge_schedule(request.zoe),
        ("GET", "v1/location"): _NOT_SUPPORTED,
        ("GET", "v1/lock-status"): _NOT_SUPPORTED,
        ("GET", "v1/pressure"): _NOT_SUPPORTED,
        ("GET", "v1/res-state"): _NOT_SUPPORTED,
    },
    X102VE: {
        **_BOTH,
        ("GET", "v1/charge-mode"): always_raise(lambda: errors.invalid("The charge mode cannot be read")),
        ("GET", "v1/charge-schedule"): _NOT_FOUND,
        ("GET", "v1/location"): location,
        ("GET", "v1/hvac-settings"): hvac_settings,
        ("GET", "v1/pressure"): _NOT_FOUND,
        ("GET", "v1/lock-status"): _NOT_FOUND,
        ("GET", "v1/res-state"): _NOT_FOUND,
        ("POST", "kcm/charge/pause-resume"): pause_resume,
    },
}


def respond(method: str, name: str, request: VehicleRequest) -> dict[str, Any]:
    """Return the response to a request about a car; raise KamereonError for an unknown endpoint."""
    endpoint = ENDPOINTS[request.zoe.model].get((method, name), _GONE)
    attributes = endpoint(request)
    kind = request.body["data"].get("type", "Car") if method == "POST" else "Car"
    return {"data": {"type": kind, "id": request.zoe.vin, "attributes": attributes}}
