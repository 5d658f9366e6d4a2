"""One run of Home Assistant with the real planner, without waiting."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
import json
import logging
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from custom_components.renault_ze.cloud.exceptions import ConnectionFailedError
from custom_components.renault_ze.cloud.models import ChargeWindow, CommandKind, Part, Vehicle as IntegrationVehicle
from custom_components.renault_ze.cloud.protocol import Cloud
from custom_components.renault_ze.plan.planner import Planner, Rejection
from custom_components.renault_ze.plan.records import Attempt
from custom_components.renault_ze.plan.steps import MESSAGE_REASONS, Message, Step
from custom_components.renault_ze.vehicle.command import Command
from custom_components.renault_ze.vehicle.log import CarLog
from custom_components.renault_ze.vehicle.results import (
    CommandError,
    CommandOutcome,
    CommandReason,
    CommandResult,
    CommandStatus,
)
from custom_components.renault_ze.vehicle.state import VehicleState
from custom_components.renault_ze.views.plan_entities import next_change
from simulator.world.vehicle import TooManyRequests, Vehicle
from tests.plan.simulated.car import battery, copy_of, deploy, held, run

if TYPE_CHECKING:
    from tests.plan.simulated.environment import Environment

LOG = CarLog(logging.getLogger(__name__), "Renault Z.E.")
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
COMMAND_TIMEOUT = timedelta(minutes=10)
KNOWN = frozenset(Part)
CAR = IntegrationVehicle(vin="VF1AGVYF0ZE000001", time_zone=UTC, capabilities=frozenset(), every_day=False)


class InstanceCrashed(BaseException):
    """Home Assistant crashes."""


class SentCommand(NamedTuple):
    """A command as sent, and its attempt."""

    at: datetime
    kind: CommandKind
    windows: tuple[ChargeWindow, ...]
    start: time | None
    attempt: Attempt | None
    before: Vehicle


@dataclass
class PendingCommand:
    """A pending command."""

    command: Command
    before: VehicleState
    sent_at: datetime


@dataclass
class SimulatedCloud:
    """A cloud that passes commands to the simulated car."""

    vehicle: Vehicle
    start: time | None = None

    async def start_preconditioning(self, _: str, *, temperature: float | None = None) -> None:
        """Start preconditioning now."""
        self.vehicle.precondition()

    async def set_preconditioning_timer(self, _: str, start: time, *, temperature: float | None = None) -> None:
        """Set the timer."""
        self.start = start
        self.vehicle.set_timer(start)

    async def cancel_preconditioning_timer(self, _: str) -> None:
        """Delete the timer."""
        self.vehicle.set_timer(None)

    async def disable_charge_schedule(self, _: str, *, route: str | None = None) -> None:
        """Let the car charge at any time."""
        self.vehicle.enable(enabled=False)

    async def set_charge_schedule(self, _: str, windows: tuple[ChargeWindow, ...], *, route: str | None = None) -> None:
        """Send the schedule to the car, whose cloud has one route."""
        deploy(self.vehicle, windows)


def check_message(message: Message) -> None:
    """Assert that the event of the plan can have the reason of a message."""
    assert message.reason in MESSAGE_REASONS


class Instance:
    """Home Assistant with the plan of one vehicle: it stores, polls, and takes steps as the coordinator does."""

    def __init__(self, environment: Environment) -> None:
        """Start with the stored plan."""
        self.environment = environment
        self.vehicle = CAR
        self.data = VehicleState()
        self.poll_at = environment.now
        self._alarm: datetime | None = None
        self._step: Coroutine[Any, Any, None] | None = None
        self._pending: dict[CommandKind, PendingCommand] = {}
        self._slow_at: datetime | None = None
        self.planner = Planner(
            CAR,
            environment.settings,
            self,
            self._send_for_plan,
            check_message,
            LOG,
        )
        self._poll()
        self._update()
        self._work()

    @property
    def wake_at_next(self) -> datetime:
        """Return the time of the next poll or step."""
        return self.poll_at if self._alarm is None else min(self.poll_at, self._alarm)

    def now(self) -> datetime:
        """Return the time."""
        return self.environment.now

    def plan(self, _: str) -> dict[str, Any] | None:
        """Return the stored plan."""
        stored: dict[str, Any] = json.loads(self.environment.stored)
        return stored

    def remember_plan(self, _: str, plan: dict[str, Any]) -> None:
        """Store the plan."""
        self.environment.stored = json.dumps(plan)

    async def flush(self) -> bool:
        """Return whether the storage is written, which it always is."""
        return True

    async def _take(self, step: Step) -> None:
        """Read everything if the cloud is available, and take a step."""
        reads = self.planner.reads(step, self.data, self.now())
        if self.environment.online:
            self._read(fresh=True)
            responses: dict[Part, Any] = dict.fromkeys(reads.parts)
        else:
            responses = {part: ConnectionFailedError("The cloud is unavailable") for part in reads.parts}
        await self.planner.take(step, reads, responses, self.data, self.now())

    async def _send_for_plan(self, command: Command) -> Rejection | None:
        """Send a command, unless Home Assistant crashes before; it may also crash, or lose the response, just after."""
        if command.kind in self._pending and command.kind not in command.replaces:
            return Rejection("One of its kind is under way", CommandError("still_waiting"))
        with self.environment.at_command() as arrives:
            status = CommandStatus.ACCEPTED if arrives is None else CommandStatus.UNANSWERED
            self._track(command, status)
            refused = arrives is not False and await self._is_refused(command)
        self.poll_at = min(self.poll_at, self.now() + MINUTE)
        if refused:
            return Rejection("Too soon", CommandError("throttled"))
        return None if arrives is None else Rejection("There was no response", CommandError("command_unanswered"))

    def _update(self) -> None:
        """Bring the plan up to date; begin the step that is due, one at a time, or wait for the next."""
        if self._step is not None:
            return
        now, planner = self.now(), self.planner
        step = planner.update(self.data, now)
        if step is not None and step.at <= now:
            self._alarm, self._step = None, self._take(step)
            return
        turn = next_change(planner.situation(self.data, now))
        self._alarm = turn if step is None else min(turn, step.at)

    def wake(self) -> None:
        """Poll if it is time, update the plan if it is time, and take due steps."""
        now = self.now()
        if now >= self.poll_at:
            self._poll()
            self._update()
        if self._alarm is not None and now >= self._alarm:
            self._update()
        self._work()

    def poll_now(self) -> None:
        """Poll at once."""
        self.poll_at = self.now()
        self.wake()

    def edit(self, change: Callable[[Any], Any]) -> None:
        """Apply a user's change of the plan."""
        self.planner.edit(lambda plan, _: change(plan), self.now())
        self._update()
        self._work()

    def stop(self) -> None:
        """Stop."""
        if self._step is not None:
            self._step.close()

    def _work(self) -> None:
        """Take the steps that are due."""
        for _ in range(60):
            if self._step is None:
                return
            try:
                self._step.send(None)
            except StopIteration:
                self._step = None
                self._update()
                continue
            except InstanceCrashed:
                self._step = None
                self.environment.crash()
                return
            raise AssertionError("a step waited")
        raise AssertionError(f"endless steps at {self.now()}: {self.planner.next_step}")

    def _poll(self) -> None:
        """Read what is due and settle the pending commands."""
        self.environment.poll_count += 1
        self._read(fresh=False)
        for kind, each in tuple(self._pending.items()):
            outcome = each.command.outcome(each.before, self.data, each.sent_at) if self.environment.online else None
            if outcome is None and self.now() - each.sent_at >= COMMAND_TIMEOUT:
                outcome = CommandOutcome(CommandStatus.TIMED_OUT, each.command.timeout_reason(self.data))
            if outcome is not None:
                self._settle(kind, outcome)
        self.poll_at = self.now() + (MINUTE if self._pending and self.environment.online else self.environment.poll)

    def _track(self, command: Command, status: CommandStatus) -> None:
        """Start tracking a command."""
        for kind in command.replaces & self._pending.keys():
            self._settle(kind, CommandOutcome(CommandStatus.FAILED, CommandReason.SUPERSEDED))
        self._publish(command.kind, CommandOutcome(status), self.now())
        self._pending[command.kind] = PendingCommand(command, self.data, self.now())

    async def _is_refused(self, command: Command) -> bool:
        """Send a command to the car, and return whether its cloud refuses it."""
        cloud, before = SimulatedCloud(self.environment.vehicle), copy_of(self.environment.vehicle)
        try:
            await command.send(cast("Cloud", cloud), self.vehicle.vin, self.data)
        except TooManyRequests:
            self._settle(command.kind, CommandOutcome(CommandStatus.FAILED, CommandReason.THROTTLED))
            return True
        finally:
            windows = getattr(command, "windows", ())
            starts = [each for each in self.planner.plan.attempts if each.sent_at == self.now()]
            attempt = starts[0] if starts and command.kind is CommandKind.PRECONDITION else None
            self.environment.sent.append(SentCommand(self.now(), command.kind, windows, cloud.start, attempt, before))
        return False

    def _read(self, *, fresh: bool) -> None:
        """Read the parts that are due."""
        if not self.environment.online:
            return
        now, read_at, car = self.now(), dict(self.data.read_at), self.environment.vehicle
        read_at[Part.LAST_PRECONDITIONING] = now
        slow = fresh or self._slow_at is None or now >= self._slow_at
        state = replace(
            self.data,
            battery=battery(car.records.snapshot),
            last_preconditioning=run(car.last_preconditioning),
            known=KNOWN,
            read_at=read_at,
        )
        if fresh or CommandKind.PRECONDITION in self._pending:
            entries = car.records.preconditionings[-20:]
            state = replace(state, preconditioning_history=tuple(filter(None, map(run, reversed(entries)))))
        if slow or self._pending:
            read_at |= {Part.PRECONDITIONING_TIMER: now, Part.CHARGE_SCHEDULE: now}
            week = held(car.car.schedule)
            state = replace(state, preconditioning_timer=car.timer, charge_schedule=week, read_at=read_at)
        if slow:
            self._slow_at = now + HOUR
        self.data = state

    def _settle(self, kind: CommandKind, outcome: CommandOutcome) -> None:
        """Stop tracking a command."""
        self._publish(kind, outcome, self._pending.pop(kind).sent_at)

    def _publish(self, kind: CommandKind, outcome: CommandOutcome, sent_at: datetime) -> None:
        """Show the result of a command."""
        result = CommandResult(kind=kind, status=outcome.status, sent_at=sent_at, reason=outcome.reason)
        self.data = replace(self.data, commands={**self.data.commands, kind: result})
