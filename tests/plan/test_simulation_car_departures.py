"""Departures that a car at MY Renault keeps itself: preconditioned whenever possible, also without Home Assistant.

Four weeks at a time, with the real client over sockets, outages of two days, programs of the owner that are switched in
the app, and all other problems and edits of `test_simulation`.
"""

from collections.abc import Callable
from datetime import date
from zoneinfo import ZoneInfo

from hypothesis import given, seed
import pytest

from simulator.myrenault import MODEL_NAMES, ProgramClock
from simulator.myrenault.models import ScheduleKind
from tests.common import cases, same_cases
from tests.plan.simulated.car_programs import OwnersPrograms, ProgramScenario, program_scenarios
from tests.plan.simulated.preconditioning import check_departures
from tests.plan.simulated.renault import renault_environment
from tests.plan.simulated.scenario import MINUTES, WEEKS
from tests.plan.simulated.simulation import simulate
from tests.plan.simulated.strategies import scenarios
from tests.plan.simulated.timeline import Tally, Timeline
from tests.plan.test_simulation_myrenault import check_budget

RUNS = [
    ("R5", "Europe/Paris", date(2026, 3, 29)),
    ("ZOE50", "Europe/London", date(2026, 10, 25)),
    ("Scenic", "Atlantic/Azores", date(2026, 10, 25)),
]
SCENARIOS_PER_RUN = 9
LEAST_WEEKS = 100


def run(model: str, scenario: ProgramScenario) -> tuple[Tally, int]:
    """Simulate a scenario, check it, and return how much was checked, and how many departures without problems."""
    programs = OwnersPrograms(scenario, uses_settings=MODEL_NAMES[model].schedule is ScheduleKind.SETTINGS)
    with renault_environment(model, scenario.scenario, ProgramClock.LOCAL, programs.prepare) as environment:
        more = tuple(programs.actions(environment))
        result = simulate(scenario.scenario, environment=environment, more_actions=more)
        timeline, tally = Timeline(result), Tally(plans=1, car_weeks=WEEKS, minutes=MINUTES)
        check_departures(timeline, tally, programs)
        calm = programs.check_not_both(timeline)
        programs.check(environment)
        check_budget(environment)
    return tally, calm


@pytest.mark.timeout(900)
@pytest.mark.parametrize("number", range(len(RUNS)), ids=lambda number: "{} {} {}".format(*RUNS[number]))
def test_car_keeps_departures(
    socket_enabled: None, number: int, record_property: Callable[[str, object], None]
) -> None:
    """Precondition for each departure for which that was possible, and keep the owner's programs."""
    model, zone, night = RUNS[number]
    found: list[tuple[Tally, int]] = []
    drawn = program_scenarios(scenarios(ZoneInfo(zone), night))
    profile = same_cases(cases(SCENARIOS_PER_RUN))
    seed(200 + number)(profile(given(drawn)(lambda scenario: found.append(run(model, scenario)))))()
    required = sum(tally.departures_required for tally, _ in found)
    weeks = sum(tally.car_weeks for tally, _ in found)
    required, calm = sum(tally.departures_required for tally, _ in found), sum(calm for _, calm in found)
    record_property("car_departures", {"car_weeks": weeks, "required": required, "calm": calm})
    # A sample has one scenario.
    assert weeks == WEEKS or weeks * len(RUNS) >= LEAST_WEEKS
    assert required
