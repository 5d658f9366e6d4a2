"""What a poll costs, beside the raw requests and the least that Home Assistant takes for one."""

import asyncio
from statistics import median
from typing import Any
from unittest.mock import patch

from bench_bare import bare
from bench_house import Server, home, simulated
from bench_table import Row, Work, compared, cost
from custom_components.renault_ze.cloud.zeservices.transport import Request, Response, Transport
from custom_components.renault_ze.coordinator import VehicleCoordinator

POLLS = 120
CHANGE = {"level": 50, "report": True}
AIM = "ratio 1.5"


async def a_poll() -> list[Row]:
    """Measure a poll from the request to the last state written, the least it can cost, and the raw requests."""
    async with simulated() as server, home(server) as entry:
        await server.log_in()
        (coordinator,) = entry.runtime_data.vehicles.values()
        least = await bare(coordinator.hass, entry, server)
        idle, raw = await _in_turn(server, {}, coordinator.async_refresh, server.poll)
        changing, bare_changing, raw_changing = await _in_turn(
            server, CHANGE, coordinator.async_refresh, least.async_refresh, server.poll
        )
        answered = await _from_answers(server, coordinator)
    return [
        compared("CPU of a poll that brings nothing new", idle, raw, "ms"),
        compared("CPU of a poll that brings another battery level and report", changing, raw_changing, "ms", AIM),
        compared("of that, from the answers to the last state written", *answered, "ms", AIM),
        compared("beside it, Home Assistant's coordinator with three sensors", bare_changing, raw_changing, "ms"),
    ]


async def _in_turn(server: Server, change: dict[str, Any], *works: Work) -> list[float]:
    """Return the median processor time of each work; what changes in the car differs every time."""
    times: list[list[float]] = [[] for _ in works]
    for number in range(POLLS):
        await server.change(_varied(change, number))
        # Each is the first as often as the others: what comes after another finds the processor's caches warm.
        for place in range(number, number + len(works)):
            times[place % len(works)].append(await cost(works[place % len(works)]))
    return list(map(median, times))


async def _from_answers(server: Server, coordinator: VehicleCoordinator) -> tuple[float, float]:
    """Return the median processor time from the answers of a poll to the last state written, and of the raw poll."""
    cloud, vin, send = coordinator.cloud, coordinator.vehicle.vin, Transport.send
    answers: dict[str, Response] = {}
    times: tuple[list[float], list[float]] = ([], [])

    async def keep(transport: Transport, request: Request, *rest: Any, **words: Any) -> Response:
        """Send a request, and keep its answer."""
        answers[request.path] = await send(transport, request, *rest, **words)
        return answers[request.path]

    async def answer(_: Transport, request: Request, *__: Any, **___: Any) -> Response:
        """Give the answer that was kept."""
        return answers[request.path]

    for number in range(POLLS):
        await server.change(_varied(CHANGE, number))
        with patch.object(Transport, "send", keep):
            await asyncio.gather(cloud.battery(vin), cloud.last_preconditioning(vin))
        with patch.object(Transport, "send", answer):
            times[0].append(await cost(coordinator.async_refresh))
        times[1].append(await cost(server.poll))
    return median(times[0]), median(times[1])


def _varied(change: dict[str, Any], number: int) -> dict[str, Any]:
    """Return a change whose level differs from that of the one before."""
    return {key: value + number % 40 if key == "level" else value for key, value in change.items()}
