"""Gigya: logins, their JWTs, and two-factor authentication by email, without HTTP."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random

import jwt

from ..codec import TRANSIENT
from ..world.accounts import Account
from ..world.clock import Clock
from ..zeservices.tokens import ALGORITHM, new_secret, verified_claims
from .errors import GigyaError, ended_login, unauthorized, unknown_login, wrong_password
from .server_settings import ServerSettings


@dataclass
class Login:
    """The account and password of a login; changing the password ends it."""

    account: str
    password: str


@dataclass
class Challenge:
    """A login that waits for its second factor, and the secrets issued for it."""

    account: str
    device: str = ""
    assertion: str = ""
    code: str = ""
    sent: str = ""
    proof: str = ""


@dataclass
class Mail:
    """An email with a code."""

    to: str
    code: str
    language: str


@dataclass
class Gigya:
    """All logins; login tokens are valid until the password changes."""

    clock: Clock = field(metadata=TRANSIENT)
    random: Random = field(metadata=TRANSIENT)
    accounts: Mapping[str, Account] = field(metadata=TRANSIENT)
    settings: ServerSettings = field(metadata=TRANSIENT)
    secret: bytes
    visits: dict[str, Login] = field(default_factory=dict)
    challenges: dict[str, Challenge] = field(default_factory=dict)
    devices: dict[str, str] = field(default_factory=dict)
    mails: list[Mail] = field(default_factory=list)

    def log_in(self, username: str, password: str, device: str) -> str:
        """Return a login token; raise GigyaError for a wrong password or if the device needs a second factor."""
        account = self.accounts.get(username.casefold())
        if account is None or account.password != password:
            raise wrong_password()
        if self.settings.second_factor and self.devices.get(device) != account.key:
            registration = new_secret(self.random)
            self.challenges[registration] = Challenge(account.key)
            raise GigyaError(403101, "Pending Two-Factor Authentication", regToken=registration)
        token = new_secret(self.random)
        self.visits[token] = Login(account.key, account.password)
        return token

    def login_account(self, token: str) -> Account:
        """Return the account of a login token; raise GigyaError if it is unknown or the password has changed."""
        visit = self.visits.get(token)
        if visit is None:
            raise unknown_login()
        account = self.accounts.get(visit.account)
        if account is None or account.password != visit.password:
            raise ended_login()
        return account

    def jwt(self, token: str, seconds: float) -> str:
        """Return a JWT for a login token, valid for a number of seconds."""
        account, now = self.login_account(token), self.clock.server_now()
        claims = {
            "data.personId": account.identifier("person"),
            "data.gigyaDataCenter": "eu1",
            "sub": account.identifier("gigya"),
            "iat": int(now.timestamp()),
            "exp": int((now + timedelta(seconds=seconds)).timestamp()),
        }
        return jwt.encode(claims, self.secret, algorithm=ALGORITHM)

    def jwt_account(self, token: str) -> Account:
        """Return the account of a JWT; raise KamereonError if it is invalid or expired."""
        try:
            claims = verified_claims(token, self.secret)
        except jwt.InvalidTokenError:
            raise unauthorized() from None
        people = {account.identifier("person"): account for account in self.accounts.values()}
        account = people.get(claims["data.personId"])
        if account is None or claims["exp"] <= self.clock.server_now().timestamp():
            raise unauthorized()
        return account

    def revoke(self) -> None:
        """Invalidate all JWTs; login tokens stay valid."""
        self.secret = self.random.randbytes(32)

    def log_out(self) -> None:
        """Invalidate all login tokens."""
        self.visits.clear()

    def challenge(self, assertion: str) -> Challenge:
        """Return the challenge of an assertion; raise GigyaError if there is none."""
        found = next((each for each in self.challenges.values() if assertion and each.assertion == assertion), None)
        if found is None:
            raise GigyaError(400006, "Invalid parameter value")
        return found

    def start_challenge(self, registration: str, device: str) -> str:
        """Start the second factor of a login on a device and return its assertion."""
        if registration not in self.challenges or not device:
            raise GigyaError(400006, "Invalid parameter value")
        challenge = self.challenges[registration]
        challenge.device, challenge.assertion = device, new_secret(self.random)
        return challenge.assertion

    def send_code(self, assertion: str, language: str) -> str:
        """Send a code by email and return the token of that message."""
        challenge = self.challenge(assertion)
        challenge.code, challenge.sent = f"{self.random.randrange(10**6):06}", new_secret(self.random)
        self.mails.append(Mail(self.accounts[challenge.account].username, challenge.code, language))
        return challenge.sent

    def check_code(self, assertion: str, sent: str, code: str) -> str:
        """Return the proof that the code is correct; raise GigyaError if it is not."""
        challenge = self.challenge(assertion)
        if not challenge.sent or (challenge.sent, challenge.code) != (sent, code):
            raise GigyaError(400006, "Invalid parameter value")
        challenge.proof = new_secret(self.random)
        return challenge.proof

    def complete_challenge(self, assertion: str, proof: str, registration: str) -> None:
        """Remember the device of a completed challenge."""
        challenge = self.challenge(assertion)
        if not challenge.proof or challenge.proof != proof or self.challenges.get(registration) is not challenge:
            raise GigyaError(400006, "Invalid parameter value")
        self.devices[challenge.device] = challenge.account
        del self.challenges[registration]
