"""What is left in the cars of an account or a device that is disabled, unloaded or removed: a week, and no timer."""

from collections.abc import AsyncIterator, Mapping, Set as AbstractSet
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.core import HassJob, HomeAssistant
from homeassistant.helpers.event import async_call_later
from homeassistant.util import dt as dt_util

from ..cloud.exceptions import AuthenticationError, CloudError
from ..cloud.models import Part, Vehicle
from ..cloud.protocol import Cloud
from ..connect import open_cloud, open_http
from ..const import ACCOUNT_MAX_AGE, LOGGER
from ..devices import is_disabled
from ..plan import edits, sending, timer
from ..plan.corrections import without_future_times
from ..plan.model import Plan, as_json, from_json
from ..plan.sending import LEAST_GAP
from ..plan.settings import TIMER_DELAY, settings_of
from ..plan.situation import Situation
from ..plan.steps import SendSchedule
from ..storage import Bearer, Memory
from ..vehicle.state import VehicleState
from .assignment import assignment

# A cloud that is away for longer than an hour is not waited for: any week of ours in a car is one it can live by.
_MOST_ROUNDS = 6
_NAME = "renault_ze farewell"


def begin(hass: HomeAssistant, entry: ConfigEntry[Any], memory: Memory, of: AbstractSet[str] | None = None) -> None:
    """Begin to leave the cars of an entry at rest, or some of a loaded one, whose devices are disabled."""
    is_gone = hass.config_entries.async_get_entry(entry.entry_id) is not entry
    left = {vin: plan for vin, plan in memory.plans.items() if of is None or vin in of}
    kept = {vin: _at_rest(from_json(plan), is_gone=is_gone) for vin, plan in left.items()}
    if plans := {vin: plan for vin, plan in kept.items() if plan.claimed or plan.timer is not None}:
        farewell = _Farewell(hass, entry, memory, plans)
        farewell.is_loaded = of is not None
        hass.async_create_background_task(farewell.go_on(), _NAME, eager_start=False)


def _at_rest(plan: Plan, *, is_gone: bool) -> Plan:
    """Return a plan that is not kept any more; the departure of one that may come back keeps its timer."""
    plan = edits.abandoned(plan)
    return timer.without_departures(plan) if is_gone else replace(plan, timer=None)


