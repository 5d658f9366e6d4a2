"""Choose the charge windows that reach a level in time for the least money.

Windows consist of quarters of an hour. The first one is that for which a window sent now arrives in time; a window
that begins earlier is in the car already, and only its end can change. Where no prices are known, the user's windows
apply.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise, zip_longest
from statistics import mean, median
from typing import NamedTuple

from ..cloud.schedule import DAY, GRID, Span, first_quarter, merged, overlap, split
from ..vehicle.prices import Prices
from .charge_model import FULL, ChargeModel
from .chosen import can_begin, can_end
from .model import ChosenWindows
from .settings import Settings
from .slot_search import Quarter, Task, search

# A new window costs as much as this energy (kWh) at the usual price: some energy is lost each time charging starts.
_SWITCHING_KWH = 0.05
# Levels are whole percents, and a window is not changed for less.
_LEVEL_TOLERANCE = 1.5


@dataclass(frozen=True, kw_only=True, slots=True)
class Goal:
    """The level (percent) to reach by a deadline, and the one below which the car charges at once.

    Windows in the car change only if that saves as much money as `least_saving`, or is needed to reach the level.
    """

    target: float
    deadline: datetime
    minimum: float = 0.0
    least_saving: float = 0.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Night:
    """What is known when windows are chosen: the level (percent), the prices, and the windows until the deadline.

    The level is that of `level_at`, and rises in the windows since. `own` are the user's windows, `followed` those that
    apply now, of which some may be `chosen` earlier. `keeps` is whether these stay, `is_sent` whether they were sent.
    """

    goal: Goal
    now: datetime
    level: float
    model: ChargeModel
    prices: Prices
    settings: Settings
    own: Sequence[Span] = ()
    followed: Sequence[Span] = ()
    chosen: ChosenWindows | None = None
    level_at: datetime | None = None
    keeps: bool = False
    is_sent: bool = False


class Slot(NamedTuple):
    """A time in which the car charges, with the price of a kWh, None if unknown."""

    begin: datetime
    end: datetime
    price: float | None


class Outcome(NamedTuple):
    """What windows lead to: the level at the deadline, energy (kWh), cost, charging times, and the time left over."""

    level: float
    energy_kwh: float
    cost: float
    slots: tuple[Slot, ...]
    spare: timedelta


@dataclass(frozen=True, kw_only=True, slots=True)
class PlannedCharge:
    """What is planned until a deadline: the chosen windows, None where the user's apply, and what they lead to.

    `at_once` is the outcome of charging immediately. `is_complete` is whether all prices are known,
    `has_prices` whether some are.
    """

    goal: Goal
    chosen: ChosenWindows | None
    outcome: Outcome
    at_once: Outcome
    has_prices: bool
    is_complete: bool
    currency: str | None = None

    @property
    def reaches_target(self) -> bool:
        """Return whether the target level is reached in time."""
        return self.outcome.level >= self.goal.target - _LEVEL_TOLERANCE

    @property
    def begin(self) -> datetime | None:
        """Return when the car charges next, None if it does not."""
        return self.outcome.slots[0].begin if self.outcome.slots else None


def cheapest(night: Night) -> PlannedCharge:
    """Return the cheapest way to reach the target level, or the one in the car if that is nearly as good."""
    quarters = _Quarters(night)
    flags = search(quarters.task())
    windows = quarters.windows(flags)
    best, at_once = quarters.outcome(windows), quarters.outcome([(quarters.begin, night.goal.deadline)])
    kept = quarters.outcome(night.followed)
    is_kept = night.keeps or not quarters.has_prices or _is_good_enough(kept, best, night)
    chosen = night.chosen if is_kept else _chosen(night, quarters, windows)
    if is_kept and quarters.is_full and not night.is_sent:
        chosen = None
    return PlannedCharge(
        goal=night.goal,
        chosen=chosen,
        outcome=kept if is_kept else best,
        at_once=at_once,
        has_prices=quarters.has_prices,
        is_complete=quarters.has_all_prices,
        currency=night.prices.currency,
    )


def _is_good_enough(kept: Outcome, best: Outcome, night: Night) -> bool:
    """Return whether the windows in the car need no change: as much is charged, for about the same money.

    Those that are not sent yet change for any saving.
    """
    reaches = kept.level >= best.level - _LEVEL_TOLERANCE
    is_due = night.chosen is None or night.chosen.begin - night.settings.send_ahead <= night.now
    least = night.goal.least_saving if is_due else 0.0
    # A full battery ends the charge by itself.
    is_short = night.goal.target >= FULL or kept.spare - best.spare <= GRID
    return reaches and is_short and kept.cost - best.cost < max(least, 1e-6)


def _chosen(night: Night, quarters: _Quarters, windows: Sequence[Span]) -> ChosenWindows:
    """Return chosen windows, with earlier ones that have begun or are about to, for a span with all that they replace.

    They replace nothing before it is needed: until then, the user's windows apply if Home Assistant stops.
    """
    first, deadline = quarters.begin, night.goal.deadline
    # What was chosen for a deadline that is nearly reached stays as it is.
    over = night.now if night.chosen is None or night.chosen.end > first else max(night.now, night.chosen.end)
    earlier = night.chosen if night.chosen is not None and night.chosen.end > over else None
    begun = {span for span in night.followed if span[0] < first and span[1] > over}
    begun |= {span for span in (() if earlier is None else earlier.windows) if span[0] < first}
    spans = merged([*((begin, min(end, first)) for begin, end in begun), *windows])
    begins = [begin for begin, _ in spans] + [begin for begin, _ in night.own if first <= begin < deadline]
    if earlier is not None and earlier.begin < first:
        begins.append(earlier.begin)
    return ChosenWindows(begin=min(begins, default=first), end=deadline, windows=tuple(split(spans)), for_price=True)


class _Quarters:
    """The quarters of an hour from the first that can be chosen until the deadline."""

    def __init__(self, night: Night) -> None:
        """Determine the level at the start, and the price of each quarter."""
        self._night, self._settings = night, night.settings
        soon = night.level < night.goal.minimum
        self.begin = first_quarter(night.now if soon else night.now + self._settings.send_ahead)
        count = max((night.goal.deadline - self.begin) // GRID, 0)
        self._begins = [self.begin + index * GRID for index in range(count)]
        since = night.level_at or night.now
        charged = sum((overlap(span, (since, self.begin)) for span in night.followed), timedelta())
        self._level = night.model.level_after(night.level, charged) if charged else night.level
        self._soon = [(max(begin, night.now), min(end, self.begin)) for begin, end in night.followed]
        self._soon = [(begin, end) for begin, end in self._soon if begin < end]
        self._known = [self._price(begin) for begin in self._begins]
        found = [each for each in self._known if each is not None]
        self.has_prices, self.has_all_prices = bool(found), len(found) == count > 0
        self._expected = [self._price(begin - DAY) for begin in self._begins]
        usual = median(found) if found else 0.0
        self._prices = [
            next((price for price in each if price is not None), usual)
            for each in zip(self._known, self._expected, strict=True)
        ]
        self._energies = self._energies_of_quarters()
        self._quarters = [self._quarter(index) for index in range(count)]

    @property
    def is_full(self) -> bool:
        """Return whether the battery is full, so that the car charges in no window."""
        return not self._energies and self._night.goal.target >= FULL

    def _price(self, begin: datetime) -> float | None:
        """Return the mean price of a quarter of an hour, None if it is unknown."""
        return self._night.prices.cost(begin, begin + GRID, 1.0)

    def _energies_of_quarters(self) -> list[float]:
        """Return the energy of each quarter of charging until the target level, as many as there are at most."""
        model, goal, level = self._night.model, self._night.goal, self._level
        energies: list[float] = []
        if level >= goal.target - _LEVEL_TOLERANCE:
            return energies
        while level < goal.target and len(energies) < len(self._begins):
            after = model.level_after(level, GRID)
            energies.append(model.energy_kwh(level, min(after, goal.target)))
            level = after
        return energies

    def task(self) -> Task:
        """Return the task of the search."""
        goal, model, settings = self._night.goal, self._night.model, self._settings
        until_minimum = model.duration(self._level, min(goal.minimum, goal.target))
        usual = mean(map(abs, self._prices)) if self._prices else 0.0
        a_day, most = settings.windows_a_day, self._most_windows()
        if a_day is not None and most is not None and most <= a_day:
            # The search is shorter without a limit that is never reached.
            a_day = None
        return Task(
            quarters=self._quarters,
            energies=self._energies,
            at_once=-(-until_minimum // GRID),
            a_day=a_day,
            in_all=most,
            switching=_SWITCHING_KWH * usual,
            running=any(begin < self.begin < end for begin, end in self._night.followed),
            can_stop=can_end(self.begin, settings.zone),
        )

    def _most_windows(self) -> int | None:
        """Return how many windows fit beside the user's, of which the car may hold few different ones."""
        most = self._settings.max_window_times
        zone = self._settings.zone
        own = {(begin.astimezone(zone).time(), end - begin) for begin, end in self._night.own}
        return None if most is None else max(most - len(own), 1)

    def _quarter(self, index: int) -> Quarter:
        """Return a quarter of an hour with its price, or with the user's windows where that is unknown.

        In these, the price of a day earlier is expected.
        """
        begin = self._begins[index]
        is_own = any(first <= begin < last for first, last in self._night.own)
        is_free = self._known[index] is not None or (is_own and self._expected[index] is not None)
        zone = self._settings.schedule_zone or self._settings.zone
        return Quarter(
            price=self._prices[index],
            day=begin.astimezone(zone).toordinal(),
            fixed=None if is_free else is_own,
            can_begin=can_begin(begin, self._settings.zone),
            can_end=can_end(begin + GRID, self._settings.zone),
        )

    def windows(self, flags: Sequence[bool]) -> list[Span]:
        """Return the windows of chosen quarters, and the user's where no prices are known."""
        wanted = [
            (begin, begin + GRID)
            for begin, quarter, is_chosen in zip_longest(self._begins, self._quarters, flags)
            if is_chosen or quarter.fixed
        ]
        if self._night.goal.target < FULL:
            wanted = wanted[: len(self._energies)]
        return merged(wanted)

    def outcome(self, windows: Iterable[Span]) -> Outcome:
        """Return what windows lead to; they may have begun already."""
        spans = merged(windows)
        used = [i for i, each in enumerate(self._begins) if any(begin <= each < end for begin, end in spans)]
        charging = used[: len(self._energies)]
        costs = [self._prices[index] * energy for index, energy in zip(charging, self._energies, strict=False)]
        night = self._night
        reached = night.model.level_after(self._level, GRID * len(charging))
        before = [Slot(begin, end, night.prices.cost(begin, end, 1.0)) for begin, end in self._soon]
        energy = night.model.energy_kwh(night.level, self._level)
        spare = sum(self._known[index] is not None for index in used[len(charging) :])
        return Outcome(
            level=max(self._level, min(reached, night.goal.target)),
            energy_kwh=energy + sum(self._energies[: len(charging)]),
            cost=energy * mean([each.price or 0.0 for each in before] or [0.0]) + sum(costs),
            slots=(*before, *self._slots(charging)),
            spare=GRID * spare,
        )

    def _slots(self, charging: Sequence[int]) -> Iterator[Slot]:
        """Yield the charging times, one for each price."""
        slots = [Slot(self._begins[index], self._begins[index] + GRID, self._known[index]) for index in charging]
        starts = [0, *(at for at, (one, two) in enumerate(pairwise(slots), 1) if one[1:] != (two.begin, two.price))]
        for first, last in pairwise([*starts, len(slots)] if slots else []):
            yield slots[first]._replace(end=slots[last - 1].end)
