"""How Gigya and Kamereon say no."""

from http import HTTPStatus
from typing import Any

from aiohttp import web

from ..errors import ApiError

OVERLOADED = "err.func.wired.overloaded"
UNAUTHORIZED = "err.func.wired.unauthorized"
GIGYA = "/gigya"
FAULT = "A simulated failure"


class GigyaError(ApiError):
    """A refusal by Gigya, which travels with status 200 and a code of six digits."""

    def __init__(self, code: int, details: str, **extra: Any) -> None:
        """Say the code, the details and what else is told."""
        super().__init__(200, code, details, **extra)


class KamereonError(ApiError):
    """A refusal by Kamereon, named by a code such as `err.func.400`."""

    def __init__(self, status: int, error_code: str, message: str) -> None:
        """Say the HTTP status, the code and the message, which may be JSON within."""
        super().__init__(status, 0, message)
        self.error_code = error_code


def invalid(detail: str, pointer: str | None = None) -> KamereonError:
    """Return the refusal of input that makes no sense; its reason is hidden in JSON within the JSON."""
    source = f', "source": {{"pointer": "{pointer}"}}' if pointer else ""
    inner = f'{{"errors": [{{"status": "400", "title": "Bad Request"{source}, "detail": "{detail}"}}]}}'
    return KamereonError(400, "err.func.400", inner)


def not_supported() -> KamereonError:
    """Return the refusal of what the car's gateway cannot do."""
    inner = '{"errors": [{"status": "501", "title": "Not supported", "detail": "This feature is not supported"}]}'
    return KamereonError(501, "err.tech.501", inner)


def not_found() -> KamereonError:
    """Return the refusal of what there is nothing of for this car."""
    return KamereonError(404, "err.func.wired.notFound", "Resource not found")


def gone() -> KamereonError:
    """Return the refusal of an address that no longer exists."""
    return KamereonError(404, "err.func.wired.not-found", "Resource not found")


def forbidden() -> KamereonError:
    """Return the refusal of what this account may not do."""
    return KamereonError(403, "err.func.wired.forbidden", "The access is forbidden")


def unauthorized() -> KamereonError:
    """Return the refusal of a JWT."""
    return KamereonError(401, UNAUTHORIZED, "Request is unauthorized")


def privacy() -> KamereonError:
    """Return the refusal of a car whose driver wants to be left alone."""
    return KamereonError(403, "err.func.privacy.on", "Privacy mode is currently ON")


def low_battery() -> KamereonError:
    """Return the refusal to precondition on an empty battery."""
    return KamereonError(400, "err.func.wired.low.battery.level", "The battery level is too low")


def bad_body() -> KamereonError:
    """Return the refusal of an action the server does not know."""
    return KamereonError(400, "err.func.wired.invalid-body-format", "The body format is invalid")


def is_gigya(request: web.Request) -> bool:
    """Say which of the two servers is asked."""
    return request.path.startswith(GIGYA)


def gigya_response(error: ApiError) -> web.Response:
    """Write an error as Gigya does: with status 200, and another within."""
    code, status = error.code, error.code // 1000
    content = {
        "callId": "call-id",
        "errorCode": code,
        "errorDetails": error.message,
        "errorMessage": error.message,
        "apiVersion": 2,
        "statusCode": status,
        "statusReason": "Forbidden" if status == HTTPStatus.FORBIDDEN else "Bad Request",
        **error.extra,
    }
    return web.json_response(content, headers=_headers(error))


def kamereon_response(error: ApiError) -> web.Response:
    """Write an error as Kamereon does; a fault names its code in its message."""
    code = _code(error)
    # A fault says nothing but its code; digits alone would be read as JSON within the JSON.
    message = FAULT if code == error.message else error.message
    kind = "TECHNICAL" if code.startswith("err.tech") else "FUNCTIONAL"
    content = {
        "type": kind,
        "messages": [{"code": code, "message": message}],
        "errors": [{"errorCode": code, "errorMessage": message}],
        "error_reference": kind,
    }
    return web.json_response(content, status=error.status, headers=_headers(error))


def _code(error: ApiError) -> str:
    """Return the code: the error's own, or what a fault says, or one that fits the status."""
    if isinstance(error, KamereonError):
        return error.error_code
    if error.message.startswith("err.") or error.message.isdecimal():
        return error.message
    kind = "tech" if error.status >= HTTPStatus.INTERNAL_SERVER_ERROR else "func"
    return f"err.{kind}.{error.status}"


def _headers(error: ApiError) -> dict[str, str]:
    """Return when to come again, if the error says so."""
    return {} if error.retry_after is None else {"Retry-After": error.retry_after}
