"""Home Assistant from one start to its end, with the planner itself in it; nothing here ever waits."""

from collections.abc import Callable, Collection, Coroutine
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
import json
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from homeassistant.exceptions import HomeAssistantError

from custom_components.renault_ze.cloud.exceptions import ConnectionFailedError
from custom_components.renault_ze.cloud.models import ChargeWindow, CommandKind, Part, Vehicle as Known
from custom_components.renault_ze.cloud.protocol import Cloud
from custom_components.renault_ze.plan.model import Attempt
from custom_components.renault_ze.plan.planner import Planner
from custom_components.renault_ze.vehicle.commands import Fate, Order
from custom_components.renault_ze.vehicle.state import Command, CommandReason, CommandStatus, VehicleState
from simulator.world.vehicle import TooManyRequests, Vehicle
from tests.plan.simulated.car import battery, copy_of, deploy, held, run

if TYPE_CHECKING:
    from tests.plan.simulated.house import House

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
FOLLOWED = timedelta(minutes=10)
KNOWN = frozenset(Part)
CAR = Known(vin="VF1AGVYF0ZE000001", time_zone=UTC, capabilities=frozenset())


class Died(BaseException):
    """Home Assistant is gone from one line to the next."""


class Sent(NamedTuple):
    """An order as it left, and for what."""

    at: datetime
    kind: CommandKind
    windows: tuple[ChargeWindow, ...]
    start: time | None
    attempt: Attempt | None
    before: Vehicle


@dataclass
class Followed:
    """An order under way."""

    order: Order
    before: VehicleState
    sent_at: datetime


@dataclass
class Line:
    """The cloud's end of an order."""

    vehicle: Vehicle
    start: time | None = None

    async def start_preconditioning(self, _: str, *, temperature: float | None = None) -> None:
        """Start now."""
        self.vehicle.precondition()

    async def set_preconditioning_timer(self, _: str, start: time, *, temperature: float | None = None) -> None:
        """Start later."""
        self.start = start
        self.vehicle.set_timer(start)

    async def cancel_preconditioning_timer(self, _: str) -> None:
        """Do not start."""
        self.vehicle.set_timer(None)

    async def set_charge_schedule(self, _: str, windows: tuple[ChargeWindow, ...]) -> None:
        """Write the week and send it."""
        deploy(self.vehicle, windows)


