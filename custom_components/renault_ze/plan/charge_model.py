"""How long a car charges from one level to another, how much energy that takes, and how this is learned.

A battery accepts less power the fuller it is. At a slow charging point this matters only shortly before it is full.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from math import exp, log
from statistics import median
from typing import NamedTuple

from ..cloud.charging import ChargingPoint
from ..vehicle.sessions import DEFAULT_BATTERY_KWH, DEFAULT_LOSS, sessions
from ..vehicle.state import VehicleState
from .settings import Settings

FULL = 100
# What a battery accepts (percent an hour) when full, and how much more for each percent below. Both fit the only
# measured charge, of a ZOE with 22 kWh: 34 to 100 % in 2 h 56 min, with constant power up to 80 %.
_ACCEPTED_WHEN_FULL = 8.0
_MORE_PER_PERCENT = 0.95
# What reaches the battery at a charging point, in kW; the unknown one is a home charging point with little power.
_POWER_KW = {ChargingPoint.SLOW: 1.9, ChargingPoint.ACCELERATED: 6.0, ChargingPoint.FAST: 38.0}
_UNKNOWN_POWER_KW = 3.3
# A shorter charge shows little, as levels are whole percents.
_LEAST_GAIN = 5.0
# The time that a car expects for the last percents is rounded too much; otherwise, the speed is off by less than this.
_LEAST_EXPECTED_GAIN = 20
_STEADY = 0.2
# The charging point at home may have changed since.
_LATEST = 8
_SLOWEST, _FASTEST = 1.0, 400.0
_HALVINGS = 40


class ObservedCharge(NamedTuple):
    """How long a car took from one level to another, in percent."""

    begin: float
    end: float
    duration: timedelta


@dataclass(frozen=True, kw_only=True, slots=True)
class ChargeModel:
    """How a car charges: `percent_per_hour` until the battery accepts less.

    `battery_kwh` is the usable energy of a full battery, `loss` the share (0 to 1) of the energy from the grid that
    does not reach it. Levels are in percent.
    """

    percent_per_hour: float
    battery_kwh: float = DEFAULT_BATTERY_KWH
    loss: float = DEFAULT_LOSS

    @property
    def knee(self) -> float:
        """Return the level above which the battery accepts less than the charging point provides."""
        return min(max(FULL - (self.percent_per_hour - _ACCEPTED_WHEN_FULL) / _MORE_PER_PERCENT, 0.0), FULL)

    @property
    def power_kw(self) -> float:
        """Return the power taken from the grid below the knee."""
        return self.energy_kwh(0, self.percent_per_hour)

    def duration(self, begin: float, end: float) -> timedelta:
        """Return how long it takes to charge from one level to another, nothing if that is not higher."""
        knee = self.knee
        flat = max(min(end, knee) - begin, 0.0) / self.percent_per_hour
        return timedelta(hours=flat + _hours_above(max(begin, knee), min(end, FULL)))

    def level_after(self, level: float, span: timedelta) -> float:
        """Return the level after charging for a time."""
        hours, knee = span / timedelta(hours=1), self.knee
        flat = min(max(knee - level, 0.0) / self.percent_per_hour, hours)
        level += flat * self.percent_per_hour
        return level if flat == hours else FULL - _left(level, hours - flat)

    def energy_kwh(self, begin: float, end: float) -> float:
        """Return the energy from the grid that raises the level from one to another."""
        return max(end - begin, 0.0) / FULL * self.battery_kwh / (1 - self.loss)


def charge_model(state: VehicleState, settings: Settings, earlier: float | None = None) -> ChargeModel:
    """Return how the car charges at home, by the speed that was observed, `earlier` or now, else by what it reports."""
    battery_kwh, battery = settings.battery_kwh or DEFAULT_BATTERY_KWH, state.battery
    speed = observed_speed(state, earlier) or default_speed(
        battery_kwh, None if battery is None else battery.charging_point
    )
    return ChargeModel(percent_per_hour=speed, battery_kwh=battery_kwh, loss=settings.charging_loss / 100)


def observed_speed(state: VehicleState, earlier: float | None) -> float | None:
    """Return the charging speed of the latest charges, else what the car expects of the running one, else `earlier`.

    The earlier one stays unless what the car expects clearly differs: it rounds both the time and the level.
    """
    if (learned := learned_speed(_observed_charges(state))) is not None:
        return learned
    battery = state.battery
    if battery is None or battery.level is None or not battery.charging_time_remaining:
        return earlier
    if FULL - battery.level < _LEAST_EXPECTED_GAIN:
        return earlier
    expected = _speed(ObservedCharge(battery.level, FULL, battery.charging_time_remaining))
    is_steady = earlier is not None and abs(expected - earlier) <= _STEADY * earlier
    return earlier if is_steady else expected


def _observed_charges(state: VehicleState) -> list[ObservedCharge]:
    """Return the charges that the car has reported, from old to new."""
    return [
        ObservedCharge(each.level_at_start, each.level_at_end, each.duration)
        for each in reversed(sessions(state.charge_history))
        if each.level_at_start is not None
        and each.level_at_end is not None
        # At a fast charging point nobody waits for a lower price.
        and each.charging_point is not ChargingPoint.FAST
    ]


def learned_speed(charges: Iterable[ObservedCharge]) -> float | None:
    """Return the charging speed in percent per hour that the latest charges show, given from old to new.

    None if no charge is long enough. The median leaves out other charging points and interruptions.
    """
    useful = [each for each in charges if each.end - each.begin >= _LEAST_GAIN and each.duration > timedelta()]
    return median(map(_speed, useful[-_LATEST:])) if useful else None


def default_speed(battery_kwh: float | None, point: ChargingPoint | None = None) -> float:
    """Return the charging speed in percent per hour, as long as no charge has shown it."""
    power = _UNKNOWN_POWER_KW if point is None else _POWER_KW.get(point, _UNKNOWN_POWER_KW)
    return power / (battery_kwh or DEFAULT_BATTERY_KWH) * FULL


def _speed(charge: ObservedCharge) -> float:
    """Return the speed at which a charge takes as long as it did, at most what the battery accepts."""
    slow, fast = _SLOWEST, _FASTEST
    for _ in range(_HALVINGS):
        middle = (slow + fast) / 2
        if ChargeModel(percent_per_hour=middle).duration(charge.begin, charge.end) > charge.duration:
            slow = middle
        else:
            fast = middle
    return slow


def _hours_above(begin: float, end: float) -> float:
    """Return the hours from one level to another while the battery limits the power."""
    if end <= begin:
        return 0.0
    return log(_accepted(begin) / _accepted(end)) / _MORE_PER_PERCENT


def _left(level: float, hours: float) -> float:
    """Return how much is missing from a full battery after some hours while it limits the power."""
    after = _accepted(level) * exp(-_MORE_PER_PERCENT * hours)
    return max((after - _ACCEPTED_WHEN_FULL) / _MORE_PER_PERCENT, 0.0)


def _accepted(level: float) -> float:
    """Return what the battery accepts at a level, in percent an hour."""
    return _ACCEPTED_WHEN_FULL + _MORE_PER_PERCENT * (FULL - level)
