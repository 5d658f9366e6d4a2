"""The plan of one vehicle, kept over restarts, its steps taken in time."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Any, Protocol

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.event import async_track_point_in_utc_time
from homeassistant.util import dt as dt_util

from . import commands, edits, outlook, steps, windows
from .cloud.models import ChargeSchedule, Part, Vehicle, VehicleState
from .cloud.orders import Command
from .const import (
    CONF_EVENING,
    CONF_LEAD,
    CONF_LOAD_LEAD,
    CONF_ROBUST_LEAD,
    CONF_RUN_LENGTH,
    CONF_THRESHOLD,
    DEFAULT_EVENING,
    DEFAULT_PLAN_MINUTES,
    DEFAULT_THRESHOLD,
    LOGGER,
)
from .plan import Load, Plan, Settings, Step, StepKind, StepReason, as_json, from_json
from .store import Memory

_CONCERNS: Mapping[StepKind, tuple[Part, ...]] = {
    StepKind.START: (Part.BATTERY, Part.LAST_PRECONDITIONING, Part.PRECONDITIONING_HISTORY),
    StepKind.SET_TIMER: (Part.PRECONDITIONING_TIMER,),
    StepKind.CANCEL_TIMER: (Part.PRECONDITIONING_TIMER,),
    StepKind.LOAD: (Part.CHARGE_SCHEDULE,),
    StepKind.SAY: (Part.BATTERY, Part.LAST_PRECONDITIONING, Part.PRECONDITIONING_HISTORY, Part.CHARGE_SCHEDULE),
}

# What nobody has planned yet asks for nothing, whatever the car says.
_EMPTY = Plan()


class Car(Protocol):
    """What the planner needs of a vehicle."""

    data: VehicleState
    vehicle: Vehicle

    async def act(self, order: commands.Order) -> Command:
        """Send an order once and begin to follow it; raise `HomeAssistantError` where it was not accepted."""

    async def look(self, parts: Collection[Part]) -> Mapping[Part, Any]:
        """Read parts now."""

    def async_update_listeners(self) -> None:
        """Show what has changed."""


class Planner:
    """Keeps the plan, wakes up when a step is due, and takes it; a step is written down before it is sent."""

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry[Any], memory: Memory, car: Car) -> None:
        """Take up the plan an earlier run left."""
        self._hass = hass
        self._entry = entry
        self._memory = memory
        self._car = car
        self.settings = _settings(entry.options, car.vehicle)
        stored = memory.plan(car.vehicle.vin)
        self.plan = _EMPTY if stored is None else from_json(stored)
        self.next_step: Step | None = None
        self._tellers: list[Callable[[Step], None]] = []
        self._sleep: CALLBACK_TYPE | None = None
        self._looking = False
        self._working = False

    @property
    def differs(self) -> bool:
        """Tell whether the car's week was changed elsewhere, so that its owner has to choose."""
        return windows.differs(self.plan, self._car.data, dt_util.utcnow())

    @property
    def keeps_schedule(self) -> bool:
        """Tell whether the week in the car is the plan's business."""
        return self.plan.charge_enabled and bool(self.plan.windows)

    async def prepare(self) -> None:
        """Learn how fast this car charges, which the foresight rests on, if there is anything to foresee."""
        if self.plan.departures:
            await self._car.look([Part.CHARGE_HISTORY])
        self.advance()

    def edit(self, change: Callable[[Plan, datetime], Plan]) -> None:
        """Change the plan as its owner wants; raise `ScheduleError` where that cannot be."""
        self._keep(change(self.plan, dt_util.utcnow()))
        self.advance()

    def adopt(self, held: ChargeSchedule) -> None:
        """Let a week that the plan did not choose win over it, if the plan keeps one at all."""
        own = {each.window for each in self.plan.windows}
        if self.keeps_schedule and not (held.enabled and own.issuperset(held.windows)):
            self.edit(lambda plan, now: edits.adopt(plan, held, now))

    @callback
    def on_told(self, teller: Callable[[Step], None]) -> CALLBACK_TYPE:
        """Have what is to be said told; return what ends it."""
        self._tellers.append(teller)
        return lambda: self._tellers.remove(teller)

    @callback
    def stop(self) -> None:
        """Take no more steps."""
        self._working = True
        self._wake_at(None)

    async def put_back(self) -> None:
        """Stop, and leave the base week in the car, which charges by it if nobody ever comes back."""
        self.stop()
        base = windows.base_week(self.plan.windows)
        held = windows.held_schedule(self._car.data)
        if not self.keeps_schedule or self.differs or held is None or held.windows == base:
            return
        self._keep(replace(self.plan, load=Load(at=dt_util.utcnow(), windows=base)))
        await self._give(commands.set_charge_schedule(base))

    @callback
    def advance(self) -> None:
        """Note what is seen, then take the step that is due or wake up when one will be."""
        if self._looking or self._working:
            return
        now = dt_util.utcnow()
        self.next_step = None if self.plan == _EMPTY else self._look(now)
        if self.next_step is None or self.next_step.at > now:
            self._rest(now)
            return
        self._working = True
        self._wake_at(None)
        self._entry.async_create_background_task(
            self._hass, self._work(self.next_step), "renault_ze plan", eager_start=False
        )

    def _look(self, now: datetime) -> Step | None:
        """Note what is seen, and return the next step."""
        # Keeping the plan tells everybody who listens to the vehicle, and that is the planner, too.
        self._looking = True
        self._keep(steps.noted(self.plan, self._car.data, now, self.settings))
        self._looking = False
        return self._next(now)

    async def _work(self, step: Step) -> None:
        """Take a step, if it still is to be taken once the vehicle was looked at again."""
        await self._car.look(_CONCERNS[step.kind])
        now = dt_util.utcnow()
        again = self._next(now)
        if again is not None and again.at <= now:
            self._keep(steps.taken(self.plan, again, now))
            # A restart between here and the answer must find what was sent, or it would send it again.
            await self._memory.flush()
            await self._take(again)
        self._working = False
        self.advance()
        self._car.async_update_listeners()

    async def _take(self, step: Step) -> None:
        """Do what a step says."""
        LOGGER.debug("Step of the plan: %s because of %s", step.kind, step.reason)
        if step.reason in outlook.SAID:
            for teller in tuple(self._tellers):
                teller(step)
        match step.kind:
            case StepKind.START:
                again = step.reason is StepReason.RETRY
                await self._give(commands.precondition(threshold=self.settings.threshold, again=again))
            case StepKind.SET_TIMER if step.start is not None:
                await self._give(commands.precondition_at(step.start))
            case StepKind.CANCEL_TIMER:
                await self._give(commands.cancel_precondition())
            case StepKind.LOAD:
                await self._give(commands.set_charge_schedule(step.windows))

    async def _give(self, order: commands.Order) -> None:
        """Give an order; what becomes of a refused one is the plan's next step."""
        try:
            await self._car.act(order)
        except HomeAssistantError as err:
            LOGGER.warning("An order of the plan was not accepted: %s", err)

    def _next(self, now: datetime) -> Step | None:
        """Return the next step."""
        return steps.next_step(self.plan, self._car.data, now, self.settings)

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
        turn = outlook.next_turn(self.plan, self._car.data, now, self.settings)
        self._wake_at(turn if self.next_step is None else min(turn, self.next_step.at))

    @callback
    def _wake_at(self, at: datetime | None) -> None:
        """Wake up at an instant instead of any other."""
        if self._sleep is not None:
            self._sleep()
        self._sleep = None if at is None else async_track_point_in_utc_time(self._hass, self._wake, at)

    @callback
    def _wake(self, _: datetime) -> None:
        """Look what is due, and show what has changed since."""
        self._sleep = None
        self.advance()
        self._car.async_update_listeners()


def _settings(options: Mapping[str, Any], vehicle: Vehicle) -> Settings:
    """Return what the plan depends on beside itself: the vehicle, and the owner's options over the defaults."""
    minutes = {key: timedelta(minutes=options.get(key, default)) for key, default in DEFAULT_PLAN_MINUTES.items()}
    return Settings(
        zone=vehicle.time_zone,
        windows_a_day=vehicle.windows_a_day,
        run_length=minutes[CONF_RUN_LENGTH],
        lead=minutes[CONF_LEAD],
        robust_lead=minutes[CONF_ROBUST_LEAD],
        load_lead=minutes[CONF_LOAD_LEAD],
        evening=time.fromisoformat(options.get(CONF_EVENING, DEFAULT_EVENING)),
        threshold=int(options.get(CONF_THRESHOLD, DEFAULT_THRESHOLD)),
    )
