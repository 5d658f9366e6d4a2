"""The owner's edits of the charge schedule, by calendar and by action, against the simulated car for weeks.

The calendar skips, moves, adds, and deletes windows, which may overlap; actions replace them and select the charge
mode; someone else changes the schedule in the car, and the owner chooses one. Crashes, outages, and a car out of reach
come in between. Two hours after the last of all these, the car charges exactly in the windows that are wanted.
"""

from collections import Counter
from dataclasses import dataclass, replace
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, seed, strategies as st
import pytest

from tests.common import cases, same_cases
from tests.plan.simulated.environment import Environment
from tests.plan.simulated.owner import Owner, OwnersChange, OwnersEdit
from tests.plan.simulated.scenario import MINUTES, Scenario
from tests.plan.simulated.simulation import environment_of, simulate
from tests.plan.simulated.strategies import scenarios
from tests.plan.simulated.timeline import DAY_MINUTES, QUARTER, Timeline
from tests.plan.simulated.wanted import Wanted, minute_of

RUNS = [
    ("Europe/Paris", date(2026, 3, 29)),
    ("Europe/Paris", date(2026, 10, 25)),
    ("Asia/Kolkata", date(2026, 6, 17)),
]
SCENARIOS_PER_RUN = 24
# A schedule that was lost is sent again within an hour, and a car out of reach gets it after that.
CALM_MINUTES = 120


@dataclass
class Checked:
    """How much was checked."""

    charged: int = 0
    idle: int = 0
    any_time: int = 0


def _edits() -> st.SearchStrategy[tuple[OwnersEdit, ...]]:
    """Draw what the owner and others change."""
    edit = st.builds(
        OwnersEdit,
        st.integers(60, MINUTES - 1440),
        st.sampled_from([*OwnersChange, OwnersChange.SKIP, OwnersChange.MOVE]),
        st.integers(0, 60),
        st.integers(0, 95),
        st.integers(1, 24),
    )
    return st.lists(edit, min_size=6, max_size=16).map(lambda found: tuple(sorted(found, key=lambda each: each.minute)))


def _occurrences(wanted: Wanted, first: date, last: date) -> dict[int, tuple[int, int]]:
    """Return for each minute of the calendar that is in a window its day and the number of the window."""
    found: dict[int, tuple[int, int]] = {}
    number = 0
    for ordinal in range(first.toordinal() - 1, last.toordinal() + 1):
        for weekday, start, length in wanted.spans_on(date.fromordinal(ordinal)):
            number += 1
            begin = ordinal * DAY_MINUTES + start.hour * 60 + start.minute
            for minute in range(begin, begin + length // timedelta(minutes=1)):
                found[minute] = (weekday, number)
    return found


def _disturbed(timeline: Timeline, owner: Owner) -> list[int]:
    """Return for each minute the last one of a problem or a change."""
    start = timeline.result.scenario.start
    changes = {minute_of(each.since, start) for each in owner.history}
    last, found = -CALM_MINUTES, []
    for minute in range(MINUTES):
        if minute in changes or timeline.environment_fails[minute] or timeline.car_fails[minute]:
            last = minute
        found.append(last)
    return found


def _check(timeline: Timeline, owner: Owner, checked: Checked) -> None:
    """Assert that the car charges when it should, and only then, wherever nothing has happened for long enough."""
    start, disturbed = timeline.result.scenario.start, _disturbed(timeline, owner)
    begins = [minute_of(each.since, start) for each in owner.history]
    for wanted, begin, end in zip(owner.history, begins, [*begins[1:], MINUTES], strict=True):
        if wanted.is_elsewhere:
            continue
        days = [date.fromordinal(timeline.clock[each] // DAY_MINUTES) for each in (begin, min(end, MINUTES) - 1)]
        planned = _occurrences(wanted, *days)
        for minute in range(begin, min(end, MINUTES)):
            if minute - disturbed[minute] >= CALM_MINUTES:
                _check_minute(timeline, wanted, planned, minute, checked)


def _check_minute(
    timeline: Timeline, wanted: Wanted, planned: dict[int, tuple[int, int]], minute: int, checked: Checked
) -> None:
    """Check one minute."""
    at, clock = timeline.result.at(minute), timeline.clock
    is_charging, now = bool(timeline.charging[minute]), planned.get(clock[minute])
    if not wanted.by_schedule:
        checked.any_time += timeline.needs_charge[minute]
        assert is_charging or not timeline.needs_charge[minute], f"not charging at {at}, though at any time"
        return
    if now is None:
        checked.idle += 1
        assert not is_charging, f"charging outside every window at {at}"
        return
    recent = [planned.get(clock[each]) for each in range(minute - QUARTER, minute)]
    is_turn = any(each is not None and each[0] == now[0] and each[1] != now[1] for each in recent)
    # A piece of a window that is shorter than a quarter of an hour is not worth a command.
    near = range(minute - QUARTER, min(minute + QUARTER, MINUTES))
    is_short = sum(planned.get(clock[each]) == now for each in near) < QUARTER
    if is_turn or is_short or minute in timeline.repeated_minutes or not timeline.needs_charge[minute]:
        return
    if any(minute - each in timeline.repeated_minutes for each in range(QUARTER * 8)):
        return
    checked.charged += 1
    assert is_charging, f"not charging in a window at {at}"


def _run(scenario: Scenario, edits: tuple[OwnersEdit, ...], accepted: Counter[OwnersChange], checked: Checked) -> None:
    """Simulate a scenario with an owner, and check it."""
    scenario = replace(scenario, edits=(), rewrite=replace(scenario.rewrite, command_number=10**6), capacity=5000.0)
    environment: Environment = environment_of(scenario)
    owner = Owner(environment, scenario.other_windows)
    result = simulate(scenario, environment=environment, more_actions=tuple(owner.actions(edits)))
    _check(Timeline(result), owner, checked)
    accepted.update(owner.accepted)


@pytest.mark.timeout(600)
@pytest.mark.parametrize("number", range(len(RUNS)), ids=lambda number: "{} {}".format(*RUNS[number]))
def test_car_follows_the_owners_edits(number: int) -> None:
    """Charge in the windows that are wanted, whoever has edited them and how."""
    zone, night = RUNS[number]
    profile = same_cases(cases(SCENARIOS_PER_RUN))
    accepted, checked = Counter[OwnersChange](), Checked()
    drawn = given(scenarios(ZoneInfo(zone), night), _edits())
    seed(500 + number)(profile(drawn(lambda scenario, edits: _run(scenario, edits, accepted, checked))))()
    # A sample has too few scenarios for all of them.
    least = min(len(OwnersChange), cases(SCENARIOS_PER_RUN))
    assert len(accepted) >= least, f"never accepted: {set(OwnersChange) - set(accepted)}"
    assert min(checked.charged, checked.idle) > 1000, f"hardly checked: {checked}"
    is_complete = cases(SCENARIOS_PER_RUN) == SCENARIOS_PER_RUN
    assert checked.any_time > 1000 or not is_complete, f"hardly checked: {checked}"
