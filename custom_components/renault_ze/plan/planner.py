"""The plan of one vehicle, kept over restarts, its steps taken in time."""

from collections.abc import Callable, Collection, Coroutine, Mapping
from dataclasses import replace
from datetime import datetime, tzinfo
import logging
from typing import Any, Protocol

from homeassistant.core import CALLBACK_TYPE, callback
from homeassistant.exceptions import HomeAssistantError

from ..cloud.exceptions import CloudError, RefusedError, RequestLimitError
from ..cloud.models import ChargeSchedule, Part, Vehicle
from ..vehicle import commands
from ..vehicle.backoff import Backoff, step_backoff
from ..vehicle.state import RUN_PARTS, CommandResult, VehicleState
from ..views import plan_entities
from . import edits, loading, model, preconditioning, steps, windows
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
# What was seen or sent is said without another look.
_CERTAIN = {StepReason.READY, StepReason.ORDERED}
# Kinds that must not wait for long: what they are for is soon.
_URGENT = {StepKind.START, StepKind.CANCEL_TIMER}
# What nobody has planned yet asks for nothing, whatever the car says.
_EMPTY = Plan()


class Car(Protocol):
    """What the planner needs of a vehicle."""

    data: VehicleState
    vehicle: Vehicle

    async def act(self, order: commands.Command) -> CommandResult:
        """Send an order once and begin to follow it; raise `HomeAssistantError` where it was not accepted."""

    async def look(self, parts: Collection[Part], *, essential: bool) -> Mapping[Part, Any]:
        """Read parts now; what is not essential only as far as the request limit leaves enough for commands."""

    def async_update_listeners(self) -> None:
        """Show what has changed."""


class Host(Protocol):
    """What the planner needs of Home Assistant."""

    def now(self) -> datetime:
        """Return the time."""

    def begin(self, work: Coroutine[Any, Any, None]) -> None:
        """Have work done in the background."""

    def wake_at(self, at: datetime, wake: Callable[[], None]) -> Callable[[], None]:
        """Wake somebody up at an instant, or when the clock was put back; return what lets them sleep on."""


class Memory(Protocol):
    """What the planner needs of what outlives a restart."""

    def plan(self, vin: str) -> dict[str, Any] | None:
        """Return the plan of a vehicle as JSON, None if it has none."""

    def remember_plan(self, vin: str, plan: dict[str, Any]) -> None:
        """Keep the plan of a vehicle."""

    async def flush(self) -> bool:
        """Write at once what still waits, and tell whether all of it is on the disk."""


