"""Our exceptions for those of the library and of its dependencies."""

from typing import Any

import aiohttp
from renault_api.exceptions import EndpointNotAvailableError, NotAuthenticatedException, RenaultException
from renault_api.gigya.exceptions import GigyaException, GigyaResponseException
from renault_api.kamereon.exceptions import KamereonResponseException

from ..exceptions import (
    AuthenticationError,
    BusyError,
    CloudError,
    ConnectionFailedError,
    InvalidRequestError,
    NoRemoteCommandsError,
    RejectedError,
    SecondFactorError,
    ThrottledError,
    TokenRefusedError,
    UnexpectedResponseError,
    UnsupportedError,
    WrongCodeError,
)
from ..redaction import redacted

# Gigya's error codes. Those of the first two sets, 403042, and 400006 were observed, the others are documented.
_LOGGED_OUT = {403005, 403013}
_SECOND_FACTOR = {403101, 403102}
_REFUSED_LOGIN = {403041, 403042, 206001, 206002}
_TOO_MANY = {403048, 403120}
_WRONG_CODE = 400006
_WRONG_KEY = 400093
_GIGYA_SERVER_ERROR = 500_000
# Kamereon's error codes; those of a missing path and of a car without data differ.
_NEVER = {
    "400001",
    "err.func.403",
    "err.func.wired.forbidden",
    "err.func.wired.not-found",
    "err.func.wired.notFound",
    "err.tech.501",
}
# The refusals with a message of our own.
_KEYS = {
    "err.func.privacy.on": "privacy_on",
    "err.func.wired.empty-vehicle-link": "car_unlinked",
}
_INVALID = {"err.func.400", "err.func.wired.invalid-body-format"}
_MODE_IN_PROGRESS = "409001"
# `CONTACT_SRC`: the car expects commands with the SRP protocol, which only Renault's app uses.
_SRP = "6"
_OVERLOADED = "err.func.wired.overloaded"
_UNAUTHORIZED = "err.func.wired.unauthorized"
_NO_JSON = "Invalid JSON"
_TOO_MANY_REQUESTS = 429
_SERVER_ERROR = 500
_LONGEST = 200


class LoggedOutError(AuthenticationError):
    """The login token is invalid; the password may be valid."""


def cloud_error(
    name: str, err: Exception, private: tuple[str, ...], *, status: int | None, second_factor: bool
) -> CloudError:
    """Return our exception for a failed request.

    `status` is that of the response, if there was one; `second_factor` is whether the library supports one. The message
    of the original is not used because it may contain addresses with the VIN.
    """
    if status == _TOO_MANY_REQUESTS:
        return ThrottledError(f"{name}: too many requests")
    match err:
        case NotAuthenticatedException():
            return _not_authenticated(name, err)
        case GigyaResponseException():
            return _gigya_error(name, err, second_factor=second_factor)
        case KamereonResponseException():
            return _kamereon_error(name, err, private, is_server_error=_is_server_error(status))
        case RenaultException() if not isinstance(err, EndpointNotAvailableError | GigyaException):
            reason = redacted(str(err), private)[:_LONGEST]
            return RejectedError(f"{name}: {reason}", reason=reason)
    return _other_error(name, err, status)


def unsent(err: CloudError) -> CloudError:
    """Return the error of a read before a command, which was not sent."""
    if isinstance(err, ConnectionFailedError):
        err.unsent = True
    return err


def _other_error(name: str, err: Exception, status: int | None) -> CloudError:  # noqa: PLR0911
    """Return our exception for an error that does not come from a server, or cannot be decoded."""
    if _is_server_error(status):
        return ConnectionFailedError(f"{name}: HTTP {status}")
    match err:
        case UnexpectedResponseError():
            # Raised below the library, without the name of the request.
            return type(err)(f"{name}: {err}")
        case EndpointNotAvailableError():
            return UnsupportedError(f"{name}: not supported by this model")
        case aiohttp.ClientResponseError():
            return UnexpectedResponseError(f"{name}: HTTP {err.status}")
        case TimeoutError():
            return ConnectionFailedError(f"{name}: no response in time")
        case aiohttp.ClientError() | OSError():
            return ConnectionFailedError(f"{name}: the connection failed ({type(err).__name__})")
    # What json, marshmallow, PyJWT, and the library raise for an unexpected response.
    return UnexpectedResponseError(f"{name}: the response cannot be decoded ({type(err).__name__})")


