"""Return the content of a response, or raise the exception that tells what to do next."""

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus
import re
from typing import Any

from aiohttp import hdrs
import orjson

from ..exceptions import (
    CloudError,
    ConnectionFailedError,
    CountryMovedError,
    RedirectedError,
    RejectedError,
    ThrottledError,
    UnexpectedResponseError,
)
from ..redaction import redacted, without_words
from ..response import is_redirect
from .transport import Response

# Both codes were captured; 403 is no HTTP status here, as an expired token came with 401.
_EXPIRED_TOKEN = 403852
_RESTRICTED_COUNTRY = 403900
_MAX_RETRY_AFTER = timedelta(days=1)
# Longer than any exception name or website address that was seen.
_LONGEST_TEXT = 2_000
_SEGMENT_END = re.compile(r"\.(?=\S)")
_WORD_START = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


class UnauthorizedError(RejectedError):
    """The server refuses the token; after a 401 the request was certainly not executed."""


def content(response: Response) -> Any:
    """Return the JSON of a response, None for no content; raise CloudError for an error."""
    if response.ok and not response.body:
        return None
    found = _json(response)
    if not response.ok or _is_error(found):
        raise _error_of(response, found)
    if found is None and response.body.strip() != b"null":
        raise UnexpectedResponseError(f"{response.request.name}: the response is not JSON")
    return found


def check(response: Response) -> None:
    """Raise CloudError if a command was not accepted; other content of the response is ignored."""
    found = _json(response) if response.body else None
    if not response.ok or _is_error(found):
        raise _error_of(response, found)


def _json(response: Response) -> Any:
    """Return the JSON of a response, None if it is not JSON."""
    try:
        return orjson.loads(response.body)
    except orjson.JSONDecodeError:
        return None


def _is_error(found: Any) -> bool:
    """Return whether this is an error object, with any status: its message has text, or it has a code."""
    return type(found) is dict and "message" in found and (found["message"] not in (None, "") or "code" in found)


def _error_of(response: Response, found: Any) -> CloudError:
    """Return the exception for an error response."""
    error = found if isinstance(found, dict) else {}
    message = error.get("message")
    segment = _last_segment(message[:_LONGEST_TEXT]) if isinstance(message, str) else ""
    reason = _reason(message, response) or f"HTTP {response.status}"
    text = f"{response.request.name}: {reason}"
    if is_redirect(response.status):
        return RedirectedError(text)
    if segment == "RestrictedCountryException" or error.get("code") == _RESTRICTED_COUNTRY:
        return CountryMovedError(text, website=_website(error, response))
    if response.status == HTTPStatus.UNAUTHORIZED or error.get("code") == _EXPIRED_TOKEN or segment == "ExpiredToken":
        return UnauthorizedError(text, reason=reason)
    # A car gets at most one SMS in 20 minutes (observed by clients); the server does not say how many are left.
    if segment == "Send SMS Error" or _is_throttled(response, error):
        return ThrottledError(text, retry_after=_retry_after(response))
    return _other_error(response, error, text, reason)


def _is_throttled(response: Response, error: dict[str, Any]) -> bool:
    """Return whether the server asks to wait; the 503 of a broken server has neither an error object nor a header."""
    if response.status == HTTPStatus.SERVICE_UNAVAILABLE:
        return bool(error) or hdrs.RETRY_AFTER in response.headers
    return response.status == HTTPStatus.TOO_MANY_REQUESTS


def _other_error(response: Response, error: dict[str, Any], text: str, reason: str) -> CloudError:
    """Return the exception for an error without a special meaning."""
    if response.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return ConnectionFailedError(text)
    if error or (response.status >= HTTPStatus.BAD_REQUEST and not response.body):
        return RejectedError(text, reason=reason)
    return UnexpectedResponseError(text)


def _last_segment(message: str) -> str:
    """Return the part of a Java exception name after the last dot, such as `Send SMS Error`."""
    return _SEGMENT_END.split(message.strip(" ."))[-1]


def _reason(message: Any, response: Response) -> str:
    """Return a readable message: `Invalid start time` for `com.example.InvalidStartTimeException`."""
    if not isinstance(message, str):
        return ""
    segment = _last_segment(redacted(message, response.private, response.fingerprints))[:200]
    if " " not in segment:
        segment = _WORD_START.sub(" ", segment.removesuffix("Exception").replace("_", " ")).lower()
    return segment[:1].upper() + segment[1:]


def _website(error: dict[str, Any], response: Response) -> str | None:
    """Return the website of a moved country, None if the address contains private words."""
    addresses = error.get("redirectURLs")
    website = addresses.get("website") if isinstance(addresses, dict) else None
    if not isinstance(website, str) or len(website) > _LONGEST_TEXT:
        return None
    is_private = not website.isprintable() or without_words(website, response.private) != website
    return None if is_private or not website.startswith(("https://", "http://")) else website


def _retry_after(response: Response) -> timedelta | None:
    """Return how long to wait, at most a day: a wrong header must not stop all requests for years."""
    value = response.headers.get(hdrs.RETRY_AFTER, "").strip()
    try:
        span = timedelta(seconds=int(value)) if value.isdecimal() else _date(value) - _server_time(response)
    except ValueError, OverflowError:
        return None
    return min(max(span, timedelta()), _MAX_RETRY_AFTER)


def _server_time(response: Response) -> datetime:
    """Return the time of the server's clock, to which its dates refer; ours if it is not given."""
    try:
        return _date(response.headers.get(hdrs.DATE, ""))
    except ValueError:
        return response.received_at


def _date(value: str) -> datetime:
    """Return an HTTP date; raise ValueError for anything else."""
    date = parsedate_to_datetime(value)
    return date if date.tzinfo else date.replace(tzinfo=UTC)
