"""The errors of Gigya and Kamereon."""

from http import HTTPStatus
from typing import Any

from aiohttp import web

from ..errors import ApiError

OVERLOADED = "err.func.wired.overloaded"
UNAUTHORIZED = "err.func.wired.unauthorized"
CHARGE_MODE_ERROR = "err.func.vcps.ev.charge-mode.error"
GIGYA = "/gigya"
FAULT_MESSAGE = "A simulated failure"


class GigyaError(ApiError):
    """An error of Gigya, which is sent with status 200 and a six-digit code."""

    def __init__(self, code: int, details: str, **extra: Any) -> None:
        """Set the code, the details, and extra fields."""
        super().__init__(200, code, details, **extra)


class KamereonError(ApiError):
    """An error of Kamereon with a code such as `err.func.400`."""

    def __init__(self, status: int, error_code: str, message: str, message_code: str | None = None) -> None:
        """Set the HTTP status, the code, the message, which can contain JSON, and the code in `messages`."""
        super().__init__(status, 0, message)
        self.error_code = error_code
        self.message_code = message_code or error_code


def invalid(detail: str, pointer: str | None = None) -> KamereonError:
    """Return the error for invalid input; its reason is JSON inside a JSON string."""
    source = f', "source": {{"pointer": "{pointer}"}}' if pointer else ""
    inner = f'{{"errors": [{{"status": "400", "title": "Bad Request"{source}, "detail": "{detail}"}}]}}'
    return KamereonError(400, "err.func.400", inner)


def not_supported() -> KamereonError:
    """Return the error for a feature that the car does not support."""
    inner = '{"errors": [{"status": "501", "title": "Not supported", "detail": "This feature is not supported"}]}'
    return KamereonError(501, "err.tech.501", inner)


def not_found() -> KamereonError:
    """Return the error for data that the car does not have."""
    return KamereonError(404, "err.func.wired.notFound", "Resource not found")


def gone() -> KamereonError:
    """Return the error for an endpoint that no longer exists."""
    return KamereonError(404, "err.func.wired.not-found", "Resource not found")


def forbidden() -> KamereonError:
    """Return the error for something the account may not do."""
    return KamereonError(403, "err.func.wired.forbidden", "The access is forbidden")


def unauthorized() -> KamereonError:
    """Return the error for an invalid JWT."""
    return KamereonError(401, UNAUTHORIZED, "Request is unauthorized")


def privacy() -> KamereonError:
    """Return the error for a car in privacy mode."""
    return KamereonError(403, "err.func.privacy.on", "Privacy mode is currently ON")


def low_battery() -> KamereonError:
    """Return the error for preconditioning with a low battery."""
    return KamereonError(400, "err.func.wired.low.battery.level", "The battery level is too low")


def bad_body() -> KamereonError:
    """Return the error for an unknown action."""
    return KamereonError(400, "err.func.wired.invalid-body-format", "The body format is invalid")


def access_denied() -> KamereonError:
    """Return the error for an endpoint that the car does not have."""
    inner = '{"errors": [{"status": "403", "code": "security.access", "detail": "Access is denied for this resource"}]}'
    return KamereonError(403, "err.func.403", inner)


def mode_in_progress() -> KamereonError:
    """Return the error for a charge mode that is sent while the last one is still on its way."""
    message = "A remote CHARGE_MODE is already in progress"
    return KamereonError(409, "409001", message, CHARGE_MODE_ERROR)


def charge_mode_error() -> KamereonError:
    """Return the error of cars whose charge mode cannot be read."""
    return KamereonError(400, CHARGE_MODE_ERROR, "The charge mode cannot be read")


def charge_schedule_error() -> KamereonError:
    """Return the error of cars whose calendar cannot be read."""
    return KamereonError(400, "err.func.vcps.ev.charge-schedule.error", "The charge schedule cannot be read")


def hvac_settings_error() -> KamereonError:
    """Return the error of cars whose preconditioning programs cannot be read."""
    return KamereonError(500, "err.tech.vcps.ev.hvac-settings.error", "The HVAC settings cannot be read")


def no_gdc_gateway() -> KamereonError:
    """Return the error for notification settings of a newer car."""
    return KamereonError(400, "400001", "The vehicle does not have a GDC gateway")


def missing_parameter() -> KamereonError:
    """Return the error for a missing parameter, also for the charges of a petrol car."""
    return KamereonError(400, "err.func.wired.missingRequestParam", "A request parameter is missing")


def empty_vehicle_link() -> KamereonError:
    """Return the error for a car that is no longer in the account."""
    return KamereonError(404, "err.func.wired.empty-vehicle-link", "No vehicle in garage")


def contact_src() -> KamereonError:
    """Return the error for a command to a car with the SRP security protocol."""
    return KamereonError(403, "6", "CONTACT_SRC")


def wrong_password() -> GigyaError:
    """Return the error for a wrong password, and for an outdated key."""
    return GigyaError(403042, "invalid loginID or password")


def unknown_login() -> GigyaError:
    """Return the error for a login token that does not exist."""
    return GigyaError(403005, "Unauthorized user")


def ended_login() -> GigyaError:
    """Return the error for a login token that the changed password has ended."""
    return GigyaError(403013, "Unverified user")


def is_gigya(request: web.Request) -> bool:
    """Return whether a request is for Gigya."""
    return request.path.startswith(GIGYA)


def gigya_response(error: ApiError) -> web.Response:
    """Return an error in Gigya's format: status 200, with another status in the body."""
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
    """Return an error in Kamereon's format; a fault sets the code with its message."""
    code = _code(error)
    # A fault only has a code; a message of digits would be parsed as JSON.
    message = FAULT_MESSAGE if code == error.message else error.message
    kind = "TECHNICAL" if code.startswith("err.tech") else "FUNCTIONAL"
    message_code = error.message_code if isinstance(error, KamereonError) else code
    content = {
        "type": kind,
        "messages": [{"code": message_code, "message": message}],
        "errors": [{"errorCode": code, "errorMessage": message}],
        "error_reference": kind,
    }
    return web.json_response(content, status=error.status, headers=_headers(error))


def _code(error: ApiError) -> str:
    """Return the code: the error's own, the one in a fault's message, or one that matches the status."""
    if isinstance(error, KamereonError):
        return error.error_code
    if error.message.startswith("err.") or error.message.isdecimal():
        return error.message
    kind = "tech" if error.status >= HTTPStatus.INTERNAL_SERVER_ERROR else "func"
    return f"err.{kind}.{error.status}"


def _headers(error: ApiError) -> dict[str, str]:
    """Return the Retry-After header, if any."""
    return {} if error.retry_after is None else {"Retry-After": error.retry_after}
