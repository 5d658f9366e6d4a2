"""Home Assistant as the planner needs it: the time, somebody to wake it up, and hands to work with."""

from collections.abc import Callable, Coroutine
from datetime import datetime, timedelta
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import CALLBACK_TYPE, HassJob, HomeAssistant, callback
from homeassistant.helpers.event import async_call_later
from homeassistant.util import dt as dt_util

# A timer counts the seconds that pass, but not those a computer sleeps or by which its clock is put right: whoever
# waits for an instant looks at the clock now and then.
_GLANCE = timedelta(minutes=1)


class Host:
    """Home Assistant, on behalf of one entry."""

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry[Any]) -> None:
        """Work as long as the entry is loaded."""
        self._hass = hass
        self._entry = entry

    def now(self) -> datetime:
        """Return the time."""
        return dt_util.utcnow()

    def begin(self, work: Coroutine[Any, Any, None]) -> None:
        """Have work done in the background."""
        self._entry.async_create_background_task(self._hass, work, "renault_ze plan", eager_start=False)

    def wake_at(self, at: datetime, wake: Callable[[], None]) -> CALLBACK_TYPE:
        """Wake somebody up at an instant, or when the clock was put back; return what lets them sleep on."""
        return _Alarm(self._hass, at, wake).cancel


class _Alarm:
    """Wakes somebody up once."""

    def __init__(self, hass: HomeAssistant, at: datetime, wake: Callable[[], None]) -> None:
        """Begin to wait."""
        self._hass = hass
        self._at = at
        self._wake = wake
        self._ring = HassJob(self._look, "renault_ze plan", cancel_on_shutdown=True)
        self._wait(dt_util.utcnow())

    @callback
    def cancel(self) -> None:
        """Wake nobody."""
        self._cancel()

    def _wait(self, now: datetime) -> None:
        """Wait for the instant, or until the next glance at the clock."""
        self._seen = now
        left = max(self._at - now, timedelta())
        self._cancel = async_call_later(self._hass, min(left, _GLANCE), self._ring)

    @callback
    def _look(self, _: datetime) -> None:
        """Wake up if it is time."""
        now = dt_util.utcnow()
        if now < self._seen or now >= self._at:
            self._wake()
        else:
            self._wait(now)
