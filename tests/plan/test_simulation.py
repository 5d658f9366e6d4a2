"""The plan against the simulated car: four weeks at a time, over the nights on which the clocks change.

The environment and the car are called at every instant at which anything can change, and the state of the car is
checked for every minute. A separate test shows that stopping every minute changes nothing.
"""

from collections.abc import Callable
from dataclasses import asdict
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, seed
import pytest

from tests.common import cases, same_cases
from tests.plan.simulated.charging import (
    check_after_removal,
    check_charging,
    check_schedules_sent,
    check_without_home_assistant,
)
from tests.plan.simulated.preconditioning import check_departures
from tests.plan.simulated.scenario import MINUTES, WEEKS, Scenario
from tests.plan.simulated.sending import check_sending
from tests.plan.simulated.simulation import SimulationResult, simulate
from tests.plan.simulated.strategies import scenarios
from tests.plan.simulated.timeline import Tally, Timeline

NIGHTS = [
    ("Europe/London", date(2026, 3, 29)),
    ("Europe/London", date(2026, 10, 25)),
    ("Europe/Paris", date(2026, 3, 29)),
    ("Europe/Paris", date(2026, 10, 25)),
    ("Atlantic/Azores", date(2026, 3, 29)),
    ("Atlantic/Azores", date(2026, 10, 25)),
    ("Australia/Lord_Howe", date(2026, 4, 5)),
    ("Australia/Lord_Howe", date(2026, 10, 4)),
]
SCENARIOS_PER_NIGHT = 12
LEAST_WEEKS = 300


def check(result: SimulationResult) -> Tally:
    """Check a simulation, and return how much was checked."""
    timeline = Timeline(result)
    tally = Tally(plans=1, car_weeks=WEEKS, minutes=MINUTES, decisions=result.environment.poll_count)
    for check_part in (
        check_charging,
        check_schedules_sent,
        check_sending,
        check_departures,
        check_without_home_assistant,
        check_after_removal,
    ):
        check_part(timeline, tally)
    return tally


def run_scenarios(number: int, count: int, check_scenario: Callable[[Scenario], None]) -> None:
    """Draw scenarios around one of the nights, the same ones each time, and check each."""
    zone, night = NIGHTS[number]
    profile = same_cases(count)
    seed(number)(profile(given(scenarios(ZoneInfo(zone), night))(check_scenario)))()


@pytest.mark.parametrize("number", range(len(NIGHTS)), ids=lambda number: "{} {}".format(*NIGHTS[number]))
def test_car_follows_the_plan(number: int, record_property: Callable[[str, object], None]) -> None:
    """Charge and precondition as planned, as far as the problems of random scenarios allow."""
    tallies: list[Tally] = []
    run_scenarios(number, cases(SCENARIOS_PER_NIGHT), lambda scenario: tallies.append(check(simulate(scenario))))
    total = {name: sum(asdict(each)[name] for each in tallies) for name in asdict(Tally())}
    record_property("plan_simulation", total)
    assert total["car_weeks"] * len(NIGHTS) >= cases(LEAST_WEEKS)
    assert all(total.values()), f"something was never checked: {total}"


def test_stopping_every_minute_changes_nothing() -> None:
    """Simulate a scenario from event to event and from minute to minute with the same result."""

    def check_scenario(scenario: Scenario) -> None:
        """Simulate it both ways."""
        by_event, by_minute = simulate(scenario), simulate(scenario, every_minute=True)
        for event_state, minute_state in zip(by_event.environment.trace, by_minute.environment.trace, strict=True):
            assert event_state[1:] == minute_state[1:]
            # Energy that is added up in other steps fills a battery a second earlier or later.
            assert abs(event_state.at - minute_state.at) <= timedelta(seconds=1)
        assert [each[:-1] for each in by_event.environment.sent] == [each[:-1] for each in by_minute.environment.sent]
        assert by_event.environment.plan == by_minute.environment.plan

    run_scenarios(3, 3, check_scenario)
