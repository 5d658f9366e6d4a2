"""A log of the received requests, for assertions in tests."""

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime
import json
from typing import Any

from aiohttp import web

KEPT = 10_000
CREDENTIALS = {"bearer": "Authorization", "xsrf": "X-XSRF-TOKEN", "cookie": "Cookie"}


@dataclass
class LoggedRequest:
    """A request and the status of its response, None if there is none yet or the connection was dropped."""

    at: datetime
    server_at: datetime
    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    auth: list[str]
    body: Any
    status: int | None = None


@dataclass
class RequestLog:
    """The latest requests, newest last."""

    entries: deque[LoggedRequest] = field(default_factory=lambda: deque(maxlen=KEPT))

    async def record(self, request: web.Request, at: datetime, server_at: datetime) -> LoggedRequest:
        """Log a request before it is processed."""
        entry = LoggedRequest(
            at=at,
            server_at=server_at,
            method=request.method,
            path=request.path,
            query=dict(request.query),
            headers=dict(request.headers),
            auth=[kind for kind, header in CREDENTIALS.items() if header in request.headers],
            body=_content(await request.read()),
        )
        self.entries.append(entry)
        return entry


def _content(body: bytes) -> Any:
    """Return a body as JSON, as text if it is not JSON, or None if it is empty."""
    if not body:
        return None
    text = body.decode(errors="replace")
    try:
        return json.loads(text)
    except ValueError:
        return text
