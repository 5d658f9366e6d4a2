"""One car with a real client of its cloud: polls, commands, and plan, as the coordinator runs them."""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
import json
import logging
from typing import Any

from custom_components.renault_ze.cloud.exceptions import CloudError, RefusedError, RequestLimitError, ThrottledError
from custom_components.renault_ze.cloud.models import Account, Part
from custom_components.renault_ze.cloud.protocol import Cloud
from custom_components.renault_ze.plan.model import Plan, as_json
from custom_components.renault_ze.plan.planner import Planner, Rejection
from custom_components.renault_ze.plan.settings import Settings
from custom_components.renault_ze.plan.steps import MESSAGE_REASONS, Message, Refusal, Step
from custom_components.renault_ze.vehicle.backoff import longest_retry_after
from custom_components.renault_ze.vehicle.command import Command
from custom_components.renault_ze.vehicle.log import CarLog
from custom_components.renault_ze.vehicle.poller import Poller, PollTimer
from custom_components.renault_ze.vehicle.reading import shortest_interval
from custom_components.renault_ze.vehicle.results import CommandError, CommandResult, CommandStatus
from custom_components.renault_ze.vehicle.sender import CommandSender
from custom_components.renault_ze.vehicle.state import VehicleState
from custom_components.renault_ze.vehicle.tracker import COMMAND_TIMEOUT, command_allowance
from custom_components.renault_ze.vehicle.update import Responses, merge, with_age

LOG = CarLog(logging.getLogger(__name__), "Renault Z.E.")
MOST_STEPS = 60
# For how long back the charge history is read.
CHARGES_READ = timedelta(days=365)


@dataclass
class Stored:
    """What survives a restart: the plan as JSON, and the client's session."""

    plan: str | None = None
    session: dict[str, Any] = field(default_factory=dict)
    parts: tuple[Any, ...] = ()

    def plan_of(self, plan: Plan) -> None:
        """Store a plan."""
        self.plan = json.dumps(as_json(plan))


