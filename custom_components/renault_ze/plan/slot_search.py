"""Find the cheapest quarters of an hour in which to charge, in few and long windows.

The search is exact: it follows the cheapest way to each state that can be reached, quarter by quarter.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

# Of equal costs, the earlier quarter is taken: less can go wrong.
_LATER = 1e-9


class Quarter(NamedTuple):
    """A quarter of an hour: its price, the day of the car's schedule, and what is possible in it.

    `fixed` is whether the car charges when that cannot be chosen. A window `can_begin` or `can_end` where the car can
    hold such a time: `can_end` is about the end of the quarter.
    """

    price: float
    day: int
    fixed: bool | None = None
    can_begin: bool = True
    can_end: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class Task:
    """What to charge: `energies` are those of each quarter of charging, one after the other, in kWh.

    The first `at_once` of them are charged as early as possible. The car has room for windows of `a_day`, and for
    `in_all`; None is any number. Each new window costs as much as `switching`. A window is `running` at the start,
    and `can_stop` then.
    """

    quarters: Sequence[Quarter]
    energies: Sequence[float]
    at_once: int = 0
    a_day: int | None = None
    in_all: int | None = None
    switching: float = 0.0
    running: bool = False
    can_stop: bool = True


class _State(NamedTuple):
    """How many quarters were charged, whether in a window, and how many windows began on the day and in all."""

    charged: int
    is_on: bool
    today: int
    used: int


class _Way(NamedTuple):
    """The cheapest way to a state: its cost, and what it was before."""

    cost: float
    before: _State | None


type _Ways = dict[_State, _Way]


def search(task: Task) -> tuple[bool, ...]:
    """Return for each quarter whether it is in a chosen window: the most that can be charged, for the least money."""
    steps = _steps(task, least=len(task.energies)) or _steps(task, least=0)
    ends = [state for state in steps[-1] if _may_end(task, len(task.quarters), state)]
    state = min(ends, key=lambda each: (-each.charged, steps[-1][each].cost), default=None)
    chosen: list[bool] = []
    for ways in reversed(steps[1:]):
        if state is None:
            break
        chosen.append(state.is_on)
        state = ways[state].before
    return tuple(reversed(chosen))


def _steps(task: Task, least: int) -> list[_Ways]:
    """Return the ways to each state before each quarter and after the last, none if `least` cannot be charged."""
    possible = [0]
    for quarter in reversed(task.quarters):
        possible.append(possible[-1] + (quarter.fixed is not False))
    first = _State(0, task.running, today=int(task.running), used=int(task.running))
    steps: list[_Ways] = [{first: _Way(0.0, None)}]
    for index in range(len(task.quarters)):
        ways: _Ways = {}
        wanted = least - possible[len(task.quarters) - index - 1]
        for state, way in steps[-1].items():
            for after, cost in _next(task, index, state):
                best = ways.get(after)
                if after.charged >= wanted and (best is None or way.cost + cost < best.cost):
                    ways[after] = _Way(way.cost + cost, state)
        steps.append(ways)
    return steps if least == 0 or any(_may_end(task, len(task.quarters), each) for each in steps[-1]) else []


def _next(task: Task, index: int, state: _State) -> Iterator[tuple[_State, float]]:
    """Yield what can be done in a quarter, with its cost."""
    quarter = task.quarters[index]
    if index and quarter.day != task.quarters[index - 1].day:
        state = state._replace(today=0)
    charges = state.charged < len(task.energies)
    if quarter.fixed is not None:
        if _may_end(task, index, state):
            charged = state.charged + (quarter.fixed and charges)
            yield state._replace(charged=charged, is_on=False), _cost(task, index, state) if quarter.fixed else 0.0
        return
    began = state if state.is_on else state._replace(today=state.today + 1, used=state.used + 1)
    if charges and (state.is_on or _may_begin(task, quarter, began)):
        cost = _cost(task, index, state) + (0.0 if state.is_on else task.switching)
        today, used = began.today if task.a_day is not None else 0, began.used if task.in_all is not None else 0
        yield _State(state.charged + 1, is_on=True, today=today, used=used), cost
    is_awaited = charges and state.charged < task.at_once and (state.is_on or _may_begin(task, quarter, began))
    if not is_awaited and _may_end(task, index, state):
        yield state._replace(is_on=False), 0.0


def _cost(task: Task, index: int, state: _State) -> float:
    """Return what charging costs in a quarter, nothing once all is charged."""
    if state.charged == len(task.energies):
        return 0.0
    return task.quarters[index].price * task.energies[state.charged] + index * _LATER


def _may_begin(task: Task, quarter: Quarter, began: _State) -> bool:
    """Return whether the car has room for another window."""
    fits_day = task.a_day is None or began.today <= task.a_day
    return quarter.can_begin and fits_day and (task.in_all is None or began.used <= task.in_all)


def _may_end(task: Task, index: int, state: _State) -> bool:
    """Return whether a window that is running, if there is one, may end before a quarter."""
    return not state.is_on or (task.quarters[index - 1].can_end if index else task.can_stop)