class Planner:
    """Keeps the plan, wakes up when a step is due, and takes it; a step is written down before it is sent."""

    def __init__(self, host: Host, settings: Settings, memory: Memory, car: Car) -> None:
        """Take up the plan an earlier run left."""
        self._host = host
        self._memory = memory
        self._car = car
        self._settings = settings
        stored = memory.plan(car.vehicle.vin)
        self.plan = _EMPTY if stored is None else from_json(stored)
        self.next_step: Step | None = None
        self._tellers: list[Callable[[Step], None]] = []
        self._sleep: Callable[[], None] | None = None
        self._backoffs = {kind: Backoff() for kind in StepKind}
        self._refusal: Refusal | None = None
        self._looking = False
        self._working = False
        self._stopped = False

    @property
    def settings(self) -> Settings:
        """Return what the plan depends on; what the car says of its own threshold counts for more than an option."""
        cabin = self._car.data.cabin
        own = None if cabin is None else cabin.minimum_level
        return self._settings if own is None else replace(self._settings, threshold=own)

    @property
    def differs(self) -> bool:
        """Tell whether the car's week was changed elsewhere, so that its owner has to choose."""
        return windows.differs(self.plan, self._car.data, self._host.now())

    @property
    def keeps_schedule(self) -> bool:
        """Tell whether the week in the car is the plan's business."""
        return self.plan.charge_enabled and bool(self.plan.windows)

    def edit(self, change: Callable[[Plan, datetime], Plan]) -> None:
        """Change the plan as its owner wants; raise `ScheduleError` where that cannot be."""
        self._keep(change(self.plan, self._host.now()))
        self.advance()

    def rezone(self, old: tzinfo) -> None:
        """Keep the plan, which was kept in another time zone so far, at its times of day."""
        self._keep(in_other_zone(self.plan, old, self.settings, self._host.now()))

    def adopt(self, held: ChargeSchedule) -> None:
        """Let a week that the plan did not choose win over it, if the plan keeps one at all."""
        own = {each.window for each in (*self.plan.windows, *(() if self.keeps_schedule else self.plan.former))}
        if held.enabled and own.issuperset(held.windows):
            return
        if self.keeps_schedule:
            self.edit(lambda plan, now: edits.adopt(plan, held, now))
        elif self.plan.claimed:
            self.edit(lambda plan, _: replace(plan, claimed=False))

    @callback
    def on_told(self, teller: Callable[[Step], None]) -> CALLBACK_TYPE:
        """Have what is to be said told; return what ends it."""
        self._tellers.append(teller)
        return lambda: self._tellers.remove(teller)

    @callback
    def stop(self) -> None:
        """Take no more steps."""
        self._stopped = True
        self._wake_at(None)

    @callback
    def advance(self) -> None:
        """Note what is seen, then take the step that is due or wake up when one will be."""
        if self._looking or self._working or self._stopped:
            return
        now = self._host.now()
        self.next_step = None if self.plan == _EMPTY else self._look(now)
        if self.next_step is None or self.next_step.at > now:
            self._rest(now)
            return
        self._working = True
        self._wake_at(None)
        self._host.begin(self._work(self.next_step))

    def _look(self, now: datetime) -> Step | None:
        """Note what is seen, and return the next step."""
        # Keeping the plan tells everybody who listens to the vehicle, and that is the planner, too.
        self._looking = True
        try:
            self._keep(steps.noted(self.plan, self._car.data, now, self.settings))
        finally:
            self._looking = False
        left = {kind: backoff.left(now) for kind, backoff in self._backoffs.items()}
        waits = {kind: now + span for kind, span in left.items() if span}
        return steps.next_step(self.plan, self._car.data, now, self.settings, waits)

    async def _work(self, step: Step) -> None:
        """Try to take a step, and go on whatever becomes of it."""
        try:
            await self._try(step)
        except Exception:
            _LOGGER.exception("A step of the plan went wrong: %s", step.kind)
            self._back_off(step, self._host.now())
        finally:
            self._working = False
        self.advance()
        self._car.async_update_listeners()

    async def _try(self, step: Step) -> None:
        """Take a step, if it still is to be taken once the vehicle was looked at again."""
        essential = step.kind not in {StepKind.START, StepKind.SAY} or self._is_unread(step)
        concerns = () if step.reason in _CERTAIN else filter(self._car.vehicle.shows, _CONCERNS[step.kind])
        answers = (await self._car.look(tuple(concerns), essential=essential)).values()
        now = self._host.now()
        errors = [each for each in answers if isinstance(each, CloudError)]
        # Nothing is sent while the cloud is unreachable, nor over what could not be read, which only a first command to
        # start is sent without where the request limit allows no look; what is to be said is said all the same.
        spared = not essential and all(isinstance(each, RequestLimitError) for each in errors)
        if errors and len(errors) == len(answers) and not spared and step.kind is not StepKind.SAY:
            self._back_off(step, now, errors)
            return
        again = self._look(now)
        if again is not None and again.at <= now and again.kind is step.kind:
            if self._is_unread(again):
                self._back_off(step, now, errors)
                return
            await self._write_and_take(again, now)

    async def _write_and_take(self, step: Step, now: datetime) -> None:
        """Take a step once it is written down that it is taken; what a restart would send again is not sent.

        What is only said is said all the same.
        """
        before, taken = self.plan, steps.taken(self.plan, step, now)
        self._keep(taken)
        if await self._memory.flush() or step.kind is StepKind.SAY:
            await self._take(step)
            return
        _LOGGER.warning("A step of the plan is not taken, because it cannot be stored: %s", step.kind)
        self._back_off(step, now)
        if self.plan == taken:
            self._keep(before)

    def _back_off(self, step: Step, now: datetime, errors: Collection[CloudError] = ()) -> None:
        """Let steps of a kind wait after errors of the cloud, or after another failure."""
        self._backoffs[step.kind].extend(step_backoff(errors, is_urgent=step.kind in _URGENT), now)

    def _is_unread(self, step: Step) -> bool:
        """Tell whether a step would repeat a command before the car was read after it."""
        return steps.is_unread(self.plan, self._car.data, step, self.settings)

    async def _take(self, step: Step) -> None:
        """Do what a step says."""
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

    async def _give(self, order: commands.Command) -> HomeAssistantError | None:
        """Give an order; what becomes of one that was not accepted, which is returned, is the plan's next step."""
        try:
            await self._car.act(order)
        except HomeAssistantError as err:
            _LOGGER.warning("An order of the plan was not accepted: %s", err)
            return err
        return None

    def _note(self, step: Step, err: HomeAssistantError | None) -> None:
        """Say that the cloud refuses a week, and why: once, until it takes one or has another reason."""
        if err is None:
            self._refusal = None
        elif isinstance(err.__cause__, RefusedError):
            refusal = Refusal(err.translation_key or "", err.translation_placeholders or {})
            if refusal != self._refusal:
                self._refusal = refusal
                self._say(loading.refused(step, refusal))

    def _keep(self, plan: Plan) -> None:
        """Keep a plan that has changed."""
        if plan == self.plan:
            return
        self.plan = plan
        self._memory.remember_plan(self._car.vehicle.vin, as_json(plan))
        self._car.async_update_listeners()

    @callback
    def _rest(self, now: datetime) -> None:
        """Wake up when the next step is due, or when time alone changes what is shown."""
        turn = plan_entities.next_turn(self.plan, self._car.data, now, self.settings)
        self._wake_at(turn if self.next_step is None else min(turn, self.next_step.at))

    @callback
    def _wake_at(self, at: datetime | None) -> None:
        """Wake up at an instant instead of any other."""
        if self._sleep is not None:
            self._sleep()
        self._sleep = None if at is None or self._stopped else self._host.wake_at(at, self._wake)

    @callback
    def _wake(self) -> None:
        """Look what is due, and show what has changed since."""
        self._sleep = None
        self.advance()
        self._car.async_update_listeners()