class UpdateCycle:
    """The state of one car, its pending commands, and its plan; `wake` does what is due."""

    def __init__(
        self,
        cloud: Cloud,
        account: Account,
        clock: Callable[[], datetime],
        stored: Stored,
        settings: Settings,
        poll: timedelta,
    ) -> None:
        """Start from what is stored, with a poll that is due."""
        self.cloud, self.vehicle, self.now, self.stored = cloud, account.vehicles[0], clock, stored
        self.data = VehicleState()
        self.poll_at = clock()
        self.settings = settings
        self._least, self._allowance = shortest_interval(account), command_allowance(account)
        self._timer = PollTimer(poll)
        self._poller = Poller(cloud, self.vehicle, self, lambda now: now - CHARGES_READ)
        self.planner = Planner(
            self.vehicle,
            settings,
            self,
            self._send_for_plan,
            _check_message,
            LOG,
        )
        self.sender = CommandSender(cloud, self, clock, asyncio.ensure_future)
        self._alarm: datetime | None = None

    @property
    def wake_at(self) -> datetime:
        """Return when the next poll or step is due."""
        return self.poll_at if self._alarm is None else min(self.poll_at, self._alarm)

    async def wake(self) -> None:
        """Poll if it is time, and take the steps of the plan that are due."""
        if self.now() >= self.poll_at:
            await self.poll()
        for _ in range(MOST_STEPS):
            step = self.planner.update(self.data, self.now())
            if step is None or step.at > self.now():
                self._alarm = None if step is None else step.at
                return
            await self._take(step)
        raise AssertionError(f"endless steps at {self.now()}: {self.planner.next_step}")

    async def poll(self) -> None:
        """Read the parts that are due, and check the pending commands."""
        now = self.now()
        responses = {} if self._poller.backoff_left(now) else await self._read(self._due_parts(now))
        if responses and self.data.charge.lookups and Part.CHARGE_HISTORY not in responses:
            responses |= await self._read([Part.CHARGE_HISTORY])
        for result in self.sender.tracker.settle(self.data, now, COMMAND_TIMEOUT):
            self.publish(result)
        for result in await self.sender.send_again():
            self.publish(result)
        asked = {part: each for part, each in responses.items() if not isinstance(each, RequestLimitError)}
        relevant = (asked if self.sender.tracker else responses).values()
        self.poll_at = now + max(self._interval(now), longest_retry_after(relevant))

    async def send(self, command: Command) -> CommandResult:
        """Send a command of the user; raise CloudError or CommandError if it is not accepted."""
        return (await self.sender.send(command)).result

    def edit(self, change: Callable[[Plan], Plan]) -> None:
        """Apply a user's change of the plan."""
        self.planner.edit(lambda plan, _: change(plan), self.now())
        self._alarm = self.now()

    def plan(self, _: str) -> dict[str, Any] | None:
        """Return the stored plan."""
        found: dict[str, Any] | None = None if self.stored.plan is None else json.loads(self.stored.plan)
        return found

    def remember_plan(self, _: str, plan: dict[str, Any]) -> None:
        """Store the plan."""
        self.stored.plan = json.dumps(plan)

    async def flush(self) -> bool:
        """Return whether everything is stored, which it always is."""
        return True

    def parts(self, _: str) -> tuple[Any, ...]:
        """Return the stored records of the car's parts."""
        return self.stored.parts

    def remember_parts(self, _: str, parts: tuple[Any, ...]) -> None:
        """Store the records of the car's parts."""
        self.stored.parts = parts

    async def read_before_command(self, command: Command, parts: Iterable[Part]) -> Responses:
        """Read parts before a command."""
        needed = command.needs_fresh_state
        return await self._read_now(parts, for_command=needed, essential=needed)

    async def poll_after_command(self) -> None:
        """Do nothing: this cloud limits requests."""

    def publish(self, result: CommandResult) -> None:
        """Record the progress of a command, and the route that has worked."""
        if result.route is not None and result.status is CommandStatus.CONFIRMED:
            self.cloud.confirm_route(self.vehicle.vin, result.kind, result.route)
        self.data = replace(self.data, commands={**self.data.commands, result.kind: result})

    def publish_pending(self, result: CommandResult) -> None:
        """Record a command that was just sent, and poll when its effect can be visible."""
        self.publish(result)
        self.poll_at = self.now() + self._interval(self.now())

    def _due_parts(self, now: datetime) -> set[Part]:
        """Return the parts to read now; those that show a pending command come first."""
        if self.sender.tracker:
            self.cloud.expect_command(self.vehicle.vin, essential=self.sender.tracker.is_unread(self.data))
            return self.sender.tracker.parts
        self._timer.start_interval()
        needed, at_once = self.planner.needed_parts(self.data, now)
        return self._poller.due(self.data, now, needed) | at_once

    async def _read(self, parts: Iterable[Part]) -> dict[Part, Any]:
        """Read parts, and update the state."""
        # In a fixed order: that of a set differs from process to process.
        wanted, now = self._poller.in_order(sorted(parts), self.data), self.now()
        responses = await self._poller.read(wanted, now) if wanted else {}
        self._poller.update(responses, now)
        merged = merge(self.data, responses, self.vehicle, now)
        self.data = with_age(merged, max(self._timer.interval, self._least), now)
        self.planner.use_reported_threshold(self.data)
        return responses

    async def _read_now(self, parts: Iterable[Part], *, for_command: bool = False, essential: bool) -> dict[Part, Any]:
        """Read parts now, during a pause only for a command."""
        if (pause := self._poller.backoff_left(self.now())) and not for_command:
            return dict.fromkeys(parts, ThrottledError("The server asked for a pause", retry_after=pause))
        self.cloud.expect_command(self.vehicle.vin, essential=essential)
        return await self._read(parts)

    def _interval(self, now: datetime) -> timedelta:
        """Return the wait until the next poll."""
        pause = self._poller.backoff_left(now)
        if self.sender.tracker:
            return max(self.sender.tracker.until_poll(self.vehicle, self._allowance, now), pause)
        return max(self._poller.until_poll(self._timer.until_poll(self.data, self._least, now)), pause)

    async def _take(self, step: Step) -> None:
        """Read the parts a step depends on, and take it."""
        reads = self.planner.reads(step, self.data, self.now())
        responses = await self._read_now(reads.parts, essential=reads.essential)
        await self.planner.take(step, reads, responses, self.data, self.now())

    async def _send_for_plan(self, command: Command) -> Rejection | None:
        """Send a command of the plan, and return why it was not accepted."""
        try:
            await self.sender.send(command)
        except (CloudError, CommandError) as err:
            return Rejection(str(err), err, Refusal(str(err), {}) if isinstance(err, RefusedError) else None)
        return None


def _check_message(message: Message) -> None:
    """Assert that the event of the plan can have the reason of a message."""
    assert message.reason in MESSAGE_REASONS
