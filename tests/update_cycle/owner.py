"""A simulated car at MY Renault, its owner's client, and the time that passes for both."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any, override
from zoneinfo import ZoneInfo

import aiohttp

from custom_components.renault_ze.cloud.myrenault import MyRenault, ScheduleClock, Servers
from custom_components.renault_ze.cloud.protocol import Clock
from custom_components.renault_ze.plan.settings import settings_of
from simulator import EXAMPLE_VIN, Account, Clock as SimulatedClock
from simulator.myrenault import MODEL_NAMES, MyRenaultSimulator, MyRenaultVehicle, RouteSet
from tests.update_cycle.cycle import Stored, UpdateCycle

START = datetime(2026, 1, 13, 12, tzinfo=UTC)
LONDON = ZoneInfo("Europe/London")
A_DAY = timedelta(days=1)


class ClientClock(Clock):
    """The simulated time for a client."""

    def __init__(self, clock: SimulatedClock) -> None:
        """Take the clock of a simulator."""
        self._clock = clock

    @override
    def now(self) -> datetime:
        return self._clock.now()

    @override
    def monotonic(self) -> float:
        return self._clock.now().timestamp()


@dataclass
class Owner:
    """The owner of one car; `start` runs the integration for it until `stop`."""

    simulator: MyRenaultSimulator
    http: aiohttp.ClientSession
    url: str
    zone: tzinfo = LONDON
    clocks: dict[str, ScheduleClock] = field(default_factory=dict)
    stored: Stored = field(default_factory=Stored)
    options: dict[str, Any] = field(default_factory=dict)
    cycle: UpdateCycle | None = None
    make: Callable[..., UpdateCycle] = UpdateCycle
    poll: timedelta = timedelta(minutes=10)

    @property
    def vehicle(self) -> MyRenaultVehicle:
        """Return the car."""
        return self.simulator.vehicle(EXAMPLE_VIN)

    @property
    def now(self) -> datetime:
        """Return the simulated time."""
        return self.simulator.clock.now()

    @property
    def running(self) -> UpdateCycle:
        """Return the update cycle, which has to run."""
        assert self.cycle is not None
        return self.cycle

    async def start(self) -> UpdateCycle:
        """Connect to the account, and poll the car."""
        client = MyRenault(
            self.http,
            username="you@example.com",
            password="P4ssw0rd",
            locale="en_GB",
            default_time_zone=self.zone,
            servers=Servers.at(self.url),
            schedule_clocks=self.clocks,
            stored=self.stored.session,
            on_session=self._store,
            on_request=self._store,
            clock=ClientClock(self.simulator.clock),
        )
        account = await client.account(max_age=A_DAY)
        settings = settings_of(self.options, account.vehicles[0])
        self.cycle = self.make(client, account, lambda: self.now, self.stored, settings, self.poll)
        await self.cycle.wake()
        return self.cycle

    async def stop_and_start(self) -> UpdateCycle:
        """Restart the integration."""
        self.cycle = None
        return await self.start()

    async def pass_by(self, span: timedelta) -> None:
        """Let time pass from event to event."""
        end = self.now + span
        while self.now < end:
            wake_at = end if self.cycle is None else self.cycle.wake_at
            self.simulator.clock.set(max(self.now, min(wake_at, end)))
            self.simulator.backend.advance()
            if self.cycle is not None and self.now >= wake_at:
                await self.cycle.wake()

    def _store(self, session: dict[str, Any]) -> None:
        """Store the client's session."""
        self.stored.session = session


def simulator_of(model: str, routes: RouteSet = RouteSet.ALL, start: datetime = START) -> MyRenaultSimulator:
    """Return a simulator, whose time stands still, with a car of a model at half its battery, plugged in."""
    account = Account("you@example.com", "P4ssw0rd", [EXAMPLE_VIN])
    models = {EXAMPLE_VIN: MODEL_NAMES[model]}
    found = MyRenaultSimulator(SimulatedClock(start, speed=0), accounts=[account], models=models, routes=routes)
    vehicle = found.vehicle()
    vehicle.car.fill(50)
    vehicle.car.plug()
    vehicle.report_now()
    return found
