"""What is left in the cars of an account that is no longer looked after: a week that each can live by, and no timer.

Home Assistant tells an entry that it is unloaded, but not what for: to be loaded again at once, as after a change of
its options, to be disabled or to be removed. Only when whoever unloads it is done can it be seen that it is gone.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.core import HassJob, HomeAssistant
from homeassistant.helpers.event import async_call_later
from homeassistant.util import dt as dt_util

from . import edits, timers, windows
from .clock_correction import put_right
from .cloud.exceptions import AuthenticationError, CloudError
from .cloud.models import Part, Vehicle
from .cloud.protocol import Cloud
from .cloud.state import VehicleState
from .connect import open_cloud
from .const import ACCOUNT_MAX_AGE, LOGGER
from .departures import TIMER_TRAVEL
from .deploys import DEPLOY_GAP
from .plan import Plan, Step, StepKind, as_json, from_json
from .settings import settings_of
from .store import Bearer, Keeper, Memory

# A cloud that is away for longer than an hour is not waited for: any week of ours in a car is one it can live by.
_MOST_ROUNDS = 6
_NAME = "renault_ze farewell"


def expect(hass: HomeAssistant, entry: ConfigEntry[Any]) -> None:
    """Say farewell to an entry that is being unloaded, should it not be loaded again."""

    async def see() -> None:
        async with entry.setup_lock:
            unloaded = _is_unloaded(hass, entry)
        if unloaded:
            memory = Memory(hass, entry.entry_id)
            await memory.load(None)
            begin(hass, entry, memory)

    hass.async_create_background_task(see(), _NAME, eager_start=False)


def begin(hass: HomeAssistant, entry: ConfigEntry[Any], memory: Memory) -> None:
    """Begin to say farewell to the cars of an entry whose plan is in force."""
    is_gone = not _is_unloaded(hass, entry)
    kept = {vin: _at_rest(from_json(plan), is_gone=is_gone) for vin, plan in memory.plans.items()}
    if plans := {vin: plan for vin, plan in kept.items() if plan.claimed or plan.timer is not None}:
        farewell = _Farewell(hass, entry, memory, plans)
        hass.async_create_background_task(farewell.go_on(), _NAME, eager_start=False)


def _is_unloaded(hass: HomeAssistant, entry: ConfigEntry[Any]) -> bool:
    """Tell whether an entry is there and not loaded."""
    there = hass.config_entries.async_get_entry(entry.entry_id) is entry
    return there and entry.state is ConfigEntryState.NOT_LOADED


def _at_rest(plan: Plan, *, is_gone: bool) -> Plan:
    """Return a plan that is not kept any more; the departure of one that may come back keeps its timer."""
    plan = edits.given_up(plan)
    return timers.at_rest(plan) if is_gone else replace(plan, timer=None)


class _Farewell:
    """Puts the cars to rest, looks whether they are, and tries again; it ends if the entry comes back."""

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry[Any], memory: Memory, plans: Mapping[str, Plan]) -> None:
        """Begin with the plans of the cars, as the planner left them."""
        self._hass = hass
        self._entry = entry
        self._plans = dict(plans)
        # What is removed leaves nothing behind.
        self._memory = memory if _is_unloaded(hass, entry) else None
        self._keeper: Keeper = self._memory or Bearer(memory.session)
        self._rounds = 0

    async def go_on(self, _: datetime | None = None) -> None:
        """See after each car, and again until nothing is left to do."""
        async with self._entry.setup_lock:
            if self._memory is not None and not _is_unloaded(self._hass, self._entry):
                return
            wait = await self._round()
        self._rounds += 1
        if wait is not None and self._rounds < _MOST_ROUNDS:
            async_call_later(self._hass, wait, HassJob(self.go_on, _NAME, cancel_on_shutdown=True))

    async def _round(self) -> timedelta | None:
        """See after each car, and return when to do so again."""
        try:
            cloud = await open_cloud(self._hass, self._entry.data, self._keeper, self._entry.options)
            vehicles = (await cloud.account(max_age=ACCOUNT_MAX_AGE)).vehicles
            waits = [await self._leave(cloud, each) for each in vehicles if each.vin in self._plans]
        except AuthenticationError as err:
            # Nobody will be asked for another, and servers lock accounts whose password is tried again and again.
            LOGGER.warning("A car could not be left alone: %s", err)
            return None
        except CloudError as err:
            LOGGER.warning("A car could not be left alone yet: %s", err)
            return DEPLOY_GAP
        finally:
            if self._memory is not None:
                await self._memory.flush()
        return min((wait for wait in waits if wait is not None), default=None)

    async def _leave(self, cloud: Cloud, vehicle: Vehicle) -> timedelta | None:
        """Leave a car without a timer of ours and with a week it can live by, and return when to look again."""
        settings = settings_of(self._entry.options, vehicle)
        plan = self._plans[vehicle.vin] = put_right(self._plans[vehicle.vin], dt_util.utcnow(), settings)
        waits = [
            await self._delete_timer(cloud, vehicle) if plan.timer is not None else None,
            await self._put_back(cloud, vehicle) if plan.claimed else None,
        ]
        return min((wait for wait in waits if wait is not None), default=None)

    async def _delete_timer(self, cloud: Cloud, vehicle: Vehicle) -> timedelta | None:
        """Delete our timer from a car, and return when to look whether it is gone."""
        shown, now = await cloud.preconditioning_timer(vehicle.vin), dt_util.utcnow()
        part, settings = Part.PRECONDITIONING_TIMER, settings_of(self._entry.options, vehicle)
        state = VehicleState(preconditioning_timer=shown, known=frozenset({part}), read_at={part: now})
        plan = self._plans[vehicle.vin] = timers.noted(self._plans[vehicle.vin], state, now, settings)
        step = next(timers.clearing(plan, state, now, settings), None)
        if step is not None and step.at <= now:
            self._plans[vehicle.vin] = timers.taken(plan, step, now)
            await cloud.cancel_preconditioning_timer(vehicle.vin)
        return None if plan.timer is None else TIMER_TRAVEL

    async def _put_back(self, cloud: Cloud, vehicle: Vehicle) -> timedelta | None:
        """Put the week back into a car as soon as that may be, and return when to look again."""
        held = await cloud.charge_schedule(vehicle.vin)
        now, state = dt_util.utcnow(), VehicleState(charge_schedule=held, known=frozenset({Part.CHARGE_SCHEDULE}))
        settings = settings_of(self._entry.options, vehicle)
        plan = self._plans[vehicle.vin] = windows.noted(self._plans[vehicle.vin], state, now, settings)
        step = next((each for each in windows.steps(plan, state, now, settings) if each.kind is StepKind.LOAD), None)
        if step is None or step.at > now:
            return None if step is None else step.at - now
        self._keep(vehicle.vin, step, now)
        await cloud.set_charge_schedule(vehicle.vin, step.windows)
        return DEPLOY_GAP

    def _keep(self, vin: str, step: Step, now: datetime) -> None:
        """Keep what is about to be sent: an entry that comes back must not send another week too soon after it."""
        self._plans[vin] = windows.taken(self._plans[vin], step, now)
        if self._memory is not None and (stored := self._memory.plan(vin)) is not None:
            self._memory.remember_plan(vin, as_json(replace(from_json(stored), load=self._plans[vin].load)))
