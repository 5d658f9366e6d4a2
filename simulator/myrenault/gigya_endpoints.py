"""The endpoints of Gigya."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from .gigya import Gigya


@dataclass(frozen=True)
class GigyaRequest:
    """A request to Gigya: form and query in one mapping, cookies, and the response for new cookies."""

    gigya: Gigya
    given: Mapping[str, str]
    cookies: Mapping[str, str]
    response: web.Response

    def text(self, name: str) -> str:
        """Return a parameter, empty if it is missing."""
        return self.given.get(name, "")


type Endpoint = Callable[[GigyaRequest], dict[str, Any]]


def log_in(request: GigyaRequest) -> dict[str, Any]:
    """Log in."""
    token = request.gigya.log_in(request.text("loginID"), request.text("password"), request.cookies.get("gmid", ""))
    return {"sessionInfo": {"cookieName": "glt", "cookieValue": token}}


def jwt(request: GigyaRequest) -> dict[str, Any]:
    """Return a JWT for a login token."""
    seconds = request.text("expiration")
    return {
        "id_token": request.gigya.jwt(request.text("login_token"), float(seconds) if seconds.isdecimal() else 300.0)
    }


def account_info(request: GigyaRequest) -> dict[str, Any]:
    """Return the logged-in account."""
    account = request.gigya.login_account(request.text("login_token"))
    return {
        "UID": account.identifier("gigya"),
        "profile": {"email": account.username},
        "data": {"personId": account.identifier("person"), "gigyaDataCenter": "eu1"},
    }


def bootstrap(request: GigyaRequest) -> dict[str, Any]:
    """Set the two identifiers of a device as cookies."""
    for name in ("gmid", "ucid"):
        value = request.cookies.get(name) or request.gigya.random.randbytes(12).hex()
        request.response.set_cookie(name, value, path="/", httponly=True)
    return {}


def start_challenge(request: GigyaRequest) -> dict[str, Any]:
    """Start the second factor."""
    return {"gigyaAssertion": request.gigya.start_challenge(request.text("regToken"), request.cookies.get("gmid", ""))}


def emails(request: GigyaRequest) -> dict[str, Any]:
    """Return the email address that receives the code."""
    challenge = request.gigya.challenge(request.text("gigyaAssertion"))
    name, _, domain = request.gigya.accounts[challenge.account].username.partition("@")
    return {"emails": [{"id": "email-1", "obfuscated": f"{name[:1]}**@{domain}"}]}


def send_code(request: GigyaRequest) -> dict[str, Any]:
    """Send a code by email."""
    return {"phvToken": request.gigya.send_code(request.text("gigyaAssertion"), request.text("lang"))}


def check_code(request: GigyaRequest) -> dict[str, Any]:
    """Verify the code."""
    proof = request.gigya.check_code(request.text("gigyaAssertion"), request.text("phvToken"), request.text("code"))
    return {"providerAssertion": proof}


def complete_challenge(request: GigyaRequest) -> dict[str, Any]:
    """Trust the device."""
    request.gigya.complete_challenge(
        request.text("gigyaAssertion"), request.text("providerAssertion"), request.text("regToken")
    )
    return {}


ENDPOINTS: Mapping[str, Endpoint] = {
    "accounts.login": log_in,
    "accounts.getJWT": jwt,
    "accounts.getAccountInfo": account_info,
    "accounts.webSdkBootstrap": bootstrap,
    "accounts.tfa.initTFA": start_challenge,
    "accounts.tfa.email.getEmails": emails,
    "accounts.tfa.email.sendVerificationCode": send_code,
    "accounts.tfa.email.completeVerification": check_code,
    "accounts.tfa.finalizeTFA": complete_challenge,
}
