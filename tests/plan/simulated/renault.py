"""A car at MY Renault whose Home Assistant talks to the simulated servers over sockets, with the real client."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
import json
from types import SimpleNamespace
from typing import Any, override

import aiohttp

from custom_components.renault_ze.cloud.exceptions import CloudError
from custom_components.renault_ze.cloud.models import ChargeSchedule, CommandKind
from custom_components.renault_ze.cloud.myrenault import ScheduleClock
from custom_components.renault_ze.plan.model import Plan, from_json
from custom_components.renault_ze.plan.planner import Rejection
from custom_components.renault_ze.plan.settings import CONF_SEND_AHEAD, Settings
from custom_components.renault_ze.vehicle.command import Command
from simulator import EXAMPLE_VIN
from simulator.myrenault import ChargeMode, MyRenaultSimulator, MyRenaultVehicle, ProgramClock
from simulator.myrenault.models import ScheduleKind
from tests.plan.simulated.car import held_by, of_programs
from tests.plan.simulated.environment import MINUTE, Environment
from tests.plan.simulated.instance import InstanceCrashed, SentCommand
from tests.plan.simulated.scenario import Scenario
from tests.plan.simulated.simulation import plan_of, with_problems
from tests.update_cycle.cycle import Stored, UpdateCycle
from tests.update_cycle.owner import Owner, simulator_of

# Home Assistant repeats a failed setup this often.
SETUP_RETRY = timedelta(seconds=80)
FIRST_LEVEL = 70
_CLOUD_DOWN = {"path": "/*", "kind": "drop"}


@dataclass
class RenaultEnvironment(Environment):
    """A car at MY Renault, its servers, and the Home Assistant that controls it for weeks."""

    owner: Owner = field(kw_only=True)
    loop: asyncio.AbstractEventLoop = field(kw_only=True)
    requests: list[datetime] = field(default_factory=list)
    is_copyable: bool = False

    @override
    def __post_init__(self) -> None:
        """Wait for the problems of the scenario before the start."""
        self.owner.make = self._cycle

    def _cycle(self, *parts: Any) -> UpdateCycle:
        """Return an update cycle in this environment."""
        cycle = _SimulatedCycle(*parts)
        cycle.environment = self
        return cycle

    @property
    @override
    def plan(self) -> Plan:
        found = self.owner.stored.plan
        assert found is not None
        return from_json(json.loads(found))

    @property
    @override
    def up(self) -> bool:
        return self.instance is not None and self.owner.cycle is not None

    def refuse(self, rule: dict[str, Any], span: timedelta) -> None:
        """Apply a fault to some requests for a span."""
        self.owner.simulator.faults.add({**rule, "for_seconds": span.total_seconds()})

    def count_requests(self) -> None:
        """Record when requests reached the car's server, and empty its log."""
        entries = self.owner.simulator.log.entries
        # aiohttp repeats a GET at once if a kept connection was dropped: those did not reach a server that is away.
        answered = (each for each in entries if each.status is not None)
        self.requests += [each.at for each in answered if each.path.startswith("/kamereon")]
        entries.clear()

    @override
    def begin_problem(self, problem: str) -> None:
        if problem == "cloud" and self.online:
            self.owner.simulator.faults.add(_CLOUD_DOWN)
        super().begin_problem(problem)

    @override
    def end_problem(self, problem: str) -> None:
        if problem == "cloud" and self._problems["cloud"] == 1:
            faults = self.owner.simulator.faults
            faults.rules = [each for each in faults.rules if each.kind != "drop"]
        super().end_problem(problem)

    def delegate(self) -> None:
        """Let another service control the charge."""
        self.owner.vehicle.set_charge_mode(ChargeMode.DELEGATED)

    def take_back(self) -> None:
        """End the control by another service, unless something has ended it before."""
        if self.owner.vehicle.car.schedule.mode is ChargeMode.DELEGATED:
            self.owner.vehicle.set_charge_mode(ChargeMode.SCHEDULED)

    @override
    def _start(self) -> None:
        self.instance = _RenaultInstance(self)  # type: ignore[assignment]
        self.instance.wake()

    @override
    def _held(self) -> ChargeSchedule:
        return held_by(self.vehicle)

    @override
    def _move_to(self, at: datetime) -> None:
        self.owner.simulator.clock.set(at)
        self.owner.simulator.backend.advance()


