"""Our exception for each error of the library."""

import json
from typing import Any

import aiohttp
from marshmallow import ValidationError
import pytest
from renault_api.exceptions import EndpointNotAvailableError, NotAuthenticatedException, RenaultException
from renault_api.gigya import exceptions as gigya
from renault_api.kamereon import exceptions as kamereon
from renault_api.kamereon.models import COMMON_ERRRORS
from yarl import URL

from custom_components.renault_ze.cloud.exceptions import (
    AuthenticationError,
    BusyError,
    CloudError,
    ConnectionFailedError,
    InvalidRequestError,
    RejectedError,
    SecondFactorError,
    ThrottledError,
    TokenRefusedError,
    UnexpectedResponseError,
    UnsupportedError,
    WrongCodeError,
)
from custom_components.renault_ze.cloud.myrenault.errors import LoggedOutError, cloud_error

REQUEST = aiohttp.RequestInfo(URL("http://a.example"), "GET", None, URL("http://a.example"))  # type: ignore[arg-type]
# The library's exceptions by ours; those that only exist since 0.6 are given by their code.
BY_NAME: dict[str, type[CloudError]] = {
    "AccessDeniedException": UnsupportedError,
    "ChargeModeInProgressException": BusyError,
    "FailedForwardException": ConnectionFailedError,
    "ForbiddenException": UnsupportedError,
    "InsufficientBatteryLevelException": RejectedError,
    "InvalidInputException": InvalidRequestError,
    "InvalidUpstreamException": ConnectionFailedError,
    "NotSupportedException": UnsupportedError,
    "PrivacyModeOnException": RejectedError,
    "QuotaLimitException": ThrottledError,
    "ResourceNotFoundException": UnsupportedError,
    "UnauthorizedException": TokenRefusedError,
}


def unauthenticated(code: int | None) -> NotAuthenticatedException:
    """Return the library's exception for a token error."""
    err = NotAuthenticatedException("Authentication expired.")
    err.__cause__ = None if code is None else gigya.GigyaResponseException(code, "details")
    return err


def page(status: int) -> aiohttp.ClientResponseError:
    """Return the library's exception for an HTML page of a proxy."""
    return aiohttp.ClientResponseError(REQUEST, (), status=status)


def unnamed(code: str | None) -> kamereon.KamereonResponseException:
    """Return the library's exception for a code without a class."""
    return kamereon.KamereonResponseException(code, "details")


NO_JSON = gigya.GigyaException("Gigya responded with invalid JSON")
TRUNCATED = json.JSONDecodeError("Expecting value", "{", 1)

# The status of the response, the library's exception, and ours.
TABLE: list[tuple[int | None, Exception, type[CloudError]]] = [
    (200, gigya.InvalidCredentialsException(403042, "details"), AuthenticationError),
    (200, gigya.GigyaResponseException(403041, "details"), AuthenticationError),
    (200, gigya.GigyaResponseException(403101, "details"), SecondFactorError),
    (200, gigya.GigyaResponseException(403102, "details"), SecondFactorError),
    (200, gigya.GigyaResponseException(400006, "details"), WrongCodeError),
    (200, gigya.GigyaResponseException(400093, "details"), UnexpectedResponseError),
    (200, gigya.GigyaResponseException(500001, "details"), ConnectionFailedError),
    (200, gigya.GigyaResponseException(403048, "details"), ThrottledError),
    (200, gigya.GigyaResponseException(400002, "details"), RejectedError),
    (None, unauthenticated(None), LoggedOutError),
    (200, unauthenticated(403005), LoggedOutError),
    (200, unauthenticated(403013), LoggedOutError),
    (200, unauthenticated(403048), ThrottledError),
    (200, unauthenticated(500001), ConnectionFailedError),
    (200, unauthenticated(400002), ConnectionFailedError),
    (429, unauthenticated(400002), ThrottledError),
    (502, NO_JSON, ConnectionFailedError),
    (429, NO_JSON, ThrottledError),
    (404, NO_JSON, UnexpectedResponseError),
    (200, NO_JSON, UnexpectedResponseError),
    (404, unnamed("err.func.wired.not-found"), UnsupportedError),
    (429, unnamed("err.func.wired.not-found"), ThrottledError),
    (429, unnamed("err.brand.new"), ThrottledError),
    (429, unnamed(None), ThrottledError),
    (400, unnamed("err.brand.new"), RejectedError),
    (503, unnamed("err.brand.new"), ConnectionFailedError),
    (500, unnamed("err.tech.500"), ConnectionFailedError),
    (500, unnamed("err.func.privacy.on"), RejectedError),
    (200, unnamed("Invalid JSON"), UnexpectedResponseError),
    (400, unnamed(None), UnexpectedResponseError),
    (None, EndpointNotAvailableError("charge-mode", "X102VE"), UnsupportedError),
    (None, RenaultException("`x` is required"), RejectedError),
    (502, page(502), ConnectionFailedError),
    (429, page(429), ThrottledError),
    (404, page(404), UnexpectedResponseError),
    (None, aiohttp.ClientConnectionError(), ConnectionFailedError),
    (None, aiohttp.ServerDisconnectedError(), ConnectionFailedError),
    (200, aiohttp.ClientPayloadError(), ConnectionFailedError),
    (None, TimeoutError(), ConnectionFailedError),
    (None, ConnectionResetError(), ConnectionFailedError),
    # Not exceptions of the library: truncated, of another type, empty, of an unknown program, without a picture.
    (200, TRUNCATED, UnexpectedResponseError),
    (502, TRUNCATED, ConnectionFailedError),
    (200, ValidationError("details"), UnexpectedResponseError),
    (200, TypeError(), UnexpectedResponseError),
    (200, NotImplementedError(), UnexpectedResponseError),
    (200, StopIteration(), UnexpectedResponseError),
    (200, KeyError("x"), UnexpectedResponseError),
]


@pytest.mark.parametrize(("status", "err", "expected"), TABLE, ids=lambda each: getattr(each, "__name__", repr(each)))
def test_errors(status: int | None, err: Exception, expected: type[CloudError]) -> None:
    """Return the exception that tells what to do next."""
    found = cloud_error("battery-status", err, (), status=status, second_factor=True)
    assert type(found) is expected
    assert str(found).startswith("battery-status: ")


@pytest.mark.parametrize("common", COMMON_ERRRORS, ids=lambda each: str(each["errorCode"]))
def test_every_code_the_library_names(common: dict[str, Any]) -> None:
    """A code that is new in the library and missing here fails this test."""
    kind: type[kamereon.KamereonResponseException] = common["error_type"]
    err = kind(common["errorCode"], "details")
    assert type(cloud_error("cockpit", err, (), status=400, second_factor=True)) is BY_NAME[kind.__name__]


@pytest.mark.parametrize("possible", [True, False])
def test_second_factor_support(possible: bool) -> None:
    """It depends on the installed library."""
    found = cloud_error(
        "login", gigya.GigyaResponseException(403101, "details"), (), status=200, second_factor=possible
    )
    assert isinstance(found, SecondFactorError)
    assert found.possible is possible
