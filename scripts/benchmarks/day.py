"""What a day costs: processor time, requests, state changes, and storage."""

from collections.abc import Callable
from enum import StrEnum
from statistics import median
from typing import Any, NamedTuple

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant

from .house import Domain, device_id, entities, set_up
from .life import life
from .server import MY_RENAULT
from .table import Row, alone, compared

HOUR = 3600.0
WORKDAY = {"name": "Commute", "time": "07:30:00", "days": ["mon"]}
EVERY_DAY = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WINDOWS: list[dict[str, Any]] = [
    {"days": EVERY_DAY, "start": "01:00:00", "end": "03:00:00", "main": True},
    {"days": EVERY_DAY, "start": "13:00:00", "end": "14:00:00"},
]


class Kind(StrEnum):
    """What a car does on a day."""

    IDLE = "idle"
    CHARGING = "charging"
    PLANNED = "with a plan"


CARS: dict[Kind, dict[str, Any]] = {
    Kind.IDLE: {"level": 80, "plugged": False, "report": True},
    # A wall socket needs longer than a day for this battery.
    Kind.CHARGING: {"level": 5, "charging_point": "SLOW", "report": True},
    Kind.PLANNED: {"level": 60, "plugged": True, "report": True},
}


class Day(NamedTuple):
    """What an integration did on a day."""

    cpu_ms: float
    requests: int
    states: int
    writes: int
    written_bytes: int


FIGURES: list[tuple[str, Callable[[Day], float], str, dict[Kind, str]]] = [
    ("CPU time of a day", lambda day: day.cpu_ms, "ms", dict.fromkeys(Kind, "below 0.4")),
    # Polls are more frequent while the car charges, and a plan reads the car before its steps.
    ("requests in an hour", lambda day: day.requests / 24, "", {Kind.IDLE: "below 0.2"}),
    ("state changes in a day", lambda day: day.states, "", {}),
    ("storage writes in a day", lambda day: day.writes, "", {}),
    ("bytes written to storage in a day", lambda day: day.written_bytes, "", {}),
]


async def a_day(domain: Domain, kind: Kind) -> Day:
    """Measure a day, after two hours in which everything settles."""
    async with life(domain, MY_RENAULT) as running:
        await running.server.change(CARS[kind])
        await set_up(running.hass, running.entry)
        if kind is Kind.PLANNED and domain is Domain.OURS:
            await make_plan(running.hass, running.entry)
        await running.pass_by(2 * HOUR)
        await running.reset()
        await running.pass_by(24 * HOUR)
        entities(running.hass, running.entry)
        requests = await running.requests
        return Day(running.cpu_seconds * 1000, requests, running.states, running.writes, running.written_bytes)


async def make_plan(hass: HomeAssistant, entry: ConfigEntry[Any]) -> None:
    """Plan one departure a week and two charge windows a day."""
    car = device_id(hass, entry)
    await hass.services.async_call(Domain.OURS, "set_departure", {"device_id": car, **WORKDAY}, blocking=True)
    planned = {"device_id": car, "windows": WINDOWS}
    await hass.services.async_call(Domain.OURS, "set_charge_schedule", planned, blocking=True)
    await hass.async_block_till_done(wait_background_tasks=True)


def rows(runs: int) -> list[Row]:
    """Measure all kinds of days, both integrations in turn."""
    days: dict[tuple[Domain, Kind], list[Day]] = {(domain, kind): [] for kind in Kind for domain in Domain}
    for _ in range(runs):
        for (domain, kind), found in days.items():
            found.append(alone(a_day, domain, kind))

    return [
        compared(
            f"{figure}, {kind}",
            [median(map(value, days[domain, kind])) for domain in Domain],
            unit,
            aims.get(kind, "-"),
        )
        for figure, value, unit, aims in FIGURES
        for kind in Kind
    ]
