"""Helpers for the tests of MY Renault."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import aiohttp
import pytest

from custom_components.renault_ze.cloud.models import ChargeWindow, Weekday
from custom_components.renault_ze.cloud.myrenault import MyRenault, Servers
from simulator import EXAMPLE_VIN
from simulator.myrenault import SECOND_VIN, MyRenaultSimulator

FIRST = EXAMPLE_VIN
SECOND = SECOND_VIN
NOW = timedelta()
DAY = timedelta(days=1)
LONDON = ZoneInfo("Europe/London")
_MIDNIGHT = datetime(2026, 1, 12)  # noqa: DTZ001 - any day has the same hours
BOTH = pytest.mark.parametrize("vin", [FIRST, SECOND], ids=["X101VE", "X102VE"])
CREDENTIALS = {"username": "you@example.com", "password": "P4ssw0rd"}


def my_renault(http: aiohttp.ClientSession, url: str, **options: Any) -> MyRenault:
    """Return a client of the simulator."""
    given = {**CREDENTIALS, "locale": "en_GB", "default_time_zone": LONDON, "servers": Servers.at(url), **options}
    return MyRenault(http, **given)


def asked(simulator: MyRenaultSimulator) -> list[str]:
    """Return the requests that reached the servers, as verb and last part of the path."""
    return [f"{entry.method} {_last(entry.path)}" for entry in simulator.log.entries]


def sent(simulator: MyRenaultSimulator) -> list[tuple[str, Any]]:
    """Return the commands that reached the cars, with their content."""
    return [
        (_last(entry.path), entry.body["data"]["attributes"])
        for entry in simulator.log.entries
        if entry.method == "POST" and entry.path.startswith("/kamereon")
    ]


def serve_sessions(simulator: MyRenaultSimulator, vin: str) -> None:
    """Serve the preconditioning sessions of a car, which has one."""
    simulator.vehicle(vin).quirks.serves_sessions = True
    simulator.vehicle(vin).precondition()
    simulator.advance(60)


def window(day: Weekday, hour: float, hours: float) -> ChargeWindow:
    """Return a window by hours."""
    start = timedelta(hours=hour)
    return ChargeWindow(day, (_MIDNIGHT + start).time(), timedelta(hours=hours))


def every_day(hour: float, hours: float) -> tuple[ChargeWindow, ...]:
    """Return the same window on each day."""
    return tuple(window(day, hour, hours) for day in Weekday)


def _last(path: str) -> str:
    """Return the part of a path that identifies the request."""
    for marker in (f"/cars/{FIRST}/", f"/cars/{SECOND}/", f"/vehicles/{SECOND}/"):
        if marker in path:
            return path.partition(marker)[2]
    return path.rpartition("/")[2] if "/persons/" not in path else "person"
