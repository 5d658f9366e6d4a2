"""A client of an owner with a car at MY Renault, over HTTP, and the library that other clients use."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
import json
from typing import Any

import aiohttp
from renault_api.renault_client import RenaultClient
from renault_api.renault_vehicle import RenaultVehicle

from simulator import EXAMPLE_VIN, Account, Clock
from simulator.myrenault import MyRenaultSimulator, MyRenaultVehicle, models_of

EVENING = datetime(2026, 1, 12, 18, tzinfo=UTC)
COUNTRY = {"country": "GB"}
USERNAME, PASSWORD = "you@example.com", "P4ssw0rd"
KCM = "kcm/"


@dataclass
class SimulatorClient:
    """A logged-in client of the owner of one car; its simulator stands still unless advanced."""

    simulator: MyRenaultSimulator
    http: aiohttp.ClientSession
    headers: dict[str, str]

    @property
    def car(self) -> MyRenaultVehicle:
        """Return the actual car."""
        return self.simulator.vehicle()

    @property
    def account_path(self) -> str:
        """Return the path of the Kamereon account."""
        return f"/kamereon/commerce/v1/accounts/{self.simulator.account.identifier('MYRENAULT')}"

    def path(self, name: str) -> str:
        """Return the path of an endpoint of the car, such as `v1/cockpit` or `kcm/ev/settings`."""
        if name.startswith(KCM):
            return f"{self.account_path}/kamereon/kcm/v1/vehicles/{EXAMPLE_VIN}/{name.removeprefix(KCM)}"
        version, _, endpoint = name.partition("/")
        return f"{self.account_path}/kamereon/kca/car-adapter/{version}/cars/{EXAMPLE_VIN}/{endpoint}"

    async def request(self, method: str, path: str, **options: Any) -> tuple[int, Any]:
        """Return status and JSON content of a response."""
        given = {"headers": self.headers, "params": COUNTRY, "allow_redirects": False, **options}
        async with self.http.request(method, path, **given) as response:
            text = await response.text()
            return response.status, json.loads(text) if text else None

    async def get(self, name: str) -> tuple[int, Any]:
        """Read an endpoint of the car."""
        return await self.request("GET", self.path(name))

    async def post(self, name: str, body: Any) -> tuple[int, Any]:
        """Send a body to an endpoint of the car."""
        return await self.request("POST", self.path(name), json=body)

    async def command(self, name: str, kind: str, **attributes: Any) -> tuple[int, Any]:
        """Send a command, and let it reach the car."""
        response = await self.post(name, {"data": {"type": kind, "attributes": attributes}})
        self.simulator.advance(120)
        return response

    async def settings(self) -> dict[str, Any]:
        """Return the attributes of `charging-settings`."""
        status, content = await self.get("v1/charging-settings")
        assert status == 200
        attributes: dict[str, Any] = content["data"]["attributes"]
        return attributes

    async def control(self, path: str, method: str = "POST", **fields: Any) -> Any:
        """Send a request to the control API."""
        status, content = await self.request(method, f"/simulator/{path}", json=fields)
        assert status == 200, content
        return content

    async def change(self, **fields: Any) -> Any:
        """Change the car with the control API."""
        return await self.control(f"cars/{EXAMPLE_VIN}", **fields)

    async def fault(self, **rule: Any) -> None:
        """Set the only fault rule."""
        status, content = await self.request("PUT", "/simulator/faults", json=[rule])
        assert status == 200, content

    async def library(self) -> RenaultVehicle:
        """Return the car in the library."""
        servers = {
            "gigya-root-url": f"{self.simulator.url}/gigya",
            "gigya-api-key": "key",
            "kamereon-root-url": f"{self.simulator.url}/kamereon",
            "kamereon-api-key": "key",
        }
        client = RenaultClient(websession=self.http, locale="en_GB", locale_details=servers)
        await client.session.login(USERNAME, PASSWORD)
        account = await client.get_api_account(self.simulator.account.identifier("MYRENAULT"))
        return await account.get_api_vehicle(EXAMPLE_VIN)


def refusal(response: tuple[int, Any]) -> tuple[int, str]:
    """Return the status and the code of an error response."""
    status, content = response
    return status, content["errors"][0]["errorCode"]


@asynccontextmanager
async def owner_of(model: str, **options: Any) -> AsyncIterator[SimulatorClient]:
    """Run a simulator with one car of a model, which is plugged in at half its battery, and log in."""
    account = Account(USERNAME, PASSWORD, [EXAMPLE_VIN])
    models = models_of([EXAMPLE_VIN], [model])
    simulator = MyRenaultSimulator(Clock(EVENING, speed=0), accounts=[account], models=models, **options)
    await simulator.start()
    try:
        async with aiohttp.ClientSession(simulator.url) as http:
            yield SimulatorClient(simulator, http, await _log_in(http))
    finally:
        await simulator.stop()


async def _log_in(http: aiohttp.ClientSession) -> dict[str, str]:
    """Log in and return the headers of Kamereon."""
    form = {"ApiKey": "x", "loginID": USERNAME, "password": PASSWORD}
    async with http.post("/gigya/accounts.login", data=form) as response:
        token = json.loads(await response.text())["sessionInfo"]["cookieValue"]
    form = {"ApiKey": "x", "login_token": token, "expiration": "900"}
    async with http.post("/gigya/accounts.getJWT", data=form) as response:
        return {"apikey": "x", "x-gigya-id_token": json.loads(await response.text())["id_token"]}
