"""A car and its Home Assistant, which may be off, offline, or crash at any command."""

from bisect import insort
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
import json
import logging
from operator import itemgetter
from typing import NamedTuple, override

from custom_components.renault_ze.cloud.models import ChargeSchedule
from custom_components.renault_ze.const import LOGGER
from custom_components.renault_ze.plan.model import Plan, as_json, from_json
from custom_components.renault_ze.plan.settings import Settings
from simulator.world.vehicle import Vehicle
from simulator.world.week import Schedule
from tests.plan.simulated.instance import COMMAND_TIMEOUT, MINUTE, Instance, InstanceCrashed, SentCommand

__all__ = ["MINUTE", "CarState", "Environment", "SentCommand"]


class CarState(NamedTuple):
    """The actual state of the car from an instant until the next entry."""

    at: datetime
    charging: bool
    needs_charge: bool
    running: bool
    schedule: Schedule | ChargeSchedule


class FailOnError(logging.Handler):
    """Fails the test on a logged error, such as a step that would be retried."""

    @override
    def emit(self, record: logging.LogRecord) -> None:
        """Fail."""
        raise AssertionError(record.getMessage()) from (record.exc_info[1] if record.exc_info else None)


@dataclass
class Environment:
    """A simulated car, its cloud, and the Home Assistant that controls it for weeks."""

    vehicle: Vehicle
    first_plan: Plan
    settings: Settings
    poll: timedelta
    crashes: dict[int, tuple[bool, timedelta]] = field(default_factory=dict)
    lost_responses: dict[int, bool] = field(default_factory=dict)
    after_command: dict[int, list[tuple[timedelta, Callable[[], None]]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    sent: list[SentCommand] = field(default_factory=list)
    trace: list[CarState] = field(default_factory=list)
    outages: list[tuple[datetime, datetime | None]] = field(default_factory=list)
    disturbances: list[tuple[datetime, datetime]] = field(default_factory=list)
    foreign_spans: list[tuple[datetime, datetime]] = field(default_factory=list)
    crashed_before_sending: set[datetime] = field(default_factory=set)
    poll_count: int = 0
    command_count: int = 0
    stored: str = ""
    is_copyable: bool = True
    holds_one_time: bool = False
    instance: Instance | None = None
    _later: list[tuple[datetime, Callable[[], None]]] = field(default_factory=list)
    _problems: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        """Start with the plan as given."""
        self.stored = json.dumps(as_json(self.first_plan))
        self._start()

    @property
    def now(self) -> datetime:
        """Return the simulated time."""
        return self.vehicle.car.at

    @property
    def plan(self) -> Plan:
        """Return the current plan."""
        return from_json(json.loads(self.stored)) if self.instance is None else self.instance.planner.plan

    @property
    def up(self) -> bool:
        """Return whether Home Assistant runs."""
        return self.instance is not None

    @property
    def online(self) -> bool:
        """Return whether the cloud responds."""
        return not self._problems["cloud"]

    def run_until(self, until: datetime) -> None:
        """Advance to an instant, stopping whenever anything can change, and record the state of the car."""
        while self.now < until:
            self._advance(until)
            while self._later and self._later[0][0] <= self.now:
                self._later.pop(0)[1]()
            if self.instance is not None and self.now >= self.instance.wake_at_next:
                self.instance.wake()
            self.record_state()

    def record_state(self) -> None:
        """Record the state of the car."""
        car = self.vehicle.car
        needs_charge = car.plugged and not car.topped and not car.battery.is_full
        running = car.preconditioning_until is not None
        car_state = CarState(car.at, car.charging, needs_charge, running, self._held())
        if not self.trace or self.trace[-1][1:] != car_state[1:]:
            self.trace.append(car_state)

    def begin_problem(self, problem: str) -> None:
        """Lose the cloud, or Home Assistant with everything that is not stored."""
        if not self._problems.total():
            self.outages.append((self.now, None))
        self._problems[problem] += 1
        if problem != "cloud":
            self._stop()

    def end_problem(self, problem: str) -> None:
        """Restore the cloud, or start again from what is stored."""
        self._problems[problem] -= 1
        if not self._problems.total():
            self.outages[-1] = (self.outages[-1][0], self.now)
        if self.instance is not None:
            self.instance.poll_now()
        elif not self._problems["off"] and not self._problems["crash"]:
            self._start()

    def reload(self) -> None:
        """Reload without a pause, as after a change of the options."""
        if self.instance is not None:
            self._stop()
            self._start()

    def edit(self, change: Callable[[Plan], Plan]) -> None:
        """Let the user change the plan."""
        if self.instance is not None:
            self.instance.edit(change)

    @contextmanager
    def at_command(self) -> Iterator[bool | None]:
        """Apply what happens at a command; yield None if there is a response, else whether it arrives."""
        self.command_count += 1
        for span, action in self.after_command.pop(self.command_count, ()):
            self._do_later(span, action)
        before_sending, span = self.crashes.get(self.command_count, (False, None))
        if before_sending:
            self.crashed_before_sending.add(self.now)
            raise InstanceCrashed
        arrives = self.lost_responses.get(self.command_count)
        if arrives is not None and not self._problems.total():
            self.outages.append((self.now, self.now + COMMAND_TIMEOUT))
        yield arrives
        if span is not None:
            raise InstanceCrashed

    def crash(self) -> None:
        """Be off for a while."""
        self.begin_problem("crash")
        self._do_later(self.crashes[self.command_count][1], lambda: self.end_problem("crash"))

    def _start(self) -> None:
        """Start Home Assistant from what is stored."""
        self.instance = Instance(self)

    def _held(self) -> Schedule | ChargeSchedule:
        """Return the charge schedule in the car."""
        return self.vehicle.car.schedule

    def _move_to(self, at: datetime) -> None:
        """Advance the car."""
        self.vehicle.advance(at)

    def _stop(self) -> None:
        """Stop Home Assistant."""
        if self.instance is not None:
            self.instance.stop()
        self.instance = None

    def _advance(self, until: datetime) -> None:
        """Advance to the next event."""
        instants = [until, self.vehicle._next_step(), *(at for at, _ in self._later[:1])]
        if self.instance is not None:
            instants.append(self.instance.wake_at_next)
        self._move_to(max(self.now, min(instants)))

    def _do_later(self, span: timedelta, action: Callable[[], None]) -> None:
        """Schedule an action."""
        insort(self._later, (self.now + span, action), key=itemgetter(0))


@contextmanager
def fail_on_errors() -> Iterator[None]:
    """Fail on any logged error."""
    handler = FailOnError(logging.ERROR)
    LOGGER.addHandler(handler)
    try:
        yield
    finally:
        LOGGER.removeHandler(handler)
