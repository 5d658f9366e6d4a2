"""Sessions and tokens of both authentication generations."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from hashlib import sha256
from random import Random
from typing import Any

import jwt

from .. import errors
from ..codec import TRANSIENT
from ..world.accounts import Account
from ..world.clock import Clock

ALGORITHM = "HS256"
LIFETIME = {1: timedelta(hours=10), 2: timedelta(minutes=15)}
COOKIE_LIFETIME = timedelta(days=30)
# PyJWT would use real time, but the clock of the server can be skewed.
JWT_OPTIONS: Any = {"verify_exp": False, "verify_iat": False}


@dataclass
class Session:
    """A login: its secrets and, in the second generation, the only token and cookie that can be refreshed."""

    key: str
    account: str
    token: str
    cookie: str
    expires_at: datetime


@dataclass
class Tokens:
    """Issue and verify tokens; only a changed password ends sessions."""

    clock: Clock = field(metadata=TRANSIENT)
    random: Random = field(metadata=TRANSIENT)
    accounts: Mapping[str, Account] = field(metadata=TRANSIENT)
    secret: bytes
    generation: int = 2
    sessions: dict[str, Session] = field(default_factory=dict)

    def account(self, token: str) -> Account:
        """Return the account of a token; raise ApiError if it is invalid or expired."""
        account, claims = self._claims(token)
        if claims["exp"] <= self.clock.server_now().timestamp():
            raise errors.expired_token()
        return account

    def log_in(self, account: Account) -> Session:
        """Open a session and remove expired ones."""
        now = self.clock.server_now()
        self.sessions = {key: session for key, session in self.sessions.items() if session.expires_at > now}
        session = Session(key=new_secret(self.random), account=account.key, token="", cookie="", expires_at=now)
        self._renew(session, account)
        self.sessions[session.key] = session
        return session

    def refresh_first_generation(self, token: str, refresh_token: str) -> str:
        """Return a new first-generation token; the refresh token stays valid."""
        account, claims = self._claims(token)
        session = self._session(refresh_token, account)
        if claims.get("jti") != _jti(session.key):
            raise errors.refresh_refused()
        self._renew(session, account)
        return session.token

    def refresh_second_generation(self, token: str, xsrf: str, cookie: str) -> Session:
        """Replace token and cookie; both have to be from the same response."""
        account, _ = self._claims(token)
        session = self._session(xsrf, account)
        if (session.token, session.cookie) != (token, cookie):
            raise errors.refresh_refused()
        self._renew(session, account)
        return session

    def _claims(self, token: str) -> tuple[Account, dict[str, Any]]:
        """Return the account and claims of a token, even if expired; raise ApiError if it is invalid."""
        try:
            account = self.accounts[_unverified_claims(token)["sub"].casefold()]
            claims = verified_claims(token, self._key(account))
        except jwt.InvalidTokenError, KeyError, AttributeError:
            raise errors.invalid_token() from None
        return account, claims

    def _session(self, key: str, account: Account) -> Session:
        """Return an open session of an account; raise ApiError if there is none."""
        session = self.sessions.get(key)
        if session is None or session.account != account.key or session.expires_at <= self.clock.server_now():
            raise errors.refresh_refused()
        return session

    def _renew(self, session: Session, account: Account) -> None:
        """Issue the next token and cookie of a session."""
        now = self.clock.server_now()
        expiry = now + LIFETIME[self.generation]
        who = {"jti": _jti(session.key)} if self.generation == 1 else {"userId": account.identifier("user")}
        claims = {"sub": account.username, **who, "iat": int(now.timestamp()), "exp": int(expiry.timestamp())}
        session.token = jwt.encode(claims, self._key(account), algorithm=ALGORITHM)
        session.cookie = new_secret(self.random)
        session.expires_at = now + COOKIE_LIFETIME

    def _key(self, account: Account) -> bytes:
        """Return the key that signs an account's tokens; it changes with the password."""
        return sha256(self.secret + account.key.encode() + b"\0" + account.password.encode()).digest()


@lru_cache
def verified_claims(token: str, key: bytes) -> dict[str, Any]:
    """Return the claims of a token, even if expired; raise jwt.InvalidTokenError if a key did not sign it."""
    claims: dict[str, Any] = jwt.decode(token, key, algorithms=[ALGORITHM], options=JWT_OPTIONS)
    return claims


@lru_cache
def _unverified_claims(token: str) -> dict[str, Any]:
    """Return the claims of a token; raise jwt.InvalidTokenError if there are none."""
    claims: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})
    return claims


def new_secret(random: Random) -> str:
    """Return a random secret of 32 characters."""
    return random.randbytes(16).hex()


def _jti(key: str) -> str:
    """Return the session identifier in its tokens."""
    return sha256(key.encode()).hexdigest()[:32]
