"""The plan of one vehicle, kept across restarts, and its steps, each stored before it is sent."""

from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import replace
from datetime import datetime, tzinfo
import logging
from typing import Any, NamedTuple, Protocol

from ..cloud.exceptions import CloudError, RequestLimitError
from ..cloud.models import ChargeSchedule, Part, Vehicle
from ..vehicle import commands
from ..vehicle.backoff import Backoff, step_backoff
from ..vehicle.state import RUN_PARTS, VehicleState
from . import edits, loading, model, preconditioning, steps
from .corrections import in_other_zone
from .model import Plan, Refusal, Step, StepKind, StepReason, as_json, from_json
from .settings import Settings

_LOGGER = logging.getLogger(__name__)
_CONCERNS: Mapping[StepKind, tuple[Part, ...]] = {
    StepKind.START: (Part.BATTERY, *RUN_PARTS),
    StepKind.SET_TIMER: (Part.PRECONDITIONING_TIMER,),
    StepKind.CANCEL_TIMER: (Part.PRECONDITIONING_TIMER,),
    StepKind.LOAD: (Part.CHARGE_SCHEDULE,),
    StepKind.SAY: (Part.BATTERY, *RUN_PARTS, Part.CHARGE_SCHEDULE, Part.CHARGE_HISTORY),
}
# These report what was seen or sent, which needs no other poll.
_CERTAIN = {StepReason.READY, StepReason.ORDERED}
# Kinds that must not wait for long: what they are for is soon.
_URGENT = {StepKind.START, StepKind.CANCEL_TIMER}
# A plan without content needs no step, whatever the car reports.
_EMPTY = Plan()


class Reads(NamedTuple):
    """The parts to read before a step; what is not essential only as far as the request limit allows."""

    parts: tuple[Part, ...]
    essential: bool


class Rejection(NamedTuple):
    """Why a command was not accepted; `refusal` where the server refused what it asks for."""

    text: str
    refusal: Refusal | None = None


class Memory(Protocol):
    """Where plans outlive a restart."""

    def plan(self, vin: str) -> dict[str, Any] | None:
        """Return the plan of a vehicle as JSON, None if it has none."""

    def remember_plan(self, vin: str, plan: dict[str, Any]) -> None:
        """Keep the plan of a vehicle."""

    async def flush(self) -> bool:
        """Write at once what still waits, and return whether all of it is on the disk."""


