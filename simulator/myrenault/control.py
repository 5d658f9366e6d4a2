"""The additional control API of MY Renault: server settings, cars, emails, and logouts."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any, override

from aiohttp import web

from ..codec import InputError, build, dump, update
from ..control.api import ControlApi, vehicle_json
from ..control.faults import Faults
from ..control.request_log import RequestLog
from ..world.vehicle import Vehicle
from .backend import MyRenaultBackend
from .equipment import Equipment
from .errors import KamereonError
from .ev_settings import check_hvac_programs, check_limits, check_settings
from .programs import ChargeMode
from .quirks import Quirks
from .vehicle import MyRenaultVehicle


@dataclass
class MyRenaultCarChange:
    """Change the charge mode and the settings in a car."""

    charge_mode: ChargeMode | None = None
    delayed_start: datetime | None = None
    delay: int | None = None
    ev_settings: dict[str, Any] | None = None
    soc_levels: dict[str, Any] | None = None
    hvac_programs: list[dict[str, Any]] | None = None

    def settings(self, vehicle: MyRenaultVehicle) -> dict[str, Any]:
        """Return the settings of a car after the change; raise InputError if they are invalid."""
        changed: dict[str, Any] = {}
        try:
            if self.ev_settings is not None:
                changed["ev_settings"] = check_settings({**vehicle.ev_settings, **self.ev_settings})
            if self.soc_levels is not None:
                merged = {**vehicle.soc_levels, **self.soc_levels}
                changed["soc_levels"] = {**merged, **check_limits(merged)}
            if self.hvac_programs is not None:
                changed["hvac_programs"] = check_hvac_programs({"schedules": self.hvac_programs})
        except KamereonError as error:
            raise InputError(error.message) from None
        return changed

    def apply(self, vehicle: MyRenaultVehicle, settings: dict[str, Any]) -> None:
        """Apply the change with its settings."""
        vehicle.apply_settings(settings)
        vehicle.delay = vehicle.delay if self.delay is None else self.delay
        if self.charge_mode:
            vehicle.set_charge_mode(self.charge_mode, self.delayed_start)


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
        vehicle = self._backend.vehicle(self._vehicle(request).vin)
        vehicle.set_quirks(_changed(vehicle.quirks, await request.json()))
        return web.json_response(vehicle_json(vehicle))

    @override
    def _apply_to_car(self, vehicle: Vehicle, given: Mapping[str, Any]) -> None:
        vehicle = self._backend.vehicle(vehicle.vin)
        quirks, parts, change, others = _split(given, Quirks, Equipment, MyRenaultCarChange)
        changed_quirks, equipment = _changed(vehicle.quirks, quirks), _changed(vehicle.equipment, parts)
        changes = build(MyRenaultCarChange, change)
        settings = changes.settings(vehicle)
        super()._apply_to_car(vehicle, others)
        vehicle.set_quirks(changed_quirks)
        vehicle.equipment = equipment
        changes.apply(vehicle, settings)

    async def _get_mail(self, _request: web.Request) -> web.Response:
        """Return the sent emails, newest last."""
        return web.json_response(dump(self._backend.gigya.mails))

    async def _revoke(self, _request: web.Request) -> web.Response:
        """Invalidate all JWTs."""
        self._backend.gigya.revoke()
        return web.json_response({})

    async def _log_out(self, _request: web.Request) -> web.Response:
        """Invalidate all login tokens."""
        self._backend.gigya.log_out()
        return web.json_response({})


def _changed[T: (Quirks, Equipment)](part: T, given: Any) -> T:
    """Return quirks or equipment with the given values; raise ValueError if one is invalid."""
    changed = replace(part)
    update(changed, given)
    return replace(changed)


def _split(given: Mapping[str, Any], *kinds: Any) -> list[dict[str, Any]]:
    """Return the fields of each dataclass, and then the others."""
    names = [{each.name for each in fields(kind)} for kind in kinds]
    parts = [{name: value for name, value in given.items() if name in known} for known in names]
    return [*parts, {name: value for name, value in given.items() if not any(name in known for known in names)}]
