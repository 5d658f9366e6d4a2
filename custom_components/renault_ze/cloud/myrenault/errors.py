"""From what the library raises, and what it lets through, to our exceptions."""

from typing import Any

import aiohttp
from renault_api.exceptions import EndpointNotAvailableError, NotAuthenticatedException, RenaultException
from renault_api.gigya.exceptions import GigyaException, GigyaResponseException
from renault_api.kamereon.exceptions import KamereonResponseException

from ..exceptions import (
    AuthenticationError,
    CloudError,
    ConnectionFailedError,
    RejectedError,
    SecondFactorError,
    ThrottledError,
    UnexpectedResponseError,
    UnsupportedError,
    WrongCodeError,
)
from ..redaction import scrubbed

# Gigya's numbers: a dead login token, and the rest of what a log-in is answered with. The first two lists and 403042,
# 403101, 400006 were observed; the others are Gigya's public list.
_LOGGED_OUT = {403005, 403013}
_SECOND_FACTOR = {403101, 403102}
_REFUSED_LOGIN = {403041, 403042, 206001, 206002}
_TOO_MANY = {403048, 403120}
_WRONG_CODE = 400006
_WRONG_KEY = 400093
_SERVER_TROUBLE = 500_000
# Kamereon's codes. A path that is gone is spelt otherwise than a car without data.
_NEVER = {
    "400001",
    "err.func.403",
    "err.func.wired.forbidden",
    "err.func.wired.not-found",
    "err.func.wired.notFound",
    "err.tech.501",
}
_OVERLOADED = "err.func.wired.overloaded"
_UNAUTHORISED = "err.func.wired.unauthorized"
_NO_JSON = "Invalid JSON"
_TOO_MANY_REQUESTS = 429
_SERVER_ERROR = 500
_LONGEST = 200


class LoggedOutError(AuthenticationError):
    """The login token is no good any more; the password may still be."""


class JwtRefusedError(ConnectionFailedError):
    """The JWT is refused, so the request went unread; the library keeps using it until it is taken away."""

    unsent = True


def named(
    name: str, err: Exception, private: tuple[str, ...], *, status: int | None, second_factor: bool
) -> CloudError:
    """Return our exception for whatever came of a request.

    `status` is that of the answer, if there was one; `second_factor` is whether the library can answer one. The text of
    the original stays behind: it quotes addresses and answers, VIN and all.
    """
    if status == _TOO_MANY_REQUESTS:
        return ThrottledError(f"{name}: too many requests")
    match err:
        case NotAuthenticatedException():
            return _not_authenticated(name, err)
        case GigyaResponseException():
            return _by_gigya(name, err, second_factor=second_factor)
        case KamereonResponseException():
            return _by_kamereon(name, err, private, in_trouble=_in_trouble(status))
        case RenaultException() if not isinstance(err, EndpointNotAvailableError | GigyaException):
            reason = scrubbed(str(err), private)[:_LONGEST]
            return RejectedError(f"{name}: {reason}", reason=reason)
    return _by_nobody(name, err, status)


def _by_nobody(name: str, err: Exception, status: int | None) -> CloudError:  # noqa: PLR0911
    """Return our exception for what neither server has said, or nobody can read."""
    if _in_trouble(status):
        return ConnectionFailedError(f"{name}: HTTP {status}")
    match err:
        case UnexpectedResponseError():
            # Raised below the library, which does not know what was asked.
            return type(err)(f"{name}: {err}")
        case EndpointNotAvailableError():
            return UnsupportedError(f"{name}: this model has no such thing")
        case aiohttp.ClientResponseError():
            return UnexpectedResponseError(f"{name}: HTTP {err.status}")
        case TimeoutError():
            return ConnectionFailedError(f"{name}: no answer in time")
        case aiohttp.ClientError() | OSError():
            return ConnectionFailedError(f"{name}: the connection failed ({type(err).__name__})")
    # What json, marshmallow, PyJWT and the library itself make of an answer of another shape.
    return UnexpectedResponseError(f"{name}: the answer cannot be read ({type(err).__name__})")


def _not_authenticated(name: str, err: NotAuthenticatedException) -> CloudError:
    """Tell a dead login token from any other trouble with the JWT, which the library gives the same name."""
    cause = err.__cause__
    if not isinstance(cause, GigyaResponseException) or cause.error_code in _LOGGED_OUT:
        return LoggedOutError(f"{name}: the log-in has ended")
    failure = _by_gigya(name, cause, second_factor=False)
    if isinstance(failure, ThrottledError | AuthenticationError):
        return failure
    return ConnectionFailedError(f"{name}: no token was given ({_number(cause)})")


def _by_gigya(name: str, err: GigyaResponseException, *, second_factor: bool) -> CloudError:  # noqa: PLR0911
    """Return our exception for a number of Gigya's."""
    code = err.error_code
    if code in _LOGGED_OUT:
        return LoggedOutError(f"{name}: the log-in has ended")
    if code in _SECOND_FACTOR:
        return SecondFactorError(f"{name}: a second factor is wanted", possible=second_factor)
    if code in _REFUSED_LOGIN:
        return AuthenticationError(f"{name}: the credentials are refused ({_number(err)})")
    if code in _TOO_MANY:
        return ThrottledError(f"{name}: too many log-ins ({_number(err)})")
    if code == _WRONG_CODE:
        return WrongCodeError(f"{name}: the code is another")
    if code == _WRONG_KEY:
        return UnexpectedResponseError(f"{name}: the key of renault-api is out of date")
    if code >= _SERVER_TROUBLE:
        return ConnectionFailedError(f"{name}: the server is in trouble ({_number(err)})")
    return RejectedError(f"{name}: refused ({_number(err)})", reason=_number(err))


def _number(err: GigyaResponseException) -> str:
    """Return the number of an answer of Gigya's, which may have any length."""
    return scrubbed(str(err.error_code))


def _by_kamereon(
    name: str, err: KamereonResponseException, private: tuple[str, ...], *, in_trouble: bool
) -> CloudError:
    """Return our exception for a code of Kamereon's."""
    code: Any = err.error_code
    reason = _reason(err, private)
    text = f"{name}: {reason}"
    if code in _NEVER:
        return UnsupportedError(text, reason=reason)
    if code == _UNAUTHORISED:
        return JwtRefusedError(text)
    if code == _OVERLOADED:
        return ThrottledError(text)
    if code == _NO_JSON or not isinstance(code, str):
        return UnexpectedResponseError(f"{name}: the answer cannot be read")
    # A functional code is a word of its own, whatever it is sent with.
    if code.startswith("err.tech") or (in_trouble and not code.startswith("err.func")):
        return ConnectionFailedError(text)
    return RejectedError(text, reason=reason)


def _reason(err: KamereonResponseException, private: tuple[str, ...]) -> str:
    """Return why, in the server's words, else its code."""
    told = (scrubbed(str(each), private)[:_LONGEST] for each in (err.error_details, err.error_code) if each)
    return next(filter(None, told), "no reason")


def _in_trouble(status: int | None) -> bool:
    """Tell whether an answer is that of a server in trouble, or of the proxy before it, whatever else it says."""
    return status is not None and status >= _SERVER_ERROR
