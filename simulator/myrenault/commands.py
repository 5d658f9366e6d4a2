"""The commands of Kamereon, each over one of several routes."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import partial
import re
from typing import Any

from . import errors
from .ev_settings import check_hvac_programs, check_limits, check_settings, is_older
from .models import MODELS, XCB1VE, Model, ScheduleKind
from .programs import parse_programs
from .quirks import RemoteSecurity
from .request import VehicleRequest
from .routes import Outcome, Route
from .vehicle import MyRenaultVehicle

COLDEST, HOTTEST = 13.0, 27.0
MODES = {"schedule_mode": True, "always_charging": False}
OUTCOME_ERRORS: Mapping[Outcome, Callable[[], errors.KamereonError]] = {
    Outcome.INVALID_BODY: errors.bad_body,
    Outcome.BAD_REQUEST: lambda: errors.invalid("The request is not valid"),
    Outcome.FORBIDDEN: errors.forbidden,
    Outcome.NOT_FOUND: errors.gone,
}
# Routes that the server accepts, and the model does not follow.
UNFOLLOWED: Mapping[Model, set[Route]] = {
    **{model: {Route.KCA_START} for model in MODELS.values() if model.schedule is ScheduleKind.SETTINGS},
    XCB1VE: {Route.KCA_START, Route.KCA_SCHEDULE},
}
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z")

type Effect = Callable[[], None]
# Checks a command and returns its route and its effect on the car.
type Command = Callable[[VehicleRequest], tuple[Route, Effect]]


def perform(command: Command, request: VehicleRequest) -> None:
    """Execute a command unless its route does not work; raise KamereonError if that is an error."""
    vehicle = request.vehicle
    if vehicle.quirks.remote_security is RemoteSecurity.SRP:
        raise errors.contact_src()
    route, effect = command(request)
    outcome = vehicle.quirks.outcome(route, _usual_outcome(route, vehicle.model))
    if error := OUTCOME_ERRORS.get(outcome):
        raise error()
    if outcome is Outcome.WORKS or (outcome is Outcome.WAITS and not vehicle.car.schedule.enabled):
        effect()


def hvac_start(request: VehicleRequest) -> tuple[Route, Effect]:
    """Start preconditioning now or later, or stop it."""
    given, vehicle = request.attributes, request.vehicle
    if given.get("action") == vehicle.model.hvac_stop:
        return Route.HVAC_STOP, vehicle.cancel_preconditioning
    if given.get("action") != "start":
        raise errors.bad_body()
    temperature, when = given.get("targetTemperature"), given.get("startDateTime")
    if type(temperature) not in (int, float) or not COLDEST <= float(str(temperature)) <= HOTTEST:
        raise errors.invalid("must be a temperature", "/data/attributes/targetTemperature")
    if vehicle.quirks.reports_low_battery and vehicle.records.snapshot.reading.level < vehicle.car.threshold:
        raise errors.low_battery()
    at = None if when is None else _future(when, vehicle.car.at)
    route = Route.HVAC_START if at is None else Route.HVAC_TIMER
    return route, partial(vehicle.precondition_to, float(str(temperature)), at)


def hvac_schedule(request: VehicleRequest) -> tuple[Route, Effect]:
    """Replace the preconditioning programs."""
    programs = check_hvac_programs(request.attributes)
    return Route.HVAC_SCHEDULE, partial(request.vehicle.store, hvac_programs=programs)


def kca_start(request: VehicleRequest) -> tuple[Route, Effect]:
    """Start or stop charging."""
    match request.attributes.get("action"):
        case "start":
            return Route.KCA_START, request.vehicle.charge
        case "stop":
            return Route.KCA_STOP, request.vehicle.pause
        case _:
            raise errors.bad_body()


def kcm_start(request: VehicleRequest) -> tuple[Route, Effect]:
    """Start charging now, or from a time on."""
    if request.attributes.get("action") != "start":
        raise errors.bad_body()
    if (when := request.attributes.get("startDateTime")) is None:
        return Route.KCM_START, request.vehicle.charge
    return Route.KCM_DELAYED_START, partial(request.vehicle.delay_charge, _future(when, request.vehicle.car.at))


def pause_resume(request: VehicleRequest) -> tuple[Route, Effect]:
    """Pause or resume charging."""
    match request.attributes.get("action"):
        case "pause":
            return Route.KCM_PAUSE, request.vehicle.pause
        case "resume":
            return Route.KCM_RESUME, request.vehicle.charge
        case _:
            raise errors.bad_body()


def charge_mode(request: VehicleRequest) -> tuple[Route, Effect]:
    """Follow the programs, or charge whenever plugged in; programs sent with the mode are kept."""
    given, vehicle = request.attributes, request.vehicle
    if vehicle.quirks.refuses_mode:
        raise errors.bad_body()
    if given.get("action") not in MODES:
        raise errors.invalid("must be always_charging or schedule_mode", "/data/attributes/action")
    enabled = MODES[given["action"]]
    if "schedules" not in given:
        return Route.KCA_MODE, partial(vehicle.enable, enabled=enabled)
    programs = parse_programs(given, vehicle.model)
    return Route.KCA_MODE_WITH_PROGRAMS, partial(vehicle.set_programs, programs, enabled=enabled)


def kca_schedule(request: VehicleRequest) -> tuple[Route, Effect]:
    """Replace the programs; if all of them are disabled, the car charges whenever plugged in."""
    vehicle = request.vehicle
    programs = parse_programs(request.attributes, vehicle.model)

    def replace_programs() -> None:
        """Send the programs, and the mode that they imply."""
        vehicle.set_programs(programs)
        if programs and not any(program.activated for program in programs):
            vehicle.enable(enabled=False)
        elif vehicle.quirks.refuses_mode:
            vehicle.enable(enabled=True)

    return Route.KCA_SCHEDULE, replace_programs


def kcm_schedule(request: VehicleRequest) -> tuple[Route, Effect]:
    """Replace the programs and follow them."""
    programs = parse_programs(request.attributes, request.vehicle.model)
    return Route.KCM_SCHEDULE, partial(request.vehicle.follow, programs)


def ev_settings(request: VehicleRequest) -> tuple[Route, Effect]:
    """Replace the settings of a newer car."""
    given, vehicle = check_settings(request.body), request.vehicle
    if vehicle.quirks.discards_old_settings and is_older(given, vehicle.ev_settings):
        return Route.EV_SETTINGS, lambda: None
    settings = {**given, "lastSettingsUpdateTimestamp": _stamp(vehicle)}
    return Route.EV_SETTINGS, partial(vehicle.store, ev_settings=settings)


def soc_levels(request: VehicleRequest) -> tuple[Route, Effect]:
    """Replace the charge limits of a newer car."""
    limits = {**check_limits(request.body), "lastEnergyUpdateTimestamp": _stamp(request.vehicle)}
    return Route.SOC_LEVELS, partial(request.vehicle.store, soc_levels=limits)


def horn_lights(request: VehicleRequest) -> tuple[Route, Effect]:
    """Sound the horn or flash the lights."""
    given = request.attributes
    if given.get("action") != "start" or given.get("target") not in ("horn", "lights"):
        raise errors.bad_body()
    return Route.HORN_LIGHTS, partial(request.vehicle.signal, given["target"])


def refresh_location(request: VehicleRequest) -> tuple[Route, Effect]:
    """Request the current location of the car."""
    if request.kind != "RefreshLocation":
        raise errors.bad_body()
    return Route.REFRESH_LOCATION, partial(request.vehicle.signal, "location")


def _usual_outcome(route: Route, model: Model) -> Outcome:
    """Return what a command over a route leads to on a model if all routes work."""
    if route is Route.KCA_STOP:
        return Outcome.INVALID_BODY
    return Outcome.IGNORED if route in UNFOLLOWED.get(model, ()) else Outcome.WORKS


def _future(given: Any, now: datetime) -> datetime:
    """Return the start time; raise KamereonError if it is not in the future."""
    try:
        at = datetime.fromisoformat(str(given) if _INSTANT.fullmatch(str(given)) else "")
    except ValueError:
        raise errors.invalid("must be a date", "/data/attributes/startDateTime") from None
    if at <= now:
        raise errors.invalid("must be a future date", "/data/attributes/startDateTime")
    return at


def _stamp(vehicle: MyRenaultVehicle) -> str:
    """Return the time of a change."""
    return f"{vehicle.car.at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
