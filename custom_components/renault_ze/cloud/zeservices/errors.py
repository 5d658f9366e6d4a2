"""From an answer to its content, or to the one exception that says what to do next."""

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
from ..redaction import hidden, scrubbed
from ..response import is_redirect
from .transport import Answer

# Both codes are captured answers; their 403 is no HTTP status: an expired token came with 401.
_EXPIRED_TOKEN = 403852
_RESTRICTED_COUNTRY = 403900
_LONGEST_PAUSE = timedelta(days=1)
# What a server may say at length: longer than any name of an exception, or address of a website, that was seen.
_LONGEST_TEXT = 2_000
_SEGMENT_END = re.compile(r"\.(?=\S)")
_WORD_START = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


class UnauthorisedError(RejectedError):
    """The server wants another token; with a 401 it says that it did not look at the request."""


def content(answer: Answer) -> Any:
    """Return the JSON a read was answered with, None for no content; raise CloudError for everything else."""
    if answer.ok and not answer.body:
        return None
    found = _json(answer)
    if not answer.ok or _is_error(found):
        raise _refusal(answer, found)
    if found is None and answer.body.strip() != b"null":
        raise UnexpectedResponseError(f"{answer.request.name}: the answer is not JSON")
    return found


def acknowledge(answer: Answer) -> None:
    """Accept the answer to an order; what a success carries besides is noise, unless it is an error after all."""
    found = _json(answer) if answer.body else None
    if not answer.ok or _is_error(found):
        raise _refusal(answer, found)


def _json(answer: Answer) -> Any:
    """Return what an answer says in JSON, None where it speaks something else."""
    try:
        return orjson.loads(answer.body)
    except orjson.JSONDecodeError:
        return None


def _is_error(found: Any) -> bool:
    """Tell whether this is the server's error object: it comes with any status, and nothing else has a message."""
    return type(found) is dict and "message" in found


def _refusal(answer: Answer, found: Any) -> CloudError:
    """Choose the exception for an answer that is none."""
    error = found if isinstance(found, dict) else {}
    message = error.get("message")
    segment = _last_segment(message[:_LONGEST_TEXT]) if isinstance(message, str) else ""
    reason = _reason(message, answer) or f"HTTP {answer.status}"
    text = f"{answer.request.name}: {reason}"
    if is_redirect(answer.status):
        return RedirectedError(text)
    if segment == "RestrictedCountryException" or error.get("code") == _RESTRICTED_COUNTRY:
        return CountryMovedError(text, website=_website(error, answer))
    if answer.status == HTTPStatus.UNAUTHORIZED or error.get("code") == _EXPIRED_TOKEN or segment == "ExpiredToken":
        return UnauthorisedError(text, reason=reason)
    # A car is sent at most one SMS in 20 minutes (observed by clients); how many are left, the server does not say.
    if segment == "Send SMS Error" or _asks_to_wait(answer, error):
        return ThrottledError(text, retry_after=_retry_after(answer))
    return _plain_refusal(answer, error, text, reason)


def _asks_to_wait(answer: Answer, error: dict[str, Any]) -> bool:
    """Tell a busy server from a broken one, whose 503 says nothing more."""
    if answer.status == HTTPStatus.SERVICE_UNAVAILABLE:
        return bool(error) or hdrs.RETRY_AFTER in answer.headers
    return answer.status == HTTPStatus.TOO_MANY_REQUESTS


def _plain_refusal(answer: Answer, error: dict[str, Any], text: str, reason: str) -> CloudError:
    """Choose the exception for an answer of no special meaning."""
    if answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return ConnectionFailedError(text)
    if error or (answer.status >= HTTPStatus.BAD_REQUEST and not answer.body):
        return RejectedError(text, reason=reason)
    return UnexpectedResponseError(text)


def _last_segment(message: str) -> str:
    """Return what follows the last dot of a Java exception's name, such as `Send SMS Error`."""
    return _SEGMENT_END.split(message.strip(" ."))[-1]


def _reason(message: Any, answer: Answer) -> str:
    """Return a message for a person to read: `Invalid start time` for `com.example.InvalidStartTimeException`."""
    if not isinstance(message, str):
        return ""
    segment = _last_segment(scrubbed(message, answer.private, answer.fingerprints))[:200]
    if " " not in segment:
        segment = _WORD_START.sub(" ", segment.removesuffix("Exception").replace("_", " ")).lower()
    return segment[:1].upper() + segment[1:]


def _website(error: dict[str, Any], answer: Answer) -> str | None:
    """Return the address the server sends a moved owner to, unless it says who that is."""
    addresses = error.get("redirectURLs")
    website = addresses.get("website") if isinstance(addresses, dict) else None
    if not isinstance(website, str) or len(website) > _LONGEST_TEXT:
        return None
    told = not website.isprintable() or hidden(website, answer.private) != website
    return None if told or not website.startswith(("https://", "http://")) else website


def _retry_after(answer: Answer) -> timedelta | None:
    """Return how long to wait, a day at most: a server's slip of the pen must not silence a car for years."""
    value = answer.headers.get(hdrs.RETRY_AFTER, "").strip()
    try:
        pause = timedelta(seconds=int(value)) if value.isdecimal() else _date(value) - _server_time(answer)
    except ValueError, OverflowError:
        return None
    return min(max(pause, timedelta()), _LONGEST_PAUSE)


def _server_time(answer: Answer) -> datetime:
    """Return the server's own clock, against which its dates are to be read; ours where it does not tell."""
    try:
        return _date(answer.headers.get(hdrs.DATE, ""))
    except ValueError:
        return answer.received_at


def _date(value: str) -> datetime:
    """Return an HTTP date; raise ValueError for anything else."""
    date = parsedate_to_datetime(value)
    return date if date.tzinfo else date.replace(tzinfo=UTC)
