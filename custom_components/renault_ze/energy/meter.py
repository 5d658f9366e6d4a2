"""The energy of charges at home as a meter at the wallbox has measured it."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Final, Literal

from homeassistant.components.recorder.statistics import statistics_during_period
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util

from ..vehicle.sessions import ChargeSession, EnergySource
from .statistics import UNITS, queried

# Statistics of five minutes are written at their end, and kept for ten days; older ones cover whole hours.
_SHORT: Final = timedelta(minutes=5)
_SHORT_KEPT = timedelta(days=9)
_WRITTEN_AFTER = timedelta(minutes=10)
# A wallbox uses a little energy by itself.
_NOTHING_KWH = 0.1
_LEAST_KWH = 0.5


async def metered(hass: HomeAssistant, meter: str, sessions: Iterable[ChargeSession]) -> list[ChargeSession]:
    """Return the charges at home with the energy of a meter; one that the meter has not measured was elsewhere."""
    now, found = dt_util.utcnow(), []
    for each in sessions:
        is_due = each.source is not EnergySource.METER and each.counts_as_home and now - each.end > _WRITTEN_AFTER
        energy = await _energy(hass, meter, each, now) if is_due else None
        if energy is None:
            continue
        if energy > _NOTHING_KWH:
            found.append(replace(each, energy_kwh=round(energy, 3), source=EnergySource.METER, at_home=True, cost=None))
        elif each.at_home is None and (each.energy_kwh or 0.0) > _LEAST_KWH:
            found.append(replace(each, at_home=False, cost=None))
    return found


async def _energy(hass: HomeAssistant, meter: str, session: ChargeSession, now: datetime) -> float | None:
    """Return the energy (kWh) that a meter has measured during a charge, None if it is unknown."""
    period: Literal["5minute", "hour"] = "5minute" if now - session.begin < _SHORT_KEPT else "hour"
    length = _SHORT if period == "5minute" else timedelta(hours=1)
    begin = _floor(session.begin, length)
    read = partial(statistics_during_period, hass, begin, session.end, {meter}, period, UNITS, {"change"})
    rows = await queried(hass, read)
    changes = [row.get("change") for row in rows.get(meter, ())]
    known = [each for each in changes if each is not None]
    return sum(known) if known else None


def _floor(at: datetime, length: timedelta) -> datetime:
    """Return the start of the period of an instant."""
    return at - (at - dt_util.utc_from_timestamp(0)) % length
