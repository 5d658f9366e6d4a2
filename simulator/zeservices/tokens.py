"""Log-ins and tokens of both generations; the session is what refreshing needs."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
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
# The server judges times by its own clock, which may be wrong on purpose.
OWN_CLOCK: Any = {"verify_exp": False, "verify_iat": False}


@dataclass
class Session:
    """One log-in: the secrets it gave away and, in the second generation, the only pair that can be refreshed."""

    key: str
    account: str
    token: str
    cookie: str
    expires_at: datetime


@dataclass
class Tokens:
    """Give out tokens and know them again; only a password change ends sessions, no other log-in does."""

    clock: Clock = field(metadata=TRANSIENT)
    random: Random = field(metadata=TRANSIENT)
    accounts: Mapping[str, Account] = field(metadata=TRANSIENT)
    secret: bytes
    generation: int = 2
    sessions: dict[str, Session] = field(default_factory=dict)

    def account(self, token: str) -> Account:
        """Return whose token it is; ApiError when it is not ours or has expired."""
        account, claims = self._claims(token)
        if claims["exp"] <= self.clock.server_now().timestamp():
            raise errors.expired_token()
        return account

    def log_in(self, account: Account) -> Session:
        """Open a session with its first token and forget the sessions that are over."""
        now = self.clock.server_now()
        self.sessions = {key: session for key, session in self.sessions.items() if session.expires_at > now}
        session = Session(key=self._new_secret(), account=account.key, token="", cookie="", expires_at=now)
        self._renew(session, account)
        self.sessions[session.key] = session
        return session

    def refresh_first_generation(self, token: str, refresh_token: str) -> str:
        """Return a new token of the first generation; the same refresh token works again and again."""
        account, claims = self._claims(token)
        session = self._session(refresh_token, account)
        if claims.get("jti") != _jti(session.key):
            raise errors.refresh_refused()
        self._renew(session, account)
        return session.token

    def refresh_second_generation(self, token: str, xsrf: str, cookie: str) -> Session:
        """Renew the pair of token and cookie; only the two given out together belong together."""
        account, _ = self._claims(token)
        session = self._session(xsrf, account)
        if (session.token, session.cookie) != (token, cookie):
            raise errors.refresh_refused()
        self._renew(session, account)
        return session

    def _claims(self, token: str) -> tuple[Account, dict[str, Any]]:
        """Return whose token it is and its claims, expired or not; ApiError when it is not ours."""
        try:
            account = self.accounts[jwt.decode(token, options={"verify_signature": False})["sub"].casefold()]
            claims = jwt.decode(token, self._key(account), algorithms=[ALGORITHM], options=OWN_CLOCK)
        except jwt.InvalidTokenError, KeyError, AttributeError:
            raise errors.invalid_token() from None
        return account, claims

    def _session(self, key: str, account: Account) -> Session:
        """Return an account's open session; ApiError if there is none."""
        session = self.sessions.get(key)
        if session is None or session.account != account.key or session.expires_at <= self.clock.server_now():
            raise errors.refresh_refused()
        return session

    def _renew(self, session: Session, account: Account) -> None:
        """Give a session its next token and the cookie that belongs to it."""
        now = self.clock.server_now()
        expiry = now + LIFETIME[self.generation]
        who = {"jti": _jti(session.key)} if self.generation == 1 else {"userId": account.identifier("user")}
        claims = {"sub": account.username, **who, "iat": int(now.timestamp()), "exp": int(expiry.timestamp())}
        session.token = jwt.encode(claims, self._key(account), algorithm=ALGORITHM)
        session.cookie = self._new_secret()
        session.expires_at = now + COOKIE_LIFETIME

    def _key(self, account: Account) -> bytes:
        """Return the key that signs an account's tokens, another one with each password."""
        return sha256(self.secret + account.key.encode() + b"\0" + account.password.encode()).digest()

    def _new_secret(self) -> str:
        """Return 32 characters nobody guesses."""
        return self.random.randbytes(16).hex()


def _jti(key: str) -> str:
    """Return the identifier of a session that its tokens carry."""
    return sha256(key.encode()).hexdigest()[:32]
