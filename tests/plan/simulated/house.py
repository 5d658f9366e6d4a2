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

from custom_components.renault_ze.const import LOGGER
from custom_components.renault_ze.plan.model import Plan, as_json, from_json
from custom_components.renault_ze.plan.settings import Settings
from simulator.world.vehicle import Vehicle
from simulator.world.week import Schedule
from tests.plan.simulated.home import FOLLOWED, MINUTE, Died, Home, Sent

__all__ = ["MINUTE", "House", "Moment", "Sent"]


class Moment(NamedTuple):
    """The truth about the car from an instant on, until the next moment."""

    at: datetime
    charging: bool
    hungry: bool
    running: bool
    schedule: Schedule


class Strict(logging.Handler):
    """Lets a step that goes wrong fail the test, where it would only be written down and tried again."""

    @override
    def emit(self, record: logging.LogRecord) -> None:
        """Fail."""
        raise AssertionError(record.getMessage()) from (record.exc_info[1] if record.exc_info else None)


@dataclass
class House:
    """A house from which a car is looked after for weeks."""

    vehicle: Vehicle
    first_plan: Plan
    settings: Settings
    poll: timedelta
    crashes: dict[int, tuple[bool, timedelta]] = field(default_factory=dict)
    lost_answers: dict[int, bool] = field(default_factory=dict)
    after_command: dict[int, list[tuple[timedelta, Callable[[], None]]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    sent: list[Sent] = field(default_factory=list)
    trace: list[Moment] = field(default_factory=list)
    dark: list[tuple[datetime, datetime | None]] = field(default_factory=list)
    never_sent: set[datetime] = field(default_factory=set)
    asked: int = 0
    received_commands: int = 0
    stored: str = ""
    home: Home | None = None
    _later: list[tuple[datetime, Callable[[], None]]] = field(default_factory=list)
    _troubles: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        """Start with the plan as given."""
        self.stored = json.dumps(as_json(self.first_plan))
        self.home = Home(self)

    @property
    def now(self) -> datetime:
        """Return the instant of the world."""
        return self.vehicle.car.at

    @property
    def plan(self) -> Plan:
        """Return the plan as it is kept."""
        return from_json(json.loads(self.stored)) if self.home is None else self.home.planner.plan

    @property
    def up(self) -> bool:
        """Return whether Home Assistant runs."""
        return self.home is not None

    @property
    def online(self) -> bool:
        """Return whether the cloud answers."""
        return not self._troubles["cloud"]

    def live(self, until: datetime) -> None:
        """Let time pass until an instant, stopping whenever anything can change, and record the state of the car."""
        while self.now < until:
            self._advance(until)
            while self._later and self._later[0][0] <= self.now:
                self._later.pop(0)[1]()
            if self.home is not None and self.now >= self.home.wake_at_next:
                self.home.wake()
            self.look()

    def look(self) -> None:
        """Record the state of the car."""
        car = self.vehicle.car
        hungry = car.plugged and not car.topped and not car.battery.is_full
        running = car.preconditioning_until is not None
        moment = Moment(car.at, car.charging, hungry, running, car.schedule)
        if not self.trace or self.trace[-1][1:] != moment[1:]:
            self.trace.append(moment)

    def begin_trouble(self, trouble: str) -> None:
        """Lose the cloud, or Home Assistant with everything that is not stored."""
        if not self._troubles.total():
            self.dark.append((self.now, None))
        self._troubles[trouble] += 1
        if trouble != "cloud":
            self._stop()

    def end_trouble(self, trouble: str) -> None:
        """Restore the cloud, or start again from what is stored."""
        self._troubles[trouble] -= 1
        if not self._troubles.total():
            self.dark[-1] = (self.dark[-1][0], self.now)
        if self.home is not None:
            self.home.look_again()
        elif not self._troubles["off"] and not self._troubles["crash"]:
            self.home = Home(self)

    def reload(self) -> None:
        """Reload without a pause, as after a change of the options."""
        if self.home is not None:
            self._stop()
            self.home = Home(self)

    def edit(self, change: Callable[[Plan], Plan]) -> None:
        """Let the user change the plan."""
        if self.home is not None:
            self.home.edit(change)

    @contextmanager
    def at_command(self) -> Iterator[bool | None]:
        """Apply what happens at a command; yield None if it is answered, else whether it arrives."""
        self.received_commands += 1
        for span, action in self.after_command.pop(self.received_commands, ()):
            self._do_later(span, action)
        before_sending, span = self.crashes.get(self.received_commands, (False, None))
        if before_sending:
            self.never_sent.add(self.now)
            raise Died
        arrives = self.lost_answers.get(self.received_commands)
        if arrives is not None and not self._troubles.total():
            self.dark.append((self.now, self.now + FOLLOWED))
        yield arrives
        if span is not None:
            raise Died

    def die(self) -> None:
        """Be off for a while."""
        self.begin_trouble("crash")
        self._do_later(self.crashes[self.received_commands][1], lambda: self.end_trouble("crash"))

    def _stop(self) -> None:
        """Let Home Assistant end."""
        if self.home is not None:
            self.home.stop()
        self.home = None

    def _advance(self, until: datetime) -> None:
        """Advance to the next event."""
        instants = [until, self.vehicle._next_step(), *(at for at, _ in self._later[:1])]
        if self.home is not None:
            instants.append(self.home.wake_at_next)
        self.vehicle.advance(max(self.now, min(instants)))

    def _do_later(self, span: timedelta, action: Callable[[], None]) -> None:
        """Have something done after a while."""
        insort(self._later, (self.now + span, action), key=itemgetter(0))


@contextmanager
def strictly() -> Iterator[None]:
    """Fail on any logged error."""
    strict = Strict(logging.ERROR)
    LOGGER.addHandler(strict)
    try:
        yield
    finally:
        LOGGER.removeHandler(strict)
