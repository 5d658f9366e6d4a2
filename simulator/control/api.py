"""The control API under /simulator/ for tests and demos; it is not part of the imitated service."""

from collections.abc import Mapping
from dataclasses import asdict
import json
from typing import Any

from aiohttp import web
from aiohttp.typedefs import Handler

from ..codec import InputError, as_object, build, dump, update
from ..world.vehicle import Vehicle
from ..zeservices.backend import Backend
from .changes import AccountChange, ClockChange, Drive, Plug, Report, Unplug, change_car
from .faults import Faults
from .request_log import RequestLog

CAR_ACTIONS: dict[str, type[Plug | Unplug | Drive | Report]] = {
    "plug": Plug,
    "unplug": Unplug,
    "drive": Drive,
    "report": Report,
}


class ControlApi:
    """Show and change the state of the simulator."""

    def __init__(self, backend: Backend, faults: Faults, log: RequestLog) -> None:
        """Store the parts of the simulator."""
        self._backend = backend
        self._faults = faults
        self._log = log

    def app(self) -> web.Application:
        """Return the application to mount."""
        app = web.Application(middlewares=[self._convert_errors])
        app.add_routes(
            [
                web.get("/state", self._get_state),
                web.post("/reset", self._reset),
                web.post("/clock", self._change_clock),
                web.post("/rules", self._change_rules),
                web.post("/accounts", self._change_account),
                web.post("/cars/{vin}", self._change_car),
                web.post("/cars/{vin}/{action}", self._act_on_car),
                web.get("/requests", self._get_requests),
                web.delete("/requests", self._clear_requests),
                web.get("/faults", self._get_faults),
                web.put("/faults", self._replace_faults),
                web.post("/faults", self._add_fault),
                web.delete("/faults", self._clear_faults),
            ]
        )
        return app

    @web.middleware
    async def _convert_errors(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Advance the simulation to the current time and convert invalid input to a 400 response."""
        self._backend.advance()
        try:
            return await handler(request)
        except ValueError as problem:
            return web.json_response({"error": str(problem)}, status=400)
        except web.HTTPException as problem:
            return web.json_response({"error": problem.reason}, status=problem.status)

    async def _get_state(self, _request: web.Request) -> web.Response:
        """Return the complete state."""
        return web.json_response(self.state())

    def state(self) -> dict[str, Any]:
        """Return the complete state as JSON."""
        backend = self._backend
        return {
            "clock": {
                "world": dump(backend.clock.now()),
                "server": dump(backend.clock.server_now()),
                "speed": backend.clock.speed,
                "skew": backend.clock.skew_seconds,
            },
            "generation": backend.tokens.generation,
            "sessions": len(backend.tokens.sessions),
            "rules": asdict(backend.rules),
            "accounts": dump(list(backend.accounts.values())),
            "cars": {vin: vehicle_json(vehicle) for vin, vehicle in backend.vehicles.items()},
            "faults": [each.as_json() for each in self._faults.rules],
        }

    async def _reset(self, _request: web.Request) -> web.Response:
        """Reset cars, accounts, faults, and the request log; the clock continues."""
        self._backend.reset()
        self._faults.rules.clear()
        self._log.entries.clear()
        return web.json_response(self.state())

    async def _change_clock(self, request: web.Request) -> web.Response:
        """Change the clock and advance the simulation."""
        build(ClockChange, await _json_input(request)).apply(self._backend.clock)
        self._backend.advance()
        return web.json_response(self.state()["clock"])

    async def _change_rules(self, request: web.Request) -> web.Response:
        """Change the server's rules."""
        update(self._backend.rules, await _json_input(request))
        return web.json_response(asdict(self._backend.rules))

    async def _change_account(self, request: web.Request) -> web.Response:
        """Change or create an account."""
        account = build(AccountChange, await _json_input(request)).apply(self._backend)
        return web.json_response({"generation": self._backend.tokens.generation, **dump(account)})

    async def _change_car(self, request: web.Request) -> web.Response:
        """Change a car."""
        vehicle = self._vehicle(request)
        self._apply_to_car(vehicle, as_object(await _json_input(request)))
        return self._vehicle_response(vehicle)

    def _apply_to_car(self, vehicle: Vehicle, given: Mapping[str, Any]) -> None:
        """Change the given fields of a car."""
        change_car(vehicle, given)

    async def _act_on_car(self, request: web.Request) -> web.Response:
        """Plug in, unplug, or drive a car, or send its report."""
        vehicle, action = self._vehicle(request), CAR_ACTIONS.get(request.match_info["action"])
        if action is None:
            raise web.HTTPNotFound(reason=f"unknown action; use one of {', '.join(CAR_ACTIONS)}")
        build(action, await _json_input(request)).apply(vehicle)
        return self._vehicle_response(vehicle)

    async def _get_requests(self, _request: web.Request) -> web.Response:
        """Return the received requests, newest last."""
        return web.json_response(dump(list(self._log.entries)))

    async def _clear_requests(self, _request: web.Request) -> web.Response:
        """Clear the request log."""
        self._log.entries.clear()
        return web.json_response([])

    async def _get_faults(self, _request: web.Request) -> web.Response:
        """Return the active fault rules."""
        return web.json_response([each.as_json() for each in self._faults.rules])

    async def _replace_faults(self, request: web.Request) -> web.Response:
        """Replace all fault rules."""
        self._faults.replace(await _json_input(request))
        return await self._get_faults(request)

    async def _add_fault(self, request: web.Request) -> web.Response:
        """Add a fault rule."""
        self._faults.add(await _json_input(request))
        return await self._get_faults(request)

    async def _clear_faults(self, request: web.Request) -> web.Response:
        """Remove all fault rules."""
        self._faults.rules.clear()
        return await self._get_faults(request)

    def _vehicle(self, request: web.Request) -> Vehicle:
        """Return the car in the path."""
        vin = request.match_info["vin"].upper()
        if vin not in self._backend.vehicles:
            raise web.HTTPNotFound(reason=f"unknown car {vin}; known cars: {', '.join(self._backend.vehicles)}")
        return self._backend.vehicles[vin]

    def _vehicle_response(self, vehicle: Vehicle) -> web.Response:
        """Return a car after a change."""
        self._backend.advance()
        return web.json_response(vehicle_json(vehicle))


async def _json_input(request: web.Request) -> Any:
    """Return the JSON body of a request, an empty object if there is no body."""
    text = await request.text()
    try:
        return json.loads(text) if text else {}
    except ValueError as problem:
        raise InputError(f"invalid JSON: {problem}") from problem


def vehicle_json(vehicle: Vehicle) -> dict[str, Any]:
    """Return the actual state of a car and what the server knows about it, as JSON."""
    car = vehicle.car
    actual = {
        "level": round(car.battery.level, 6),
        "range_km": car.battery.range_km,
        "plugged": car.plugged,
        "charging": car.charging,
        "preconditioning": car.preconditioning_until is not None,
        "driving": car.trip_until is not None,
    }
    return {**actual, **dump(vehicle)}