class Planner:
    """Keep the plan of a vehicle, and decide and take its steps; a step is stored before it is sent.

    `send` sends a command and returns why it was not accepted, None if it was.
    """

    def __init__(
        self,
        vehicle: Vehicle,
        settings: Settings,
        memory: Memory,
        send: Callable[[commands.Command], Awaitable[Rejection | None]],
    ) -> None:
        """Continue the plan that an earlier run stored."""
        self._vehicle = vehicle
        self._memory = memory
        self._send = send
        self._options = settings
        self.settings = settings
        stored = memory.plan(vehicle.vin)
        self.plan = _EMPTY if stored is None else from_json(stored)
        self.next_step: Step | None = None
        self._backoffs = {kind: Backoff() for kind in StepKind}
        self._refusal: Refusal | None = None
        self._tellers: list[Callable[[Step], None]] = []

    @property
    def keeps_schedule(self) -> bool:
        """Return whether the plan decides which schedule the car holds."""
        return self.plan.charge_enabled and bool(self.plan.windows)

    def on_told(self, teller: Callable[[Step], None]) -> Callable[[], None]:
        """Have what the plan says told; return what ends it."""
        self._tellers.append(teller)
        return lambda: self._tellers.remove(teller)

    def update(self, state: VehicleState, now: datetime) -> Step | None:
        """Update the plan with what was seen in the car, and return the next step."""
        self.next_step = None
        if self.plan != _EMPTY:
            self._keep(steps.noted(self.plan, state, now, self.settings))
            left = {kind: backoff.left(now) for kind, backoff in self._backoffs.items()}
            waits = {kind: now + span for kind, span in left.items() if span}
            self.next_step = steps.next_step(self.plan, state, now, self.settings, waits)
        return self.next_step

    def learn(self, state: VehicleState) -> None:
        """Use the threshold that the car itself reports instead of the option."""
        own = None if state.cabin is None else state.cabin.minimum_level
        self.settings = self._options if own is None else replace(self._options, threshold=own)

    def edit(self, change: Callable[[Plan, datetime], Plan], now: datetime) -> None:
        """Change the plan as its owner wants; raise `ScheduleError` where that cannot be."""
        self._keep(change(self.plan, now))

    def rezone(self, old: tzinfo, now: datetime) -> None:
        """Keep the times of day of a plan that was kept in another time zone so far."""
        self._keep(in_other_zone(self.plan, old, self.settings, now))

    def adopt(self, held: ChargeSchedule, now: datetime) -> None:
        """Replace the windows of the plan, if it has any, by a schedule that the plan did not choose."""
        own = {each.window for each in (*self.plan.windows, *(() if self.keeps_schedule else self.plan.former))}
        if held.enabled and own.issuperset(held.windows):
            return
        if self.keeps_schedule:
            self._keep(edits.adopt(self.plan, held, now))
        elif self.plan.claimed:
            self._keep(replace(self.plan, claimed=False))

    def reads(self, step: Step, state: VehicleState) -> Reads:
        """Return what has to be read before a step is taken."""
        concerns = () if step.reason in _CERTAIN else filter(self._vehicle.shows, _CONCERNS[step.kind])
        essential = step.kind not in {StepKind.START, StepKind.SAY} or self._is_unread(step, state)
        return Reads(tuple(concerns), essential)

    async def take(
        self, step: Step, reads: Reads, answers: Mapping[Part, Any], state: VehicleState, now: datetime
    ) -> None:
        """Take a step, if it is still due by what was just read for it."""
        errors = [each for each in answers.values() if isinstance(each, CloudError)]
        # Nothing is sent while the cloud is unreachable, nor over what could not be read. Only a first command to start
        # is sent without a read where the request limit allows none, and what is to be said is said in any case.
        spared = not reads.essential and all(isinstance(each, RequestLimitError) for each in errors)
        if errors and len(errors) == len(answers) and not spared and step.kind is not StepKind.SAY:
            self.postpone(step, now, errors)
            return
        again = self.update(state, now)
        if again is not None and again.at <= now and again.kind is step.kind:
            if self._is_unread(again, state):
                self.postpone(step, now, errors)
                return
            await self._store_and_take(again, now)

    def postpone(self, step: Step, now: datetime, errors: Collection[CloudError] = ()) -> None:
        """Let all steps of a kind wait for what the cloud asked for, or a moment if something else went wrong."""
        self._backoffs[step.kind].extend(step_backoff(errors, is_urgent=step.kind in _URGENT), now)

    async def _store_and_take(self, step: Step, now: datetime) -> None:
        """Take a step once the disk holds that it is taken: what a restart would send again is not sent.

        What is only said is said in any case.
        """
        before, taken = self.plan, steps.taken(self.plan, step, now)
        self._keep(taken)
        if await self._memory.flush() or step.kind is StepKind.SAY:
            await self._take(step)
            return
        _LOGGER.warning("A step of the plan is not taken, because it cannot be stored: %s", step.kind)
        self.postpone(step, now)
        if self.plan == taken:
            self._keep(before)

    def _is_unread(self, step: Step, state: VehicleState) -> bool:
        """Return whether a step would repeat a command before the car was read after it."""
        return steps.is_unread(self.plan, state, step, self.settings)

    async def _take(self, step: Step) -> None:
        """Tell and send what a step is for."""
        _LOGGER.debug("Step of the plan: %s because of %s", step.kind, step.reason)
        if step.reason in model.SAID:
            self._say(step)
        match step.kind:
            case StepKind.START:
                await self._give(preconditioning.command(self.settings, again=step.reason is StepReason.RETRY))
            case StepKind.SET_TIMER if step.start is not None:
                await self._give(commands.PreconditionAt(step.start))
            case StepKind.CANCEL_TIMER:
                await self._give(commands.CancelPrecondition())
            case StepKind.LOAD:
                self._note(step, await self._give(commands.SetChargeSchedule(step.windows)))

    def _say(self, step: Step) -> None:
        """Tell the owner what a step says."""
        for teller in tuple(self._tellers):
            teller(step)

    async def _give(self, command: commands.Command) -> Rejection | None:
        """Send a command; the next step of the plan deals with one that was not accepted."""
        rejection = await self._send(command)
        if rejection is not None:
            _LOGGER.warning("A command of the plan was not accepted: %s", rejection.text)
        return rejection

    def _note(self, step: Step, rejection: Rejection | None) -> None:
        """Tell once that the server refuses a schedule and why, until it takes one or has another reason."""
        if rejection is None:
            self._refusal = None
        elif rejection.refusal is not None and rejection.refusal != self._refusal:
            self._refusal = rejection.refusal
            self._say(loading.refused(step, rejection.refusal))

    def _keep(self, plan: Plan) -> None:
        """Store a plan that has changed."""
        if plan != self.plan:
            self.plan = plan
            self._memory.remember_plan(self._vehicle.vin, as_json(plan))
