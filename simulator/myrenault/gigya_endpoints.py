"""The endpoints of Gigya: what each takes and tells."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from .gigya import Gigya


@dataclass(frozen=True)
class Call:
    """A request to Gigya: its form and query as one, its cookies, and the response that may set some."""

    gigya: Gigya
    given: Mapping[str, str]
    cookies: Mapping[str, str]
    response: web.Response

    def text(self, name: str) -> str:
        """Return a parameter, empty if it was not given."""
        return self.given.get(name, "")


type Endpoint = Callable[[Call], dict[str, Any]]


def log_in(call: Call) -> dict[str, Any]:
    """Log in."""
    token = call.gigya.log_in(call.text("loginID"), call.text("password"), call.cookies.get("gmid", ""))
    return {"sessionInfo": {"cookieName": "glt", "cookieValue": token}}


def jwt(call: Call) -> dict[str, Any]:
    """Make a JWT of a login token."""
    seconds = call.text("expiration")
    return {"id_token": call.gigya.jwt(call.text("login_token"), float(seconds) if seconds.isdecimal() else 300.0)}


def account_info(call: Call) -> dict[str, Any]:
    """Tell who is logged in."""
    account = call.gigya.account(call.text("login_token"))
    return {
        "UID": account.identifier("gigya"),
        "profile": {"email": account.username},
        "data": {"personId": account.identifier("person"), "gigyaDataCenter": "eu1"},
    }


def bootstrap(call: Call) -> dict[str, Any]:
    """Give a device its two names, as cookies."""
    for name in ("gmid", "ucid"):
        value = call.cookies.get(name) or call.gigya.random.randbytes(12).hex()
        call.response.set_cookie(name, value, path="/", httponly=True)
    return {}


def begin(call: Call) -> dict[str, Any]:
    """Begin the second factor."""
    return {"gigyaAssertion": call.gigya.begin(call.text("regToken"), call.cookies.get("gmid", ""))}


def emails(call: Call) -> dict[str, Any]:
    """Tell where a code can be sent."""
    challenge = call.gigya.challenge(call.text("gigyaAssertion"))
    name, _, domain = call.gigya.accounts[challenge.account].username.partition("@")
    return {"emails": [{"id": "email-1", "obfuscated": f"{name[:1]}**@{domain}"}]}


def send_code(call: Call) -> dict[str, Any]:
    """E-mail a code."""
    return {"phvToken": call.gigya.send_code(call.text("gigyaAssertion"), call.text("lang"))}


def check_code(call: Call) -> dict[str, Any]:
    """Look at the code that was typed."""
    proof = call.gigya.check_code(call.text("gigyaAssertion"), call.text("phvToken"), call.text("code"))
    return {"providerAssertion": proof}


def finish(call: Call) -> dict[str, Any]:
    """Accept a device."""
    call.gigya.finish(call.text("gigyaAssertion"), call.text("providerAssertion"), call.text("regToken"))
    return {}


ENDPOINTS: Mapping[str, Endpoint] = {
    "accounts.login": log_in,
    "accounts.getJWT": jwt,
    "accounts.getAccountInfo": account_info,
    "accounts.webSdkBootstrap": bootstrap,
    "accounts.tfa.initTFA": begin,
    "accounts.tfa.email.getEmails": emails,
    "accounts.tfa.email.sendVerificationCode": send_code,
    "accounts.tfa.email.completeVerification": check_code,
    "accounts.tfa.finalizeTFA": finish,
}
