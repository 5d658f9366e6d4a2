"""What the control API can do beside the other cloud's: the owner's standing with Renault, and each car's quirks."""

from dataclasses import replace
from typing import Any, override

from aiohttp import web

from ..codec import dump
from ..control.api import Control, described
from ..control.faults import Faults
from ..control.request_log import RequestLog
from ..intake import update
from .garage import Garage


class MyRenaultControl(Control):
    """Look at everything and change anything."""

    _world: Garage

    def __init__(self, world: Garage, faults: Faults, log: RequestLog) -> None:
        """Take hold of the simulator's parts."""
        super().__init__(world, faults, log)
        self._garage = world

    @override
    def app(self) -> web.Application:
        app = super().app()
        app.add_routes(
            [
                web.post("/portal", self._change_portal),
                web.post("/quirks/{vin}", self._change_quirks),
                web.get("/mail", self._mail),
                web.post("/revoke", self._revoke),
                web.post("/log_out", self._log_out),
            ]
        )
        return app

    @override
    def state(self) -> dict[str, Any]:
        gigya = self._garage.gigya
        return {
            **super().state(),
            "sessions": len(gigya.visits),
            "portal": dump(self._garage.portal),
            "mail": dump(gigya.mails),
        }

    async def _change_portal(self, request: web.Request) -> web.Response:
        """Change how the owner stands with Renault."""
        update(self._garage.portal, await request.json())
        return web.json_response(dump(self._garage.portal))

    async def _change_quirks(self, request: web.Request) -> web.Response:
        """Change what is peculiar to a car."""
        vehicle = self._vehicle(request)
        zoe = self._garage.zoe(vehicle.vin)
        quirks = replace(zoe.quirks)
        update(quirks, await request.json())
        zoe.adopt(quirks)
        return web.json_response(described(zoe))

    async def _mail(self, _request: web.Request) -> web.Response:
        """Answer with the e-mails sent, newest last."""
        return web.json_response(dump(self._garage.gigya.mails))

    async def _revoke(self, _request: web.Request) -> web.Response:
        """Let every JWT given out be refused."""
        self._garage.gigya.revoke()
        return web.json_response({})

    async def _log_out(self, _request: web.Request) -> web.Response:
        """End every log-in."""
        self._garage.gigya.log_out()
        return web.json_response({})
