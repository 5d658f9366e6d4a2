"""Timer that runs the steps of a plan when they are due, one at a time."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import CALLBACK_TYPE, HassJob, HomeAssistant, callback
from homeassistant.helpers.event import async_track_point_in_utc_time
from homeassistant.util import dt as dt_util

from .plan.planner import Planner
from .plan.situation import Situation
from .plan.steps import Step
from .vehicle.log import CarLog
from .vehicle.state import VehicleState
from .views.plan_entities import change_sources, next_change

_NEVER = datetime.max.replace(tzinfo=UTC)
_RETRY_AFTER = timedelta(minutes=1)
_NAME = "renault_ze plan"


class StepRunner:
    """Waits for the next step of a plan, and runs it in the background.

    `run_step` runs a step; `changed` is called after it, and when time alone changes what entities show.
    """

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry[Any],
        planner: Planner,
        run_step: Callable[[Step], Coroutine[Any, Any, None]],
        changed: Callable[[], None],
        log: CarLog,
    ) -> None:
        """Run no step before `start`."""
        self._hass = hass
        self._entry = entry
        self._planner = planner
        self._run_step = run_step
        self._changed = changed
        self._log = log
        self._running = False
        self._step: Step | None = None
        self._busy = asyncio.Lock()
        self._cancel: CALLBACK_TYPE | None = None
        self._wake_at = self._updated_at = self._change_found_at = self._next_change = dt_util.utcnow()
        self._sources: tuple[object, ...] = ()

    @callback
    def start(self) -> None:
        """Run steps from the next update on."""
        self._running = True

    @callback
    def stop(self) -> None:
        """Run no more steps."""
        self._running = False
        self._wait_until(None)

    @asynccontextmanager
    async def paused(self) -> AsyncIterator[None]:
        """Wait until the running step has ended, and run no other one in this context."""
        try:
            async with self._busy:
                yield
        finally:
            self._changed()

    @callback
    def update(self, state: VehicleState) -> None:
        """Update the plan, unless a step is running; run the next step if it is due, or wait for it."""
        if not self._running or self._step is not None or self._busy.locked():
            return
        now, planner = dt_util.utcnow(), self._planner
        self._updated_at = now
        try:
            step = planner.update(state, now)
            change_at = self._change_at(planner.situation(state, now))
        except Exception:  # noqa: BLE001 - an error in the plan must not stop the vehicle's entities
            self._log.exception("The plan cannot be updated")
            step, change_at = None, now + _RETRY_AFTER
        if step is None or step.at > now:
            self._wait_until(change_at if step is None else min(change_at, step.at))
            return
        self._step = step
        self._wait_until(None)
        self._entry.async_create_background_task(self._hass, self._run(step), _NAME, eager_start=False)

    def is_overdue(self, now: datetime) -> bool:
        """Return whether a timer is late: timers do not count time in sleep mode or a change of the clock."""
        return now >= self._wake_at or now < self._updated_at

    async def _run(self, step: Step) -> None:
        """Run a step; after a failure, it is postponed."""
        try:
            async with self._busy:
                await self._run_step(step)
        except Exception:  # noqa: BLE001 - an error in one step must not stop the plan
            self._log.exception("A step of the plan failed: %s", step.kind)
            self._planner.postpone(step, dt_util.utcnow())
        finally:
            self._step = None
        self._changed()

    def _change_at(self, situation: Situation) -> datetime:
        """Return when time alone will change what entities show, computed again only if that may have changed."""
        sources, now = change_sources(situation), situation.now
        if sources != self._sources or not self._change_found_at <= now < self._next_change:
            self._sources, self._change_found_at, self._next_change = sources, now, next_change(situation)
        return self._next_change

    def _wait_until(self, at: datetime | None) -> None:
        """Set the timer to a time, or cancel it."""
        if self._cancel is not None and at == self._wake_at:
            return
        if self._cancel is not None:
            self._cancel()
        self._wake_at = at or _NEVER
        job = HassJob(self._wake, _NAME, cancel_on_shutdown=True)
        self._cancel = None if at is None else async_track_point_in_utc_time(self._hass, job, at)

    @callback
    def _wake(self, _: datetime) -> None:
        """Update plan and entities."""
        self._cancel = None
        self._changed()
