"""What the energy of a night costs: as the car was charged, immediately, and at best."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from operator import attrgetter

from custom_components.renault_ze.cloud.schedule import GRID, first_quarter
from custom_components.renault_ze.vehicle.prices import Prices

HOUR = timedelta(hours=1)


@dataclass(frozen=True, kw_only=True)
class Charged:
    """What a car was charged between two instants with one power, kWh and kW in the battery."""

    begin: datetime
    end: datetime
    kwh: float


@dataclass(frozen=True, kw_only=True)
class Night:
    """The charges of a car from when it is plugged in until it has to be ready, and its levels then (percent).

    It could charge with `power_kw` all the time.
    """

    number: int
    plugged_at: datetime
    midnight: datetime
    ready_at: datetime
    level: float
    ready_level: float
    power_kw: float
    charges: tuple[Charged, ...]

    @property
    def kwh(self) -> float:
        """Return the energy that was charged."""
        return sum(each.kwh for each in self.charges)

    @property
    def needed(self) -> timedelta:
        """Return how long a charge of this energy takes."""
        return self.kwh / self.power_kw * HOUR

    def paid(self, prices: Prices) -> float:
        """Return what the charges of the car cost."""
        return sum(_cost(prices, each.begin, each.end, each.kwh) for each in self.charges)

    def immediately(self, prices: Prices) -> float:
        """Return what the same energy costs from when the car is plugged in."""
        return self._charge(prices, self.plugged_at, self.needed)

    def optimum(self, prices: Prices) -> float:
        """Return what the same energy costs at the lowest prices of the night, however often the charge starts."""
        left, paid = self.kwh, 0.0
        for each in sorted(prices.between(self.plugged_at, self.ready_at), key=attrgetter("per_kwh")):
            used = min(left, (each.end - each.begin) / HOUR * self.power_kw)
            left, paid = left - used, paid + used * each.per_kwh
        return paid

    def one_window_a_day(self, prices: Prices) -> float:
        """Return the lowest cost with at most one window that begins before midnight, and one that begins after.

        All windows on quarters of an hour are compared.
        """
        begins = list(self._quarters())
        whole = (self._charge(prices, at, self.needed) for at in begins if at + self.needed <= self.ready_at)
        return min([*whole, *self._in_two(prices, begins)], default=self.immediately(prices))

    def _in_two(self, prices: Prices, begins: list[datetime]) -> Iterator[float]:
        """Yield the costs of two windows, one on each side of midnight."""
        for count in range(1, -(-self.needed // GRID)):
            length = count * GRID
            rest = self.needed - length
            first = [(at + length, self._charge(prices, at, length)) for at in begins if at < self.midnight]
            second = [
                (at, self._charge(prices, at, rest))
                for at in begins
                if at >= self.midnight and at + rest <= self.ready_at
            ]
            yield from (one + other for end, one in first for at, other in second if end <= at)

    def _quarters(self) -> Iterator[datetime]:
        """Yield the quarters of an hour of the night."""
        at = first_quarter(self.plugged_at)
        while at < self.ready_at:
            yield at
            at += GRID

    def _charge(self, prices: Prices, begin: datetime, length: timedelta) -> float:
        """Return the cost of a charge with all power."""
        return _cost(prices, begin, begin + length, length / HOUR * self.power_kw)


def _cost(prices: Prices, begin: datetime, end: datetime, kwh: float) -> float:
    """Return the cost of some energy, nothing for none; all prices are known."""
    if end <= begin:
        return 0.0
    found = prices.cost(begin, end, kwh)
    if found is None:
        raise RuntimeError(f"No price from {begin} to {end}")
    return found
