"""The processor time of a poll with another battery level, beside the bare requests of that poll."""

import asyncio
from statistics import median
import time
from typing import Any
from unittest.mock import patch

from custom_components.renault_ze.cloud.zeservices.transport import Request, Response, Transport
from custom_components.renault_ze.coordinator import VehicleCoordinator

from .day import make_plan
from .house import Domain, entities, set_up
from .life import Life, life
from .server import ZE_SERVICES
from .table import Row, Work, alone, compared

POLLS = 40
FIRST_LEVEL, LEVELS = 50, 40
SETTLED_SECONDS = 2 * 3600.0
# What is read once an hour may be due during one of the polls.
MOST_OTHERS = 6


async def polls(runs: int, *, planned: bool) -> tuple[float, float]:
    """Return the median processor time (ms) of the bare requests, and from the responses to the last state written."""
    async with life(Domain.OURS, ZE_SERVICES) as running:
        await running.server.change({"level": FIRST_LEVEL, "plugged": True, "report": True})
        await set_up(running.hass, running.entry)
        if planned:
            await make_plan(running.hass, running.entry)
        # A schedule that is on its way to the car is read at each poll.
        await running.pass_by(SETTLED_SECONDS)
        await running.server.sign_in()
        entities(running.hass, running.entry)
        (coordinator,) = running.entry.runtime_data.vehicles.values()
        return await _from_responses(running, coordinator, runs)


async def _from_responses(running: Life, coordinator: VehicleCoordinator, runs: int) -> tuple[float, float]:
    """Measure polls whose responses have already arrived, and the bare requests, in turn."""
    cloud, vin, send = coordinator.cloud, coordinator.vehicle.vin, Transport.send
    responses: dict[str, Response] = {}
    others: list[str] = []
    times: tuple[list[float], list[float]] = ([], [])

    async def keep(transport: Transport, request: Request, *rest: Any, **named: Any) -> Response:
        """Send a request, and keep its response."""
        responses[request.path] = await send(transport, request, *rest, **named)
        return responses[request.path]

    async def respond(transport: Transport, request: Request, *rest: Any, **named: Any) -> Response:
        """Return the response that was kept."""
        if request.path in responses:
            return responses[request.path]
        others.append(request.path)
        return await send(transport, request, *rest, **named)

    for number in range(POLLS * runs):
        await running.pass_by(1)
        await running.server.change({"level": FIRST_LEVEL + number % LEVELS, "report": True})
        with patch.object(Transport, "send", keep):
            await asyncio.gather(cloud.battery(vin), cloud.last_preconditioning(vin))
        times[0].append(await _cost(running.server.poll))
        with patch.object(Transport, "send", respond):
            times[1].append(await _cost(coordinator.async_refresh))
    if not coordinator.last_update_success or len(others) > MOST_OTHERS:
        raise RuntimeError(f"The polls failed, or read something else: {others}")
    return median(times[0]), median(times[1])


async def _cost(work: Work) -> float:
    """Return the processor time of some work (ms)."""
    begin = time.process_time()
    await work()
    return (time.process_time() - begin) * 1000


async def _with_plan(runs: int) -> tuple[float, float]:
    """Measure a car with a plan."""
    return await polls(runs, planned=True)


async def _without_plan(runs: int) -> tuple[float, float]:
    """Measure a car without a plan."""
    return await polls(runs, planned=False)


def rows(runs: int) -> list[Row]:
    """Measure a car without a plan, and one with a departure a week and two charge windows a day."""
    figure = "CPU time of a poll with another level, from the responses to the last state written"
    return [
        compared(f"{figure}, no plan", alone(_without_plan, runs), "ms"),
        compared(f"{figure}, with a plan", alone(_with_plan, runs), "ms", "2.3"),
    ]
