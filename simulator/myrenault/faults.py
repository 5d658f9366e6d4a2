"""Faults in the formats of MY Renault."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import override

from aiohttp import web
from aiohttp.typedefs import Handler

from ..control.fault_kinds import ErrorStatus, ExpiredToken, Fault, RateLimit
from ..control.faults import KINDS, Faults
from ..errors import ApiError
from ..world.clock import Clock
from . import errors

_TOO_MANY_AT_GIGYA = errors.GigyaError(403048, "API rate limit exceeded")
REFUSAL_ERRORS: Mapping[str, Callable[[], ApiError]] = {
    "access_denied": errors.access_denied,
    "bad_request": lambda: errors.invalid("The request is not valid"),
    "charge_mode_error": errors.charge_mode_error,
    "contact_src": errors.contact_src,
    "empty_vehicle_link": errors.empty_vehicle_link,
    "ended_login": errors.ended_login,
    "forbidden": errors.forbidden,
    "gone": errors.gone,
    "invalid_body": errors.bad_body,
    "low_battery": errors.low_battery,
    "mode_in_progress": errors.mode_in_progress,
    "not_found": errors.not_found,
    "not_supported": errors.not_supported,
    "privacy": errors.privacy,
    "unauthorized": errors.unauthorized,
    "unknown_login": errors.unknown_login,
    "wrong_password": errors.wrong_password,
}


@dataclass
class Refusal(Fault):
    """Return a named error of Gigya or Kamereon; the request is not processed."""

    error: str

    def __post_init__(self) -> None:
        """Raise ValueError for an unknown name."""
        if self.error not in REFUSAL_ERRORS:
            raise ValueError(f"error: one of {', '.join(REFUSAL_ERRORS)} expected, not {self.error!r}")

    @override
    async def respond(self, request: web.Request, *, handler: Handler, clock: Clock) -> web.StreamResponse:
        error = REFUSAL_ERRORS[self.error]()
        is_gigya = isinstance(error, errors.GigyaError)
        return errors.gigya_response(error) if is_gigya else errors.kamereon_response(error)


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
    def _kinds(self) -> Mapping[str, type[Fault]]:
        return {**KINDS, "refusal": Refusal}

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
                return _ErrorOfEitherServer(errors.unauthorized(), errors.ended_login())
        return fault
