"""Take the steps of a plan in Home Assistant when they are due, one at a time."""

from collections.abc import Callable, Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import CALLBACK_TYPE, HassJob, HomeAssistant, callback
from homeassistant.helpers.event import async_track_point_in_utc_time
from homeassistant.util import dt as dt_util

from .const import LOGGER
from .plan.planner import Planner
from .plan.steps import Step
from .vehicle.state import VehicleState
from .views.plan_entities import next_change

_NEVER = datetime.max.replace(tzinfo=UTC)
_RETRY_AFTER = timedelta(minutes=1)
_NAME = "renault_ze plan"


class StepRunner:
    """Wait for the next step of a plan, and take it in the background.

    `take` takes a step; `changed` is called after it, and when the passing of time alone changes what is shown.
    """

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry[Any],
        planner: Planner,
        take: Callable[[Step], Coroutine[Any, Any, None]],
        changed: Callable[[], None],
    ) -> None:
        """Take no step before `start`."""
        self._hass = hass
        self._entry = entry
        self._planner = planner
        self._take = take
        self._changed = changed
        self._running = False
        self._step: Step | None = None
        self._cancel: CALLBACK_TYPE | None = None
        self._wake_at = self._seen_at = dt_util.utcnow()

    @callback
    def start(self) -> None:
        """Take steps from the next update on."""
        self._running = True

    @callback
    def stop(self) -> None:
        """Take no more steps."""
        self._running = False
        self._wait_until(None)

    @callback
    def update(self, state: VehicleState) -> None:
        """Update the plan, unless one of its steps is being taken; begin the next step, or wait for it."""
        if not self._running or self._step is not None:
            return
        now, planner = dt_util.utcnow(), self._planner
        try:
            step = planner.update(state, now)
            turn = next_change(planner.situation(state, now))
        except Exception:  # noqa: BLE001 - the vehicle is shown, whatever is wrong with its plan
            LOGGER.exception("The plan cannot be updated")
            step, turn = None, now + _RETRY_AFTER
        if step is None or step.at > now:
            self._wait_until(turn if step is None else min(turn, step.at))
            return
        self._step = step
        self._wait_until(None)
        self._entry.async_create_background_task(self._hass, self._run(step), _NAME, eager_start=False)

    def is_overdue(self, now: datetime) -> bool:
        """Return whether a timer is late: it counts neither the time a computer sleeps nor a change of its clock."""
        overdue = now >= self._wake_at or now < self._seen_at
        self._seen_at = now
        return overdue

    async def _run(self, step: Step) -> None:
        """Take a step; whatever becomes of it, the plan goes on."""
        try:
            await self._take(step)
        except Exception:  # noqa: BLE001 - one step must not end them all
            LOGGER.exception("A step of the plan failed: %s", step.kind)
            self._planner.postpone(step, dt_util.utcnow())
        finally:
            self._step = None
        self._changed()

    def _wait_until(self, at: datetime | None) -> None:
        """Wait for an instant instead of any other."""
        if self._cancel is not None:
            self._cancel()
        self._wake_at = at or _NEVER
        job = HassJob(self._wake, _NAME, cancel_on_shutdown=True)
        self._cancel = None if at is None else async_track_point_in_utc_time(self._hass, job, at)

    @callback
    def _wake(self, _: datetime) -> None:
        """Take the step that is due, and show what time has changed."""
        self._cancel = None
        self._changed()
