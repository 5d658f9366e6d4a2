"""What charges cost by the electricity prices of the account."""

from dataclasses import replace
from datetime import datetime, timedelta

from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util

from ..coordinator import VehicleCoordinator
from ..vehicle.sessions import ChargeSession

# Sources of prices know the last two months at most; prices of the last days may become known later.
_OLDEST = timedelta(days=62)
_LATE = timedelta(days=2)


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
