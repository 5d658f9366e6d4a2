"""The search for the cheapest quarters of an hour, compared with all possibilities."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import groupby, product

from hypothesis import given, strategies as st
import pytest

from custom_components.renault_ze.plan.slot_search import Quarter, Task, search

PRICES = st.sampled_from([-0.1, 0.0, 0.05, 0.1, 0.2, 0.3])


@st.composite
def tasks(draw: st.DrawFn) -> Task:
    """Return a task on a small horizon."""
    days = draw(st.integers(0, 9))
    quarters = [
        Quarter(
            draw(PRICES),
            int(index >= days),
            draw(st.sampled_from([None, None, None, None, True, False])),
            draw(st.sampled_from([True, True, True, False])),
            draw(st.sampled_from([True, True, True, False])),
        )
        for index in range(draw(st.integers(1, 8)))
    ]
    # At least one way must exist: a window may end with the last quarter.
    quarters[-1] = quarters[-1]._replace(can_end=True)
    energies = draw(st.lists(st.sampled_from([1.0, 0.7, 0.3]), max_size=7).map(lambda each: sorted(each, reverse=True)))
    return Task(
        quarters=quarters,
        energies=energies,
        at_once=draw(st.integers(0, 3)),
        a_day=draw(st.sampled_from([None, 1, 2])),
        in_all=draw(st.sampled_from([None, 1, 2])),
        switching=draw(st.sampled_from([0.0, 0.02, 0.2])),
        running=draw(st.booleans()),
        can_stop=draw(st.booleans()),
    )


def outcome(task: Task, chosen: tuple[bool, ...]) -> tuple[int, float] | None:
    """Return how many quarters a choice leaves out, and its cost; None if the car could not do that."""
    charged, cost, on, used = 0, 0.0, task.running, int(task.running)
    per_day = {task.quarters[0].day: used}
    for index, (quarter, wanted) in enumerate(zip(task.quarters, chosen, strict=True)):
        has_more = charged < len(task.energies)
        if wanted and (quarter.fixed is not None or not has_more):
            return None
        if on and not wanted and not (task.quarters[index - 1].can_end if index else task.can_stop):
            return None
        if wanted and not on:
            per_day[quarter.day] = per_day.get(quarter.day, 0) + 1
            used += 1
            cost += task.switching
            if not quarter.can_begin or (task.a_day is not None and per_day[quarter.day] > task.a_day):
                return None
            if task.in_all is not None and used > task.in_all:
                return None
        if (wanted or quarter.fixed) and has_more:
            cost += quarter.price * task.energies[charged]
            charged += 1
        on = wanted
    is_left_open = on and not task.quarters[-1].can_end
    return None if is_left_open else (len(task.energies) - charged, cost)


def every_choice(task: Task) -> Iterator[tuple[bool, ...]]:
    """Yield all choices."""
    return product([False, True], repeat=len(task.quarters))


@given(tasks())
def test_no_choice_is_cheaper(task: Task) -> None:
    """Find what charges the most for the least money, of all that the car could do."""
    task = replace(task, at_once=0)
    found = [(result, choice) for choice in every_choice(task) if (result := outcome(task, choice)) is not None]
    chosen = search(task)
    if not found:
        assert chosen == ()
        return
    result = outcome(task, chosen)
    assert result is not None
    best = min(result for result, _ in found)
    assert result[0] == best[0]
    assert result[1] == pytest.approx(best[1], abs=1e-6)


@given(tasks())
def test_charge_at_once(task: Task) -> None:
    """Charge the first quarters as early as the car can."""
    quarters = [each._replace(fixed=None, can_begin=True, can_end=True) for each in task.quarters]
    task = replace(task, quarters=quarters, running=False)
    chosen = search(task)
    first = min(task.at_once, len(task.energies), len(quarters))
    assert chosen[:first] == (True,) * first
    result = outcome(task, chosen)
    assert result is not None
    assert result[0] == max(0, len(task.energies) - len(quarters))


def test_few_long_windows() -> None:
    """Pay a little more for one window instead of three."""
    prices = [0.20, 0.21, 0.20, 0.21, 0.20, 0.30]
    quarters = [Quarter(price, 0) for price in prices]
    task = Task(quarters=quarters, energies=[1.0] * 3)
    assert windows(search(task)) == 3
    assert windows(search(replace(task, switching=0.02))) == 1
    assert windows(search(replace(task, a_day=1))) == 1
    assert windows(search(replace(task, in_all=2))) <= 2


def test_equal_prices() -> None:
    """Charge early where all prices are equal."""
    quarters = [Quarter(0.2, 0) for _ in range(6)]
    assert search(Task(quarters=quarters, energies=[1.0, 0.5])) == (True, True, False, False, False, False)


def windows(chosen: tuple[bool, ...]) -> int:
    """Return the number of windows."""
    return sum(on for on, _ in groupby(chosen))