class Home:
    """What the planner needs of Home Assistant, of its memory and of a vehicle; it polls as the coordinator does."""

    def __init__(self, house: House) -> None:
        """Start, and take up the plan as it is stored."""
        self.house = house
        self.vehicle = CAR
        self.data = VehicleState()
        self.poll_at = house.now
        self._alarm: tuple[datetime, Callable[[], None]] | None = None
        self._works: list[Coroutine[Any, Any, None]] = []
        self._followed: dict[CommandKind, Followed] = {}
        self._slow_at: datetime | None = None
        self.planner = Planner(self, house.settings, self, self)
        self._poll()
        self.planner.advance()
        self._work()

    @property
    def wake_at_next(self) -> datetime:
        """Return when something is to be done here next."""
        return self.poll_at if self._alarm is None else min(self.poll_at, self._alarm[0])

    def now(self) -> datetime:
        """Return the time."""
        return self.house.now

    def begin(self, work: Coroutine[Any, Any, None]) -> None:
        """Have work done in the background, which is when all else is done."""
        self._works.append(work)

    def wake_at(self, at: datetime, wake: Callable[[], None]) -> Callable[[], None]:
        """Wake the planner up at an instant."""
        self._alarm = (at, wake)
        return self._silence

    def plan(self, _: str) -> dict[str, Any] | None:
        """Return the plan as it is stored."""
        stored: dict[str, Any] = json.loads(self.house.stored)
        return stored

    def remember_plan(self, _: str, plan: dict[str, Any]) -> None:
        """Store the plan."""
        self.house.stored = json.dumps(plan)

    async def flush(self) -> bool:
        """Write nothing: what is stored is written already."""
        return True

    async def look(self, parts: Collection[Part], *, essential: bool) -> dict[Part, Any]:
        """Read all, as far as the cloud is there."""
        if not self.house.online:
            return {part: ConnectionFailedError("The cloud is away") for part in parts}
        self._read(fresh=True)
        return dict.fromkeys(parts)

    async def act(self, order: Order) -> Command:
        """Send an order, unless Home Assistant dies before; it may also die, or lose the answer, just after."""
        if order.kind in self._followed and order.kind not in order.replaces:
            raise HomeAssistantError("One of its kind is under way")
        with self.house.at_order() as arrives:
            status = CommandStatus.ACCEPTED if arrives is None else CommandStatus.UNANSWERED
            self._follow(order, status)
            if arrives is not False:
                await self._send(order)
        self.poll_at = min(self.poll_at, self.now() + MINUTE)
        if arrives is not None:
            raise HomeAssistantError("There was no answer")
        return self.data.commands[order.kind]

    def async_update_listeners(self) -> None:
        """Show what has changed, to the planner too."""
        self.planner.advance()

    def wake(self) -> None:
        """Poll if it is time, wake the planner if it asked for it, and do what follows."""
        now = self.now()
        if now >= self.poll_at:
            self._poll()
            self.planner.advance()
        if self._alarm is not None and now >= self._alarm[0]:
            (_, wake), self._alarm = self._alarm, None
            wake()
        self._work()

    def look_again(self) -> None:
        """Poll at once."""
        self.poll_at = self.now()
        self.wake()

    def edit(self, change: Callable[[Any], Any]) -> None:
        """Let the owner change the plan."""
        self.planner.edit(lambda plan, _: change(plan))
        self._work()

    def stop(self) -> None:
        """Go away."""
        self.planner.stop()
        for work in self._works:
            work.close()

    def _silence(self) -> None:
        """Let the planner sleep on."""
        self._alarm = None

    def _work(self) -> None:
        """Do all that is to be done in the background."""
        for _ in range(60):
            if not self._works:
                return
            work = self._works.pop(0)
            try:
                work.send(None)
            except StopIteration:
                continue
            except Died:
                self.house.die()
                return
            raise AssertionError("something waited")
        raise AssertionError(f"no end of steps at {self.now()}: {self.planner.next_step}")

    def _poll(self) -> None:
        """Read what is due and judge the orders under way."""
        self.house.asked += 1
        self._read(fresh=False)
        for kind, each in tuple(self._followed.items()):
            fate = each.order.verdict(each.before, self.data, each.sent_at) if self.house.online else None
            if fate is None and self.now() - each.sent_at >= FOLLOWED:
                fate = Fate(CommandStatus.TIMED_OUT, each.order.excuse(self.data))
            if fate is not None:
                self._settle(kind, fate)
        self.poll_at = self.now() + (MINUTE if self._followed and self.house.online else self.house.poll)

    def _follow(self, order: Order, status: CommandStatus) -> None:
        """Begin to follow an order."""
        for kind in order.replaces & self._followed.keys():
            self._settle(kind, Fate(CommandStatus.FAILED, CommandReason.SUPERSEDED))
        self._publish(order.kind, Fate(status), self.now())
        self._followed[order.kind] = Followed(order, self.data, self.now())
        if order.wants is not None:
            self.data = replace(self.data, wanted_schedule=order.wants(self.data))

    async def _send(self, order: Order) -> None:
        """Let the car have an order, which its cloud may refuse."""
        line, before = Line(self.house.vehicle), copy_of(self.house.vehicle)
        try:
            await order.send(cast("Cloud", line), self.vehicle.vin, self.data)
        except TooManyRequests as err:
            self._settle(order.kind, Fate(CommandStatus.FAILED, CommandReason.THROTTLED))
            raise HomeAssistantError("Too soon") from err
        finally:
            windows = () if order.wants is None else order.wants(self.data).windows
            starts = [each for each in self.planner.plan.attempts if each.sent_at == self.now()]
            attempt = starts[0] if starts and order.kind is CommandKind.PRECONDITION else None
            self.house.sent.append(Sent(self.now(), order.kind, windows, line.start, attempt, before))

    def _read(self, *, fresh: bool) -> None:
        """Read the parts that are due."""
        if not self.house.online:
            return
        now, read_at, car = self.now(), dict(self.data.read_at), self.house.vehicle
        read_at[Part.LAST_PRECONDITIONING] = now
        slow = fresh or self._slow_at is None or now >= self._slow_at
        state = replace(
            self.data,
            battery=battery(car.ledger.snapshot),
            last_preconditioning=run(car.last_preconditioning),
            known=KNOWN,
            read_at=read_at,
        )
        if fresh or CommandKind.PRECONDITION in self._followed:
            entries = car.ledger.preconditionings[-20:]
            state = replace(state, preconditioning_history=tuple(filter(None, map(run, reversed(entries)))))
        if slow or self._followed:
            read_at |= {Part.PRECONDITIONING_TIMER: now, Part.CHARGE_SCHEDULE: now}
            week = held(car.car.schedule)
            state = replace(state, preconditioning_timer=car.timer, charge_schedule=week, read_at=read_at)
        if slow:
            self._slow_at = now + HOUR
        self.data = state

    def _settle(self, kind: CommandKind, fate: Fate) -> None:
        """Stop following an order."""
        self._publish(kind, fate, self._followed.pop(kind).sent_at)

    def _publish(self, kind: CommandKind, fate: Fate, sent_at: datetime) -> None:
        """Show how far an order has come."""
        command = Command(kind=kind, status=fate.status, sent_at=sent_at, reason=fate.reason)
        self.data = replace(self.data, commands={**self.data.commands, kind: command})
