"""The server on the payloads, and the simulator that holds everything together."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import suppress
from email.utils import format_datetime
from typing import Any

from aiohttp import web
from aiohttp.typedefs import Handler

from . import errors
from .control.api import Control
from .control.fault_kinds import Dropped
from .control.faults import Faults
from .control.request_log import RequestLog
from .errors import ApiError
from .world.accounts import Account, Scope
from .world.clock import Clock
from .world.vehicle import Vehicle
from .zeservices import payloads
from .zeservices.backend import Backend, example_account
from .zeservices.endpoints import VEHICLE_ENDPOINTS, Call, Endpoint
from .zeservices.responses import HEADERS, answer, nothing, refusal
from .zeservices.tokens import Session

BEARER = "Bearer "
COOKIE = "refreshToken"
TICK_SECONDS = 5.0


class Api:
    """The imitated service, to be mounted under /api."""

    def __init__(self, backend: Backend, faults: Faults, log: RequestLog) -> None:
        """Take hold of the simulator's parts."""
        self._backend = backend
        self._faults = faults
        self._log = log

    def app(self) -> web.Application:
        """Return the application; faults spoil refusals as well."""
        app = web.Application(middlewares=[self._dress, self._spoil, self._refuse])
        app.router.add_post("/user/login", self._log_in)
        app.router.add_post("/user/token/refresh", self._refresh)
        for method in ("PUT", "POST"):
            app.router.add_route(method, "/vehicle", self._choose_vehicle)
        for method, path, scope, endpoint in VEHICLE_ENDPOINTS:
            app.router.add_route(method, "/vehicle/{vin}" + path, self._on_vehicle(scope, endpoint))
        return app

    @web.middleware
    async def _dress(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Write the request down, bring the world to the present and give the answer the server's headers."""
        clock = self._backend.clock
        entry = await self._log.note(request, self._backend.advance(), clock.server_now())
        response = nothing(200) if request.method == "OPTIONS" else await handler(request)
        if isinstance(response, Dropped):
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
    async def _spoil(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Let faults have their way."""
        return await self._faults.spoil(request, handler)

    @web.middleware
    async def _refuse(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Write an error as the server does."""
        try:
            return await handler(request)
        except ApiError as error:
            return refusal(error, self._backend.clock)
        except web.HTTPException as error:
            return refusal(errors.failure(error.status, error.reason.replace(" ", "")), self._backend.clock)

    async def _log_in(self, request: web.Request) -> web.Response:
        """Open a session; the answer differs by generation."""
        body = await self._body(request)
        account = self._backend.log_in_account(payloads.as_text(body, "username"), payloads.as_text(body, "password"))
        session = self._backend.tokens.log_in(account)
        first = self._backend.tokens.generation == 1
        secret = {"refresh_token": session.key} if first else {"xsrfToken": session.key}
        zones = {vin: vehicle.zone for vin, vehicle in self._backend.vehicles.items()}
        response = answer({"token": session.token, **secret, "user": payloads.user(account, zones)})
        if not first:
            _set_cookie(response, session)
        return response

    async def _refresh(self, request: web.Request) -> web.Response:
        """Renew a token; in the second generation only with its cookie."""
        tokens = self._backend.tokens
        if tokens.generation == 1:
            body = await self._body(request)
            token = tokens.refresh_first(payloads.as_text(body, "token"), payloads.as_text(body, "refresh_token"))
            return answer({"token": token})
        if COOKIE not in request.cookies:
            raise errors.missing_cookie()
        token = payloads.as_text(await self._body(request), "token")
        session = tokens.refresh_second(token, request.headers.get("X-XSRF-TOKEN", ""), request.cookies[COOKIE])
        response = answer({"token": session.token})
        _set_cookie(response, session)
        return response

    async def _choose_vehicle(self, request: web.Request) -> web.Response:
        """Make a car the active one."""
        account = self._account(request)
        vin = payloads.as_text(await self._body(request), "active_vehicle").upper()
        if vin not in account.vins:
            raise errors.unknown_vehicle()
        account.active_vin = vin
        return nothing(200)

    def _on_vehicle(self, scope: Scope | None, endpoint: Endpoint) -> Handler:
        """Return the handler of an endpoint: whose car it is, and whether the account may."""

        async def handle(request: web.Request) -> web.Response:
            """Answer a request about a vehicle."""
            backend, account = self._backend, self._account(request)
            vehicle = backend.owned_vehicle(account, request.match_info["vin"])
            if scope and scope not in account.scopes and backend.rules.enforce_scopes:
                raise errors.missing_scope(scope)
            return endpoint(Call(vehicle, backend.clock, backend.rules, request.query, await self._text(request)))

        return handle

    def _account(self, request: web.Request) -> Account:
        """Return the account of the bearer token."""
        header = request.headers.get("Authorization", "")
        if not header.startswith(BEARER):
            raise errors.invalid_token()
        return self._backend.account(header.removeprefix(BEARER))

    async def _text(self, request: web.Request) -> str:
        """Return the body; a strict server wants it declared as JSON."""
        text = (await request.read()).decode(errors="replace")
        if text and self._backend.rules.strict_content_type and request.content_type != "application/json":
            raise errors.unsupported_type()
        return text

    async def _body(self, request: web.Request) -> Any:
        """Return the body as JSON."""
        return payloads.parsed(await self._text(request))


class Simulator:
    """A world with its server: `app` for a test's own server, or `start` and `stop`."""

    def __init__(
        self,
        clock: Clock | None = None,
        *,
        accounts: Iterable[Account] | None = None,
        generation: int = 2,
        seed: int = 0,
        live: bool = False,
    ) -> None:
        """Build a world: the example account, the second generation and the present unless told otherwise."""
        self.clock = clock or Clock()
        owners = [example_account()] if accounts is None else accounts
        self.backend = Backend(self.clock, owners, generation=generation, seed=seed, live=live)
        self.log = RequestLog()
        self.faults = Faults(self.clock)
        self.control = Control(self.backend, self.faults, self.log)
        self.url = ""
        self._runner: web.AppRunner | None = None

    def app(self) -> web.Application:
        """Return a new application: the imitated service under /api, the control under /simulator."""
        app = web.Application()
        app.add_subapp("/api", Api(self.backend, self.faults, self.log).app())
        app.add_subapp("/simulator", self.control.app())
        app.cleanup_ctx.append(self._tick)
        return app

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> str:
        """Listen, on a free port unless one is given, and return the address."""
        self._runner = web.AppRunner(self.app(), access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, host, port)
        await site.start()
        bound_port = self._runner.addresses[0][1]
        self.url = f"http://{host}:{bound_port}"
        return self.url

    async def stop(self) -> None:
        """Stop listening."""
        if self._runner:
            await self._runner.cleanup()
            self._runner = None

    def advance(self, seconds: float) -> None:
        """Move the world on and let everything due happen."""
        self.clock.advance(seconds)
        self.backend.advance()

    def vehicle(self, vin: str | None = None) -> Vehicle:
        """Return a vehicle at the present, the first unless a VIN is given."""
        self.backend.advance()
        return self.backend.vehicles[vin or next(iter(self.backend.vehicles))]

    @property
    def account(self) -> Account:
        """Return the first account."""
        return next(iter(self.backend.accounts.values()))

    async def _tick(self, _app: web.Application) -> AsyncIterator[None]:
        """Let the world live while nobody asks, so that no request has to make up for hours."""
        task = asyncio.create_task(self._live())
        yield
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task

    async def _live(self) -> None:
        """Bring the world to the present now and then."""
        while True:
            await asyncio.sleep(TICK_SECONDS)
            self.backend.advance()


def _set_cookie(response: web.Response, session: Session) -> None:
    """Give the cookie that belongs to a session's token."""
    expires = format_datetime(session.expires_at, usegmt=True)
    response.set_cookie(COOKIE, session.cookie, expires=expires, path="/", httponly=True)
