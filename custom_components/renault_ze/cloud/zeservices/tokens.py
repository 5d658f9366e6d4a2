"""The tokens of a login and the account they belong to."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from http import HTTPMethod
from typing import Any, Self

import jwt

from ..exceptions import UnexpectedResponseError
from ..redaction import fingerprints_of
from .transport import JSON_HEADERS, Request, Response

# Renewing a minute before the expiry works (observed); half the lifetime for very short tokens.
_MARGIN = 60.0
_COOKIE = "refreshToken"
_BEYOND_TIME = 1e12
_VEHICLES = "associated_vehicles"
# No server accepts a longer header.
_LONGEST_TEXT = 8_000


@dataclass(frozen=True, slots=True, repr=False)
class Renewal:
    """The request that renews a token."""

    request: Request
    headers: Mapping[str, str]
    cookie: str | None


@dataclass(frozen=True, kw_only=True, slots=True, repr=False)
class Login:
    """The tokens of one login, which are only replaced together: a token and its cookie belong to each other."""

    token: str
    renew_at: float | None
    logged_in_at: float
    user: Mapping[str, Any]
    fingerprints: frozenset[int]
    refresh_token: str | None = None
    xsrf_token: str | None = None
    refresh_cookie: str | None = None
    renewed: bool = False

    @classmethod
    def from_response(cls, response: Response, content: Any, now: float) -> Self:
        """Decode the response to a login, of either generation; `now` is in seconds since 1970."""
        found = content if isinstance(content, dict) else {}
        token, user = _text(found.get("token")), found.get("user")
        if token is None or not isinstance(user, dict):
            raise UnexpectedResponseError(f"{response.request.name}: the response has no token or no user")
        if (fingerprints := fingerprints_of(user)) is None:
            raise UnexpectedResponseError(f"{response.request.name}: the account in the response is too large")
        return cls(
            token=token,
            renew_at=_renew_at(token, now),
            logged_in_at=now,
            user=_account_part(user),
            fingerprints=fingerprints,
            refresh_token=_text(found.get("refresh_token")),
            xsrf_token=_text(found.get("xsrfToken")),
            refresh_cookie=_refresh_cookie(response),
        )

    @classmethod
    def from_stored(cls, stored: Mapping[str, Any], *, owner: Mapping[str, str]) -> Self | None:
        """Return the login from the JSON of `to_stored` for the same owner, None for anything else."""
        token, user = _text(stored.get("token")), stored.get("user")
        logged_in_at = _number(stored.get("logged_in_at"))
        if token is None or not isinstance(user, dict) or _VEHICLES not in user or logged_in_at is None:
            return None
        if any(stored.get(key) != value for key, value in owner.items()):
            return None
        return cls(
            token=token,
            renew_at=_number(stored.get("renew_at")),
            logged_in_at=logged_in_at,
            user=_account_part(user),
            fingerprints=_integers(stored.get("fingerprints")),
            refresh_token=_text(stored.get("refresh_token")),
            xsrf_token=_text(stored.get("xsrf_token")),
            refresh_cookie=_text(stored.get("refresh_cookie")),
        )

    def to_stored(self, *, owner: Mapping[str, str]) -> dict[str, Any]:
        """Return the login as JSON, with its owner: a token must not be sent to another server."""
        return {
            **owner,
            "token": self.token,
            "renew_at": self.renew_at,
            "logged_in_at": self.logged_in_at,
            "user": dict(self.user),
            "fingerprints": sorted(self.fingerprints),
            "refresh_token": self.refresh_token,
            "xsrf_token": self.xsrf_token,
            "refresh_cookie": self.refresh_cookie,
        }

    def with_renewal(self, response: Response, content: Any, now: float) -> Self | None:
        """Return the login with a renewed token, None if the response has none."""
        token = _text(content.get("token")) if isinstance(content, dict) else None
        if token is None:
            return None
        return replace(
            self,
            token=token,
            renew_at=_renew_at(token, now),
            refresh_cookie=_refresh_cookie(response) or self.refresh_cookie,
            renewed=True,
        )

    @property
    def tokens(self) -> tuple[str, ...]:
        """Return all secrets."""
        return tuple(filter(None, (self.token, self.refresh_token, self.xsrf_token, self.refresh_cookie)))

    @property
    def headers(self) -> dict[str, str]:
        """Return the headers of a request under this login."""
        return {**JSON_HEADERS, "Authorization": f"Bearer {self.token}"}

    @property
    def renewal(self) -> Renewal | None:
        """Return the request that renews the token, None if the server does not support it."""
        if self.xsrf_token and self.refresh_cookie:
            headers = {**JSON_HEADERS, "X-XSRF-TOKEN": self.xsrf_token}
            return Renewal(_renewal_request({"token": self.token}), headers, f"{_COOKIE}={self.refresh_cookie}")
        if self.refresh_token:
            body = {"token": self.token, "refresh_token": self.refresh_token}
            return Renewal(_renewal_request(body), self.headers, None)
        return None

    def needs_renewal(self, now: float) -> bool:
        """Return whether the token must be renewed before its next use."""
        if self.renew_at is None:
            return False
        # A token that would be renewed later than a new one was received while our clock was ahead.
        latest = (_renew_at(self.token, now) or self.renew_at) + _MARGIN
        return now >= self.renew_at or self.renew_at > latest

    def expired(self) -> Self:
        """Return the same tokens, to be renewed before their next use."""
        return replace(self, renew_at=0.0)

    def has_same_token(self, other: Login) -> bool:
        """Return whether another login has the same token."""
        return self.token == other.token


def _renewal_request(body: dict[str, str]) -> Request:
    """Return the request that renews a token."""
    return Request(verb=HTTPMethod.POST, path="/user/token/refresh", body=body)


def _renew_at(token: str, now: float) -> float | None:
    """Return when to renew a token, None for an opaque one, which is used until it is refused.

    Only the lifetime is taken from the token, because its times are those of the server's clock.
    """
    claims = _claims(token)
    issued, expires = _number(claims.get("iat", now)), _number(claims.get("exp"))
    if issued is None or expires is None or expires <= issued:
        return None
    life = expires - issued
    return now + life - min(_MARGIN, life / 2)


# Each request asks whether the token is due.
@lru_cache(maxsize=8)
def _claims(token: str) -> Mapping[str, Any]:
    """Return the claims of a token, none for an opaque one."""
    try:
        claims: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})
    except jwt.PyJWTError, ValueError, RecursionError:
        return {}
    return claims


def _account_part(user: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is needed to list the vehicles; names, numbers, and activation codes are left out."""
    account = {key: user[key] for key in ("id", "timezone", "scopes") if key in user}
    if isinstance(details := user.get("vehicle_details"), dict):
        account["vehicle_details"] = {key: details[key] for key in ("VIN", "timezone") if key in details}
    vehicles = user.get(_VEHICLES)
    rows = vehicles if isinstance(vehicles, list) else []
    account[_VEHICLES] = [{"VIN": row.get("VIN")} for row in rows if isinstance(row, dict)]
    return account


def _refresh_cookie(response: Response) -> str | None:
    """Return the value of the last refresh cookie that a response sets."""
    for line in reversed(response.cookies):
        name, _, value = line.partition(";")[0].partition("=")
        if name.strip() == _COOKIE:
            return _text(value.strip())
    return None


def _text(value: Any) -> str | None:
    """Return a text that fits into a header, None for anything else."""
    if not isinstance(value, str) or not 0 < len(value) <= _LONGEST_TEXT:
        return None
    return value if value.isascii() and value.isprintable() else None


def _integers(value: Any) -> frozenset[int]:
    """Return the integers of a list."""
    return frozenset(each for each in value if type(each) is int) if isinstance(value, list) else frozenset()


def _number(value: Any) -> float | None:
    """Return a number of seconds, None for anything else."""
    return float(value) if type(value) in (int, float) and abs(value) < _BEYOND_TIME else None
