"""The account of a vehicle's charges: where they were, what they cost, and their statistics in the recorder."""

from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from homeassistant.components.zone import in_zone
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.event import async_call_later
from homeassistant.helpers.importlib import async_import_module
from homeassistant.helpers.start import async_at_started
from homeassistant.util import dt as dt_util

from ..cloud.reports import Location
from ..const import CONF_HOME_METER
from ..coordinator import VehicleCoordinator
from ..vehicle.charge_log import ChargeLog
from ..vehicle.sessions import ChargeSession

# Home Assistant has the energy of a meter up to ten minutes later.
_METER_DELAY = timedelta(minutes=11)
_HOME = "zone.home"
# Sources of prices know the last two months at most; prices of the last days may become known later.
_OLDEST = timedelta(days=62)
_LATE = timedelta(days=2)


@callback
def track_energy(hass: HomeAssistant, coordinator: VehicleCoordinator) -> CALLBACK_TYPE:
    """Keep the energy account of a vehicle once Home Assistant has started; return a function that stops."""
    account = EnergyAccount(hass, coordinator)
    account.start()
    return account.stop


async def remove_statistics(hass: HomeAssistant, entry: ConfigEntry[Any]) -> None:
    """Delete all statistics of the cars of an entry and of their entities from the recorder, if there is one."""
    if "recorder" in hass.config.components:
        module = await async_import_module(hass, f"{__package__}.statistics")
        await module.remove(hass, entry)


def is_home(hass: HomeAssistant, location: Location) -> bool | None:
    """Return whether a location is in the home zone, None without that zone."""
    zone = hass.states.get(_HOME)
    return None if zone is None else in_zone(zone, location.latitude, location.longitude)


class EnergyAccount:
    """Completes the charge log of a vehicle in the background, each time it has changed."""

    def __init__(self, hass: HomeAssistant, coordinator: VehicleCoordinator) -> None:
        """Start with everything to do."""
        self._hass, self._coordinator = hass, coordinator
        self._costs = Costs(hass, coordinator)
        self._done: ChargeLog | None = None
        self._running = False
        self._unsubscribe: list[CALLBACK_TYPE] = []
        self._later: CALLBACK_TYPE | None = None

    @callback
    def start(self) -> None:
        """Begin once Home Assistant has started: nothing of this must delay it."""
        self._unsubscribe.append(async_at_started(self._hass, self._begin))

    @callback
    def stop(self) -> None:
        """Change nothing from now on."""
        while self._unsubscribe:
            self._unsubscribe.pop()()
        self._cancel()

    @callback
    def _begin(self, _: HomeAssistant) -> None:
        """Listen to polls and to new prices."""
        self._unsubscribe.append(self._coordinator.async_add_listener(self._update))
        if (prices := self._coordinator.config_entry.runtime_data.prices) is not None:
            self._unsubscribe.append(prices.add_listener(self._again))
        self._update()

    @callback
    def _again(self, _: datetime | None = None) -> None:
        """Complete the log again: a price or the energy of a meter may be known now."""
        self._later, self._done = None, None
        self._update()

    @callback
    def _update(self) -> None:
        """Complete the log if it has changed."""
        if self._running or self._coordinator.charges.log is self._done:
            return
        self._running = True
        entry = self._coordinator.config_entry
        entry.async_create_background_task(self._hass, self._complete(), "renault_ze energy")

    async def _complete(self) -> None:
        """Determine places, metered energy, and costs until nothing changes; then write the statistics."""
        try:
            while (log := self._coordinator.charges.log) is not self._done:
                await self._complete_once()
                self._done = log
            await self._write_statistics()
        finally:
            self._running = False

    async def _complete_once(self) -> None:
        """Determine what is not known yet."""
        charges, before = self._coordinator.charges, self._coordinator.charges.log
        charges.locate(self._coordinator.data, partial(is_home, self._hass))
        await self._read_meter()
        await self._costs.update()
        if charges.log is not before:
            self._coordinator.async_update_listeners()

    async def _read_meter(self) -> None:
        """Use the meter at home for charges at home as soon as Home Assistant has its energy."""
        meter, charges = self._coordinator.config_entry.options.get(CONF_HOME_METER), self._coordinator.charges
        if meter is None or not self._has_recorder:
            return
        module = await async_import_module(self._hass, f"{__package__}.meter")
        charges.change(await module.metered(self._hass, meter, charges.log.sessions))
        latest = next(iter(charges.log.sessions), None)
        if latest is not None and (left := latest.end + _METER_DELAY - dt_util.utcnow()) > timedelta():
            self._cancel()
            self._later = async_call_later(self._hass, left, self._again)

    async def _write_statistics(self) -> None:
        """Write the statistics if there is a recorder, which takes long to import."""
        if self._has_recorder:
            module = await async_import_module(self._hass, f"{__package__}.statistics")
            written = await module.write(self._hass, self._coordinator)
            if written != self._coordinator.charges.statistic_id:
                self._coordinator.charges.statistic_id = written
                self._coordinator.async_update_listeners()

    @property
    def _has_recorder(self) -> bool:
        """Return whether the recorder runs."""
        return "recorder" in self._hass.config.components

    def _cancel(self) -> None:
        """Cancel the timer."""
        if self._later is not None:
            self._later()
            self._later = None


class Costs:
    """Adds costs to those charges of a vehicle that count as at home."""

    def __init__(self, hass: HomeAssistant, coordinator: VehicleCoordinator) -> None:
        """Start without attempts."""
        self._hass, self._coordinator = hass, coordinator
        self._unpriced: set[tuple[datetime, float]] = set()

    async def update(self) -> None:
        """Add the costs that can be known now; those of earlier days are requested once."""
        prices, charges = self._coordinator.config_entry.runtime_data.prices, self._coordinator.charges
        if prices is None:
            return
        found = []
        for each in charges.log.sessions:
            if not self._is_due(each):
                continue
            known = await prices.past(each.begin, each.end)
            cost = known.cost(each.begin, each.end, each.energy_kwh or 0.0)
            if cost is None:
                self._unpriced.add((each.begin, each.energy_kwh or 0.0))
                continue
            found.append(replace(each, cost=round(cost, 4), currency=known.currency or self._hass.config.currency))
        charges.change(found)

    def _is_due(self, session: ChargeSession) -> bool:
        """Return whether the cost of a charge at home is to be determined."""
        age = dt_util.utcnow() - session.end
        if session.cost is not None or not session.energy_kwh or not session.counts_as_home or age > _OLDEST:
            return False
        return session.duration > timedelta() and (
            age < _LATE or (session.begin, session.energy_kwh) not in self._unpriced
        )
