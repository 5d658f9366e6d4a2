"""A server of MY Renault that only replays responses, for one car."""

from collections.abc import Mapping
from copy import deepcopy
import json
from pathlib import Path
import time
from typing import Any

from aiohttp import web
import jwt

CARS = Path(__file__).with_name("cars")
MODELS = tuple(sorted(path.stem for path in CARS.glob("*.json")))
VIN = "VF1AGVYF0ZE000001"
ACCOUNT, PERSON = "account-of-replayed-car", "person-of-replayed-car"
_ACCOUNTS = f"/kamereon/commerce/v1/accounts/{ACCOUNT}"
_GONE = {"status": 404, "code": "err.func.wired.not-found"}
_LIFE_SECONDS = 900


class Replay:
    """The responses about a car: `responses` by path below the car, `links` of the account."""

    def __init__(self, details: dict[str, Any], responses: dict[str, Any]) -> None:
        """Start with one link that has the details."""
        self.details, self.responses = details, responses
        self.links: list[dict[str, Any]] = [{**_link(), "vehicleDetails": details}]
        self.received: list[str] = []
        self._commands: list[tuple[str, Any]] = []
        self.url = ""
        self._runner: web.AppRunner | None = None

    @classmethod
    def of(cls, model: str) -> Replay:
        """Return the responses of a model."""
        return cls(**json.loads((CARS / f"{model}.json").read_text()))

    def change(self, path: str, changes: Mapping[str, Any], without: tuple[str, ...] = ()) -> None:
        """Change some fields of a response, and leave others out."""
        changed = {**deepcopy(self.responses[path]), **changes}
        self.responses[path] = {name: value for name, value in changed.items() if name not in without}

    def bodies(self, path: str) -> list[Any]:
        """Return the contents of the commands that arrived at a path."""
        return [body for name, body in self._commands if name == path]

    async def start(self) -> None:
        """Listen on a free port."""
        app = web.Application()
        app.router.add_post("/gigya/{name}", self._gigya)
        app.router.add_get(f"/kamereon/commerce/v1/persons/{PERSON}", self._person)
        app.router.add_get(f"{_ACCOUNTS}/vehicles", self._vehicles)
        app.router.add_get(f"{_ACCOUNTS}/vehicles/{{vin}}/details", self._details)
        app.router.add_get(f"/myr/api/v1/accounts/{ACCOUNT}/connected-vehicles", self._connected)
        app.router.add_route("*", f"{_ACCOUNTS}/kamereon/kca/car-adapter/{{name:.+}}", self._car)
        app.router.add_route("*", f"{_ACCOUNTS}/kamereon/kcm/v1/{{name:.+}}", self._car)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def stop(self) -> None:
        """Stop listening."""
        if self._runner is not None:
            await self._runner.cleanup()

    async def _gigya(self, request: web.Request) -> web.Response:
        """Accept any login."""
        token = jwt.encode({"exp": int(time.time()) + _LIFE_SECONDS}, "a key that nobody verifies in this test")
        content = {
            "accounts.login": {"sessionInfo": {"cookieName": "glt", "cookieValue": "login-token"}},
            "accounts.getJWT": {"id_token": token},
            "accounts.getAccountInfo": {"data": {"personId": PERSON, "gigyaDataCenter": "eu1"}},
        }
        return web.json_response({"errorCode": 0, "statusCode": 200, **content[request.match_info["name"]]})

    async def _person(self, _: web.Request) -> web.Response:
        """Return the person with one account."""
        account = {"accountId": ACCOUNT, "accountType": "MYRENAULT", "accountStatus": "ACTIVE", "country": "FR"}
        return web.json_response({"personId": PERSON, "type": "I", "country": "FR", "accounts": [account]})

    async def _vehicles(self, _: web.Request) -> web.Response:
        """Return the links of the account."""
        return web.json_response({"accountId": ACCOUNT, "country": "FR", "vehicleLinks": self.links})

    async def _details(self, _: web.Request) -> web.Response:
        """Return the details, if any link has them."""
        found = (each["vehicleDetails"] for each in self.links if "vehicleDetails" in each)
        details = next(found, None)
        return _error(**_GONE) if details is None else web.json_response(details)

    async def _connected(self, _: web.Request) -> web.Response:
        """Return how the car authenticates commands."""
        status = {"remoteSecurityProtocol": "JWT", "privacyModeStatus": "OFF", "services": []}
        return web.json_response({"vehicleLinks": [{"vin": VIN, "connectedStatus": status}]})

    async def _car(self, request: web.Request) -> web.Response:
        """Return the stored response, or repeat a command."""
        front, _, name = request.match_info["name"].partition(f"/{VIN}/")
        path = f"kcm/{name}" if "/kcm/" in request.path else f"{front.partition('/')[0]}/{name}"
        self.received.append(f"{request.method} {path}")
        if request.method == "POST":
            self._commands.append((path, body := await request.json()))
            return web.json_response(body)
        content = self.responses.get(path, {"error": _GONE})
        if "error" in content:
            return _error(**content["error"])
        is_bare = path.startswith("kcm/ev/")
        return web.json_response(content if is_bare else {"data": {"type": "Car", "id": VIN, "attributes": content}})


def _link() -> dict[str, Any]:
    """Return a link without details."""
    return {"vin": VIN, "brand": "RENAULT", "status": "ACTIVE", "linkType": "OWNER", "garageBrand": "RENAULT"}


def _error(status: int, code: str) -> web.Response:
    """Return an error of Kamereon."""
    messages = [{"code": code, "message": "A replayed error"}]
    content = {"type": "FUNCTIONAL", "messages": messages, "errors": [{"errorCode": code, "errorMessage": "Replayed"}]}
    return web.json_response(content, status=status)
