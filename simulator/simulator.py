"""The simulator: simulated cars, the imitated server, and the control API."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import suppress

from aiohttp import web

from .api import ZeServicesApi
from .control.api import ControlApi
from .control.faults import Faults
from .control.request_log import RequestLog
from .world.accounts import Account
from .world.clock import Clock
from .world.vehicle import Vehicle
from .zeservices.backend import Backend, example_account

TICK_SECONDS = 5.0


class Simulator:
    """The Z.E. Services server with its cars; use `app` with a test server, or `start` and `stop`."""

    def __init__(
        self,
        clock: Clock | None = None,
        *,
        accounts: Iterable[Account] | None = None,
        generation: int = 2,
        seed: int = 0,
        live: bool = False,
    ) -> None:
        """Build the simulator, by default with the example account, the second generation, and the current time."""
        self.clock = clock or Clock()
        owners = [example_account()] if accounts is None else accounts
        self.backend = Backend(self.clock, owners, generation=generation, seed=seed, live=live)
        self.log = RequestLog()
        self.faults = Faults(self.clock)
        self.control = ControlApi(self.backend, self.faults, self.log)
        self.url = ""
        self._runner: web.AppRunner | None = None

    def app(self) -> web.Application:
        """Return a new application with the imitated service under /api and the control API under /simulator."""
        app = web.Application()
        app.add_subapp("/api", ZeServicesApi(self.backend, self.faults, self.log).app())
        app.add_subapp("/simulator", self.control.app())
        app.cleanup_ctx.append(self._tick)
        return app

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> str:
        """Start listening, by default on a free port, and return the URL."""
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
        """Advance the simulated time and process everything due."""
        self.clock.advance(seconds)
        self.backend.advance()

    def vehicle(self, vin: str | None = None) -> Vehicle:
        """Return a vehicle at the current simulated time, by default the first one."""
        self.backend.advance()
        return self.backend.vehicles[vin or next(iter(self.backend.vehicles))]

    @property
    def account(self) -> Account:
        """Return the first account."""
        return next(iter(self.backend.accounts.values()))

    async def _tick(self, _app: web.Application) -> AsyncIterator[None]:
        """Advance the simulation in the background, so that no request has to catch up on hours."""
        task = asyncio.create_task(self._live())
        yield
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task

    async def _live(self) -> None:
        """Advance the simulation every TICK_SECONDS."""
        while True:
            await asyncio.sleep(TICK_SECONDS)
            self.backend.advance()
