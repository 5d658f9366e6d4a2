"""The additional control API of MY Renault: server settings, vehicle quirks, e-mails, and logouts."""

from dataclasses import replace
from typing import Any, override

from aiohttp import web

from ..codec import dump, update
from ..control.api import ControlApi, vehicle_json
from ..control.faults import Faults
from ..control.request_log import RequestLog
from .backend import MyRenaultBackend


class MyRenaultControlApi(ControlApi):
    """Show and change the state of the simulator."""

    _backend: MyRenaultBackend

    def __init__(self, backend: MyRenaultBackend, faults: Faults, log: RequestLog) -> None:
        """Store the parts of the simulator."""
        super().__init__(backend, faults, log)

    @override
    def app(self) -> web.Application:
        app = super().app()
        app.add_routes(
            [
                web.post("/portal", self._change_portal),
                web.post("/quirks/{vin}", self._change_quirks),
                web.get("/mail", self._get_mail),
                web.post("/revoke", self._revoke),
                web.post("/log_out", self._log_out),
            ]
        )
        return app

    @override
    def state(self) -> dict[str, Any]:
        gigya = self._backend.gigya
        return {
            **super().state(),
            "sessions": len(gigya.visits),
            "portal": dump(self._backend.settings),
            "mail": dump(gigya.mails),
        }

    async def _change_portal(self, request: web.Request) -> web.Response:
        """Change the server settings."""
        update(self._backend.settings, await request.json())
        return web.json_response(dump(self._backend.settings))

    async def _change_quirks(self, request: web.Request) -> web.Response:
        """Change the quirks of a car."""
        vehicle = self._vehicle(request)
        zoe = self._backend.vehicle(vehicle.vin)
        quirks = replace(zoe.quirks)
        update(quirks, await request.json())
        zoe.set_quirks(quirks)
        return web.json_response(vehicle_json(zoe))

    async def _get_mail(self, _request: web.Request) -> web.Response:
        """Return the sent e-mails, newest last."""
        return web.json_response(dump(self._backend.gigya.mails))

    async def _revoke(self, _request: web.Request) -> web.Response:
        """Invalidate all JWTs."""
        self._backend.gigya.revoke()
        return web.json_response({})

    async def _log_out(self, _request: web.Request) -> web.Response:
        """Invalidate all login tokens."""
        self._backend.gigya.log_out()
        return web.json_response({})
