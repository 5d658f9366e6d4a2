"""The HTTP API of Z.E. Services."""

from email.utils import format_datetime
from typing import Any

from aiohttp import web
from aiohttp.typedefs import Handler

from . import errors
from .control.fault_kinds import DroppedResponse
from .control.faults import Faults
from .control.request_log import RequestLog
from .errors import ApiError
from .world.accounts import Account, Scope
from .zeservices import payloads
from .zeservices.backend import Backend
from .zeservices.endpoints import VEHICLE_ENDPOINTS, Endpoint, VehicleRequest
from .zeservices.responses import HEADERS, empty_response, error_response, json_response
from .zeservices.tokens import Session

BEARER = "Bearer "
COOKIE = "refreshToken"


class ZeServicesApi:
    """The imitated service, to mount under /api."""

    def __init__(self, backend: Backend, faults: Faults, log: RequestLog) -> None:
        """Store the parts of the simulator."""
        self._backend = backend
        self._faults = faults
        self._log = log

    def app(self) -> web.Application:
        """Return the application; faults apply to error responses too."""
        app = web.Application(middlewares=[self._log_request, self._apply_faults, self._convert_errors])
        app.router.add_post("/user/login", self._log_in)
        app.router.add_post("/user/token/refresh", self._refresh)
        for method in ("PUT", "POST"):
            app.router.add_route(method, "/vehicle", self._activate_vehicle)
        for method, path, scope, endpoint in VEHICLE_ENDPOINTS:
            app.router.add_route(method, "/vehicle/{vin}" + path, self._vehicle_handler(scope, endpoint))
        return app

    @web.middleware
    async def _log_request(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Log the request, advance the simulation, and add the server's headers to the response."""
        clock = self._backend.clock
        entry = await self._log.record(request, self._backend.advance(), clock.server_now())
        response = empty_response(200) if request.method == "OPTIONS" else await handler(request)
        if isinstance(response, DroppedResponse):
            return response
        entry.status = response.status
        response.headers.update(HEADERS)
        response.headers.setdefault("Date", format_datetime(clock.server_now(), usegmt=True))
        if (
            isinstance(response, web.Response)
            and response.body
            and "gzip" in request.headers.get("Accept-Encoding", "")
        ):
            response.enable_compression(web.ContentCoding.gzip)
        return response

    @web.middleware
    async def _apply_faults(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Apply the active faults."""
        return await self._faults.handle(request, handler)

    @web.middleware
    async def _convert_errors(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Convert an exception to the server's error response."""
        try:
            return await handler(request)
        except ApiError as error:
            return error_response(error, self._backend.clock)
        except web.HTTPException as error:
            return error_response(errors.failure(error.status, error.reason.replace(" ", "")), self._backend.clock)

    async def _log_in(self, request: web.Request) -> web.Response:
        """Open a session; the response depends on the generation."""
        body = await self._body(request)
        account = self._backend.log_in_account(payloads.as_text(body, "username"), payloads.as_text(body, "password"))
        session = self._backend.tokens.log_in(account)
        first = self._backend.tokens.generation == 1
        secret = {"refresh_token": session.key} if first else {"xsrfToken": session.key}
        zones = {vin: vehicle.zone for vin, vehicle in self._backend.vehicles.items()}
        response = json_response({"token": session.token, **secret, "user": payloads.user(account, zones)})
        if not first:
            _set_cookie(response, session)
        return response

    async def _refresh(self, request: web.Request) -> web.Response:
        """Refresh a token; the second generation requires the cookie."""
        tokens = self._backend.tokens
        if tokens.generation == 1:
            body = await self._body(request)
            token = tokens.refresh_first_generation(
                payloads.as_text(body, "token"), payloads.as_text(body, "refresh_token")
            )
            return json_response({"token": token})
        if COOKIE not in request.cookies:
            raise errors.missing_cookie()
        token = payloads.as_text(await self._body(request), "token")
        session = tokens.refresh_second_generation(
            token, request.headers.get("X-XSRF-TOKEN", ""), request.cookies[COOKIE]
        )
        response = json_response({"token": session.token})
        _set_cookie(response, session)
        return response

    async def _activate_vehicle(self, request: web.Request) -> web.Response:
        """Make a car the active one."""
        account = self._account(request)
        vin = payloads.as_text(await self._body(request), "active_vehicle").upper()
        if vin not in account.vins:
            raise errors.unknown_vehicle()
        account.active_vin = vin
        return empty_response(200)

    def _vehicle_handler(self, scope: Scope | None, endpoint: Endpoint) -> Handler:
        """Return the handler of an endpoint that checks ownership and scope first."""

        async def handle(request: web.Request) -> web.Response:
            """Return the response to a request about a vehicle."""
            backend, account = self._backend, self._account(request)
            vehicle = backend.owned_vehicle(account, request.match_info["vin"])
            if scope and scope not in account.scopes and backend.rules.enforce_scopes:
                raise errors.missing_scope(scope)
            return endpoint(
                VehicleRequest(vehicle, backend.clock, backend.rules, request.query, await self._text(request))
            )

        return handle

    def _account(self, request: web.Request) -> Account:
        """Return the account of the bearer token."""
        header = request.headers.get("Authorization", "")
        if not header.startswith(BEARER):
            raise errors.invalid_token()
        return self._backend.account(header.removeprefix(BEARER))

    async def _text(self, request: web.Request) -> str:
        """Return the body; with `strict_content_type`, require JSON as its content type."""
        text = (await request.read()).decode(errors="replace")
        if text and self._backend.rules.strict_content_type and request.content_type != "application/json":
            raise errors.unsupported_type()
        return text

    async def _body(self, request: web.Request) -> Any:
        """Return the JSON body."""
        return payloads.parse_json(await self._text(request))


def _set_cookie(response: web.Response, session: Session) -> None:
    """Set the refresh cookie that belongs to a session's token."""
    expires = format_datetime(session.expires_at, usegmt=True)
    response.set_cookie(COOKIE, session.cookie, expires=expires, path="/", httponly=True)
