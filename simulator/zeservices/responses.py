"""HTTP responses with the headers of the Z.E. Services server."""

import json
from typing import Any

from aiohttp import web

from ..errors import ApiError
from ..world.clock import Clock
from . import payloads

JSON_TYPE = "application/json;charset=UTF-8"
# Captured from the server; every response has the CORS headers.
HEADERS = {
    "Server": "Apache",
    "X-Application-Context": "application:prod",
    "X-Frame-Options": "SAMEORIGIN",
    "Vary": "Accept-Encoding",
    "Access-Control-Allow-Origin": "https://services.renault-ze.com",
    "Access-Control-Allow-Credentials": "true",
    "Access-Control-Allow-Methods": "POST, PUT, GET, OPTIONS, DELETE",
    "Access-Control-Allow-Headers": (
        "x-requested-with, content-type, accept, authorization, x-xsrf-token, if-modified-since"
    ),
    "Access-Control-Max-Age": "3600",
}


def json_response(content: Any, status: int = 200) -> web.Response:
    """Return a JSON response."""
    body = json.dumps(content, ensure_ascii=False).encode()
    return web.Response(body=body, status=status, headers={"Content-Type": JSON_TYPE})


def empty_response(status: int) -> web.Response:
    """Return a response without a body; the server declares it as HTML."""
    return web.Response(status=status, headers={"Content-Type": "text/html"})


def list_response(entries: list[dict[str, Any]]) -> web.Response:
    """Return a list, or an empty response if the list is empty."""
    return json_response(entries) if entries else empty_response(204)


def error_response(error: ApiError, clock: Clock) -> web.Response:
    """Return an error with its envelope."""
    response = json_response(payloads.envelope(error, clock), error.status)
    if error.retry_after is not None:
        response.headers["Retry-After"] = error.retry_after
    if error.status == web.HTTPServiceUnavailable.status_code:
        response.force_close()
    return response
