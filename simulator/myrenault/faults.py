"""Faults in the formats of MY Renault."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import override

from aiohttp import web
from aiohttp.typedefs import Handler

from ..control.fault_kinds import ErrorStatus, ExpiredToken, Fault, RateLimit
from ..control.faults import Faults
from ..errors import ApiError
from ..world.clock import Clock
from . import errors

_TOO_MANY_AT_GIGYA = errors.GigyaError(403048, "API rate limit exceeded")
_UNVERIFIED = errors.GigyaError(403013, "Unverified user")


@dataclass
class _ErrorOfEitherServer(Fault):
    """An error in the format of the requested server."""

    kamereon: ApiError
    gigya: ApiError

    @override
    async def respond(self, request: web.Request, *, handler: Handler, clock: Clock) -> web.StreamResponse:
        if errors.is_gigya(request):
            return errors.gigya_response(self.gigya)
        return errors.kamereon_response(self.kamereon)


@dataclass
class MyRenaultFaults(Faults):
    """The active fault rules; errors have the format of the requested server."""

    @override
    def _adapt(self, fault: Fault) -> Fault:
        match fault:
            case ErrorStatus():
                code = fault.status * 1000 if fault.code is None else fault.code
                error = ApiError(fault.status, code, fault.message, retry_after=fault.retry_after)
                return _ErrorOfEitherServer(error, error)
            case RateLimit():
                overloaded = errors.KamereonError(HTTPStatus.TOO_MANY_REQUESTS, errors.OVERLOADED, "Quota exceeded")
                overloaded.retry_after = fault.retry_after
                return _ErrorOfEitherServer(overloaded, _TOO_MANY_AT_GIGYA)
            case ExpiredToken():
                return _ErrorOfEitherServer(errors.unauthorized(), _UNVERIFIED)
        return fault
