"""Cleanup of cars whose plan no longer runs: each keeps a charge schedule it can use alone, and no timer of ours."""

from collections.abc import AsyncIterator, Mapping, Set as AbstractSet
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.core import HassJob, HomeAssistant, callback
from homeassistant.helpers.event import async_call_later
from homeassistant.util import dt as dt_util

from ..cloud.exceptions import AuthenticationError, CloudError
from ..cloud.models import Part, Vehicle
from ..cloud.protocol import Cloud, suspended_cars
from ..connect import open_cloud, open_http
from ..const import ACCOUNT_MAX_AGE, LOGGER
from ..devices import is_device_disabled
from ..plan import sending, timer, window_edits
from ..plan.corrections import plan_without_future_times
from ..plan.model import Plan, as_json, from_json
from ..plan.records import DepartureRecord
from ..plan.sending import LEAST_GAP
from ..plan.settings import TIMER_DELAY, settings_of
from ..plan.situation import Situation
from ..plan.steps import SendSchedule
from ..storage import NewSession, Storage
from ..vehicle.state import VehicleState
from .assignment import assignment

# An hour of attempts: whichever of our schedules a car holds after that, it can charge by it.
_MAX_ATTEMPTS = 6


@callback
def clean_up(
    hass: HomeAssistant, entry: ConfigEntry[Any], storage: Storage, vins: AbstractSet[str] | None = None
) -> None:
    """Clean up the cars of an entry in the background, or only some of a loaded one, whose devices are disabled."""
    is_removed = hass.config_entries.async_get_entry(entry.entry_id) is not entry
    suspended = suspended_cars(storage.session)
    ended = {vin: storage.plan(vin) for vin in storage.plans.keys() | suspended if vins is None or vin in vins}
    plans = {vin: _plan_at_end(from_json(plan), is_removed=is_removed) for vin, plan in ended.items()}
    if plans := {vin: plan for vin, plan in plans.items() if _is_unclean(plan) or vin in suspended}:
        cleanup = _Cleanup(hass, entry, storage, plans, is_loaded=vins is not None)
        hass.async_create_background_task(cleanup.run(), "renault_ze cleanup", eager_start=False)


def _plan_at_end(plan: Plan, *, is_removed: bool) -> Plan:
    """Return a plan that no longer runs; unless its entry is removed, the next departure keeps its timer."""
    plan = window_edits.at_end(plan)
    return timer.without_departures(plan) if is_removed else replace(plan, timer=None, car_departures=None)


def _is_unclean(plan: Plan) -> bool:
    """Return whether a car may hold something that it should not when its plan no longer runs."""
    return plan.claimed or plan.timer is not None or plan.car_departures is not None


