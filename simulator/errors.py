"""The errors of the Z.E. Services API; codes 403852 and 403900 were captured, the others are invented."""

from typing import Any

_PACKAGE = "com.worldline.renault.myzeonline"
_REDIRECT = "https://myr-fr.renault.ch/ze-redirection.html?os="


class ApiError(Exception):
    """An error response with an envelope."""

    def __init__(self, status: int, code: int, message: str, *, retry_after: str | None = None, **extra: Any) -> None:
        """Set the HTTP status, the six-digit code, the message, Retry-After, and extra fields of the envelope."""
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.retry_after = retry_after
        self.extra = extra


def expired_token() -> ApiError:
    """Return the error for an expired token."""
    return ApiError(401, 403852, f"{_PACKAGE}.exception.InvalidAuthenticationException.ExpiredToken")


def invalid_token() -> ApiError:
    """Return the error for a missing, forged, or unknown token."""
    return ApiError(401, 403850, f"{_PACKAGE}.exception.InvalidAuthenticationException.InvalidToken")


def bad_credentials() -> ApiError:
    """Return the error for an incorrect username or password."""
    return ApiError(401, 403801, f"{_PACKAGE}.user.exception.BadCredentialsException")


def refresh_refused() -> ApiError:
    """Return the error for a refresh with values of different sessions."""
    return ApiError(401, 403853, f"{_PACKAGE}.exception.InvalidAuthenticationException.InvalidRefreshToken")


def missing_cookie() -> ApiError:
    """Return the error for a second-generation refresh without its cookie."""
    return ApiError(400, 400001, "Missing cookie 'refreshToken' for method parameter of type String")


def restricted_country(locale: str) -> ApiError:
    """Return the error for an account in a country that has moved to MY Renault."""
    urls = {"appstore": "ios", "playstore": "android", "website": "web"}
    return ApiError(
        403,
        403900,
        f"{_PACKAGE}.user.exception.RestrictedCountryException",
        redirectURLs={shop: _REDIRECT + system for shop, system in urls.items()},
        locale=locale,
    )


def missing_scope(scope: str) -> ApiError:
    """Return the error for a missing permission."""
    return ApiError(403, 403910, f"{_PACKAGE}.user.exception.MissingScopeException.{scope}")


def unknown_vehicle() -> ApiError:
    """Return the error for a VIN that is not in the account."""
    return ApiError(404, 404100, f"{_PACKAGE}.vehicle.exception.VehicleNotFoundException")


def inactive_vehicle() -> ApiError:
    """Return the error for a car that is not the active one."""
    return ApiError(403, 403920, f"{_PACKAGE}.vehicle.exception.VehicleNotActiveException")


def sms_refused() -> ApiError:
    """Return the error for requesting a car's update again too soon."""
    return ApiError(503, 503100, f"{_PACKAGE}.vehicle.exception.Send SMS Error")


def too_soon() -> ApiError:
    """Return the error for preconditioning again too soon."""
    return ApiError(503, 503101, f"{_PACKAGE}.vehicle.exception.TooManyRequestsException")


def invalid(detail: str) -> ApiError:
    """Return the error for an invalid request."""
    return ApiError(400, 400100, f"{_PACKAGE}.exception.ValidationException.{detail}")


def unsupported_type() -> ApiError:
    """Return the error for a body without a JSON content type."""
    return ApiError(415, 415000, f"{_PACKAGE}.exception.UnsupportedMediaTypeException")


def failure(status: int, reason: str) -> ApiError:
    """Return the error for an unknown path or method, or for a server error."""
    return ApiError(status, status * 1000, f"{_PACKAGE}.exception.{reason}")
