"""The traction battery, calculated in closed form so that the step size does not change the result."""

from dataclasses import dataclass
from enum import StrEnum
from math import ceil, exp, inf, log

HOUR = 3600.0


class ChargingPoint(StrEnum):
    """The type of charging point that the car reports."""

    INVALID = "INVALID"
    SLOW = "SLOW"
    ACCELERATED = "ACCELERATED"
    FAST = "FAST"


@dataclass(frozen=True, kw_only=True)
class Charger:
    """A charging power that is constant up to the knee, then falls linearly to `last_share` when full."""

    power_kw: float
    knee: float
    last_share: float


# ACCELERATED is fitted to the only measured charge: 34% to 100% in 2 h 56 min. The others have the same shape.
CHARGERS = {
    ChargingPoint.SLOW: Charger(power_kw=1.85, knee=0.95, last_share=0.5),
    ChargingPoint.ACCELERATED: Charger(power_kw=6.0, knee=0.8, last_share=0.3),
    ChargingPoint.FAST: Charger(power_kw=38.0, knee=0.6, last_share=0.05),
}


@dataclass
class Battery:
    """A battery with its usable capacity and current energy (kWh), and the consumption of the car."""

    energy_kwh: float
    capacity_kwh: float = 22.0
    consumption_kwh_per_km: float = 22.0 / 124.0

    @property
    def level(self) -> float:
        """Return the exact level in percent."""
        return 100.0 * self.energy_kwh / self.capacity_kwh

    @level.setter
    def level(self, percent: float) -> None:
        """Set the level in percent."""
        self.energy_kwh = self.capacity_kwh * percent / 100.0

    @property
    def shown_level(self) -> int:
        """Return the displayed level in whole percent, 100 only when full."""
        return int(self.level + 1e-6)

    @property
    def range_km(self) -> int:
        """Return the range in whole kilometers."""
        return round(self.energy_kwh / self.consumption_kwh_per_km)

    @property
    def is_full(self) -> bool:
        """Return whether the battery is full."""
        return self.energy_kwh >= self.capacity_kwh - 1e-9

    def drain(self, seconds: float, draw_kw: float) -> None:
        """Discharge with a constant power."""
        self.energy_kwh = max(0.0, self.energy_kwh - draw_kw * seconds / HOUR)

    def charge(self, seconds: float, charger: Charger, draw_kw: float) -> None:
        """Charge for a duration while a constant power is drawn."""
        left = seconds - self._charge_below_knee(seconds, charger, draw_kw)
        if left > 0:
            left -= self._charge_above_knee(left, charger, draw_kw)
        if left > 0:
            self.drain(left, draw_kw - charger.power_kw)

    def seconds_to(self, level: float, charger: Charger, draw_kw: float = 0.0) -> float:
        """Return the time until the battery reaches a level in percent; infinite if it never will."""
        knee, slope, net = self._knee(charger), self._slope(charger), charger.power_kw - draw_kw
        wanted = max(self.energy_kwh, self.capacity_kwh * level / 100.0)
        above, span = max(0.0, self.energy_kwh - knee), max(0.0, wanted - knee)
        if net <= 0 or net / slope <= span:
            return inf
        flat = max(0.0, min(knee, wanted) - self.energy_kwh) / net
        return HOUR * (flat + log((net / slope - above) / (net / slope - span)) / slope)

    def power_kw(self, charger: Charger) -> float:
        """Return the charging power at the current level."""
        return charger.power_kw - self._slope(charger) * max(0.0, self.energy_kwh - self._knee(charger))

    def _charge_below_knee(self, seconds: float, charger: Charger, draw_kw: float) -> float:
        """Charge at full power up to the knee and return the seconds used."""
        knee, net = self._knee(charger), charger.power_kw - draw_kw
        if self.energy_kwh >= knee:
            return 0.0
        reach = HOUR * (knee - self.energy_kwh) / net if net > 0 else inf
        if seconds < reach:
            self.drain(seconds, -net)
            return seconds
        self.energy_kwh = knee
        return reach

    def _charge_above_knee(self, seconds: float, charger: Charger, draw_kw: float) -> float:
        """Charge at decreasing power, until full or discharged to the knee, and return the seconds used."""
        knee, slope = self._knee(charger), self._slope(charger)
        rest = (charger.power_kw - draw_kw) / slope
        above = self.energy_kwh - knee
        back = HOUR * log((above - rest) / -rest) / slope if rest < 0 else inf
        used = min(seconds, back)
        self.energy_kwh = min(self.capacity_kwh, knee + rest + (above - rest) * exp(-slope * used / HOUR))
        return used

    def _knee(self, charger: Charger) -> float:
        """Return the energy at which the power starts to fall, in kWh."""
        return charger.knee * self.capacity_kwh

    def _slope(self, charger: Charger) -> float:
        """Return the loss of power (kW) per kWh above the knee."""
        return charger.power_kw * (1 - charger.last_share) / (self.capacity_kwh - self._knee(charger))


def round_up_to_five_minutes(seconds: float) -> float:
    """Return a duration in seconds, rounded up to five minutes as the car reports it."""
    return ceil(seconds / 300.0) * 300.0
