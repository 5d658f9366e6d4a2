"""The endpoints of Kamereon."""

from collections.abc import Callable, Mapping
from typing import Any

from . import commands, errors, payloads
from .ev_settings import hvac_settings
from .request import VehicleRequest
from .unsupported_endpoints import ENDPOINT_ERRORS

# The content of an endpoint: the attributes of an envelope, or everything if it has none.
type Reader = Callable[[VehicleRequest], Any]


def location(request: VehicleRequest) -> dict[str, Any]:
    """Return the location, unless the car is in privacy mode."""
    if request.vehicle.quirks.privacy:
        raise errors.privacy()
    return payloads.location(request.vehicle, request.clock)


def charges(request: VehicleRequest) -> dict[str, Any]:
    """Return the charges of a range of days."""
    return payloads.charges(request.vehicle, request.clock, request.day("start"), request.day("end"))


def hvac_sessions(request: VehicleRequest) -> dict[str, Any]:
    """Return the preconditioning of a range of days, as the server did until about 2022."""
    if request.vehicle.quirks.empty_sessions:
        return {}
    if not request.vehicle.quirks.serves_sessions:
        raise errors.gone()
    return payloads.hvac_sessions(request.vehicle, request.clock, request.day("start"), request.day("end"))


READERS: Mapping[str, Reader] = {
    "v2/battery-status": lambda request: payloads.battery_status(request.vehicle, request.clock),
    "v1/cockpit": lambda request: payloads.cockpit(request.vehicle),
    "v1/hvac-status": lambda request: payloads.hvac_status(request.vehicle, request.clock),
    "v1/hvac-settings": lambda request: hvac_settings(
        request.vehicle.hvac_programs, followed=request.vehicle.quirks.follows_departures
    ),
    "v1/hvac-sessions": hvac_sessions,
    "v1/charging-settings": lambda request: payloads.charging_settings(request.vehicle, request.clock),
    "kcm/charge/settings": lambda request: payloads.charging_settings(request.vehicle, request.clock),
    "v1/charge-mode": lambda request: payloads.charge_mode(request.vehicle),
    "v1/charge-schedule": lambda request: payloads.charge_schedule(request.vehicle),
    "v1/charges": charges,
    "v1/location": location,
    "v1/lock-status": lambda request: payloads.lock_status(request.vehicle, request.clock),
    "v1/pressure": lambda request: request.vehicle.equipment.pressure,
    "alerts": lambda request: payloads.alerts(request.vehicle, request.clock),
    "kcm/ev/settings": lambda request: request.vehicle.ev_settings,
    "kcm/ev/soc-levels": lambda request: request.vehicle.soc_levels,
}


COMMANDS: Mapping[str, commands.Command] = {
    "v1/actions/charging-start": commands.kca_start,
    "v1/actions/charge-mode": commands.charge_mode,
    "v2/actions/charge-schedule": commands.kca_schedule,
    "kcm/charge/start": commands.kcm_start,
    "kcm/charge/schedule": commands.kcm_schedule,
    "kcm/charge/pause-resume": commands.pause_resume,
    "kcm/ev/settings": commands.ev_settings,
    "kcm/ev/soc-levels": commands.soc_levels,
    "v1/actions/hvac-start": commands.hvac_start,
    "v2/actions/hvac-schedule": commands.hvac_schedule,
    "v1/actions/horn-lights": commands.horn_lights,
    "v1/actions/refresh-location": commands.refresh_location,
}


# These endpoints have no envelope; a command returns what it synchronizes with the car.
RECEIPTS = {"kcm/ev/settings": "HVAC_CHARGE_SYNCH", "kcm/ev/soc-levels": "SOC_SYNCH"}
BARE = {*RECEIPTS, "alerts"}


def respond(method: str, name: str, request: VehicleRequest) -> Any:
    """Return the response to a request about a car; raise KamereonError for an unknown endpoint."""
    if request.vehicle.quirks.empty_vehicle_link:
        raise errors.empty_vehicle_link()
    error = ENDPOINT_ERRORS[request.vehicle.model_code].get(name)
    if error and name not in request.vehicle.quirks.served_endpoints:
        raise error()
    if name not in (COMMANDS if method == "POST" else READERS):
        raise errors.gone()
    return _run(name, request) if method == "POST" else _read(name, request)


def _read(name: str, request: VehicleRequest) -> Any:
    """Return what an endpoint serves."""
    content = READERS[name](request)
    return content if name in BARE else {"data": {"type": "Car", "id": request.vehicle.vin, "attributes": content}}


def _run(name: str, request: VehicleRequest) -> dict[str, Any]:
    """Execute a command and return the server's receipt."""
    commands.perform(COMMANDS[name], request)
    if name in RECEIPTS:
        number = f"{request.vehicle.vin[-6:]}-{request.vehicle.car.at:%Y%m%d%H%M%S}"
        return {"commandId": number, "type": RECEIPTS[name], "status": "CREATED"}
    attributes = request.body["data"].get("attributes", {})
    return {"data": {"type": request.kind, "id": request.vehicle.vin, "attributes": attributes}}
