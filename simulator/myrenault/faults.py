"""The faults of the other cloud, said in the words of this one."""

from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from typing import override

from aiohttp import web
from aiohttp.typedefs import Handler

from ..control.fault_kinds import ExpiredToken, Fault, RateLimit, Status
from ..control.faults import Faults
from ..errors import ApiError
from ..world.clock import Clock
from . import errors

_TOO_MANY_AT_GIGYA = errors.GigyaError(403048, "API rate limit exceeded")
_UNVERIFIED = errors.GigyaError(403013, "Unverified user")


@dataclass
class MyRenaultFaults(Faults):
    """The rules in force; what refuses, refuses as the server that was asked does."""

    @override
    async def spoil(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        for each in reversed([each for each in self.rules if each.claims(request)]):
            fault = _spoken(each.fault)
            handler = partial(fault.answer, handler=handler, clock=self.clock)
        return await handler(request)


@dataclass
class _Refused(Fault):
    """A refusal, by whichever server is asked."""

    kamereon: ApiError
    gigya: ApiError

    @override
    async def answer(self, request: web.Request, *, handler: Handler, clock: Clock) -> web.StreamResponse:
        if errors.is_gigya(request):
            return errors.by_gigya(self.gigya)
        return errors.by_kamereon(self.kamereon)


def _spoken(fault: Fault) -> Fault:
    """Return a fault in this cloud's words; those that are no refusal know no words."""
    match fault:
        case Status():
            code = fault.status * 1000 if fault.code is None else fault.code
            told = ApiError(fault.status, code, fault.message, retry_after=fault.retry_after)
            return _Refused(told, told)
        case RateLimit():
            overloaded = errors.KamereonError(HTTPStatus.TOO_MANY_REQUESTS, errors.OVERLOADED, "Quota exceeded")
            overloaded.retry_after = fault.retry_after
            return _Refused(overloaded, _TOO_MANY_AT_GIGYA)
        case ExpiredToken():
            return _Refused(errors.unauthorised(), _UNVERIFIED)
    return fault
