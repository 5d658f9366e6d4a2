"""A planner of a few lines, that keeps a plan for a simulated car as the real one does."""

from bisect import insort
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
import json
from operator import itemgetter
from typing import Any, NamedTuple

from custom_components.renault_ze import commands, steps
from custom_components.renault_ze.cloud.models import Part, VehicleState
from custom_components.renault_ze.cloud.orders import Command, CommandKind, CommandReason, CommandStatus
from custom_components.renault_ze.commands import Order
from custom_components.renault_ze.plan import Plan, Settings, Step, StepKind, as_json, from_json
from simulator.vehicle import Throttled, Vehicle
from simulator.week import Schedule

from .car import battery, copy_of, deploy, held, run

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
FOLLOWED = timedelta(minutes=10)
KNOWN = frozenset(Part)


class Moment(NamedTuple):
    """The truth about the car from an instant on, until the next moment."""

    at: datetime
    charging: bool
    hungry: bool
    running: bool
    schedule: Schedule


class Sent(NamedTuple):
    """An order as it left."""

    at: datetime
    step: Step
    before: Vehicle


@dataclass
class Followed:
    """An order under way."""

    order: Order
    before: VehicleState
    sent_at: datetime


@dataclass
class House:
    """Home Assistant with a plan for a car: it may be off, cut off from the cloud, or die between two lines."""

    vehicle: Vehicle
    plan: Plan
    settings: Settings
    poll: timedelta
    crash_at_order: int = -1
    crash_before_sending: bool = False
    crash_for: timedelta = timedelta()
    after_order: dict[int, tuple[timedelta, Callable[[], None]]] = field(default_factory=dict)
    wake_at: datetime | None = None
    sent: list[Sent] = field(default_factory=list)
    said: list[Step] = field(default_factory=list)
    trace: list[Moment] = field(default_factory=list)
    dark: list[tuple[datetime, datetime | None]] = field(default_factory=list)
    asked: int = 0
    orders: int = 0
    stored: str = ""
    _later: list[tuple[datetime, Callable[[], None]]] = field(default_factory=list)
    _troubles: Counter[str] = field(default_factory=Counter)
    _state: VehicleState = field(default_factory=VehicleState)
    _followed: dict[CommandKind, Followed] = field(default_factory=dict)
    _slow_at: datetime | None = None

    def __post_init__(self) -> None:
        """Keep the plan as given."""
        self._store(self.plan)
        self.wake_at = self.vehicle.car.at

    @property
    def now(self) -> datetime:
        """Return the instant of the world."""
        return self.vehicle.car.at

    def live(self, until: datetime) -> None:
        """Let time pass until an instant, stopping wherever anything can change, and write the truth down."""
        while self.now < until:
            self._advance(until)
            while self._later and self._later[0][0] <= self.now:
                self._later.pop(0)[1]()
            if self.up and self.wake_at is not None and self.now >= self.wake_at:
                self.wake()
            self.look()

    def look(self) -> None:
        """Write the truth about the car down."""
        car = self.vehicle.car
        hungry = car.plugged and not car.topped and not car.battery.full
        running = car.preconditioning_until is not None
        moment = Moment(car.at, car.charging, hungry, running, car.schedule)
        if not self.trace or self.trace[-1][1:] != moment[1:]:
            self.trace.append(moment)

    @property
    def up(self) -> bool:
        """Tell whether Home Assistant runs."""
        return not self._troubles["off"] and not self._troubles["crash"]

    @property
    def online(self) -> bool:
        """Tell whether the cloud answers."""
        return not self._troubles["cloud"]

    def begin_trouble(self, trouble: str) -> None:
        """Lose the cloud, or Home Assistant and with it all that is not stored."""
        if not self._troubles.total():
            self.dark.append((self.now, None))
        self._troubles[trouble] += 1
        if not self.up:
            self._state, self._followed, self._slow_at = VehicleState(), {}, None

    def end_trouble(self, trouble: str) -> None:
        """Find the cloud again, or start again from what is stored."""
        was_up = self.up
        self._troubles[trouble] -= 1
        if not self._troubles.total():
            self.dark[-1] = (self.dark[-1][0], self.now)
        if self.up and not was_up:
            self.plan = from_json(json.loads(self.stored))
        if self.up:
            self.wake()

    def edit(self, change: Callable[[Plan], Plan]) -> None:
        """Let the owner change the plan."""
        self._store(change(self.plan))
        self.wake()

    def wake(self) -> None:
        """Look at the car and do what is due."""
        now = self.now
        self._read(fresh=False)
        self._judge()
        for _ in range(20):
            self._store(steps.noted(self.plan, self._state, now, self.settings))
            self.asked += 1
            step = steps.next_step(self.plan, self._state, now, self.settings)
            if step is None or step.at > now:
                self._sleep(step)
                return
            if not self._take(step):
                self._sleep(None)
                return
        raise AssertionError(f"no end of steps at {now}: {step}")

    def _advance(self, until: datetime) -> None:
        """Go on to whatever comes first."""
        instants = [until, self.vehicle._next_step(), *(at for at, _ in self._later[:1])]
        if self.up and self.wake_at is not None:
            instants.append(self.wake_at)
        self.vehicle.advance(max(self.now, min(instants)))

    def _do_later(self, span: timedelta, deed: Callable[[], None]) -> None:
        """Have something done after a while."""
        insort(self._later, (self.now + span, deed), key=itemgetter(0))

    def _sleep(self, step: Step | None) -> None:
        """Wake at the next poll or at the next step."""
        pause = MINUTE if self._followed and self.online else self.poll
        self.wake_at = self.now + pause if step is None else min(step.at, self.now + pause)

    def _take(self, step: Step) -> bool:
        """Take a step that is still due after a fresh look; say whether to go on."""
        if step.kind is StepKind.SAY:
            self.said.append(step)
            self._store(steps.taken(self.plan, step, self.now))
            return True
        if not self.online:
            return False
        self._read(fresh=True)
        self._store(steps.noted(self.plan, self._state, self.now, self.settings))
        if steps.next_step(self.plan, self._state, self.now, self.settings) != step:
            return True
        self._store(steps.taken(self.plan, step, self.now))
        self.orders += 1
        crash = self.crash_at_order == self.orders
        if self.orders in self.after_order:
            self._do_later(*self.after_order[self.orders])
        if not (crash and self.crash_before_sending):
            self._send(step)
        if crash:
            self.begin_trouble("crash")
            self._do_later(self.crash_for, partial(self.end_trouble, "crash"))
        return not crash

    def _send(self, step: Step) -> None:
        """Send an order and begin to follow it."""
        self.sent.append(Sent(self.now, step, copy_of(self.vehicle)))
        order, act = self._order(step)
        for kind in order.replaces & self._followed.keys():
            self._settle(kind, commands.Fate(CommandStatus.FAILED, CommandReason.SUPERSEDED))
        self._publish(order.kind, commands.Fate(CommandStatus.ACCEPTED), self.now)
        self._followed[order.kind] = Followed(order, self._state, self.now)
        try:
            act()
        except Throttled:
            self._settle(order.kind, commands.Fate(CommandStatus.FAILED, CommandReason.THROTTLED))

    def _order(self, step: Step) -> tuple[Order, Callable[[], Any]]:
        """Return the order of a step and what it does at the server."""
        match step.kind:
            case StepKind.START:
                return commands.precondition(threshold=self.settings.threshold), self.vehicle.precondition
            case StepKind.SET_TIMER:
                assert step.start is not None
                start = step.start
                return commands.precondition_at(start), lambda: self.vehicle.set_timer(start)
            case StepKind.CANCEL_TIMER:
                return commands.cancel_precondition(), lambda: self.vehicle.set_timer(None)
        return commands.set_charge_schedule(step.windows), lambda: deploy(self.vehicle, step.windows)

    def _read(self, *, fresh: bool) -> None:
        """Read the parts that are due."""
        if not self.online:
            return
        now, read_at = self.now, dict(self._state.read_at)
        slow = fresh or self._slow_at is None or now >= self._slow_at
        state = replace(
            self._state,
            battery=battery(self.vehicle.ledger.snapshot),
            last_preconditioning=run(self.vehicle.last_preconditioning),
            known=KNOWN,
        )
        if fresh or CommandKind.PRECONDITION in self._followed:
            entries = self.vehicle.ledger.preconditionings[-20:]
            state = replace(state, preconditioning_history=tuple(filter(None, map(run, reversed(entries)))))
        if slow or self._followed:
            timer, week = self.vehicle.timer, held(self.vehicle.car.schedule)
            read_at |= {Part.PRECONDITIONING_TIMER: now, Part.CHARGE_SCHEDULE: now}
            state = replace(state, preconditioning_timer=timer, charge_schedule=week, read_at=read_at)
        if slow:
            self._slow_at = now + HOUR
        self._state = state

    def _judge(self) -> None:
        """Settle the orders whose fate can be seen."""
        for kind, each in tuple(self._followed.items()):
            fate = each.order.verdict(each.before, self._state) if self.online else None
            if fate is None and self.now - each.sent_at >= FOLLOWED:
                fate = commands.Fate(CommandStatus.TIMED_OUT, each.order.excuse(self._state))
            if fate is not None:
                self._settle(kind, fate)

    def _settle(self, kind: CommandKind, fate: commands.Fate) -> None:
        """Stop following an order."""
        self._publish(kind, fate, self._followed.pop(kind).sent_at)

    def _publish(self, kind: CommandKind, fate: commands.Fate, sent_at: datetime) -> None:
        """Show how far an order has come."""
        command = Command(kind=kind, status=fate.status, sent_at=sent_at, reason=fate.reason)
        self._state = replace(self._state, commands={**self._state.commands, kind: command})

    def _store(self, plan: Plan) -> None:
        """Keep the plan where a restart finds it."""
        if not self.stored or plan != self.plan:
            self.plan = plan
            self.stored = json.dumps(as_json(plan))
