"""The usable capacity of the battery, estimated where the car reports both energy and level."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import sqrt
from typing import NamedTuple

from ..cloud.models import Battery
from .sessions import ChargeSession

# Rounding to whole percents counts too much in a smaller difference.
_LEAST_LEVEL = 20
# A month of samples, one a day, shows a trend but no single mistake.
_KEPT = timedelta(days=30)
# The variance of rounding to whole numbers.
_ROUNDING = 1 / 12


@dataclass(frozen=True, kw_only=True, slots=True)
class CapacitySample:
    """The energy (kWh) of a difference in levels (percent), the largest of a day."""

    day: date
    level: int
    energy_kwh: float


class Capacity(NamedTuple):
    """An estimate in kWh with its standard uncertainty, from a number of days."""

    kwh: float
    uncertainty_kwh: float
    days: int


def sample_of(source: Battery | ChargeSession | None, now: datetime) -> CapacitySample | None:
    """Return what a battery report or a charge tells about the capacity, None if it tells too little.

    Reports during a charge are left out: the one after it has the highest level.
    """
    if isinstance(source, ChargeSession):
        at, level, energy = source.end, source.level_gained, source.measured_kwh
    elif source is not None and not source.charging:
        at, level, energy = source.reported_at or now, source.level, source.energy_kwh
    else:
        return None
    if level is None or level < _LEAST_LEVEL or not energy:
        return None
    return CapacitySample(day=at.date(), level=level, energy_kwh=energy)


def with_sample(samples: tuple[CapacitySample, ...], new: CapacitySample | None) -> tuple[CapacitySample, ...]:
    """Return the samples with another one, without those older than a month or smaller on the same day."""
    if new is None or any(each.day == new.day and each.level >= new.level for each in samples):
        return samples
    latest = max((each.day for each in samples), default=new.day)
    kept = [each for each in samples if each.day != new.day] + [new]
    recent = (each for each in kept if max(latest, new.day) - each.day < _KEPT)
    return tuple(sorted(recent, key=lambda each: each.day))


def capacity(samples: Iterable[CapacitySample]) -> Capacity | None:
    """Return the capacity that fits the samples best (least squares through zero), None without samples."""
    known = tuple(samples)
    squares = sum(each.level**2 for each in known)
    if not squares:
        return None
    per_percent = sum(each.energy_kwh * each.level for each in known) / squares
    scatter = sum((each.energy_kwh - per_percent * each.level) ** 2 for each in known) / max(len(known) - 1, 1)
    variance = max(scatter, _ROUNDING * (1 + per_percent**2))
    return Capacity(per_percent * 100, sqrt(variance / squares) * 100, len(known))
