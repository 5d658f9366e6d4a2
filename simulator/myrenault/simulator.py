"""The HTTP API of MY Renault and its simulator."""

from collections.abc import Iterable, Mapping
from email.utils import format_datetime
import json
from typing import Any, override

from aiohttp import web
from aiohttp.typedefs import Handler

from ..control.fault_kinds import DroppedResponse
from ..errors import ApiError, failure
from ..simulator import Simulator
from ..world.accounts import Account
from ..world.clock import Clock
from . import account_payloads, errors, gigya_endpoints, kamereon, pictures
from .backend import KamereonAccount, MyRenaultBackend, example_owner
from .control import MyRenaultControlApi
from .errors import GIGYA
from .faults import MyRenaultFaults
from .models import Model
from .request import VehicleRequest
from .routes import RouteSet
from .vehicle import MyRenaultVehicle

KAMEREON = "/kamereon"
_ACCOUNT = KAMEREON + "/commerce/v1/accounts/{account}"
_KCA = _ACCOUNT + "/kamereon/kca/car-adapter/{version}/cars/{vin}/{name:.+}"
_KCM = _ACCOUNT + "/kamereon/kcm/{version}/vehicles/{vin}/{name:.+}"
_ALERTS = _ACCOUNT + "/kamereon/vehicles/{vin}/alerts"
_CONNECTED = "/myr/api/v1/accounts/{account}/connected-vehicles"
_GIGYA_SUCCESS = {"callId": "call-id", "errorCode": 0, "apiVersion": 2, "statusCode": 200, "statusReason": "OK"}