class _Cleanup:
    """Sends each car its schedule and deletes our timer, with retries until the cars show both or the entry is back."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry[Any],
        storage: Storage,
        plans: Mapping[str, Plan],
        *,
        is_loaded: bool,
    ) -> None:
        """Start with the stored plans of the cars."""
        self._hass = hass
        self._entry = entry
        self._plans = dict(plans)
        self._is_loaded = is_loaded
        self._is_removed = hass.config_entries.async_get_entry(entry.entry_id) is not entry
        # The session of a removed entry is not stored.
        self._session = NewSession(storage.session)
        self._storage: Storage | None = None
        self._attempts = 0

    async def run(self, _: datetime | None = None) -> None:
        """Clean up each car, and schedule another attempt if something is left to do."""
        async with self._entry.setup_lock:
            wait = await self._clean_up_cars() if self._is_current() else None
        self._attempts += 1
        if wait is not None and self._attempts < _MAX_ATTEMPTS:
            async_call_later(self._hass, wait, HassJob(self.run, "renault_ze cleanup", cancel_on_shutdown=True))

    def _is_current(self) -> bool:
        """Return whether the entry is in the same state as before; a reloaded entry has another storage."""
        if self._is_removed:
            return True
        exists = self._hass.config_entries.async_get_entry(self._entry.entry_id) is self._entry
        if self._is_loaded and self._entry.state is ConfigEntryState.LOADED:
            self._storage = self._entry.runtime_data.storage
        expected = ConfigEntryState.LOADED if self._is_loaded else ConfigEntryState.NOT_LOADED
        return exists and self._entry.state is expected

    def _is_ours(self, vin: str) -> bool:
        """Return whether a car still needs the cleanup: no other entry has it, and its device was not enabled again."""
        if vin not in self._plans or assignment(self._hass).elsewhere(vin, self._entry.entry_id) is not None:
            return False
        return not self._is_loaded or is_device_disabled(self._hass, self._entry, vin)

    async def _clean_up_cars(self) -> timedelta | None:
        """Clean up each car, and return when to try again, None when all is done."""
        if not any(map(self._is_ours, self._plans)):
            return None
        try:
            async with self._cloud() as cloud:
                vehicles = (await cloud.account(max_age=ACCOUNT_MAX_AGE)).vehicles
                waits = [await self._clean_up(cloud, each) for each in vehicles if self._is_ours(each.vin)]
        except AuthenticationError as err:
            # The user cannot be asked for another password, and servers lock accounts after repeated failures.
            LOGGER.warning("%s: Cannot reset the cars' schedule and timer: %s", self._entry.title, err)
            return None
        except CloudError as err:
            LOGGER.warning("%s: Cannot reset the cars' schedule and timer yet: %s", self._entry.title, err)
            return LEAST_GAP
        return min((wait for wait in waits if wait is not None), default=None)

    @asynccontextmanager
    async def _cloud(self) -> AsyncIterator[Cloud]:
        """Open the cloud with the stored session, and close both again; those of a loaded entry stay open."""
        if self._is_loaded:
            yield self._entry.runtime_data.cloud
            return
        if not self._is_removed:
            self._storage = Storage(self._hass, self._entry.entry_id)
            await self._storage.load(None)
        http = open_http(self._hass)
        try:
            storage = self._storage or self._session
            yield await open_cloud(self._hass, http, self._entry.data, storage, self._entry.options)
        finally:
            http.detach()
            if self._storage is not None:
                await self._storage.close()

    async def _clean_up(self, cloud: Cloud, vehicle: Vehicle) -> timedelta | None:
        """Delete our timer from a car and restore its schedule; return when to try again, None when both are done."""
        settings = settings_of(self._entry.options, vehicle)
        plan = self._plans[vehicle.vin] = plan_without_future_times(
            self._plans[vehicle.vin], dt_util.utcnow(), settings
        )
        waits = [
            await self._delete_timer(cloud, vehicle) if plan.timer is not None else None,
            await self._delete_departures(cloud, vehicle) if plan.car_departures is not None else None,
            # The charge schedule that the car has lost with a command.
            None if await cloud.restore_charge_schedule(vehicle.vin) else LEAST_GAP,
            await self._restore_schedule(cloud, vehicle) if plan.claimed else None,
        ]
        return min((wait for wait in waits if wait is not None), default=None)

    async def _delete_timer(self, cloud: Cloud, vehicle: Vehicle) -> timedelta | None:
        """Delete our timer from a car, and return when to check that it is gone."""
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

    async def _delete_departures(self, cloud: Cloud, vehicle: Vehicle) -> timedelta | None:
        """Delete our departures from a car, and return when to check that they are gone."""
        plan = self._plans[vehicle.vin]
        found, is_sent = await cloud.departures(vehicle.vin), plan.car_departures == DepartureRecord()
        if found is not None and not found.ours and is_sent:
            self._plans[vehicle.vin] = replace(plan, car_departures=None)
            return None
        self._plans[vehicle.vin] = replace(plan, car_departures=DepartureRecord())
        await cloud.set_departures(vehicle.vin, ())
        return LEAST_GAP

    async def _restore_schedule(self, cloud: Cloud, vehicle: Vehicle) -> timedelta | None:
        """Send a car its schedule as soon as the cloud takes it, and return when to check."""
        held = await cloud.charge_schedule(vehicle.vin)
        now, state = dt_util.utcnow(), VehicleState(charge_schedule=held, known=frozenset({Part.CHARGE_SCHEDULE}))
        settings = settings_of(self._entry.options, vehicle)
        plan = window_edits.without_additional(self._plans[vehicle.vin], settings, now)
        situation = Situation(plan=plan, state=state, now=now, settings=settings)
        plan = self._plans[vehicle.vin] = sending.with_observed_schedule(situation)
        steps = sending.steps(situation.with_plan(plan))
        step = next((each for each in steps if isinstance(each, SendSchedule)), None)
        if step is None or step.at > now:
            return None if step is None else step.at - now
        if await self._store_sent_schedule(vehicle.vin, step, now):
            await cloud.set_charge_schedule(vehicle.vin, step.schedule.windows)
        return LEAST_GAP

    async def _store_sent_schedule(self, vin: str, step: SendSchedule, now: datetime) -> bool:
        """Store what is about to be sent, and return whether that is on disk: an entry that is back must wait then."""
        taken = sending.with_sent(self._plans[vin], step.schedule, now)
        if self._storage is not None and (stored := self._storage.plan(vin)) is not None:
            self._storage.remember_plan(vin, as_json(replace(from_json(stored), last_sent=taken.last_sent)))
            if not await self._storage.flush():
                self._storage.remember_plan(vin, stored)
                return False
        self._plans[vin] = taken
        return True
