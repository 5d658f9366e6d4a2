"""The plan of one vehicle, kept across restarts, and its steps, each stored before it is sent.

At each change of the state and when a step is due: update the plan with what was observed, and find the next step. If
it is due, read the parts it depends on again, as they may be outdated, and check whether it is still due. Store the
plan with the step recorded before anything is sent, so that a restart does not send it again. Every step changes the
plan, so that none is due twice for one reason. The result of a command is in the vehicle's state, after a restart only
in what the car shows.
"""

from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import replace
from datetime import datetime, timedelta, tzinfo
from typing import Any, NamedTuple, Protocol

from ..cloud.exceptions import AuthenticationError, CloudError, ConnectionFailedError, RequestLimitError
from ..cloud.models import Part, Vehicle
from ..vehicle import commands
from ..vehicle.backoff import Backoff, step_backoff
from ..vehicle.command import Command
from ..vehicle.equipment_commands import SetCarDepartures
from ..vehicle.log import CarLog
from ..vehicle.results import CommandError
from ..vehicle.state import RUN_PARTS, VehicleState
from . import car_departures, preconditioning, sending, steps
from .cheapest_hours import CheapestHours
from .corrections import in_other_zone
from .decisions import is_idle, is_unread, next_step, observed, recorded
from .model import Plan, as_json, from_json
from .settings import Settings
from .situation import Situation
from .steps import MESSAGE_REASONS, Message, Refusal, Step, StepKind, StepReason

_PARTS: Mapping[StepKind, tuple[Part, ...]] = {
    StepKind.START: (Part.BATTERY, *RUN_PARTS),
    StepKind.STOP_CHARGE: (Part.BATTERY,),
    StepKind.SET_TIMER: (Part.PRECONDITIONING_TIMER,),
    StepKind.CANCEL_TIMER: (Part.PRECONDITIONING_TIMER,),
    StepKind.SET_CAR_DEPARTURES: (Part.CAR_DEPARTURES,),
    StepKind.SEND_SCHEDULE: (Part.CHARGE_SCHEDULE,),
    StepKind.MESSAGE: (Part.BATTERY, *RUN_PARTS, Part.CHARGE_SCHEDULE, Part.CHARGE_HISTORY),
}
# Messages about what was seen or sent need no other poll.
_CERTAIN = {StepReason.READY, StepReason.SENT}
# Messages that the car does not hold a departure.
_OF_TIMER = {StepReason.TIMER_FAILED, StepReason.TIMER_SET_ELSEWHERE}
# Entities of one update share a situation.
_ONE_UPDATE = timedelta(seconds=1)


# Kinds that must not wait for long: what they are for is soon.
_URGENT = {StepKind.START, StepKind.CANCEL_TIMER}


class Reads(NamedTuple):
    """The parts to read before a step; if not essential, only as far as the request limit allows."""

    parts: tuple[Part, ...]
    essential: bool


class Rejection(NamedTuple):
    """Why a command was not accepted, with a `refusal` if the server refused its content."""

    text: str
    error: Exception
    refusal: Refusal | None = None


class PlanStorage(Protocol):
    """The storage of plans."""

    def plan(self, vin: str) -> dict[str, Any] | None:
        """Return the plan of a vehicle as JSON, None if it has none."""

    def remember_plan(self, vin: str, plan: dict[str, Any]) -> None:
        """Store the plan of a vehicle soon."""

    async def flush(self) -> bool:
        """Write everything to the disk now, and return whether that succeeded."""