class MyRenaultSimulator(Simulator):
    """MY Renault with its cars: Gigya under /gigya, Kamereon under /kamereon, control API under /simulator."""

    backend: MyRenaultBackend

    def __init__(
        self,
        clock: Clock | None = None,
        *,
        accounts: Iterable[Account] | None = None,
        models: Mapping[str, Model] | None = None,
        routes: RouteSet | str = RouteSet.ALL,
        seed: int = 0,
        live: bool = False,
    ) -> None:
        """Build the simulator, by default with the example owner and the current time."""
        owners = [example_owner()] if accounts is None else list(accounts)
        super().__init__(clock, accounts=[], seed=seed)
        routed = RouteSet(routes)
        self.backend = MyRenaultBackend(self.clock, owners, models=models, routes=routed, seed=seed, live=live)
        self.faults = MyRenaultFaults(self.clock)
        self.control = MyRenaultControlApi(self.backend, self.faults, self.log)

    @override
    def app(self) -> web.Application:
        app = web.Application(middlewares=[self._log_request, self._apply_faults, self._convert_errors])
        app.add_subapp("/simulator", self.control.app())
        add = app.router.add_route
        for name, endpoint in gigya_endpoints.ENDPOINTS.items():
            add("*", f"{GIGYA}/{name}", self._on_gigya(endpoint))
        add("GET", KAMEREON + "/commerce/v1/persons/{person}", self._person)
        add("GET", _ACCOUNT + "/vehicles", self._vehicles)
        add("GET", _ACCOUNT + "/vehicles/{vin}/details", self._details)
        add("GET", _CONNECTED, self._connected_vehicles)
        add("GET", _ALERTS, self._alerts)
        add("GET", pictures.PATH, self._picture)
        for path in (_KCA, _KCM):
            for method in ("GET", "POST"):
                add(method, path, self._on_car)
        app.cleanup_ctx.append(self._tick)
        return app

    @override
    def vehicle(self, vin: str | None = None) -> MyRenaultVehicle:
        self.backend.advance()
        return self.backend.vehicle(vin or next(iter(self.backend.vehicles)))

    @web.middleware
    async def _log_request(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Log a request to one of the two servers and add the Date header to the response."""
        if request.path.startswith("/simulator"):
            return await handler(request)
        entry = await self.log.record(request, self.backend.advance(), self.clock.server_now())
        response = await handler(request)
        if not isinstance(response, DroppedResponse):
            entry.status = response.status
            response.headers.setdefault("Date", format_datetime(self.clock.server_now(), usegmt=True))
        return response

    @web.middleware
    async def _apply_faults(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Apply the active faults."""
        return await handler(request) if _is_control(request) else await self.faults.handle(request, handler)

    @web.middleware
    async def _convert_errors(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Convert an exception to an error response of the requested server."""
        if _is_control(request):
            return await handler(request)
        try:
            return await handler(request)
        except ApiError as error:
            converted = error
        except web.HTTPException as error:
            converted = errors.gone() if error.status == web.HTTPNotFound.status_code else _http_error(error)
        return (errors.gigya_response if errors.is_gigya(request) else errors.kamereon_response)(converted)

    def _on_gigya(self, endpoint: gigya_endpoints.Endpoint) -> Handler:
        """Return the handler of a Gigya endpoint, with form and query in one mapping."""

        async def handle(request: web.Request) -> web.Response:
            """Return the response to a request to Gigya."""
            given = {**request.query, **{name: str(value) for name, value in (await request.post()).items()}}
            key = given.get("ApiKey", given.get("APIKey", ""))
            if self.backend.settings.gigya_key not in ("", key):
                # Reported for an outdated key: the same error as for a wrong password.
                raise errors.wrong_password()
            response = web.Response(content_type="text/javascript", charset="utf-8")
            content = endpoint(gigya_endpoints.GigyaRequest(self.backend.gigya, given, request.cookies, response))
            response.body = json.dumps({**_GIGYA_SUCCESS, **content}).encode()
            return response

        return handle

    async def _person(self, request: web.Request) -> web.Response:
        """Return a person, who has to be the logged-in one."""
        account = self._account(request)
        if request.match_info["person"] != account.identifier("person"):
            raise errors.forbidden()
        return web.json_response(account_payloads.person(account, self.backend.kamereon_accounts(account)))

    async def _vehicles(self, request: web.Request) -> web.Response:
        """Return the cars of an account."""
        account, kamereon_account = self._kamereon_account(request)
        found = [self.backend.vehicle(vin) for vin in kamereon_account.vins]
        content = account_payloads.vehicles(kamereon_account, found, account.country, _origin(request))
        return web.json_response(content)

    async def _connected_vehicles(self, request: web.Request) -> web.Response:
        """Return the connection status of the cars of an account, or of one car."""
        account, kamereon_account = self._kamereon_account(request)
        wanted = request.query.get("vin")
        found = [self.backend.vehicle(vin) for vin in kamereon_account.vins if wanted in (None, vin)]
        return web.json_response(account_payloads.connected_vehicles(found, account.country, _origin(request)))

    async def _details(self, request: web.Request) -> web.Response:
        """Return the details of a car."""
        vehicle = self._vehicle(request)
        if not vehicle.quirks.has_details:
            raise errors.not_found()
        country = self._account(request).country
        return web.json_response(account_payloads.details(vehicle, country, _origin(request)))

    async def _picture(self, request: web.Request) -> web.Response:
        """Return a picture, to anyone."""
        content = pictures.picture(request.query.get("profile", ""), self.backend.settings.picture_bytes)
        return web.Response(body=content, content_type="image/png")

    async def _alerts(self, request: web.Request) -> web.Response:
        """Return the alerts of a car."""
        call = VehicleRequest(self._vehicle(request), self.clock, request.query, None)
        return web.json_response(kamereon.respond("GET", "alerts", call))

    async def _on_car(self, request: web.Request) -> web.Response:
        """Return the response to a request about a car."""
        path = request.match_info
        kcm = "/kcm/" in request.path
        name = f"kcm/{path['name']}" if kcm else f"{path['version']}/{path['name']}"
        body = _json(await request.text()) if request.method == "POST" else None
        call = VehicleRequest(self._vehicle(request), self.clock, request.query, body)
        return web.json_response(kamereon.respond(request.method, name, call))

    def _account(self, request: web.Request) -> Account:
        """Return the account of a request's JWT, after checking the API key and the country."""
        if self.backend.settings.kamereon_key not in ("", request.headers.get("apikey", "")):
            raise errors.KamereonError(403, "err.func.403", "Invalid api key")
        if "country" not in request.query:
            raise errors.KamereonError(400, "err.func.wired.missingRequestParam", "country is missing")
        return self.backend.gigya.jwt_account(request.headers.get("x-gigya-id_token", ""))

    def _kamereon_account(self, request: web.Request) -> tuple[Account, KamereonAccount]:
        """Return the Kamereon account in the path, which has to belong to the logged-in person."""
        account = self._account(request)
        for kamereon_account in self.backend.kamereon_accounts(account):
            if kamereon_account.id == request.match_info["account"]:
                return account, kamereon_account
        raise errors.forbidden()

    def _vehicle(self, request: web.Request) -> MyRenaultVehicle:
        """Return the car in the path."""
        _, kamereon_account = self._kamereon_account(request)
        if request.match_info["vin"] not in kamereon_account.vins:
            raise errors.forbidden()
        return self.backend.vehicle(request.match_info["vin"])


def _is_control(request: web.Request) -> bool:
    """Return whether a request is for the control API, which has no faults."""
    return request.path.startswith("/simulator")


def _origin(request: web.Request) -> str:
    """Return the address at which the client reached the simulator."""
    return str(request.url.origin())


def _http_error(error: web.HTTPException) -> ApiError:
    """Return the error for an unknown method."""
    return failure(error.status, error.reason.replace(" ", ""))


def _json(text: str) -> Any:
    """Return a JSON body; raise KamereonError if it is invalid."""
    try:
        return json.loads(text)
    except ValueError:
        raise errors.bad_body() from None