class _Farewell:
    """Puts the cars to rest, looks whether they are, and tries again; it ends if the entry comes back."""

    is_loaded = False

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry[Any], memory: Memory, plans: Mapping[str, Plan]) -> None:
        """Begin with the plans of the cars, as the planner left them."""
        self._hass = hass
        self._entry = entry
        self._plans = dict(plans)
        self._is_gone = hass.config_entries.async_get_entry(entry.entry_id) is not entry
        # What is removed leaves nothing behind.
        self._bearer = Bearer(memory.session)
        self._memory: Memory | None = None
        self._rounds = 0

    async def go_on(self, _: datetime | None = None) -> None:
        """See after each car, and again until nothing is left to do."""
        async with self._entry.setup_lock:
            wait = await self._round() if self._is_due() else None
        self._rounds += 1
        if wait is not None and self._rounds < _MOST_ROUNDS:
            async_call_later(self._hass, wait, HassJob(self.go_on, _NAME, cancel_on_shutdown=True))

    def _is_due(self) -> bool:
        """Return whether the entry is as it was; one that was reloaded has another memory."""
        if self._is_gone:
            return True
        there = self._hass.config_entries.async_get_entry(self._entry.entry_id) is self._entry
        if self.is_loaded and self._entry.state is ConfigEntryState.LOADED:
            self._memory = self._entry.runtime_data.memory
        wanted = ConfigEntryState.LOADED if self.is_loaded else ConfigEntryState.NOT_LOADED
        return there and self._entry.state is wanted

    def _is_ours(self, vin: str) -> bool:
        """Return whether a car is still to be left at rest: no other entry has it, and its device is not back."""
        if vin not in self._plans or assignment(self._hass).elsewhere(vin, self._entry.entry_id) is not None:
            return False
        return not self.is_loaded or is_disabled(self._hass, self._entry, vin)

    async def _round(self) -> timedelta | None:
        """See after each car, and return when to do so again."""
        if not any(map(self._is_ours, self._plans)):
            return None
        try:
            async with self._cloud() as cloud:
                vehicles = (await cloud.account(max_age=ACCOUNT_MAX_AGE)).vehicles
                waits = [await self._leave(cloud, each) for each in vehicles if self._is_ours(each.vin)]
        except AuthenticationError as err:
            # Nobody will be asked for another, and servers lock accounts whose password is tried again and again.
            LOGGER.warning("A car could not be left alone: %s", err)
            return None
        except CloudError as err:
            LOGGER.warning("A car could not be left alone yet: %s", err)
            return LEAST_GAP
        return min((wait for wait in waits if wait is not None), default=None)

    @asynccontextmanager
    async def _cloud(self) -> AsyncIterator[Cloud]:
        """Open the cloud of the cars with what is stored, and close both again; those of a loaded entry stay open."""
        if self.is_loaded:
            yield self._entry.runtime_data.cloud
            return
        if not self._is_gone:
            self._memory = Memory(self._hass, self._entry.entry_id)
            await self._memory.load(None)
        http = open_http(self._hass)
        try:
            keeper = self._memory or self._bearer
            yield await open_cloud(self._hass, http, self._entry.data, keeper, self._entry.options)
        finally:
            http.detach()
            if self._memory is not None:
                await self._memory.close()

    async def _leave(self, cloud: Cloud, vehicle: Vehicle) -> timedelta | None:
        """Leave a car without a timer of ours and with a week it can live by, and return when to look again."""
        settings = settings_of(self._entry.options, vehicle)
        plan = self._plans[vehicle.vin] = without_future_times(self._plans[vehicle.vin], dt_util.utcnow(), settings)
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
        situation = Situation(plan=self._plans[vehicle.vin], state=state, now=now, settings=settings)
        plan = self._plans[vehicle.vin] = timer.with_observed_timer(situation)
        step = next(timer.deletion(situation.with_plan(plan)), None)
        if step is not None and step.at <= now:
            self._plans[vehicle.vin] = timer.with_deletion(plan, now)
            await cloud.cancel_preconditioning_timer(vehicle.vin)
        return None if plan.timer is None else TIMER_DELAY

    async def _put_back(self, cloud: Cloud, vehicle: Vehicle) -> timedelta | None:
        """Put the week back into a car as soon as that may be, and return when to look again."""
        held = await cloud.charge_schedule(vehicle.vin)
        now, state = dt_util.utcnow(), VehicleState(charge_schedule=held, known=frozenset({Part.CHARGE_SCHEDULE}))
        settings = settings_of(self._entry.options, vehicle)
        situation = Situation(plan=self._plans[vehicle.vin], state=state, now=now, settings=settings)
        plan = self._plans[vehicle.vin] = sending.with_observed_schedule(situation)
        steps = sending.steps(situation.with_plan(plan))
        step = next((each for each in steps if isinstance(each, SendSchedule)), None)
        if step is None or step.at > now:
            return None if step is None else step.at - now
        if not await self._keep(vehicle.vin, step, now):
            return LEAST_GAP
        await cloud.set_charge_schedule(vehicle.vin, step.windows)
        return LEAST_GAP

    async def _keep(self, vin: str, step: SendSchedule, now: datetime) -> bool:
        """Keep what is about to be sent, and tell whether it is stored, if it can come back.

        An entry that comes back must not send another week too soon after it.
        """
        taken = sending.with_sent(self._plans[vin], step.windows, now)
        if self._memory is not None and (stored := self._memory.plan(vin)) is not None:
            self._memory.remember_plan(vin, as_json(replace(from_json(stored), last_sent=taken.last_sent)))
            if not await self._memory.flush():
                self._memory.remember_plan(vin, stored)
                return False
        self._plans[vin] = taken
        return True
