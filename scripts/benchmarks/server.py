"""A simulator in a process of its own, and the bare requests to it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from pathlib import Path
import subprocess
import sys
from typing import Any

import aiohttp
import orjson

from . import ROOT

CREDENTIALS = {"username": "you@example.com", "password": "P4ssw0rd"}
POLLED = ("battery", "air-conditioning/last")
MY_RENAULT, ZE_SERVICES = "myrenault", "zeservices"
MODEL = "X102VE"
SIMULATOR = str(Path(__file__).with_name("simulator_process.py"))
KEPT_SECONDS = 7 * 24 * 3600


class Server:
    """A simulator: its control, and the least a client can do, which is aiohttp and orjson alone."""

    def __init__(self, http: aiohttp.ClientSession, url: str, cloud: str, vins: list[str]) -> None:
        """Take the address of a simulator that runs."""
        self._http = http
        self.url = url
        self.cloud = cloud
        self.vins = vins
        self._headers: dict[str, str] = {}

    async def control(self, method: str, path: str, body: object = None) -> Any:
        """Send a request to the control API of the simulator."""
        async with self._http.request(method, f"{self.url}/simulator/{path}", json=body) as response:
            response.raise_for_status()
            return orjson.loads(await response.read())

    async def change(self, change: dict[str, Any]) -> None:
        """Change all cars."""
        for vin in self.vins:
            await self.control("POST", f"cars/{vin}", change)

    async def sign_in(self) -> None:
        """Get a token of Z.E. Services for the bare requests."""
        async with self._http.post(f"{self.url}/api/user/login", json=CREDENTIALS) as response:
            login = orjson.loads(await response.read())
        self._headers = {"Authorization": f"Bearer {login['token']}"}

    async def poll(self) -> list[Any]:
        """Read battery and last preconditioning of every car at once, as a poll of Z.E. Services does."""
        paths = [f"{vin}/{path}" for vin in self.vins for path in POLLED]
        return await asyncio.gather(*map(self._read, paths))

    async def _read(self, path: str) -> Any:
        """Read one path."""
        async with self._http.get(f"{self.url}/api/vehicle/{path}", headers=self._headers) as response:
            body = await response.read()
        return orjson.loads(body) if body else None


@asynccontextmanager
async def simulated(cloud: str, count: int = 1, start: datetime | None = None) -> AsyncIterator[Server]:
    """Serve some cars, whose time stands still unless it is moved."""
    vins = [f"VF1AGVYF0ZE{number:06}" for number in range(1, count + 1)]
    command = [sys.executable, SIMULATOR, "--cloud", cloud, "--port", "0", "--speed", "0"]
    command += [f"--vin={vin}" for vin in vins]
    command += [f"--model={MODEL}"] * count if cloud == MY_RENAULT else []
    command += [f"--start={start.isoformat()}"] if start else []
    process = await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdout=subprocess.PIPE)
    try:
        line = await process.stdout.readline() if process.stdout else b""
        # A connection that is kept until the end sets no timers, from one to the next of which simulated time jumps.
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(keepalive_timeout=KEPT_SECONDS)) as http:
            yield Server(http, line.decode().split()[-1], cloud, vins)
    finally:
        with suppress(ProcessLookupError):
            process.terminate()
        await process.wait()