def _not_authenticated(name: str, err: NotAuthenticatedException) -> CloudError:
    """Return our exception for an invalid login token or another problem with the JWT."""
    cause = err.__cause__
    if not isinstance(cause, GigyaResponseException) or cause.error_code in _LOGGED_OUT:
        return LoggedOutError(f"{name}: the session has expired")
    failure = _gigya_error(name, cause, second_factor=False)
    if isinstance(failure, ThrottledError | AuthenticationError):
        return failure
    return ConnectionFailedError(f"{name}: no token ({_number(cause)})")


def _gigya_error(name: str, err: GigyaResponseException, *, second_factor: bool) -> CloudError:  # noqa: PLR0911
    """Return our exception for an error of Gigya."""
    code = err.error_code
    if code in _LOGGED_OUT:
        return LoggedOutError(f"{name}: the session has expired")
    if code in _SECOND_FACTOR:
        return SecondFactorError(f"{name}: a second factor is required", possible=second_factor)
    if code in _REFUSED_LOGIN:
        return AuthenticationError(f"{name}: the credentials are refused ({_number(err)})")
    if code in _TOO_MANY:
        return ThrottledError(f"{name}: too many logins ({_number(err)})")
    if code == _WRONG_CODE:
        return WrongCodeError(f"{name}: wrong code")
    if code == _WRONG_KEY:
        return UnexpectedResponseError(f"{name}: the API key of renault-api is outdated")
    if code >= _GIGYA_SERVER_ERROR:
        return ConnectionFailedError(f"{name}: server error ({_number(err)})")
    return RejectedError(f"{name}: refused ({_number(err)})", reason=_number(err))


def _number(err: GigyaResponseException) -> str:
    """Return the error code of Gigya, which may have any length."""
    return redacted(str(err.error_code))


def _kamereon_error(
    name: str, err: KamereonResponseException, private: tuple[str, ...], *, is_server_error: bool
) -> CloudError:
    """Return our exception for an error of Kamereon."""
    code: Any = err.error_code
    reason = _reason(err, private)
    text = f"{name}: {reason}"
    if code in _NEVER:
        return UnsupportedError(text, reason=reason)
    if code == _UNAUTHORIZED:
        return TokenRefusedError(text)
    if code == _OVERLOADED:
        return ThrottledError(text)
    if code == _NO_JSON or not isinstance(code, str):
        return UnexpectedResponseError(f"{name}: the response cannot be decoded")
    # A functional error counts more than the status.
    if code.startswith("err.tech") or (is_server_error and not code.startswith("err.func")):
        return ConnectionFailedError(text)
    return _rejection(code, text, reason)


def _rejection(code: str, text: str, reason: str) -> RejectedError:
    """Return our exception for a request that Kamereon understood and refused."""
    if code in _INVALID:
        return InvalidRequestError(text, reason=reason)
    if code == _MODE_IN_PROGRESS:
        return BusyError(text, reason=reason)
    if code == _SRP:
        return NoRemoteCommandsError(text, reason=reason, key="no_remote_commands")
    return RejectedError(text, reason=reason, key=_KEYS.get(code, ""))


def _reason(err: KamereonResponseException, private: tuple[str, ...]) -> str:
    """Return the reason the server gives, otherwise its code."""
    reasons = (redacted(str(each), private)[:_LONGEST] for each in (err.error_details, err.error_code) if each)
    return next(filter(None, reasons), "no reason")


def _is_server_error(status: int | None) -> bool:
    """Return whether a status is that of a server error."""
    return status is not None and status >= _SERVER_ERROR