class Planner:
    """Keep the plan of a vehicle, and take its steps; a step is stored before it is sent.

    `send` sends a command and returns why it was not accepted, None if it was; `notify` shows a message to the user.
    """

    def __init__(
        self,
        vehicle: Vehicle,
        settings: Settings,
        storage: PlanStorage,
        send: Callable[[Command], Awaitable[Rejection | None]],
        notify: Callable[[Message], None],
        log: CarLog,
    ) -> None:
        """Start with the stored plan."""
        self._vehicle = vehicle
        self._storage = storage
        self._send = send
        self._notify = notify
        self._log = log
        self._threshold = settings.threshold
        self.settings = settings
        self.plan = Plan() if (stored := storage.plan(vehicle.vin)) is None else from_json(stored)
        self.cheapest_hours = CheapestHours()
        self.next_step: Step | None = None
        self._situation: Situation | None = None
        self._backoffs = {kind: Backoff() for kind in StepKind}
        self._refusal: Refusal | None = None

    def update(self, state: VehicleState, now: datetime) -> Step | None:
        """Update the plan with what was observed in the car, and return the next step."""
        self.next_step = None
        self._keep(self.cheapest_hours.update(self._new_situation(state, now)))
        situation = self._new_situation(state, now)
        if not is_idle(situation):
            self._keep(observed(situation))
            situation = situation.with_plan(self.plan)
            left = {kind: backoff.left(now) for kind, backoff in self._backoffs.items()}
            waits = {kind: now + span for kind, span in left.items() if span}
            self.next_step = next_step(situation, waits)
        self._situation = situation
        return self.next_step

    def situation(self, state: VehicleState, now: datetime) -> Situation:
        """Return the situation, the one of the last update if that was just now."""
        last = self._situation
        same = last is not None and last.plan is self.plan and last.state is state and last.settings is self.settings
        if last is not None and same and timedelta() <= now - last.now < _ONE_UPDATE:
            return last
        self._situation = self._new_situation(state, now)
        return self._situation

    def _new_situation(self, state: VehicleState, now: datetime) -> Situation:
        """Return the situation, which takes over what the last one has computed."""
        planned = self.cheapest_hours.planned
        return Situation(
            plan=self.plan, state=state, now=now, settings=self.settings, planned=planned, earlier=self._situation
        )

    def use_reported_threshold(self, state: VehicleState) -> None:
        """Use the threshold that the car itself reports instead of the option."""
        own = None if state.cabin is None else state.cabin.minimum_level
        threshold = self._threshold if own is None else own
        if threshold != self.settings.threshold:
            self.settings = replace(self.settings, threshold=threshold)

    def use_temperature(self, temperature: float) -> None:
        """Precondition to a temperature (°C) from now on."""
        self.settings = replace(self.settings, temperature=temperature)

    def edit(self, change: Callable[[Plan, datetime], Plan], now: datetime) -> None:
        """Change the plan for the user; raise `ScheduleError` if that is not possible."""
        self._keep(change(self.plan, now))

    def rezone(self, old: tzinfo, now: datetime) -> None:
        """Keep the local times of the plan after the time zone has changed."""
        self._keep(in_other_zone(self.plan, old, self.settings, now))

    def reads(self, step: Step, state: VehicleState, now: datetime) -> Reads:
        """Return the parts to read before a step is taken."""
        wanted = _PARTS[step.kind]
        if step.reason in _OF_TIMER and self.settings.keeps_departures:
            wanted = (Part.CAR_DEPARTURES,)
        parts = () if step.reason in _CERTAIN else filter(self._vehicle.shows, wanted)
        optional = step.kind in {StepKind.START, StepKind.MESSAGE}
        essential = not optional or is_unread(self.situation(state, now), step)
        return Reads(tuple(parts), essential)

    def needed_parts(self, state: VehicleState, now: datetime) -> tuple[frozenset[Part], frozenset[Part]]:
        """Return the parts that the plan needs to be polled, and those of them to read at once."""
        if not self.settings.keeps_departures or not car_departures.is_needed(self.plan):
            return frozenset(), frozenset()
        parts = frozenset({Part.CAR_DEPARTURES})
        return parts, parts if car_departures.is_due(self.situation(state, now)) else frozenset()

    async def take(
        self, step: Step, reads: Reads, responses: Mapping[Part, Any], state: VehicleState, now: datetime
    ) -> None:
        """Take a step if it is still due by what was just read."""
        errors = [each for each in responses.values() if isinstance(each, CloudError)]
        # Send nothing while the cloud is unreachable. Only a first command to start is sent without a read if the
        # request limit allows none, and messages need no read.
        is_only_limited = not reads.essential and all(isinstance(each, RequestLimitError) for each in errors)
        if errors and len(errors) == len(responses) and not is_only_limited and step.kind is not StepKind.MESSAGE:
            self.postpone(step, now, errors)
            return
        again = self.update(state, now)
        if again is not None and again.at <= now and again.kind is step.kind:
            if is_unread(self.situation(state, now), again):
                self.postpone(step, now, errors)
                return
            rejection = await self._store_and_take(again, now)
            if again.kind is StepKind.SEND_SCHEDULE:
                self._report_refusal(rejection)

    async def send_schedule(self, responses: Mapping[Part, Any], state: VehicleState, now: datetime) -> bool:
        """Send the charge schedule without the usual gap; return False if the car already holds it.

        `responses` are what was just read. Raise the error that prevents sending; the schedule is sent later.
        """
        self.update(state, now)
        situation = self.situation(state, now)
        # What was read earlier does not tell what the car holds now.
        is_read = situation.held is not None and not any(isinstance(each, CloudError) for each in responses.values())
        wanted = sending.unsent(situation) if is_read else sending.wanted_schedule(situation)
        last, is_sending = self.plan.last_sent, situation.state.is_sending_schedule
        if wanted is None or (is_sending and last is not None and last.is_of(wanted)):
            return wanted is not None
        step = steps.SendSchedule(at=now, reason=StepReason.PLAN_CHANGED, schedule=wanted)
        for err in responses.values():
            if isinstance(err, AuthenticationError | ConnectionFailedError):
                self.postpone(step, now, [err])
                raise err
        if (rejection := await self._store_and_take(step, now)) is not None:
            # The error already tells the user.
            self._refusal = rejection.refusal
            raise rejection.error
        return True

    def postpone(self, step: Step, now: datetime, errors: Collection[CloudError] = ()) -> None:
        """Let all steps of a kind wait as the cloud asked, or for a moment after another failure."""
        self._backoffs[step.kind].extend(step_backoff(errors, is_urgent=step.kind in _URGENT), now)

    async def _store_and_take(self, step: Step, now: datetime) -> Rejection | None:
        """Take a step once the disk holds that it is taken, so that a restart does not send it again.

        A message needs no storage. Return why a command was not accepted.
        """
        before, after = self.plan, recorded(self.plan, step, now)
        self._keep(after)
        if await self._storage.flush() or step.kind is StepKind.MESSAGE:
            return await self._take(step)
        self._log.warning("A step of the plan is not taken, because it cannot be stored: %s", step.kind)
        self.postpone(step, now)
        if self.plan == after:
            self._keep(before)
        return Rejection("It cannot be stored", CommandError("not_stored"))

    async def _take(self, step: Step) -> Rejection | None:
        """Tell and send what a step is for; return why a command was not accepted."""
        self._log.debug("Step of the plan: %s because of %s", step.kind, step.reason)
        match step:
            case steps.DepartureMessage() | steps.WindowMessage():
                self._notify(step)
            case steps.Start() if step.reason in MESSAGE_REASONS:
                self._notify(step)
        command = self._command(step)
        return None if command is None else await self._send_logged(command)

    def _command(self, step: Step) -> Command | None:  # noqa: PLR0911 - one for each kind
        """Return the command that a step sends, if any."""
        match step:
            case steps.Start():
                return preconditioning.command(self.settings, again=step.reason is StepReason.RETRY)
            case steps.StopCharge():
                return commands.StopCharge()
            case steps.SetTimer():
                return commands.PreconditionAt(step.start, temperature=self.settings.temperature)
            case steps.CancelTimer():
                return commands.CancelPrecondition()
            case steps.SetCarDepartures():
                return SetCarDepartures(step.departures)
            case steps.SendSchedule():
                return commands.schedule_command(step.schedule)
        return None

    async def _send_logged(self, command: Command) -> Rejection | None:
        """Send a command, and log if it was not accepted; the next step of the plan deals with that."""
        rejection = await self._send(command)
        if rejection is not None:
            self._log.warning("A command of the plan was not accepted: %s", rejection.text)
        return rejection

    def _report_refusal(self, rejection: Rejection | None) -> None:
        """Tell once why the server refuses a charge schedule, until it accepts one or gives another reason."""
        if rejection is None:
            self._refusal = None
        elif rejection.refusal is not None and rejection.refusal != self._refusal:
            self._refusal = rejection.refusal
            self._notify(steps.RefusalMessage(rejection.refusal))

    def _keep(self, plan: Plan) -> None:
        """Store the plan if it has changed."""
        if plan != self.plan:
            self.plan = plan
            self._storage.remember_plan(self._vehicle.vin, as_json(plan))