class _RenaultInstance:
    """One run of Home Assistant, which repeats a failed setup, and polls and takes steps afterwards."""

    def __init__(self, environment: RenaultEnvironment) -> None:
        """Set up at once."""
        self.environment, self.owner = environment, environment.owner
        self.owner.cycle = None
        self._retry_at = environment.now

    @property
    def wake_at_next(self) -> datetime:
        """Return the time of the next setup, poll, or step."""
        cycle = self.owner.cycle
        return self._retry_at if cycle is None else max(cycle.wake_at, self.environment.now)

    def wake(self) -> None:
        """Do what is due."""
        self.environment.poll_count += 1
        self._run(self._set_up if self.owner.cycle is None else self.owner.cycle.wake)

    def poll_now(self) -> None:
        """Poll at once."""
        if self.owner.cycle is not None:
            self.owner.cycle.poll_at = self.environment.now
            self.wake()

    def edit(self, change: Callable[[Plan], Plan]) -> None:
        """Apply a user's change of the plan."""
        if self.owner.cycle is not None:
            self.owner.cycle.edit(change)
            self._run(self.owner.cycle.wake)

    def stop(self) -> None:
        """Stop."""
        self.owner.cycle = None

    async def _set_up(self) -> None:
        """Connect, or retry soon."""
        self._retry_at = self.environment.now + SETUP_RETRY
        try:
            await self.owner.start()
        except CloudError:
            self.owner.cycle = None

    def _run(self, work: Callable[[], Any]) -> None:
        """Run something to its end, or to a crash."""
        try:
            self.environment.loop.run_until_complete(work())
        except InstanceCrashed:
            self.owner.cycle = None
            self.environment.crash()
        finally:
            self.environment.count_requests()


class _SimulatedCycle(UpdateCycle):
    """An update cycle whose commands for the plan are recorded, and may be lost."""

    environment: RenaultEnvironment

    @override
    async def _send_for_plan(self, command: Command) -> Rejection | None:
        environment, log = self.environment, self.environment.owner.simulator.log
        before, posts = _before(environment), _posts(log.entries)
        with environment.at_command() as arrives:
            rule = {"method": "POST", "path": "/kamereon/*", "kind": "drop", "times": 1}
            if arrives is not None and environment.online:
                environment.owner.simulator.faults.add({**rule, "when": "after" if arrives else "before"})
            rejection = await super()._send_for_plan(command)
            if arrives is not False and environment.online and _posts(log.entries) > posts:
                environment.sent.append(self._sent(command, before))
        return rejection

    def _sent(self, command: Command, before: Any) -> SentCommand:
        """Return a command as sent."""
        starts = [each for each in self.planner.plan.attempts if each.sent_at == self.now()]
        attempt = starts[0] if starts and command.kind is CommandKind.PRECONDITION else None
        windows = getattr(command, "windows", ())
        return SentCommand(self.now(), command.kind, windows, getattr(command, "start", None), attempt, before)


@contextmanager
def renault_environment(
    model: str,
    scenario: Scenario,
    clock: ProgramClock,
    prepare: Callable[[MyRenaultVehicle], None] = lambda _: None,
) -> Iterator[RenaultEnvironment]:
    """Run the servers of a scenario's car, which is prepared first, and its Home Assistant."""
    loop = asyncio.new_event_loop()
    simulator = _simulator(model, scenario, clock)
    vehicle = simulator.vehicle()
    prepare(vehicle)
    stored = Stored()
    stored.plan_of(plan_of(scenario))
    options = {CONF_SEND_AHEAD: scenario.send_ahead // MINUTE}
    http: aiohttp.ClientSession | None = None
    try:
        url = loop.run_until_complete(simulator.start())
        http = loop.run_until_complete(_session())
        clocks = {EXAMPLE_VIN: ScheduleClock(clock.value)}
        owner = Owner(simulator, http, url, scenario.zone, clocks, stored, options)
        owner.poll = scenario.poll_minutes * MINUTE
        environment = RenaultEnvironment(
            vehicle, Plan(), Settings(zone=scenario.zone), scenario.poll_minutes * MINUTE, owner=owner, loop=loop
        )
        environment.holds_one_time = vehicle.model.schedule is ScheduleKind.SETTINGS
        with_problems(environment, scenario)
        environment._start()
        yield environment
    finally:
        if http is not None:
            loop.run_until_complete(http.close())
        loop.run_until_complete(simulator.stop())
        loop.close()


def _simulator(model: str, scenario: Scenario, clock: ProgramClock) -> MyRenaultSimulator:
    """Return the servers with the car of a scenario."""
    simulator = simulator_of(model, start=scenario.start)
    vehicle = simulator.vehicle()
    vehicle.zone = scenario.zone
    vehicle.set_quirks(replace(vehicle.quirks, program_clock=clock, serves_sessions=True))
    vehicle.car.battery.capacity_kwh = scenario.capacity
    vehicle.car.fill(FIRST_LEVEL)
    vehicle.report_now()
    vehicle.link.deploy_seconds, vehicle.link.late_error = scenario.deploy_seconds, scenario.late_error
    return simulator


async def _session() -> aiohttp.ClientSession:
    """Return an HTTP session of the running loop."""
    return aiohttp.ClientSession()


def _posts(entries: Any) -> int:
    """Return the number of commands among requests."""
    return sum(each.method == "POST" and each.path.startswith("/kamereon") for each in entries)


def _before(environment: RenaultEnvironment) -> Any:
    """Return what the judgments need to know of a car before a command."""
    vehicle = environment.owner.vehicle
    in_flight = [
        SimpleNamespace(schedule=of_programs(vehicle, each.schedule), sent_at=each.sent_at)
        for each in vehicle.in_flight
        if each.schedule is not None
    ]
    records = SimpleNamespace(preconditionings=vehicle.records.preconditionings[-20:])
    car = SimpleNamespace(schedule=held_by(vehicle))
    departures = vehicle.car.departures
    return SimpleNamespace(car=car, in_flight=in_flight, records=records, timer=None, departures=departures)
